"""What the calls of a client show together: whether it gets over a refused token, and lets a busy service rest."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from ecsuite import promises
from ecsuite.checks import Checker
from ecsuite.checks.bearer_token import AUTHORIZATION
from ecsuite.findings.breach import Breach, Place
from ecsuite.findings.datum import MISSING, datum
from ecsuite.findings.finding import Finding, Result
from ecsuite.messages.exchange import Request

_UNAUTHORIZED: Final = 401
_BUSY: Final = frozenset({429, 503})
_ACCEPTED: Final = datum({"title": "a token that the API accepts", "type": "string", "pattern": ""})
_REFUSED: Final = "for the call was refused with 401, and never made again with another one"
# Clocks of tools are no better than that.
_TOLERANCE: Final = 0.1


@dataclass(frozen=True, slots=True)
class Call:
    """A call that had a response.

    Attributes:
        number: of its entry.
        checker: that judged it.
        result: what the checks said of it.
        started: when it was sent, in seconds since 1970; None where that is not known.
        is_for_token: whether it asks for a token.
    """

    number: int
    checker: Checker
    result: Result
    started: float | None
    is_for_token: bool = False

    @property
    def request(self) -> Request:
        """What was sent."""
        return self.result.exchange.request

    @property
    def status(self) -> int:
        """Of the response."""
        return self.result.exchange.response.status


def of_calls(calls: Sequence[Call], *, has_token: bool = True) -> Iterator[tuple[Call, Finding]]:
    """What calls break together, each with the one that breaks it.

    Args:
        calls: in any order.
        has_token: whether the client asks for its token in the right way; if not, that is why its token is refused.
    """
    known = all(each.started is not None for each in calls)
    ordered = sorted(calls, key=lambda each: each.started or 0.0) if known else list(calls)
    yield from _refused_tokens(ordered) if has_token else ()
    if known:
        yield from _impatient(ordered)


def _refused_tokens(calls: Sequence[Call]) -> Iterator[tuple[Call, Finding]]:
    """Calls that were refused with 401, and never made again with success; one without a token is told as such."""
    for place, call in enumerate(calls):
        operation = call.result.operation
        if call.status != _UNAUTHORIZED or operation is None or operation.security is None:
            continue
        is_told = any(each.promise == promises.BEARER_TOKEN.id for each in call.result.findings)
        if is_told or any(_is_again(call, each) for each in calls[place + 1 :]):
            continue
        header = call.request.headers.get("Authorization")
        sent = MISSING if header is None else datum(header)
        breach = Breach("pattern", AUTHORIZATION, _ACCEPTED, sent, operation.security, note=_REFUSED)
        yield call, call.checker.finding(promises.BEARER_TOKEN, breach, call.result.exchange, operation)


def _is_again(call: Call, later: Call) -> bool:
    """Whether a later call is the same one, and was not refused for its token."""
    same = (later.request.method, _path(later)) == (call.request.method, _path(call))
    return same and later.status not in {0, _UNAUTHORIZED}


def _path(call: Call) -> str:
    return urlsplit(call.request.url).path


def _impatient(calls: Sequence[Call]) -> Iterator[tuple[Call, Finding]]:
    """Calls that are made again before the time that the service asked for is over."""
    for place, call in enumerate(calls):
        asked = call.result.exchange.response.headers.get("Retry-After") or ""
        if call.status not in _BUSY or not (asked.isascii() and asked.isdigit()):
            continue
        came = (call.started or 0.0) + call.result.exchange.seconds
        # What was sent before the answer came does not repeat it.
        later = (each for each in calls[place + 1 :] if _is_same(call, each) and (each.started or 0.0) >= came)
        again = next(later, None)
        waited = (again.started or 0.0) - came if again else 0.0
        if again is not None and waited < int(asked[:6]) - _TOLERANCE:
            expected, seen = f"after {asked[:6]} s, as Retry-After says", f"after {waited:.1f} s"
            breach = Breach.of("early", Place("request-line"), expected, seen)
            yield again, again.checker.finding(promises.BUSY, breach, again.result.exchange, again.result.operation)


def _is_same(call: Call, later: Call) -> bool:
    own, other = call.request, later.request
    return (own.method, own.url, own.body) == (other.method, other.url, other.body)
