"""A response with a body has a media type that the contract lists."""

from __future__ import annotations

from ecsuite.checks.decoded import DecodedExchange
from ecsuite.contract import schema_for
from ecsuite.findings.breach import Breach, Place
from ecsuite.findings.datum import MISSING, datum

CONTENT_TYPE = Place("header", "Content-Type")
CHARSET = Place("header", "Content-Type", ("charset",))
UTF_8 = frozenset({"", "utf-8", "utf8"})


def check(decoded: DecodedExchange) -> list[Breach] | None:
    if decoded.rule is None or not decoded.rule.content or not decoded.exchange.response.body:
        return None
    pointer = (*decoded.rule.pointer, "content")
    if schema_for(decoded.rule.content, decoded.media_type.essence) is None:
        essence = decoded.media_type.essence
        sent = datum(essence) if essence else MISSING
        return [Breach("unlisted", CONTENT_TYPE, datum(list(decoded.rule.content)), sent, pointer)]
    if decoded.media_type.is_json and decoded.media_type.charset not in UTF_8:
        return [Breach("unlisted", CHARSET, datum(["UTF-8"]), datum(decoded.media_type.charset), pointer)]
    return []
