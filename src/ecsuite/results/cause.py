"""A cause: what findings of several operations and tests have in common, told once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from ecsuite.findings.deviation import Mark
from ecsuite.findings.finding import Finding
from ecsuite.promises import Severity
from ecsuite.results.grouping.across_tests import first_of, lead_among
from ecsuite.results.record import Found
from ecsuite.results.severity import SEVERITIES


@dataclass(frozen=True, slots=True)
class Cause:
    """Findings that come from the same cause.

    Attributes:
        first: the first of them, with its quote of the contract and, where there is one, its exchange.
        responses: how many responses showed it.
        operations: the calls, `GET /users/{userId}`, in the order in which they came.
        tests: the node ids of the tests.
        marks: what tells the findings from each other, of every operation.
    """

    first: Found
    responses: int
    operations: tuple[str, ...]
    tests: tuple[str, ...]
    marks: tuple[Mark, ...] = ()

    @property
    def finding(self) -> Finding:
        """The first finding."""
        return self.first.finding

    @property
    def severity(self) -> Severity:
        """How severe all of them are."""
        return self.finding.severity

    @property
    def places(self) -> tuple[str, ...]:
        """The places that were wrong, as `ecsuite.toml` names them: of a bad request, those in the request."""
        return tuple(dict.fromkeys(mark.because or mark.place for mark in self.marks))

    @property
    def rank(self) -> tuple[int, int]:
        """The worst and the most frequent first."""
        return SEVERITIES.index(self.severity), -self.responses

    def to_json(self) -> dict[str, Any]:
        """The cause as a JSON value."""
        return {
            "severity": self.severity,
            "promise": self.finding.promise,
            "responses": self.responses,
            "operations": list(self.operations),
            "tests": list(self.tests),
            "marks": [mark.to_json() for mark in self.marks],
            "first": self.first.to_json(),
        }

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Cause:
        """The cause that `to_json` gave."""
        return cls(
            first=Found.from_json(value["first"]),
            responses=value["responses"],
            operations=tuple(value["operations"]),
            tests=tuple(value["tests"]),
            marks=tuple(map(Mark.from_json, value["marks"])),
        )


def with_scripts(number: int, cause: Cause, scripts: tuple[str, str]) -> tuple[Cause, dict[str, str]]:
    """A cause with the names of its scripts in the place of their texts, and the texts by these names.

    Args:
        number: of the cause.
        cause: whose scripts they are.
        scripts: their texts, for a POSIX shell and for PowerShell; empty where there is none.
    """
    names = [f"{number}.{suffix}" if text else "" for suffix, text in zip(("sh", "ps1"), scripts, strict=True)]
    first = replace(cause.first, script=names[0], powershell=names[1])
    return replace(cause, first=first), {name: text for name, text in zip(names, scripts, strict=True) if name}


def with_evidence(one: Cause, other: Cause) -> Cause:
    """A cause with what has been seen of another one that is the same."""
    return Cause(
        first=one.first,
        responses=one.responses + other.responses,
        operations=tuple(dict.fromkeys([*one.operations, *other.operations])),
        tests=tuple(dict.fromkeys([*one.tests, *other.tests])),
        marks=tuple(dict.fromkeys([*one.marks, *other.marks])),
    )


class Causes:
    """Gathers findings into causes, as they come."""

    def __init__(self) -> None:
        self._groups: dict[tuple[object, ...], _Group] = {}
        # Comparing each cause with all others takes long where there are hundreds.
        self._leads: dict[tuple[object, ...], tuple[object, ...]] = {}

    def add(self, test: str, found: Found) -> bool:
        """Add what a test found; whether its cause is a new one."""
        is_new = found.cause not in self._groups
        group = self._groups.setdefault(found.cause, _Group(found, test))
        group.add(test, found)
        if is_new:
            self._leads.clear()
        return is_new and self._first_cause(found) == found.cause

    def first_test(self, found: Found) -> str:
        """The test that found a cause first."""
        return next(iter(self._groups[self._first_cause(found)].tests))

    def _first_cause(self, found: Found) -> tuple[object, ...]:
        """The cause that was found first of those that are the same as the lead of a finding."""
        return first_of(self.lead_of(found), self._groups)

    def lead_of(self, found: Found) -> tuple[object, ...]:
        """The cause that reports a finding: mostly its own."""
        own = found.cause
        if own not in self._leads:
            lead = lead_among(own, self._groups)
            # A lead is its own lead, even if it would follow from another cause in a circle.
            self._leads[own] = self._leads.setdefault(lead, lead)
        return self._leads[own]

    def ranked(self) -> tuple[Cause, ...]:
        """The causes, the worst and the most frequent first; else in the order in which they came."""
        # Which of them is the more frequent one may have changed.
        self._leads.clear()
        reported: dict[tuple[object, ...], Cause] = {}
        # A lead comes before the causes that add to its evidence.
        for group in sorted(self._groups.values(), key=lambda each: self.lead_of(each.found) != each.found.cause):
            lead, cause = self.lead_of(group.found), group.cause()
            reported[lead] = with_evidence(reported[lead], cause) if lead in reported else cause
        order = {key: number for number, key in enumerate(self._groups)}
        return tuple(sorted(reported.values(), key=lambda cause: (cause.rank, order[cause.first.cause])))

    @property
    def count(self) -> int:
        """How many there are."""
        return len(self._groups)


class _Group:
    """The findings of one cause."""

    def __init__(self, found: Found, test: str) -> None:
        self.found = found
        self.responses = 0
        # Dicts for their order.
        self.operations: dict[str, None] = {}
        self.tests: dict[str, None] = {test: None}
        self.marks: dict[Mark, None] = {}

    def add(self, test: str, found: Found) -> None:
        if self.found.sample is None or (_is_of_own_type(found) and not _is_of_own_type(self.found)):
            self.found = found
        elif found.script and not self.found.script:
            self.found = replace(self.found, script=found.script, powershell=found.powershell)
        self.responses += found.responses
        self.operations[f"{found.finding.method} {found.finding.path}"] = None
        self.tests[test] = None
        self.marks.update(dict.fromkeys(found.marks))

    def cause(self) -> Cause:
        # They stand with the cause alone.
        first = replace(self.found, marks=())
        return Cause(first, self.responses, tuple(self.operations), tuple(self.tests), tuple(self.marks))


def _is_of_own_type(found: Found) -> bool:
    """Whether what became of others was done by a call on an entity of their type; any other may have run beside it."""
    _, _, path = found.finding.breach.seen_call.partition(" ")
    return path == found.finding.path
