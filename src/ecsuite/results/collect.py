"""Collects what tests hand over, in whichever process they ran, into the result of the run."""

from __future__ import annotations

import platform
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import cache
from importlib import metadata
from typing import Any, Final, NamedTuple

from ecsuite import editions
from ecsuite.findings.deviation import NO_DEVIATIONS, Deviations
from ecsuite.journal import Tally
from ecsuite.left import Left
from ecsuite.results.cause import Causes, with_scripts
from ecsuite.results.coverage import Coverage, coverage_of, promises_of
from ecsuite.results.entries import Entry, entry_of, expired_entries
from ecsuite.results.figures import Figures
from ecsuite.results.record import Found, Record
from ecsuite.results.result import Kind, Problem, RanTest, RunInfo, RunResult, TestFinding
from ecsuite.results.seen import Call, Seen
from ecsuite.results.severity import fails
from ecsuite.version import __version__

_STANDS_ON: Final = ("httpx", "jsonschema-rs", "pytest")
# Nobody reads more of them, and a file of megabytes opens in nothing.
MOST_FINDINGS: Final = 2000
# Crashes of which the traceback is kept.
MOST_CRASHES: Final = 20
# Exchanges that a result tells one by one.
MOST_CALLS: Final = 30_000


class Told(NamedTuple):
    """What is to be said of one test: what it found first, and what another test has found before.

    Attributes:
        new: causes that no test has found before this one.
        known: the others, each with the test that found it first.
    """

    new: tuple[Found, ...]
    known: tuple[tuple[Found, str], ...]


@dataclass(slots=True)
class _Trouble:
    """Tests that failed for the same reason, which is no finding."""

    tests: list[str] = field(default_factory=list)
    file: str = ""


@dataclass(slots=True)
class _Test:
    """What is known of one test."""

    outcome: str = ""
    seconds: float = 0.0
    edition: str = ""
    scenario: str = ""
    reason: str = ""
    calls: list[Call] = field(default_factory=list)


class Collector:
    """What is known of a run so far.

    Args:
        settings: of the run, by the names of its options.
        strict: whether warnings count as errors.
        deviations: what is accepted.

    Attributes:
        tests: how many tests ended how.
        failures: how many findings count against the run: what fails it, a cause that is known only where a test could
            not go on for it.
        ended_by: why the run ended before its last test; empty where it did not.
        crashes: tracebacks, by the names of their files.
        exit_code: of the run.
    """

    def __init__(self, settings: Mapping[str, Any], *, strict: bool, deviations: Deviations = NO_DEVIATIONS) -> None:
        self.tests: Counter[str] = Counter()
        self.failures = 0
        self.ended_by = ""
        self.crashes: dict[str, str] = {}
        self.exit_code = 0
        self._started = _now()
        self._settings = settings
        self._strict = strict
        self._tally = Tally()
        self._causes = Causes()
        self._findings: list[tuple[str, Found]] = []
        self._left_out = 0
        self._troubles: dict[tuple[Kind, str], _Trouble] = {}
        self._skipped: Counter[str] = Counter()
        self._inconclusive: Counter[str] = Counter()
        self._base_urls: dict[str, None] = {}
        self._left: dict[tuple[str, str], Left] = {}
        self._deviations = deviations
        self._accepted_by: set[str] = set()
        self._seen: dict[str, Seen] = {}
        self._tests: dict[str, _Test] = {}
        self._calls = 0
        self._calls_left_out = 0

    @property
    def left(self) -> tuple[Left, ...]:
        """What was made and is still there, with whole addresses, each once."""
        return tuple(self._left.values())

    @property
    def has_called(self) -> bool:
        """Whether there is anything to be told of."""
        told = (self._tally.exchanges, self._causes.count, self._troubles, self._skipped, self._inconclusive)
        return any(told)

    def add(self, test: str, record: Record) -> Told:
        """Add what a test hands over; what is to be said of it."""
        self._tally.add(record.tally)
        if record.base_url:
            self._base_urls[record.base_url] = None
        for left in record.left:
            whole = replace(left, address=f"{record.base_url}{left.address}")
            # Several tests may have lost what stands in one list, and a test that ran twice tells all of it.
            self._left.setdefault((whole.address, whole.reason), whole)
        if record.stopped:
            self._add_trouble(test, record)
        if record.skipped:
            self._skipped[record.skipped] += 1
        if record.inconclusive:
            self._inconclusive[record.inconclusive] += 1
        self._add_seen(test, record)
        new, known = [], []
        for found in record.found:
            is_new = self._causes.add(test, found)
            if is_new:
                new.append(found)
            else:
                known.append((found, self._causes.first_test(found)))
            self._keep(test, found)
            self._accepted_by.update(self._deviations.where_fitting(found.marks))
            # What every response has is no reason to give up, as long as tests come to their end in spite of it.
            if fails(found.finding.severity, strict=self._strict) and (is_new or not record.went_on):
                self.failures += 1
        return Told(tuple(new), tuple(known))

    def _keep(self, test: str, found: Found) -> None:
        if len(self._findings) < MOST_FINDINGS:
            # Its exchange is with the cause, where it is the first.
            self._findings.append(
                (test, replace(found, sample=None, evidence=None, quote=(), script="", powershell=""))
            )
        else:
            self._left_out += 1

    def _add_seen(self, test: str, record: Record) -> None:
        known = self._tests.setdefault(test, _Test())
        known.edition, known.scenario = record.edition or known.edition, record.scenario or known.scenario
        known.reason = record.stopped or record.skipped or record.inconclusive or known.reason
        if record.edition:
            self._seen.setdefault(record.edition, Seen()).add(record.seen)
        kept = record.seen.calls[: max(MOST_CALLS - self._calls, 0)]
        known.calls += kept
        self._calls += len(kept)
        self._calls_left_out += record.seen.calls_left_out + len(record.seen.calls) - len(kept)

    def add_outcome(self, test: str, outcome: str, seconds: float) -> None:
        """Note how a test ended, and how long a part of it took.

        Args:
            test: its node id.
            outcome: as `RanTest` has it; empty where a part of it ended well that decides nothing.
            seconds: of that part.
        """
        if test not in self._tests and outcome not in {"failed", "error", "inconclusive"}:
            return
        known = self._tests.setdefault(test, _Test())
        known.outcome = outcome or known.outcome
        known.seconds += seconds

    def _add_trouble(self, test: str, record: Record) -> None:
        kind: Kind = "crash" if record.crash else "stopped"
        trouble = self._troubles.setdefault((kind, record.stopped), _Trouble())
        trouble.tests.append(test)
        if record.crash and not trouble.file and len(self.crashes) < MOST_CRASHES:
            trouble.file = f"crash-{len(self.crashes) + 1}.txt"
            self.crashes[trouble.file] = f"{test}\n\n{record.crash}"

    @property
    def coverage(self) -> Coverage:
        """What of the contracts has been seen so far."""
        operations = [
            operation
            for edition, seen in sorted(self._seen.items())
            for operation in coverage_of(edition, editions.contract(edition), seen)
        ]
        return Coverage(tuple(operations), promises_of(self._tally.observations))

    def result(self) -> RunResult:
        """The result of the run as far as it is known."""
        ranked = self._causes.ranked()
        filed = [
            with_scripts(number, cause, (cause.first.script, cause.first.powershell))
            for number, cause in enumerate(ranked, 1)
        ]
        causes = tuple(cause for cause, _ in filed)
        numbers = {cause.first.cause: number for number, cause in enumerate(causes, 1)}
        findings = [
            TestFinding(test, numbers[self._causes.lead_of(found)], found.finding, found.responses)
            for test, found in self._findings
        ]
        problems = [
            Problem(kind, text, tuple(trouble.tests), trouble.file) for (kind, text), trouble in self._troubles.items()
        ]
        scripts = {name: text for _, files in filed for name, text in files.items()}
        return RunResult(
            run=self._run(),
            figures=Figures.of(self._tally, self.tests),
            causes=causes,
            findings=tuple(findings),
            findings_left_out=self._left_out,
            problems=tuple(problems),
            skipped=dict(self._skipped),
            inconclusive=dict(self._inconclusive),
            left=self.left,
            entries=tuple(self._entries()),
            coverage=self.coverage,
            tests=tuple(_test_run(name, test) for name, test in self._tests.items()),
            calls_left_out=self._calls_left_out,
            files={**scripts, **self.crashes},
        )

    def _entries(self) -> Iterator[Entry]:
        """The accepted deviations that ask for somebody."""
        called = {seen.operation for seen in self._tally.observations}
        yield from expired_entries(self._deviations)
        for each in self._deviations.valid:
            if each.where not in self._accepted_by and each.mark.operation in called:
                yield entry_of("unseen", each)

    def _run(self) -> RunInfo:
        return RunInfo(
            started=self._started,
            ended=_now(),
            settings=self._settings,
            base_urls=tuple(self._base_urls),
            versions=_versions(),
            ended_by=self.ended_by,
            exit_code=self.exit_code,
            contracts={edition: editions.contract(edition).digest for edition in sorted(self._seen)},
            platform=platform.system(),
        )


def _test_run(name: str, test: _Test) -> RanTest:
    outcome, seconds = test.outcome or "passed", round(test.seconds, 3)
    return RanTest(name, outcome, seconds, test.edition, test.scenario, test.reason, tuple(test.calls))


@cache
def _versions() -> Mapping[str, str]:
    """The versions of ecsuite and of what judges with it."""
    found = {"ecsuite": __version__, "python": platform.python_version()}
    for name in _STANDS_ON:
        with suppress(metadata.PackageNotFoundError):
            found[name] = metadata.version(name)
    return found


def _now() -> str:
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
