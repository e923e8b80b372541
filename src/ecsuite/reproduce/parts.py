"""A template text: literal strings, and holes for values that only the script knows when it runs."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Final

# More repetitions of one character than this are written as a repeat count.
LONGEST_RUN: Final = 500
_RUN: Final = re.compile(rf"(.)\1{{{LONGEST_RUN},}}", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Count:
    """A number of characters: fixed, or relative to the length of a variable's value.

    Attributes:
        plus: the number; added to the length if `of` is given, and negative to subtract.
        of: the variable whose length counts; empty for none.
        half: whether half of the length is meant, rounded down.
    """

    plus: int
    of: str = ""
    half: bool = False


@dataclass(frozen=True, slots=True)
class Hole:
    """The value of a variable, with functions applied to it.

    Attributes:
        variable: a variable of the script; empty if the first function generates the value.
        functions: functions of the script, in the order of application, each with its count argument or None.
    """

    variable: str
    functions: tuple[tuple[str, Count | None], ...] = ()

    def then(self, function: str, count: Count | None = None) -> Hole:
        """Return a copy with one more function applied."""
        return replace(self, functions=(*self.functions, (function, count)))


# Bytes that are not UTF-8 are decoded with Python's `surrogateescape`.
Parts = tuple[str | Hole, ...]


def parts_of(body: bytes) -> Parts:
    """Decode bytes to a template without holes."""
    return (body.decode("utf-8", "surrogateescape"),)


def joined(parts: Iterable[str | Hole]) -> Parts:
    """Merge adjacent strings, and drop empty ones."""
    found: list[str | Hole] = []
    for part in parts:
        if found and isinstance(part, str) and isinstance(found[-1], str):
            found[-1] += part
        elif part:
            found.append(part)
    return tuple(found)


def repeats(text: str) -> Iterator[tuple[str, int]]:
    """Split a text into pieces with a repeat count: a long run of one ASCII character, or other text, once."""
    start = 0
    for run in _RUN.finditer(text):
        if run[1].isascii() and run[1] != "\0":
            yield from ((text[start : run.start()], 1),) if run.start() > start else ()
            yield run[1], len(run[0])
            start = run.end()
    if start < len(text):
        yield text[start:], 1
