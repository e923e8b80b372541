"""Each check has exchanges that pass it and exchanges that fail it, for that reason only."""

import pytest

from ecsuite.checks import CHECKS
from ecsuite.messages.exchange import UNSPECIFIED, Exchange, Expectation, Headers, Request, Response

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
ANY_401 = Expectation("a refusal of the token", frozenset({401}), violates=frozenset({"bearer token is sent"}))
ANY_400 = Expectation("a refusal of the body", frozenset({400}), violates=frozenset({"request body matches contract"}))
NO_SUCH_METHOD = Expectation(
    "no such method", frozenset({404, 405}), violates=frozenset({"operation is in the contract"})
)


def car(**changes: object) -> dict[str, object]:
    return {**CAR, "metadata": {**CAR["metadata"], **changes}}


# Legal answers and requests, however unusual.
HOLDS = {
    "a user": ({"answer": USER},),
    "200 in place of 201": ({"line": "POST /users", "sent": USER, "answer": USER},),
    "201": ({"line": "POST /users", "status": 201, "sent": USER, "answer": USER},),
    "another id than the sent one": ({"line": "POST /users", "status": 201, "sent": USER, "answer": {"userId": "7"}},),
    "an empty answer to a vehicle": ({"line": "POST /users/4/vehicles", "status": 201, "sent": CAR},),
    "an empty answer that has a media type": (
        {"line": "POST /users/4/vehicles", "sent": CAR, "response": {"Content-Type": "application/json"}},
    ),
    "an empty answer of text": (
        {"line": "POST /users/4/vehicles", "sent": CAR, "response": {"Content-Type": "text/plain"}},
    ),
    "a part of the vehicle": ({"line": "POST /users/4/vehicles", "sent": CAR, "answer": {"vehicleId": "v"}},),
    "further members": ({"answer": USER | {"extra": None, "more": {"deep": []}}},),
    "further members in a request": ({"line": "POST /users", "sent": USER | {"x": 1}, "answer": USER},),
    "an empty id": ({"line": "POST /users", "sent": {"userId": ""}, "answer": {"userId": "9"}},),
    "charset in quotes and capitals": (
        {"answer": USER, "response": {"Content-Type": 'Application/JSON ; Charset="UTF-8"'}},
    ),
    "blanks around JSON": ({"line": "GET /users/4", "answer": b' \r\n\t{"userId" : "4"}\n'},),
    "escapes in JSON": ({"line": "GET /users/%C3%85%F0%9F%98%80", "answer": rb'{"userId": "\u00c5\ud83d\ude00"}'},),
    "a lone surrogate, as an escape": ({"line": "GET /users", "answer": rb'[{"userId": "\ud83d"}]'},),
    "numbers in other spellings": ({"line": "GET /users/4/meters/m", "answer": METER | {"meterId": "m"}},),
    "a bearer scheme in small letters": ({"request": {"Authorization": "bearer abc=="}, "answer": USER},),
    "a 404 with a page": (
        {"status": 404, "answer": b"<html>", "expectation": Expectation("absence", frozenset({404}))},
    ),
    "a 404 without a body": ({"status": 404, "expectation": Expectation("absence", frozenset({404}))},),
    "400 for an unknown user": ({"status": 400, "expectation": Expectation("absence", frozenset({400, 404}))},),
    "401 with any body": ({"status": 401, "answer": b"no", "response": CHALLENGE, "expectation": ANY_401},),
    "401 with several challenges": (
        {
            "status": 401,
            "response": {"WWW-Authenticate": 'Basic realm="a, b", bearer error="x"'},
            "expectation": ANY_401,
        },
    ),
    "400 as a problem": (
        {"line": "POST /users", "status": 400, "answer": {"status": 400}, "sent": {}, "response": PROBLEM}
        | {"expectation": ANY_400},
    ),
    "400 as a problem with nulls and more": (
        {"line": "POST /users", "status": 400, "answer": {"title": None, "errors": {"a": ["b"]}}, "sent": {}}
        | {"response": PROBLEM, "expectation": ANY_400},
    ),
    "400 as a string": ({"line": "POST /users", "status": 400, "answer": "no", "sent": {}, "expectation": ANY_400},),
    "a token": ({"line": "POST token", "answer": TOKEN, "sent": FORM, "response": NO_STORE},),
    "a token with a scope, bearer in small letters": (
        {"line": "POST token", "answer": TOKEN | {"token_type": "bEARER", "scope": "a b"}, "sent": FORM}
        | {"response": NO_STORE},
    ),
    "no-store among other directives": (
        {"line": "POST token", "answer": TOKEN, "sent": FORM, "response": {"Cache-Control": "private, No-Store,a=1"}},
    ),
    "a token of an hour": (
        {"line": "POST token", "answer": TOKEN | {"expires_in": 3600}, "sent": FORM, "response": NO_STORE},
    ),
    "a refused client, 401": (
        {"line": "POST token", "status": 401, "answer": {"error": "invalid_client"}, "sent": FORM}
        | {"expectation": Expectation("a refusal", frozenset({400, 401}))},
    ),
    "a changed webhook, no body": ({"line": "PUT /webhooks/7", "sent": HOOK | {"webhookSecret": "s"}},),
    "a changed webhook, an empty object": (
        {"line": "PUT /webhooks/7", "sent": HOOK | {"webhookSecret": "s"}, "answer": {}},
    ),
    "a webhook that shows its secret": (
        {"line": "GET /webhooks/7", "answer": HOOK | {"id": "7", "webhookSecret": "s"}},
    ),
    "a webhook whose secret is null": (
        {"line": "GET /webhooks/7", "answer": HOOK | {"id": "7", "webhookSecret": None}},
    ),
    "a test with any body": ({"line": "POST /webhooks/7/test", "answer": b"\xff\xfe"},),
    "a deletion": ({"line": "DELETE /users/4", "status": 204},),
    "429": ({"status": 429, "answer": b"slow down", "response": {"Content-Type": "text/plain"}},),
    "503 with Retry-After": ({"status": 503, "response": {"Retry-After": "1"}},),
    "405 where there is no operation": ({"line": "PATCH /users/4", "status": 405, "expectation": NO_SUCH_METHOD},),
    "a status that nothing is published about": (
        {"line": "POST /users", "status": 409, "sent": USER, "expectation": UNSPECIFIED},
    ),
    "a user listed among thousands": ({"line": "GET /users", "answer": [USER] * 5000},),
    "a vehicle among the resources": (
        {"line": "GET /users/4/resources", "answer": [{"resourceId": "v", "metadata": CAR["metadata"]}]},
    ),
    "an id that needs encoding": ({"line": "GET /users/a%2Fb%20%C3%85", "answer": {"userId": "a/b Å"}},),
}

# What is given breaks the named check, and no other.
BREAKS = {
    "response ids match the path": [
        ("another user", {"answer": {"userId": "43"}}, "body /userId"),
        (
            "a vehicle of another user in a list",
            {"line": "GET /users/4/vehicles", "answer": [{"vehicleId": "v", "userId": "5"}]},
            "body /0/userId",
        ),
    ],
    "operation is in the contract": [
        ("an unknown path", {"line": "GET /usrs", "answer": []}, "request line"),
        ("an unknown method", {"line": "PATCH /users", "answer": []}, "request line"),
        ("a slash at the end", {"line": "GET /users/", "answer": []}, "request line"),
    ],
    "request body matches contract": [
        ("a member missing", {"line": "POST /users", "sent": {}, "status": 400, "answer": ""}, "request body /userId"),
        (
            "a wrong type",
            {"line": "POST /users", "sent": {"userId": 1}, "status": 400, "answer": ""},
            "request body /userId",
        ),
        ("no body", {"line": "POST /users", "status": 400, "answer": ""}, "request body"),
        ("no JSON", {"line": "POST /users", "sent": b"{", "status": 400, "answer": ""}, "request body"),
        (
            "a body of text",
            {"line": "POST /users", "sent": USER, "request": {"Content-Type": "text/plain"}, "status": 400}
            | {"answer": ""},
            "request header Content-Type",
        ),
        ("a body where none belongs", {"sent": USER, "status": 400}, "request body"),
        (
            "a latitude off the globe",
            {"line": "POST /users/4/meters", "status": 400, "answer": ""}
            | {"sent": METER | {"location": {"latitude": 90.5, "longitude": 0}}},
            "request body /location/latitude",
        ),
        (
            "a form without a secret",
            {"line": "POST token", "sent": "grant_type=client_credentials&client_id=a"}
            | {"status": 400, "answer": {"error": "invalid_request"}},
            "request body /client_secret",
        ),
    ],
    "bearer token is sent": [
        (
            "no token",
            {"request": {"Authorization": None}, "status": 401, "response": CHALLENGE},
            "request header Authorization",
        ),
        (
            "another scheme",
            {"request": {"Authorization": "Basic YTpi"}, "status": 401, "response": CHALLENGE},
            "request header Authorization",
        ),
        (
            "a token with a blank",
            {"request": {"Authorization": "Bearer a b"}, "status": 401, "response": CHALLENGE},
            "request header Authorization",
        ),
        (
            "an empty token",
            {"request": {"Authorization": "Bearer "}, "status": 401, "response": CHALLENGE},
            "request header Authorization",
        ),
    ],
    "no request causes a server error": [
        ("500", {"status": 500, "answer": b"oops"}, "status"),
        ("503 without Retry-After", {"status": 503}, "status"),
        ("599", {"status": 599}, "status"),
    ],
    "status is listed in contract": [
        (
            "201 for a report",
            {
                "line": "POST /reports",
                "status": 201,
                "sent": {"eventId": "e", "name": "n", "payloads": []},
                "answer": {},
            },
            "status",
        ),
        ("200 for a deletion", {"line": "DELETE /users/4"}, "status"),
        ("202 for a user", {"line": "POST /users", "status": 202, "sent": USER}, "status"),
    ],
    "status is as expected": [
        ("404 for what is there", {"status": 404}, "status"),
        ("200 for what is gone", {"answer": USER, "expectation": Expectation("absence", frozenset({404}))}, "status"),
        ("401 with a good token", {"status": 401, "response": CHALLENGE}, "status"),
        ("400 for a good request", {"line": "POST /users", "sent": USER, "status": 400, "answer": "no"}, "status"),
        ("200 for a wrong method", {"line": "PATCH /users/4", "expectation": NO_SUCH_METHOD}, "status"),
    ],
    "bad request is refused": [
        (
            "a bad body is taken",
            {
                "line": "POST /users",
                "sent": {},
                "answer": USER,
                "expectation": Expectation("x", frozenset({200}), violates=ANY_400.violates),
            },
            "status",
        ),
        (
            "no token is needed",
            {
                "request": {"Authorization": None},
                "answer": USER,
                "expectation": Expectation("x", frozenset({200}), violates=ANY_401.violates),
            },
            "status",
        ),
    ],
    "media type is listed in contract": [
        ("text", {"answer": USER, "response": {"Content-Type": "text/plain"}}, "header Content-Type"),
        ("nothing", {"answer": USER, "response": {"Content-Type": None}}, "header Content-Type"),
        (
            "another charset",
            {"answer": USER, "response": {"Content-Type": "application/json; charset=iso-8859-1"}},
            "header Content-Type",
        ),
        (
            "a problem as JSON of another kind",
            {
                "line": "POST /users",
                "sent": {},
                "status": 400,
                "expectation": ANY_400,
                "answer": {"status": 400},
                "response": {"Content-Type": "application/hal+json"},
            },
            "header Content-Type",
        ),
    ],
    "response body matches contract": [
        ("a member missing", {"answer": {}}, "body /userId"),
        ("a wrong type", {"answer": {"userId": 42}}, "body /userId"),
        ("null", {"answer": {"userId": None}}, "body /userId"),
        ("an array for an object", {"answer": [USER]}, "body"),
        ("an object for an array", {"line": "GET /users", "answer": USER}, "body"),
        ("one item of a list", {"line": "GET /users", "answer": [USER, {}]}, "body /1/userId"),
        ("no body", {}, "body"),
        ("cut-off JSON", {"answer": b'{"userId": "4'}, "body"),
        ("NaN", {"answer": b'{"userId": "4", "x": NaN}'}, "body"),
        ("a byte order mark", {"answer": b'\xef\xbb\xbf{"userId": "4"}'}, "body"),
        ("latin-1", {"answer": '{"userId": "Å"}'.encode("latin-1")}, "body"),
        ("UTF-16", {"answer": '{"userId": "4"}'.encode("utf-16")}, "body"),
        ("a transfer that was cut off", {"flaw": "RemoteProtocolError: closed"}, "body"),
        (
            "an integer with a point",
            {"line": "GET /users/4/vehicles/v", "answer": car(year=2009.0)},
            "body /metadata/year",
        ),
        (
            "a vehicle of another type",
            {"line": "GET /users/4/vehicles/v", "answer": car(resourceType="Car")},
            "body /metadata/resourceType",
        ),
        (
            "an empty token",
            {"line": "POST token", "answer": TOKEN | {"access_token": ""}, "sent": FORM, "response": NO_STORE},
            "body /access_token",
        ),
        (
            "minutes for seconds",
            {"line": "POST token", "answer": TOKEN | {"expires_in": 30}, "sent": FORM, "response": NO_STORE},
            "body /expires_in",
        ),
        (
            "milliseconds for seconds",
            {"line": "POST token", "answer": TOKEN | {"expires_in": 1800000}, "sent": FORM, "response": NO_STORE},
            "body /expires_in",
        ),
        (
            "a lifetime as text",
            {"line": "POST token", "answer": TOKEN | {"expires_in": "1800"}, "sent": FORM, "response": NO_STORE},
            "body /expires_in",
        ),
        (
            "an unknown error code",
            {
                "line": "POST token",
                "status": 400,
                "answer": {"error": "nope"},
                "sent": FORM,
                "expectation": Expectation("a refusal", frozenset({400})),
            },
            "body /error",
        ),
        (
            "a problem of another status",
            {
                "line": "POST /users",
                "sent": {},
                "status": 400,
                "expectation": ANY_400,
                "answer": {"status": 422},
                "response": PROBLEM,
            },
            "body /status",
        ),
        (
            "a webhook with an unknown operation",
            {"line": "GET /webhooks/7", "answer": HOOK | {"id": "7", "operationTypes": ["Drop"]}},
            "body /operationTypes/0",
        ),
    ],
    "no body where none is allowed": [
        ("a body on 204", {"line": "DELETE /users/4", "status": 204, "answer": {}}, "body"),
        (
            "a body announced on 204",
            {"line": "DELETE /users/4", "status": 204, "response": {"Content-Length": "7"}},
            "header Content-Length",
        ),
    ],
    "response headers match contract": [
        ("401 without a challenge", {"status": 401, "expectation": ANY_401}, "header WWW-Authenticate"),
        (
            "401 with another challenge",
            {"status": 401, "expectation": ANY_401, "response": {"WWW-Authenticate": 'Basic realm="bearer"'}},
            "header WWW-Authenticate",
        ),
        ("a token for the cache", {"line": "POST token", "answer": TOKEN, "sent": FORM}, "header Cache-Control"),
        (
            "a token for the cache, by another name",
            {
                "line": "POST token",
                "answer": TOKEN,
                "sent": FORM,
                "response": {"Cache-Control": "no-storeroom, max-age=5"},
            },
            "header Cache-Control",
        ),
    ],
}
# What is broken on the request's side breaks more than itself where the request is refused.
REFUSED_TOO = {"status is as expected"}


@pytest.mark.parametrize("name", HOLDS)
def test_legal_oddity_is_no_finding(checker, exchange, name):
    """No promise is broken by what is unusual but legal, and something was checked all the same."""
    result = checker.check(exchange(**HOLDS[name][0]))

    assert result.findings == ()
    assert result.passed


@pytest.mark.parametrize(
    ("check", "case"),
    [pytest.param(check, case, id=f"{check}: {case[0]}") for check in BREAKS for case in BREAKS[check]],
)
def test_fault_breaks_its_check(checker, exchange, check, case):
    """A fault is found by the check that is about it, at the place where it is, and by no other."""
    _, given, at = case

    findings = checker.check(exchange(**given)).findings

    assert [(finding.check, finding.at) for finding in findings if finding.check == check] == [(check, at)]
    others = {finding.check for finding in findings} - {check}
    assert others <= (REFUSED_TOO if at.startswith("request") else set())


def test_every_check_can_fail():
    """Each check but the one that only reports has a case that fails it."""
    assert {check.name for check in CHECKS} - BREAKS.keys() == {
        "optional members are present",
        "request parameters match contract",
    }


def test_left_out_lifetime_is_reported(checker, exchange):
    """What cannot be checked for want of an optional member is said, not passed over."""
    answer = {"access_token": "t", "token_type": "Bearer"}

    result = checker.check(exchange("POST token", answer=answer, sent=FORM, response=NO_STORE))

    assert result.findings == ()
    assert result.not_checked == (
        (
            "optional members are present",
            "expires_in is left out, so the documented lifetime of the token cannot be checked",
        ),
    )


def test_unspecified_body_is_reported(checker, exchange):
    """A body that nothing is published about counts as not checked."""
    result = checker.check(exchange(status=404, answer=b"?", expectation=Expectation("absence", frozenset({404}))))

    assert result.not_checked == (("response body matches contract", "nothing is published about the body of 404"),)


def test_unknown_query_is_reported(checker, exchange):
    """A query parameter that the contract does not know is neither right nor wrong."""
    result = checker.check(exchange("GET /users?top=3", answer=[]))

    assert result.findings == ()
    assert (
        "request parameters match contract",
        "nothing is published about the query parameter top",
    ) in result.not_checked


def test_secret_is_not_shown(checker, exchange):
    """A finding about a secret says that it is wrong, not what it is."""
    answer = TOKEN | {"access_token": "päss-wörd"}

    (finding,) = checker.check(exchange("POST token", answer=answer, sent=FORM, response=NO_STORE)).findings

    assert (finding.at, finding.actual) == ("body /access_token", "***")


def test_delivery_by_another_method_is_found(contract, checker):
    """A delivery is a POST; the same by PUT is none that the contract has."""
    headers = Headers.of([("Content-Type", "application/json"), ("Spark-Signature", "x")])
    delivery = Exchange(Request("PUT", "http://127.0.0.1:5001/hooks/x", headers, b"{}"), Response(200))

    (finding,) = checker.check_delivery(contract.deliveries["testDelivery"], delivery).findings

    assert (finding.check, finding.actual) == ("operation is in the contract", "PUT /hooks/x")
