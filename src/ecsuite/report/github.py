"""GitHub Actions annotations: log lines that begin with `::`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from ecsuite import wording
from ecsuite.report.causes import extent_of, title_of
from ecsuite.results.cause import Cause
from ecsuite.results.result import RunResult

# GitHub shows this many annotations of each level for a step, and silently drops the rest.
MOST_ANNOTATIONS: Final = 10
_COMMANDS: Final[Mapping[str, str]] = {"error": "error", "warning": "warning"}


def annotation_lines(result: RunResult) -> Iterator[str]:
    """Annotate the causes of errors and warnings, most severe first; the last line counts those beyond the limit."""
    for severity, command in _COMMANDS.items():
        causes = [cause for cause in result.causes if cause.severity == severity]
        shown = causes if len(causes) <= MOST_ANNOTATIONS else causes[: MOST_ANNOTATIONS - 1]
        yield from (_annotation(command, cause) for cause in shown)
        if len(shown) < len(causes):
            yield f"::{command} title=ecsuite::and {len(causes) - len(shown)} more"


def _annotation(command: str, cause: Cause) -> str:
    breach = cause.finding.breach
    text = (
        f"{wording.where(breach)} is {wording.actual(breach)}, expected {wording.expected(breach)}; "
        f"seen in {extent_of(cause)}, first {wording.subject(cause.finding)} ({cause.finding.rule})"
    )
    title = wording.printable(title_of(cause)).replace("%", "%25").replace(":", "%3A").replace(",", "%2C")
    return f"::{command} title={title}::{wording.printable(text).replace('%', '%25')}"
