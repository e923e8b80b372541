"""The status of an answer is one that the contract lists for the operation."""

from __future__ import annotations

from ecsuite.checks.seen import Seen
from ecsuite.finding import Breach, NotChecked

NAME = "status is listed in contract"


def check(seen: Seen) -> list[Breach] | NotChecked | None:
    if seen.operation is None or seen.is_server_error:
        return None
    if seen.asks_to_wait:
        return NotChecked(f"{seen.status}: the server asks to come back later")
    intent = seen.exchange.request.intent
    if seen.is_unsettled:
        return NotChecked("nothing published settles the answer")
    if seen.rule is not None:
        return []
    if intent.statuses and seen.status in intent.statuses:
        return NotChecked(f"the request asked for {intent.name}")
    expected = f"one of {', '.join(seen.operation.responses)}"
    return [Breach("status", expected, str(seen.status), (*seen.operation.pointer, "responses"))]
