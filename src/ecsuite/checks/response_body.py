"""The body of a response is there where it must be, can be read, and fits its schema."""

from __future__ import annotations

from ecsuite.checks.decoded import DecodedExchange, place
from ecsuite.contract import Pointer, describe, schema_for
from ecsuite.finding import Breach, NotChecked
from ecsuite.media import UndecodableError

NAME = "response body matches contract"


def check(decoded: DecodedExchange) -> list[Breach] | NotChecked | None:
    response = decoded.exchange.response
    if response.flaw:
        return [Breach("body", "a body that arrives whole and can be decoded", response.flaw)]
    if decoded.rule is None or decoded.rule.body == "none":
        return None
    if decoded.rule.body == "any":
        return NotChecked(f"nothing is published about the body of {decoded.status}")
    if not response.body:
        return (
            [Breach("body", "a body", "an empty body", decoded.rule.pointer)] if decoded.rule.body == "required" else []
        )
    schema = schema_for(decoded.rule.content, decoded.media_type.essence)
    if schema is None:
        return NotChecked("its media type is not listed")
    return _json_breaches(decoded, schema)


def _json_breaches(decoded: DecodedExchange, schema: Pointer) -> list[Breach]:
    body = decoded.body
    if isinstance(body, UndecodableError):
        return [Breach("body", f"a body of the media type {decoded.media_type.essence}", str(body), schema)]
    breaches = decoded.schema_breaches("body", schema, body.value)
    if not breaches and body.has_whole_floats:
        return list(_broken_integers(decoded, schema))
    return breaches


def _broken_integers(decoded: DecodedExchange, schema: Pointer) -> list[Breach]:
    """Integers written with a point (2022.0): equal for JSON Schema, and an error for every typed client."""
    assert not isinstance(decoded.body, UndecodableError)
    return [
        Breach(place("body", path), "an integer", describe(value), schema)
        for path, value in decoded.contract.schemas.whole_floats(schema, decoded.body.value)
    ]
