"""What the runs against one target may share, opened when it is first needed and closed together."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from functools import cached_property, partial
from typing import Any

from ecsuite.checks import Checker
from ecsuite.client import Api, Latency, Patience, Token, Transcript, new_http
from ecsuite.client.connection import TIMEOUT
from ecsuite.errors import PortTaken
from ecsuite.http import httpx
from ecsuite.ids import Traces
from ecsuite.journal import Journal
from ecsuite.messages.redact import Redactor
from ecsuite.target import Credentials, Target
from ecsuite.webhook.http import receiving
from ecsuite.webhook.receiver import NoReceiver, Receiver


class Connections:
    """What the runs against one target may share: open connections, tokens, patience, and the receiver of deliveries.

    Args:
        target: where to.
        patience: how long calls wait for it; of its own where it is left out.
        timeout: seconds that an answer may take; as any client of ours has it where it is left out.
    """

    def __init__(self, target: Target, patience: Patience | None = None, timeout: float | None = None) -> None:
        self.target = target
        self._timeout = httpx.Timeout(timeout) if timeout else TIMEOUT
        self.patience = patience or Patience()
        self._stack = ExitStack()
        self._tokens: dict[Credentials, Token] = {}
        self.latency = Latency()

    @cached_property
    def http(self) -> httpx.Client:
        """The connections to the API."""
        return self._stack.enter_context(closing(new_http(self.target, timeout=self._timeout)))

    @cached_property
    def receiver(self) -> Receiver:
        """A receiver of deliveries, opened when the first of them is asked for."""
        return self._stack.enter_context(_receiver(self.target))

    def client(
        self,
        partner: Target,
        checker: Checker,
        journal: Journal,
        redactor: Redactor,
        transcript: Transcript | None = None,
        traces: Traces | None = None,
        *,
        in_order: bool,
    ) -> Api:
        """A client of a partner of the target; the clients of one partner share its token.

        Args:
            partner: the target with that partner's credentials.
            checker: what looks at every exchange.
            journal: where what it says is kept.
            redactor: told of every token.
            transcript: where it is kept what was sent.
            traces: where trace contexts are drawn; of its own where it is left out.
            in_order: whether calls must go one after the other.
        """
        from ecsuite.client.retry import with_retries  # noqa: PLC0415  a replay loads none of it

        token = self._tokens.setdefault(partner.credentials, Token())
        shared: dict[str, Any] = {"http": self.http, "token": token, "latency": self.latency}
        shared |= {"traces": traces, "transcript": transcript}
        retrying = partial(with_retries, patience=self.patience)
        return Api(partner, checker, journal, redactor, retrying=retrying, in_order=in_order, **shared)

    def close(self) -> None:
        """Close all of them."""
        self._stack.close()


@contextmanager
def _receiver(target: Target) -> Iterator[Receiver]:
    if not (target.on_loopback or target.receiver_url):
        yield NoReceiver()
        return
    with ExitStack() as stack:
        try:
            receiver: Receiver = stack.enter_context(
                receiving(public_url=target.receiver_url, port=target.receiver_port)
            )
        except PortTaken:
            # It was free before the first test, so another worker of this run has it.
            receiver = NoReceiver(f"another worker of this run has the port {target.receiver_port} of EC_WEBHOOK_PORT")
        yield receiver
