"""Watches the exchanges of one client: has each one checked, and records the results and what to delete."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial

from ecsuite.checks import Checker, DecodedExchange
from ecsuite.client.checked import Checked, attach, checked_of
from ecsuite.client.cleanup import Cleanup
from ecsuite.client.connection import CUT_OFF, SENT_AT, CutOff, is_cut_off, message_of, to_exchange, to_request
from ecsuite.client.pacing import CallLog
from ecsuite.contract import Operation
from ecsuite.findings.breach import Breach, Place, body
from ecsuite.findings.broken import PromiseBroken
from ecsuite.findings.datum import datum
from ecsuite.findings.finding import Finding
from ecsuite.http import httpx
from ecsuite.journal import Journal
from ecsuite.messages.exchange import Exchange, Response
from ecsuite.promises import RESPONSE_ARRIVES, RESPONSE_BODY, Promise


def _never() -> bool:
    return False


def _may_be_networks(flaw: httpx.TransportError, request: httpx.Request) -> bool:
    """Whether the network may have cut off a body.

    Always for a timeout, and never if the response is not HTTP, since that is the server's fault.
    """
    if isinstance(flaw, httpx.TimeoutException):
        return True
    cut_off: Callable[[], bool] = request.extensions.get(CUT_OFF, _never)
    return is_cut_off(flaw) and cut_off()


class Watch:
    """The `Watcher` of one client.

    Args:
        checker: checks every exchange.
        journal: collects the results of the checks.
        cleanup: learns what was created and deleted.
        log: counts each call.
        clock: seconds, for the duration of exchanges.
        noted: called with each exchange.
    """

    def __init__(
        self,
        checker: Checker,
        journal: Journal,
        cleanup: Cleanup,
        log: CallLog,
        clock: Callable[[], float],
        noted: Callable[[DecodedExchange], None],
    ) -> None:
        self._checker = checker
        self._journal = journal
        self._cleanup = cleanup
        self._log = log
        self._clock = clock
        self._noted = noted
        self._latest: dict[str, Exchange] = {}

    def sending(self, request: httpx.Request) -> None:
        """Note when a request is sent."""
        request.extensions[SENT_AT] = self._clock()

    def received(self, response: httpx.Response) -> None:
        """Read the body of a response, and check the exchange.

        Raises:
            CutOff: the body is incomplete, perhaps because of the network.
            PromiseBroken: the body is unreadable, and a retry would not help.
        """
        flaw: httpx.RequestError | None = None
        try:
            response.read()
        except (httpx.DecodingError, httpx.TransportError) as error:
            flaw = error
        if isinstance(flaw, httpx.TransportError) and _may_be_networks(flaw, response.request):
            raise CutOff(message_of(flaw), request=response.request) from flaw
        exchange = to_exchange(response, flaw, self._clock() - response.request.extensions[SENT_AT])
        self._log.note(exchange.request.method, exchange.request.url)
        decoded = self._checker.decode(exchange)
        if decoded.operation and decoded.interception is None:
            self._latest[decoded.operation.id] = exchange
        self._noted(decoded)
        result = self._checker.judge(decoded)
        self._journal.add(result)
        if decoded.interception == "gateway":
            self._cleanup.note_lost(decoded)
        else:
            self._cleanup.note(decoded)
        checked = Checked(decoded, result, partial(self.add_finding, exchange=exchange, operation=decoded.operation))
        attach(response, checked)
        if flaw is not None and decoded.interception is None:
            breach = Breach("unreadable", body(), actual=datum("transfer"), note=exchange.response.flaw)
            raise checked.broken(RESPONSE_BODY, breach, exchange.response.flaw)

    def judge_again(self, response: httpx.Response) -> None:
        """Judge an exchange again after its token turned out not to have expired."""
        checked = checked_of(response)
        request = checked.decoded.exchange.request
        expectation = replace(request.expectation, token_may_have_ended=False)
        exchange = replace(checked.decoded.exchange, request=replace(request, expectation=expectation))
        known = {finding.key for finding in checked.result.findings}
        for finding in self._checker.check(exchange).findings:
            if finding.key not in known:
                self._journal.add_finding(finding)

    def lost(self, request: httpx.Request) -> None:
        """Note that no complete response came to a request."""
        operation = self._checker.operation(to_request(request))
        self._journal.add_lost(operation.id if operation else "")

    def repeating(self, request: httpx.Request) -> None:
        """Note that a call is sent again."""
        self._journal.add_repeated(self.name(request))

    def may_have_acted(self, request: httpx.Request) -> None:
        """Note that a call has failed, but may have created something."""
        self._cleanup.note_lost(self._checker.decode(Exchange(to_request(request), Response(0))))

    def was_not_sent(self, request: httpx.Request) -> None:
        """Note that a call failed before it reached the server, and so has created nothing."""
        self._cleanup.note_unsent(self._checker.decode(Exchange(to_request(request), Response(0))))

    def name(self, request: httpx.Request) -> str:
        """The method and the path of a request; for an operation of the contract, its path template."""
        operation = self._checker.operation(to_request(request))
        return f"{request.method} {operation.path if operation else request.url.path}"

    def unreadable(self, request: httpx.Request, reason: str) -> PromiseBroken:
        """Add the finding that the response is not HTTP; return the error for the call to raise."""
        exchange = Exchange(to_request(request), Response(0))
        operation = self._checker.operation(exchange.request)
        breach = Breach("absent", Place("connection"), note=reason)
        finding = self.add_finding(RESPONSE_ARRIVES, breach, exchange, operation)
        return PromiseBroken(f"{exchange.request.method} {exchange.request.url}: no response ({reason})", finding)

    def add_finding(self, promise: Promise, breach: Breach, exchange: Exchange, operation: Operation | None) -> Finding:
        """Add a finding that the checks of a single exchange cannot make."""
        # The latest call of that operation revealed the breach, because rules report a breach right after they see it.
        evidence = self._latest.get(breach.seen_by)
        finding = self._checker.finding(promise, breach, exchange, operation, evidence)
        self._journal.add_finding(finding)
        return finding
