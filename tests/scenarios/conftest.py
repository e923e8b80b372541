"""What the scenarios share: the entities of a household, webhooks that can be reached, events that are simulated."""

from dataclasses import dataclass, replace
from typing import Any

import httpx
import pytest

from ecsuite.errors import NothingThere
from ecsuite.messages.exchange import Exchange
from ecsuite.promises import DELIVERED_TO_ITS_WEBHOOK
from ecsuite.quickstart.edition_2026_01 import LIMITS, event_id_of, tells_of
from ecsuite.rules.entity import Entity
from ecsuite.rules.reading import member_of
from ecsuite.rules.world import World
from ecsuite.samples import Body

HOUR = "01:00:00"


@dataclass(frozen=True)
class Event:
    """An event that was simulated: its id, and the response that made it."""

    id: str
    made: httpx.Response

    @property
    def payload(self) -> dict[str, Any]:
        """Its payload, as the response shows it."""
        simulated = member_of(self.made, "simulatedEvent", {})
        return simulated.get("payload") or {} if isinstance(simulated, dict) else {}

    def is_told_by(self, value: Any) -> bool:
        """Whether a notification may be about it."""
        return tells_of(value, self.id)


@dataclass(frozen=True)
class Household:
    """A partner with one user, its home and a tank in it, who makes events and looks what arrives.

    Attributes:
        secret: what its webhooks' deliveries are signed with.
    """

    world: World
    secret: str

    @property
    def user(self) -> Entity:
        return self.world.entities.default(self.world.entities.type_made_by("createUser"))

    @property
    def location(self) -> Entity:
        return self.world.entities.default(self.world.entities.type_made_by("createLocation"))

    @property
    def tank(self) -> Entity:
        return self.world.entities.default(self.world.entities.type_made_by("createLocationResource"))

    @property
    def meter(self) -> str:
        """The meter point of the home."""
        return self.location.body["meterPointIds"][0]

    def with_secret(self, secret: str) -> "Household":
        return replace(self, secret=secret)

    def subscribe(self, *types: str, query: str = "") -> Entity:
        """Makes a webhook for notifications of these types, at an address with a query or without."""
        body = {
            "name": "Hjemme",
            "webhookUrl": f"{self.world.drafts.hook_url()}{query}",
            "webhookSecret": self.secret,
            "notificationTypes": list(types),
        }
        return self.world.entities.create(self.world.entities.type_made_by("createWebhook"), body=Body(body))

    def simulate(self, what: str = "pricecurve", body: Any = None) -> Event:
        """Makes an event, about this home alone unless told otherwise; nobody else's is to hear of it."""
        # An event about eligibility takes no wishes.
        content = {} if what == "usereligibility" else {"json": self._about_home(what) if body is None else body}
        made = self.world.api.post(f"/simulation/events/{what}", **content)
        return Event(event_id_of(made), made)

    def _about_home(self, what: str) -> dict[str, Any]:
        """The body of a simulated event that is about this home, or the tank in it."""
        own = self.location.id
        if what == "pricecurve":
            return {"targets": [{"resourceId": self.tank.id, "locationId": own}]}
        return {"locations": [{"location": {"locationId": own, "meterPointId": self.meter}, "points": LIMITS}]}

    def arrives(self, webhook: Entity, event: Event, **told: Any) -> Exchange | None:
        """Waits for the delivery of an event, and checks it; it tells at least the payload that the event was made with."""
        payload = {"payload": event.payload} if event.payload else {}
        tells = {"eventId": event.id, **payload, **told}
        return self.world.deliveries.arrives(
            webhook, event.made, wanted=event.is_told_by, secret=self.secret, tells=tells
        )

    def deliveries(self, webhook: Entity, event: Event) -> list[Exchange]:
        """Every delivery of an event that came to a webhook, as often as it came."""
        return self.world.deliveries.to(webhook, event.is_told_by)

    def must_not_arrive(self, *unwanted: tuple[Entity, Event, str]) -> None:
        """Notes whether nothing of an event came to a webhook, once all that was asked for must have come.

        Args:
            unwanted: webhooks, each with an event, and why it is to be told nothing of it.
        """
        self.settle()
        for webhook, event, why in unwanted:
            self.world.deliveries.count_is(DELIVERED_TO_ITS_WEBHOOK, webhook, event.made, 0, why, event.is_told_by)

    def settle(self) -> None:
        """Waits until what was asked for by now must have come, by asking for one thing more."""
        witness = self.subscribe("PriceCurveCreated")
        self.arrives(witness, self.simulate())
        self.world.api.delete(witness.path)
        self.world.deliveries.pause()


@pytest.fixture
def household(world):
    """A household whose partner may simulate events; in production there is none, and where settings rule it out."""
    if not world.simulation:
        raise NothingThere(world.conditions.why_no_simulation)
    return Household(world, world.values.draw("secret"))


@pytest.fixture
def reachable(household):
    """The same, where deliveries can come."""
    household.subscribe()
    if household.world.deliveries.receiver.unreachable:
        raise NothingThere(household.world.deliveries.receiver.unreachable)
    return household
