"""The life of a webhook: it receives the subscribed events while it is enabled, and nothing after its deletion."""

import json
import time

import pytest

from ecsuite.findings.breach import Breach, Place, body, listed
from ecsuite.findings.datum import NOTHING
from ecsuite.json_paths import at_path
from ecsuite.messages.exchange import ABSENT, SUCCESS, UNSPECIFIED
from ecsuite.promises import DELIVERED_ONCE, DELIVERY_LOGS, LISTED_ONCE, OTHERS_UNTOUCHED
from ecsuite.rules import retries
from ecsuite.rules.deliveries import is_same_json
from ecsuite.rules.drafts import FOLLOWS
from ecsuite.rules.listing import records_of
from ecsuite.rules.paging import Pages, VerifyPages
from ecsuite.rules.reading import require_json
from ecsuite.rules.retries import MOST_ATTEMPTS, Attempts
from ecsuite.samples import MAY_BE_REJECTED, Body
from ecsuite.scenarios.edition_2026_01 import Household
from ecsuite.webhook.delivery import value_of

pytestmark = [pytest.mark.guide, pytest.mark.edition("2026-01"), pytest.mark.waits]
REFUSED = 503
# Only a 2xx acknowledges a delivery.
SUCCESSES = (200, 201, 202, 204)
REFUSALS = (503, 500, 400, 404, 410, 429, 302)
TYPES = {
    "pricecurve": "PriceCurveCreated",
    "lpc/locations": "LocationLPCRequested",
    "usereligibility": "UserEligibilityUpdated",
}
SAME = ("notificationId", "eventId", "notificationType", "payload")


@pytest.mark.scenario("life-of-a-webhook")
def test_webhook_is_told_what_it_asks_for_while_it_is_on(world):
    """Deliveries follow each change of a webhook: created, changed, replaced, disabled, enabled and deleted."""
    household, api = Household.reachable(world), world.api
    webhook = household.subscribe("PriceCurveCreated")
    world.verify.readable(webhook)
    household.arrives(webhook, household.simulate(), notificationType="PriceCurveCreated")

    # PATCH changes the URL, and keeps the notification types.
    here = {"webhookUrl": world.drafts.hook_url()}
    api.patch(webhook.path, json=here)
    earlier, webhook = webhook, world.entities.replaced(webhook, {**webhook.body, **here})
    if not world.verify.readable(webhook):
        # Deliveries cannot match a change that was not stored, and that finding is already recorded.
        return
    moved = household.simulate()
    household.arrives(webhook, moved)

    # PUT replaces the webhook: it subscribes to another type of event, and no longer to the earlier one.
    body = {
        "name": "Grenser",
        "webhookUrl": world.drafts.hook_url(),
        "webhookSecret": household.secret,
        "notificationTypes": ["LocationLPCRequested"],
        "enabled": True,
    }
    api.put(webhook.path, json=body)
    webhook = world.entities.replaced(webhook, body)
    if not world.verify.readable(webhook):
        return
    curve, limit = household.simulate(), household.simulate("lpc/locations")
    household.arrives(webhook, limit, notificationType="LocationLPCRequested")
    household.must_not_arrive(
        (earlier, moved, "for the webhook has another address now"),
        (webhook, curve, "for the webhook does not ask for price curves any more"),
    )

    # A disabled webhook receives nothing. Whether missed events are delivered later is unspecified.
    other = household.subscribe()
    before, beside = world.snapshots.members_of(webhook), world.snapshots.of([other])
    switched = api.put(f"{webhook.path}/enabled", params={"enabled": "false"})
    if not world.changes.changed_only(OTHERS_UNTOUCHED, webhook, before, "enabled", switched):
        return
    world.changes.unchanged(OTHERS_UNTOUCHED, beside, switched)
    if not world.verify.reads(webhook.path, {"enabled": False}):
        return
    # Disabling a disabled webhook is allowed: the operation sets a state, and does not toggle it.
    api.put(f"{webhook.path}/enabled", params={"enabled": "false"})
    if not world.verify.reads(webhook.path, {"enabled": False}):
        return
    missed = household.simulate("lpc/locations")
    household.must_not_arrive((webhook, missed, "for the webhook is switched off"))
    for _ in range(2):
        api.put(f"{webhook.path}/enabled", params={"enabled": "true"})
        if not world.verify.reads(webhook.path, {"enabled": True}):
            return
    household.arrives(webhook, household.simulate("lpc/locations"))

    # A deleted webhook cannot be read, and receives nothing.
    deleted = api.delete(webhook.path)
    if world.verify.unreadable(api.get(webhook.path, expect=ABSENT, strict=False), deleted):
        household.must_not_arrive((webhook, household.simulate("lpc/locations"), "for the webhook is deleted"))


@pytest.mark.scenario("one-address")
def test_webhooks_at_one_address_are_two(world):
    """If a second webhook with the same URL is accepted, both are listed, and deleting one keeps the other."""
    household = Household.reachable(world)
    first = household.subscribe("PriceCurveCreated")
    body = {**first.body, "name": "Hytta"}
    second = world.entities.create(first.type, body=Body(body), expect=UNSPECIFIED)
    if second.id == first.id:
        world.verify.not_checked(LISTED_ONCE, "a second webhook at an address is the first one")
        return

    listing = world.lists.read("/webhooks")
    for webhook in (first, second):
        world.verify.listed_once(listing, webhook)
    before = world.snapshots.of([first])
    deleted = world.api.delete(second.path)
    world.changes.unchanged(OTHERS_UNTOUCHED, before, deleted)
    household.arrives(first, household.simulate())


@pytest.mark.scenario("switched-off-by-patch")
def test_webhook_can_be_switched_off_by_a_change(world):
    """PATCH with `enabled` false disables a webhook, as PUT on `/enabled` does."""
    household = Household.reachable(world)
    webhook = household.subscribe("PriceCurveCreated")

    world.api.patch(webhook.path, json={"enabled": False})

    household.must_not_arrive((webhook, household.simulate(), "for the webhook is switched off"))


@pytest.mark.scenario("address-with-a-query")
def test_address_is_called_as_it_is(world):
    """Deliveries use the complete URL of a webhook, including its query, for each subscribed type."""
    household = Household.reachable(world)
    webhook = household.subscribe("UserEligibilityUpdated", "PriceCurveCreated", query="?partner=42&key=a%20b")

    household.arrives(webhook, household.simulate(), notificationType="PriceCurveCreated")
    household.arrives(webhook, household.simulate("usereligibility"), notificationType="UserEligibilityUpdated")
    household.each_is_delivered_once()


@pytest.mark.scenario("other-partners-webhook")
def test_webhook_of_another_partner_is_told_nothing(world, other):
    """Events of one partner are not delivered to the webhooks of another."""
    household, stranger = Household.reachable(world), Household.of(other)
    theirs = stranger.subscribe("PriceCurveCreated", "UserEligibilityUpdated", "LocationLPCRequested")

    events = household.simulate(), household.simulate("usereligibility")
    household.must_not_arrive(*((theirs, event, "for the webhook is another partner's") for event in events))


@pytest.mark.scenario("new-secret")
def test_new_secret_signs_from_then_on(world):
    """After a change of the secret, deliveries are signed with the new one, every character and space included."""
    owner = Household.reachable(world)
    webhook = owner.subscribe("PriceCurveCreated")

    for kind in ("secret", "long-secret", "padded-secret"):
        new, expect = world.values.draw(kind), SUCCESS if kind == "secret" else MAY_BE_REJECTED
        changed = world.api.patch(webhook.path, json={"webhookSecret": new}, expect=expect)

        owner = owner.with_secret(new) if world.verify.accepted(changed) else owner
        owner.arrives(webhook, owner.simulate())

    # Null does not change the secret.
    if world.api.patch(webhook.path, json={"name": "Hytta", "webhookSecret": None}, strict=False).is_success:
        owner.arrives(webhook, owner.simulate())


@pytest.mark.scenario("logs")
def test_logs_agree_with_what_arrived(world):
    """The log of a delivery shows what was sent, the URL and the response status; its content is the delivered body."""
    household, api = Household.reachable(world), world.api
    webhook, other = household.subscribe("PriceCurveCreated"), household.subscribe("PriceCurveCreated")
    world.deliveries.answer_with(webhook, status=202)
    event = household.simulate()
    delivery = household.arrives(webhook, event)
    household.arrives(other, event)
    if delivery is None:
        return
    notification = json.loads(delivery.request.body)
    own_id = notification["notificationId"]

    def own(response):
        return [log for log in records_of(require_json(response)) if log.get("notificationId") == own_id]

    def is_strange(log):
        return log.get("webhookId") != webhook.id

    def has_status(response):
        return any(log.get("responseStatusCode") for log in own(response))

    query = {"webhookId": webhook.id, "page": "1", "pageSize": "1000"}
    listed_logs = api.poll("/webhooks/logs", has_status, params=query)
    read = api.get(f"/webhooks/logs/{own_id}")

    world.verify.some(DELIVERY_LOGS, listed_logs, own(listed_logs), listed("notificationId"), note=own_id)
    strangers = [log.get("webhookId") for log in records_of(require_json(listed_logs)) if is_strange(log)]
    world.verify.none(DELIVERY_LOGS, listed_logs, strangers, listed("webhookId"), note="for another one was asked for")
    known = {
        "webhookId": webhook.id,
        "partnerEventId": event.id,
        "notificationId": own_id,
        "notificationType": "PriceCurveCreated",
        "webhookUrl": world.deliveries.address(webhook),
        "requestTimeout": False,
        "responseStatusCode": 202,
    }
    signature = delivery.request.headers.get("X-Payload-Signature")
    if [log for log in own(listed_logs) if not is_strange(log)] == []:
        # If the webhook is missing, that is the cause.
        world.verify.readable(webhook)
    for log in own(listed_logs)[:1]:
        signed = {"sparkSignature": signature} if log.get("sparkSignature") else {}
        must_agree(world, listed_logs, known | signed, log)
    shown = require_json(read)
    must_agree(world, read, known, shown.get("webhookNotificationLog", {}))
    told = shown.get("notificationContent")
    # The checks report what is no text.
    if isinstance(told, str):
        breach = Breach.of("changed", body(("notificationContent",)), notification, told, note="as text")
        world.verify.that(DELIVERY_LOGS, read, breach, holds=is_same_json(told, notification))


def must_agree(world, response, known, log):
    """Record a finding for each member of a log that differs from the known value."""
    for name, value in known.items():
        world.verify.equal(DELIVERY_LOGS, response, value, at_path(log, (name,), NOTHING), body((name,)))


@pytest.mark.scenario("pages-of-logs")
def test_logs_come_in_pages(world):
    """Logs of deliveries of several types are on the pages of the list, for one webhook and for all."""
    household = Household.reachable(world)
    webhook, other = (household.subscribe(*TYPES.values()) for _ in range(2))
    came = []
    for what in TYPES:
        event = household.simulate(what)
        came.append(household.arrives(webhook, event))
        household.arrives(other, event)
    query, logs = {"webhookId": webhook.id}, world.contract.operations["listNotificationLogs"]
    whole = {**query, "page": "1", "pageSize": "1000"}
    told = [
        value for value in (value_of(delivery) for delivery in came if delivery is not None) if is_identified(value)
    ]
    ids = {value["notificationId"] for value in told}
    listed_logs = world.api.poll("/webhooks/logs", lambda response: ids <= {*logged(response)}, params=whole)

    names = {"partnerEventId": "eventId", "notificationType": "notificationType"}
    for value in told:
        log = logged(listed_logs).get(value["notificationId"])
        world.verify.some(
            DELIVERY_LOGS, listed_logs, [log] if log else [], listed("notificationId"), note=kind_of(value)
        )
        if log:
            must_agree(world, listed_logs, {name: value[own] for name, own in names.items() if own in value}, log)
    VerifyPages(world.verify).hold_every_record_once(Pages(world.api, logs, query))
    VerifyPages(world.verify).hold_every_record_once(Pages(world.api, logs))


def is_identified(value):
    """Whether a delivery has an id by which its log can be found."""
    return isinstance(value, dict) and isinstance(value.get("notificationId"), str)


def logged(response):
    """The logs that a list shows, by the ids of their notifications."""
    return {str(log.get("notificationId")): log for log in records_of(require_json(response))}


def kind_of(value):
    """What a missing log is of."""
    return f"of a {value.get('notificationType')} notification"


def event_of(value):
    """The event id in a delivery."""
    return str(value.get("eventId")) if isinstance(value, dict) else ""


@pytest.mark.scenario("refused-delivery")
def test_refused_delivery_comes_again(world):
    """A delivery that is not acknowledged with 2xx is retried with the same notification, until it is acknowledged."""
    household = Household.reachable(world)
    refusing = [(status, household.subscribe("PriceCurveCreated")) for status in REFUSALS]
    for status, webhook in refusing:
        world.deliveries.answer_with(webhook, status=status, then=204, of=event_of)

    event = household.simulate()

    since = time.monotonic()
    for status, webhook in refusing:
        attempts = Attempts(world.deliveries, webhook, event.may_be_in)
        attempts.wait_for_any(2, since)
        if not attempts.came:
            # A missing first delivery is reported once, not a second time as a missing retry.
            household.never_came(webhook, event)
            continue
        retries.came_again(world.verify, event.made, len(attempts.came), status)
        retries.are_one_notification(world.deliveries, event.made, SAME, attempts.came, household.secret)
    world.api.get(f"/events/{event.id}")


@pytest.mark.scenario("refusing-receiver")
def test_refusing_receiver_is_left_alone_in_the_end(world):
    """A failing delivery is tried at most four times, with growing pauses; afterwards the event can still be read."""
    household = Household.reachable(world)
    webhook = household.subscribe("PriceCurveCreated")
    world.deliveries.answer_with(webhook, status=REFUSED)

    event = household.simulate()

    attempts = Attempts(world.deliveries, webhook, event.may_be_in)
    attempts.wait_for(2)
    if not attempts.came:
        household.never_came(webhook, event)
        return
    # Deliveries without a pause between them count as one attempt.
    if retries.came_again(world.verify, event.made, attempts.count, REFUSED):
        attempts.wait_for(MOST_ATTEMPTS)
    retries.are_one_notification(world.deliveries, event.made, SAME, attempts.came, household.secret)
    retries.pauses_grew(world.verify, event.made, attempts.times, again=lambda: household.refused(webhook).times)
    world.deliveries.pause(retries.longer_than(attempts.times))
    retries.came_at_most(world.verify, event.made, attempts.count)
    world.verify.reads(f"/events/{event.id}", {"id": event.id})

    # A failed delivery is also logged.
    own_id = str(at_path(value_of(attempts.came[0]), ("notificationId",)))
    query = {"webhookId": webhook.id, "page": "1", "pageSize": "1000"}

    def own(response):
        return [log for log in records_of(require_json(response)) if log.get("notificationId") == own_id]

    listed_logs = world.api.poll("/webhooks/logs", lambda response: bool(own(response)), seconds=FOLLOWS, params=query)
    if not world.verify.some(DELIVERY_LOGS, listed_logs, own(listed_logs), listed("notificationId"), note=own_id):
        world.verify.readable(webhook)


@pytest.mark.scenario("acknowledgement")
def test_any_success_is_an_acknowledgement(world):
    """Any 2xx acknowledges a delivery; if the delivery is repeated, it has the same notification id."""
    household = Household.reachable(world)
    taking = [(status, household.subscribe("PriceCurveCreated")) for status in SUCCESSES]
    for status, webhook in taking:
        world.deliveries.answer_with(webhook, status=status)

    event = household.simulate()

    arrived = [each for each in taking if household.arrives(each[1], event) is not None]
    household.settle()
    world.deliveries.pause(1.0)
    for status, webhook in arrived:
        came = household.deliveries(webhook, event)
        notifications = {at_path(value_of(delivery), ("notificationId",)) for delivery in came}
        note = f"for it was answered with {status}"
        # A receiver must expect a duplicate, but not repeated retries as after a rejection.
        at = Place("delivery", "notifications")
        world.verify.count(DELIVERED_ONCE, event.made, 1, len(notifications), at, note=note)
        breach = Breach.of("maximum", Place("delivery", "attempts"), {"maximum": 2}, len(came), note=note)
        world.verify.that(DELIVERED_ONCE, event.made, breach, holds=len(came) <= 2)


@pytest.mark.scenario("receivers-apart")
def test_failing_receiver_holds_up_no_other(world):
    """A slow, failing or unreachable receiver does not prevent deliveries to others."""
    household = Household.reachable(world)
    slow, refusing, down = (household.subscribe("PriceCurveCreated") for _ in range(3))
    world.deliveries.answer_with(slow, after=2)
    world.deliveries.answer_with(refusing, status=500)
    # Whether the API validates a URL is unspecified.
    world.api.patch(down.path, json={"webhookUrl": "http://nobody.invalid/hooks/nobody"}, expect=UNSPECIFIED)
    healthy = household.subscribe("PriceCurveCreated")

    event = household.simulate()

    for webhook in (healthy, slow, refusing):
        household.arrives(webhook, event)
