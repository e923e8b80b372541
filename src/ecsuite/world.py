"""What a test needs around the call it is about: parents, siblings, ids and bodies, all drawn from the contract.

No test says how an entity is made. A world looks up in the links of the contract what makes it and what it belongs to,
draws a body from its schema, and makes it; the client deletes it afterwards.
"""

from __future__ import annotations

import json
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from ecsuite.cleanup import fill
from ecsuite.client import Api
from ecsuite.compare import Instant, Moment, OrNull, Trimmed, Unordered, differences, plain
from ecsuite.contract import (
    Contract,
    EntityType,
    Expression,
    Operation,
    Parameter,
    Pointer,
    Shape,
    links_to,
    parameters,
    success_links,
)
from ecsuite.errors import PromiseBroken
from ecsuite.findings.datum import MISSING
from ecsuite.http import httpx
from ecsuite.ids import Ids
from ecsuite.legacy_words import describe, place
from ecsuite.messages.exchange import SUCCESS, Expectation
from ecsuite.rules import (
    CHANGED_ALONE,
    CREATION_RESPONSE,
    LISTED_ONCE,
    SENT_COMES_BACK,
    NoSuch,
    REFUSED_CHANGES_NOthing,
    Rules,
    json_of,
    shown,
    words_of,
)
from ecsuite.samples import UNSPECIFIED_TARGET, Body, Wrong
from ecsuite.samples.asking import AskingSamples
from ecsuite.webhook.receiver import NoReceiver, Receiver

# What makes a secret longer than a block of SHA-256, and of more than ASCII.
LONGER: Final = " Ærlig talt: blåbærsyltetøy på brødskiva, 100 % \U0001f511"
PROBE: Final = Expectation("looking whether it is there", unspecified=True)
# Whether the API looks at a webhook's address is not told, and one on this machine may not please it.
ADDRESS_MAY_DISPLEASE: Final = Expectation("a webhook at an address that may be refused", frozenset({200, 201, 400}))
ADDRESS_DISPLEASES: Final = "the API does not take the address of the receiver: give another in EC_WEBHOOK_PUBLIC_URL"
# Seconds that are given to what follows from a call, such as the log of a delivery.
FOLLOWS: Final = 10.0
# How often what may be somebody else's doing is looked at again.
ROUNDS: Final = 3
FIRST_HOUR: Final = datetime(2026, 1, 15, 17, tzinfo=UTC)
# Far more pages than a list has that a test could look through.
MOST_PAGES: Final = 500


@dataclass(frozen=True, slots=True)
class Entity:
    """An entity that was made.

    Attributes:
        values: the path parameters that name it.
        representation: what was sent, as responses show it: with matchers where they may differ.
        made: the response to that.
        belongs: the ids of what it belongs to, as a response may show them.
    """

    entity_type: EntityType
    values: Mapping[str, str]
    representation: Any
    made: httpx.Response
    belongs: Mapping[str, Any] = field(default_factory=dict)

    @property
    def shown(self) -> Any:
        """What answers show of it."""
        return {**self.belongs, **self.representation}

    @property
    def sent(self) -> Any:
        """What was sent, as far as it is shown."""
        return plain(self.representation)

    @property
    def id(self) -> str:
        """Its id."""
        return self.values[self.entity_type.parameter]

    @property
    def path(self) -> str:
        """Where it can be read."""
        return fill(self.entity_type.reader, self.values)

    @property
    def collection(self) -> str:
        """Where it is listed."""
        return fill(self.entity_type.lister or self.entity_type.creator, self.values)


@dataclass(frozen=True, slots=True)
class Call:
    """A call that is ready to be sent, and would succeed.

    Attributes:
        query: the query parameters that it must have.
        targets_exist: whether it names only what is there; what a call about anything else gets is not told.
    """

    operation: Operation
    values: Mapping[str, str]
    body: Body | None = None
    query: Mapping[str, str] = field(default_factory=dict)
    targets_exist: bool = True

    @property
    def path(self) -> str:
        """Below the base URL."""
        return fill(self.operation, self.values)

    @property
    def content(self) -> dict[str, Any]:
        """The body and the query, as `Api.request` takes them."""
        query = {"params": dict(self.query)} if self.query else {}
        return query if self.body is None else {**query, "json": self.body.value}


Look = dict[str, Any]


@dataclass(slots=True)
class World:
    """Makes what is needed, with the credentials of one partner.

    Attributes:
        receiver: where webhooks lead.
        sandbox: whether webhooks may be tested.
    """

    api: Api
    ids: Ids
    receiver: Receiver
    sandbox: bool = True
    rules: Rules = field(init=False)
    samples: AskingSamples = field(init=False)
    _defaults: dict[str, Entity] = field(default_factory=dict)
    _drawn: set[str] = field(default_factory=set)
    _found: dict[str, tuple[dict[str, str], Any] | None] = field(default_factory=dict)
    _address_tried: bool = False
    _hours: int = 0

    def __post_init__(self) -> None:
        self.rules = Rules(self.api)
        self.samples = AskingSamples(self.contract, self.draw, self._named)

    @property
    def contract(self) -> Contract:
        """What the API promises."""
        return self.api.checker.contract

    @property
    def in_order(self) -> bool:
        """Whether calls must go one after the other, for they are recorded or replayed."""
        return self.api.in_order

    def draw(self, entity_type: str) -> Any:
        """A fresh value of one of the kinds of `x-sample`."""
        ids = self.ids
        draws: dict[str, Callable[[], Any]] = {
            "id": ids.new,
            "vin": ids.vin,
            "meter-point-id": ids.meter_point_id,
            "digits": lambda: f"00{ids.digits(6)}",
            "hook-url": self._hook_url,
            "secret": lambda: ids.secret("webhookSecret"),
            "long-secret": lambda: ids.secret("webhookSecret", LONGER),
            "padded-secret": lambda: ids.secret("webhookSecret", "  "),
            "hour": self._hour,
        }
        value = draws[entity_type]()
        if entity_type != "hour":
            self._drawn.add(value)
        return value

    # Entities

    def entity_type(self, creator: str) -> EntityType:
        """The entity type that an operation makes, by the operation's id."""
        return next(entity_type for entity_type in self.contract.entity_types if entity_type.creator.id == creator)

    def make(
        self,
        entity_type: EntityType,
        parent: Entity | None = None,
        body: Body | None = None,
        *,
        full: bool = False,
        expect: Expectation = SUCCESS,
    ) -> Entity:
        """Make an entity, and see that what the response shows of it is as it was sent.

        Args:
            entity_type: of the entity.
            parent: what it is to belong to; the world's home of that entity_type where it is left out.
            body: what is sent; the smallest (or fullest) legal body where it is left out.
            full: whether the body is the fullest one.
            expect: what answer will do.

        Raises:
            PromiseBroken: it was not made, or cannot be gone on with; the finding is in the journal.
        """
        if entity_type.parent is not None and parent is None:
            parent = self.default(entity_type.parent)
        values = dict(parent.values) if parent else {}
        if body is None and entity_type.creator.request:
            body = self.body(entity_type.creator, full=full)
        content = {"json": body.value} if body else {}
        response = self.api.post(fill(entity_type.creator, values), expect=expect, **content)
        if not response.is_success:
            raise NotTakenError(response)
        sent = body.value if body else {}
        expression = entity_type.identity
        told = sent if entity_type.is_named_by_client else json_of(response)
        if not entity_type.is_named_by_client:
            found = expression.find(told)
            self.rules.require(
                CREATION_RESPONSE,
                response,
                holds=isinstance(found, str) and bool(found),
                at=f"body {expression.pointer}",
                expected=f"the id of the {entity_type}, by which it can be read",
                actual=shown(MISSING if found is None else found),
            )
        values[entity_type.parameter] = _text_at(told, expression, response)
        seen = self.visible(entity_type, sent, values[entity_type.parameter])
        entity = Entity(entity_type, values, seen, response, self._belonging(entity_type, parent))
        if response.content.strip() not in {b"", b"null"}:
            self.rules.compare(entity.shown, response, whole=False, at=entity_type.answered_at)
        return entity

    def default(self, entity_type: EntityType) -> Entity:
        """The world's own entity of an entity type, made when it is first needed."""
        if entity_type.creator.id not in self._defaults:
            self._defaults[entity_type.creator.id] = self.make(entity_type, full=self._is_looked_into(entity_type))
        return self._defaults[entity_type.creator.id]

    def _is_looked_into(self, entity_type: EntityType) -> bool:
        """Whether the contract leads from a member that need not be sent to something else."""
        required = (
            self.contract.schemas.shape(schema_of(entity_type.creator)).required if entity_type.creator.request else ()
        )
        expressions = [each for link in success_links(entity_type.creator) for each in link.parameters.values()]
        return any(each.is_sent and each.tokens[0] not in required for each in expressions)

    def defaults(self) -> list[Entity]:
        """The world's own entity of each entity_type; not of those that are the simulation's."""
        return [
            self.default(entity_type)
            for entity_type in self.contract.entity_types
            if not entity_type.creator.sandbox_only
        ]

    def children(self, entity: Entity) -> list[Entity]:
        """A new entity of each entity_type that can belong to it."""
        return [
            self.make(entity_type, entity)
            for entity_type in self.contract.entity_types
            if entity_type.parent is entity.entity_type
        ]

    def body(self, operation: Operation, values: Mapping[str, str] | None = None, *, full: bool = False) -> Body:
        """A legal body for an operation; `values` has path parameters, which it repeats where it has such members."""
        schema = schema_of(operation)
        return self.samples.fullest(schema, values or {}) if full else self.samples.smallest(schema, values or {})

    def visible(self, entity_type: EntityType, sent: Any, entity_id: str) -> Any:
        """What was sent, as a response shows it: without what is never shown, and with the id that the API gave."""
        seen = self.shown_by(entity_type.creator, sent)
        if not entity_type.is_named_by_client and entity_type.member in seen:
            seen[entity_type.member] = entity_id
        return seen

    def told(self, entity: Entity) -> Any:
        """What the response told that made an entity, and nothing can change: every other answer tells the same.

        Texts in a list may come in another order, and times less exactly. Where something can change the entity, it is
        what is set once and for all.
        """
        rule = entity.entity_type.reader.response(200)
        if not rule or not rule.content or not entity.made.content.strip():
            return {}
        schema, value = next(iter(rule.content.values())), json_of(entity.made)
        for name in entity.entity_type.answered_at:
            value = value.get(name) if isinstance(value, dict) else None
        if not isinstance(value, dict):
            return {}
        if {"PUT", "PATCH", "DELETE"} & set(self.contract.methods(entity.path)):
            value = {name: item for name, item in value.items() if self._is_set_once(schema, name)}
        return _as_told(self.as_shown(schema, value))

    def _is_set_once(self, schema: Pointer, name: str) -> bool:
        members = self.contract.schemas.shape(schema).members
        return name in members and "x-immutable" in self.contract.schemas.shape(members[name]).keywords

    def _belonging(self, entity_type: EntityType, parent: Entity | None) -> dict[str, Any]:
        """The ids of what an entity belongs to, as a response that reads it may show them."""
        rule = entity_type.reader.response(200)
        schemas = [*rule.content.values()][:1] if rule and parent else []
        members = {name for schema in schemas for name in self.contract.schemas.shape(schema).members}
        return {name: OrNull(value) for name, value in parent.values.items() if name in members} if parent else {}

    def shown_by(self, operation: Operation, sent: Any) -> Any:
        """What was sent, without the members that no response need show."""
        if operation.request is None:
            return {}
        schema = schema_of(operation)
        seen = self.as_shown(schema, sent)
        for name in reversed(self.contract.schemas.shape(schema).keywords.get("x-response-path", "").split("/")[1:]):
            seen = {name: seen}
        return seen

    def deprecated(self, entity_type: EntityType, name: str) -> frozenset[str]:
        """The members of an entity type that the member `name` took the place of, and that may go with it."""
        members = self.contract.schemas.shape(schema_of(entity_type.creator)).members
        return frozenset(
            old for old, at in members.items() if self.contract.schemas.shape(at).keywords.get("x-replaced-by") == name
        )

    def must_show_deprecated(self, entity: Entity) -> None:
        """Note whether what was sent under a name that is deprecated is shown, there or under the name in its place."""
        sent = json.loads(entity.made.request.content)
        members = self.contract.schemas.shape(schema_of(entity.entity_type.creator)).members
        replaced = [
            (old, name) for name in members for old in self.deprecated(entity.entity_type, name) if sent.get(old)
        ]
        for old, name in replaced:
            answer = self.api.get(entity.path)
            value = json_of(answer)
            new = value.get(name)
            self.rules.require(
                SENT_COMES_BACK,
                answer,
                holds=sent[old] in (value.get(old, sent[old]), *(new if isinstance(new, list) else [new])),
                at=f"body /{old}",
                expected=f"{describe(sent[old])}, here or in /{name}",
                actual=describe(value.get(old)),
            )

    def as_shown(self, schema: Pointer, sent: Any) -> Any:
        """A value that was sent, as a response shows it: without nulls and secrets, and marked where it may differ."""
        shape = self.contract.schemas.shape(schema)
        for branch in shape.branches:
            if self.contract.schemas.fits(branch, sent):
                return self.as_shown(branch, sent)
        if isinstance(sent, dict):
            kept = {name: value for name, value in sent.items() if value is not None and self._is_shown(shape, name)}
            members = shape.members
            return {name: self.as_shown(members[name], kept[name]) if name in members else kept[name] for name in kept}
        if isinstance(sent, list):
            items = [self.as_shown(shape.items, item) if shape.items else item for item in sent]
            return Unordered(items) if shape.keywords.get("x-round-trip") == "unordered" else items
        looser = {"trimmed": Trimmed, "or-null": OrNull}.get(shape.keywords.get("x-round-trip", ""))
        if isinstance(sent, str) and looser:
            return looser(sent)
        return Instant(sent) if isinstance(sent, str) and shape.keywords.get("format") == "date-time" else sent

    def _is_shown(self, shape: Shape, name: str) -> bool:
        """Whether a response that shows a member shows it as it was sent: no secret, nor a name that is deprecated."""
        keywords = self.contract.schemas.shape(shape.members[name]).keywords if name in shape.members else {}
        return "writeOnly" not in keywords and "x-replaced-by" not in keywords

    def read(self, entity: Entity) -> httpx.Response:
        """Read an entity, and see that what the response shows of it is as it was sent."""
        response = self.api.get(entity.path)
        self.rules.compare(entity.shown, response, whole=False)
        return response

    def listed(self, path: str, expect: Expectation = SUCCESS) -> httpx.Response:
        """Read a list, with all its pages: the response of the first page, the items of the others behind its own."""
        match = self.contract.find("GET", path)
        page, size = (match.operation.paged_by(what) for what in ("page", "size")) if match else ("", "")
        if not match or not page or not size:
            return self.api.get(path, expect=expect)
        most = str(max(self._examples(match.operation, size)))
        first = self.api.get(path, params={page: "1", size: most}, expect=expect)
        if not first.is_success:
            return first
        value = json_of(first)
        listed = _list_in(value)[1]
        for number in range(2, MOST_PAGES):
            if len(listed) >= total_of(value):
                break
            more = _list_in(json_of(self.api.get(path, params={page: str(number), size: most})))[1]
            listed.extend(more)
            if not more:
                break
        return httpx.Response(200, json=value, request=first.request)

    def _examples(self, operation: Operation, parameter: str) -> tuple[Any, ...]:
        """The values that the contract gives for a parameter."""
        own = next(known for known in operation.parameters if known.name == parameter)
        return tuple(self.contract.schemas.shape(own.schema).keywords.get("examples", ()))

    def items(
        self, response: httpx.Response, entity_type: EntityType, entity_id: str
    ) -> list[tuple[tuple[str | int, ...], Any]]:
        """The items of a list that have the id, each with its place in the response."""
        at, listed = _list_in(json_of(response))
        return [
            ((*at, index), item)
            for index, item in enumerate(listed)
            if isinstance(item, dict) and item.get(entity_type.member) == entity_id
        ]

    def must_list_once(
        self, listed: httpx.Response, entity_type: EntityType, entity_id: str
    ) -> list[tuple[str | int, ...]]:
        """Note whether a list has an entity once; the places where it has it."""
        found = [at for at, _ in self.items(listed, entity_type, entity_id)]
        self.rules.require(
            LISTED_ONCE,
            listed,
            holds=len(found) == 1,
            at=f"an item with the {entity_type.member} {entity_id}",
            expected="once in the list",
            actual=f"{len(found)} times",
        )
        return found

    def must_not_be_made(self, entity_type: EntityType, values: Mapping[str, str], refused: httpx.Response) -> None:
        """Note whether a refused call has left no thing with these path parameters behind."""
        made = self.api.get(fill(entity_type.reader, values), expect=PROBE)
        self.rules.require(
            REFUSED_CHANGES_NOthing,
            refused,
            holds=not made.is_success,
            at=f"{entity_type.reader} afterwards",
            expected=f"no {entity_type} {values[entity_type.parameter]}",
            actual=f"status {made.status_code}",
        )

    def count(self, response: httpx.Response, member: str) -> Counter[str]:
        """How often each value of a member stands in the items of a list."""
        items = records_of(json_of(response))
        return Counter(item[member] for item in items if isinstance(item, dict) and member in item)

    def place_of(self, item: Any, response: httpx.Response) -> tuple[str, ...]:
        """Where in a response an entity stands that a list shows: it is the response, or a member of it."""
        answer = json_of(response)
        members = answer.items() if isinstance(answer, dict) else ()
        inner = [name for name, value in members if isinstance(value, dict) and item.keys() <= value.keys()]
        return () if not inner or item.keys() & answer.keys() else (inner[0],)

    # Calls

    def call(self, operation: Operation, *, full: bool = False) -> Call | None:
        """A call of an operation that would succeed; None where nothing is there to call it on."""
        values = self.values(operation) if self.sandbox or not operation.sandbox_only else None
        if values is None:
            return None
        there = self._have_ready(operation, values)
        body = self.body(operation, values, full=full) if operation.request else None
        settled = there and (body is None or body.expectation is SUCCESS)
        return Call(operation, values, body, self._query(operation), settled)

    def legal(self, operation: Operation) -> Iterator[Body]:
        """Every kind of legal body for an operation; see `Samples.legal`."""
        schema = schema_of(operation)
        repeats = self.contract.schemas.shape(schema).members.keys() & set(parameters(operation))
        return self.samples.legal(schema, (self.values(operation) or {}) if repeats else {})

    def wrong(self, call: Call) -> Iterator[Wrong]:
        """Every kind of wrong body for a call; see `Samples.wrong`."""
        return self.samples.wrong(schema_of(call.operation), call.values)

    def unspecified(self, call: Call) -> Iterator[Wrong]:
        """Every body for a call that a server may take or refuse; see `Samples.unspecified`."""
        return self.samples.unspecified(schema_of(call.operation), call.values)

    def _have_ready(self, operation: Operation, values: Mapping[str, str]) -> bool:
        """Make what an operation deletes that has no id of its own; whether it is there, as far as that is told."""
        for maker in self.contract.operations.values():
            if (
                (operation.method, maker.method, maker.path) == ("DELETE", "POST", operation.path)
                and not any(entity_type.creator is maker for entity_type in self.contract.entity_types)
                and any(link.operation_id == operation.id for link in success_links(maker))
            ):
                made = self.api.post(
                    fill(maker, values), expect=UNSPECIFIED_TARGET if maker.may_be_rejected else SUCCESS
                )
                return made.is_success
        return not operation.may_be_rejected

    def _query(self, operation: Operation) -> dict[str, str]:
        """The query parameters that an operation must have."""
        required = [known for known in operation.parameters if known.place == "query" and known.required]
        return {parameter.name: self._text_for(parameter) for parameter in required}

    def _text_for(self, parameter: Parameter) -> str:
        value = self.samples.smallest(parameter.schema).value
        return value if isinstance(value, str) else json.dumps(value)

    def values(self, operation: Operation) -> dict[str, str] | None:
        """Path parameters for an operation that name what is there; None where there is nothing."""
        wanted = parameters(operation)
        if not wanted:
            return {}
        for entity_type in self.entity_types:
            if parameters(entity_type.reader) == wanted:
                return dict(self.default(entity_type).values)
        for source, link in links_to(operation, self.contract.operations.values()):
            for entity_type in self.entity_types:
                if entity_type.creator is source:
                    return self._led_to(self.default(entity_type), link.parameters)
        found = self.first_listed(operation)
        return found[0] if found else None

    @property
    def entity_types(self) -> tuple[EntityType, ...]:
        """The entity types that may be made here: in production none that belong to the sandbox."""
        return tuple(
            entity_type
            for entity_type in self.contract.entity_types
            if self.sandbox or not entity_type.creator.sandbox_only
        )

    def _led_to(self, entity: Entity, expressions: Mapping[str, Expression]) -> dict[str, str]:
        """The path parameters that a link gives, from what was sent to make an entity, or what was answered."""
        messages = {"request": entity.made.request.content, "response": entity.made.content}
        return {
            name: _text_at(json.loads(messages[expression.message]), expression, entity.made)
            for name, expression in expressions.items()
        }

    def anything(self, operation: Operation) -> Call:
        """A call of an operation on entities that are not there."""
        values = {name: self.ids.new() for name in parameters(operation)}
        body = self.body(operation, values) if operation.request else None
        return Call(operation, values, body, self._query(operation), targets_exist=not values)

    def expectation(self, body: Body) -> Expectation:
        """What a call with a legal body has a right to."""
        return body.expectation

    def path(self, operation: Operation, parent: Entity | None = None, own: str = "") -> str:
        """The path of an operation below a parent, and of the id `own` where it has one more parameter."""
        values = dict(parent.values) if parent else {}
        values |= {name: own for name in parameters(operation) if name not in values}
        return fill(operation, values)

    def path_of(self, operation: Operation, values: Mapping[str, str]) -> str:
        """The path of an operation; `values` has its path parameters, and may have more."""
        return fill(operation, values)

    def body_of(self, value: Any) -> Body:
        """A body of the caller's own."""
        return Body(value)

    def moved(self, entity: Entity, value: Any) -> Entity:
        """The entity as it is after `value` was put in its place."""
        return replace(entity, representation=self.visible(entity.entity_type, value, entity.id))

    def marks(self, value: Any) -> set[str]:
        """The texts in a value that stand nowhere else, for this world has drawn them."""
        text = json.dumps(value, ensure_ascii=False)
        return {mark for mark in self._drawn if mark in text}

    def sent_for(self, call: Call) -> list[Any]:
        """Everything that was sent to make what a call is about."""
        own = [entity.sent for entity in self._defaults.values()]
        return [*own, call.body.value if call.body else None]

    def pause(self, seconds: float) -> None:
        """Wait, unless a recording is played."""
        if self.api.target.mode != "replay":
            time.sleep(seconds)

    def send(self, call: Call, api: Api | None = None, **options: Any) -> httpx.Response:
        """Send a call; options as for `Api.request`."""
        return (api or self.api).request(call.operation.method, call.path, **{**call.content, **options})

    def send_each(self, call: Call, options: Iterable[dict[str, Any]]) -> list[httpx.Response]:
        """Send a call once for each set of options of `Api.request`; the responses, in that order.

        The calls must not depend on each other: where a server takes its time, several are under way at once.
        """
        return self.api.map_concurrently(lambda each: self.send(call, **each), list(options))

    # What a call changes

    def see(self, path: str) -> Any:
        """What reading a path gives: a JSON value, or `NoSuch` with a status."""
        return self._seen(self.api.get(path, expect=PROBE))

    def see_listed(self, path: str) -> Any:
        """The items of a list, of all its pages; or `NoSuch` with a status."""
        seen = self._seen(self.listed(path, expect=PROBE))
        return seen if isinstance(seen, NoSuch) else _list_in(seen)[1]

    def _seen(self, response: httpx.Response) -> Any:
        if not response.is_success:
            return NoSuch(response.status_code)
        return self.api.known(response)

    def same(self, name: str, response: httpx.Response, path: str, before: Any) -> bool:
        """Note whether reading a path gives the same as before; `response` is to blame where it does not."""
        found = list(_differences({f"GET {path}": before}, {f"GET {path}": self.see(path)}))
        for where, expected, actual, _ in found:
            self.rules.require(name, response, holds=False, at=f"{where} afterwards", expected=expected, actual=actual)
        if not found:
            self.rules.passed(name)
        return not found

    def own(self, entity: Entity) -> dict[str, Any]:
        """The members of an entity as it is now, without what the API keeps by itself.

        Raises:
            PromiseBroken: it cannot be read; the finding is in the journal.
        """
        value = self.api.known(self.api.get(entity.path))
        return value if isinstance(value, dict) else {}

    def must_change_alone(
        self, entity: Entity, changed: httpx.Response, before: dict[str, Any], name: str, rule: str = CHANGED_ALONE
    ) -> None:
        """Note each member that a change moved beside the one that it names; `before` is what the entity was then."""
        after = self.own(entity)
        for other in sorted(before.keys() - {name} - self.deprecated(entity.entity_type, name)):
            was, now = before[other], after.get(other, MISSING)
            self.rules.require(
                rule,
                changed,
                holds=was == now,
                at=f"{entity.entity_type.reader} /{other} afterwards",
                expected=f"{shown(was)}, as before, for the request names {name} alone",
                actual=shown(now),
            )

    def look(self, call: Call) -> Look:
        """Everything that a call could change, as it is now: by what was called to see it."""
        seen: Look = {}
        for entity_type in self.contract.entity_types:
            if entity_type.creator is call.operation:
                seen |= self._look_at_new(entity_type, call)
            elif (
                _begins_with(parameters(call.operation), parameters(entity_type.reader))
                and str(entity_type.reader) not in seen
            ):
                values = {name: call.values[name] for name in parameters(entity_type.reader)}
                seen[str(entity_type.reader)] = self.see(fill(entity_type.reader, values))
        for batch in self.contract.batches:
            if batch.creator is call.operation and call.body:
                item = call.body.value[batch.member][0]
                values = {name: item[name] for name in parameters(batch.entity_type.reader) if name in item}
                seen |= self._look_at_new(batch.entity_type, replace(call, values=values, body=Body(item)))
        beside = self.contract.find("GET", call.path)
        known = {
            operation.path
            for entity_type in self.contract.entity_types
            for operation in (entity_type.reader, entity_type.creator)
        }
        is_singleton = beside and beside.operation.path == call.operation.path and call.operation.path not in known
        if beside and is_singleton and len(self.contract.methods(call.path)) > 1:
            seen[str(beside.operation)] = self.see(call.path)
        return seen

    def unchanged(
        self,
        call: Call,
        before: Look,
        response: httpx.Response,
        *,
        name: str = REFUSED_CHANGES_NOthing,
        rule: Pointer | None = None,
        sent: Iterable[tuple[Any, httpx.Response]] = (),
        again: Callable[[], object] | None = None,
    ) -> bool:
        """Look again, and note whether everything is as it was before.

        Args:
            call: what was looked at.
            before: how it was.
            response: the response of the call that is to blame for any change.
            name: of the promise.
            rule: where in the contract it stands.
            sent: bodies with their responses; a change that shows the ids of one of them is that call's.
            again: does the same once more. What the API names may be somebody else's doing, though it tells of this
                world's entities: who shares the sandbox makes such things, too, but not each time.
        """
        shared = {
            str(entity_type.lister)
            for entity_type in self.contract.entity_types
            if not entity_type.parent and not entity_type.is_named_by_client
        }
        found = list(_differences(before, self.look(call)))
        for _ in range(ROUNDS):
            if not again or not found or not all(where in shared for where, *_ in found):
                break
            started, before = time.monotonic(), self.look(call)
            again()
            now, took = self.look(call), time.monotonic() - started
            found = list(_differences(before, now))
            if found and self._changes_by_itself(call, now, took):
                self.rules.not_checked(name, "others make such things meanwhile, again and again")
                return True
        for where, expected, actual, value in found:
            text = json.dumps(value, ensure_ascii=False, default=str)
            blamed = next((answer for body, answer in sent if _shares_id(body, text)), response)
            self.rules.require(
                name, blamed, holds=False, at=f"{where} afterwards", expected=expected, actual=actual, rule=rule
            )
        if not found:
            self.rules.passed(name)
        return not found

    def _changes_by_itself(self, call: Call, before: Look, seconds: float) -> bool:
        """Whether what a call could change changes in that time though nothing is sent but calls to look at it."""
        end = time.monotonic() + max(2 * seconds, 1.0)
        while time.monotonic() < end:
            if list(_differences(before, self.look(call))):
                return True
        return False

    def _look_at_new(self, entity_type: EntityType, call: Call) -> Look:
        """What would show that a call has made something: the list, and the entity itself where its id is known."""
        seen: Look = {}
        if entity_type.lister is not None:
            listed = self.see_listed(fill(entity_type.lister, call.values))
            if entity_type.parent is None and not isinstance(listed, NoSuch):
                # Others make entities meanwhile, so only what this world could have made counts.
                listed = [item for item in listed if any(mark in json.dumps(item) for mark in self._drawn)]
            seen[str(entity_type.lister)] = listed
        own = call.body.value.get(entity_type.member) if call.body and isinstance(call.body.value, dict) else None
        if isinstance(own, str):
            seen[str(entity_type.reader)] = self.see(
                fill(entity_type.reader, {**call.values, entity_type.parameter: own})
            )
        return seen

    def _named(self, name: str) -> str | None:
        """The id of something that is there, by `operationId.parameter`."""
        operation_id, _, parameter = name.partition(".")
        operation = self.contract.operations[operation_id]
        made = [
            self.default(entity_type).values for entity_type in self.entity_types if entity_type.creator is operation
        ]
        values = made[0] if made else self.values(operation)
        return values[parameter] if values else None

    def first_listed(self, operation: Operation) -> tuple[dict[str, str], Any] | None:
        """What names the first thing of a list that links to the operation, and the entity as it is listed."""
        for source, link in links_to(operation, self.contract.operations.values()):
            if source.method == "GET" and not parameters(source):
                return self._first_of(source, link.parameters)
        return None

    def _first_of(self, source: Operation, expressions: Mapping[str, Expression]) -> tuple[dict[str, str], Any] | None:
        if source.id not in self._found:
            response = self._read_list(source)
            listed = self.api.known(response)
            _, items = _list_in(listed)
            try:
                values = {name: _text_at(listed, expression, response) for name, expression in expressions.items()}
                self._found[source.id] = values, items[0]
            except PromiseBroken:
                self._found[source.id] = None
        return self._found[source.id]

    def _read_list(self, source: Operation) -> httpx.Response:
        """Read a list; where it shows what follows from something else, have that happen first."""
        if not source.follows:
            return self.api.get(source.path)
        for entity_type in self.entity_types:
            if entity_type.creator.id in source.follows:
                self.make(entity_type, full=True)
        # What follows takes its time.
        return self.api.poll(source.path, lambda answer: bool(records_of(json_of(answer))), seconds=FOLLOWS)

    def _hour(self) -> str:
        self._hours += 1
        return (FIRST_HOUR + timedelta(hours=self._hours)).isoformat()

    def _hook_url(self) -> str:
        if not self._address_tried:
            self._address_tried = True
            self._try_address()
        return self.receiver.url(self.ids.new())

    def _try_address(self) -> None:
        """Whether the API takes the address of the receiver; where it does not, no delivery can be waited for."""
        entity_type = next((entity_type for entity_type in self.entity_types if self._has_hook_url(entity_type)), None)
        if entity_type is None or self.receiver.unreachable:
            return
        response = self.api.post(
            entity_type.creator.path, json=self.body(entity_type.creator).value, expect=ADDRESS_MAY_DISPLEASE
        )
        if not response.is_success:
            self.receiver = NoReceiver(ADDRESS_DISPLEASES)

    def _has_hook_url(self, entity_type: EntityType) -> bool:
        shape_of = self.contract.schemas.shape
        members = shape_of(schema_of(entity_type.creator)).members.values() if entity_type.creator.request else ()
        return any(shape_of(member).keywords.get("x-sample") == "hook-url" for member in members)


class NotTakenError(Exception):
    """A body that a server may refuse was refused."""

    def __init__(self, response: httpx.Response) -> None:
        super().__init__(f"{response.request.method} {response.request.url}: {response.status_code}")
        self.response = response


def schema_of(operation: Operation) -> Pointer:
    """The schema of an operation's body, in the first media type that it takes."""
    assert operation.request is not None
    return next(iter(operation.request.content.values()))


def replacing(call: Call, **values: str) -> Call:
    """The call with other path parameters."""
    return replace(call, values={**call.values, **values})


def _text_at(value: Any, expression: Expression, response: httpx.Response) -> str:
    text = expression.find(value)
    if not isinstance(text, str) or not text:
        request = response.request
        raise PromiseBroken(f"{request.method} {request.url}: there is no {expression.pointer} to go on with")
    return text


def _as_told(value: Any) -> Any:
    """What a server tells of its own accord, marked where another response may differ."""
    if isinstance(value, dict):
        return {name: _as_told(item) for name, item in value.items()}
    if isinstance(value, list):
        items = [_as_told(item) for item in value]
        return Unordered(items) if all(isinstance(item, str) for item in items) else items
    return Moment(value.value) if isinstance(value, Instant) else value


def records_of(value: Any) -> list[Any]:
    """The list that a response is, or holds."""
    return _list_in(value)[1]


def _list_in(value: Any) -> tuple[tuple[str | int, ...], list[Any]]:
    """The list that a response is, or the first one that it holds, and its place."""
    if isinstance(value, list):
        return (), value
    if isinstance(value, dict):
        for name, item in value.items():
            if isinstance(item, list):
                return (name,), item
    return (), []


def total_of(value: Any) -> int:
    """How many records a paged list says there are in all; 0 where it does not say."""
    pagination = value.get("pagination") if isinstance(value, dict) else None
    total = pagination.get("totalRecords") if isinstance(pagination, dict) else None
    return total if isinstance(total, int) else 0


def _begins_with(names: tuple[str, ...], first: tuple[str, ...]) -> bool:
    return bool(first) and names[: len(first)] == first


def _shares_id(body: Any, text: str) -> bool:
    if isinstance(body, dict):
        return any(_shares_id(item, text) for item in body.values())
    return isinstance(body, str) and len(body) > 20 and body in text  # noqa: PLR2004  longer than any word is an id


def _differences(before: Look, after: Look) -> Iterable[tuple[str, str, str, Any]]:
    """Where two looks differ: what was called, what was there, what is there now (in words), and that itself."""
    for where, was in before.items():
        now = after.get(where)
        if isinstance(was, list) and isinstance(now, list):
            more, fewer = _beyond(now, was), _beyond(was, now)
            for item in more:
                yield where, f"the {len(was)} items from before", f"another item: {_brief(item)}", item
            for item in fewer if not more else []:
                yield where, f"the {len(was)} items from before", f"without {_brief(item)}", item
        elif was != now:
            vanished = isinstance(was, NoSuch) or isinstance(now, NoSuch)
            detail = None if vanished else next(differences(was, now), None)
            if detail is None:
                yield where, f"{shown(was)}, as before", shown(now), now
            else:
                expected, actual = words_of(detail)
                yield f"{where} {place('body', detail.path)}", f"{expected}, as before", actual, now


def _beyond(these: list[Any], those: list[Any]) -> list[Any]:
    """The items of one list that another does not have, whatever the order."""
    left = [json.dumps(item, sort_keys=True) for item in those]
    beyond = []
    for item in these:
        text = json.dumps(item, sort_keys=True)
        if text in left:
            left.remove(text)
        else:
            beyond.append(item)
    return beyond


def _brief(item: Any) -> str:
    text = json.dumps(item, ensure_ascii=False)
    return text if len(text) <= 100 else f"{text[:100]}..."  # noqa: PLR2004
