"""Watches the exchanges of one client: has each checked, and notes what the checks say and what is to be deleted."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial

from ecsuite.checks import Checker, DecodedExchange
from ecsuite.client.checked import Checked, attach, checked_of
from ecsuite.client.cleanup import Cleanup
from ecsuite.client.connection import CUT_OFF, SENT_AT, CutOff, is_cut_off, said_by, to_exchange, to_request
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

    It always is where the body is only slow, and never where what came is no HTTP: that was the server's.
    """
    if isinstance(flaw, httpx.TimeoutException):
        return True
    cut_off: Callable[[], bool] = request.extensions.get(CUT_OFF, _never)
    return is_cut_off(flaw) and cut_off()


class Watch:
    """The `Watcher` of one client.

    Args:
        checker: what looks at every exchange.
        journal: where what it says is kept.
        cleanup: told what was made and deleted.
        log: told of each call.
        clock: seconds, for the length of exchanges.
        noted: told of each exchange.
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
            CutOff: the body does not come in whole, which may be the network's doing.
            PromiseBroken: it cannot be had in whole, and another try would not mend that.
        """
        flaw: httpx.RequestError | None = None
        try:
            response.read()
        except (httpx.DecodingError, httpx.TransportError) as error:
            flaw = error
        if isinstance(flaw, httpx.TransportError) and _may_be_networks(flaw, response.request):
            raise CutOff(said_by(flaw), request=response.request) from flaw
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
        """Judge an exchange again whose token had not expired after all."""
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
        """Note that a call has failed, but may have created what it was to create."""
        self._cleanup.note_lost(self._checker.decode(Exchange(to_request(request), Response(0))))

    def was_not_sent(self, request: httpx.Request) -> None:
        """Note that a call has failed before the server had it, and so has created nothing."""
        self._cleanup.note_unsent(self._checker.decode(Exchange(to_request(request), Response(0))))

    def name(self, request: httpx.Request) -> str:
        """The method and the path of a request, of its operation where it calls one."""
        operation = self._checker.operation(to_request(request))
        return f"{request.method} {operation.path if operation else request.url.path}"

    def unreadable(self, request: httpx.Request, reason: str) -> PromiseBroken:
        """Note that what came is not an HTTP response; the error that the call raises."""
        exchange = Exchange(to_request(request), Response(0))
        operation = self._checker.operation(exchange.request)
        breach = Breach("absent", Place("connection"), note=reason)
        finding = self.add_finding(RESPONSE_ARRIVES, breach, exchange, operation)
        return PromiseBroken(f"{exchange.request.method} {exchange.request.url}: no response ({reason})", finding)

    def add_finding(self, promise: Promise, breach: Breach, exchange: Exchange, operation: Operation | None) -> Finding:
        """Note a broken promise that the checks of one exchange alone cannot see."""
        # What showed it is the latest call of that operation: a rule looks, and says at once what it saw.
        evidence = self._latest.get(breach.seen_by)
        finding = self._checker.finding(promise, breach, exchange, operation, evidence)
        self._journal.add_finding(finding)
        return finding
