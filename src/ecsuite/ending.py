"""The end of a run that was interrupted: from then on it only deletes what it has made, and does so for so long."""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Callable

from ecsuite.bounds import CLEAN_UP_SECONDS, CLEAN_UP_SILENT_SECONDS, UNDER_WAY_SECONDS


class Ending:
    """Whether a run has been interrupted, and how long it may go on; the threads of a process share it.

    An interruption raises in the main thread alone, and not even there if it comes while Python finalizes an object. So
    whoever is about to send or to wait asks here.

    Args:
        clock: seconds.

    Attributes:
        is_seen: whether those who are to delete what was made have seen it.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        # The main thread sets it, from a handler of signals too, and so must not wait on it.
        self._begun = threading.Event()
        self.is_seen = False
        self._under_way_until = self._silent_until = self._until = math.inf

    def begin(self) -> None:
        """The run has been interrupted."""
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
        """The server has answered, so that it is worth while to go on."""
        if self.has_begun:
            self._silent_until = self._clock() + CLEAN_UP_SILENT_SECONDS

    @property
    def left(self) -> float:
        """Seconds that the clean-up may still take; there is no end to them in a run that was not interrupted."""
        return max(min(self._until, self._silent_until) - self._clock(), 0.0) if self.has_begun else math.inf

    @property
    def left_under_way(self) -> float:
        """Seconds that is still waited for what was under way when the run was interrupted."""
        return max(self._under_way_until - self._clock(), 0.0) if self.has_begun else math.inf

    def require_none(self) -> None:
        """See that the run goes on.

        Raises:
            KeyboardInterrupt: it has been interrupted.
        """
        if self.has_begun:
            raise KeyboardInterrupt

    def rest(self, seconds: float) -> None:
        """Sleep; where the run is interrupted meanwhile, this ends at once.

        Raises:
            KeyboardInterrupt: it was.
        """
        if self.has_begun or threading.current_thread() is threading.main_thread():
            # An interruption wakes the main thread by itself.
            time.sleep(min(seconds, self.left))
        elif self._begun.wait(seconds):
            raise KeyboardInterrupt
