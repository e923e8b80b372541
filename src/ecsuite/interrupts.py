"""Interruptions: Ctrl-C, SIGTERM and SIGHUP end a run all alike, and none cuts short the deletion of what it made."""

from __future__ import annotations

import atexit
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from types import FrameType
from typing import Any, Final, Self

from ecsuite.ending import Ending

# Those that the platform has: a closed terminal is none of Windows.
NAMES: Final = ("SIGINT", "SIGTERM", "SIGHUP")
# So many are taken for impatience, while what was made is being deleted; one more leaves it.
PATIENCE: Final = 2
DELETING: Final = (
    "ecsuite: interrupted already; what the run has made is being deleted "
    "(an interruption too many leaves it, for `ecsuite cleanup`)"
)
# Seconds in which what an interruption raises is seen. Another one that raises meanwhile, as a worker gets from the
# terminal and from the process that has started it, would break off what the first unwinds.
_UNWINDS: Final = 0.5
# How often the main thread is woken for a signal, and seconds in between.
_WAKES: Final = 50
_BETWEEN_WAKES: Final = 0.1
# What a command ends with that was interrupted.
EXIT_CODE: Final = 2


class Interrupts:
    """While the block lasts, the first interruption raises KeyboardInterrupt, and the next ones are told.

    It leaves alone signals that somebody else handles, or has ignored, as nohup does.

    Args:
        tell: called with the line that says what is going on.
        ending: is begun with the first, before it raises; as long as nobody has seen that, the next ones raise, too.
        is_watched: whether another process decides when the deletion is left, so that this one never does.
    """

    def __init__(
        self,
        tell: Callable[[str], object],
        ending: Ending | None = None,
        *,
        is_watched: bool = False,
    ) -> None:
        self._tell = tell
        self._ending = ending or Ending()
        self._is_watched = is_watched
        self._is_over = False
        self._count = 0
        self._raised_at = 0.0
        self._before: dict[signal.Signals, Any] = {}
        self._waker: _Waker | None = None

    def __enter__(self) -> Self:
        """Begin to handle them; only the main thread can."""
        if threading.current_thread() is threading.main_thread():
            for number in (getattr(signal, name) for name in NAMES if hasattr(signal, name)):
                handler = signal.getsignal(number)
                if handler in {signal.SIG_DFL, signal.default_int_handler}:
                    self._before[number] = signal.signal(number, self._handle)
            self._waker = _Waker.of(self._before)
        return self

    def __exit__(self, *_: object) -> None:
        """Let whoever handled them before do so again; after an interruption, let the next one end the process."""
        if self._waker is not None:
            self._waker.close()
        for number, handler in self._before.items():
            signal.signal(number, _leave if self._count else handler)
        if self._before:
            atexit.register(_ignore, *self._before)
        self._before.clear()

    def close_down(self) -> None:
        """From now on only what is open is closed, which an interruption does not cut short."""
        self._is_over = True

    def _handle(self, _: int, __: FrameType | None) -> None:
        if self._waker is not None:
            self._waker.heard()
        if self._is_over and not self._count:
            # All has been said and deleted: the run ends as it would have.
            return
        self._ending.begin()
        if self._count and not self._ending.is_seen:
            if time.monotonic() - self._raised_at < _UNWINDS:
                return
            # What the first has raised was lost, in something that Python finalized, say.
            raise KeyboardInterrupt
        self._raised_at = time.monotonic()
        self._count += 1
        if self._count == 1 or (self._count > 1 + PATIENCE and not self._is_watched):
            raise KeyboardInterrupt
        if self._is_watched:
            return
        # What is being written to the same stream just now is in the way.
        with suppress(RuntimeError):
            self._tell(DELETING)


class _Waker:
    """Wakes the main thread from whatever it waits for when a signal has come to another thread of the process.

    Python handles signals in the main thread alone, but not every system delivers them there; until then it would go on
    waiting.

    Args:
        numbers: of the signals.
    """

    def __init__(self, numbers: frozenset[int]) -> None:
        self._numbers = numbers
        self._is_due = False
        self._main = threading.main_thread().ident or 0
        self._readable, self._writable = os.pipe()
        os.set_blocking(self._writable, False)
        signal.set_wakeup_fd(self._writable, warn_on_full_buffer=False)
        # Any signal that does nothing by itself; with a handler, it ends what waits.
        signal.signal(signal.SIGURG, _nothing)
        threading.Thread(target=self._wake, name="ecsuite-waker", daemon=True).start()

    @classmethod
    def of(cls, handled: Iterable[int]) -> _Waker | None:
        """One for these signals; None where there is none, or somebody else needs what it takes."""
        numbers = frozenset(handled)
        if not numbers or not hasattr(signal, "SIGURG") or signal.getsignal(signal.SIGURG) != signal.SIG_DFL:
            return None
        others = signal.set_wakeup_fd(-1)
        if others != -1:
            signal.set_wakeup_fd(others)
            return None
        return cls(numbers)

    def close(self) -> None:
        """Wake nobody any more."""
        signal.set_wakeup_fd(-1)
        os.close(self._writable)
        signal.signal(signal.SIGURG, signal.SIG_DFL)

    def _wake(self) -> None:
        while numbers := os.read(self._readable, 64):
            self._is_due = bool(self._numbers.intersection(numbers))
            for _ in range(_WAKES):
                # It may be about to wait, and begin to do so only after it was woken.
                if not self._is_due:
                    break
                signal.pthread_kill(self._main, signal.SIGURG)
                time.sleep(_BETWEEN_WAKES)
        os.close(self._readable)

    def heard(self) -> None:
        """The main thread has handled a signal, and need not be woken."""
        self._is_due = False


def _nothing(_: int, __: FrameType | None) -> None:
    pass


def _ignore(*numbers: int) -> None:
    """Have signals ignored: Python, as it ends, gives them back to the system, by which they would kill the process."""
    for number in numbers:
        signal.signal(number, signal.SIG_IGN)


def _leave(_: int, __: FrameType | None) -> None:
    """End the process at once, as one that was interrupted; nothing is left to do but to end."""
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError, ValueError, RuntimeError, AttributeError):
            stream.flush()
    os._exit(EXIT_CODE)
