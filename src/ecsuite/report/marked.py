"""Texts with the decisive part marked: a JSON value as lines, and two texts with their differences."""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import takewhile
from typing import Any, NamedTuple

from ecsuite.json_paths import Path, at_path

_NOWHERE = object()
# Columns of indentation. Values that are nested deeper are printed on one line.
_DEEPEST = 80


class Span(NamedTuple):
    """A part of a text; `is_marked` if it is the decisive one, `pointer` its place in a JSON value."""

    text: str
    is_marked: bool = False
    pointer: str = ""


def json_spans(value: Any, path: Path = ()) -> list[Span]:
    """Render a JSON value as lines and mark the value at a path; if it is missing, mark the object that lacks it."""
    while path and at_path(value, path, _NOWHERE) is _NOWHERE:
        path = path[:-1]
    return [*_lines(value, path, "", "", "", is_marked=False)]


def _lines(value: Any, path: Path, indent: str, lead: str, pointer: str, *, is_marked: bool) -> Iterator[Span]:
    """Render the lines of a value.

    `lead` is put before its first line; `path` leads to the value inside it that is marked.
    """
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
    """Mark the part in which two texts differ."""
    start = _common(expected, actual)
    end = _common(expected[start:][::-1], actual[start:][::-1])
    if expected == actual or (start < len(expected) / 3 and end < len(expected) / 3):
        # They share hardly anything, so everything is marked as different.
        return [Span(expected)], [Span(actual, is_marked=expected != actual)]
    return _marked(expected, start, end), _marked(actual, start, end)


def _common(one: str, other: str) -> int:
    """Length of the common prefix of two texts."""
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(one, other, strict=False)))


def _marked(text: str, start: int, end: int) -> list[Span]:
    stop = len(text) - end
    parts = [Span(text[:start]), Span(text[start:stop], is_marked=True), Span(text[stop:])]
    return [part for part in parts if part.text]
