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
    """The schema of a media type: under its name, or under a range that it is in (`*/*`); None where it is in none."""
    if essence in content:
        return content[essence]
    return next(
        (schema for name, schema in content.items() if "*" in name and fnmatchcase(essence or "?/?", name)), None
    )


class Parameter(NamedTuple):
    """A parameter of a path, a query or a header.

    Attributes:
        schema: points at its schema.
        type: that schema's type.
        unknown: the statuses for an id in the path that is nobody's; empty where they are as usual.
        paging: what it says of the page that is wanted: its number, or its size; empty where it says neither.
        signature: how a header signs the body; empty where it signs nothing.
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
    """The body that an operation takes: the schema of each media type."""

    required: bool
    content: Mapping[str, Pointer]
    pointer: Pointer

    @property
    def schema(self) -> Pointer:
        """The schema of the first media type."""
        return next(iter(self.content.values()))


class HeaderRule(NamedTuple):
    """A header that a response has, or may have."""

    name: str
    required: bool
    schema: Pointer
    pointer: Pointer


class Link(NamedTuple):
    """What a response leads to: another operation, with the expressions that give its parameters."""

    operation_id: str
    parameters: Mapping[str, Expression]

    @property
    def is_by_body(self) -> bool:
        """Whether a body gives one of the parameters, rather than the path all of them."""
        return any(expression.is_of_body for expression in self.parameters.values())

    def each(self, values: Values) -> Iterator[dict[str, str]]:
        """The parameters of each call that the link leads to: one for each item where it leads into a list.

        None are given where an expression finds no text, for then there is nothing to call.
        """
        for found in self.every(values):
            if all(isinstance(value, str) and value for value in found.values()):
                yield found

    def every(self, values: Values) -> Iterator[dict[str, Any]]:
        """What the expressions find, whatever it is: once, or for each item of the list that the link leads into."""
        in_lists = [expression for expression in self.parameters.values() if expression.is_in_list]
        count = max(expression.count(values) for expression in in_lists) if in_lists else 1
        for index in range(count):
            yield {name: expression.at(index).evaluate(values) for name, expression in self.parameters.items()}


class ResponseRule(NamedTuple):
    """One response that an operation may give.

    Attributes:
        status: as the contract writes it: `201`, `2XX`, `default`.
        body: whether the response has a body: required, optional, none, or any (nothing published).
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
    """One method and path of a contract.

    Attributes:
        path: the template, such as `/users/{userId}`.
        security: where the security scheme that a call needs stands; None for a call without one.
        may_be_rejected: why a call that is right may be refused all the same; empty where it may not.
        order: the member of a list's items that it is sorted by, with `-` in front where the highest comes first.
        follows: the operations that make what a list shows, where no link says so: by their ids.
        sandbox_only: whether it belongs to the sandbox, and is never called in production.
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

    def __str__(self) -> str:
        return f"{self.method} {self.path}"

    @property
    def body_schema(self) -> Pointer:
        """The schema of the body, in the first media type that the operation takes; it must take one."""
        assert self.request is not None
        return self.request.schema

    def unknown(self, parameter: str) -> frozenset[int]:
        """The statuses for an id in the path that is nobody's: 404, or 400 too where no 404 is listed."""
        own = next(known.unknown for known in self.parameters if known.name == parameter)
        rule = self.responses.get("404")
        return own or frozenset({404} if rule and rule.listed else {404, 400})

    def paged_by(self, what: Literal["page", "size"]) -> str:
        """The name of the parameter that says which page is wanted, or how large; empty where there is none."""
        return next((parameter.name for parameter in self.parameters if parameter.paging == what), "")

    def response(self, status: int) -> ResponseRule | None:
        """The rule for a status: the status itself before its range (`2XX`) before `default`; None where none is."""
        rules = self.responses
        return rules.get(str(status)) or rules.get(f"{status // 100}XX") or rules.get("default")


class Match(NamedTuple):
    """An operation that a request names, and what stands for its path parameters, decoded."""

    operation: Operation
    path_parameters: Mapping[str, str]
