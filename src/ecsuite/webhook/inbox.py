"""The deliveries that came, by hook, and how each is answered."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Hashable, Sequence
from typing import Final

from ecsuite.ending import Ending
from ecsuite.messages.exchange import Exchange
from ecsuite.webhook.delivery import Subject, Wanted, hook_of, may_be, no_subject, value_of

# Seconds after which who waits looks whether the run still goes on.
_SLICE: Final = 0.5


class Inbox:
    """The deliveries that came, by hook, for one thread to fill and others to wait on.

    Args:
        ending: of the run, which nobody waits beyond.
    """

    def __init__(self, ending: Ending | None = None) -> None:
        self._ending = ending or Ending()
        self._plans: dict[str, tuple[Sequence[tuple[int, float]], Subject]] = {}
        self._answered: Counter[tuple[str, Hashable]] = Counter()
        self._arrived: list[tuple[Exchange, float]] = []
        # Entered by itself: an interruption between the two steps of a Condition's own would leave it locked for good.
        self._lock = threading.RLock()
        self._changed = threading.Condition(self._lock)
        self._unread: list[tuple[str, Exchange]] = []
        self._handshakes: list[tuple[str, Exchange]] = []

    def put(self, exchange: Exchange) -> None:
        """A delivery came."""
        with self._lock:
            self._arrived.append((exchange, time.monotonic()))
            self._unread.append((hook_of(exchange), exchange))
            self._changed.notify_all()

    def note_handshake(self, exchange: Exchange) -> None:
        """A request came that delivers nothing."""
        with self._lock:
            self._handshakes.append((hook_of(exchange), exchange))

    def received(self) -> Sequence[Exchange]:
        """Every delivery that came so far, in order."""
        with self._lock:
            return tuple(delivery for delivery, _ in self._arrived)

    def take(self, hook: str, seconds: float) -> Exchange | None:
        """The oldest delivery to the hook that was not taken yet, waited for.

        Where none came, and a GET did, that was meant as one: a sender that looks whether somebody is there delivers
        afterwards.

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
        """How the next deliveries to the hook are answered, each with a status after some seconds; the last stays.

        `of` gives what a delivery is about; each such thing has its own first response.
        """
        with self._lock:
            self._plans[hook] = answers, of
            self._answered = Counter({key: count for key, count in self._answered.items() if key[0] != hook})

    def answer(self, delivery: Exchange) -> tuple[int, float]:
        """How a delivery is answered."""
        hook = hook_of(delivery)
        with self._lock:
            answers, of = self._plans.get(hook, ([(200, 0.0)], no_subject))
            key = hook, of(value_of(delivery))
            self._answered[key] += 1
            return answers[min(self._answered[key], len(answers)) - 1]

    def times(self, hook: str, wanted: Wanted) -> list[float]:
        """When the deliveries to the hook came that are wanted."""
        with self._lock:
            return [at for delivery, at in self._arrived if hook_of(delivery) == hook and may_be(wanted, delivery)]

    def _next(self, hook: str) -> tuple[str, Exchange] | None:
        return next((entry for entry in self._unread if entry[0] == hook), None)
