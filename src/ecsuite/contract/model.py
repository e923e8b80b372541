"""The operations of a contract as frozen data, with pointers back into the document."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import Literal

from ecsuite.contract.source import Pointer

Level = Literal["guide", "spec"]


def schema_for(content: Mapping[str, Pointer], essence: str) -> Pointer | None:
    """The schema of a media type: under its name, or under a range that it is in (`*/*`); None where it is in none."""
    if essence in content:
        return content[essence]
    return next(
        (schema for name, schema in content.items() if "*" in name and fnmatchcase(essence or "?/?", name)), None
    )


@dataclass(frozen=True, slots=True)
class Parameter:
    """A parameter of a path, a query or a header.

    Attributes:
        schema: points at its schema.
        type: that schema's type.
        unknown: the statuses for an id in the path that is nobody's; empty where they are as usual.
    """

    name: str
    place: Literal["path", "query", "header"]
    required: bool
    schema: Pointer
    type: str
    unknown: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class RequestBody:
    """The body that an operation takes: the schema of each media type."""

    required: bool
    content: Mapping[str, Pointer]
    pointer: Pointer


@dataclass(frozen=True, slots=True)
class HeaderRule:
    """A header that a response has, or may have."""

    name: str
    required: bool
    schema: Pointer
    pointer: Pointer


@dataclass(frozen=True, slots=True)
class Link:
    """What an answer leads to: another operation, with the expressions that give its parameters."""

    operation_id: str
    parameters: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class ResponseRule:
    """One answer that an operation may give.

    Attributes:
        status: as the contract writes it: `201`, `2XX`, `default`.
        body: whether the answer has a body: required, optional, none, or any (nothing published).
        content: the schema of each media type.
    """

    status: str
    body: Literal["required", "optional", "none", "any"]
    content: Mapping[str, Pointer]
    headers: tuple[HeaderRule, ...]
    links: tuple[Link, ...]
    pointer: Pointer


@dataclass(frozen=True, slots=True)
class Operation:
    """One method and path of a contract.

    Attributes:
        path: the template, such as `/users/{userId}`.
        security: where the security scheme that a call needs stands; None for a call without one.
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

    def __str__(self) -> str:
        return f"{self.method} {self.path}"

    def unknown(self, parameter: str) -> frozenset[int]:
        """The statuses for an id in the path that is nobody's: 404, or 400 too where the contract lists no 404."""
        own = next(known.unknown for known in self.parameters if known.name == parameter)
        return own or frozenset({404} if "404" in self.responses else {404, 400})

    def response(self, status: int) -> ResponseRule | None:
        """The rule for a status: the status itself before its range (`2XX`) before `default`; None where none is."""
        rules = self.responses
        return rules.get(str(status)) or rules.get(f"{status // 100}XX") or rules.get("default")


@dataclass(frozen=True, slots=True)
class Match:
    """An operation that a request names, and what stands for its path parameters, decoded."""

    operation: Operation
    path_parameters: Mapping[str, str]
