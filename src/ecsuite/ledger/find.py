"""The ledgers of earlier runs, as far as they can be read; those of running processes are locked."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from ecsuite.http import httpx
from ecsuite.ledger.entry import Partner, line_of, read_entry, read_head
from ecsuite.ledger.write import LOCK, SUFFIX, home


class Found:
    """A ledger of an earlier run. An incomplete last line is ignored, because its call was never sent.

    Attributes:
        head: None if the file is not a ledger, or its process died before it had written anything.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        lines = path.read_bytes().splitlines(keepends=True)
        self.head = read_head(lines[0]) if lines else None
        self._partners: dict[str, Partner] = {}
        for line in lines[1:] if self.head else ():
            entry = read_entry(line)
            if entry is not None and isinstance(entry.get("partner"), str) and _can_be_sent(entry):
                # Damaged entries are ignored.
                with suppress(KeyError, TypeError):
                    self._of(entry["partner"]).note(entry)
        self._is_torn = bool(lines) and not lines[-1].endswith(b"\n")

    def note(self, partner: str, entry: dict[str, Any]) -> None:
        """Append an entry about what has become of something."""
        self._of(partner).note(entry)
        with self._path.open("ab") as file:
            file.write(b"\n" * self._is_torn + line_of({"partner": partner, **entry}))
        self._is_torn = False

    def remove_if_done(self) -> bool:
        """Remove the file if nothing is left; return whether nothing was."""
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
    """Whether an HTTP client accepts the paths of an entry, as it did when they were written."""
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
    # A process that ends may remove its file at any time.
    try:
        return path.stat().st_mtime
    except OSError:
        return 0.0


@contextmanager
def locked(path: Path) -> Iterator[bool]:
    """Lock a ledger during the block; yields False if its process is still running."""
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
