"""Contracts: OpenAPI 3.1 documents, loaded once, their validators compiled once.

contract = load(path, "contracts/2023-10/openapi.yaml")
match = contract.find("GET", "/users/42")
contract.schemas.violations(match.operation.responses["200"].content["application/json"], {"userId": 42})
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property
from pathlib import Path
from types import MappingProxyType
from typing import Any

from ecsuite.contract.entities import Batch, EntityType, batches, entity_types, links_to, parameters, success_links
from ecsuite.contract.keywords import refuse_unknown
from ecsuite.contract.model import (
    HeaderRule,
    Level,
    Link,
    Match,
    Operation,
    Parameter,
    RequestBody,
    ResponseRule,
    schema_for,
)
from ecsuite.contract.routes import Routes
from ecsuite.contract.schema import Schemas, Violation
from ecsuite.contract.shape import Shape
from ecsuite.contract.source import Pointer, Source
from ecsuite.errors import ContractInvalid

__all__ = [
    "Batch",
    "Contract",
    "EntityType",
    "HeaderRule",
    "Level",
    "Link",
    "Match",
    "Operation",
    "Parameter",
    "Pointer",
    "RequestBody",
    "ResponseRule",
    "Schemas",
    "Shape",
    "Source",
    "Violation",
    "links_to",
    "load",
    "parameters",
    "schema_for",
    "success_links",
]

METHODS = ("get", "put", "post", "delete", "patch")


def load(path: Path, label: str) -> Contract:
    """Load a contract from a file.

    Args:
        path: an OpenAPI 3.1 document in YAML.
        label: how messages name it.

    Raises:
        ContractError: it cannot be read, has a keyword that the checks would not honour, or contradicts itself.
    """
    return Contract(Source.read(path, label))


class Contract:
    """What an edition of the API promises, ready to be checked against.

    Attributes:
        source: the document, for lines and levels.
        operations: every operation by its id, in the document's order.
        deliveries: the operations that the API calls at a partner's webhook, by id.
        schemas: the compiled schemas.
        token_operation: the operation that gives tokens: the one at the security scheme's tokenUrl.
    """

    def __init__(self, source: Source) -> None:
        refuse_unknown(source)
        self.source = source
        self.schemas = Schemas(source)
        self.operations: Mapping[str, Operation] = _by_id(source, self._read_operations("paths"))
        self.deliveries: Mapping[str, Operation] = _by_id(source, self._read_operations("webhooks"))
        self._routes = Routes(self.operations.values())
        self.token_operation = self._find_token_operation()
        self._refuse_broken_links()
        self._compile()

    @cached_property
    def entity_types(self) -> tuple[EntityType, ...]:
        """The entity types that the API keeps, parents first."""
        return entity_types(self.source, self.operations)

    @cached_property
    def batches(self) -> tuple[Batch, ...]:
        """The operations that make several things of an entity type at once."""
        return batches(self.operations, self.entity_types)

    @property
    def label(self) -> str:
        """How messages name the document."""
        return self.source.label

    @property
    def title(self) -> str:
        """The title of the API and the version of the contract."""
        info = self.source.document["info"]
        return f"{info['title']}, edition {info['version']}"

    def find(self, method: str, path: str) -> Match | None:
        """The operation of a method and a path (relative to the base URL, percent-encoded); None where none is."""
        return self._routes.find(method, path)

    def methods(self, path: str) -> tuple[str, ...]:
        """The methods that the contract lists for a path; empty where it doesn't know the path."""
        return self._routes.methods(path)

    def level(self, pointer: Pointer, operation: Operation) -> Level:
        """How certain the rule at the pointer is: its own level, or else the operation's."""
        level: Level | None = self.source.nearest("x-level", pointer)
        return level or operation.level

    def published(self, pointer: Pointer, operation: Operation) -> str:
        """Where the rule at the pointer was published."""
        return str(self.source.nearest("x-source", pointer) or operation.source)

    def production_hosts(self) -> frozenset[str]:
        """The hosts that the contract marks as production."""
        urls = [s["url"] for s in self.source.document.get("servers", []) if s.get("x-environment") == "production"]
        return frozenset(url.split("//")[1].split("/")[0] for url in urls)

    def base_path(self) -> str:
        """The path of the first server, under which a server of this edition usually lives."""
        url: str = self.source.document["servers"][0]["url"]
        return "/" + url.split("//")[1].partition("/")[2]

    def _read_operations(self, section: str) -> Iterator[Operation]:
        for path, item in self.source.document.get(section, {}).items():
            for method in METHODS:
                if method in item:
                    yield _Reader(self.source, (section, path, method)).operation()

    def _find_token_operation(self) -> Operation | None:
        schemes = self.source.document.get("components", {}).get("securitySchemes", {})
        token_urls = {flow["tokenUrl"] for scheme in schemes.values() for flow in scheme.get("flows", {}).values()}
        for operation in self.operations.values():
            servers = self.source.at(operation.pointer[:2]).get("servers", [])
            if any(server["url"] + operation.path in token_urls for server in servers):
                return operation
        return None

    def _refuse_broken_links(self) -> None:
        for operation in self.operations.values():
            for rule in operation.responses.values():
                for link in rule.links:
                    if link.operation_id not in self.operations:
                        raise ContractInvalid(
                            self.source.where((*rule.pointer, "links")), f"a link to no operation: {link.operation_id}"
                        )
            for followed in operation.follows:
                if followed not in self.operations:
                    where = self.source.where((*operation.pointer, "x-produced-by"))
                    raise ContractInvalid(where, f"it follows no operation: {followed}")

    def _compile(self) -> None:
        for operation in (*self.operations.values(), *self.deliveries.values()):
            pointers = [parameter.schema for parameter in operation.parameters]
            pointers += operation.request.content.values() if operation.request else []
            for rule in operation.responses.values():
                pointers += [*rule.content.values(), *(header.schema for header in rule.headers)]
            for pointer in pointers:
                self.schemas.validator(pointer)


class _Reader:
    """Reads one operation out of the document."""

    def __init__(self, source: Source, pointer: Pointer) -> None:
        self._source = source
        self._pointer = pointer
        self._node: dict[str, Any] = source.at(pointer)
        self._item: dict[str, Any] = source.at(pointer[:2])

    def operation(self) -> Operation:
        node = self._node
        for keyword in ("operationId", "x-level", "x-source", "responses"):
            if keyword not in node:
                raise ContractInvalid(self._source.where(self._pointer), f"this operation has no {keyword}")
        return Operation(
            id=node["operationId"],
            method=str(self._pointer[2]).upper(),
            path=str(self._pointer[1]),
            level=node["x-level"],
            source=node["x-source"],
            summary=node.get("summary", node["operationId"]),
            security=self._security(),
            parameters=tuple(self._parameters()),
            request=self._request(),
            responses=MappingProxyType({status: self._response(status) for status in node["responses"]}),
            pointer=self._pointer,
            may_be_rejected=node.get("x-may-be-rejected", ""),
            order=node.get("x-order", ""),
            follows=tuple(node.get("x-produced-by", ())),
            sandbox_only=node.get("x-environment") == "sandbox",
        )

    def _parameters(self) -> Iterator[Parameter]:
        for holder, node in ((self._pointer[:2], self._item), (self._pointer, self._node)):
            for index in range(len(node.get("parameters", []))):
                pointer, parameter = self._source.resolve((*holder, "parameters", index))
                _, schema = self._source.resolve((*pointer, "schema"))
                yield Parameter(
                    name=parameter["name"],
                    place=parameter["in"],
                    required=bool(parameter.get("required", False)),
                    schema=(*pointer, "schema"),
                    type=schema.get("type", "string"),
                    unknown=frozenset(parameter.get("x-unknown-id-statuses", ())),
                    paging=parameter.get("x-paging", ""),
                    signature=parameter.get("x-signature", ""),
                )

    def _security(self) -> Pointer | None:
        required = self._node.get("security", self._source.document.get("security", []))
        if not required:
            return None
        if len(required) != 1 or len(required[0]) != 1:
            raise ContractInvalid(self._source.where(self._pointer), "more than one security scheme for a call")
        pointer: Pointer = ("components", "securitySchemes", next(iter(required[0])))
        try:
            self._source.at(pointer)
        except (KeyError, TypeError):
            raise ContractInvalid(self._source.where(self._pointer), f"no security scheme {pointer[-1]!r}") from None
        return pointer

    def _request(self) -> RequestBody | None:
        if "requestBody" not in self._node:
            return None
        pointer, body = self._source.resolve((*self._pointer, "requestBody"))
        return RequestBody(bool(body.get("required", False)), self._content(pointer, body), pointer)

    def _response(self, status: str) -> ResponseRule:
        pointer, node = self._source.resolve((*self._pointer, "responses", status))
        content = self._content(pointer, node)
        body = node.get("x-body", "required" if content else "none")
        links = (Link(link["operationId"], link.get("parameters", {})) for link in node.get("links", {}).values())
        return ResponseRule(
            status=status,
            body=body,
            content=content,
            headers=tuple(self._headers(pointer, node)),
            links=tuple(links),
            pointer=pointer,
            listed="x-undocumented" not in node,
        )

    def _headers(self, holder: Pointer, node: dict[str, Any]) -> Iterator[HeaderRule]:
        for name in node.get("headers", {}):
            pointer, header = self._source.resolve((*holder, "headers", name))
            yield HeaderRule(name, bool(header.get("required", False)), (*pointer, "schema"), pointer)

    def _content(self, holder: Pointer, node: dict[str, Any]) -> Mapping[str, Pointer]:
        content = node.get("content", {})
        for media_type, media in content.items():
            if "schema" not in media:
                where = self._source.where((*holder, "content", media_type))
                raise ContractInvalid(where, "this media type has no schema, so nothing of it would be checked")
        return MappingProxyType({media_type: (*holder, "content", media_type, "schema") for media_type in content})


def _by_id(source: Source, operations: Iterator[Operation]) -> Mapping[str, Operation]:
    found: dict[str, Operation] = {}
    for operation in operations:
        if operation.id in found:
            raise ContractInvalid(source.where(operation.pointer), f"a second operation with the id {operation.id}")
        found[operation.id] = operation
    return MappingProxyType(found)
