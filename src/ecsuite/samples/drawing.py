"""Draws a body from a schema."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from typing import Any, Final

from ecsuite.contract import Contract, Pointer, Shape
from ecsuite.samples.body import NOTHING, Body, Draw, Given, Known, Reference
from ecsuite.samples.values import variants

# The kind of the suffix of texts that shows which run has created them.
RUN: Final = "run"
# Ids are strings, and case matters even if they look hexadecimal: the id at this turn is in upper case.
UPPER_CASE_TURN: Final = 2
# One of every `NULL_TURN + 1` nullable values is null.
NULL_TURN: Final = 4
# The number of plain values in a long list.
LONG: Final = 5
# A curve may have a point for each quarter of a day that is an hour longer.
LONG_CURVE: Final = 100
# Where other hours are as they are here, and where they begin at the half hour.
ZONES: Final = tuple(timezone(timedelta(minutes=minutes)) for minutes in (0, 60, -210, 330))


# Whether the partner is known to be invited to send a part of a request, by the part's name.
Invited = Callable[[str], bool]


def nobody_invited(_: str) -> bool:
    """No partner is known to be invited."""
    return False


@dataclass(frozen=True, slots=True)
class Manner:
    """How a body is drawn.

    Attributes:
        full: whether it has every member that is not deprecated, or only those that are required or recommended.
        turn: selects a variant of each member.
        allow_null: whether null is used where it is allowed.
        deprecated: whether deprecated members are used instead of their successors.
        complete: whether it has one of several members of which a server may require one (`x-may-be-rejected-without`).
    """

    full: bool
    turn: int
    allow_null: bool = False
    deprecated: bool = False
    complete: bool = True


def alternatives(shape: Shape) -> list[str]:
    """The members of which a server may require one; a body without any may be rejected."""
    return list(shape.keywords.get("x-may-be-rejected-without", ()))


class Drawing:
    """Draws one body.

    Args:
        contract: with the schemas.
        draw: makes a new value of a kind of `x-sample`.
        ids: of existing entities.
        manner: how to draw.
        is_invited: whether the partner is known to be invited to send a part of a request.
    """

    def __init__(
        self, contract: Contract, draw: Draw, ids: Known, manner: Manner, is_invited: Invited = nobody_invited
    ) -> None:
        self._contract = contract
        self._draw = draw
        self._ids = ids
        self._manner = manner
        self._is_invited = is_invited
        self._may_be_rejected = ""
        self._unresolved: set[Reference] = set()

    def body(self, schema: Pointer, given: Given) -> Body:
        """A body; `given` has fixed values of members."""
        value = self._value(schema, self._manner.turn, given)
        return Body(value, self._may_be_rejected, frozenset(self._unresolved))

    def _value(self, schema: Pointer, turn: int, given: Given = NOTHING) -> Any:
        shape = self._contract.schemas.shape(schema)
        invitation = shape.keywords.get("x-by-invitation", "")
        # `is_invited` is true for any name if all reports are allowed, so it is not called with an empty one.
        if "x-may-be-rejected" in shape.keywords and not (invitation and self._is_invited(invitation)):
            self._may_be_rejected = shape.keywords["x-may-be-rejected"]
        if shape.is_nullable and self._manner.allow_null and turn % (NULL_TURN + 1) == NULL_TURN:
            self._may_be_rejected = shape.keywords.get("x-null-may-be-rejected", self._may_be_rejected)
            return None
        if "x-references" in shape.keywords:
            return self._referenced(Reference.parse(shape.keywords["x-references"]))
        if shape.keywords.get("x-sample", "text") != "text":
            return self._drawn(shape, turn)
        if shape.members or shape.parts or shape.type == "object":
            return self._object(shape, turn, given)
        if shape.items:
            return self._array(shape, shape.items, turn)
        if shape.branches:
            return self._value(shape.branches[turn % len(shape.branches)], turn, given)
        return self._plain(shape, turn)

    def _referenced(self, reference: Reference) -> Any:
        known = self._ids.get(reference)
        if known is not None:
            return known
        self._unresolved.add(reference)
        return self._draw("id")

    def _plain(self, shape: Shape, turn: int) -> Any:
        options = variants(shape)
        value = options[turn % len(options)]
        # Where all legal values are tried, texts must be unchanged.
        is_named = shape.keywords.get("x-sample") == "text" and not self._manner.allow_null
        return f"{value}{self._draw(RUN)}" if is_named else value

    def _drawn(self, shape: Shape, turn: int) -> Any:
        kind = shape.keywords["x-sample"]
        value = self._draw(kind)
        if value and kind == "hour" and self._manner.allow_null and "x-client-pattern" not in shape.keywords:
            return datetime.fromisoformat(value).astimezone(ZONES[turn % len(ZONES)]).isoformat()
        return value.upper() if kind == "id" and turn == UPPER_CASE_TURN else value

    def _object(self, shape: Shape, turn: int, given: Given) -> dict[str, Any]:
        value: dict[str, Any] = {}
        for part in shape.parts:
            value |= self._value(part, turn)
        for name in self._names(shape, turn):
            # Different turns give members different values, so that a server that mixes them up is noticed.
            value[name] = given[name] if name in given else self._value(shape.members[name], turn + len(value))
        wanted = alternatives(shape)
        if wanted and all(value.get(name) in (None, []) for name in wanted):
            self._may_be_rejected = f"it has no {' nor '.join(wanted)}"
        return value

    def _names(self, shape: Shape, turn: int) -> list[str]:
        """The members to draw; a deprecated member excludes its successor."""
        replaced: set[str] = set()
        names: list[str] = []
        for name, member in shape.members.items():
            keywords = self._contract.schemas.shape(member).keywords
            is_deprecated = "x-replaced-by" in keywords
            if is_deprecated and self._manner.deprecated:
                replaced.add(keywords["x-replaced-by"])
            wanted = self._manner.deprecated if is_deprecated else self._manner.full or "x-recommended" in keywords
            if name in shape.required or (wanted and self._contract.source.at(member) is not False):
                names.append(name)
        chosen = [name for name in names if name not in replaced]
        options = alternatives(shape) if self._manner.complete else []
        return chosen if set(chosen) & set(options) else chosen + options[turn % max(len(options), 1) :][:1]

    def _array(self, shape: Shape, items: Pointer, turn: int) -> list[Any]:
        item = self._contract.schemas.shape(items)
        if "enum" in item.keywords:
            options = list(item.keywords.get("examples", item.keywords["enum"]))
            return options[: 1 + turn % len(options)][::-1] if self._manner.full else options[:1]
        are_entities, has_no_order = bool(item.members or item.branches), "x-round-trip" in shape.keywords
        # Two entities, or two items of an unordered list, are enough, except where all legal values are tried.
        few = turn % 2 == 0 or ((are_entities or has_no_order) and not self._manner.allow_null)
        count = 1 if not self._manner.full else 2 if few else LONG_CURVE if self._is_of_hours(item) else LONG
        drawn = [self._value(items, turn + index) for index in range(count)]
        # Duplicate values in a list are legal.
        return drawn if count < LONG or are_entities or has_no_order else [*drawn, drawn[0]]

    def _is_of_hours(self, item: Shape) -> bool:
        """Whether the items of a list are points of a curve."""
        samples = (self._contract.schemas.shape(member).keywords.get("x-sample") for member in item.members.values())
        return self._manner.allow_null and "hour" in samples
