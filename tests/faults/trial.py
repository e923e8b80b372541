"""One trial: a stand-in with one thing planted, and the suite against it, both in this process.

The suite runs as it would against any live server. What it finds is watched by a pytest plugin, which puts the likely
tests first, and stops the run once the finding that the fault must cause was made.
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
    # The process imported them before this run of pytest, and no test looks at an assertion of theirs.
    *("-W", "ignore:Module already imported:pytest.PytestAssertRewriteWarning"),
)
LAST_WORDS = 20


def as_given(_: pytest.Function) -> int:
    """Leaves tests in the order that pytest gives them."""
    return 0


@dataclass(frozen=True, slots=True)
class Trial:
    """What is to be tried.

    Attributes:
        first: the node id of a test that runs before all others; empty for none.
        rank: of a test; a lower one runs sooner.
        tests: what to run, as pytest takes it; everything where it is empty.
        profile: how much of the suite that is.
    """

    edition: str
    planted: Fault | Variant
    first: str = ""
    rank: Callable[[pytest.Function], Any] = field(default=as_given, repr=False)
    tests: tuple[str, ...] = ()
    profile: str = FULL.name


@dataclass(frozen=True, slots=True)
class Sighting:
    """A finding, the test that made it, and whether it is the one that the fault must cause."""

    test: str
    finding: Finding
    fits: bool


@dataclass(frozen=True, slots=True)
class Result:
    """What came of a trial: all that was found up to its end, pytest's exit code, and its last words."""

    sightings: tuple[Sighting, ...]
    code: int
    said: str
    seconds: float

    @property
    def fitting(self) -> tuple[Sighting, ...]:
        """The findings that name the fault; those of one test, for the run stops after it."""
        return tuple(sighting for sighting in self.sightings if sighting.fits)


class Watch:
    """A pytest plugin that keeps each finding, and stops when it has seen one that fits."""

    def __init__(self, trial: Trial) -> None:
        self.sightings: list[Sighting] = []
        self._trial = trial

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(self, items: list[pytest.Function]) -> None:
        """The likely tests come first; sorting leaves those of one rank as they are."""
        items.sort(key=self._trial.rank)

    @pytest.hookimpl(optionalhook=True)
    def pytest_ec_findings(self, item: pytest.Item, findings: tuple[Finding, ...]) -> None:
        """What was found in a test; the request stays behind, for it has the token."""
        for finding in findings:
            self.sightings.append(
                Sighting(item.nodeid, replace(finding, blamed=None, evidence=None), self._fits(finding))
            )
        if self.found:
            # What stops a session in another way is taken for somebody at the keyboard, with a traceback to be drawn.
            item.session.shouldfail = "the fault is found"

    @property
    def found(self) -> bool:
        """Whether the fault was found."""
        return any(sighting.fits for sighting in self.sightings)

    def _fits(self, finding: Finding) -> bool:
        planted = self._trial.planted
        return isinstance(planted, Fault) and planted.is_named_by(finding)


def warm_up(edition: str) -> None:
    """Tell the quickstart to the stand-in as it is, so that a fork has imported and compiled all that a trial needs.

    Raises:
        RuntimeError: it is not green, so that a trial would say nothing; or a thread has stayed.
    """
    conforming = Variant("conforming", "the stand-in as it is", lambda _: None)
    result = attempt(Trial(edition, conforming, tests=("-m", "quickstart")))
    if result.code != pytest.ExitCode.OK:
        raise RuntimeError(f"the quickstart of {edition} fails with nothing planted: {result.said}")
    if threading.active_count() > 1:
        raise RuntimeError("a thread has stayed, and what it holds would be passed in each fork for ever")
    # It loads most of itself when it is first used, and takes seconds.
    schemathesis.openapi.from_dict(editions.contract(edition).source.document)
    # What is here now is here for good: no fork needs to look through it for garbage.
    gc.freeze()


def attempt(trial: Trial) -> Result:
    """Try it: the test that is to run first alone, and all others where it does not find the fault."""
    started = time.monotonic()
    watch, code, said = Watch(trial), 0, ""
    for tests in ([trial.first], trial.tests) if trial.first else (trial.tests,):
        code, said = run_tests(trial, tests, watch)
        if watch.found:
            break
    return Result(tuple(watch.sightings), code, said, time.monotonic() - started)


def run_tests(trial: Trial, tests: Sequence[str], watch: Watch) -> tuple[int, str]:
    """Run tests against a stand-in of their own; pytest's exit code, and the last words of what it said."""
    with (
        chdir(ROOT),
        tempfile.TemporaryDirectory() as folder,
        _silence() as read,
        serving(trial.edition, plant=trial.planted.plant) as standin,
    ):
        # A variant is unknown to who tests it; of the faulty server it is known that it takes all reports.
        known = {REPORTS: ALL if isinstance(trial.planted, Fault) else ""}
        os.environ.update(standin.environment() | known)
        # A fault is to be seen however little it hurts; a variant may be told of, but not be red.
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
        # Nobody looks at the pages of a trial, and it ends sooner without them.
        with mock.patch.object(files, "files_of", return_value={}):
            code = pytest.main(arguments, plugins=[watch])
        return int(code), " ".join(read().split()[-LAST_WORDS:])


@contextmanager
def _silence() -> Iterator[Callable[[], str]]:
    """Keep what is written to the standard streams, by whomever; gives what reads it."""
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
