"""Figures, reasons and leftovers as plain text."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from textwrap import wrap
from typing import TYPE_CHECKING, Final

from ecsuite import wording
from ecsuite.client import Wait
from ecsuite.journal import LOST
from ecsuite.left import Left, Reason
from ecsuite.results.entries import Entry
from ecsuite.results.figures import Figures
from ecsuite.wording import count_of

if TYPE_CHECKING:
    from ecsuite.results.result import RunResult

# Number of repeated calls that are listed.
MOST_REPEATED: Final = 3
# Width of a list of files, and its indentation.
_WIDTH: Final = 110
_INDENT: Final = " " * 10
# Number of leftovers that are listed for each reason.
MOST_LEFT: Final = 20
_LEFT: Final[Mapping[Reason, str]] = {
    "refused": "left on the server {}, for it refuses to delete what the run has made:",
    "unreached": "left on the server {}, for no answer came or the token had expired; "
    "delete it in this order, or run ecsuite cleanup:",
    "kept": "left on the server {}, as you wanted; delete it in this order, or run ecsuite cleanup:",
    "untraceable": "may be left on the server {}, for an answer was lost; look among what is listed at:",
    "shared": "left on the server {}, for what is others' may go with it; that is yours to do:",
    "unfindable": "may be left on the server {}, for not every server finds such ids in a path:",
}


def figures_text(figures: Figures) -> str:
    """Summary of the checks, on one line."""
    return (
        f"{count_of(figures.calls, 'exchange')}: {count_of(figures.passed, 'check')} passed, {figures.broken} broken, "
        f"{sum(figures.not_checked.values())} not checked"
    )


def not_checked_lines(not_checked: Mapping[tuple[str, str], int], most: int | None = None) -> Iterator[str]:
    """Yield what could not be checked and why, one line for each reason, most frequent first.

    Args:
        not_checked: how often, by promise id and reason.
        most: how many reasons are listed; one more line counts the others. None for all.
    """
    reasons = list(not_checked.items())
    # One remaining reason is listed as well, for counting it would take a line, too.
    shown = reasons if most is None or len(reasons) <= most + 1 else reasons[:most]
    for (promise, reason), times in shown:
        yield f"{times:>5} x {wording.title_of(promise)}: {reason}"
    if len(shown) < len(reasons):
        times = sum(count for _, count in reasons[len(shown) :])
        yield f"{times:>5} x for {len(reasons) - len(shown)} more reasons: ecsuite show"


def skipped_lines(skipped: Mapping[str, int]) -> Iterator[str]:
    """Why tests were skipped, one line for each reason, most frequent first."""
    for reason, times in sorted(skipped.items(), key=lambda item: -item[1]):
        yield f"{times:>5} x {'tests' if times > 1 else 'test'} skipped: {reason}"


def inconclusive_lines(inconclusive: Mapping[str, int]) -> Iterator[str]:
    """Why tests were inconclusive, one line for each reason, most frequent first."""
    for reason in _frequent(inconclusive):
        times = inconclusive[reason]
        yield f"{times:>5} x {'tests' if times > 1 else 'test'} inconclusive: {reason}"


def _frequent(inconclusive: Mapping[str, int]) -> list[str]:
    return sorted(inconclusive, key=lambda reason: -inconclusive[reason])


def inconclusive_tests(result: RunResult) -> Iterator[str]:
    """The lines of `inconclusive_lines`, each with the files of its tests and the number of tests in each file."""
    for reason, text in zip(_frequent(result.inconclusive), inconclusive_lines(result.inconclusive), strict=True):
        yield text
        names = (test.name for test in result.tests if test.outcome == "inconclusive" and test.reason == reason)
        files = Counter(name.partition("::")[0] for name in names)
        said = ", ".join(f"{file} ({count})" for file, count in files.most_common())
        yield from wrap(said, _WIDTH, initial_indent=_INDENT, subsequent_indent=_INDENT, break_on_hyphens=False)


def broken_text(count: int) -> str:
    """How many promises a test found to be broken."""
    return f"{count_of(count, 'promise')} broken"


def error_text(error: Exception | str) -> str:
    """The error that ends a command, on one line, with control characters escaped."""
    return f"ecsuite: {error_line(error)}"


def error_line(error: Exception | str) -> str:
    """The message of an error, on one line, with control characters escaped."""
    return wording.printable(str(error))


def one_line(text: str, longest: int = wording.LONGEST_SHOWN) -> str:
    """The first line of a text, shortened, with control characters escaped."""
    return wording.shorten(text.partition("\n")[0], longest)


def unsteady_text(figures: Figures) -> str:
    """How often a call had no response from the API; empty if every call had one."""
    times = sum(figures.unsteady.values())
    if not times:
        return ""
    calls = figures.calls + figures.unsteady.get(LOST, 0)
    reasons = ", ".join(f"{count} x {reason}" for reason, count in figures.unsteady.items())
    said = f"the service was unsteady: {times:,} of {calls:,} calls had no response of the API's ({reasons})"
    again = [f"{count:,} x {line}" for line, count in figures.repeated.items()]
    if not again:
        return said
    more = f", and {count_of(len(again) - MOST_REPEATED, 'more call')}" if len(again) > MOST_REPEATED else ""
    return f"{said}; sent again: {', '.join(again[:MOST_REPEATED])}{more}"


def left_lines(left: Sequence[Left], most: int = MOST_LEFT) -> Iterator[str]:
    """List what was created and is still on the server, at most `most` lines for each reason."""
    for heading, lines in left_groups(left, most):
        yield heading
        yield from (f"  {line}" for line in lines)


def left_groups(left: Sequence[Left], most: int = MOST_LEFT) -> Iterator[tuple[str, list[str]]]:
    """Yield the heading and the lines of each reason why something is left."""
    for reason, heading in _LEFT.items():
        those = [each for each in left if each.reason == reason]
        if those:
            method = "" if reason in {"untraceable", "unfindable"} else "DELETE "
            told = (f"{method}{each.address}{f'  {each.said}' if each.said else ''}" for each in those[:most])
            lines = [*map(wording.printable, told)]
            more = len(those) - len(lines)
            lines += [f"... and {more:,} more: all of them are in results.json"] if more else []
            yield heading.format(f"({len(those):,})"), lines


def left_to_tell(result: RunResult) -> tuple[Left, ...]:
    """What is left, without unusual ids on the local stand-in: these disappear with it."""
    is_local = result.run.settings.get("target") == "local"
    return tuple(each for each in result.left if not (is_local and each.reason == "unfindable"))


def entry_lines(entries: Iterable[Entry]) -> Iterator[str]:
    """The accepted deviations that need action, one line for each."""
    for each in entries:
        what = f"{each.where}: the accepted deviation of {each.operation} ({each.promise})"
        if each.state == "expired":
            yield f"{what} was accepted until {each.until}: have it mended, or give it another date; it fails the run"
        else:
            yield f"{what} was not seen, though {each.operation} was called: is it mended?"


def accepted_text(name: str, count: int) -> str:
    """How many entries were added to a configuration."""
    return f"{name}: {count_of(count, 'accepted deviation')} added" if count else f"{name} has it already"


def waiting_text(wait: Wait) -> str:
    """Say what a call is waiting for."""
    what = "asks to come back later" if wait.reason in {"429", "503"} else "does not answer"
    return f"ecsuite: waiting {wait.seconds:.0f} s, for the service {what} ({wait.line}: {wait.reason})"


def unrecorded_text(count: int) -> str:
    """How many tests a replay leaves out because they have no cassette, and how to run them."""
    return f"{count_of(count, 'test')} not recorded, and so left out: run with --ec-target local"


def columns(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Format a table as plain text with aligned columns, for people and for grep."""
    lines = [tuple(head), *(tuple(row) for row in rows)]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    return "\n".join("  ".join(map(str.ljust, line, widths)).rstrip() for line in lines)
