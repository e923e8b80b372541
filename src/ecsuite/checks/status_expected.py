"""The status of an answer is what the sender of the request had a right to."""

from __future__ import annotations

from ecsuite.checks import bad_input_refused
from ecsuite.checks.seen import Seen
from ecsuite.finding import Breach, NotChecked

NAME = "status is what was asked for"

UNAUTHORIZED = 401


def check(seen: Seen) -> list[Breach] | NotChecked | None:
    intent = seen.exchange.request.intent
    if seen.asks_to_wait or seen.is_server_error:
        return None
    if intent.silent:
        return NotChecked("nothing published settles the answer")
    if intent.token_may_have_ended and seen.status == UNAUTHORIZED:
        return NotChecked("the token may have ended, for its lifetime was not told")
    if seen.status in intent.statuses if intent.statuses else seen.is_success:
        return []
    if seen.is_success and bad_input_refused.breaches_of(seen):
        return None
    rule = (*seen.operation.pointer, "responses") if seen.operation else None
    return [Breach("status", f"{_statuses(seen)} ({intent.name})", str(seen.status), rule)]


def _statuses(seen: Seen) -> str:
    intent = seen.exchange.request.intent
    if intent.statuses:
        return " or ".join(str(status) for status in sorted(intent.statuses))
    listed = seen.operation.responses if seen.operation else ()
    return " or ".join(status for status in listed if status.startswith("2")) or "2xx"
