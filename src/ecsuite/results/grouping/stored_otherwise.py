"""Causes that follow from an entity that is stored otherwise than it should be.

It is stored under the id of another one, with another address, as another type of event, or in spite of its deletion.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Final, Protocol

from ecsuite.findings.deviation import Mark
from ecsuite.findings.finding import Finding
from ecsuite.promises import (
    CREATION_RESPONSE,
    DELETED_IS_GONE,
    DELIVERED_ONCE,
    DELIVERED_TO_ITS_WEBHOOK,
    DELIVERY_ARRIVES,
    DELIVERY_RETRIED,
    LISTED_ONCE,
    RESPONSE_BODY,
    ROUND_TRIP,
    STATUS_EXPECTED,
)
from ecsuite.results.anchors import SUCCESSES
from ecsuite.results.grouping.traits import NOT_FOUND, expected_statuses
from ecsuite.results.record import Found

_OF_MEMBERS: Final = frozenset({ROUND_TRIP.id, CREATION_RESPONSE.id})
_OF_DELIVERIES: Final = frozenset({DELIVERED_ONCE.id, DELIVERED_TO_ITS_WEBHOOK.id, DELIVERY_RETRIED.id})


class _Group(Protocol):
    """The findings of one cause."""

    found: Found

    @property
    def operations(self) -> Collection[str]: ...

    @property
    def marks(self) -> Collection[Mark]: ...


def _is_of_shared_id(own: _Group, other: _Group) -> bool:
    """Whether an entity is shown otherwise, or delivered wrongly, whose list has two entities with one id.

    Deliveries are known by the ids of what they tell.
    """
    finding, listed = own.found.finding, other.found.finding
    if listed.promise != LISTED_ONCE.id or listed.breach.kind != "duplicate":
        return False
    if finding.promise in _OF_DELIVERIES:
        return True
    paths = {_path(call) for call in other.operations}
    is_shown = all(_path(call) in paths or _path(call).rpartition("/")[0] in paths for call in own.operations)
    return finding.promise in _OF_MEMBERS and is_shown


def _is_of_changed_entity(own: _Group, other: _Group) -> bool:
    """Whether deliveries are wrong because an address, or what the delivered event tells, is stored otherwise."""
    finding, shown = own.found.finding, other.found.finding
    is_changed = shown.promise == ROUND_TRIP.id and shown.breach.kind == "changed" and shown.breach.at.part == "body"
    if finding.promise not in {DELIVERED_TO_ITS_WEBHOOK.id, DELIVERY_ARRIVES.id} or not is_changed:
        return False
    if finding.breach.at.name == "address" or finding.promise == DELIVERY_ARRIVES.id:
        return "://" in str(shown.breach.expected.value)
    return set(own.operations) <= set(other.operations)


def _is_of_undone_deletion(own: _Group, other: _Group) -> bool:
    """Whether a call on what is not there succeeds, because a DELETE deletes nothing: the DELETE, or one below it."""
    is_left = other.found.finding.promise == DELETED_IS_GONE.id
    is_same = bool(own.operations) and set(own.operations) <= set(other.operations)
    below = f"{other.found.finding.path}/"
    is_same = is_same or all(_path(call).startswith(below) for call in own.operations)
    return is_left and is_same and _finds_nobodys(own.found.finding)


def _is_of_empty_success(own: _Group, other: _Group) -> bool:
    """Whether an operation seems to find an id that nobody has because it answers without an entity."""
    shown = other.found.finding
    is_empty = shown.promise == RESPONSE_BODY.id and shown.breach.kind == "absent" and not shown.breach.at.path
    return is_empty and set(own.operations) <= set(other.operations) and _finds_nobodys(own.found.finding)


def _finds_nobodys(finding: Finding) -> bool:
    """Whether a call on an id that does not exist was a success."""
    is_taken = finding.promise == STATUS_EXPECTED.id and (finding.status or 0) in SUCCESSES
    return is_taken and NOT_FOUND in expected_statuses(finding)


def _path(call: str) -> str:
    return call.partition(" ")[2]


FOLLOWS: Final[tuple[Callable[[_Group, _Group], bool], ...]] = (
    _is_of_shared_id,
    _is_of_changed_entity,
    _is_of_undone_deletion,
    _is_of_empty_success,
)
