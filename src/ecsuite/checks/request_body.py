"""The body of a request is there where it must be, in a listed media type, and fits its schema."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from ecsuite.checks.decoded import DecodedExchange, repeated_members
from ecsuite.contract import Pointer, Schemas, schema_for
from ecsuite.findings.breach import Breach, Path, Place
from ecsuite.findings.datum import MISSING, datum
from ecsuite.messages.media import UndecodableError

WHOLE = Place("request-body")
CONTENT_TYPE = Place("request-header", "Content-Type")
_CREDENTIALS = frozenset({"client_id", "client_secret"})


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


def check_client(decoded: DecodedExchange) -> list[Breach] | None:
    """What is wrong with the body of a client's request, also by what guides ask of clients alone."""
    breaches = check(decoded)
    rule = decoded.operation.request if decoded.operation else None
    schema = schema_for(rule.content, decoded.request_media_type.essence) if rule else None
    if breaches or schema is None or not decoded.exchange.request.body:
        return breaches
    return list(_asked_of_clients(decoded.contract.schemas, schema, decoded.request_body, ()))


def _asked_of_clients(schemas: Schemas, pointer: Pointer, value: Any, at: Path) -> Iterator[Breach]:
    """The texts of a value that are not as guides ask for; the value is by the contract."""
    shape = schemas.shape(pointer)
    pattern = shape.keywords.get("x-client-pattern")
    if pattern and isinstance(value, str) and not re.search(pattern, value):
        # What stands behind a semicolon is where to read more.
        meant = str(shape.keywords.get("description", "")).partition(";")[0]
        wanted = {"pattern": pattern, **({"title": meant[:1].lower() + meant[1:]} if meant else {})}
        at_value = Place("request-body", path=at)
        yield Breach("pattern", at_value, datum(wanted), datum(value), pointer, note="as the guides ask of clients")
    for branch in (*shape.parts, *(each for each in shape.branches if schemas.fits(each, value))):
        yield from _asked_of_clients(schemas, branch, value, at)
    if isinstance(value, dict):
        for name, member in shape.members.items():
            if name in value:
                yield from _asked_of_clients(schemas, member, value[name], (*at, name))
    elif isinstance(value, list) and shape.items:
        for index, item in enumerate(value):
            yield from _asked_of_clients(schemas, shape.items, item, (*at, index))


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
    breaches = decoded.schema_breaches(WHOLE, schema, value)
    return [each for each in breaches if not _is_elsewhere(decoded, each)]


def _is_elsewhere(decoded: DecodedExchange, breach: Breach) -> bool:
    """Whether what a token request lacks in its body is in its header, as HTTP Basic (RFC 6749 section 2.3.1).

    So it is where it stands in the query, which another check finds.
    """
    if decoded.operation is not decoded.contract.token_operation or breach.kind != "required":
        return False
    scheme = (decoded.exchange.request.headers.get("Authorization") or "").partition(" ")[0]
    in_query = {name for name, _ in decoded.query}
    return set(breach.at.path) <= (_CREDENTIALS if scheme.lower() == "basic" else _CREDENTIALS & in_query)
