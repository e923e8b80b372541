"""The client: its token, its patience, and that nothing goes past the checks. Mocked where a network cannot be had."""

import email.utils
import time

import httpx
import pytest
import respx

from ecsuite.checks import Checker
from ecsuite.client import Api, segment
from ecsuite.client.retry import MOST_ATTEMPTS, retry_after, with_retries
from ecsuite.findings.breach import Breach, Place
from ecsuite.findings.broken import PromiseBroken
from ecsuite.journal import Journal
from ecsuite.messages.exchange import Expectation
from ecsuite.messages.redact import Redactor
from ecsuite.promises import MEDIA_TYPE, RESPONSE_ARRIVES, RESPONSE_BODY, SERVER_ERROR, STATUS_EXPECTED
from ecsuite.target import Credentials, Target

API = "https://api.example/v1"
TOKENS = "https://auth.example/connect/token"
USER = {"userId": "42"}
REFUSED = httpx.Response(401, headers={"WWW-Authenticate": "Bearer"})


class Clock:
    """Seconds that pass when a test says so."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def quick(monkeypatch) -> list[float]:
    """Pauses that are noted and not slept."""
    pauses: list[float] = []
    monkeypatch.setattr(time, "sleep", pauses.append)
    return pauses


@pytest.fixture
def mock():
    with respx.mock(assert_all_called=False) as router:
        yield router


@pytest.fixture
def api(contract, clock):
    return make_api(contract, clock)


def make_api(contract, clock=time.monotonic, **target: object) -> Api:
    credentials = target.pop("credentials", Credentials("me", "my-client-secret"))
    checker = Checker(contract, API, TOKENS)
    place = Target("live", API, TOKENS, credentials, **target)
    return Api(place, checker, Journal(), Redactor(), retrying=with_retries, clock=clock)


def token_response(value: str = "token-1", **members: object) -> httpx.Response:
    answer = {"access_token": value, "token_type": "Bearer", "expires_in": 1800, **members}
    return httpx.Response(200, json=answer, headers={"Cache-Control": "no-store"})


def sent_tokens(route: respx.Route) -> list[str]:
    return [call.request.headers["Authorization"] for call in route.calls]


def broken(api: Api) -> list[str]:
    return [finding.promise for finding in api.journal.findings]


def test_token_is_fetched_once(mock, api):
    """The first call gets a token with the credentials in a form; the calls after it use the same."""
    tokens = mock.post(TOKENS).mock(return_value=token_response())
    users = mock.get(f"{API}/users").respond(json=[])

    for _ in range(3):
        api.get("/users")

    assert tokens.call_count == 1
    assert (
        tokens.calls[0].request.content == b"grant_type=client_credentials&client_id=me&client_secret=my-client-secret"
    )
    assert sent_tokens(users) == ["Bearer token-1"] * 3
    assert api.journal.tally.exchanges == 4


def test_token_is_renewed_before_it_ends(mock, api, clock):
    """A minute before its time is over, the token is got again, and no call meets its end."""
    mock.post(TOKENS).mock(side_effect=[token_response("token-1"), token_response("token-2")])
    users = mock.get(f"{API}/users").respond(json=[])

    for seconds in (0, 1739, 2):
        clock.now += seconds
        api.get("/users")

    assert sent_tokens(users) == ["Bearer token-1", "Bearer token-1", "Bearer token-2"]
    assert broken(api) == []


def test_token_is_renewed_once_after_401(mock, api):
    """A refused token is got again and the call sent again; that a good token was refused stays a finding."""
    mock.post(TOKENS).mock(side_effect=[token_response("token-1"), token_response("token-2")])
    users = mock.get(f"{API}/users").mock(side_effect=[REFUSED, httpx.Response(200, json=[])])

    answer = api.get("/users")

    assert answer.json() == []
    assert sent_tokens(users) == ["Bearer token-1", "Bearer token-2"]
    assert broken(api) == [STATUS_EXPECTED.id]


def test_second_401_is_an_answer(mock, api):
    """Where the new token is refused, too, the client gives up."""
    mock.post(TOKENS).mock(side_effect=[token_response("token-1"), token_response("token-2")])
    users = mock.get(f"{API}/users").mock(return_value=REFUSED)

    with pytest.raises(PromiseBroken, match="401 where 2XX was expected"):
        api.get("/users")

    assert users.call_count == 2


def test_401_is_no_finding_where_the_lifetime_is_unknown(mock, api):
    """A token of which nobody said how long it lives may end at any time."""
    mock.post(TOKENS).mock(
        side_effect=[
            httpx.Response(200, json={"access_token": t, "token_type": "Bearer"}, headers={"Cache-Control": "no-store"})
            for t in ("token-1", "token-2")
        ]
    )
    mock.get(f"{API}/users").mock(side_effect=[httpx.Response(200, json=[]), REFUSED, httpx.Response(200, json=[])])

    api.get("/users")
    api.get("/users")

    assert broken(api) == []


def test_given_access_token_is_used_as_it_is(mock, contract):
    """With EC_ACCESS_TOKEN no token is asked for, and a refusal is a response."""
    api = make_api(contract, credentials=Credentials(access_token="given-token"))
    tokens = mock.post(TOKENS).mock(return_value=token_response())
    users = mock.get(f"{API}/users").mock(return_value=REFUSED)

    with pytest.raises(PromiseBroken):
        api.get("/users")

    assert not tokens.called
    assert sent_tokens(users) == ["Bearer given-token"]


@pytest.mark.parametrize(
    ("answer", "promise"),
    [
        (httpx.Response(400, json={"error": "invalid_scope"}), STATUS_EXPECTED),
        (httpx.Response(500), SERVER_ERROR),
        (httpx.Response(200, json={"token_type": "Bearer"}, headers={"Cache-Control": "no-store"}), RESPONSE_BODY),
        (token_response(""), RESPONSE_BODY),
        (token_response("tök\nen"), RESPONSE_BODY),
        (httpx.Response(200, text="hello"), MEDIA_TYPE),
    ],
)
def test_no_token_is_a_finding(mock, api, answer, promise):
    """Where the token endpoint breaks its promise the call is not sent, and the finding says what was wrong."""
    mock.post(TOKENS).mock(return_value=answer)
    users = mock.get(f"{API}/users").respond(json=[])

    with pytest.raises(PromiseBroken):
        api.get("/users")

    assert not users.called
    assert promise.id in broken(api)


@pytest.mark.parametrize(
    ("first", "pause"),
    [
        (httpx.Response(429), None),
        (httpx.Response(429, headers={"Retry-After": "7"}), 7.0),
        (httpx.Response(503, headers={"Retry-After": "0"}), 0.0),
        (httpx.Response(503, headers={"Retry-After": "3600"}), 30.0),
        (httpx.Response(429, headers={"Retry-After": "soon"}), None),
    ],
)
def test_server_that_asks_to_wait_is_waited_for(mock, api, quick, first, pause):
    """429, and 503 with Retry-After, are waited out as long as the server asks, at most half a minute."""
    mock.post(TOKENS).mock(return_value=token_response())
    users = mock.post(f"{API}/users").mock(side_effect=[first, httpx.Response(201, json=USER)])

    answer = api.post("/users", json=USER)

    assert answer.status_code == 201
    assert users.call_count == 2
    assert len(quick) == 1
    assert quick[0] == pause if pause is not None else 0 <= quick[0] <= 2
    assert broken(api) == []
    assert api.journal.tally.not_checked


def test_token_endpoint_is_waited_for(mock, api, quick):
    """The token endpoint may be busy, too."""
    mock.post(TOKENS).mock(side_effect=[httpx.Response(429), token_response()])
    mock.get(f"{API}/users").respond(json=[])

    api.get("/users")

    assert broken(api) == []


def test_waiting_has_an_end(mock, api, quick):
    """A server that only ever asks to wait is a finding, after eight attempts."""
    mock.post(TOKENS).mock(return_value=token_response())
    users = mock.get(f"{API}/users").respond(429, headers={"Retry-After": "1"})

    with pytest.raises(PromiseBroken, match=r"no response \(429, again and again\)"):
        api.get("/users")

    assert users.call_count == MOST_ATTEMPTS
    assert broken(api) == [RESPONSE_ARRIVES.id]


@pytest.mark.parametrize("status", [500, 502, 503, 504])
def test_server_error_is_not_tried_again(mock, api, status):
    """A response of the 500s is a response, and a finding."""
    mock.post(TOKENS).mock(return_value=token_response())
    users = mock.get(f"{API}/users").respond(status)

    with pytest.raises(PromiseBroken):
        api.get("/users")

    assert users.call_count == 1
    assert broken(api) == [SERVER_ERROR.id]


def test_refused_connection_is_a_finding(mock, api, quick):
    """A server that is not there is told with the request that did not reach it."""
    mock.post(TOKENS).mock(return_value=token_response())
    mock.get(f"{API}/users").mock(side_effect=httpx.ConnectError("Connection refused"))

    with pytest.raises(PromiseBroken, match="no response"):
        api.get("/users")

    (finding,) = api.journal.findings
    assert (finding.promise, finding.operation, finding.status) == (RESPONSE_ARRIVES.id, "listUsers", None)
    assert finding.breach == Breach("absent", Place("connection"), note="ConnectError: Connection refused")


def test_slow_server_is_a_finding_in_the_end(mock, api):
    """No response within the timeout is not tried again, and a finding."""
    mock.post(TOKENS).mock(return_value=token_response())
    users = mock.post(f"{API}/users").mock(side_effect=httpx.ReadTimeout("timed out"))

    with pytest.raises(PromiseBroken):
        api.post("/users", json=USER)

    assert users.call_count == 1
    assert users.calls[0].request.extensions["timeout"] == {"connect": 10.0, "read": 30.0, "write": 30.0, "pool": 30.0}


def test_what_is_made_is_cleaned_up(mock, api):
    """What a client made and did not delete it deletes, the parts before the whole, and goes on over refusals."""
    mock.post(TOKENS).mock(return_value=token_response())
    mock.post(f"{API}/users").respond(201, json={"userId": "a/b"})
    mock.post(f"{API}/users/a%2Fb/vehicles").respond(201)
    mock.post(f"{API}/webhooks").respond(
        201, json={"id": "w", "webhookUrl": "u", "eventPayloadTypes": [], "operationTypes": []}
    )
    deleted = mock.delete(url__regex=f"{API}/.*").mock(side_effect=[httpx.Response(404), httpx.ConnectError("x")] * 9)
    car = {"resourceType": "Vehicle", "brand": "b", "model": "m", "year": 1, "vin": "v"}

    api.post("/users", json={"userId": "a/b"})
    api.post(f"/users/{segment('a/b')}/vehicles", json={"vehicleId": "v 1", "metadata": car})
    hook = {"webhookUrl": "u", "webhookSecret": "s", "eventPayloadTypes": [], "operationTypes": []}
    api.post("/webhooks", json=hook)
    api.clean_up()

    paths = [call.request.url.raw_path.decode() for call in deleted.calls]
    assert list(dict.fromkeys(paths)) == ["/v1/users/a%2Fb/vehicles/v%201", "/v1/webhooks/w", "/v1/users/a%2Fb"]


def test_deleted_is_not_deleted_again(mock, api):
    """What a test deletes itself is not left to clean up."""
    mock.post(TOKENS).mock(return_value=token_response())
    mock.post(f"{API}/users").respond(201, json=USER)
    deleted = mock.delete(f"{API}/users/42").respond(204)

    api.post("/users", json=USER)
    api.delete("/users/42")
    api.clean_up()

    assert deleted.call_count == 1


def test_expectation_travels_with_the_request(mock, api):
    """A refusal that was asked for is no finding, and another status than that is one."""
    mock.post(TOKENS).mock(return_value=token_response())
    mock.get(f"{API}/users/7").mock(side_effect=[httpx.Response(404), httpx.Response(200, json={"userId": "7"})])
    gone = Expectation("gone", frozenset({404}))

    api.get("/users/7", expect=gone)
    with pytest.raises(PromiseBroken, match="200 where 404 was expected"):
        api.get("/users/7", expect=gone)

    assert broken(api) == [STATUS_EXPECTED.id]


@pytest.mark.parametrize("base", ["HTTPS://API.example:443/v1", "https://api.example/a%20b/v1", "https://api.example"])
def test_base_url_may_be_spelt_otherwise(mock, contract, base):
    """A base URL that httpx spells otherwise is the same address, and its operations are known."""
    target = Target(
        "live", base, TOKENS.upper().replace("/CONNECT/TOKEN", "/connect/token"), Credentials("me", "secret")
    )
    api = Api(target, Checker(contract, target.base_url, target.token_url), Journal())
    mock.post(TOKENS).mock(return_value=token_response())
    mock.get(url__startswith="https://api.example").respond(json=[])

    api.get("/users")

    assert broken(api) == []


def test_token_is_known_to_the_redactor(mock, api):
    """A fetched token is masked in any text from then on."""
    mock.post(TOKENS).mock(return_value=token_response("a-secret-token"))

    api.token()

    assert api._redactor.text("see a-secret-token and my-client-secret") == "see *** and ***"


@pytest.mark.parametrize(
    ("header", "seconds"),
    [(None, True), ("5", 5.0), (" 5 ", 5.0), ("99999", 30.0), ("-1", True), ("soon", True), ("", True)],
)
def test_retry_after_is_read(header, seconds):
    """Seconds are taken, up to a bound; what is neither seconds nor a date is a growing pause."""
    assert retry_after(header, 0.0) == seconds


def test_retry_after_may_be_a_date():
    """A date is waited for; one that is over is not."""
    now = 1_700_000_000.0

    assert retry_after(email.utils.formatdate(now + 9, usegmt=True), now) == 9.0
    assert retry_after(email.utils.formatdate(now - 9, usegmt=True), now) == 0.0


def test_poll_goes_on_until_an_answer_will_do(api, mock, quick):
    """A path is read again, with growing pauses; the responses before the last are marked as of no more use."""
    answers = [httpx.Response(200, json={**USER, "ready": ready}) for ready in (False, False, True)]
    mock.post(TOKENS).mock(return_value=token_response())
    mock.get(f"{API}/users/42").mock(side_effect=[httpx.Response(200, json=USER), *answers])
    api.get("/users/42")

    answer = api.poll("/users/42", lambda response: response.json()["ready"])

    assert answer.json()["ready"]
    assert quick == sorted(quick)
    assert len(quick) == 2
    assert api.log.superseded == {("GET", f"{API}/users/42", 1), ("GET", f"{API}/users/42", 2)}


def test_poll_ends_when_time_is_up(api, mock, quick):
    """The latest answer is given, for the caller to say what is wrong with it."""
    mock.post(TOKENS).mock(return_value=token_response())
    mock.get(f"{API}/users/42").mock(return_value=httpx.Response(200, json=USER))

    answer = api.poll("/users/42", lambda _: False, seconds=0.0)

    assert (answer.status_code, quick, api.log.superseded) == (200, [], frozenset())


def test_poll_of_a_recording_asks_once(contract, mock, quick):
    """A recording has the response that was gone on with, whatever it says."""
    target = Target("replay", API, TOKENS, Credentials(access_token="given"))
    replay = Api(target, Checker(contract, API, TOKENS), Journal())
    asked = mock.get(f"{API}/users/42").mock(return_value=httpx.Response(200, json=USER))

    replay.poll("/users/42", lambda _: False)

    assert (quick, asked.call_count) == ([], 1)
