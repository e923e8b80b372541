"""The status of a response is one that the sender of the request expects."""

from __future__ import annotations

from ecsuite.checks import bad_input_refused
from ecsuite.checks.decoded import DecodedExchange
from ecsuite.findings.breach import STATUS, Breach
from ecsuite.findings.datum import datum
from ecsuite.findings.finding import NotChecked

UNAUTHORIZED = 401
# OpenAPI's notation for the range of statuses.
SUCCESSES = "2XX"


def check(decoded: DecodedExchange) -> list[Breach] | NotChecked | None:
    expectation = decoded.exchange.request.expectation
    if decoded.is_server_error:
        return None
    if expectation.unspecified:
        return NotChecked("nothing published settles the response")
    if expectation.token_may_have_ended and decoded.status == UNAUTHORIZED:
        return NotChecked("the token may have expired: its lifetime is unknown")
    if decoded.is_uninvited:
        return NotChecked("allowed by invitation only")
    if decoded.may_have_been_deleted:
        return NotChecked("an earlier attempt may have deleted it")
    if decoded.status in expectation.statuses if expectation.statuses else decoded.is_success:
        return []
    if decoded.is_success and bad_input_refused.breaches_of(decoded):
        return None
    rule = (*decoded.operation.pointer, "responses") if decoded.operation else None
    return [Breach("status", STATUS, datum(_statuses(decoded)), datum(decoded.status), rule, decoded.case)]


def _statuses(decoded: DecodedExchange) -> list[int | str]:
    expectation = decoded.exchange.request.expectation
    if expectation.statuses:
        return [*sorted(expectation.statuses)]
    listed = decoded.operation.responses if decoded.operation else ()
    return [int(status) if status.isdigit() else status for status in listed if status.startswith("2")] or [SUCCESSES]
