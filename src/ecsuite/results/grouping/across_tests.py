"""Finds the lead of a cause among those of all tests: the one that it is the same as, or a consequence of."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from ecsuite.promises import BAD_REQUEST, SERVER_ERROR
from ecsuite.results.grouping import of_access, of_deliveries, of_entities, of_members, of_responses
from ecsuite.results.grouping.group import Group, Key, Relation

_SAME: Final[tuple[Relation, ...]] = (*of_access.SAME, *of_entities.SAME, *of_members.SAME)
_FOLLOWS: Final[tuple[Relation, ...]] = (
    *of_access.FOLLOWS,
    *of_deliveries.FOLLOWS,
    *of_entities.FOLLOWS,
    *of_members.FOLLOWS,
    *of_responses.FOLLOWS,
)


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
    is_alike = own.found.finding.severity == other.found.finding.severity
    return is_alike and any(is_same(own, other) for is_same in _SAME)


def _is_milder_form(own: Group, other: Group) -> bool:
    """Whether a warning has the same cause as an error.

    It is a failure at rarer input, a bad request that is accepted or shown otherwise, or the body of a wrong status.
    """
    ways = (
        of_responses.is_of_wrong_status(own, other),
        of_members.are_read_alike(own, other),
        of_members.is_accepted_value(other, own),
    )
    if own.found.finding.severity == "warning" and other.found.finding.severity == "error" and any(ways):
        return True
    is_one = own.found.finding.promise == other.found.finding.promise in {SERVER_ERROR.id, BAD_REQUEST.id}
    is_error = other.found.finding.severity == "error" and other.found.cause[1:] == own.found.cause[1:]
    return is_one and is_error and set(own.operations) <= set(other.operations)
