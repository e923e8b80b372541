"""The stand-in as an ASGI app: routes, tokens and strict validation of requests, all derived from the contract."""

from __future__ import annotations

import json
import logging
import re
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import quote, unquote

from starlette.applications import Starlette
from starlette.convertors import Convertor, register_url_convertor
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from ecsuite import editions
from ecsuite.asgi import TooMuch, body_of
from ecsuite.bounds import REQUEST_BYTES
from ecsuite.checks import DecodedExchange
from ecsuite.contract import Operation
from ecsuite.messages.exchange import Exchange, Headers
from ecsuite.messages.exchange import Request as SentRequest
from ecsuite.messages.exchange import Response as SentResponse
from ecsuite.messages.media import UndecodableError
from ecsuite.standin.call import RefusalError, Reply
from ecsuite.standin.deliveries import PAUSE, Deliverer
from ecsuite.standin.parts import Answer, Asked, Parts, conforming_parts
from ecsuite.standin.refusals import UNREADABLE, refusing_as_listed
from ecsuite.standin.store import Store

Plant = Callable[[Parts], object]


class _Segment(Convertor[str]):
    """Path converter for one segment of a percent-encoded path; decodes it, and allows it to be empty."""

    regex = "[^/]*"

    def convert(self, value: str) -> str:
        return unquote(value)

    def to_string(self, value: str) -> str:
        return quote(value, safe="")


_log = logging.getLogger(__name__)


def create_app(
    edition: str,
    store: Store | None = None,
    *,
    token_lifetime: int | None = None,
    plant: Plant | None = None,
    pause: float = PAUSE,
    verify: bool = True,
) -> Starlette:
    """Create the stand-in of an edition.

    Args:
        edition: the name of a folder in `contracts/`.
        store: its state; defaults to a new one in memory.
        token_lifetime: in seconds; defaults to that of the edition.
        plant: called with its parts before it starts, and may replace them.
        pause: seconds before the second attempt at a delivery.
        verify: whether to verify the certificates of webhooks.

    The app's `state` holds the `store`. Deliveries are sent during its lifespan.
    """
    behaviour = editions.module("ecsuite.standin", edition)
    store = store or Store(edition)
    behaviour.seed(store)
    lifetime = token_lifetime or behaviour.TOKEN_LIFETIME
    parts = conforming_parts(editions.contract(edition), store, behaviour.HANDLERS, lifetime)
    if plant is not None:
        plant(parts)
    deliverer = Deliverer(store, pause, parts.send, verify=verify)
    service = _Service(parts, deliverer)

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        async with deliverer.running():
            yield

    app = Starlette(
        routes=_routes(parts, service),
        lifespan=lifespan,
        exception_handlers={HTTPException: service.http_problem, Exception: service.internal_problem},
    )
    app.router.redirect_slashes = False
    app.state.store = store
    app.add_middleware(_EncodedPaths)
    return app


class _EncodedPaths:
    """Routes by the raw path, so that an encoded slash belongs to an id and does not start another segment."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope.get("raw_path"):
            scope = {**scope, "path": scope["raw_path"].decode("latin-1")}
        await self._app(scope, receive, send)


def _routes(parts: Parts, service: _Service) -> list[Route]:
    register_url_convertor("segment", _Segment())
    base = parts.contract.base_path()
    token_operation = parts.contract.token_operation
    by_path: dict[str, dict[str, Operation]] = {}
    for (method, path), operation in parts.routes.items():
        by_path.setdefault(base + path.replace("}", ":segment}"), {})[method] = operation
        if operation is token_operation:
            # The token endpoint is also available below the base URL, for tools that know only one base URL.
            by_path.setdefault(path, {})[method] = operation
    ordered = sorted(by_path.items(), key=_names_first)
    return [_route(path, service.endpoint(methods), list(methods)) for path, methods in ordered]


def _route(path: str, endpoint: Callable[[Request], Awaitable[Response]], methods: list[str]) -> Route:
    """Make a case-insensitive route, as in ASP.NET."""
    route = Route(path, endpoint, methods=methods)
    route.path_regex = re.compile(route.path_regex.pattern, re.IGNORECASE)
    return route


def _names_first(path: tuple[str, object]) -> list[bool]:
    """Sort key that puts fixed segments before parameters: `/users/eligible` is not a user."""
    return [segment.startswith("{") for segment in path[0].split("/")]


class _Service:
    """Reads requests, passes them to the parts, and sends their replies."""

    def __init__(self, parts: Parts, deliverer: Deliverer) -> None:
        self._parts = parts
        self._deliverer = deliverer

    def endpoint(self, operations: Mapping[str, Operation]) -> Callable[[Request], Awaitable[Response]]:
        """The endpoint for a path: it sends the reply of the parts, or the error response that they raise."""

        async def endpoint(request: Request) -> Response:
            # Starlette routes HEAD to the GET endpoint.
            operation = operations["GET" if request.method == "HEAD" else request.method]
            try:
                reply = await self._reply(operation, request)
            except RefusalError as refusal:
                reply = refusal.reply
            except UndecodableError:
                reply = RefusalError(400, UNREADABLE).reply
            except ClientDisconnect:
                return Response(status_code=400)
            return self._response(operation, reply)

        return endpoint

    async def http_problem(self, _: Request, error: Exception) -> Response:
        """Error response for requests that Starlette rejects: an unknown path, a wrong method."""
        assert isinstance(error, HTTPException)
        refusal = RefusalError(error.status_code, error.detail, headers=error.headers)
        return self._response(None, refusal.reply)

    async def internal_problem(self, _: Request, error: Exception) -> Response:
        """Error response for a failure of the stand-in itself."""
        _log.error("the stand-in failed", exc_info=error)
        return self._response(None, RefusalError(500, "The stand-in failed.").reply)

    async def _reply(self, operation: Operation, request: Request) -> Reply:
        body = await _read_body(request)
        if operation is self._parts.contract.token_operation:
            form = self._parts.read_form(request.headers.get("Content-Type"), body)
            return self._parts.grant(form, request.headers.get("Authorization"))
        try:
            with refusing_as_listed(operation):
                return self._parts.answer(self._asked(operation, request, body))
        finally:
            self._deliverer.wake()

    def _asked(self, operation: Operation, request: Request, body: bytes) -> Asked:
        headers = Headers.of(request.headers.items())
        sent = SentRequest(operation.method, str(request.url), headers, body)
        decoded = DecodedExchange(self._parts.contract, Exchange(sent, SentResponse(0)), operation, request.path_params)
        return Asked(operation, decoded)

    def _response(self, operation: Operation | None, reply: Reply) -> Response:
        headers, content = dict(reply.headers), b""
        if reply.body is not None:
            content = reply.body if isinstance(reply.body, bytes) else _json(reply.body)
            headers["Content-Type"] = reply.media_type
        answer = self._parts.finish(operation, Answer(reply.status, headers, content))
        if answer.chunked:
            return StreamingResponse(_pieces(answer.content), answer.status, dict(answer.headers))
        return Response(answer.content, answer.status, dict(answer.headers))


def _json(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode()


async def _read_body(request: Request) -> bytes:
    """Read the body of a request, up to a limit.

    Raises:
        RefusalError: 413 if it is longer, 408 if it takes too long.
        ClientDisconnect: the client has closed the connection.
    """
    try:
        body = await body_of(request.receive, REQUEST_BYTES)
    except TooMuch as much:
        raise RefusalError(much.status, str(much)) from None
    if body is None:
        raise ClientDisconnect
    return body


async def _pieces(content: bytes) -> AsyncIterator[bytes]:
    for start in range(0, len(content), 7):
        yield content[start : start + 7]
