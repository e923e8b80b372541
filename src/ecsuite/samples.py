"""Values for requests, drawn from the schemas of a contract: the smallest, the fullest, every legal oddity, every fault.

A schema says by `x-sample` what kind of value a member wants, and by `x-names` which existing thing it names. Where it
says neither, the value comes from its `examples`, its `enum` or its bounds.
"""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Final

from ecsuite.contract import Contract, Pointer, describe

Path = tuple[str | int, ...]
Draw = Callable[[str], Any]

# Text as people write it. What stands in TEXTS no server has a reason to refuse; what stands in ODD_TEXTS one may.
TEXTS: Final = (
    "Think City",
    "Øvre Årdal «blåbær» Ægir",
    'Say "hei" \\ o\'hoi / 100 % & <b>fet</b> &amp; {x}',
    "007",
    "Straße, Żółć, Ω, Житомир, 東京, שלום",
    "MiXed CaSe true null 1.0",
)
ODD_TEXTS: Final = (
    "  blanks  around  and  between  ",
    "first line\nsecond line\tand a tab",
    "\U0001f697\u26a1\ufe0f \U0001f468\u200d\U0001f469\u200d\U0001f467",
    "A\u030angstro\u0308m, decomposed, beside \u00c5ngstr\u00f6m",
    "long " + "and longer " * 26,
)
# Hexadecimal digits are the same in both cases, and an id is text all the same: one of the ids is in capitals.
UPPER_CASE_TURN: Final = 2
NUMBERS: Final = (194.5, 200, 0.30000000000000004, 1234.56789, 7)
INTEGERS: Final = (2, 1000)
WRONG: Final[tuple[Any, ...]] = (None, "text", 7, 1.5, True, [], {})
BEYOND: Final = 1e12
SMALL_STEP: Final = 0.001


@dataclass(frozen=True, slots=True)
class Body:
    """A legal body.

    Attributes:
        value: the JSON value.
        odd: why a sensible server may refuse it all the same; empty where it may not.
        names: the things that it names, as `operationId.parameter`, which must be there for it to be taken.
    """

    value: Any
    odd: str = ""
    names: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Wrong:
    """A body with one fault: where it is and what it is, in words."""

    value: Any
    at: Path
    what: str

    @property
    def place(self) -> str:
        """Where the fault is: `/metadata/year`, or `the body`."""
        return "".join(f"/{token}" for token in self.at) or "the body"


class Samples:
    """Draws bodies for the requests of a contract.

    Args:
        contract: whose schemas.
        draw: gives a fresh value of a kind of `x-sample`.
        named: gives the id of a thing by `operationId.parameter`; None where there is none.
    """

    def __init__(self, contract: Contract, draw: Draw, named: Callable[[str], str | None]) -> None:
        self._contract = contract
        self._draw = draw
        self._named = named

    def smallest(self, schema: Pointer) -> Body:
        """A body with the required members only, and one item in each array."""
        return _Drawing(self._contract, self._draw, self._named, full=False, turn=0).body(schema)

    def fullest(self, schema: Pointer) -> Body:
        """A body with every member, and two items in each array."""
        return _Drawing(self._contract, self._draw, self._named, full=True, turn=1).body(schema)

    def legal(self, schema: Pointer) -> Iterator[Body]:
        """Bodies that together have every value of an enum, both ends of every range, and every kind of text."""
        for turn in range(_Turns(self._contract).of(schema)):
            yield _Drawing(self._contract, self._draw, self._named, full=True, turn=turn).body(schema)

    def wrong(self, schema: Pointer) -> Iterator[Wrong]:
        """Bodies with one fault each: for each member, whatever the schema refuses there."""
        for at, what, change in _changes(self._contract, schema, self.fullest(schema).value):
            value = change(self.fullest(schema).value)
            if not self._contract.schemas.fits(schema, value):
                yield Wrong(value, at, what)


class _Turns:
    """How many bodies it takes to show every variant of every member."""

    def __init__(self, contract: Contract) -> None:
        self._contract = contract

    def of(self, schema: Pointer) -> int:
        pointer, node = self._contract.source.resolve(schema)
        inner = [self.of((*pointer, "properties", name)) for name in node.get("properties", {})]
        if isinstance(node.get("items"), dict):
            inner.append(self.of((*pointer, "items")))
        for keyword in ("allOf", "anyOf", "oneOf"):
            inner += [self.of((*pointer, keyword, index)) for index in range(len(node.get(keyword, [])))]
        return max([len(_variants(node)), *inner])


class _Drawing:
    """One body being drawn: which turn it is, how full it is to be."""

    def __init__(
        self, contract: Contract, draw: Draw, named: Callable[[str], str | None], *, full: bool, turn: int
    ) -> None:
        self._contract = contract
        self._draw = draw
        self._find = named
        self._full = full
        self._odd = ""
        self._named: set[str] = set()
        self._turn = turn

    def body(self, schema: Pointer) -> Body:
        value = self._value(schema, self._turn)
        return Body(value, self._odd, frozenset(self._named))

    def _value(self, schema: Pointer, turn: int) -> Any:
        pointer, node = self._contract.source.resolve(schema)
        if "x-names" in node:
            self._named.add(node["x-names"])
            return self._find(node["x-names"]) or self._draw("id")
        if node.get("x-sample", "text") != "text":
            return self._drawn(node["x-sample"], turn)
        types = node.get("type")
        if "properties" in node or "allOf" in node or types == "object":
            return self._object(pointer, node, turn)
        if types == "array":
            return self._array(pointer, turn)
        for keyword in ("oneOf", "anyOf"):
            if keyword in node:
                branches = [(*pointer, keyword, index) for index in range(len(node[keyword]))]
                return self._value(branches[turn % len(branches)], turn)
        return self._plain(node, turn)

    def _plain(self, node: dict[str, Any], turn: int) -> Any:
        variants = _variants(node)
        value = variants[turn % len(variants)]
        if value in ODD_TEXTS:
            self._odd = "text of a kind that a server may refuse"
        return value

    def _drawn(self, kind: str, turn: int) -> Any:
        value = self._draw(kind)
        return value.upper() if kind == "id" and turn == UPPER_CASE_TURN else value

    def _object(self, pointer: Pointer, node: dict[str, Any], turn: int) -> dict[str, Any]:
        value: dict[str, Any] = {}
        for index in range(len(node.get("allOf", []))):
            value |= self._value((*pointer, "allOf", index), turn)
        required = node.get("required", [])
        for name in node.get("properties", {}):
            if self._full or name in required:
                # No two members alike, so that none can stand in the place of another.
                value[name] = self._value((*pointer, "properties", name), turn + len(value))
        return value

    def _array(self, pointer: Pointer, turn: int) -> list[Any]:
        items = (*pointer, "items")
        resolved = self._contract.source.resolve(items)[1]
        if "enum" in resolved:
            options: list[Any] = resolved["enum"]
            return options[: 1 + turn % len(options)][::-1] if self._full else options[:1]
        drawn = [self._value(items, turn + index) for index in range(2 if self._full else 1)]
        # A value that comes twice is no mistake.
        return [*drawn, drawn[0]] if self._full and turn % 2 and not isinstance(drawn[0], dict) else drawn


def _variants(node: dict[str, Any]) -> list[Any]:
    """Every value that is worth trying for a schema of one plain value, the plainest first."""
    if "const" in node:
        return [node["const"]]
    if "enum" in node:
        return list(node["enum"])
    if node.get("x-sample") == "text":
        return [*TEXTS, *ODD_TEXTS]
    types = node.get("type", "string")
    kind = types if isinstance(types, str) else next(name for name in types if name != "null")
    given = list(node.get("examples", []))
    if kind == "number":
        bounds = [node[keyword] for keyword in ("minimum", "maximum") if keyword in node]
        return [*given, *bounds] or list(NUMBERS)
    if kind == "integer":
        return given or [x for x in INTEGERS if node.get("minimum", x) <= x <= node.get("maximum", x)]
    if kind == "boolean":
        return [True, False]
    return given or ["text"]


def _changes(
    contract: Contract, schema: Pointer, value: Any, at: Path = ()
) -> Iterator[tuple[Path, str, Callable[[Any], Any]]]:
    """Every change that may make a value wrong: the place, the fault in words, and what makes it."""
    pointer, node = contract.source.resolve(schema)
    own = _at(value, at)
    for wrong, what in _wrong_values(node, own):
        yield at, what, _setter(at, wrong)
    for index in range(len(node.get("allOf", []))):
        yield from _changes(contract, (*pointer, "allOf", index), value, at)
    for keyword in ("oneOf", "anyOf"):
        branches = [(*pointer, keyword, index) for index in range(len(node.get(keyword, [])))]
        fitting = [branch for branch in branches if contract.schemas.fits(branch, own)]
        for branch in fitting[:1]:
            yield from _changes(contract, branch, value, at)
    if isinstance(own, dict):
        for name in node.get("properties", {}):
            if name in own:
                yield (*at, name), "missing", _remover((*at, name))
                yield from _changes(contract, (*pointer, "properties", name), value, (*at, name))
    elif isinstance(own, list) and own and "items" in node:
        yield from _changes(contract, (*pointer, "items"), value, (*at, 0))
        last = (*at, len(own) - 1)
        if len(own) > 1:
            # A server may look at the first item only.
            wrong = [] if isinstance(own[-1], dict) else {}
            yield last, f"{describe(wrong)} at the end of the array", _setter(last, wrong)


def _wrong_values(node: dict[str, Any], own: Any) -> Iterator[tuple[Any, str]]:
    for wrong in WRONG:
        yield wrong, describe(wrong)
    yield [own], "the value in an array"
    if isinstance(own, int | float) and not isinstance(own, bool):
        yield json.dumps(own), "the number as text"
    if isinstance(node.get("enum"), list) or "const" in node:
        yield f"{own}s", "no value of the enum"
        yield str(own).lower() if str(own) != str(own).lower() else str(own).upper(), "the value in other letters"
        yield "", "an empty text for a value of the enum"
    for keyword, beyond in (("minimum", -1), ("maximum", 1)):
        if keyword in node:
            step = SMALL_STEP if node.get("type") == "number" else 1
            yield node[keyword] + beyond * step, f"just beyond the {keyword}"
            yield beyond * BEYOND, f"far beyond the {keyword}"


def _setter(at: Path, new: Any) -> Callable[[Any], Any]:
    def change(value: Any) -> Any:
        if not at:
            return new
        holder = _at(value, at[:-1])
        holder[at[-1]] = copy.deepcopy(new)
        return value

    return change


def _remover(at: Path) -> Callable[[Any], Any]:
    def change(value: Any) -> Any:
        del _at(value, at[:-1])[at[-1]]
        return value

    return change


def _at(value: Any, path: Path) -> Any:
    for token in path:
        value = value[token]
    return value
