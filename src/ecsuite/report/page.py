"""What stands on the page of a result, ready for its template: texts, tables and figures, without any markup."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import ceil
from statistics import median
from typing import Any, Final
from urllib.parse import urlsplit

from ecsuite import wording
from ecsuite.report.causes import extent_of, repeat_of, title_of
from ecsuite.report.diagram import Diagram, diagram_of
from ecsuite.report.markdown import request_text, response_text
from ecsuite.report.marked import Span, json_spans, side_by_side
from ecsuite.report.text import unsteady_text
from ecsuite.report.verdict import verdict_of
from ecsuite.results.cause import Cause
from ecsuite.results.coverage import SORTS, Coverage, OperationCoverage, Share
from ecsuite.results.result import RanTest, RunResult
from ecsuite.results.sample import Fields, Sample
from ecsuite.results.seen import Call

MOST_DIAGRAMS: Final = 16
MOST_SLOWEST: Final = 12
# Of a cause that every test shows.
MOST_TESTS: Final = 50
_NAMES: Final = {"media_types": "media types"}
_ONE_OF: Final = {"media_types": "media type", "members": "member", "values": "value", "links": "link to"}


@dataclass(frozen=True, slots=True)
class Message:
    """A request or a response as it stands on the page."""

    title: str
    headers: tuple[str, ...]
    body: tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class CauseView:
    """A cause as it stands on the page; `id` is the same in every report that has it."""

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
    expected: tuple[Span, ...]
    actual: tuple[Span, ...]
    rule: str
    source: str
    quote: tuple[str, ...]
    messages: tuple[Message, ...]
    traces: tuple[str, ...]
    script: str
    repeat: str
    tests: tuple[str, ...]
    more_tests: int


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell of a matrix: what it shows, what it means, and for whom it is the sign of what."""

    text: str
    meaning: str
    sign: str


@dataclass(frozen=True, slots=True)
class Row:
    """An operation in a matrix; `holes` names what of it was not seen."""

    operation: str
    cells: tuple[Cell, ...]
    shares: tuple[Share, ...] = ()
    holes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Matrix:
    """Operations by something: the heads of its columns, and its rows."""

    heads: tuple[str, ...]
    rows: tuple[Row, ...]
    caption: str = ""


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


def cause_views(result: RunResult) -> list[CauseView]:
    """The causes, the worst first."""
    return [_cause(number, cause) for number, cause in enumerate(result.causes, 1)]


def _cause(number: int, cause: Cause) -> CauseView:
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
        expected=tuple(expected),
        actual=tuple(actual),
        rule=str(finding.rule),
        source=finding.rule.source,
        quote=first.quote,
        messages=tuple(_messages(sample, first.evidence)),
        traces=tuple(f"{name}: {value}" for name, value in sample.traces) if sample else (),
        script=f"sh {first.script}" if first.script else "",
        repeat=repeat_of(sample) if sample else "",
        tests=cause.tests[:MOST_TESTS],
        more_tests=max(len(cause.tests) - MOST_TESTS, 0),
    )


def cause_id(cause: Cause) -> str:
    """The name of a cause in addresses: of its promise, and of what tells it apart from others of the same."""
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


def statuses(coverage: Coverage, edition: str) -> Matrix:
    """The operations of an edition by the statuses that they answered with."""
    operations = [each for each in coverage.operations if each.edition == edition]
    heads = sorted({status for each in operations for status in each.responses})
    rows = tuple(_status_row(each, heads) for each in operations)
    return Matrix((*heads, "media types", "members", "values", "links"), rows, edition)


def _status_row(operation: OperationCoverage, heads: Sequence[str]) -> Row:
    cells = tuple(_status_cell(operation, status) for status in heads)
    counts = {sort: [0, 0] for sort in SORTS}
    holes = []
    for sort, name, is_seen in operation.parts():
        if sort in counts:
            counts[sort][0] += is_seen
            counts[sort][1] += 1
        if not is_seen and sort in _ONE_OF:
            side, _, part = name.partition(" ")
            holes.append(f"{side}: {_ONE_OF[sort]} {part}")
    shares = tuple(Share(*count) for count in counts.values())
    called = f"{operation.method} {operation.path}"
    name = (
        f"{called}: {wording.count_of(operation.calls, 'delivery').replace('deliverys', 'deliveries')}"
        if operation.is_delivery
        else called
    )
    return Row(name, cells, shares, tuple(holes))


def _status_cell(operation: OperationCoverage, status: str) -> Cell:
    side = operation.responses.get(status)
    if side and not side.times and not any(part == status for sort, part, _ in operation.parts() if sort == "statuses"):
        return Cell("-", "listed; the server answers with another success", "none")
    if side is None:
        return Cell("", "", "none")
    if not side.is_listed:
        return Cell(f"{side.times}!", f"{side.times} times, and not listed in the contract", "unlisted")
    return Cell(str(side.times), "", "seen") if side.times else Cell("0", "listed, and never seen", "hole")


def promises(coverage: Coverage, edition: str) -> Matrix:
    """The operations of an edition by the promises that were judged of them."""
    operations = [each for each in coverage.operations if each.edition == edition]
    ids = {each.id for each in operations}
    own = [each for each in coverage.promises if each.operation in ids]
    heads = list(dict.fromkeys(each.promise for each in own))
    known = {(each.promise, each.operation): each for each in own}
    rows = []
    for operation in operations:
        cells = []
        for promise in heads:
            each = known.get((promise, operation.id))
            cells.append(_promise_cell(each.passed, each.broken, each.not_checked) if each else Cell("", "", "none"))
        rows.append(Row(f"{operation.method} {operation.path}", tuple(cells)))
    return Matrix(tuple(wording.title_of(promise) for promise in heads), tuple(rows), edition)


def _promise_cell(passed: int, broken: int, not_checked: int) -> Cell:
    said = f"{passed} passed, {broken} broken, {not_checked} not checked"
    if broken:
        return Cell("✕", said, "broken")
    return Cell("●", said, "seen") if passed else Cell("○", said, "hole")


def totals(coverage: Coverage) -> list[tuple[str, int, int, int]]:
    """How often each promise was kept, broken and not checked, by single exchanges and by several together."""
    sums: dict[str, list[int]] = {}
    for each in coverage.promises:
        own = sums.setdefault(each.promise, [0, 0, 0])
        for index, times in enumerate((each.passed, each.broken, each.not_checked)):
            own[index] += times
    return [(wording.title_of(promise), kept, broken, unchecked) for promise, (kept, broken, unchecked) in sums.items()]


def shares_of(coverage: Coverage) -> list[tuple[str, Share]]:
    """How much of each sort was seen, by the name that people know it by."""
    return [(_NAMES.get(sort, sort), share) for sort, share in coverage.shares().items()]


def not_checked(result: RunResult) -> list[tuple[int, str, str]]:
    """How often what was not checked, and why, the most frequent first."""
    reasons = [
        (times, wording.title_of(promise), reason) for (promise, reason), times in result.figures.not_checked.items()
    ]
    reasons += [(times, "test skipped", reason) for reason, times in result.skipped.items()]
    return sorted(reasons, key=lambda each: -each[0])


def scenarios(result: RunResult) -> list[Scenario]:
    """The scenarios with their diagrams: those first that failed."""
    found = [test for test in result.tests if test.scenario and test.calls]
    found.sort(key=lambda test: test.outcome not in {"failed", "error"})
    return [
        Scenario(test.scenario, test.edition, test.outcome, diagram_of(test.calls)) for test in found[:MOST_DIAGRAMS]
    ]


def slowest(tests: Sequence[RanTest]) -> list[Slow]:
    """The operations that took the longest at their median."""
    times: dict[str, list[float]] = {}
    for call in (call for test in tests for call in test.calls if call.role != "delivery"):
        times.setdefault(f"{call.method} {call.path}", []).append(call.seconds * 1000)
    found = [_slow(operation, sorted(own)) for operation, own in times.items()]
    return sorted(found, key=lambda slow: -slow.median)[:MOST_SLOWEST]


def _slow(operation: str, times: list[float]) -> Slow:
    most = times[ceil(len(times) * 0.95) - 1]
    return Slow(operation, len(times), median(times), most, times[-1])


def environment(result: RunResult) -> list[tuple[str, str]]:
    """What was run, where, and with what."""
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
    """A call on a line."""
    name = {"identity": "identity service: ", "delivery": "delivery: "}.get(call.role, "")
    outcome = "" if call.outcome == "passed" else f", {call.outcome}"
    return f"{name}{call.method} {call.path} → {call.status or 'no response'}, {call.seconds * 1000:.0f} ms{outcome}"


def view_of(result: RunResult, *, with_calls: bool = True) -> Mapping[str, Any]:
    """All that the template of the page shows; without the exchanges of tests, where it would be too large."""
    editions = list(dict.fromkeys(each.edition for each in result.coverage.operations))
    return {
        "verdict": verdict_of(result),
        "is_good": result.run.exit_code == 0,
        "result": result,
        "causes": cause_views(result),
        "shares": shares_of(result.coverage),
        "statuses": [statuses(result.coverage, edition) for edition in editions],
        "promises": [promises(result.coverage, edition) for edition in editions],
        "totals": totals(result.coverage),
        "not_checked": not_checked(result),
        "scenarios": scenarios(result),
        "slowest": slowest(result.tests),
        "environment": environment(result),
        "tests": [(test, [call_line(call) for call in test.calls if with_calls]) for test in result.tests],
        "is_cut": not with_calls,
    }
