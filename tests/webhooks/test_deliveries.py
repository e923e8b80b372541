"""Test deliveries of webhooks: once, to the right address, whatever the receivers do."""

import pytest

from ecsuite.errors import NothingThere
from ecsuite.messages.exchange import ABSENT, UNSPECIFIED, Expectation
from ecsuite.promises import BEARER_TOKEN, DELIVERED_ONCE, DELIVERED_TO_ITS_WEBHOOK
from ecsuite.rules.entity import path_below
from ecsuite.rules.inputs import UNAUTHORIZED
from ecsuite.samples import Body

pytestmark = [pytest.mark.spec, pytest.mark.edition("2023-10")]
NOWHERE = "http://localhost:9/hooks/nobody"
# How long a slow receiver takes for its response, in seconds.
SLOW = 2.0


@pytest.fixture
def entity_type(world):
    """The entity type that webhooks are."""
    return world.entities.type_made_by("createWebhook")


@pytest.fixture
def hooks(world, entity_type):
    """Makes webhooks with a receiver that deliveries can reach; without one there is nothing to test."""
    if not world.sandbox:
        raise NothingThere("webhooks are tested in the sandbox, never in production")

    def make(**members):
        value = world.drafts.body(entity_type.creator).value | members
        return world.entities.create(entity_type, body=Body(value))

    make()
    if world.deliveries.receiver.unreachable:
        raise NothingThere(world.deliveries.receiver.unreachable)
    return make


def ask(world, webhook, **options):
    """Asks for a test delivery."""
    return world.api.post(f"{webhook.path}/test", **options)


def settle(world, hooks):
    """Waits until what was asked for by now must have come, by asking for one thing more."""
    last = hooks()
    world.deliveries.arrives(last, ask(world, last))
    world.deliveries.pause()


def test_each_test_delivers_once(world, hooks):
    """Each call brings one delivery to its own webhook, and none to another."""
    webhook, idle = hooks(), hooks()

    for _ in range(2):
        asked = ask(world, webhook)
        world.deliveries.arrives(webhook, asked)

    settle(world, hooks)
    world.deliveries.count_is(DELIVERED_ONCE, webhook, asked, 2, "one for each call")
    world.deliveries.count_is(DELIVERED_TO_ITS_WEBHOOK, idle, asked, 0, "for its test was not asked for")


def test_delivery_keeps_the_query(world, hooks, entity_type):
    """The whole address is called, with its query."""
    address = world.drafts.body(entity_type.creator).value["webhookUrl"]
    webhook = hooks(webhookUrl=f"{address}?partner=nordlys&key=a%20b")

    asked = ask(world, webhook)

    world.deliveries.arrives(webhook, asked)


def test_changed_webhook_is_called_at_its_new_address(world, hooks, entity_type):
    """After a PUT deliveries go to the new address, and to the old one no more."""
    webhook = hooks()
    body = world.drafts.body(entity_type.replacer, full=True).value
    world.api.put(webhook.path, json=body)
    moved = world.entities.replaced(webhook, body)

    asked = ask(world, moved)

    world.deliveries.arrives(moved, asked)
    settle(world, hooks)
    world.deliveries.count_is(DELIVERED_TO_ITS_WEBHOOK, webhook, asked, 0, "for the webhook has another address now")


def test_deleted_webhook_is_not_called(world, hooks):
    """A test of a deleted webhook is refused, and delivers nothing."""
    webhook = hooks()
    world.api.delete(webhook.path)

    refused = ask(world, webhook, expect=ABSENT, strict=False)

    settle(world, hooks)
    if refused.is_success:
        # That it is there is told already.
        world.verify.not_checked(DELIVERED_TO_ITS_WEBHOOK, "the deleted webhook is still there")
    else:
        world.deliveries.count_is(DELIVERED_TO_ITS_WEBHOOK, webhook, refused, 0, "for the webhook is deleted")


def test_refused_test_delivers_nothing(world, hooks):
    """A test without a good token delivers nothing."""
    webhook = hooks()
    expect = Expectation("no-good-token", UNAUTHORIZED, frozenset({BEARER_TOKEN}))

    for headers in ({}, {"Authorization": f"Bearer {world.values.ids.new()}"}):
        refused = ask(world, webhook, authorize=False, expect=expect, strict=False, headers=headers)

    settle(world, hooks)
    world.deliveries.count_is(DELIVERED_TO_ITS_WEBHOOK, webhook, refused, 0, "for the call was refused")


def test_another_partner_cannot_ask(world, other, hooks):
    """A test that another partner asks for is refused, and delivers nothing."""
    webhook = hooks()

    refused = ask(other, webhook, expect=ABSENT, strict=False)

    settle(world, hooks)
    world.deliveries.count_is(DELIVERED_TO_ITS_WEBHOOK, webhook, refused, 0, "for another partner asked for it")


@pytest.mark.parametrize("answer", [{"status": 500}, {"after": SLOW}, None], ids=["refusing", "slow", "down"])
def test_failing_receiver_breaks_nothing(world, hooks, answer):
    """A receiver that fails is its owner's trouble: the API goes on, and delivers to others."""
    failing = hooks() if answer else hooks(webhookUrl=NOWHERE)
    if answer:
        world.deliveries.answer_with(failing, **answer)

    ask(world, failing, expect=UNSPECIFIED)

    # Meanwhile, and after a slow one was answered.
    during = hooks()
    world.deliveries.arrives(during, ask(world, during))
    world.deliveries.pause((answer or {}).get("after", 0) + 0.3)
    world.api.get("/webhooks")
    world.verify.readable(failing)
    healthy = hooks()
    world.deliveries.arrives(healthy, ask(world, healthy))


def test_unknown_webhook_cannot_be_tested(world, hooks, entity_type):
    """A test of what is not there is not found."""
    path = path_below(entity_type.reader, own=world.values.ids.new())

    world.api.post(f"{path}/test", expect=ABSENT, strict=False)
