"""What the runs against one target may share, opened when first needed, and closed together."""

from __future__ import annotations

import threading
from contextlib import ExitStack, closing
from dataclasses import dataclass
from functools import cached_property, partial
from typing import Any, Final

from ecsuite.bounds import RESPONSE_SECONDS, SILENT_SECONDS
from ecsuite.checks import Checker
from ecsuite.client import Api, Budget, Latency, Patience, Token, Transcript, new_http
from ecsuite.client.cleanup import Cleanup
from ecsuite.client.connection import name_of
from ecsuite.client.ownership import Ownership
from ecsuite.client.sender import Send
from ecsuite.contract import Contract
from ecsuite.http import httpx
from ecsuite.ids import Traces
from ecsuite.journal import Journal
from ecsuite.ledger import Ledger, PartnerLedger, open_ledger
from ecsuite.messages.redact import Redactor
from ecsuite.target import Credentials, Target
from ecsuite.webhook.front import Front
from ecsuite.webhook.http import receiving
from ecsuite.webhook.receiver import NoReceiver, Receiver


@dataclass(frozen=True, slots=True)
class Terms:
    """Settings of runs that share connections.

    Attributes:
        budget: counts and limits requests; None for no limits.
        front: forwards deliveries to the receiver; None if it has a port of its own.
        unusual_ids: whether entities on a live server may have ids that it might not find in a path.
        run: the id of the run, shared by its processes; empty to generate one.
        keeps_ledger: whether to keep a ledger of what is created on a live server.
    """

    budget: Budget | None = None
    front: Front | None = None
    unusual_ids: bool = False
    run: str = ""
    keeps_ledger: bool = True


TERMS: Final = Terms()


class Connections:
    """What the runs against one target may share: open connections, tokens, patience, and the receiver of deliveries.

    Args:
        target: the server.
        patience: how long calls wait for an unsteady service; defaults to a new one.
        seconds: the time limit of a whole response.
        terms: settings of the runs.
    """

    def __init__(
        self,
        target: Target,
        patience: Patience | None = None,
        seconds: float = RESPONSE_SECONDS,
        terms: Terms = TERMS,
    ) -> None:
        self.target = target
        self._seconds = seconds
        self._terms = terms
        self._ledgers: dict[str, Ledger] = {}
        self.patience = patience or Patience()
        self.activity = self.patience.activity
        self._stack = ExitStack()
        self._lock = threading.Lock()
        self._opening = threading.Lock()
        self._receiver: Receiver | None = None
        self._tokens: dict[Credentials, Token] = {}
        self.latency = Latency()

    @cached_property
    def http(self) -> httpx.Client:
        """The connections to the API."""
        return self._stack.enter_context(closing(self._new_http()))

    def _new_http(self) -> httpx.Client:
        return new_http(self.target, seconds=self._seconds, ending=self.activity.ending)

    @property
    def receiver(self) -> Receiver:
        """The receiver of deliveries, opened at the first access."""
        # Two threads may access it first at the same time.
        with self._opening:
            if self._receiver is None:
                self._receiver = self._new_receiver()
            return self._receiver

    def _new_receiver(self) -> Receiver:
        target = self.target
        if not (target.on_loopback or target.receiver_url):
            return NoReceiver()
        ending = self.activity.ending
        receiver = receiving(
            public_url=target.receiver_url, port=target.receiver_port, front=self._terms.front, ending=ending
        )
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
            checker: checks every exchange.
            journal: collects the results of the checks.
            redactor: every token is added to it.
            transcript: records what is sent.
            traces: makes trace contexts; defaults to a new one.
            in_order: whether calls must be sent one after the other.
        """
        from ecsuite.client.retry import with_retries  # noqa: PLC0415  a replay loads none of it

        token = self._tokens.setdefault(partner.credentials, Token())
        shared: dict[str, Any] = {"http": self.http, "token": token, "latency": self.latency}
        shared |= {"traces": traces, "transcript": transcript}
        shared |= {"cleanup": self._cleanup(partner, checker.contract), "activity": self.activity}
        budget, patience, activity = self._terms.budget, self.patience, self.activity

        def retrying(send: Send) -> Send:
            # Retries count as requests, too.
            counted = activity.counted(send, name_of, SILENT_SECONDS)
            return with_retries(budget.held(counted) if budget else counted, patience)

        return Api(partner, checker, journal, redactor, retrying=retrying, in_order=in_order, **shared)

    def close(self) -> None:
        """Close everything that was opened."""
        self._stack.close()

    def _cleanup(self, partner: Target, contract: Contract) -> Cleanup:
        opened = partial(self._ledger, contract.edition)
        terms, is_live = self._terms, partner.mode == "live"
        ledger = PartnerLedger(opened, partner.credentials.identity) if is_live and terms.keeps_ledger else None
        ownership = Ownership(is_shared=is_live, unusual_ids=terms.unusual_ids or not is_live)
        return Cleanup(contract, ownership, ledger)

    def _ledger(self, edition: str) -> Ledger:
        """The ledger of this process, opened at the first access."""
        with self._lock:
            if edition not in self._ledgers:
                # The data on a server on this machine does not outlive the machine.
                is_elsewhere = not self.target.on_loopback
                ledger = open_ledger(self.target.base_url, edition, self._terms.run, outlives_machine=is_elsewhere)
                self._ledgers[edition] = self._stack.enter_context(closing(ledger))
            return self._ledgers[edition]
