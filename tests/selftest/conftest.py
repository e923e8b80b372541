"""Fixtures for ecsuite's own tests: contracts, small exchanges, and a stand-in."""

import json
import signal
from collections.abc import Callable, Iterator
from functools import partial

import pytest
from live_runs import USERS, run_behind

from ecsuite import editions
from ecsuite.checks import Checker
from ecsuite.client import Api
from ecsuite.client.patience import Patience
from ecsuite.client.retry import with_retries
from ecsuite.contract import Contract
from ecsuite.journal import Journal
from ecsuite.messages.exchange import SUCCESS, Exchange, Expectation, Headers, Request, Response
from ecsuite.standin import StandIn, serving
from ecsuite.target import Credentials, Target

BASE_URL = "https://api.example/v1"
TOKEN_URL = "https://auth.example/connect/token"


@pytest.fixture(scope="session", autouse=True)
def _interruptible() -> None:
    """Restore SIGINT's default handler: background jobs of a shell inherit a disposition that ignores SIGINT."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(scope="session", autouse=True)
def _own_state(tmp_path_factory) -> Iterator[None]:
    """Keep ledgers apart from those of the user's real live runs."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_STATE_HOME", str(tmp_path_factory.mktemp("state")))
        yield


@pytest.fixture(scope="session")
def contract() -> Contract:
    return editions.contract("2023-10")


@pytest.fixture(scope="session")
def checker(contract: Contract) -> Checker:
    return Checker(contract, BASE_URL, TOKEN_URL)


@pytest.fixture
def standin() -> Iterator[StandIn]:
    with serving("2023-10") as running:
        yield running


@pytest.fixture
def connect(contract: Contract) -> Iterator[Callable[..., Api]]:
    """Make clients of a server on a port, with a token, as a live run does, but with a short retry limit."""
    retrying = partial(with_retries, patience=Patience(longest=2.0))
    apis: list[Api] = []

    def make(port: int, scheme: str = "http", host: str = "127.0.0.1") -> Api:
        target = Target("live", f"{scheme}://{host}:{port}/v1", "", Credentials(access_token="given-token"))
        apis.append(Api(target, Checker(contract, target.base_url, ""), Journal(), retrying=retrying))
        return apis[-1]

    yield make
    for api in apis:
        api.close()


@pytest.fixture(scope="session")
def exchange():
    """Make an exchange that is correct apart from the given parts."""

    def make(
        line: str = "GET /users/42",
        status: int = 200,
        answer: object = None,
        *,
        sent: object = None,
        request: dict[str, str | None] | None = None,
        response: dict[str, str | None] | None = None,
        expectation: Expectation = SUCCESS,
        flaw: str = "",
    ) -> Exchange:
        method, path = line.split(" ", 1)
        url = TOKEN_URL if path == "token" else BASE_URL + path
        body, content_type = _body(sent, form=path == "token")
        own = {"Authorization": None if path == "token" else "Bearer abc.DEF-123", "Content-Type": content_type}
        answered, answer_type = _body(answer, form=False)
        return Exchange(
            Request(method, url, _headers(own | (request or {})), body, expectation),
            Response(status, _headers({"Content-Type": answer_type} | (response or {})), answered, flaw),
        )

    return make


def _body(value: object, *, form: bool) -> tuple[bytes, str | None]:
    if value is None:
        return b"", None
    if isinstance(value, bytes):
        return value, "application/json"
    if form:
        return str(value).encode(), "application/x-www-form-urlencoded"
    return json.dumps(value, ensure_ascii=False).encode(), "application/json"


def _headers(given: dict[str, str | None]) -> Headers:
    return Headers.of((name, value) for name, value in given.items() if value is not None)


@pytest.fixture
def behind_proxy(tmp_path):
    """Run a test file against the stand-in behind a proxy."""
    return partial(run_behind, tmp_path, test=USERS)
