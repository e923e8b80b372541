"""The body of a request is there where it must be, in a listed media type, and fits its schema."""

from __future__ import annotations

from ecsuite.checks.decoded import DecodedExchange, repeated_members
from ecsuite.contract import schema_for
from ecsuite.findings.breach import Breach, Place
from ecsuite.findings.datum import MISSING, datum
from ecsuite.messages.media import UndecodableError

WHOLE = Place("request-body")
CONTENT_TYPE = Place("request-header", "Content-Type")


def check(decoded: DecodedExchange) -> list[Breach] | None:
    return None if decoded.operation is None else decoded.once(breaches_of)


def check_delivery(decoded: DecodedExchange) -> list[Breach] | None:
    """What is wrong with the body of a request that the API sent; ours may well have a member twice, as a try."""
    breaches = check(decoded)
    if decoded.operation is None or decoded.operation.request is None or not decoded.request_media_type.is_json:
        return breaches
    try:
        read = decoded.request_json
    except UndecodableError:
        return breaches
    return [*(breaches or []), *repeated_members(WHOLE, read, decoded.operation.request.pointer)]


def breaches_of(decoded: DecodedExchange) -> list[Breach]:
    """What is wrong with the request's body; empty where nothing is."""
    operation, body = decoded.operation, decoded.exchange.request.body
    if operation is None:
        return []
    if operation.request is None:
        return [Breach("length", WHOLE, datum(0), datum(len(body)))] if body else []
    rule = operation.request
    if not body:
        return [Breach("absent", WHOLE, rule=rule.pointer, note="for it is required")] if rule.required else []
    essence = decoded.request_media_type.essence
    schema = schema_for(rule.content, essence)
    if schema is None:
        sent = datum(essence) if essence else MISSING
        return [Breach("unlisted", CONTENT_TYPE, datum(list(rule.content)), sent, rule.pointer)]
    try:
        value = decoded.request_body
    except UndecodableError as error:
        return [Breach("unreadable", WHOLE, datum(essence), datum(error.reason), rule.pointer, note=str(error))]
    return decoded.schema_breaches(WHOLE, schema, value)
