"""Received deliveries, by hook, and the planned responses to them."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Hashable, Sequence
from typing import Final

from ecsuite.ending import Ending
from ecsuite.messages.exchange import Exchange
from ecsuite.webhook.delivery import Subject, Wanted, hook_of, may_be, no_subject, value_of

# Seconds between checks whether the run was interrupted, while waiting.
_SLICE: Final = 0.5


class Inbox:
    """Received deliveries, by hook. One thread stores them, others wait for them.

    Args:
        ending: signals the end of the run, which also ends waiting.
    """

    def __init__(self, ending: Ending | None = None) -> None:
        self._ending = ending or Ending()
        self._plans: dict[str, tuple[Sequence[tuple[int, float]], Subject]] = {}
        self._answered: Counter[tuple[str, Hashable]] = Counter()
        self._arrived: list[tuple[Exchange, float]] = []
        # The lock is acquired explicitly: an interruption inside a Condition's enter method could leave it locked.
        self._lock = threading.RLock()
        self._changed = threading.Condition(self._lock)
        self._unread: list[tuple[str, Exchange]] = []
        self._handshakes: list[tuple[str, Exchange]] = []

    def put(self, exchange: Exchange) -> None:
        """Store a delivery."""
        with self._lock:
            self._arrived.append((exchange, time.monotonic()))
            self._unread.append((hook_of(exchange), exchange))
            self._changed.notify_all()

    def note_handshake(self, exchange: Exchange) -> None:
        """Store a request that only tests whether the receiver is available."""
        with self._lock:
            self._handshakes.append((hook_of(exchange), exchange))

    def received(self) -> Sequence[Exchange]:
        """All deliveries so far, in order of arrival."""
        with self._lock:
            return tuple(delivery for delivery, _ in self._arrived)

    def take(self, hook: str, seconds: float) -> Exchange | None:
        """Wait for the oldest delivery to the hook that was not yet returned, and return it.

        If the hook received only a GET, that request is returned: the API may have used the wrong method. A GET before
        a delivery is a test whether the receiver is available.

        Raises:
            KeyboardInterrupt: the run was interrupted meanwhile.
        """
        until = time.monotonic() + seconds
        with self._lock:
            while (left := until - time.monotonic()) > 0 and not self._next(hook):
                self._ending.require_none()
                self._changed.wait(min(left, _SLICE))
            found = self._next(hook)
            if found is None:
                return self._take_get(hook)
            self._unread.remove(found)
            return found[1]

    def _take_get(self, hook: str) -> Exchange | None:
        if any(hook_of(delivery) == hook for delivery, _ in self._arrived):
            return None
        for entry in self._handshakes:
            if entry[0] == hook and entry[1].request.method == "GET":
                self._handshakes.remove(entry)
                return entry[1]
        return None

    def plan(self, hook: str, answers: Sequence[tuple[int, float]], of: Subject = no_subject) -> None:
        """Plan the responses to the next deliveries to the hook, each a status and a delay in seconds.

        The last response repeats. `of` returns the subject of a delivery; each subject starts with the first response.
        """
        with self._lock:
            self._plans[hook] = answers, of
            self._answered = Counter({key: count for key, count in self._answered.items() if key[0] != hook})

    def answer(self, delivery: Exchange) -> tuple[int, float]:
        """Return the planned status of a delivery, and the delay in seconds."""
        hook = hook_of(delivery)
        with self._lock:
            answers, of = self._plans.get(hook, ([(200, 0.0)], no_subject))
            key = hook, of(value_of(delivery))
            self._answered[key] += 1
            return answers[min(self._answered[key], len(answers)) - 1]

    def times(self, hook: str, wanted: Wanted) -> list[float]:
        """When the matching deliveries to the hook arrived, in seconds of the monotonic clock."""
        with self._lock:
            return [at for delivery, at in self._arrived if hook_of(delivery) == hook and may_be(wanted, delivery)]

    def _next(self, hook: str) -> tuple[str, Exchange] | None:
        return next((entry for entry in self._unread if entry[0] == hook), None)
