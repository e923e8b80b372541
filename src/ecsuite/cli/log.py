"""A log that is written by a background thread, so that a slow reader never blocks the caller."""

from __future__ import annotations

import os
import queue
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Final, Generic, TypeVar

_T = TypeVar("_T")
# Maximum number of records that wait to be written; further ones are dropped and counted.
MOST_WAITING: Final = 10_000
# Seconds to write the remaining records at the end.
LAST: Final = 2.0


class Log(Generic[_T]):
    """Writes lines to a file descriptor.

    Args:
        number: the file descriptor.
        lines: converts a record to lines; called in the writing thread.
    """

    def __init__(self, number: int, lines: Callable[[_T], Iterable[str]]) -> None:
        self._number = number
        self._lines = lines
        self._waiting: queue.Queue[_T | None] = queue.Queue(MOST_WAITING)
        self._left_out = 0
        self._thread = threading.Thread(target=self._write_all, name="ecsuite-log", daemon=True)

    def tell(self, record: _T) -> None:
        """Queue a record; never blocks."""
        try:
            self._waiting.put_nowait(record)
        except queue.Full:
            self._left_out += 1

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Write records while the block is active; at its end write the remaining ones, within `LAST` seconds."""
        self._thread.start()
        try:
            yield
        finally:
            try:
                self._waiting.put(None, timeout=LAST)
                self._thread.join(LAST)
            except queue.Full:
                pass

    def _write_all(self) -> None:
        while (record := self._waiting.get()) is not None:
            lines = self._made(record)
            if self._left_out:
                lines.append(f"... and {self._left_out} more, which came faster than they could be written")
                self._left_out = 0
            if not self._write("".join(f"{line}\n" for line in lines).encode(errors="replace")):
                return

    def _made(self, record: _T) -> list[str]:
        """The lines of a record. An error in a record is reported and does not stop the log."""
        try:
            return [*self._lines(record)]
        except Exception as error:  # noqa: BLE001  any error would end the thread
            return [f"a request that cannot be told ({type(error).__name__})"]

    def _write(self, text: bytes) -> bool:
        """Write a text; return whether that succeeded."""
        # Bypasses the stream, because its lock would block the end of the process if nobody reads the output.
        try:
            while text:
                text = text[os.write(self._number, text) :]
        except OSError:
            return False
        return True
