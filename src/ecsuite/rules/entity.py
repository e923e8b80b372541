"""An entity that a run has created."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ecsuite.client import fill
from ecsuite.contract import EntityType, Operation, parameters
from ecsuite.http import httpx


@dataclass(frozen=True, slots=True)
class Entity:
    """An entity that was made.

    Attributes:
        type: of the entity.
        ids: the path parameters that name it.
        body: all that was sent to make it, its secrets too; an empty object where nothing was.
        representation: what a response must show of it.
        created: the response that made it.
    """

    type: EntityType
    ids: Mapping[str, str]
    body: Any
    representation: Any
    created: httpx.Response

    @property
    def id(self) -> str:
        """Its id."""
        return self.ids[self.type.parameter]

    @property
    def path(self) -> str:
        """Where it can be read."""
        return fill(self.type.reader, self.ids)

    @property
    def collection(self) -> str:
        """The path of its list, or, if no operation lists it, of its creation."""
        return fill(self.type.lister or self.type.creator, self.ids)


def path_below(operation: Operation, parent: Entity | None = None, own: str = "") -> str:
    """The path of an operation below a parent, and of the id `own` where it has more parameters."""
    ids = dict(parent.ids) if parent else {}
    ids |= {name: own for name in parameters(operation) if name not in ids}
    return fill(operation, ids)
