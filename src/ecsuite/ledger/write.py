"""The ledger of a running process. What a call will create is written before the call is sent."""

from __future__ import annotations

import os
import secrets
import threading
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import asdict, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from ecsuite.errors import LedgerUnwritable
from ecsuite.ledger.entry import Head, Partner, Shown, Sought, line_of

if TYPE_CHECKING:
    from filelock import BaseFileLock

LOCK: Final = ".lock"
SUFFIX: Final = ".jsonl"


def require_home(folder: Path | None = None) -> None:
    """Require that ledgers can be written.

    Raises:
        LedgerUnwritable: they cannot.
    """
    own = folder or home()
    try:
        own.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as error:
        raise LedgerUnwritable(own, error.strerror or str(error)) from None
    if not os.access(own, os.W_OK | os.X_OK):
        raise LedgerUnwritable(own, "no leave to write there")


def home() -> Path:
    """The folder of this user's ledgers, with a folder for each run."""
    import platformdirs  # noqa: PLC0415  only where there is a ledger

    return platformdirs.user_state_path("ecsuite", appauthor=False) / "ledgers"


class Ledger:
    """The ledger of one process of a run; threads may share it.

    Args:
        path: of the file, which must not exist.
        head: its first line.
        lock: held as long as the process lives.
        outlives_machine: whether to flush the file to the disk before a creating call is sent. Otherwise it survives if
            the process is killed, but not if the machine crashes.

    Raises:
        OSError: the file cannot be written.
    """

    def __init__(
        self, path: Path, head: Head, lock: BaseFileLock | None = None, *, outlives_machine: bool = True
    ) -> None:
        self.head = head
        self._outlives_machine = outlives_machine
        self._path = path
        self._held = lock
        self._lock = threading.Lock()
        self._partners: dict[str, Partner] = {}
        # Only its owner may read it, although it contains no secrets.
        self._file = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_EXCL, 0o600)
        self._write(head.line())
        self._sync()

    def note(self, partner: str, entries: Sequence[dict[str, Any]], *, is_ahead: bool) -> None:
        """Append a line for each entry that is new.

        Args:
            partner: the digest of its identity.
            entries: of one kind.
            is_ahead: whether they are about future calls, so that they must survive a crash of the machine.
                Entries about past deletions may be lost: then `ecsuite cleanup` finds nothing to delete.
        """
        with self._lock:
            known = self._partners.setdefault(partner, Partner(partner))
            news = [line_of({"partner": partner, **entry}) for entry in entries if known.note(entry)]
            if news:
                self._write(b"".join(news))
            if news and is_ahead:
                self._sync()

    def of(self, partner: str) -> Partner:
        """The entries of a partner, by the digest of its identity."""
        return self._partners.get(partner, Partner(partner))

    @property
    def has_left(self) -> bool:
        """Whether anything in the ledger may still exist."""
        return any(partner.has_left for partner in self._partners.values())

    def close(self) -> None:
        """Close the file. If nothing is left, remove it, and the folder if it is empty."""
        os.close(self._file)
        if not self.has_left:
            self._path.unlink(missing_ok=True)
        if self._held is not None:
            self._held.release()
            self._path.with_suffix(LOCK).unlink(missing_ok=True)
        with suppress(OSError):
            self._path.parent.rmdir()

    def _write(self, line: bytes) -> None:
        os.write(self._file, line)

    def _sync(self) -> None:
        if self._outlives_machine:
            os.fsync(self._file)


class PartnerLedger:
    """The ledger entries of one partner.

    Args:
        ledger: opens the ledger, when there is something to write.
        partner: its identity.
    """

    def __init__(self, ledger: Callable[[], Ledger], partner: str) -> None:
        self._ledger = ledger
        self._partner = partner

    @property
    def written(self) -> Partner:
        """What the ledger says may still exist."""
        ledger = self._ledger()
        return ledger.of(ledger.head.digest(self._partner))

    def making(self, *paths: str) -> None:
        """Note that an entity is about to be created at each path."""
        self._note([{"made": path} for path in paths], is_ahead=True)

    def gone(self, path: str) -> None:
        """Note that nothing exists at a path, or ever did."""
        self._note([{"gone": path}])

    def seeking(self, sought: Sought) -> None:
        """Note that an entity is about to be created under an id that the server chooses."""
        self._note([{"sought": self._hashed(sought)}], is_ahead=True)

    def found(self, sought: Sought) -> None:
        """Note that its id is known, or that it was not created."""
        self._note([{"found": self._hashed(sought)}])

    def shown(self, path: str, lister: str, ids: Iterable[str]) -> None:
        """Note the ids in a list at a time when all entities that the path deletes were the run's own."""
        head = self._ledger().head
        self._note([{"shown": asdict(Shown(path, lister, tuple(map(head.digest, ids))))}])

    def _note(self, entries: Sequence[dict[str, Any]], *, is_ahead: bool = False) -> None:
        ledger = self._ledger()
        ledger.note(ledger.head.digest(self._partner), entries, is_ahead=is_ahead)

    def _hashed(self, sought: Sought) -> dict[str, str]:
        if not sought.mark or sought.salt:
            return asdict(sought)
        head = self._ledger().head
        return asdict(replace(sought, mark=head.digest(sought.mark), salt=head.salt))


def open_ledger(
    base_url: str, edition: str, run: str = "", folder: Path | None = None, *, outlives_machine: bool = True
) -> Ledger:
    """Open a new, locked ledger for this process.

    Args:
        base_url: of the server.
        edition: of the contract.
        run: the id of the run, shared by its processes; defaults to a new one.
        folder: of all ledgers; defaults to this user's.
        outlives_machine: as for `Ledger`.

    Raises:
        LedgerUnwritable: it cannot be written, so nothing may be sent.
    """
    from filelock import FileLock  # noqa: PLC0415  only where there is a ledger

    now = datetime.now(UTC)
    below = (folder or home()) / (run or f"{now:%Y%m%dT%H%M%S}-{secrets.token_hex(4)}")
    path = below / f"{secrets.token_hex(4)}{SUFFIX}"
    try:
        below.mkdir(parents=True, exist_ok=True, mode=0o700)
        lock = FileLock(path.with_suffix(LOCK), thread_local=False)
        lock.acquire(timeout=0)
        head = Head(base_url, edition, secrets.token_hex(16), f"{now:%Y-%m-%dT%H:%M:%SZ}")
        return Ledger(path, head, lock, outlives_machine=outlives_machine)
    except OSError as error:
        raise LedgerUnwritable(below, error.strerror or str(error)) from None
