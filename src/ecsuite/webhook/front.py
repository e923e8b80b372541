"""A shared address for the receivers of several processes; each request is forwarded to its receiver.

A tunnel leads to a single port, but a run has several worker processes, each with its own receiver. The process that
starts the workers listens on the port. The URL of a hook contains the receiver's port and cannot be forged.
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

# Seconds. A receiver may have been told to respond late.
TIMEOUT: Final = 120.0
_OWNER: Final = re.compile(rb"/w(\d{1,5})-([0-9a-f]{32})(/[^?]*)$")
# Headers of a single connection; they are not forwarded.
_OF_CONNECTION: Final = frozenset(
    {b"connection", b"keep-alive", b"te", b"trailer", b"transfer-encoding", b"upgrade", b"http2-settings", b"expect"}
)


@dataclass(frozen=True, slots=True)
class Front:
    """A shared address, as seen from the worker processes."""

    address: str
    secret: str = field(repr=False)

    def address_for(self, port: int) -> str:
        """The address of the receiver that listens on a local port."""
        return f"{self.address}/w{port}-{self._proof(port)}"

    def port_of(self, path: bytes) -> tuple[int, bytes] | None:
        """The local port that a path leads to, and the rest of the path; None if the path is not one of ours."""
        found = _OWNER.search(path)
        if found is None or not hmac.compare_digest(found[2].decode(), self._proof(int(found[1]))):
            return None
        return int(found[1]), found[3]

    def _proof(self, port: int) -> str:
        return hmac.new(self.secret.encode(), str(port).encode(), hashlib.sha256).hexdigest()[:32]


@contextmanager
def fronting(public_url: str, port: int) -> Iterator[Front]:
    """Provide a shared address while the block is active.

    Args:
        public_url: the URL at which the API reaches it; defaults to its local address.
        port: the local port to listen on.

    Raises:
        PortTaken: the port is not available.
    """
    from ecsuite import asgi  # noqa: PLC0415  a replay needs no server

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
    """The response of the receiver on a port to a forwarded request; 503 if the receiver is gone."""
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
