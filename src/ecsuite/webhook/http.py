"""A receiver behind a real socket."""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from typing import TYPE_CHECKING, Any, Final

from ecsuite.bounds import DELIVERY_BYTES
from ecsuite.client.transport import Network
from ecsuite.ending import Ending
from ecsuite.errors import NothingThere, UsageError
from ecsuite.http import httpx
from ecsuite.messages.exchange import Exchange, Headers, Request, Response
from ecsuite.target import Credentials, Target
from ecsuite.webhook.delivery import Subject, Wanted, any_delivery, no_subject, url_of
from ecsuite.webhook.front import Front
from ecsuite.webhook.inbox import Inbox
from ecsuite.webhook.place import LOOPBACK, listening_place
from ecsuite.webhook.receiver import TIMEOUT, Receiver

if TYPE_CHECKING:
    from starlette.requests import Request as Incoming

PROBE_TIMEOUT: Final = 5.0
# Names of httpx's timeouts.
_WAITS: Final = ("connect", "read", "write", "pool")
# Methods that senders and proxies use to test whether a receiver is available; these requests are no deliveries.
HANDSHAKES: Final = frozenset({"GET", "HEAD", "OPTIONS", "PRI", "TRACE"})
DOUBT: Final = (
    "no delivery came to EC_WEBHOOK_PUBLIC_URL, and this machine cannot reach itself by it: "
    "does it lead to the local port EC_WEBHOOK_PORT?"
)


class HttpReceiver(Receiver):
    """A receiver behind a real socket. It responds to a delivery with 200 unless `answer_with` has set another status.

    Args:
        inbox: stores the deliveries.
        address: the URL at which the API reaches it.
        port: the local port that it listens on.
    """

    unreachable = ""

    def __init__(self, inbox: Inbox, address: str, port: int) -> None:
        self.inbox = inbox
        self.address = address
        self.port = port

    def url(self, hook: str) -> str:
        return url_of(self.address, hook)

    def wait(self, hook: str, seconds: float = TIMEOUT) -> Exchange | None:
        return self.inbox.take(hook, seconds)

    def received(self) -> Sequence[Exchange]:
        return self.inbox.received()

    def arrivals(self, hook: str, wanted: Wanted = any_delivery) -> Sequence[float]:
        return self.inbox.times(hook, wanted)

    def answer_with(
        self, hook: str, status: int = 200, after: float = 0.0, then: int | None = None, of: Subject = no_subject
    ) -> None:
        self.inbox.plan(hook, [(status, after), *([(then, after)] if then is not None else [])], of)


class DoubtfulReceiver(HttpReceiver):
    """A receiver with a possibly wrong public address, so that a missing delivery may not be the API's fault."""

    def wait(self, hook: str, seconds: float = TIMEOUT) -> Exchange | None:
        """Wait for the next delivery to the hook.

        Raises:
            NothingThere: no delivery has ever come; from then on the receiver counts as unreachable.
        """
        delivery = super().wait(hook, seconds)
        if delivery is None and not self.inbox.received():
            self.unreachable = DOUBT
            raise NothingThere(DOUBT)
        return delivery


@contextmanager
def receiving(
    *, public_url: str = "", port: int = 0, front: Front | None = None, ending: Ending | None = None
) -> Iterator[HttpReceiver]:
    """Run a receiver on this machine.

    Args:
        public_url: the URL at which the API reaches it; defaults to its local address.
        port: the local port to listen on; 0 for any.
        front: forwards deliveries to it; replaces both of the above.
        ending: signals the end of the run, which also ends waiting.

    Raises:
        PortTaken: the port is not available.
    """
    from ecsuite import asgi  # noqa: PLC0415  a replay needs no server

    inbox = Inbox(ending)
    listener = asgi.listen(*(listening_place(public_url, port) if front is None else (LOOPBACK, 0)))
    own_port = listener.getsockname()[1]
    address = front.address_for(own_port) if front else public_url or asgi.origin(listener)
    app = _App(inbox, address)
    # Errors of responses that are still pending when the run ends do not matter, so they are not logged.
    with asgi.in_thread(app, listener, log_level="critical"):
        is_doubtful = bool(public_url or front) and not _leads_here(address, app)
        kind = DoubtfulReceiver if is_doubtful else HttpReceiver
        yield kind(inbox, address, own_port)


def _leads_here(address: str, app: _App) -> bool:
    """Whether this machine can reach itself at a public URL; some routers only forward requests from outside."""
    url = f"{address}/{app.probe}"
    # An error here, such as an unusable proxy or certificate, does not mean that the API cannot reach the URL.
    with suppress(httpx.RequestError, httpx.InvalidURL, UsageError), closing(_network_to(url)) as way:
        way.handle_request(httpx.Request("GET", url, extensions={"timeout": dict.fromkeys(_WAITS, PROBE_TIMEOUT)}))
    return app.was_probed


def _network_to(url: str) -> Network:
    """A connection with the network settings of a live run."""
    return Network(Target("live", url, "", Credentials()), PROBE_TIMEOUT)


class _App:
    """The receiver as an ASGI app: accepts any request, stores it in full, and responds with the planned status or 200.

    Attributes:
        probe: a last path segment that no delivery has.
        was_probed: whether a request to it arrived.
    """

    def __init__(self, inbox: Inbox, address: str) -> None:
        self.probe = f"ecsuite-probe-{secrets.token_hex(8)}"
        self.was_probed = False
        self._inbox = inbox
        self._address = address

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        from starlette.requests import Request as Incoming  # noqa: PLC0415
        from starlette.responses import Response as Answer  # noqa: PLC0415

        from ecsuite.asgi import TooMuch, body_of  # noqa: PLC0415

        if scope["type"] != "http":
            return
        incoming = Incoming(scope, receive)
        if incoming.url.path.endswith(f"/{self.probe}"):
            self.was_probed = True
            await Answer(status_code=204)(scope, receive, send)
            return
        try:
            body = await body_of(receive, DELIVERY_BYTES)
        except TooMuch as much:
            await Answer(str(much), much.status)(scope, receive, send)
            return
        if body is not None:
            answer = await self._take(incoming, body)
            await Answer(status_code=answer.status, headers=dict(answer.headers))(scope, receive, send)

    async def _take(self, incoming: Incoming, body: bytes) -> Response:
        """Store a request, and return the response to it."""
        query = f"?{incoming.url.query}" if incoming.url.query else ""
        request = Request(
            method=incoming.method,
            url=f"{self._address}{incoming.url.path}{query}",
            headers=Headers.of(incoming.headers.items()),
            body=body,
        )
        if request.method in HANDSHAKES:
            self._inbox.note_handshake(Exchange(request, Response(200)))
            return Response(200, _delivery_permission(request.headers))
        status, after = self._inbox.answer(Exchange(request, Response(200)))
        # Stored before the response is sent, because a sender may act as soon as it receives the response.
        self._inbox.put(Exchange(request, Response(status)))
        if after:
            import asyncio  # noqa: PLC0415  already loaded by the server

            await asyncio.sleep(after)
        return Response(status)


def _delivery_permission(asked: Headers) -> Headers:
    """Permission to deliver, if a sender asks for it (HTTP 1.1 Web Hooks for Event Delivery, section 4)."""
    origin = asked.get("WebHook-Request-Origin")
    return Headers.of([("Allow", "POST"), *([("WebHook-Allowed-Origin", origin)] if origin else [])])
