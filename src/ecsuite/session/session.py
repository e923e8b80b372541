"""A session: one run after another against the targets that its settings name, with what the runs share."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, ExitStack, closing, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

from ecsuite import editions
from ecsuite.activity import Activity
from ecsuite.cassette.tape import load, require_full
from ecsuite.client import NO_LIMITS, Budget, Limits, Patience, Share, Wait
from ecsuite.errors import CassetteError, EcsuiteError, PortTaken, WebhookPortTaken
from ecsuite.ledger import require_home
from ecsuite.messages.redact import Redactor
from ecsuite.session.outputs import require_writable
from ecsuite.session.run import Run, open_run, replay_run
from ecsuite.session.settings import Settings
from ecsuite.target import Target, live, secrets_in

if TYPE_CHECKING:
    from ecsuite.session.connections import Connections
    from ecsuite.webhook.front import Front

# Requests a second that a server on somebody's network gets at the most, unless told otherwise.
DEFAULT_RATE: Final = 10.0


class Session:
    """Opens runs. What they share is opened when it is first needed, and closed with the session.

    Args:
        settings: what the session was asked for.
        env: describes a live server, as the README says; the environment of this process where it is left out.
        tell: called with each long wait for a service that is unsteady.
        share: of this process in the limits; all of them where it is left out.
        front: what passes deliveries on, opened by another session.

    Attributes:
        activity: how many requests were sent, and what is waited for.
        patience: how long calls wait for it.
        redactor: knows the secrets that all runs have in common.
    """

    def __init__(
        self,
        settings: Settings,
        env: Mapping[str, str] | None = None,
        tell: Callable[[Wait], object] = lambda _: None,
        share: Share | None = None,
        front: Front | None = None,
    ) -> None:
        self.settings = settings
        self._share = share
        self._front = front
        self._tell = lambda wait: tell(replace(wait, line=self._mask(wait.line), reason=self._mask(wait.reason)))
        self.activity = Activity()
        self.patience = Patience(tell=self._tell, activity=self.activity)
        self._env = os.environ if env is None else env
        self.redactor = Redactor(secrets_in(self._env))
        self._ended = ""
        self._stack = ExitStack()
        self._targets: dict[str, Target] = {}
        self._connections: dict[str, Connections] = {}

    def _mask(self, text: str) -> str:
        return self.redactor.text(text)

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
            self.target(self.settings.editions[0])
            require_home()
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
        return self.target(edition).conditions.lines(editions.contract(edition).test_areas)

    def require_server(self) -> None:
        """See that a live server answers, and takes the credentials; raises as `preflight.require_server`."""
        if self.settings.mode != "live":
            return
        from ecsuite.session.preflight import require_server  # noqa: PLC0415  for a live server only

        edition = self.settings.editions[0]
        target, budget, has_port = self.target(edition), self.budget(edition), self._front is not None
        require_server(edition, target, self._tell, self.redactor, budget, has_port=has_port)

    def target(self, edition: str) -> Target:
        """Where the runs of an edition send to.

        Raises:
            UsageError: a live server is not described as `ecsuite.target.live` wants it.
            StandInDidNotStart: there is no local stand-in to be had.
        """
        if edition not in self._targets:
            is_live = self.settings.mode == "live"
            self._targets[edition] = _live(self.settings, self._env) if is_live else _stand_in(self._stack, edition)
        return self._targets[edition]

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
        from ecsuite.webhook.front import fronting  # noqa: PLC0415  for a live server only

        target = self.target(self.settings.editions[0])
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
        shared = self._shared(edition)
        return open_run(
            edition,
            shared.target,
            connections=shared,
            keep=self.settings.keep,
            redactor=self.redactor,
            run_id=self.settings.run_id,
        )

    @contextmanager
    def masking(self) -> Iterator[None]:
        """See that no error of ours that leaves the block says a secret."""
        try:
            yield
        except EcsuiteError as error:
            error.args = (self.redactor.text(str(error)),)
            raise

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
            target = self.target(edition) if self.settings.mode == "live" else _stand_in(stack, edition)
            connections = stack.enter_context(closing(self._connected(target, edition)))
            seed, redactor = _seed(cassette), self.redactor
            run = open_run(edition, target, seed=seed, recording=True, connections=connections, redactor=redactor)
            yield stack.enter_context(run)

    def _connected(self, target: Target, edition: str) -> Connections:
        from ecsuite.session.connections import Connections, Terms  # noqa: PLC0415  a replay connects to nothing

        terms = Terms(self.budget(edition), self._front, self.settings.unusual_ids, self.settings.run)
        return Connections(target, self.patience, terms=terms)

    def _shared(self, edition: str) -> Connections:
        if edition not in self._connections:
            connections = self._connected(self.target(edition), edition)
            self._connections[edition] = self._stack.enter_context(closing(connections))
        return self._connections[edition]

    def limits(self, edition: str) -> Limits:
        """What may be sent: nobody's network is asked for more than so much a second, unless told otherwise."""
        limits, is_live = self.settings.limits, self.settings.mode == "live"
        if limits.rate is None and is_live and not self.target(edition).on_loopback:
            return replace(limits, rate=DEFAULT_RATE)
        return limits

    def budget(self, edition: str) -> Budget | None:
        """What is sent is counted in, and held back by; None where nothing is limited."""
        limits = self.limits(edition)
        if limits == NO_LIMITS:
            return None
        self._share = self._share or self._stack.enter_context(closing(Share.of_one()))
        return Budget(limits, self._share, self.activity)


def _live(settings: Settings, env: Mapping[str, str]) -> Target:
    """The server that the environment describes."""
    from ecsuite.config.reports import require_reports  # noqa: PLC0415  for a live server only

    target = live(env, editions.hosts(settings.editions), allow_production=settings.allow_production)
    require_reports(target.conditions)
    return target


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
