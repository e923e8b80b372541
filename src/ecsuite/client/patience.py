"""How long the calls of a run, taken together, wait for an unsteady service, and when it counts as gone."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final, Literal, NamedTuple

from ecsuite.activity import Activity

# What keeps an answer from a call: the service is busy, a gateway has none, it is lost, or nobody is there.
Trouble = Literal["busy", "gateway", "lost", "unreachable"]
# Seconds that one call waits in all: for a service that is busy or restarts, and where answers are lost.
LONGEST: Final = 180.0
LONGEST_IF_LOST: Final = 60.0
# Seconds without any response, to whichever call, after which it is asked once more whether anybody is there.
LONGEST_IF_SILENT: Final = 60.0
# The same for an operation that had no answer in all that time before.
LONGEST_AGAIN: Final = 5.0
# A wait is told that is longer than this, and not more often than once in that time.
WORTH_TELLING: Final = 3.0
TOLD_EVERY: Final = 20.0
# A transfer that is cut off so many times in a row, while others come whole, is the server's doing, not the network's.
CUT_OFF_FOR_GOOD: Final = 3
_LIMITS: Final[Mapping[Trouble, float]] = MappingProxyType({"lost": LONGEST_IF_LOST})


@dataclass(frozen=True, slots=True)
class Wait:
    """What a call waits for.

    Attributes:
        seconds: how long, before the next try.
        line: the method and the path of the call.
        reason: a status, or what was wrong with the connection.
    """

    seconds: float
    line: str
    reason: str

    @property
    def what(self) -> str:
        """What is waited for, in words."""
        return f"another try of {self.line} ({self.reason})"


class Known(NamedTuple):
    """A read that had an answer.

    Attributes:
        url: of it.
        headers: that it was sent with.
        seconds: that it took.
    """

    url: str
    headers: Mapping[str, str]
    seconds: float


class Patience:
    """What is known of an unsteady service; the runs against one target share it, and so do their threads.

    Where a call gets no response, another one may: then that operation alone is at fault. Where no call gets any, the
    service is gone, and nothing more is sent.

    Args:
        longest: seconds that one call waits.
        tell: called with a wait that is worth telling.
        limits: fewer seconds, for some kinds of trouble.
        activity: told of each wait, however short; of its own where it is left out.

    Attributes:
        is_silent: whether a call had no answer in all its time, and none has had one since.
        is_gone: whether nothing has come from the service for so long that nothing more is sent.
        asking: held by who finds that out.
    """

    def __init__(
        self,
        longest: float = LONGEST,
        tell: Callable[[Wait], object] = lambda _: None,
        limits: Mapping[Trouble, float] = _LIMITS,
        activity: Activity | None = None,
    ) -> None:
        self._longest = longest
        self._tell = tell
        self._limits = limits
        self.activity = activity or Activity()
        self._lock = threading.Lock()
        self._hopeless: set[str] = set()
        self._cut_off: Counter[str] = Counter()
        # Calls that are cut off, while another one has had a whole answer since.
        self._cut_off_alone: set[str] = set()
        self._busy_until = 0.0
        self._told_at = float("-inf")
        # Since when calls are sent and nothing comes; None where the latest thing that happened was a response.
        self._silent_since: float | None = None
        self._known: dict[str, Known] = {}
        self.is_silent = self.is_gone = False
        self.asking = threading.Lock()

    def seconds(self, call: str, trouble: Trouble) -> float:
        """How long a call may wait in all; zero if the whole service has not responded for that long.

        Args:
            call: what is called; calls of one operation have the same name.
            trouble: what keeps the answer from it.
        """
        if self.is_silent:
            return 0.0
        longest = min(self._longest, self._limits.get(trouble, self._longest))
        return min(longest, LONGEST_AGAIN) if call in self._hopeless else longest

    def sends(self) -> None:
        """A call is about to be sent."""
        if self._silent_since is None:
            self._silent_since = time.monotonic()

    def heard(self) -> None:
        """A response has come, be it a gateway's."""
        self._silent_since = None

    @property
    def silence(self) -> float:
        """Seconds in which calls were sent and nothing came."""
        since = self._silent_since
        return 0.0 if since is None else time.monotonic() - since

    @property
    def left_in_silence(self) -> float:
        """Seconds in which something must come, or the service is gone; at most 0 where that has been waited for."""
        return min(self._longest, LONGEST_IF_SILENT) - self.silence

    def left(self, call: str, trouble: Trouble, waited: float) -> float:
        """Seconds that a call may still wait that has waited for some; see `seconds`."""
        own = self.seconds(call, trouble) - waited
        return min(own, self.left_in_silence) if trouble in {"lost", "unreachable"} else own

    def gave_up(self, call: str) -> None:
        """A call had no answer in all its time; until another one has, none is waited for."""
        with self._lock:
            self._hopeless.add(call)
            self.is_silent = True

    def know(self, call: str, known: Known) -> None:
        """A read had an answer, so that it can be asked by it later whether anybody is there."""
        self._known[call] = known

    def probe(self, call: str) -> Known | None:
        """The quickest read that had an answer, but for a call of that name; None where there was none."""
        others = [known for name, known in [*self._known.items()] if name != call]
        return min(others, key=lambda known: known.seconds, default=None)

    def goes_on(self) -> None:
        """Another call than the one that was given up has had an answer just now."""
        self.is_silent = False

    def answered(self, call: str) -> None:
        """A call had an answer."""
        self.heard()
        if self._hopeless or self._cut_off:
            with self._lock:
                self.is_silent = False
                self._hopeless.discard(call)
                self._cut_off.pop(call, None)
                self._cut_off_alone = set(self._cut_off)

    def cut_off(self, call: str) -> bool:
        """An answer was cut off; whether that is the network's doing, so far as one can tell."""
        with self._lock:
            self._cut_off[call] += 1
            if self._cut_off[call] < CUT_OFF_FOR_GOOD:
                return True
            # Nor does it help to ask for it on and on.
            self._hopeless.add(call)
            return call not in self._cut_off_alone

    def put_off(self, seconds: float) -> None:
        """The service has asked all calls to come back after some seconds."""
        with self._lock:
            self._busy_until = max(self._busy_until, time.monotonic() + seconds)

    @property
    def busy_for(self) -> float:
        """How long the service has asked to wait from now on, in seconds."""
        return max(self._busy_until - time.monotonic(), 0.0) if self._busy_until else 0.0

    def tell(self, wait: Wait, waited: float) -> None:
        """Report a wait that is long enough; `waited` is how long the call has waited already."""
        self.activity.waits(wait.what, wait.seconds)
        now = time.monotonic()
        with self._lock:
            if waited + wait.seconds <= WORTH_TELLING or now - self._told_at < TOLD_EVERY:
                return
            self._told_at = now
        self._tell(wait)
