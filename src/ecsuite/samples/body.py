"""The inputs and the results of drawing bodies: plain data."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final

from ecsuite.json_paths import Path
from ecsuite.messages.exchange import SUCCESS, Expectation

# Makes a new value of a kind of `x-sample`.
Draw = Callable[[str], Any]
# Fixed values for members of the outermost object.
Given = Mapping[str, Any]
NOTHING: Final[Given] = MappingProxyType({})
LONGEST_LABEL: Final = 60

# 403 means that it is not for this partner.
MAY_BE_REJECTED: Final = Expectation("may-be-rejected", frozenset({200, 201, 204, 400, 403}))
UNSPECIFIED_TARGET: Final = Expectation("may-not-be-there", unspecified=True)


@dataclass(frozen=True, slots=True, order=True)
class Reference:
    """The entity that a member refers to: a path parameter of an operation, as in `x-references`."""

    operation: str
    parameter: str

    @classmethod
    def parse(cls, text: str) -> Reference:
        """A reference from `operationId.parameter`."""
        operation, _, parameter = text.partition(".")
        return cls(operation, parameter)


# The ids of existing entities.
Known = Mapping[Reference, str]
NO_IDS: Final[Known] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Needs:
    """What bodies need: the entities that they refer to, and the kinds of `x-sample` that they contain."""

    references: frozenset[Reference] = frozenset()
    kinds: frozenset[str] = frozenset()

    def __or__(self, other: Needs) -> Needs:
        return Needs(self.references | other.references, self.kinds | other.kinds)


@dataclass(frozen=True, slots=True)
class Body:
    """A legal body.

    Attributes:
        value: the JSON value.
        may_be_rejected: why a server may reject it although it is legal; empty if it must not.
        unresolved: references to entities that do not exist, so that it is unspecified whether the body is accepted.
    """

    value: Any
    may_be_rejected: str = ""
    unresolved: frozenset[Reference] = frozenset()

    @property
    def expectation(self) -> Expectation:
        """The expected response to a call with this body."""
        if self.unresolved:
            return UNSPECIFIED_TARGET
        return MAY_BE_REJECTED if self.may_be_rejected else SUCCESS


@dataclass(frozen=True, slots=True)
class Wrong:
    """A body with one fault: its path, and its name, such as `not-in-enum` or the JSON of the wrong value."""

    value: Any
    at: Path
    case: str

    @property
    def place(self) -> str:
        """The place of the fault: `/metadata/year`, or `the body`."""
        return "".join(f"/{token}" for token in self.at) or "the body"


def label(value: Any) -> str:
    """The JSON of a value, cut if it is long, to distinguish cases."""
    return json.dumps(value, ensure_ascii=False)[:LONGEST_LABEL]
