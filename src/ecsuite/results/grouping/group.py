"""A cause while the findings of a run are grouped, and what the relations of causes ask of it."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Protocol

from ecsuite.findings.deviation import Mark
from ecsuite.results.record import Found

Key = tuple[object, ...]


class Group(Protocol):
    """The findings of one cause, as far as they are known."""

    found: Found
    responses: int

    @property
    def operations(self) -> Collection[str]:
        """The calls, `GET /users/{userId}`."""

    @property
    def marks(self) -> Collection[Mark]:
        """The marks of the findings."""


# Whether the first cause is the same as the second one, or follows from it.
Relation = Callable[[Group, Group], bool]


def is_of_body(group: Group) -> bool:
    """Whether a finding is about a member of a response body."""
    return group.found.finding.breach.at.part == "body"


def names(group: Group) -> set[Key]:
    """The members that the findings are about, as tuples of names."""
    return {names_at(each.place) for each in group.marks}


def names_at(place: str) -> Key:
    """The member names in a place, which a kind of breach may follow; without the indexes of lists."""
    tokens = place.partition("/")[2].partition(" ")[0].split("/")
    return tuple(name for name in tokens if name and name != "*" and not name.isdecimal())


def entities(group: Group) -> set[str]:
    """The paths of the operations without an id at the end, so that a list has the same path as its items."""
    paths = map(path_of, group.operations)
    return {path.rpartition("/")[0] if path.endswith("}") else path for path in paths}


def path_of(call: str) -> str:
    """The path of a call."""
    return call.partition(" ")[2]
