"""A record of each request to a stand-in and its response, for developers of clients."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ecsuite.messages.exchange import Headers
from ecsuite.standin.store import Store

_BEARER: Final = re.compile(r"bearer +(?P<token>[^ ]+)", re.IGNORECASE)
# Number of tokens whose owners are remembered, so that an expired token still has a name.
_MOST_TOKENS: Final = 1000


@dataclass(frozen=True, slots=True)
class Served:
    """A request as it was received, and the status of its response.

    Attributes:
        at: when it was received, in seconds since 1970.
        method: the HTTP method.
        target: the path and the query.
        headers: of the request.
        body: as far as it was read.
        status: of the response; 0 if none was sent.
        seconds: duration until the response was complete.
        partner: the number of the partner who owns the token, even if it has expired; None if nobody does.
    """

    at: float
    method: str
    target: str
    headers: Headers
    body: bytes
    status: int
    seconds: float
    partner: int | None


class Logged:
    """Middleware that reports each request to a callback, which must return quickly.

    Args:
        app: the stand-in.
        store: its store, which knows the owners of tokens.
        tell: called with each request after its response.
    """

    def __init__(self, app: ASGIApp, store: Store, tell: Callable[[Served], object]) -> None:
        self._app = app
        self._store = store
        self._tell = tell
        self._partners: dict[str, int] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle a request and report it."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        at, began, status = time.time(), time.perf_counter(), 0
        chunks: list[bytes] = []

        async def reading() -> Message:
            message = await receive()
            chunks.append(message.get("body") or b"")
            return message

        async def sending(message: Message) -> None:
            nonlocal status
            status = message.get("status", status)
            await send(message)

        headers = Headers(tuple((name.decode("latin-1"), value.decode("latin-1")) for name, value in scope["headers"]))
        try:
            await self._app(scope, reading, sending)
        finally:
            seconds, partner = time.perf_counter() - began, self._partner(token_of(headers))
            body = b"".join(chunks)
            self._tell(Served(at, scope["method"], _target(scope), headers, body, status, seconds, partner))

    def _partner(self, token: str) -> int | None:
        if not token:
            return None
        partner = self._store.partner_of_token(token) or self._partners.get(token)
        if partner is not None:
            if len(self._partners) >= _MOST_TOKENS:
                self._partners.clear()
            self._partners[token] = partner
        return partner


def token_of(headers: Headers) -> str:
    """The bearer token of a request; empty if there is none."""
    match = _BEARER.fullmatch(headers.get("Authorization") or "")
    return match["token"] if match else ""


def _target(scope: Scope) -> str:
    """The path and the query as they were sent, also from an absolute URL (`GET http://...`)."""
    raw: bytes = scope.get("raw_path") or scope["path"].encode()
    path, query = raw.decode("latin-1"), scope["query_string"].decode("latin-1")
    if not path.startswith("/"):
        # An invalid URL is reported as received.
        with suppress(ValueError):
            path = urlsplit(path).path
    return f"{path}?{query}" if query else path
