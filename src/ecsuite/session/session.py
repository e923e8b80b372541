"""A session: opens runs against the targets of its settings, with resources that the runs share."""

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

# Requests per second to a server that is not on this machine, by default.
DEFAULT_RATE: Final = 10.0


class Session:
    """Opens runs. Shared resources are opened when first needed, and closed with the session.

    Args:
        settings: of the session.
        env: describes a live server, as the README says; defaults to the environment of this process.
        tell: called with each long wait for an unsteady service.
        share: the request count and start of the run, if several processes share them; defaults to a new one.
        front: forwards deliveries; opened by another session.

    Attributes:
        activity: counts requests, and knows what is waited for.
        patience: how long calls wait for an unsteady service.
        redactor: knows the secrets that all runs share.
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
        """Require everything that a run needs on this machine, before anything is sent.

        Raises:
            UsageError: the settings for `ecsuite.target.live` are missing or unusable, or nothing can be recorded.
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
        """The settings that describe a live server, as lines; empty for another target."""
        if self.settings.mode != "live":
            return []
        edition = self.settings.editions[0]
        return self.target(edition).conditions.lines(editions.contract(edition).test_areas)

    def require_server(self) -> None:
        """Require that a live server responds and accepts the credentials; raises as `preflight.require_server`."""
        if self.settings.mode != "live":
            return
        from ecsuite.session.preflight import require_server  # noqa: PLC0415  for a live server only

        edition = self.settings.editions[0]
        target, budget, has_port = self.target(edition), self.budget(edition), self._front is not None
        require_server(edition, target, self._tell, self.redactor, budget, has_port=has_port)

    def target(self, edition: str) -> Target:
        """The target of an edition's runs.

        Raises:
            UsageError: the settings for `ecsuite.target.live` are missing or unusable.
            StandInDidNotStart: the local stand-in cannot be started.
        """
        if edition not in self._targets:
            is_live = self.settings.mode == "live"
            self._targets[edition] = _live(self.settings, self._env) if is_live else _stand_in(self._stack, edition)
        return self._targets[edition]

    @property
    def front(self) -> Front | None:
        """Forwards deliveries to other processes; None if it is not open."""
        return self._front

    def open_front(self) -> None:
        """Listen for the deliveries of sessions in several processes, if they must arrive at one port.

        Raises:
            WebhookPortTaken: the port is not available.
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
        """Open a run of an edition, for a scenario.

        Args:
            edition: the edition of the contract.
            scenario: the name of the recording to replay or to make; may be empty otherwise.

        Raises:
            CassetteError: there is no such recording, or it is damaged.
            StandInDidNotStart: the local stand-in cannot be started.
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
        """Mask the secrets in our errors that leave the block."""
        try:
            yield
        except EcsuiteError as error:
            error.args = (self.redactor.text(str(error)),)
            raise

    @property
    def ended(self) -> str:
        """Why further tests cannot have a result, so that they need not run; empty while they can."""
        return self._ended

    def end(self, reason: str) -> None:
        """Note that further tests cannot have a result."""
        self._ended = self._ended or reason

    def close(self) -> None:
        """Close the connections, and stop the stand-ins."""
        self._stack.close()

    @contextmanager
    def _recorded_run(self, edition: str, cassette: Path) -> Iterator[Run]:
        """A run that shares nothing, as a cassette must be complete in itself; it reuses the seed of an earlier one."""
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
        """The limits on what is sent, including the default rate for a live server that is not on this machine."""
        limits, is_live = self.settings.limits, self.settings.mode == "live"
        if limits.rate is None and is_live and not self.target(edition).on_loopback:
            return replace(limits, rate=DEFAULT_RATE)
        return limits

    def budget(self, edition: str) -> Budget | None:
        """Counts and delays what is sent; None without limits."""
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
    """A local stand-in, which is stopped when the stack closes."""
    from ecsuite.standin import launched  # noqa: PLC0415  a server is more than a replay needs

    return stack.enter_context(launched(edition)).target()


def _seed(cassette: Path) -> str | None:
    """The seed of an existing recording; None if there is none."""
    try:
        return load(cassette).provenance.seed
    except CassetteError:
        return None
