"""The activity of a process: how many requests it has sent, and what it waits for."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import Final, TypeVar

from ecsuite.ending import Ending

# Seconds after which a pending response counts as a wait.
SLOW_TO_COME: Final = 3.0
# No thread has this id.
_NO_THREAD: Final = 0

_T = TypeVar("_T")
_R = TypeVar("_R")


@dataclass(frozen=True, slots=True)
class Waiting:
    """A wait.

    Attributes:
        what: in words, such as "a delivery".
        lasted: seconds so far.
        seconds: the longest remaining time.
    """

    what: str
    lasted: float
    seconds: float


class Activity:
    """The activity of a process; its threads may share it, and other threads may read it.

    Args:
        clock: seconds.

    Attributes:
        sent: how many requests were sent so far.
        ending: whether the run has been interrupted.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self.sent = 0
        self.ending = Ending()
        self._clock = clock
        self._lock = threading.Lock()
        # The background threads, and whether their waits are hidden.
        self._aside: dict[int, bool] = {}
        # Waits, by the background thread (or none) and what is waited for: their start, and their latest end.
        self._waits: dict[tuple[int, str], tuple[float, float]] = {}
        # Pending requests, by thread: a function for the request's name, the start, and the time limit in seconds.
        self._under_way: dict[int, tuple[Callable[[], str], float, float]] = {}

    def counted(self, send: Callable[[_T], _R], name: Callable[[_T], str], seconds: float) -> Callable[[_T], _R]:
        """A sender that counts its requests, and reports slow ones as waits.

        Args:
            send: sends a request once.
            name: names a request in messages.
            seconds: the time limit between two bytes of a response.
        """

        def sending(request: _T) -> _R:
            thread = threading.get_ident()
            with self._lock:
                self.sent += 1
                self._under_way[thread] = partial(name, request), self._clock(), seconds
            try:
                return send(request)
            finally:
                with self._lock:
                    self._under_way.pop(thread, None)

        return sending

    def waits(self, what: str, seconds: float) -> None:
        """Note a wait of at most some seconds; a wait for the same thing is extended."""
        now = self._clock()
        with self._lock:
            since, until = self._waits.get(key := self._key(what), (now, now))
            self._waits[key] = (since if until >= now else now, now + seconds)

    def goes_on(self, what: str) -> None:
        """Note the end of a wait."""
        with self._lock:
            self._waits.pop(self._key(what), None)

    @contextmanager
    def aside(self) -> Iterator[None]:
        """In this block, hide the waits of its thread: it delays nobody, until `wait_for` waits for it."""
        thread = threading.get_ident()
        with self._lock:
            self._aside[thread] = True
        try:
            yield
        finally:
            with self._lock:
                del self._aside[thread]
                self._waits = {key: wait for key, wait in self._waits.items() if key[0] != thread}

    def wait_for(self, thread: threading.Thread) -> None:
        """Wait until a thread ends, and show its waits from now on."""
        with self._lock:
            if thread.ident in self._aside:
                self._aside[thread.ident] = False
        thread.join()

    def _key(self, what: str) -> tuple[int, str]:
        thread = threading.get_ident()
        return (thread if thread in self._aside else _NO_THREAD), what

    @property
    def waiting(self) -> Waiting | None:
        """The wait that may last longest; None if there is none."""
        now = self._clock()
        with self._lock:
            self._waits = {key: wait for key, wait in self._waits.items() if wait[1] > now}
            waits = [(what, wait) for (thread, what), wait in self._waits.items() if not self._aside.get(thread)]
            slow = [
                (name, (since, since + seconds))
                for thread, (name, since, seconds) in self._under_way.items()
                if since + SLOW_TO_COME <= now and not self._aside.get(thread)
            ]
        waits += [(f"a response to {name()}", wait) for name, wait in slow]
        if not waits:
            return None
        what, (since, until) = max(waits, key=lambda wait: wait[1][1])
        return Waiting(what, now - since, max(until - now, 0.0))
