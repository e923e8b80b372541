"""Interruptions: Ctrl-C, SIGTERM and SIGHUP all end a run, and do not prevent it from deleting what it has created."""

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

# If the platform has them: Windows has no SIGHUP.
NAMES: Final = ("SIGINT", "SIGTERM", "SIGHUP")
# So many further interruptions are ignored during the clean-up; one more ends it.
MOST_IGNORED: Final = 2
DELETING: Final = (
    "ecsuite: interrupted already; what the run has made is being deleted "
    "(an interruption too many leaves it, for `ecsuite cleanup`)"
)
# In these seconds, the exception of an interruption unwinds the stack. A second one meanwhile (a worker gets one from
# the terminal and one from the main process) would abort the unwinding.
_UNWINDS: Final = 0.5
# How often to wake the main thread after a signal, and the seconds in between.
_WAKES: Final = 50
_BETWEEN_WAKES: Final = 0.1
# The exit code of an interrupted command.
EXIT_CODE: Final = 2


class Interrupts:
    """In this block, the first interruption raises KeyboardInterrupt, and further ones print a message.

    Signals that have another handler or are ignored, as with nohup, are left alone.

    Args:
        tell: called with the message.
        ending: begun at the first interruption, before it raises; until its `is_seen` is set, further ones raise, too.
        is_watched: whether another process decides when to abandon the clean-up, so that this one never does.
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
        """Install the handlers; only possible in the main thread."""
        if threading.current_thread() is threading.main_thread():
            for number in (getattr(signal, name) for name in NAMES if hasattr(signal, name)):
                handler = signal.getsignal(number)
                if handler in {signal.SIG_DFL, signal.default_int_handler}:
                    self._before[number] = signal.signal(number, self._handle)
            self._waker = _Waker.of(self._before)
        return self

    def __exit__(self, *_: object) -> None:
        """Restore the previous handlers; after an interruption, the next one ends the process instead."""
        if self._waker is not None:
            self._waker.close()
        for number, handler in self._before.items():
            signal.signal(number, _leave if self._count else handler)
        if self._before:
            atexit.register(_ignore, *self._before)
        self._before.clear()

    def close_down(self) -> None:
        """Note that only open resources are left to close, which interruptions do not prevent."""
        self._is_over = True

    def _handle(self, _: int, __: FrameType | None) -> None:
        if self._waker is not None:
            self._waker.heard()
        if self._is_over and not self._count:
            # Everything is printed and deleted, so the run ends normally.
            return
        self._ending.begin()
        if self._count and not self._ending.is_seen:
            if time.monotonic() - self._raised_at < _UNWINDS:
                return
            # The exception of the first interruption was lost, for example in a finalizer.
            raise KeyboardInterrupt
        self._raised_at = time.monotonic()
        self._count += 1
        if self._count == 1 or (self._count > 1 + MOST_IGNORED and not self._is_watched):
            raise KeyboardInterrupt
        if self._is_watched:
            return
        # Writing fails if the signal has interrupted a write to the same stream.
        with suppress(RuntimeError):
            self._tell(DELETING)


class _Waker:
    """Wakes the main thread, whatever it waits for, when another thread of the process has received a signal.

    Python handles signals only in the main thread, but not every system delivers them there; without this, the main
    thread would continue to wait.

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
        # A signal without a default effect; with a handler, it interrupts system calls.
        signal.signal(signal.SIGURG, _nothing)
        threading.Thread(target=self._wake, name="ecsuite-waker", daemon=True).start()

    @classmethod
    def of(cls, handled: Iterable[int]) -> _Waker | None:
        """A waker for these signals; None if there are none, or if the wakeup file or SIGURG is in use."""
        numbers = frozenset(handled)
        if not numbers or not hasattr(signal, "SIGURG") or signal.getsignal(signal.SIGURG) != signal.SIG_DFL:
            return None
        others = signal.set_wakeup_fd(-1)
        if others != -1:
            signal.set_wakeup_fd(others)
            return None
        return cls(numbers)

    def close(self) -> None:
        """Stop waking the main thread."""
        signal.set_wakeup_fd(-1)
        os.close(self._writable)
        signal.signal(signal.SIGURG, signal.SIG_DFL)

    def _wake(self) -> None:
        while numbers := os.read(self._readable, 64):
            self._is_due = bool(self._numbers.intersection(numbers))
            for _ in range(_WAKES):
                # A single signal may come just before the main thread starts to wait.
                if not self._is_due:
                    break
                signal.pthread_kill(self._main, signal.SIGURG)
                time.sleep(_BETWEEN_WAKES)
        os.close(self._readable)

    def heard(self) -> None:
        """Note that the main thread has handled a signal, and need not be woken."""
        self._is_due = False


def _nothing(_: int, __: FrameType | None) -> None:
    pass


def _ignore(*numbers: int) -> None:
    """Ignore signals: Python restores their default handlers when it exits, which would kill the process."""
    for number in numbers:
        signal.signal(number, signal.SIG_IGN)


def _leave(_: int, __: FrameType | None) -> None:
    """Exit at once, with the exit code of an interrupted command; nothing else is left to do."""
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError, ValueError, RuntimeError, AttributeError):
            stream.flush()
    os._exit(EXIT_CODE)
