"""Interruptions: Ctrl-C, SIGTERM and SIGHUP end a run all alike, and none cuts short the deletion of what it made."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable
from types import FrameType
from typing import Any, Final, Self

# Those that the platform has: a closed terminal is none of Windows.
NAMES: Final = ("SIGINT", "SIGTERM", "SIGHUP")
# So many are taken for impatience, while what was made is being deleted; one more leaves it.
PATIENCE: Final = 2
DELETING: Final = (
    "ecsuite: interrupted already; what the run has made is being deleted "
    "(an interruption too many leaves it, for `ecsuite cleanup`)"
)


class Interrupts:
    """While the block lasts, the first interruption raises KeyboardInterrupt, and the next ones are told.

    It leaves alone signals that somebody else handles, or has ignored, as nohup does.

    Args:
        tell: called with the line that says what is going on.
    """

    def __init__(self, tell: Callable[[str], object]) -> None:
        self._tell = tell
        self._count = 0
        self._before: dict[signal.Signals, Any] = {}

    def __enter__(self) -> Self:
        """Begin to handle them; only the main thread can."""
        if threading.current_thread() is threading.main_thread():
            for number in (getattr(signal, name) for name in NAMES if hasattr(signal, name)):
                handler = signal.getsignal(number)
                if handler in {signal.SIG_DFL, signal.default_int_handler}:
                    self._before[number] = signal.signal(number, self._handle)
        return self

    def __exit__(self, *_: object) -> None:
        """Let whoever handled them before do so again."""
        for number, handler in self._before.items():
            signal.signal(number, handler)
        self._before.clear()

    def _handle(self, _: int, __: FrameType | None) -> None:
        self._count += 1
        if self._count == 1 or self._count > 1 + PATIENCE:
            raise KeyboardInterrupt
        self._tell(DELETING)
