"""Relations of causes about responses with a status or a body that is not promised."""

from __future__ import annotations

from typing import Final

from ecsuite.findings.breach import STATUS
from ecsuite.promises import MEDIA_TYPE, RESPONSE_BODY, STATUS_EXPECTED, STATUS_LISTED
from ecsuite.results.grouping.group import Group, Relation
from ecsuite.results.grouping.traits import OF_CHANGES, OF_MEMBERS, expected_statuses

_FIRST_REFUSAL: Final = 400


def is_of_wrong_status(own: Group, other: Group) -> bool:
    """Whether a body is invalid because the response has a wrong status, for which another body is promised."""
    shown, refused = own.found.finding, other.found.finding
    if shown.promise != RESPONSE_BODY.id or refused.promise != STATUS_EXPECTED.id or shown.breach.at.path:
        return False
    if shown.status != refused.status or refused.status in expected_statuses(refused):
        return False
    # An empty success is a cause that explains the status.
    is_refusal = (shown.status or 0) >= _FIRST_REFUSAL or shown.breach.kind != "absent"
    return is_refusal and own.responses <= other.responses and set(own.operations) <= set(other.operations)


def _is_seen_with_wrong_status(own: Group, other: Group) -> bool:
    """Whether a call seems to have changed what a GET answers with a wrong status, whoever calls."""
    finding, read = own.found.finding, other.found.finding
    is_status = finding.promise in OF_CHANGES and finding.breach.at == STATUS
    is_read = read.promise == STATUS_EXPECTED.id and read.method == "GET" and read.status == finding.breach.actual.value
    return is_status and is_read and finding.breach.seen_call in other.operations


def _is_of_unread_response(own: Group, other: Group) -> bool:
    """Whether nothing could be read back because the response has a status or a body that is not promised."""
    finding, shown = own.found.finding, other.found.finding
    is_unread = finding.promise in OF_MEMBERS and finding.breach.kind == "unreadable"
    is_wrong = shown.promise in {STATUS_LISTED.id, RESPONSE_BODY.id, MEDIA_TYPE.id} and shown.status == finding.status
    return is_unread and is_wrong and set(own.operations) <= set(other.operations)


FOLLOWS: Final[tuple[Relation, ...]] = (is_of_wrong_status, _is_seen_with_wrong_status, _is_of_unread_response)
