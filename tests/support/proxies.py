"""A proxy in front of a server, over real sockets, that does to calls what the network and gateways do."""

import http.client
import socket
import struct
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

# Headers of one connection, which a proxy does not pass on.
HOP_BY_HOP = {"connection", "keep-alive", "transfer-encoding", "content-length", "host"}


@dataclass(frozen=True)
class Call:
    """A call as it reaches the proxy; `number` counts from 1."""

    number: int
    method: str
    path: str
    body: bytes
    headers: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Answer:
    """What the proxy answers with itself."""

    status: int
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)


class Lost:
    """The connection is closed without an answer."""

    def __init__(self, *, done: bool) -> None:
        self.done = done


class Instead:
    """The call is passed on, and has another answer than the server's."""

    def __init__(self, answer: Answer) -> None:
        self.answer = answer


@dataclass(frozen=True)
class Half:
    """The connection ends after some bytes; with a reset, where `is_reset`."""

    sent: bytes = b""
    is_reset: bool = False


# What a proxy does to a call itself: another answer than the server's, half of one, or none at all.
Own = Answer | Half | Instead | Lost
# What becomes of a call; None where it is passed on.
Behaviour = Callable[[Call], Own | None]


class Proxy:
    """Passes calls on to a server, or does something else with them.

    Attributes:
        calls: every call that came.
        own: how many of them had no answer of the server's.
    """

    def __init__(self, upstream: str, behave: Behaviour) -> None:
        self.calls: list[Call] = []
        self.own = 0
        self._upstream = urlsplit(upstream)
        self._behave = behave
        self._lock = threading.Lock()
        self._connections = threading.local()

    def handle(self, call: Call) -> Answer | Half | None:
        """The answer to a call; None where there is to be none."""
        with self._lock:
            call = Call(len(self.calls) + 1, call.method, call.path, call.body, call.headers)
            self.calls.append(call)
            own = self._behave(call)
            self.own += own is not None
        if isinstance(own, Answer | Half):
            return own
        if isinstance(own, Instead):
            self._pass_on(call)
            return own.answer
        answer = None if isinstance(own, Lost) and not own.done else self._pass_on(call)
        return None if isinstance(own, Lost) else answer

    def _pass_on(self, call: Call) -> Answer:
        connection = http.client.HTTPConnection(self._upstream.hostname or "", self._upstream.port, timeout=60)
        headers = {name: value for name, value in call.headers.items() if name.lower() not in HOP_BY_HOP}
        connection.request(call.method, call.path, call.body or None, headers)
        response = connection.getresponse()
        body = response.read()
        connection.close()
        return Answer(response.status, body, {n: v for n, v in response.getheaders() if n.lower() not in HOP_BY_HOP})


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    proxy: Proxy

    def handle_any(self) -> None:
        call = Call(0, self.command, self.path, self._read_body(), dict(self.headers.items()))
        answer = self.proxy.handle(call)
        if answer is None:
            answer = Half()
        if isinstance(answer, Half):
            self._end_after(answer)
            return
        self.send_response_only(answer.status)
        for name, value in answer.headers.items():
            self.send_header(name, value)
        if answer.status != http.client.NO_CONTENT:
            self.send_header("Content-Length", str(len(answer.body)))
        self.end_headers()
        self.wfile.write(answer.body)

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = do_HEAD = do_OPTIONS = do_TRACE = handle_any  # noqa: N815

    def _end_after(self, half: Half) -> None:
        self.wfile.write(half.sent)
        self.wfile.flush()
        self.close_connection = True
        if half.is_reset:
            # What is closed without lingering is reset.
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.connection.close()
        else:
            self.connection.shutdown(socket.SHUT_RDWR)

    def _read_body(self) -> bytes:
        if self.headers.get("Transfer-Encoding", "").lower() == "chunked":
            return b"".join(self._chunks())
        return self.rfile.read(int(self.headers.get("Content-Length") or 0))

    def _chunks(self) -> Iterator[bytes]:
        while size := int(self.rfile.readline().partition(b";")[0], 16):
            yield self.rfile.read(size)
            self.rfile.readline()
        while self.rfile.readline().strip():
            pass

    def log_message(self, *_: object) -> None:
        """Nothing is printed."""


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 64
    disable_nagle_algorithm = True

    def handle_error(self, *_: object) -> None:
        """A client that has gone is no error."""


class _NoDelay(_Handler):
    disable_nagle_algorithm = True
    wbufsize = -1


@contextmanager
def proxying(upstream: str, behave: Behaviour) -> Iterator[tuple[str, Proxy]]:
    """A proxy in front of a server while the block lasts: its origin, and what it knows of the calls."""
    proxy = Proxy(upstream, behave)
    handler = type("Handler", (_NoDelay,), {"proxy": proxy})
    with _Server(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}", proxy
        finally:
            server.shutdown()


def behind(environment: dict[str, str], origin: str) -> dict[str, str]:
    """An environment that leads to the proxy in place of the server."""
    addresses = {name: environment[name] for name in ("EC_BASE_URL", "EC_TOKEN_URL")}
    return environment | {name: origin + urlsplit(address).path for name, address in addresses.items()}


# Behaviours


def every(nth: int, answer: Own, *, methods: frozenset[str] | None = None) -> Behaviour:
    """Each so-many-th call has that answer."""
    seen = [0]

    def behave(call: Call) -> Own | None:
        if methods is not None and call.method not in methods:
            return None
        seen[0] += 1
        return answer if seen[0] % nth == 0 else None

    return behave


def busy_from(number: int, seconds: float, answer: Answer) -> Behaviour:
    """From that call on the service is busy for some seconds."""
    until: list[float] = []

    def behave(call: Call) -> Answer | None:
        if call.number >= number and not until:
            until.append(time.monotonic() + seconds)
        return answer if until and time.monotonic() < until[0] else None

    return behave


def limited(calls: int, seconds: float, headers: dict[str, str] | None = None) -> Behaviour:
    """No more than so many calls in so many seconds; those beyond are answered with 429, and count as none."""
    taken: list[float] = []

    def behave(_: Call) -> Answer | None:
        now = time.monotonic()
        taken[:] = [at for at in taken if now - at < seconds]
        if len(taken) >= calls:
            return Answer(429, b"slow down", {"Content-Type": "text/plain", **(headers or {})})
        taken.append(now)
        return None

    return behave
