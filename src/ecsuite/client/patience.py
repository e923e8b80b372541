"""How long the calls of a run, taken together, wait for an unsteady service, and when the service counts as gone."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final, Literal, NamedTuple

from ecsuite.activity import Activity

# Why a call has no response: the service is busy, a gateway has no answer, the response is lost, or no connection.
Trouble = Literal["busy", "gateway", "lost", "unreachable"]
# Seconds that one call waits in all: for a busy or restarting service, and if responses are lost.
LONGEST: Final = 180.0
LONGEST_IF_LOST: Final = 60.0
# Seconds without any response to any call, after which one more call is tried before the service counts as gone.
LONGEST_IF_SILENT: Final = 60.0
# Seconds that an operation waits whose earlier call has waited for the whole limit without a response.
LONGEST_AGAIN: Final = 5.0
# A wait longer than `WORTH_REPORTING` seconds is reported, at most once in `REPORT_INTERVAL` seconds.
WORTH_REPORTING: Final = 3.0
REPORT_INTERVAL: Final = 20.0
# If a response is cut off this often in a row, while others are complete, the server is at fault, not the network.
CUT_OFF_FOR_GOOD: Final = 3
_LIMITS: Final[Mapping[Trouble, float]] = MappingProxyType({"lost": LONGEST_IF_LOST})


@dataclass(frozen=True, slots=True)
class Wait:
    """A pause before a retry.

    Attributes:
        seconds: its length.
        line: the method and the path of the call.
        reason: a status, or an error of the connection.
    """

    seconds: float
    line: str
    reason: str

    @property
    def what(self) -> str:
        """What is waited for, in words."""
        return f"another try of {self.line} ({self.reason})"


class Known(NamedTuple):
    """A read that had a response.

    Attributes:
        url: its URL.
        headers: its request headers.
        seconds: how long it took.
    """

    url: str
    headers: Mapping[str, str]
    seconds: float


class Patience:
    """What is known of an unsteady service, and how long to wait for it; the threads and runs of a target share it.

    If one call gets no response but another one does, only the first operation is at fault. If no call gets a response,
    the service is gone, and nothing more is sent.

    Args:
        longest: seconds that one call waits in all.
        tell: called with each wait that is worth reporting.
        limits: lower limits in seconds, by kind of trouble.
        activity: notified of each wait, however short; defaults to a new one.

    Attributes:
        is_silent: whether a call got no response within its limit, and no call has got one since.
        is_gone: whether the service counts as gone, so that nothing more is sent.
        probing: a lock, held by the thread that finds out whether the service responds to another call.
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
        self._given_up: set[str] = set()
        self._cut_off: Counter[str] = Counter()
        # Calls that were cut off, while another call has had a complete response since.
        self._cut_off_alone: set[str] = set()
        self._busy_until = 0.0
        self._reported_at = float("-inf")
        # Since when calls are sent without any response; None after a response.
        self._silent_since: float | None = None
        self._known: dict[str, Known] = {}
        self.is_silent = self.is_gone = False
        self.probing = threading.Lock()

    def seconds(self, call: str, trouble: Trouble) -> float:
        """How long a call may wait in all; zero if the whole service has not responded for that long.

        Args:
            call: its name; calls of one operation have the same name.
            trouble: why it has no response.
        """
        if self.is_silent:
            return 0.0
        longest = min(self._longest, self._limits.get(trouble, self._longest))
        return min(longest, LONGEST_AGAIN) if call in self._given_up else longest

    def note_sent(self) -> None:
        """Note that a call is about to be sent."""
        if self._silent_since is None:
            self._silent_since = time.monotonic()

    def note_response(self) -> None:
        """Note that a response arrived, even if from a gateway."""
        self._silent_since = None

    @property
    def silence(self) -> float:
        """Seconds without any response although calls were sent."""
        since = self._silent_since
        return 0.0 if since is None else time.monotonic() - since

    @property
    def left_in_silence(self) -> float:
        """Seconds until the service counts as gone; 0 or less if it does already."""
        return min(self._longest, LONGEST_IF_SILENT) - self.silence

    def left(self, call: str, trouble: Trouble, waited: float) -> float:
        """Seconds that a call may still wait after it has waited for `waited` seconds; see `seconds`."""
        own = self.seconds(call, trouble) - waited
        return min(own, self.left_in_silence) if trouble in {"lost", "unreachable"} else own

    def give_up(self, call: str) -> None:
        """Note that a call got no response within its limit; until another call gets one, no call waits."""
        with self._lock:
            self._given_up.add(call)
            self.is_silent = True

    def remember(self, call: str, known: Known) -> None:
        """Note a read that had a response; it can be repeated later to see whether the service responds at all."""
        self._known[call] = known

    def probe(self, call: str) -> Known | None:
        """The quickest read that had a response, except for calls of that name; None if there was none."""
        others = [known for name, known in [*self._known.items()] if name != call]
        return min(others, key=lambda known: known.seconds, default=None)

    def note_recovered(self) -> None:
        """Note that another call has got a response after one was given up."""
        self.is_silent = False

    def note_answered(self, call: str) -> None:
        """Note that a call got a response from the API."""
        self.note_response()
        if self._given_up or self._cut_off:
            with self._lock:
                self.is_silent = False
                self._given_up.discard(call)
                self._cut_off.pop(call, None)
                self._cut_off_alone = set(self._cut_off)

    def cut_off(self, call: str) -> bool:
        """Note that a response was cut off; return whether the network may have done it, as far as one can tell."""
        with self._lock:
            self._cut_off[call] += 1
            if self._cut_off[call] < CUT_OFF_FOR_GOOD:
                return True
            # Further retries would not help.
            self._given_up.add(call)
            return call not in self._cut_off_alone

    def put_off(self, seconds: float) -> None:
        """Note that the service asks all calls to wait for some seconds."""
        with self._lock:
            self._busy_until = max(self._busy_until, time.monotonic() + seconds)

    @property
    def busy_for(self) -> float:
        """Remaining seconds that the service has asked to wait."""
        return max(self._busy_until - time.monotonic(), 0.0) if self._busy_until else 0.0

    def tell(self, wait: Wait, waited: float) -> None:
        """Report a wait if it is long enough; `waited` is how many seconds the call has waited already."""
        self.activity.waits(wait.what, wait.seconds)
        now = time.monotonic()
        with self._lock:
            if waited + wait.seconds <= WORTH_REPORTING or now - self._reported_at < REPORT_INTERVAL:
                return
            self._reported_at = now
        self._tell(wait)
