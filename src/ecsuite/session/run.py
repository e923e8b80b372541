"""A run against a target: everything that a scenario needs, opened and closed together."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ecsuite import editions
from ecsuite.cassette.replay import ReplayTransport
from ecsuite.cassette.tape import Cassette, load
from ecsuite.checks import Checker
from ecsuite.client import Api, Transcript, new_http
from ecsuite.ids import Ids, Traces
from ecsuite.journal import Journal
from ecsuite.left import Left
from ecsuite.messages.redact import Redactor, placeholder
from ecsuite.quickstart import Story
from ecsuite.target import Credentials, Target
from ecsuite.webhook.receiver import OwnHooks, Receiver
from ecsuite.webhook.recorded import RecordedReceiver

if TYPE_CHECKING:
    from ecsuite.rules.world import World
    from ecsuite.session.connections import Connections


@dataclass(frozen=True, slots=True)
class Run:
    """An open run.

    Attributes:
        other: a client of the second partner; None if the target has none.
        redactor: masks the run's secrets in any text.
        require_complete: raises CassetteStale if the run has not made all calls of the recording.
        keep: whether to leave what the run creates.
        most_cases: how many cases a test tries at most; None for all.
        turn: a number derived from the test, which selects these cases.
    """

    edition: str
    target: Target
    api: Api
    other: Api | None
    ids: Ids
    receiver: Receiver
    redactor: Redactor
    require_complete: Callable[[], None]
    keep: bool = False
    most_cases: int | None = None
    turn: int = 0

    @property
    def journal(self) -> Journal:
        """The results of the checks."""
        return self.api.journal

    @property
    def transcript(self) -> Transcript:
        """What both partners have sent."""
        return self.api.transcript

    @property
    def placeholders(self) -> dict[str, str]:
        """The placeholder for each secret in a recording; a replay sends the same placeholders."""
        partners = [each for each in (self.target.credentials, self.target.other) if each]
        named = [
            *((each.client_id, "client_id") for each in partners),
            *((each.client_secret, "client_secret") for each in partners),
            *((each.access_token, "access_token") for each in partners),
            *((token, "access_token") for token in self.transcript.tokens),
        ]
        others = ((secret, "secret") for secret in self.redactor.secrets)
        # If several have the same value, the first one determines the name.
        return {secret: placeholder(name) for secret, name in reversed([*named, *others]) if secret}

    def clean_up(self) -> None:
        """Delete what the run has created and not deleted, unless `keep` is set; never raises because of the API."""
        for client in () if self.keep else self._clients:
            client.clean_up()

    @property
    def left(self) -> tuple[Left, ...]:
        """What the run has created and not deleted."""
        return tuple(left for client in self._clients for left in client.left)

    @property
    def _clients(self) -> tuple[Api, ...]:
        return (self.api,) if self.other is None else (self.api, self.other)

    def world(self, api: Api | None = None) -> World:
        """A new world for calls of this run's partner, or of the given client."""
        from ecsuite.rules.cases import Cases  # noqa: PLC0415
        from ecsuite.rules.world import build_world  # noqa: PLC0415  a replayed quickstart needs none of the rules

        sandbox, conditions = self.target.sandbox, self.target.conditions
        return build_world(
            api or self.api,
            self.ids,
            self.receiver,
            sandbox=sandbox,
            conditions=conditions,
            cases=Cases(self.most_cases, self.turn),
        )

    @property
    def story(self) -> Story:
        """A new story of the quickstart."""
        return Story(
            self.api,
            self.ids,
            self.receiver,
            sandbox=self.target.sandbox,
            simulation=self.target.sandbox and self.target.conditions.may_simulate,
        )


@contextmanager
def open_run(  # noqa: PLR0913  all but two have defaults
    edition: str,
    target: Target,
    *,
    seed: str | None = None,
    recording: bool = False,
    connections: Connections | None = None,
    keep: bool = False,
    redactor: Redactor | None = None,
    run_id: str = "",
) -> Iterator[Run]:
    """A run over the network. When it closes, it deletes what it has created.

    Args:
        edition: the edition of the contract.
        target: `local` or `live`.
        seed: for its ids; defaults to a random one.
        recording: whether the run is recorded; then its webhooks get a placeholder as their secret, so that a replay
            can send the same.
        connections: shared with other runs; defaults to new ones.
        keep: whether to leave what the run creates.
        redactor: of the session.
        run_id: the beginning of its ids, and the end of its texts; not used in a recording.
    """
    from ecsuite.session.connections import Connections  # noqa: PLC0415  a replay connects to nothing

    with ExitStack() as stack:
        if connections is None:
            connections = stack.enter_context(closing(Connections(target)))
        redactor, journal, contract = Redactor(within=redactor), Journal(), editions.contract(edition)
        ids = Ids(seed, run="" if recording else run_id, redacted=recording, on_secret=redactor.add)
        traces, transcript = Traces(ids.seed), Transcript(target, contract, redactor)

        def client(place: Target) -> Api:
            checker = Checker(contract, place.base_url, place.token_url, redactor.text)
            return connections.client(place, checker, journal, redactor, transcript, traces, in_order=recording)

        receiver = OwnHooks(lambda: connections.receiver, connections.activity)
        run = _run(edition, target, client, ids, receiver, redactor, lambda: None)
        run = replace(run, keep=keep)
        stack.callback(transcript.clear)
        stack.callback(run.clean_up)
        yield run


@contextmanager
def replay_run(path: Path, clock: Callable[[], float] = time.monotonic) -> Iterator[Run]:
    """A run that replays a cassette; it does not use the network.

    Args:
        path: the cassette.
        clock: seconds.

    Raises:
        CassetteError: the cassette is missing or damaged; or, raised by a call, does not contain that call.
    """
    cassette = load(path)
    transport = ReplayTransport(cassette, path)
    recorded = cassette.provenance
    target, redactor, journal = replay_target(cassette), Redactor(), Journal()
    contract = editions.contract(recorded.edition)
    transcript = Transcript(target, contract, redactor)
    receiver = RecordedReceiver(recorded.receiver_url, cassette.deliveries)
    ids, traces = Ids(recorded.seed, redacted=True), Traces(recorded.seed)
    with ExitStack() as stack:
        http = stack.enter_context(closing(new_http(target, transport)))
        stack.callback(transcript.clear)

        def client(place: Target) -> Api:
            checker = Checker(contract, place.base_url, place.token_url, redactor.text)
            shared: dict[str, Any] = {"http": http, "traces": traces, "transcript": transcript, "clock": clock}
            return Api(place, checker, journal, redactor, in_order=True, **shared)

        yield _run(recorded.edition, target, client, ids, receiver, redactor, transport.require_all_played)


def _run(
    edition: str,
    target: Target,
    client: Callable[[Target], Api],
    ids: Ids,
    receiver: Receiver,
    redactor: Redactor,
    require_complete: Callable[[], None],
) -> Run:
    """A run with a client for each partner of the target."""
    other = client(replace(target, credentials=target.other)) if target.other else None
    return Run(edition, target, client(target), other, ids, receiver, redactor, require_complete)


def replay_target(cassette: Cassette) -> Target:
    """The target that a cassette was recorded from, with placeholders for the credentials."""
    recorded = cassette.provenance
    credentials = Credentials(placeholder("client_id"), placeholder("client_secret"))
    name = f"recording of {recorded.target}, {recorded.recorded}"
    return Target("replay", recorded.base_url, recorded.token_url, credentials, credentials, name=name)
