"""A call carries its bearer token in the Authorization header."""

from __future__ import annotations

import re

from ecsuite.checks.seen import Seen
from ecsuite.finding import Breach

NAME = "bearer token is sent"

# RFC 6750 section 2.1; the scheme is compared without regard to case (RFC 9110 section 11.1).
_CREDENTIALS = re.compile(r"[Bb][Ee][Aa][Rr][Ee][Rr] +[A-Za-z0-9\-._~+/]+=*")


def check(seen: Seen) -> list[Breach] | None:
    if seen.operation is None or seen.operation.security is None:
        return None
    return seen.once(breaches_of)


def breaches_of(seen: Seen) -> list[Breach]:
    """What is wrong with the token of a call that needs one."""
    if seen.operation is None or seen.operation.security is None:
        return []
    header = seen.exchange.request.headers.get("Authorization")
    if header is not None and _CREDENTIALS.fullmatch(header):
        return []
    actual = "missing" if header is None else f"something else ({len(header)} characters)"
    return [Breach("request header Authorization", "Bearer and a token", actual, seen.operation.security)]
