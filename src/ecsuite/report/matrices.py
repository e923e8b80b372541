"""Coverage of the contract as tables: operations by statuses and by promises, with the gaps."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from ecsuite import wording
from ecsuite.results.coverage import SORTS, Coverage, OperationCoverage, Share

_NAMES: Final = {"media_types": "media types"}
_ONE_OF: Final = {"media_types": "media type", "members": "member", "values": "value", "links": "link to"}


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell of a matrix: its text, its meaning as a tooltip, and its CSS class."""

    text: str
    meaning: str
    sign: str


@dataclass(frozen=True, slots=True)
class Row:
    """An operation in a matrix; `holes` names its parts that were not seen."""

    operation: str
    cells: tuple[Cell, ...]
    shares: tuple[Share, ...] = ()
    holes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Matrix:
    """Operations by columns: the column headings, and the rows."""

    heads: tuple[str, ...]
    rows: tuple[Row, ...]
    caption: str = ""


def statuses(coverage: Coverage, edition: str) -> Matrix:
    """Operations of an edition by response status."""
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
    """Operations of an edition by the promises that were judged for them."""
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
    """How often each promise was kept, broken and not checked."""
    sums: dict[str, list[int]] = {}
    for each in coverage.promises:
        own = sums.setdefault(each.promise, [0, 0, 0])
        for index, times in enumerate((each.passed, each.broken, each.not_checked)):
            own[index] += times
    return [(wording.title_of(promise), kept, broken, unchecked) for promise, (kept, broken, unchecked) in sums.items()]


def shares_of(coverage: Coverage) -> list[tuple[str, Share]]:
    """Coverage of each sort of contract part, by the name that users see."""
    return [(_NAMES.get(sort, sort), share) for sort, share in coverage.shares().items()]
