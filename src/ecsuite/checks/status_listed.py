"""The status of a response is one that the contract lists for the operation."""

from __future__ import annotations

from ecsuite.checks.decoded import DecodedExchange
from ecsuite.finding import Breach, NotChecked

NAME = "status is listed in contract"


def check(decoded: DecodedExchange) -> list[Breach] | NotChecked | None:
    if decoded.operation is None or decoded.is_server_error:
        return None
    if decoded.asks_to_wait:
        return NotChecked(f"{decoded.status}: the server asks to come back later")
    expectation = decoded.exchange.request.expectation
    if decoded.is_unspecified:
        return NotChecked("nothing published settles the response")
    if decoded.rule is not None:
        return []
    if expectation.statuses and decoded.status in expectation.statuses:
        return NotChecked(f"the request asked for {expectation.name}")
    expected = f"one of {', '.join(decoded.operation.responses)}"
    return [Breach("status", expected, str(decoded.status), (*decoded.operation.pointer, "responses"))]
