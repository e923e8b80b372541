"""Limits of a run: requests per second, requests in all, and time.

Every process of a run counts in the same file, one byte per request, so the limits do not depend on how tests are
distributed.
"""

from __future__ import annotations

import os
import tempfile
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final, NamedTuple

from ecsuite.activity import Activity
from ecsuite.client.connection import EXPECTATION, HELD
from ecsuite.client.housekeeping import CLEAN_UP
from ecsuite.errors import LimitReached
from ecsuite.http import httpx

# What a request waits for that is delayed to keep the rate.
TURN: Final = "its turn, for the rate"

Send = Callable[[httpx.Request], httpx.Response]


@dataclass(frozen=True, slots=True)
class Limits:
    """The limits of a run; None for no limit.

    Attributes:
        rate: requests per second, of all processes together.
        requests: requests in all, including the clean-up.
        seconds: after which no further test request is sent.
    """

    rate: float | None = None
    requests: int | None = None
    seconds: float | None = None


NO_LIMITS: Final = Limits()


class Share(NamedTuple):
    """What the processes of a run share.

    Attributes:
        counted: the file in which they count requests.
        processes: the number of processes that send requests.
        began: when the run began, in seconds since 1970.
    """

    counted: Path
    processes: int
    began: float

    @classmethod
    def of_one(cls) -> Share:
        """The share of a run with a single process; its file exists until `close`."""
        file, name = tempfile.mkstemp(prefix="ecsuite-requests-")
        os.close(file)
        return cls(Path(name), 1, time.time())

    def close(self) -> None:
        """Delete the file in which requests are counted."""
        with suppress(OSError):
            self.counted.unlink()


class Budget:
    """Delays requests to keep the rate, and refuses those beyond a limit; threads may share it.

    A run can always delete what it has created: a POST counts twice, because another request will delete what it
    creates, and requests of the clean-up are not refused.

    Args:
        limits: of the run.
        share: what the processes of the run share.
        activity: notified of waits; defaults to a new one.
    """

    def __init__(self, limits: Limits, share: Share, activity: Activity | None = None) -> None:
        self._limits = limits
        self._activity = activity or Activity()
        self._counted = share.counted
        self._pause = share.processes / limits.rate if limits.rate else 0.0
        self._until = share.began + limits.seconds if limits.seconds is not None else None
        self._lock = threading.Lock()
        self._next = 0.0

    def held(self, send: Send) -> Send:
        """A sender that keeps the limits.

        Raises:
            LimitReached: by a call that would exceed a limit.
        """

        def sending(request: httpx.Request) -> httpx.Response:
            if request.extensions[EXPECTATION].case != CLEAN_UP.case:
                self._require_time()
                self._count(2 if request.method == "POST" else 1)
            request.extensions[HELD] = request.extensions.get(HELD, 0.0) + self._wait()
            return send(request)

        return sending

    def _require_time(self) -> None:
        if self._until is not None and time.time() >= self._until:
            raise LimitReached(f"--ec-max-time {self._limits.seconds:g}s has passed")

    def _count(self, requests: int) -> None:
        most = self._limits.requests
        if most is None:
            return
        # With O_APPEND, the position after a write is the total of all writes so far, by any process.
        file = os.open(self._counted, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        try:
            os.write(file, b"." * requests)
            used = os.lseek(file, 0, os.SEEK_CUR)
        finally:
            os.close(file)
        if used > most:
            raise LimitReached(f"--ec-max-requests {most} are used up")

    def _wait(self) -> float:
        if not self._pause:
            return 0.0
        with self._lock:
            now = time.monotonic()
            due = max(now, self._next)
            self._next = due + self._pause
        self._activity.waits(TURN, due - now)
        self._activity.ending.rest(due - now)
        self._activity.goes_on(TURN)
        return due - now
