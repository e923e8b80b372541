"""The supported keywords of OpenAPI 3.1 and JSON Schema; the loader rejects all others.

A check for an ignored keyword could never fail, so a document with an unsupported keyword is not loaded.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Any, Final

from ecsuite.contract.document import Pointer, Source
from ecsuite.errors import ContractInvalid, ContractKeywordUnknown

# The type of a keyword's value: VALUE is plain data, PROSE is for readers only, CLIENTS is for judging other clients
# than ours, and REASON is a flag whose value is a reason in words; a name is an object of that type, "[Name]" a list of
# them, and "{Name}" a map of them.
VALUE: Final = ""
PROSE: Final = "prose"
CLIENTS: Final = "clients"
REASON: Final = "reason"
CERTAINTY: Final = {"x-level": VALUE, "x-source": PROSE}

OBJECTS: Final[dict[str, dict[str, str]]] = {
    "Document": {
        "openapi": VALUE,
        "info": "Info",
        "servers": "[Server]",
        "security": VALUE,
        "tags": "[Tag]",
        "paths": "{PathItem}",
        "webhooks": "{PathItem}",
        "components": "Components",
        "x-severity-of-undeclared": VALUE,
        "x-test-areas": VALUE,
    },
    "Info": {"title": PROSE, "version": VALUE, "summary": PROSE, "description": PROSE},
    "Server": {"url": VALUE, "description": PROSE, "x-environment": VALUE},
    "Tag": {"name": VALUE, "description": PROSE},
    "Components": {
        "schemas": "{Schema}",
        "parameters": "{Parameter}",
        "responses": "{Response}",
        "headers": "{Header}",
        "requestBodies": "{RequestBody}",
        "examples": "{Example}",
        "securitySchemes": "{SecurityScheme}",
    },
    "SecurityScheme": {"type": VALUE, "description": PROSE, "flows": "Flows", **CERTAINTY},
    "Flows": {"clientCredentials": "Flow"},
    "Flow": {"tokenUrl": VALUE, "scopes": VALUE},
    "PathItem": {
        "servers": "[Server]",
        "parameters": "[Parameter]",
        "get": "Operation",
        "put": "Operation",
        "post": "Operation",
        "delete": "Operation",
        "patch": "Operation",
    },
    "Operation": {
        "operationId": VALUE,
        "tags": PROSE,
        "summary": PROSE,
        "description": PROSE,
        "deprecated": VALUE,
        "security": VALUE,
        "parameters": "[Parameter]",
        "requestBody": "RequestBody",
        "responses": "{Response}",
        "x-environment": VALUE,
        "x-order": VALUE,
        "x-produced-by": VALUE,
        "x-unknown-id-statuses": VALUE,
        "x-may-be-rejected": REASON,
        **CERTAINTY,
    },
    "Parameter": {
        "$ref": VALUE,
        "name": VALUE,
        "in": VALUE,
        "required": VALUE,
        "description": PROSE,
        "deprecated": VALUE,
        "schema": "Schema",
        "example": PROSE,
        "examples": "{Example}",
        "x-unknown-id-statuses": VALUE,
        "x-paging": VALUE,
        "x-signature": VALUE,
        **CERTAINTY,
    },
    "RequestBody": {"$ref": VALUE, "required": VALUE, "description": PROSE, "content": "{MediaType}"},
    "MediaType": {"schema": "Schema", "example": PROSE, "examples": "{Example}"},
    "Response": {
        "$ref": VALUE,
        "description": PROSE,
        "headers": "{Header}",
        "content": "{MediaType}",
        "links": "{Link}",
        "x-body": VALUE,
        "x-undocumented": VALUE,
        **CERTAINTY,
    },
    "Header": {
        "$ref": VALUE,
        "description": PROSE,
        "required": VALUE,
        "schema": "Schema",
        "x-severity": VALUE,
        **CERTAINTY,
    },
    "Link": {"operationId": VALUE, "parameters": VALUE, "description": PROSE},
    "Example": {"$ref": VALUE, "summary": PROSE, "description": PROSE, "value": VALUE},
    "Schema": {
        "$ref": VALUE,
        "title": PROSE,
        "description": PROSE,
        "default": VALUE,
        "examples": VALUE,
        "deprecated": VALUE,
        "readOnly": VALUE,
        "writeOnly": VALUE,
        "type": VALUE,
        "enum": VALUE,
        "const": VALUE,
        "format": VALUE,
        "pattern": VALUE,
        "minLength": VALUE,
        "maxLength": VALUE,
        "minimum": VALUE,
        "maximum": VALUE,
        "exclusiveMinimum": VALUE,
        "exclusiveMaximum": VALUE,
        "multipleOf": VALUE,
        "required": VALUE,
        "minProperties": VALUE,
        "maxProperties": VALUE,
        "minItems": VALUE,
        "maxItems": VALUE,
        "uniqueItems": VALUE,
        "properties": "{Schema}",
        "additionalProperties": "Schema",
        "unevaluatedProperties": "Schema",
        "items": "Schema",
        "prefixItems": "[Schema]",
        "allOf": "[Schema]",
        "anyOf": "[Schema]",
        "oneOf": "[Schema]",
        "not": "Schema",
        "if": "Schema",
        "then": "Schema",
        "else": "Schema",
        "x-unchecked-if-absent": REASON,
        "x-sample": VALUE,
        "x-references": VALUE,
        "x-recommended": VALUE,
        "x-round-trip": VALUE,
        "x-response-path": VALUE,
        "x-replaced-by": VALUE,
        "x-immutable": VALUE,
        "x-null-may-be-rejected": REASON,
        "x-may-be-rejected": REASON,
        "x-may-be-rejected-without": VALUE,
        "x-by-invitation": VALUE,
        "x-severity-of-null": VALUE,
        "x-client-pattern": CLIENTS,
        "x-client-may-send": CLIENTS,
        **CERTAINTY,
    },
}

# The required keywords of an object, unless it is a reference.
REQUIRED: Final[dict[str, tuple[str, ...]]] = {
    "Document": ("info",),
    "Info": ("title", "version"),
    "Server": ("url",),
    "Flow": ("tokenUrl",),
    "Parameter": ("name", "in", "schema"),
    "Header": ("schema",),
    "Link": ("operationId",),
}
# Keywords whose values must be strings, and those whose values must be lists of one type.
TEXTS: Final = frozenset(
    {
        "operationId",
        "summary",
        "title",
        "description",
        "version",
        "url",
        "tokenUrl",
        "$ref",
        "name",
        "x-source",
        "x-order",
        "x-references",
        "x-response-path",
        "x-replaced-by",
        "x-by-invitation",
        "x-unchecked-if-absent",
        "x-null-may-be-rejected",
        "x-may-be-rejected",
        "x-client-pattern",
    }
)
LISTS: Final[Mapping[str, tuple[type, str]]] = MappingProxyType(
    {
        "x-client-may-send": (str, "a list of texts"),
        "x-produced-by": (str, "a list of texts"),
        "x-may-be-rejected-without": (str, "a list of texts"),
        "x-unknown-id-statuses": (int, "a list of whole numbers"),
    }
)
_REQUIRED_MEMBERS: Final = (str, "a list of texts")

ALLOWED: Final[dict[str, frozenset[Any]]] = {
    "x-level": frozenset({"guide", "spec"}),
    "x-severity": frozenset({"warning", "note"}),
    "x-severity-of-undeclared": frozenset({"warning", "note"}),
    "x-severity-of-null": frozenset({"warning", "note"}),
    "x-body": frozenset({"optional", "any"}),
    "x-environment": frozenset({"sandbox", "production"}),
    "x-paging": frozenset({"page", "size"}),
    "x-round-trip": frozenset({"unordered", "trimmed", "or-null"}),
    "x-signature": frozenset({"hmac-sha256-base64"}),
    "x-immutable": frozenset({True}),
    "x-undocumented": frozenset({True}),
    "x-recommended": frozenset({True}),
    "x-sample": frozenset({"id", "text", "vin", "meter-point-id", "digits", "hook-url", "secret", "hour"}),
    "format": frozenset({"date-time", "date", "uuid", "uri", "uri-reference", "email", "ipv4", "ipv6"}),
    "in": frozenset({"path", "query", "header"}),
}


def refuse_unknown(source: Source) -> None:
    """Check the whole document; raise at the first unsupported keyword or value.

    Raises:
        ContractKeywordUnknown: a keyword is not in OBJECTS.
        ContractInvalid: a value is not in ALLOWED, a required keyword is missing, or a value has the wrong type.
    """
    for pointer, node_type, node in _objects(source, (), "Document", source.document):
        fields = OBJECTS[node_type]
        source.resolve(pointer)
        for keyword in REQUIRED.get(node_type, ()):
            if keyword not in node and "$ref" not in node:
                raise ContractInvalid(source.where(pointer), f"this {node_type} has no {keyword}")
        for keyword, value in node.items():
            if keyword not in fields:
                near = difflib.get_close_matches(str(keyword), fields, 1)
                where = source.where((*pointer, keyword))
                raise ContractKeywordUnknown(where, str(keyword), node_type, near[0] if near else None)
            wanted = _wanted(node_type, keyword, value)
            if wanted:
                raise ContractInvalid(source.where((*pointer, keyword)), f"{keyword} is {value!r}: expected {wanted}")
            # A list, because the value in the document may be unhashable.
            if keyword in ALLOWED and value not in list(ALLOWED[keyword]):
                expected = ", ".join(sorted(map(str, ALLOWED[keyword])))
                raise ContractInvalid(
                    source.where((*pointer, keyword)), f"{keyword} is {value!r}: expected one of {expected}"
                )


def _wanted(node_type: str, keyword: str, value: Any) -> str:
    """The expected type of a keyword's value, in words; empty if the value is of that type."""
    if keyword in TEXTS:
        return "" if isinstance(value, str) else "a text"
    if keyword == "x-test-areas":
        return "" if isinstance(value, list) and all(map(_is_place, value)) else "a list of [latitude, longitude]"
    # In a parameter, a header or a body, `required` is a flag.
    is_of_members = (node_type, keyword) == ("Schema", "required")
    kind, said = _REQUIRED_MEMBERS if is_of_members else LISTS.get(keyword, (None, ""))
    if kind is None or (isinstance(value, list) and all(isinstance(each, kind) for each in value)):
        return ""
    return said


def _is_place(value: Any) -> bool:
    return isinstance(value, list) and len(value) == len(("latitude", "longitude")) and all(map(_is_number, value))


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _objects(
    source: Source, pointer: Pointer, node_type: str, node: Any
) -> Iterator[tuple[Pointer, str, dict[str, Any]]]:
    """Every object of the document below `node`, each with its node_type, outermost first."""
    if node_type.startswith("{"):
        _expect(source, pointer, node, dict, "a map")
        for name, child in node.items():
            yield from _objects(source, (*pointer, name), node_type[1:-1], child)
    elif node_type.startswith("["):
        _expect(source, pointer, node, list, "a list")
        for index, child in enumerate(node):
            yield from _objects(source, (*pointer, index), node_type[1:-1], child)
    elif node_type in OBJECTS and not (node_type == "Schema" and isinstance(node, bool)):
        _expect(source, pointer, node, dict, f"a {node_type}")
        yield pointer, node_type, node
        for keyword, child in node.items():
            if child_type := OBJECTS[node_type][keyword]:
                yield from _objects(source, (*pointer, keyword), child_type, child)


def _expect(source: Source, pointer: Pointer, node: Any, wanted: type, name: str) -> None:
    if not isinstance(node, wanted):
        raise ContractInvalid(source.where(pointer), f"expected {name}, found {type(node).__name__}")
