"""The ledgers of earlier runs, as far as each can be read; those of runs that are still going are locked."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from ecsuite.http import httpx
from ecsuite.ledger.entry import Partner, line_of, read_entry, read_head
from ecsuite.ledger.write import LOCK, SUFFIX, home


class Found:
    """A ledger of an earlier run, as far as it can be read: what is torn at its end was never sent.

    Attributes:
        head: None where the file is none of ours, or its run died before it had written anything.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        lines = path.read_bytes().splitlines(keepends=True)
        self.head = read_head(lines[0]) if lines else None
        self._partners: dict[str, Partner] = {}
        for line in lines[1:] if self.head else ():
            entry = read_entry(line)
            if entry is not None and isinstance(entry.get("partner"), str) and _can_be_sent(entry):
                # What is damaged says nothing.
                with suppress(KeyError, TypeError):
                    self._of(entry["partner"]).note(entry)
        self._is_torn = bool(lines) and not lines[-1].endswith(b"\n")

    def note(self, partner: str, entry: dict[str, Any]) -> None:
        """Append what has become of something."""
        self._of(partner).note(entry)
        with self._path.open("ab") as file:
            file.write(b"\n" * self._is_torn + line_of({"partner": partner, **entry}))
        self._is_torn = False

    def remove_if_done(self) -> bool:
        """Remove the file, and its folder where it was the last, if nothing is left; whether it was so."""
        if self.head is None or any(partner.has_left for partner in self.partners):
            return False
        self._path.unlink(missing_ok=True)
        return True

    @property
    def partners(self) -> tuple[Partner, ...]:
        """What each partner's calls may have left."""
        return tuple(self._partners.values())

    def _of(self, partner: str) -> Partner:
        return self._partners.setdefault(partner, Partner(partner))


def _can_be_sent(entry: dict[str, Any]) -> bool:
    """Whether a client takes the paths of an entry, as it did when it wrote them."""
    parts = [entry[name] for name in ("sought", "found", "shown") if isinstance(entry.get(name), dict)]
    paths = [entry.get("made"), entry.get("gone"), *(part.get(name) for part in parts for name in ("path", "lister"))]
    try:
        return all(path.startswith("/") and bool(httpx.URL(path)) for path in paths if isinstance(path, str))
    except (httpx.InvalidURL, UnicodeError):
        return False


def ledgers(folder: Path | None = None) -> list[Path]:
    """The files of all ledgers, the oldest first."""
    return sorted((folder or home()).glob(f"*/*{SUFFIX}"), key=lambda path: (_time_of(path), str(path)))


def _time_of(path: Path) -> float:
    # Its run may end just now, and take it away.
    try:
        return path.stat().st_mtime
    except OSError:
        return 0.0


@contextmanager
def locked(path: Path) -> Iterator[bool]:
    """Whether a ledger is of a run that is over; it is ours as long as the block lasts, if it is."""
    from filelock import FileLock, Timeout  # noqa: PLC0415  only where there is a ledger

    lock = FileLock(path.with_suffix(LOCK), thread_local=False)
    try:
        lock.acquire(timeout=0)
    except Timeout:
        yield False
        return
    try:
        yield True
    finally:
        lock.release()
        if not path.exists():
            path.with_suffix(LOCK).unlink(missing_ok=True)
            with suppress(OSError):
                path.parent.rmdir()
