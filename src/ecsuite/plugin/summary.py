"""Prints the summary of a session: causes, other failures, what was and was not checked, and recordings."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from typing import Any, Final

import pytest

from ecsuite.plugin.died import died_lines
from ecsuite.plugin.github import annotations_of
from ecsuite.plugin.outcome import is_told
from ecsuite.plugin.recording import recordings_of
from ecsuite.plugin.results import Reporter, reporter_of
from ecsuite.plugin.session import settings_of
from ecsuite.report.lines import Line, Style
from ecsuite.report.text import (
    entry_lines,
    figures_text,
    inconclusive_tests,
    left_lines,
    left_to_tell,
    not_checked_lines,
    skipped_lines,
    unrecorded_text,
    unsteady_text,
)
from ecsuite.results.result import RunResult

# The line width if the output is not a terminal.
WIDTH_OF_LOGS: Final = 120
# The most reasons for unchecked promises to print, without and with causes.
MOST_REASONS: Final = 4
MOST_REASONS_BESIDE: Final = 2
MARKUP: Final[Mapping[Style, Mapping[str, bool]]] = {
    "plain": {},
    "bold": {"bold": True},
    "error": {"red": True, "bold": True},
    "warning": {"yellow": True, "bold": True},
    "note": {"cyan": True},
    "dim": {"light": True},
}


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> Iterator[None]:
    """Print our summary; pytest lists only tests that failed for other reasons, and counts all of them."""
    stats: dict[str, list[Any]] = terminalreporter.stats
    kept: dict[str, list[Any]] = {name: stats[name] for name in ("failed", "error", "skipped") if name in stats}
    for name, reports in kept.items():
        stats[name] = [report for report in reports if not is_told(report)]
        if not stats[name]:
            del stats[name]
    try:
        yield
        # A worker of pytest-xdist has a terminal reporter, too, whose output nobody sees.
        if not hasattr(config, "workerinput"):
            _tell(terminalreporter, config)
    finally:
        stats.update(kept)


def _tell(terminalreporter: Any, config: pytest.Config) -> None:
    settings, recordings, reporter = settings_of(config), recordings_of(config), reporter_of(config)
    result = reporter.result
    figures = result.figures
    if reporter.has_anything or recordings.unrecorded:
        names = ", ".join(settings.editions)
        terminalreporter.section(f"Energy Coordination API {names}, {settings.mode}")
    most = MOST_REASONS_BESIDE if result.causes else MOST_REASONS
    if result.causes or result.problems:
        _tell_causes(terminalreporter, result, reporter.folder)
    if figures.calls:
        terminalreporter.line(figures_text(figures))
        for text in filter(None, (unsteady_text(figures), *not_checked_lines(figures.not_checked, most))):
            terminalreporter.line(text)
    for text in (*inconclusive_tests(result), *skipped_lines(result.skipped)):
        terminalreporter.line(text)
    for text in (*left_lines(left_to_tell(result)), *died_lines(config, result.left), *entry_lines(result.entries)):
        terminalreporter.line(text)
    if recordings.unrecorded:
        terminalreporter.line(unrecorded_text(recordings.unrecorded))
    for text in recordings.lines:
        terminalreporter.line(text)
    _tell_rest(terminalreporter, reporter)
    for text in annotations_of(result):
        terminalreporter.line(text)


def _tell_rest(terminalreporter: Any, reporter: Reporter) -> None:
    for text in reporter.lines:
        terminalreporter.line(text)
    if reporter.failed_to_write:
        terminalreporter.line(reporter.failed_to_write, red=True)


def _tell_causes(terminalreporter: Any, result: RunResult, folder: str) -> None:
    from ecsuite.report.causes import summary_lines  # noqa: PLC0415  only where something is found

    in_full = bool(os.environ.get("CI"))
    for line in summary_lines(result, _width(terminalreporter), folder, in_full=in_full):
        _write(terminalreporter, line)


def _width(terminalreporter: Any) -> int:
    width: int = terminalreporter._tw.fullwidth  # noqa: SLF001  pytest has no other name for it
    return width if terminalreporter.isatty else max(width, WIDTH_OF_LOGS)


def _write(terminalreporter: Any, line: Line) -> None:
    for part in line:
        terminalreporter.write(part.text, **MARKUP[part.style])
    terminalreporter.line("")
