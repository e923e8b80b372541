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
    """A created entity.

    Attributes:
        type: its entity type.
        ids: the path parameters that identify it.
        body: everything that was sent to create it, secrets included; an empty object if nothing was sent.
        representation: what a response must show of it.
        created: the response to its creation.
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
        """The path at which it can be read."""
        return fill(self.type.reader, self.ids)

    @property
    def collection(self) -> str:
        """The path of its list, or, if no operation lists it, of its creation."""
        return fill(self.type.lister or self.type.creator, self.ids)


def path_below(operation: Operation, parent: Entity | None = None, own: str = "") -> str:
    """The path of an operation below a parent; `own` is the id for the last parameter, if there is one more."""
    ids = dict(parent.ids) if parent else {}
    ids |= {name: own for name in parameters(operation) if name not in ids}
    return fill(operation, ids)
