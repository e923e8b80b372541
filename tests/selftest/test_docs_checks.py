"""docs/checks.md: each check with the text that it prints, as it prints it."""

import re
from pathlib import Path

import httpx
import pytest

from ecsuite import editions, promises
from ecsuite.checks import CHECKS, CLIENT_CHECKS, Checker
from ecsuite.client import Api
from ecsuite.findings.breach import DELIVERY, STATUS, Breach, body, listed
from ecsuite.findings.broken import PromiseBroken
from ecsuite.findings.finding import Finding
from ecsuite.journal import Journal
from ecsuite.messages.exchange import UNSPECIFIED, Exchange, Expectation, Headers, Request, Response
from ecsuite.promises import (
    COMPENSATION,
    CREATION_RESPONSE,
    DELIVERY_ARRIVES,
    DELIVERY_CONTENT,
    DELIVERY_LOGS,
    DELIVERY_RETRIED,
    ELIGIBILITY,
    ENROLLMENT,
    LIST_ORDER,
    PAGES,
    PATCH_CHANGES_ONLY_GIVEN,
    PUT_REPLACES,
    SIGNATURE,
    SIMULATION,
    Promise,
)
from ecsuite.quickstart import Story
from ecsuite.receivers import cases
from ecsuite.receivers.trial import breach_of
from ecsuite.report.findings import finding_text
from ecsuite.rules import paging, retries
from ecsuite.rules.verify import Verify
from ecsuite.rules.verify_deliveries import VerifyDeliveries
from ecsuite.target import Credentials, Target
from ecsuite.traffic.sequence import Call, of_calls
from ecsuite.webhook.receiver import NoReceiver
from ecsuite.webhook.signature import sign

PAGE = Path(__file__).parents[2] / "docs" / "checks.md"

BASE_URL = "https://api.example/v1"
TOKEN_URL = "https://auth.example/connect/token"
HOOK = "http://127.0.0.1:5001/hooks/x"
SECURITY = ("components", "securitySchemes", "partner")
TAKEN = Expectation(violates=frozenset({promises.REQUEST_BODY}))

EXAMPLES = {
    promises.OPERATION: {"line": "GET /user/42", "answer": {"userId": "42"}},
    promises.REQUEST_BODY: {"line": "POST /users", "sent": {"userId": 42}, "status": 400, "answer": "no"},
    promises.BEARER_TOKEN: {"request": {"Authorization": None}, "status": 404},
    promises.SERVER_ERROR: {"status": 500},
    promises.STATUS_LISTED: {"line": "POST /users", "status": 202, "sent": {"userId": "42"}},
    promises.STATUS_EXPECTED: {"status": 404},
    promises.BAD_REQUEST: {"line": "POST /users", "sent": {}, "answer": {"userId": "42"}, "expectation": TAKEN},
    promises.MEDIA_TYPE: {"answer": {"userId": "42"}, "response": {"Content-Type": "text/html"}},
    promises.RESPONSE_BODY: {"line": "POST /users", "status": 201, "sent": {"userId": "42"}, "answer": {}},
    promises.PATH_IDS: {"answer": {"userId": "43"}},
    promises.NO_BODY: {"line": "DELETE /users/42", "status": 204, "answer": {"userId": "42"}},
    promises.RESPONSE_HEADERS: {"status": 401},
    promises.UNDECLARED_MEMBERS: {"answer": {"userId": "42", "nickname": "Kari"}},
}


def printed(promise: Promise) -> list[str]:
    """The findings that the section of a promise shows, without line numbers, which change with the contract."""
    page = PAGE.read_text(encoding="utf-8")
    (body,) = re.findall(rf"^## {re.escape(promise.title)}$(.*?)(?=^## |\Z)", page, re.MULTILINE | re.DOTALL)
    return [without_lines(block.strip()) for block in re.findall(r"^```\n(.*?)^```$", body, re.MULTILINE | re.DOTALL)]


def without_lines(text: str) -> str:
    return re.sub(r"(openapi\.yaml):\d+", r"\1:N", text)


def own(findings: tuple[Finding, ...], promise: Promise) -> list[str]:
    return [without_lines(finding_text(finding)) for finding in findings if finding.promise == promise.id]


@pytest.mark.parametrize("promise", EXAMPLES, ids=lambda promise: promise.id)
def test_check_prints_what_its_page_says(checker, exchange, promise):
    """The text on the page is the text of a finding, to the letter."""
    findings = checker.check(exchange(**EXAMPLES[promise])).findings

    assert printed(promise) == own(findings, promise)


@pytest.fixture
def story(contract):
    """A story whose API answers a user of another id, whatever is asked."""
    answer = httpx.Response(200, json={"userId": "other", "meterId": "7"})
    target = Target("live", BASE_URL, "", Credentials(access_token="given"))
    transport = httpx.MockTransport(lambda _: answer)
    api = Api(target, Checker(contract, BASE_URL, ""), Journal(), transport=transport)
    return Story(api, None, NoReceiver())


def test_fidelity_prints_what_its_page_says(story):
    """A difference between what was sent and what came is told with both."""
    answer = story.api.get("/users/42")

    story.compare({"userId": "42"}, answer)

    assert printed(promises.ROUND_TRIP) == own(story.journal.findings, promises.ROUND_TRIP)


def test_delivery_prints_what_its_page_says(story):
    """A delivery that did not come is told with the call that asked for it."""
    answer = story.api.post("/webhooks/7/test")

    story.deliveries.arrived(None, answer, HOOK)

    assert printed(DELIVERY_ARRIVES) == own(story.journal.findings, DELIVERY_ARRIVES)


BEYOND = {
    promises.REFUSED_CHANGES_NOTHING: (
        ("DELETE", "/users/42", 401),
        Breach.of("absent", body(), {"userId": "42"}, seen_by="getUser", note="as before"),
    ),
    promises.PARTNERS_APART: (
        ("GET", "/users/42/vehicles/7", 200),
        Breach.of("status", STATUS, [400, 404], 200, rule=SECURITY, note="as for what is not there"),
    ),
    promises.LISTED_ONCE: (("GET", "/users", 200), Breach.of("duplicate", listed("userId"), "42", 2)),
    promises.DELETED_IS_GONE: (
        ("DELETE", "/webhooks/7", 204),
        Breach.of("present", body(), actual={"id": "7", "webhookUrl": HOOK}, seen_by="getWebhook"),
    ),
    promises.OTHERS_UNTOUCHED: (
        ("DELETE", "/users/42/vehicles/7", 204),
        Breach.of("absent", body(), {"vehicleId": "7", "metadata": {}}, seen_by="getVehicle", note="as before"),
    ),
    promises.PARENTS: (
        ("GET", "/users/43/meters/7", 200),
        Breach.of("status", STATUS, [404], 200, note="for the meter of another user"),
    ),
    promises.DELIVERED_ONCE: (
        ("POST", "/webhooks/7/test", 200),
        Breach.of("count", DELIVERY, 2, 3, note="one for each call"),
    ),
    promises.DELIVERED_TO_ITS_WEBHOOK: (
        ("POST", "/webhooks/7/test", 404),
        Breach.of("count", DELIVERY, 0, 1, note="for the webhook is deleted"),
    ),
    promises.ERROR_CODE: (
        ("POST", "", 400),
        Breach.of(
            "unlisted",
            body(("error",)),
            ["unsupported_grant_type"],
            "invalid_grant",
            rule=("components", "schemas", "TokenError", "properties", "error"),
            case="unknown-grant_type",
        ),
    ),
}


@pytest.mark.parametrize("promise", BEYOND, ids=lambda promise: promise.id)
def test_rule_prints_what_its_page_says(contract, promise):
    """A promise that takes more than one exchange to see is told with the call that is to blame."""
    (method, path, status), breach = BEYOND[promise]
    target = Target("live", BASE_URL, TOKEN_URL, Credentials(access_token="given"))
    transport = httpx.MockTransport(lambda _: httpx.Response(status))
    api = Api(target, Checker(contract, BASE_URL, TOKEN_URL), Journal(), transport=transport)
    call = api.request if path else api.request_token
    blamed = call(method=method, **({"path": path} if path else {}), expect=UNSPECIFIED, strict=False)

    passed = Verify(api).that(promise, blamed, breach, holds=False)

    assert not passed
    assert printed(promise) == own(api.journal.findings, promise)


def test_no_answer_prints_what_its_page_says(contract):
    """A call whose response is no HTTP is told with what happened instead."""

    def refuse(request: httpx.Request) -> httpx.Response:
        raise httpx.RemoteProtocolError("illegal header line", request=request)

    target = Target("live", BASE_URL, "", Credentials(access_token="given"))
    api = Api(target, Checker(contract, BASE_URL, ""), Journal(), transport=httpx.MockTransport(refuse))

    with pytest.raises(PromiseBroken):
        api.get("/users")

    assert printed(promises.RESPONSE_ARRIVES) == own(api.journal.findings, promises.RESPONSE_ARRIVES)


# Promises beyond one exchange of edition 2026-01: the call that is to blame, and how they are broken.
RULES = {
    DELIVERY_RETRIED: (
        "POST /simulation/events/pricecurve",
        Breach.of("minimum", retries.ATTEMPTS, {"minimum": 2}, 1, note="for it was answered with 503"),
    ),
    DELIVERY_LOGS: ("GET /webhooks/logs/7", Breach.of("changed", body(("responseStatusCode",)), 202, 200)),
    PAGES: (
        "GET /users?page=2&pageSize=2",
        Breach.of("count", paging.PAGE, 2, 1, note="for page 2 of 5 records by 2"),
    ),
    LIST_ORDER: (
        "GET /events?page=1&pageSize=2",
        Breach.of(
            "order",
            listed("createdAt"),
            "descending",
            ["2026-01-19T11:48:47+00:00", "2026-01-19T11:48:48+00:00"],
            note="the latest first",
        ),
    ),
    PATCH_CHANGES_ONLY_GIVEN: (
        "PATCH /users/42/locations/7",
        Breach.of(
            "changed",
            body(("coordinates",)),
            {"latitude": 59.9, "longitude": 10.7},
            None,
            seen_by="getLocation",
            note="for the request names locationType alone",
        ),
    ),
    PUT_REPLACES: (
        "PUT /users/42/locations/7",
        Breach.of(
            "same",
            body(("locationType",)),
            actual="Commercial",
            seen_by="getLocation",
            note="for the request leaves it out",
        ),
    ),
    ELIGIBILITY: (
        "GET /users/42/eligibility",
        Breach.of("changed", body(("isEligible",)), expected=True, actual=False),
    ),
    ENROLLMENT: ("GET /users/42/enrollment", Breach.of("changed", body(("isEnrolled",)), expected=True, actual=False)),
    COMPENSATION: (
        "GET /users/42/compensation",
        Breach.of("present", body(("locationCompensations",)), actual="47", note="for it is no location of the user"),
    ),
    CREATION_RESPONSE: (
        "POST /simulation/events/pricecurve",
        Breach.of("absent", body(("simulatedEvent", "id")), note="the id to read it by"),
    ),
    SIMULATION: ("POST /simulation/partner", Breach.of("absent", listed(), note="vehicles that are new")),
}


@pytest.fixture
def current():
    """A client of edition 2026-01 whose API says yes to everything."""
    contract = editions.contract("2026-01")
    transport = httpx.MockTransport(lambda _: httpx.Response(200, json={}))
    target = Target("live", BASE_URL, "", Credentials(access_token="given"))
    return Api(target, Checker(contract, BASE_URL, ""), Journal(), transport=transport)


@pytest.mark.parametrize("promise", RULES, ids=lambda promise: promise.id)
def test_rule_of_the_current_edition_prints_what_its_page_says(current, promise):
    """A promise that takes more than one exchange to see is told with the call that is to blame."""
    line, breach = RULES[promise]
    answer = current.request(*line.split(" "), expect=UNSPECIFIED)

    Verify(current).that(promise, answer, breach, holds=False)

    assert printed(promise) == own(current.journal.findings, promise)


def test_delivery_rules_print_what_their_page_says(current):
    """What is wrong with a delivery is told with the delivery itself."""
    body = b'{"eventId":"6"}'
    headers = Headers.of([("X-Payload-Signature", sign("another", body)), ("Content-Type", "application/json")])
    delivery = Exchange(Request("POST", HOOK, headers, body), Response(200))
    asked = current.post("/simulation/events/pricecurve", json={}, expect=UNSPECIFIED)

    deliveries = VerifyDeliveries(current, Verify(current))
    deliveries.arrived(delivery, asked, HOOK, "the secret")
    deliveries.tells({"eventId": "7"}, delivery)

    for promise in (SIGNATURE, DELIVERY_CONTENT):
        assert printed(promise) == own(current.journal.findings, promise)


def test_checks_of_clients_print_what_their_page_says():
    """What a client does wrong is told as what a server does wrong."""
    checker = Checker(editions.contract("2026-01"), BASE_URL, TOKEN_URL)
    token, sent = ("Authorization", "Bearer given"), b'{"locationId":"7","location_type":"Other"}'
    headers = Headers.of([token, ("Content-Type", "application/json")])
    added = Exchange(Request("POST", f"{BASE_URL}/users/42/locations", headers, sent), Response(201))
    result = checker.judge(checker.decode(added), CLIENT_CHECKS)
    read = Request("GET", f"{BASE_URL}/users/42", Headers.of([token]))
    busy = Exchange(read, Response(429, Headers.of([("Retry-After", "5")])))
    calls = [
        Call(at, checker, checker.check(each), float(at), is_for_token=False)
        for at, each in enumerate((busy, Exchange(read, Response(200))))
    ]

    impatient = [finding for _, finding in of_calls(calls, has_token=True)]

    assert printed(promises.REQUEST_MEMBERS) == own(result.findings, promises.REQUEST_MEMBERS)
    assert printed(promises.BUSY) == own(tuple(impatient), promises.BUSY)


def test_trials_of_receivers_print_what_their_page_says():
    """What a receiver answers wrongly is told with the delivery."""
    checker = Checker(editions.contract("2026-01"), "", "")
    (operation,) = checker.contract.deliveries.values()
    sent = Request("POST", HOOK, Headers.of([("Content-Type", cases.JSON)]), b'{"eventId":"6"}')
    wrong = {
        promises.DELIVERY_ACKNOWLEDGED: (cases.AGAIN, Exchange(sent, Response(409))),
        promises.FORGERY_REFUSED: (cases.UNSIGNED, Exchange(sent, Response(200))),
    }

    for promise, (group, answered) in wrong.items():
        breach = breach_of(cases.Case(group, "", sent.body, ()), answered)
        assert printed(promise) == own((checker.finding(promise, breach, answered, operation),), promise)


def test_page_has_every_check_in_order():
    """The page has a section for each check, in the order in which they run, and for those beyond one exchange."""
    checks = [check.promise for check in CHECKS]
    beyond = [
        promise for promise in promises.PROMISES if promise not in checks and promise != promises.RESPONSE_ARRIVES
    ]
    names = [promise.title for promise in (*checks, *beyond, promises.RESPONSE_ARRIVES)]

    assert re.findall(r"^## (.+)$", PAGE.read_text(encoding="utf-8"), re.MULTILINE) == names
