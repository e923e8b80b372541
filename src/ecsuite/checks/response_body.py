"""The body of an answer is there where it must be, can be read, and fits its schema."""

from __future__ import annotations

from ecsuite.checks.seen import Seen, place
from ecsuite.contract import Pointer, describe, schema_for
from ecsuite.finding import Breach, NotChecked
from ecsuite.media import UndecodableError

NAME = "response body matches contract"


def check(seen: Seen) -> list[Breach] | NotChecked | None:
    response = seen.exchange.response
    if response.flaw:
        return [Breach("body", "a body that arrives whole and can be decoded", response.flaw)]
    if seen.rule is None or seen.rule.body == "none":
        return None
    if seen.rule.body == "any":
        return NotChecked(f"nothing is published about the body of {seen.status}")
    if not response.body:
        return [Breach("body", "a body", "an empty body", seen.rule.pointer)] if seen.rule.body == "required" else []
    schema = schema_for(seen.rule.content, seen.media_type.essence)
    if schema is None:
        return NotChecked("its media type is not listed")
    return _json_breaches(seen, schema)


def _json_breaches(seen: Seen, schema: Pointer) -> list[Breach]:
    body = seen.body
    if isinstance(body, UndecodableError):
        return [Breach("body", f"a body of the media type {seen.media_type.essence}", str(body), schema)]
    breaches = seen.schema_breaches("body", schema, body.value)
    if not breaches and body.has_whole_floats:
        return list(_broken_integers(seen, schema))
    return breaches


def _broken_integers(seen: Seen, schema: Pointer) -> list[Breach]:
    """Integers written with a point (2022.0): equal for JSON Schema, and an error for every typed client."""
    assert not isinstance(seen.body, UndecodableError)
    return [
        Breach(place("body", path), "an integer", describe(value), schema)
        for path, value in seen.contract.schemas.whole_floats(schema, seen.body.value)
    ]
