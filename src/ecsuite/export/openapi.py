"""A contract as a plain OpenAPI 3.1 document, without the extensions for ecsuite."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any, Final

from ecsuite.contract import Contract
from ecsuite.contract.keywords import OBJECTS

_EXTENSION: Final = "x-"
_COMPONENT: Final = "#/components/schemas/"
# Keywords whose schemas apply to the same value.
_SAME_PART: Final = ("allOf", "anyOf", "oneOf")
_CLOSING: Final = frozenset({"additionalProperties", "unevaluatedProperties"})


def document(contract: Contract) -> dict[str, Any]:
    """Return the contract's document without extensions, in the same order.

    An object that may have further members gets an explicit `additionalProperties: true`, the default of JSON Schema,
    because linters and runners would otherwise treat it as closed.
    """
    made: dict[str, Any] = _Plain(contract.source.document).node(contract.source.document, "Document")
    return made


def text(value: Any) -> str:
    """Format a document as JSON, not YAML, because YAML readers may parse `000182` as a number."""
    return json.dumps(value, ensure_ascii=False, indent=2) + "\n"


class _Plain:
    """Copies the nodes of a document."""

    def __init__(self, document: Mapping[str, Any]) -> None:
        self._schemas = document.get("components", {}).get("schemas", {})
        # Parts of schemas with `unevaluatedProperties`: `additionalProperties: true` would open the whole schema.
        self._parts = {id(part) for schema in _closed(document) for part in self._same_part(schema)}

    def node(self, node: Any, node_type: str) -> Any:
        """A node without extensions; data, such as the value of an example, is copied unchanged."""
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
        """A schema and all subschemas that apply to the same value."""
        if not isinstance(schema, dict):
            return
        yield schema
        inner = [each for keyword in _SAME_PART for each in schema.get(keyword, ())]
        if str(schema.get("$ref", "")).startswith(_COMPONENT):
            inner.append(self._schemas[schema["$ref"].removeprefix(_COMPONENT)])
        for each in inner:
            yield from self._same_part(each)


def _closed(node: Any) -> Iterator[Mapping[str, Any]]:
    """Every schema of a document with `unevaluatedProperties`."""
    if isinstance(node, dict):
        if "unevaluatedProperties" in node:
            yield node
        for child in node.values():
            yield from _closed(child)
    elif isinstance(node, list):
        for child in node:
            yield from _closed(child)
