"""The journal of a run: its exchanges and findings, in memory that does not grow with the run."""

from __future__ import annotations

import threading
from collections import Counter, deque
from collections.abc import Callable
from dataclasses import dataclass, field

from ecsuite.finding import Finding, Result

# A finding more of a run with that many is not read by anybody, and an exchange that long ago not looked at.
MOST_FINDINGS = 1000
MOST_RESULTS = 200


@dataclass(slots=True)
class Tally:
    """How often: exchanges, checks that passed, findings, and checks that could not tell by their reason."""

    exchanges: int = 0
    passed: int = 0
    broken: int = 0
    not_checked: Counter[tuple[str, str]] = field(default_factory=Counter)

    def add(self, other: Tally) -> None:
        """Add the figures of another tally."""
        self.exchanges += other.exchanges
        self.passed += other.passed
        self.broken += other.broken
        self.not_checked.update(other.not_checked)

    def minus(self, earlier: Tally) -> Tally:
        """What came since an earlier copy of this tally."""
        return Tally(
            self.exchanges - earlier.exchanges,
            self.passed - earlier.passed,
            self.broken - earlier.broken,
            self.not_checked - earlier.not_checked,
        )

    def copy(self) -> Tally:
        """The figures as they are now."""
        return Tally(self.exchanges, self.passed, self.broken, self.not_checked.copy())


class Journal:
    """What happened in a run; threads may write to it.

    Attributes:
        tally: the figures of the whole run.
        results: the latest exchanges with what the checks said, at most `MOST_RESULTS`.
        listeners: called with each result as it comes.
    """

    def __init__(self) -> None:
        self.tally = Tally()
        self.results: deque[Result] = deque(maxlen=MOST_RESULTS)
        self.listeners: list[Callable[[Result], None]] = []
        self._findings: dict[tuple[str, ...], Finding] = {}
        self._lock = threading.RLock()

    @property
    def findings(self) -> tuple[Finding, ...]:
        """Every finding once, however often it was made, in the order in which they came."""
        with self._lock:
            return tuple(self._findings.values())

    def add(self, result: Result) -> None:
        """Note what the checks said of an exchange."""
        with self._lock:
            self.tally.exchanges += 1
            self.tally.passed += len(result.passed)
            self.tally.not_checked.update(result.not_checked)
            self.results.append(result)
            for finding in result.findings:
                self.add_finding(finding)
            for listener in self.listeners:
                listener(result)

    def add_finding(self, finding: Finding) -> None:
        """Note a broken promise that no single exchange shows."""
        with self._lock:
            self.tally.broken += 1
            if len(self._findings) < MOST_FINDINGS:
                self._findings.setdefault(finding.key, finding)

    def add_passed(self) -> None:
        """Note a promise that passed beyond a single exchange."""
        with self._lock:
            self.tally.passed += 1

    def add_not_checked(self, check: str, reason: str) -> None:
        """Note a promise that could not be looked at, and why."""
        with self._lock:
            self.tally.not_checked[check, reason] += 1
