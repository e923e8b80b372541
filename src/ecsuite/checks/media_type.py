"""An answer with a body says what it is, in a media type that the contract lists."""

from __future__ import annotations

from ecsuite.checks.seen import Seen
from ecsuite.contract import schema_for
from ecsuite.finding import Breach

NAME = "media type is listed in contract"

UTF_8 = frozenset({"", "utf-8", "utf8"})


def check(seen: Seen) -> list[Breach] | None:
    if seen.rule is None or not seen.rule.content or not seen.exchange.response.body:
        return None
    pointer = (*seen.rule.pointer, "content")
    if schema_for(seen.rule.content, seen.media_type.essence) is None:
        expected = " or ".join(seen.rule.content)
        return [Breach("header Content-Type", expected, seen.media_type.essence or "missing", pointer)]
    if seen.media_type.is_json and seen.media_type.charset not in UTF_8:
        return [Breach("header Content-Type", "JSON in UTF-8", f"charset {seen.media_type.charset}", pointer)]
    return []
