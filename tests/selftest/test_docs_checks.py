"""docs/checks.md: each check with the text that it prints, as it prints it."""

import re
from pathlib import Path

import httpx
import pytest

from ecsuite import editions, promises, wording
from ecsuite.checks import CHECKS, Checker
from ecsuite.client import Api
from ecsuite.errors import PromiseBroken
from ecsuite.findings.finding import Finding
from ecsuite.journal import Journal
from ecsuite.messages.exchange import UNSPECIFIED, Exchange, Expectation, Headers, Request, Response
from ecsuite.quickstart import Story
from ecsuite.report.text import finding_text
from ecsuite.rules import promises as rules
from ecsuite.rules.deliveries import VerifyDeliveries
from ecsuite.rules.promises import (
    CHANGED_ALONE,
    COMPENSATED,
    CREATION_RESPONSE,
    DELIVERED_TRUE,
    DELIVERY_ARRIVES,
    ELIGIBLE,
    ENROLLED,
    IN_ORDER,
    LOGGED,
    PAGED,
    REPEATED,
    REPLACED_WHOLE,
    SIGNED,
    SIMULATED,
)
from ecsuite.rules.verify import Verify
from ecsuite.target import Credentials, Target
from ecsuite.webhook.receiver import NoReceiver
from ecsuite.webhook.signature import sign

PAGE = Path(__file__).parents[2] / "docs" / "checks.md"

BASE_URL = "https://api.example/v1"
TOKEN_URL = "https://auth.example/connect/token"
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
}


def printed(section: str) -> list[str]:
    """The findings that a section of the page shows, without line numbers, which change with the contract."""
    page = PAGE.read_text(encoding="utf-8")
    (body,) = re.findall(rf"^## {re.escape(section)}$(.*?)(?=^## |\Z)", page, re.MULTILINE | re.DOTALL)
    return [without_lines(block.strip()) for block in re.findall(r"^```\n(.*?)^```$", body, re.MULTILINE | re.DOTALL)]


def without_lines(text: str) -> str:
    return re.sub(r"(openapi\.yaml):\d+", r"\1:N", text)


def own(findings: tuple[Finding, ...], title: str) -> list[str]:
    return [without_lines(finding_text(finding)) for finding in findings if wording.title(finding) == title]


@pytest.mark.parametrize("promise", EXAMPLES, ids=lambda promise: promise.id)
def test_check_prints_what_its_page_says(checker, exchange, promise):
    """The text on the page is the text of a finding, to the letter."""
    findings = checker.check(exchange(**EXAMPLES[promise])).findings

    assert printed(promise.title) == own(findings, promise.title)


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

    assert printed(rules.SENT_COMES_BACK) == own(story.journal.findings, rules.SENT_COMES_BACK)


def test_delivery_prints_what_its_page_says(story):
    """A delivery that did not come is told with the call that asked for it."""
    answer = story.api.post("/webhooks/7/test")

    story.deliveries.arrived(None, answer, "http://127.0.0.1:5001/hooks/x")

    assert printed(DELIVERY_ARRIVES) == own(story.journal.findings, DELIVERY_ARRIVES)


BEYOND = {
    rules.REFUSED_CHANGES_NOTHING: (
        "DELETE",
        "/users/42",
        401,
        {
            "at": "GET /users/{userId} afterwards",
            "expected": "an object with userId, as before",
            "actual": "status 404",
        },
    ),
    rules.KEPT_APART: (
        "GET",
        "/users/42/vehicles/7",
        200,
        {"at": "status", "expected": "400 or 404, as for what is not there", "actual": "200"}
        | {"rule": ("components", "securitySchemes", "partner")},
    ),
    rules.LISTED_ONCE: (
        "GET",
        "/users",
        200,
        {"at": "an item with the userId 42", "expected": "once in the list", "actual": "2 times"},
    ),
    rules.GONE: (
        "DELETE",
        "/webhooks/7",
        204,
        {"at": "GET /webhooks/{id} afterwards", "expected": "404", "actual": "an object with id, webhookUrl"},
    ),
    rules.UNTOUCHED: (
        "DELETE",
        "/users/42/vehicles/7",
        204,
        {"at": "GET /users/43/vehicles/7 afterwards", "expected": "an object with vehicleId, metadata, as before"}
        | {"actual": "status 404"},
    ),
    rules.PARENTS: (
        "GET",
        "/users/43/meters/7",
        200,
        {"at": "status", "expected": "404, for the meter of another user", "actual": "200"},
    ),
    rules.DELIVERED_ONCE: (
        "POST",
        "/webhooks/7/test",
        200,
        {"at": "deliveries to http://127.0.0.1:5001/hooks/x", "expected": "2, one for each call", "actual": "3"},
    ),
    rules.DELIVERED_RIGHT: (
        "POST",
        "/webhooks/7/test",
        404,
        {"at": "deliveries to http://127.0.0.1:5001/hooks/x", "expected": "none, for the webhook is deleted"}
        | {"actual": "1"},
    ),
    rules.ERROR_FITS: (
        "POST",
        "",
        400,
        {
            "at": "body /error",
            "expected": "unsupported_grant_type, for an unknown grant_type",
            "actual": "invalid_grant",
        }
        | {"rule": ("components", "schemas", "TokenError", "properties", "error")},
    ),
}


@pytest.mark.parametrize("name", BEYOND)
def test_rule_prints_what_its_page_says(contract, name):
    """A promise that takes more than one exchange to see is told with the call that is to blame."""
    method, path, status, found = BEYOND[name]
    target = Target("live", BASE_URL, TOKEN_URL, Credentials(access_token="given"))
    transport = httpx.MockTransport(lambda _: httpx.Response(status))
    api = Api(target, Checker(contract, BASE_URL, TOKEN_URL), Journal(), transport=transport)
    call = api.request if path else api.request_token
    blamed = call(method=method, **({"path": path} if path else {}), expect=UNSPECIFIED, strict=False)

    passed = Verify(api).that(name, blamed, holds=False, **found)

    assert not passed
    assert printed(name) == own(api.journal.findings, name)


def test_no_answer_prints_what_its_page_says(contract):
    """A call whose response is no HTTP is told with what happened instead."""

    def refuse(request: httpx.Request) -> httpx.Response:
        raise httpx.RemoteProtocolError("illegal header line", request=request)

    target = Target("live", BASE_URL, "", Credentials(access_token="given"))
    api = Api(target, Checker(contract, BASE_URL, ""), Journal(), transport=httpx.MockTransport(refuse))

    with pytest.raises(PromiseBroken):
        api.get("/users")

    assert printed(promises.RESPONSE_ARRIVES.title) == own(api.journal.findings, promises.RESPONSE_ARRIVES.title)


# Promises beyond one exchange of edition 2026-01: the call that is to blame, where it shows, what was promised and seen.
RULES = {
    SIGNED: None,
    DELIVERED_TRUE: None,
    REPEATED: (
        "POST /simulation/events/pricecurve",
        "deliveries",
        "another one after it was answered with 503",
        "1 in 30 s",
    ),
    LOGGED: ("GET /webhooks/logs/7", "responseStatusCode of the log", "202", "200"),
    PAGED: ("GET /users?page=2&pageSize=2", "the page", "2 of 5 records, on page 2 by 2", "1 records"),
    IN_ORDER: (
        "GET /events?page=1&pageSize=2",
        "the list",
        "by createdAt, the latest first",
        "2026-01-19T11:48:47+00:00 before 2026-01-19T11:48:48+00:00",
    ),
    CHANGED_ALONE: (
        "PATCH /users/42/locations/7",
        "GET /users/{userId}/locations/{locationId} /coordinates afterwards",
        "an object with latitude, longitude, as before, for the request names locationType alone",
        "null",
    ),
    REPLACED_WHOLE: (
        "PUT /users/42/locations/7",
        "GET /users/{userId}/locations/{locationId} /locationType afterwards",
        'no more a string, "Commercial", for the request leaves it out',
        'a string, "Commercial"',
    ),
    ELIGIBLE: ("GET /users/42/eligibility", "body /isEligible", "true", "false"),
    ENROLLED: ("GET /users/42/enrollment", "body /isEnrolled", "true", "false"),
    COMPENSATED: (
        "GET /users/42/compensation",
        "body /locationCompensations",
        "locations of the user, each once",
        "2 locations, of which 1 are the user's, and one is another user's",
    ),
    CREATION_RESPONSE: (
        "POST /simulation/events/pricecurve",
        "body /simulatedEvent/id",
        "the id of the event, by which it can be read",
        "missing",
    ),
    SIMULATED: ("POST /simulation/partner", "vehicles afterwards", "some that are new", "none"),
}


@pytest.fixture
def current():
    """A client of edition 2026-01 whose API says yes to everything."""
    contract = editions.contract("2026-01")
    transport = httpx.MockTransport(lambda _: httpx.Response(200, json={}))
    target = Target("live", BASE_URL, "", Credentials(access_token="given"))
    return Api(target, Checker(contract, BASE_URL, ""), Journal(), transport=transport)


@pytest.mark.parametrize("name", [name for name, example in RULES.items() if example])
def test_rule_of_the_current_edition_prints_what_its_page_says(current, name):
    """A promise that takes more than one exchange to see is told with the call that is to blame."""
    line, at, expected, actual = RULES[name]
    answer = current.request(*line.split(" "), expect=UNSPECIFIED)

    Verify(current).that(name, answer, holds=False, at=at, expected=expected, actual=actual)

    assert printed(name) == own(current.journal.findings, name)


def test_delivery_rules_print_what_their_page_says(current):
    """What is wrong with a delivery is told with the delivery itself."""
    body = b'{"eventId":"6"}'
    headers = Headers.of([("X-Payload-Signature", sign("another", body)), ("Content-Type", "application/json")])
    url = "http://127.0.0.1:5001/hooks/x"
    delivery = Exchange(Request("POST", url, headers, body), Response(200))
    asked = current.post("/simulation/events/pricecurve", json={}, expect=UNSPECIFIED)

    deliveries = VerifyDeliveries(current, Verify(current))
    deliveries.arrived(delivery, asked, url, "the secret")
    deliveries.tells({"eventId": "7"}, delivery)

    for name in (SIGNED, DELIVERED_TRUE):
        assert printed(name) == own(current.journal.findings, name)


def test_page_has_every_check_in_order():
    """The page has a section for each check, in the order in which they run, and for those beyond one exchange."""
    names = [check.promise.title for check in CHECKS] + [*rules.NAMES, promises.RESPONSE_ARRIVES.title]

    assert re.findall(r"^## (.+)$", PAGE.read_text(encoding="utf-8"), re.MULTILINE) == names
