"""A contract document as text and data: what stands at a pointer, on which line, and under which certainty."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import yaml

from ecsuite.errors import ContractInvalid, ContractUnreadable

# A place in the document: the keys and indexes that lead to it from the root.
Pointer = tuple[str | int, ...]

# The C loader is ten times as fast; where PyYAML was built without it, the other one does the same.
_SafeLoader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class _Loader(_SafeLoader):  # type: ignore[misc]
    """YAML 1.1 without its dates (2023-10-24 stays text, as in JSON), and without a key that is there twice."""

    def construct_mapping(self, node: Any, deep: bool = False) -> Any:  # noqa: FBT001, FBT002  as PyYAML calls it
        seen: set[str] = set()
        for key, _ in node.value:
            if key.value in seen:
                what = f"the key {key.value!r} is there twice"
                raise yaml.constructor.ConstructorError(None, None, what, key.start_mark)
            # What is no text cannot be hashed, and is refused elsewhere.
            seen |= {key.value} if isinstance(key.value, str) else set()
        return super().construct_mapping(node, deep)


_Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:timestamp"]
    for first, resolvers in _SafeLoader.yaml_implicit_resolvers.items()
}


class Source:
    """The text and the data of one contract document.

    Args:
        text: the document, YAML.
        label: how messages name it, such as `contracts/2023-10/openapi.yaml`.

    Raises:
        ContractUnreadable: the text is no YAML, or not a map with text keys.
    """

    def __init__(self, text: str, label: str) -> None:
        self.label = label
        self._text = text
        try:
            self.document: dict[str, Any] = yaml.load(text, _Loader)  # noqa: S506  a safe loader, see above
        except yaml.YAMLError as error:
            raise ContractUnreadable(label, " ".join(str(error).split())) from None
        if self.document is None:
            raise ContractUnreadable(label, "it is empty")
        if not isinstance(self.document, dict):
            raise ContractUnreadable(label, "it is no map")
        if not str(self.document.get("openapi", "")).startswith("3.1."):
            raise ContractUnreadable(label, f"its version is {self.document.get('openapi', 'missing')!r}")

    @classmethod
    def read(cls, path: Path, label: str) -> Source:
        """Read the document from a file; raises as the class does."""
        try:
            return cls(path.read_text(encoding="utf-8"), label)
        except OSError as error:
            raise ContractUnreadable(label, error.strerror or str(error)) from None
        except UnicodeDecodeError:
            raise ContractUnreadable(label, "it is not UTF-8") from None

    def at(self, pointer: Pointer) -> Any:
        """What stands at the pointer."""
        node: Any = self.document
        for token in pointer:
            node = node[token]
        return node

    def resolve(self, pointer: Pointer) -> tuple[Pointer, Any]:
        """What stands at the pointer, with references followed: its own pointer, and the node.

        Raises:
            ContractInvalid: a reference that leads nowhere, out of the document, or in a circle.
        """
        seen = [pointer]
        node = self.at(pointer)
        while isinstance(node, dict) and "$ref" in node:
            reference = node["$ref"]
            if not reference.startswith("#/"):
                raise ContractInvalid(self.where(pointer), f"the reference {reference!r} leaves the document")
            pointer = self.parse(reference[2:])
            if pointer in seen:
                raise ContractInvalid(self.where(pointer), f"the reference {reference!r} leads in a circle")
            seen.append(pointer)
            try:
                node = self.at(pointer)
            except (KeyError, IndexError, TypeError):
                raise ContractInvalid(self.where(seen[-2]), f"the reference {reference!r} leads nowhere") from None
        return pointer, node

    def parse(self, fragment: str) -> Pointer:
        """A JSON Pointer without its leading slash, as a pointer into this document."""
        pointer: list[str | int] = []
        node: Any = self.document
        for raw in fragment.split("/"):
            token = unquote(raw).replace("~1", "/").replace("~0", "~")
            step: str | int = int(token) if isinstance(node, list) and token.isdigit() else token
            pointer.append(step)
            node = _child(node, step)
        return tuple(pointer)

    def where(self, pointer: Pointer) -> str:
        """The file and the line of what stands at the pointer, or of the nearest part above it."""
        return f"{self.label}:{self.line(pointer)}"

    def line(self, pointer: Pointer) -> int:
        """The line of what stands at the pointer, or of the nearest part above it."""
        lines = self._lines
        while pointer and pointer not in lines:
            pointer = pointer[:-1]
        return lines.get(pointer, 1)

    def quote(self, pointer: Pointer, most: int) -> tuple[str, ...]:
        """What stands at the pointer, or at the nearest part above it, as lines of the document; at most so many."""
        lines = self._text.splitlines()[self.line(pointer) - 1 :][: most + 1]
        if not lines:
            return ()
        indent = _indent(lines[0])
        inner = itertools.takewhile(lambda line: not line.strip() or _indent(line) > indent, lines[1:])
        return tuple(line[indent:].rstrip() for line in (lines[0], *inner))[:most]

    def nearest(self, keyword: str, pointer: Pointer) -> Any:
        """The value of a keyword on the part at the pointer, or on the nearest part above it that has one."""
        parts: list[Any] = [self.document]
        for token in pointer:
            parts.append(_child(parts[-1], token))
        for part in reversed(parts):
            if isinstance(part, Mapping) and isinstance(part.get(keyword), str):
                return part[keyword]
        return None

    @cached_property
    def _lines(self) -> dict[Pointer, int]:
        # Only a finding needs lines, so a run that holds never pays for them.
        lines: dict[Pointer, int] = {}
        pending: list[tuple[Pointer, yaml.Node | None]] = [((), yaml.compose(self._text, _Loader))]
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


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip())


def _child(node: Any, token: str | int) -> Any:
    try:
        return node[token]
    except (KeyError, IndexError, TypeError):
        return None
