"""A contract as a plain OpenAPI 3.1 document, without the extensions that only ecsuite reads."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any, Final

from ecsuite.contract import Contract
from ecsuite.contract.keywords import OBJECTS

_EXTENSION: Final = "x-"
_COMPONENT: Final = "#/components/schemas/"
# Keywords of schemas that speak of the same part of a value.
_SAME_PART: Final = ("allOf", "anyOf", "oneOf")
_CLOSING: Final = frozenset({"additionalProperties", "unevaluatedProperties"})


def document(contract: Contract) -> dict[str, Any]:
    """The contract's document with all that OpenAPI knows, in its order.

    An object that may have further members says so (`additionalProperties: true`, which is what JSON Schema takes for
    granted), for linters and runners take it for closed otherwise.
    """
    made: dict[str, Any] = _Plain(contract.source.document).node(contract.source.document, "Document")
    return made


def text(value: Any) -> str:
    """A document as the text of a file: JSON, which no reader takes `000182` for a number in."""
    return json.dumps(value, ensure_ascii=False, indent=2) + "\n"


class _Plain:
    """Copies the nodes of a document."""

    def __init__(self, document: Mapping[str, Any]) -> None:
        self._schemas = document.get("components", {}).get("schemas", {})
        # Parts of schemas that count which members are evaluated: there, a part that is open would open the whole.
        self._parts = {id(part) for schema in _closed(document) for part in self._same_part(schema)}

    def node(self, node: Any, node_type: str) -> Any:
        """A node without extensions; data, such as the value of an example, is left as it is."""
        if node_type.startswith("{"):
            return {name: self.node(child, node_type[1:-1]) for name, child in node.items()}
        if node_type.startswith("["):
            return [self.node(child, node_type[1:-1]) for child in node]
        if node_type not in OBJECTS or not isinstance(node, dict):
            return node
        made = {
            keyword: self.node(child, OBJECTS[node_type][keyword])
            for keyword, child in node.items()
            if not keyword.startswith(_EXTENSION)
        }
        is_open = node_type == "Schema" and "properties" in made and not _CLOSING & set(made)
        return made | ({"additionalProperties": True} if is_open and id(node) not in self._parts else {})

    def _same_part(self, schema: Any) -> Iterator[Any]:
        """A schema, and all that it is put together of."""
        if not isinstance(schema, dict):
            return
        yield schema
        inner = [each for keyword in _SAME_PART for each in schema.get(keyword, ())]
        if str(schema.get("$ref", "")).startswith(_COMPONENT):
            inner.append(self._schemas[schema["$ref"].removeprefix(_COMPONENT)])
        for each in inner:
            yield from self._same_part(each)


def _closed(node: Any) -> Iterator[Mapping[str, Any]]:
    """Every schema of a document that has `unevaluatedProperties`."""
    if isinstance(node, dict):
        if "unevaluatedProperties" in node:
            yield node
        for child in node.values():
            yield from _closed(child)
    elif isinstance(node, list):
        for child in node:
            yield from _closed(child)
