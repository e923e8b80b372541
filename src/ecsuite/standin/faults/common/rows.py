"""The notation for the rows of a catalogue."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final, NamedTuple
from urllib.parse import quote

from ecsuite.contract import Level
from ecsuite.findings.breach import Place
from ecsuite.findings.datum import JsonType
from ecsuite.findings.pattern import ANY, SUCCESS, BreachPattern, FindingPattern, Inside, Matcher, OfType, found, inside
from ecsuite.promises import BAD_REQUEST
from ecsuite.standin.app import Plant
from ecsuite.standin.faults import Fault
from ecsuite.standin.faults import planting as p

# How a server may misread ids in a path: for each fault its name, its description, and the change of the id.
MISREAD_IDS: Final[tuple[tuple[str, str, Callable[[str], str]], ...]] = (
    ("id-ends-at-a-colon", "an id in a path is read up to a colon alone", lambda own: own.partition(":")[0]),
    ("plus-in-path-is-a-blank", "a plus in a path is read as a blank", lambda own: own.replace("+", " ")),
    ("id-is-not-decoded", "an id in a path is read without being decoded", lambda own: quote(own, safe="")),
)
GUIDE: Final[Level] = "guide"


SPEC: Final[Level] = "spec"


@dataclass(frozen=True, slots=True)
class Row:
    """A fault without its category, which comes from its table."""

    name: str
    level: Level
    description: str
    planted: Plant
    named_by: FindingPattern


@dataclass(frozen=True, slots=True)
class _Described:
    """A described fault, of which the change is still missing."""

    name: str
    level: Level
    description: str

    def plant(self, plant: Plant) -> _Implemented:
        """Add the change of the stand-in."""
        return _Implemented(self, plant)


@dataclass(frozen=True, slots=True)
class _Implemented:
    """A described and implemented fault, of which the finding is still missing."""

    described: _Described
    planted: Plant

    def finding(self, finding: FindingPattern) -> Row:
        """Add the finding that the fault must cause."""
        return Row(self.described.name, self.described.level, self.described.description, self.planted, finding)


def fault(name: str, level: Level, description: str) -> _Described:
    """Begin the row of a fault.

        fault("token-type-is-mac", GUIDE, "the token is of the type mac")
        .plant(p.shows("getToken", "/token_type", "mac"))
        .finding(found(RESPONSE_BODY, "getToken", 200, body(("token_type",)))),

    Args:
        name: its name, in lower case with hyphens.
        level: how certain the broken promise is.
        description: what the server does, in a few words.
    """
    return _Described(name, level, description)


class EntityOperations(NamedTuple):
    """An entity type, and the operations on it."""

    name: str
    parameter: str
    create: str
    list: str
    get: str
    delete: str


class Taken(NamedTuple):
    """Input that breaks a rule and is accepted.

    Attributes:
        operation: the operation that accepts it.
        pointer: the pointer to the member; a prefix of it if it ends in `*`; empty for the whole body.
        actual: the type of the value; `missing` if there is none.
        name: the name of the fault, after that of the operation.
        text: the description of the accepted input.
        default: the value for a missing member.
        mend: converts the member to a value that can be stored.
    """

    operation: str
    pointer: str
    actual: JsonType
    name: str
    text: str
    default: Any = p.DROP
    mend: Callable[[Any], Any] | None = None

    @property
    def finding(self) -> FindingPattern:
        """What must be found."""
        at = inside(self.pointer, "request-body") if self.pointer else Place("request-body")
        return not_refused(self.operation, at, actual=OfType(self.actual))


def not_refused(call: str, at: Place | Inside, kind: str = "", actual: Matcher = ANY) -> FindingPattern:
    """The finding that a call was accepted that had to be refused.

    Args:
        call: the id of the operation.
        at: the wrong place in the request.
        kind: the kind of the breach there.
        actual: the value there.
    """
    return found(BAD_REQUEST, call, SUCCESS, because=BreachPattern(at, kind, actual=actual))


def faults(category: str, *rows: Row) -> tuple[Fault, ...]:
    """The faults of a category, from their rows."""
    return tuple(Fault(row.name, category, row.level, row.description, row.planted, row.named_by) for row in rows)


def kebab(operation: str) -> str:
    """An operation id in lower case with hyphens."""
    return re.sub("[A-Z]", lambda letter: f"-{letter[0].lower()}", operation)
