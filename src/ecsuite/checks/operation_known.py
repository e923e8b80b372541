"""A request names an operation of the contract."""

from __future__ import annotations

from ecsuite.checks.decoded import DecodedExchange
from ecsuite.finding import Breach

NAME = "operation is in the contract"


def check(decoded: DecodedExchange) -> list[Breach]:
    if decoded.operation is not None:
        return []
    return [Breach("request line", "a method and a path that the contract lists", decoded.line)]
