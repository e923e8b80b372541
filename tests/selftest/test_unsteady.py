"""Whole runs of pytest behind gateways, over real sockets: what is repeated, what could not be told, how a run ends."""

import json
import os
import re
import subprocess
import sys
import xml.etree.ElementTree as ET
from contextlib import closing
from pathlib import Path

import pytest
from live_runs import EDITION, USERS, listed
from proxies import Answer, Half, Lost, behind, busy_from, every, limited, proxying

from ecsuite.checks import Checker
from ecsuite.client import Api, Wait
from ecsuite.editions import contract
from ecsuite.errors import NoSuchApi, WrongEdition
from ecsuite.journal import Journal
from ecsuite.left import Left
from ecsuite.report.text import left_lines, unsteady_text, waiting_text
from ecsuite.results.figures import Figures
from ecsuite.standin import serving
from ecsuite.target import Credentials, Target

BAD_GATEWAY = Answer(502, b"<html>Bad Gateway</html>", {"Content-Type": "text/html"})
GETS = frozenset({"GET", "DELETE"})
MENDED = {
    "a gateway, now and then": lambda: every(5, BAD_GATEWAY, methods=GETS),
    "lost answers, now and then": lambda: every(5, Lost(done=True), methods=GETS),
    "calls lost, now and then": lambda: every(5, Lost(done=False), methods=GETS),
    "busy for two seconds, without Retry-After": lambda: busy_from(6, 2.0, Answer(503)),
    "a limit of ten calls a second": lambda: limited(10, 1.0),
    "a limit that says when": lambda: limited(15, 2.0, {"Retry-After": "2"}),
}


@pytest.mark.parametrize("workers", [[], ["-n", "2"]], ids=["alone", "workers"])
@pytest.mark.parametrize("what", MENDED)
def test_what_is_mended_is_a_note(behind_proxy, what, workers):
    """What another try mends fails nothing; it is counted and told."""
    ran = behind_proxy(MENDED[what](), *workers)

    assert (ran.code, ran.left) == (0, []), ran.text
    assert ran.own > 0
    assert "8 passed" in ran.text
    assert "the service was unsteady: " in ran.text
    assert ", 0 broken" in ran.text


def test_long_wait_is_told_while_it_lasts(behind_proxy):
    """A wait of some seconds is a line on the terminal, also where a worker waits."""
    for workers in ([], ["-n", "1"]):
        ran = behind_proxy(limited(20, 5.0, {"Retry-After": "4"}), *workers)

        assert ran.code == 0, ran.text
        waits = r"ecsuite: test_it.py::test_user\[\d\] waits for another try of \S+ \S+ \(429\), 1 s at most"
        assert re.search(waits, ran.text), ran.text


@pytest.mark.parametrize("trouble", [BAD_GATEWAY, Lost(done=True), Lost(done=False)], ids=["502", "done", "not done"])
def test_test_that_could_not_tell_runs_once_more(behind_proxy, trouble):
    """A POST whose answer is lost is not sent again: its test is, from its start, with fresh ids; and leaves nothing."""
    ran = behind_proxy(every(6, trouble, methods=frozenset({"POST"})))

    assert (ran.code, ran.left) == (0, []), ran.text
    assert "8 passed" in ran.text
    posted = [call.body for call in ran.calls if call.path.endswith("/users") and call.method == "POST"]
    assert len(posted) == len(set(posted)) == 8 + ran.own
    result = json.loads((ran.folder / ".ecsuite" / "last" / "results.json").read_text(encoding="utf-8"))
    # What was seen the first time counts, as what was checked then does.
    assert sum(len(test["calls"]) for test in result["tests"]) == result["figures"]["calls"]
    assert result["coverage"]["shares"]["operations"]["seen"] > 1


@pytest.mark.parametrize("workers", [[], ["-n", "2"]], ids=["alone", "workers"])
def test_what_cannot_be_told_is_6(behind_proxy, workers):
    """A test that cannot tell the second time is inconclusive, with its reason, nothing is broken, and the run ends with 6.

    In a JUnit file, which has no such outcome, it is an error, and no failure.
    """
    test = USERS + '\n    def test_lists(api):\n        api.get("/users")\n'

    ran = behind_proxy(
        lambda call: BAD_GATEWAY if call.method == "POST" and "users" in call.path else None,
        *workers,
        "--junitxml=it.xml",
        test=test,
    )

    assert (ran.code, ran.left) == (6, []), ran.text
    assert "1 passed, 8 inconclusive" in ran.text
    assert "    8 x tests inconclusive: could not tell: POST /users had no answer of the API's (502)" in ran.text
    assert ", 0 broken" in ran.text
    suite = ET.parse(ran.folder / "it.xml").getroot()[0]  # noqa: S314  our own
    assert [suite.get(name) for name in ("tests", "errors", "failures", "skipped")] == ["9", "8", "0", "0"]
    errors = {error.get("message") for error in suite.iter("error")}
    assert errors == {"could not tell: POST /users had no answer of the API's (502)"}
    result = json.loads((ran.folder / ".ecsuite" / "last" / "results.json").read_text(encoding="utf-8"))
    assert result["figures"]["tests"] == {"passed": 1, "inconclusive": 8}
    assert result["inconclusive"] == {"could not tell: POST /users had no answer of the API's (502)": 8}
    reasons = [test["reason"] for test in result["tests"] if test["outcome"] == "inconclusive"]
    assert reasons == ["could not tell: POST /users had no answer of the API's (502)"] * 8


def test_broken_promise_counts_for_more(behind_proxy):
    """Where something is broken as well, the run ends with 1."""

    def behave(call):
        if call.method == "POST" and "users" in call.path:
            return BAD_GATEWAY
        return Answer(500) if call.path.endswith("/events") else None

    ran = behind_proxy(behave, test=USERS + '\n    def test_events(api):\n        api.get("/events")\n')

    assert ran.code == 1
    assert "1 failed, 8 inconclusive" in ran.text


def test_service_that_has_gone_ends_the_run(behind_proxy):
    """Where nothing answers any more, the rest is not tried: nothing is broken, and the run ends with 6."""
    test = (
        "import pytest\n    from ecsuite.client import patience\n    patience._LIMITS = {}\n"
        "    @pytest.fixture(autouse=True)\n    def short(ecsuite_session):\n"
        "        ecsuite_session.patience._longest = 1.0\n" + USERS
    )

    ran = behind_proxy(lambda call: Answer(503) if call.number > 12 else None, test="    " + test)

    assert ran.code == 6, ran.text
    assert "not run: the service does not answer any more" in ran.text
    assert len(ran.calls) < 60


SHORT_SILENCE = """
    import pytest
    from ecsuite.client import patience
    patience.LONGEST_IF_SILENT = 1.0

    @pytest.fixture(autouse=True)
    def short(ecsuite_session):
        ecsuite_session.patience._limits = {"lost": 2.0, "unreachable": 2.0}
"""


def test_service_that_is_gone_is_told_at_once_and_asked_nothing_more(behind_proxy):
    """Where no call has a response any more, the rest is not tried, nor what was made deleted; all that is left is told, once."""
    test = USERS.replace("range(8)", "range(30)").replace("        api.delete(f\"/users/{user['userId']}\")\n", "")
    behave = lambda call: Lost(done=False) if call.number > 40 else None  # noqa: E731

    ran = behind_proxy(behave, test=SHORT_SILENCE + test)

    gone = r"the service does not answer any more \((?:GET|POST|DELETE) /users\S*: .*\)"
    assert ran.code == 6, ran.text
    assert len(re.findall(f"ecsuite: {gone}; the run ends", ran.text)) == 1, ran.text
    assert re.search(f"x tests inconclusive: not run: {gone}", ran.text), ran.text
    named = re.findall(r"^  DELETE http://\S+/users/(\S+)", ran.text, re.MULTILINE)
    assert {user["userId"] for user in ran.left} <= set(named)
    assert len(named) == len(set(named)) < 3
    assert ran.own < 20


def test_operation_without_any_response_ends_no_run(behind_proxy):
    """Where other calls are answered, that one alone could not be told, and the other tests run."""
    test = USERS + '\n    def test_events(api):\n        api.get("/events", strict=False)\n'
    lost = "\n    def test_0(api):\n        api.get('/events', strict=False)\n"

    ran = behind_proxy(
        lambda call: Lost(done=False) if call.path.endswith("/events") and call.number > 6 else None,
        test=SHORT_SILENCE + test + lost,
    )

    assert (ran.code, ran.left) == (6, []), ran.text
    assert "8 passed, 2 inconclusive" in ran.text
    assert "does not answer any more" not in ran.text


HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
NETWORK = {
    "closed": Half(),
    "reset": Half(is_reset=True),
    "half a status line": Half(b"HTTP/1."),
    "half a head": Half(HEAD + b"Content-Le"),
    "half a body": Half(HEAD + b'Content-Length: 99\r\n\r\n{"userId'),
    "half a body, reset": Half(HEAD + b'Content-Length: 99\r\n\r\n{"userId', is_reset=True),
    "half a chunk": Half(HEAD + b'Transfer-Encoding: chunked\r\n\r\n50\r\n{"userId'),
    "no last chunk": Half(HEAD + b"Transfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n"),
}
SHORT = """
    from ecsuite.client import patience
    patience._LIMITS = {}

    @pytest.fixture(autouse=True)
    def short(ecsuite_session):
        ecsuite_session.patience._longest = 1.0
"""
# Where the network fails: in a test, in a fixture of it, or when what was made is to be deleted.
PHASES = {
    "test": """
    def test_user(api, run):
        api.post("/users", json={"userId": run.ids.new()})
        api.get("/users")
    """,
    "fixture": """
    @pytest.fixture
    def user(api, run):
        api.get("/users")
        return api.post("/users", json={"userId": run.ids.new()})

    def test_user(user):
        assert user
    """,
    "clean-up": """
    def test_user(api, run):
        api.post("/users", json={"userId": run.ids.new()})
    """,
}


@pytest.mark.parametrize(
    ("phase", "name"),
    [
        *(("test", name) for name in NETWORK),
        *((phase, name) for phase in ("fixture", "clean-up") for name in ("reset", "half a body")),
    ],
)
def test_no_promise_is_broken_by_the_network(behind_proxy, name, phase):
    """A promise is broken only by an answer: whatever the network does after the token, and whenever, the run ends with 6."""
    is_hit = (lambda call: call.method == "DELETE") if phase == "clean-up" else (lambda call: call.number > 4)
    begin = 'import pytest\n    pytestmark = pytest.mark.edition("2023-10")\n'

    ran = behind_proxy(lambda call: NETWORK[name] if is_hit(call) else None, test=f"    {begin}{SHORT}{PHASES[phase]}")

    assert ran.code == 6, ran.text
    assert (", 0 broken" in ran.text, "Traceback" in ran.text) == (True, False), ran.text
    assert "1 passed" in ran.text if phase == "clean-up" else "1 inconclusive" in ran.text


FIREWALL = Answer(403, b"<html>Request blocked</html>", {"Content-Type": "text/html"})


def test_firewall_is_not_checked(behind_proxy):
    """What a firewall refuses is not checked, with the reason, and the run is none the worse."""
    test = (
        USERS + '\n    def test_script(api):\n        api.post("/users", json={"userId": "<script>"}, strict=False)\n'
    )

    ran = behind_proxy(lambda call: FIREWALL if b"<script>" in call.body else None, test=test)

    assert (ran.code, ran.left) == (0, []), ran.text
    assert "8 passed, 1 skipped" in ran.text
    assert "POST /users: a firewall refuses it with an answer of its own" in ran.text


TOO_LARGE = {
    413: ('api.post("/users", json={"userId": "4" * 9000})', lambda call: len(call.body)),
    414: ('api.get("/users/" + "4" * 9000, expect=ABSENT)', lambda call: len(call.path)),
}


@pytest.mark.parametrize("status", TOO_LARGE)
def test_request_that_is_too_large_is_not_checked(behind_proxy, status):
    """What is refused for its size alone is not checked, with the reason."""
    line, size = TOO_LARGE[status]
    test = f"{USERS}\n    from ecsuite.messages.exchange import ABSENT\n\n    def test_large(api):\n        {line}\n"
    refused = Answer(status, b"<html>Too Large</html>", {"Content-Type": "text/html"})

    ran = behind_proxy(lambda call: refused if size(call) > 8192 else None, test=test)

    assert (ran.code, ran.left) == (0, []), ran.text
    assert f": the service accepts no request of this size ({status})" in ran.text


def refused_from(number: int):
    """The token is no good any more, for any call."""
    refusal = Answer(401, b"", {"WWW-Authenticate": "Bearer"})
    return lambda call: refusal if call.number >= number and "/token" not in call.path else None


@pytest.mark.parametrize("workers", [[], ["-n", "2"]], ids=["alone", "workers"])
def test_access_token_that_ends_ends_the_run(behind_proxy, workers):
    """A given token that ends on the way: the rest is not tried, nothing is broken, and it is told how to go on."""
    ran = behind_proxy(refused_from(12), *workers, by_token=True)

    assert ran.code == 6, ran.text
    assert "EC_ACCESS_TOKEN expired during the run" in ran.text
    assert "$(ecsuite token)" in ran.text
    assert ", 0 broken" in ran.text
    # With two workers each may have made a user when the token ended; all that is left is told.
    assert sorted(re.findall(r"^  DELETE http://\S+/users/(\S+)", ran.text, re.MULTILINE)) == sorted(
        user["userId"] for user in ran.left
    )
    assert len(ran.calls) < 30


def test_what_could_not_be_deleted_is_6(behind_proxy):
    """What is left for want of an answer is listed, and the run ends with 6, though its tests passed."""
    test = f"""
    import pytest
    pytestmark = pytest.mark.edition("{EDITION}")

    def test_user(api, run):
        api.post("/users", json={{"userId": "left-behind"}})
    """
    # Nobody waits for a network that will not come back.
    test += SHORT

    ran = behind_proxy(lambda call: Lost(done=False) if call.method == "DELETE" else None, test=test)

    assert (ran.code, ran.left) == (6, [{"userId": "left-behind"}]), ran.text
    assert "1 passed" in ran.text
    assert re.search(r"^  DELETE http://\S+/users/left-behind$", ran.text, re.MULTILINE)


def test_what_is_kept_is_listed(behind_proxy):
    """With --ec-keep what a run makes is left, and listed; the run is none the worse."""
    test = f"""
    import pytest
    pytestmark = pytest.mark.edition("{EDITION}")

    @pytest.mark.parametrize("name", ["one", "two"])
    def test_user(name, api):
        api.post("/users", json={{"userId": name}})
    """

    ran = behind_proxy(lambda _: None, "--ec-keep", test=test)

    assert (ran.code, ran.left) == (0, [{"userId": "one"}, {"userId": "two"}]), ran.text
    assert "left on the server (2), as you wanted; delete it in this order, or run ecsuite cleanup:" in ran.text
    assert [line.rpartition("/")[2] for line in ran.text.splitlines() if line.startswith("  DELETE ")] == ["one", "two"]


def test_token_is_printed_alone():
    """`ecsuite token` prints a token that the API takes, and nothing else; what is wrong is one line."""
    command = [sys.executable, "-m", "ecsuite", "token", "--edition", EDITION]
    own = {name: value for name, value in os.environ.items() if not name.startswith("EC_")}

    def token(**env: str):
        return subprocess.run(command, env=own | env, capture_output=True, encoding="utf-8", check=False, timeout=60)

    with serving(EDITION) as standin:
        env = standin.environment()
        good, refused, missing = token(**env), token(**env | {"EC_CLIENT_SECRET": "not-the-secret"}), token()
        target = Target("live", standin.base_url, "", Credentials(access_token=good.stdout.strip()))
        with closing(Api(target, Checker(contract(EDITION), target.base_url, ""), Journal())) as api:
            assert api.get("/users").status_code == 200

    assert (good.returncode, good.stderr, len(good.stdout.splitlines())) == (0, "", 1)
    assert (refused.returncode, refused.stdout, len(refused.stderr.splitlines())) == (4, "", 1)
    assert "not-the-secret" not in refused.stderr
    assert (missing.returncode, missing.stdout) == (4, "")
    assert "an access token needs EC_TOKEN_URL, EC_CLIENT_ID and EC_CLIENT_SECRET: " in missing.stderr


DEAD = {
    "404 everywhere": (lambda _: Answer(404), 4, "ERROR: no such API answers at "),
    "500 everywhere": (lambda _: Answer(500), 1, " has nothing but server errors (POST gets 500)"),
    "busy throughout": (lambda _: Answer(503, b"", {"Retry-After": "30"}), 6, "ecsuite: could not tell: "),
}


@pytest.mark.parametrize("workers", [[], ["-n", "2"]], ids=["alone", "workers"])
@pytest.mark.parametrize("what", DEAD)
def test_dead_server_runs_no_test(behind_proxy, what, workers):
    """What is seen before the first test is told, by the one process that looks, and no test is run."""
    behave, code, text = DEAD[what]

    ran = behind_proxy(behave, *workers)

    assert ran.code == code, ran.text
    assert ran.text.count(text) == 1
    assert "Traceback" not in ran.text
    assert not re.search(r"[1-9]\d* (passed|failed)", ran.text)
    assert len(ran.calls) <= 2


@pytest.mark.parametrize("what", DEAD)
def test_walkthrough_ends_as_a_run_does(what):
    """The walkthrough looks first, too, and ends with the same exit code."""
    behave, code, _ = DEAD[what]
    own = {name: value for name, value in os.environ.items() if not name.startswith("EC_")}
    command = [sys.executable, "-m", "ecsuite", "walkthrough", "--target", "live", "--edition", EDITION]

    with serving(EDITION) as standin, proxying(standin.base_url, behave) as (origin, _):
        env = own | behind(standin.environment(), origin)
        ran = subprocess.run(command, env=env, capture_output=True, encoding="utf-8", check=False, timeout=100)

    assert (ran.returncode, ran.stdout) == (code, "")
    assert "Traceback" not in ran.stderr


@pytest.mark.parametrize(
    ("behave", "code"),
    [(every(4, BAD_GATEWAY, methods=GETS), 0), (every(3, BAD_GATEWAY, methods=frozenset({"POST"})), 6)],
)
def test_walkthrough_behind_a_gateway(behave, code):
    """What another try mends is a note; where an answer to a POST is lost, the story cannot go on, and nothing is broken."""
    own = {name: value for name, value in os.environ.items() if not name.startswith("EC_")}
    command = [sys.executable, "-m", "ecsuite", "walkthrough", "--target", "live", "--edition", EDITION]

    with serving(EDITION) as standin, proxying(standin.base_url, behave) as (origin, proxy):
        env = own | behind(standin.environment(), origin)
        ran = subprocess.run(command, env=env, capture_output=True, encoding="utf-8", check=False, timeout=100)
        left = listed(standin, "/users")

    assert (ran.returncode, left) == (code, []), ran.stdout + ran.stderr
    assert f"the service was unsteady: {proxy.own} of" in ran.stdout
    assert ("could not tell: " in ran.stderr) == (code == 6)


def test_page_shows_what_is_printed():
    """What docs/unsteady.md shows is what a run prints."""
    page = (Path(__file__).parents[2] / "docs" / "unsteady.md").read_text(encoding="utf-8")
    base = "https://api.example/energy-coordination/v1"
    figures = Figures(
        calls=2305, unsteady={"502": 9, "lost": 5}, repeated={"GET /users": 11, "DELETE /users/{userId}": 3}
    )
    seen = "GET /users gets 404, GET /events gets 404"
    hint = "check the path of EC_BASE_URL, which usually ends in /energy-coordination/v1, and the edition"

    printed = [
        waiting_text(Wait(20.0, "GET /users", "429")),
        unsteady_text(figures),
        *left_lines([Left(f"{base}/users/90afea11-44c7-4351-a1c2-8bba7ad9144a", "unreached")]),
        f"ERROR: {NoSuchApi('https://api.example', seen, hint)}",
        f"ERROR: {WrongEdition(base, '2026-01', '2023-10')}",
    ]

    assert [line for line in printed if line not in page.splitlines()] == []
