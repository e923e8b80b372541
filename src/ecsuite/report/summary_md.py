"""A result as a Markdown page, most severe causes first: for the summary of a CI job, or a comment."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from ecsuite import wording
from ecsuite.report.causes import extent_of, title_of
from ecsuite.report.markdown import escaped, fenced
from ecsuite.report.text import (
    figures_text,
    inconclusive_lines,
    left_groups,
    left_to_tell,
    not_checked_lines,
    unsteady_text,
)
from ecsuite.report.verdict import verdict_of
from ecsuite.results.cause import Cause
from ecsuite.results.result import RunResult

# GitHub accepts 1,024 KiB for a step, and drops the whole summary if it is larger.
MOST_BYTES: Final = 900_000
# Causes that are listed; nobody reads more.
MOST_CAUSES: Final = 50
MOST_REASONS: Final = 12
_SORTS: Final = {"media_types": "media types"}


def summary_md(result: RunResult, most: int = MOST_BYTES) -> str:
    """Render a result in at most `most` bytes; no cause is cut, but the last ones may only be counted."""
    head, rest = _text(_head(result)), _text(_rest(result))
    causes = [_text(_cause(number, cause)) for number, cause in enumerate(result.causes[:MOST_CAUSES], 1)]
    shown: list[str] = []
    room = most - _size(head) - _size(rest) - _size(_more(len(result.causes)))
    for cause in causes:
        room -= _size(cause)
        if room < 0:
            break
        shown.append(cause)
    left = len(result.causes) - len(shown)
    return _fitting("".join([head, *shown, _more(left) if left else "", rest]), most)


def _more(count: int) -> str:
    return f"\nAnd {count} more: `ecsuite show` has all of them.\n"


def _text(lines: Iterable[str]) -> str:
    return "".join(f"{line}\n" for line in lines)


def _size(text: str) -> int:
    return len(text.encode(errors="backslashreplace"))


def _fitting(text: str, most: int) -> str:
    """The first lines of a text, as many as fit into `most` bytes."""
    while _size(text) > most:
        text = text[: text.rstrip("\n").rfind("\n") + 1]
    return text


def _head(result: RunResult) -> Iterator[str]:
    run = result.run
    editions = ", ".join(run.settings.get("editions", ()))
    yield f"# {escaped(verdict_of(result))}"
    yield ""
    where = ", ".join(f"`{url}`" for url in run.base_urls)
    yield f"Energy Coordination API {editions}, {run.settings.get('target', '')}: {where}, {run.started}. "
    yield f"{figures_text(result.figures)}. ecsuite {run.versions.get('ecsuite', '')}."


def _rest(result: RunResult) -> Iterator[str]:
    if result.problems:
        yield from ("", "## Problems", "")
        yield from (
            f"- {escaped(problem.text)} ({len(problem.tests)} tests)" for problem in result.problems[:MOST_CAUSES]
        )
    left = left_to_tell(result)
    if left:
        yield from ("", f"## Left on the server: {len(left)}")
        for heading, lines in left_groups(left, MOST_CAUSES):
            yield from ("", heading.capitalize(), "")
            yield from (f"- `{line}`" for line in lines)
    yield from _coverage(result)
    told = [
        *inconclusive_lines(result.inconclusive),
        *not_checked_lines(result.figures.not_checked, MOST_REASONS),
        unsteady_text(result.figures),
    ]
    if any(told):
        yield from ("", "## Not checked", "")
        yield from (f"- {escaped(text.strip())}" for text in told if text)


def _cause(number: int, cause: Cause) -> Iterator[str]:
    finding = cause.finding
    yield from ("", f"## {number}. {cause.severity}: {escaped(title_of(cause))}", "")
    yield f"- Expected: {escaped(wording.expected(finding.breach))}"
    yield f"- Actual: {escaped(wording.actual(finding.breach))} ({escaped(wording.where(finding.breach))})"
    yield f"- Seen in {extent_of(cause)}, first: `{wording.subject(finding)}`"
    yield f"- Rule: `{finding.rule}` ({escaped(finding.rule.source)})"
    if cause.first.quote:
        yield ""
        yield from fenced("yaml", "\n".join(cause.first.quote))


def _coverage(result: RunResult) -> Iterator[str]:
    shares = result.coverage.shares()
    if not shares:
        return
    yield from (
        "",
        f"## Coverage: {result.coverage.share.percent:.0f} %",
        "",
        "| what | seen | of |",
        "| --- | --: | --: |",
    )
    yield from (f"| {_SORTS.get(sort, sort)} | {share.seen} | {share.all} |" for sort, share in shares.items())
