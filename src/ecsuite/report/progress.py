"""Progress of a run: a live line for terminals, and lines for logs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from ecsuite import wording
from ecsuite.activity import Waiting
from ecsuite.report.causes import found_title
from ecsuite.report.lines import Line, Part, cut, cut_line, line
from ecsuite.results.record import Found
from ecsuite.wording import count_of, printable

# Characters of a cause that is shown while tests run.
LONGEST_CAUSE: Final = 200
MORE_LINE: Final = "ecsuite: more is broken; all of it is told at the end"
# Columns that the name of a test gets at least, when a wait is shown beside it.
SHORTEST_NAME: Final = 16


@dataclass(frozen=True, slots=True)
class Progress:
    """Progress of a run.

    Attributes:
        done: how many tests have ended.
        total: how many tests there are.
        outcomes: number of ended tests for each outcome worth showing, by its name.
        warnings: how many causes of warnings were found.
        requests: how many requests were sent.
        rate: recent requests per second.
        test: node id of a test that is running; empty if none is.
        others: how many other tests are running.
        waiting: what the run is waiting for.
    """

    done: int
    total: int
    outcomes: tuple[tuple[str, int], ...] = ()
    warnings: int = 0
    requests: int = 0
    rate: float = 0.0
    test: str = ""
    others: int = 0
    waiting: Waiting | None = None


def live_line(progress: Progress, width: int) -> Line:
    """Render the last line on a terminal, in `width` columns: figures, the running test, what it is waiting for."""
    figures = [Part(f"{progress.done:,}/{progress.total:,}", "bold")]
    figures += [Part(f"  {count_of_outcome(count, name)}", "error") for name, count in progress.outcomes]
    if progress.warnings:
        figures.append(Part(f"  {count_of(progress.warnings, 'warning')}", "warning"))
    figures.append(Part(f"  {progress.rate:.1f}/s  ", "dim"))
    room = width - sum(len(part.text) for part in figures)
    waits = f"  waits for {_wait(progress.waiting)}" if progress.waiting else ""
    others = f" (+{progress.others})" if progress.others else ""
    name = printable(progress.test.rpartition("/")[2])
    left = room - len(waits) - len(others)
    if len(name) > left and "::" in name:
        name = name.partition("::")[2]
    name = cut(name, max(left, SHORTEST_NAME)) + others
    return cut_line(line(*figures, name, Part(waits, "dim")), width)


def log_line(progress: Progress) -> str:
    """Render the progress for a log, with unabbreviated words."""
    told = [f"{progress.done:,} of {_count(progress.total, 'test')}"]
    told += [count_of_outcome(count, name) for name, count in progress.outcomes]
    told += [count_of(progress.warnings, "warning")] if progress.warnings else []
    told.append(f"{_count(progress.requests, 'request')}, {progress.rate:.1f} a second")
    others = f" and {count_of(progress.others, 'other')}" if progress.others else ""
    now = f"; now {progress.test}{others}" if progress.test else ""
    waits = f", which waits for {_wait(progress.waiting)}" if progress.waiting else ""
    return printable(f"ecsuite: {', '.join(told)}{now}{waits}")


def wait_line(progress: Progress) -> str:
    """Say what a test has been waiting for, for a log."""
    assert progress.waiting is not None
    who = f"{progress.test} waits" if progress.test else "waiting"
    return printable(f"ecsuite: {who} for {_wait(progress.waiting)}")


def cause_line(found: Found) -> str:
    """Render a new finding: its severity, what is broken, and the call to blame."""
    said = f"{found_title(found)}: {wording.subject(found.finding)}"
    return f"ecsuite: {found.finding.severity}: {wording.shorten(said, LONGEST_CAUSE)}"


def count_of_outcome(count: int, name: str) -> str:
    """Number of tests with an outcome."""
    return f"{count:,} {name}"


def _count(count: int, name: str) -> str:
    return f"{count:,} {name}{'s' * (count != 1)}"


def _wait(waiting: Waiting) -> str:
    if waiting.lasted + waiting.seconds < 1:
        return waiting.what
    return f"{waiting.what}, {waiting.seconds:.0f} s at most"
