"""No request, whatever it holds, gets an answer of the 500s."""

from __future__ import annotations

from ecsuite.checks.seen import Seen
from ecsuite.finding import Breach, NotChecked

NAME = "no request causes a server error"

FIRST_SERVER_ERROR = 500


def check(seen: Seen) -> list[Breach] | NotChecked:
    if seen.asks_to_wait:
        return NotChecked(f"{seen.status}: the server asks to come back later")
    if seen.status < FIRST_SERVER_ERROR:
        return []
    return [Breach("status", "an answer below 500 (or 503 with Retry-After)", str(seen.status))]
