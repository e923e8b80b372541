"""The status of a response is one that the contract lists for the operation."""

from __future__ import annotations

from ecsuite.checks.decoded import DecodedExchange
from ecsuite.findings.breach import STATUS, Breach
from ecsuite.findings.datum import datum
from ecsuite.findings.finding import NotChecked


def check(decoded: DecodedExchange) -> list[Breach] | NotChecked | None:
    if decoded.operation is None or decoded.is_server_error:
        return None
    expectation = decoded.exchange.request.expectation
    if decoded.is_unspecified:
        return NotChecked("nothing published settles the response")
    if decoded.rule is not None:
        return []
    if decoded.is_uninvited:
        return NotChecked("allowed by invitation only")
    if decoded.may_have_been_deleted:
        return NotChecked("an earlier attempt may have deleted it")
    if expectation.statuses and decoded.status in expectation.statuses:
        return NotChecked("the request expected a status that the contract does not list")
    listed = datum([int(status) if status.isdigit() else status for status in decoded.operation.responses])
    return [Breach("unlisted", STATUS, listed, datum(decoded.status), (*decoded.operation.pointer, "responses"))]
