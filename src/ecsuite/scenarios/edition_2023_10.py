"""Helpers for the scenarios of edition 2023-10: reachable webhooks, and their test deliveries."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ecsuite.client import Api
from ecsuite.contract import EntityType
from ecsuite.errors import NothingThere
from ecsuite.http import httpx
from ecsuite.promises import DELIVERED_TO_ITS_WEBHOOK
from ecsuite.rules.entity import Entity
from ecsuite.rules.world import World
from ecsuite.samples import Body


@dataclass(frozen=True)
class Hooks:
    """A partner's webhooks, at a receiver that the API can reach."""

    world: World

    @classmethod
    def reachable(cls, world: World) -> Hooks:
        """Return the webhooks of a world.

        Raises:
            NothingThere: the target does not allow tests of webhooks, or no delivery can arrive.
        """
        if not world.sandbox:
            raise NothingThere("webhooks are tested in the sandbox, never in production")
        hooks = cls(world)
        hooks.make()
        if unreachable := world.deliveries.receiver.unreachable:
            raise NothingThere(unreachable)
        return hooks

    @property
    def type(self) -> EntityType:
        """The entity type of webhooks."""
        return self.world.entities.type_made_by("createWebhook")

    def make(self, **members: Any) -> Entity:
        """Create a webhook with these members, and the required ones."""
        value = self.world.drafts.body(self.type.creator).value | members
        return self.world.entities.create(self.type, body=Body(value))

    def ask(self, webhook: Entity, by: Api | None = None, **options: Any) -> httpx.Response:
        """Request a test delivery, with the client of this or another partner; options as for `Api.request`."""
        return (by or self.world.api).post(f"{webhook.path}/test", **options)

    def nothing_comes(self, webhook: Entity, refused: httpx.Response, note: str) -> None:
        """Record whether a rejected request for a test delivery caused none; not checked if it was accepted."""
        self.settle()
        if refused.is_success:
            self.world.verify.not_checked(DELIVERED_TO_ITS_WEBHOOK, "the call was not refused")
        else:
            self.world.deliveries.count_is(DELIVERED_TO_ITS_WEBHOOK, webhook, refused, 0, note)

    def settle(self) -> None:
        """Request one more delivery and wait for it, so that all earlier ones must have arrived."""
        last = self.make()
        self.world.deliveries.arrives(last, self.ask(last))
        self.world.deliveries.pause()
