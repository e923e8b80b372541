"""Each check has exchanges that pass it and exchanges that fail it, for that reason only."""

import json
from typing import Any

import pytest

from ecsuite import editions
from ecsuite.checks import CHECKS, Checker, DecodedExchange, bearer_token
from ecsuite.findings.breach import KINDS, STATUS, Breach, Place, body
from ecsuite.findings.datum import MISSING, type_of
from ecsuite.findings.finding import Finding
from ecsuite.messages.exchange import UNSPECIFIED, Exchange, Expectation, Headers, Request, Response
from ecsuite.promises import (
    BAD_REQUEST,
    BEARER_TOKEN,
    BY_ID,
    MEDIA_TYPE,
    NO_BODY,
    OF_REQUESTS,
    OPERATION,
    OPTIONAL_MEMBERS,
    PATH_IDS,
    REQUEST_BODY,
    REQUEST_PARAMETERS,
    RESPONSE_BODY,
    RESPONSE_HEADERS,
    SERVER_ERROR,
    STATUS_EXPECTED,
    STATUS_LISTED,
    UNDECLARED_MEMBERS,
    Promise,
)

TOKEN = {"access_token": "t", "token_type": "Bearer", "expires_in": 1800}
NO_STORE = {"Cache-Control": "no-store"}
FORM = "grant_type=client_credentials&client_id=a&client_secret=b"
USER = {"userId": "42"}
CAR = {
    "vehicleId": "v",
    "metadata": {"resourceType": "Vehicle", "brand": "Think", "model": "City", "year": 2009, "vin": "x"},
}
METER = {
    "address": {"street": "Å", "city": "Ø", "zipCode": "0180"},
    "location": {"latitude": 62.5, "longitude": 6},
    "meterPointId": "0",
    "meterNumber": "00",
    "locationType": "Other",
}
HOOK = {"webhookUrl": "u", "eventPayloadTypes": ["Unknown"], "operationTypes": []}
PROBLEM = {"Content-Type": "application/problem+json"}
CHALLENGE = {"WWW-Authenticate": "Bearer"}
ANY_401 = Expectation("token", frozenset({401}), violates=frozenset({BEARER_TOKEN}))
ANY_400 = Expectation("body", frozenset({400}), violates=frozenset({REQUEST_BODY}))
NO_SUCH_METHOD = Expectation("no such method", frozenset({404, 405}), violates=frozenset({OPERATION}))


def car(**changes: object) -> dict[str, object]:
    return {**CAR, "metadata": {**CAR["metadata"], **changes}}


# Legal answers and requests, however unusual.
DEEP = b'{"userId": "42", "x":' + b'{"a":' * 200 + b"1" + b"}" * 201
HOLDS: dict[str, dict[str, Any]] = {
    "a user": {"answer": USER},
    "200 in place of 201": {"line": "POST /users", "sent": USER, "answer": USER},
    "201": {"line": "POST /users", "status": 201, "sent": USER, "answer": USER},
    "another id than the sent one": {"line": "POST /users", "status": 201, "sent": USER, "answer": {"userId": "7"}},
    "an empty answer to a vehicle": {"line": "POST /users/4/vehicles", "status": 201, "sent": CAR},
    "an empty answer that has a media type": {"line": "POST /users/4/vehicles", "sent": CAR, "response": {"Content-Type": "application/json"}},
    "an empty answer of text": {"line": "POST /users/4/vehicles", "sent": CAR, "response": {"Content-Type": "text/plain"}},
    "a part of the vehicle": {"line": "POST /users/4/vehicles", "sent": CAR, "answer": {"vehicleId": "v"}},
    "an integer that is larger than any type, in its shortest form": {"line": "GET /users/4/vehicles/v", "answer": car(year=1e30)},
    "a member that was sent, nested too deep": {"line": "GET /users", "answer": b'[{"userId": "4", "more": ' + b"[ " * 2000 + b"]\n" * 2000 + b"}]"},
    "further members": {"answer": USER | {"extra": None, "more": {"deep": []}}},
    "further members in a request": {"line": "POST /users", "sent": USER | {"x": 1}, "answer": USER},
    "an empty id": {"line": "POST /users", "sent": {"userId": ""}, "answer": {"userId": "9"}},
    "charset in quotes and capitals": {"answer": USER, "response": {"Content-Type": 'Application/JSON ; Charset="UTF-8"'}},
    "blanks around JSON": {"line": "GET /users/4", "answer": b' \r\n\t{"userId" : "4"}\n'},
    "escapes in JSON": {"line": "GET /users/%C3%85%F0%9F%98%80", "answer": rb'{"userId": "\u00c5\ud83d\ude00"}'},
    "a lone surrogate, as an escape": {"line": "GET /users", "answer": rb'[{"userId": "\ud83d"}]'},
    "numbers in other spellings": {"line": "GET /users/4/meters/m", "answer": METER | {"meterId": "m"}},
    "a bearer scheme in small letters": {"request": {"Authorization": "bearer abc=="}, "answer": USER},
    "a 404 with a page": {"status": 404, "answer": b"<html>", "expectation": Expectation("absence", frozenset({404}))},
    "a 404 without a body": {"status": 404, "expectation": Expectation("absence", frozenset({404}))},
    "400 for an unknown user": {"status": 400, "expectation": Expectation("absence", frozenset({400, 404}))},
    "401 with any body": {"status": 401, "answer": b"no", "response": CHALLENGE, "expectation": ANY_401},
    "401 with several challenges": {"status": 401, "response": {"WWW-Authenticate": 'Basic realm="a, b", bearer error="x"'}, "expectation": ANY_401},
    "401 with a challenge behind quotes": {"status": 401, "response": {"WWW-Authenticate": 'Basic realm="\\"a, Digest b", Bearer realm="c"'}, "expectation": ANY_401},
    "400 as a problem": {"line": "POST /users", "status": 400, "answer": {"status": 400}, "sent": {}, "response": PROBLEM} | {"expectation": ANY_400},
    "400 as a problem with nulls and more": {"line": "POST /users", "status": 400, "answer": {"title": None, "errors": {"a": ["b"]}}, "sent": {}} | {"response": PROBLEM, "expectation": ANY_400},
    "400 as a string": {"line": "POST /users", "status": 400, "answer": "no", "sent": {}, "expectation": ANY_400},
    "a token": {"line": "POST token", "answer": TOKEN, "sent": FORM, "response": NO_STORE},
    "a token with a scope, bearer in small letters": {"line": "POST token", "answer": TOKEN | {"token_type": "bEARER", "scope": "a b"}, "sent": FORM} | {"response": NO_STORE},
    "no-store among other directives": {"line": "POST token", "answer": TOKEN, "sent": FORM, "response": {"Cache-Control": "private, No-Store,a=1"}},
    "a token of an hour": {"line": "POST token", "answer": TOKEN | {"expires_in": 3600}, "sent": FORM, "response": NO_STORE},
    "a refused client, 401": {"line": "POST token", "status": 401, "answer": {"error": "invalid_client"}, "sent": FORM} | {"expectation": Expectation("a refusal", frozenset({400, 401}))},
    "a changed webhook, no body": {"line": "PUT /webhooks/7", "sent": HOOK | {"webhookSecret": "s"}},
    "a changed webhook, an empty object": {"line": "PUT /webhooks/7", "sent": HOOK | {"webhookSecret": "s"}, "answer": {}},
    "a webhook that shows its secret": {"line": "GET /webhooks/7", "answer": HOOK | {"id": "7", "webhookSecret": "s"}},
    "a webhook whose secret is null": {"line": "GET /webhooks/7", "answer": HOOK | {"id": "7", "webhookSecret": None}},
    "a test with any body": {"line": "POST /webhooks/7/test", "answer": b"\xff\xfe"},
    "a deletion": {"line": "DELETE /users/4", "status": 204},
    "429": {"status": 429, "answer": b"slow down", "response": {"Content-Type": "text/plain"}},
    "503 with Retry-After": {"status": 503, "response": {"Retry-After": "1"}},
    "503 without Retry-After": {"status": 503},
    "502": {"status": 502, "response": {"Content-Type": "text/html"}},
    "504": {"status": 504},
    **{str(status): {"status": status, "answer": b"?"} for status in (408, 421, 425, 499, 509, 511, 520, 524, 529, 530)},
    "a quota that is used up": {"status": 403, "answer": {"message": "quota"}, "response": {"Retry-After": "60"}},
    "a firewall's page, another status": {"status": 406, "answer": b"<html>", "response": {"Content-Type": "text/html"}},
    "a filter's refusal": {"status": 451, "answer": b"blocked"},
    "a body that is too large": {"line": "POST /users", "sent": {"userId": "4" * 9000}, "status": 413},
    "a firewall's page": {"status": 403, "answer": b"<html>", "response": {"Content-Type": "Text/HTML; charset=utf-8"}},
    "405 where there is no operation": {"line": "PATCH /users/4", "status": 405, "expectation": NO_SUCH_METHOD},
    "a status that nothing is published about": {"line": "POST /users", "status": 409, "sent": USER, "expectation": UNSPECIFIED},
    "a user listed among thousands": {"line": "GET /users", "answer": [USER] * 5000},
    "a vehicle among the resources": {"line": "GET /users/4/resources", "answer": [{"resourceId": "v", "metadata": CAR["metadata"]}]},
    "an id that needs encoding": {"line": "GET /users/a%2Fb%20%C3%85", "answer": {"userId": "a/b Å"}},
}  # fmt: skip


def found(
    promise: Promise,
    kind: str,
    at: Place,
    *,
    expected: Any = MISSING,
    actual: Any = MISSING,
    because: tuple[str, Place] | None = None,
) -> tuple[object, ...]:
    """What a finding must be: of a keyword of a schema, `expected` is what the keyword says, or the type without it."""
    return promise, kind, at, expected, ("missing" if actual is MISSING else type_of(actual), actual), because


def facts(finding: Finding) -> tuple[object, ...]:
    breach = finding.breach
    because = (breach.because.kind, breach.because.at) if breach.because else None
    actual = MISSING if breach.actual == MISSING else breach.actual.value
    return BY_ID[finding.promise], breach.kind, breach.at, _wanted(breach), (breach.actual.type, actual), because


def _wanted(breach: Breach) -> Any:
    if breach.expected == MISSING:
        return MISSING
    fragment = breach.expected.value
    return fragment if breach.kind in KINDS else fragment.get(breach.kind, fragment.get("type"))


def sent(*path: str | int) -> Place:
    return Place("request-body", path=path)


WHOLE = body()
LINE = Place("request-line")
TYPE = Place("header", "Content-Type")
SENT_TYPE = Place("request-header", "Content-Type")
AUTHORIZATION = Place("request-header", "Authorization")
BEARER = bearer_token.BEARER.value["pattern"]
# What a refusal causes beside, of a request that did not ask for one.
REFUSED = found(STATUS_EXPECTED, "status", STATUS, expected=[200, 201], actual=400)

# What is given breaks the promise above it, in the way that stands first; what else it breaks stands below.
BREAKS: dict[Promise, dict[str, tuple[Any, ...]]] = {
    PATH_IDS: {
        "another user": ({"answer": {"userId": "43"}}, found(PATH_IDS, "changed", body(("userId",)), expected="42", actual="43")),
        "a vehicle of another user in a list": ({"line": "GET /users/4/vehicles", "answer": [{"vehicleId": "v", "userId": "5"}]}, found(PATH_IDS, "changed", body((0, "userId")), expected="4", actual="5")),
    },
    OPERATION: {
        "an unknown path": ({"line": "GET /usrs", "answer": []}, found(OPERATION, "unknown", LINE, actual="GET /v1/usrs")),
        "an unknown method": ({"line": "PATCH /users", "answer": []}, found(OPERATION, "unknown", LINE, actual="PATCH /v1/users")),
        "a token by GET": ({"line": "GET token", "answer": TOKEN, "response": NO_STORE}, found(OPERATION, "unknown", LINE, actual="GET /connect/token")),
        "a slash at the end": ({"line": "GET /users/", "answer": []}, found(OPERATION, "unknown", LINE, actual="GET /v1/users/")),
    },
    REQUEST_BODY: {
        "a member missing": ({"line": "POST /users", "sent": {}, "status": 400, "answer": ""}, found(REQUEST_BODY, "required", sent("userId"), expected="string"), REFUSED),
        "a wrong type": ({"line": "POST /users", "sent": {"userId": 1}, "status": 400, "answer": ""}, found(REQUEST_BODY, "type", sent("userId"), expected="string", actual=1), REFUSED),
        "no body": ({"line": "POST /users", "status": 400, "answer": ""}, found(REQUEST_BODY, "absent", sent()), REFUSED),
        "no JSON": ({"line": "POST /users", "sent": b"{", "status": 400, "answer": ""}, found(REQUEST_BODY, "unreadable", sent(), expected="application/json", actual="not-json"), REFUSED),
        "a body of text": ({"line": "POST /users", "sent": USER, "request": {"Content-Type": "text/plain"}, "status": 400} | {"answer": ""}, found(REQUEST_BODY, "unlisted", SENT_TYPE, expected=["application/json"], actual="text/plain"), REFUSED),
        "a body where none belongs": ({"sent": USER, "status": 400}, found(REQUEST_BODY, "length", sent(), expected=0, actual=16), found(STATUS_EXPECTED, "status", STATUS, expected=[200], actual=400)),
        "a latitude off the globe": ({"line": "POST /users/4/meters", "status": 400, "answer": ""} | {"sent": METER | {"location": {"latitude": 90.5, "longitude": 0}}}, found(REQUEST_BODY, "maximum", sent("location", "latitude"), expected=90, actual=90.5), REFUSED),
        "a form without a secret": ({"line": "POST token", "sent": "grant_type=client_credentials&client_id=a"} | {"status": 400, "answer": {"error": "invalid_request"}}, found(REQUEST_BODY, "required", sent("client_secret"), expected="string"), found(STATUS_EXPECTED, "status", STATUS, expected=[200], actual=400)),
    },
    BEARER_TOKEN: {
        "no token": ({"request": {"Authorization": None}, "status": 401, "response": CHALLENGE}, found(BEARER_TOKEN, "required", AUTHORIZATION, expected="string"), found(STATUS_EXPECTED, "status", STATUS, expected=[200], actual=401)),
        "another scheme": ({"request": {"Authorization": "Basic YTpi"}, "status": 401, "response": CHALLENGE}, found(BEARER_TOKEN, "pattern", AUTHORIZATION, expected=BEARER, actual="***"), found(STATUS_EXPECTED, "status", STATUS, expected=[200], actual=401)),
        "a token with a blank": ({"request": {"Authorization": "Bearer a b"}, "status": 401, "response": CHALLENGE}, found(BEARER_TOKEN, "pattern", AUTHORIZATION, expected=BEARER, actual="***"), found(STATUS_EXPECTED, "status", STATUS, expected=[200], actual=401)),
        "an empty token": ({"request": {"Authorization": "Bearer "}, "status": 401, "response": CHALLENGE}, found(BEARER_TOKEN, "pattern", AUTHORIZATION, expected=BEARER, actual="***"), found(STATUS_EXPECTED, "status", STATUS, expected=[200], actual=401)),
    },
    SERVER_ERROR: {
        "500": ({"status": 500, "answer": b"oops"}, found(SERVER_ERROR, "exclusiveMaximum", STATUS, expected=500, actual=500)),
        "501": ({"status": 501}, found(SERVER_ERROR, "exclusiveMaximum", STATUS, expected=500, actual=501)),
        "599": ({"status": 599}, found(SERVER_ERROR, "exclusiveMaximum", STATUS, expected=500, actual=599)),
    },
    STATUS_LISTED: {
        "201 for a report": ({"line": "POST /reports", "status": 201, "sent": {"eventId": "e", "name": "n", "payloads": []}, "answer": {}}, found(STATUS_LISTED, "unlisted", STATUS, expected=[200, 400, 401], actual=201)),
        "200 for a deletion": ({"line": "DELETE /users/4"}, found(STATUS_LISTED, "unlisted", STATUS, expected=[204, 400, 401, 404], actual=200)),
        "418 for what is gone": ({"status": 418, "expectation": Expectation("absence", frozenset({404}))}, found(STATUS_LISTED, "unlisted", STATUS, expected=[200, 400, 401, 404], actual=418), found(STATUS_EXPECTED, "status", STATUS, expected=[404], actual=418)),
        "202 for a user": ({"line": "POST /users", "status": 202, "sent": USER}, found(STATUS_LISTED, "unlisted", STATUS, expected=[200, 201, 400, 401], actual=202)),
    },
    STATUS_EXPECTED: {
        "404 for what is there": ({"status": 404}, found(STATUS_EXPECTED, "status", STATUS, expected=[200], actual=404)),
        "200 for what is gone": ({"answer": USER, "expectation": Expectation("absence", frozenset({404}))}, found(STATUS_EXPECTED, "status", STATUS, expected=[404], actual=200)),
        "401 with a good token": ({"status": 401, "response": CHALLENGE}, found(STATUS_EXPECTED, "status", STATUS, expected=[200], actual=401)),
        "400 for a good request": ({"line": "POST /users", "sent": USER, "status": 400, "answer": "no"}, REFUSED),
        "200 for a wrong method": ({"line": "PATCH /users/4", "expectation": NO_SUCH_METHOD}, found(STATUS_EXPECTED, "status", STATUS, expected=[404, 405], actual=200)),
    },
    BAD_REQUEST: {
        "a bad body is taken": ({"line": "POST /users", "sent": {}, "answer": USER, "expectation": Expectation("x", frozenset({200}), violates=ANY_400.violates)}, found(BAD_REQUEST, "status", STATUS, actual=200, because=("required", sent("userId")))),
        "no token is needed": ({"request": {"Authorization": None}, "answer": USER, "expectation": Expectation("x", frozenset({200}), violates=ANY_401.violates)}, found(BAD_REQUEST, "status", STATUS, actual=200, because=("required", AUTHORIZATION))),
    },
    MEDIA_TYPE: {
        "text": ({"answer": USER, "response": {"Content-Type": "text/plain"}}, found(MEDIA_TYPE, "unlisted", TYPE, expected=["application/json"], actual="text/plain")),
        "nothing": ({"answer": USER, "response": {"Content-Type": None}}, found(MEDIA_TYPE, "unlisted", TYPE, expected=["application/json"])),
        "another charset": ({"answer": USER, "response": {"Content-Type": "application/json; charset=iso-8859-1"}}, found(MEDIA_TYPE, "unlisted", Place("header", "Content-Type", ("charset",)), expected=["UTF-8"], actual="iso-8859-1")),
        "a problem as JSON of another kind": ({"line": "POST /users", "sent": {}, "status": 400, "expectation": ANY_400, "answer": {"status": 400}, "response": {"Content-Type": "application/hal+json"}}, found(MEDIA_TYPE, "unlisted", TYPE, expected=["application/problem+json", "application/json"], actual="application/hal+json")),
    },
    RESPONSE_BODY: {
        "a member missing": ({"answer": {}}, found(RESPONSE_BODY, "required", body(("userId",)), expected="string")),
        "a wrong type": ({"answer": {"userId": 42}}, found(RESPONSE_BODY, "type", body(("userId",)), expected="string", actual=42)),
        "null": ({"answer": {"userId": None}}, found(RESPONSE_BODY, "type", body(("userId",)), expected="string", actual=None)),
        "an array for an object": ({"answer": [USER]}, found(RESPONSE_BODY, "type", WHOLE, expected="object", actual=[{"userId": "42"}])),
        "an object for an array": ({"line": "GET /users", "answer": USER}, found(RESPONSE_BODY, "type", WHOLE, expected="array", actual={"userId": "42"})),
        "one item of a list": ({"line": "GET /users", "answer": [USER, {}]}, found(RESPONSE_BODY, "required", body((1, "userId")), expected="string")),
        "no body": ({}, found(RESPONSE_BODY, "absent", WHOLE)),
        "cut-off JSON": ({"answer": b'{"userId": "4'}, found(RESPONSE_BODY, "unreadable", WHOLE, expected="application/json", actual="not-json")),
        "NaN": ({"answer": b'{"userId": "4", "x": NaN}'}, found(RESPONSE_BODY, "unreadable", WHOLE, expected="application/json", actual="not-json")),
        "a byte order mark": ({"answer": b'\xef\xbb\xbf{"userId": "4"}'}, found(RESPONSE_BODY, "unreadable", WHOLE, expected="application/json", actual="byte-order-mark")),
        "latin-1": ({"answer": '{"userId": "Å"}'.encode("latin-1")}, found(RESPONSE_BODY, "unreadable", WHOLE, expected="application/json", actual="not-utf-8")),
        "UTF-16": ({"answer": '{"userId": "4"}'.encode("utf-16")}, found(RESPONSE_BODY, "unreadable", WHOLE, expected="application/json", actual="not-utf-8")),
        "nested too deep": ({"answer": b'{"a":' * 5000 + b"1" + b"}" * 5000}, found(RESPONSE_BODY, "unreadable", WHOLE, expected="application/json", actual="too-deep")),
        "nested deeper than any typed client reads": ({"answer": b'{"a":' * 101 + b"1" + b"}" * 101}, found(RESPONSE_BODY, "unreadable", WHOLE, expected="application/json", actual="too-deep")),
        "a transfer that was cut off": ({"flaw": "RemoteProtocolError: closed"}, found(RESPONSE_BODY, "unreadable", WHOLE, actual="transfer")),
        "a member twice": ({"answer": b'{"userId": "1", "userId": "42"}'}, found(RESPONSE_BODY, "duplicate", body(("userId",)), expected=1, actual=2)),
        "a member twice, deep in several items": ({"line": "GET /users/4/vehicles", "answer": json.dumps([car(), car()]).replace('"year": 2009', '"year": 2009, "year": 2009').encode()}, found(RESPONSE_BODY, "duplicate", body((0, "metadata", "year")), expected=1, actual=2)),
        "lists in each other for a text": ({"answer": b'{"userId":' + b"[" * 101 + b"]" * 101 + b"}"}, found(RESPONSE_BODY, "type", body(("userId",)), expected="string", actual=[])),
        "an integer of 64 bits with an exponent": ({"line": "GET /users/4/vehicles/v", "answer": car(year=4e18)}, found(RESPONSE_BODY, "type", body(("metadata", "year")), expected="integer", actual=4e18)),
        "an integer with a point": ({"line": "GET /users/4/vehicles/v", "answer": car(year=2009.0)}, found(RESPONSE_BODY, "type", body(("metadata", "year")), expected="integer", actual=2009.0)),
        "a vehicle of another type": ({"line": "GET /users/4/vehicles/v", "answer": car(resourceType="Car")}, found(RESPONSE_BODY, "const", body(("metadata", "resourceType")), expected="Vehicle", actual="Car")),
        "an empty token": ({"line": "POST token", "answer": TOKEN | {"access_token": ""}, "sent": FORM, "response": NO_STORE}, found(RESPONSE_BODY, "pattern", body(("access_token",)), expected="^[ -~]+$", actual="***")),
        "minutes for seconds": ({"line": "POST token", "answer": TOKEN | {"expires_in": 30}, "sent": FORM, "response": NO_STORE}, found(RESPONSE_BODY, "minimum", body(("expires_in",)), expected=1740, actual=30)),
        "milliseconds for seconds": ({"line": "POST token", "answer": TOKEN | {"expires_in": 1800000}, "sent": FORM, "response": NO_STORE}, found(RESPONSE_BODY, "maximum", body(("expires_in",)), expected=3600, actual=1800000)),
        "a lifetime as text": ({"line": "POST token", "answer": TOKEN | {"expires_in": "1800"}, "sent": FORM, "response": NO_STORE}, found(RESPONSE_BODY, "type", body(("expires_in",)), expected="integer", actual="1800")),
        "an unknown error code": ({"line": "POST token", "status": 400, "answer": {"error": "nope"}, "sent": FORM, "expectation": Expectation("a refusal", frozenset({400}))}, found(RESPONSE_BODY, "enum", body(("error",)), expected=["invalid_request", "invalid_client", "invalid_grant", "unauthorized_client", "unsupported_grant_type", "invalid_scope"], actual="nope")),
        "a problem of another status": ({"line": "POST /users", "sent": {}, "status": 400, "expectation": ANY_400, "answer": {"status": 422}, "response": PROBLEM}, found(RESPONSE_BODY, "enum", body(("status",)), expected=[400, None], actual=422)),
        "a webhook with an unknown operation": ({"line": "GET /webhooks/7", "answer": HOOK | {"id": "7", "operationTypes": ["Drop"]}}, found(RESPONSE_BODY, "enum", body(("operationTypes", 0)), expected=["Create", "Update", "Delete"], actual="Drop")),
    },
    NO_BODY: {
        "a body on 204": ({"line": "DELETE /users/4", "status": 204, "answer": {}}, found(NO_BODY, "length", WHOLE, expected=0, actual=2)),
        "chunks announced on 204": ({"line": "DELETE /users/4", "status": 204, "response": {"Transfer-Encoding": "chunked"}}, found(NO_BODY, "present", Place("header", "Transfer-Encoding"), actual="chunked")),
        "a body announced on 204": ({"line": "DELETE /users/4", "status": 204, "response": {"Content-Length": "7"}}, found(NO_BODY, "length", Place("header", "Content-Length"), expected=0, actual="7")),
    },
    UNDECLARED_MEMBERS: {
        "a member more": ({"answer": USER | {"nickname": None}}, found(UNDECLARED_MEMBERS, "extra", body(("nickname",)), actual=None)),
        "an item with more": ({"line": "GET /users", "answer": [USER, USER | {"x": 1}, USER | {"x": 2}]}, found(UNDECLARED_MEMBERS, "extra", body((1, "x")), actual=1)),
    },
    RESPONSE_HEADERS: {
        "401 without a challenge": ({"status": 401, "expectation": ANY_401}, found(RESPONSE_HEADERS, "required", Place("header", "WWW-Authenticate"), expected="string")),
        "401 with another challenge": ({"status": 401, "expectation": ANY_401, "response": {"WWW-Authenticate": 'Basic realm="bearer"'}}, found(RESPONSE_HEADERS, "pattern", Place("header", "WWW-Authenticate"), expected=r"(^|,)[ \t]*[Bb][Ee][Aa][Rr][Ee][Rr]([ \t,]|$)", actual='Basic realm="bearer"')),
        "401 with a challenge in quotes": ({"status": 401, "expectation": ANY_401, "response": {"WWW-Authenticate": 'Basic realm="a\\", Bearer b"'}}, found(RESPONSE_HEADERS, "pattern", Place("header", "WWW-Authenticate"), expected=r"(^|,)[ \t]*[Bb][Ee][Aa][Rr][Ee][Rr]([ \t,]|$)", actual='Basic realm="a\\", Bearer b"')),
        "a token for the cache, but for one field": ({"line": "POST token", "answer": TOKEN, "sent": FORM, "response": {"Cache-Control": 'private="a, no-store"'}}, found(RESPONSE_HEADERS, "pattern", Place("header", "Cache-Control"), expected=r"(^|,)[ \t]*[Nn][Oo]-[Ss][Tt][Oo][Rr][Ee][ \t]*(,|$)", actual='private="a, no-store"')),
        "a token for the cache": ({"line": "POST token", "answer": TOKEN, "sent": FORM}, found(RESPONSE_HEADERS, "required", Place("header", "Cache-Control"), expected="string")),
        "a token for the cache, by another name": ({"line": "POST token", "answer": TOKEN, "sent": FORM, "response": {"Cache-Control": "no-storeroom, max-age=5"}}, found(RESPONSE_HEADERS, "pattern", Place("header", "Cache-Control"), expected=r"(^|,)[ \t]*[Nn][Oo]-[Ss][Tt][Oo][Rr][Ee][ \t]*(,|$)", actual="no-storeroom, max-age=5")),
    },
}  # fmt: skip


@pytest.mark.parametrize("name", HOLDS)
def test_legal_oddity_is_no_finding(checker, exchange, name):
    """No promise is broken by what is unusual but legal, and something was checked all the same."""
    result = checker.check(exchange(**HOLDS[name]))

    assert [finding for finding in result.findings if finding.severity != "note"] == []
    assert result.passed


def test_what_was_sent_may_be_shown_as_deep(checker, exchange):
    """A server may keep and show members that it does not know; that deep, nothing of the body can be checked."""
    shown = exchange("POST /users", sent=DEEP, answer=DEEP, expectation=UNSPECIFIED)
    result = checker.check(shown)

    assert RESPONSE_BODY.id not in {finding.promise for finding in result.findings}
    assert RESPONSE_BODY in {promise for promise, _ in result.not_checked}


@pytest.mark.parametrize(
    ("promise", "name"),
    [pytest.param(promise, name, id=f"{promise.id}: {name}") for promise in BREAKS for name in BREAKS[promise]],
)
def test_fault_breaks_its_promise(checker, exchange, promise, name):
    """A fault is found by the check that is about it, where it is, and by no other than those that its row names."""
    given, own, *others = BREAKS[promise][name]

    findings = [facts(finding) for finding in checker.check(exchange(**given)).findings]

    assert own[0] == promise
    assert findings == [own, *others]


@pytest.mark.parametrize("line", ["GET /users?page=x", "GET /users?page=x&page=1"])
def test_wrong_parameter_breaks_its_promise(exchange, line):
    """A query parameter of a wrong type is found, the first of its name; edition 2023-10 has none, so this is about the current one."""
    checker = Checker(editions.contract("2026-01"), "https://api.example/v1", "")
    expectation = Expectation("page-is-text", frozenset({400}))

    findings = checker.check(exchange(line, status=400, answer="no", expectation=expectation)).findings

    at = Place("query", "page")
    assert [facts(finding) for finding in findings] == [
        found(REQUEST_PARAMETERS, "type", at, expected="integer", actual="x")
    ]


@pytest.mark.parametrize(
    ("line", "answer", "path"),
    [
        ("GET /users/4/resources", {"resources": [{"userId": "4"}, {"userId": "5"}]}, ("resources", 1, "userId")),
        ("GET /webhooks/logs/4", {"webhookNotificationLog": {"notificationId": "5"}}, ("webhookNotificationLog", "notificationId")),
    ],
    ids=["in a list", "in an object"],
)  # fmt: skip
def test_id_in_a_member_breaks_its_promise(exchange, line, answer, path):
    """An id that is not the path's is found inside the members of a response, too; edition 2023-10 wraps nothing."""
    checker = Checker(editions.contract("2026-01"), "https://api.example/v1", "")

    findings = [facts(finding) for finding in checker.check(exchange(line, answer=answer)).findings]

    assert found(PATH_IDS, "changed", body(path), expected="4", actual="5") in findings


def test_every_check_can_fail():
    """Each check but the one that only reports has a case that fails it."""
    assert {check.promise for check in CHECKS} - {*BREAKS, REQUEST_PARAMETERS} == {OPTIONAL_MEMBERS}


def test_left_out_lifetime_is_reported(checker, exchange):
    """What cannot be checked for want of an optional member is said, not passed over."""
    answer = {"access_token": "t", "token_type": "Bearer"}

    result = checker.check(exchange("POST token", answer=answer, sent=FORM, response=NO_STORE))

    assert result.findings == ()
    assert [promise for promise, _ in result.not_checked] == [OPTIONAL_MEMBERS]


def test_unspecified_body_is_reported(checker, exchange):
    """A body that nothing is published about counts as not checked."""
    result = checker.check(exchange(status=404, answer=b"?", expectation=Expectation("absent", frozenset({404}))))

    assert [promise for promise, _ in result.not_checked] == [RESPONSE_BODY]


def test_unknown_query_is_reported(checker, exchange):
    """A query parameter that the contract does not know is neither right nor wrong."""
    result = checker.check(exchange("GET /users?top=3", answer=[]))

    assert result.findings == ()
    assert [promise for promise, _ in result.not_checked] == [REQUEST_PARAMETERS]


@pytest.mark.parametrize("expectation", [ANY_400, UNSPECIFIED], ids=["deliberate", "unspecified"])
def test_refused_bad_request_is_no_finding(checker, exchange, expectation):
    """A bad request that is refused keeps the promises of the server, whatever the sender knew of it."""
    result = checker.check(exchange("POST /users", status=400, sent={}, answer="no", expectation=expectation))

    assert {finding.promise for finding in result.findings} <= {REQUEST_BODY.id}
    assert SERVER_ERROR in result.passed


def test_deliberate_violation_is_not_checked(checker, exchange):
    """What a request violates deliberately is no finding, and no promise kept: it is not checked."""
    result = checker.check(exchange("POST /users", status=400, sent={}, answer="no", expectation=ANY_400))

    assert result.findings == ()
    assert REQUEST_BODY in dict(result.not_checked)
    assert REQUEST_BODY not in result.passed


def test_request_violates_promises_about_requests():
    """A request cannot mean to break what is the server's to keep, nor what is no promise at all."""
    for stranger in (RESPONSE_BODY, Promise("no-such", "no such promise")):
        with pytest.raises(ValueError, match="no promise about requests"):
            Expectation(violates=frozenset({stranger}))


def test_delivery_by_another_method_is_found(contract, checker):
    """A delivery is a POST; the same by PUT is none that the contract has."""
    headers = Headers.of([("Content-Type", "application/json"), ("Spark-Signature", "x")])
    delivery = Exchange(Request("PUT", "http://127.0.0.1:5001/hooks/x", headers, b"{}"), Response(200))

    (finding,) = checker.check_delivery(contract.deliveries["testDelivery"], delivery).findings

    assert facts(finding) == found(OPERATION, "unknown", LINE, actual="PUT /hooks/x")


def test_delivery_without_a_header_is_found(contract, checker):
    """A delivery has the headers that the contract requires of it."""
    headers = Headers.of([("Content-Type", "application/json")])
    delivery = Exchange(Request("POST", "http://127.0.0.1:5001/hooks/x", headers, b"{}"), Response(200))

    (finding,) = checker.check_delivery(contract.deliveries["testDelivery"], delivery).findings

    at = Place("request-header", "Spark-Signature")
    assert facts(finding) == found(REQUEST_PARAMETERS, "required", at, expected="string")


def test_delivery_with_a_member_twice_is_found(contract, checker):
    """Which of two values a receiver reads depends on the receiver, so the sender has made a mistake; in our own requests that is a try."""
    headers = Headers.of([("Content-Type", "application/json"), ("Spark-Signature", "x")])
    delivery = Exchange(
        Request("POST", "http://127.0.0.1:5001/hooks/x", headers, b'{"a": {"b": 1, "b": 2}}'), Response(200)
    )

    (finding,) = checker.check_delivery(contract.deliveries["testDelivery"], delivery).findings

    assert facts(finding) == found(REQUEST_BODY, "duplicate", sent("a", "b"), expected=1, actual=2)
    assert checker.judge(DecodedExchange(contract, delivery, contract.deliveries["testDelivery"], {})).findings == ()


@pytest.mark.parametrize("status", [429, 502, 503, 504])
def test_delivery_that_is_refused_says_nothing_of_the_service(contract, checker, status):
    """The response to a delivery is the receiver's own, so that no service was unsteady."""
    headers = Headers.of([("Content-Type", "application/json"), ("Spark-Signature", "x")])
    delivery = Exchange(Request("POST", "http://127.0.0.1:5001/hooks/x", headers, b"{}"), Response(status))

    result = checker.check_delivery(contract.deliveries["testDelivery"], delivery)

    assert not result.unsteady
    assert not result.findings


@pytest.mark.parametrize("status", [429, 502, 503, 504])
def test_response_of_a_gateway_is_not_judged(checker, exchange, status):
    """What a gateway sends says nothing of the API: of the exchange only the request is judged, and it is counted."""
    result = checker.check(exchange(status=status, answer=b"<html>", response={"Content-Type": "text/html"}))

    assert (result.findings, result.not_checked, result.unsteady) == ((), (), str(status))
    assert set(result.passed) <= OF_REQUESTS


def test_page_of_a_firewall_is_not_checked(checker, exchange):
    """A firewall's page is told as not checked, with the reason; a 403 of the API's own is judged."""
    page = checker.check(exchange(status=403, answer=b"<html>", response={"Content-Type": "text/html"}))
    own = checker.check(exchange(status=403, answer={"title": "Forbidden"}))

    assert (page.findings, page.unsteady) == ((), "")
    assert [reason for _, reason in page.not_checked] == ["403: a firewall's response, not the API's"]
    assert {finding.promise for finding in own.findings} == {STATUS_LISTED.id, STATUS_EXPECTED.id}


def test_repeated_deletion_may_find_nothing(checker, exchange):
    """A DELETE that is sent again, for the answer to the first was lost, may get a 404; no other call may."""
    again = Expectation(repeated=True)

    deleted = checker.check(exchange("DELETE /users/4", 404, expectation=again))
    replaced = checker.check(exchange("PUT /webhooks/7", 404, sent=HOOK | {"webhookSecret": "s"}, expectation=again))

    assert deleted.findings == ()
    assert [finding.promise for finding in replaced.findings] == [STATUS_EXPECTED.id]
