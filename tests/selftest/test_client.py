"""The client: its token, its patience, and that nothing goes past the checks. Mocked where a network cannot be had."""

import email.utils
import re
import time
from contextlib import closing, nullcontext
from functools import partial

import httpx
import pytest
import respx

from ecsuite.checks import Checker
from ecsuite.client import Api, segment
from ecsuite.client.patience import LONGEST, Patience
from ecsuite.client.retry import retry_after, with_retries
from ecsuite.errors import BehindFirewall, CouldNotTell, TokenEnded
from ecsuite.findings.breach import Breach, Place
from ecsuite.findings.broken import PromiseBroken
from ecsuite.ids import Traces
from ecsuite.journal import Journal
from ecsuite.left import Left
from ecsuite.messages.exchange import UNSPECIFIED, Expectation
from ecsuite.messages.redact import Redactor
from ecsuite.promises import MEDIA_TYPE, RESPONSE_ARRIVES, RESPONSE_BODY, SERVER_ERROR, STATUS_EXPECTED
from ecsuite.report.text import waiting_text
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


@pytest.fixture
def slept(monkeypatch):
    """A clock that goes on by what is slept, and nothing else; `total` is how long that was."""
    clock = Clock()
    clock.total = 0.0

    def sleep(seconds: float) -> None:
        clock.now += seconds
        clock.total += seconds

    monkeypatch.setattr(time, "sleep", sleep)
    monkeypatch.setattr(time, "monotonic", clock)
    return clock


def make_api(contract, clock=time.monotonic, patience=None, **target: object) -> Api:
    credentials = target.pop("credentials", Credentials("me", "my-client-secret"))
    checker = Checker(contract, API, TOKENS)
    place = Target("live", API, TOKENS, credentials, **target)
    retrying = partial(with_retries, patience=patience)
    return Api(place, checker, Journal(), Redactor(), retrying=retrying, clock=clock)


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
    """With EC_ACCESS_TOKEN no token is asked for, and none after a refusal either."""
    api = make_api(contract, credentials=Credentials(access_token="given-token"))
    tokens = mock.post(TOKENS).mock(return_value=token_response())
    reads = mock.get(url__startswith=API).mock(return_value=REFUSED)

    with pytest.raises(TokenEnded):
        api.get("/users")

    assert not tokens.called
    assert set(sent_tokens(reads)) == {"Bearer given-token"}


def test_given_token_that_ends_is_no_finding(mock, contract):
    """A given token that is refused after it was good, for what it was good for as well, has ended: nothing is broken."""
    api = make_api(contract, credentials=Credentials(access_token="given-token"))
    mock.get(f"{API}/users").mock(side_effect=[httpx.Response(200, json=[]), REFUSED])
    mock.get(f"{API}/events").mock(return_value=REFUSED)

    api.get("/users")
    with pytest.raises(TokenEnded, match="EC_ACCESS_TOKEN expired during the run"):
        api.get("/events")

    assert broken(api) == []


@pytest.mark.parametrize("strict", [True, False])
def test_good_token_that_is_refused_is_a_finding(mock, contract, strict):
    """Where the token is still good for what it was good for, the refusal of another call breaks a promise."""
    api = make_api(contract, credentials=Credentials(access_token="given-token"))
    mock.get(f"{API}/users").mock(return_value=httpx.Response(200, json=[]))
    mock.get(f"{API}/events").mock(return_value=REFUSED)

    api.get("/users")
    with pytest.raises(PromiseBroken) if strict else nullcontext():
        api.get("/events", strict=strict)

    assert broken(api) == [STATUS_EXPECTED.id]


def test_refusal_that_was_asked_for_ends_no_token(mock, contract):
    """A 401 that a test asks for says nothing of the token, and is not looked into."""
    api = make_api(contract, credentials=Credentials(access_token="given-token"))
    users = mock.get(f"{API}/users").mock(side_effect=[httpx.Response(200, json=[]), REFUSED, REFUSED])

    api.get("/users")
    api.get("/users", expect=Expectation("a refusal", frozenset({401})))
    api.get("/users", expect=UNSPECIFIED)

    assert users.call_count == 3
    assert broken(api) == []


def test_every_call_has_a_trace_of_its_own(mock, contract):
    """Each call carries a W3C trace context, drawn from a seed: the same again from the same, and unlike each other."""
    form = re.compile("00-[0-9a-f]{32}-[0-9a-f]{16}-01")
    target, checker = Target("live", API, TOKENS, Credentials("me", "secret")), Checker(contract, API, TOKENS)
    mock.post(TOKENS).mock(return_value=token_response())
    mock.get(f"{API}/users").respond(json=[])

    def sent() -> list[str]:
        before = len(mock.calls)
        with closing(Api(target, checker, Journal(), traces=Traces("seed"))) as api:
            for _ in range(3):
                api.get("/users")
        return [call.request.headers["traceparent"] for call in [*mock.calls][before:]]

    first = sent()

    assert len(set(first)) == 4
    assert all(map(form.fullmatch, first))
    assert sent() == first


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
        (httpx.Response(503), None),
        (httpx.Response(503, headers={"Retry-After": "0"}), 0.0),
        (httpx.Response(503, headers={"Retry-After": "3600"}), 60.0),
        (httpx.Response(429, headers={"Retry-After": "soon"}), None),
        (httpx.ConnectError("refused"), None),
    ],
)
def test_service_that_is_busy_is_waited_for(mock, api, quick, first, pause):
    """429, 503 and no connection are waited out, as long as the server asks for, at most a minute; whatever the method."""
    mock.post(TOKENS).mock(return_value=token_response())
    users = mock.post(f"{API}/users").mock(side_effect=[first, httpx.Response(201, json=USER)])

    answer = api.post("/users", json=USER)

    assert answer.status_code == 201
    assert users.call_count == 2
    assert len(quick) == 1
    assert quick[0] == pause if pause is not None else 0 < quick[0] <= 1
    assert broken(api) == []
    assert sum(api.journal.tally.unsteady.values()) == 1


def test_token_endpoint_is_waited_for(mock, api, quick):
    """The token endpoint may be busy, too."""
    mock.post(TOKENS).mock(side_effect=[httpx.Response(429), token_response()])
    mock.get(f"{API}/users").respond(json=[])

    api.get("/users")

    assert broken(api) == []


@pytest.mark.parametrize("trouble", [httpx.Response(502), httpx.Response(504), httpx.ReadTimeout("timed out")])
@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
def test_what_may_be_repeated_is(mock, api, quick, method, trouble):
    """A gateway's response, or none at all, is mended by another try, and counted."""
    mock.post(TOKENS).mock(return_value=token_response())
    hook = {"webhookUrl": "u", "webhookSecret": "s", "eventPayloadTypes": [], "operationTypes": []}
    answer = httpx.Response(204) if method == "DELETE" else httpx.Response(200, json=hook | {"id": "7"})
    mock.request(method, f"{API}/webhooks/7").mock(side_effect=[trouble, trouble, answer])

    response = api.request(method, "/webhooks/7", **({"json": hook} if method == "PUT" else {}))

    assert response.status_code == answer.status_code
    assert broken(api) == []
    assert sum(api.journal.tally.unsteady.values()) == 2


@pytest.mark.parametrize("trouble", [httpx.Response(502), httpx.Response(504), httpx.ReadTimeout("timed out")])
@pytest.mark.parametrize("method", ["POST", "PATCH"])
def test_what_may_not_be_repeated_is_not(mock, api, quick, method, trouble):
    """A POST may have been done, so it is not sent again: nothing can be told, and nothing is broken."""
    mock.post(TOKENS).mock(return_value=token_response())
    users = mock.request(method, f"{API}/users").mock(side_effect=[trouble, httpx.Response(201, json=USER)])

    with pytest.raises(CouldNotTell, match=f"could not tell: {method} .*/users had no answer of the API's"):
        api.request(method, "/users", json=USER, expect=UNSPECIFIED, strict=False)

    assert users.call_count == 1
    assert SERVER_ERROR.id not in broken(api)
    assert sum(api.journal.tally.unsteady.values()) == 1


def test_repeated_deletion_finds_nothing(mock, api, quick):
    """Where the answer to a DELETE was lost, a 404 to the next try is success."""
    mock.post(TOKENS).mock(return_value=token_response())
    mock.delete(f"{API}/users/42").mock(side_effect=[httpx.Response(502), httpx.Response(404)])

    api.delete("/users/42")

    assert broken(api) == []


def test_deletion_that_was_put_off_is_no_success(mock, api, quick):
    """A DELETE that was put off was not done, so a 404 to the next try is a finding."""
    mock.post(TOKENS).mock(return_value=token_response())
    mock.delete(f"{API}/users/42").mock(side_effect=[httpx.Response(429), httpx.Response(404)])

    with pytest.raises(PromiseBroken):
        api.delete("/users/42")

    assert broken(api) == [STATUS_EXPECTED.id]


def test_waiting_has_an_end(mock, contract, slept):
    """A service that is only ever busy is waited for minutes, and then nothing can be told; nor is it a finding."""
    told = []
    api = make_api(contract, patience=Patience(tell=told.append))
    mock.post(TOKENS).mock(return_value=token_response())
    users = mock.get(f"{API}/users").respond(429)

    with pytest.raises(CouldNotTell, match=r"GET /users had no answer of the API's \(429\)"):
        api.get("/users")

    assert LONGEST - 18 < slept.total <= LONGEST
    assert broken(api) == []
    assert api.journal.tally.unsteady == {"429": users.call_count}
    assert told[0].line == "GET /users"


def test_silent_service_is_not_waited_for_again(mock, contract, slept):
    """Once a call had no answer in all its time, each further one is tried once, until there is an answer."""
    api = make_api(contract, patience=Patience())
    mock.post(TOKENS).mock(return_value=token_response())
    users = mock.get(f"{API}/users").respond(503)
    mock.get(f"{API}/events").respond(json=[])
    with pytest.raises(CouldNotTell):
        api.get("/users")
    tried, waited = users.call_count, slept.total

    with pytest.raises(CouldNotTell):
        api.get("/users")
    assert (users.call_count, slept.total) == (tried + 1, waited)

    api.get("/events")
    with pytest.raises(CouldNotTell):
        api.get("/users")
    assert waited < slept.total <= waited + 5


def test_long_waits_are_told(mock, contract, slept):
    """A wait of some seconds is told once, with what is waited for; a short one is not."""
    told = []
    api = make_api(contract, patience=Patience(tell=told.append))
    mock.post(TOKENS).mock(return_value=token_response())
    busy = [httpx.Response(429, headers={"Retry-After": seconds}) for seconds in ("1", "8", "9")]
    mock.get(f"{API}/users").mock(side_effect=[*busy, httpx.Response(200, json=[])])

    api.get("/users")

    assert [waiting_text(wait) for wait in told] == [
        "ecsuite: waiting 8 s, for the service asks to come back later (GET /users: 429)"
    ]


@pytest.mark.parametrize("status", [500, 501])
def test_server_error_is_not_tried_again(mock, api, status):
    """A response of the 500s that is no gateway's is a response, and a finding."""
    mock.post(TOKENS).mock(return_value=token_response())
    users = mock.get(f"{API}/users").respond(status)

    with pytest.raises(PromiseBroken):
        api.get("/users")

    assert users.call_count == 1
    assert broken(api) == [SERVER_ERROR.id]


def test_refused_connection_cannot_be_told(mock, api, slept):
    """A server that is not there any more breaks no promise; what did not reach it is told."""
    mock.post(TOKENS).mock(return_value=token_response())
    mock.get(f"{API}/users").mock(side_effect=httpx.ConnectError("Connection refused"))

    with pytest.raises(CouldNotTell, match=r"GET /users .*ConnectError: Connection refused"):
        api.get("/users")

    assert broken(api) == []
    assert set(api.journal.tally.unsteady) == {"lost"}


def test_unreadable_response_is_a_finding(mock, api):
    """What is no response of HTTP's is the server's doing, and not tried again."""
    mock.post(TOKENS).mock(return_value=token_response())
    users = mock.get(f"{API}/users").mock(side_effect=httpx.RemoteProtocolError("illegal header line"))

    with pytest.raises(PromiseBroken, match="no response"):
        api.get("/users")

    (finding,) = api.journal.findings
    assert (finding.promise, finding.operation, finding.status) == (RESPONSE_ARRIVES.id, "listUsers", None)
    assert finding.breach == Breach("absent", Place("connection"), note="RemoteProtocolError: illegal header line")
    assert users.call_count == 1


def test_firewall_is_no_finding(mock, api):
    """Where a firewall refuses a request, there is nothing to look at."""
    mock.post(TOKENS).mock(return_value=token_response())
    mock.post(f"{API}/users").respond(403, html="<html>Request blocked</html>")

    with pytest.raises(BehindFirewall, match="POST /users: a firewall refuses it"):
        api.post("/users", json={"userId": "<script>"}, strict=False)

    assert broken(api) == []


def test_slow_server_is_given_time(mock, api):
    """A response may take half a minute."""
    mock.post(TOKENS).mock(return_value=token_response())
    users = mock.get(f"{API}/users").respond(json=[])

    api.get("/users")

    assert users.calls[0].request.extensions["timeout"] == {"connect": 10.0, "read": 30.0, "write": 30.0, "pool": 30.0}


@pytest.mark.parametrize("trouble", [httpx.Response(502), httpx.ReadTimeout("timed out")])
def test_what_may_have_been_made_is_deleted(mock, api, trouble):
    """Where nobody knows whether an entity was made, it is deleted by the id that was sent."""
    mock.post(TOKENS).mock(return_value=token_response())
    mock.post(f"{API}/users").mock(side_effect=[trouble])
    deleted = mock.delete(f"{API}/users/42").respond(404)

    with pytest.raises(CouldNotTell):
        api.post("/users", json=USER)
    api.clean_up()

    # Twice, for the call may act only when its deletion has found nothing.
    assert deleted.call_count == 2
    assert api.left == ()


@pytest.mark.parametrize(
    ("answer", "reason", "said"),
    [
        (httpx.Response(502), "unreached", ""),
        (httpx.Response(401), "unreached", "401"),
        (httpx.Response(403, html="<html>blocked</html>"), "unreached", "a firewall refuses it"),
        *((httpx.Response(status), "refused", str(status)) for status in (400, 403, 405, 409, 500, 302)),
        *((httpx.Response(status), "", "") for status in (200, 202, 204, 404)),
    ],
)
def test_what_could_not_be_deleted_is_known(mock, contract, slept, answer, reason, said):
    """What is left is listed with the reason: the server refused, or no answer came; a 404 or a success is none."""
    api = make_api(contract)
    mock.post(TOKENS).mock(return_value=token_response())
    mock.post(f"{API}/users").respond(201, json=USER)
    mock.delete(f"{API}/users/42").mock(return_value=answer)

    api.post("/users", json=USER)
    api.clean_up()

    assert api.left == ((Left("/users/42", reason, said),) if reason else ())


def test_what_depends_on_others_is_deleted_after_them(mock, api):
    """What a server refuses to delete as long as something else is there is tried once more at the end."""
    mock.post(TOKENS).mock(return_value=token_response())
    mock.post(f"{API}/users").respond(201, json=USER)
    hook = {"webhookUrl": "u", "webhookSecret": "s", "eventPayloadTypes": [], "operationTypes": []}
    mock.post(f"{API}/webhooks").respond(201, json={**hook, "id": "w"})
    mock.delete(f"{API}/webhooks/w").mock(side_effect=[httpx.Response(409), httpx.Response(204)])
    mock.delete(f"{API}/users/42").respond(204)

    api.post("/users", json=USER)
    api.post("/webhooks", json=hook)
    api.clean_up()

    assert api.left == ()


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

    assert api.transcript.redactor.text("see a-secret-token and my-client-secret") == "see *** and ***"


@pytest.mark.parametrize(
    ("header", "seconds"),
    [(None, None), ("5", 5.0), (" 5 ", 5.0), ("99999", 60.0), ("-1", None), ("soon", None), ("", None)],
)
def test_retry_after_is_read(header, seconds):
    """Seconds are taken, up to a bound; what is neither seconds nor a date says nothing."""
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
