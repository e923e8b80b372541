"""The body of a request is there where it must be, in a listed media type, and fits its schema."""

from __future__ import annotations

from ecsuite.checks.decoded import DecodedExchange
from ecsuite.contract import schema_for
from ecsuite.finding import Breach
from ecsuite.media import UndecodableError

NAME = "request body matches contract"


def check(decoded: DecodedExchange) -> list[Breach] | None:
    return None if decoded.operation is None else decoded.once(breaches_of)


def breaches_of(decoded: DecodedExchange) -> list[Breach]:
    """What is wrong with the request's body; empty where nothing is."""
    operation, body = decoded.operation, decoded.exchange.request.body
    if operation is None:
        return []
    if operation.request is None:
        return [Breach("request body", "no body", f"{len(body)} bytes")] if body else []
    rule = operation.request
    if not body:
        return [Breach("request body", "a body, required", "an empty body", rule.pointer)] if rule.required else []
    essence = decoded.request_media_type.essence
    schema = schema_for(rule.content, essence)
    if schema is None:
        expected = f"one of {', '.join(rule.content)}"
        return [Breach("request header Content-Type", expected, essence or "missing", rule.pointer)]
    try:
        value = decoded.request_body
    except UndecodableError as error:
        return [Breach("request body", f"a body of the media type {essence or 'JSON'}", str(error), rule.pointer)]
    return decoded.schema_breaches("request body", schema, value)
