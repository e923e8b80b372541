"""Lines of text whose parts have a style name; the printer decides what a style looks like."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator, Sequence
from typing import Final, Literal, NamedTuple

from ecsuite.wording import printable

Style = Literal["plain", "bold", "error", "warning", "note", "dim"]
# Columns before the name of a field, and the width of the name.
INDENT: Final = 4
NAME: Final = 10
# Columns that a text gets at least, even on a very narrow terminal.
SMALLEST_ROOM: Final = 20


class Part(NamedTuple):
    """A piece of text with a style."""

    text: str
    style: Style = "plain"


class Line(tuple[Part, ...]):
    """A line: a sequence of parts."""

    __slots__ = ()

    def __str__(self) -> str:
        return "".join(part.text for part in self)


def line(*parts: Part | str) -> Line:
    """Make a line; plain strings get the style "plain". Control characters are escaped."""
    styled = (part if isinstance(part, Part) else Part(part) for part in parts)
    return Line(Part(printable(part.text), part.style) for part in styled)


def cut(text: str, width: int) -> str:
    """Cut a text to a width; an ellipsis marks the cut."""
    return text if len(text) <= width else f"{text[: max(width - 3, 0)]}..."[: max(width, 0)]


def cut_line(whole: Line, width: int) -> Line:
    """Cut a line to a width."""
    parts, left = [], width
    for part in whole:
        parts.append(Part(cut(part.text, left), part.style))
        left -= len(part.text)
        if left <= 0:
            break
    return Line(parts)


def wrapped(text: str, room: int, most: int) -> list[str]:
    """Wrap a text into at least one and at most `most` lines; longer text is cut."""
    room = max(room, SMALLEST_ROOM)
    lines = textwrap.wrap(text, room, break_on_hyphens=False) or [""]
    return lines if len(lines) <= most else [*lines[: most - 1], cut(" ".join(lines[most - 1 :]), room)]


def field_lines(name: str, text: str, width: int, most: int, style: Style = "plain") -> Iterator[Line]:
    """Render a labelled text below a heading, wrapped into at most `most` lines; longer text is cut."""
    for number, each in enumerate(wrapped(text, width - INDENT - NAME, most)):
        label = "" if number else name
        yield line(" " * INDENT, Part(f"{label:<{NAME}}", "dim"), Part(each, style))


def several(names: Sequence[str], width: int, most: int = 1000) -> str:
    """As many names as fit, followed by the number of the others."""
    shown: list[str] = []
    for name in names[:most]:
        more = f" and {len(names)} more"
        if shown and len(", ".join([*shown, name])) + len(more) > width:
            break
        shown.append(name)
    rest = len(names) - len(shown)
    return ", ".join(shown) + (f" and {rest} more" if rest else "")


def plain(lines: Iterable[Line]) -> str:
    """Join lines to a text without styles."""
    return "\n".join(str(each).rstrip() for each in lines)
