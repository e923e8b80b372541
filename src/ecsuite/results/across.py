"""Causes that follow from another one, which other tests of the run have found: they are told with that one."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Final, Protocol

from ecsuite.findings.deviation import Mark
from ecsuite.promises import (
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
    ROUND_TRIP,
    SERVER_ERROR,
    STATUS_EXPECTED,
)
from ecsuite.results.alterations import alteration
from ecsuite.results.anchors import SUCCESSES
from ecsuite.results.record import Found

_NOT_FOUND: Final = 404
_OF_MEMBERS: Final = frozenset({ROUND_TRIP.id, CREATION_RESPONSE.id})
_LETS_IN: Final = frozenset({PARENTS.id, PARTNERS_APART.id})
# What a list shows, or a reading has in common with it.
_SEEN_IN_LISTS: Final = frozenset(
    {PATH_IDS.id, DELETED_IS_GONE.id, LISTED_ONCE.id, OTHERS_UNTOUCHED.id, REFUSED_CHANGES_NOTHING.id}
)
# There is what was not: an entity, or an item of a list.
_MADE: Final = frozenset({"present", "extra"})
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
        """What tells the findings from each other."""


def lead_among(own: Key, groups: Mapping[Key, Group]) -> Key:
    """The cause with which another one is told, among all that are known: itself where it follows from none.

    Args:
        own: the cause.
        groups: all causes that are known, this one among them, in the order in which they came.
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


def _follows(own: Group, other: Group) -> bool:
    return _is_rare_failure(own, other) or (
        own.found.finding.severity == other.found.finding.severity and any(way(own, other) for way in _WAYS_TO_FOLLOW)
    )


def _is_same(own: Group, other: Group) -> bool:
    """Whether two causes are one, of which either may tell the other: the one that was seen more often does."""
    is_as_severe = own.found.finding.severity == other.found.finding.severity
    ways = (_are_of_one_member, _take_each_others, _are_left_by_one, _are_altered_alike)
    return is_as_severe and any(way(own, other) for way in ways)


def _is_rare_failure(own: Group, other: Group) -> bool:
    """Whether operations fail at what is rare that fail at what common clients send: for the same reason, most likely.

    Theirs are warnings, so they are less severe.
    """
    is_of_failures = own.found.finding.promise == other.found.finding.promise == SERVER_ERROR.id
    return is_of_failures and _is_worse(other, own) and set(own.operations) <= set(other.operations)


def _is_worse(one: Group, than: Group) -> bool:
    return one.found.finding.severity == "error" and one.found.cause[1:] == than.found.cause[1:]


def _is_witness(own: Group, other: Group) -> bool:
    """Whether a list shows what belongs to others: whatever else is seen in it follows from that."""
    if other.found.finding.promise not in _LETS_IN or own.found.finding.promise not in _SEEN_IN_LISTS:
        return False
    lists = {each.operation for each in other.marks if each.kind == "present" and each.place.startswith("list")}
    return bool(lists) and {each.seen_by or each.operation for each in own.marks} <= lists


def _is_without_the_taken(own: Group, other: Group) -> bool:
    """Whether a call did not find an entity of a type of which another operation takes away those of others."""
    finding, breach = own.found.finding, other.found.finding.breach
    if finding.promise != STATUS_EXPECTED.id or finding.status != _NOT_FOUND or not _wants_success(own.found):
        return False
    path = breach.seen_call.partition(" ")[2]
    return _takes_away(other) and bool(path) and all(_path(each).startswith(path) for each in own.operations)


def _is_in_an_old_list(own: Group, other: Group) -> bool:
    """Whether what is deleted is still in a list, and that list alone shows otherwise than they are now those in it."""
    finding, shown = own.found.finding, other.found.finding
    is_left = finding.promise == DELETED_IS_GONE.id and finding.breach.at.part == "list"
    is_old = shown.promise == ROUND_TRIP.id and set(other.operations) == {finding.breach.seen_call}
    return is_left and is_old and any(isinstance(token, int) for token in shown.breach.at.path)


def _is_of_another_delivery(own: Group, other: Group) -> bool:
    """Whether what is wrong with deliveries follows from where they go instead, from twins of them, or from no retries.

    Who gets everything twice seems to be told again at once; who has failed once may be told nothing any more.
    """
    pair = (own.found.finding.promise, other.found.finding.promise)
    few, given_up = (each.found.finding.breach.kind == "minimum" for each in (own, other))
    is_given_up = given_up and pair == (DELIVERY_ARRIVES.id, DELIVERY_RETRIED.id)
    return is_given_up or (pair in _DELIVERED_OTHERWISE and not few)


def _is_kept_with_the_rest(own: Group, other: Group) -> bool:
    """Whether a PUT seems to keep members, for an entity is shown as it was before it."""
    finding, shown = own.found.finding, other.found.finding
    is_old = shown.promise == ROUND_TRIP.id and shown.breach.kind == "same"
    return finding.promise == PUT_REPLACES.id and is_old and finding.path in {_path(each) for each in other.operations}


# What else a cause is told with.
_WAYS_TO_FOLLOW: Final = (
    _is_witness,
    _is_without_the_taken,
    _is_in_an_old_list,
    _is_of_another_delivery,
    _is_kept_with_the_rest,
)


def _wants_success(found: Found) -> bool:
    wanted = found.finding.breach.expected.value
    return isinstance(wanted, list) and any(isinstance(each, int) and each in SUCCESSES for each in wanted)


def _takes_away(group: Group) -> bool:
    finding = group.found.finding
    return finding.promise == OTHERS_UNTOUCHED.id and finding.breach.kind == "absent"


def _take_each_others(own: Group, other: Group) -> bool:
    """Whether two operations take away what the other one is about: both types of entities are kept as one."""
    if not (_takes_away(own) and _takes_away(other)):
        return False
    paths = [(each.found.finding.path, _path(each.found.finding.breach.seen_call)) for each in (own, other)]
    return paths[0] == paths[1][::-1]


def _are_altered_alike(own: Group, other: Group) -> bool:
    """Whether texts of several members are altered in the same way: whatever does that does it to all texts."""
    findings = [each.found.finding for each in (own, other)]
    ways = [alteration(each.breach) for each in findings if each.promise == ROUND_TRIP.id]
    return len(ways) == len(findings) and bool(ways[0]) and ways[0] == ways[1]


def _are_left_by_one(own: Group, other: Group) -> bool:
    """Whether both are about what the refused calls of one operation have made, as an entity shows it, and a list."""
    findings = [each.found.finding for each in (own, other)]
    if any(each.promise != REFUSED_CHANGES_NOTHING.id or each.breach.kind not in _MADE for each in findings):
        return False
    return set(own.operations) == set(other.operations) and len(own.operations) == 1


def _are_of_one_member(own: Group, other: Group) -> bool:
    """Whether one member does not come back, in several ways: changed, as it was before a change, in another order."""
    pair = (own, other)
    if any(each.found.finding.promise not in _OF_MEMBERS or not _is_of_body(each) for each in pair):
        return False
    unchanged = [each for each in pair if each.found.finding.breach.kind == "same"]
    if not unchanged:
        return own.found.anchor == other.found.anchor
    rest = [each for each in pair if each is not unchanged[0]]
    return _names(rest[0]) <= _names(unchanged[0]) and not _entities(own).isdisjoint(_entities(other))


def _is_of_body(group: Group) -> bool:
    return group.found.finding.breach.at.part == "body"


def _names(group: Group) -> set[Key]:
    """The members that findings are about, by their names alone."""
    return {tuple(name for name in each.place.split("/")[1:] if name != "*") for each in group.marks}


def _entities(group: Group) -> set[str]:
    """The paths of the operations, without an id at the end, so that a list is as its items."""
    paths = map(_path, group.operations)
    return {path.rpartition("/")[0] if path.endswith("}") else path for path in paths}


def _path(call: str) -> str:
    return call.partition(" ")[2]
