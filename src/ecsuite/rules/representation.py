"""What a response must show of what was sent, by the schemas alone; pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ecsuite.compare import Instant, Moment, OrNull, Trimmed, Unordered
from ecsuite.contract import Contract, EntityType, Operation, Pointer, Shape
from ecsuite.json_paths import at_path


class Representation:
    """Knows from the schemas of a contract which members come back, and how they may differ.

    What may differ is marked by the types of `ecsuite.compare`, for the comparison.

    Args:
        contract: the contract with the schemas.
    """

    def __init__(self, contract: Contract) -> None:
        self._contract = contract

    def of(self, operation: Operation, sent: Any) -> Any:
        """What the response must show of the body of a request."""
        if operation.request is None:
            return {}
        seen = self.of_schema(operation.request.schema, sent)
        keywords = self._contract.schemas.shape(operation.request.schema).keywords
        for name in reversed(keywords.get("x-response-path", "").split("/")[1:]):
            seen = {name: seen}
        return seen

    def of_entity(self, entity_type: EntityType, body: Any, ids: Mapping[str, str]) -> dict[str, Any]:
        """What a response must show of an entity: its body, the id that the API chose, and the ids of its parents."""
        seen = self.of(entity_type.creator, body)
        if not entity_type.is_named_by_client and entity_type.member in seen:
            seen[entity_type.member] = ids[entity_type.parameter]
        rule = entity_type.reader.response(200)
        schema = next(iter(rule.content.values()), None) if rule and entity_type.parent else None
        members = self._contract.schemas.shape(schema).members if schema else {}
        parents = {name: OrNull(own) for name, own in ids.items() if name in members and name != entity_type.parameter}
        return {**parents, **seen}

    def of_schema(self, schema: Pointer, sent: Any) -> Any:
        """A value as a response shows it: without nulls and secrets, and marked where it may differ."""
        shape = self._contract.schemas.shape(schema)
        if branch := self._branch(shape, sent):
            return self.of_schema(branch, sent)
        if isinstance(sent, dict):
            kept = {name: value for name, value in sent.items() if value is not None and self._is_shown(shape, name)}
            members = shape.members
            return {name: self.of_schema(members[name], own) if name in members else own for name, own in kept.items()}
        if isinstance(sent, list):
            items = [self.of_schema(shape.items, item) if shape.items else item for item in sent]
            return Unordered(items) if shape.keywords.get("x-round-trip") == "unordered" else items
        looser = {"trimmed": Trimmed, "or-null": OrNull}.get(shape.keywords.get("x-round-trip", ""))
        if isinstance(sent, str) and looser:
            return looser(sent)
        return Instant(sent) if isinstance(sent, str) and shape.keywords.get("format") == "date-time" else sent

    def immutable(self, entity_type: EntityType, created: Any) -> Any:
        """The immutable part of the response that created an entity: every later response shows the same.

        Strings in a list may come in another order, and times with less precision.

        Args:
            entity_type: the type of the entity.
            created: the JSON value of the response that created it; None if it had none.
        """
        rule = entity_type.reader.response(200)
        value = at_path(created, entity_type.answered_at)
        if not rule or not rule.content or not isinstance(value, dict):
            return {}
        schema = next(iter(rule.content.values()))
        if self._can_change(entity_type):
            value = {name: item for name, item in value.items() if self._is_immutable(schema, name)}
        return _with_tolerance(self.of_schema(schema, value))

    def is_of_another_type(self, schema: Pointer, shown: Any) -> bool:
        """Whether a value does not belong to a schema, because a constant of the schema differs."""
        shape = self._contract.schemas.shape(schema)
        if "const" in shape.keywords:
            return bool(shown != shape.keywords["const"])
        members = shown.items() if isinstance(shown, dict) else ()
        return any(self.is_of_another_type(shape.members[name], own) for name, own in members if name in shape.members)

    def depth(self, operation: Operation) -> int:
        """How many names deep a response nests its entities: a batch has them in a list."""
        return 2 if self._contract.batch_of(operation) else 1

    def deprecated(self, entity_type: EntityType, name: str) -> frozenset[str]:
        """The members of an entity type that the member `name` has replaced, and that may be sent along with it."""
        shape = self._contract.schemas.shape
        members = shape(entity_type.creator.body_schema).members if entity_type.creator.request else {}
        return frozenset(old for old, at in members.items() if shape(at).keywords.get("x-replaced-by") == name)

    def successors(self, entity_type: EntityType, body: Any) -> dict[str, str]:
        """The deprecated members of a body that have a value, each with its successor."""
        members = self._contract.schemas.shape(entity_type.creator.body_schema).members
        return {old: name for name in members for old in self.deprecated(entity_type, name) if body.get(old)}

    def sampled_as(self, operation: Operation, kind: str) -> str:
        """The member of an operation's body whose `x-sample` is of a kind; empty if there is none."""
        shape = self._contract.schemas.shape
        members = shape(operation.body_schema).members if operation.request else {}
        return next((name for name, at in members.items() if shape(at).keywords.get("x-sample") == kind), "")

    def _branch(self, shape: Shape, sent: Any) -> Pointer | None:
        """The alternative of a schema that a value matches; for a partial value, the only one that is possible."""
        if whole := next((each for each in shape.branches if self._contract.schemas.fits(each, sent)), None):
            return whole
        possible = [each for each in shape.branches if not self.is_of_another_type(each, sent)]
        return possible[0] if len(possible) == 1 else None

    def _can_change(self, entity_type: EntityType) -> bool:
        return any(
            operation.path == entity_type.reader.path and operation.method in {"PUT", "PATCH", "DELETE"}
            for operation in self._contract.operations.values()
        )

    def _is_shown(self, shape: Shape, name: str) -> bool:
        """Whether a response must show a member as it was sent: not if it is a secret, or deprecated."""
        keywords = self._contract.schemas.shape(shape.members[name]).keywords if name in shape.members else {}
        return "writeOnly" not in keywords and "x-replaced-by" not in keywords

    def _is_immutable(self, schema: Pointer, name: str) -> bool:
        members = self._contract.schemas.shape(schema).members
        return name in members and "x-immutable" in self._contract.schemas.shape(members[name]).keywords


def _with_tolerance(value: Any) -> Any:
    """A value that the server may have chosen, marked for comparison where other responses may differ."""
    if isinstance(value, dict):
        return {name: _with_tolerance(item) for name, item in value.items()}
    if isinstance(value, list):
        items = [_with_tolerance(item) for item in value]
        return Unordered(items) if all(isinstance(item, str) for item in items) else items
    return Moment(value.value) if isinstance(value, Instant) else value
