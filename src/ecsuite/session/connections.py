"""What the runs against one target may share, opened when it is first needed and closed together."""

from __future__ import annotations

from contextlib import ExitStack, closing
from functools import cached_property, partial
from typing import Any

from ecsuite.bounds import RESPONSE_SECONDS
from ecsuite.checks import Checker
from ecsuite.client import Api, Latency, Patience, Token, Transcript, new_http
from ecsuite.http import httpx
from ecsuite.ids import Traces
from ecsuite.journal import Journal
from ecsuite.messages.redact import Redactor
from ecsuite.target import Credentials, Target
from ecsuite.webhook.front import Front
from ecsuite.webhook.http import receiving
from ecsuite.webhook.receiver import NoReceiver, Receiver


class Connections:
    """What the runs against one target may share: open connections, tokens, patience, and the receiver of deliveries.

    Args:
        target: where to.
        patience: how long calls wait for it; of its own where it is left out.
        seconds: that a response may take in all.
        front: what passes deliveries on to the receiver; None where it has a port of its own.
    """

    def __init__(
        self,
        target: Target,
        patience: Patience | None = None,
        seconds: float = RESPONSE_SECONDS,
        front: Front | None = None,
    ) -> None:
        self.target = target
        self._seconds = seconds
        self._front = front
        self.patience = patience or Patience()
        self._stack = ExitStack()
        self._tokens: dict[Credentials, Token] = {}
        self.latency = Latency()

    @cached_property
    def http(self) -> httpx.Client:
        """The connections to the API."""
        return self._stack.enter_context(closing(new_http(self.target, seconds=self._seconds)))

    @cached_property
    def receiver(self) -> Receiver:
        """A receiver of deliveries, opened when the first of them is asked for."""
        target = self.target
        if not (target.on_loopback or target.receiver_url):
            return NoReceiver()
        receiver = receiving(public_url=target.receiver_url, port=target.receiver_port, front=self._front)
        return self._stack.enter_context(receiver)

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
