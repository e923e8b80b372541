"""A request calls an operation of the contract."""

from __future__ import annotations

from ecsuite.checks.decoded import DecodedExchange
from ecsuite.findings.breach import Breach, Place
from ecsuite.findings.datum import datum


def check(decoded: DecodedExchange) -> list[Breach]:
    if decoded.operation is not None:
        return []
    return [Breach("unknown", Place("request-line"), actual=datum(decoded.line))]
