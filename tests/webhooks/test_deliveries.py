"""Test deliveries of webhooks: once, to the right address, whatever the receivers do."""

import pytest

from ecsuite.messages.exchange import Expectation
from ecsuite.rules import DELIVERED_ONCE, DELIVERED_RIGHT
from ecsuite.webhook.delivery import hook_of

pytestmark = [pytest.mark.spec, pytest.mark.edition("2023-10")]
NOWHERE = "http://localhost:9/hooks/nobody"
ANYthing = Expectation("a test of a webhook whose receiver fails", unspecified=True)
# How long what should not come is waited for, once something that was asked for later has come.
GRACE = 0.5
# How long a slow receiver takes for its response, in seconds.
SLOW = 2.0


@pytest.fixture
def entity_type(world):
    """The entity type that webhooks are."""
    return next(entity_type for entity_type in world.contract.entity_types if entity_type.name == "webhook")


@pytest.fixture
def hooks(world, entity_type):
    """Makes webhooks with a receiver that deliveries can reach; without one there is nothing to test."""
    if not world.sandbox:
        pytest.skip("webhooks are tested in the sandbox, never in production")

    def make(**members):
        value = world.body(entity_type.creator).value | members
        return world.make(entity_type, body=world.body_of(value))

    make()
    if world.receiver.unreachable:
        pytest.skip(world.receiver.unreachable)
    return make


def ask(world, entity, api=None, **options):
    """Asks for a test delivery."""
    return (api or world.api).post(f"{entity.path}/test", **options)


def hook(entity):
    return entity.sent["webhookUrl"].partition("?")[0].rpartition("/")[2]


def arrives(world, entity, asked):
    """Waits for a delivery and checks it."""
    delivery = world.receiver.wait(hook(entity))
    world.rules.delivered("testDelivery", delivery, asked, entity.sent["webhookUrl"])


def count(world, name):
    return sum(hook_of(delivery) == name for delivery in world.receiver.received())


def settle(world, hooks):
    """Waits until what was asked for by now must have come, by asking for one thing more."""
    last = hooks()
    arrives(world, last, ask(world, last))
    world.pause(GRACE)


def must_not_come(world, entity, asked, expected_count, why):
    world.rules.require(
        DELIVERED_RIGHT,
        asked,
        holds=count(world, hook(entity)) == expected_count,
        at=f"deliveries to {entity.sent['webhookUrl']}",
        expected=f"{expected_count or 'none'}, {why}",
        actual=str(count(world, hook(entity))),
    )


def test_each_test_delivers_once(world, hooks):
    """Each call brings one delivery to its own webhook, and none to another."""
    entity, idle = hooks(), hooks()

    for _ in range(2):
        asked = ask(world, entity)
        arrives(world, entity, asked)
    settle(world, hooks)

    world.rules.require(
        DELIVERED_ONCE,
        asked,
        holds=count(world, hook(entity)) == 2,
        at=f"deliveries to {entity.sent['webhookUrl']}",
        expected="2, one for each call",
        actual=str(count(world, hook(entity))),
    )
    must_not_come(world, idle, asked, 0, "for its test was not asked for")


def test_delivery_keeps_the_query(world, hooks, entity_type):
    """The whole address is called, with its query."""
    value = world.body(entity_type.creator).value
    address = f"{value['webhookUrl']}?partner=nordlys&key=a%20b"
    entity = hooks(webhookUrl=address)

    asked = ask(world, entity)

    delivery = world.receiver.wait(hook(entity))
    came = delivery.request.url if delivery else "nothing came"
    world.rules.require(DELIVERED_RIGHT, asked, holds=came == address, at="delivery", expected=address, actual=came)


def test_changed_webhook_is_called_at_its_new_address(world, hooks, entity_type):
    """After a PUT deliveries go to the new address, and to the old one no more."""
    entity = hooks()
    value = world.body(entity_type.replacer, full=True).value
    world.api.put(entity.path, json=value)
    moved = world.moved(entity, value)

    asked = ask(world, moved)

    arrives(world, moved, asked)
    settle(world, hooks)
    must_not_come(world, entity, asked, 0, "for the webhook has another address now")


def test_deleted_webhook_is_not_called(world, hooks):
    """A test of a deleted webhook is refused, and delivers nothing."""
    entity = hooks()
    world.api.delete(entity.path)

    asked = ask(world, entity, expect=Expectation("a refusal of a deleted webhook", frozenset({404})), strict=False)

    settle(world, hooks)
    must_not_come(world, entity, asked, 0, "for the webhook is deleted")


def test_refused_test_delivers_nothing(world, hooks):
    """A test without a good token delivers nothing."""
    entity = hooks()
    violates = frozenset({"bearer token is sent"})
    headers = {"Authorization": f"Bearer {world.ids.new()}"}
    for options in ({}, {"headers": headers}):
        expect = Expectation("a refusal for want of a token", frozenset({401}), violates)
        asked = ask(world, entity, authorize=False, expect=expect, strict=False, **options)

    settle(world, hooks)
    must_not_come(world, entity, asked, 0, "for the call was refused")


def test_another_partner_cannot_ask(world, other, hooks):
    """A test that another partner asks for is refused, and delivers nothing."""
    entity = hooks()

    asked = ask(
        world,
        entity,
        api=other.api,
        expect=Expectation("a refusal of another partner's webhook", frozenset({404})),
        strict=False,
    )

    settle(world, hooks)
    must_not_come(world, entity, asked, 0, "for another partner asked for it")


@pytest.mark.parametrize("failure", ["refusing", "slow", "down"])
def test_failing_receiver_breaks_nothing(world, hooks, failure):
    """A receiver that fails is its owner's trouble: the API goes on, and delivers to others."""
    entity = hooks(webhookUrl=NOWHERE) if failure == "down" else hooks()
    if failure != "down":
        world.receiver.answer_with(
            hook(entity), status=500 if failure == "refusing" else 200, after=SLOW if failure == "slow" else 0
        )

    ask(world, entity, expect=ANYthing)
    if failure == "slow":
        # Meanwhile, and after it was answered.
        during = hooks()
        arrives(world, during, ask(world, during))
        world.pause(SLOW + 0.3)

    world.api.get("/webhooks")
    world.read(entity)
    healthy = hooks()
    asked = ask(world, healthy)
    arrives(world, healthy, asked)


def test_unknown_webhook_cannot_be_tested(world, hooks):
    """A test of what is not there is not found."""
    entity = hooks()
    world.api.post(
        f"{world.path(entity.entity_type.reader, own=world.ids.new())}/test",
        expect=Expectation("a refusal of an unknown webhook", frozenset({404})),
        strict=False,
    )
