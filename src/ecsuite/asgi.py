"""ASGI apps behind a real socket: the stand-in, and the receiver of webhooks."""

from __future__ import annotations

import os
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Final

import uvicorn

from ecsuite.errors import PortTaken

LOOPBACK: Final = "127.0.0.1"
# How long a server may take to stop, in seconds.
TIMEOUT: Final = 30.0

App = Callable[..., Any]


def listen(host: str, port: int) -> socket.socket:
    """A socket that takes connections; port 0 for any that is free.

    Raises:
        PortTaken: it cannot be had.
    """
    try:
        listener = socket.create_server((host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET)
    except OSError as error:
        reason = os.strerror(error.errno) if error.errno and error.errno > 0 else str(error)
        raise PortTaken(host, port, reason) from None
    # asyncio does not do it for a socket that was made elsewhere, and then the body of a response waits for the
    # acknowledgement of its head. What is accepted inherits it.
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return listener


def origin(listener: socket.socket) -> str:
    """The address of a listening socket as `http://host:port`."""
    host, port = listener.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def server(app: App, *, log_level: str = "warning") -> uvicorn.Server:
    """A server for the app, quiet, and quick to stop: soon after its `should_exit` is set, from any thread."""
    config = uvicorn.Config(
        app,
        http="httptools",
        ws="none",
        log_level=log_level,
        access_log=False,
        timeout_keep_alive=60,
        timeout_graceful_shutdown=1,
    )
    return uvicorn.Server(config)


def announcing(app: App, announce: Callable[[], object]) -> App:
    """The app, which calls a function once it has started: its server listens to signals by then."""

    async def announced(scope: Any, receive: Any, send: Any) -> None:
        async def tell(message: Any) -> None:
            await send(message)
            if message["type"] == "lifespan.startup.complete":
                announce()

        await app(scope, receive, tell if scope["type"] == "lifespan" else send)

    return announced


@contextmanager
def in_thread(app: App, listener: socket.socket, *, log_level: str = "warning") -> Iterator[None]:
    """Serve the app in a thread while the block lasts; closes the socket.

    The socket listens already, so whoever connects before the server has started waits for it.
    """
    runner = server(app, log_level=log_level)
    thread = threading.Thread(target=runner.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    try:
        yield
    finally:
        runner.should_exit = True
        thread.join(TIMEOUT)
        listener.close()
