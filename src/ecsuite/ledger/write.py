"""A ledger as a run keeps it: appended, and what is to be made is written before the call that makes it is sent."""

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
    """See that ledgers can be kept.

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
    """Where the ledgers of this user's runs are, a folder a run."""
    import platformdirs  # noqa: PLC0415  only where there is a ledger

    return platformdirs.user_state_path("ecsuite", appauthor=False) / "ledgers"


class Ledger:
    """The ledger of one process of a run; threads may share it.

    Args:
        path: of the file, which is made.
        head: its first line.
        lock: held as long as the process lives.
        outlives_machine: whether what is to be made is on the disk before the call is sent, and not only with the
            operating system, which keeps it when the process is killed, but not when the machine dies.

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
        # Only its owner may read it, though it holds no secret.
        self._file = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_EXCL, 0o600)
        self._write(head.line())
        self._sync()

    def note(self, partner: str, entries: Sequence[dict[str, Any]], *, is_ahead: bool) -> None:
        """Append a line for each entry, unless it says what is known.

        Args:
            partner: a digest of who it is.
            entries: of one kind.
            is_ahead: whether they are about what is to be done, so that they must outlive the machine; those about what
                has been done may be lost with it, for then nothing is found to delete.
        """
        with self._lock:
            known = self._partners.setdefault(partner, Partner(partner))
            news = [line_of({"partner": partner, **entry}) for entry in entries if known.note(entry)]
            if news:
                self._write(b"".join(news))
            if news and is_ahead:
                self._sync()

    def of(self, partner: str) -> Partner:
        """What is known of a partner, by the digest of who it is."""
        return self._partners.get(partner, Partner(partner))

    @property
    def has_left(self) -> bool:
        """Whether anything that is in it may be there."""
        return any(partner.has_left for partner in self._partners.values())

    def close(self) -> None:
        """Let go of it; what has nothing left is removed, and with it the folder where it was the last."""
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
    """What is written about the calls of one partner.

    Args:
        ledger: opens it, when there is something to write.
        partner: who that is.
    """

    def __init__(self, ledger: Callable[[], Ledger], partner: str) -> None:
        self._ledger = ledger
        self._partner = partner

    @property
    def written(self) -> Partner:
        """What is written down, and may be there."""
        ledger = self._ledger()
        return ledger.of(ledger.head.digest(self._partner))

    def making(self, *paths: str) -> None:
        """Something is about to be made at each path."""
        self._note([{"made": path} for path in paths], is_ahead=True)

    def gone(self, path: str) -> None:
        """Nothing is at a path any more, or ever was."""
        self._note([{"gone": path}])

    def seeking(self, sought: Sought) -> None:
        """Something is about to be made under an id of the server's."""
        self._note([{"sought": self._hashed(sought)}], is_ahead=True)

    def found(self, sought: Sought) -> None:
        """It is known under which, or that it was not made."""
        self._note([{"found": self._hashed(sought)}])

    def shown(self, path: str, lister: str, ids: Iterable[str]) -> None:
        """All that a list shows, by its ids, when what a path deletes all of a kind of was the run's own."""
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
    """A new ledger of this process, locked.

    Args:
        base_url: where the run sends to.
        edition: whose contract holds.
        run: the name that all processes of a run have in common; a fresh one where it is left out.
        folder: where ledgers are; that of this user where it is left out.
        outlives_machine: as for `Ledger`.

    Raises:
        LedgerUnwritable: it cannot be kept, so nothing may be sent.
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
