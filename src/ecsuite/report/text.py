"""Findings and figures as plain text."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from ecsuite import wording
from ecsuite.client import Wait
from ecsuite.errors import AllBroken, EcsuiteError
from ecsuite.findings.finding import Finding
from ecsuite.journal import LOST, Tally
from ecsuite.report.curl import curl

COLUMN = 46


def finding_text(finding: Finding) -> str:
    """A finding in five lines: the promise, where, expected, actual, and how to repeat it."""
    title, expected = f"{wording.title(finding)}: broken", wording.expected(finding.breach)
    lines = [
        f"{title:<{COLUMN}}[{finding.level}]  {wording.subject(finding)}",
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


def unsteady_text(tally: Tally) -> str:
    """How often the service had no response of the API's; empty where it always had one."""
    times = sum(tally.unsteady.values())
    if not times:
        return ""
    calls = tally.exchanges + tally.unsteady[LOST]
    reasons = ", ".join(f"{count} x {reason}" for reason, count in tally.unsteady.most_common())
    return f"the service was unsteady: {times:,} of {calls:,} calls had no response of the API's ({reasons})"


def waiting_text(wait: Wait) -> str:
    """What a call waits for."""
    what = "asks to come back later" if wait.reason in {"429", "503"} else "does not answer"
    return f"ecsuite: waiting {wait.seconds:.0f} s, for the service {what} ({wait.line}: {wait.reason})"


def before_tests_text(error: EcsuiteError) -> str:
    """What was seen before the first test, after which none was run."""
    findings = error.findings if isinstance(error, AllBroken) else ()
    return "\n\n".join([*(finding_text(each) for each in findings if isinstance(each, Finding)), f"ecsuite: {error}"])


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
