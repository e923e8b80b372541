"""Figures that are measured in turn, and the table in which they stand beside each other."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

HEADINGS: Final = ("what", "ecsuite", "peer", "ratio", "goal", "met?")
HUNDRED: Final = 100


@dataclass(frozen=True, slots=True)
class Figures:
    """What was measured of one thing, a value for each round."""

    values: tuple[float, ...]

    @property
    def median(self) -> float:
        """The value in the middle."""
        return statistics.median(self.values)

    def over(self, other: Figures) -> Figures:
        """The ratio to other figures, round by round, so that what slowed a whole round down cancels out."""
        return Figures(tuple(one / two for one, two in zip(self.values, other.values, strict=True)))

    def shown(self, unit: str = "") -> str:
        """The median with the lowest and the highest value, such as `1.2 ms (1.1 to 1.5)`."""
        middle = f"{_number(self.median)} {unit}".rstrip()
        return f"{middle} ({_number(min(self.values))} to {_number(max(self.values))})"


@dataclass(frozen=True, slots=True)
class Goal:
    """What a figure should be, in words, and whether a value is that."""

    text: str
    holds: Callable[[float], bool]

    @classmethod
    def under(cls, bound: float, unit: str = "") -> Goal:
        """Less than the bound."""
        return cls(f"under {bound:g} {unit}".rstrip(), lambda value: value < bound)

    @classmethod
    def at_most(cls, bound: float) -> Goal:
        """The bound, or less."""
        return cls(f"at most {bound:g}", lambda value: value <= bound)

    @classmethod
    def at_least(cls, bound: float) -> Goal:
        """The bound, or more."""
        return cls(f"at least {bound:g}", lambda value: value >= bound)


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table.

    Attributes:
        unit: of the figures on both sides.
        goal: of the ratio, or where `goal_of_own` is set, of ecsuite's own figure; None for a line of information.
        note: why the peer was not measured; empty where it was.
    """

    what: str
    ecsuite: Figures
    peer: Figures | None
    unit: str
    goal: Goal | None = None
    goal_of_own: bool = False
    note: str = ""

    @property
    def ratio(self) -> Figures | None:
        """The figures of ecsuite over those of its peer; None where the peer is missing."""
        return self.ecsuite.over(self.peer) if self.peer else None

    def cells(self) -> tuple[str, ...]:
        """The line as texts, one under each heading."""
        own, peer = _shown(self.ecsuite, self.unit), _shown(self.peer, self.unit)
        goal = self.goal.text if self.goal else "information"
        return self.what, own, peer or f"not measured, because {self.note}", _shown(self.ratio), goal, self._met()

    def _met(self) -> str:
        judged = self.ecsuite if self.goal_of_own else self.ratio
        if self.goal is None or judged is None:
            return ""
        return "yes" if self.goal.holds(judged.median) else "no"


def in_turn(rounds: int, *measures: Callable[[], float], warm_up: bool = True) -> list[Figures]:
    """Take each measure once a round, one after the other, so that a slow minute of the machine hits all of them.

    Args:
        rounds: how often.
        measures: each measures once, and returns what it measured.
        warm_up: whether a round before the first is thrown away.
    """
    if warm_up:
        _round(measures)
    taken = [_round(measures) for _ in range(rounds)]
    return [Figures(values) for values in zip(*taken, strict=True)]


def milliseconds(action: Callable[[], object], times: int = 1) -> float:
    """How long an action takes, in milliseconds, as the mean of a number of times."""
    start = time.perf_counter()
    for _ in range(times):
        action()
    return (time.perf_counter() - start) * 1000 / times


def table(rows: Sequence[Row]) -> str:
    """The lines under their headings as a table in Markdown, its columns aligned."""
    lines = [HEADINGS, *(row.cells() for row in rows)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(HEADINGS))]
    rule = tuple("-" * width for width in widths)
    return "\n".join(_line(line, widths) for line in (HEADINGS, rule, *lines[1:]))


def _round(measures: Sequence[Callable[[], float]]) -> tuple[float, ...]:
    return tuple(measure() for measure in measures)


def _line(cells: Sequence[str], widths: Sequence[int]) -> str:
    return f"| {' | '.join(cell.ljust(width) for cell, width in zip(cells, widths, strict=True))} |"


def _shown(figures: Figures | None, unit: str = "") -> str:
    return figures.shown(unit) if figures else ""


def _number(value: float) -> str:
    """The value with three digits that count, and all those before the point."""
    return f"{value:.0f}" if value >= HUNDRED else f"{value:.3g}"
