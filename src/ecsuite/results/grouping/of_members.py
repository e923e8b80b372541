"""Relations of causes about members that differ from what was sent, or whose wrong values are accepted."""

from __future__ import annotations

from typing import Final

from ecsuite.findings.finding import Finding
from ecsuite.promises import BAD_REQUEST, CREATION_RESPONSE, PATH_IDS, PUT_REPLACES, RESPONSE_BODY, ROUND_TRIP
from ecsuite.results.grouping.alterations import ENUM, TIME, alteration, lenient_reading, taken_value
from ecsuite.results.grouping.group import Group, Key, Relation, entities, is_of_body, names, names_at, path_of
from ecsuite.results.grouping.traits import OF_CHANGES, OF_MEMBERS


def _is_one_member(own: Group, other: Group) -> bool:
    """Whether the same member differs from what was sent, and no cause is only an invalid value of it."""
    return _are_of_one_member(own, other) and not _is_invalid_value(own) and not _is_invalid_value(other)


def _are_of_one_member(own: Group, other: Group) -> bool:
    """Whether the same member differs from what was sent, in several ways: changed, reordered, or invalid."""
    pair = (own, other)
    promises = {each.found.finding.promise for each in pair}
    if not promises & OF_MEMBERS or not promises <= OF_MEMBERS | {RESPONSE_BODY.id} or not all(map(is_of_body, pair)):
        return False
    if own.found.anchor == other.found.anchor:
        return True
    if entities(own).isdisjoint(entities(other)):
        return False
    # If several members are wrong, one of them may be right by chance in another test.
    return () not in names(own) | names(other) and (names(own) <= names(other) or names(other) <= names(own))


def _are_swapped(own: Group, other: Group) -> bool:
    """Whether two members of an entity each come back with what was sent as the other one."""
    pair = [each.found.finding for each in (own, other)]
    if any(each.promise != ROUND_TRIP.id or each.breach.kind != "changed" for each in pair):
        return False
    first, second = (each.breach for each in pair)
    is_crossed = first.expected == second.actual and first.actual == second.expected
    return is_crossed and first.at != second.at and not set(own.operations).isdisjoint(other.operations)


def _are_of_one_name(own: Group, other: Group) -> bool:
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


def _are_missing_together(own: Group, other: Group) -> bool:
    """Whether several required members of an object are missing in the same responses: they have other names."""
    pair = [each.found.finding for each in (own, other)]
    if any(each.promise != RESPONSE_BODY.id or each.breach.kind != "required" for each in pair):
        return False
    is_one_object = len({each.breach.at.path[:-1] for each in pair}) == 1
    return is_one_object and own.responses == other.responses and set(own.operations) == set(other.operations)


def _are_altered_alike(own: Group, other: Group) -> bool:
    """Whether values of several members are altered in the same way: the same code alters all of them."""
    findings = [each.found.finding for each in (own, other)]
    ways = [alteration(each.breach) for each in findings if each.promise in OF_MEMBERS]
    if any(each.promise == CREATION_RESPONSE.id for each in findings) and not all(way[:1] == (TIME,) for way in ways):
        # The API sets these members itself, each in its own way, but all by one clock.
        return False
    return len(ways) == len(findings) and bool(ways[0]) and ways[0] == ways[1]


def are_read_alike(own: Group, other: Group) -> bool:
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


def _is_changed_by_reading(own: Group, other: Group) -> bool:
    """Whether a call is blamed for changing a member that a GET shows wrong without any call."""
    changed, shown = own.found.finding, other.found.finding
    if changed.promise not in OF_CHANGES or shown.promise != ROUND_TRIP.id or not changed.breach.seen_by:
        return False
    readers = {each.operation for each in other.marks}
    is_seen = all(each.kind == "changed" and each.seen_by in readers for each in own.marks)
    return is_seen and is_of_body(other) and names(own) <= names(other)


def _is_of_unapplied_put(own: Group, other: Group) -> bool:
    """Whether a PUT seems to keep members because the entity is shown as it was before."""
    finding, shown = own.found.finding, other.found.finding
    is_old = shown.promise == ROUND_TRIP.id and shown.breach.kind == "same"
    return (
        finding.promise == PUT_REPLACES.id and is_old and finding.path in {path_of(each) for each in other.operations}
    )


def _is_of_another_entity(own: Group, other: Group) -> bool:
    """Whether a member is not as it was sent because a GET shows another entity than the one that its path names."""
    shown = other.found.finding
    is_other = shown.promise == PATH_IDS.id and shown.breach.kind == "changed" and shown.method == "GET"
    is_own_id = shown.path.endswith(f"/{{{_last_name(shown)}}}")
    is_changed = own.found.finding.promise == ROUND_TRIP.id and own.found.finding.breach.at.part == "body"
    return is_other and is_own_id and is_changed and set(own.operations) <= set(other.operations)


def _is_read_as_another_type(own: Group, other: Group) -> bool:
    """Whether an object lacks members of the type that a wrong constant in it says."""
    pair = [each.found.finding for each in (own, other)]
    if any(each.promise != RESPONSE_BODY.id for each in pair) or [each.breach.kind for each in pair] != [
        "required",
        "const",
    ]:
        return False
    parents = [[token for token in each.breach.at.path[:-1] if isinstance(token, str)] for each in pair]
    return parents[0] == parents[1] and entities(own) <= entities(other)


def is_accepted_value(own: Group, other: Group) -> bool:
    """Whether a response shows an invalid value of a member for which an invalid value was accepted."""
    if own.found.finding.promise != RESPONSE_BODY.id or other.found.finding.promise != BAD_REQUEST.id:
        return False
    taken = {names_at(each.because) for each in other.marks if each.because.startswith("request-body /")}
    # A response may have what was sent inside of another member.
    is_inside = all(any(_has_part(name, each) for each in taken if each) for name in names(own))
    return bool(taken) and is_inside and not entities(own).isdisjoint(entities(other))


def _is_of_ignored_member(own: Group, other: Group) -> bool:
    """Whether an operation accepts an invalid value of a member that it ignores: it shows the old value, or none."""
    shown = other.found.finding
    if own.found.finding.promise != BAD_REQUEST.id or shown.promise != ROUND_TRIP.id:
        return False
    is_ignored = shown.breach.kind == "same" or shown.breach.actual.type in {"missing", "null"}
    wrong, ignored = {names_at(each.because) for each in own.marks}, names(other)
    is_inside = all(any(name[: len(each)] == each for each in ignored if each) for name in wrong)
    return is_ignored and is_inside and set(own.operations) <= set(other.operations)


def _is_altered_value(own: Group, other: Group) -> bool:
    """Whether a response shows an invalid value of a member that differs from what was sent."""
    return _is_invalid_value(own) and other.found.finding.promise == ROUND_TRIP.id and _are_of_one_member(own, other)


def _is_invalid_value(group: Group) -> bool:
    """Whether a response shows a value that has the right type but is invalid."""
    finding = group.found.finding
    return finding.promise == RESPONSE_BODY.id and finding.breach.kind not in {"type", "required"}


def _has_part(name: Key, part: Key) -> bool:
    """Whether a path of member names has another path inside, without a gap."""
    return any(name[start : start + len(part)] == part for start in range(len(name) - len(part) + 1))


def _last_name(finding: Finding) -> str:
    return next((token for token in reversed(finding.breach.at.path) if isinstance(token, str)), "")


SAME: Final[tuple[Relation, ...]] = (
    _is_one_member,
    _are_swapped,
    _are_of_one_name,
    _are_missing_together,
    _are_altered_alike,
    are_read_alike,
    _are_taken_alike,
)
FOLLOWS: Final[tuple[Relation, ...]] = (
    _is_changed_by_reading,
    _is_of_unapplied_put,
    _is_of_another_entity,
    _is_read_as_another_type,
    is_accepted_value,
    _is_of_ignored_member,
    _is_altered_value,
)
