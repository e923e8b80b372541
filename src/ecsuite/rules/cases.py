"""Selects the cases that a test tries: all, or as many as the profile of the run allows."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, TypeVar

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Cases:
    """How many of its cases a test tries, and which.

    Attributes:
        most: the number of cases; None for all.
        turn: a number of the test, which makes tests select different cases.
    """

    most: int | None = None
    turn: int = 0

    def tried(self, cases: Iterable[_T]) -> list[_T]:
        """The cases that are tried: all, or the first and a selection of the others.

        The others are evenly spaced. The selection depends on the test, so that the tests together try all kinds.
        """
        every, most = list(cases), self.most
        if most is None or len(every) <= most:
            return every
        rest = len(every) - 1
        others = {(self.turn + index * rest // (most - 1)) % rest + 1 for index in range(most - 1)}
        return [every[index] for index in sorted({0, *others})]


ALL_CASES: Final = Cases()
