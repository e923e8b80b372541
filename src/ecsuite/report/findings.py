"""Findings as plain text."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from ecsuite import wording
from ecsuite.findings.broken import PromiseBroken
from ecsuite.findings.finding import Finding
from ecsuite.report.curl import curl

COLUMN: Final = 46


def finding_text(finding: Finding) -> str:
    """A finding in five lines: the promise, where, expected, actual, and how to repeat it."""
    title, expected = f"{wording.title(finding)}: broken", wording.expected(finding.breach)
    # The severity is named only if it is not the usual one, error.
    severity = "" if finding.severity == "error" else f" {finding.severity}"
    lines = [
        f"{title:<{COLUMN}}[{finding.level}]{severity}  {wording.subject(finding)}",
        f"  at        {wording.where(finding.breach)}",
        f"  expected  {expected:<{COLUMN - 11}}  {finding.rule}  ({finding.rule.source})",
        f"  actual    {wording.actual(finding.breach)}",
    ]
    if finding.blamed is not None:
        lines.append(f"  repeat    {curl(finding.blamed.request)}")
    return "\n".join(lines)


def findings_text(findings: Sequence[Finding]) -> str:
    """Several findings, an empty line between them."""
    return "\n\n".join(finding_text(finding) for finding in findings)


def before_tests_text(error: PromiseBroken) -> str:
    """Render what the preflight found, before any test ran."""
    return f"{finding_text(error.finding)}\n\necsuite: {error}"
