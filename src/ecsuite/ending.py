"""The end of an interrupted run: it only deletes what it has created, within a time limit."""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Callable

from ecsuite.bounds import CLEAN_UP_SECONDS, CLEAN_UP_SILENT_SECONDS, UNDER_WAY_SECONDS


class Ending:
    """Whether a run has been interrupted, and how long it may go on; the threads of a process share it.

    An interruption raises only in the main thread, and is lost even there if it comes while Python finalizes an object.
    So code that is about to send or to wait checks here.

    Args:
        clock: seconds.

    Attributes:
        is_seen: whether the code that deletes what was created has noticed it.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        # The main thread sets it, also from a signal handler, and so must not block on a lock.
        self._begun = threading.Event()
        self.is_seen = False
        self._under_way_until = self._silent_until = self._until = math.inf

    def begin(self) -> None:
        """Note that the run has been interrupted."""
        if not self._begun.is_set():
            now = self._clock()
            self._until, self._silent_until = now + CLEAN_UP_SECONDS, now + CLEAN_UP_SILENT_SECONDS
            self._under_way_until = now + UNDER_WAY_SECONDS
            self._begun.set()

    @property
    def has_begun(self) -> bool:
        """Whether the run has been interrupted."""
        return self._begun.is_set()

    def answered(self) -> None:
        """Note that the server has responded, which extends the clean-up."""
        if self.has_begun:
            self._silent_until = self._clock() + CLEAN_UP_SILENT_SECONDS

    @property
    def left(self) -> float:
        """Remaining seconds of the clean-up; infinite if the run was not interrupted."""
        return max(min(self._until, self._silent_until) - self._clock(), 0.0) if self.has_begun else math.inf

    @property
    def left_under_way(self) -> float:
        """Remaining seconds to wait for calls that were in progress at the interruption."""
        return max(self._under_way_until - self._clock(), 0.0) if self.has_begun else math.inf

    def require_none(self) -> None:
        """Require that the run has not been interrupted.

        Raises:
            KeyboardInterrupt: it has been interrupted.
        """
        if self.has_begun:
            raise KeyboardInterrupt

    def rest(self, seconds: float) -> None:
        """Sleep; ends at once if the run is interrupted.

        Raises:
            KeyboardInterrupt: it was interrupted.
        """
        if self.has_begun or threading.current_thread() is threading.main_thread():
            # An interruption wakes the main thread by itself.
            time.sleep(min(seconds, self.left))
        elif self._begun.wait(seconds):
            raise KeyboardInterrupt
