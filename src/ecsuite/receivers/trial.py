"""Sends the deliveries to a receiver, one after the other, and judges its responses."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, suppress
from dataclasses import dataclass, replace
from typing import Final

from ecsuite import promises
from ecsuite.checks import Checker
from ecsuite.client.certificates import refused, what_is_wrong
from ecsuite.contract import Contract, Operation
from ecsuite.errors import ReceiverUnreachable
from ecsuite.findings.breach import Breach, Place
from ecsuite.http import httpx
from ecsuite.journal import Journal
from ecsuite.messages.exchange import FIRST_SERVER_ERROR, Exchange, Headers, Request, Response
from ecsuite.receivers.answered import Answered, forged_as_one, is_taken, legal_as_one
from ecsuite.receivers.cases import (
    CROWDED,
    LATE,
    LETTERS,
    LOCKED,
    PLAIN,
    SPELT,
    STOPPED,
    UNLIKE_SIGNED,
    UNSTEADY,
    UNVERIFIED,
    Case,
    Cases,
    Group,
    is_marked,
)
from ecsuite.receivers.notifications import Notifications

_AT_ONCE: Final = 10
_MORE_TRIES: Final = 3
_NO_RESPONSE: Final = "no response"
# Limits for the body of a response, in bytes and in seconds: only its status counts.
_MOST_READ: Final = 100_000
_LONGEST_READ: Final = 1.0
# A receiver that fails in the second group is not tested with the first, which includes the same difficulty.
_PART_OF: Final = {CROWDED: {LATE}, LETTERS: {SPELT}}
# A receiver that blocks a sender for a while may answer so.
_BUSY: Final = 503
# No status, or one of a receiver that is busy, tells nothing about the delivery.
_NO_REFUSALS: Final = frozenset({0, 429, _BUSY})


@dataclass(frozen=True, slots=True)
class Tried:
    """The verdict on a delivery.

    Attributes:
        name: the name of the delivery.
        journal: its findings.
        seconds: how long the slowest response took.
    """

    name: str
    journal: Journal
    seconds: float = 0.0

    @property
    def is_right(self) -> bool:
        """Whether the response was as required."""
        return not self.journal.findings


class Trial:
    """A test of one receiver.

    Args:
        url: the URL of the receiver.
        secret: the secret of its webhook.
        contract: the contract of the edition.
        client: sends the deliveries.
        mask: removes the secret from a text.
        only: the group of deliveries to send besides the plain ones; None for all.
    """

    def __init__(
        self,
        url: str,
        secret: str,
        contract: Contract,
        client: httpx.Client,
        mask: Callable[[str], str],
        only: Group | None = None,
    ) -> None:
        self._url = url
        self._client = client
        signed = signed_delivery(contract)
        assert signed is not None
        self._operation, header = signed
        self._cases = Cases(Notifications(contract, self._operation), header, secret)
        self._checker = Checker(contract, "", "", mask)
        self._mask = mask
        self._only = only
        self._is_there = False
        self._header = header
        # The first delivery that was acknowledged, and whether the receiver has stopped acknowledging any.
        self._first: Case | None = None
        self._has_stopped = False
        self._controls: list[Answered] = []

    def run(self) -> Iterator[Tried]:
        """Send all deliveries; variants of a notification only if the receiver acknowledges the plain one.

        Raises:
            ReceiverUnreachable: there is no receiver at the URL.
        """
        plain = list(self._until_stopped(self._cases.plain()))
        if self._first is None:
            group = self._group_of_all(plain)
            plain = [replace(each, case=replace(each.case, group=group)) for each in plain]
        elif not self._has_stopped:
            plain = [self._respelt(each) for each in plain]
        taken = [each.case.name for each in plain if each.wrong is None or each.case.group is UNSTEADY]
        varied = list(self._varied(taken, is_every=len(taken) == len(plain))) if taken else []
        yield from map(self._tried, legal_as_one([*plain, *varied], self._controls, self._header))
        if taken and not self._has_stopped:
            yield from map(self._tried, self._forged(taken))

    def _group_of_all(self, plain: Sequence[Answered]) -> Group:
        """The group of plain deliveries if none was acknowledged; further deliveries are sent to find out why."""
        name = plain[0].case.name
        signatures = [value for each in plain for key, value in each.case.headers if key == self._header]
        if all(map(is_marked, signatures)) and self._answered(self._cases.control(name, PLAIN)).wrong is None:
            return UNLIKE_SIGNED
        tried = self._cases.explaining(name) if _is_refusal(plain[0]) else ()
        return next((case.group for case in tried if is_taken(self._send(case))), PLAIN)

    def _respelt(self, answered: Answered) -> Answered:
        """A plain delivery; if it was refused only because of how its numbers are written, in the group of those."""
        case = self._cases.shortest(answered.case.name)
        is_of_it = answered.case.group is PLAIN and _is_refusal(answered)
        if is_of_it and len(case.body) < len(answered.case.body) and is_taken(self._send(case)):
            return replace(answered, case=replace(answered.case, group=SPELT))
        return answered

    def _until_stopped(self, cases: Iterable[Case]) -> Iterator[Answered]:
        """Send deliveries, until the receiver refuses one like those that it acknowledged before."""
        for case in cases:
            if self._has_stopped:
                return
            answered = self._answered(case)
            if answered.wrong is None or answered.case.group is UNSTEADY:
                self._first = self._first or case
            elif self._first is not None and self._control(STOPPED).wrong is not None:
                self._has_stopped = True
                named = replace(case, group=STOPPED, name=f"{case.group.name}: {case.name}")
                answered = replace(answered, case=named)
            yield answered

    def _varied(self, taken: Sequence[str], *, is_every: bool) -> Iterator[Answered]:
        """Send legal variants of plain deliveries; some groups only if the group that they include was acknowledged."""
        failed: set[Group] = set()
        # A receiver that does not know all current kinds is not tested with those of a later version.
        doubtful = self._cases.doubtful(taken[0]) if is_every else ()
        cases = (*self._cases.legal(taken), *doubtful)
        wanted = (each for each in cases if failed.isdisjoint(_PART_OF.get(each.group, ())) and self._is_wanted(each))
        for answered in self._until_stopped(wanted):
            failed |= {answered.case.group} if answered.wrong else set()
            yield answered

    def _forged(self, taken: Sequence[str]) -> Iterator[Answered]:
        """Send forged deliveries, and a valid one after the first and after the last of them."""
        assert self._first is not None
        forged = [case for case in self._cases.forged(taken, self._first.body) if self._is_wanted(case)]
        answered = [self._answered(case) for case in forged[:1]]
        controls = [self._control(LOCKED)] if forged and self._only in {None, LOCKED} else []
        if not any(each.wrong for each in controls):
            answered += map(self._answered, forged[1:])
            last = [self._control(STOPPED)] if controls and self._only is None else []
            # A receiver may rightly block a sender of many forged ones for a while.
            controls += [each for each in last if each.wrong is None or _is_broken(each.wrong)]
        yield from forged_as_one(answered)
        yield from controls

    def _control(self, group: Group) -> Answered:
        """Send another delivery like the first that was acknowledged."""
        assert self._first is not None
        answered = self._answered(self._cases.control(self._first.name, group))
        self._controls.append(answered)
        return answered

    def _is_wanted(self, case: Case) -> bool:
        """Whether a delivery belongs to the group in `only`, or may turn out to belong to it."""
        if self._only in {None, UNSTEADY, STOPPED, UNLIKE_SIGNED, case.group}:
            return True
        return self._only in {UNVERIFIED, LOCKED} and case.group.forged

    def _answered(self, case: Case) -> Answered:
        """Send a delivery, and retry it as the API does if it was not acknowledged."""
        exchanges = self._sent(case)
        wrong = [one for one in exchanges if is_taken(one) is case.group.forged]
        if not wrong:
            return Answered(case, exchanges, None)
        if not case.group.forged:
            tries = [self._again(case, each) for each in wrong]
            exchanges += [one for each in tries for one in each]
            case = replace(case, group=UNSTEADY) if all(is_taken(each[-1]) for each in tries) else case
        return Answered(case, exchanges, wrong[0])

    def _again(self, case: Case, refused: Exchange) -> list[Exchange]:
        """Retry a delivery as the API does, until it is acknowledged; after a timeout only once."""
        again = replace(case, body=refused.request.body, headers=refused.request.headers.fields)
        tries = [self._send(again)]
        while len(tries) < _MORE_TRIES and "Timeout" not in refused.response.flaw and not is_taken(tries[-1]):
            tries.append(self._send(again))
        return tries

    def _tried(self, answered: Answered) -> Tried:
        case, wrong = answered.case, answered.wrong
        journal = Journal()
        promise = promises.FORGERY_REFUSED if case.group.forged else promises.DELIVERY_ACKNOWLEDGED
        journal.tally.exchanges += len(answered.exchanges)
        if wrong is None:
            journal.add_passed(promise, self._operation.id)
        else:
            journal.add_finding(self._checker.finding(promise, breach_of(case, wrong), wrong, self._operation))
        return Tried(case.name, journal, max(each.seconds for each in answered.exchanges))

    def _sent(self, case: Case) -> list[Exchange]:
        if case.manner == "twice":
            return [self._send(case), self._send(case)]
        if case.manner == "at once":
            # Each of them is a notification of its own.
            others = [each for _ in range(_AT_ONCE) for each in self._cases.plain() if each.name == case.name]
            several = [case, *others]
            with ThreadPoolExecutor(_AT_ONCE) as pool:
                return list(pool.map(self._send, several))
        return [self._send(case)]

    def _send(self, case: Case) -> Exchange:
        request = Request("POST", self._url, Headers.of(case.headers), case.body)
        content: bytes | Iterable[bytes] = (
            iter((case.body[:7], case.body[7:])) if case.manner == "chunked" else case.body
        )
        start = time.monotonic()
        try:
            response = self._response(case, content)
        except (
            httpx.InvalidURL,
            httpx.UnsupportedProtocol,
            httpx.ConnectError,
            httpx.ConnectTimeout,
            ValueError,
        ) as error:
            if not self._is_there:
                raise ReceiverUnreachable(self._mask(self._url), self._mask(_reason(error))) from None
            response = Response(0, flaw=type(error).__name__)
        except httpx.HTTPError as error:
            response = Response(0, flaw=type(error).__name__)
        self._is_there = True
        return Exchange(request, response, time.monotonic() - start)

    def _response(self, case: Case, content: bytes | Iterable[bytes]) -> Response:
        request = self._client.build_request("POST", self._url, content=content, headers=list(case.headers))
        for name in ("User-Agent", "Accept") if case.manner == "bare" else ():
            del request.headers[name]
        answer = self._client.send(request, stream=True)
        with closing(answer):
            return Response(answer.status_code, Headers.of(answer.headers.multi_items()), _start_of(answer))


def _reason(error: Exception) -> str:
    """Why a receiver cannot be reached, on one line."""
    certificate = refused(error)
    if certificate is not None and isinstance(error, httpx.RequestError):
        return what_is_wrong(certificate, error.request.url.host)
    return str(error) or type(error).__name__


def _start_of(answer: httpx.Response) -> bytes:
    """The first bytes of the body of a response, as they came; an error while reading them is ignored."""
    found, start = b"", time.monotonic()
    with suppress(httpx.HTTPError):
        for part in answer.iter_raw():
            found += part
            if len(found) > _MOST_READ or time.monotonic() - start > _LONGEST_READ:
                break
    return found[:_MOST_READ]


def signed_delivery(contract: Contract) -> tuple[Operation, str] | None:
    """The delivery of a contract whose signature is published, with the name of its header; None if there is none."""
    for operation in contract.deliveries.values():
        for parameter in operation.parameters:
            if parameter.signature:
                return operation, parameter.name
    return None


def _is_refusal(answered: Answered) -> bool:
    """Whether the response refuses a delivery for what it is."""
    return answered.wrong is not None and answered.wrong.response.status not in _NO_REFUSALS


def _is_broken(exchange: Exchange) -> bool:
    """Whether a response shows that the receiver failed, rather than that it blocks the sender."""
    status = exchange.response.status
    return not status or (status >= FIRST_SERVER_ERROR and status != _BUSY)


def breach_of(case: Case, exchange: Exchange) -> Breach:
    """The breach in a response to a delivery."""
    status = exchange.response.status
    seen = str(status) if status else f"{_NO_RESPONSE} ({exchange.response.flaw})"
    expected = ["a status other than 2XX"] if case.group.forged else ["2XX"]
    at, note = Place("delivery", case.group.name), f"for {case.group.reason}"
    return replace(Breach.of("status", at, expected, seen, note=note), severity=case.group.severity)
