"""The members that a schema declares for each object in a value, over all its references and branches."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from ecsuite.contract.document import Pointer, Source


@dataclass(slots=True)
class Outline:
    """What a schema declares for a part of a value.

    Attributes:
        members: of an object, each with its own outline.
        items: of an array.
        is_open: whether an object may have additional members (`additionalProperties`).
        is_required: whether an object has required members, so that an object without any violates the schema anyway.
        is_kept: whether the part is a time or a state that the server maintains.
    """

    members: dict[str, Outline] = field(default_factory=dict)
    items: Outline | None = None
    is_open: bool = False
    is_required: bool = False
    is_kept: bool = False


class Undeclared(NamedTuple):
    """Members of an object that its schema does not declare.

    Attributes:
        at: the path to the object from the root of the value.
        names: the undeclared members.
        declared: the declared members.
        is_foreign: whether the object has no declared members, although none are required.
    """

    at: tuple[str | int, ...]
    names: tuple[str, ...]
    declared: tuple[str, ...]
    is_foreign: bool


def outline(source: Source, pointer: Pointer) -> Outline:
    """The outline of the schema at the pointer."""
    return _outlined(source, (pointer,), {})


def undeclared(own: Outline | None, value: Any, at: tuple[str | int, ...] = ()) -> Iterator[Undeclared]:
    """Each object in a value with undeclared members."""
    if own is None:
        return
    if isinstance(value, dict):
        declared = own.members
        if declared and not own.is_open and (names := tuple(name for name in value if name not in declared)):
            yield Undeclared(at, names, tuple(declared), is_foreign=len(names) == len(value) and not own.is_required)
        for name, item in value.items():
            if isinstance(item, dict | list):
                yield from undeclared(declared.get(name), item, (*at, name))
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from undeclared(own.items, item, (*at, index))


def known(own: Outline | None, value: Any) -> Any:
    """A value without undeclared members, and without those that the server maintains."""
    if own is None:
        return value
    if isinstance(value, list):
        return [known(own.items, item) for item in value] if own.items else value
    if not isinstance(value, dict) or not own.members:
        return value
    return {
        name: known(inner, value[name])
        for name, inner in ((name, own.members.get(name)) for name in value)
        if inner is not None and not inner.is_kept
    }


def _outlined(source: Source, pointers: tuple[Pointer, ...], begun: dict[tuple[Pointer, ...], Outline]) -> Outline:
    """The outline of several schemas for one part; registered before its members, because a schema may be recursive."""
    every = _of_same_part(source, pointers)
    if every in begun:
        return begun[every]
    own = begun[every] = Outline(is_kept=any(_is_kept(source, pointer) for pointer in pointers))
    members: dict[str, list[Pointer]] = {}
    items: list[Pointer] = []
    for pointer in every:
        node: Mapping[str, Any] = source.at(pointer)
        own.is_open = own.is_open or bool(node.get("additionalProperties", False))
        own.is_required = own.is_required or bool(node.get("required"))
        for name in node.get("properties", {}):
            members.setdefault(name, []).append((*pointer, "properties", name))
        items += [(*pointer, "items")] if "items" in node else []
    own.members = {name: _outlined(source, tuple(each), begun) for name, each in members.items()}
    own.items = _outlined(source, tuple(items), begun) if items else None
    return own


def _is_kept(source: Source, pointer: Pointer) -> bool:
    node = source.at(pointer)
    if not isinstance(node, dict):
        return False
    behind = source.resolve(source.parse(node["$ref"][2:]))[1] if "$ref" in node else {}
    own = {**behind, **node}
    is_text = "string" in own.get("type", "") and "enum" not in own and own.get("format") != "date-time"
    return bool(own.get("readOnly")) and not is_text and "x-immutable" not in own


def _of_same_part(source: Source, pointers: tuple[Pointer, ...]) -> tuple[Pointer, ...]:
    """The schemas, and all inside them that apply to the same part of a value."""
    found: dict[Pointer, None] = {}
    pending = list(pointers)
    while pending:
        pointer = pending.pop(0)
        node = source.at(pointer)
        if pointer in found or not isinstance(node, dict):
            continue
        found[pointer] = None
        pending += [source.parse(node["$ref"][2:])] if "$ref" in node else []
        for keyword in ("allOf", "anyOf", "oneOf"):
            pending += [(*pointer, keyword, index) for index in range(len(node.get(keyword, [])))]
    return tuple(found)
