"""A response that must have no body has none."""

from __future__ import annotations

from ecsuite.checks.decoded import DecodedExchange
from ecsuite.findings.breach import Breach, Place
from ecsuite.findings.breach import body as in_body
from ecsuite.findings.datum import datum

NO_CONTENT = 204


def check(decoded: DecodedExchange) -> list[Breach] | None:
    if decoded.rule is None or decoded.rule.body != "none":
        return None
    body = decoded.exchange.response.body
    if body:
        return [Breach("length", in_body(), datum(0), datum(len(body)), decoded.rule.pointer)]
    # Clients do not read a body after a 204, but announcing one is an error as well (RFC 9110 section 8.6).
    headers = decoded.exchange.response.headers
    length, transfer = headers.get("Content-Length") or "0", headers.get("Transfer-Encoding")
    if decoded.status == NO_CONTENT and length != "0":
        return [Breach("length", Place("header", "Content-Length"), datum(0), datum(length), decoded.rule.pointer)]
    # Not even for an empty body: its last chunk would be read as the start of the next response (RFC 9112 section 6.1).
    if decoded.status == NO_CONTENT and transfer is not None:
        at = Place("header", "Transfer-Encoding")
        return [Breach("present", at, actual=datum(transfer), rule=decoded.rule.pointer)]
    return []
