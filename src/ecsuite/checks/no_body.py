"""An answer that must have no body has none."""

from __future__ import annotations

from ecsuite.checks.seen import Seen
from ecsuite.finding import Breach

NAME = "no body where none may be"


def check(seen: Seen) -> list[Breach] | None:
    if seen.rule is None or seen.rule.body != "none":
        return None
    body = seen.exchange.response.body
    return [Breach("body", "no body", f"{len(body)} bytes", seen.rule.pointer)] if body else []
