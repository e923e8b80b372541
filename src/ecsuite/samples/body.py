"""What bodies are drawn from, and what is drawn: plain data."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final

from ecsuite.json_paths import Path
from ecsuite.messages.exchange import SUCCESS, Expectation

# Gives a fresh value of a kind of `x-sample`.
Draw = Callable[[str], Any]
# Values for members of the outermost object that are fixed already.
Given = Mapping[str, Any]
NOTHING: Final[Given] = MappingProxyType({})
LONGEST_LABEL: Final = 60

# 403 says that it is not for this partner.
MAY_BE_REJECTED: Final = Expectation("may-be-rejected", frozenset({200, 201, 204, 400, 403}))
UNSPECIFIED_TARGET: Final = Expectation("may-not-be-there", unspecified=True)


@dataclass(frozen=True, slots=True, order=True)
class Reference:
    """What a member names: a path parameter of an operation, as `x-references` has it."""

    operation: str
    parameter: str

    @classmethod
    def parse(cls, text: str) -> Reference:
        """A reference from `operationId.parameter`."""
        operation, _, parameter = text.partition(".")
        return cls(operation, parameter)


# The ids of what is there.
Known = Mapping[Reference, str]
NOBODY: Final[Known] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Needs:
    """What bodies need: the entities that they name, and the kinds of `x-sample` that they hold."""

    references: frozenset[Reference] = frozenset()
    kinds: frozenset[str] = frozenset()

    def __or__(self, other: Needs) -> Needs:
        return Needs(self.references | other.references, self.kinds | other.kinds)


@dataclass(frozen=True, slots=True)
class Body:
    """A legal body.

    Attributes:
        value: the JSON value.
        may_be_rejected: why a sensible server may refuse it all the same; empty where it may not.
        unresolved: what it names of which nothing is there, so that whether it is taken is unspecified.
    """

    value: Any
    may_be_rejected: str = ""
    unresolved: frozenset[Reference] = frozenset()

    @property
    def expectation(self) -> Expectation:
        """What response a call with this body must get."""
        if self.unresolved:
            return UNSPECIFIED_TARGET
        return MAY_BE_REJECTED if self.may_be_rejected else SUCCESS


@dataclass(frozen=True, slots=True)
class Wrong:
    """A body with one fault: where it is, and what it is: `not-in-enum`, or the JSON of what stands there."""

    value: Any
    at: Path
    case: str

    @property
    def place(self) -> str:
        """Where the fault is: `/metadata/year`, or `the body`."""
        return "".join(f"/{token}" for token in self.at) or "the body"


def label(value: Any) -> str:
    """The JSON of a value, cut where it is long, to tell cases apart."""
    return json.dumps(value, ensure_ascii=False)[:LONGEST_LABEL]
