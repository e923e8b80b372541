"""The stand-in as an ASGI app: routes, tokens and strict input checking, all drawn from the contract."""

from __future__ import annotations

import json
import logging
import re
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from typing import Final
from urllib.parse import quote, unquote

from starlette.applications import Starlette
from starlette.convertors import Convertor, register_url_convertor
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from ecsuite import editions
from ecsuite.checks import Seen, request_body, request_parameters
from ecsuite.contract import Contract, Operation
from ecsuite.exchange import Exchange, Headers
from ecsuite.exchange import Request as SentRequest
from ecsuite.exchange import Response as SentResponse
from ecsuite.media import UndecodableError
from ecsuite.standin.call import Call, Handler, RefusalError, Reply
from ecsuite.standin.deliveries import PAUSE, Deliverer
from ecsuite.standin.refusals import refusing_as_listed
from ecsuite.standin.store import Store
from ecsuite.standin.tokens import TokenEndpoint


class _Segment(Convertor[str]):
    """One segment of a percent-encoded path, which may be empty, decoded."""

    regex = "[^/]*"

    def convert(self, value: str) -> str:
        return unquote(value)

    def to_string(self, value: str) -> str:
        return quote(value, safe="")


LARGEST_BODY: Final = 1024 * 1024
_BEARER: Final = re.compile(r"bearer +(?P<token>[^ ]+)", re.IGNORECASE)
_log = logging.getLogger(__name__)


def create_app(
    edition: str, store: Store | None = None, *, token_lifetime: int | None = None, pause: float = PAUSE
) -> Starlette:
    """The stand-in of an edition.

    Args:
        edition: a folder of `contracts/`.
        store: its state; a fresh one in memory where it is left out.
        token_lifetime: seconds, in place of the edition's own.
        pause: seconds before a delivery is tried a second time.

    The app's `state` holds the `store`. Deliveries are sent while its lifespan lasts.
    """
    contract = editions.contract(edition)
    behaviour = editions.module("ecsuite.standin", edition)
    store = store or Store(edition)
    behaviour.seed(store)
    tokens = TokenEndpoint(store, token_lifetime or behaviour.TOKEN_LIFETIME)
    deliverer = Deliverer(store, pause)
    service = _Service(contract, store, behaviour.HANDLERS, deliverer)

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        async with deliverer.running():
            yield

    app = Starlette(
        routes=_routes(contract, service, tokens),
        lifespan=lifespan,
        exception_handlers={HTTPException: _http_problem, Exception: _internal_problem},
    )
    app.router.redirect_slashes = False
    app.state.store = store
    app.add_middleware(_EncodedPaths)
    return app


class _EncodedPaths:
    """Routes by the path as it was sent, so that an encoded slash is part of an id and ends no segment."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope.get("raw_path"):
            scope = {**scope, "path": scope["raw_path"].decode("latin-1")}
        await self._app(scope, receive, send)


def _routes(contract: Contract, service: _Service, tokens: TokenEndpoint) -> list[Route]:
    register_url_convertor("segment", _Segment())
    base = contract.base_path()
    by_path: dict[str, dict[str, Operation]] = {}
    for operation in contract.operations.values():
        if operation is not contract.token_operation:
            by_path.setdefault(operation.path, {})[operation.method] = operation
    routes = [
        Route(base + path.replace("}", ":segment}"), service.endpoint(operations), methods=list(operations))
        for path, operations in sorted(by_path.items(), key=_names_first)
    ]
    if contract.token_operation:
        # Below the base URL too, for tools that know one base URL only.
        for prefix in ("", base):
            path = prefix + contract.token_operation.path
            routes.append(Route(path, _answering(tokens.answer), methods=[contract.token_operation.method]))
    return routes


def _names_first(path: tuple[str, object]) -> list[bool]:
    """Sorts a segment by name before a parameter in its place: `/users/eligible` is no user."""
    return [segment.startswith("{") for segment in path[0].split("/")]


class _Service:
    """Lets calls in, or refuses them, and has the edition's handlers answer them."""

    def __init__(self, contract: Contract, store: Store, handlers: Mapping[str, Handler], deliverer: Deliverer) -> None:
        self._contract = contract
        self._store = store
        self._handlers = handlers
        self._deliverer = deliverer

    def endpoint(self, operations: Mapping[str, Operation]) -> Callable[[Request], Awaitable[Response]]:
        """The endpoint of one path."""

        async def answer(request: Request) -> Reply:
            # Starlette answers HEAD where there is a GET.
            operation = operations["GET" if request.method == "HEAD" else request.method]
            return await self._answer(operation, request)

        return _answering(answer)

    async def _answer(self, operation: Operation, request: Request) -> Reply:
        with refusing_as_listed(operation):
            partner = self._partner(request)
            seen = self._seen(operation, request, await read_body(request))
            self._refuse_bad_input(seen)
            body = seen.request_body if operation.request else None
            call = Call(partner, seen.path_values, body, self._store, dict(reversed(seen.query)))
            reply = self._handlers[operation.id](call)
        self._deliverer.wake()
        return reply

    def _partner(self, request: Request) -> int:
        header = request.headers.get("Authorization")
        match = _BEARER.fullmatch(header or "")
        partner = self._store.partner_of_token(match["token"]) if match else None
        if partner is None:
            error = ', error="invalid_token"' if header else ""
            challenge = {"WWW-Authenticate": f'Bearer realm="energy-coordination"{error}'}
            raise RefusalError(401, "A valid bearer token is needed.", headers=challenge)
        return partner

    def _seen(self, operation: Operation, request: Request, body: bytes) -> Seen:
        headers = Headers.of(request.headers.items())
        sent = SentRequest(operation.method, str(request.url), headers, body)
        return Seen(self._contract, Exchange(sent, SentResponse(0)), operation, request.path_params)

    def _refuse_bad_input(self, seen: Seen) -> None:
        breaches = [*request_parameters.breaches_of(seen), *request_body.breaches_of(seen)]
        if breaches:
            errors: dict[str, list[str]] = {}
            for breach in breaches:
                at = breach.at.removeprefix("request body").strip() or "body"
                errors.setdefault(at, []).append(f"expected {breach.expected}, got {breach.actual}")
            raise RefusalError(400, "One or more validation errors occurred.", errors=errors)


async def read_body(request: Request) -> bytes:
    """The body of a request, up to a bound.

    Raises:
        RefusalError: 413, it is larger than that.
    """
    chunks: list[bytes] = []
    size = 0
    async for chunk in request.stream():
        size += len(chunk)
        if size > LARGEST_BODY:
            raise RefusalError(413, f"The body is larger than {LARGEST_BODY} bytes.")
        chunks.append(chunk)
    return b"".join(chunks)


def _answering(answer: Callable[[Request], Awaitable[Reply]]) -> Callable[[Request], Awaitable[Response]]:
    """An endpoint that sends what `answer` replies, or the refusal that it raises."""

    async def endpoint(request: Request) -> Response:
        try:
            return _response(await answer(request))
        except RefusalError as refusal:
            return _response(refusal.reply)
        except UndecodableError as error:
            return _response(RefusalError(400, str(error)).reply)
        except ClientDisconnect:
            return Response(status_code=400)

    return endpoint


def _response(reply: Reply) -> Response:
    headers = dict(reply.headers)
    if reply.body is None:
        return Response(status_code=reply.status, headers=headers)
    text = json.dumps(reply.body, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    return Response(text.encode(), reply.status, {**headers, "Content-Type": reply.media_type})


async def _http_problem(_: Request, error: Exception) -> Response:
    """What Starlette refuses by itself: an unknown path, a wrong method."""
    assert isinstance(error, HTTPException)
    return _response(RefusalError(error.status_code, error.detail, headers=error.headers).reply)


async def _internal_problem(_: Request, error: Exception) -> Response:
    _log.error("the stand-in failed", exc_info=error)
    return _response(RefusalError(500, "The stand-in failed.").reply)
