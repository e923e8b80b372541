"""Causes that are the same as, or a consequence of, a cause that other tests of the run have found."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Final, Protocol

from ecsuite.findings.deviation import Mark
from ecsuite.promises import (
    BAD_REQUEST,
    CREATION_RESPONSE,
    DELETED_IS_GONE,
    DELIVERED_ONCE,
    DELIVERED_TO_ITS_WEBHOOK,
    DELIVERY_ARRIVES,
    DELIVERY_RETRIED,
    LISTED_ONCE,
    OTHERS_UNTOUCHED,
    PARENTS,
    PARTNERS_APART,
    PATH_IDS,
    PUT_REPLACES,
    REFUSED_CHANGES_NOTHING,
    RESPONSE_BODY,
    ROUND_TRIP,
    SERVER_ERROR,
    STATUS_EXPECTED,
)
from ecsuite.results.anchors import SUCCESSES
from ecsuite.results.grouping.alterations import ENUM, TIME, alteration, lenient_reading, taken_value
from ecsuite.results.grouping.same_code import FOLLOWS as FOLLOWS_CODE
from ecsuite.results.grouping.same_code import SAME as SAME_CODE
from ecsuite.results.grouping.same_code import is_of_wrong_status
from ecsuite.results.grouping.stored_otherwise import FOLLOWS as FOLLOWS_STORED
from ecsuite.results.grouping.traits import NOT_FOUND, OF_CHANGES, expected_statuses, expects_success
from ecsuite.results.record import Found

_UNAUTHORIZED: Final = 401
_OF_MEMBERS: Final = frozenset({ROUND_TRIP.id, CREATION_RESPONSE.id})
_OF_IDS: Final = frozenset({PATH_IDS.id, PARENTS.id, PARTNERS_APART.id})
_ACCEPTS_OTHERS: Final = frozenset({PARENTS.id, PARTNERS_APART.id})
# Promises that a list can show to be broken.
_SEEN_IN_LISTS: Final = frozenset(
    {PATH_IDS.id, DELETED_IS_GONE.id, LISTED_ONCE.id, OTHERS_UNTOUCHED.id, REFUSED_CHANGES_NOTHING.id}
)
# Kinds of breach in which something is there that was not: an entity, or an item of a list.
_ADDED: Final = frozenset({"present", "extra"})
_DELIVERED_OTHERWISE: Final = frozenset(
    {(DELIVERY_RETRIED.id, DELIVERED_ONCE.id), (DELIVERY_ARRIVES.id, DELIVERED_TO_ITS_WEBHOOK.id)}
)
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


def lead_among(own: Key, groups: Mapping[Key, Group]) -> Key:
    """The lead of a cause among all known ones: the cause itself if it is neither a consequence nor a duplicate.

    Args:
        own: the key of the cause.
        groups: all known causes by key, including this one, in the order in which they were found.
    """
    order = {key: number for number, key in enumerate(groups)}

    def rank(key: Key) -> tuple[int, int]:
        return groups[key].responses, -order[key]

    lead, seen = own, {own}
    while True:
        group = groups[lead]
        leads = [
            key
            for key, other in groups.items()
            if key not in seen
            and other.found.accepted == group.found.accepted
            and (_follows(group, other) or (rank(key) > rank(lead) and _is_same(group, other)))
        ]
        if not leads:
            return lead
        lead = max(leads, key=rank)
        seen.add(lead)


def first_of(lead: Key, groups: Mapping[Key, Group]) -> Key:
    """The first cause found of those that are the same fault as a lead: the lead itself if there is no earlier one."""
    group = groups[lead]
    return next(key for key, other in groups.items() if key == lead or _is_same(group, other))


def _follows(own: Group, other: Group) -> bool:
    if own.found.finding.severity != other.found.finding.severity:
        return _is_milder_form(own, other)
    return any(follows(own, other) for follows in _FOLLOWS)


def _is_same(own: Group, other: Group) -> bool:
    """Whether two causes are the same fault; the one seen more often is the lead."""
    if own.found.finding.severity != other.found.finding.severity:
        return False
    is_one_member = _are_of_one_member(own, other) and not _is_invalid_value(own) and not _is_invalid_value(other)
    ways = (_delete_each_others, _are_left_by_one, _are_altered_alike, _are_read_alike, _are_taken_alike, *SAME_CODE)
    return is_one_member or any(way(own, other) for way in ways)


def _is_milder_form(own: Group, other: Group) -> bool:
    """Whether a warning has the same cause as an error.

    It is a failure at rarer input, a bad request that is accepted or shown otherwise, or the body of a wrong status.
    """
    ways = (is_of_wrong_status(own, other), _are_read_alike(own, other), _is_accepted_value(other, own))
    if own.found.finding.severity == "warning" and other.found.finding.severity == "error" and any(ways):
        return True
    is_one = own.found.finding.promise == other.found.finding.promise in {SERVER_ERROR.id, BAD_REQUEST.id}
    is_error = other.found.finding.severity == "error" and other.found.cause[1:] == own.found.cause[1:]
    return is_one and is_error and set(own.operations) <= set(other.operations)


def _is_in_list_of_others(own: Group, other: Group) -> bool:
    """Whether the other cause is a list that shows entities of others, which explains what else the list shows."""
    if other.found.finding.promise not in _ACCEPTS_OTHERS or own.found.finding.promise not in _SEEN_IN_LISTS:
        return False
    lists = {each.operation for each in other.marks if each.kind == "present" and each.place.startswith("list")}
    return bool(lists) and {each.seen_by or each.operation for each in own.marks} <= lists


def _is_deleted_by_other(own: Group, other: Group) -> bool:
    """Whether an entity is missing whose type another operation deletes without permission.

    A call did not find it, or is blamed for its absence.
    """
    finding, path = own.found.finding, _path(other.found.finding.breach.seen_call)
    if not _deletes_others(other) or not path:
        return False
    if finding.promise in OF_CHANGES - {OTHERS_UNTOUCHED.id}:
        return finding.breach.kind == "absent" and _path(finding.breach.seen_call).startswith(path)
    if path == other.found.finding.path:
        # A DELETE that takes its siblings along may have taken all that their parent has.
        path = path.rsplit("/", 2)[0] or path
    is_lost = (
        finding.promise == STATUS_EXPECTED.id and finding.status == NOT_FOUND and expects_success(own.found.finding)
    )
    return is_lost and all(_path(each).startswith(path) for each in own.operations)


def _is_neither_listed_nor_readable(own: Group, other: Group) -> bool:
    """Whether a list lacks entities of a type, and a GET does not find some of that type either."""
    lacks, read = own.found.finding, other.found.finding
    is_short = lacks.promise == LISTED_ONCE.id and lacks.breach.kind in {"absent", "count"}
    is_lost = read.promise == STATUS_EXPECTED.id and read.status == NOT_FOUND and expects_success(other.found.finding)
    return is_short and is_lost and not _entities(own).isdisjoint(_entities(other))


def _is_changed_by_reading(own: Group, other: Group) -> bool:
    """Whether a call is blamed for changing a member that a GET shows wrong without any call."""
    changed, shown = own.found.finding, other.found.finding
    if changed.promise not in OF_CHANGES or shown.promise != ROUND_TRIP.id or not changed.breach.seen_by:
        return False
    readers = {each.operation for each in other.marks}
    is_seen = all(each.kind == "changed" and each.seen_by in readers for each in own.marks)
    return is_seen and _is_of_body(other) and _names(own) <= _names(other)


def _is_accepted_like_unknown_ids(own: Group, other: Group) -> bool:
    """Whether an operation accepts ids that do not exist, which explains that it accepts those of others."""
    finding = other.found.finding
    if own.found.finding.promise not in _OF_IDS or finding.promise != STATUS_EXPECTED.id:
        return False
    is_taken = finding.status in SUCCESSES and NOT_FOUND in expected_statuses(other.found.finding)
    operations = {each.operation for each in other.marks if each.case or finding.breach.note}
    return is_taken and all(each.operation in operations and not each.seen_by for each in own.marks)


def _is_accepted_without_token(own: Group, other: Group) -> bool:
    """Whether an operation accepts a bad token, or another partner's, that also accepts a request without a token."""
    finding, because = own.found.finding, other.found.finding.breach.because
    is_of_partner = finding.promise == PARTNERS_APART.id and finding.status in SUCCESSES
    is_bad = finding.promise == STATUS_EXPECTED.id and _UNAUTHORIZED in expected_statuses(finding)
    is_open = other.found.finding.promise == BAD_REQUEST.id and because and because.at.part == "request-header"
    return (is_bad or is_of_partner) and bool(is_open) and set(own.operations) <= set(other.operations)


def _is_accepted_value(own: Group, other: Group) -> bool:
    """Whether a response shows an invalid value of a member for which an invalid value was accepted."""
    if own.found.finding.promise != RESPONSE_BODY.id or other.found.finding.promise != BAD_REQUEST.id:
        return False
    taken = {_names_at(each.because) for each in other.marks if each.because.startswith("request-body /")}
    is_inside = all(any(name[: len(each)] == each for each in taken if each) for name in _names(own))
    return bool(taken) and is_inside and not _entities(own).isdisjoint(_entities(other))


def _is_of_ignored_member(own: Group, other: Group) -> bool:
    """Whether an operation accepts an invalid value of a member that it ignores: it shows the old value, or none."""
    shown = other.found.finding
    if own.found.finding.promise != BAD_REQUEST.id or shown.promise != ROUND_TRIP.id:
        return False
    is_ignored = shown.breach.kind == "same" or shown.breach.actual.type in {"missing", "null"}
    wrong, ignored = {_names_at(each.because) for each in own.marks}, _names(other)
    is_inside = all(any(name[: len(each)] == each for each in ignored if each) for name in wrong)
    return is_ignored and is_inside and set(own.operations) <= set(other.operations)


def _is_altered_value(own: Group, other: Group) -> bool:
    """Whether a response shows an invalid value of a member that differs from what was sent."""
    return _is_invalid_value(own) and other.found.finding.promise == ROUND_TRIP.id and _are_of_one_member(own, other)


def _is_invalid_value(group: Group) -> bool:
    """Whether a response shows a value that has the right type but is invalid."""
    finding = group.found.finding
    return finding.promise == RESPONSE_BODY.id and finding.breach.kind not in {"type", "required"}


def _is_of_invalid_list(own: Group, other: Group) -> bool:
    """Whether a list lacks an entity because the response is no list, or its items are no entities."""
    lacks, shown = own.found.finding, other.found.finding
    is_missing = lacks.promise == LISTED_ONCE.id and lacks.breach.kind == "absent"
    if not is_missing or shown.promise != RESPONSE_BODY.id or shown.breach.kind not in {"type", "required"}:
        return False
    lists = {each.operation for each in other.marks if _names_at(each.place) == () or shown.breach.kind == "required"}
    return {each.seen_by or each.operation for each in own.marks} <= lists


def _is_of_misdirected_deliveries(own: Group, other: Group) -> bool:
    """Whether the number of deliveries is wrong because they go to another webhook, or do not come at all."""
    if not set(own.operations) <= set(other.operations):
        return False
    if own.found.finding.promise == DELIVERY_ARRIVES.id:
        return other.found.finding.promise == DELIVERED_TO_ITS_WEBHOOK.id
    if own.found.finding.promise != DELIVERED_ONCE.id:
        return False
    count = own.found.finding.breach.actual.value
    is_none = other.found.finding.promise == DELIVERY_ARRIVES.id and count == 0
    return is_none or (other.found.finding.promise == DELIVERED_TO_ITS_WEBHOOK.id and count != 0)


def _deletes_another(own: Group, other: Group) -> bool:
    """Whether a DELETE removed another entity instead of the one it names."""
    finding = own.found.finding
    is_of_its_type = _path(finding.breach.seen_call) == finding.path
    is_left = other.found.finding.promise == DELETED_IS_GONE.id and set(own.operations) <= set(other.operations)
    return _deletes_others(own) and is_of_its_type and is_left


def _deletes_others(group: Group) -> bool:
    finding = group.found.finding
    return finding.promise == OTHERS_UNTOUCHED.id and finding.breach.kind == "absent"


def _delete_each_others(own: Group, other: Group) -> bool:
    """Whether two operations each delete entities of the other one's type: both types are stored as one."""
    if not (_deletes_others(own) and _deletes_others(other)):
        return False
    paths = [(each.found.finding.path, _path(each.found.finding.breach.seen_call)) for each in (own, other)]
    return paths[0] == paths[1][::-1]


def _are_of_one_member(own: Group, other: Group) -> bool:
    """Whether the same member differs from what was sent, in several ways: changed, reordered, or invalid."""
    pair = (own, other)
    promises = {each.found.finding.promise for each in pair}
    if (
        not promises & _OF_MEMBERS
        or not promises <= _OF_MEMBERS | {RESPONSE_BODY.id}
        or not all(map(_is_of_body, pair))
    ):
        return False
    if own.found.anchor == other.found.anchor:
        return True
    if _entities(own).isdisjoint(_entities(other)):
        return False
    # If several members are wrong, one of them may be right by chance in another test.
    return () not in _names(own) | _names(other) and (_names(own) <= _names(other) or _names(other) <= _names(own))


def _is_in_outdated_list(own: Group, other: Group) -> bool:
    """Whether a list is outdated: it still has a deleted entity, and the other cause is old values in this list."""
    finding, shown = own.found.finding, other.found.finding
    is_left = finding.promise == DELETED_IS_GONE.id and finding.breach.at.part == "list"
    is_old = shown.promise == ROUND_TRIP.id and set(other.operations) == {finding.breach.seen_call}
    return is_left and is_old and any(isinstance(token, int) for token in shown.breach.at.path)


def _is_of_wrong_receivers_or_retries(own: Group, other: Group) -> bool:
    """Whether a cause about deliveries follows from wrong receivers, duplicates or missing retries.

    Duplicates look like retries that come at once, and a webhook that failed once may get no deliveries any more.
    """
    pair = (own.found.finding.promise, other.found.finding.promise)
    few, given_up = (each.found.finding.breach.kind == "minimum" for each in (own, other))
    is_given_up = given_up and pair == (DELIVERY_ARRIVES.id, DELIVERY_RETRIED.id)
    return is_given_up or (pair in _DELIVERED_OTHERWISE and not few)


def _is_of_unapplied_put(own: Group, other: Group) -> bool:
    """Whether a PUT seems to keep members because the entity is shown as it was before."""
    finding, shown = own.found.finding, other.found.finding
    is_old = shown.promise == ROUND_TRIP.id and shown.breach.kind == "same"
    return finding.promise == PUT_REPLACES.id and is_old and finding.path in {_path(each) for each in other.operations}


def _are_altered_alike(own: Group, other: Group) -> bool:
    """Whether values of several members are altered in the same way: the same code alters all of them."""
    findings = [each.found.finding for each in (own, other)]
    ways = [alteration(each.breach) for each in findings if each.promise in _OF_MEMBERS]
    if any(each.promise == CREATION_RESPONSE.id for each in findings) and not all(way[:1] == (TIME,) for way in ways):
        # The API sets these members itself, each in its own way, but all by one clock.
        return False
    return len(ways) == len(findings) and bool(ways[0]) and ways[0] == ways[1]


def _are_read_alike(own: Group, other: Group) -> bool:
    """Whether wrong values of several members are read in the same way as what was evidently meant."""
    findings = [each.found.finding for each in (own, other)]
    if any(each.promise != BAD_REQUEST.id for each in findings):
        return False
    ways = [lenient_reading(each.breach) for each in findings]
    # A value in other letters that comes back as it was sent is an error.
    is_as_meant = all(each.severity == "warning" for each in findings)
    return bool(ways[0]) and ways[0] == ways[1] and (is_as_meant or ways[0] == ENUM)


def _are_taken_alike(own: Group, other: Group) -> bool:
    """Whether several operations accept the same wrong value of members of one name: the same code reads them."""
    findings = [each.found.finding for each in (own, other)]
    ways = [taken_value(each.breach) for each in findings if each.promise == BAD_REQUEST.id]
    return len(ways) == len(findings) and bool(ways[0]) and ways[0] == ways[1]


def _are_left_by_one(own: Group, other: Group) -> bool:
    """Whether both causes are effects of refused calls of one operation, seen in an entity and in a list."""
    findings = [each.found.finding for each in (own, other)]
    if any(each.promise != REFUSED_CHANGES_NOTHING.id or each.breach.kind not in _ADDED for each in findings):
        return False
    return set(own.operations) == set(other.operations) and len(own.operations) == 1


def _is_of_body(group: Group) -> bool:
    return group.found.finding.breach.at.part == "body"


def _names(group: Group) -> set[Key]:
    """The members that the findings are about, as tuples of names."""
    return {_names_at(each.place) for each in group.marks}


def _names_at(place: str) -> Key:
    """The member names in a place, which a kind of breach may follow; without the indexes of lists."""
    tokens = place.partition("/")[2].partition(" ")[0].split("/")
    return tuple(name for name in tokens if name and name != "*" and not name.isdecimal())


def _entities(group: Group) -> set[str]:
    """The paths of the operations without an id at the end, so that a list has the same path as its items."""
    paths = map(_path, group.operations)
    return {path.rpartition("/")[0] if path.endswith("}") else path for path in paths}


def _path(call: str) -> str:
    return call.partition(" ")[2]


_FOLLOWS: Final = (
    _is_in_list_of_others,
    _is_deleted_by_other,
    _deletes_another,
    _is_changed_by_reading,
    _is_accepted_like_unknown_ids,
    _is_accepted_without_token,
    _is_neither_listed_nor_readable,
    _is_accepted_value,
    _is_of_ignored_member,
    _is_altered_value,
    _is_of_invalid_list,
    _is_of_misdirected_deliveries,
    _is_in_outdated_list,
    _is_of_wrong_receivers_or_retries,
    _is_of_unapplied_put,
    *FOLLOWS_STORED,
    *FOLLOWS_CODE,
)
