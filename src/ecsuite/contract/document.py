"""A contract document as text and data: the content, the line and the level at a pointer."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from ecsuite.contract import tree
from ecsuite.errors import ContractInvalid, ContractUnreadable

# A place in the document: the keys and indexes that lead to it from the root.
Pointer = tuple[str | int, ...]


class Source:
    """The text and the data of a contract document.

    Args:
        text: the document in YAML.
        label: its name in messages, such as `contracts/2023-10/openapi.yaml`.

    Raises:
        ContractUnreadable: the text is not YAML, or not a map.
        ContractInvalid: it cannot be expressed in JSON, has a duplicate key, or is too large.
    """

    def __init__(self, text: str, label: str) -> None:
        self.label = label
        self._text = text
        self.document: dict[str, Any] = tree.read(text, label)
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
        """The node at the pointer."""
        node: Any = self.document
        for token in pointer:
            node = node[token]
        return node

    def resolve(self, pointer: Pointer) -> tuple[Pointer, Any]:
        """The node at the pointer with references followed: its own pointer, and the node.

        Raises:
            ContractInvalid: a reference has no target, leaves the document, or is circular.
        """
        seen = [pointer]
        node = self.at(pointer)
        while isinstance(node, dict) and "$ref" in node:
            reference = node["$ref"]
            if not isinstance(reference, str) or not reference.startswith("#/"):
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
        """The file and the line of the node at the pointer, or of its nearest parent with a line."""
        return f"{self.label}:{self.line(pointer)}"

    def line(self, pointer: Pointer) -> int:
        """The line of the node at the pointer, or of its nearest parent with a line."""
        lines = self._lines
        while pointer and pointer not in lines:
            pointer = pointer[:-1]
        return lines.get(pointer, 1)

    def quote(self, pointer: Pointer, most: int) -> tuple[str, ...]:
        """The source lines of the node at the pointer, or of its nearest parent with a line; at most `most` lines."""
        lines = self._text.splitlines()[self.line(pointer) - 1 :][: most + 1]
        if not lines:
            return ()
        indent = _indent(lines[0])
        inner = itertools.takewhile(lambda line: not line.strip() or _indent(line) > indent, lines[1:])
        return tuple(line[indent:].rstrip() for line in (lines[0], *inner))[:most]

    def nearest(self, keyword: str, pointer: Pointer) -> Any:
        """The value of a keyword at the pointer, or at its nearest parent that has the keyword."""
        parts: list[Any] = [self.document]
        for token in pointer:
            parts.append(_child(parts[-1], token))
        for part in reversed(parts):
            if isinstance(part, Mapping) and isinstance(part.get(keyword), str):
                return part[keyword]
        return None

    @cached_property
    def _lines(self) -> dict[Pointer, int]:
        # Computed on demand, because only findings need lines.
        return tree.lines_of(self._text)


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip())


def _child(node: Any, token: str | int) -> Any:
    try:
        return node[token]
    except (KeyError, IndexError, TypeError):
        return None
