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
from typing import Any, Final, Literal

from ecsuite.findings.deviation import NO_DEVIATIONS, Deviation, Deviations
from ecsuite.journal import Tally
from ecsuite.left import Left
from ecsuite.results.cause import Cause, Causes
from ecsuite.results.record import Found, Record
from ecsuite.results.result import Entry, Figures, Kind, Problem, RunInfo, RunResult, TestFinding
from ecsuite.results.severity import fails
from ecsuite.version import __version__

_STANDS_ON: Final = ("httpx", "jsonschema-rs", "pytest")
# Nobody reads more of them, and a file of megabytes opens in nothing.
MOST_FINDINGS: Final = 2000
# Crashes of which the traceback is kept.
MOST_CRASHES: Final = 20


@dataclass(frozen=True, slots=True)
class Told:
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
    """

    def __init__(self, settings: Mapping[str, Any], *, strict: bool, deviations: Deviations = NO_DEVIATIONS) -> None:
        self.tests: Counter[str] = Counter()
        self.failures = 0
        self.ended_by = ""
        self.crashes: dict[str, str] = {}
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
        self._left: list[Left] = []
        self._deviations = deviations
        self._accepted_by: set[str] = set()

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
        self._left += [replace(left, address=f"{record.base_url}{left.address}") for left in record.left]
        if record.stopped:
            self._add_trouble(test, record)
        if record.skipped:
            self._skipped[record.skipped] += 1
        if record.inconclusive:
            self._inconclusive[record.inconclusive] += 1
        new, known = [], []
        for found in record.found:
            is_new = self._causes.add(test, found)
            if is_new:
                new.append(found)
            else:
                known.append((found, self._causes.first_test(found)))
            self._keep(test, found)
            if found.accepted:
                self._accepted_by.add(found.accepted.where)
            # What every response has is no reason to give up, as long as tests come to their end in spite of it.
            if fails(found.finding.severity, strict=self._strict) and (is_new or not record.went_on):
                self.failures += 1
        return Told(tuple(new), tuple(known))

    def _keep(self, test: str, found: Found) -> None:
        if len(self._findings) < MOST_FINDINGS:
            # Its exchange is with the cause, where it is the first.
            self._findings.append((test, replace(found, sample=None, evidence=None, quote=(), script="")))
        else:
            self._left_out += 1

    def _add_trouble(self, test: str, record: Record) -> None:
        kind: Kind = "crash" if record.crash else "stopped"
        trouble = self._troubles.setdefault((kind, record.stopped), _Trouble())
        trouble.tests.append(test)
        if record.crash and not trouble.file and len(self.crashes) < MOST_CRASHES:
            trouble.file = f"crash-{len(self.crashes) + 1}.txt"
            self.crashes[trouble.file] = f"{test}\n\n{record.crash}"

    def scripts(self) -> dict[str, str]:
        """The scripts that show the causes again, by the names of their files."""
        ranked = enumerate(self._causes.ranked(), 1)
        return {script_name(number): cause.first.script for number, cause in ranked if cause.first.script}

    def result(self) -> RunResult:
        """The result of the run as far as it is known."""
        causes = tuple(_with_name(number, cause) for number, cause in enumerate(self._causes.ranked(), 1))
        numbers = {cause.first.cause: number for number, cause in enumerate(causes, 1)}
        findings = [
            TestFinding(test, numbers[found.cause], found.finding, found.responses) for test, found in self._findings
        ]
        problems = [
            Problem(kind, text, tuple(trouble.tests), trouble.file) for (kind, text), trouble in self._troubles.items()
        ]
        base_urls = tuple(self._base_urls)
        return RunResult(
            run=RunInfo(self._started, _now(), self._settings, base_urls, _versions(), self.ended_by),
            figures=Figures.of(self._tally, self.tests),
            causes=causes,
            findings=tuple(findings),
            findings_left_out=self._left_out,
            problems=tuple(problems),
            skipped=dict(self._skipped),
            inconclusive=dict(self._inconclusive),
            left=tuple(self._left),
            entries=tuple(self._entries()),
        )

    def _entries(self) -> Iterator[Entry]:
        """The accepted deviations that ask for somebody."""
        called = {seen.operation for seen in self._tally.observations}
        yield from expired_entries(self._deviations)
        for each in self._deviations.valid:
            if each.where not in self._accepted_by and each.mark.operation in called:
                yield _entry("unseen", each)


def expired_entries(deviations: Deviations) -> Iterator[Entry]:
    """The accepted deviations whose last day has passed."""
    return (_entry("expired", each) for each in deviations.expired)


def _entry(state: Literal["expired", "unseen"], deviation: Deviation) -> Entry:
    mark = deviation.mark
    return Entry(state, mark.promise, mark.operation, deviation.until.isoformat(), deviation.where)


def script_name(number: int) -> str:
    """The name of the file with the script of a cause."""
    return f"{number}.sh"


def _with_name(number: int, cause: Cause) -> Cause:
    """A cause with the name of its script in the place of the text."""
    return replace(cause, first=replace(cause.first, script=script_name(number) if cause.first.script else ""))


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
