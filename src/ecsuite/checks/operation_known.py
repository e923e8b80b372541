"""A request names an operation of the contract."""

from __future__ import annotations

from ecsuite.checks.seen import Seen
from ecsuite.finding import Breach

NAME = "operation is in the contract"


def check(seen: Seen) -> list[Breach]:
    if seen.operation is not None:
        return []
    return [Breach("request line", "a method and a path that the contract lists", seen.line)]
