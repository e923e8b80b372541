"""What a session prints at its end: what was checked, what could not be, what was recorded."""

from __future__ import annotations

import json
from collections import Counter
from typing import Any, Final

import pytest

from ecsuite.findings.finding import Observation
from ecsuite.journal import Tally
from ecsuite.plugin.recording import recordings_of
from ecsuite.plugin.session import settings_of
from ecsuite.report.text import not_checked_lines, tally_text, unrecorded_text, unsteady_text

# The name under which the figures of a test travel in its report.
TALLY: Final = "ecsuite"


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    """What was checked, what could not be, and what was recorded."""
    settings, recordings = settings_of(config), recordings_of(config)
    tally = _tally_of(terminalreporter)
    if tally.exchanges or recordings.unrecorded:
        names = ", ".join(settings.editions)
        terminalreporter.section(f"Energy Coordination API {names}, {settings.mode}")
    if tally.exchanges:
        terminalreporter.line(tally_text(tally))
        for line in filter(None, (unsteady_text(tally), *not_checked_lines(tally))):
            terminalreporter.line(line)
    if recordings.unrecorded:
        terminalreporter.line(unrecorded_text(recordings.unrecorded))
    for line in recordings.lines:
        terminalreporter.line(line)


def _tally_of(terminalreporter: Any) -> Tally:
    """The figures of all tests; they travel in the reports, for with xdist the tests ran in other processes."""
    tally = Tally()
    for reports in terminalreporter.stats.values():
        for report in reports:
            if getattr(report, "when", None) == "call":
                for name, figures in report.user_properties:
                    if name == TALLY:
                        tally.add(_unpacked(figures))
    return tally


def packed(tally: Tally) -> str:
    """The figures of a test as a text, for its report."""
    return json.dumps([tally.exchanges, [[*seen, times] for seen, times in tally.observations.items()]])


def _unpacked(figures: str) -> Tally:
    exchanges, observations = json.loads(figures)
    return Tally(exchanges, Counter({Observation(*seen): times for *seen, times in observations}))
