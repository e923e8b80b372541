"""docs/checks.md: each check with the text that it prints, as it prints it."""

import re
from pathlib import Path

import httpx
import pytest

from ecsuite.checks import CHECKS, Checker, sent_comes_back
from ecsuite.client import ANSWER_ARRIVES, Api
from ecsuite.errors import PromiseBroken
from ecsuite.exchange import Intent
from ecsuite.finding import Finding
from ecsuite.journal import Journal
from ecsuite.quickstart import Story
from ecsuite.report.text import finding_text
from ecsuite.rules import DELIVERY_ARRIVES
from ecsuite.target import Credentials, Target
from ecsuite.webhook.receiver import NoReceiver

PAGE = Path(__file__).parents[2] / "docs" / "checks.md"
BASE_URL = "https://api.example/v1"
TAKEN = Intent("success", on_purpose=frozenset({"request body matches contract"}))

EXAMPLES = {
    "operation is in the contract": {"line": "GET /user/42", "answer": {"userId": "42"}},
    "request body matches contract": {"line": "POST /users", "sent": {"userId": 42}, "status": 400, "answer": "no"},
    "bearer token is sent": {"request": {"Authorization": None}, "status": 404},
    "no request causes a server error": {"status": 500},
    "status is listed in contract": {"line": "POST /users", "status": 202, "sent": {"userId": "42"}},
    "status is what was asked for": {"status": 404},
    "bad request is refused": {"line": "POST /users", "sent": {}, "answer": {"userId": "42"}, "intent": TAKEN},
    "media type is listed in contract": {"answer": {"userId": "42"}, "response": {"Content-Type": "text/html"}},
    "response body matches contract": {"line": "POST /users", "status": 201, "sent": {"userId": "42"}, "answer": {}},
    "no body where none may be": {"line": "DELETE /users/42", "status": 204, "answer": {"userId": "42"}},
    "response headers match contract": {"status": 401},
}


def printed(section: str) -> list[str]:
    """The findings that a section of the page shows, without line numbers, which change with the contract."""
    page = PAGE.read_text(encoding="utf-8")
    (body,) = re.findall(rf"^## {re.escape(section)}$(.*?)(?=^## |\Z)", page, re.MULTILINE | re.DOTALL)
    return [without_lines(block.strip()) for block in re.findall(r"^```\n(.*?)^```$", body, re.MULTILINE | re.DOTALL)]


def without_lines(text: str) -> str:
    return re.sub(r"(openapi\.yaml):\d+", r"\1:N", text)


def own(findings: tuple[Finding, ...], check: str) -> list[str]:
    return [without_lines(finding_text(finding)) for finding in findings if finding.check == check]


@pytest.mark.parametrize("check", EXAMPLES)
def test_check_prints_what_its_page_says(checker, exchange, check):
    """The text on the page is the text of a finding, to the letter."""
    findings = checker.check(exchange(**EXAMPLES[check])).findings

    assert printed(check) == own(findings, check)


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

    assert printed(sent_comes_back.NAME) == own(story.journal.findings, sent_comes_back.NAME)


def test_delivery_prints_what_its_page_says(story):
    """A delivery that did not come is told with the call that asked for it."""
    answer = story.api.post("/webhooks/7/test")

    story.rules.delivered("testDelivery", None, answer, "http://127.0.0.1:5001/hooks/x")

    assert printed(DELIVERY_ARRIVES) == own(story.journal.findings, DELIVERY_ARRIVES)


def test_no_answer_prints_what_its_page_says(contract):
    """A call without an answer is told with what happened instead."""

    def refuse(request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("[Errno 111] Connection refused", request=request)

    target = Target("live", BASE_URL, "", Credentials(access_token="given"))
    api = Api(target, Checker(contract, BASE_URL, ""), Journal(), transport=httpx.MockTransport(refuse))

    with pytest.raises(PromiseBroken):
        api.get("/users")

    assert printed(ANSWER_ARRIVES) == own(api.journal.findings, ANSWER_ARRIVES)


def test_page_has_every_check_in_order():
    """The page has a section for each check, in the order in which they run, and for those beyond one exchange."""
    names = [check.name for check in CHECKS] + [sent_comes_back.NAME, DELIVERY_ARRIVES, ANSWER_ARRIVES]

    assert re.findall(r"^## (.+)$", PAGE.read_text(encoding="utf-8"), re.MULTILINE) == names
