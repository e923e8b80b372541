"""The attempts at an unacknowledged delivery: their number, their pauses, and their common content."""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable, Iterator, Sequence
from typing import Final

from ecsuite.findings.breach import Breach, Place
from ecsuite.http import httpx
from ecsuite.messages.exchange import Exchange
from ecsuite.promises import DELIVERY_RETRIED
from ecsuite.rules.deliveries import GRACE, Deliveries, apart
from ecsuite.rules.entity import Entity
from ecsuite.rules.verify import Verify
from ecsuite.webhook.delivery import Wanted, value_of

ATTEMPTS: Final = Place("delivery", "attempts")
PAUSES: Final = Place("delivery", "pauses")
MOST_ATTEMPTS: Final = 4
# Retry intervals are unpublished; we wait at most so many seconds.
LONGEST_WAIT: Final = 30.0
# A measured pause may be a little shorter than intended, because calls take time. The last must exceed the first.
LEEWAY: Final = 0.9
GROWTH: Final = 1.15
# Whether pauses grow can be seen only if there are at least two.
_FEWEST: Final = 2


class Attempts:
    """The attempts at one delivery to one webhook.

    Args:
        deliveries: the deliveries of the partner.
        webhook: the webhook.
        wanted: which deliveries count.
    """

    def __init__(self, deliveries: Deliveries, webhook: Entity, wanted: Wanted) -> None:
        self._deliveries = deliveries
        self._webhook = webhook
        self._wanted = wanted
        self.came: list[Exchange] = []

    @property
    def times(self) -> list[float]:
        """The times of the attempts; empty if unknown."""
        return apart(self._deliveries.times(self._webhook, self._wanted))

    @property
    def count(self) -> int:
        """The number of attempts; simultaneous ones count as one."""
        return len(self.times or self.came)

    def wait_for(self, count: int) -> None:
        """Wait until there were so many attempts, or no more come."""
        while self.count < count and self._take(LONGEST_WAIT):
            pass
        self._take_the_rest()

    def wait_for_any(self, count: int, since: float) -> None:
        """Wait for so many deliveries, until some time after `since`; simultaneous ones count separately."""
        while len(self.came) < count and self._take(max(GRACE, since + LONGEST_WAIT - time.monotonic())):
            pass
        self._take_the_rest()

    def _take_the_rest(self) -> None:
        """Take the other deliveries that came at the same time."""
        while len(self.came) < len(self._deliveries.times(self._webhook, self._wanted)) and self._take(GRACE):
            pass

    def _take(self, seconds: float) -> bool:
        delivery = self._deliveries.wait(self._webhook, self._wanted, seconds)
        if delivery is not None:
            self.came.append(delivery)
        return delivery is not None


def came_again(verify: Verify, asked: httpx.Response, count: int, status: int) -> bool:
    """Record whether a delivery that was answered with a status came a second time."""
    note = f"for it was answered with {status}, and {LONGEST_WAIT:.0f} s were waited"
    breach = Breach.of("minimum", ATTEMPTS, {"minimum": 2}, count, case=f"answered-{status}", note=note)
    return verify.that(DELIVERY_RETRIED, asked, breach, holds=count > 1)


def came_at_most(verify: Verify, asked: httpx.Response, count: int) -> bool:
    """Record whether there were no more attempts than allowed."""
    breach = Breach.of("maximum", ATTEMPTS, {"maximum": MOST_ATTEMPTS}, count)
    return verify.that(DELIVERY_RETRIED, asked, breach, holds=count <= MOST_ATTEMPTS)


def pauses_grew(
    verify: Verify, asked: httpx.Response, times: Sequence[float], again: Callable[[], Sequence[float]] | None = None
) -> bool:
    """Record whether each pause between attempts was longer than the one before, and the last than the first.

    Args:
        verify: records the verdicts.
        asked: the response of the call that triggered the first attempt.
        times: the times of the attempts, in seconds.
        again: triggers another delivery that fails, and returns its times. It is called only if a pause did not grow:
            a busy machine may have delayed an attempt, but a server whose pauses do not grow shows it twice.
    """
    pauses = _pauses(times)
    if len(pauses) < _FEWEST:
        verify.not_checked(DELIVERY_RETRIED, "there were too few attempts, or their times are unknown")
        return True
    if again and not _grow(pauses):
        repeated = _pauses(again())
        # If these are too few to judge, the first ones count.
        pauses = repeated if len(repeated) >= _FEWEST else pauses
    kept = True
    for before, pause, is_longer in _compared(pauses):
        shortest = {"exclusiveMinimum": round(before, 2)}
        breach = Breach.of("exclusiveMinimum", PAUSES, shortest, round(pause, 2), note="in seconds, for pauses grow")
        kept &= verify.that(DELIVERY_RETRIED, asked, breach, holds=is_longer)
    return kept


def _pauses(times: Sequence[float]) -> list[float]:
    return [after - before for before, after in itertools.pairwise(times)]


def _grow(pauses: Sequence[float]) -> bool:
    return all(is_longer for _, _, is_longer in _compared(pauses))


def _compared(pauses: Sequence[float]) -> Iterator[tuple[float, float, bool]]:
    """Pairs of pauses, each with whether the later one is longer: neighbours, and the first with the last."""
    for before, after in itertools.pairwise(pauses):
        yield before, after, after > before * LEEWAY
    yield pauses[0], pauses[-1], pauses[-1] > pauses[0] * GROWTH


def are_one_notification(
    deliveries: Deliveries, asked: httpx.Response, names: Sequence[str], came: Sequence[Exchange], secret: str
) -> bool:
    """Record whether all attempts have the same content.

    Args:
        deliveries: the deliveries of the partner.
        asked: the response of the call that triggered the first.
        names: the members that must stay the same.
        came: the attempts.
        secret: the secret with which they are signed.
    """
    first = value_of(came[0]) if came else None
    expected = {name: first[name] for name in names if name in first} if isinstance(first, dict) else {}
    kept = True
    for again in came[1:]:
        kept &= deliveries.verify.tells(expected, again, DELIVERY_RETRIED)
        kept &= deliveries.verify.arrived(again, asked, again.request.url, secret)
    return kept


def longer_than(times: Sequence[float]) -> float:
    """Seconds within which another attempt would come, by the pauses so far; 0 if they are unknown."""
    pauses = _pauses(times)
    return min(LONGEST_WAIT, pauses[-1] * 2.5 + 0.5) if pauses else 0.0
