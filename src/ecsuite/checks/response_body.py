"""The body of a response is present where required, can be decoded, and matches its schema."""

from __future__ import annotations

from functools import partial
from typing import Any

from ecsuite.checks.decoded import DecodedExchange, repeated_members
from ecsuite.contract import Pointer, schema_for
from ecsuite.findings.breach import Breach, body
from ecsuite.findings.datum import datum
from ecsuite.findings.finding import NotChecked
from ecsuite.messages.media import Json, UndecodableError

WHOLE = body()
INTEGER = datum({"type": "integer"})
CUT_OFF = datum("transfer")


def check(decoded: DecodedExchange) -> list[Breach] | NotChecked | None:
    response = decoded.exchange.response
    if response.flaw:
        return [Breach("unreadable", WHOLE, actual=CUT_OFF, note=response.flaw)]
    if decoded.rule is None or decoded.rule.body == "none":
        return None
    if decoded.rule.body == "any":
        return NotChecked(f"nothing is published about the body of {decoded.status}")
    if not response.body:
        return [Breach("absent", WHOLE, rule=decoded.rule.pointer)] if decoded.rule.body == "required" else []
    schema = schema_for(decoded.rule.content, decoded.media_type.essence)
    if schema is None:
        return NotChecked("its media type is not listed")
    return _json_breaches(decoded, schema)


def _json_breaches(decoded: DecodedExchange, schema: Pointer) -> list[Breach] | NotChecked:
    read = decoded.body
    if isinstance(read, UndecodableError):
        if read.reason == "too-deep" and _was_sent_too_deep(decoded):
            # A server may store and return undeclared members.
            return NotChecked("the request was nested as deeply as the response")
        expected, reason = datum(decoded.media_type.essence), datum(read.reason)
        return [Breach("unreadable", WHOLE, expected, reason, schema, note=str(read))]
    derive = partial(_schema_breaches, decoded, schema, read)
    return [*read.derived((decoded.contract.schemas, "breaches", schema), derive)]


def _was_sent_too_deep(decoded: DecodedExchange) -> bool:
    try:
        _ = decoded.request_body
    except UndecodableError as error:
        return error.reason == "too-deep"
    return False


def _schema_breaches(decoded: DecodedExchange, schema: Pointer, read: Json) -> list[Breach]:
    breaches = decoded.schema_breaches(WHOLE, schema, read.value)
    if not breaches and read.has_whole_floats:
        breaches = list(_broken_integers(decoded, schema, read.value))
    return [*breaches, *repeated_members(WHOLE, read, schema)]


def _broken_integers(decoded: DecodedExchange, schema: Pointer, value: Any) -> list[Breach]:
    """Integers written with a decimal point (2022.0): valid for JSON Schema, but an error for every typed client."""
    return [
        Breach("type", body(path), INTEGER, datum(part), schema)
        for path, part in decoded.contract.schemas.walker.whole_floats(schema, value)
    ]
