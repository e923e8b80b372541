"""The life of a webhook: what it is told while it is as it is, and nothing when it is off or gone."""

import itertools
import json
import time

import pytest

from ecsuite.messages.exchange import ABSENT, SUCCESS, UNSPECIFIED
from ecsuite.pages import Pages
from ecsuite.quickstart.edition_2026_01 import tells_of
from ecsuite.rules import DELIVERED_ONCE, LISTED_ONCE, LOGGED, REPEATED, UNTOUCHED, json_of
from ecsuite.samples import MAY_BE_REJECTED
from ecsuite.webhook.delivery import value_of
from ecsuite.webhook.receiver import wait_for
from ecsuite.world import NotTakenError, records_of, total_of

pytestmark = [pytest.mark.guide, pytest.mark.edition("2026-01")]
MOST_ATTEMPTS = 4
REFUSED = 503
# Only 2xx is an acknowledgement.
REFUSALS = (503, 500, 400, 404, 410, 429, 302)
# A server may bring each delivery twice, at once; then the two count as one attempt. In seconds.
TWINS = 0.03
GRACE = 0.5
# A pause may be a little shorter than it was meant to be, for the calls around it take their time; all in all they grow.
LEEWAY = 0.9
GROWTH = 1.15
LONGEST_WAIT = 30.0


def hook(webhook):
    return webhook.sent["webhookUrl"].partition("?")[0].rpartition("/")[2]


def moved(webhook, **members):
    """The webhook as it is after it was changed."""
    return type(webhook)(webhook.entity_type, webhook.values, {**webhook.representation, **members}, webhook.made)


@pytest.mark.scenario("life-of-a-webhook")
def test_webhook_is_told_what_it_asks_for_while_it_is_on(reachable):
    """Created, read, changed, replaced, switched off and on, deleted: each shows in what is delivered."""
    world, api = reachable.world, reachable.world.api
    webhook = reachable.subscribe("PriceCurveCreated")
    world.read(webhook)
    reachable.arrives(webhook, reachable.simulate(), notificationType="PriceCurveCreated")

    # PATCH moves it, and leaves what it is told.
    here = {"webhookUrl": world.draw("hook-url")}
    api.patch(webhook.path, json=here)
    deprecated, webhook = webhook, moved(webhook, **here)
    world.read(webhook)
    event = reachable.simulate()
    reachable.arrives(webhook, event)
    reachable.must_not_arrive(deprecated, event, "for the webhook has another address now")

    # PUT replaces it: another kind of event, and no longer the earlier one.
    body = {
        "name": "Grenser",
        "webhookUrl": world.draw("hook-url"),
        "webhookSecret": reachable.secret,
        "notificationTypes": ["LocationLPCRequested"],
        "enabled": True,
    }
    api.put(webhook.path, json=body)
    webhook = moved(webhook, **{name: value for name, value in body.items() if name != "webhookSecret"})
    world.read(webhook)
    curve, limit = reachable.simulate(), reachable.simulate("lpc/locations")
    reachable.arrives(webhook, limit, notificationType="LocationLPCRequested")
    reachable.must_not_arrive(webhook, curve, "for the webhook does not ask for price curves any more")

    # Off, it is told nothing; whether what it missed comes when it is on again is not said.
    other = reachable.subscribe()
    before, beside = world.own(webhook), world.see(other.path)
    switched = api.put(f"{webhook.path}/enabled", params={"enabled": "false"})
    world.must_change_alone(webhook, switched, before, "enabled", UNTOUCHED)
    world.same(UNTOUCHED, switched, other.path, beside)
    world.rules.compare({"enabled": False}, api.get(webhook.path), whole=False)
    # What is off can be switched off: a switch says how it is to be, and is no change of how it was.
    api.put(f"{webhook.path}/enabled", params={"enabled": "false"})
    world.rules.compare({"enabled": False}, api.get(webhook.path), whole=False)
    missed = reachable.simulate("lpc/locations")
    reachable.must_not_arrive(webhook, missed, "for the webhook is switched off")
    for _ in range(2):
        api.put(f"{webhook.path}/enabled", params={"enabled": "true"})
        world.rules.compare({"enabled": True}, api.get(webhook.path), whole=False)
    reachable.arrives(webhook, reachable.simulate("lpc/locations"))

    # Deleted, it is gone.
    api.delete(webhook.path)
    api.get(webhook.path, expect=ABSENT)
    reachable.must_not_arrive(webhook, reachable.simulate("lpc/locations"), "for the webhook is deleted")


@pytest.mark.scenario("one-address")
def test_webhooks_at_one_address_are_two(reachable):
    """Where a second webhook at an address is taken, both are listed, and one outlives the other."""
    world = reachable.world
    first = reachable.subscribe("PriceCurveCreated")
    body = {
        "name": "Hytta",
        "webhookUrl": first.sent["webhookUrl"],
        "webhookSecret": reachable.secret,
        "notificationTypes": ["PriceCurveCreated"],
    }
    try:
        second = world.make(first.entity_type, body=world.body_of(body), expect=UNSPECIFIED)
    except NotTakenError:
        world.rules.not_checked(LISTED_ONCE, "a second webhook at an address is refused")
        return
    if second.id == first.id:
        world.rules.not_checked(LISTED_ONCE, "a second webhook at an address is the first one")
        return

    listed = world.listed("/webhooks")
    for webhook in (first, second):
        world.must_list_once(listed, webhook.entity_type, webhook.id)
    before = world.see(first.path)
    deleted = world.api.delete(second.path)
    world.same(UNTOUCHED, deleted, first.path, before)
    reachable.arrives(first, reachable.simulate())


@pytest.mark.scenario("switched-off-by-patch")
def test_webhook_can_be_switched_off_by_a_change(reachable):
    """PATCH with enabled false does the same as the switch."""
    webhook = reachable.subscribe("PriceCurveCreated")

    reachable.world.api.patch(webhook.path, json={"enabled": False})

    reachable.must_not_arrive(webhook, reachable.simulate(), "for the webhook is switched off")


@pytest.mark.scenario("address-with-a-query")
def test_address_is_called_as_it_is(reachable):
    """A webhook is called at its whole address, query and all, and of each type that it asks for."""
    webhook = reachable.subscribe("UserEligibilityUpdated", "PriceCurveCreated", query="?partner=42&key=a%20b")

    reachable.arrives(webhook, reachable.simulate(), notificationType="PriceCurveCreated")
    reachable.arrives(webhook, reachable.simulate("usereligibility"), notificationType="UserEligibilityUpdated")


@pytest.mark.scenario("other-partners-webhook")
def test_webhook_of_another_partner_is_told_nothing(reachable, other):
    """What happens at one partner is delivered to none of another's webhooks."""
    stranger = type(reachable)(other, other.draw("secret"))
    theirs = stranger.subscribe("PriceCurveCreated", "UserEligibilityUpdated", "LocationLPCRequested")

    for event in (reachable.simulate(), reachable.simulate("usereligibility")):
        reachable.must_not_arrive(theirs, event, "for the webhook is another partner's")


@pytest.mark.scenario("new-secret")
def test_new_secret_signs_from_then_on(reachable):
    """What is delivered after the secret was changed is signed with the new one, to the letter and to the blank."""
    webhook = reachable.subscribe("PriceCurveCreated")

    for entity_type in ("secret", "long-secret", "padded-secret"):
        new = reachable.world.draw(entity_type)
        expect = SUCCESS if entity_type == "secret" else MAY_BE_REJECTED
        if reachable.world.api.patch(webhook.path, json={"webhookSecret": new}, expect=expect).is_success:
            reachable.secret = new
        reachable.arrives(webhook, reachable.simulate())


@pytest.mark.scenario("logs")
def test_logs_agree_with_what_arrived(reachable):
    """The log of a delivery tells what was sent, where to, and what was answered; its content is what arrived."""
    world, api = reachable.world, reachable.world.api
    webhook, other = reachable.subscribe("PriceCurveCreated"), reachable.subscribe("PriceCurveCreated")
    world.receiver.answer_with(hook(webhook), status=202)
    event = reachable.simulate()
    delivery = reachable.arrives(webhook, event)
    reachable.arrives(other, event)
    if delivery is None:
        return
    notification = json.loads(delivery.request.body)

    def own(answer):
        return [
            log for log in records_of(json_of(answer)) if log.get("notificationId") == notification["notificationId"]
        ]

    query = {"webhookId": webhook.id, "page": "1", "pageSize": "1000"}
    listed = api.poll(
        "/webhooks/logs", lambda answer: any(log.get("responseStatusCode") for log in own(answer)), params=query
    )
    world.rules.require(
        LOGGED,
        listed,
        holds=bool(own(listed)),
        at=f"a log with the notificationId {notification['notificationId']}",
        expected="in the list",
        actual="none",
    )
    strangers = [log for log in records_of(json_of(listed)) if log.get("webhookId") != webhook.id]
    world.rules.require(
        LOGGED,
        listed,
        holds=not strangers,
        at="the list",
        expected=f"logs of the webhook {webhook.id} alone",
        actual=f"{len(strangers)} of others",
    )
    known = {
        "webhookId": webhook.id,
        "partnerEventId": event.id,
        "notificationId": notification["notificationId"],
        "notificationType": "PriceCurveCreated",
        "webhookUrl": webhook.sent["webhookUrl"],
        "requestTimeout": False,
        "responseStatusCode": 202,
    }
    signature = delivery.request.headers.get("X-Payload-Signature")
    for log in own(listed)[:1]:
        signed = {"sparkSignature": signature} if log.get("sparkSignature") else {}
        must_agree(world, listed, known | signed, log)

    read = api.get(f"/webhooks/logs/{notification['notificationId']}")
    shown = json_of(read)
    must_agree(world, read, known, shown.get("webhookNotificationLog", {}))
    if "notificationContent" in shown:
        world.rules.require(
            LOGGED,
            read,
            holds=same_json(shown["notificationContent"], notification),
            at="body /notificationContent",
            expected="what was delivered, as text",
            actual="something else",
        )


@pytest.mark.scenario("pages-of-logs")
def test_logs_come_in_pages(reachable):
    """The logs of several deliveries are on the pages of the list, those of one webhook and those of all."""
    world = reachable.world
    webhook, other = reachable.subscribe("PriceCurveCreated"), reachable.subscribe("PriceCurveCreated")
    for _ in range(3):
        event = reachable.simulate()
        reachable.arrives(webhook, event)
        reachable.arrives(other, event)
    query = {"webhookId": webhook.id}
    logs = world.contract.operations["listNotificationLogs"]
    world.api.poll("/webhooks/logs", lambda answer: total_of(json_of(answer)) >= 3, params=query)

    Pages(world, logs, query).check()
    Pages(world, logs).check()


def must_agree(world, answer, known, log):
    """Notes each member of a log that tells something else than what is known."""
    for name, value in known.items():
        shown = log.get(name, value)
        world.rules.require(
            LOGGED, answer, holds=shown == value, at=f"{name} of the log", expected=str(value), actual=str(shown)
        )


def same_json(text, value):
    try:
        return json.loads(text) == value
    except ValueError:
        return False


def attempts(reachable, webhook, event, count, deprecated=(), since=None):
    """The deprecated deliveries of an event to a webhook and the next ones, up to so many attempts; each waited for.

    Where `since` is given, all are waited for from then on, and any delivery counts, for one that comes twice at once
    may have been taken the second time.
    """
    came, receiver = list(deprecated), reachable.world.receiver
    while len(came if since else apart(times_of(reachable, webhook, event)) or came) < count:
        left = LONGEST_WAIT if since is None else max(GRACE, since + LONGEST_WAIT - time.monotonic())
        delivery = wait_for(receiver, hook(webhook), lambda value: tells_of(value, event.id), left)
        if delivery is None:
            break
        came.append(delivery)
    # What came beside them, at once.
    while len(came) < len(times_of(reachable, webhook, event)):
        delivery = wait_for(receiver, hook(webhook), lambda value: tells_of(value, event.id), GRACE)
        if delivery is None:
            break
        came.append(delivery)
    return came


def times_of(reachable, webhook, event):
    """When the deliveries of an event to a webhook came: who shares the sandbox makes events, too."""
    return reachable.world.receiver.arrivals(hook(webhook), lambda value: tells_of(value, event.id))


def event_of(value):
    """The id of the event that a delivery tells of."""
    return str(value.get("eventId")) if isinstance(value, dict) else ""


def apart(times):
    """The times of attempts: of those that come at once the last."""
    return [one for one, two in itertools.pairwise([*times, float("inf")]) if two - one > TWINS]


def must_be_the_same(reachable, event, came):
    """Notes whether attempts are of one notification."""
    if not came:
        return
    first = value_of(came[0]) or {}
    told = {name: first[name] for name in ("notificationId", "eventId", "notificationType", "payload") if name in first}
    for again in came[1:]:
        reachable.world.rules.told("eventNotification", told, again, REPEATED)
        reachable.world.rules.delivered("eventNotification", again, event.made, again.request.url, reachable.secret)


def must_come_again(reachable, event, count, status=REFUSED):
    """Notes whether a refused delivery came a second time."""
    reachable.world.rules.require(
        REPEATED,
        event.made,
        holds=count > 1,
        at="deliveries",
        expected=f"another one after it was answered with {status}",
        actual=f"{count} in {LONGEST_WAIT:.0f} s",
    )


@pytest.mark.scenario("refused-delivery")
def test_refused_delivery_comes_again(reachable):
    """A receiver that answers anything but 2xx gets the same notification again; once taken, it comes no more."""
    refusing = [(status, reachable.subscribe("PriceCurveCreated")) for status in REFUSALS]
    for status, webhook in refusing:
        reachable.world.receiver.answer_with(hook(webhook), status=status, then=204, of=event_of)

    event = reachable.simulate()

    since = time.monotonic()
    for status, webhook in refusing:
        came = attempts(reachable, webhook, event, 2, since=since)
        must_come_again(reachable, event, len(came), status)
        must_be_the_same(reachable, event, came)
    reachable.world.api.get(f"/events/{event.id}")


@pytest.mark.scenario("refusing-receiver")
def test_refusing_receiver_is_left_alone_in_the_end(reachable):
    """At most four attempts, with growing pauses, all of one notification; afterwards the event is still there."""
    world = reachable.world
    webhook = reachable.subscribe("PriceCurveCreated")
    world.receiver.answer_with(hook(webhook), status=REFUSED)

    event = reachable.simulate()

    came = attempts(reachable, webhook, event, 2)
    # Each after a pause: what comes at once is one attempt.
    must_come_again(reachable, event, len(apart(times_of(reachable, webhook, event)) or came))
    came = attempts(reachable, webhook, event, MOST_ATTEMPTS, came) if len(came) > 1 else came
    must_be_the_same(reachable, event, came)
    times = apart(times_of(reachable, webhook, event))
    pauses = [after - before for before, after in itertools.pairwise(times)]
    for shorter, longer in itertools.pairwise(pauses):
        world.rules.require(
            REPEATED,
            event.made,
            holds=longer > shorter * LEEWAY,
            at="the pauses between deliveries",
            expected=f"longer than the {shorter:.2f} s before",
            actual=f"{longer:.2f} s",
        )
    if len(pauses) > 1:
        world.rules.require(
            REPEATED,
            event.made,
            holds=pauses[-1] > pauses[0] * GROWTH,
            at="the pauses between deliveries",
            expected=f"growing ones, after the first of {pauses[0]:.2f} s",
            actual=f"{pauses[-1]:.2f} s in the end",
        )
    if pauses:
        world.pause(min(LONGEST_WAIT, pauses[-1] * 2.5 + 0.5))
    count = len(apart(times_of(reachable, webhook, event)) or came)
    world.rules.require(
        REPEATED,
        event.made,
        holds=count <= MOST_ATTEMPTS,
        at="deliveries",
        expected=f"at most {MOST_ATTEMPTS}",
        actual=str(count),
    )
    world.rules.compare({"id": event.id}, world.api.get(f"/events/{event.id}"))


@pytest.mark.scenario("acknowledgement")
@pytest.mark.parametrize("status", [200, 201, 202, 204])
def test_any_success_is_an_acknowledgement(reachable, status):
    """A delivery that is answered with any 2xx is not another one's beginning: whatever comes again is the same."""
    webhook = reachable.subscribe("PriceCurveCreated")
    reachable.world.receiver.answer_with(hook(webhook), status=status)

    event = reachable.simulate()

    reachable.arrives(webhook, event)
    reachable.settle()
    reachable.world.pause(1.0)
    came = reachable.deliveries(webhook, event)
    notifications = {json.loads(delivery.request.body).get("notificationId") for delivery in came}
    # A receiver must expect a notification twice, but not again and again as if it had refused it.
    reachable.world.rules.require(
        DELIVERED_ONCE,
        event.made,
        holds=len(notifications) == 1 and len(came) < 3,
        at=f"deliveries to {webhook.sent['webhookUrl']}",
        expected="one notification, once or twice",
        actual=f"{len(notifications)} notifications in {len(came)} deliveries",
    )


@pytest.mark.scenario("receivers-apart")
def test_failing_receiver_holds_up_no_other(reachable):
    """A receiver that is slow, refuses, or is down is its owner's trouble: others are told all the same."""
    slow, refusing, down = (reachable.subscribe("PriceCurveCreated") for _ in range(3))
    reachable.world.receiver.answer_with(hook(slow), after=2)
    reachable.world.receiver.answer_with(hook(refusing), status=500)
    # Whether the API looks at an address is not told.
    reachable.world.api.patch(down.path, json={"webhookUrl": "http://nobody.invalid/hooks/nobody"}, expect=UNSPECIFIED)
    healthy = reachable.subscribe("PriceCurveCreated")

    event = reachable.simulate()

    reachable.arrives(healthy, event)
    for webhook in (slow, refusing):
        reachable.arrives(webhook, event)
