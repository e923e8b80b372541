"""Batches: their items, and the entities that they create."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from ecsuite.contract import Batch
from ecsuite.http import httpx
from ecsuite.rules.drafts import Drafts
from ecsuite.rules.entity import Entity
from ecsuite.rules.representation import Representation
from ecsuite.samples import Samples


class Batches:
    """Draws the items of batches, and knows the entities that they create.

    Args:
        drafts: creates what the items refer to.
        samples: draws the items.
        representation: what responses must show.
    """

    def __init__(self, drafts: Drafts, samples: Samples, representation: Representation) -> None:
        self._drafts = drafts
        self._samples = samples
        self._representation = representation

    def items(self, batch: Batch, count: int, beside: Entity | None = None) -> list[dict[str, Any]]:
        """The items of a batch: the smallest entity, the fullest one, and others.

        Args:
            batch: the batch.
            count: the number of items.
            beside: another parent than the default one; every second item belongs to it.
        """
        schema = batch.creator.body_schema
        ids = self._drafts.ready(self._samples.all_needs(schema))
        fullest = [self._samples.fullest(schema, ids, turn=turn) for turn in range(1, count)]
        items = [body.value[batch.member][0] for body in (self._samples.smallest(schema, ids), *fullest)]
        others = beside.ids if beside else {}
        return [
            item | ({name: own for name, own in others.items() if name in item} if index % 2 else {})
            for index, item in enumerate(items)
        ]

    def entities(self, batch: Batch, items: Iterable[dict[str, Any]], response: httpx.Response) -> list[Entity]:
        """The entities that a batch creates from its items if it succeeds; each item has the ids of its parents."""
        own, entities = batch.entity_type, []
        for item in items:
            ids = {name: item[name] if name in item else item[own.member] for name in own.parameters}
            representation = self._representation.of(own.creator, item)
            entities.append(Entity(own, ids, item, representation, response))
        return entities
