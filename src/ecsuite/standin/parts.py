"""The replaceable parts of the stand-in.

A conforming stand-in uses them unchanged; a planted fault or a legal variant replaces one before it starts.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Final

from ecsuite.checks import DecodedExchange, request_body, request_parameters
from ecsuite.contract import Contract, Operation
from ecsuite.findings.breach import Breach
from ecsuite.http import httpx
from ecsuite.messages.media import read_json
from ecsuite.standin.call import Call, Handler, RefusalError, Reply
from ecsuite.standin.deliveries import post
from ecsuite.standin.refusals import invalid
from ecsuite.standin.store import Delivery, Store
from ecsuite.standin.tokens import Form, TokenEndpoint, read_token_form

_BEARER: Final = re.compile(r"bearer +(?P<token>[^ ]+)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Asked:
    """A request whose operation is known, before its token and its input are checked."""

    operation: Operation
    decoded: DecodedExchange

    @property
    def authorization(self) -> str | None:
        """The value of the request's Authorization header."""
        return self.decoded.exchange.request.headers.get("Authorization")


@dataclass(frozen=True, slots=True)
class Answer:
    """A response before it is sent; `chunked` if it is sent without a Content-Length."""

    status: int
    headers: Mapping[str, str]
    content: bytes
    chunked: bool = False


@dataclass(slots=True)
class Parts:
    """The parts of a stand-in.

    Attributes:
        contract: the contract that it implements.
        store: its state.
        routes: the operation for each method and path; several paths may have the same operation.
        handlers: the handler of each operation, by operation id, for authorised and valid calls.
        bearer: returns the number of the partner who owns the token; None if nobody does.
        breaches: returns what is wrong with the input of a call.
        answer: handles a request, from the token to the reply; raises RefusalError.
        read_form: parses the body of a token request, given its media type.
        grant: returns the reply to a token request, given its form and its Authorization header.
        finish: may change a response before it is sent; the operation is None for an unknown path.
        send: sends a delivery to its webhook.
    """

    contract: Contract
    store: Store
    routes: dict[tuple[str, str], Operation]
    handlers: dict[str, Handler]
    bearer: Callable[[Asked], int | None] = field(init=False)
    breaches: Callable[[Asked], list[Breach]] = field(init=False)
    answer: Callable[[Asked], Reply] = field(init=False)
    read_form: Callable[[str | None, bytes], Form] = field(init=False)
    grant: Callable[[Form, str | None], Reply] = field(init=False)
    finish: Callable[[Operation | None, Answer], Answer] = field(init=False)
    send: Callable[[httpx.AsyncClient, Delivery], Awaitable[int | None]] = field(init=False)

    def act(self, partner: int, asked: Asked) -> Reply:
        """Call the operation's handler for an authorised and valid request."""
        body = asked.decoded.request_body if asked.operation.request else None
        # The first value counts if a query parameter is repeated.
        query = dict(reversed(asked.decoded.query))
        return self.handlers[asked.operation.id](Call(partner, asked.decoded.path_values, body, self.store, query))


def conforming_parts(contract: Contract, store: Store, handlers: Mapping[str, Handler], token_lifetime: int) -> Parts:
    """The parts of a conforming stand-in."""
    routes = {(operation.method, operation.path): operation for operation in contract.operations.values()}
    parts = Parts(contract, store, routes, dict(handlers))
    parts.bearer = lambda asked: _partner(store, asked)
    parts.breaches = _breaches
    parts.answer = lambda asked: _answer(parts, asked)
    parts.read_form = read_token_form
    parts.grant = TokenEndpoint(store, token_lifetime).grant
    parts.finish = lambda _, answer: answer
    parts.send = post
    return parts


def _partner(store: Store, asked: Asked) -> int | None:
    match = _BEARER.fullmatch(asked.authorization or "")
    return store.partner_of_token(match["token"]) if match else None


def _breaches(asked: Asked) -> list[Breach]:
    body = asked.decoded.exchange.request.body
    if b"\\u" in body and asked.decoded.request_media_type.is_json:
        # Reject a lone surrogate: it can neither be stored nor be returned.
        read_json(body, is_strict=True)
    return [*request_parameters.breaches_of(asked.decoded), *request_body.breaches_of(asked.decoded)]


def _answer(parts: Parts, asked: Asked) -> Reply:
    partner = parts.bearer(asked)
    if partner is None:
        error = ', error="invalid_token"' if asked.authorization else ""
        challenge = {"WWW-Authenticate": f'Bearer realm="energy-coordination"{error}'}
        raise RefusalError(401, "A valid bearer token is needed.", headers=challenge)
    breaches = parts.breaches(asked)
    if breaches:
        raise invalid(breach.at for breach in breaches)
    return parts.act(partner, asked)
