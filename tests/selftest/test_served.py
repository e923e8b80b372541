"""`ecsuite serve` tells of each request to it, and what is wrong with it by the contract."""

import json
import re
import socket
import subprocess
import sys
from contextlib import contextmanager

import pytest

from ecsuite import editions
from ecsuite.checks import Checker
from ecsuite.http import httpx
from ecsuite.messages.exchange import Headers
from ecsuite.messages.redact import Redactor
from ecsuite.promises import BEARER_TOKEN, OPERATION, REQUEST_BODY
from ecsuite.report.served import LONGEST_TARGET, ServedLines
from ecsuite.standin.log import Served, token_of

SERVE = (sys.executable, "-m", "ecsuite", "serve", "--edition", "2023-10", "--until-eof")


@contextmanager
def serving(*options, stderr):
    """A stand-in in a process of its own, and its addresses and credentials, by the names of their variables."""
    process = subprocess.Popen(
        [*SERVE, *options], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=stderr, encoding="utf-8"
    )
    env = {}
    for line in process.stdout:
        if not line.startswith("export "):
            break
        name, _, value = line.removeprefix("export ").strip().partition("=")
        env[name] = value.strip("'")
    try:
        yield env
    finally:
        process.communicate(timeout=30)
    assert process.returncode == 0


def token_from(env):
    """A token of the first partner."""
    form = {"grant_type": "client_credentials", "client_id": env["EC_CLIENT_ID"]}
    answer = httpx.post(env["EC_TOKEN_URL"], data=form | {"client_secret": env["EC_CLIENT_SECRET"]})
    return answer.json()["access_token"]


@pytest.fixture(scope="module")
def log(tmp_path_factory):
    """What it told of some requests, and the secrets that were in them."""
    file = tmp_path_factory.mktemp("served") / "log.txt"
    with file.open("w") as stderr, serving(stderr=stderr) as env:
        token, secret = token_from(env), env["EC_CLIENT_SECRET"]
        with httpx.Client(headers={"Authorization": f"Bearer {token}"}) as http:
            users = f"{env['EC_BASE_URL']}/users"
            http.post(users, json={"userId": "a-1"})
            http.post(users, json={"userId": 5})
            http.post(users, json={"userId": 6})
            http.get(users, headers={"Authorization": "Bearer of-nobody"})
            http.get(f"{users}/a-1/nothing?access_token={token}&client_secret={secret}&note={secret}")
            http.post(f"{users}/a-1/vehicle", json={"vehicleId": "a-2"})
            http.get(f"{users}/%1b%5b31m")
            http.get(f"{users}/{'a' * 2 * LONGEST_TARGET}")
        httpx.get(users)
    return file.read_text(encoding="utf-8"), (token, secret)


TOLD = {
    "token": r"\d\d:\d\d:\d\d  POST /connect/token  200  \d+\.\d ms  partner 1",
    "call": r"\d\d:\d\d:\d\d  POST /energy-coordination/v1/users  201  \d+\.\d ms  partner 1",
    "body": rf" {{10}}error  {REQUEST_BODY.title}: request body /userId is an integer, 5, expected a string"
    r"  contracts/2023-10/openapi\.yaml:\d+",
    "again": rf" {{10}}error  {REQUEST_BODY.title}: as at \d\d:\d\d:\d\d, POST /users",
    "a foreign token": r".*GET /energy-coordination/v1/users  401  \d+\.\d ms  no partner, the token is not valid",
    "unknown": rf" {{10}}error  {OPERATION.title}: request line \S+ is GET /\S+/a-1/nothing.*",
    "nobody": r"\d\d:\d\d:\d\d  GET /energy-coordination/v1/users  401  \d+\.\d ms  no partner",
    "no token": rf" {{10}}error  {BEARER_TOKEN.title}: request header Authorization is missing, .*",
}


def told_of(*requests):
    """What a stand-in of 2026-01 tells of such requests: method, path, JSON or a form, header fields, status."""
    contract, origin = editions.contract("2026-01"), "http://127.0.0.1:1"
    checker = Checker(contract, f"{origin}{contract.base_path()}", f"{origin}/connect/token")
    lines = ServedLines(checker, origin, ["c"], Redactor(["s3cr3t-of-c"]), ["s3cr3t-of-c"])
    found = []
    for method, path, sent, fields, status in requests:
        body = b"" if sent is None else json.dumps(sent).encode()
        headers = Headers.of([("Authorization", "Bearer t"), ("Content-Type", "application/json"), *fields])
        target = path if path.startswith("/connect") else f"{contract.base_path()}{path}"
        found += list(lines.of(Served(0.0, method, target, headers, body, status, 0.0, 1)))
    return [line.strip() for line in found if line.startswith(" ")]


def test_id_that_a_wrong_call_would_have_given_is_not_told():
    """The call before is to be mended; a client that goes on has no id."""
    (one,) = told_of(
        ("POST", "/webhooks", {"url": "http://h/x"}, [], 400),
        ("GET", "/webhooks/undefined", None, [], 404),
        ("PUT", "/webhooks/undefined/enabled?enabled=true", None, [], 404),
    )

    assert "/webhookUrl is missing" in one


def test_members_that_an_object_lacks_are_one_line():
    """Their names are told with the first."""
    (one,) = told_of(("POST", "/users/a/vehicles", {}, [], 400))

    assert "/resourceId is missing" in one
    assert "also missing: resourceType" in one


@pytest.mark.parametrize("at", ["header", "query"])
def test_client_secret_in_a_call_is_told(at):
    """Only the token endpoint gets it; it is masked wherever it stands."""
    fields = [("X-Secret", "s3cr3t-of-c")] if at == "header" else []
    query = "?k=s3cr3t-of-c" if at == "query" else ""

    told = told_of(("GET", f"/users/a{query}", None, fields, 200))

    assert any("only the token endpoint may get the client" in line for line in told), told
    assert not any("s3cr3t-of-c" in line for line in told)


@pytest.mark.parametrize("what", TOLD)
def test_request_is_a_line(log, what):
    """Time, method, path, status, duration, partner; below, what its client has wrong, and the line of the contract."""
    assert any(re.fullmatch(TOLD[what], line) for line in log[0].splitlines()), log[0]


def test_right_request_has_one_line(log):
    """Nothing is said of a request that keeps the contract."""
    lines = log[0].splitlines()
    at = next(number for number, line in enumerate(lines) if "POST /energy-coordination/v1/users  201" in line)

    assert re.match(r"\d\d:", lines[at + 1])


def test_body_that_was_not_read_is_not_missed(log):
    """Of a request to a wrong path the path is told, and what it may mean; its body was not looked at."""
    lines = log[0].splitlines()
    at = next(number for number, line in enumerate(lines) if "/a-1/vehicle  404" in line)

    assert "such as POST /users/{userId}/vehicles" in lines[at + 1]
    assert re.match(r"\d\d:", lines[at + 2])


def test_log_has_no_secret(log):
    """No token and no secret is told, nor anything that steers a terminal, nor a path of any length."""
    text, secrets = log

    assert [secret for secret in secrets if secret in text] == []
    # A b before a value may be that of a text of bytes, as Python writes it, and so stays.
    assert re.search(r"access_token=[bB]?\*{3}&client_secret=[bB]?\*{3}&note=\*{3}", text)
    assert "\x1b" not in text
    assert f"{'a' * 20}...  404" in text


def test_what_is_no_http_is_told_in_our_words(tmp_path):
    """A request that is no HTTP has a line, too, and not one of a library's."""
    file = tmp_path / "log.txt"
    with file.open("w") as stderr, serving(stderr=stderr) as env:
        address = httpx.URL(env["EC_BASE_URL"])
        with socket.create_connection((address.host, address.port)) as raw:
            raw.sendall(b"BLAH\r\n\r\n")
            raw.recv(100)

    assert re.search(r"^\d\d:\d\d:\d\d  Invalid HTTP request received\.$", file.read_text(), re.MULTILINE)


@pytest.mark.parametrize("target", [b"http://[", b"[", b"//[::1", b"*", b"http://a:b/", b"/\xff\xfe"])
def test_target_that_is_no_address_ends_no_log(tmp_path, target):
    """Whatever a request asks for has a line, and so has the next one."""
    file = tmp_path / "log.txt"
    with file.open("w") as stderr, serving(stderr=stderr) as env:
        address = httpx.URL(env["EC_BASE_URL"])
        for asked in (target, b"/next"):
            with socket.create_connection((address.host, address.port)) as raw:
                raw.sendall(b"GET " + asked + b" HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n")
                raw.recv(100)

    assert re.search(r"^\d\d:\d\d:\d\d  GET /next  404", file.read_text(), re.MULTILINE)
    assert "Traceback" not in file.read_text()


def test_quiet_says_nothing(tmp_path):
    """With --quiet no request is told."""
    file = tmp_path / "log.txt"
    with file.open("w") as stderr, serving("--quiet", stderr=stderr) as env:
        token_from(env)

    assert file.read_text() == ""


def test_log_that_nobody_reads_holds_nothing_up():
    """A pipe that is full stops the log, and not the server, nor its end."""
    with serving(stderr=subprocess.PIPE) as env, httpx.Client() as http:
        statuses = {http.get(f"{env['EC_BASE_URL']}/{'a' * 1000}/{number}").status_code for number in range(400)}

    assert statuses == {404}


def test_token_is_what_stands_behind_bearer():
    """In whatever case the scheme is."""
    assert token_of(Headers.of([("Authorization", "bearer  x")])) == "x"
    assert token_of(Headers.of([("Authorization", "Basic x")])) == ""
