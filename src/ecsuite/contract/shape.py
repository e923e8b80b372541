"""A schema with its references followed: `$ref` and the keywords beside it combined."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

from ecsuite.contract.document import Pointer, Source


class Shape(NamedTuple):
    """A schema with its references followed.

    Attributes:
        keywords: every keyword; one beside a reference takes precedence over one behind it.
        members: the schema of each member of an object, those behind a reference first.
        required: the required members.
        items: the schema of an array's items; None if there is none.
        parts: the schemas of `allOf`.
        branches: the schemas of `oneOf`, or else of `anyOf`.
    """

    keywords: Mapping[str, Any]
    members: Mapping[str, Pointer]
    required: frozenset[str]
    items: Pointer | None
    parts: tuple[Pointer, ...]
    branches: tuple[Pointer, ...]

    @property
    def types(self) -> tuple[str, ...]:
        """The types that a value may have; empty if unspecified."""
        types = self.keywords.get("type", ())
        return (types,) if isinstance(types, str) else tuple(types)

    @property
    def type(self) -> str | None:
        """The type of a value that is not null; None if unspecified."""
        return next((name for name in self.types if name != "null"), None)

    @property
    def asked_of_clients(self) -> Mapping[str, str]:
        """What guides require only of a client's string: a pattern, with a title for it; empty if nothing."""
        pattern = self.keywords.get("x-client-pattern")
        if not pattern:
            return {}
        # The text after a semicolon says where to read more.
        meant = str(self.keywords.get("description", "")).partition(";")[0]
        return {"pattern": pattern, **({"title": meant[:1].lower() + meant[1:]} if meant else {})}

    @property
    def is_nullable(self) -> bool:
        """Whether null is a valid value."""
        return "null" in self.types


def shape(source: Source, pointer: Pointer) -> Shape:
    """The shape of the schema at the pointer."""
    keywords: dict[str, Any] = {}
    members: dict[str, Pointer] = {}
    required: set[str] = set()
    inner: dict[str, tuple[Pointer, ...]] = {}
    for place, node in reversed(_layers(source, pointer)):
        keywords |= node
        members |= {name: (*place, "properties", name) for name in node.get("properties", {})}
        required |= set(node.get("required", ()))
        for keyword in ("allOf", "oneOf", "anyOf"):
            if keyword in node:
                inner[keyword] = tuple((*place, keyword, index) for index in range(len(node[keyword])))
        if isinstance(node.get("items"), dict):
            inner["items"] = ((*place, "items"),)
    return Shape(
        keywords=MappingProxyType({name: value for name, value in keywords.items() if name != "$ref"}),
        members=MappingProxyType(members),
        required=frozenset(required),
        items=inner.get("items", (None,))[0],
        parts=inner.get("allOf", ()),
        branches=inner.get("oneOf") or inner.get("anyOf", ()),
    )


def _layers(source: Source, pointer: Pointer) -> list[tuple[Pointer, dict[str, Any]]]:
    """The schema at the pointer and those that it refers to, outermost first; without boolean schemas."""
    layers: list[tuple[Pointer, dict[str, Any]]] = []
    node = source.at(pointer)
    while isinstance(node, dict):
        layers.append((pointer, node))
        if "$ref" not in node:
            break
        # Circular and dangling references were rejected when the document was loaded.
        pointer = source.parse(node["$ref"][2:])
        node = source.at(pointer)
    return layers
