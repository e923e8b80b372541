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
# What httpx waits for.
_WAITS: Final = ("connect", "read", "write", "pool")
# What senders, and what stands before a receiver, look with whether it is there; nothing is delivered by them.
HANDSHAKES: Final = frozenset({"GET", "HEAD", "OPTIONS", "PRI", "TRACE"})
DOUBT: Final = (
    "no delivery came to EC_WEBHOOK_PUBLIC_URL, and this machine cannot reach itself by it: "
    "does it lead to the local port EC_WEBHOOK_PORT?"
)


class HttpReceiver(Receiver):
    """A receiver behind a real socket; a delivery is answered with 200, unless its hook was told otherwise.

    Args:
        inbox: where deliveries go.
        address: how the API reaches it.
        port: the port that it listens on.
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
    """A receiver that the API may not reach: that nothing comes may be the fault of its address."""

    def wait(self, hook: str, seconds: float = TIMEOUT) -> Exchange | None:
        """The next delivery to the hook.

        Raises:
            NothingThere: none came, and none ever did; from then on none is waited for.
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
    """A receiver on this machine.

    Args:
        public_url: how the API reaches it; its own address where that is left out.
        port: the port to listen on; 0 for any.
        front: what passes deliveries on to it, in place of both.
        ending: of the run, which nobody waits beyond.

    Raises:
        PortTaken: the port cannot be had.
    """
    from ecsuite import asgi  # noqa: PLC0415  a server is more than a replay needs

    inbox = Inbox(ending)
    listener = asgi.listen(*(listening_place(public_url, port) if front is None else (LOOPBACK, 0)))
    own_port = listener.getsockname()[1]
    address = front.address_for(own_port) if front else public_url or asgi.origin(listener)
    app = _App(inbox, address)
    # A response that is still due when the run is over is nobody's trouble.
    with asgi.in_thread(app, listener, log_level="critical"):
        is_doubtful = bool(public_url or front) and not _leads_here(address, app)
        kind = DoubtfulReceiver if is_doubtful else HttpReceiver
        yield kind(inbox, address, own_port)


def _leads_here(address: str, app: _App) -> bool:
    """Whether this machine reaches itself by an address; not every router lets it, though others get through."""
    url = f"{address}/{app.probe}"
    # Whatever keeps it from being tried, a proxy that cannot be used or a certificate, may not keep the API from it.
    with suppress(httpx.RequestError, httpx.InvalidURL, UsageError), closing(_way_to(url)) as way:
        way.handle_request(httpx.Request("GET", url, extensions={"timeout": dict.fromkeys(_WAITS, PROBE_TIMEOUT)}))
    return app.was_probed


def _way_to(url: str) -> Network:
    """The network as the calls of a live run use it."""
    return Network(Target("live", url, "", Credentials()), PROBE_TIMEOUT)


class _App:
    """The receiver as an ASGI app: takes any request, keeps it whole, and says 200, unless told otherwise.

    Attributes:
        probe: a last segment that no delivery has.
        was_probed: whether a request to it came.
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
        """Keep a request, and say how it is answered."""
        query = f"?{incoming.url.query}" if incoming.url.query else ""
        request = Request(
            method=incoming.method,
            url=f"{self._address}{incoming.url.path}{query}",
            headers=Headers.of(incoming.headers.items()),
            body=body,
        )
        if request.method in HANDSHAKES:
            self._inbox.note_handshake(Exchange(request, Response(200)))
            return Response(200, _leave(request.headers))
        status, after = self._inbox.answer(Exchange(request, Response(200)))
        # Kept before it is answered, for a sender that hears the response may act on it.
        self._inbox.put(Exchange(request, Response(status)))
        if after:
            import asyncio  # noqa: PLC0415  loaded long ago, by the server that runs this

            await asyncio.sleep(after)
        return Response(status)


def _leave(asked: Headers) -> Headers:
    """The leave to deliver that a sender may ask for (HTTP 1.1 Web Hooks for Event Delivery, section 4)."""
    origin = asked.get("WebHook-Request-Origin")
    return Headers.of([("Allow", "POST"), *([("WebHook-Allowed-Origin", origin)] if origin else [])])
