"""The journal of a run: its exchanges, observations and findings, in bounded memory."""

from __future__ import annotations

import threading
from collections import Counter, deque
from collections.abc import Callable
from dataclasses import dataclass, field

from ecsuite.findings.finding import Finding, Observation, Outcome, Result
from ecsuite.promises import RESPONSE_ARRIVES, Promise

# Nobody would read more findings than this, and older exchanges are not needed.
MOST_FINDINGS = 1000
MOST_RESULTS = 200
# The reason for a missing response.
LOST = "lost"


@dataclass(slots=True)
class Tally:
    """The number of exchanges, and how often each promise was kept, broken or not checked, by operation."""

    exchanges: int = 0
    observations: Counter[Observation] = field(default_factory=Counter)

    @property
    def passed(self) -> int:
        """How often any promise was kept."""
        return self._count("passed")

    @property
    def broken(self) -> int:
        """How often any promise was broken."""
        return self._count("broken")

    @property
    def not_checked(self) -> Counter[tuple[str, str]]:
        """How often a promise could not be judged, by its id and the reason."""
        reasons: Counter[tuple[str, str]] = Counter()
        for seen, times in self.observations.items():
            if seen.outcome == "not checked":
                reasons[seen.promise, seen.reason] += times
        return reasons

    @property
    def unsteady(self) -> Counter[str]:
        """How often the API did not respond, by what came instead: a status, or `lost`."""
        return self._reasons("unsteady")

    @property
    def repeated(self) -> Counter[str]:
        """How often a call was repeated because the API did not respond, by its method and path."""
        return self._reasons("repeated")

    @property
    def judged(self) -> int:
        """How often any promise was kept or broken."""
        return self.passed + self.broken

    def _reasons(self, outcome: Outcome) -> Counter[str]:
        reasons: Counter[str] = Counter()
        for seen, times in self.observations.items():
            if seen.outcome == outcome:
                reasons[seen.reason] += times
        return reasons

    def _count(self, outcome: Outcome) -> int:
        return sum(times for seen, times in self.observations.items() if seen.outcome == outcome)

    def add(self, other: Tally) -> None:
        """Add the figures of another tally."""
        self.exchanges += other.exchanges
        self.observations.update(other.observations)

    def minus(self, earlier: Tally) -> Tally:
        """The figures since an earlier copy of this tally."""
        return Tally(self.exchanges - earlier.exchanges, self.observations - earlier.observations)

    def copy(self) -> Tally:
        """A copy of the current figures."""
        return Tally(self.exchanges, self.observations.copy())


class Journal:
    """The events of a run; threads may share it.

    Attributes:
        tally: the figures of the whole run.
        results: the latest exchanges with the results of their checks, at most `MOST_RESULTS`.
        listeners: called with each new result.
    """

    def __init__(self) -> None:
        self.tally = Tally()
        self.results: deque[Result] = deque(maxlen=MOST_RESULTS)
        self.listeners: list[Callable[[Result], None]] = []
        self._findings: dict[tuple[object, ...], Finding] = {}
        self._times: Counter[tuple[object, ...]] = Counter()
        self._lock = threading.RLock()

    @property
    def findings(self) -> tuple[Finding, ...]:
        """Every distinct finding once, in the order of first occurrence."""
        with self._lock:
            return tuple(self._findings.values())

    def add(self, result: Result) -> None:
        """Note the results of the checks of an exchange."""
        with self._lock:
            self.tally.exchanges += 1
            self.tally.observations.update(result.observations())
            self.results.append(result)
            for finding in result.findings:
                self._keep(finding)
            # Count per response: several items of a list may have the same fault.
            self._count({self.spot(finding) for finding in result.findings})
            for listener in self.listeners:
                listener(result)

    def add_finding(self, finding: Finding) -> None:
        """Note a broken promise that a single exchange does not show."""
        with self._lock:
            self.tally.observations[Observation(finding.promise, finding.operation or "", "broken")] += 1
            self._keep(finding)
            self._count({self.spot(finding)})

    def times(self, finding: Finding) -> int:
        """How many responses showed a finding, in any items of their lists."""
        with self._lock:
            return self._times[self.spot(finding)]

    @staticmethod
    def spot(finding: Finding) -> tuple[object, ...]:
        """What findings in different items of the same list have in common."""
        at = finding.breach.at
        path = tuple("*" if isinstance(token, int) else token for token in at.path)
        rest = tuple(each for each in finding.key if each is not at)
        return (*rest, at.part, at.name, path)

    def add_passed(self, promise: Promise, operation: str = "") -> None:
        """Note a promise that was kept over several exchanges; `operation` is the id of the called operation."""
        with self._lock:
            self.tally.observations[Observation(promise.id, operation, "passed")] += 1

    def add_not_checked(self, promise: Promise, reason: str, operation: str = "") -> None:
        """Note a promise that could not be judged, and why."""
        with self._lock:
            self.tally.observations[Observation(promise.id, operation, "not checked", reason)] += 1

    def add_lost(self, operation: str = "") -> None:
        """Note a call without a response."""
        with self._lock:
            self.tally.observations[Observation(RESPONSE_ARRIVES.id, operation, "unsteady", LOST)] += 1

    def add_repeated(self, line: str) -> None:
        """Note that a call is repeated; `line` is its method and path."""
        with self._lock:
            self.tally.observations[Observation(RESPONSE_ARRIVES.id, "", "repeated", line)] += 1

    def _keep(self, finding: Finding) -> None:
        if len(self._findings) < MOST_FINDINGS:
            self._findings.setdefault(finding.key, finding)

    def _count(self, spots: set[tuple[object, ...]]) -> None:
        for spot in spots:
            if spot in self._times or len(self._times) < MOST_FINDINGS:
                self._times[spot] += 1
