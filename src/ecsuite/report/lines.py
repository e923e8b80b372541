"""Lines of text in which parts have a style; whoever prints them knows what a style looks like."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator, Sequence
from typing import Final, Literal, NamedTuple

from ecsuite.wording import printable

Style = Literal["plain", "bold", "error", "warning", "note", "dim"]
# Columns before the name of a field, and those that it takes.
INDENT: Final = 4
NAME: Final = 10
# Columns that a text gets on the narrowest of terminals.
SMALLEST_ROOM: Final = 20


class Part(NamedTuple):
    """A part of a line."""

    text: str
    style: Style = "plain"


class Line(tuple[Part, ...]):
    """A line, of parts."""

    __slots__ = ()

    def __str__(self) -> str:
        return "".join(part.text for part in self)


def line(*parts: Part | str) -> Line:
    """A line of parts; what is a text only is plain. Nothing in it can steer a terminal, whoever has written it."""
    styled = (part if isinstance(part, Part) else Part(part) for part in parts)
    return Line(Part(printable(part.text), part.style) for part in styled)


def cut(text: str, width: int) -> str:
    """A text that fits a width, with an ellipsis where something was cut off."""
    return text if len(text) <= width else f"{text[: max(width - 3, 0)]}..."[: max(width, 0)]


def cut_line(whole: Line, width: int) -> Line:
    """A line that fits a width."""
    parts, left = [], width
    for part in whole:
        parts.append(Part(cut(part.text, left), part.style))
        left -= len(part.text)
        if left <= 0:
            break
    return Line(parts)


def wrapped(text: str, room: int, most: int) -> list[str]:
    """A text on as few lines as it takes, at least one; cut where it takes more than `most`."""
    room = max(room, SMALLEST_ROOM)
    lines = textwrap.wrap(text, room, break_on_hyphens=False) or [""]
    return lines if len(lines) <= most else [*lines[: most - 1], cut(" ".join(lines[most - 1 :]), room)]


def field_lines(name: str, text: str, width: int, most: int, style: Style = "plain") -> Iterator[Line]:
    """A named text below a heading, over as few lines as it takes; cut where it takes more than `most`."""
    for number, each in enumerate(wrapped(text, width - INDENT - NAME, most)):
        label = "" if number else name
        yield line(" " * INDENT, Part(f"{label:<{NAME}}", "dim"), Part(each, style))


def several(names: Sequence[str], width: int, most: int = 1000) -> str:
    """As many names as fit, and how many more there are."""
    shown: list[str] = []
    for name in names[:most]:
        more = f" and {len(names)} more"
        if shown and len(", ".join([*shown, name])) + len(more) > width:
            break
        shown.append(name)
    rest = len(names) - len(shown)
    return ", ".join(shown) + (f" and {rest} more" if rest else "")


def plain(lines: Iterable[Line]) -> str:
    """Lines as text without styles."""
    return "\n".join(str(each).rstrip() for each in lines)
