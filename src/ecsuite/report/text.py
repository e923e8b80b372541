"""Findings and figures as plain text."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from ecsuite import wording
from ecsuite.findings.finding import Finding
from ecsuite.journal import Tally
from ecsuite.report.curl import curl

COLUMN = 46


def finding_text(finding: Finding) -> str:
    """A finding in five lines: the promise, where, expected, actual, and how to repeat it."""
    title, expected = f"{wording.title(finding)}: broken", wording.expected(finding.breach)
    # An error is what a finding is unless it says otherwise.
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


def tally_text(tally: Tally) -> str:
    """The figures of a run on one line."""
    return (
        f"{_count(tally.exchanges, 'exchange')}: {_count(tally.passed, 'check')} passed, {tally.broken} broken, "
        f"{sum(tally.not_checked.values())} not checked"
    )


def not_checked_lines(tally: Tally) -> list[str]:
    """What could not be checked and why, a line a reason, the most frequent first."""
    return [
        f"{times:>5} x {wording.title_of(promise)}: {reason}"
        for (promise, reason), times in tally.not_checked.most_common()
    ]


def unrecorded_text(count: int) -> str:
    """How many tests a replay leaves out, for they have no cassette, and what runs them."""
    return f"{_count(count, 'test')} not recorded, and so left out: run with --ec-target local"


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def columns(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table as lines of plain text, each column as wide as it must be, for people and for grep."""
    lines = [tuple(head), *(tuple(row) for row in rows)]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    return "\n".join("  ".join(map(str.ljust, line, widths)).rstrip() for line in lines)
