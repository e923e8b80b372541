"""The result of a run as terminal lines: causes first, most severe first, then promises that were not checked."""

from __future__ import annotations

import json
import shlex
from collections.abc import Iterator, Sequence
from typing import Final
from urllib.parse import urlsplit

from ecsuite import wording
from ecsuite.promises import OF_RECEIVERS
from ecsuite.report.curl import curl
from ecsuite.report.excerpt import excerpt
from ecsuite.report.lines import (
    INDENT,
    NAME,
    SMALLEST_ROOM,
    Line,
    Part,
    cut,
    cut_line,
    field_lines,
    line,
    several,
    wrapped,
)
from ecsuite.results import store
from ecsuite.results.anchors import place_in_schema
from ecsuite.results.cause import Cause
from ecsuite.results.record import Found
from ecsuite.results.result import Problem, RunResult
from ecsuite.results.sample import Sample
from ecsuite.wording import count_of

# How many causes are shown in full on a terminal, and how many are shown at all.
MOST_IN_FULL: Final = 2
MOST_CAUSES: Final = 12
MOST_NOTES: Final = 2
MOST_PROBLEMS: Final = 10
# A longer curl line is replaced by a reference to `ecsuite show`. The limit for logs is higher, because a log cannot
# be queried afterwards.
LONGEST_CURL: Final = 346
LONGEST_CURL_IN_LOG: Final = 4000
_HEAD: Final = 13


def summary_lines(result: RunResult, width: int, folder: str, *, in_full: bool = False) -> Iterator[Line]:
    """Summarise the findings of a run on one page.

    Args:
        result: the result of the run.
        width: columns of the terminal.
        folder: where the result is stored.
        in_full: whether every cause is shown in full, as in a CI log, where `ecsuite show` cannot be run.
    """
    causes, problems = result.causes, result.problems
    show = "ecsuite show" if folder == str(store.LAST) else f"ecsuite show --report {shlex.quote(folder)}"
    if causes or problems:
        yield line(Part(headline(result), "bold"))
    # A CI log is often read without access to the result folder.
    yield from _causes_lines(causes, width, show, "" if in_full else folder, in_full=in_full)
    for problem in problems[:MOST_PROBLEMS]:
        yield from problem_lines(problem, width, folder)
    if len(problems) > MOST_PROBLEMS:
        yield line(f"{'':{_HEAD}}and {len(problems) - MOST_PROBLEMS} more: {show}")
    if causes:
        yield line(Part(f"One cause in full: {show} N; for the API's owner: {show} N --markdown", "dim"))


def _causes_lines(causes: Sequence[Cause], width: int, show: str, folder: str, *, in_full: bool) -> Iterator[Line]:
    """Yield errors and warnings, the first of them in full, then each note on one line, for notes need no action."""
    numbered = list(enumerate(causes, 1))
    told = [each for each in numbered if each[1].severity != "note"]
    notes = numbered[len(told) :]
    whole = told if in_full else told[:MOST_IN_FULL]
    for number, cause in whole:
        yield line()
        longest = LONGEST_CURL_IN_LOG if len(whole) > MOST_IN_FULL else LONGEST_CURL
        yield from cause_lines(number, cause, width, in_full=True, longest_curl=longest, folder=folder)
    if causes:
        yield line()
    for number, cause in told[len(whole) : MOST_CAUSES]:
        yield from cause_lines(number, cause, width, in_full=False, with_tests=False)
    left_out = len(told) - max(len(whole), MOST_CAUSES)
    if left_out > 0:
        yield line(f"{'':{_HEAD}}and {count_of(left_out, 'more cause')}: {show}")
    yield from (note_line(number, cause, width) for number, cause in notes[:MOST_NOTES])
    if len(notes) > MOST_NOTES:
        yield line(f"{'':{_HEAD}}and {count_of(len(notes) - MOST_NOTES, 'more note')}: {show}")


def headline(result: RunResult) -> str:
    """Count the causes by severity, and the failed tests."""
    said = [count_of(count, severity) for severity, count in result.severities.items()]
    said += [count_of(len(result.problems), "problem")] if result.problems else []
    tests = result.figures.tests
    failed, ran = tests.get("failed", 0) + tests.get("error", 0), sum(tests.values())
    outcome = f"{failed} of {count_of(ran, 'test')} failed" if ran else "no test was run"
    return f"{', '.join(said)}; {outcome}"


def cause_lines(
    number: int,
    cause: Cause,
    width: int,
    *,
    in_full: bool,
    with_tests: bool = True,
    longest_curl: int = LONGEST_CURL,
    folder: str = "",
) -> Iterator[Line]:
    """Render a cause, in two lines, in three with its tests, or in full with its sample.

    `folder` is where the script that reproduces it is stored; empty if the folder is not available.
    """
    head, title = line(f"{number:>2}  ", Part(f"{cause.severity:<7}  ", cause.severity)), title_of(cause)
    for text in wrapped(title, width - _HEAD, 2 if in_full else 1):
        yield line(*head, Part(text, "bold"))
        head = line(" " * _HEAD)
    yield cut_line(line(" " * _HEAD, f"{extent_of(cause)}, first: {_call(cause)}  [{cause.finding.level}]"), width)
    if in_full:
        yield from _body_lines(cause, width)
    if in_full:
        yield from field_lines("tests", several(cause.tests, width - INDENT - NAME), width, 1)
    elif with_tests:
        tests = several(cause.tests, width - _HEAD - len("tests: "))
        yield line(" " * _HEAD, Part("tests: ", "dim"), tests)
    if in_full and folder and cause.first.script:
        yield from _repeat_line(script_line(folder, cause))
    elif in_full and cause.first.sample:
        yield from _repeat_line(_short_repeat(cause.first, number, longest_curl))


def note_line(number: int, cause: Cause, width: int) -> Line:
    """Render a note, which never fails a run, on one line."""
    extent = extent_of(cause)
    title = cut(title_of(cause), max(width - _HEAD - len(extent) - 2, SMALLEST_ROOM))
    return line(f"{number:>2}  ", Part(f"{cause.severity:<7}  ", cause.severity), f"{title}: {extent}")


def title_of(cause: Cause) -> str:
    """Title of a cause: its promise and how the promise was broken."""
    return found_title(cause.first)


def found_title(found: Found) -> str:
    """Title of what one test found, in the format of `title_of`."""
    said = f"{wording.title(found.finding)}: {wording.statement(found.finding.breach, _place(found))}"
    accepted = found.accepted
    return f"{said} (accepted until {accepted.until}: {wording.printable(accepted.reason)})" if accepted else said


def extent_of(cause: Cause) -> str:
    """How often a cause was seen: `19 responses of 5 operations`."""
    return f"{count_of(cause.responses, 'response')} of {count_of(len(cause.operations), 'operation')}"


def _place(found: Found) -> str:
    at = found.finding.breach.at
    name, pointer = place_in_schema(found.anchor) if at.part in {"body", "request-body"} else ("", "")
    return wording.printable(f"{name or 'body'} {pointer}".strip()) if name or pointer else wording.place(at)


def _call(cause: Cause) -> str:
    return wording.subject(cause.finding)


def _body_lines(cause: Cause, width: int) -> Iterator[Line]:
    finding = cause.finding
    published = f"{finding.rule}  ({finding.rule.source})"
    expected = wording.expected(finding.breach)
    room = width - INDENT - NAME
    if len(expected) + len(published) + 2 <= room:
        yield from field_lines("expected", f"{expected}  {published}", width, 1)
    else:
        yield from field_lines("expected", expected, width, 1)
        yield from field_lines("", published, width, 1)
    yield from field_lines("actual", f"{wording.where(finding.breach)}: {wording.actual(finding.breach)}", width, 1)
    evidence = cause.first.evidence
    if cause.first.sample:
        yield from _sample_lines(cause.first.sample, width, most=1 if evidence else 2)
    if evidence:
        # The line above already names the call.
        yield from field_lines("shown by", response_line(evidence, room - 40), width, 1)


def _sample_lines(sample: Sample, width: int, most: int) -> Iterator[Line]:
    """Show the server's response: the status line, the decisive part of the body, and the trace headers."""
    # Lines are wrapped at word boundaries, so part of the available space stays unused.
    longest = most * (width - INDENT - NAME) - 60
    if sample.is_delivery:
        yield from field_lines("delivery", delivery_line(sample, longest), width, most)
    else:
        yield from field_lines("response", response_line(sample, longest), width, most)
    if sample.traces:
        yield from field_lines("trace", ", ".join(f"{name}: {value}" for name, value in sample.traces), width, 1)


def delivery_line(sample: Sample, longest: int) -> str:
    """A delivery on one line: its method and the decisive part of its body."""
    try:
        body = json.loads(sample.request_body)
    except (ValueError, RecursionError):
        return wording.shorten(f"{sample.method} {sample.request_body}", longest)
    return f"{sample.method} {excerpt(body, sample.path, longest)}"


def response_line(sample: Sample, longest: int) -> str:
    """A response on one line: its status, its media type, and the decisive part of its body."""
    if sample.status is None:
        return "none came"
    if sample.response is None:
        return f"{sample.status}, no body"
    kind = sample.media_type or "no media type"
    return f"{sample.status} {kind}  {excerpt(sample.response, sample.path, longest)}"


def evidence_line(sample: Sample, longest: int) -> str:
    """The later call that revealed a finding, on one line."""
    url = urlsplit(sample.url)
    return f"{sample.method} {url.path}{f'?{url.query}' if url.query else ''} -> {response_line(sample, longest)}"


def _repeat_line(said: str) -> Iterator[Line]:
    """The command that repeats a request. It is never cut, because part of a command would do something else."""
    yield line(" " * INDENT, Part(f"{'repeat':<{NAME}}", "dim"), said)


def _short_repeat(found: Found, number: int, longest: int) -> str:
    said = repeat_of(found)
    return said if len(said) <= longest else f"ecsuite show {number} has the line, of {len(said)} characters"


def script_line(folder: str, cause: Cause) -> str:
    """The shell command that reproduces a cause from an empty state."""
    return f"sh {shlex.quote(f'{folder}/{cause.first.script}')}"


def powershell_line(folder: str, cause: Cause) -> str:
    """The same command for PowerShell; it bypasses an execution policy that forbids scripts."""
    path = f"{folder}/{cause.first.powershell}" if folder else cause.first.powershell
    return f'powershell -ExecutionPolicy Bypass -File "{path}"'


def repeat_of(found: Found) -> str:
    """The command that repeats the request; empty if there is none."""
    sample = found.sample
    if sample is None:
        return ""
    if found.finding.promise in OF_RECEIVERS:
        # The command reads the webhook secret from the environment.
        return f"ecsuite deliver {shlex.quote(sample.url)} --only {shlex.quote(found.finding.breach.at.name)}"
    if sample.is_delivery:
        return "nothing to repeat, for it was the API that called"
    return f"{curl(sample.request)}{' # the body is cut' if sample.request_is_cut else ''}"


def problem_lines(problem: Problem, width: int, folder: str) -> Iterator[Line]:
    """Render a problem, that is a failure that is not a finding: its message, uncut, and the tests that it failed."""
    traceback = f"; traceback: {folder}/{problem.file}" if problem.file else ""
    yield line(" -  ", Part(f"{problem.kind:<7}  ", "error"), f"{wording.printable(problem.text)}{traceback}")
    tests = several(problem.tests, width - _HEAD - len("tests: "))
    yield line(" " * _HEAD, Part("tests: ", "dim"), tests)
