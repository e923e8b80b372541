"""The attempts at an unacknowledged delivery: their number, their intervals, and that they are one notification."""

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
# Retry intervals are unpublished; so many seconds are waited.
LONGEST_WAIT: Final = 30.0
# A pause may be a little shorter than it was meant to be, for the calls around it take their time; in all they grow.
LEEWAY: Final = 0.9
GROWTH: Final = 1.15
# Of one pause nobody can say whether it grew.
_FEWEST: Final = 2


class Attempts:
    """The deliveries of one thing to one webhook.

    Args:
        deliveries: of the partner.
        webhook: whose deliveries.
        wanted: which of them.
    """

    def __init__(self, deliveries: Deliveries, webhook: Entity, wanted: Wanted) -> None:
        self._deliveries = deliveries
        self._webhook = webhook
        self._wanted = wanted
        self.came: list[Exchange] = []

    @property
    def times(self) -> list[float]:
        """When the attempts came; empty where that is not known."""
        return apart(self._deliveries.times(self._webhook, self._wanted))

    @property
    def count(self) -> int:
        """How many attempts there were; simultaneous ones count as one."""
        return len(self.times or self.came)

    def wait_for(self, count: int) -> None:
        """Wait for attempts, until there were so many, or no more comes."""
        while self.count < count and self._take(LONGEST_WAIT):
            pass
        self._take_the_rest()

    def wait_for_any(self, count: int, since: float) -> None:
        """Wait for so many deliveries, until a time after `since`; any counts, for one of two may have been taken."""
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
        verify: takes the verdict.
        asked: the response of the call that asked for the first attempt.
        times: when the attempts came, in seconds.
        again: makes something else be delivered in vain, and gives those times. It is asked only where a pause did not
            grow, for a busy machine may have held an attempt up; a server whose pauses do not grow shows it twice.
    """
    pauses = _pauses(times)
    if len(pauses) < _FEWEST:
        verify.not_checked(DELIVERY_RETRIED, "there were too few attempts, or it is not known when they came")
        return True
    if again and not _grow(pauses):
        repeated = _pauses(again())
        # Where these are too few to tell, the first count.
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
    """A pause, a later one, and whether that is longer: each with the next, and the first with the last."""
    for before, after in itertools.pairwise(pauses):
        yield before, after, after > before * LEEWAY
    yield pauses[0], pauses[-1], pauses[-1] > pauses[0] * GROWTH


def are_one_notification(
    deliveries: Deliveries, asked: httpx.Response, names: Sequence[str], came: Sequence[Exchange], secret: str
) -> bool:
    """Record whether all attempts have the same content.

    Args:
        deliveries: of the partner.
        asked: the response of the call that asked for the first.
        names: the members that must stay the same.
        came: the attempts.
        secret: that they are signed with.
    """
    first = value_of(came[0]) if came else None
    told = {name: first[name] for name in names if name in first} if isinstance(first, dict) else {}
    kept = True
    for again in came[1:]:
        kept &= deliveries.verify.tells(told, again, DELIVERY_RETRIED)
        kept &= deliveries.verify.arrived(again, asked, again.request.url, secret)
    return kept


def longer_than(times: Sequence[float]) -> float:
    """Seconds after which another attempt would have come, by the pauses so far; none where they are not known."""
    pauses = _pauses(times)
    return min(LONGEST_WAIT, pauses[-1] * 2.5 + 0.5) if pauses else 0.0
