"""Validators for the schemas of a contract (JSON Schema 2020-12), and the violations that they find."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple
from urllib.parse import quote

import jsonschema_rs

from ecsuite.contract.document import Pointer, Source
from ecsuite.contract.memo import Memo
from ecsuite.contract.outline import Outline, Undeclared, known, outline, undeclared
from ecsuite.contract.shape import Shape, shape
from ecsuite.contract.walker import Walker
from ecsuite.errors import ContractInvalid

_DOCUMENT = "urn:contract"

# Keywords that describe the values of a schema; a fragment has them in addition to the violated keyword.
_DESCRIPTIVE = ("title", "type", "const", "enum")


class Violation(NamedTuple):
    """A rule of a schema that a value violates.

    Attributes:
        at: the path to the value from the root.
        rule: points to the violated rule in the contract.
        keyword: the violated keyword of JSON Schema; `unreadable` if the value is nested too deeply.
        fragment: the relevant part of the schema; for a missing member, of the member's schema.
        value: the actual value; None if it is missing; the validator's message if unreadable.
        is_missing: whether the value is missing.
    """

    at: tuple[str | int, ...]
    rule: Pointer
    keyword: str
    fragment: Mapping[str, Any]
    value: Any = None
    is_missing: bool = False


class Schemas:
    """The schemas of a document, compiled at first use and cached; threads may share them.

    Attributes:
        walker: walks through values along the schemas.
    """

    def __init__(self, source: Source) -> None:
        self._source = source
        self._registry = jsonschema_rs.Registry([(_DOCUMENT, source.document)])
        self._validators: Memo[Pointer, jsonschema_rs.Draft202012Validator] = Memo(self._compile)
        self._absences: Memo[Pointer, dict[str, str]] = Memo(self._find_absences)
        self._shapes: Memo[Pointer, Shape] = Memo(lambda pointer: shape(source, pointer))
        self._outlines: Memo[Pointer, Outline] = Memo(lambda pointer: outline(source, pointer))
        self.walker = Walker(source)

    def validator(self, pointer: Pointer) -> jsonschema_rs.Draft202012Validator:
        """The compiled schema at the pointer.

        Raises:
            ContractInvalid: it is not a valid schema (wrong type of a keyword, bad pattern, dangling reference).
        """
        return self._validators[pointer]

    def shape(self, pointer: Pointer) -> Shape:
        """The schema at the pointer with its references followed."""
        return self._shapes[pointer]

    def step(self, pointer: Pointer, token: str | int) -> Pointer | None:
        """The schema for a member or an item, from any part of the schema at the pointer that declares it."""
        own = self.shape(pointer)
        found = own.items if isinstance(token, int) else own.members.get(token)
        if found is not None:
            return found
        inner = (self.step(part, token) for part in (*own.parts, *own.branches))
        return next((found for found in inner if found is not None), None)

    def undeclared(self, pointer: Pointer, value: Any) -> Iterator[Undeclared]:
        """Each object in the value with members that the schema at the pointer does not declare."""
        return undeclared(self._outlines[pointer], value)

    def known(self, pointer: Pointer, value: Any) -> Any:
        """The value without undeclared members, and without times and states that the server maintains.

        The server may change these at any time, independently of calls. Members with `x-immutable` are kept.
        """
        return known(self._outlines[pointer], value)

    def fits(self, pointer: Pointer, value: Any) -> bool:
        """Whether the value fits the schema at the pointer."""
        return bool(self.validator(pointer).is_valid(value))

    def violations(self, pointer: Pointer, value: Any) -> list[Violation]:
        """All violations of the schema at the pointer; empty if the value fits."""
        try:
            if self.fits(pointer, value):
                return []
            errors = self.validator(pointer).iter_errors(value)
        except ValueError as error:
            # The validator limits the depth of values.
            return [Violation((), pointer, "unreadable", {}, str(error))]
        return [violation for error in errors for violation in self._violations(error, value)]

    def fragment(self, pointer: Pointer) -> dict[str, Any]:
        """The keywords of the schema at the pointer that describe its values."""
        return _fragment(self._source.resolve(pointer)[1])

    def absences(self, pointer: Pointer) -> dict[str, str]:
        """The optional members of an object with `x-unchecked-if-absent`, and what cannot be checked without them."""
        return self._absences[pointer]

    def _find_absences(self, pointer: Pointer) -> dict[str, str]:
        schema = self._source.resolve(pointer)[1]
        # A schema may be true or false.
        properties = schema.get("properties", {}) if isinstance(schema, dict) else {}
        nodes = {name: node for name, node in properties.items() if isinstance(node, dict)}
        return {name: node["x-unchecked-if-absent"] for name, node in nodes.items() if "x-unchecked-if-absent" in node}

    def _compile(self, pointer: Pointer) -> jsonschema_rs.Draft202012Validator:
        tokens = (quote(str(token).replace("~", "~0").replace("/", "~1"), safe="~") for token in pointer)
        reference = f"{_DOCUMENT}#/{'/'.join(tokens)}"
        try:
            return jsonschema_rs.Draft202012Validator(
                {"$ref": reference},
                registry=self._registry,
                validate_formats=True,
                ignore_unknown_formats=False,
                offline=True,
            )
        except (ValueError, jsonschema_rs.ReferencingError) as error:
            reason = getattr(error, "message", None) or str(error)
            raise ContractInvalid(
                self._source.where(pointer), f"this is no schema: {' '.join(reason.split())}"
            ) from None

    def _violations(self, error: jsonschema_rs.ValidationError, value: Any) -> Iterator[Violation]:
        at = tuple(error.instance_path)
        rule = self._rule(error)
        keyword = error.kind.name
        if keyword in {"anyOf", "oneOf"} and (branch := _likeliest(error, at)):
            for inner in branch:
                yield from self._violations(inner, value)
            return
        schema = self._source.at(rule[:-1]) if rule else {}
        if keyword == "required":
            member: str = error.kind.value
            rule_of_member, own = self._member(rule, schema, member)
            yield Violation((*at, member), rule_of_member, keyword, _fragment(own), is_missing=True)
            return
        yield Violation(at, rule, keyword, self._fragment(keyword, rule, schema), _at(value, at))

    def _rule(self, error: jsonschema_rs.ValidationError) -> Pointer:
        location = str(error.absolute_keyword_location or "")
        return self._source.parse(location.partition("#/")[2]) if "#/" in location else ()

    def _fragment(self, keyword: str, rule: Pointer, schema: Any) -> dict[str, Any]:
        if keyword in {"anyOf", "oneOf"}:
            branches = (self._source.resolve((*rule, index))[1] for index in range(len(schema[keyword])))
            return {keyword: [_fragment(branch) for branch in branches]}
        return _fragment(schema, keyword)

    def _member(self, rule: Pointer, schema: Any, member: str) -> tuple[Pointer, Any]:
        """The rule that requires the member, and the member's own schema."""
        holder = rule[:-1]
        if "properties" not in schema and "$ref" in schema:
            holder, schema = self._source.resolve(holder)
        if member not in schema.get("properties", {}):
            return rule, {}
        return rule, self._source.resolve((*holder, "properties", member))[1]


def _fragment(schema: Any, keyword: str = "") -> dict[str, Any]:
    """A keyword of a schema, together with the keywords that describe its values."""
    if not isinstance(schema, dict):
        return {}
    return {name: schema[name] for name in (*_DESCRIPTIVE, keyword) if name in schema}


def _likeliest(error: jsonschema_rs.ValidationError, at: tuple[str | int, ...]) -> list[Any] | None:
    """The branch of an anyOf or oneOf that the value most likely intends; None if it resembles none of them."""

    def distance(branch: list[Any]) -> tuple[int, int]:
        alien = sum(
            tuple(inner.instance_path) == at and inner.kind.name in {"type", "maxProperties"} for inner in branch
        )
        other_kind = sum(inner.kind.name in {"const", "falseSchema"} for inner in branch)
        return alien * 100 + other_kind * 10, len(branch)

    branches = getattr(error.kind, "context", [])
    if not all(branches):
        # It fits more than one branch, so violations of other branches are not the problem.
        return None
    best = min(branches, key=distance, default=None)
    return best if best is not None and distance(best)[0] < 100 else None  # noqa: PLR2004  an alien type


def _at(value: Any, path: tuple[str | int, ...]) -> Any:
    for token in path:
        value = value[token]
    return value
