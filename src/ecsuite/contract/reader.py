"""Reads the operations of a contract document into frozen data."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Any, Final, Literal

from ecsuite.contract.document import Pointer, Source
from ecsuite.contract.expressions import Expression
from ecsuite.contract.model import HeaderRule, Link, Operation, Parameter, RequestBody, ResponseRule
from ecsuite.errors import ContractInvalid

METHODS: Final = ("get", "put", "post", "delete", "patch")


def read_operations(source: Source, section: Literal["paths", "webhooks"]) -> Mapping[str, Operation]:
    """Every operation of a section by its id, in the document's order.

    Raises:
        ContractInvalid: an operation lacks what the checks need, or two have the same id.
    """
    found: dict[str, Operation] = {}
    for path, item in source.document.get(section, {}).items():
        for method in METHODS:
            if method not in item:
                continue
            operation = _read(source, (section, path, method))
            if operation.id in found:
                where = source.where(operation.pointer)
                raise ContractInvalid(where, f"a second operation with the id {operation.id}")
            found[operation.id] = operation
    return MappingProxyType(found)


def _read(source: Source, pointer: Pointer) -> Operation:
    try:
        return _Reader(source, pointer).operation()
    except (LookupError, TypeError, AttributeError) as error:
        # For example, a reference to an object of another type.
        what = f"this operation is none that can be read ({type(error).__name__}: {error})"
        raise ContractInvalid(source.where(pointer), what) from None


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
            not_there=frozenset(node.get("x-unknown-id-statuses", ())),
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
        return ResponseRule(
            status=status,
            body=body,
            content=content,
            headers=tuple(self._headers(pointer, node)),
            links=tuple(self._links(pointer, node)),
            pointer=pointer,
            listed="x-undocumented" not in node,
        )

    def _links(self, holder: Pointer, node: dict[str, Any]) -> Iterator[Link]:
        for name, link in node.get("links", {}).items():
            parameters: dict[str, Expression] = {}
            for parameter, text in link.get("parameters", {}).items():
                try:
                    parameters[parameter] = Expression.parse(text)
                except (ValueError, TypeError) as error:
                    where = self._source.where((*holder, "links", name, "parameters", parameter))
                    raise ContractInvalid(where, str(error)) from None
            yield Link(link["operationId"], MappingProxyType(parameters))

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
