"""A call carries its bearer token in the Authorization header."""

from __future__ import annotations

import re

from ecsuite.checks.decoded import DecodedExchange
from ecsuite.findings.breach import Breach, Place
from ecsuite.findings.datum import MISSING, Datum, datum
from ecsuite.messages.redact import MASK

# RFC 6750 section 2.1; the scheme is compared without regard to case (RFC 9110 section 11.1).
_CREDENTIALS = re.compile(r"[Bb][Ee][Aa][Rr][Ee][Rr] +[A-Za-z0-9\-._~+/]+=*")


def check(decoded: DecodedExchange) -> list[Breach] | None:
    if decoded.operation is None or decoded.operation.security is None:
        return None
    return decoded.once(breaches_of)


def breaches_of(decoded: DecodedExchange) -> list[Breach]:
    """What is wrong with the token of a call that needs one."""
    if decoded.operation is None or decoded.operation.security is None:
        return []
    header = decoded.exchange.request.headers.get("Authorization")
    if header is not None and _CREDENTIALS.fullmatch(header):
        return []
    at = Place("request-header", "Authorization")
    # What was sent may be a secret, so its length alone is told.
    sent = MISSING if header is None else Datum("string", MASK, len(header))
    return [Breach("header", at, datum("Bearer and a token"), sent, decoded.operation.security)]
