"""The status of a response is what the sender of the request had a right to."""

from __future__ import annotations

from ecsuite.checks import bad_input_refused
from ecsuite.checks.decoded import DecodedExchange
from ecsuite.finding import Breach, NotChecked

NAME = "status is as expected"

UNAUTHORIZED = 401


def check(decoded: DecodedExchange) -> list[Breach] | NotChecked | None:
    expectation = decoded.exchange.request.expectation
    if decoded.asks_to_wait or decoded.is_server_error:
        return None
    if expectation.unspecified:
        return NotChecked("nothing published settles the response")
    if expectation.token_may_have_ended and decoded.status == UNAUTHORIZED:
        return NotChecked("the token may have ended, for its lifetime was not told")
    if decoded.status in expectation.statuses if expectation.statuses else decoded.is_success:
        return []
    if decoded.is_success and bad_input_refused.breaches_of(decoded):
        return None
    rule = (*decoded.operation.pointer, "responses") if decoded.operation else None
    return [Breach("status", f"{_statuses(decoded)} ({expectation.name})", str(decoded.status), rule)]


def _statuses(decoded: DecodedExchange) -> str:
    expectation = decoded.exchange.request.expectation
    if expectation.statuses:
        return " or ".join(str(status) for status in sorted(expectation.statuses))
    listed = decoded.operation.responses if decoded.operation else ()
    return " or ".join(status for status in listed if status.startswith("2")) or "2xx"
