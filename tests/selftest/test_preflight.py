"""What is seen before the first test of a live run: dead servers, foreign ones, and ones that are too busy."""

import json
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace

import pytest
from proxies import Answer, Call, Half, Lost, Own, behind, proxying

from ecsuite import editions
from ecsuite.client.harmless import readable
from ecsuite.errors import (
    AccessTokenRefused,
    CouldNotTell,
    CredentialsRefused,
    EcsuiteError,
    NoSuchApi,
    ProductionRefused,
    ServerUnreachable,
    TokenNotTaken,
    WrongEdition,
)
from ecsuite.findings.broken import AllBroken
from ecsuite.production import Hosts
from ecsuite.promises import SERVER_ERROR
from ecsuite.session.preflight import require_server
from ecsuite.standin import StandIn, serving
from ecsuite.target import Credentials, Target, live

EDITION = editions.editions()[0]
NEWEST = editions.editions()[-1]
LOGIN = Answer(200, b"<html><form>Sign in</form></html>", {"Content-Type": "text/html; charset=utf-8"})
ELSEWHERE = Answer(302, b"", {"Location": "https://login.example/"})
NOT_FOUND = Answer(404)
JSON = {"Content-Type": "application/json"}


@pytest.fixture
def preflight(standin):
    """Looks at the stand-in of the oldest edition, behind a proxy that has a behaviour."""

    def look(behave, edition: str = EDITION) -> list[Call]:
        with proxying(standin.base_url, behave) as (origin, proxy):
            require_server(edition, live(behind(standin.environment(), origin), Hosts(frozenset())))
            return proxy.calls

    return look


def only_the_api(answer: Own):
    """An answer to all calls but those of the token endpoint."""
    return lambda call: None if call.path.endswith("/token") else answer


def test_server_that_answers_is_asked_once(preflight):
    """A token for each partner, and one read: that is all it takes."""
    calls = preflight(lambda _: None)

    assert [(call.method, call.path.rpartition("/")[2]) for call in calls] == [
        ("POST", "token"),
        ("POST", "token"),
        ("GET", "users"),
    ]


@pytest.mark.parametrize("edition", editions.editions())
def test_reads_are_harmless(edition):
    """What is read needs nothing that was made, and changes nothing."""
    found = readable(editions.contract(edition))

    assert len(found) > 1
    assert {operation.method for operation in found} == {"GET"}
    assert not [operation.path for operation in found if "{" in operation.path]


FOREIGN = {
    "404 everywhere": (lambda _: NOT_FOUND, NoSuchApi, r"POST gets 404\): check EC_TOKEN_URL"),
    "a login in place of the token": (lambda _: LOGIN, NoSuchApi, r"\(200, a web page\): check the address, and whether"),
    "a login in place of the API": (only_the_api(LOGIN), NoSuchApi, r"GET .*/users gets 200, .*login"),
    "a redirect": (only_the_api(ELSEWHERE), NoSuchApi, r"GET .*/users gets 302.*login"),
    "a redirect to production": (
        only_the_api(Answer(307, b"", {"Location": "https://API.voluespark.com./energy-coordination/v1/users"})),
        ProductionRefused,
        r"leads to api\.voluespark\.com, which is production",
    ),
    "the wrong path": (only_the_api(NOT_FOUND), NoSuchApi, r"gets 404.*ends in /energy-coordination/v1, and the edition"),
    "a firewall before all": (lambda _: Answer(403, b"<html>", {"Content-Type": "text/html"}), NoSuchApi, "a web page"),
    "text": (only_the_api(Answer(200, b"It works!", {"Content-Type": "text/plain"})), NoSuchApi, "gets 200"),
    "another API's token": (only_the_api(Answer(401)), TokenNotTaken, r"refuses the token .*\(401\): do EC_BASE_URL"),
    "no rights": (only_the_api(Answer(403, b"{}", JSON)), TokenNotTaken, r"\(403\).*may these credentials use the API"),
    "500 to everything": (lambda _: Answer(500), AllBroken, r"nothing but server errors \(POST gets 500\)"),
    "500 to all reads": (only_the_api(Answer(500)), AllBroken, r"nothing but server errors \(GET .*/users gets 500"),
    "no answer to anybody": (lambda _: Lost(done=False), ServerUnreachable, "Server disconnected"),
    "no answer of the API's": (only_the_api(Lost(done=False)), ServerUnreachable, "though http.*/connect/token answers"),
}  # fmt: skip


@pytest.mark.parametrize("what", FOREIGN)
def test_foreign_server_is_told_on_one_line(preflight, monkeypatch, what):
    """What is no API of ours is seen before the first test, with what was seen, and what to look at."""
    monkeypatch.setattr("ecsuite.session.preflight.BUDGET", 1.0)
    behave, error, text = FOREIGN[what]

    with pytest.raises(error, match=text) as raised:
        preflight(behave)

    assert "\n" not in str(raised.value)
    assert raised.value.exit_code == (1 if error is AllBroken else 4)


def test_server_error_everywhere_is_one_finding(preflight):
    """A server that answers 500 to everything is one finding, not one for each call."""
    with pytest.raises(AllBroken) as raised:
        preflight(only_the_api(Answer(500)))

    assert raised.value.finding.promise == SERVER_ERROR.id


LOST_ONCE = {
    "lost": Lost(done=False),
    "lost, but processed": Lost(done=True),
    "reset": Half(is_reset=True),
    "torn": Half(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 99\r\n\r\n{"),
    "502": Answer(502),
    "504": Answer(504, b"<html>", {"Content-Type": "text/html"}),
}


@pytest.mark.parametrize("number", [1, 2, 3], ids=["token", "token of the second", "read"])
@pytest.mark.parametrize("what", LOST_ONCE)
def test_one_lost_answer_is_asked_for_again(preflight, what, number):
    """A token, and a read, may be asked for twice, so one lost answer ends no run."""
    calls = preflight(lambda call: LOST_ONCE[what] if call.number == number else None)

    assert len(calls) == 4
    assert (calls[number].method, calls[number].path) == (calls[number - 1].method, calls[number - 1].path)


def test_answer_that_was_lost_late_is_asked_for_again(preflight):
    """A gateway gives up after some seconds, which is no reason not to ask again."""

    def late(call: Call) -> Own | None:
        if call.number != 1:
            return None
        time.sleep(3)
        return Lost(done=False)

    assert len(preflight(late)) == 4


@pytest.mark.parametrize("status", [429, 502, 503, 504])
def test_busy_service_cannot_be_told(preflight, monkeypatch, status):
    """Where the first calls are put off for as long as the budget lasts, nothing can be told."""
    monkeypatch.setattr("ecsuite.session.preflight.BUDGET", 1.0)

    with pytest.raises(CouldNotTell, match=str(status)) as raised:
        preflight(only_the_api(Answer(status)))

    assert raised.value.exit_code == 6


ONE_LIST = {
    "is a server error": Answer(500),
    "is not found": NOT_FOUND,
    "is busy": Answer(503),
    "is refused": Answer(401),
    "is a page": LOGIN,
    "is of another shape": Answer(200, b'{"users": "none"}', JSON),
}


@pytest.mark.parametrize("what", ONE_LIST)
def test_one_list_that_is_wrong_is_for_the_tests_to_tell(preflight, monkeypatch, what):
    """As long as anything answers as the API does, the run goes on."""
    monkeypatch.setattr("ecsuite.session.preflight.BUDGET", 1.0)

    preflight(lambda call: ONE_LIST[what] if call.path.endswith("/users") else None)


def test_token_that_is_wrong_is_for_the_tests_to_tell(preflight):
    """A token endpoint that answers, and not as it should, is no foreign server."""
    calls = preflight(lambda _: Answer(200, json.dumps({"token": "x"}).encode(), JSON))

    assert {call.method for call in calls} == {"POST"}


@pytest.mark.parametrize(("asked", "there"), [(EDITION, NEWEST), (NEWEST, EDITION)])
def test_wrong_edition_is_told(asked, there):
    """Where all that answers fits another edition's contract, and not this one's, that is what is wrong."""
    with (
        serving(there) as standin,
        pytest.raises(WrongEdition, match=f"is edition {there}, not {asked}: give --edition"),
    ):
        require_server(asked, live(standin.environment(), Hosts(frozenset())))


@pytest.mark.parametrize("edition", editions.editions())
def test_right_edition_is_not_doubted(edition):
    """One list of another edition's shape is a fault of the server, and no other edition."""
    other = next(each for each in editions.editions() if each != edition)
    shape = b"[]" if other == EDITION else b'{"users": [], "pagination": {}}'

    with serving(edition) as standin:
        behave = lambda call: Answer(200, shape, JSON) if call.path.endswith("/users") else None  # noqa: E731
        with proxying(standin.base_url, behave) as (origin, _):
            require_server(edition, live(behind(standin.environment(), origin), Hosts(frozenset())))


@contextmanager
def silence() -> Iterator[str]:
    """A server that takes connections and says nothing."""
    with socket.create_server(("127.0.0.1", 0)) as listener, ExitStack() as stack:

        def accept() -> None:
            while True:
                try:
                    stack.enter_context(listener.accept()[0])
                except OSError:
                    return

        threading.Thread(target=accept, daemon=True).start()
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"


def place(standin: StandIn, **changes: object) -> Target:
    return replace(live(standin.environment(), Hosts(frozenset())), **changes)


def test_silence_has_an_end(standin, monkeypatch):
    """Where nothing is said, that is told after some seconds, of the token endpoint as of the API."""
    monkeypatch.setattr("ecsuite.session.preflight.BUDGET", 1.0)

    with silence() as origin:
        with pytest.raises(ServerUnreachable, match=f"cannot reach {origin}/token .no answer within 1 seconds"):
            require_server(EDITION, place(standin, token_url=f"{origin}/token"))
        with pytest.raises(ServerUnreachable, match=f"cannot reach {origin}/v1 .*though http.*/connect/token answers"):
            require_server(EDITION, place(standin, base_url=f"{origin}/v1"))


def test_closed_port_is_told(standin):
    """A server that is not there: at the token endpoint, or behind one that answers."""
    with pytest.raises(ServerUnreachable, match="Connection refused"):
        require_server(EDITION, place(standin, token_url="http://127.0.0.1:1/token"))
    with pytest.raises(ServerUnreachable, match=r"cannot reach http://127.0.0.1:1 .*refused.*though http.*answers"):
        require_server(EDITION, place(standin, base_url="http://127.0.0.1:1"))


WRONG = Credentials("nobody", "not-the-secret")
REFUSED: dict[str, tuple[dict[str, object], type[EcsuiteError], str]] = {
    "the first partner": ({"credentials": WRONG}, CredentialsRefused, "check EC_CLIENT_ID and EC_CLIENT_SECRET"),
    "the second": ({"other": WRONG}, CredentialsRefused, "check EC_OTHER_CLIENT_ID and EC_OTHER_CLIENT_SECRET"),
    "a token": ({"credentials": Credentials(access_token="old"), "other": None}, AccessTokenRefused, "get a new token"),
}


@pytest.mark.parametrize("who", REFUSED)
def test_refused_credentials_are_named(standin, who):
    """Whose credentials are no good is told, and no secret with it."""
    changes, error, text = REFUSED[who]

    with pytest.raises(error, match=text) as raised:
        require_server(EDITION, place(standin, **changes))

    assert "not-the-secret" not in str(raised.value)
