"""What was done, counted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ecsuite.journal import Tally


@dataclass(frozen=True, slots=True)
class Figures:
    """What was done, counted.

    Attributes:
        calls: exchanges that were checked.
        passed: how often a promise was kept.
        broken: how often one was broken, by whatever severity.
        not_checked: how often a promise could not be judged, by its id and the reason, the most frequent first.
        tests: how many tests ended how: `passed`, `failed`, `skipped`, `inconclusive`, `error`.
        unsteady: how often there was no response of the API's, by what came in its place: a status, or `lost`.
        repeated: how often a call was sent again for that, by its method and path.
    """

    calls: int = 0
    passed: int = 0
    broken: int = 0
    not_checked: Mapping[tuple[str, str], int] = field(default_factory=dict)
    tests: Mapping[str, int] = field(default_factory=dict)
    unsteady: Mapping[str, int] = field(default_factory=dict)
    repeated: Mapping[str, int] = field(default_factory=dict)

    @classmethod
    def of(cls, tally: Tally, tests: Mapping[str, int]) -> Figures:
        """The figures of a tally."""
        not_checked = dict(tally.not_checked.most_common())
        unsteady, repeated = dict(tally.unsteady.most_common()), dict(tally.repeated.most_common())
        return cls(tally.exchanges, tally.passed, tally.broken, not_checked, dict(tests), unsteady, repeated)

    def to_json(self) -> dict[str, Any]:
        """The figures as a JSON value."""
        reasons = [
            {"promise": promise, "reason": reason, "times": times}
            for (promise, reason), times in self.not_checked.items()
        ]
        return {
            "calls": self.calls,
            "checks": {"passed": self.passed, "broken": self.broken, "not_checked": reasons},
            "tests": dict(self.tests),
            "unsteady": dict(self.unsteady),
            "repeated": dict(self.repeated),
        }

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Figures:
        """The figures that `to_json` gave."""
        checks = value["checks"]
        reasons = {(each["promise"], each["reason"]): each["times"] for each in checks["not_checked"]}
        return cls(
            calls=value["calls"],
            passed=checks["passed"],
            broken=checks["broken"],
            not_checked=reasons,
            tests=dict(value["tests"]),
            unsteady=dict(value["unsteady"]),
            repeated=dict(value["repeated"]),
        )
