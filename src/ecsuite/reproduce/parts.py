"""A text in which values stand that a script knows, and this run does not tell: in the place of each is a hole."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Final

# So many of one character are written as their number.
LONGEST_RUN: Final = 500
_RUN: Final = re.compile(rf"(.)\1{{{LONGEST_RUN},}}", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Count:
    """A number of characters: a fixed one, or one that goes by the length of a value.

    Attributes:
        plus: the number; beside the length of a value what comes on top of it, or is less.
        of: the variable that has the value; empty for none.
        half: whether half of its length is meant, rounded down.
    """

    plus: int
    of: str = ""
    half: bool = False


@dataclass(frozen=True, slots=True)
class Hole:
    """The value of a variable, and what is done with it.

    Attributes:
        variable: of the script; empty where a function makes the value out of nothing.
        functions: of the script, in the order in which they are applied, each with the count that it takes, if any.
    """

    variable: str
    functions: tuple[tuple[str, Count | None], ...] = ()

    def then(self, function: str, count: Count | None = None) -> Hole:
        """The same with one more function applied."""
        return replace(self, functions=(*self.functions, (function, count)))


# Bytes that are no UTF-8 stand in a text as Python's `surrogateescape` has them.
Parts = tuple[str | Hole, ...]


def parts_of(body: bytes) -> Parts:
    """Bytes as one part of a text."""
    return (body.decode("utf-8", "surrogateescape"),)


def joined(parts: Iterable[str | Hole]) -> Parts:
    """The same with texts that follow each other made one."""
    found: list[str | Hole] = []
    for part in parts:
        if found and isinstance(part, str) and isinstance(found[-1], str):
            found[-1] += part
        elif part:
            found.append(part)
    return tuple(found)


def repeats(text: str) -> Iterator[tuple[str, int]]:
    """The text in pieces, with how often each stands there: an ASCII character many times, all others once."""
    start = 0
    for run in _RUN.finditer(text):
        if run[1].isascii() and run[1] != "\0":
            yield from ((text[start : run.start()], 1),) if run.start() > start else ()
            yield run[1], len(run[0])
            start = run.end()
    if start < len(text):
        yield text[start:], 1
