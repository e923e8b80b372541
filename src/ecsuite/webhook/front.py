"""One address for the receivers of several processes: what comes there is passed on to the one that it is for.

A tunnel leads to one port, and the workers of a run are several. Each has a receiver of its own; the process that
starts them has the port. The address of a hook says whose it is, and nobody else can make one up.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Final

from ecsuite.bounds import DELIVERY_BYTES
from ecsuite.http import httpx
from ecsuite.webhook.place import LOOPBACK, listening_place

# Seconds: a receiver may be told to answer late.
TIMEOUT: Final = 120.0
_OWNER: Final = re.compile(rb"/w(\d{1,5})-([0-9a-f]{32})(/[^?]*)$")
# Headers of one connection, which are not passed on.
_OF_CONNECTION: Final = frozenset(
    {b"connection", b"keep-alive", b"te", b"trailer", b"transfer-encoding", b"upgrade", b"http2-settings", b"expect"}
)


@dataclass(frozen=True, slots=True)
class Front:
    """A shared address, as the processes behind it know it."""

    address: str
    secret: str = field(repr=False)

    def address_for(self, port: int) -> str:
        """The address of the receiver that listens on a port of this machine."""
        return f"{self.address}/w{port}-{self._proof(port)}"

    def port_of(self, path: bytes) -> tuple[int, bytes] | None:
        """The port that a path leads to, and the rest of it; None where it is none of ours."""
        found = _OWNER.search(path)
        if found is None or not hmac.compare_digest(found[2].decode(), self._proof(int(found[1]))):
            return None
        return int(found[1]), found[3]

    def _proof(self, port: int) -> str:
        return hmac.new(self.secret.encode(), str(port).encode(), hashlib.sha256).hexdigest()[:32]


@contextmanager
def fronting(public_url: str, port: int) -> Iterator[Front]:
    """A shared address while the block lasts.

    Args:
        public_url: how the API reaches it; its own address where that is left out.
        port: where it listens.

    Raises:
        PortTaken: the port cannot be had.
    """
    from ecsuite import asgi  # noqa: PLC0415  a server is more than a replay needs

    listener = asgi.listen(*listening_place(public_url, port))
    front = Front(public_url or asgi.origin(listener), secrets.token_hex(16))
    with asgi.in_thread(_App(front), listener, log_level="critical"):
        yield front


class _App:
    """The shared address as an ASGI app."""

    def __init__(self, front: Front) -> None:
        self._front = front

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        from starlette.responses import Response as Answer  # noqa: PLC0415

        from ecsuite.asgi import TooMuch, body_of  # noqa: PLC0415

        if scope["type"] != "http":
            return
        try:
            body = await body_of(receive, DELIVERY_BYTES)
        except TooMuch as much:
            await Answer(str(much), much.status)(scope, receive, send)
            return
        if body is None:
            return
        owner = self._front.port_of(scope["raw_path"])
        status, headers = await _passed_on(scope, body, *owner) if owner else (404, {})
        await Answer(status_code=status, headers=headers)(scope, receive, send)


async def _passed_on(scope: dict[str, Any], body: bytes, port: int, path: bytes) -> tuple[int, dict[str, str]]:
    """How the receiver on a port answers a request; 503 where it has gone."""
    query = b"?" + scope["query_string"] if scope["query_string"] else b""
    headers = [(name, value) for name, value in scope["headers"] if name not in _OF_CONNECTION]
    async with httpx.AsyncClient(timeout=TIMEOUT, trust_env=False, verify=False) as http:
        url = httpx.URL(scheme="http", host=LOOPBACK, port=port, raw_path=path + query)
        request = httpx.Request(scope["method"], url, headers=headers, content=body)
        try:
            answer = await http.send(request)
        except httpx.RequestError:
            return 503, {}
    kept = {"allow", "webhook-allowed-origin"}
    return answer.status_code, {name: value for name, value in answer.headers.items() if name in kept}
