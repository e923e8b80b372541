"""What severities mean for a verdict, and the order in which they are reported."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Final, get_args

from ecsuite.findings.deviation import NO_DEVIATIONS, Deviations
from ecsuite.findings.finding import Finding
from ecsuite.promises import Severity

# The worst first.
SEVERITIES: Final[tuple[Severity, ...]] = get_args(Severity)


def fails(severity: Severity, *, strict: bool) -> bool:
    """Whether findings of a severity fail a run: errors do, warnings where it is strict, notes never."""
    return severity == "error" or (strict and severity == "warning")


def failing(
    findings: Iterable[Finding], *, strict: bool, deviations: Deviations = NO_DEVIATIONS
) -> tuple[Finding, ...]:
    """The findings that fail a run: those that count as errors, and are not accepted."""
    counting = (finding for finding in findings if fails(finding.severity, strict=strict))
    return tuple(finding for finding in counting if not deviations.accepting(finding))


def worst_first(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Findings with the errors first, the notes last; those of one severity stay in their order."""
    return tuple(sorted(findings, key=lambda finding: SEVERITIES.index(finding.severity)))


def severities(findings: Iterable[Finding]) -> Mapping[Severity, int]:
    """How many findings there are of each severity that there is, the worst first."""
    return Counter(finding.severity for finding in worst_first(findings))
