"""Runs ASGI apps on a real socket: the stand-in, and the receiver of webhooks."""

from __future__ import annotations

import asyncio
import logging
import os
import socket
import threading
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from typing import Any, Final

import uvicorn
from uvicorn.config import LOGGING_CONFIG

from ecsuite.bounds import REQUEST_HEAD_BYTES, REQUEST_SECONDS
from ecsuite.errors import PortTaken

LOOPBACK: Final = "127.0.0.1"
# How long a server may take to stop, in seconds.
TIMEOUT: Final = 30.0

App = Callable[..., Any]


def listen(host: str, port: int) -> socket.socket:
    """A listening socket; port 0 for any free one.

    Raises:
        PortTaken: the port is not available.
    """
    try:
        listener = socket.create_server((host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET)
    except OSError as error:
        reason = os.strerror(error.errno) if error.errno and error.errno > 0 else str(error)
        raise PortTaken(host, port, reason) from None
    except (TypeError, ValueError):
        # Characters that are invalid in a host name.
        raise PortTaken(host, port, "no such host") from None
    # asyncio does not set this on a socket that was created elsewhere. Without it, the body of a response waits for the
    # acknowledgement of its head. Accepted connections inherit it.
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return listener


def origin(listener: socket.socket) -> str:
    """The URL of a listening socket, as `http://host:port`."""
    host, port = listener.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def server(
    app: App, *, log_level: str = "warning", may_be_wrong: bool = False, say: Callable[[str], object] | None = None
) -> uvicorn.Server:
    """A quiet server for the app, which stops soon after its `should_exit` is set from any thread.

    Args:
        app: the ASGI app.
        log_level: the lowest level that is logged.
        may_be_wrong: whether its responses may be invalid HTTP.
        say: called with each log message, instead of logging it.
    """
    if say is not None:
        logger = logging.getLogger("uvicorn.error")
        logger.handlers, logger.propagate = [_Saying(say)], False
    config = uvicorn.Config(
        app,
        # With httptools, uvicorn loses the body of a request that offers another protocol (`Upgrade: h2c`), as Java's
        # client does with every first request; with h11, it refuses to send invalid HTTP.
        http="httptools" if may_be_wrong else "h11",
        h11_max_incomplete_event_size=REQUEST_HEAD_BYTES,
        ws="none",
        log_level=log_level,
        log_config=None if say is not None else LOGGING_CONFIG,
        access_log=False,
        timeout_keep_alive=60,
        timeout_graceful_shutdown=1,
    )
    return uvicorn.Server(config)


class _Saying(logging.Handler):
    """A log handler that passes each message to a function."""

    def __init__(self, say: Callable[[str], object]) -> None:
        super().__init__()
        self._say = say

    def emit(self, record: logging.LogRecord) -> None:
        self._say(record.getMessage())


class TooMuch(Exception):
    """The body of a request is too long (413), or takes too long (408)."""

    def __init__(self, status: int, text: str) -> None:
        super().__init__(text)
        self.status = status


async def body_of(receive: Callable[[], Awaitable[Any]], longest: int) -> bytes | None:
    """The body of a request, up to a limit; None if the client has disconnected.

    Args:
        receive: of ASGI.
        longest: the limit in bytes.

    Raises:
        TooMuch: the body is longer, or does not arrive in time.
    """
    chunks: list[bytes] = []
    size = 0
    try:
        async with asyncio.timeout(REQUEST_SECONDS):
            while (message := await receive())["type"] == "http.request":
                chunks.append(message.get("body", b""))
                size += len(chunks[-1])
                if size > longest:
                    raise TooMuch(413, f"The body is longer than {longest} bytes.")
                if not message.get("more_body"):
                    return b"".join(chunks)
    except TimeoutError:
        raise TooMuch(408, f"The body took longer than {REQUEST_SECONDS:.0f} seconds.") from None
    except asyncio.CancelledError:
        # The server is stopping, and does not wait any longer; uvicorn would print a traceback.
        return None
    return None


def announcing(app: App, announce: Callable[[], object]) -> App:
    """The app, which calls a function once it has started: its server handles signals by then."""

    async def announced(scope: Any, receive: Any, send: Any) -> None:
        async def tell(message: Any) -> None:
            await send(message)
            if message["type"] == "lifespan.startup.complete":
                announce()

        await app(scope, receive, tell if scope["type"] == "lifespan" else send)

    return announced


@contextmanager
def in_thread(
    app: App, listener: socket.socket, *, log_level: str = "warning", may_be_wrong: bool = False
) -> Iterator[None]:
    """Serve the app in a thread during the block, as `server` does; closes the socket.

    The socket is already listening, so early connections wait until the server has started.
    """
    runner = server(app, log_level=log_level, may_be_wrong=may_be_wrong)
    thread = threading.Thread(target=runner.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    try:
        yield
    finally:
        runner.should_exit = True
        thread.join(TIMEOUT)
        listener.close()
