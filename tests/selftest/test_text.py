"""What users read: findings, figures, curl lines, masks. Texts are compared whole."""

import json
import subprocess
from collections import Counter
from urllib.parse import parse_qsl, urlencode

import httpx
import pytest
from proxies import Answer, Call, proxying

from ecsuite.findings.breach import Breach, body
from ecsuite.findings.datum import MISSING, Datum, datum
from ecsuite.findings.finding import ContractPlace, Finding, Observation
from ecsuite.journal import Tally
from ecsuite.messages.exchange import Exchange, Expectation, Headers, Request, Response
from ecsuite.messages.redact import mask_form, mask_value
from ecsuite.promises import BEARER_TOKEN, PAGES, REQUEST_BODY, RESPONSE_BODY
from ecsuite.report.curl import curl
from ecsuite.report.findings import finding_text, findings_text
from ecsuite.report.text import figures_text, not_checked_lines
from ecsuite.results.figures import Figures

JSON = [("Content-Type", "application/json")]
TOKEN = [("Authorization", "Bearer abc.def-123")]
NO_GOOD_TOKEN = Expectation("token-cut-off", frozenset({401}), frozenset({BEARER_TOKEN}))
URL = "http://127.0.0.1:8080/energy-coordination/v1/users/3880/meters"


RULE = ContractPlace(("paths",), "contracts/2023-10/openapi.yaml", 412, "Quickstart guide 2023-10, add a meter")


def finding(actual: Datum = MISSING) -> Finding:
    request = Request("POST", URL, Headers.of([*TOKEN, *JSON]), b'{"meterNumber":"007"}')
    return Finding(
        promise=RESPONSE_BODY.id,
        operation="createMeter",
        method="POST",
        path="/users/{userId}/meters",
        status=201,
        breach=Breach("required", body(("meterId",)), datum({"type": "string"}), actual),
        level="guide",
        severity="error",
        rule=RULE,
        blamed=Exchange(request, Response(201)),
    )


def test_finding_is_told_in_five_lines():
    """The promise, where, expected, actual and how to repeat it."""
    assert finding_text(finding()) == (
        "response body matches contract: broken        [guide]  POST /users/{userId}/meters -> 201\n"
        "  at        body /meterId\n"
        "  expected  a string, required                   contracts/2023-10/openapi.yaml:412"
        "  (Quickstart guide 2023-10, add a meter)\n"
        "  actual    missing\n"
        "  repeat    curl -sS -X POST http://127.0.0.1:8080/energy-coordination/v1/users/3880/meters "
        "-H \"Authorization: Bearer $EC_ACCESS_TOKEN\" -H 'Content-Type: application/json' "
        '--data-raw \'{"meterNumber":"007"}\''
    )


def test_findings_are_told_apart():
    """An empty line stands between two findings."""
    assert findings_text([finding(), finding()]).count("\n\n") == 1


def test_figures_are_one_line():
    """Passed, broken and not checked are three different things."""
    seen = {Observation("pages", "a", "passed"): 2, Observation("pages", "a", "not checked", "no reason"): 3}
    tally = Tally(1, Counter(seen))

    figures = Figures.of(tally, {})

    assert figures_text(figures) == "1 exchange: 2 checks passed, 0 broken, 3 not checked"
    assert list(not_checked_lines(figures.not_checked)) == [f"    3 x {PAGES.title}: no reason"]


def test_rare_reasons_are_counted():
    """Of many reasons the most frequent are told, and the others counted; one that is left is told as well."""
    reasons = {("pages", f"reason {number}"): 10 - number for number in range(5)}

    assert list(not_checked_lines(reasons, most=2)) == [
        f"   10 x {PAGES.title}: reason 0",
        f"    9 x {PAGES.title}: reason 1",
        "   21 x for 3 more reasons: ecsuite show",
    ]
    assert len(list(not_checked_lines(reasons, most=4))) == 5


CURLS = [
    (Request("GET", "http://h/v1/users?a=b&c=%20"), "curl -sS 'http://h/v1/users?a=b&c=%20'"),
    (
        Request("DELETE", "http://h/x", Headers.of([*TOKEN, ("Host", "h"), ("User-Agent", "x"), ("X-A", "it's")])),
        "curl -sS -X DELETE http://h/x -H \"Authorization: Bearer $EC_ACCESS_TOKEN\" -H 'X-A: it'\"'\"'s'",
    ),
    (
        Request("POST", "http://h/x", Headers.of([("Authorization", "Basic c2VjcmV0"), ("Cookie", "a=b")])),
        "curl -sS -X POST http://h/x -H 'Authorization: ***' -H 'Cookie: ***'",
    ),
    (
        Request(
            "POST",
            "http://h/t",
            Headers.of([("Content-Type", "application/x-www-form-urlencoded")]),
            b"grant_type=client_credentials&client_id=me&client_secret=s%26x&scope=a+b%24",
        ),
        "curl -sS -X POST http://h/t -H 'Content-Type: application/x-www-form-urlencoded' "
        '--data-raw grant_type=client_credentials --data-urlencode "client_id=$EC_CLIENT_ID" '
        '--data-urlencode "client_secret=$EC_CLIENT_SECRET" --data-raw scope=a+b%24',
    ),
    (
        Request("POST", "http://h/w", Headers.of(JSON), '{"webhookUrl": "å", "webhookSecret": "s"}'.encode()),
        "curl -sS -X POST http://h/w -H 'Content-Type: application/json' "
        '--data-raw \'{"webhookUrl":"å","webhookSecret":"***"}\'',
    ),
    (
        Request("POST", "http://h/x", Headers.of(JSON), b"\xff'\x00"),
        "{ printf '\\377'; printf '%s' ''\"'\"''; printf '\\000'; } | curl -sS -X POST http://h/x -H 'Content-Type: application/json' --data-binary @-",
    ),
    (
        Request("GET", "http://h/x", Headers.of([("Accept", "text/xml"), ("X-Empty", "")]), b"@file"),
        "curl -sS -X GET http://h/x -H 'Accept: text/xml' -H 'X-Empty;' -H Content-Type: --data-raw @file",
    ),
    (Request("GET", "http://h/x?a[]=1", Headers.of([("Accept", "*/*")])), "curl -sSg 'http://h/x?a[]=1'"),
    (
        Request("POST", "http://h/x", Headers.of([*JSON, ("Transfer-Encoding", "chunked")]), b"{}"),
        "curl -sS -X POST http://h/x -H 'Content-Type: application/json' -H 'Transfer-Encoding: chunked' --data-raw '{}'",
    ),
    (
        Request("GET", "http://h/x", Headers.of(TOKEN), expectation=NO_GOOD_TOKEN),
        "curl -sS http://h/x -H 'Authorization: ***'",
    ),
    (
        Request(
            "POST",
            "http://h/t",
            Headers.of([("Content-Type", "application/x-www-form-urlencoded")]),
            b"client_id=a+b&client_secret=wrong&scope=%7e",
            Expectation(violates=frozenset({REQUEST_BODY})),
        ),
        "curl -sS -X POST http://h/t -H 'Content-Type: application/x-www-form-urlencoded' "
        "--data-raw 'client_id=***&client_secret=***&scope=%7e'",
    ),
]


@pytest.mark.parametrize(("request_", "line"), CURLS, ids=range(len(CURLS)))
def test_request_is_a_curl_line(request_, line):
    """A request can be pasted; its secrets are the names of variables, or masked."""
    assert curl(request_) == line


ODD_SECRET = "p+l%us & å\"x'"
BODIES = ['{"userId":"Å \' \\" $HOME `x` \\\\ \\n"}', '{"userId":"\U0001f697"}', '{"userId":"a%s%%d"}']


@pytest.mark.parametrize("body", BODIES)
def test_curl_line_sends_the_same(standin, body):
    """Pasted into a shell, the line does what the request did."""
    form = {"grant_type": "client_credentials", "client_id": standin.credentials.client_id}
    form["client_secret"] = standin.credentials.client_secret
    token = httpx.post(standin.token_url, data=form).json()["access_token"]
    headers = Headers.of([*JSON, ("Authorization", f"Bearer {token}")])
    line = curl(Request("POST", f"{standin.base_url}/users", headers, body.encode()))

    ran = subprocess.run(["sh", "-c", line], env={"EC_ACCESS_TOKEN": token}, capture_output=True, check=True)

    assert json.loads(ran.stdout) == json.loads(body)


def test_token_curl_line_gets_a_token(standin):
    """The line for the token works with the variables that `ecsuite serve` prints."""
    form = Headers.of([("Content-Type", "application/x-www-form-urlencoded")])
    body = b"grant_type=client_credentials&client_id=x&client_secret=y"

    ran = subprocess.run(
        ["sh", "-c", curl(Request("POST", standin.token_url, form, body))],
        env=standin.environment(),
        capture_output=True,
        check=True,
    )

    assert json.loads(ran.stdout)["token_type"] == "Bearer"


def test_token_curl_line_encodes_the_secret(standin):
    """A secret with the signs of forms in it arrives as it is."""
    form = Headers.of([("Content-Type", "application/x-www-form-urlencoded")])
    body = urlencode({"grant_type": "client_credentials", "client_id": "x", "client_secret": ODD_SECRET}).encode()

    def answer(call: Call) -> Answer:
        return Answer(200, dict(parse_qsl(call.body.decode()))["client_secret"].encode())

    with proxying(standin.base_url, answer) as (origin, _):
        line = curl(Request("POST", f"{origin}/token", form, body))
        ran = subprocess.run(
            ["sh", "-c", line],
            env={"EC_CLIENT_ID": "x", "EC_CLIENT_SECRET": ODD_SECRET},
            capture_output=True,
            check=True,
        )

    assert ran.stdout.decode() == ODD_SECRET


def test_secret_members_are_masked():
    """Members of secret names are masked wherever they are, and others left."""
    value = {"access_token": "t", "a": [{"webhookSecret": "s", "n": None}], "client_secret": None}

    assert mask_value(value) == {
        "access_token": "***",
        "a": [{"webhookSecret": "***", "n": None}],
        "client_secret": None,
    }
    assert mask_form("a=1&client_secret=x%20y") == "a=1&client_secret=***"
