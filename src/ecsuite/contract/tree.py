"""The YAML of a contract document as data, of what JSON has alone, and of a size and a depth that can be handled."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any, Final

import yaml

from ecsuite.errors import ContractInvalid, ContractUnreadable

# Parts of a document, those behind aliases counted where each alias stands, and levels of its nesting.
MOST_PARTS: Final = 200_000
MOST_LEVELS: Final = 200
_DIGITS: Final = 300
_PREFIX: Final = "tag:yaml.org,2002:"
_MERGE: Final = f"{_PREFIX}merge"
_TEXT: Final = f"{_PREFIX}str"
_TAGS: Final = frozenset(f"{_PREFIX}{name}" for name in ("null", "bool", "int", "float", "str", "seq", "map"))

# The C loader is ten times as fast; where PyYAML was built without it, the other one does the same.
_SafeLoader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class _Loader(_SafeLoader):  # type: ignore[misc]
    """YAML 1.1 without its dates: 2023-10-24 stays text, as in JSON."""


_Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag != f"{_PREFIX}timestamp"]
    for first, resolvers in _SafeLoader.yaml_implicit_resolvers.items()
}


def read(text: str, label: str) -> Any:
    """The data of a document.

    Args:
        text: YAML.
        label: how messages name the document.

    Raises:
        ContractUnreadable: it is no YAML.
        ContractInvalid: it has what JSON has not, a key twice, or too much.
    """
    loader = None
    try:
        loader = _Loader(text)
        node = loader.get_single_node()
        if node is None:
            return None
        _Tree(label).measure(node)
        return loader.construct_document(node)
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
    """The line of each part of a document that has been read, by what leads there."""
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


class _Tree:
    """Measures the nodes of a document, each once, however many aliases it has."""

    def __init__(self, label: str) -> None:
        self._label = label
        # Parts and levels of each node; none as long as its parts are looked at.
        self._measures: dict[int, tuple[int, int] | None] = {}

    def measure(self, root: yaml.Node) -> None:
        """Raise ContractInvalid where the document is not as the module says."""
        pending: list[tuple[yaml.Node, Iterator[yaml.Node]]] = [(root, self._begin(root))]
        while pending:
            node, children = pending[-1]
            child = next(children, None)
            if child is None:
                pending.pop()
                self._end(node)
            elif id(child) not in self._measures:
                pending.append((child, self._begin(child)))
            elif self._measures[id(child)] is None:
                raise self._invalid(child, "an alias leads to what it stands in")

    def _begin(self, node: yaml.Node) -> Iterator[yaml.Node]:
        self._measures[id(node)] = None
        if node.tag not in _TAGS:
            raise self._invalid(node, f"{node.tag.removeprefix(_PREFIX)!r} is nothing that JSON has")
        if isinstance(node, yaml.ScalarNode):
            self._refuse_number(node)
            return iter(())
        return self._values(node) if isinstance(node, yaml.MappingNode) else iter(node.value)

    def _values(self, node: yaml.MappingNode) -> Iterator[yaml.Node]:
        seen: set[str] = set()
        for key, value in node.value:
            if key.tag not in {_TEXT, _MERGE}:
                said = f"the key {key.value}" if isinstance(key, yaml.ScalarNode) else "this key"
                raise self._invalid(key, f"{said} is no text: put it in quotes")
            if key.value in seen:
                raise self._invalid(key, f"the key {key.value!r} is there twice")
            seen.add(key.value)
            yield value

    def _refuse_number(self, node: yaml.ScalarNode) -> None:
        if node.tag == f"{_PREFIX}int" and len(node.value) > _DIGITS:
            raise self._invalid(node, f"a number of {len(node.value)} digits")
        if node.tag == f"{_PREFIX}float" and not math.isfinite(_float(node.value)):
            raise self._invalid(node, f"{node.value} is no number that JSON has")

    def _end(self, node: yaml.Node) -> None:
        values = [] if isinstance(node, yaml.ScalarNode) else node.value
        parts, levels = 1, 0
        for value in values:
            child = value[1] if isinstance(value, tuple) else value
            size, depth = self._measures[id(child)] or (0, 0)
            parts, levels = parts + size, max(levels, depth)
        if parts > MOST_PARTS:
            raise self._invalid(node, f"with its aliases it has more than {MOST_PARTS:,} parts")
        if levels >= MOST_LEVELS:
            raise self._invalid(node, f"it is nested more than {MOST_LEVELS} levels deep")
        self._measures[id(node)] = parts, levels + 1

    def _invalid(self, node: yaml.Node, what: str) -> ContractInvalid:
        return ContractInvalid(f"{self._label}:{node.start_mark.line + 1}", what)


def _float(text: str) -> float:
    """The number of a scalar in YAML; `.inf` and `.nan` as Python writes them."""
    try:
        return float(text.replace("_", "").replace(".inf", "inf").replace(".Inf", "inf").replace(".INF", "inf"))
    except ValueError:
        return math.nan if "nan" in text.lower() else 0.0
