"""The exchanges of a run as an HTTP Archive: whole, valid, without secrets and what others own."""

import base64
import json
from urllib.parse import quote

import pytest
from projects import SCENARIO, Project

from ecsuite.contract import Contract
from ecsuite.messages.redact import Redactor
from ecsuite.results import har
from ecsuite.results.own import Privacy

LOCAL = ("--ec-target", "local", "--ec-edition", "2023-10")
SECRET = "the-secret/of the run"
# HAR 1.2, what each object must have.
REQUIRED = {
    "log": {"version", "creator", "entries"},
    "entry": {"startedDateTime", "time", "request", "response", "cache", "timings"},
    "request": {"method", "url", "httpVersion", "cookies", "headers", "queryString", "headersSize", "bodySize"},
    "response": {
        "status", "statusText", "httpVersion", "cookies", "headers", "content", "redirectURL", "headersSize", "bodySize",
    },
    "content": {"size", "mimeType"},
    "timings": {"send", "wait", "receive"},
}  # fmt: skip


@pytest.fixture
def entry(checker):
    """An exchange as an entry of an archive."""

    def make(exchange: object, own: frozenset[str] = frozenset(), **given: object) -> dict:
        mask = Redactor([SECRET]).text
        return har.entry_of(checker.check(exchange), 1000.25, "test_it", Privacy(own), mask, **given)

    return make


def valid(archive: dict) -> bool:
    log = archive["log"]
    parts = [("log", log)]
    for each in log["entries"]:
        parts += [("entry", each), *((name, each[name]) for name in ("request", "response", "timings"))]
        parts.append(("content", each["response"]["content"]))
    return all(set(part) >= REQUIRED[name] for name, part in parts)


def test_entry_is_what_was_sent_and_came(entry, exchange):
    """Method, address, query, headers and bodies are as they were; times are in milliseconds, in UTC."""
    made = entry(exchange("GET /users/42?page=1&q=%C3%A5", 200, {"userId": "42"}), frozenset({"42"}))

    assert valid({"log": {"version": "1.2", "creator": {}, "entries": [made]}})
    assert made["startedDateTime"] == "1970-01-01T00:16:40.250Z"
    assert made["request"]["queryString"] == [{"name": "page", "value": "1"}, {"name": "q", "value": "å"}]
    assert json.loads(made["response"]["content"]["text"]) == {"userId": "42"}
    assert made["comment"] == "getUser, in test_it"


@pytest.mark.parametrize(
    ("body", "text"),
    [
        (b"", ""),
        (b"\xff", "\ufffd"),
        (b"<html>", "<html>"),
        (b'[{"userId": "stranger"}', ""),
        (b'{"a": "' + b"x" * 99_999 + b'"}', '{"a": "' + "x" * (har.MOST_OF_BODY - 7)),
    ],
)
def test_any_body_becomes_text(entry, exchange, body, text):
    """What is not JSON stands as it came, unless it may be a list of others'; what is long is cut, and said to be."""
    content = entry(exchange("GET /users", 200, body))["response"]["content"]

    assert (content["size"], content["text"]) == (len(body), text)
    assert bool(content["comment"]) == (len(body) > 20)


def test_items_of_others_are_left_out(entry, exchange):
    """A list keeps the run's own items, whole, so that the body still fits its schema."""
    own = {"userId": "42", "vehicleId": "7", "metadata": {"wheels": [1, 2]}}
    listed = [own, {"userId": "42", "vehicleId": "stranger"}, {"userId": "stranger"}]

    content = entry(exchange("GET /users/42/vehicles", 200, listed), frozenset({"42", "7"}))["response"]["content"]

    assert json.loads(content["text"]) == [own]
    assert content["comment"] == "without 2 items that the run did not make"


def test_delivery_is_as_private_as_a_response(entry, exchange, contract: Contract):
    """What the API sends may be about anybody."""
    made = entry(exchange("POST /hooks/1", 200, sent={"users": [{"userId": "stranger"}]}), is_delivery=True)

    assert made["request"]["postData"]["text"] == '{"users": []}'


def test_archive_is_put_together_in_order(entry, exchange, tmp_path):
    """Parts of several processes become one, by the times of the requests; no part and no draft stays."""
    file = tmp_path / "run.har"
    made = entry(exchange())
    for process, starts in (("gw0", "135"), ("gw1", "246")):
        har.append(har.part_of(file, process), [made | {"startedDateTime": start} for start in starts])

    assert har.put_together(file) == 0

    archive = json.loads(file.read_text(encoding="utf-8"))
    assert valid(archive)
    assert [each["startedDateTime"] for each in archive["log"]["entries"]] == ["1", "2", "3", "4", "5", "6"]
    assert list(tmp_path.iterdir()) == [file]


def test_archive_is_bounded(entry, exchange, tmp_path, monkeypatch):
    """What importers would not take is left out, and counted; the file stays valid."""
    monkeypatch.setattr(har, "MOST_ENTRIES", 2)
    file = tmp_path / "run.har"
    har.append(har.part_of(file, "main"), [entry(exchange())] * 5)

    assert har.put_together(file) == 3
    assert len(json.loads(file.read_text(encoding="utf-8"))["log"]["entries"]) == 2


def spellings(secret: str) -> set[str]:
    """A secret as it may stand in a file."""
    plain = secret.encode()
    encoded = {base64.b64encode(plain).decode(), base64.urlsafe_b64encode(plain).decode().rstrip("="), plain.hex()}
    return {secret, quote(secret, safe=""), json.dumps(secret)[1:-1], *encoded}


@pytest.mark.parametrize("options", [(), ("-n", "2")])
def test_no_file_of_a_run_has_a_secret(tmp_path, options):
    """A run that is asked for everything writes its secrets nowhere, however they are spelt."""
    project = Project(tmp_path)
    project.test(
        SCENARIO
        + """
    def test_it(api, run, story):
        secret = run.ids.secret("webhookSecret")
        hook = {"webhookUrl": f"http://127.0.0.1:9/{secret}", "webhookSecret": secret}
        api.post("/webhooks", json=hook | {"eventPayloadTypes": ["PriceCurve"], "operationTypes": ["Create"]})
        api.get(f"/users/{secret}", expect=UNSPECIFIED)
        open("../secrets.txt", "w").write(f"{api.token()} {secret} {api.target.credentials.client_secret}")
        assert api.get("/events").status_code == 500
    """
    )

    ran = project.run(*LOCAL, "--ec-report", "out", "--ec-har", "out/run.har", *options)

    secrets = (tmp_path.parent / "secrets.txt").read_text().split()
    files = [path for path in (tmp_path / "out").iterdir() if path.is_file()]
    assert {path.name for path in files} >= {"results.json", "report.html", "junit.xml", "summary.md", "run.har"}
    assert valid(json.loads((tmp_path / "out" / "run.har").read_text()))
    assert len(secrets) == 3, ran.text
    for path in files:
        text = path.read_text(encoding="utf-8")
        assert not [each for secret in secrets for each in spellings(secret) if each in text], path


def test_file_that_cannot_be_written_is_one_line(tmp_path):
    """It is told before the first test, with exit code 4."""
    project = Project(tmp_path)
    project.test(SCENARIO + "    def test_it(api): api.get('/events')")

    ran = project.run("--ec-har", ".")

    assert ran.ret == 4
    assert ran.text.strip() == f"ERROR: cannot write {tmp_path} (it is a folder): give another --ec-har"


@pytest.mark.parametrize("options", [(), ("-n", "1")])
def test_full_disk_is_one_line(tmp_path, options):
    """Where exchanges cannot be written on the way, no test is to blame: it is told at the end, with exit code 4."""
    project = Project(tmp_path)
    project.test(SCENARIO + "    def test_it(api): api.get('/events')")
    (tmp_path / "conftest.py").write_text(
        'pytest_plugins = ("ecsuite.plugin",)\n'
        "from ecsuite.results import har\n"
        "def append(part, entries): raise OSError(28, 'No space left on device')\n"
        "har.append = append\n"
    )

    ran = project.run(*LOCAL, "--ec-har", "run.har", *options)

    assert ran.ret == 4
    ran.ended(passed=1)
    assert ran.text.count("(No space left on device): give another --ec-har") == 1
