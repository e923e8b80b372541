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
    # A client does not read what comes behind a 204, but it is announced all the same (RFC 9110 section 8.6).
    length = decoded.exchange.response.headers.get("Content-Length") or "0"
    if decoded.status == NO_CONTENT and length != "0":
        return [Breach("length", Place("header", "Content-Length"), datum(0), datum(length), decoded.rule.pointer)]
    # It may not even say how a body would be framed (RFC 9112 section 6.1).
    coding = decoded.exchange.response.headers.get("Transfer-Encoding")
    if decoded.status == NO_CONTENT and coding is not None:
        at = Place("header", "Transfer-Encoding")
        return [Breach("present", at, actual=datum(coding), rule=decoded.rule.pointer)]
    return []
