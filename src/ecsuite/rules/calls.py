"""Calls of operations: ones that would succeed, and ones on entities that do not exist."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, Final, TypeVar

from ecsuite.client import Api, fill
from ecsuite.contract import Contract, Operation, Parameter, parameters, success_links
from ecsuite.errors import NothingThere
from ecsuite.http import httpx
from ecsuite.ids import Ids
from ecsuite.messages.exchange import SUCCESS
from ecsuite.rules.call import Call
from ecsuite.rules.cases import ALL_CASES, Cases
from ecsuite.rules.drafts import Drafts
from ecsuite.rules.entity import Entity
from ecsuite.rules.inputs import Refused
from ecsuite.samples import NOTHING, UNSPECIFIED_TARGET, Body, Given, Samples, Wrong

_T = TypeVar("_T")
NOT_HERE: Final = "it belongs to the sandbox, never to production"


class Calls:
    """Prepares calls, and sends them.

    Args:
        api: the client.
        ids: draws ids that nobody has.
        samples: draws bodies.
        drafts: draws bodies, and finds the ids of what calls refer to.
        sandbox: whether operations that belong to the sandbox may be called.
        why_not: the reason if they may not.
        cases: selects the cases that a test tries.
    """

    def __init__(
        self,
        api: Api,
        ids: Ids,
        samples: Samples,
        drafts: Drafts,
        *,
        sandbox: bool = True,
        why_not: str = NOT_HERE,
        cases: Cases = ALL_CASES,
    ) -> None:
        self._api = api
        self._ids = ids
        self._samples = samples
        self._drafts = drafts
        self._sandbox = sandbox
        self._why_no_simulation = why_not
        self._cases = cases

    def valid(self, operation: Operation, *, full: bool = False) -> Call:
        """A call of an operation that would succeed.

        Raises:
            NothingThere: there is nothing to call it on.
        """
        if operation.sandbox_only and not self._sandbox:
            raise NothingThere(self._why_no_simulation)
        ids = self._drafts.ids_at(operation)
        if ids is None:
            raise NothingThere(f"there is nothing to call {operation} on")
        targets_exist = self._make_ready(operation, ids)
        body = self._drafts.body(operation, ids, full=full) if operation.request else None
        targets_exist = targets_exist and not (body and (body.may_be_rejected or body.unresolved))
        return Call(operation, ids, body, self._query(operation), targets_exist)

    def unknown(self, operation: Operation) -> Call:
        """A call of an operation on entities that do not exist."""
        ids = {name: self._ids.new() for name in parameters(operation)}
        body = self._drafts.body(operation, ids) if operation.request else None
        return Call(operation, ids, body, self._query(operation), targets_exist=not ids)

    def below(self, entity: Entity, elsewhere: Entity) -> list[Call]:
        """Calls that list or create the children of an entity, with a path through the wrong parent."""
        made, path = {**entity.ids, **elsewhere.ids}, f"{entity.type.reader.path}/"
        below = [
            each
            for each in self._contract.operations.values()
            if each.path.startswith(path) and each.method in {"GET", "POST"} and set(parameters(each)) <= made.keys()
        ]
        return [Call(each, made, self._drafts.body(each, made) if each.request else None) for each in below]

    def valid_or_unknown(self, operation: Operation) -> Call:
        """A call that would succeed; if there is nothing to call the operation on, one on what does not exist."""
        try:
            return self.valid(operation)
        except NothingThere:
            return self.unknown(operation)

    def is_valid(self, operation: Operation) -> bool:
        """Whether there is something to call an operation on."""
        return self._drafts.ids_at(operation) is not None

    # Bodies

    def legal(self, operation: Operation, given: Given | None = None) -> Iterator[Body]:
        """Every kind of legal body for an operation; see `Samples.legal`.

        Args:
            operation: the operation.
            given: values for members; by default the ids of existing entities that the body repeats from the path.
        """
        schema = operation.body_schema
        if given is None:
            members = self._contract.schemas.shape(schema).members
            repeats = members.keys() & set(parameters(operation))
            given = (self._drafts.ids_at(operation) or NOTHING) if repeats else NOTHING
        ids = self._drafts.ready(self._samples.all_needs(schema))
        return self._samples.legal(schema, ids, given)

    def wrong(self, call: Call) -> Iterator[Wrong]:
        """Every kind of wrong body for a call; see `Samples.wrong`."""
        schema = call.operation.body_schema
        return self._samples.wrong(schema, self._drafts.ready(self._samples.all_needs(schema)), call.ids)

    def unspecified(self, call: Call) -> Iterator[Wrong]:
        """Every body for a call that a server may accept or reject; see `Samples.unspecified`."""
        schema = call.operation.body_schema
        return self._samples.unspecified(schema, self._drafts.ready(self._samples.all_needs(schema)), call.ids)

    def each_with_own_id(self, call: Call, unusual: Iterable[dict[str, Any]]) -> Iterator[dict[str, Any]]:
        """Unusual bodies of a call that creates something, each with a fresh id, because a duplicate may be refused."""
        own = [each for each in self._contract.entity_types if each.creator is call.operation and each.sends_id]
        body = call.body.value if call.body else None
        known = body.get(own[0].member) if own and isinstance(body, dict) else None
        for options in unusual:
            yield _with_text(options, known, self._ids.new()) if isinstance(known, str) else options

    def is_legal(self, operation: Operation) -> Callable[[Any], bool]:
        """A function that says whether a body matches the schema of an operation."""
        schema = operation.body_schema
        return lambda body: self._contract.schemas.fits(schema, body)

    def fresh_body(self, call: Call) -> Any:
        """Another legal body for a call, with fresh values."""
        return self._drafts.body(call.operation, call.ids).value

    # Sending

    def some(self, cases: Iterable[_T]) -> list[_T]:
        """The cases that are tried: all, or as many as the profile of the run allows."""
        return self._cases.tried(cases)

    def send(self, call: Call, api: Api | None = None, **options: Any) -> httpx.Response:
        """Send a call; the options are those of `Api.request`, and `method` for another method."""
        method = options.pop("method", call.operation.method)
        return (api or self._api).request(method, call.path, **{**call.content, **options})

    def send_each(self, call: Call, options: Iterable[Mapping[str, Any]]) -> list[httpx.Response]:
        """Send a call once for each set of options of `send`; return the responses in that order.

        The calls must be independent: with a slow server several are in progress at a time. A call that could create
        something that cannot be deleted is left out.
        """
        return self._api.map_concurrently(
            lambda each: self.send(call, **each), [each for each in options if self.is_deletable(call, each)]
        )

    def is_deletable(self, call: Call, options: Mapping[str, Any]) -> bool:
        """Whether a call with options of `send` may be sent: only if what it creates can be deleted."""
        own = {name: value for name, value in options.items() if name in {"json", "content", "headers", "method"}}
        method = own.pop("method", call.operation.method)
        return self._api.is_deletable(method, call.path, **{**call.content, **own})

    def send_refused(self, call: Call, attempts: Iterable[Refused]) -> list[httpx.Response]:
        """Send a call in each of several ways that must be refused; return the responses in that order."""
        return self.send_each(call, [attempt.options for attempt in attempts])

    def send_unauthorized(self, call: Call, attempts: Sequence[Refused]) -> list[httpx.Response]:
        """Send a call in several ways that must be refused, the one without any token first; return the responses.

        If that one is accepted, the server does not check tokens, and the others would only repeat the finding. DELETEs
        are sent one by one, because what one attempt deletes does not exist for the next.
        """
        alone = len(attempts) if call.operation.method == "DELETE" else 1
        responses: list[httpx.Response] = []
        for some in [*([each] for each in attempts[:alone]), attempts[alone:]]:
            responses += self.send_refused(call, some)
            if any(response.is_success for response in responses):
                break
        return responses

    @property
    def _contract(self) -> Contract:
        return self._api.checker.contract

    def _make_ready(self, operation: Operation, ids: dict[str, str]) -> bool:
        """Create what an operation reads or deletes, if that has no id; return whether it is sure to exist."""
        for maker in self._contract.operations.values():
            if self._makes_for(maker, operation):
                expect = UNSPECIFIED_TARGET if maker.may_be_rejected else SUCCESS
                return self._api.post(fill(maker, ids), expect=expect).is_success
        return not operation.may_be_rejected

    def _makes_for(self, maker: Operation, user: Operation) -> bool:
        """Whether one operation creates, at the same path, something without an id that another reads or deletes."""
        return (
            user.method in {"GET", "DELETE"}
            and (maker.method, maker.path) == ("POST", user.path)
            and not any(entity_type.creator is maker for entity_type in self._contract.entity_types)
            and any(link.operation_id == user.id for link in success_links(maker))
        )

    def _query(self, operation: Operation) -> dict[str, str]:
        """The required query parameters of an operation."""
        required = [known for known in operation.parameters if known.place == "query" and known.required]
        return {parameter.name: self._text_for(parameter) for parameter in required}

    def _text_for(self, parameter: Parameter) -> str:
        value = self._samples.smallest(parameter.schema).value
        return value if isinstance(value, str) else json.dumps(value)


def _with_text(options: Mapping[str, Any], known: str, new: str) -> dict[str, Any]:
    """Options of a request with a text of its body replaced."""
    changed = dict(options)
    if "content" in options:
        changed["content"] = options["content"].replace(known.encode(), new.encode())
    if options.get("json") is not None:
        changed["json"] = json.loads(json.dumps(options["json"]).replace(json.dumps(known), json.dumps(new)))
    return changed
