"""The YAML of a contract document as data that JSON can express, of limited size and depth."""

from __future__ import annotations

import math
from collections.abc import Collection
from typing import Any, Final, NamedTuple

import yaml

from ecsuite.errors import ContractInvalid, ContractUnreadable

# The most nodes in a document, with aliases expanded, and the deepest nesting.
MOST_PARTS: Final = 200_000
MOST_LEVELS: Final = 200
_DIGITS: Final = 300
_PREFIX: Final = "tag:yaml.org,2002:"
_MERGE: Final = f"{_PREFIX}merge"
_TEXT: Final = f"{_PREFIX}str"
_TAGS: Final = frozenset(f"{_PREFIX}{name}" for name in ("null", "bool", "int", "float", "str", "seq", "map"))

# The C loader is ten times as fast; it is missing if PyYAML was built without it.
_SafeLoader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class _Loader(_SafeLoader):  # type: ignore[misc]
    """YAML 1.1 without dates: 2023-10-24 remains a string, as in JSON."""


_Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag != f"{_PREFIX}timestamp"]
    for first, resolvers in _SafeLoader.yaml_implicit_resolvers.items()
}


def read(text: str, label: str) -> Any:
    """The data of a document.

    Args:
        text: YAML.
        label: the document's name in messages.

    Raises:
        ContractUnreadable: it is not YAML.
        ContractInvalid: it cannot be expressed in JSON, has a duplicate key, or is too large.
    """
    loader = None
    try:
        loader = _Loader(text)
        node = loader.get_single_node()
        return None if node is None else _Tree(label, loader).part(node, 1).value
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        where = f"{label}:{mark.line + 1}" if mark else label
        raise ContractUnreadable(where, error.problem or error.context or "it is no YAML") from None
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise ContractUnreadable(label, " ".join(str(error).split())) from None
    finally:
        if loader is not None:
            loader.dispose()


def lines_of(text: str) -> dict[tuple[str | int, ...], int]:
    """The line of each part of a document that has been read, by its path."""
    lines: dict[tuple[str | int, ...], int] = {}
    pending: list[tuple[tuple[str | int, ...], yaml.Node | None]] = [((), yaml.compose(text, _Loader))]
    while pending:
        pointer, node = pending.pop()
        if isinstance(node, yaml.MappingNode):
            for key, value in node.value:
                lines[*pointer, key.value] = key.start_mark.line + 1
                pending.append(((*pointer, key.value), value))
        elif isinstance(node, yaml.SequenceNode):
            for index, value in enumerate(node.value):
                lines[*pointer, index] = value.start_mark.line + 1
                pending.append(((*pointer, index), value))
    return lines


class _Part(NamedTuple):
    """The value of a node, its number of parts, and its depth, with aliases expanded."""

    value: Any
    parts: int = 1
    levels: int = 1


class _Tree:
    """Builds the data of a document, each node once, even if it has several aliases."""

    def __init__(self, label: str, loader: Any) -> None:
        self._label = label
        self._loader = loader
        # The values of maps and lists, by the ids of their nodes; None while a node is being built.
        self._built: dict[int, _Part | None] = {}

    def part(self, node: yaml.Node, level: int) -> _Part:
        """The value of a node at a level; raises ContractInvalid if it is not allowed."""
        if node.tag == _TEXT:
            return _Part(node.value)
        if node.tag not in _TAGS:
            raise self._invalid(node, f"{node.tag.removeprefix(_PREFIX)!r} is nothing that JSON has")
        if isinstance(node, yaml.ScalarNode):
            return _Part(self._scalar(node))
        # Checked before recursion, which is limited.
        if level > MOST_LEVELS:
            raise self._too_deep(node)
        if id(node) not in self._built:
            self._built[id(node)] = None
            if isinstance(node, yaml.MappingNode):
                self._built[id(node)] = self._map(node, level + 1)
            else:
                self._built[id(node)] = self._list(node, level + 1)
        part = self._built[id(node)]
        if part is None:
            raise self._invalid(node, "an alias leads to what it stands in")
        return part

    def _scalar(self, node: yaml.ScalarNode) -> Any:
        if node.tag == f"{_PREFIX}int" and len(node.value) > _DIGITS:
            raise self._invalid(node, f"a number of {len(node.value)} digits")
        value = self._loader.construct_object(node)
        if isinstance(value, float) and not math.isfinite(value):
            raise self._invalid(node, f"{node.value} is no number that JSON has")
        return value

    def _list(self, node: yaml.Node, level: int) -> _Part:
        items = [self.part(item, level) for item in node.value]
        return self._whole(node, [item.value for item in items], items)

    def _map(self, node: yaml.MappingNode, level: int) -> _Part:
        members: dict[str, _Part] = {}
        for key, value in node.value:
            if key.tag not in {_TEXT, _MERGE}:
                said = f"the key {key.value}" if isinstance(key, yaml.ScalarNode) else "this key"
                raise self._invalid(key, f"{said} is no text: put it in quotes")
            if key.value in members:
                raise self._invalid(key, f"the key {key.value!r} is there twice")
            members[key.value] = self.part(value, level)
        whole = {name: member.value for name, member in members.items()}
        if any(key.tag == _MERGE for key, _ in node.value):
            whole = self._merged(node, whole)
        return self._whole(node, whole, members.values())

    def _merged(self, node: yaml.MappingNode, members: dict[str, Any]) -> dict[str, Any]:
        """The members with those merged by `<<` from one or more maps; earlier maps take precedence."""
        others = members.pop("<<")
        merged: dict[str, Any] = {}
        for other in reversed(others if isinstance(others, list) else [others]):
            if not isinstance(other, dict):
                raise self._invalid(node, "what << takes over is no map")
            merged |= other
        return merged | members

    def _whole(self, node: yaml.Node, value: Any, children: Collection[_Part]) -> _Part:
        parts = 1 + sum([child.parts for child in children])
        levels = 1 + max([child.levels for child in children], default=0)
        if parts > MOST_PARTS:
            raise self._invalid(node, f"with its aliases it has more than {MOST_PARTS:,} parts")
        if levels > MOST_LEVELS:
            raise self._too_deep(node)
        return _Part(value, parts, levels)

    def _too_deep(self, node: yaml.Node) -> ContractInvalid:
        return self._invalid(node, f"it is nested more than {MOST_LEVELS} levels deep")

    def _invalid(self, node: yaml.Node, what: str) -> ContractInvalid:
        return ContractInvalid(f"{self._label}:{node.start_mark.line + 1}", what)
