"""Lines that are written beside the work, by a thread: who does not read them holds nothing up."""

from __future__ import annotations

import os
import queue
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Final, Generic, TypeVar

_T = TypeVar("_T")
# Records that wait to be written; what comes while there are so many is left out.
MOST_WAITING: Final = 10_000
# Seconds that the last of them get when the work is over.
LAST: Final = 2.0


class Log(Generic[_T]):
    """Writes lines to a file descriptor.

    Args:
        number: of the file.
        lines: makes lines of a record, in the thread that writes.
    """

    def __init__(self, number: int, lines: Callable[[_T], Iterable[str]]) -> None:
        self._number = number
        self._lines = lines
        self._waiting: queue.Queue[_T | None] = queue.Queue(MOST_WAITING)
        self._left_out = 0
        self._thread = threading.Thread(target=self._write_all, name="ecsuite-log", daemon=True)

    def tell(self, record: _T) -> None:
        """Have a record written; never waits."""
        try:
            self._waiting.put_nowait(record)
        except queue.Full:
            self._left_out += 1

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Write while the block lasts, and what is left at its end, unless nobody reads it."""
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
        """The lines of a record; whatever it is, the next ones are told, too."""
        try:
            return [*self._lines(record)]
        except Exception as error:  # noqa: BLE001  it would end the thread, and with it the log
            return [f"a request that cannot be told ({type(error).__name__})"]

    def _write(self, text: bytes) -> bool:
        """Write a text; whether somebody takes it."""
        # Not by the stream, whose lock would hold up the end of the process where nobody reads.
        try:
            while text:
                text = text[os.write(self._number, text) :]
        except OSError:
            return False
        return True
