"""The terminal as pytest writes to it, with a line of ours below that stays there.

rich has such a line, too, but it must write all the rest itself, and begin at the start of a line; pytest's dots go on
where they stopped. This one only goes a line down and back, by codes that terminals have in common.
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
# Columns of a terminal that does not say how many it has.
USUAL_WIDTH: Final = 80


class Screen:
    """A stream in the place of the one that pytest writes to; threads may share it.

    It has a file descriptor of its own, so that what another thread writes while a test's output is captured is not
    taken for the test's.

    Args:
        stream: pytest's own.
    """

    def __init__(self, stream: TextIO) -> None:
        # What it has not passed on yet comes first.
        stream.flush()
        self._own = _duplicate(stream)
        # A stream that is watched watches this one, too.
        like = getattr(stream, "like", lambda other: other)
        self._stream = stream if self._own is None else like(self._own)
        self._lock = threading.RLock()
        self._line = ""
        # What stands on the line that the cursor is on.
        self._current = ""
        self._is_after_line = False

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)

    @property
    def width(self) -> int:
        """How many columns there are."""
        with suppress(OSError, ValueError):
            return os.get_terminal_size(self._stream.fileno()).columns or USUAL_WIDTH
        return USUAL_WIDTH

    def write(self, text: str) -> int:
        """Write what pytest has to say, above the line."""
        with self._lock:
            skipped, self._is_after_line = self._is_after_line and text == "\n", False
            if text and not skipped:
                erased = self._erased()
                self._current = (self._current + text).rpartition("\n")[2].rpartition("\r")[2]
                self._stream.write(f"{erased}{text}{self._drawn()}")
        return len(text)

    def flush(self) -> None:
        """Have what was written seen."""
        with self._lock:
            self._stream.flush()

    def draw(self, line: str) -> None:
        """Have a line stand below everything else, in the place of the one before; none where it is empty.

        It may have styles, must fit the width, and stays until another one comes.
        """
        with self._lock:
            erased = self._erased()
            self._line = line
            self._stream.write(f"{erased}{self._drawn()}")
            self._stream.flush()

    def say(self, line: str) -> None:
        """Write a line of its own; what stands before it stays, and pytest goes on below."""
        with self._lock:
            self.write(f"\n{line}\n" if self._current else f"{line}\n")
            self._is_after_line = True
            self.flush()

    def close(self) -> None:
        """Take the line away, and write no more."""
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
        """Whether the line is there: not below a text that ends at the edge, for nothing leads back there."""
        return bool(self._line) and not (self._column and self._column % self.width == 0)

    def _drawn(self) -> str:
        """What draws the line, from where the cursor is."""
        if not self._is_drawn:
            return ""
        return f"\n{self._line}" if self._current else self._line

    def _erased(self) -> str:
        """What erases the line, and leads back to where the cursor was."""
        if not self._is_drawn:
            return ""
        back = f"{_UP}\x1b[{self._column % self.width + 1}G" if self._current else ""
        return f"{_ERASE}{back}"


def _duplicate(stream: TextIO) -> TextIO | None:
    """A stream to where another one leads now, whatever that leads to later; None for one that leads nowhere."""
    try:
        number = os.dup(stream.fileno())
    except (OSError, ValueError, AttributeError, io.UnsupportedOperation):
        return None
    return os.fdopen(number, "w", encoding=stream.encoding, errors="replace", newline="")
