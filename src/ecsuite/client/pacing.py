"""Pacing of calls: one by one or several at once, and polling."""

from __future__ import annotations

import threading
import time
from collections import Counter, deque
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from typing import Final, TypeVar

from ecsuite.activity import Activity
from ecsuite.ending import Ending
from ecsuite.http import httpx

# A server is slow if a call takes more seconds than this; then up to `MAX_CONCURRENCY` calls are sent at once.
SLOW: Final = 0.03
MAX_CONCURRENCY: Final = 6
# Polling, in seconds: how long in all, and the first and the longest pause.
TIMEOUT: Final = 60.0
FIRST_PAUSE: Final = 0.05
LONGEST_PAUSE: Final = 2.0

_T = TypeVar("_T")
_R = TypeVar("_R")


class Latency:
    """How long recent calls took, without pauses for retries or a rate limit; runs against one target may share it."""

    def __init__(self) -> None:
        self._seconds: deque[float] = deque(maxlen=100)

    def note(self, seconds: float) -> None:
        """Record the duration of a call."""
        self._seconds.append(seconds)

    @property
    def average(self) -> float:
        """Average seconds per call; 0 before the first."""
        return sum(self._seconds) / len(self._seconds) if self._seconds else 0.0

    @property
    def is_slow(self) -> bool:
        """Whether the server is so slow that concurrent calls pay off."""
        return self.average >= SLOW


class CallLog:
    """How often each call was made, and which calls a later one has superseded; threads may share it.

    A call is identified by its method, its URL, and the number of equal calls before it.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._times: Counter[tuple[str, str]] = Counter()
        self._superseded: set[tuple[str, str, int]] = set()

    def note(self, method: str, url: str) -> None:
        """Count a call."""
        with self._lock:
            self._times[method, url] += 1

    def supersede_last(self, method: str, url: str) -> None:
        """Note that the latest of these calls is repeated, because its response came too early."""
        with self._lock:
            self._superseded.add((method, url, self._times[method, url] - 1))

    @property
    def superseded(self) -> frozenset[tuple[str, str, int]]:
        """The superseded calls."""
        return frozenset(self._superseded)


class Waits:
    """Reports what a poll waits for.

    Args:
        activity: notified of the waits.
        name: names a request in messages.
    """

    def __init__(self, activity: Activity, name: Callable[[httpx.Request], str]) -> None:
        self._activity = activity
        self._name = name

    def before(self, pause: float, response: httpx.Response, left: float) -> None:
        """Pause before the next read, because a response was not accepted; `left` is the remaining time in seconds."""
        what = f"what {self._name(response.request)} is to show"
        self._activity.waits(what, left)
        self._activity.ending.rest(pause)

    def over(self, response: httpx.Response) -> httpx.Response:
        """Report the end of polling, and return the response."""
        self._activity.goes_on(f"what {self._name(response.request)} is to show")
        return response


def poll(
    read: Callable[[], httpx.Response],
    until: Callable[[httpx.Response], bool],
    log: CallLog,
    seconds: float,
    waits: Waits,
) -> httpx.Response:
    """Read repeatedly until a response is accepted or time is up; return the last response.

    Args:
        read: makes the call.
        until: whether a response is accepted.
        log: records which calls are superseded by a later one.
        seconds: the time limit; with 0 there is one call.
        waits: reports what is waited for.
    """
    end, pause = time.monotonic() + seconds, FIRST_PAUSE
    while True:
        response = read()
        if until(response) or time.monotonic() + pause > end:
            return waits.over(response)
        log.supersede_last(response.request.method, str(response.request.url))
        waits.before(pause, response, end - time.monotonic())
        pause = min(pause * 2, LONGEST_PAUSE)


def map_concurrently(function: Callable[[_T], _R], items: Sequence[_T], ending: Ending) -> list[_R]:
    """Apply a function to several independent items, a few at once; return the results in order.

    After an interruption, calls in progress are waited for as long as `ending` allows.
    """
    pool = ThreadPoolExecutor(MAX_CONCURRENCY)
    futures = [pool.submit(function, one) for one in items]
    try:
        return [future.result() for future in futures]
    except KeyboardInterrupt:
        ending.begin()
        raise
    finally:
        pool.shutdown(wait=False, cancel_futures=True)
        under_way = [future for future in futures if not future.cancelled()]
        wait(under_way, ending.left_under_way if ending.has_begun else None)
