"""Test deliveries of webhooks: one for each request, at the right URL, whatever the receivers respond."""

import pytest

from ecsuite.messages.exchange import ABSENT, UNSPECIFIED, Expectation
from ecsuite.promises import BEARER_TOKEN, DELIVERED_ONCE, DELIVERED_TO_ITS_WEBHOOK
from ecsuite.rules.entity import path_below
from ecsuite.rules.inputs import UNAUTHORIZED
from ecsuite.scenarios.edition_2023_10 import Hooks

pytestmark = [pytest.mark.spec, pytest.mark.edition("2023-10"), pytest.mark.waits]
NOWHERE = "http://localhost:9/hooks/nobody"
# Seconds before a slow receiver responds.
SLOW = 2.0


def test_each_test_delivers_once(world):
    """Each request causes one delivery to its webhook, and none to another."""
    hooks = Hooks.reachable(world)
    webhook, idle = hooks.make(), hooks.make()

    for _ in range(2):
        asked = hooks.ask(webhook)
        world.deliveries.arrives(webhook, asked)

    hooks.settle()
    world.deliveries.count_is(DELIVERED_ONCE, webhook, asked, 2, "one for each call")
    world.deliveries.count_is(DELIVERED_TO_ITS_WEBHOOK, idle, asked, 0, "for its test was not asked for")


def test_delivery_keeps_the_query(world):
    """A delivery is sent to the complete URL, including its query."""
    hooks = Hooks.reachable(world)
    address = world.drafts.body(hooks.type.creator).value["webhookUrl"]
    webhook = hooks.make(webhookUrl=f"{address}?partner=nordlys&key=a%20b")

    asked = hooks.ask(webhook)

    world.deliveries.arrives(webhook, asked)


def test_changed_webhook_is_called_at_its_new_address(world):
    """After a PUT, deliveries are sent to the new URL, and no longer to the old one."""
    hooks = Hooks.reachable(world)
    webhook = hooks.make(eventPayloadTypes=["PriceCurve"], operationTypes=["Create"])
    # The PUT changes all members, so that a PUT without any effect is reported as such.
    moving = {"eventPayloadTypes": ["PowerLevel"], "operationTypes": ["Delete"]}
    body = world.drafts.body(hooks.type.replacer, full=True).value | moving
    world.api.put(webhook.path, json=body)
    moved = world.entities.replaced(webhook, body)
    shown = world.api.get(moved.path, strict=False)
    if shown.is_success:
        world.verify.shows(moved.representation, shown)
    if not world.deliveries.leads_to(moved, shown):
        world.verify.not_checked(DELIVERED_TO_ITS_WEBHOOK, "the webhook does not show its new address")
        return

    asked = hooks.ask(moved)

    world.deliveries.arrives(moved, asked)
    hooks.settle()
    world.deliveries.count_is(DELIVERED_TO_ITS_WEBHOOK, webhook, asked, 0, "for the webhook has another address now")


def test_deleted_webhook_is_not_called(world):
    """A test of a deleted webhook is rejected, and causes no delivery."""
    hooks = Hooks.reachable(world)
    webhook = hooks.make()
    world.api.delete(webhook.path)

    refused = hooks.ask(webhook, expect=ABSENT, strict=False)

    hooks.nothing_comes(webhook, refused, "for the webhook is deleted")


def test_refused_test_delivers_nothing(world):
    """A test without a valid token causes no delivery."""
    hooks = Hooks.reachable(world)
    webhook = hooks.make()
    expect = Expectation("no-good-token", UNAUTHORIZED, frozenset({BEARER_TOKEN}))

    asked = [
        hooks.ask(webhook, authorize=False, expect=expect, strict=False, headers=headers)
        for headers in ({}, {"Authorization": f"Bearer {world.values.ids.new()}"})
    ]

    hooks.nothing_comes(
        webhook, next((each for each in asked if each.is_success), asked[-1]), "for the call was refused"
    )


def test_another_partner_cannot_ask(world, other):
    """A test that another partner requests is rejected, and causes no delivery."""
    hooks = Hooks.reachable(world)
    webhook = hooks.make()

    refused = hooks.ask(webhook, by=other.api, expect=ABSENT, strict=False)

    hooks.nothing_comes(webhook, refused, "for another partner asked for it")


@pytest.mark.parametrize("answer", [{"status": 500}, {"after": SLOW}, None], ids=["refusing", "slow", "down"])
def test_failing_receiver_breaks_nothing(world, answer):
    """A failing receiver affects neither the API nor deliveries to other receivers."""
    hooks = Hooks.reachable(world)
    failing = hooks.make() if answer else hooks.make(webhookUrl=NOWHERE)
    if answer:
        world.deliveries.answer_with(failing, **answer)

    hooks.ask(failing, expect=UNSPECIFIED)

    # Other deliveries must arrive during the failing one, and after a slow response.
    during = hooks.make()
    world.deliveries.arrives(during, hooks.ask(during))
    world.deliveries.pause((answer or {}).get("after", 0) + 0.3)
    world.api.get("/webhooks")
    world.verify.readable(failing)
    healthy = hooks.make()
    world.deliveries.arrives(healthy, hooks.ask(healthy))


def test_unknown_webhook_cannot_be_tested(world):
    """A test of an unknown webhook is rejected as not found."""
    hooks = Hooks.reachable(world)
    path = path_below(hooks.type.reader, own=world.values.ids.new())

    world.api.post(f"{path}/test", expect=ABSENT, strict=False)
