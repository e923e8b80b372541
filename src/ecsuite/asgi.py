"""ASGI apps behind a real socket: the stand-in, and the receiver of webhooks."""

from __future__ import annotations

import asyncio
import os
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any, Final

import uvicorn

from ecsuite.errors import PortTaken

LOOPBACK: Final = "127.0.0.1"
# How long a server may take to start, or to stop, in seconds.
PATIENCE: Final = 30.0
# How often a server looks around, in seconds, as uvicorn does.
_TICK: Final = 0.1

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


def server(app: App, on_start: Callable[[], object] = lambda: None, *, log_level: str = "warning") -> Server:
    """A server for the app, quiet, and quick to stop; `on_start` is called once it takes connections."""
    config = uvicorn.Config(
        app,
        http="httptools",
        ws="none",
        log_level=log_level,
        access_log=False,
        timeout_keep_alive=60,
        timeout_graceful_shutdown=1,
    )
    return Server(config, on_start)


class Server(uvicorn.Server):
    """A server that can be stopped from another thread."""

    def __init__(self, config: uvicorn.Config, on_start: Callable[[], object]) -> None:
        super().__init__(config)
        self._on_start = on_start
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stopped = asyncio.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """As uvicorn's, and then says that it has started."""
        self._loop = asyncio.get_running_loop()
        await super().startup(sockets)
        self._on_start()

    def stop(self) -> None:
        """Stop soon; from any thread."""
        self.should_exit = True
        if self._loop is not None:
            with suppress(RuntimeError):  # it has ended by itself
                self._loop.call_soon_threadsafe(self._stopped.set)

    async def main_loop(self) -> None:
        """As uvicorn's, which looks ten times a second whether to stop; this one is told."""
        ticks = 0
        while not await self.on_tick(ticks):
            ticks += 1
            with suppress(TimeoutError):
                await asyncio.wait_for(self._stopped.wait(), _TICK)


@contextmanager
def in_thread(app: App, listener: socket.socket, *, log_level: str = "warning") -> Iterator[None]:
    """Serve the app in a thread while the block lasts; closes the socket."""
    started = threading.Event()
    runner = server(app, started.set, log_level=log_level)
    thread = threading.Thread(target=runner.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    started.wait(PATIENCE)
    try:
        yield
    finally:
        runner.stop()
        thread.join(PATIENCE)
        listener.close()
