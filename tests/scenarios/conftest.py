"""What the scenarios share: the entities of a household, webhooks that can be reached, events that are simulated."""

from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

import httpx
import pytest

from ecsuite.compare import Moment
from ecsuite.errors import NothingThere
from ecsuite.findings.breach import Place
from ecsuite.messages.exchange import Exchange
from ecsuite.promises import DELIVERED_ONCE, DELIVERED_TO_ITS_WEBHOOK
from ecsuite.quickstart.edition_2026_01 import LIMITS, event_id_of, tells_of
from ecsuite.rules.entity import Entity
from ecsuite.rules.reading import member_of
from ecsuite.rules.world import World
from ecsuite.samples import Body
from ecsuite.webhook.delivery import hook_of, value_of

HOUR = "01:00:00"
# An event may be stored some seconds before or after it is sent; in another time zone it is never created.
CREATED_WITHIN = timedelta(minutes=1)


@dataclass(frozen=True)
class Event:
    """An event that was simulated: its id, and the response that made it."""

    id: str
    made: httpx.Response

    @property
    def payload(self) -> dict[str, Any]:
        """Its payload, as the response shows it."""
        return self._shown.get("payload") or {}

    @property
    def told(self) -> dict[str, Any]:
        """What a delivery must tell of it at least: its id, its payload and when it was created, as the response shows."""
        created = self._shown.get("createdAt")
        when = {"eventCreatedAtUtc": Moment(created, CREATED_WITHIN)} if isinstance(created, str) else {}
        return {"eventId": self.id, **when, **({"payload": self.payload} if self.payload else {})}

    @property
    def _shown(self) -> dict[str, Any]:
        simulated = member_of(self.made, "simulatedEvent", {})
        return simulated if isinstance(simulated, dict) else {}

    def is_told_by(self, value: Any) -> bool:
        """Whether a notification may be about it."""
        return tells_of(value, self.id)


@dataclass(frozen=True)
class Household:
    """A partner with one user, its home and a tank in it, who makes events and looks what arrives.

    Attributes:
        secret: what its webhooks' deliveries are signed with.
        events: that it has made.
    """

    world: World
    secret: str
    events: list[Event] = field(default_factory=list)

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
        event = Event(event_id_of(made), made)
        self.events.append(event)
        return event

    def _about_home(self, what: str) -> dict[str, Any]:
        """The body of a simulated event that is about this home, or the tank in it."""
        own = self.location.id
        if what == "pricecurve":
            return {"targets": [{"resourceId": self.tank.id, "locationId": own}]}
        return {"locations": [{"location": {"locationId": own, "meterPointId": self.meter}, "points": LIMITS}]}

    def arrives(self, webhook: Entity, event: Event, **told: Any) -> Exchange | None:
        """Waits for the delivery of an event, and checks it; it tells at least the payload that the event was made with."""
        tells = {**event.told, **told}
        return self.world.deliveries.arrives(
            webhook, event.made, wanted=event.is_told_by, secret=self.secret, tells=tells
        )

    def never_came(self, webhook: Entity, event: Event) -> None:
        """Notes that a webhook was not told of an event, and was waited for already."""
        self.world.deliveries.verify.arrived(None, event.made, self.world.deliveries.address(webhook))

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
        self.each_is_told_once()

    def each_is_told_once(self) -> None:
        """Notes whether a webhook was told of an event in more than one notification; each may come again."""
        came = [(hook_of(each), value_of(each)) for each in self.world.deliveries.receiver.received()]
        for event in self.events:
            about = [(hook, told) for hook, told in came if isinstance(told, dict) and event.is_told_by(told)]
            for hook in sorted({hook for hook, _ in about}):
                ids = {str(told.get("notificationId")) for to, told in about if to == hook}
                at, note = Place("delivery", "notifications"), "to one webhook"
                self.world.verify.count(DELIVERED_ONCE, event.made, 1, len(ids), at, note=note)

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
