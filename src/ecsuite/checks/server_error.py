"""No request, whatever it holds, gets a response of the 500s."""

from __future__ import annotations

from ecsuite.checks.decoded import DecodedExchange
from ecsuite.finding import Breach, NotChecked

NAME = "no request causes a server error"

FIRST_SERVER_ERROR = 500


def check(decoded: DecodedExchange) -> list[Breach] | NotChecked:
    if decoded.asks_to_wait:
        return NotChecked(f"{decoded.status}: the server asks to come back later")
    if decoded.status < FIRST_SERVER_ERROR:
        return []
    return [Breach("status", "a response below 500 (or 503 with Retry-After)", str(decoded.status))]
