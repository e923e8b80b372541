"""A response with a body says what it is, in a media type that the contract lists."""

from __future__ import annotations

from ecsuite.checks.decoded import DecodedExchange
from ecsuite.contract import schema_for
from ecsuite.finding import Breach

NAME = "media type is listed in contract"

UTF_8 = frozenset({"", "utf-8", "utf8"})


def check(decoded: DecodedExchange) -> list[Breach] | None:
    if decoded.rule is None or not decoded.rule.content or not decoded.exchange.response.body:
        return None
    pointer = (*decoded.rule.pointer, "content")
    if schema_for(decoded.rule.content, decoded.media_type.essence) is None:
        expected = " or ".join(decoded.rule.content)
        return [Breach("header Content-Type", expected, decoded.media_type.essence or "missing", pointer)]
    if decoded.media_type.is_json and decoded.media_type.charset not in UTF_8:
        return [Breach("header Content-Type", "JSON in UTF-8", f"charset {decoded.media_type.charset}", pointer)]
    return []
