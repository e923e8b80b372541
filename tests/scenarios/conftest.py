"""What the scenarios share: the entities of a household, webhooks that can be reached, events that are simulated."""

from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl

import httpx
import pytest

from ecsuite.messages.exchange import Exchange
from ecsuite.quickstart.edition_2026_01 import event_id_of, tells_of
from ecsuite.rules import DELIVERED_RIGHT, json_of
from ecsuite.webhook.delivery import hook_of, value_of
from ecsuite.webhook.receiver import TIMEOUT, wait_for
from ecsuite.world import Entity, World

DELIVERY = "eventNotification"
# How long what should not come is waited for, once something that was asked for later has come.
GRACE = 0.5
HOUR = "01:00:00"


@dataclass
class Event:
    """An event that was simulated: its id, and the response that made it."""

    id: str
    made: httpx.Response


@dataclass
class Household:
    """A partner with one user, its home and a tank in it, who makes events and looks what arrives.

    Attributes:
        secret: what its webhooks' deliveries are signed with.
    """

    world: World
    secret: str
    webhooks: list[Entity] = field(default_factory=list)

    @property
    def user(self) -> Entity:
        return self.world.default(self.world.entity_type("createUser"))

    @property
    def location(self) -> Entity:
        return self.world.default(self.world.entity_type("createLocation"))

    @property
    def tank(self) -> Entity:
        return self.world.default(self.world.entity_type("createLocationResource"))

    @property
    def meter(self) -> str:
        """The meter point of the home."""
        return self.location.sent["meterPointIds"][0]

    def subscribe(self, *types: str, query: str = "") -> Entity:
        """Makes a webhook for notifications of these types, at an address with a query or without."""
        entity_type = self.world.entity_type("createWebhook")
        body = {
            "name": "Hjemme",
            "webhookUrl": f"{self.world.draw('hook-url')}{query}",
            "webhookSecret": self.secret,
            "notificationTypes": list(types),
        }
        return self.world.make(entity_type, body=self.world.body_of(body))

    def simulate(self, what: str = "pricecurve", body: Any = None) -> Event:
        """Makes an event; a price curve that is made up, unless told otherwise."""
        # An event about eligibility takes no wishes.
        content = {} if what == "usereligibility" else {"json": {} if body is None else body}
        made = self.world.api.post(f"/simulation/events/{what}", **content)
        return Event(event_id_of(made), made)

    def arrives(self, webhook: Entity, event: Event, **told: Any) -> Exchange | None:
        """Waits for the delivery of an event to a webhook, and checks it: what it tells, and its signature."""
        url = webhook.sent["webhookUrl"]
        delivery = wait_for(self.world.receiver, hook(webhook), lambda value: tells_of(value, event.id), TIMEOUT)
        self.world.rules.delivered(DELIVERY, delivery, event.made, url, self.secret)
        if delivery is not None:
            self.world.rules.told(DELIVERY, self._told(event, told), delivery)
            self.world.rules.require(
                DELIVERED_RIGHT,
                event.made,
                holds=query_of(delivery.request.url) == query_of(url),
                at="address of the delivery",
                expected=url,
                actual=delivery.request.url,
            )
        return delivery

    def _told(self, event: Event, told: dict[str, Any]) -> Any:
        """What a delivery of an event has to tell: at least the payload that the response had which made the event."""
        made = json_of(event.made)
        payload = made.get("simulatedEvent", {}).get("payload") if isinstance(made, dict) else None
        schema = next(iter(self.world.contract.deliveries[DELIVERY].request.content.values()))
        expected = {"eventId": event.id, **({"payload": payload} if payload else {}), **told}
        return self.world.as_shown(schema, expected)

    def deliveries(self, webhook: Entity, event: Event) -> list[Exchange]:
        """Every delivery of an event that came to a webhook, as often as it came."""
        return [
            delivery
            for delivery in self.world.receiver.received()
            if hook_of(delivery) == hook(webhook) and tells_of(value_of(delivery), event.id)
        ]

    def must_not_arrive(self, webhook: Entity, event: Event, why: str) -> None:
        """Notes whether nothing of an event came to a webhook, once all that was asked for must have come."""
        self.settle()
        count = len(self.deliveries(webhook, event))
        self.world.rules.require(
            DELIVERED_RIGHT,
            event.made,
            holds=count == 0,
            at=f"deliveries to {webhook.sent['webhookUrl']}",
            expected=f"none, {why}",
            actual=str(count),
        )

    def settle(self) -> None:
        """Waits until what was asked for by now must have come, by asking for one thing more."""
        witness = self.subscribe("PriceCurveCreated")
        self.arrives(witness, self.simulate())
        self.world.api.delete(witness.path)
        self.world.pause(GRACE)


def query_of(url: str) -> list[tuple[str, str]]:
    """What stands behind the question mark; a tunnel may change what stands before it."""
    return parse_qsl(url.partition("?")[2], keep_blank_values=True)


def hook(webhook: Entity) -> str:
    """The name of a webhook at the receiver."""
    return webhook.sent["webhookUrl"].partition("?")[0].rpartition("/")[2]


@pytest.fixture
def household(world):
    """A household whose partner may simulate events; in production there is none."""
    if not world.sandbox:
        pytest.skip("simulation belongs to the sandbox, never to production")
    return Household(world, world.draw("secret"))


@pytest.fixture
def reachable(household):
    """The same, where deliveries can come."""
    household.subscribe()
    if household.world.receiver.unreachable:
        pytest.skip(household.world.receiver.unreachable)
    return household
