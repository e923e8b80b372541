"""Patterns for the finding that a fault must cause; they match data, so they do not depend on the wording."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any, Final, Protocol

from ecsuite.findings.breach import Breach, Part, Place
from ecsuite.findings.datum import MISSING, Datum, JsonType, type_of
from ecsuite.findings.finding import Finding
from ecsuite.promises import Promise, Severity

SUCCESS: Final = frozenset(range(200, 300))
# In the path of a place, any one member or index; as the name of a place, any name.
EACH: Final = "*"


class Matcher(Protocol):
    """What a value of a finding must be like."""

    def fits(self, value: Datum) -> bool:
        """Whether the value matches."""


@dataclass(frozen=True, slots=True)
class Anything:
    """Any value, or none."""

    def fits(self, value: Datum) -> bool:
        """Always."""
        del value
        return True


@dataclass(frozen=True, slots=True)
class Equal:
    """This JSON value; `1` equals neither `true` nor `1.0`."""

    value: Any

    def fits(self, value: Datum) -> bool:
        """Whether the value is equal, and of the same type."""
        return value.type == type_of(self.value) and bool(value.value == self.value)


@dataclass(frozen=True, slots=True)
class OfType:
    """Any value of a JSON type; `missing` if there must be no value."""

    type: JsonType

    def fits(self, value: Datum) -> bool:
        """Whether the value has the type."""
        return value.type == self.type


@dataclass(frozen=True, slots=True)
class Has:
    """A string that contains another, an array that contains an item, or an object that has a member or members."""

    part: Any

    def fits(self, value: Datum) -> bool:
        """Whether the part is in the value."""
        if value.type == "object" and isinstance(self.part, dict):
            return bool(self.part.items() <= value.value.items())
        return value.type in {"string", "array", "object"} and self.part in value.value


@dataclass(frozen=True, slots=True)
class Empty:
    """An empty string, array or object."""

    def fits(self, value: Datum) -> bool:
        """Whether the value is empty."""
        return value.type in {"string", "array", "object"} and value.size == 0


ANY: Final = Anything()
NONE: Final = OfType(MISSING.type)


@dataclass(frozen=True, slots=True)
class Inside:
    """Any place in a body whose path contains these members in sequence, whatever precedes or follows them.

    Attributes:
        names: the names of the members; indexes between them are ignored.
        part: the part of the exchange.
    """

    names: tuple[str, ...]
    part: Part = "body"

    def fits(self, place: Place) -> bool:
        """Whether a place matches."""
        names = tuple(token for token in place.path if isinstance(token, str))
        starts = range(len(names) - len(self.names) + 1)
        return place.part == self.part and any(names[start : start + len(self.names)] == self.names for start in starts)


def inside(pointer: str, part: Part = "body") -> Inside:
    """A place by the members that lead to it: `inside("/metadata/year")`; indexes and `*` are ignored."""
    tokens = (token.rstrip("*") for token in pointer.split("/")[1:])
    return Inside(tuple(token for token in tokens if token and not token.isdigit()), part)


@dataclass(frozen=True, slots=True)
class BreachPattern:
    """What a breach must be like; anything fits an attribute that is left out.

    Attributes:
        at: the place; in its path `*` is any one member or index.
        kind: the kind of the breach.
    """

    at: Place | Inside | None = None
    kind: str = ""
    expected: Matcher = ANY
    actual: Matcher = ANY
    case: str = ""
    seen_by: str = ""
    because: BreachPattern | None = None

    def fits(self, breach: Breach) -> bool:
        """Whether the breach matches."""
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
    """The finding that a planted fault must cause.

    Attributes:
        promise: the broken promise.
        call: the id of the operation to blame, or a method and a path: `PUT /users`; empty for any.
        statuses: the possible statuses of the response; if empty, any status or no response at all.
        breach: how the promise is broken.
        severity: the severity of the finding; None for any.
    """

    promise: Promise
    call: str = ""
    statuses: Collection[int] = ()
    breach: BreachPattern = field(default_factory=BreachPattern)
    severity: Severity | None = None

    def fits(self, finding: Finding) -> bool:
        """Whether the finding matches."""
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
    """A pattern in one call; `breach` has further attributes of `BreachPattern`."""
    statuses = frozenset({status}) if isinstance(status, int) else frozenset(status)
    return FindingPattern(promise, call, statuses, BreachPattern(at, kind, **breach), severity)


def _is_at(pattern: Place | Inside, place: Place) -> bool:
    if isinstance(pattern, Inside):
        return pattern.fits(place)
    same = pattern.part == place.part and pattern.name in {EACH, place.name} and len(pattern.path) == len(place.path)
    return same and all(wanted in (EACH, token) for wanted, token in zip(pattern.path, place.path, strict=True))
