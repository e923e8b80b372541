"""What travels with a response of our client: the exchange, matched, decoded and checked once."""

import httpx
import pytest

from ecsuite.checks import Checker
from ecsuite.client import Api, checked_of
from ecsuite.findings.broken import PromiseBroken
from ecsuite.journal import Journal
from ecsuite.messages.exchange import UNSPECIFIED
from ecsuite.promises import STATUS_EXPECTED
from ecsuite.target import Credentials, Target

BASE_URL = "https://api.example/v1"


@pytest.fixture
def client(contract):
    """Makes a client that always gets the same response."""

    def make(response: httpx.Response) -> Api:
        target = Target("live", BASE_URL, "", Credentials(access_token="given"))
        transport = httpx.MockTransport(lambda _: response)
        return Api(target, Checker(contract, BASE_URL, ""), Journal(), transport=transport)

    return make


def test_response_brings_its_operation(client):
    """Whoever has a response has the operation that was called, the path parameters and what the checks said."""
    api = client(httpx.Response(200, json={"userId": "a/b"}))

    checked = checked_of(api.get("/users/a%2Fb"))

    assert (checked.decoded.operation.id, checked.decoded.path_values) == ("getUser", {"userId": "a/b"})
    assert STATUS_EXPECTED in checked.result.passed
    assert checked.json() == {"userId": "a/b"}


def test_body_is_decoded_once(client, monkeypatch):
    """What the checks have read, the caller does not read again."""
    api = client(httpx.Response(200, json={"userId": "42"}))
    response = api.get("/users/42")
    monkeypatch.setattr("ecsuite.checks.decoded.read_json_once", None)

    assert checked_of(response).json() is checked_of(response).json()


def test_body_that_comes_again_is_judged_by_each_operation(client):
    """A long body is read once, whoever it answers; what is wrong with it is said by each operation's own contract."""
    users = [{"userId": str(number)} for number in range(200)]
    api = client(httpx.Response(200, json=users))

    first, again = (checked_of(api.get("/users")) for _ in range(2))
    other = checked_of(api.get("/users/4/vehicles"))

    assert first.json() is again.json() is other.json()
    assert not first.result.findings + again.result.findings
    assert len(other.result.findings) == len(checked_of(api.get("/users/5/vehicles")).result.findings) > 0


def test_known_leaves_out_undocumented_members(client):
    """A member that the contract does not speak of is none of what is known."""
    api = client(httpx.Response(200, json={"userId": "42", "new": 1}))

    assert checked_of(api.get("/users/42")).known() == {"userId": "42"}


def test_body_that_is_no_json_cannot_be_gone_on_with(client):
    """Who needs the value of a body that is none stops with the reason, and the call."""
    response = client(httpx.Response(200, text="{")).get("/users/42", expect=UNSPECIFIED)

    with pytest.raises(PromiseBroken, match=r"^GET https://api\.example/v1/users/42: it is not JSON"):
        checked_of(response).json()


def test_response_of_another_client_was_not_checked():
    """A response that no check has seen is not taken for a checked one."""
    with pytest.raises(KeyError):
        checked_of(httpx.Response(200))
