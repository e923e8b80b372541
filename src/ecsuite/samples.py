"""Values for requests, drawn from the schemas of a contract: the smallest, the fullest, each legal oddity, each fault.

A schema says by `x-sample` what kind of value a member wants, by `x-references` which entity it names. Where it
says neither, the value comes from its `examples`, its `enum` or its bounds. No request is sent: what a body needs is
asked first (`Samples.needs`), and given when it is drawn.
"""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial, reduce
from operator import or_
from types import MappingProxyType
from typing import Any, Final

from ecsuite.contract import Contract, Pointer, Shape
from ecsuite.json_paths import Path, at_path
from ecsuite.legacy_words import describe
from ecsuite.messages.exchange import SUCCESS, Expectation

Draw = Callable[[str], Any]
Given = Mapping[str, Any]
NOTHING: Final[Given] = MappingProxyType({})

MAY_BE_REJECTED: Final = Expectation(
    "success, or a refusal of what a server may refuse", frozenset({200, 201, 204, 400})
)
UNSPECIFIED_TARGET: Final = Expectation("a call about something that may not be there", unspecified=True)

# Text as people write it. What stands in TEXTS no server has a reason to refuse; what stands in UNUSUAL_TEXTS one may.
TEXTS: Final = (
    "Think City",
    "Øvre Årdal «blåbær» Ægir",
    'Say "hei" \\ o\'hoi / 100 % & <script>fet</script> &amp; {x}',
    "007",
    "Straße, Żółć, Ω, Житомир, 東京, שלום",
    "MiXed CaSe true null 1.0",
)
UNUSUAL_TEXTS: Final = (
    "  blanks  around  and  between  ",
    "first line\nsecond line\tand a tab",
    "\U0001f697\u26a1\ufe0f \U0001f468\u200d\U0001f469\u200d\U0001f467",
    "A\u030angstro\u0308m, decomposed, beside \u00c5ngstr\u00f6m",
    "long " + "and longer " * 26,
)
# Hexadecimal digits are the same in both cases, and an id is text all the same: one of the ids is in capitals.
UPPER_CASE_TURN: Final = 2
# Of so many values that may be null one is.
NULL_TURN: Final = 4
# Values of a kind that a server may look at more closely, and so may refuse; what it takes must come back all the same.
UNUSUAL: Final[dict[str, tuple[str, ...]]] = {
    "text": UNUSUAL_TEXTS,
    "vin": ("00000000000000042", "YT9EC1TY0AN310129-AND-MORE-THAN-17", "yt9ec1ty0an310129", " YT9EC1TY0AN310129 "),
    "digits": (" 0042 ", "0" * 40 + "42", "00A-42"),
    "meter-point-id": ("000000000000000042", " 707057500042000182 ", "7070575000420001820042"),
}
# Plain values are many where a list is long.
LONG: Final = 5
NUMBERS: Final = (194.5, 200, 0.30000000000000004, 1234.56789, 7)
INTEGERS: Final = (2, 1000)
WRONG: Final[tuple[Any, ...]] = (None, "text", 7, 1.5, True, [], {})
BEYOND: Final = 1e12
SMALL_STEP: Final = 0.001


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

    In each of them `ids` has the ids of what it names, as far as anything is there, and `given` the values of members
    of the outermost object that are settled already.

    Args:
        contract: whose schemas.
        draw: gives a fresh value of a kind of `x-sample`.
    """

    def __init__(self, contract: Contract, draw: Draw) -> None:
        self._contract = contract
        self._draw = draw

    def needs(self, schema: Pointer, *, full: bool = False) -> Needs:
        """What the smallest body needs, or the fullest."""
        return self._needs(schema, _Manner(full=full, turn=int(full)))

    def all_needs(self, schema: Pointer) -> Needs:
        """What any body needs: the smallest, the fullest, and each that is legal, wrong, or unspecified."""
        manners = [_Manner(full=False, turn=0), *self._manners(schema)]
        return reduce(or_, (self._needs(schema, manner) for manner in manners))

    def smallest(self, schema: Pointer, ids: Known = NOBODY, given: Given = NOTHING) -> Body:
        """A body with the members only that are required, or recommended, and one item in each array."""
        return self._body(schema, ids, given, _Manner(full=False, turn=0))

    def fullest(self, schema: Pointer, ids: Known = NOBODY, given: Given = NOTHING, turn: int = 1) -> Body:
        """A body with every member that is not deprecated, and two items in each array."""
        return self._body(schema, ids, given, _Manner(full=True, turn=turn))

    def legal(self, schema: Pointer, ids: Known = NOBODY, given: Given = NOTHING) -> Iterator[Body]:
        """Bodies that together have every value of an enum, both ends of a range, and every kind of text.

        What a sensible server may refuse comes alone, each in a body of its own.
        """
        for manner in self._manners(schema):
            yield self._body(schema, ids, given, manner)
        tried: set[tuple[Path, str]] = set()
        for at, unusual in _unusual_leaves(self._contract, schema, self.fullest(schema, ids, given).value):
            plain = self.fullest(schema, ids, given)
            new = unusual if isinstance(unusual, str) else unusual(at_path(plain.value, at))
            value = _setter(at, new)(plain.value)
            if (at, new) not in tried and self._contract.schemas.fits(schema, value):
                tried.add((at, new))
                yield Body(value, f"{describe(new)} at /{'/'.join(map(str, at))}", plain.unresolved)

    def wrong(self, schema: Pointer, ids: Known = NOBODY, given: Given = NOTHING) -> Iterator[Wrong]:
        """Bodies with one fault each: for each member, whatever the schema refuses there."""
        return (wrong for wrong, is_unspecified in self._broken(schema, ids, given) if not is_unspecified)

    def unspecified(self, schema: Pointer, ids: Known = NOBODY, given: Given = NOTHING) -> Iterator[Wrong]:
        """Bodies with an optional member left out, or null in its place: one server takes it, another may not."""
        return (wrong for wrong, is_unspecified in self._broken(schema, ids, given) if is_unspecified)

    def _broken(self, schema: Pointer, ids: Known, given: Given) -> Iterator[tuple[Wrong, bool]]:
        seen: set[tuple[Path, str]] = set()
        branches = _Branches(self._contract).of(schema)
        manners = [_Manner(full=True, turn=1 + turn) for turn in range(branches)]
        # What is deprecated is still looked at.
        manners += [manner for manner in self._manners(schema) if manner.deprecated]
        for draw in (partial(self._body, schema, ids, given, manner) for manner in manners):
            for change in _changes(self._contract, schema, draw().value):
                if (change.at, change.what) not in seen:
                    value = change.make(draw().value)
                    fits = self._contract.schemas.fits(schema, value)
                    if not fits or change.is_left_out:
                        seen.add((change.at, change.what))
                        yield Wrong(value, change.at, change.what), fits or change.is_unspecified

    def _manners(self, schema: Pointer) -> list[_Manner]:
        """How bodies are drawn that together show everything that is legal."""
        # At least as many that one has an id in capitals.
        turns = max(_Turns(self._contract).of(schema), UPPER_CASE_TURN + 1)
        manners = [_Manner(full=True, turn=turn, allow_null=True) for turn in range(turns)]
        if _Deprecated(self._contract).of(schema):
            branches = _Branches(self._contract).of(schema)
            manners += [_Manner(full=True, turn=turn, deprecated=True) for turn in range(branches)]
        return manners

    def _needs(self, schema: Pointer, manner: _Manner) -> Needs:
        kinds: set[str] = set()

        def nothing(kind: str) -> str:
            kinds.add(kind)
            return ""

        body = _Drawing(self._contract, nothing, NOBODY, manner).body(schema, NOTHING)
        return Needs(body.unresolved, frozenset(kinds))

    def _body(self, schema: Pointer, ids: Known, given: Given, manner: _Manner) -> Body:
        return _Drawing(self._contract, self._draw, ids, manner).body(schema, given)


@dataclass(frozen=True, slots=True)
class _Manner:
    """How a body is drawn: how full, which variant of each member, whether null may come, and what is deprecated."""

    full: bool
    turn: int
    allow_null: bool = False
    deprecated: bool = False


class _Deepest:
    """A figure of a schema: the highest of its own and those of the schemas in it."""

    def __init__(self, contract: Contract) -> None:
        self._contract = contract

    def of(self, schema: Pointer) -> int:
        shape = self._contract.schemas.shape(schema)
        inner = [*shape.members.values(), *shape.parts, *shape.branches, *([shape.items] if shape.items else [])]
        return max([self.own(shape), *map(self.of, inner)])

    def own(self, shape: Shape) -> int:
        """The figure of one schema alone."""
        raise NotImplementedError


class _Turns(_Deepest):
    """How many bodies it takes to show every variant of every member."""

    def own(self, shape: Shape) -> int:
        return max(len(_variants(shape)) + shape.is_nullable, len(shape.branches))


class _Branches(_Deepest):
    """How many bodies it takes to show every branch of every choice."""

    def own(self, shape: Shape) -> int:
        return max(1, len(shape.branches))


class _Deprecated(_Deepest):
    """Whether there is a member that is deprecated: 1 or 0."""

    def own(self, shape: Shape) -> int:
        return int("x-replaced-by" in shape.keywords)


class _Drawing:
    """One body being drawn."""

    def __init__(self, contract: Contract, draw: Draw, ids: Known, manner: _Manner) -> None:
        self._contract = contract
        self._draw = draw
        self._ids = ids
        self._manner = manner
        self._may_be_rejected = ""
        self._unresolved: set[Reference] = set()

    def body(self, schema: Pointer, given: Given) -> Body:
        value = self._value(schema, self._manner.turn, given)
        return Body(value, self._may_be_rejected, frozenset(self._unresolved))

    def _value(self, schema: Pointer, turn: int, given: Given = NOTHING) -> Any:
        shape = self._contract.schemas.shape(schema)
        if "x-may-be-rejected" in shape.keywords:
            self._may_be_rejected = shape.keywords["x-may-be-rejected"]
        if shape.is_nullable and self._manner.allow_null and turn % (NULL_TURN + 1) == NULL_TURN:
            self._may_be_rejected = shape.keywords.get("x-null-may-be-rejected", self._may_be_rejected)
            return None
        if "x-references" in shape.keywords:
            return self._referenced(Reference.parse(shape.keywords["x-references"]))
        if shape.keywords.get("x-sample", "text") != "text":
            return self._drawn(shape.keywords["x-sample"], turn)
        if shape.members or shape.parts or shape.type == "object":
            return self._object(shape, turn, given)
        if shape.items:
            return self._array(shape, shape.items, turn)
        if shape.branches:
            return self._value(shape.branches[turn % len(shape.branches)], turn, given)
        return self._plain(shape, turn)

    def _referenced(self, reference: Reference) -> Any:
        if reference in self._ids:
            return self._ids[reference]
        self._unresolved.add(reference)
        return self._draw("id")

    def _plain(self, shape: Shape, turn: int) -> Any:
        variants = _variants(shape)
        return variants[turn % len(variants)]

    def _drawn(self, kind: str, turn: int) -> Any:
        value = self._draw(kind)
        return value.upper() if kind == "id" and turn == UPPER_CASE_TURN else value

    def _object(self, shape: Shape, turn: int, given: Given) -> dict[str, Any]:
        value: dict[str, Any] = {}
        for part in shape.parts:
            value |= self._value(part, turn)
        for name in self._names(shape):
            # No two members alike, so that none can stand in the place of another.
            value[name] = given[name] if name in given else self._value(shape.members[name], turn + len(value))
        return value

    def _names(self, shape: Shape) -> list[str]:
        """The members to draw: where what is deprecated comes, what replaced it stays away."""
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
        return [name for name in names if name not in replaced]

    def _array(self, shape: Shape, items: Pointer, turn: int) -> list[Any]:
        item = self._contract.schemas.shape(items)
        if "enum" in item.keywords:
            options = list(item.keywords.get("examples", item.keywords["enum"]))
            return options[: 1 + turn % len(options)][::-1] if self._manner.full else options[:1]
        are_entities, has_no_order = bool(item.members or item.branches), "x-round-trip" in shape.keywords
        # Of entities, and of what has no order, two will do but where everything legal is tried.
        few = turn % 2 == 0 or ((are_entities or has_no_order) and not self._manner.allow_null)
        count = 1 if not self._manner.full else 2 if few else LONG
        drawn = [self._value(items, turn + index) for index in range(count)]
        # A value that comes twice is no mistake.
        return drawn if count < LONG or are_entities or has_no_order else [*drawn, drawn[0]]


def _variants(shape: Shape) -> list[Any]:
    """Every value that is worth trying for a schema of one plain value, the plainest first."""
    node = shape.keywords
    if "const" in node:
        return [node["const"]]
    if "enum" in node:
        return list(node.get("examples") or [option for option in node["enum"] if option is not None])
    if node.get("x-sample") == "text":
        return list(TEXTS)
    given = list(node.get("examples", []))
    if shape.type == "number":
        bounds = [node[keyword] for keyword in ("minimum", "maximum") if keyword in node]
        return [*given, *bounds] or list(NUMBERS)
    if shape.type == "integer":
        return given or [x for x in INTEGERS if node.get("minimum", x) <= x <= node.get("maximum", x)]
    if shape.type == "boolean":
        return [True, False]
    return given or ["text"]


@dataclass(frozen=True, slots=True)
class _Change:
    """A change that may make a value wrong: the place, the schema there, the fault in words, and what makes it.

    `is_unspecified` is null for a member that may be left out: many a server reads the one as the other. `is_left_out`
    is a member that is missing.
    """

    at: Path
    rule: Pointer
    what: str
    make: Callable[[Any], Any]
    is_unspecified: bool = False
    is_left_out: bool = False


def _changes(
    contract: Contract, schema: Pointer, value: Any, at: Path = (), inside: str = "", *, optional: bool = False
) -> Iterator[_Change]:
    """Every change that may make a value wrong; `inside` says in which branch of a choice, in words."""
    shape = contract.schemas.shape(schema)
    own = at_path(value, at)
    for wrong, what in _wrong_values(shape.keywords, own):
        yield _Change(at, schema, what + inside, _setter(at, wrong), is_unspecified=optional and wrong is None)
    for part in shape.parts:
        yield from _changes(contract, part, value, at, inside, optional=optional)
    fitting = [branch for branch in shape.branches if contract.schemas.fits(branch, own)]
    for branch in fitting[:1]:
        title = contract.schemas.shape(branch).keywords.get("title")
        yield from _changes(contract, branch, value, at, f" in {title}" if title else inside, optional=optional)
    if isinstance(own, dict):
        for name, member in shape.members.items():
            if name in own:
                yield _Change((*at, name), member, f"missing{inside}", _remover((*at, name)), is_left_out=True)
                yield from _changes(contract, member, value, (*at, name), inside, optional=name not in shape.required)
    elif isinstance(own, list) and own and shape.items:
        yield from _changes(contract, shape.items, value, (*at, 0), inside)
        last = (*at, len(own) - 1)
        if len(own) > 1:
            # A server may look at the first item only.
            wrong = [] if isinstance(own[-1], dict) else {}
            what = f"{describe(wrong)} at the end of the array{inside}"
            yield _Change(last, schema, what, _setter(last, wrong))


def _wrong_values(node: Mapping[str, Any], own: Any) -> Iterator[tuple[Any, str]]:
    for wrong in WRONG:
        yield wrong, describe(wrong)
    yield [own], "the value in an array"
    if isinstance(own, int | float) and not isinstance(own, bool):
        yield json.dumps(own), "the number as text"
    if isinstance(node.get("enum"), list) or "const" in node:
        yield f"{own}s", "no value of the enum"
        yield str(own).lower() if str(own) != str(own).lower() else str(own).upper(), "the value in another case"
        yield "", "an empty text for a value of the enum"
    for keyword, beyond in (("minimum", -1), ("maximum", 1)):
        if keyword in node:
            step = SMALL_STEP if node.get("type") == "number" else 1
            yield node[keyword] + beyond * step, f"just beyond the {keyword}"
            yield beyond * BEYOND, f"far beyond the {keyword}"


def _unusual_leaves(
    contract: Contract, schema: Pointer, value: Any
) -> Iterator[tuple[Path, str | Callable[[str], str]]]:
    """Every value that a server may refuse, with its place; or how it is made from the value that is there."""
    for at, node in contract.schemas.parts(schema, value):
        kind = node.get("x-sample", "")
        if kind in UNUSUAL:
            yield from ((at, unusual) for unusual in UNUSUAL[kind])
        elif kind == "hook-url":
            # A URI by the letter, for that is how logs show it.
            yield at, lambda url: f"{url}?key=%C3%A6%20b&long={'x' * 280}"
        elif node.get("type") == "string" and "examples" in node:
            yield at, lambda example: f" {example} "
            yield at, lambda example: f"{example}, and then some more, so that it is a long one"


def _setter(at: Path, new: Any) -> Callable[[Any], Any]:
    def change(value: Any) -> Any:
        if not at:
            return new
        holder = at_path(value, at[:-1])
        holder[at[-1]] = copy.deepcopy(new)
        return value

    return change


def _remover(at: Path) -> Callable[[Any], Any]:
    def change(value: Any) -> Any:
        del at_path(value, at[:-1])[at[-1]]
        return value

    return change
