"""The body of a request is present if required, has a listed media type, and matches its schema."""

from __future__ import annotations

from ecsuite.checks.decoded import DecodedExchange, repeated_members
from ecsuite.contract import schema_for
from ecsuite.findings.breach import Breach, Place
from ecsuite.findings.datum import MISSING, datum
from ecsuite.messages.media import UndecodableError

WHOLE = Place("request-body")
CONTENT_TYPE = Place("request-header", "Content-Type")
_CREDENTIALS = frozenset({"client_id", "client_secret"})


def check(decoded: DecodedExchange) -> list[Breach] | None:
    return None if decoded.operation is None else decoded.once(breaches_of)


def check_delivery(decoded: DecodedExchange) -> list[Breach] | None:
    """What is wrong with the body of a delivery; repeated members are breaches, unlike in requests that tests send."""
    breaches = check(decoded)
    return None if breaches is None else [*breaches, *members_sent_twice(decoded)]


def members_sent_twice(decoded: DecodedExchange) -> list[Breach]:
    """The members that occur more than once in a JSON body; empty if the body is not JSON."""
    if decoded.operation is None or decoded.operation.request is None or not decoded.request_media_type.is_json:
        return []
    try:
        read = decoded.request_json
    except UndecodableError:
        return []
    return repeated_members(WHOLE, read, decoded.operation.request.pointer)


def breaches_of(decoded: DecodedExchange) -> list[Breach]:
    """What is wrong with the request's body."""
    operation, body = decoded.operation, decoded.exchange.request.body
    if operation is None:
        return []
    if operation.request is None:
        return [Breach("length", WHOLE, datum(0), datum(len(body)))] if body else []
    rule = operation.request
    if not body:
        return [Breach("absent", WHOLE, rule=rule.pointer, note="required")] if rule.required else []
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
    """Whether the credentials that the body of a token request lacks are sent elsewhere.

    They may be in the header, as HTTP Basic (RFC 6749 section 2.3.1). Credentials in the query are a finding of the
    check of request parameters.
    """
    if decoded.operation is not decoded.contract.token_operation or breach.kind != "required":
        return False
    scheme = (decoded.exchange.request.headers.get("Authorization") or "").partition(" ")[0]
    in_query = {name for name, _ in decoded.query}
    return set(breach.at.path) <= (_CREDENTIALS if scheme.lower() == "basic" else _CREDENTIALS & in_query)
