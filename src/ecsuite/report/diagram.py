"""Calls as a sequence diagram: who called whom, in which order, and when."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from ecsuite.results.seen import Call

LANES: Final = ("partner", "identity service", "API", "receiver")
_FROM_TO: Final = {"identity": (0, 1), "api": (0, 2), "delivery": (2, 3)}
_MOST_TEXT: Final = 44
MOST_CALLS: Final = 60


@dataclass(frozen=True, slots=True)
class Layout:
    """Dimensions: the time axis, the space between two lanes, above the first call, and for each call."""

    axis: int
    lane: int
    top: int
    row: int


WIDE: Final = Layout(axis=84, lane=240, top=44, row=36)
# Beside a text; the arrows have no labels.
NARROW: Final = Layout(axis=0, lane=72, top=30, row=14)


@dataclass(frozen=True, slots=True)
class Arrow:
    """One call and its response: the ends of the arrow, and its label."""

    y: int
    start: int
    end: int
    text: str
    status: str
    time: str
    is_broken: bool

    @property
    def middle(self) -> float:
        """X coordinate halfway between the two ends."""
        return (self.start + self.end) / 2

    @property
    def tip(self) -> str:
        """Points of the arrowhead."""
        back = self.end - (8 if self.end > self.start else -8)
        return f"{self.end},{self.y} {back},{self.y - 4} {back},{self.y + 4}"


@dataclass(frozen=True, slots=True)
class Diagram:
    """A sequence diagram, in user units of SVG.

    Attributes:
        lanes: the lifelines: the name and the x coordinate of each.
        more: how many calls are not shown.
    """

    width: int
    height: int
    lanes: tuple[tuple[str, int], ...]
    arrows: tuple[Arrow, ...]
    more: int


def diagram_of(calls: Sequence[Call], layout: Layout = WIDE) -> Diagram:
    """Lay out the diagram of a test's calls; lanes without any call are left out."""
    used = sorted({lane for call in calls for lane in _FROM_TO[call.role]} | {0})
    place = {lane: layout.axis + layout.lane // 2 + number * layout.lane for number, lane in enumerate(used)}
    first = calls[0].at if calls else 0.0
    arrows = tuple(
        _arrow(layout.top + layout.row * (number + 1), call, place, first)
        for number, call in enumerate(calls[:MOST_CALLS])
    )
    return Diagram(
        width=layout.axis + layout.lane * len(used),
        height=layout.top + layout.row * (len(arrows) + 1),
        lanes=tuple((LANES[lane], place[lane]) for lane in used),
        arrows=arrows,
        more=max(len(calls) - MOST_CALLS, 0),
    )


def _arrow(y: int, call: Call, place: dict[int, int], first: float) -> Arrow:
    start, end = (place[lane] for lane in _FROM_TO[call.role])
    text = call.title
    shown = text if len(text) <= _MOST_TEXT else f"{text[: _MOST_TEXT - 1]}…"
    return Arrow(y, start, end, shown, str(call.status or "none"), _time(call.at - first), call.outcome == "broken")


def _time(seconds: float) -> str:
    return f"{seconds * 1000:.0f} ms" if abs(seconds) < 10 else f"{seconds:.1f} s"  # noqa: PLR2004
