"""View model of the result's page, ready for its template: texts, tables and figures, without markup."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import ceil
from statistics import median
from typing import Any, Final
from urllib.parse import urlsplit

from ecsuite import wording
from ecsuite.report.causes import extent_of, powershell_line, repeat_of, title_of
from ecsuite.report.diagram import Diagram, diagram_of
from ecsuite.report.markdown import request_text, response_text
from ecsuite.report.marked import Span, json_spans, side_by_side
from ecsuite.report.matrices import promises, shares_of, statuses, totals
from ecsuite.report.text import left_groups, left_to_tell, unsteady_text
from ecsuite.report.verdict import verdict_of
from ecsuite.results.cause import Cause
from ecsuite.results.result import RanTest, RunResult
from ecsuite.results.sample import Fields, Sample
from ecsuite.results.seen import Call

MOST_DIAGRAMS: Final = 16
MOST_SLOWEST: Final = 12
# Causes shown with exchanges, which are the largest part of a page. Nobody reads more.
MOST_WHOLE: Final = 200
# Scripts are stored beside the page; some are also included, for readers who receive the page alone by mail.
MOST_SCRIPTS: Final = 20
LONGEST_SCRIPT: Final = 20_000
# Entities left on the server, for each reason.
MOST_LEFT: Final = 200
# Tests shown for a cause, and causes shown for a test.
MOST_TESTS: Final = 50
MOST_CAUSES: Final = 5
# More causes than this have an index and filters; fewer can be looked through.
FEW_CAUSES: Final = 3
_WORST_FIRST: Final = ("failed", "error", "inconclusive", "passed", "skipped")


@dataclass(frozen=True, slots=True)
class Message:
    """A request or a response as it is shown on the page."""

    title: str
    headers: tuple[str, ...]
    body: tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class CauseView:
    """A cause as it is shown on the page; `id` is the same in every report with this cause."""

    id: str
    number: int
    severity: str
    promise: str
    title: str
    extent: str
    level: str
    call: str
    place: str
    operations: tuple[str, ...]
    places: tuple[str, ...]
    expected: tuple[Span, ...]
    actual: tuple[Span, ...]
    rule: str
    source: str
    quote: tuple[str, ...]
    messages: tuple[Message, ...]
    is_cut: bool
    traces: tuple[str, ...]
    script: str
    powershell: str
    script_text: str
    repeat: str
    tests: tuple[str, ...]
    more_tests: int


@dataclass(frozen=True, slots=True)
class Slow:
    """How long an operation took, in milliseconds."""

    operation: str
    calls: int
    median: float
    most: float
    worst: float


@dataclass(frozen=True, slots=True)
class Scenario:
    """A scenario with its diagram."""

    name: str
    edition: str
    outcome: str
    diagram: Diagram


@dataclass(frozen=True, slots=True)
class RanView:
    """A test as it is shown on the page: the ids and titles of the causes that it showed, and its exchanges."""

    test: RanTest
    causes: tuple[tuple[str, str], ...]
    calls: tuple[str, ...]


def cause_views(result: RunResult) -> list[CauseView]:
    """The causes, most severe first."""
    numbered = enumerate(result.causes, 1)
    return [_cause(number, cause, result.files.get(cause.first.script, "")) for number, cause in numbered]


def _cause(number: int, cause: Cause, script: str) -> CauseView:
    finding, first = cause.finding, cause.first
    expected, actual = side_by_side(wording.expected(finding.breach), wording.actual(finding.breach))
    sample = first.sample
    return CauseView(
        id=cause_id(cause),
        number=number,
        severity=cause.severity,
        promise=wording.title(finding),
        title=title_of(cause),
        extent=extent_of(cause),
        level=finding.level,
        call=wording.subject(finding),
        place=wording.where(finding.breach),
        operations=cause.operations,
        places=cause.places if len(cause.places) > 1 else (),
        expected=tuple(expected),
        actual=tuple(actual),
        rule=str(finding.rule),
        source=finding.rule.source,
        quote=first.quote,
        messages=() if number > MOST_WHOLE else tuple(_messages(sample, first.evidence)),
        is_cut=number > MOST_WHOLE and sample is not None,
        traces=tuple(f"{name}: {value}" for name, value in sample.traces) if sample else (),
        script=f"sh {first.script}" if first.script else "",
        powershell=powershell_line("", cause) if first.powershell else "",
        script_text=script if number <= MOST_SCRIPTS and len(script) <= LONGEST_SCRIPT else "",
        repeat=repeat_of(first),
        tests=cause.tests[:MOST_TESTS],
        more_tests=max(len(cause.tests) - MOST_TESTS, 0),
    )


def cause_id(cause: Cause) -> str:
    """Stable id of a cause for URLs: its promise, and a digest that separates causes of the same promise."""
    digest = hashlib.sha256(json.dumps([*map(str, cause.first.cause)]).encode()).hexdigest()
    return f"{cause.finding.promise}-{digest[:8]}"


def _messages(sample: Sample | None, evidence: Sample | None) -> Iterator[Message]:
    for shown, later in ((sample, ""), (evidence, "later ")):
        if shown is None:
            continue
        url = urlsplit(shown.url)
        target = f"{url.path or '/'}{f'?{url.query}' if url.query else ''}"
        what = "delivery" if shown.is_delivery else f"{later}request"
        sent = _sent(shown)
        yield Message(f"{what}: {shown.method} {wording.printable(target)}", _fields(shown.request_headers), sent)
        if shown.status is None:
            yield Message("response: none came", (), ())
            continue
        came = json_spans(shown.response, () if shown.is_delivery else shown.path) if _is_json(shown) else _text(shown)
        title = f"response: {shown.status}, after {shown.seconds * 1000:.0f} ms, {shown.response_size} bytes"
        yield Message(title, _fields(shown.response_headers), tuple(came))


def _is_json(sample: Sample) -> bool:
    return sample.response is not None and not isinstance(sample.response, str)


def _text(sample: Sample) -> list[Span]:
    text = response_text(sample.response)
    return [Span(text)] if text else []


def _sent(sample: Sample) -> tuple[Span, ...]:
    text = request_text(sample)
    if not text:
        return ()
    try:
        return tuple(json_spans(json.loads(text), sample.path if sample.is_delivery else ()))
    except (ValueError, RecursionError):
        return (Span(text),)


def _fields(headers: Fields) -> tuple[str, ...]:
    return tuple(wording.printable(f"{name}: {value}") for name, value in headers)


def not_checked(result: RunResult) -> list[tuple[int, str, str]]:
    """What was not checked, with the reason and how often, most frequent first."""
    reasons = [
        (times, wording.title_of(promise), reason) for (promise, reason), times in result.figures.not_checked.items()
    ]
    reasons += [(times, "test inconclusive", reason) for reason, times in result.inconclusive.items()]
    reasons += [(times, "test skipped", reason) for reason, times in result.skipped.items()]
    return sorted(reasons, key=lambda each: -each[0])


def left(result: RunResult) -> list[tuple[str, list[str]]]:
    """What the run left on the server: for each reason, a heading and one line for each entity."""
    return [(heading.capitalize(), lines) for heading, lines in left_groups(left_to_tell(result), MOST_LEFT)]


def scenarios(result: RunResult) -> list[Scenario]:
    """The scenarios with their diagrams, failed ones first."""
    found = [test for test in result.tests if test.scenario and test.calls]
    found.sort(key=lambda test: test.outcome not in {"failed", "error"})
    return [
        Scenario(test.scenario, test.edition, test.outcome, diagram_of(test.calls)) for test in found[:MOST_DIAGRAMS]
    ]


def slowest(tests: Sequence[RanTest]) -> list[Slow]:
    """The operations with the longest median time."""
    times: dict[str, list[float]] = {}
    for call in (call for test in tests for call in test.calls if call.role != "delivery" and call.path != "?"):
        times.setdefault(call.title, []).append(call.seconds * 1000)
    found = [_slow(operation, sorted(own)) for operation, own in times.items()]
    return sorted(found, key=lambda slow: -slow.median)[:MOST_SLOWEST]


def _slow(operation: str, times: list[float]) -> Slow:
    most = times[ceil(len(times) * 0.95) - 1]
    return Slow(operation, len(times), median(times), most, times[-1])


def environment(result: RunResult) -> list[tuple[str, str]]:
    """What was run, where, and with which versions and settings."""
    run = result.run
    rows = [("server", ", ".join(run.base_urls)), ("from", run.started), ("to", run.ended)]
    rows += [(name.replace("_", " "), _setting(value)) for name, value in run.settings.items()]
    rows += [(f"contract {edition}", digest) for edition, digest in run.contracts.items()]
    rows += [("system", run.platform), *run.versions.items()]
    rows += [("ended by", run.ended_by), ("service", unsteady_text(result.figures)), ("exit code", str(run.exit_code))]
    return [(name, wording.printable(value)) for name, value in rows if value]


def _setting(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return ", ".join(map(str, value)) if isinstance(value, list | tuple) else str(value)


def call_line(call: Call) -> str:
    """A call on one line."""
    name = {"identity": "identity service: ", "delivery": "delivery: "}.get(call.role, "")
    outcome = "" if call.outcome == "passed" else f", {call.outcome}"
    return f"{name}{call.title} → {call.status or 'no response'}, {call.seconds * 1000:.0f} ms{outcome}"


def ran_views(result: RunResult, *, with_calls: bool) -> list[RanView]:
    """The tests, failed ones first, each with the causes that it showed."""
    broken: dict[str, list[tuple[str, str]]] = {}
    for cause in result.causes:
        for test in cause.tests:
            broken.setdefault(test, []).append((cause_id(cause), title_of(cause)))
    return [
        RanView(
            test,
            tuple(broken.get(test.name, ())[:MOST_CAUSES]),
            tuple(call_line(call) for call in test.calls if with_calls),
        )
        for test in sorted(result.tests, key=lambda test: _rank(test.outcome))
    ]


def _rank(outcome: str) -> int:
    return _WORST_FIRST.index(outcome) if outcome in _WORST_FIRST else len(_WORST_FIRST)


def view_of(result: RunResult, *, with_calls: bool = True) -> Mapping[str, Any]:
    """All values that the page's template needs; the calls of tests are left out if the page would be too large."""
    editions = list(dict.fromkeys(each.edition for each in result.coverage.operations))
    return {
        "verdict": verdict_of(result),
        "is_good": result.run.exit_code == 0,
        "result": result,
        "causes": cause_views(result),
        "few_causes": FEW_CAUSES,
        "shares": shares_of(result.coverage),
        "statuses": [statuses(result.coverage, edition) for edition in editions],
        "promises": [promises(result.coverage, edition) for edition in editions],
        "totals": totals(result.coverage),
        "left": left(result),
        "not_checked": not_checked(result),
        "scenarios": scenarios(result),
        "slowest": slowest(result.tests),
        "environment": environment(result),
        "outcomes": sorted(Counter(test.outcome for test in result.tests).items(), key=lambda each: _rank(each[0])),
        "tests": ran_views(result, with_calls=with_calls),
        "is_cut": not with_calls,
    }
