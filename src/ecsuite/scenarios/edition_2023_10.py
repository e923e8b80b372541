"""What the scenarios of edition 2023-10 share: webhooks that deliveries can reach, and tests of them."""

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
    """Webhooks of a partner, which can be reached."""

    world: World

    @classmethod
    def reachable(cls, world: World) -> Hooks:
        """The webhooks of a world.

        Raises:
            NothingThere: they may not be tested, or no delivery can come.
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
        """The entity type that they are."""
        return self.world.entities.type_made_by("createWebhook")

    def make(self, **members: Any) -> Entity:
        """Make a webhook, with these members beside those that it must have."""
        value = self.world.drafts.body(self.type.creator).value | members
        return self.world.entities.create(self.type, body=Body(value))

    def ask(self, webhook: Entity, by: Api | None = None, **options: Any) -> httpx.Response:
        """Ask for a test delivery, with the client of this partner or another one's; options as for `Api.request`."""
        return (by or self.world.api).post(f"{webhook.path}/test", **options)

    def nothing_comes(self, webhook: Entity, refused: httpx.Response, note: str) -> None:
        """Record whether a refused call for a test delivery brought none; where it was not refused, that is told."""
        self.settle()
        if refused.is_success:
            self.world.verify.not_checked(DELIVERED_TO_ITS_WEBHOOK, "the call was not refused")
        else:
            self.world.deliveries.count_is(DELIVERED_TO_ITS_WEBHOOK, webhook, refused, 0, note)

    def settle(self) -> None:
        """Wait until what was asked for by now must have come, by asking for one thing more."""
        last = self.make()
        self.world.deliveries.arrives(last, self.ask(last))
        self.world.deliveries.pause()
