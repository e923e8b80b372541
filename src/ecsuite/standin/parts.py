"""The seams of the stand-in: what it is put together from, each part replaceable before it starts.

An honest stand-in takes them as they are; a planted fault or a legal variant puts another one in the place of one.
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
    """A call as it came in, before anything is known of it but its operation."""

    operation: Operation
    decoded: DecodedExchange

    @property
    def authorization(self) -> str | None:
        """The value of its Authorization header."""
        return self.decoded.exchange.request.headers.get("Authorization")


@dataclass(frozen=True, slots=True)
class Answer:
    """A response as it goes out; `chunked` where its length is not told beforehand."""

    status: int
    headers: Mapping[str, str]
    content: bytes
    chunked: bool = False


@dataclass(slots=True)
class Parts:
    """What a stand-in is put together from.

    Attributes:
        contract: what it promises.
        store: what it remembers.
        routes: the operation of each method and path; more than one may lead to the same.
        handlers: what each operation does with a call that is let in, by its id.
        bearer: whose call it is: the number of a partner, or None for nobody's.
        breaches: what is wrong with the input of a call.
        answer: all of it, from the token to the reply; raises RefusalError.
        read_form: the form of a request for a token, from its media type and its body.
        grant: the reply to that form, and to an Authorization header.
        finish: the last hand on a response, its operation given where it has one.
        send: brings a delivery to its webhook.
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
        """Have the operation's handler answer a call that is let in."""
        body = asked.decoded.request_body if asked.operation.request else None
        # Of a query parameter that is repeated the first one counts.
        query = dict(reversed(asked.decoded.query))
        return self.handlers[asked.operation.id](Call(partner, asked.decoded.path_values, body, self.store, query))


def honest(contract: Contract, store: Store, handlers: Mapping[str, Handler], token_lifetime: int) -> Parts:
    """The parts of an honest stand-in."""
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
        # a lone surrogate cannot be kept, nor sent back.
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
