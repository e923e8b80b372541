"""Causes that one piece of a server's code explains: it swaps two members, or treats members of one name alike.

Also what follows where that code answers with a wrong status, keeps what it refused, or gives an entity another id.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Final, Protocol

from ecsuite.findings.breach import STATUS
from ecsuite.findings.deviation import Mark
from ecsuite.findings.finding import Finding
from ecsuite.promises import (
    BAD_REQUEST,
    CREATION_RESPONSE,
    DELIVERED_ONCE,
    DELIVERY_ARRIVES,
    MEDIA_TYPE,
    OPERATION,
    PATH_IDS,
    REFUSED_CHANGES_NOTHING,
    RESPONSE_BODY,
    ROUND_TRIP,
    STATUS_EXPECTED,
    STATUS_LISTED,
)
from ecsuite.results.anchors import SUCCESSES
from ecsuite.results.grouping.traits import NOT_FOUND, OF_CHANGES, expected_statuses, expects_success
from ecsuite.results.record import Found

_OF_MEMBERS: Final = frozenset({ROUND_TRIP.id, CREATION_RESPONSE.id})
_FIRST_REFUSAL: Final = 400
_BAD_REQUEST: Final = 400
_UNAUTHORIZED: Final = 401
_CONFLICT: Final = 409
# Kinds of breach in which something is there that was not: an entity, or an item of a list.
_ADDED: Final = frozenset({"present", "extra"})


class _Group(Protocol):
    """The findings of one cause."""

    found: Found
    responses: int

    @property
    def operations(self) -> Collection[str]: ...

    @property
    def marks(self) -> Collection[Mark]: ...


def _are_swapped(own: _Group, other: _Group) -> bool:
    """Whether two members of an entity each come back with what was sent as the other one."""
    pair = [each.found.finding for each in (own, other)]
    if any(each.promise != ROUND_TRIP.id or each.breach.kind != "changed" for each in pair):
        return False
    first, second = (each.breach for each in pair)
    is_crossed = first.expected == second.actual and first.actual == second.expected
    return is_crossed and first.at != second.at and not set(own.operations).isdisjoint(other.operations)


def _are_of_one_name(own: _Group, other: _Group) -> bool:
    """Whether members of one name are wrong in the same way in entities of several types.

    An id of the path is another one, or a value has the same wrong type.
    """
    pair = [each.found.finding for each in (own, other)]
    ways = [(each.promise, each.breach.kind, _last_name(each)) for each in pair]
    if ways[0] != ways[1] or not ways[0][2]:
        return False
    if ways[0][:2] == (PATH_IDS.id, "changed"):
        return True
    first, second = (each.breach for each in pair)
    is_same = first.actual.type == second.actual.type and first.expected == second.expected
    return ways[0][:2] == (RESPONSE_BODY.id, "type") and is_same


def _are_missing_together(own: _Group, other: _Group) -> bool:
    """Whether several required members of an object are missing in the same responses: they have other names."""
    pair = [each.found.finding for each in (own, other)]
    if any(each.promise != RESPONSE_BODY.id or each.breach.kind != "required" for each in pair):
        return False
    is_one_object = len({each.breach.at.path[:-1] for each in pair}) == 1
    return is_one_object and own.responses == other.responses and set(own.operations) == set(other.operations)


def _is_of_lost_entity(own: _Group, other: _Group) -> bool:
    """Whether a value could not be read back because entities of this type are not found at all."""
    finding = own.found.finding
    is_unread = finding.promise in _OF_MEMBERS and finding.breach.at == STATUS
    is_same = not _entities(own).isdisjoint(_entities(other))
    return is_unread and finding.breach.actual.value == NOT_FOUND and is_same and _is_lost(other.found.finding)


def _is_of_moved_entity(own: _Group, other: _Group) -> bool:
    """Whether an entity is not found because a change gave it another id."""
    moved = other.found.finding
    is_moved = moved.promise == PATH_IDS.id and moved.breach.kind == "changed" and moved.method in {"PUT", "PATCH"}
    return is_moved and _is_lost(own.found.finding) and not _entities(own).isdisjoint(_entities(other))


def _is_of_another_entity(own: _Group, other: _Group) -> bool:
    """Whether a member is not as it was sent because a GET shows another entity than the one that its path names."""
    shown = other.found.finding
    is_other = shown.promise == PATH_IDS.id and shown.breach.kind == "changed" and shown.method == "GET"
    is_own_id = shown.path.endswith(f"/{{{_last_name(shown)}}}")
    is_changed = own.found.finding.promise == ROUND_TRIP.id and own.found.finding.breach.at.part == "body"
    return is_other and is_own_id and is_changed and set(own.operations) <= set(other.operations)


def _is_read_as_another_type(own: _Group, other: _Group) -> bool:
    """Whether an object lacks members of the type that a wrong constant in it says."""
    pair = [each.found.finding for each in (own, other)]
    if any(each.promise != RESPONSE_BODY.id for each in pair) or [each.breach.kind for each in pair] != [
        "required",
        "const",
    ]:
        return False
    parents = [[token for token in each.breach.at.path[:-1] if isinstance(token, str)] for each in pair]
    return parents[0] == parents[1] and _entities(own) <= _entities(other)


def _is_seen_with_wrong_status(own: _Group, other: _Group) -> bool:
    """Whether a call seems to have changed what a GET answers with a wrong status, whoever calls."""
    finding, read = own.found.finding, other.found.finding
    is_status = finding.promise in OF_CHANGES and finding.breach.at == STATUS
    is_read = read.promise == STATUS_EXPECTED.id and read.method == "GET" and read.status == finding.breach.actual.value
    return is_status and is_read and finding.breach.seen_call in other.operations


def is_of_wrong_status(own: _Group, other: _Group) -> bool:
    """Whether a body is invalid because the response has a wrong status, for which another body is promised."""
    shown, refused = own.found.finding, other.found.finding
    if shown.promise != RESPONSE_BODY.id or refused.promise != STATUS_EXPECTED.id or shown.breach.at.path:
        return False
    if shown.status != refused.status or refused.status in expected_statuses(refused):
        return False
    # An empty success is a cause that explains the status.
    is_refusal = (shown.status or 0) >= _FIRST_REFUSAL or shown.breach.kind != "absent"
    return is_refusal and own.responses <= other.responses and set(own.operations) <= set(other.operations)


def _is_of_refused_entity(own: _Group, other: _Group) -> bool:
    """Whether reading shows an invalid entity because a refused call made it all the same."""
    made = other.found.finding
    is_made = made.promise == REFUSED_CHANGES_NOTHING.id and made.breach.kind in _ADDED and made.method == "POST"
    is_read = own.found.finding.promise == RESPONSE_BODY.id and all(each.startswith("GET ") for each in own.operations)
    return is_made and is_read and _entities(own) <= _entities(other)


def _is_of_unread_response(own: _Group, other: _Group) -> bool:
    """Whether nothing could be read back because the response has a status or a body that is not promised."""
    finding, shown = own.found.finding, other.found.finding
    is_unread = finding.promise in _OF_MEMBERS and finding.breach.kind == "unreadable"
    is_wrong = shown.promise in {STATUS_LISTED.id, RESPONSE_BODY.id, MEDIA_TYPE.id} and shown.status == finding.status
    return is_unread and is_wrong and set(own.operations) <= set(other.operations)


def _is_duplicate_of_accepted(own: _Group, other: _Group) -> bool:
    """Whether a bad request is refused as a duplicate, because one like it was accepted, or made an invalid entity."""
    finding, taken = own.found.finding, other.found.finding
    is_duplicate = finding.promise == STATUS_EXPECTED.id and finding.status == _CONFLICT and bool(finding.breach.case)
    if not is_duplicate or _BAD_REQUEST not in expected_statuses(finding):
        return False
    is_shown = taken.promise == RESPONSE_BODY.id and taken.method == "GET" and _entities(own) <= _entities(other)
    return is_shown or (taken.promise == BAD_REQUEST.id and set(own.operations) <= set(other.operations))


def _is_deleted_by_refused(own: _Group, other: _Group) -> bool:
    """Whether a call without a valid token finds nothing, because one like it deleted the entity all the same."""
    finding, deleted = own.found.finding, other.found.finding
    is_deleted = deleted.promise == REFUSED_CHANGES_NOTHING.id and deleted.breach.kind == "absent"
    is_unfound = finding.promise == STATUS_EXPECTED.id and finding.status == NOT_FOUND
    is_without_token = is_unfound and _UNAUTHORIZED in expected_statuses(finding)
    return is_deleted and is_without_token and set(own.operations) <= set(other.operations)


def _is_made_for_child(own: _Group, other: _Group) -> bool:
    """Whether a parent exists already, because the creation of a child below an unknown parent made it."""
    finding, made = own.found.finding, other.found.finding
    is_there = finding.promise == STATUS_EXPECTED.id and finding.status == _CONFLICT and expects_success(finding)
    is_taken = made.promise == STATUS_EXPECTED.id and made.method == "POST" and (made.status or 0) in SUCCESSES
    is_parent = made.path.startswith(f"{finding.path}/{{")
    return is_there and is_taken and NOT_FOUND in expected_statuses(made) and finding.method == "POST" and is_parent


def _is_of_unknown_delivery(own: _Group, other: _Group) -> bool:
    """Whether no delivery is seen because what reaches the receiver is none, such as a GET."""
    finding = own.found.finding
    is_none = finding.promise == DELIVERY_ARRIVES.id or (
        finding.promise == DELIVERED_ONCE.id and finding.breach.actual.value == 0
    )
    return is_none and other.found.finding.promise == OPERATION.id


def _is_lost(finding: Finding) -> bool:
    is_absent = finding.promise == STATUS_EXPECTED.id and finding.status == NOT_FOUND
    return is_absent and expects_success(finding)


def _last_name(finding: Finding) -> str:
    return next((token for token in reversed(finding.breach.at.path) if isinstance(token, str)), "")


def _entities(group: _Group) -> set[str]:
    """The paths of the operations without an id at the end, so that a list has the same path as its items."""
    paths = [call.partition(" ")[2] for call in group.operations]
    return {path.rpartition("/")[0] if path.endswith("}") else path for path in paths}


SAME: Final[tuple[Callable[[_Group, _Group], bool], ...]] = (_are_swapped, _are_of_one_name, _are_missing_together)
FOLLOWS: Final[tuple[Callable[[_Group, _Group], bool], ...]] = (
    _is_of_lost_entity,
    _is_of_moved_entity,
    _is_of_another_entity,
    _is_read_as_another_type,
    _is_seen_with_wrong_status,
    is_of_wrong_status,
    _is_of_refused_entity,
    _is_of_unread_response,
    _is_duplicate_of_accepted,
    _is_deleted_by_refused,
    _is_made_for_child,
    _is_of_unknown_delivery,
)
