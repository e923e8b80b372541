"""What the scenarios of edition 2026-01 share: a household, webhooks that can be reached, and events."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

from ecsuite.compare import Moment
from ecsuite.errors import NothingThere
from ecsuite.findings.breach import Place
from ecsuite.http import httpx
from ecsuite.messages.exchange import Exchange
from ecsuite.promises import DELIVERED_ONCE, DELIVERED_TO_ITS_WEBHOOK
from ecsuite.quickstart.edition_2026_01 import LIMITS, event_id_of, tells_of
from ecsuite.rules.entity import Entity
from ecsuite.rules.reading import member_of
from ecsuite.rules.retries import MOST_ATTEMPTS, Attempts
from ecsuite.rules.world import World
from ecsuite.samples import Body
from ecsuite.webhook.delivery import hook_of, value_of

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
        """What a delivery must tell of it at least, as the response shows it: id, payload, and when it was created."""
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

    @classmethod
    def of(cls, world: World) -> Household:
        """A household in a world.

        Raises:
            NothingThere: its partner may simulate no events, as in production.
        """
        if not world.simulation:
            raise NothingThere(world.conditions.why_no_simulation)
        return cls(world, world.values.draw("secret"))

    @classmethod
    def reachable(cls, world: World) -> Household:
        """The same, where deliveries can come; raises as `of`, also where none can."""
        household = cls.of(world)
        household.subscribe()
        if unreachable := world.deliveries.receiver.unreachable:
            raise NothingThere(unreachable)
        return household

    @property
    def user(self) -> Entity:
        """Its user."""
        return self.world.entities.default(self.world.entities.type_made_by("createUser"))

    @property
    def location(self) -> Entity:
        """Its home."""
        return self.world.entities.default(self.world.entities.type_made_by("createLocation"))

    @property
    def tank(self) -> Entity:
        """The hot-water tank there."""
        return self.world.entities.default(self.world.entities.type_made_by("createLocationResource"))

    @property
    def meter(self) -> str:
        """The meter point of the home."""
        meter: str = self.location.body["meterPointIds"][0]
        return meter

    def with_secret(self, secret: str) -> Household:
        """The same with another secret."""
        return replace(self, secret=secret)

    def subscribe(self, *types: str, query: str = "") -> Entity:
        """Make a webhook for notifications of these types, at an address with a query or without."""
        body = {
            "name": "Hjemme",
            "webhookUrl": f"{self.world.drafts.hook_url()}{query}",
            "webhookSecret": self.secret,
            "notificationTypes": list(types),
        }
        return self.world.entities.create(self.world.entities.type_made_by("createWebhook"), body=Body(body))

    def simulate(self, what: str = "pricecurve", body: Any = None) -> Event:
        """Make an event, about this home alone unless told otherwise; nobody else's is to hear of it."""
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
        """Wait for the delivery of an event, and check it; it tells at least the payload that the event has."""
        tells = {**event.told, **told}
        return self.world.deliveries.arrives(
            webhook, event.made, wanted=event.is_told_by, secret=self.secret, tells=tells
        )

    def refused(self, webhook: Entity) -> Attempts:
        """All attempts at telling a webhook that refuses them of one more event."""
        attempts = Attempts(self.world.deliveries, webhook, self.simulate().is_told_by)
        attempts.wait_for(MOST_ATTEMPTS)
        return attempts

    def never_came(self, webhook: Entity, event: Event) -> None:
        """Note that a webhook was not told of an event, and was waited for already."""
        self.world.deliveries.verify.arrived(None, event.made, self.world.deliveries.address(webhook))

    def deliveries(self, webhook: Entity, event: Event) -> list[Exchange]:
        """Every delivery of an event that came to a webhook, as often as it came."""
        return self.world.deliveries.to(webhook, event.is_told_by)

    def must_not_arrive(self, *unwanted: tuple[Entity, Event, str]) -> None:
        """Note whether nothing of an event came to a webhook, once all that was asked for must have come.

        Args:
            unwanted: webhooks, each with an event, and why it is to be told nothing of it.
        """
        self.settle()
        for webhook, event, why in unwanted:
            self.world.deliveries.count_is(DELIVERED_TO_ITS_WEBHOOK, webhook, event.made, 0, why, event.is_told_by)
        self.each_is_told_once()

    def each_is_told_once(self) -> None:
        """Note whether a webhook was told of an event in more than one notification; each may come again."""
        came = [(hook_of(each), value_of(each)) for each in self.world.deliveries.receiver.received()]
        for event in self.events:
            about = [(hook, told) for hook, told in came if isinstance(told, dict) and event.is_told_by(told)]
            for hook in sorted({hook for hook, _ in about}):
                ids = {str(told.get("notificationId")) for to, told in about if to == hook}
                at, note = Place("delivery", "notifications"), "to one webhook"
                self.world.verify.count(DELIVERED_ONCE, event.made, 1, len(ids), at, note=note)

    def settle(self) -> None:
        """Wait until what was asked for by now must have come, by asking for one thing more."""
        witness = self.subscribe("PriceCurveCreated")
        self.arrives(witness, self.simulate())
        self.world.api.delete(witness.path)
        self.world.deliveries.pause()
