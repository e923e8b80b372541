"""No request, whatever it holds, gets a response of the 500s."""

from __future__ import annotations

from ecsuite.checks.decoded import DecodedExchange
from ecsuite.findings.breach import STATUS, Breach
from ecsuite.findings.datum import datum
from ecsuite.findings.finding import NotChecked

FIRST_SERVER_ERROR = 500
BELOW_500 = datum({"exclusiveMaximum": FIRST_SERVER_ERROR})
NOTE = "or 503 with Retry-After"


def check(decoded: DecodedExchange) -> list[Breach] | NotChecked:
    if decoded.asks_to_wait:
        return NotChecked(f"{decoded.status}: the server asks to come back later")
    if decoded.status < FIRST_SERVER_ERROR:
        return []
    return [Breach("exclusiveMaximum", STATUS, BELOW_500, datum(decoded.status), case=decoded.case, note=NOTE)]
