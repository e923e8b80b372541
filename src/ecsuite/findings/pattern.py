"""What a finding must say to name a fault: patterns on its data, so that words may change and patterns stay."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any, Final, Protocol

from ecsuite.findings.breach import Breach, Part, Place
from ecsuite.findings.datum import MISSING, Datum, JsonType, type_of
from ecsuite.findings.finding import Finding
from ecsuite.promises import Promise, Severity

SUCCESS: Final = frozenset(range(200, 300))
# In a path of a place: any one member or index. As the name of a place: any name.
EACH: Final = "*"


class Matcher(Protocol):
    """What a value of a finding must be."""

    def fits(self, value: Datum) -> bool:
        """Whether the value is so."""


@dataclass(frozen=True, slots=True)
class Anything:
    """Any value, or none."""

    def fits(self, value: Datum) -> bool:
        """Always."""
        del value
        return True


@dataclass(frozen=True, slots=True)
class Equal:
    """This JSON value: `1` is not `true`, nor `1.0`."""

    value: Any

    def fits(self, value: Datum) -> bool:
        """Whether the value is equal, and of the same type."""
        return value.type == type_of(self.value) and bool(value.value == self.value)


@dataclass(frozen=True, slots=True)
class OfType:
    """Any value of a JSON type; `missing` where there must be none."""

    type: JsonType

    def fits(self, value: Datum) -> bool:
        """Whether the value has the type."""
        return value.type == self.type


@dataclass(frozen=True, slots=True)
class Has:
    """A text that contains another, an array that has an item, or an object that has members."""

    part: Any

    def fits(self, value: Datum) -> bool:
        """Whether the part is in the value."""
        if value.type == "object" and isinstance(self.part, dict):
            return bool(self.part.items() <= value.value.items())
        return value.type in {"string", "array", "object"} and self.part in value.value


@dataclass(frozen=True, slots=True)
class Empty:
    """A text, an array or an object with nothing in it."""

    def fits(self, value: Datum) -> bool:
        """Whether the value is empty."""
        return value.type in {"string", "array", "object"} and value.size == 0


ANY: Final = Anything()
NONE: Final = OfType(MISSING.type)


@dataclass(frozen=True, slots=True)
class Inside:
    """Any place in a body that these members lead to, one in the other, wherever they begin and whatever follows.

    Attributes:
        names: of the members; items of lists between them do not matter.
        part: of the exchange.
    """

    names: tuple[str, ...]
    part: Part = "body"

    def fits(self, place: Place) -> bool:
        """Whether a place is there."""
        names = tuple(token for token in place.path if isinstance(token, str))
        starts = range(len(names) - len(self.names) + 1)
        return place.part == self.part and any(names[start : start + len(self.names)] == self.names for start in starts)


def inside(pointer: str, part: Part = "body") -> Inside:
    """A place by the members that lead to it: `inside("/metadata/year")`; indexes, and `*`, are passed over."""
    tokens = (token.rstrip("*") for token in pointer.split("/")[1:])
    return Inside(tuple(token for token in tokens if token and not token.isdigit()), part)


@dataclass(frozen=True, slots=True)
class BreachPattern:
    """What a breach must be; what is left out may be anything.

    Attributes:
        at: the place; in its path `*` is any one member or index.
        kind: of the breach.
    """

    at: Place | Inside | None = None
    kind: str = ""
    expected: Matcher = ANY
    actual: Matcher = ANY
    case: str = ""
    seen_by: str = ""
    because: BreachPattern | None = None

    def fits(self, breach: Breach) -> bool:
        """Whether the breach is so."""
        return (
            (self.at is None or _is_at(self.at, breach.at))
            and self.kind in {"", breach.kind}
            and self.expected.fits(breach.expected)
            and self.actual.fits(breach.actual)
            and self.case in {"", breach.case}
            and self.seen_by in {"", breach.seen_by}
            and (self.because is None or (breach.because is not None and self.because.fits(breach.because)))
        )


@dataclass(frozen=True, slots=True)
class FindingPattern:
    """What a planted fault must cause.

    Attributes:
        promise: that it breaks.
        call: the id of the operation that is to blame, or a method and a path: `PUT /users`; empty for any.
        statuses: of the response; empty for any, or for none.
        breach: how it is broken.
        severity: of the finding; None for any.
    """

    promise: Promise
    call: str = ""
    statuses: Collection[int] = ()
    breach: BreachPattern = field(default_factory=BreachPattern)
    severity: Severity | None = None

    def fits(self, finding: Finding) -> bool:
        """Whether the finding is so."""
        called = {"", finding.operation, f"{finding.method} {finding.path}"}
        return (
            finding.promise == self.promise.id
            and self.call in called
            and (not self.statuses or finding.status in self.statuses)
            and self.breach.fits(finding.breach)
            and self.severity in {None, finding.severity}
        )


def found(
    promise: Promise,
    call: str = "",
    status: int | Collection[int] = (),
    at: Place | Inside | None = None,
    kind: str = "",
    *,
    severity: Severity | None = None,
    **breach: Any,
) -> FindingPattern:
    """A pattern in one line; `breach` has further parts of `BreachPattern`."""
    statuses = frozenset({status}) if isinstance(status, int) else frozenset(status)
    return FindingPattern(promise, call, statuses, BreachPattern(at, kind, **breach), severity)


def _is_at(pattern: Place | Inside, place: Place) -> bool:
    if isinstance(pattern, Inside):
        return pattern.fits(place)
    same = pattern.part == place.part and pattern.name in {EACH, place.name} and len(pattern.path) == len(place.path)
    return same and all(wanted in (EACH, token) for wanted, token in zip(pattern.path, place.path, strict=True))
