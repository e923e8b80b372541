"""Before the first test of a live run, checks that there is a server and that it accepts the credentials."""

from __future__ import annotations

from typing import Any

import pytest

from ecsuite import editions
from ecsuite.errors import CouldNotTell
from ecsuite.findings.broken import AllBroken
from ecsuite.findings.finding import Finding
from ecsuite.journal import Journal
from ecsuite.plugin.results import reporter_of
from ecsuite.plugin.session import end_with, session_of, settings_of, usage_errors
from ecsuite.results.record import Record, found_in

# Used instead of a test name if the first calls show that no test can run.
BEFORE = "before the first test"


@pytest.hookimpl(tryfirst=True)
def pytest_runtestloop(session: pytest.Session) -> bool | None:
    """Check the server before any test; if it cannot be tested at all, run no test."""
    on_worker = hasattr(session.config, "workerinput")
    if on_worker or session.config.option.collectonly:
        return None
    ours = session_of(session.config)
    try:
        with usage_errors(), ours.masking():
            ours.require_server()
    except (AllBroken, CouldNotTell) as error:
        end_with(session.config, error.exit_code)
        if isinstance(error, AllBroken):
            _hand_over(session, error.finding)
        reporter: Any = session.config.pluginmanager.get_plugin("terminalreporter")
        if reporter is not None:
            reporter.ensure_newline()
            reporter.write_line(f"ecsuite: {error}")
        return True
    return None


def _hand_over(session: pytest.Session, finding: Finding) -> None:
    """Report and store a finding as if a test had found it."""
    journal, contract = Journal(), editions.contract(settings_of(session.config).editions[0])
    journal.add_finding(finding)
    record = Record(journal.tally, found_in(journal, contract, session_of(session.config).redactor.text))
    reporter_of(session.config).take(BEFORE, record)
    session.config.hook.pytest_ec_findings(item=session, findings=journal.findings)
