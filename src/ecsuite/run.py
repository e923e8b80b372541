"""A run against a target: everything a scenario needs, opened together and closed together."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ecsuite import editions
from ecsuite.cassette.replay import ReplayTransport
from ecsuite.cassette.tape import Cassette, load
from ecsuite.checks import Checker
from ecsuite.client import Api
from ecsuite.contract import Contract
from ecsuite.errors import AccessTokenRefused, CredentialsRefused, ServerUnreachable
from ecsuite.http import httpx
from ecsuite.ids import Ids
from ecsuite.journal import Journal
from ecsuite.media import UndecodableError, read_json
from ecsuite.quickstart import Story
from ecsuite.redact import Redactor, placeholder
from ecsuite.target import Credentials, Target
from ecsuite.webhook.receiver import NoReceiver, Receiver, RecordedReceiver, receiving

# Errors of RFC 6749 section 5.2 that are about the credentials themselves.
REFUSALS = frozenset({"invalid_client", "unauthorized_client"})
UNAUTHORIZED = 401


@dataclass(frozen=True, slots=True)
class Run:
    """An open run.

    Attributes:
        redactor: masks the run's secrets in any text.
        require_complete: raises CassetteStale where a recording has more than the run asked for.
    """

    edition: str
    target: Target
    api: Api
    ids: Ids
    receiver: Receiver
    redactor: Redactor
    require_complete: Callable[[], None]

    @property
    def journal(self) -> Journal:
        """Where what is checked is noted."""
        return self.api.journal

    @property
    def story(self) -> Story:
        """A new telling of the quickstart."""
        return Story(self.api, self.ids, self.receiver, sandbox=self.target.sandbox)


@contextmanager
def open_run(edition: str, target: Target, *, seed: str | None = None) -> Iterator[Run]:
    """A run over the network. What it makes and does not delete is deleted when it closes.

    Args:
        edition: whose contract holds.
        target: `local` or `live`.
        seed: what its ids are drawn from; a fresh one where it is left out.
    """
    from ecsuite.retry import patiently  # noqa: PLC0415  a replay needs no patience

    with ExitStack() as stack:
        receiver = stack.enter_context(_receiver(target))
        redactor = Redactor()
        api = _api(edition, target, redactor, patient=patiently)
        stack.callback(api.close)
        stack.callback(api.clean_up)
        yield Run(edition, target, api, Ids(seed, on_secret=redactor.add), receiver, redactor, lambda: None)


@contextmanager
def replay_run(path: Path, clock: Callable[[], float] = time.monotonic) -> Iterator[Run]:
    """A run that plays a cassette; the network is not used.

    Args:
        path: the cassette.
        clock: seconds.

    Raises:
        CassetteError: it is missing or damaged; from a call, that it does not have what the run asks for.
    """
    cassette = load(path)
    transport = ReplayTransport(cassette, path)
    recorded = cassette.provenance
    redactor = Redactor()
    api = _api(recorded.edition, replay_target(cassette), redactor, transport=transport, clock=clock)
    receiver = RecordedReceiver(recorded.receiver_url, cassette.deliveries)
    ids = Ids(recorded.seed, redacted=True)
    with closing(api):
        yield Run(recorded.edition, api.target, api, ids, receiver, redactor, transport.require_all_played)


def replay_target(cassette: Cassette) -> Target:
    """What a cassette was recorded from, with placeholders for the credentials."""
    recorded = cassette.provenance
    credentials = Credentials(placeholder("client_id"), placeholder("client_secret"))
    name = f"recording of {recorded.target}, {recorded.recorded}"
    return Target("replay", recorded.base_url, recorded.token_url, credentials, name=name)


def require_credentials(edition: str, target: Target) -> None:
    """Try the credentials once, before anything else is tried.

    What else may be wrong with the answer is for the run itself to find.

    Raises:
        CredentialsRefused, AccessTokenRefused: the server says that they are not good.
        ServerUnreachable: there is no server.
    """
    contract = editions.contract(edition)
    with httpx.Client(trust_env=target.kind == "live") as http:
        try:
            if target.credentials.access_token:
                _require_access_token(http, contract, target)
            else:
                _require_client(http, target)
        except httpx.ConnectError as error:
            raise ServerUnreachable(target.token_url or target.base_url, str(error)) from None
        except httpx.TransportError:
            return


def _require_client(http: httpx.Client, target: Target) -> None:
    form = {
        "grant_type": "client_credentials",
        "client_id": target.credentials.client_id,
        "client_secret": target.credentials.client_secret,
    }
    response = http.post(target.token_url, data=form)
    error = _oauth_error(response)
    if response.status_code == UNAUTHORIZED or error in REFUSALS:
        raise CredentialsRefused(target.token_url, response.status_code, error)


def _require_access_token(http: httpx.Client, contract: Contract, target: Target) -> None:
    readable = (o for o in contract.operations.values() if o.method == "GET" and "{" not in o.path and o.security)
    url = target.base_url + next(readable).path
    response = http.get(url, headers={"Authorization": f"Bearer {target.credentials.access_token}"})
    if response.status_code == UNAUTHORIZED:
        raise AccessTokenRefused(url)


def _oauth_error(response: httpx.Response) -> str:
    try:
        answer: Any = read_json(response.content).value
    except UndecodableError:
        return ""
    error = answer.get("error") if isinstance(answer, dict) else None
    return error if isinstance(error, str) and error.isidentifier() else ""


def _api(
    edition: str,
    target: Target,
    redactor: Redactor,
    *,
    patient: Callable[..., Any] | None = None,
    transport: httpx.BaseTransport | None = None,
    clock: Callable[[], float] = time.monotonic,
) -> Api:
    checker = Checker(editions.contract(edition), target.base_url, target.token_url)
    return Api(target, checker, Journal(), redactor, patient=patient, transport=transport, clock=clock)


@contextmanager
def _receiver(target: Target) -> Iterator[Receiver]:
    if not (target.on_loopback or target.receiver_url):
        yield NoReceiver()
        return
    with receiving(public_url=target.receiver_url, port=target.receiver_port) as receiver:
        yield receiver
