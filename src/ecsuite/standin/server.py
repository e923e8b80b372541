"""The stand-in behind a real socket: in this thread, in another thread, or in a separate process."""

from __future__ import annotations

import shlex
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, Final

import uvicorn
from starlette.applications import Starlette

from ecsuite import asgi, editions
from ecsuite.asgi import LOOPBACK
from ecsuite.errors import StandInDidNotStart
from ecsuite.standin.app import Plant, create_app
from ecsuite.standin.deliveries import PAUSE
from ecsuite.standin.log import Logged, Served
from ecsuite.standin.store import IN_MEMORY, Store
from ecsuite.target import Credentials, Target

_EXPORT: Final = "export "


@dataclass(frozen=True, slots=True)
class StandIn:
    """A running stand-in: its URLs, and its two partners."""

    base_url: str
    token_url: str
    credentials: Credentials
    other: Credentials

    def target(self, name: str = "") -> Target:
        """The stand-in as a target."""
        return Target("local", self.base_url, self.token_url, self.credentials, self.other, name=name)

    def environment(self) -> dict[str, str]:
        """Environment variables for a live run against this stand-in."""
        return {
            "EC_BASE_URL": self.base_url,
            "EC_TOKEN_URL": self.token_url,
            "EC_CLIENT_ID": self.credentials.client_id,
            "EC_CLIENT_SECRET": self.credentials.client_secret,
            "EC_OTHER_CLIENT_ID": self.other.client_id,
            "EC_OTHER_CLIENT_SECRET": self.other.client_secret,
        }

    def export_lines(self) -> list[str]:
        """The environment as lines to paste into a shell."""
        return [f"{_EXPORT}{name}={shlex.quote(value)}" for name, value in self.environment().items()]


def serve(  # noqa: PLR0913
    edition: str,
    announce: Callable[[StandIn], None],
    *,
    host: str = LOOPBACK,
    port: int = 0,
    data: Path | str = IN_MEMORY,
    token_lifetime: int | None = None,
    plant: Plant | None = None,
    until: Callable[[], object] | None = None,
    verify: bool = True,
    log: Callable[[Served | str], object] | None = None,
) -> None:
    """Serve until interrupted.

    Args:
        edition: the name of a folder in `contracts/`.
        announce: called with the addresses and credentials when the server accepts connections.
        host: the address to listen on.
        port: the port to listen on; 0 for any free port.
        data: the file for its state.
        token_lifetime: in seconds; defaults to that of the edition.
        plant: called with its parts before it starts, and may replace them.
        until: called in a thread; the server stops when it returns.
        verify: whether to verify the certificates of webhooks.
        log: called with each request after its response, and with a message for input that is not HTTP.

    Raises:
        PortTaken, DataFileUnusable, UnknownEdition.
        OSError: raised by `announce`.
    """
    options: dict[str, Any] = {"token_lifetime": token_lifetime, "plant": plant, "verify": verify}
    with _standing(edition, host, port, data, **options) as (app, listener, standin):
        # Without this, an interruption before the server handles signals would print a warning.
        unsaid: list[OSError] = []

        def say() -> None:
            try:
                announce(standin)
            except OSError as error:
                unsaid.append(error)
                server.should_exit = True

        logged = Logged(app, app.state.store, log) if log else app
        server = asgi.server(asgi.announcing(logged, say), may_be_wrong=plant is not None, say=log)
        if until is not None:
            threading.Thread(target=_stop_after, args=(until, server), daemon=True).start()
        server.run(sockets=[listener])
        if unsaid:
            raise unsaid[0]


@contextmanager
def serving(
    edition: str,
    *,
    data: Path | str = IN_MEMORY,
    token_lifetime: int | None = None,
    plant: Plant | None = None,
    pause: float = PAUSE,
) -> Iterator[StandIn]:
    """Run a stand-in in a thread of this process; `pause` is in seconds, before the second attempt at a delivery.

    Raises:
        PortTaken, DataFileUnusable, UnknownEdition: as `serve`.
    """
    with (
        _standing(edition, LOOPBACK, 0, data, token_lifetime=token_lifetime, plant=plant, pause=pause) as (
            app,
            listener,
            standin,
        ),
        asgi.in_thread(app, listener, may_be_wrong=plant is not None),
    ):
        yield standin


@contextmanager
def launched(edition: str) -> Iterator[StandIn]:
    """Run a stand-in in a separate process, which stops with this one in any case.

    Raises:
        StandInDidNotStart: the process ended before it accepted connections.
    """
    command = [sys.executable, "-m", "ecsuite", "serve", "--edition", edition, "--port", "0", "--quiet", "--until-eof"]
    # Its standard error goes to a file, because an unread pipe would fill up and block the process.
    with tempfile.TemporaryFile("w+", encoding="utf-8", errors="replace") as said:
        process = subprocess.Popen(  # noqa: S603
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=said,
            text=True,
            encoding="utf-8",
            # Ctrl+C is only for the run, which still has to delete its test data from the stand-in.
            start_new_session=True,
        )
        try:
            yield _read_announcement(process, said)
        finally:
            # The process stops at the end of its input, which also comes if this process is killed.
            _end(process)


@contextmanager
def _standing(
    edition: str,
    host: str,
    port: int,
    data: Path | str,
    **options: Any,
) -> Iterator[tuple[Starlette, socket.socket, StandIn]]:
    """Create the app with its store, and a socket; options as for `create_app`."""
    with closing(Store(editions.require(edition), data)) as store, closing(asgi.listen(host, port)) as listener:
        app = create_app(edition, store, **options)
        yield app, listener, _describe(edition, store, listener)


def _end(process: subprocess.Popen[str]) -> None:
    """Wait until a stand-in stops; kill it if it does not."""
    try:
        process.communicate(timeout=asgi.TIMEOUT)
    except subprocess.TimeoutExpired:
        process.kill()
        process.communicate()


def _read_announcement(process: subprocess.Popen[str], said: IO[str]) -> StandIn:
    assert process.stdout is not None
    found: dict[str, str] = {}
    for line in process.stdout:
        if line.startswith(_EXPORT):
            (word,) = shlex.split(line.removeprefix(_EXPORT))
            name, _, value = word.partition("=")
            found[name] = value
        elif found:
            break
    if not found:
        _end(process)
        said.seek(0)
        raise StandInDidNotStart(" ".join(said.read().split()))
    return StandIn(
        found["EC_BASE_URL"],
        found["EC_TOKEN_URL"],
        Credentials(found["EC_CLIENT_ID"], found["EC_CLIENT_SECRET"]),
        Credentials(found["EC_OTHER_CLIENT_ID"], found["EC_OTHER_CLIENT_SECRET"]),
    )


def _describe(edition: str, store: Store, listener: socket.socket) -> StandIn:
    contract = editions.contract(edition)
    token_path = contract.token_operation.path if contract.token_operation else ""
    address = asgi.origin(listener)
    credentials, other = store.credentials()
    return StandIn(address + contract.base_path(), address + token_path, credentials, other)


def _stop_after(until: Callable[[], object], server: uvicorn.Server) -> None:
    until()
    server.should_exit = True
