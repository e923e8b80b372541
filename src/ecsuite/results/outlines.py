"""What of a contract a run can see, by operation: its statuses, media types, members, values of enums, and links."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any, Final

from ecsuite.contract import Contract, Link, Operation, Pointer, ResponseRule, schema_for

# Schemas may hold themselves.
_DEEPEST: Final = 8
_MOST_ITEMS: Final = 20
_JSON: Final = "application/json"


@dataclass(slots=True)
class Node:
    """A place in a body: what may stand in it, over all branches of its schema.

    Attributes:
        pointer: a JSON pointer in which `*` is any item of a list.
        values: those that its schema lists, as JSON texts.
        about: what its schema says of it, for people.
        type: what a value must be, as its schema says; empty where it does not.
        is_required: whether a value must stand there.
    """

    pointer: str = ""
    about: str = ""
    type: str = ""
    is_required: bool = False
    members: dict[str, Node] = field(default_factory=dict)
    items: Node | None = None
    values: dict[str, None] = field(default_factory=dict)

    def each(self) -> Iterator[Node]:
        """Every place below this one that has a name of its own, and this one where it lists values."""
        yield self
        for member in self.members.values():
            yield from member.each()
        if self.items:
            yield from self.items.each()

    def seen_in(self, body: Any) -> Iterator[tuple[Node, Any]]:
        """The places that a body has, each with what stands there; of a list the first items alone are looked at."""
        yield self, body
        if isinstance(body, dict):
            for name in self.members.keys() & body.keys():
                yield from self.members[name].seen_in(body[name])
        elif isinstance(body, list) and self.items:
            for item in body[:_MOST_ITEMS]:
                yield from self.items.seen_in(item)


@dataclass(frozen=True, slots=True)
class Side:
    """The request of an operation, or one of its responses.

    Attributes:
        content: the schema of each media type.
        body: the places of its JSON body; None where it has none, or where the contract says nothing of it.
        links: by their names here: the id of the operation that each leads to.
    """

    content: Mapping[str, Pointer] = field(default_factory=dict)
    body: Node | None = None
    links: Mapping[str, Link] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Outline:
    """One operation: its request, and its responses by the status as the contract writes it."""

    operation: Operation
    is_delivery: bool
    request: Side
    responses: Mapping[str, Side]


@cache
def outlines_of(contract: Contract) -> Mapping[str, Outline]:
    """What a run can see of each operation, by its id; deliveries last."""
    found = {operation.id: _outline(contract, operation) for operation in contract.operations.values()}
    for operation in contract.deliveries.values():
        found[operation.id] = _outline(contract, operation, is_delivery=True)
    return found


def _outline(contract: Contract, operation: Operation, *, is_delivery: bool = False) -> Outline:
    request = operation.request
    sent = _side(contract, request.content, "readOnly") if request else Side()
    # What a delivery is answered with is the partner's business.
    rules = {} if is_delivery else operation.responses
    return Outline(
        operation, is_delivery, sent, {status: _response(contract, status, rule) for status, rule in rules.items()}
    )


def _response(contract: Contract, status: str, rule: ResponseRule) -> Side:
    # Refusals share one shape, of which a server shows what it likes.
    if not status.startswith("2"):
        return Side(rule.content)
    links = {link.operation_id: link for link in rule.links}
    own = _side(contract, rule.content, "writeOnly")
    return Side(own.content, own.body, links)


def _side(contract: Contract, content: Mapping[str, Pointer], never: str) -> Side:
    """A body; members that the schema marks with the keyword `never` are none of its."""
    schema = schema_for(content, _JSON) or next(iter(content.values()), None)
    return Side(content, _node(contract, schema, never) if schema else None)


def _node(contract: Contract, schema: Pointer, never: str) -> Node:
    root = Node()
    _grow(contract, schema, root, never, 0)
    return root


def _grow(contract: Contract, schema: Pointer, node: Node, never: str, depth: int) -> None:
    """Put what a schema says of a place into its node."""
    shape = contract.schemas.shape(schema)
    enum = shape.keywords.get("enum") or ([shape.keywords["const"]] if "const" in shape.keywords else [])
    node.values |= dict.fromkeys(json.dumps(value, ensure_ascii=False) for value in enum if value is not None)
    node.about = node.about or " ".join(str(shape.keywords.get("description", "")).split())
    node.type = node.type or " or ".join(shape.types)
    if depth > _DEEPEST:
        return
    for name, member in shape.members.items():
        if contract.schemas.shape(member).keywords.get(never):
            continue
        inner = node.members.setdefault(name, Node(f"{node.pointer}/{name}"))
        inner.is_required = inner.is_required or name in shape.required
        _grow(contract, member, inner, never, depth + 1)
    if shape.items:
        node.items = node.items or Node(f"{node.pointer}/*")
        _grow(contract, shape.items, node.items, never, depth + 1)
    for same in (*shape.parts, *shape.branches):
        _grow(contract, same, node, never, depth + 1)
