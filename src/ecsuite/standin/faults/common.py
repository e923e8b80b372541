"""What the catalogues of faults have in common: the promises by name, changes that servers make, and whole groups.

How a token is got, and what comes of a call without a good one, is the same in every edition.
"""

from __future__ import annotations

import json
import re
import struct
import unicodedata
from collections.abc import Callable, Collection
from dataclasses import replace
from typing import Any, Final, NamedTuple

from ecsuite.contract import Level
from ecsuite.findings.datum import JsonType
from ecsuite.findings.breach import Place
from ecsuite.findings.pattern import BreachPattern, Empty, FindingPattern, OfType, found
from ecsuite.promises import BAD_REQUEST
from ecsuite.rules import (
    ERROR_FITS,
    GONE,
    KEPT_APART,
    LISTED_ONCE,
)
from ecsuite.standin.app import Plant
from ecsuite.standin.call import Reply
from ecsuite.standin.faults import Expected, Fault, Variant
from ecsuite.standin.faults import planting as p
from ecsuite.standin.parts import Answer, Asked
from ecsuite.standin.store import Store
from ecsuite.standin.tokens import Form

# The promises.
PATH: Final = "response ids match the path"
KNOWN: Final = "operation is in the contract"
SERVER_ERROR: Final = "no request causes a server error"
LISTED_STATUS: Final = "status is listed in contract"
STATUS: Final = "status is as expected"
BAD: Final = "bad request is refused"
MEDIA: Final = "media type is listed in contract"
BODY: Final = "response body matches contract"
NO_BODY: Final = "no body where none is allowed"
HEADERS: Final = "response headers match contract"
SENT: Final = "what was sent comes back"
ANSWERED: Final = "response arrives"
# These two are broken by a delivery that is not as it should be.
DELIVERY_PARAMETERS: Final = "request parameters match contract"
DELIVERY_BODY: Final = "request body matches contract"

GUIDE: Final[Level] = "guide"
SPEC: Final[Level] = "spec"


LONG: Final = 256
BEYOND_16_BITS: Final = 0x10000

# Tables: name, level, what the server does, how it comes to do so, and what must be found.

Row = tuple[str, Level, str, Plant, Expected | FindingPattern]


class EntityOperations(NamedTuple):
    """A entity type, and the operations on it."""

    name: str
    parameter: str
    create: str
    list: str
    get: str
    delete: str


class Taken(NamedTuple):
    """Input that breaks a rule and is taken.

    Attributes:
        operation: that takes it.
        pointer: the member; the start of one, where it ends in `*`; the whole body, where it is empty.
        actual: the type of what is there; `missing` where nothing is.
        name: what the fault is called, behind the operation.
        text: what is taken.
        default: what is put where nothing is.
        mend: makes of the member what can be kept.
    """

    operation: str
    pointer: str
    actual: JsonType
    name: str
    text: str
    default: Any = p.DROP
    mend: Callable[[Any], Any] | None = None

    @property
    def because(self) -> str:
        """Why it had to be refused."""
        said = _SAID.get(self.actual, self.actual)
        return f"{self.pointer.rstrip('*')}\\S* is {said}" if self.pointer else f"request body is {said}"


_SAID: Final = {
    "boolean": "a boolean", "integer": "an integer", "number": "a number", "string": "a string", "array": "an array",
    "object": "an object",
}


def faults(category: str, *rows: Row) -> tuple[Fault, ...]:
    """The faults of a category, of their rows."""
    return tuple(Fault(name, category, level, text, plant, finding) for name, level, text, plant, finding in rows)


def kebab(operation: str) -> str:
    """An operation id in small letters and hyphens."""
    return re.sub("[A-Z]", lambda letter: f"-{letter[0].lower()}", operation)


# Changes of values, as servers make them.


def ascii_only(text: str) -> str:
    """Norwegian letters become plain ones."""
    return text.translate(str.maketrans("ÆØÅæøå", "EOAeoa"))


def question_marks(text: str) -> str:
    """What Latin-1 lacks becomes a question mark."""
    return text.encode("latin-1", "replace").decode("latin-1")


def mojibake(text: str) -> str:
    """UTF-8 that was read as Latin-1."""
    return text.encode().decode("latin-1")


def float32(number: float) -> float:
    """A number that went through 32 bits."""
    return float(struct.unpack("f", struct.pack("f", number))[0])


def swapped(location: dict[str, Any]) -> dict[str, Any]:
    """Coordinates the wrong way round."""
    return {"latitude": location["longitude"], "longitude": location["latitude"]}


def unwrapped(body: Any) -> Any:
    """What stands in an array."""
    return body[0] if isinstance(body, list) else body


def from_text(body: Any) -> Any:
    """What stands in a JSON text."""
    return json.loads(body) if isinstance(body, str) else body


def shortened(count: int, text: str) -> str:
    """The first characters of a text."""
    return text[:count]


def sent_member(asked: Asked, *path: str) -> Any:
    """A member of what was sent; None where there is none."""
    value = p.sent_value(asked)
    for name in path:
        value = value.get(name) if isinstance(value, dict) else None
    return value


def own_id(asked: Asked) -> str:
    """The last id in the path."""
    return list(asked.decoded.path_values.values())[-1]


def says(name: str, asked: Asked) -> str:
    """The value of a header of a call; empty where there is none."""
    return asked.decoded.exchange.request.headers.get(name) or ""


def with_body(answer: Answer) -> Answer:
    """A response with a body that its status has no place for."""
    return replace(answer, headers={**answer.headers, "Content-Length": "4"}, content=b"gone")


def _with_secret(store: Store, form: Form) -> Form:
    """The right secret of a client in the place of what was sent."""
    secrets = {each.client_id: each.client_secret for each in store.credentials()}
    own = form.get("client_id", "")
    return {**form, "client_secret": secrets[own]} if own in secrets else form


def _any_known_secret(store: Store, form: Form) -> Form:
    known = {each.client_secret for each in store.credentials()}
    return _with_secret(store, form) if form.get("client_secret") in known else form


def _unknown_is_first(store: Store, form: Form) -> Form:
    first, *others = store.credentials()
    known = {first.client_id, *(each.client_id for each in others)}
    unknown = form.get("client_id") and form["client_id"] not in known
    return {**form, "client_id": first.client_id, "client_secret": first.client_secret} if unknown else form


def more(body: Any) -> Any:
    """A JSON value with further members in every object."""
    if isinstance(body, dict):
        return {"aaa": None, **{name: more(own) for name, own in body.items()}, "zzz": {"deep": [1, "x"]}}
    return [more(item) for item in body] if isinstance(body, list) else body


def backwards(body: Any) -> Any:
    """A JSON value with the members of objects in another order."""
    if isinstance(body, dict):
        return {name: backwards(own) for name, own in reversed(body.items())}
    return [backwards(item) for item in body] if isinstance(body, list) else body


def missing_client(original: p.Grant, form: Form, authorization: str | None) -> Reply:
    """The endpoint with another error for missing credentials."""
    if form.get("grant_type") == "client_credentials" and not ("client_id" in form and "client_secret" in form):
        return Reply(400, {"error": "invalid_client"}, {"Cache-Control": "no-store"})
    return original(form, authorization)


def has_unknown(members: frozenset[str], body: dict[str, Any]) -> bool:
    """Whether there is a member that is not known."""
    return not members.issuperset(body)


def unusual_text(body: Any) -> bool:
    """Whether there is a text in it that no plain form would let through."""
    if isinstance(body, dict | list):
        return any(map(unusual_text, body.values() if isinstance(body, dict) else body))
    if not isinstance(body, str):
        return False
    composed = unicodedata.normalize("NFC", body) == body
    return not (body.isprintable() and body.strip() == body and body.isascii() | composed and len(body) < LONG) or any(
        ord(letter) >= BEYOND_16_BITS for letter in body
    )


def zulu(text: str) -> str:
    """A time stamp that ends in Z."""
    return f"{text[:23]}Z"


def loud(answer: Answer) -> Answer:
    """A media type in capitals, with a charset."""
    headers = {
        name: f'{own.upper()}; charset="Utf-8"' if name == "Content-Type" else own
        for name, own in answer.headers.items()
    }
    return replace(answer, headers=headers)


# fmt: off
def token_faults(lifetime: int) -> tuple[Fault, ...]:
    """What goes wrong with tokens; `lifetime` is that of the stand-in's, in seconds."""
    return faults(
        "token",
        ("token-lifetime-in-minutes", GUIDE, "expires_in is in minutes", p.shows("getToken", "/expires_in", 30), Expected(BODY, "getToken -> 200", "/expires_in", "1740", "30")),
        ("token-lifetime-in-milliseconds", GUIDE, "expires_in is in milliseconds", p.shows("getToken", "/expires_in", lifetime * 1000), Expected(BODY, "getToken -> 200", "/expires_in", "3600", f"{lifetime}000")),
        ("token-lifetime-is-text", GUIDE, "expires_in is text", p.shows("getToken", "/expires_in", str), Expected(BODY, "getToken -> 200", "/expires_in", "a lifetime in seconds", f'"{lifetime}"')),
        ("token-lifetime-has-a-point", GUIDE, "expires_in is written with a point", p.shows("getToken", "/expires_in", float), Expected(BODY, "getToken -> 200", "/expires_in", "an integer", f"{lifetime}.0")),
        ("token-lifetime-is-zero", GUIDE, "expires_in is 0", p.shows("getToken", "/expires_in", 0), Expected(BODY, "getToken -> 200", "/expires_in", "1740", "0")),
        ("token-lifetime-is-a-day", GUIDE, "expires_in is a day, longer than was ever documented", p.shows("getToken", "/expires_in", 86400), Expected(BODY, "getToken -> 200", "/expires_in", "3600", "86400")),
        ("token-type-is-mac", GUIDE, "the token is of the type mac", p.shows("getToken", "/token_type", "mac"), Expected(BODY, "getToken -> 200", "/token_type", "Bearer", "mac")),
        ("token-type-is-missing", GUIDE, "the response has no token_type", p.shows("getToken", "/token_type", p.DROP), Expected(BODY, "getToken -> 200", "/token_type", "required", "missing")),
        ("token-is-missing", GUIDE, "the response has no access_token", p.shows("getToken", "/access_token", p.DROP), Expected(BODY, "getToken -> 200", "/access_token", "required", "missing")),
        ("token-is-under-another-name", GUIDE, "the token is called accessToken", p.sends(p.value(lambda body: {"accessToken": body.pop("access_token"), **body}), "getToken"), Expected(BODY, "getToken -> 200", "/access_token", "required", "missing")),
        ("token-is-null", GUIDE, "access_token is null", p.shows("getToken", "/access_token", None), Expected(BODY, "getToken -> 200", "/access_token", "a token of at least", "null")),
        ("token-is-empty", GUIDE, "access_token is an empty text", p.shows("getToken", "/access_token", ""), Expected(BODY, "getToken -> 200", "/access_token", "at least one")),
        ("token-may-be-cached", SPEC, "the token's answer has Cache-Control: max-age=60", p.sends(p.header("Cache-Control", "max-age=60"), "getToken"), Expected(HEADERS, "getToken -> 200", "Cache-Control", "no-store", "max-age=60")),
        ("token-without-cache-control", SPEC, "the token's answer has no Cache-Control", p.sends(p.header("Cache-Control", None), "getToken"), Expected(HEADERS, "getToken -> 200", "Cache-Control", "no-store", "missing")),
        ("token-answer-is-a-form", GUIDE, "the token's answer is said to be a form", p.sends(p.header("Content-Type", "application/x-www-form-urlencoded"), "getToken"), Expected(MEDIA, "getToken -> 200", "Content-Type", "application/json", "form")),
        ("token-answer-is-201", GUIDE, "a token is answered with 201", p.sends(p.status(201), "getToken"), Expected(LISTED_STATUS, "getToken -> 201", "status", "200", "201")),
        ("token-of-the-first-for-all", GUIDE, "all partners get the token of the first one", p.one_token_for_all, Expected(KEPT_APART, "getToken -> 200", "/access_token")),
        ("token-ends-with-the-next", GUIDE, "a new token ends the one before", p.only_the_latest_token, Expected(STATUS, "listUsers -> 401", "status", "just given", "401")),
        ("token-for-any-secret", GUIDE, "any secret will do", p.takes_form_as(p.secret_like(lambda sent, _: bool(sent))), Expected(STATUS, "getToken -> 200", "status", "a wrong secret", "200")),
        ("token-for-an-empty-secret", GUIDE, "an empty secret will do", p.takes_form_as(p.secret_like(lambda sent, _: not sent)), Expected(STATUS, "getToken -> 200", "status", "an empty secret", "200")),
        ("token-for-half-a-secret", GUIDE, "the start of a secret will do", p.takes_form_as(p.secret_like(lambda sent, right: bool(sent) and right.startswith(sent))), Expected(STATUS, "getToken -> 200", "status", "a secret that is cut off", "200")),
        ("token-for-a-longer-secret", GUIDE, "what stands behind a secret does not matter", p.takes_form_as(p.secret_like(lambda sent, right: sent.startswith(right))), Expected(STATUS, "getToken -> 200", "status", "something behind it", "200")),
        ("token-for-a-secret-in-other-letters", GUIDE, "a secret's letters are compared without regard to case", p.takes_form_as(p.secret_like(lambda sent, right: sent.lower() == right.lower())), Expected(STATUS, "getToken -> 200", "status", "a secret in another case", "200")),
        ("token-for-the-secret-of-another", GUIDE, "the secret of any partner will do", p.takes_form_as(_any_known_secret), Expected(STATUS, "getToken -> 200", "status", "another partner's", "200")),
        ("token-for-an-unknown-client", GUIDE, "an unknown client gets the first partner's token", p.takes_form_as(_unknown_is_first), Expected(STATUS, "getToken -> 200", "status", "an unknown client", "200")),
        ("token-for-the-id-as-the-secret", GUIDE, "the client's id will do as its secret", p.takes_form_as(lambda store, form: _with_secret(store, form) if form.get("client_id") == form.get("client_secret") else form), Expected(STATUS, "getToken -> 200", "status", "the id as the secret", "200")),
        ("token-without-grant-type", GUIDE, "grant_type may be left out", p.takes_form_as(lambda _, form: {"grant_type": "client_credentials", **form}), Expected(BAD, "getToken -> 200", "status", "/grant_type is missing", "200")),
        ("token-for-any-grant-type", GUIDE, "any grant_type will do", p.takes_form_as(lambda _, form: {**form, "grant_type": "client_credentials"} if form.get("grant_type") else form), Expected(BAD, "getToken -> 200", "status", "/grant_type is a string", "200")),
        ("token-for-grant-type-in-capitals", GUIDE, "grant_type may be in capitals", p.takes_form_as(lambda _, form: {**form, "grant_type": form.get("grant_type", "").lower()}), Expected(BAD, "getToken -> 200", "status", "CLIENT_CREDENTIALS", "200")),
        ("token-for-json", GUIDE, "the request for a token may be JSON", p.reads_form(lambda body: dict(json.loads(body))), Expected(BAD, "getToken -> 200", "status", "application/json|request body", "200")),
        ("token-by-put", GUIDE, "a token is given by PUT, too", p.also_by("PUT", "/connect/token", "getToken"), Expected(STATUS, "PUT .*/connect/token -> 200", "status", "PUT", "200")),
        ("token-error-is-not-listed", SPEC, "the error of a wrong secret is called wrong_password", p.error_code("invalid_client", "wrong_password"), Expected(BODY, "getToken -> 401", "/error", "invalid_client", "wrong_password")),
        ("token-error-is-a-number", SPEC, "an error of the token endpoint is a number", p.sends(p.value(lambda body: p.edited(body, "/error", 17)), "getToken", status=(400,)), Expected(BODY, "getToken -> 400", "/error")),
        ("token-error-is-called-otherwise", SPEC, "an error of the token endpoint is called message", p.sends(p.value(lambda body: {"message": body["error"]}), "getToken", status=(400,)), Expected(BODY, "getToken -> 400", "/error", "required", "missing")),
        ("token-error-is-a-page", SPEC, "an error of the token endpoint is a page", p.sends(p.refusal(400, "<html>", "text/html"), "getToken", status=(400,)), Expected(MEDIA, "getToken -> 400", "Content-Type", "application/json", "text/html")),
        ("token-wrong-secret-is-403", GUIDE, "a wrong secret is answered with 403", p.sends(p.status(403), "getToken", status=(401,)), Expected(STATUS, "getToken -> 403", "status", "400 or 401", "403")),
        ("token-wrong-secret-is-500", GUIDE, "a wrong secret is a server error", p.sends(p.status(500), "getToken", status=(401,)), Expected(SERVER_ERROR, "getToken -> 500", "status", "below 500", "500")),
        ("token-wrong-secret-is-invalid-request", SPEC, "a wrong secret is called invalid_request", p.error_code("invalid_client", "invalid_request"), Expected(ERROR_FITS, "getToken -> 40[01]", "/error", "invalid_client", "invalid_request")),
        ("token-unknown-grant-is-invalid-grant", SPEC, "an unknown grant_type is called invalid_grant", p.error_code("unsupported_grant_type", "invalid_grant"), Expected(ERROR_FITS, "getToken -> 400", "/error", "unsupported_grant_type", "invalid_grant")),
        ("token-incomplete-request-is-invalid-scope", SPEC, "a missing member is called invalid_scope", p.error_code("invalid_request", "invalid_scope"), Expected(ERROR_FITS, "getToken -> 400", "/error", "invalid_request", "invalid_scope")),
    )


def authorization_faults(secured: Collection[str]) -> tuple[Fault, ...]:
    """What goes wrong with calls that have no good token; `secured` are the operations that need one."""
    return faults(
        "authorization",
        ("no-token-is-403", GUIDE, "a call without a good token is answered with 403", p.sends(p.status(403), *secured, status=(401,)), Expected(STATUS, "listUsers -> 403", "status", "401", "403")),
        ("no-token-is-400", GUIDE, "a call without a good token is answered with 400", p.sends(p.status(400), *secured, status=(401,)), Expected(STATUS, "createUser -> 400", "status", "401", "400")),
        ("no-token-is-a-login-page", GUIDE, "a call without a good token is sent to a page", p.sends(p.chain(p.status(302), p.header("Location", "/login")), *secured, status=(401,)), Expected(STATUS, "listUsers -> 302", "status", "401", "302")),
        ("no-token-is-500", SPEC, "a call without a good token is a server error", p.sends(p.status(500), *secured, status=(401,)), Expected(SERVER_ERROR, "listUsers -> 500", "status", "below 500", "500")),
        ("no-challenge", SPEC, "a 401 has no WWW-Authenticate", p.sends(p.header("WWW-Authenticate", None), *secured, status=(401,)), Expected(HEADERS, "listUsers -> 401", "WWW-Authenticate", "Bearer", "missing")),
        ("challenge-is-basic", SPEC, "a 401 asks for Basic", p.sends(p.header("WWW-Authenticate", 'Basic realm="api"'), *secured, status=(401,)), Expected(HEADERS, "listUsers -> 401", "WWW-Authenticate", "Bearer", "Basic")),
        ("any-token-is-taken", GUIDE, "any token is taken for the first partner's", p.header_like(lambda sent: bool(sent and re.fullmatch("Bearer [^ ]+", sent))), Expected(STATUS, "listUsers -> 200", "status", "401.*a token of nobody's", "200")),
        ("cut-off-token-is-taken", GUIDE, "the first half of a token will do", p.token_like(lambda sent, token: len(sent) > 20 and f"Bearer {token}".startswith(sent)), Expected(STATUS, "listUsers -> 200", "status", "401.*cut off", "200")),
        ("changed-token-is-taken", GUIDE, "only the ends of a token are looked at", p.token_like(lambda sent, token: len(sent) == 7 + len(token) and sent.endswith(token[-8:])), Expected(STATUS, "listUsers -> 200", "status", "401.*one character changed", "200")),
        ("longer-token-is-taken", GUIDE, "what stands behind a token does not matter", p.token_like(lambda sent, token: sent.startswith(f"Bearer {token}")), Expected(STATUS, "listUsers -> 200", "status", "401.*something behind it", "200")),
        ("token-without-scheme-is-taken", GUIDE, "a token needs no scheme", p.token_like(lambda sent, token: sent == token), found(BAD_REQUEST, "listUsers", 200, because=BreachPattern(Place("request-header", "Authorization"), actual=OfType("string")))),
        ("token-in-another-scheme-is-taken", GUIDE, "a token may be sent in any scheme", p.token_like(lambda sent, token: sent.endswith(f" {token}")), found(BAD_REQUEST, "listUsers", 200, because=BreachPattern(Place("request-header", "Authorization"), actual=OfType("string")))),
        ("basic-is-taken", GUIDE, "the client's id and secret in the scheme Basic will do", p.lets_in_also(p.basic_is_taken), found(BAD_REQUEST, "listUsers", 200, because=BreachPattern(Place("request-header", "Authorization"), actual=OfType("string")))),
        ("scheme-alone-is-taken", GUIDE, "the word Bearer will do", p.header_like(lambda sent: (sent or "").strip() == "Bearer"), found(BAD_REQUEST, "listUsers", 200, because=BreachPattern(Place("request-header", "Authorization"), actual=OfType("string")))),
        ("empty-header-is-taken", GUIDE, "an empty Authorization header will do", p.header_like(lambda sent: sent == ""), found(BAD_REQUEST, "listUsers", 200, because=BreachPattern(Place("request-header", "Authorization"), actual=Empty()))),
    )


def lifecycle_faults(entity_types: Collection[EntityOperations], level: Level) -> tuple[Fault, ...]:
    """What goes wrong with making, listing and deleting, for each entity type; `level` is that of the promises."""
    return faults(
        "lifecycle",
        *((f"{entity.name}-not-listed", level, f"{entity.list} leaves the newest out", p.lists(entity.list, lambda items: items[:-1]), Expected(LISTED_ONCE, f"{entity.list} -> 200", entity.parameter, "once", "0 times")) for entity in entity_types),
        *((f"{entity.name}-listed-twice", level, f"{entity.list} has the newest twice", p.lists(entity.list, lambda items: [*items, *items[-1:]]), Expected(LISTED_ONCE, f"{entity.list} -> 200", entity.parameter, "once", "2 times")) for entity in entity_types),
        *((f"{entity.name}-not-deleted", level, f"{entity.delete} answers 204 and deletes nothing", p.only_says(entity.delete), Expected(GONE, f"{entity.delete} -> 204", "GET .*} afterwards", "404")) for entity in entity_types),
        *((f"{entity.name}-deleted-is-shown", level, f"{entity.get} shows what is deleted", p.still_shown(entity.get, entity.delete), Expected(GONE, f"{entity.delete} -> 204", "GET .*} afterwards", "404")) for entity in entity_types),
        *((f"{entity.name}-unknown-is-deleted", level, f"{entity.delete} answers 204 where there is nothing", p.in_place_of(404, entity.delete, Reply(204)), Expected(STATUS, f"{entity.delete} -> 204", "status", "404", "204")) for entity in entity_types),
        *((f"{entity.name}-unknown-is-null", level, f"{entity.get} answers 200 and null where there is nothing", p.sends(p.refusal(200, "null"), entity.get, status=(404,)), Expected(STATUS, f"{entity.get} -> 200", "status", "404", "200")) for entity in entity_types),
        *((f"{entity.name}-unknown-is-500", level, f"{entity.get} is a server error where there is nothing", p.sends(p.status(500), entity.get, status=(404,)), Expected(SERVER_ERROR, f"{entity.get} -> 500", "status", "below 500", "500")) for entity in entity_types),
    )


def common_variants(secured: Collection[str], closed: Collection[str] = ()) -> tuple[Variant, ...]:
    """What every server may do; `secured` are the operations that need a token.

    `closed` are those of them whose responses have objects that may hold nothing further.
    """
    return (
        Variant("further-members", "answers have further members everywhere", p.sends(p.value(more), *(each for each in secured if each not in closed))),
        Variant("members-in-another-order", "the members of objects come in another order", p.sends(p.value(backwards))),
        Variant("json-in-lines", "JSON is laid out in lines", p.sends(p.content(lambda text: json.dumps(json.loads(text), indent=4).encode() + b"\r\n" if text else text), *secured)),
        Variant("json-in-ascii", "letters beyond ASCII are written as escapes", p.sends(p.content(lambda text: json.dumps(json.loads(text)).encode() if text else text))),
        Variant("bearer-in-small-letters", "the token's type is bearer", p.shows("getToken", "/token_type", "bearer")),
        Variant("token-without-lifetime", "the token does not say how long it lives", p.shows("getToken", "/expires_in", p.DROP)),
        Variant("token-for-an-hour", "the token lives for an hour", p.shows("getToken", "/expires_in", 3600)),
        Variant("token-with-more", "the token's answer has a scope and more", p.sends(p.value(lambda body: {**body, "scope": "partner", "id": 7}), "getToken")),
        Variant("token-errors-are-400", "wrong credentials are answered with 400", p.sends(p.chain(p.status(400), p.header("WWW-Authenticate", None)), "getToken", status=(401,))),
        Variant("token-errors-are-short", "errors of the token endpoint have no description", p.sends(p.value(lambda body: {"error": body["error"]}), "getToken", status=(400, 401))),
        Variant("unknown-client-is-unauthorized", "wrong credentials are called unauthorized_client", p.together(p.error_code("invalid_client", "unauthorized_client"), p.sends(p.status(400), "getToken", status=(401,)))),
        Variant("missing-credentials-are-invalid-client", "missing credentials are called invalid_client", p.grants(missing_client)),
        Variant("not-found-is-a-page", "a 404 is a page", p.sends(p.refusal(404, "<p>nothing here</p>", "text/html"), status=(404,))),
        Variant("not-found-is-empty", "a 404 has no body", p.sends(p.refusal(404), status=(404,))),
        Variant("wrong-method-is-404", "a wrong method is answered with 404", p.elsewhere(p.refusal(404), 405)),
        Variant("unauthorized-is-a-page", "a 401 is a page", p.sends(p.chain(p.content(lambda _: b"<p>who are you</p>"), p.header("Content-Type", "text/html")), *secured, status=(401,))),
        Variant("challenge-is-short", "a 401 asks for Bearer, and no more", p.sends(p.header("WWW-Authenticate", "bearer"), *secured, status=(401,))),
        Variant("challenge-is-one-of-two", "a 401 asks for Basic or Bearer", p.sends(p.header("WWW-Authenticate", 'Basic realm="a, b", Bearer error="invalid_token"'), *secured, status=(401,))),
        Variant("charset-and-capitals", "media types have capitals and a charset", p.sends(loud)),
        Variant("in-pieces", "answers come in pieces, their length untold", p.sends(lambda answer: replace(answer, chunked=answer.status != 204))),
        Variant("one-call-a-connection", "every connection is closed after a call", p.sends(p.header("Connection", "close"), status=range(200, 500))),
        Variant("cookies-and-more-headers", "answers have cookies and further headers", p.sends(p.chain(p.header("Set-Cookie", "a=b; Path=/"), p.header("X-Request-Id", "1"), p.header("Vary", "*"), p.header("Strict-Transport-Security", "max-age=1")), status=range(200, 500))),
        Variant("asks-to-wait", "now and then a call is answered with 429 and Retry-After", p.waits_now_and_then(29, 429, "0")),
        Variant("is-busy", "now and then a call is answered with 503 and Retry-After", p.waits_now_and_then(199, 503, "1")),
    )
# fmt: on
