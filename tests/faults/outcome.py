"""Reports on trials: the verdict, a row of the table, the totals, and a line of the record."""

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from trial import Result, Trial

from ecsuite import wording
from ecsuite.findings.finding import Finding
from ecsuite.report.text import columns
from ecsuite.standin.faults import Fault

CAUGHT, ACCIDENT, MISSED, GREEN, RED = "caught", "by accident", "MISSED", "green", "RED"
HEAD = ("name", "level", "category", "verdict", "seconds", "by")
SHOWN = 3


@dataclass(frozen=True, slots=True)
class Outcome:
    """The outcome of a trial; `by` is the test that caught the fault, or what was found instead."""

    trial: Trial
    result: Result
    verdict: str
    by: str

    @property
    def good(self) -> bool:
        """Whether the verdict is the desired one."""
        return self.verdict in {CAUGHT, GREEN}

    @property
    def row(self) -> tuple[str, ...]:
        """The row for the table."""
        planted = self.trial.planted
        level, category = (planted.level, planted.category) if isinstance(planted, Fault) else ("", "variant")
        verdict = self.verdict.upper() if not self.good else self.verdict
        return (planted.name, level, category, verdict, f"{self.result.seconds:.1f}", self.by)

    @property
    def record(self) -> str:
        """The line for the record as JSON: the matching findings, and the number of all findings until then."""
        result = self.result
        line = {
            "edition": self.trial.edition,
            "name": self.trial.planted.name,
            "verdict": self.verdict,
            "test": next((sighting.test for sighting in result.fitting), None),
            "fitting": [sighting.finding.to_json() for sighting in result.fitting],
            "findings": len(result.sightings),
            "causes": len({_cause(sighting.finding) for sighting in result.sightings}),
            "seconds": round(result.seconds, 3),
            **({} if self.good else {"code": result.code, "by": self.by}),
        }
        return json.dumps(line, ensure_ascii=False, default=str)


def judge(trial: Trial, result: Result) -> Outcome:
    """Determine the outcome of a trial."""
    return Outcome(trial, result, *_verdict(trial, result))


def _verdict(trial: Trial, result: Result) -> tuple[str, str]:
    ended = f"exit code {result.code}: {result.said}"
    others = "; ".join(list(dict.fromkeys(_text(sighting.finding) for sighting in result.sightings))[:SHOWN])
    if not isinstance(trial.planted, Fault):
        return (GREEN, "") if result.code == 0 else (RED, others or ended)
    if result.fitting:
        first = result.fitting[0]
        note = "" if first.finding.level == trial.planted.level else f" (as {first.finding.level})"
        return CAUGHT, first.test + note
    if others:
        return ACCIDENT, f"expected {trial.planted.finding}; found {others}"
    return MISSED, ended if result.code else ""


def _text(finding: Finding) -> str:
    breach = finding.breach
    return f"{finding.promise}: {wording.subject(finding)} at {wording.where(breach)}: {wording.actual(breach)}"


def _cause(finding: Finding) -> tuple[str, str]:
    """Promise and part of the exchange, which findings of one fault usually share."""
    return finding.promise, finding.breach.at.part


def table(outcomes: Sequence[Outcome]) -> str:
    """A row for each outcome, and the totals."""
    return f"{columns(HEAD, [outcome.row for outcome in outcomes])}\n\n{_totals(outcomes)}"


def _totals(outcomes: Sequence[Outcome]) -> str:
    """Number of good outcomes by category and by level."""
    groups: dict[str, list[Outcome]] = {}
    for outcome in outcomes:
        _, level, category, *_ = outcome.row
        for group in filter(None, (category, f"[{level}]" if level else "")):
            groups.setdefault(group, []).append(outcome)
    rows = [(name, f"{sum(each.good for each in group)} of {len(group)}") for name, group in sorted(groups.items())]
    bad = Counter(outcome.verdict for outcome in outcomes if not outcome.good)
    summary = (
        ", ".join(f"{count} {verdict.lower()}" for verdict, count in sorted(bad.items())) or "all as they should be"
    )
    return columns(("group", "good"), rows) + f"\n\n{len(outcomes)} run: {summary}"
