"""No request, whatever it contains, gets a 5xx response."""

from __future__ import annotations

from ecsuite.checks.decoded import DecodedExchange
from ecsuite.findings.breach import STATUS, Breach
from ecsuite.findings.datum import datum
from ecsuite.messages.exchange import FIRST_SERVER_ERROR

BELOW_500 = datum({"exclusiveMaximum": FIRST_SERVER_ERROR})


def check(decoded: DecodedExchange) -> list[Breach]:
    if decoded.status < FIRST_SERVER_ERROR:
        return []
    return [Breach("exclusiveMaximum", STATUS, BELOW_500, datum(decoded.status), case=decoded.case)]
