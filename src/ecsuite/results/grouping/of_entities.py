"""Relations of causes about entities that are missing, left where they should not be, or stored under another's id."""

from __future__ import annotations

from typing import Final

from ecsuite.findings.breach import STATUS
from ecsuite.promises import (
    BAD_REQUEST,
    DELETED_IS_GONE,
    DELIVERED_ONCE,
    DELIVERED_TO_ITS_WEBHOOK,
    DELIVERY_CONTENT,
    DELIVERY_RETRIED,
    LISTED_ONCE,
    OTHERS_UNTOUCHED,
    PARENTS,
    PARTNERS_APART,
    PATH_IDS,
    REFUSED_CHANGES_NOTHING,
    RESPONSE_BODY,
    ROUND_TRIP,
    STATUS_EXPECTED,
)
from ecsuite.results.grouping.group import Group, Relation, entities, names_at, path_of
from ecsuite.results.grouping.traits import (
    NOT_FOUND,
    OF_CHANGES,
    OF_MEMBERS,
    expected_statuses,
    is_not_found,
)

_BAD_REQUEST: Final = 400
_CONFLICT: Final = 409
_ACCEPTS_OTHERS: Final = frozenset({PARENTS.id, PARTNERS_APART.id})
# Promises that a list can show to be broken.
_SEEN_IN_LISTS: Final = frozenset(
    {PATH_IDS.id, DELETED_IS_GONE.id, LISTED_ONCE.id, OTHERS_UNTOUCHED.id, REFUSED_CHANGES_NOTHING.id}
)
# Kinds of breach in which something is there that was not: an entity, or an item of a list.
_ADDED: Final = frozenset({"present", "extra"})
# What a delivery tells is found by its id.
_OF_DELIVERIES: Final = frozenset(
    {DELIVERED_ONCE.id, DELIVERED_TO_ITS_WEBHOOK.id, DELIVERY_CONTENT.id, DELIVERY_RETRIED.id}
)


def _delete_each_others(own: Group, other: Group) -> bool:
    """Whether two operations each delete entities of the other one's type: both types are stored as one."""
    if not (_deletes_others(own) and _deletes_others(other)):
        return False
    paths = [(each.found.finding.path, path_of(each.found.finding.breach.seen_call)) for each in (own, other)]
    return paths[0] == paths[1][::-1]


def _are_left_by_one(own: Group, other: Group) -> bool:
    """Whether both causes are effects of refused calls of one operation, seen in an entity and in a list."""
    findings = [each.found.finding for each in (own, other)]
    if any(each.promise != REFUSED_CHANGES_NOTHING.id or each.breach.kind not in _ADDED for each in findings):
        return False
    return set(own.operations) == set(other.operations) and len(own.operations) == 1


def _is_in_list_of_others(own: Group, other: Group) -> bool:
    """Whether the other cause is a list that shows entities of others, which explains what else the list shows."""
    if other.found.finding.promise not in _ACCEPTS_OTHERS or own.found.finding.promise not in _SEEN_IN_LISTS:
        return False
    lists = {each.operation for each in other.marks if each.kind == "present" and each.place.startswith("list")}
    return bool(lists) and _seen_in(own) <= lists


def _is_deleted_by_other(own: Group, other: Group) -> bool:
    """Whether an entity is missing whose type another operation deletes without permission.

    A call did not find it, or is blamed for its absence.
    """
    finding, path = own.found.finding, path_of(other.found.finding.breach.seen_call)
    if not _deletes_others(other) or not path:
        return False
    if finding.promise in OF_CHANGES - {OTHERS_UNTOUCHED.id}:
        return finding.breach.kind == "absent" and path_of(finding.breach.seen_call).startswith(path)
    if path == other.found.finding.path:
        # A DELETE that takes its siblings along may have taken all that their parent has.
        path = path.rsplit("/", 2)[0] or path
    return is_not_found(finding) and all(path_of(each).startswith(path) for each in own.operations)


def _deletes_another(own: Group, other: Group) -> bool:
    """Whether a DELETE removed another entity instead of the one it names."""
    finding = own.found.finding
    is_of_its_type = path_of(finding.breach.seen_call) == finding.path
    is_left = other.found.finding.promise == DELETED_IS_GONE.id and set(own.operations) <= set(other.operations)
    return _deletes_others(own) and is_of_its_type and is_left


def _deletes_others(group: Group) -> bool:
    finding = group.found.finding
    return finding.promise == OTHERS_UNTOUCHED.id and finding.breach.kind == "absent"


def _is_neither_listed_nor_readable(own: Group, other: Group) -> bool:
    """Whether a list lacks entities of a type, and a GET does not find some of that type either."""
    lacks = own.found.finding
    is_short = lacks.promise == LISTED_ONCE.id and lacks.breach.kind in {"absent", "count"}
    return is_short and is_not_found(other.found.finding) and not entities(own).isdisjoint(entities(other))


def _is_of_lost_entity(own: Group, other: Group) -> bool:
    """Whether a value could not be read back because entities of this type are not found at all."""
    finding = own.found.finding
    is_unread = finding.promise in OF_MEMBERS and finding.breach.at == STATUS
    is_same = not entities(own).isdisjoint(entities(other))
    return is_unread and finding.breach.actual.value == NOT_FOUND and is_same and is_not_found(other.found.finding)


def _is_of_moved_entity(own: Group, other: Group) -> bool:
    """Whether an entity is not found because a change gave it another id."""
    moved = other.found.finding
    is_moved = moved.promise == PATH_IDS.id and moved.breach.kind == "changed" and moved.method in {"PUT", "PATCH"}
    return is_moved and is_not_found(own.found.finding) and not entities(own).isdisjoint(entities(other))


def _is_of_invalid_list(own: Group, other: Group) -> bool:
    """Whether a list lacks an entity because the response is no list, or its items are no entities."""
    shown = other.found.finding
    if not _lacks_one(own) or shown.promise != RESPONSE_BODY.id or shown.breach.kind not in {"type", "required"}:
        return False
    lists = {each.operation for each in other.marks if names_at(each.place) == () or shown.breach.kind == "required"}
    return _seen_in(own) <= lists


def _is_under_another_id(own: Group, other: Group) -> bool:
    """Whether a list lacks an entity because its items show another id than the path."""
    shown = other.found.finding
    is_changed = shown.promise == PATH_IDS.id and shown.breach.kind == "changed"
    return _lacks_one(own) and is_changed and _seen_in(own) <= {each.operation for each in other.marks}


def _is_in_outdated_list(own: Group, other: Group) -> bool:
    """Whether a list is outdated: it still has a deleted entity, and the other cause is old values in this list."""
    finding, shown = own.found.finding, other.found.finding
    is_left = finding.promise == DELETED_IS_GONE.id and finding.breach.at.part == "list"
    is_old = shown.promise == ROUND_TRIP.id and set(other.operations) == {finding.breach.seen_call}
    return is_left and is_old and any(isinstance(token, int) for token in shown.breach.at.path)


def _is_of_shared_id(own: Group, other: Group) -> bool:
    """Whether an entity is shown otherwise, or delivered wrongly, whose list has two entities with one id.

    Deliveries are known by the ids of what they tell.
    """
    finding, listed = own.found.finding, other.found.finding
    if listed.promise != LISTED_ONCE.id or listed.breach.kind != "duplicate":
        return False
    if finding.promise in _OF_DELIVERIES:
        return True
    paths = {path_of(call) for call in other.operations}
    is_shown = all(path_of(call) in paths or path_of(call).rpartition("/")[0] in paths for call in own.operations)
    return finding.promise in OF_MEMBERS and is_shown


def _is_of_refused_entity(own: Group, other: Group) -> bool:
    """Whether reading shows an invalid entity because a refused call made it all the same."""
    made = other.found.finding
    is_made = made.promise == REFUSED_CHANGES_NOTHING.id and made.breach.kind in _ADDED and made.method == "POST"
    is_read = own.found.finding.promise == RESPONSE_BODY.id and all(each.startswith("GET ") for each in own.operations)
    return is_made and is_read and entities(own) <= entities(other)


def _is_duplicate_of_accepted(own: Group, other: Group) -> bool:
    """Whether a bad request is refused as a duplicate, because one like it was accepted, or made an invalid entity."""
    finding, taken = own.found.finding, other.found.finding
    is_duplicate = finding.promise == STATUS_EXPECTED.id and finding.status == _CONFLICT and bool(finding.breach.case)
    if not is_duplicate or _BAD_REQUEST not in expected_statuses(finding):
        return False
    is_shown = taken.promise == RESPONSE_BODY.id and taken.method == "GET" and entities(own) <= entities(other)
    return is_shown or (taken.promise == BAD_REQUEST.id and set(own.operations) <= set(other.operations))


def _lacks_one(group: Group) -> bool:
    """Whether a list lacks an entity."""
    finding = group.found.finding
    return finding.promise == LISTED_ONCE.id and finding.breach.kind == "absent"


def _seen_in(group: Group) -> set[str]:
    """The operations whose responses show a cause: lists, if it is one that lists show."""
    return {each.seen_by or each.operation for each in group.marks}


SAME: Final[tuple[Relation, ...]] = (_delete_each_others, _are_left_by_one)
FOLLOWS: Final[tuple[Relation, ...]] = (
    _is_in_list_of_others,
    _is_deleted_by_other,
    _deletes_another,
    _is_neither_listed_nor_readable,
    _is_of_lost_entity,
    _is_of_moved_entity,
    _is_of_invalid_list,
    _is_under_another_id,
    _is_in_outdated_list,
    _is_of_shared_id,
    _is_of_refused_entity,
    _is_duplicate_of_accepted,
)
