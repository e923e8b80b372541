"""The stand-in behind a real socket: in this thread, in another one, or in a process of its own."""

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
    """A running stand-in: where it is, and its two partners."""

    base_url: str
    token_url: str
    credentials: Credentials
    other: Credentials

    def target(self, name: str = "") -> Target:
        """The stand-in as a target."""
        return Target("local", self.base_url, self.token_url, self.credentials, self.other, name=name)

    def environment(self) -> dict[str, str]:
        """The environment that points a live run at this stand-in."""
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
        edition: a folder of `contracts/`.
        announce: called with the address and the credentials once connections are taken.
        host: where to listen.
        port: where to listen; 0 for any port that is free.
        data: a file to keep the state in.
        token_lifetime: seconds, in place of the edition's own.
        plant: changes its parts before it starts.
        until: a function to wait for, in a thread, after which the server stops.
        verify: whether the certificates of webhooks are verified.
        log: called with each request, when it is answered, and with what is wrong with one that is no HTTP.

    Raises:
        PortTaken, DataFileUnusable, UnknownEdition.
        OSError: of `announce`, which could not say where the server is.
    """
    options: dict[str, Any] = {"token_lifetime": token_lifetime, "plant": plant, "verify": verify}
    with _standing(edition, host, port, data, **options) as (app, listener, standin):
        # An interrupt that came before the server listens to signals would end it with a warning.
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
    """A stand-in in a thread of this process, `pause` seconds before a delivery's second try; raises as `serve`."""
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
    """A stand-in in a process of its own, which ends with this one whatever happens to it.

    Raises:
        StandInDidNotStart: the process ended before it took connections.
    """
    command = [sys.executable, "-m", "ecsuite", "serve", "--edition", edition, "--port", "0", "--quiet", "--until-eof"]
    # What it says goes to a file: a pipe that nobody reads would be full one day, and hold it up.
    with tempfile.TemporaryFile("w+", encoding="utf-8", errors="replace") as said:
        process = subprocess.Popen(  # noqa: S603
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=said,
            text=True,
            encoding="utf-8",
            # A Ctrl-C of a terminal is for the run, which still has to delete what it has made there.
            start_new_session=True,
        )
        try:
            yield _read_announcement(process, said)
        finally:
            # The end of its input is what it waits for, and what it gets if this process is killed, too.
            _end(process)


@contextmanager
def _standing(
    edition: str,
    host: str,
    port: int,
    data: Path | str,
    **options: Any,
) -> Iterator[tuple[Starlette, socket.socket, StandIn]]:
    """The app on its store, and a socket for it; options as for `create_app`."""
    with closing(Store(editions.require(edition), data)) as store, closing(asgi.listen(host, port)) as listener:
        app = create_app(edition, store, **options)
        yield app, listener, _describe(edition, store, listener)


def _end(process: subprocess.Popen[str]) -> None:
    """Have a stand-in stop, by force where it does not."""
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
