"""Finds the operation for a method and a path."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote

from ecsuite.contract.model import Match, Operation


@dataclass(slots=True)
class _Node:
    """A segment of the paths: literal children, a child for a parameter, and the operations of a path ending here."""

    named: dict[str, _Node] = field(default_factory=dict)
    parameter: _Node | None = None
    operations: dict[str, Operation] = field(default_factory=dict)


class Routes:
    """The paths of a contract as a tree; a literal segment takes precedence over a parameter (`/users/eligible`).

    Literal segments are compared case-insensitively, because servers do so and the guides vary in case. Ids are
    case-sensitive.
    """

    def __init__(self, operations: Iterable[Operation]) -> None:
        self._root = _Node()
        for operation in operations:
            self._add(operation)

    def find(self, method: str, path: str) -> Match | None:
        """The operation for a method and a path, which is percent-encoded and starts with a slash."""
        for node, values in self._ends(path):
            if operation := node.operations.get(method):
                names = [segment[1:-1] for segment in operation.path.split("/") if segment.startswith("{")]
                return Match(operation, dict(zip(names, map(unquote, values), strict=True)))
        return None

    def methods(self, path: str) -> tuple[str, ...]:
        """The methods of a path, sorted."""
        return tuple(sorted({method for node, _ in self._ends(path) for method in node.operations}))

    def _add(self, operation: Operation) -> None:
        node = self._root
        for segment in operation.path.split("/")[1:]:
            if segment.startswith("{"):
                node.parameter = node.parameter or _Node()
                node = node.parameter
            else:
                node = node.named.setdefault(segment.lower(), _Node())
        node.operations[operation.method] = operation

    def _ends(self, path: str) -> Iterator[tuple[_Node, list[str]]]:
        segments = path.split("/")[1:]
        pending: list[tuple[_Node, int, list[Any]]] = [(self._root, 0, [])]
        while pending:
            node, depth, values = pending.pop()
            if depth == len(segments):
                yield node, values
                continue
            segment = segments[depth]
            if node.parameter and segment:
                pending.append((node.parameter, depth + 1, [*values, segment]))
            if segment.lower() in node.named:
                pending.append((node.named[segment.lower()], depth + 1, values))
