"""One trial: the suite runs against a stand-in with one planted fault or variant, both in this process.

The suite runs as against any live server. A pytest plugin watches its findings, puts likely tests first, and stops the
run at the finding that the fault must cause.
"""

import gc
import os
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import chdir, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any
from unittest import mock

import pytest
import schemathesis

from ecsuite import editions
from ecsuite.conditions import ALL, REPORTS
from ecsuite.findings.finding import Finding
from ecsuite.report import files
from ecsuite.session.profile import FULL
from ecsuite.standin import serving
from ecsuite.standin.faults import Fault, Variant

ROOT = Path(__file__).resolve().parents[2]
ARGUMENTS = (
    *("-q", "--tb=native", "-p", "no:cacheprovider", f"--rootdir={ROOT}"),
    # The modules were imported before this run of pytest; their assertions need no rewriting.
    *("-W", "ignore:Module already imported:pytest.PytestAssertRewriteWarning"),
)
LAST_WORDS = 20


def as_given(_: pytest.Function) -> int:
    """Keep the order of pytest."""
    return 0


@dataclass(frozen=True, slots=True)
class Trial:
    """A trial to run.

    Attributes:
        first: node id of the test to run before all others; empty for none.
        rank: sort key for tests.
        tests: arguments for pytest that select tests; empty for all.
        profile: name of the test profile.
    """

    edition: str
    planted: Fault | Variant
    first: str = ""
    rank: Callable[[pytest.Function], Any] = field(default=as_given, repr=False)
    tests: tuple[str, ...] = ()
    profile: str = FULL.name


@dataclass(frozen=True, slots=True)
class Sighting:
    """A finding, its test, and whether it is the finding that the fault must cause."""

    test: str
    finding: Finding
    fits: bool


@dataclass(frozen=True, slots=True)
class Result:
    """The outcome of a trial: all findings until its end, pytest's exit code, and the end of its output."""

    sightings: tuple[Sighting, ...]
    code: int
    said: str
    seconds: float

    @property
    def fitting(self) -> tuple[Sighting, ...]:
        """The findings that name the fault. They come from one test, because the run stops after it."""
        return tuple(sighting for sighting in self.sightings if sighting.fits)


class Watch:
    """A pytest plugin that collects findings, and stops at the one that the fault must cause."""

    def __init__(self, trial: Trial) -> None:
        self.sightings: list[Sighting] = []
        self._trial = trial

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(self, items: list[pytest.Function]) -> None:
        """Put likely tests first; sorting is stable."""
        items.sort(key=self._trial.rank)

    @pytest.hookimpl(optionalhook=True)
    def pytest_ec_findings(self, item: pytest.Item, findings: tuple[Finding, ...]) -> None:
        """Store the findings of a test without their exchanges, which contain the token."""
        for finding in findings:
            self.sightings.append(
                Sighting(item.nodeid, replace(finding, blamed=None, evidence=None), self._fits(finding))
            )
        if self.found:
            # Other ways to stop a session count as an interruption by the user, and cost a traceback.
            item.session.shouldfail = "the fault is found"

    @property
    def found(self) -> bool:
        """Whether the fault was found."""
        return any(sighting.fits for sighting in self.sightings)

    def _fits(self, finding: Finding) -> bool:
        planted = self._trial.planted
        return isinstance(planted, Fault) and planted.is_named_by(finding)


def warm_up(edition: str) -> None:
    """Run the quickstart without a fault, so that forks start with everything imported and compiled.

    Raises:
        RuntimeError: the quickstart fails, so trials would be meaningless; or a thread is still running.
    """
    conforming = Variant("conforming", "the stand-in as it is", lambda _: None)
    result = attempt(Trial(edition, conforming, tests=("-m", "quickstart")))
    if result.code != pytest.ExitCode.OK:
        raise RuntimeError(f"the quickstart of {edition} fails with nothing planted: {result.said}")
    if threading.active_count() > 1:
        raise RuntimeError("a thread has stayed, and what it holds would be passed in each fork for ever")
    # Loads most of schemathesis, which takes seconds at its first use.
    schemathesis.openapi.from_dict(editions.contract(edition).source.document)
    # Objects that exist now are permanent, so the garbage collector of a fork need not scan them.
    gc.freeze()


def attempt(trial: Trial) -> Result:
    """Run a trial: the first test alone, then all others if it does not catch the fault."""
    started = time.monotonic()
    watch, code, said = Watch(trial), 0, ""
    for tests in ([trial.first], trial.tests) if trial.first else (trial.tests,):
        code, said = run_tests(trial, tests, watch)
        if watch.found:
            break
    return Result(tuple(watch.sightings), code, said, time.monotonic() - started)


def run_tests(trial: Trial, tests: Sequence[str], watch: Watch) -> tuple[int, str]:
    """Run tests against a new stand-in; return pytest's exit code, and the end of its output."""
    with (
        chdir(ROOT),
        tempfile.TemporaryDirectory() as folder,
        _silence() as read,
        serving(trial.edition, plant=trial.planted.plant) as standin,
    ):
        # Only a faulty server is known to accept all reports; nothing is known about a variant.
        known = {REPORTS: ALL if isinstance(trial.planted, Fault) else ""}
        os.environ.update(standin.environment() | known)
        # Warnings count as catching a fault, but a variant may cause warnings.
        strict = ["--ec-strict"] if isinstance(trial.planted, Fault) else []
        arguments = [
            *ARGUMENTS,
            *strict,
            f"--ec-report={folder}",
            "--ec-target=live",
            f"--ec-profile={trial.profile}",
            f"--ec-edition={trial.edition}",
            *tests,
        ]
        # Skips the report pages, because nobody reads them.
        with mock.patch.object(files, "files_of", return_value={}):
            code = pytest.main(arguments, plugins=[watch])
        return int(code), " ".join(read().split()[-LAST_WORDS:])


@contextmanager
def _silence() -> Iterator[Callable[[], str]]:
    """Capture the standard streams at the level of file descriptors; yield a function that reads the output."""
    streams = (sys.stdout, sys.stderr)
    for stream in streams:
        stream.flush()
    with tempfile.TemporaryFile("w+", encoding="utf-8", errors="replace") as file:
        kept = [os.dup(number) for number in (1, 2)]

        def read() -> str:
            sys.stdout.flush()
            file.seek(0)
            return file.read()

        try:
            for number in (1, 2):
                os.dup2(file.fileno(), number)
            yield read
        finally:
            for stream in streams:
                stream.flush()
            for number, original in zip((1, 2), kept, strict=True):
                os.dup2(original, number)
                os.close(original)
