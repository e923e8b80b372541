"""pytest's output on a terminal, with a status line of ours that stays below it.

rich has such a line, too, but would have to write all other output itself, in whole lines; pytest's dots continue
within a line. Here the cursor only moves a line down and back, by control codes that all terminals support.
"""

from __future__ import annotations

import io
import os
import re
import threading
import unicodedata
from contextlib import suppress
from typing import Any, Final, TextIO

_STYLE: Final = re.compile(r"\x1b\[[0-9;]*m")
_WIDE: Final = frozenset("WF")
_ERASE: Final = "\r\x1b[2K"
_UP: Final = "\x1b[A"
# Columns if the terminal does not tell its width.
USUAL_WIDTH: Final = 80


class Screen:
    """A stream that replaces the one that pytest writes to; threads may share it.

    It has a file descriptor of its own, so that what another thread writes while a test's output is captured is not
    taken for output of the test.

    Args:
        stream: pytest's own.
    """

    def __init__(self, stream: TextIO) -> None:
        # Write what it has buffered first.
        stream.flush()
        self._own = _duplicate(stream)
        # If the stream is watched (`output.Watched`), the duplicate is watched, too.
        like = getattr(stream, "like", lambda other: other)
        self._stream = stream if self._own is None else like(self._own)
        self._lock = threading.RLock()
        self._line = ""
        # The text on the line of the cursor.
        self._current = ""
        self._is_after_line = False

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)

    @property
    def width(self) -> int:
        """The width of the terminal, in columns."""
        with suppress(OSError, ValueError):
            return os.get_terminal_size(self._stream.fileno()).columns or USUAL_WIDTH
        return USUAL_WIDTH

    def write(self, text: str) -> int:
        """Write output of pytest, above the status line."""
        with self._lock:
            skipped, self._is_after_line = self._is_after_line and text == "\n", False
            if text and not skipped:
                erased = self._erased()
                self._current = (self._current + text).rpartition("\n")[2].rpartition("\r")[2]
                self._stream.write(f"{erased}{text}{self._drawn()}")
        return len(text)

    def flush(self) -> None:
        """Flush the output."""
        with self._lock:
            self._stream.flush()

    def draw(self, line: str) -> None:
        """Show a status line below everything else, replacing the previous one; remove it if empty.

        It may contain styles, must fit the width, and stays until the next call.
        """
        with self._lock:
            erased = self._erased()
            self._line = line
            self._stream.write(f"{erased}{self._drawn()}")
            self._stream.flush()

    def say(self, line: str) -> None:
        """Write a complete line above the status line; pytest's unfinished line stays, and it continues below."""
        with self._lock:
            self.write(f"\n{line}\n" if self._current else f"{line}\n")
            self._is_after_line = True
            self.flush()

    def close(self) -> None:
        """Remove the status line, and close the stream."""
        with self._lock:
            self.draw("")
            if self._own is not None:
                self._own.close()

    @property
    def _column(self) -> int:
        plain = _STYLE.sub("", self._current)
        return sum(2 if unicodedata.east_asian_width(letter) in _WIDE else 1 for letter in plain)

    @property
    def _is_drawn(self) -> bool:
        """Whether the line is drawn: not below a text that ends at the right edge, as the cursor could not return."""
        return bool(self._line) and not (self._column and self._column % self.width == 0)

    def _drawn(self) -> str:
        """The codes that draw the status line from the current position."""
        if not self._is_drawn:
            return ""
        return f"\n{self._line}" if self._current else self._line

    def _erased(self) -> str:
        """The codes that erase the status line and return to the position before it."""
        if not self._is_drawn:
            return ""
        back = f"{_UP}\x1b[{self._column % self.width + 1}G" if self._current else ""
        return f"{_ERASE}{back}"


def _duplicate(stream: TextIO) -> TextIO | None:
    """A duplicate of a stream that keeps its current destination; None if it has no file descriptor."""
    try:
        number = os.dup(stream.fileno())
    except (OSError, ValueError, AttributeError, io.UnsupportedOperation):
        return None
    return os.fdopen(number, "w", encoding=stream.encoding, errors="replace", newline="")
