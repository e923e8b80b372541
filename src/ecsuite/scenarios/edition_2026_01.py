"""Helpers for the scenarios of edition 2026-01: a household, reachable webhooks, and events."""

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
from ecsuite.rules.periods import NOW
from ecsuite.rules.reading import member_of
from ecsuite.rules.retries import MOST_ATTEMPTS, Attempts
from ecsuite.rules.world import World
from ecsuite.samples import Body
from ecsuite.webhook.delivery import hook_of, value_of

# The API may store an event a few seconds before or after it sends it. A larger difference means a wrong time zone.
CREATED_WITHIN = timedelta(minutes=1)


@dataclass(frozen=True)
class Event:
    """A simulated event: its id, and the response that created it."""

    id: str
    made: httpx.Response

    @property
    def payload(self) -> dict[str, Any]:
        """Its payload in the response."""
        return self._shown.get("payload") or {}

    @property
    def least(self) -> dict[str, Any]:
        """What a delivery must at least contain, according to the response: id, payload and creation time."""
        created = self._shown.get("createdAt")
        when: dict[str, Any] = {}
        if isinstance(created, str):
            when["eventCreatedAtUtc"] = Moment(created, CREATED_WITHIN)
            when["notificationSentUtc"] = Moment(created, NOW)
        return {"eventId": self.id, **when, **({"payload": self.payload} if self.payload else {})}

    @property
    def _shown(self) -> dict[str, Any]:
        simulated = member_of(self.made, "simulatedEvent", {})
        return simulated if isinstance(simulated, dict) else {}

    def may_be_in(self, value: Any) -> bool:
        """Whether a notification may be about the event."""
        return tells_of(value, self.id)


@dataclass(frozen=True)
class Household:
    """A partner with one user, who has a home with a tank; simulates events and observes deliveries.

    Attributes:
        secret: signs the deliveries of its webhooks.
        events: the simulated events.
    """

    world: World
    secret: str
    events: list[Event] = field(default_factory=list)

    @classmethod
    def of(cls, world: World) -> Household:
        """Create a household in a world.

        Raises:
            NothingThere: the target does not allow simulated events, for example in production.
        """
        if not world.simulation:
            raise NothingThere(world.conditions.why_no_simulation)
        return cls(world, world.values.draw("secret"))

    @classmethod
    def reachable(cls, world: World) -> Household:
        """Create a household that deliveries can reach.

        Raises:
            NothingThere: as `of`, or no delivery can arrive.
        """
        household = cls.of(world)
        household.subscribe()
        if unreachable := world.deliveries.receiver.unreachable:
            raise NothingThere(unreachable)
        return household

    @property
    def user(self) -> Entity:
        """The user."""
        return self.world.entities.default(self.world.entities.type_made_by("createUser"))

    @property
    def location(self) -> Entity:
        """The home."""
        return self.world.entities.default(self.world.entities.type_made_by("createLocation"))

    @property
    def tank(self) -> Entity:
        """The hot-water tank at the home."""
        return self.world.entities.default(self.world.entities.type_made_by("createLocationResource"))

    @property
    def meter(self) -> str:
        """The home's meter point."""
        meter: str = self.location.body["meterPointIds"][0]
        return meter

    def with_secret(self, secret: str) -> Household:
        """Copy the household with another secret."""
        return replace(self, secret=secret)

    def subscribe(self, *types: str, query: str = "") -> Entity:
        """Create a webhook for these notification types; its URL may have a query."""
        body = {
            "name": "Hjemme",
            "webhookUrl": f"{self.world.drafts.hook_url()}{query}",
            "webhookSecret": self.secret,
            "notificationTypes": list(types),
        }
        return self.world.entities.create(self.world.entities.type_made_by("createWebhook"), body=Body(body))

    def simulate(self, what: str = "pricecurve", body: Any = None) -> Event:
        """Simulate an event. By default it is only about this home, so that no other partner's webhook is called."""
        # A simulation of user eligibility has no request body.
        content = {} if what == "usereligibility" else {"json": self._about_home(what) if body is None else body}
        made = self.world.api.post(f"/simulation/events/{what}", **content)
        event = Event(event_id_of(made), made)
        self.events.append(event)
        return event

    def _about_home(self, what: str) -> dict[str, Any]:
        """Request body for an event about this home, or the tank in it."""
        own = self.location.id
        if what == "pricecurve":
            return {"targets": [{"resourceId": self.tank.id, "locationId": own}]}
        return {"locations": [{"location": {"locationId": own, "meterPointId": self.meter}, "points": LIMITS}]}

    def arrives(self, webhook: Entity, event: Event, **told: Any) -> Exchange | None:
        """Wait for the delivery of an event and check it; it must at least contain the event's payload."""
        tells = {**event.least, **told}
        return self.world.deliveries.arrives(
            webhook, event.made, wanted=event.may_be_in, secret=self.secret, tells=tells
        )

    def refused(self, webhook: Entity) -> Attempts:
        """Simulate an event for a webhook that rejects it, and return all delivery attempts."""
        attempts = Attempts(self.world.deliveries, webhook, self.simulate().may_be_in)
        attempts.wait_for(MOST_ATTEMPTS)
        return attempts

    def never_came(self, webhook: Entity, event: Event) -> None:
        """Record that a webhook did not receive an event; the caller has already waited."""
        self.world.deliveries.verify.arrived(None, event.made, self.world.deliveries.address(webhook))

    def deliveries(self, webhook: Entity, event: Event) -> list[Exchange]:
        """All deliveries of an event to a webhook, including repetitions."""
        return self.world.deliveries.to(webhook, event.may_be_in)

    def must_not_arrive(self, *unwanted: tuple[Entity, Event, str]) -> None:
        """Wait until everything requested must have arrived, and record whether an event was delivered to a webhook.

        Args:
            unwanted: webhooks, each with an event, and the reason why the event must not be delivered to it.
        """
        self.settle()
        for webhook, event, why in unwanted:
            self.world.deliveries.count_is(DELIVERED_TO_ITS_WEBHOOK, webhook, event.made, 0, why, event.may_be_in)
        self.each_is_delivered_once()

    def each_is_delivered_once(self) -> None:
        """Record whether each webhook got each event in one notification only; the notification may be repeated."""
        came = [(hook_of(each), value_of(each)) for each in self.world.deliveries.receiver.received()]
        for event in self.events:
            about = [(hook, told) for hook, told in came if isinstance(told, dict) and event.may_be_in(told)]
            for hook in sorted({hook for hook, _ in about}):
                ids = {str(told.get("notificationId")) for to, told in about if to == hook}
                at, note = Place("delivery", "notifications"), "to one webhook"
                self.world.verify.count(DELIVERED_ONCE, event.made, 1, len(ids), at, note=note)

    def settle(self) -> None:
        """Simulate one more event and wait for it, so that all earlier deliveries must have arrived."""
        witness = self.subscribe("PriceCurveCreated")
        self.arrives(witness, self.simulate())
        self.world.api.delete(witness.path)
        self.world.deliveries.pause()
