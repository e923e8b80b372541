"""What of the contract a run has seen, and what not: counted from exchanges and what was seen of promises."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple

from ecsuite.contract import Contract
from ecsuite.findings.finding import Observation
from ecsuite.promises import BY_ID
from ecsuite.results.outlines import REQUEST, Outline, Side, Sort, outlines_of
from ecsuite.results.seen import Seen

SORTS: Final[tuple[Sort, ...]] = ("media_types", "members", "values", "links")
_ORDER: Final = ("operations", "statuses", *SORTS, "deliveries", "promises")
Marks = Mapping[str, bool]


@dataclass(frozen=True, slots=True)
class SideCoverage:
    """A request, or a response of one status.

    Attributes:
        times: how often it came.
        is_listed: whether the contract lists it.
        media_types: whether each was seen; so for what follows.
        members: of a JSON body, by JSON pointers in which `*` is any item of a list.
        values: of enums, as `/locationType=Residential`.
        links: by the id of the operation that each leads to: whether it was followed.
    """

    times: int = 0
    is_listed: bool = True
    media_types: Marks = field(default_factory=dict)
    members: Marks = field(default_factory=dict)
    values: Marks = field(default_factory=dict)
    links: Marks = field(default_factory=dict)

    def marks(self, sort: Sort) -> Marks:
        """Whether each part of a sort was seen."""
        found: Marks = getattr(self, sort)
        return found

    def merged(self, other: SideCoverage) -> SideCoverage:
        """What two runs have seen together."""
        own = {sort: _either(self.marks(sort), other.marks(sort)) for sort in SORTS}
        return SideCoverage(self.times + other.times, self.is_listed or other.is_listed, **own)

    def to_json(self) -> dict[str, Any]:
        """The data as a JSON value."""
        return {
            "times": self.times,
            "listed": self.is_listed,
            **{sort: dict(self.marks(sort)) for sort in SORTS},
        }

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> SideCoverage:
        """The data that `to_json` gave."""
        return cls(value["times"], value["listed"], **{sort: dict(value[sort]) for sort in SORTS})


class OperationCoverage(NamedTuple):
    """One operation of an edition; `is_delivery` where the API calls, so that it has no responses here."""

    edition: str
    id: str
    method: str
    path: str
    is_delivery: bool
    request: SideCoverage
    responses: Mapping[str, SideCoverage]

    @property
    def calls(self) -> int:
        """How often it was called, and answered."""
        return self.request.times if self.is_delivery else sum(side.times for side in self.responses.values())

    def merged(self, other: OperationCoverage) -> OperationCoverage:
        """What two runs have seen of it together."""
        never = SideCoverage(is_listed=False)
        sides = {
            status: self.responses.get(status, never).merged(other.responses.get(status, never))
            for status in sorted({**self.responses, **other.responses})
        }
        request = self.request.merged(other.request)
        return OperationCoverage(self.edition, self.id, self.method, self.path, self.is_delivery, request, sides)

    def parts(self) -> Iterator[tuple[str, str, bool]]:
        """Each part that counts: its sort, its name, and whether it was seen.

        Of several listed successes, and of several media types, a server may have one: the others do not count.
        """
        yield ("deliveries" if self.is_delivery else "operations"), "", self.calls > 0
        yield from _parts(REQUEST, self.request, SORTS)
        has_success = any(side.times for status, side in self.responses.items() if status.startswith("2"))
        for status, side in self.responses.items():
            if not side.is_listed or (has_success and not side.times and status.startswith("2")):
                continue
            yield "statuses", status, side.times > 0
            if side.media_types:
                yield "media_types", f"{status} {' or '.join(side.media_types)}", any(side.media_types.values())
            yield from _parts(status, side, SORTS[1:])

    def to_json(self) -> dict[str, Any]:
        """The data as a JSON value."""
        return {
            "edition": self.edition,
            "id": self.id,
            "method": self.method,
            "path": self.path,
            "is_delivery": self.is_delivery,
            "request": self.request.to_json(),
            "responses": {status: side.to_json() for status, side in self.responses.items()},
        }

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> OperationCoverage:
        """The data that `to_json` gave."""
        return cls(
            edition=value["edition"],
            id=value["id"],
            method=value["method"],
            path=value["path"],
            is_delivery=value["is_delivery"],
            request=SideCoverage.from_json(value["request"]),
            responses={status: SideCoverage.from_json(side) for status, side in value["responses"].items()},
        )


class PromiseCoverage(NamedTuple):
    """How often a promise was kept, broken and not checked by calls of one operation; empty where of none."""

    promise: str
    operation: str
    passed: int = 0
    broken: int = 0
    not_checked: int = 0

    def merged(self, other: PromiseCoverage) -> PromiseCoverage:
        """What two runs have seen of it together."""
        return self._replace(
            passed=self.passed + other.passed,
            broken=self.broken + other.broken,
            not_checked=self.not_checked + other.not_checked,
        )

    def to_json(self) -> dict[str, Any]:
        """The data as a JSON value."""
        return self._asdict()

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> PromiseCoverage:
        """The data that `to_json` gave."""
        return cls(**{name: value[name] for name in cls._fields})


class Share(NamedTuple):
    """How many parts were seen, out of how many."""

    seen: int = 0
    all: int = 0

    @property
    def percent(self) -> float:
        """Of a hundred; all of nothing is all."""
        return 100 * self.seen / self.all if self.all else 100.0


@dataclass(frozen=True, slots=True)
class Coverage:
    """What of the contracts a run has seen.

    Attributes:
        operations: of each edition, in the order of its contract; deliveries last.
        promises: by promise and operation.
        stand_in_only: parts that the stand-in has shown, or a recording, and no live server; known of merged results.
    """

    operations: tuple[OperationCoverage, ...] = ()
    promises: tuple[PromiseCoverage, ...] = ()
    stand_in_only: tuple[str, ...] = ()

    def seen(self) -> tuple[str, ...]:
        """The parts of operations that were seen, by their names: `2023-10 getUser: statuses 404`."""
        return tuple(
            f"{operation.edition} {operation.id}: {f'{sort} {name}'.strip()}"
            for operation in self.operations
            for sort, name, is_seen in operation.parts()
            if is_seen
        )

    def shares(self) -> Mapping[str, Share]:
        """How much of each sort of part was seen: operations, statuses, members, promises, ..."""
        counts: dict[str, list[int]] = {}
        for operation in self.operations:
            for sort, _, is_seen in operation.parts():
                count = counts.setdefault(sort, [0, 0])
                count[0] += is_seen
                count[1] += 1
        judged = {each.promise: False for each in self.promises}
        for each in self.promises:
            judged[each.promise] |= bool(each.passed or each.broken)
        if judged:
            counts["promises"] = [sum(judged.values()), len(judged)]
        return {sort: Share(*counts[sort]) for sort in _ORDER if sort in counts}

    @property
    def share(self) -> Share:
        """How much of all was seen."""
        return _total(self.shares().values())

    def to_json(self) -> dict[str, Any]:
        """The coverage as a JSON value."""
        shares = self.shares()
        return {
            "percent": round(_total(shares.values()).percent, 1),
            "shares": {sort: {"seen": share.seen, "all": share.all} for sort, share in shares.items()},
            "operations": [operation.to_json() for operation in self.operations],
            "promises": [promise.to_json() for promise in self.promises],
            "stand_in_only": list(self.stand_in_only),
        }

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Coverage:
        """The coverage that `to_json` gave."""
        return cls(
            tuple(map(OperationCoverage.from_json, value["operations"])),
            tuple(map(PromiseCoverage.from_json, value["promises"])),
            tuple(value["stand_in_only"]),
        )


def _total(shares: Collection[Share]) -> Share:
    return Share(sum(share.seen for share in shares), sum(share.all for share in shares))


def coverage_of(edition: str, contract: Contract, seen: Seen) -> tuple[OperationCoverage, ...]:
    """What was seen of an edition's contract, operation by operation."""
    return tuple(_operation(edition, outline, seen) for outline in outlines_of(contract).values())


def _operation(edition: str, outline: Outline, seen: Seen) -> OperationCoverage:
    operation = outline.operation
    responses = {
        status: _side(side, seen, seen.statuses[operation.id, status]) for status, side in outline.responses.items()
    }
    for (called, status), times in seen.statuses.items():
        if called == operation.id and status not in responses and status != REQUEST:
            responses[status] = SideCoverage(times, is_listed=False)
    calls = sum(times for (called, _), times in seen.statuses.items() if called == operation.id)
    request = _side(outline.request, seen, calls)
    ordered = dict(sorted(responses.items()))
    return OperationCoverage(
        edition, operation.id, operation.method, operation.path, outline.is_delivery, request, ordered
    )


def _side(side: Side, seen: Seen, times: int) -> SideCoverage:
    nodes = [*side.body.each()] if side.body else []
    names: dict[Sort, Iterable[str]] = {
        "media_types": side.content,
        "members": [node.member.name for node in nodes if node.member],
        "values": [spot.name for node in nodes for spot in node.values.values()],
        "links": side.links,
    }
    marks = {sort: {each: side.spot(sort, each) in seen.spots for each in names[sort]} for sort in SORTS}
    return SideCoverage(times, is_listed=True, **marks)


def promises_of(observations: Counter[Observation]) -> tuple[PromiseCoverage, ...]:
    """How often each promise was kept, by operation; those of tests, which have no id, are not counted."""
    counts: dict[tuple[str, str], Counter[str]] = {}
    for seen, times in observations.items():
        if seen.promise in BY_ID:
            counts.setdefault((seen.promise, seen.operation), Counter())[seen.outcome] += times
    order = {promise: number for number, promise in enumerate(BY_ID)}
    return tuple(
        PromiseCoverage(promise, operation, count["passed"], count["broken"], count["not checked"])
        for (promise, operation), count in sorted(counts.items(), key=lambda item: (order[item[0][0]], item[0][1]))
    )


def merged(coverages: Iterable[Coverage]) -> Coverage:
    """What several runs have seen together."""
    operations: dict[tuple[str, str], OperationCoverage] = {}
    promises: dict[tuple[str, str], PromiseCoverage] = {}
    for coverage in coverages:
        for one in coverage.operations:
            key = (one.edition, one.id)
            operations[key] = operations[key].merged(one) if key in operations else one
        for each in coverage.promises:
            of = (each.promise, each.operation)
            promises[of] = promises[of].merged(each) if of in promises else each
    return Coverage(tuple(operations.values()), tuple(promises.values()))


def _parts(name: str, side: SideCoverage, sorts: Iterable[Sort]) -> Iterator[tuple[str, str, bool]]:
    for sort in sorts:
        yield from ((sort, f"{name} {part}", is_seen) for part, is_seen in side.marks(sort).items())


def _either(one: Marks, other: Marks) -> Marks:
    return {name: one.get(name, False) or other.get(name, False) for name in {**one, **other}}
