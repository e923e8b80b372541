"""Sends the deliveries to a receiver, one after the other, and judges its answers."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, suppress
from dataclasses import dataclass, replace
from typing import Final

from ecsuite import promises
from ecsuite.checks import Checker
from ecsuite.contract import Contract, Operation
from ecsuite.errors import ReceiverUnreachable
from ecsuite.findings.breach import Breach, Place
from ecsuite.http import httpx
from ecsuite.journal import Journal
from ecsuite.messages.exchange import Exchange, Headers, Request, Response
from ecsuite.receivers.cases import (
    BEGINNING,
    BENT,
    CROWDED,
    FOREIGN,
    LATE,
    LATER,
    LETTERS,
    SPELT,
    TAMPERED,
    UNSIGNED,
    UNSTEADY,
    UNVERIFIED,
    Case,
    Cases,
    Group,
)
from ecsuite.receivers.notifications import Notifications

_AT_ONCE: Final = 10
_MORE_TRIES: Final = 3
_ACKNOWLEDGED: Final = range(200, 300)
_NO_RESPONSE: Final = "no response"
# Bytes of an answer that are looked at, and the seconds for which more of it is waited for: its status is what counts.
_MOST_READ: Final = 100_000
_LONGEST_READ: Final = 1.0
# Who fails in the second is not asked about what the first has besides.
_PART_OF: Final = {CROWDED: LATE, LETTERS: LATER}


@dataclass(frozen=True, slots=True)
class Tried:
    """A delivery with what is said of its answer.

    Attributes:
        name: of the delivery.
        journal: its findings.
        seconds: that the answer took.
    """

    name: str
    journal: Journal
    seconds: float = 0.0

    @property
    def is_right(self) -> bool:
        """Whether it was answered as it must be."""
        return not self.journal.findings


@dataclass(frozen=True, slots=True)
class _Answered:
    """A delivery with what came back, and the first answer that is wrong."""

    case: Case
    exchanges: list[Exchange]
    wrong: Exchange | None


class Trial:
    """A trial of one receiver.

    Args:
        url: where it is.
        secret: of its webhook.
        contract: of the edition.
        client: that sends.
        mask: takes the secret out of a text.
        only: the group of the deliveries that are sent beside those as the API sends them; None for all.
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

    def run(self) -> Iterator[Tried]:
        """Send all deliveries; those that vary one only where the receiver takes it as the API sends it.

        Raises:
            ReceiverUnreachable: nothing is there.
        """
        plain = [self._answered(case) for case in self._cases.plain()]
        taken = [each.case.name for each in plain if each.wrong is None or each.case.group is UNSTEADY]
        if not taken and self._answered(self._cases.loose(plain[0].case.name)).wrong is None:
            plain = [replace(each, case=replace(each.case, group=SPELT)) for each in plain]
        yield from map(self._tried, plain)
        if not taken:
            return
        failed: set[Group] = set()
        # Who does not know the kinds of today is not asked about those of tomorrow.
        doubtful = self._cases.doubtful(taken[0]) if len(taken) == len(plain) else ()
        for case in (*self._cases.legal(taken), *doubtful):
            if _PART_OF.get(case.group) in failed or not self._is_wanted(case):
                continue
            answered = self._answered(case)
            failed |= {answered.case.group} if answered.wrong else set()
            yield self._tried(answered)
        forged = [case for case in self._cases.forged(taken) if self._is_wanted(case)]
        yield from map(self._tried, _as_one([self._answered(case) for case in forged]))

    def _is_wanted(self, case: Case) -> bool:
        """Whether a delivery is one of the group that is wanted, or may turn out to be."""
        is_unverified = self._only is UNVERIFIED and case.group.forged
        return self._only in {None, UNSTEADY, case.group} or is_unverified

    def _answered(self, case: Case) -> _Answered:
        """Send a delivery; one that was not acknowledged again, as the API does."""
        exchanges = self._sent(case)
        wrong = [one for one in exchanges if _is_taken(one) is case.group.forged]
        if wrong and not case.group.forged:
            tries = [self._again(case, each) for each in wrong]
            exchanges += [one for each in tries for one in each]
            case = replace(case, group=UNSTEADY) if all(_is_taken(each[-1]) for each in tries) else case
        return _Answered(case, exchanges, wrong[0] if wrong else None)

    def _again(self, case: Case, refused: Exchange) -> list[Exchange]:
        """The tries that the API makes of a delivery until one is acknowledged; where nothing came, the next one."""
        again = replace(case, body=refused.request.body, headers=refused.request.headers.fields)
        tries = [self._send(again)]
        while len(tries) < _MORE_TRIES and refused.response.status and not _is_taken(tries[-1]):
            tries.append(self._send(again))
        return tries

    def _tried(self, answered: _Answered) -> Tried:
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
            # Each of them is another one.
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
                raise ReceiverUnreachable(self._mask(self._url), str(error) or type(error).__name__) from None
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


def _start_of(answer: httpx.Response) -> bytes:
    """The first bytes of the body of an answer, as they came; whatever is wrong with them, the answer was given."""
    found, start = b"", time.monotonic()
    with suppress(httpx.HTTPError):
        for part in answer.iter_raw():
            found += part
            if len(found) > _MOST_READ or time.monotonic() - start > _LONGEST_READ:
                break
    return found[:_MOST_READ]


def _as_one(forged: list[_Answered]) -> list[_Answered]:
    """Forged deliveries, all that were taken in one group where a signature is not verified at all."""
    taken = {each.case.group for each in forged if each.wrong}
    if BEGINNING in {each.case.name for each in forged if each.wrong} and FOREIGN not in taken:
        # Nothing is a beginning, too.
        return [replace(each, case=replace(each.case, group=BENT)) if _is_unsigned(each) else each for each in forged]
    if not {FOREIGN, TAMPERED} <= taken:
        return forged
    return [replace(each, case=replace(each.case, group=UNVERIFIED)) if each.wrong else each for each in forged]


def _is_unsigned(answered: _Answered) -> bool:
    return answered.case.group is UNSIGNED and answered.wrong is not None


def signed_delivery(contract: Contract) -> tuple[Operation, str] | None:
    """The delivery of a contract whose signature is published, and the name of its header; None where there is none."""
    for operation in contract.deliveries.values():
        for parameter in operation.parameters:
            if parameter.signature:
                return operation, parameter.name
    return None


def _is_taken(exchange: Exchange) -> bool:
    return exchange.response.status in _ACKNOWLEDGED


def breach_of(case: Case, exchange: Exchange) -> Breach:
    """What is wrong with an answer to a delivery."""
    status = exchange.response.status
    seen = str(status) if status else f"{_NO_RESPONSE} ({exchange.response.flaw})"
    expected = ["a status other than 2XX"] if case.group.forged else ["2XX"]
    at, note = Place("delivery", case.group.name), f"for {case.group.reason}"
    return replace(Breach.of("status", at, expected, seen, note=note), severity=case.group.severity)
