"""What several rules of grouping ask of a finding."""

from __future__ import annotations

from typing import Final

from ecsuite.findings.finding import Finding
from ecsuite.promises import (
    CREATION_RESPONSE,
    OTHERS_UNTOUCHED,
    PARENTS,
    PARTNERS_APART,
    REFUSED_CHANGES_NOTHING,
    ROUND_TRIP,
    STATUS_EXPECTED,
)
from ecsuite.results.anchors import SUCCESSES

NOT_FOUND: Final = 404
# Promises about what a call changes.
OF_CHANGES: Final = frozenset({OTHERS_UNTOUCHED.id, PARENTS.id, PARTNERS_APART.id, REFUSED_CHANGES_NOTHING.id})
# Promises about what a response shows of what was sent, or of what the API sets itself.
OF_MEMBERS: Final = frozenset({ROUND_TRIP.id, CREATION_RESPONSE.id})


def expected_statuses(finding: Finding) -> list[int]:
    """The statuses that were expected; empty if the finding is not about a status."""
    expected = finding.breach.expected.value
    return [each for each in expected if isinstance(each, int)] if isinstance(expected, list) else []


def expects_success(finding: Finding) -> bool:
    """Whether a success was expected."""
    return any(each in SUCCESSES for each in expected_statuses(finding))


def is_not_found(finding: Finding) -> bool:
    """Whether something was not found that should be there."""
    return finding.promise == STATUS_EXPECTED.id and finding.status == NOT_FOUND and expects_success(finding)
