"""How severe a finding is: an error where a client that keeps the contract can be hurt, else a warning."""

import pytest

from ecsuite import editions
from ecsuite.checks import Checker
from ecsuite.findings.breach import STATUS, Breach
from ecsuite.messages.exchange import Expectation, Headers, Request
from ecsuite.promises import (
    BAD_REQUEST,
    BEARER_TOKEN,
    MEDIA_TYPE,
    REQUEST_BODY,
    RESPONSE_BODY,
    SERVER_ERROR,
    STATUS_EXPECTED,
    STATUS_LISTED,
)
from ecsuite.results.record import Found
from ecsuite.severity import is_unusual, severity_of

REFUSED = Expectation("", frozenset({400}), frozenset({REQUEST_BODY}))
UNKNOWN = Expectation("", frozenset({401}), frozenset({BEARER_TOKEN}))
BAD = {"line": "POST /users", "sent": {}, "status": 400, "expectation": REFUSED}
ANY = Expectation(unspecified=True)
JSON = "application/json"


def of_the(result):
    return {finding.promise: finding.severity for finding in result.findings}


@pytest.mark.parametrize(
    ("answer", "media_type", "promise"),
    [
        (None, None, RESPONSE_BODY),
        (b"Bad Request", "text/plain", MEDIA_TYPE),
        (b"<html>", "text/html", MEDIA_TYPE),
        ({"status": "400"}, "application/problem+json", RESPONSE_BODY),
        (b"{", JSON, RESPONSE_BODY),
    ],
    ids=["empty", "text", "a page", "another shape", "no JSON"],
)
def test_shape_of_a_refusal_is_a_warning(checker, exchange, answer, media_type, promise):
    """Who is refused reads the status; what the body looks like does no harm."""
    result = checker.check(exchange(**BAD, answer=answer, response={"Content-Type": media_type}))

    assert of_the(result) == {promise.id: "warning"}


def test_shape_of_a_success_is_an_error(checker, exchange):
    """What a client reads must be what is promised."""
    assert of_the(checker.check(exchange(answer={"userId": 42}))) == {"response-body": "error"}


def test_refusal_that_comes_in_part_is_an_error(checker, exchange):
    """A client cannot read a response that is cut off, whatever its status."""
    result = checker.check(exchange(**BAD, answer="no", flaw="closed"))

    assert of_the(result) == {"response-body": "error"}


@pytest.mark.parametrize("challenge", [None, "Basic"], ids=["missing", "of another scheme"])
def test_challenge_is_a_warning(checker, exchange, challenge):
    """The contract says that no client is hurt by a challenge that is missing."""
    result = checker.check(exchange(status=401, response={"WWW-Authenticate": challenge}, expectation=UNKNOWN))

    assert of_the(result) == {"response-headers": "warning"}


@pytest.mark.parametrize(
    ("body", "media_type", "severity"),
    [
        (b'{"userId": "4"}', JSON, "error"),
        (b'{"userId": "4"}', "application/json; charset=UTF-8", "error"),
        (b'{"userId": "4"}', 'application/json; charset="utf-8"', "warning"),
        (b'{"userId": "4"}', "application/json; charset=klingon", "warning"),
        (b'{"userId": "\xe5"}', JSON, "warning"),
        (b"{", JSON, "error"),
        (b"\xe5", "text/plain", "error"),
    ],
)
def test_server_error_by_what_was_sent(checker, exchange, body, media_type, severity):
    """A 500 for what no common client writes is a warning; for what a client may send by mistake it is an error."""
    request = {"Content-Type": media_type}
    result = checker.check(exchange("POST /users", 500, sent=body, request=request, expectation=ANY))

    assert of_the(result)["server-error"] == severity


def test_request_without_a_body_is_usual():
    """There are no bytes that could be unusual."""
    assert not is_unusual(Request("GET", "https://api.example/v1/users", Headers((("Content-Type", "x/json; a=b"),))))


@pytest.mark.parametrize(
    ("member", "value", "severity"),
    [("currency", None, "warning"), ("currency", "USD", "error"), ("locationId", None, "error")],
)
def test_null_is_a_warning_where_the_contract_says_so(exchange, member, value, severity):
    """Null stands for an enum that the published client takes for nullable; elsewhere it is an error."""
    checker = Checker(editions.contract("2026-01"), "https://api.example/v1", "https://auth.example/connect/token")
    answer = {"period": {}, "locationCompensations": [{member: value}]}

    result = checker.check(exchange("GET /users/42/compensation", answer=answer))

    assert of_the(result) == {"response-body": severity}


def test_what_the_check_knows_comes_first(contract, exchange):
    """The check that saw a breach may know more of it than its promise does."""
    seen = Breach("status", STATUS, severity="warning")

    assert severity_of(BAD_REQUEST, seen, exchange(), contract.source) == "warning"
    assert severity_of(SERVER_ERROR, Breach("status", STATUS), exchange(), contract.source) == "error"


def test_shapes_of_refusals_are_one_cause(checker, exchange):
    """An empty refusal of one operation and a page of another are told once; a wrong success is another matter."""
    found = [
        finding
        for result in (
            checker.check(exchange(**BAD)),
            checker.check(
                exchange(**{**BAD, "line": "POST /webhooks"}, answer=b"<p>", response={"Content-Type": "text/html"})
            ),
            checker.check(exchange(answer={"userId": 42})),
        )
        for finding in result.findings
    ]

    causes = {Found(finding, ("x",), 1).cause for finding in found}

    assert len(found) == 3
    assert len(causes) == 2


REPORT = {"eventId": "e", "payloads": [{"payloadType": "LocationEnergyUsage"}]}


@pytest.mark.parametrize(
    ("sent", "expectation", "found"),
    [
        (REPORT, REFUSED, set()),
        (b'{"payloads": ["LocationEnergyUsage"', REFUSED, set()),
        (
            {"eventId": "e", "payloads": [{"payloadType": "EnergyUsage"}]},
            REFUSED,
            {STATUS_EXPECTED.id, STATUS_LISTED.id},
        ),
        (REPORT, UNKNOWN, {STATUS_EXPECTED.id, STATUS_LISTED.id}),
    ],
    ids=["wrong", "no JSON", "for everybody", "no token"],
)
def test_who_is_not_invited_may_be_told_so_first(exchange, sent, expectation, found):
    """A wrong report that is by invitation is refused with 400 or with 403; one that is not, with 400."""
    checker = Checker(editions.contract("2026-01"), "https://api.example/v1", "")

    result = checker.check(exchange("POST /reports", 403, sent=sent, expectation=expectation))

    assert {each.promise for each in result.findings} & {STATUS_EXPECTED.id, STATUS_LISTED.id} == found
    assert ((STATUS_EXPECTED, "allowed by invitation only") in result.not_checked) == (not found)
