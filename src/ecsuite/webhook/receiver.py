"""Receivers of webhook deliveries: a real one, one that plays a recording, and one that nobody can reach."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Final, Protocol

from ecsuite.exchange import Exchange, Headers, Request, Response

# Nothing published says how soon a delivery comes; seconds are normal.
PATIENCE: Final = 30.0
NOWHERE: Final = "https://partner.example"


class Receiver(Protocol):
    """A place for deliveries.

    Attributes:
        address: what the addresses of its hooks start with.
        unreachable: why no delivery can come; empty where one can.
    """

    address: str
    unreachable: str

    def url(self, hook: str) -> str:
        """The address of a hook, by a name of the caller's."""

    def wait(self, hook: str, seconds: float = PATIENCE) -> Exchange | None:
        """The next delivery to the hook, waited for; None where none came in that time."""

    def received(self) -> Sequence[Exchange]:
        """Every delivery that came so far."""

    def answer_with(self, hook: str, status: int = 200, after: float = 0.0) -> None:
        """How deliveries to a hook are answered from now on: the status, after some seconds."""


def hook_of(delivery: Exchange) -> str:
    """The name of the hook that a delivery went to."""
    return delivery.request.url.partition("?")[0].rpartition("/")[2]


class Inbox:
    """The deliveries that came, by hook, for one thread to fill and another to wait on."""

    def __init__(self) -> None:
        self.all: list[Exchange] = []
        self.answers: dict[str, tuple[int, float]] = {}
        self._changed = threading.Condition()
        self._unread: list[tuple[str, Exchange]] = []

    def put(self, exchange: Exchange) -> None:
        """A delivery came."""
        with self._changed:
            self.all.append(exchange)
            self._unread.append((hook_of(exchange), exchange))
            self._changed.notify_all()

    def take(self, hook: str, seconds: float) -> Exchange | None:
        """The oldest delivery to the hook that was not taken yet, waited for."""
        with self._changed:
            if not self._changed.wait_for(lambda: self._next(hook) is not None, seconds):
                return None
            found = self._next(hook)
            if found is None:
                return None
            self._unread.remove(found)
            return found[1]

    def _next(self, hook: str) -> tuple[str, Exchange] | None:
        return next((entry for entry in self._unread if entry[0] == hook), None)


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
        return f"{self.address}/hooks/{hook}"

    def wait(self, hook: str, seconds: float = PATIENCE) -> Exchange | None:
        return self.inbox.take(hook, seconds)

    def received(self) -> Sequence[Exchange]:
        return self.inbox.all

    def answer_with(self, hook: str, status: int = 200, after: float = 0.0) -> None:
        self.inbox.answers[hook] = (status, after)


class OwnHooks(Receiver):
    """What one run sees of a receiver that several share: its own hooks. The receiver is opened when it is needed."""

    def __init__(self, opened: Callable[[], Receiver]) -> None:
        self._opened = opened
        self._hooks: set[str] = set()

    @property
    def address(self) -> str:  # type: ignore[override]
        return self._opened().address

    @property
    def unreachable(self) -> str:  # type: ignore[override]
        return self._opened().unreachable

    def url(self, hook: str) -> str:
        self._hooks.add(hook)
        return self._opened().url(hook)

    def wait(self, hook: str, seconds: float = PATIENCE) -> Exchange | None:
        return self._opened().wait(hook, seconds)

    def received(self) -> Sequence[Exchange]:
        return [exchange for exchange in self._opened().received() if hook_of(exchange) in self._hooks]

    def answer_with(self, hook: str, status: int = 200, after: float = 0.0) -> None:
        self._opened().answer_with(hook, status, after)


class RecordedReceiver(Receiver):
    """Plays the deliveries of a recording, each when it is waited for."""

    unreachable = ""

    def __init__(self, address: str, deliveries: Iterable[Exchange]) -> None:
        self.address = address
        self._inbox = Inbox()
        for exchange in deliveries:
            self._inbox.put(exchange)

    def url(self, hook: str) -> str:
        return f"{self.address}/hooks/{hook}"

    def wait(self, hook: str, seconds: float = 0.0) -> Exchange | None:  # noqa: ARG002
        return self._inbox.take(hook, 0.0)

    def received(self) -> Sequence[Exchange]:
        return self._inbox.all

    def answer_with(self, hook: str, status: int = 200, after: float = 0.0) -> None:
        pass


class NoReceiver(Receiver):
    """Stands for a receiver where no delivery can come."""

    address = NOWHERE

    def __init__(
        self, why: str = "the API cannot reach this machine: set EC_WEBHOOK_PUBLIC_URL to an address that leads here"
    ) -> None:
        self.unreachable = why

    def url(self, hook: str) -> str:
        return f"{self.address}/hooks/{hook}"

    def wait(self, hook: str, seconds: float = 0.0) -> Exchange | None:  # noqa: ARG002
        return None

    def received(self) -> Sequence[Exchange]:
        return ()

    def answer_with(self, hook: str, status: int = 200, after: float = 0.0) -> None:
        pass


@contextmanager
def receiving(*, public_url: str = "", port: int = 0) -> Iterator[HttpReceiver]:
    """A receiver on this machine's loopback address.

    Args:
        public_url: how the API reaches it; its own address where that is left out.
        port: the port to listen on; 0 for any.

    Raises:
        PortTaken: the port cannot be had.
    """
    from ecsuite import asgi  # noqa: PLC0415  a server is more than a replay needs

    inbox = Inbox()
    listener = asgi.listen(asgi.LOOPBACK, port)
    address = public_url or asgi.origin(listener)
    # An answer that is still due when the run is over is nobody's trouble.
    with asgi.in_thread(_App(inbox, address), listener, log_level="critical"):
        yield HttpReceiver(inbox, address, listener.getsockname()[1])


class _App:
    """The receiver as an ASGI app: takes any request, keeps it whole, and says 200."""

    def __init__(self, inbox: Inbox, address: str) -> None:
        self._inbox = inbox
        self._address = address

    async def __call__(self, scope: dict[str, object], receive: object, send: object) -> None:
        from starlette.requests import Request as Incoming  # noqa: PLC0415
        from starlette.responses import Response as Answer  # noqa: PLC0415

        if scope["type"] != "http":
            return
        incoming = Incoming(scope, receive)  # type: ignore[arg-type]
        body = await incoming.body()
        query = f"?{incoming.url.query}" if incoming.url.query else ""
        request = Request(
            method=incoming.method,
            url=f"{self._address}{incoming.url.path}{query}",
            headers=Headers.of(incoming.headers.items()),
            body=body,
        )
        status, after = self._inbox.answers.get(incoming.url.path.rpartition("/")[2], (200, 0.0))
        # Kept before it is answered, for a sender that hears the answer may act on it.
        self._inbox.put(Exchange(request, Response(status)))
        if after:
            import asyncio  # noqa: PLC0415  loaded long ago, by the server that runs this

            await asyncio.sleep(after)
        await Answer(status_code=status)(scope, receive, send)  # type: ignore[arg-type]
