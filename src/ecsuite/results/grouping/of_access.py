"""Relations of causes about calls that succeed on what is not there, or not the caller's."""

from __future__ import annotations

from typing import Final

from ecsuite.findings.finding import Finding
from ecsuite.promises import (
    BAD_REQUEST,
    DELETED_IS_GONE,
    PARENTS,
    PARTNERS_APART,
    PATH_IDS,
    REFUSED_CHANGES_NOTHING,
    RESPONSE_BODY,
    STATUS_EXPECTED,
)
from ecsuite.results.anchors import SUCCESSES
from ecsuite.results.grouping.group import Group, Relation, path_of
from ecsuite.results.grouping.traits import NOT_FOUND, expected_statuses, expects_success

_CONFLICT: Final = 409
_UNAUTHORIZED: Final = 401
_OF_IDS: Final = frozenset({PATH_IDS.id, PARENTS.id, PARTNERS_APART.id})


def _are_of_partners(own: Group, other: Group) -> bool:
    """Whether both causes are data of another partner: the same code tells partners apart."""
    return own.found.finding.promise == other.found.finding.promise == PARTNERS_APART.id


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


def _is_deleted_by_refused(own: Group, other: Group) -> bool:
    """Whether a call without a valid token finds nothing, because one like it deleted the entity all the same."""
    finding, deleted = own.found.finding, other.found.finding
    is_deleted = deleted.promise == REFUSED_CHANGES_NOTHING.id and deleted.breach.kind == "absent"
    is_unfound = finding.promise == STATUS_EXPECTED.id and finding.status == NOT_FOUND
    is_without_token = is_unfound and _UNAUTHORIZED in expected_statuses(finding)
    return is_deleted and is_without_token and set(own.operations) <= set(other.operations)


def _is_of_undone_deletion(own: Group, other: Group) -> bool:
    """Whether a call on what is not there succeeds, because a DELETE deletes nothing: the DELETE, or one below it."""
    is_left = other.found.finding.promise == DELETED_IS_GONE.id
    is_same = bool(own.operations) and set(own.operations) <= set(other.operations)
    below = f"{other.found.finding.path}/"
    is_same = is_same or all(path_of(call).startswith(below) for call in own.operations)
    return is_left and is_same and _finds_unknown_id(own.found.finding)


def _is_of_empty_success(own: Group, other: Group) -> bool:
    """Whether an operation seems to find an id that nobody has because it answers without an entity."""
    shown = other.found.finding
    is_empty = shown.promise == RESPONSE_BODY.id and shown.breach.kind == "absent" and not shown.breach.at.path
    return is_empty and set(own.operations) <= set(other.operations) and _finds_unknown_id(own.found.finding)


def _is_made_for_child(own: Group, other: Group) -> bool:
    """Whether a parent exists already, because the creation of a child below an unknown parent made it."""
    finding, made = own.found.finding, other.found.finding
    is_there = finding.promise == STATUS_EXPECTED.id and finding.status == _CONFLICT and expects_success(finding)
    is_taken = made.promise == STATUS_EXPECTED.id and made.method == "POST" and (made.status or 0) in SUCCESSES
    is_parent = made.path.startswith(f"{finding.path}/{{")
    return is_there and is_taken and NOT_FOUND in expected_statuses(made) and finding.method == "POST" and is_parent


def _finds_unknown_id(finding: Finding) -> bool:
    """Whether a call on an id that does not exist was a success."""
    is_taken = finding.promise == STATUS_EXPECTED.id and (finding.status or 0) in SUCCESSES
    return is_taken and NOT_FOUND in expected_statuses(finding)


SAME: Final[tuple[Relation, ...]] = (_are_of_partners,)
FOLLOWS: Final[tuple[Relation, ...]] = (
    _is_accepted_like_unknown_ids,
    _is_accepted_without_token,
    _is_deleted_by_refused,
    _is_of_undone_deletion,
    _is_of_empty_success,
    _is_made_for_child,
)
