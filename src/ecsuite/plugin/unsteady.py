"""Handles an unsteady service: inconclusive tests run once more; if one still is, the exit code is 6."""

from __future__ import annotations

from typing import Any

import pytest

from ecsuite.errors import GONE, CouldNotTell
from ecsuite.plugin.ahead import has_ended_early
from ecsuite.plugin.marking import begin_again, has_mark, mark, was_inconclusive
from ecsuite.plugin.progress import say
from ecsuite.plugin.session import end_with, session_of, settings_of


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_protocol(item: pytest.Item, nextitem: pytest.Item | None) -> bool | None:
    """Run an inconclusive test once more from its start, with new ids; only the second result counts."""
    if settings_of(item.config).uses_cassettes or not _calls_api(item):
        return None
    ended_before = session_of(item.config).ended
    run_once: Any = item.config.pluginmanager.get_plugin("runner").runtestprotocol  # type: ignore[union-attr]
    item.ihook.pytest_runtest_logstart(nodeid=item.nodeid, location=item.location)
    reports = run_once(item, log=False, nextitem=nextitem)
    if was_inconclusive(item) and not session_of(item.config).ended:
        begin_again(item)
        reports = run_once(item, log=False, nextitem=nextitem)
        _end_if_silent(item)
    if not ended_before:
        _tell_end(item)
    for report in reports:
        item.ihook.pytest_runtest_logreport(report=report)
    item.ihook.pytest_runtest_logfinish(nodeid=item.nodeid, location=item.location)
    return True


def _end_if_silent(item: pytest.Item) -> None:
    session = session_of(item.config)
    if was_inconclusive(item) and session.patience.is_silent:
        session.end(GONE)


def _tell_end(item: pytest.Item) -> None:
    """Report at once that the run ends; for a worker, the reports do so at the end."""
    if (reason := session_of(item.config).ended) and not hasattr(item.config, "workerinput"):
        say(item.config, f"ecsuite: {reason}; the run ends")


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """Skip the remaining tests of a run that has ended, except those that have already run early."""
    reason = session_of(item.config).ended
    if reason and _calls_api(item) and not has_ended_early(item):
        mark(item, reason)
        pytest.skip(f"not run: {reason}")


def _calls_api(item: pytest.Item) -> bool:
    return "ecsuite_session" in getattr(item, "fixturenames", ())


class ExitCode:
    """Sets exit code 6 if nothing is broken, but some test was inconclusive; a plugin of the main process."""

    def __init__(self, config: pytest.Config) -> None:
        self._config = config

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Note an inconclusive test, which may have run in another process."""
        if has_mark(report.user_properties):
            end_with(self._config, CouldNotTell.exit_code)


def pytest_configure(config: pytest.Config) -> None:
    """Set the exit code in the main process."""
    if not hasattr(config, "workerinput"):
        config.pluginmanager.register(ExitCode(config), "ecsuite_inconclusive_exit_code")
