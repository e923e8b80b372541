"""Walks through values along their schemas: finds the schemas for each part of a value."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from ecsuite.contract.document import Pointer, Source
from ecsuite.contract.memo import Memo

_BEYOND_INTEGERS: Final = 2.0**63


@dataclass(slots=True)
class _Spot:
    """A schema and the schemas inside it.

    Attributes:
        same: the inner schemas for the same part of a value.
        members: the schemas of the members of an object.
        items: the schema of the items of an array.
        has_integers: whether the schema or one inside it is of an integer; computed on demand.
    """

    node: dict[str, Any]
    same: list[_Spot] = field(default_factory=list)
    members: dict[str, _Spot] = field(default_factory=dict)
    items: _Spot | None = None
    has_integers: bool | None = None

    def parts(self) -> Iterator[_Spot]:
        """The schemas directly inside this one."""
        yield from self.same
        yield from self.members.values()
        if self.items:
            yield self.items


class Walker:
    """Walks through values along the schemas of a document; threads may share it."""

    def __init__(self, source: Source) -> None:
        self._source = source
        # Cached, because a list may have thousands of items.
        self._spots: Memo[Pointer, _Spot] = Memo(self._put_together)

    def parts(self, pointer: Pointer, value: Any) -> Iterator[tuple[tuple[str | int, ...], dict[str, Any]]]:
        """Every part of a value with each schema for it: pairs of a path in the value and a schema."""
        return ((path, spot.node) for path, spot, _ in self._walk(pointer, value))

    def whole_floats(self, pointer: Pointer, value: Any) -> list[tuple[tuple[str | int, ...], float]]:
        """The parts that are integers in the schema and whole floats in the value, which JSON Schema accepts.

        Numbers beyond 64 bits are left out: 1e+30 is their shortest form, and a client that cannot read it could not
        read all the digits either.
        """
        return [
            (path, part)
            for path, spot, part in self._walk(pointer, value, _has_integers)
            if isinstance(part, float) and abs(part) < _BEYOND_INTEGERS and _is_integer(spot.node)
        ]

    def _walk(
        self, pointer: Pointer, value: Any, matters: Callable[[_Spot], bool] = lambda _: True
    ) -> Iterator[tuple[tuple[str | int, ...], _Spot, Any]]:
        """Every part of a value with each schema for it, without the schemas that do not matter."""
        pending: list[tuple[_Spot, tuple[str | int, ...], Any]] = [(self._spots[pointer], (), value)]
        while pending:
            spot, path, part = pending.pop()
            yield path, spot, part
            pending += [(inner, path, part) for inner in spot.same if matters(inner)]
            if isinstance(part, dict):
                pending += [
                    (inner, (*path, name), part[name])
                    for name, inner in spot.members.items()
                    if name in part and matters(inner)
                ]
            elif isinstance(part, list) and spot.items and matters(spot.items):
                pending += [(spot.items, (*path, index), item) for index, item in enumerate(part)]

    def _put_together(self, pointer: Pointer) -> _Spot:
        """The spot of a schema; it is cached together with all spots inside it, once they are complete."""
        begun: dict[Pointer, _Spot] = {}
        spot = self._spot(pointer, begun)
        self._spots.update(begun)
        return spot

    def _spot(self, pointer: Pointer, begun: dict[Pointer, _Spot]) -> _Spot:
        """The spot of a schema; registered before those inside it, because a schema may be recursive."""
        known = self._spots.get(pointer) or begun.get(pointer)
        if known:
            return known
        node = self._source.at(pointer)
        spot = begun[pointer] = _Spot(node if isinstance(node, dict) else {})
        spot.same = [self._spot(inner, begun) for inner in self._same_part(pointer, spot.node)]
        properties = spot.node.get("properties", {})
        spot.members = {name: self._spot((*pointer, "properties", name), begun) for name in properties}
        spot.items = self._spot((*pointer, "items"), begun) if "items" in spot.node else None
        return spot

    def _same_part(self, place: Pointer, node: dict[str, Any]) -> Iterator[Pointer]:
        """The schemas inside a schema that apply to the same part of a value."""
        if "$ref" in node:
            yield self._source.parse(node["$ref"][2:])
        for keyword in ("allOf", "anyOf", "oneOf"):
            for index in range(len(node.get(keyword, []))):
                yield (*place, keyword, index)


def _has_integers(spot: _Spot) -> bool:
    """Whether a schema has an integer anywhere; most list items have none, and need not be walked through."""
    if spot.has_integers is None:
        seen = {id(spot)}
        pending = [spot]
        found = False
        while pending and not found:
            inner = pending.pop()
            found = _is_integer(inner.node)
            new = [each for each in inner.parts() if id(each) not in seen]
            seen.update(map(id, new))
            pending += new
        spot.has_integers = found
    return spot.has_integers


def _is_integer(node: Mapping[str, Any]) -> bool:
    """Whether a schema allows an integer, but no other number."""
    types = node.get("type", ())
    return "integer" in types and "number" not in types
