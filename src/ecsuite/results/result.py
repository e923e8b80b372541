"""The result of a run: what all reports are rendered from."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Literal

from ecsuite.findings.finding import Finding
from ecsuite.left import Left
from ecsuite.results.cause import Cause
from ecsuite.results.coverage import Coverage
from ecsuite.results.entries import Entry
from ecsuite.results.figures import Figures
from ecsuite.results.seen import Call
from ecsuite.results.severity import SEVERITIES

# What reads a file of another number would not understand it.
SCHEMA: Final = 2
FORMAT: Final = "ecsuite results"
Kind = Literal["stopped", "crash"]


@dataclass(frozen=True, slots=True)
class Problem:
    """Why tests failed other than by a finding.

    Attributes:
        kind: `crash` where nobody expected it, `stopped` where its text says what is wrong.
        text: one line.
        tests: the node ids of the tests.
        file: the name of the file beside the result that has the traceback; empty where there is none.
    """

    kind: Kind
    text: str
    tests: tuple[str, ...]
    file: str = ""

    def to_json(self) -> dict[str, Any]:
        """The problem as a JSON value."""
        return {"kind": self.kind, "text": self.text, "tests": list(self.tests), "file": self.file}

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Problem:
        """The problem that `to_json` gave."""
        return cls(value["kind"], value["text"], tuple(value["tests"]), value["file"])


@dataclass(frozen=True, slots=True)
class RunInfo:
    """What was run, where and with what.

    Attributes:
        started: in UTC.
        ended: likewise.
        settings: by the names of the options.
        base_urls: where the calls went.
        versions: of ecsuite and what it stands on.
        ended_by: why the run ended before its last test; empty where it did not.
        exit_code: of pytest, as the README tells them.
        contracts: the digests of what judged, by edition.
        platform: the system that it ran on.
    """

    started: str
    ended: str
    settings: Mapping[str, Any]
    base_urls: tuple[str, ...]
    versions: Mapping[str, str]
    ended_by: str = ""
    exit_code: int = 0
    contracts: Mapping[str, str] = field(default_factory=dict)
    platform: str = ""

    def to_json(self) -> dict[str, Any]:
        """The data as a JSON value."""
        return {
            "started": self.started,
            "ended": self.ended,
            "ended_by": self.ended_by,
            "settings": dict(self.settings),
            "base_urls": list(self.base_urls),
            "versions": dict(self.versions),
            "exit_code": self.exit_code,
            "contracts": dict(self.contracts),
            "platform": self.platform,
        }

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> RunInfo:
        """The data that `to_json` gave."""
        return cls(
            started=value["started"],
            ended=value["ended"],
            settings=dict(value["settings"]),
            base_urls=tuple(value["base_urls"]),
            versions=dict(value["versions"]),
            ended_by=value["ended_by"],
            exit_code=value["exit_code"],
            contracts=dict(value["contracts"]),
            platform=value["platform"],
        )


@dataclass(frozen=True, slots=True)
class TestFinding:
    """A finding of a test: the number of its cause, and how many responses of one operation showed it."""

    test: str
    cause: int
    finding: Finding
    responses: int

    def to_json(self) -> dict[str, Any]:
        """The finding as a JSON value."""
        return {
            "test": self.test,
            "cause": self.cause,
            "responses": self.responses,
            "finding": self.finding.to_json(),
        }

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> TestFinding:
        """The finding that `to_json` gave."""
        return cls(value["test"], value["cause"], Finding.from_json(value["finding"]), value["responses"])


@dataclass(frozen=True, slots=True)
class RanTest:
    """A test that called the API, or failed.

    Attributes:
        name: its node id.
        outcome: `passed`, `failed`, `error`, `skipped`, or `inconclusive` where it could not tell.
        seconds: how long it took.
        edition: whose contract held; empty where it called nothing.
        scenario: the name of its recording; empty where it is not recorded.
        reason: why it was skipped, or stopped with what is no finding; one line, empty for none.
        calls: its exchanges, as far as they are kept.
    """

    name: str
    outcome: str
    seconds: float = 0.0
    edition: str = ""
    scenario: str = ""
    reason: str = ""
    calls: tuple[Call, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """The test as a JSON value."""
        return {
            "name": self.name,
            "outcome": self.outcome,
            "seconds": self.seconds,
            "edition": self.edition,
            "scenario": self.scenario,
            "reason": self.reason,
            "calls": [list(call) for call in self.calls],
        }

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> RanTest:
        """The test that `to_json` gave."""
        calls = tuple(Call(*call) for call in value["calls"])
        names = ("name", "outcome", "seconds", "edition", "scenario", "reason")
        return cls(**{name: value[name] for name in names}, calls=calls)


@dataclass(frozen=True, slots=True)
class RunResult:
    """All that is known of a run.

    Attributes:
        causes: ranked; the first is number 1.
        findings: of each test, by cause and operation, as far as they are kept.
        findings_left_out: how many more there were.
        problems: what else made tests fail.
        skipped: how many tests were skipped, by the reason.
        inconclusive: how many could not tell, by the reason.
        left: what was made and is still there, those first that are to be deleted first.
        entries: accepted deviations that ask for somebody: they have expired, or nothing was found that they accept.
        coverage: what of the contracts was seen.
        tests: those that called the API, or failed.
        calls_left_out: how many more exchanges there were than the tests have.
        files: what stands beside the result, by name: scripts that show a cause again, tracebacks.
    """

    run: RunInfo
    figures: Figures
    causes: tuple[Cause, ...] = ()
    findings: tuple[TestFinding, ...] = ()
    findings_left_out: int = 0
    problems: tuple[Problem, ...] = ()
    skipped: Mapping[str, int] = field(default_factory=dict)
    inconclusive: Mapping[str, int] = field(default_factory=dict)
    left: tuple[Left, ...] = ()
    entries: tuple[Entry, ...] = ()
    coverage: Coverage = field(default_factory=Coverage)
    tests: tuple[RanTest, ...] = ()
    calls_left_out: int = 0
    files: Mapping[str, str] = field(default_factory=dict)

    @property
    def severities(self) -> Mapping[str, int]:
        """How many causes there are of each severity that there is, the worst first."""
        counts = Counter(cause.severity for cause in self.causes)
        return {severity: counts[severity] for severity in SEVERITIES if counts[severity]}

    def to_json(self) -> dict[str, Any]:
        """The result as a JSON value."""
        return {
            "format": FORMAT,
            "schema": SCHEMA,
            "run": self.run.to_json(),
            "figures": self.figures.to_json(),
            "causes": _each(self.causes),
            "findings": _each(self.findings),
            "findings_left_out": self.findings_left_out,
            "problems": _each(self.problems),
            "skipped": dict(self.skipped),
            "inconclusive": dict(self.inconclusive),
            "left": _each(self.left),
            "entries": _each(self.entries),
            "coverage": self.coverage.to_json(),
            "tests": _each(self.tests),
            "calls_left_out": self.calls_left_out,
            "files": dict(self.files),
        }

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> RunResult:
        """The result that `to_json` gave."""
        return cls(
            run=RunInfo.from_json(value["run"]),
            figures=Figures.from_json(value["figures"]),
            causes=tuple(map(Cause.from_json, value["causes"])),
            findings=tuple(map(TestFinding.from_json, value["findings"])),
            findings_left_out=value["findings_left_out"],
            problems=tuple(map(Problem.from_json, value["problems"])),
            skipped=dict(value["skipped"]),
            inconclusive=dict(value["inconclusive"]),
            left=tuple(map(Left.from_json, value["left"])),
            entries=tuple(map(Entry.from_json, value["entries"])),
            coverage=Coverage.from_json(value["coverage"]),
            tests=tuple(map(RanTest.from_json, value["tests"])),
            calls_left_out=value["calls_left_out"],
            files=dict(value["files"]),
        )


def _each(parts: Iterable[Cause | TestFinding | Problem | RanTest | Left | Entry]) -> list[dict[str, Any]]:
    return [part.to_json() for part in parts]
