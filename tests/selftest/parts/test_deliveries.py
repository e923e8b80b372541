"""Deliveries: waited for, counted, signed, and true; and what is said of retries."""

import json

import httpx
import pytest

from ecsuite import wording
from ecsuite.findings.breach import Place
from ecsuite.messages.exchange import Exchange, Headers, Request, Response
from ecsuite.promises import (
    BY_ID,
    DELIVERED_TO_ITS_WEBHOOK,
    DELIVERY_ARRIVES,
    DELIVERY_CONTENT,
    DELIVERY_RETRIED,
    SIGNATURE,
)
from ecsuite.rules.deliveries import apart, is_same_json
from ecsuite.rules.retries import Attempts, are_one_notification, came_again, came_at_most, longer_than, pauses_grew
from ecsuite.samples import Body
from ecsuite.webhook.signature import sign

URL = "https://partner.example/hooks/mine?key=1"
RULES = {DELIVERED_TO_ITS_WEBHOOK, DELIVERY_CONTENT, DELIVERY_ARRIVES, DELIVERY_RETRIED, SIGNATURE}


def delivery(body, url=URL, key="hush", signature=None):
    content = json.dumps(body).encode()
    signed = sign(key, content) if signature is None else signature
    headers = [("X-Payload-Signature", signed), ("Content-Type", "application/json")]
    return Exchange(Request("POST", url, Headers.of(headers), content), Response(200))


@pytest.fixture
def hooked(world_of):
    """A world with a webhook at URL, to which deliveries came, and the response that made it."""

    def make(*deliveries):
        def answer(_, sent):
            return 201, {"webhookId": "1", **sent}

        world = world_of(answer, "2026-01", deliveries=deliveries)
        body = {"name": "x", "webhookUrl": URL, "webhookSecret": "hush", "notificationTypes": ["PriceCurveCreated"]}
        webhook = world.entities.create(world.entities.type_made_by("createWebhook"), body=Body(body))
        return world, webhook

    return make


def broken(world):
    return [BY_ID[each.promise] for each in world.api.journal.findings if BY_ID[each.promise] in RULES]


def test_delivery_that_is_right_breaks_nothing(hooked):
    """It came, to the whole address, is signed with the webhook's secret, and tells what it must."""
    world, webhook = hooked(delivery({"eventId": "7"}))

    assert world.deliveries.arrives(webhook, webhook.created, secret="hush", tells={"eventId": "7"})

    assert broken(world) == []
    assert len(world.deliveries.to(webhook)) == 1


@pytest.mark.parametrize(
    ("came", "promise"),
    [
        ([], DELIVERY_ARRIVES),
        ([delivery({"eventId": "7"}, key="another")], SIGNATURE),
        ([delivery({"eventId": "8"})], DELIVERY_CONTENT),
        ([delivery({"eventId": "7"}, url=URL.replace("key=1", "key=2"))], DELIVERED_TO_ITS_WEBHOOK),
    ],
)
def test_delivery_that_is_wrong_breaks_one_promise(hooked, came, promise):
    """That it does not come, is signed otherwise, tells something else, or goes to another address."""
    world, webhook = hooked(*came)

    world.deliveries.arrives(webhook, webhook.created, secret="hush", tells={"eventId": "7"})

    assert broken(world) == [promise]


def test_what_the_checks_say_of_a_delivery_is_not_said_again(hooked):
    """A signature that is none, and text in the place of a number: who sees that needs no comparison to be told."""
    wrong = {"eventId": 7, "notificationType": "PriceCurveCreated"}
    world, webhook = hooked(delivery(wrong, signature="no Base64"))

    world.deliveries.arrives(webhook, webhook.created, secret="hush", tells={"eventId": "7"})

    places = [each.breach.at for each in world.api.journal.findings]
    assert broken(world) == []
    assert Place("request-header", "X-Payload-Signature") in places
    assert places.count(Place("request-body", path=("eventId",))) == 1


@pytest.mark.parametrize(
    ("shown", "leads"),
    [
        (httpx.Response(200, json={"webhookUrl": URL}), True),
        (httpx.Response(200, json={"webhookUrl": "https://partner.example/hooks/earlier"}), False),
        (httpx.Response(200, json={}), False),
        (httpx.Response(404, json={"webhookUrl": URL}), False),
    ],
)
def test_webhook_leads_to_the_address_that_is_shown(hooked, shown, leads):
    """After a change that was not made, deliveries rightly go where they went."""
    world, webhook = hooked()

    assert world.deliveries.leads_to(webhook, shown) is leads


def test_deliveries_are_counted(hooked):
    """Only those to the webhook that are wanted."""
    world, webhook = hooked(delivery({"eventId": "7"}), delivery({"eventId": "8"}))

    def is_seven(value):
        return value["eventId"] == "7"

    assert world.deliveries.count_is(
        DELIVERED_TO_ITS_WEBHOOK, webhook, webhook.created, 1, "for one was asked for", is_seven
    )
    assert not world.deliveries.count_is(
        DELIVERED_TO_ITS_WEBHOOK, webhook, webhook.created, 0, "for the webhook is off"
    )


def test_unreadable_delivery_tells_nothing(hooked):
    """What is not JSON is a finding of the checks, and nothing more."""
    world, _ = hooked()
    unreadable = Exchange(Request("POST", URL, Headers(), b"{"), Response(200))

    assert world.deliveries.verify.tells({"eventId": "7"}, unreadable) is False
    assert broken(world) == []


def test_attempts_are_of_one_notification(hooked):
    """Each attempt tells what the first told."""
    again, other = delivery({"notificationId": "1"}), delivery({"notificationId": "2"})
    world, webhook = hooked(again, again, other)
    attempts = Attempts(world.deliveries, webhook, lambda _: True)
    attempts.wait_for(3)
    asked = webhook.created

    assert attempts.count == 3
    assert are_one_notification(world.deliveries, asked, ["notificationId"], attempts.came[:2], "hush")
    assert not are_one_notification(world.deliveries, asked, ["notificationId"], attempts.came, "hush")
    assert are_one_notification(world.deliveries, asked, ["notificationId"], [], "hush")


@pytest.mark.parametrize(
    ("times", "kept"), [([0, 1, 3, 7], True), ([0, 1, 2, 3], False), ([0, 4, 6, 7], False), ([0, 1, 1.95, 3.9], True)]
)
def test_pauses_grow(hooked, times, kept):
    """Each is longer than the one before, but for the time that calls take, and the last than the first."""
    world, webhook = hooked()

    assert pauses_grew(world.verify, webhook.created, times) is kept


@pytest.mark.parametrize(("again", "kept"), [([0, 1, 3, 7], True), ([0, 1, 2, 3], False), ([0, 1], False), ([], False)])
def test_pauses_that_do_not_grow_are_seen_twice(hooked, again, kept):
    """An attempt may have been held up once; where the second time cannot tell, the first counts."""
    world, webhook = hooked()

    assert pauses_grew(world.verify, webhook.created, [0, 0.4, 0.6, 1.4], again=lambda: again) is kept


def test_pauses_that_grow_are_seen_once(hooked):
    """Nothing is asked of the server again where there is no doubt."""
    world, webhook = hooked()

    assert pauses_grew(world.verify, webhook.created, [0, 1, 3, 7], again=pytest.fail)


def test_few_attempts_are_not_judged(hooked, reasons):
    """Of a single pause, or of times that are not known, nothing can be said."""
    world, webhook = hooked()

    assert pauses_grew(world.verify, webhook.created, [0, 1])
    assert any(promise == DELIVERY_RETRIED for promise, _ in reasons(world))


def test_attempts_are_more_than_one_and_few(hooked):
    """A refused delivery comes again, but not for ever."""
    world, webhook = hooked()

    assert came_again(world.verify, webhook.created, 2, 503)
    assert not came_again(world.verify, webhook.created, 1, 503)
    assert came_at_most(world.verify, webhook.created, 4)
    assert not came_at_most(world.verify, webhook.created, 5)


def test_next_pause_is_waited_for():
    """As long as another attempt could take, and no longer than anybody waits."""
    assert longer_than([]) == 0
    assert longer_than([0, 2]) == 5.5
    assert longer_than([0, 100]) == 30


def test_what_comes_at_once_is_one_attempt():
    """Of times that are as good as the same the last counts."""
    assert apart([0, 0.01, 1, 1.02, 5]) == [0.01, 1.02, 5]
    assert apart([]) == []


@pytest.mark.parametrize(("text", "same"), [('{"a": 1}', True), ('{"a":2}', False), ("{", False), (None, False)])
def test_text_is_the_json_of_a_value(text, same):
    """Spelling does not matter."""
    assert is_same_json(text, {"a": 1}) is same


def test_call_that_asked_is_blamed(hooked):
    """That nothing came is said of the call that asked for it."""
    world, webhook = hooked()
    asked = httpx.Response(200, request=httpx.Request("POST", "https://api.example/v1/simulation/events/pricecurve"))

    world.deliveries.arrives(webhook, asked)

    assert [wording.subject(found) for found in world.api.journal.findings if found.promise == DELIVERY_ARRIVES.id] == [
        "POST /simulation/events/pricecurve -> 200"
    ]
