"""Receivers of webhook deliveries: a real one, one that plays a recording, and one that nobody can reach."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Final, Protocol

from ecsuite.messages.exchange import Exchange, Headers, Request, Response
from ecsuite.messages.media import UndecodableError, read_json

# Nothing published says how soon a delivery comes; seconds are normal.
PATIENCE: Final = 30.0
NOWHERE: Final = "https://partner.example"

Wanted = Callable[[Any], bool]
Subject = Callable[[Any], Hashable]


def anything(value: Any) -> bool:  # noqa: ARG001
    """Wants every delivery."""
    return True


def nothing(value: Any) -> Hashable:  # noqa: ARG001
    """Tells no delivery from another."""
    return None


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

    def arrivals(self, hook: str, wanted: Wanted = anything) -> Sequence[float]:
        """When the deliveries to the hook came whose JSON value is wanted, in seconds of a clock of its own.

        Empty where that is not known.
        """

    def answer_with(
        self, hook: str, status: int = 200, after: float = 0.0, then: int | None = None, of: Subject = nothing
    ) -> None:
        """How deliveries to a hook are answered from now on: the status, after some seconds.

        `then` is the status of all but the first of them, where it is another one. `of` gives what the JSON value of a
        delivery is about, where there is a first one of each such thing.
        """


def wait_for(receiver: Receiver, hook: str, wanted: Wanted, seconds: float = PATIENCE) -> Exchange | None:
    """The next delivery to the hook whose JSON value is wanted, others let go; None where none came in that time."""
    end = time.monotonic() + seconds
    while (delivery := receiver.wait(hook, max(0.0, end - time.monotonic()))) is not None:
        if may_be(wanted, delivery):
            return delivery
    return None


def may_be(wanted: Wanted, delivery: Exchange) -> bool:
    """Whether a delivery is wanted; what cannot be read may be meant, and the checks have something to say of it."""
    try:
        return wanted(read_json(delivery.request.body).value)
    except UndecodableError:
        return True


def value_of(delivery: Exchange) -> Any:
    """The JSON value of a delivery; None where it is none."""
    try:
        return read_json(delivery.request.body).value
    except UndecodableError:
        return None


def hook_of(delivery: Exchange) -> str:
    """The name of the hook that a delivery went to."""
    return delivery.request.url.partition("?")[0].rpartition("/")[2]


class Inbox:
    """The deliveries that came, by hook, for one thread to fill and another to wait on."""

    def __init__(self) -> None:
        self.all: list[Exchange] = []
        self._plans: dict[str, tuple[Sequence[tuple[int, float]], Subject]] = {}
        self._answered: Counter[tuple[str, Hashable]] = Counter()
        self._times: list[tuple[Exchange, float]] = []
        self._changed = threading.Condition()
        self._unread: list[tuple[str, Exchange]] = []

    def put(self, exchange: Exchange) -> None:
        """A delivery came."""
        with self._changed:
            self._times.append((exchange, time.monotonic()))
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

    def plan(self, hook: str, answers: Sequence[tuple[int, float]], of: Subject = nothing) -> None:
        """How the next deliveries to the hook are answered, each with a status after some seconds; the last stays.

        `of` gives what a delivery is about; each such thing has its own first response.
        """
        with self._changed:
            self._plans[hook] = answers, of
            self._answered = Counter({key: count for key, count in self._answered.items() if key[0] != hook})

    def answer(self, delivery: Exchange) -> tuple[int, float]:
        """How a delivery is answered."""
        hook = hook_of(delivery)
        with self._changed:
            answers, of = self._plans.get(hook, ([(200, 0.0)], nothing))
            key = hook, of(value_of(delivery))
            self._answered[key] += 1
            return answers[min(self._answered[key], len(answers)) - 1]

    def times(self, hook: str, wanted: Wanted) -> list[float]:
        """When the deliveries to the hook came that are wanted."""
        with self._changed:
            return [at for delivery, at in self._times if hook_of(delivery) == hook and may_be(wanted, delivery)]

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

    def arrivals(self, hook: str, wanted: Wanted = anything) -> Sequence[float]:
        return self.inbox.times(hook, wanted)

    def answer_with(
        self, hook: str, status: int = 200, after: float = 0.0, then: int | None = None, of: Subject = nothing
    ) -> None:
        self.inbox.plan(hook, [(status, after), *([(then, after)] if then is not None else [])], of)


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

    def arrivals(self, hook: str, wanted: Wanted = anything) -> Sequence[float]:
        return self._opened().arrivals(hook, wanted)

    def answer_with(
        self, hook: str, status: int = 200, after: float = 0.0, then: int | None = None, of: Subject = nothing
    ) -> None:
        self._opened().answer_with(hook, status, after, then, of)


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

    def arrivals(self, hook: str, wanted: Wanted = anything) -> Sequence[float]:  # noqa: ARG002
        return ()

    def answer_with(
        self, hook: str, status: int = 200, after: float = 0.0, then: int | None = None, of: Subject = nothing
    ) -> None:
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

    def arrivals(self, hook: str, wanted: Wanted = anything) -> Sequence[float]:  # noqa: ARG002
        return ()

    def answer_with(
        self, hook: str, status: int = 200, after: float = 0.0, then: int | None = None, of: Subject = nothing
    ) -> None:
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
    # A response that is still due when the run is over is nobody's trouble.
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
        status, after = self._inbox.answer(Exchange(request, Response(200)))
        # Kept before it is answered, for a sender that hears the response may act on it.
        self._inbox.put(Exchange(request, Response(status)))
        if after:
            import asyncio  # noqa: PLC0415  loaded long ago, by the server that runs this

            await asyncio.sleep(after)
        await Answer(status_code=status)(scope, receive, send)  # type: ignore[arg-type]
