"""A call carries its bearer token in the Authorization header."""

from __future__ import annotations

import re

from ecsuite.checks.client_parameters import has_secret_in_query
from ecsuite.checks.decoded import DecodedExchange
from ecsuite.checks.placeholders import NOTE, is_placeholder
from ecsuite.findings.breach import Breach, Place
from ecsuite.findings.datum import MISSING, datum

# RFC 6750 section 2.1; the scheme is compared without regard to case (RFC 9110 section 11.1).
_CREDENTIALS = re.compile(r"[Bb][Ee][Aa][Rr][Ee][Rr] +[A-Za-z0-9\-._~+/]+=*")
BEARER = datum({"title": "Bearer and a token", "type": "string", "pattern": f"^{_CREDENTIALS.pattern}$"})
AUTHORIZATION = Place("request-header", "Authorization")


def check(decoded: DecodedExchange) -> list[Breach] | None:
    if decoded.operation is None or decoded.operation.security is None:
        return None
    return decoded.once(breaches_of)


def check_client(decoded: DecodedExchange) -> list[Breach] | None:
    """The same for a client's call, which must not send a placeholder for a missing token either.

    Not applicable if the token is in the query, which is a finding of its own.
    """
    header = decoded.exchange.request.headers.get("Authorization")
    breaches = None if has_secret_in_query(decoded) and header is None else check(decoded)
    token = (header or "").rpartition(" ")[2]
    if breaches == [] and decoded.operation and is_placeholder(token, "token"):
        return [Breach("pattern", AUTHORIZATION, BEARER, datum(token), decoded.operation.security or (), note=NOTE)]
    return breaches


def breaches_of(decoded: DecodedExchange) -> list[Breach]:
    """What is wrong with the bearer token of a call that needs one."""
    if decoded.operation is None or decoded.operation.security is None:
        return []
    header = decoded.exchange.request.headers.get("Authorization")
    # Whitespace around a value is not part of it (RFC 9110 section 5.5).
    if header is not None and _CREDENTIALS.fullmatch(header.strip(" \t")):
        return []
    kind = "required" if header is None else "pattern"
    sent = MISSING if header is None else datum(header)
    return [Breach(kind, AUTHORIZATION, BEARER, sent, decoded.operation.security)]
