"""How fast calls follow each other: one by one or several at once, and again and again until something is there."""

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

# A server is slow that takes more seconds than this for a call; then so many calls are sent at once.
SLOW: Final = 0.03
MAX_CONCURRENCY: Final = 6
# Seconds that something is waited for which takes the API some time; between two looks, and at most.
TIMEOUT: Final = 60.0
FIRST_PAUSE: Final = 0.05
LONGEST_PAUSE: Final = 2.0

_T = TypeVar("_T")
_R = TypeVar("_R")


class Latency:
    """How long recent calls took, waits and retries included; runs against one target may share it."""

    def __init__(self) -> None:
        self._seconds: deque[float] = deque(maxlen=100)

    def note(self, seconds: float) -> None:
        """A call was made."""
        self._seconds.append(seconds)

    @property
    def average(self) -> float:
        """Seconds a call; 0 before the first."""
        return sum(self._seconds) / len(self._seconds) if self._seconds else 0.0

    @property
    def is_slow(self) -> bool:
        """Whether the server is so slow that concurrent calls pay."""
        return self.average >= SLOW


class CallLog:
    """How often each call was made, and which of those a later one has taken the place of; threads may share it.

    A call is known by its method, its address, and how many of the same went before it.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._times: Counter[tuple[str, str]] = Counter()
        self._superseded: set[tuple[str, str, int]] = set()

    def note(self, method: str, url: str) -> None:
        """A call was made."""
        with self._lock:
            self._times[method, url] += 1

    def supersede_last(self, method: str, url: str) -> None:
        """The latest of these calls is about to be made again, for its response came too early."""
        with self._lock:
            self._superseded.add((method, url, self._times[method, url] - 1))

    @property
    def superseded(self) -> frozenset[tuple[str, str, int]]:
        """The calls that later ones have taken the place of."""
        return frozenset(self._superseded)


class Waits:
    """Says what a poll waits for.

    Args:
        activity: is told.
        name: what a request is called.
    """

    def __init__(self, activity: Activity, name: Callable[[httpx.Request], str]) -> None:
        self._activity = activity
        self._name = name

    def before(self, pause: float, response: httpx.Response, left: float) -> None:
        """Pause, for a response will not do; a better one is waited for so many seconds at most."""
        what = f"what {self._name(response.request)} is to show"
        self._activity.waits(what, left)
        self._activity.ending.rest(pause)

    def over(self, response: httpx.Response) -> httpx.Response:
        """Nothing more is waited for; the response."""
        self._activity.goes_on(f"what {self._name(response.request)} is to show")
        return response


def poll(
    read: Callable[[], httpx.Response],
    until: Callable[[httpx.Response], bool],
    log: CallLog,
    seconds: float,
    waits: Waits,
) -> httpx.Response:
    """Read again and again, until a response will do or time is up; the latest response.

    Args:
        read: makes the call.
        until: whether a response will do.
        log: where the calls are noted that a later one takes the place of.
        seconds: how long to go on; with 0 there is one call.
        waits: says what is waited for.
    """
    end, pause = time.monotonic() + seconds, FIRST_PAUSE
    while True:
        response = read()
        if until(response) or time.monotonic() + pause > end:
            return waits.over(response)
        log.supersede_last(response.request.method, str(response.request.url))
        waits.before(pause, response, end - time.monotonic())
        pause = min(pause * 2, LONGEST_PAUSE)


def map_concurrently(act: Callable[[_T], _R], each: Sequence[_T], ending: Ending) -> list[_R]:
    """The results of an act for each of several independent things, a few at once.

    Where the run is interrupted, what is under way is waited for as long as `ending` says.
    """
    pool = ThreadPoolExecutor(MAX_CONCURRENCY)
    futures = [pool.submit(act, one) for one in each]
    try:
        return [future.result() for future in futures]
    except KeyboardInterrupt:
        ending.begin()
        raise
    finally:
        pool.shutdown(wait=False, cancel_futures=True)
        under_way = [future for future in futures if not future.cancelled()]
        wait(under_way, ending.left_under_way if ending.has_begun else None)
