"""Collects what all tests found, wherever they ran; tells a cause once, stores the result, ends a hopeless run."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

import pytest

from ecsuite.errors import ReportUnwritable
from ecsuite.left import exit_code
from ecsuite.plugin.inconclusive import OUTCOME
from ecsuite.plugin.masking import Words
from ecsuite.plugin.options import MOST_FINDINGS
from ecsuite.plugin.outcome import is_strict, record_of
from ecsuite.plugin.session import end_with, settings_of, usage_errors
from ecsuite.plugin.untold import is_inconclusive
from ecsuite.results import store
from ecsuite.results.collect import Collector, Told
from ecsuite.results.record import Record
from ecsuite.results.result import RunResult

_REPORTER: Final = "ecsuite-reporter"


# When the session is there that says what the run is.
@pytest.hookimpl(trylast=True)
def pytest_configure(config: pytest.Config) -> None:
    """Collect in the process that reports; workers of pytest-xdist hand over what they have with their reports."""
    if not hasattr(config, "workerinput"):
        config.pluginmanager.register(Reporter(config), _REPORTER)


def reporter_of(config: pytest.Config) -> Reporter:
    """The reporter of a run; only the process that prints has one."""
    reporter = config.pluginmanager.get_plugin(_REPORTER)
    assert isinstance(reporter, Reporter)
    return reporter


class Reporter:
    """What is known of a run, and what is to be said of each of its tests."""

    def __init__(self, config: pytest.Config) -> None:
        self._config = config
        settings = settings_of(config)
        given: Path | None = config.getoption("--ec-report")
        most: int | None = config.getoption("--ec-max-findings")
        self._most = MOST_FINDINGS if most is None else most
        self._strict = is_strict(config)
        self._folder = config.invocation_params.dir / (given or store.LAST)
        self._collector = Collector(
            {
                "target": settings.mode,
                "editions": list(settings.editions),
                "strict": self._strict,
                "max_findings": self._most,
            },
            strict=self._strict,
            deviations=settings.deviations,
        )
        self._properties: dict[str, str] = {}
        self._failed_to_write = ""

    @property
    def result(self) -> RunResult:
        """The result as far as it is known."""
        return self._collector.result()

    @property
    def has_anything(self) -> bool:
        """Whether there is anything to be told."""
        return self._collector.has_called

    @property
    def folder(self) -> str:
        """Where the result is, as one names it from the folder of the run."""
        path = os.path.relpath(self._folder, self._config.invocation_params.dir)
        return path if not path.startswith(os.pardir) else str(self._folder)

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> None:
        """Before the first test: can the result be written?"""
        # A process that hands its tests over to others has none itself.
        names = [getattr(item, "fixturenames", ()) for item in session.items]
        calls = not names or any("ecsuite_session" in own for own in names)
        if calls and not session.config.option.collectonly:
            with usage_errors():
                store.require_writable(self._folder)

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Take what a test hands over, and say of a cause that is known no more than that."""
        self._count(report)
        record = record_of(report)
        if record is not None:
            told = self._collector.add(report.nodeid, record)
            if told.new or told.known or (report.failed and record.is_told):
                self._tell(report, told, is_told=record.is_told)
            self._end_if_hopeless()
        if report.when == "teardown" and report.nodeid in self._properties:
            # JUnit has no other place for what does not fail a test.
            report.user_properties.append(("ecsuite", self._properties.pop(report.nodeid)))

    def _tell(self, report: pytest.TestReport, told: Told, *, is_told: bool) -> None:
        """Put what a test found into its report; `is_told` where that is why it failed."""
        from ecsuite.report.junit import failure_text, told_text  # noqa: PLC0415  only where something is found

        text = told_text(told)
        if report.failed and is_told:
            path, line, _ = report.location
            report.longrepr = Words(failure_text(_said(report), told), path, line or 0)  # type: ignore[assignment]
        elif report.failed and text:
            report.sections.append(("Energy Coordination API", text))
        elif text:
            self._properties[report.nodeid] = text

    def take(self, test: str, record: Record) -> None:
        """Take what was found outside of a test."""
        self._collector.add(test, record)

    def _count(self, report: pytest.TestReport) -> None:
        if report.when == "call" or (report.when == "setup" and not report.passed):
            is_error = report.failed and report.when == "setup"
            outcome = OUTCOME if is_inconclusive(report) else report.outcome
            self._collector.tests["error" if is_error else outcome] += 1
        elif report.failed:
            self._collector.tests["error"] += 1

    def _end_if_hopeless(self) -> None:
        found = self._collector.failures
        if not self._most or found < self._most or self._collector.ended_by:
            return
        reason = f"{found} findings are enough (--ec-max-findings): nothing more is tried"
        self._collector.ended_by = reason
        manager = self._config.pluginmanager
        # What shares the tests out does not look at the session.
        shares_out, session = manager.get_plugin("dsession"), manager.get_plugin("session")
        if shares_out is not None:
            shares_out.shouldstop = reason
        elif session is not None:
            session.shouldfail = reason

    @pytest.hookimpl(tryfirst=True)
    def pytest_keyboard_interrupt(self) -> None:
        """Remember that a run was interrupted; one that we end looks the same to pytest."""
        self._collector.ended_by = self._collector.ended_by or "interrupted"

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """Store the result, also of a run that was interrupted; what ended for its findings has failed."""
        if self._collector.ended_by not in {"", "interrupted"} and session.exitstatus == pytest.ExitCode.INTERRUPTED:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED
        if code := exit_code(self.result.left):
            end_with(self._config, code)
        if not self._collector.has_called:
            return
        if settings_of(self._config).deviations.expired:
            end_with(self._config, pytest.ExitCode.TESTS_FAILED)
        try:
            collector = self._collector
            store.write(self._folder, collector.result(), collector.crashes, collector.scripts())
        except ReportUnwritable as error:
            self._failed_to_write = str(error)
            session.exitstatus = pytest.ExitCode.USAGE_ERROR

    @property
    def failed_to_write(self) -> str:
        """Why the result is not stored; empty where it is."""
        return self._failed_to_write


def _said(report: pytest.TestReport) -> str:
    """What a test said when it failed, on one line."""
    crash = getattr(report.longrepr, "reprcrash", None)
    return str(crash.message if crash is not None else report.longrepr)
