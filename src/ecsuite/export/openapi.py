"""A contract as a plain OpenAPI 3.1 document, without the extensions that only ecsuite reads."""

from __future__ import annotations

import json
from typing import Any, Final

from ecsuite.contract import Contract
from ecsuite.contract.keywords import OBJECTS

_EXTENSION: Final = "x-"


def document(contract: Contract) -> dict[str, Any]:
    """The contract's document with all that OpenAPI knows, in its order."""
    made: dict[str, Any] = _without_extensions(contract.source.document, "Document")
    return made


def text(value: Any) -> str:
    """A document as the text of a file: JSON, which no reader takes `000182` for a number in."""
    return json.dumps(value, ensure_ascii=False, indent=2) + "\n"


def _without_extensions(node: Any, node_type: str) -> Any:
    """A node of a document without extensions; data, such as the value of an example, is left as it is."""
    if node_type.startswith("{"):
        return {name: _without_extensions(child, node_type[1:-1]) for name, child in node.items()}
    if node_type.startswith("["):
        return [_without_extensions(child, node_type[1:-1]) for child in node]
    if node_type not in OBJECTS or not isinstance(node, dict):
        return node
    return {
        keyword: _without_extensions(child, OBJECTS[node_type][keyword])
        for keyword, child in node.items()
        if not keyword.startswith(_EXTENSION)
    }
