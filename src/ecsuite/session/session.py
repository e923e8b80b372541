"""A session: one run after another against the targets that its settings name, with what the runs share."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, ExitStack, closing, contextmanager
from pathlib import Path

from ecsuite import editions
from ecsuite.cassette.tape import load, require_full
from ecsuite.client import Patience, Wait
from ecsuite.errors import CassetteError, PortTaken, WebhookPortTaken
from ecsuite.session.connections import Connections
from ecsuite.session.outputs import require_writable
from ecsuite.session.run import Run, open_run, replay_run
from ecsuite.session.settings import Settings
from ecsuite.target import Target, live
from ecsuite.webhook.front import Front, fronting


class Session:
    """Opens runs. What they share is opened when it is first needed, and closed with the session.

    Args:
        settings: what the session was asked for.
        env: describes a live server, as the README says; the environment of this process where it is left out.
        tell: called with each long wait for a service that is unsteady.
        front: what passes deliveries on, opened by another session.

    Attributes:
        patience: how long calls wait for it.
    """

    def __init__(
        self,
        settings: Settings,
        env: Mapping[str, str] | None = None,
        tell: Callable[[Wait], object] = lambda _: None,
        front: Front | None = None,
    ) -> None:
        self.settings = settings
        self.patience = Patience(tell=tell)
        self._tell = tell
        self._front = front
        self._env = os.environ if env is None else env
        self._ended = ""
        self._stack = ExitStack()
        self._targets: dict[str, Target] = {}
        self._connections: dict[str, Connections] = {}

    def require_environment(self) -> None:
        """See that all is there that a run needs of this machine, before anything is sent.

        Raises:
            UsageError: a live server is not described as `ecsuite.target.live` wants it, or nothing can be recorded.
            ContractError: a contract cannot be used.
            CassetteError: a recording is empty.
        """
        for edition in self.settings.editions:
            editions.contract(edition)
        if self.settings.mode == "live":
            self._target(self.settings.editions[0])
        if self.settings.mode == "replay":
            for edition in self.settings.editions:
                require_full(self.settings.cassette(edition, "").parent)
        if self.settings.recording:
            require_writable(self.settings.cassettes, "ec_cassettes")

    def conditions(self) -> list[str]:
        """What is known of a live server beside its contract, in lines; none of another target."""
        if self.settings.mode != "live":
            return []
        edition = self.settings.editions[0]
        return self._target(edition).conditions.lines(editions.contract(edition).test_areas)

    def require_server(self) -> None:
        """See that a live server answers, and takes the credentials; raises as `preflight.require_server`."""
        if self.settings.mode != "live":
            return
        from ecsuite.session.preflight import require_server  # noqa: PLC0415  for a live server only

        edition = self.settings.editions[0]
        require_server(edition, self._target(edition), self._tell, has_port=self._front is not None)

    @property
    def front(self) -> Front | None:
        """What passes deliveries on to other processes, where it is open."""
        return self._front

    def open_front(self) -> None:
        """Listen for the deliveries of several sessions in other processes, where they are to come to one port.

        Raises:
            WebhookPortTaken: the port cannot be had.
        """
        if self.settings.mode != "live":
            return
        target = self._target(self.settings.editions[0])
        if target.receiver_url or target.receiver_port:
            try:
                self._front = self._stack.enter_context(fronting(target.receiver_url, target.receiver_port))
            except PortTaken as taken:
                raise WebhookPortTaken(taken.port, taken.reason) from None

    def run(self, edition: str, scenario: str = "") -> AbstractContextManager[Run]:
        """A run of an edition, of which the block is to be a scenario.

        Args:
            edition: whose contract holds.
            scenario: the name of the recording that is played or made; without either, it may be left out.

        Raises:
            CassetteError: there is no such recording, or it is damaged.
            StandInDidNotStart: there is no local stand-in to be had.
        """
        cassette = self.settings.cassette(edition, scenario)
        if self.settings.mode == "replay":
            return replay_run(cassette)
        if self.settings.recording:
            return self._recorded_run(edition, cassette)
        return open_run(edition, self._target(edition), connections=self._shared(edition), keep=self.settings.keep)

    @property
    def ended(self) -> str:
        """Why nothing can be told any more, so that the rest need not be tried; empty as long as it can."""
        return self._ended

    def end(self, reason: str) -> None:
        """Note that nothing can be told any more."""
        self._ended = self._ended or reason

    def close(self) -> None:
        """Close the connections, and stop the stand-ins."""
        self._stack.close()

    @contextmanager
    def _recorded_run(self, edition: str, cassette: Path) -> Iterator[Run]:
        """A run that shares nothing, for a cassette must be whole in itself; one made again sends the same again."""
        with ExitStack() as stack:
            target = self._target(edition) if self.settings.mode == "live" else _stand_in(stack, edition)
            connections = stack.enter_context(closing(Connections(target, self.patience, front=self._front)))
            run = open_run(edition, target, seed=_seed(cassette), recording=True, connections=connections)
            yield stack.enter_context(run)

    def _shared(self, edition: str) -> Connections:
        if edition not in self._connections:
            connections = Connections(self._target(edition), self.patience, front=self._front)
            self._connections[edition] = self._stack.enter_context(closing(connections))
        return self._connections[edition]

    def _target(self, edition: str) -> Target:
        if edition not in self._targets:
            is_live = self.settings.mode == "live"
            self._targets[edition] = self._live() if is_live else _stand_in(self._stack, edition)
        return self._targets[edition]

    def _live(self) -> Target:
        contracts = map(editions.contract, self.settings.editions)
        hosts = frozenset[str]().union(*(contract.production_hosts() for contract in contracts))
        return live(self._env, hosts, allow_production=self.settings.allow_production)


def _stand_in(stack: ExitStack, edition: str) -> Target:
    """A local stand-in, which is stopped with the stack."""
    from ecsuite.standin import launched  # noqa: PLC0415  a server is more than a replay needs

    return stack.enter_context(launched(edition)).target()


def _seed(cassette: Path) -> str | None:
    """The seed of a recording, if there is one."""
    try:
        return load(cassette).provenance.seed
    except CassetteError:
        return None
