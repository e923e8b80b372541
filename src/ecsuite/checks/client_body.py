"""The body of a client's request matches the contract, and follows the rules for clients alone.

A server may accept a body that breaks the latter, so tests of servers may send one. A client means what it sends.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from ecsuite.checks import request_body
from ecsuite.checks.client_parameters import is_sent_as_body
from ecsuite.checks.decoded import DecodedExchange
from ecsuite.checks.media_type import UTF_8
from ecsuite.checks.placeholders import breach_at, is_placeholder
from ecsuite.contract import Pointer, Schemas, Shape, schema_for
from ecsuite.findings.breach import Breach, Path, Place
from ecsuite.findings.datum import datum

# With these methods, some libraries send an empty value where no body is needed.
_WITH_BODIES: Final = frozenset({"POST", "PUT", "PATCH"})
_EMPTY: Final = frozenset({b"{}", b"null", b'""'})
# The kinds of sample that are no free text: in free text, `None` may be the name of a place.
_NO_PROSE: Final = frozenset({"digits", "hook-url", "meter-point-id", "secret", "vin"})
# The values of a member that count as not given.
_NOT_GIVEN: Final[tuple[object, ...]] = (None, [], {})
_AS_GUIDES_ASK: Final = "as the guides ask of clients"
_JSON_IS_UTF_8: Final = "because JSON is UTF-8 (RFC 8259 section 8.1)"
_CHARSET: Final = Place("request-header", "Content-Type", ("charset",))
# In these charsets even letters of ASCII are other bytes than in UTF-8.
_WIDE: Final = re.compile(r"(utf|ucs)-?(16|32|2|4)", re.IGNORECASE)


def check(decoded: DecodedExchange) -> list[Breach] | None:
    breaches = request_body.check(decoded)
    if decoded.operation is None or breaches is None:
        return breaches
    rule, body = decoded.operation.request, decoded.exchange.request.body
    if rule is None:
        # Parameters in the body instead of the query are reported as missing from the query.
        return [] if is_sent_as_body(decoded) or _is_empty(decoded) else breaches
    if _is_in_another_charset(decoded):
        charset = decoded.request_media_type.charset
        return [Breach("unlisted", _CHARSET, datum(["UTF-8"]), datum(charset), rule.pointer, note=_JSON_IS_UTF_8)]
    schemas = decoded.contract.schemas
    breaches = [each for each in breaches if not _is_published_option(schemas, each)]
    breaches += request_body.members_sent_twice(decoded)
    schema = schema_for(rule.content, decoded.request_media_type.essence)
    if breaches or schema is None or not body:
        return breaches
    return list(_asked_of_clients(schemas, schema, decoded.request_body, ()))


def _is_in_another_charset(decoded: DecodedExchange) -> bool:
    """Whether a JSON body has another charset than UTF-8, by its media type, in which its bytes are another text."""
    media_type, body = decoded.request_media_type, decoded.exchange.request.body
    if not media_type.is_json or media_type.charset in UTF_8 or not body:
        return False
    return not body.isascii() or _WIDE.match(media_type.charset) is not None


def _is_published_option(schemas: Schemas, breach: Breach) -> bool:
    """Whether an unlisted value is nevertheless one that the published guides tell clients to send."""
    if breach.kind not in {"const", "enum"} or not breach.rule:
        return False
    return breach.actual.value in schemas.shape(breach.rule[:-1]).keywords.get("x-client-may-send", ())


def _is_empty(decoded: DecodedExchange) -> bool:
    request = decoded.exchange.request
    return request.method in _WITH_BODIES and request.body.strip() in _EMPTY


def _asked_of_clients(schemas: Schemas, pointer: Pointer, value: Any, at: Path) -> Iterator[Breach]:
    """The breaches of rules for clients alone in a value that matches the contract."""
    shape = schemas.shape(pointer)
    if isinstance(value, str):
        yield from _of_text(shape, pointer, value, at)
    for branch in (*shape.parts, *(each for each in shape.branches if schemas.fits(each, value))):
        yield from _asked_of_clients(schemas, branch, value, at)
    if isinstance(value, dict):
        yield from _of_object(schemas, shape, pointer, value, at)
        for name, member in shape.members.items():
            if name in value:
                yield from _asked_of_clients(schemas, member, value[name], (*at, name))
    elif isinstance(value, list) and shape.items:
        for index, item in enumerate(value):
            yield from _asked_of_clients(schemas, shape.items, item, (*at, index))


def _of_object(
    schemas: Schemas, shape: Shape, pointer: Pointer, value: Mapping[str, Any], at: Path
) -> Iterator[Breach]:
    """The breach that an object has none of the members of which the guides require one; deprecated names count."""
    wanted: list[str] = shape.keywords.get("x-may-be-rejected-without", [])
    given = {name for name in shape.members.keys() & value.keys() if value[name] not in _NOT_GIVEN}
    meant = {schemas.shape(shape.members[name]).keywords.get("x-replaced-by", name) for name in given}
    if wanted and meant.isdisjoint(wanted):
        place = Place("request-body", path=at)
        yield Breach("properties", place, datum({"properties": wanted}), datum(value), pointer, note=_AS_GUIDES_ASK)


def _of_text(shape: Shape, pointer: Pointer, value: str, at: Path) -> Iterator[Breach]:
    place, wanted = Place("request-body", path=at), shape.asked_of_clients
    sample = shape.keywords.get("x-sample")
    is_id = sample == "id" or "x-references" in shape.keywords
    if wanted and not re.search(wanted["pattern"], value):
        yield Breach("pattern", place, datum(dict(wanted)), datum(value), pointer, note=_AS_GUIDES_ASK)
    elif (is_id or sample in _NO_PROSE) and is_placeholder(
        value, next((x for x in reversed(at) if isinstance(x, str)), "")
    ):
        yield breach_at(place, value, "an id" if is_id else "a value")
