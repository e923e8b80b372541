"""A proxy in front of a server, over real sockets, that imitates faults of networks and gateways."""

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

# Headers of a single connection, which a proxy does not forward.
HOP_BY_HOP = {"connection", "keep-alive", "transfer-encoding", "content-length", "host"}


@dataclass(frozen=True)
class Call:
    """A call as the proxy receives it; `number` counts from 1."""

    number: int
    method: str
    path: str
    body: bytes
    headers: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Answer:
    """A response of the proxy itself."""

    status: int
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)


class Lost:
    """Close the connection without a response; `done` if the call is forwarded first."""

    def __init__(self, *, done: bool) -> None:
        self.done = done


class Instead:
    """Forward the call, and replace the server's response."""

    def __init__(self, answer: Answer) -> None:
        self.answer = answer


@dataclass(frozen=True)
class Half:
    """Close the connection after some bytes, with a TCP reset if `is_reset`."""

    sent: bytes = b""
    is_reset: bool = False


# What the proxy does instead of forwarding a response: another response, part of one, or none.
Own = Answer | Half | Instead | Lost
# Decides about a call; None forwards it unchanged.
Behaviour = Callable[[Call], Own | None]


class Proxy:
    """Forwards calls to a server, or handles them itself.

    Attributes:
        calls: all calls.
        own: how many of them did not get the server's response.
    """

    def __init__(self, upstream: str, behave: Behaviour) -> None:
        self.calls: list[Call] = []
        self.own = 0
        self._upstream = urlsplit(upstream)
        self._behave = behave
        self._lock = threading.Lock()
        self._connections = threading.local()

    def handle(self, call: Call) -> Answer | Half | None:
        """The response to a call; None for none."""
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
            # Closing without lingering sends a reset.
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
        """Print nothing."""


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 64
    disable_nagle_algorithm = True

    def handle_error(self, *_: object) -> None:
        """Ignore errors, because clients may disconnect."""


class _NoDelay(_Handler):
    disable_nagle_algorithm = True
    wbufsize = -1


@contextmanager
def proxying(upstream: str, behave: Behaviour) -> Iterator[tuple[str, Proxy]]:
    """Run a proxy in front of a server; yield its origin, and the proxy."""
    proxy = Proxy(upstream, behave)
    handler = type("Handler", (_NoDelay,), {"proxy": proxy})
    with _Server(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}", proxy
        finally:
            server.shutdown()


def behind(environment: dict[str, str], origin: str) -> dict[str, str]:
    """An environment with the URLs of the proxy instead of the server's."""
    addresses = {name: environment[name] for name in ("EC_BASE_URL", "EC_TOKEN_URL")}
    return environment | {name: origin + urlsplit(address).path for name, address in addresses.items()}


# Behaviours


def every(nth: int, answer: Own, *, methods: frozenset[str] | None = None) -> Behaviour:
    """Treat each nth call this way."""
    seen = [0]

    def behave(call: Call) -> Own | None:
        if methods is not None and call.method not in methods:
            return None
        seen[0] += 1
        return answer if seen[0] % nth == 0 else None

    return behave


def busy_from(number: int, seconds: float, answer: Answer) -> Behaviour:
    """Be busy for some seconds from this call on."""
    until: list[float] = []

    def behave(call: Call) -> Answer | None:
        if call.number >= number and not until:
            until.append(time.monotonic() + seconds)
        return answer if until and time.monotonic() < until[0] else None

    return behave


def limited(calls: int, seconds: float, headers: dict[str, str] | None = None) -> Behaviour:
    """Allow a number of calls in some seconds; further calls get 429, and do not count."""
    taken: list[float] = []

    def behave(_: Call) -> Answer | None:
        now = time.monotonic()
        taken[:] = [at for at in taken if now - at < seconds]
        if len(taken) >= calls:
            return Answer(429, b"slow down", {"Content-Type": "text/plain", **(headers or {})})
        taken.append(now)
        return None

    return behave
