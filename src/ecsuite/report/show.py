"""Output of `ecsuite show` for a stored result: all causes, or one in full."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ecsuite import wording
from ecsuite.report.causes import (
    cause_lines,
    extent_of,
    headline,
    powershell_line,
    problem_lines,
    repeat_of,
    script_line,
    title_of,
)
from ecsuite.report.lines import Line, Part, line
from ecsuite.report.markdown import request_text, response_text
from ecsuite.report.text import figures_text, inconclusive_tests, not_checked_lines, skipped_lines, unsteady_text
from ecsuite.results.cause import Cause
from ecsuite.results.result import RunResult
from ecsuite.results.sample import Fields, Sample

_TAB = " " * 4


def list_lines(result: RunResult, width: int, folder: str) -> Iterator[Line]:
    """Render all causes in three lines each, other failures, and what was not checked."""
    run = result.run
    where = ", ".join(run.base_urls) or "nowhere"
    editions = ", ".join(run.settings.get("editions", ()))
    yield line(Part(f"Energy Coordination API {editions}, {run.settings.get('target', '')}", "bold"), f"  {where}")
    yield line(f"{run.started} to {run.ended}{f', ended by: {run.ended_by}' if run.ended_by else ''}")
    yield line(Part(headline(result), "bold") if result.causes or result.problems else "Nothing was found.")
    for number, cause in enumerate(result.causes, 1):
        yield from cause_lines(number, cause, width, in_full=False)
    for problem in result.problems:
        yield from problem_lines(problem, width, folder)
    yield line(figures_text(result.figures))
    told = (unsteady_text(result.figures), *not_checked_lines(result.figures.not_checked))
    yield from (line(text) for text in told if text)
    yield from (line(text) for text in (*inconclusive_tests(result), *skipped_lines(result.skipped)))


def whole_lines(number: int, cause: Cause, folder: str = "") -> Iterator[Line]:
    """Render one cause in full; nothing is cut."""
    finding, sample = cause.finding, cause.first.sample
    yield line(f"{number:>2}  ", Part(f"{cause.severity:<7}  ", cause.severity), Part(title_of(cause), "bold"))
    yield line(f"{_TAB}{extent_of(cause)}  [{finding.level}]")
    yield from _section("operations", cause.operations)
    if len(cause.places) > 1:
        yield from _section("places", cause.places)
    yield from _section("expected", [wording.expected(finding.breach)])
    yield from _section("actual", [f"{wording.where(finding.breach)}: {wording.actual(finding.breach)}"])
    yield from _section(f"contract  {finding.rule}  ({finding.rule.source})", cause.first.quote)
    if sample:
        yield from _sample(sample)
    if cause.first.evidence:
        yield from _sample(cause.first.evidence, "shown by the request")
    yield from _section("tests", cause.tests)
    if sample:
        yield from _section("repeat", [repeat_of(cause.first)])
    if folder and cause.first.script:
        yield from _section("repeat it from nothing", [script_line(folder, cause)])
    if folder and cause.first.powershell:
        yield from _section("or on Windows", [powershell_line(folder, cause)])


def _sample(sample: Sample, request: str = "request") -> Iterator[Line]:
    sent = [f"{sample.method} {sample.url}", *_fields(sample.request_headers), *request_text(sample).split("\n")]
    yield from _section(f"{'delivery' if sample.is_delivery else request}  {sample.at}", sent)
    if sample.status is None:
        yield from _section("response", ["none came"])
        return
    body = response_text(sample.response).split("\n")
    came = [f"{sample.status}", *_fields(sample.response_headers), *body]
    yield from _section(f"response  after {sample.seconds * 1000:.0f} ms, {sample.response_size} bytes", came)


def _fields(headers: Fields) -> Iterator[str]:
    return (wording.printable(f"{name}: {value}") for name, value in headers)


def _section(title: str, lines: Sequence[str]) -> Iterator[Line]:
    yield line()
    yield line(_TAB, Part(title, "dim"))
    yield from (line(_TAB * 2, text) for text in lines if text)
