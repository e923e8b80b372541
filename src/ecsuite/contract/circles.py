"""Rejects circular schemas: a schema that refers to itself for the same value would make its validator loop forever."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from ecsuite.contract.document import Pointer, Source
from ecsuite.errors import ContractInvalid

# Keywords with schemas for the same value, rather than for a part of it.
_SAME: Final = ("not", "if", "then", "else")
_SAME_OF_LISTS: Final = ("allOf", "anyOf", "oneOf")


def refuse_circles(source: Source) -> None:
    """Raise ContractInvalid at the first schema that refers to itself for the same value."""
    done: set[Pointer] = set()
    for name in source.document.get("components", {}).get("schemas", {}):
        pending: list[tuple[Pointer, Iterator[Pointer]]] = []
        _enter(source, ("components", "schemas", name), pending, done)
        while pending:
            pointer, rest = pending[-1]
            following = next(rest, None)
            if following is None:
                done.add(pointer)
                pending.pop()
            else:
                _enter(source, following, pending, done)


def _enter(
    source: Source, pointer: Pointer, pending: list[tuple[Pointer, Iterator[Pointer]]], done: set[Pointer]
) -> None:
    if any(pointer == known for known, _ in pending):
        raise ContractInvalid(source.where(pointer), "this schema leads back to itself in a circle")
    if pointer not in done:
        pending.append((pointer, _of_same_value(source, pointer)))


def _of_same_value(source: Source, pointer: Pointer) -> Iterator[Pointer]:
    """The schemas that a schema applies to the same value."""
    node: Any = source.at(pointer)
    if not isinstance(node, dict):
        return
    if "$ref" in node:
        yield source.parse(node["$ref"][2:])
    for keyword in _SAME:
        if keyword in node:
            yield (*pointer, keyword)
    for keyword in _SAME_OF_LISTS:
        yield from ((*pointer, keyword, index) for index in range(len(node.get(keyword, ()))))
