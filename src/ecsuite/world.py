"""What a test needs around the call it is about: parents, siblings, ids and bodies, all drawn from the contract.

No test says how a thing is made. A world looks up in the links of the contract what makes it and what it belongs to,
draws a body from its schema, and makes it; the client deletes it afterwards.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from typing import Any, Final

from ecsuite.checks import sent_comes_back
from ecsuite.checks.seen import place
from ecsuite.cleanup import fill
from ecsuite.client import Api
from ecsuite.contract import Contract, Kind, Operation, Pointer, links_to, parameters
from ecsuite.errors import PromiseBroken
from ecsuite.exchange import SUCCESS, Intent
from ecsuite.http import httpx
from ecsuite.ids import Ids
from ecsuite.media import UndecodableError
from ecsuite.rules import REFUSED_CHANGES_NOTHING, NoSuch, Rules, json_of, shown
from ecsuite.samples import Body, Samples
from ecsuite.webhook.receiver import NoReceiver, Receiver

# A server is slow that takes more seconds than this for an answer; then so many calls are sent at once.
SLOW: Final = 0.03
LANES: Final = 6
LOOKING: Final = Intent("looking whether it is there", silent=True)
# Whether the API looks at a webhook's address is not told, and one on this machine may not please it.
ADDRESS_MAY_DISPLEASE: Final = Intent("a webhook at an address that may be refused", frozenset({200, 201, 400}))
ADDRESS_DISPLEASES: Final = "the API does not take the address of the receiver: give another in EC_WEBHOOK_PUBLIC_URL"
ODD_MAY_BE_REFUSED: Final = Intent("success, or a refusal of what a server may refuse", frozenset({200, 201, 204, 400}))
NOT_SETTLED: Final = Intent("a call about something that may not be there", silent=True)


@dataclass(frozen=True, slots=True)
class Thing:
    """A thing that was made.

    Attributes:
        values: the path parameters that name it.
        sent: the body that made it.
        made: the answer to that.
    """

    kind: Kind
    values: Mapping[str, str]
    sent: Any
    made: httpx.Response

    @property
    def id(self) -> str:
        """Its id."""
        return self.values[self.kind.parameter]

    @property
    def path(self) -> str:
        """Where it can be read."""
        return fill(self.kind.reader, self.values)

    @property
    def collection(self) -> str:
        """Where it is listed."""
        return fill(self.kind.lister or self.kind.creator, self.values)


@dataclass(frozen=True, slots=True)
class Call:
    """A call that is ready to be sent, and would succeed.

    Attributes:
        settled: whether it names only what is there; what a call about anything else gets is not told.
    """

    operation: Operation
    values: Mapping[str, str]
    body: Body | None = None
    settled: bool = True

    @property
    def path(self) -> str:
        """Below the base URL."""
        return fill(self.operation, self.values)

    @property
    def content(self) -> dict[str, Any]:
        """The body, as `Api.request` takes it."""
        return {} if self.body is None else {"json": self.body.value}


Look = dict[str, Any]


@dataclass(slots=True)
class World:
    """Makes what is needed, with the credentials of one partner.

    Attributes:
        receiver: where webhooks lead.
        sandbox: whether webhooks may be tested.
        in_order: whether calls must go one after the other, for they are recorded or replayed.
    """

    api: Api
    ids: Ids
    receiver: Receiver
    sandbox: bool = True
    in_order: bool = False
    rules: Rules = field(init=False)
    samples: Samples = field(init=False)
    _homes: dict[str, Thing] = field(default_factory=dict)
    _drawn: set[str] = field(default_factory=set)
    _found: dict[str, dict[str, str] | None] = field(default_factory=dict)
    _address_tried: bool = False

    def __post_init__(self) -> None:
        self.rules = Rules(self.api)
        self.samples = Samples(self.contract, self.draw, self._named)

    @property
    def contract(self) -> Contract:
        """What the API promises."""
        return self.api.checker.contract

    def draw(self, kind: str) -> Any:
        """A fresh value of a kind of `x-sample`."""
        ids = self.ids
        draws: dict[str, Callable[[], Any]] = {
            "id": ids.new,
            "vin": ids.vin,
            "meter-point-id": ids.meter_point_id,
            "digits": lambda: f"00{ids.digits(6)}",
            "hook-url": self._hook_url,
            "secret": lambda: ids.secret("webhookSecret"),
            "hour": lambda: "2026-01-15T17:00:00+00:00",
        }
        value = draws[kind]()
        self._drawn.add(value)
        return value

    # Things

    def make(
        self,
        kind: Kind,
        parent: Thing | None = None,
        body: Body | None = None,
        *,
        full: bool = False,
        expect: Intent = SUCCESS,
    ) -> Thing:
        """Make a thing, and see that what the answer shows of it is as it was sent.

        Args:
            kind: of the thing.
            parent: what it is to belong to; the world's home of that kind where it is left out.
            body: what is sent; the smallest (or fullest) legal body where it is left out.
            full: whether the body is the fullest one.
            expect: what answer will do.

        Raises:
            PromiseBroken: it was not made, or cannot be gone on with; the finding is in the journal.
        """
        if kind.parent is not None and parent is None:
            parent = self.home(kind.parent)
        values = dict(parent.values) if parent else {}
        body = body or self.body(kind.creator, full=full)
        response = self.api.post(fill(kind.creator, values), json=body.value, expect=expect)
        if not response.is_success:
            raise NotTakenError(response)
        expression = kind.link.parameters[kind.parameter]
        told = body.value if kind.is_named_by_client else json_of(response)
        values[kind.parameter] = _text_at(told, expression.partition("#")[2], response)
        thing = Thing(kind, values, self.visible(kind, body.value, values[kind.parameter]), response)
        if response.content.strip() not in {b"", b"null"}:
            self.rules.compare(thing.sent, response, whole=False)
        return thing

    def home(self, kind: Kind) -> Thing:
        """The world's own thing of a kind, made when it is first needed."""
        if kind.name not in self._homes:
            self._homes[kind.name] = self.make(kind)
        return self._homes[kind.name]

    def body(self, operation: Operation, *, full: bool = False) -> Body:
        """A legal body for an operation."""
        schema = schema_of(operation)
        return self.samples.fullest(schema) if full else self.samples.smallest(schema)

    def visible(self, kind: Kind, sent: Any, thing_id: str) -> Any:
        """What was sent, as an answer shows it: without what is never shown, and with the id that the API gave."""
        seen = self.shown_by(kind.creator, sent)
        if not kind.is_named_by_client and kind.member in seen:
            seen[kind.member] = thing_id
        return seen

    def shown_by(self, operation: Operation, sent: Any) -> Any:
        """What was sent, without the members that no answer need show."""
        hidden = _members_with(self.contract, operation, "writeOnly")
        return {name: value for name, value in sent.items() if name not in hidden}

    def read(self, thing: Thing) -> httpx.Response:
        """Read a thing, and see that it is as it was sent."""
        response = self.api.get(thing.path)
        self.rules.compare(thing.sent, response)
        return response

    def items(self, response: httpx.Response, kind: Kind, thing_id: str) -> list[tuple[tuple[str | int, ...], Any]]:
        """The items of a list that have the id, each with its place in the answer."""
        at, listed = _list_in(json_of(response))
        return [
            ((*at, index), item)
            for index, item in enumerate(listed)
            if isinstance(item, dict) and item.get(kind.member) == thing_id
        ]

    # Calls

    def call(self, operation: Operation, *, full: bool = False) -> Call | None:
        """A call of an operation that would succeed; None where nothing is there to call it on."""
        values = self.values(operation)
        if values is None:
            return None
        body = self.body(operation, full=full) if operation.request else None
        settled = body is None or all(self._named(name) for name in body.names)
        return Call(operation, values, body, settled)

    def values(self, operation: Operation) -> dict[str, str] | None:
        """Path parameters for an operation that name what is there; None where there is nothing."""
        wanted = parameters(operation)
        if not wanted:
            return {}
        for kind in self.contract.kinds:
            if parameters(kind.reader) == wanted:
                return dict(self.home(kind).values)
        for source, link in links_to(operation, self.contract.operations.values()):
            if source.method == "GET" and not parameters(source):
                return self._first_listed(source, link.parameters)
        return None

    def anything(self, operation: Operation) -> Call:
        """A call of an operation on things that are not there."""
        values = {name: self.ids.new() for name in parameters(operation)}
        body = self.body(operation) if operation.request else None
        return Call(operation, values, body, settled=not values)

    def expectation(self, body: Body) -> Intent:
        """What a call with a legal body has a right to."""
        if not all(self._named(name) for name in body.names):
            return NOT_SETTLED
        return ODD_MAY_BE_REFUSED if body.odd else SUCCESS

    def path(self, operation: Operation, parent: Thing | None = None, own: str = "") -> str:
        """The path of an operation below a parent, and of the id `own` where it has one more parameter."""
        values = dict(parent.values) if parent else {}
        values |= {name: own for name in parameters(operation) if name not in values}
        return fill(operation, values)

    def body_of(self, value: Any) -> Body:
        """A body of the caller's own."""
        return Body(value)

    def moved(self, thing: Thing, value: Any) -> Thing:
        """The thing as it is after `value` was put in its place."""
        return replace(thing, sent=self.visible(thing.kind, value, thing.id))

    def marks(self, value: Any) -> set[str]:
        """The texts in a value that stand nowhere else, for this world has drawn them."""
        text = json.dumps(value, ensure_ascii=False)
        return {mark for mark in self._drawn if mark in text}

    def sent_for(self, call: Call) -> list[Any]:
        """Everything that was sent to make what a call is about."""
        own = [thing.sent for thing in self._homes.values()]
        return [*own, call.body.value if call.body else None]

    def pause(self, seconds: float) -> None:
        """Wait, unless a recording is played."""
        if self.api.target.kind != "replay":
            time.sleep(seconds)

    def schema_of_member(self, operation: Operation, name: str) -> Pointer:
        """The schema of a member of an operation's body."""
        pointer, _ = self.contract.source.resolve(schema_of(operation))
        return (*pointer, "properties", name)

    def send(self, call: Call, api: Api | None = None, **options: Any) -> httpx.Response:
        """Send a call; options as for `Api.request`."""
        return (api or self.api).request(call.operation.method, call.path, **{**call.content, **options})

    def send_each(self, call: Call, options: Iterable[dict[str, Any]]) -> list[httpx.Response]:
        """Send a call once for each set of options of `Api.request`; the answers, in that order.

        The calls must not depend on each other: where a server takes its time, several are under way at once.
        """
        everything = list(options)
        if self.in_order or self.api.journal.pace < SLOW:
            return [self.send(call, **each) for each in everything]
        with ThreadPoolExecutor(LANES) as lanes:
            return list(lanes.map(lambda each: self.send(call, **each), everything))

    # What a call changes

    def see(self, path: str) -> Any:
        """What reading a path gives: a JSON value, or `NoSuch` with a status."""
        response = self.api.get(path, expect=LOOKING)
        if not response.is_success:
            return NoSuch(response.status_code)
        try:
            return self.api.known(response)
        except UndecodableError as error:
            raise PromiseBroken(f"GET {response.request.url}: {error}") from None

    def same(self, name: str, response: httpx.Response, path: str, before: Any) -> bool:
        """Note whether reading a path gives the same as before; `response` is to blame where it does not."""
        found = list(_differences({f"GET {path}": before}, {f"GET {path}": self.see(path)}))
        for where, expected, actual, _ in found:
            self.rules.require(name, response, holds=False, at=f"{where} afterwards", expected=expected, actual=actual)
        if not found:
            self.api.journal.add_held()
        return not found

    def look(self, call: Call) -> Look:
        """Everything that a call could change, as it is now: by what was called to see it."""
        seen: Look = {}
        for kind in self.contract.kinds:
            if kind.creator is call.operation and call.body is not None:
                seen |= self._look_at_new(kind, call)
            elif _begins_with(parameters(call.operation), parameters(kind.reader)):
                values = {name: call.values[name] for name in parameters(kind.reader)}
                seen[str(kind.reader)] = self.see(fill(kind.reader, values))
        return seen

    def unchanged(
        self,
        call: Call,
        before: Look,
        response: httpx.Response,
        *,
        name: str = REFUSED_CHANGES_NOTHING,
        rule: Pointer | None = None,
        sent: Iterable[tuple[Any, httpx.Response]] = (),
    ) -> bool:
        """Look again, and note whether everything is as it was before.

        Args:
            call: what was looked at.
            before: how it was.
            response: the answer of the call that is to blame for any change.
            name: of the promise.
            rule: where in the contract it stands.
            sent: bodies with their answers; a change that shows the ids of one of them is that call's.
        """
        found = list(_differences(before, self.look(call)))
        for where, expected, actual, value in found:
            text = json.dumps(value, ensure_ascii=False, default=str)
            blamed = next((answer for body, answer in sent if _shares_id(body, text)), response)
            self.rules.require(
                name, blamed, holds=False, at=f"{where} afterwards", expected=expected, actual=actual, rule=rule
            )
        if not found:
            self.api.journal.add_held()
        return not found

    def _look_at_new(self, kind: Kind, call: Call) -> Look:
        """What would show that a call has made something: the list, and the thing itself where its id is known."""
        assert call.body is not None
        seen: Look = {}
        if kind.lister is not None:
            listed = self.see(fill(kind.lister, call.values))
            if kind.parent is None and not isinstance(listed, NoSuch):
                # Others make things meanwhile, so only what this world could have made counts.
                _at, items = _list_in(listed)
                listed = [item for item in items if any(mark in json.dumps(item) for mark in self._drawn)]
            seen[str(kind.lister)] = listed
        own = call.body.value.get(kind.member) if isinstance(call.body.value, dict) else None
        if isinstance(own, str):
            seen[str(kind.reader)] = self.see(fill(kind.reader, {**call.values, kind.parameter: own}))
        return seen

    def _named(self, name: str) -> str | None:
        """The id of something that is there, by `operationId.parameter`."""
        operation_id, _, parameter = name.partition(".")
        values = self.values(self.contract.operations[operation_id])
        return values[parameter] if values else None

    def _first_listed(self, source: Operation, expressions: Mapping[str, str]) -> dict[str, str] | None:
        if source.id not in self._found:
            self._found[source.id] = self._look_for_first(source, expressions)
        return self._found[source.id]

    def _look_for_first(self, source: Operation, expressions: Mapping[str, str]) -> dict[str, str] | None:
        response = self.api.get(source.path)
        try:
            listed = json_of(response)
            return {
                name: _text_at(listed, expression.partition("#")[2], response)
                for name, expression in expressions.items()
            }
        except PromiseBroken:
            return None

    def _hook_url(self) -> str:
        if not self._address_tried:
            self._address_tried = True
            self._try_address()
        return self.receiver.url(self.ids.new())

    def _try_address(self) -> None:
        """Whether the API takes the address of the receiver; where it does not, no delivery can be waited for."""
        kinds = self.contract.kinds
        kind = next(
            (kind for kind in kinds if "hook-url" in _members_with(self.contract, kind.creator, "x-sample").values()),
            None,
        )
        if kind is None or self.receiver.unreachable:
            return
        response = self.api.post(kind.creator.path, json=self.body(kind.creator).value, expect=ADDRESS_MAY_DISPLEASE)
        if not response.is_success:
            self.receiver = NoReceiver(ADDRESS_DISPLEASES)


class NotTakenError(Exception):
    """A body that a server may refuse was refused."""

    def __init__(self, response: httpx.Response) -> None:
        super().__init__(f"{response.request.method} {response.request.url}: {response.status_code}")
        self.response = response


def schema_of(operation: Operation) -> Pointer:
    """The schema of an operation's body, in the first media type that it takes."""
    assert operation.request is not None
    return next(iter(operation.request.content.values()))


def but(call: Call, **values: str) -> Call:
    """The call with other path parameters."""
    return replace(call, values={**call.values, **values})


def _text_at(value: Any, pointer: str, response: httpx.Response) -> str:
    for token in pointer.split("/")[1:]:
        try:
            value = value[int(token) if isinstance(value, list) else token]
        except (KeyError, IndexError, TypeError, ValueError):
            value = None
    if not isinstance(value, str) or not value:
        request = response.request
        raise PromiseBroken(f"{request.method} {request.url}: there is no {pointer} to go on with")
    return value


def _list_in(value: Any) -> tuple[tuple[str | int, ...], list[Any]]:
    """The list that an answer is, or the first one that it holds, and its place."""
    if isinstance(value, list):
        return (), value
    if isinstance(value, dict):
        for name, item in value.items():
            if isinstance(item, list):
                return (name,), item
    return (), []


def _begins_with(names: tuple[str, ...], first: tuple[str, ...]) -> bool:
    return bool(first) and names[: len(first)] == first


def _shares_id(body: Any, text: str) -> bool:
    if isinstance(body, dict):
        return any(_shares_id(item, text) for item in body.values())
    return isinstance(body, str) and len(body) > 20 and body in text  # noqa: PLR2004  longer than any word is an id


def _members_with(contract: Contract, operation: Operation, keyword: str) -> dict[str, Any]:
    """The members of an operation's body whose schemas have a keyword, with its values."""
    schema, node = contract.source.resolve(schema_of(operation))
    members = node.get("properties", {})
    nodes = {name: contract.source.resolve((*schema, "properties", name))[1] for name in members}
    return {name: node[keyword] for name, node in nodes.items() if keyword in node}


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
            detail = next(sent_comes_back.differences(was, now), None)
            if detail is None or isinstance(was, NoSuch) or isinstance(now, NoSuch):
                yield where, f"{shown(was)}, as before", shown(now), now
            else:
                path, expected, actual = detail
                yield f"{where} {place('body', path)}", f"{expected}, as before", actual, now


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
