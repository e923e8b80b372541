"""An answer that must have no body has none."""

from __future__ import annotations

from ecsuite.checks.seen import Seen
from ecsuite.finding import Breach

NAME = "no body where none may be"
NO_CONTENT = 204


def check(seen: Seen) -> list[Breach] | None:
    if seen.rule is None or seen.rule.body != "none":
        return None
    body = seen.exchange.response.body
    if body:
        return [Breach("body", "no body", f"{len(body)} bytes", seen.rule.pointer)]
    # A client does not read what comes behind a 204, but it is announced all the same (RFC 9110 section 8.6).
    length = seen.exchange.response.headers.get("Content-Length") or "0"
    if seen.status == NO_CONTENT and length != "0":
        return [Breach("header Content-Length", "no body", f"{length} bytes", seen.rule.pointer)]
    return []
