"""The operations of a contract as frozen data, with pointers back into the document."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import Any, Literal, NamedTuple

from ecsuite.contract.document import Pointer
from ecsuite.contract.expressions import Expression, Values

Level = Literal["guide", "spec"]


def schema_for(content: Mapping[str, Pointer], essence: str) -> Pointer | None:
    """The schema for a media type, by its name or by a range that includes it (`*/*`); None if there is none."""
    if essence in content:
        return content[essence]
    return next(
        (schema for name, schema in content.items() if "*" in name and fnmatchcase(essence or "?/?", name)), None
    )


class Parameter(NamedTuple):
    """A parameter of a path, a query or a header.

    Attributes:
        schema: points to its schema.
        type: the type in that schema.
        unknown: the statuses for an unknown id in the path; empty for the usual ones.
        paging: whether it is the number or the size of a page; empty if neither.
        signature: how a header signs the body; empty if it does not.
    """

    name: str
    place: Literal["path", "query", "header"]
    required: bool
    schema: Pointer
    type: str
    unknown: frozenset[int] = frozenset()
    paging: Literal["page", "size", ""] = ""
    signature: Literal["hmac-sha256-base64", ""] = ""


class RequestBody(NamedTuple):
    """The request body of an operation: the schema of each media type."""

    required: bool
    content: Mapping[str, Pointer]
    pointer: Pointer

    @property
    def schema(self) -> Pointer:
        """The schema of the first media type."""
        return next(iter(self.content.values()))


class HeaderRule(NamedTuple):
    """A required or optional header of a response."""

    name: str
    required: bool
    schema: Pointer
    pointer: Pointer


class Link(NamedTuple):
    """A link of a response to another operation, with the expressions for its parameters."""

    operation_id: str
    parameters: Mapping[str, Expression]

    @property
    def is_by_body(self) -> bool:
        """Whether any parameter is taken from a body, rather than all from the path."""
        return any(expression.is_of_body for expression in self.parameters.values())

    def each(self, values: Values) -> Iterator[dict[str, str]]:
        """The parameters of each call that the link leads to: one for each item if it leads into a list.

        Calls with a parameter that is missing or not a string are left out.
        """
        for found in self.every(values):
            if all(isinstance(value, str) and value for value in found.values()):
                yield found

    def every(self, values: Values) -> Iterator[dict[str, Any]]:
        """The values that the expressions find, of any type: once, or for each item if the link leads into a list."""
        in_lists = [expression for expression in self.parameters.values() if expression.is_in_list]
        count = max(expression.count(values) for expression in in_lists) if in_lists else 1
        for index in range(count):
            yield {name: expression.at(index).evaluate(values) for name, expression in self.parameters.items()}


class ResponseRule(NamedTuple):
    """A possible response of an operation.

    Attributes:
        status: as in the contract: `201`, `2XX`, `default`.
        body: whether the response has a body: required, optional, none, or any (unspecified).
        content: the schema of each media type.
        listed: whether the published document lists it, too.
    """

    status: str
    body: Literal["required", "optional", "none", "any"]
    content: Mapping[str, Pointer]
    headers: tuple[HeaderRule, ...]
    links: tuple[Link, ...]
    pointer: Pointer
    listed: bool = True


@dataclass(frozen=True, slots=True)
class Operation:
    """A method and path of a contract.

    Attributes:
        path: the template, such as `/users/{userId}`.
        security: points to the security scheme of a call; None if it needs none.
        may_be_rejected: why a correct call may be rejected; empty if it must not be.
        order: the member that a list is sorted by, with a leading `-` for descending order.
        follows: the ids of operations that create what a list shows, if no link says so.
        sandbox_only: whether it only exists in the sandbox, and is never called in production.
        not_there: the statuses for an unknown id at the end of the path, if the operation differs from others in that.
    """

    id: str
    method: str
    path: str
    level: Level
    source: str
    summary: str
    security: Pointer | None
    parameters: tuple[Parameter, ...]
    request: RequestBody | None
    responses: Mapping[str, ResponseRule] = field(repr=False)
    pointer: Pointer = field(repr=False)
    may_be_rejected: str = ""
    order: str = ""
    follows: tuple[str, ...] = ()
    sandbox_only: bool = False
    not_there: frozenset[int] = frozenset()

    def __str__(self) -> str:
        return f"{self.method} {self.path}"

    @property
    def body_schema(self) -> Pointer:
        """The body schema for the operation's first media type; the operation must have a body."""
        assert self.request is not None
        return self.request.schema

    def unknown(self, parameter: str) -> frozenset[int]:
        """The statuses for an unknown id in the path: 404, and also 400 if no 404 is published."""
        if self.not_there and self.path.endswith(f"{{{parameter}}}"):
            return self.not_there
        own = next(known.unknown for known in self.parameters if known.name == parameter)
        rule = self.responses.get("404")
        return own or frozenset({404} if rule and rule.listed else {404, 400})

    def paged_by(self, what: Literal["page", "size"]) -> str:
        """The name of the parameter for the number or the size of a page; empty if there is none."""
        return next((parameter.name for parameter in self.parameters if parameter.paging == what), "")

    def response(self, status: int) -> ResponseRule | None:
        """The rule for a status: by itself, else by its range (`2XX`), else `default`; None if none applies."""
        rules = self.responses
        return rules.get(str(status)) or rules.get(f"{status // 100}XX") or rules.get("default")


class Match(NamedTuple):
    """The operation for a request, and its path parameters, decoded."""

    operation: Operation
    path_parameters: Mapping[str, str]
