"""Texts with the decisive part marked: a JSON value as lines, two texts side by side."""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import takewhile
from typing import Any, NamedTuple

from ecsuite.json_paths import Path, at_path

_NOWHERE = object()
# Columns; nobody follows what is nested deeper, and it stands on one line.
_DEEPEST = 80


class Span(NamedTuple):
    """A part of a text; whether it is the decisive one, and, of JSON, where it stands."""

    text: str
    is_marked: bool = False
    pointer: str = ""


def json_spans(value: Any, path: Path = ()) -> list[Span]:
    """A JSON value as lines, that marked which a path leads to; where nothing stands there, what would hold it."""
    while path and at_path(value, path, _NOWHERE) is _NOWHERE:
        path = path[:-1]
    return [*_lines(value, path, "", "", "", is_marked=False)]


def _lines(value: Any, path: Path, indent: str, lead: str, pointer: str, *, is_marked: bool) -> Iterator[Span]:
    """The lines of a value; `lead` stands before it on its first one, `path` leads to what is marked inside of it."""
    is_object = isinstance(value, dict)
    named = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    items = list(named)
    if not items or len(indent) > _DEEPEST:
        yield Span(f"{indent}{lead}{json.dumps(value, ensure_ascii=False)}", is_marked, pointer)
        return
    opening, closing = "{}" if is_object else "[]"
    yield Span(f"{indent}{lead}{opening}", is_marked, pointer)
    for number, (name, item) in enumerate(items):
        own = f"{json.dumps(name, ensure_ascii=False)}: " if is_object else ""
        is_on_way = path[:1] == (name,)
        inner = path[1:] if is_on_way else ()
        is_there = is_marked or (is_on_way and not inner)
        below = f"{pointer}/{name if is_object else '*'}"
        lines = [*_lines(item, inner, f"{indent}  ", own, below, is_marked=is_there)]
        comma = "," if number < len(items) - 1 else ""
        yield from lines[:-1]
        yield lines[-1]._replace(text=f"{lines[-1].text}{comma}")
    yield Span(f"{indent}{closing}", is_marked, pointer)


def side_by_side(expected: str, actual: str) -> tuple[list[Span], list[Span]]:
    """Two texts, each with the part marked in which they differ."""
    start = _common(expected, actual)
    end = _common(expected[start:][::-1], actual[start:][::-1])
    if expected == actual or (start < len(expected) / 3 and end < len(expected) / 3):
        # They have next to nothing in common, so that all of it is what differs.
        return [Span(expected)], [Span(actual, is_marked=expected != actual)]
    return _marked(expected, start, end), _marked(actual, start, end)


def _common(one: str, other: str) -> int:
    """How many characters two texts have in common at their beginnings."""
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(one, other, strict=False)))


def _marked(text: str, start: int, end: int) -> list[Span]:
    stop = len(text) - end
    parts = [Span(text[:start]), Span(text[start:stop], is_marked=True), Span(text[stop:])]
    return [part for part in parts if part.text]
