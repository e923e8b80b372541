"""Collects the findings of all tests and processes, reports each cause once, and stores the result."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

import pytest

from ecsuite.errors import ReportUnwritable
from ecsuite.left import exit_code
from ecsuite.plugin.github import append_summary
from ecsuite.plugin.inconclusive import OUTCOME
from ecsuite.plugin.marking import is_inconclusive
from ecsuite.plugin.masking import Words
from ecsuite.plugin.options import coverage_min, most_findings
from ecsuite.plugin.outcome import is_strict, record_of
from ecsuite.plugin.output import GONE
from ecsuite.plugin.session import end_with, final_code, settings_of, usage_errors
from ecsuite.results import store
from ecsuite.results.collect import Collector, Told
from ecsuite.results.record import Found, Record
from ecsuite.results.result import RunResult

_REPORTER: Final = "ecsuite-reporter"


# Last, when the session exists.
@pytest.hookimpl(trylast=True)
def pytest_configure(config: pytest.Config) -> None:
    """Collect in the main process; workers of pytest-xdist pass on their records with their reports."""
    if not hasattr(config, "workerinput"):
        config.pluginmanager.register(Reporter(config), _REPORTER)


def reporter_of(config: pytest.Config) -> Reporter:
    """The reporter of a run; only the main process has one."""
    reporter = config.pluginmanager.get_plugin(_REPORTER)
    assert isinstance(reporter, Reporter)
    return reporter


class Reporter:
    """Collects the result of a run, and adds the findings to the reports of its tests.

    Attributes:
        warnings: the number of warning causes so far that are not accepted.
    """

    def __init__(self, config: pytest.Config) -> None:
        self._config = config
        settings = settings_of(config)
        given: Path | None = config.getoption("--ec-report")
        self._most = most_findings(config)
        self._least = coverage_min(config)
        self._strict = is_strict(config)
        self._has_pages = given is not None
        self._folder = config.invocation_params.dir / (given or store.LAST)
        self.warnings = 0
        self._collector = Collector(
            {
                "target": settings.mode,
                "editions": list(settings.editions),
                **({"run": settings.run_id} if settings.mode == "live" else {}),
                "strict": self._strict,
                "max_findings": self._most,
                **({"coverage_min": self._least} if self._least is not None else {}),
            },
            strict=self._strict,
            deviations=settings.deviations,
        )
        self._fresh: list[Found] = []
        self._properties: dict[str, str] = {}
        self._setup: dict[str, float] = {}
        self._failed_to_write = ""
        self._result: RunResult | None = None
        self._lines: list[str] = []

    @property
    def lines(self) -> list[str]:
        """Further lines for the end of the run, about coverage and written files."""
        return self._lines

    @property
    def result(self) -> RunResult:
        """The result so far; once stored, the stored one."""
        return self._result or self._collector.result()

    @property
    def outcomes(self) -> tuple[tuple[str, int], ...]:
        """The numbers of tests so far that need attention, by outcome."""
        tests = self._collector.tests
        counts = (("failed", tests["failed"] + tests["error"]), (OUTCOME, tests[OUTCOME]))
        return tuple((name, count) for name, count in counts if count)

    def take_fresh(self) -> list[Found]:
        """The causes found since the last call, without notes."""
        fresh, self._fresh = self._fresh, []
        return fresh

    @property
    def has_anything(self) -> bool:
        """Whether there is anything to report."""
        return self._collector.has_called

    @property
    def folder(self) -> str:
        """The folder of the result, relative to the folder of the run if it is inside."""
        path = os.path.relpath(self._folder, self._config.invocation_params.dir)
        return path if not path.startswith(os.pardir) else str(self._folder)

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> None:
        """Before the first test, check that the result can be written."""
        # With pytest-xdist, the main process has no tests itself.
        names = [getattr(item, "fixturenames", ()) for item in session.items]
        calls = not names or any("ecsuite_session" in own for own in names)
        if calls and not session.config.option.collectonly:
            with usage_errors():
                store.require_writable(self._folder)

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Add the record of a test to the result; causes that are known are only referred to in its report."""
        outcome = self._count(report)
        record = record_of(report)
        if record is not None:
            told = self._collector.add(report.nodeid, record)
            fresh = [each for each in told.new if each.finding.severity != "note"]
            self.warnings += sum(each.finding.severity == "warning" for each in fresh)
            self._fresh += fresh
            if told.new or told.known or (report.failed and record.is_told):
                self._tell(report, told, is_told=record.is_told)
            self._end_if_hopeless()
        if report.when == "setup" and not outcome:
            self._setup[report.nodeid] = report.duration
        else:
            seconds = report.duration + self._setup.pop(report.nodeid, 0.0)
            self._collector.add_outcome(report.nodeid, outcome, seconds)
        if report.when == "teardown" and report.nodeid in self._properties:
            # JUnit has no other place for findings that do not fail a test.
            report.user_properties.append(("ecsuite", self._properties.pop(report.nodeid)))

    def _tell(self, report: pytest.TestReport, told: Told, *, is_told: bool) -> None:
        """Put the findings of a test into its report; `is_told` if they are the reason for its failure."""
        from ecsuite.report.junit import failure_text, told_text  # noqa: PLC0415  only where something is found

        text = told_text(told)
        if report.failed and is_told:
            path, line, _ = report.location
            report.longrepr = Words(failure_text(_message(report), told), path, line or 0)  # type: ignore[assignment]
        elif report.failed and text:
            report.sections.append(("Energy Coordination API", text))
        elif text:
            self._properties[report.nodeid] = text

    def take(self, test: str, record: Record) -> None:
        """Add what was found outside of a test."""
        self._collector.add(test, record)

    def _count(self, report: pytest.TestReport) -> str:
        """Count a test; return its outcome, or an empty string for a phase that decides nothing."""
        outcome: str = OUTCOME if is_inconclusive(report) else report.outcome
        if report.when == "call" or (report.when == "setup" and not report.passed):
            outcome = "error" if report.failed and report.when == "setup" else outcome
        elif report.failed:
            outcome = "error"
        else:
            return ""
        self._collector.tests[outcome] += 1
        return outcome

    def _end_if_hopeless(self) -> None:
        found = self._collector.failures
        if not self._most or found < self._most or self._collector.ended_by:
            return
        reason = f"{found} findings are enough (--ec-max-findings): nothing more is tried"
        self._collector.ended_by = reason
        manager = self._config.pluginmanager
        # pytest-xdist, which distributes the tests, does not look at the session.
        shares_out, session = manager.get_plugin("dsession"), manager.get_plugin("session")
        if shares_out is not None:
            shares_out.shouldstop = reason
        elif session is not None:
            session.shouldfail = reason

    @pytest.hookimpl(tryfirst=True)
    def pytest_keyboard_interrupt(self, excinfo: pytest.ExceptionInfo[BaseException]) -> None:
        """Note that a run was interrupted; an end by us, or by pytest-xdist for `-x`, looks the same to pytest."""
        error = excinfo.value
        is_stopped = isinstance(error, KeyboardInterrupt) and type(error) is not KeyboardInterrupt
        self._collector.ended_by = self._collector.ended_by or (str(error) if is_stopped else "interrupted")

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """Store the result, also after an interruption; a run that was ended because of its findings has failed."""
        is_interrupted = self._collector.ended_by in {"", "interrupted", GONE}
        if not is_interrupted and session.exitstatus == pytest.ExitCode.INTERRUPTED:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED
        if code := exit_code(self._collector.left):
            end_with(self._config, code)
        self._require_coverage(session)
        if not self._collector.has_called:
            return
        if settings_of(self._config).deviations.expired:
            end_with(self._config, pytest.ExitCode.TESTS_FAILED)
        try:
            self._collector.exit_code = final_code(self._config, session.exitstatus)
            self._result = self._collector.result()
            self._write(self._result)
            self._lines += append_summary(self._result)
        except ReportUnwritable as error:
            self._failed_to_write = str(error)
            if session.exitstatus == pytest.ExitCode.OK:
                session.exitstatus = pytest.ExitCode.USAGE_ERROR

    def _require_coverage(self, session: pytest.Session) -> None:
        if self._least is None or session.exitstatus == pytest.ExitCode.NO_TESTS_COLLECTED:
            return
        # Coverage of nothing counts as complete, but a run without calls has seen nothing.
        percent = self._collector.coverage.share.percent if self._collector.has_called else 0.0
        if percent < self._least:
            end_with(self._config, pytest.ExitCode.TESTS_FAILED)
            self._lines.append(
                f"coverage: {percent:.1f} % of the contracts was seen, and --ec-coverage-min wants {self._least:g} %"
            )

    def _write(self, result: RunResult) -> None:
        store.write(self._folder, result)
        store.note_last(self._folder, self._config.invocation_params.dir)
        if self._has_pages:
            from ecsuite.report.files import PAGE, files_of  # noqa: PLC0415  where pages are asked for

            store.write_texts(self._folder, files_of(result))
            self._lines.append(f"report: {self.folder}/{PAGE}")

    @property
    def failed_to_write(self) -> str:
        """Why the result is not stored; empty if it is."""
        return self._failed_to_write


def _message(report: pytest.TestReport) -> str:
    """The message of a failed test, in one line."""
    crash = getattr(report.longrepr, "reprcrash", None)
    return str(crash.message if crash is not None else report.longrepr)
