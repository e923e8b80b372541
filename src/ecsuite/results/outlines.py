"""What of a contract a run can see, by operation: its statuses, media types, members, values of enums, and links."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Any, Final, Literal, NamedTuple

from ecsuite.contract import Contract, Link, Operation, Pointer, ResponseRule, schema_for
from ecsuite.messages.media import MediaType

# Schemas may hold themselves.
_DEEPEST: Final = 8
_MOST_ITEMS: Final = 20
_JSON: Final = "application/json"


Sort = Literal["media_types", "members", "values", "links"]
REQUEST: Final = "request"


class Spot(NamedTuple):
    """A part of a contract that can be seen.

    Attributes:
        operation: its id.
        side: `request`, or the status of a response as the contract writes it.
        sort: of the part.
        name: a media type, a JSON pointer, a pointer with `=` and a value, or the id of the operation a link leads to.
    """

    operation: str
    side: str
    sort: Sort
    name: str


# A value as JSON text; to make an encoder for each takes longer than to encode.
_text: Final = json.JSONEncoder(ensure_ascii=False).encode


@dataclass(slots=True)
class Node:
    """A place in a body: what may stand in it, over all branches of its schema.

    Attributes:
        pointer: a JSON pointer in which `*` is any item of a list.
        values: those that its schema lists, as JSON texts, each with its spot.
        member: the spot of the member that stands here; None of the body itself, and of items.
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
    values: dict[str, Spot] = field(default_factory=dict)
    member: Spot | None = None

    def each(self) -> Iterator[Node]:
        """Every place below this one that has a name of its own, and this one where it lists values."""
        yield self
        for member in self.members.values():
            yield from member.each()
        if self.items:
            yield from self.items.each()

    def look(self, body: Any, seen: set[Spot]) -> None:
        """Add what a body shows to what was seen; of a list, only the first items count."""
        if self.member:
            seen.add(self.member)
        if isinstance(body, dict):
            members = self.members
            for name, value in body.items():
                if name in members:
                    members[name].look(value, seen)
        elif isinstance(body, list):
            for item in body[:_MOST_ITEMS] if self.items else ():
                self.items.look(item, seen)  # type: ignore[union-attr]
        elif self.values:
            spot = self.values.get(_text(body))
            if spot:
                seen.add(spot)


@dataclass(frozen=True, slots=True)
class Side:
    """The request of an operation, or one of its responses.

    Attributes:
        operation: its id.
        name: `request`, or the status of the response as the contract writes it.
        content: the schema of each media type.
        body: the places of its JSON body; None where it has none, or where the contract says nothing of it.
        links: by their names here: the id of the operation that each leads to.
    """

    operation: str
    name: str
    content: Mapping[str, Pointer] = field(default_factory=dict)
    body: Node | None = None
    links: Mapping[str, Link] = field(default_factory=dict)
    # By what the header says, for most messages say the same.
    _media_types: dict[str, Spot | None] = field(default_factory=dict, repr=False, compare=False)

    def spot(self, sort: Sort, name: str) -> Spot:
        """The spot of a part of it."""
        return Spot(self.operation, self.name, sort, name)

    def media_type(self, content_type: str) -> Spot | None:
        """The spot of the media type that a message has; None where the contract does not list it."""
        if content_type not in self._media_types:
            schema = schema_for(self.content, MediaType.of(content_type).essence)
            listed = next((name for name, pointer in self.content.items() if pointer == schema), None)
            self._media_types[content_type] = self.spot("media_types", listed) if listed else None
        return self._media_types[content_type]


class Outline(NamedTuple):
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
    sent = Side(operation.id, REQUEST)
    if request:
        sent = _with_body(contract, sent, request.content, "readOnly")
    # What a delivery is answered with is the partner's business.
    rules = {} if is_delivery else operation.responses
    responses = {status: _response(contract, operation, status, rule) for status, rule in rules.items()}
    return Outline(operation, is_delivery, sent, responses)


def _response(contract: Contract, operation: Operation, status: str, rule: ResponseRule) -> Side:
    # Refusals share one shape, of which a server shows what it likes.
    if not status.startswith("2"):
        return Side(operation.id, status, rule.content)
    links = {link.operation_id: link for link in rule.links}
    return _with_body(contract, Side(operation.id, status, links=links), rule.content, "writeOnly")


def _with_body(contract: Contract, side: Side, content: Mapping[str, Pointer], never: str) -> Side:
    """The side with a body; without the members that the schema marks with the keyword `never`."""
    schema = schema_for(content, _JSON) or next(iter(content.values()), None)
    body = Node() if schema else None
    if body and schema:
        _grow(contract, schema, body, side, never, 0)
    return replace(side, content=content, body=body)


def value_name(node: Node, text: str) -> str:
    """What a value of an enum is called: `/locationType=Residential`."""
    return f"{node.pointer}={text.strip(chr(34))}"


def _grow(contract: Contract, schema: Pointer, node: Node, side: Side, never: str, depth: int) -> None:
    """Enter what a schema says of a place into its node, and make the nodes below it."""
    shape = contract.schemas.shape(schema)
    enum = shape.keywords.get("enum") or ([shape.keywords["const"]] if "const" in shape.keywords else [])
    for text in (_text(value) for value in enum if value is not None):
        node.values[text] = side.spot("values", value_name(node, text))
    node.about = node.about or " ".join(shape.keywords.get("description", "").split())
    node.type = node.type or " or ".join(shape.types)
    if depth > _DEEPEST:
        return
    for name, member in shape.members.items():
        if contract.schemas.shape(member).keywords.get(never):
            continue
        if name not in node.members:
            pointer = f"{node.pointer}/{name}"
            node.members[name] = Node(pointer, member=side.spot("members", pointer))
        inner = node.members[name]
        inner.is_required = inner.is_required or name in shape.required
        _grow(contract, member, inner, side, never, depth + 1)
    if shape.items:
        node.items = node.items or Node(f"{node.pointer}/*")
        _grow(contract, shape.items, node.items, side, never, depth + 1)
    for same in (*shape.parts, *shape.branches):
        _grow(contract, same, node, side, never, depth + 1)
