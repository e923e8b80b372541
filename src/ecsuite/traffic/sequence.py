"""What the calls of a client show together: whether it gets over a refused token, and lets a busy service rest."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import Final, NamedTuple
from urllib.parse import parse_qsl, urlsplit

from ecsuite import promises
from ecsuite.checks import Checker
from ecsuite.checks.bearer_token import AUTHORIZATION
from ecsuite.checks.client_parameters import is_credential
from ecsuite.findings.breach import Breach, Place
from ecsuite.findings.datum import MISSING, datum
from ecsuite.findings.finding import Finding, Result
from ecsuite.messages.exchange import Request
from ecsuite.messages.media import json_or_none
from ecsuite.messages.redact import MASK

_UNAUTHORIZED: Final = 401
_NO_CREDENTIALS: Final = frozenset({400, 401})
_CREDENTIALS: Final = Place("request-body", path=("client_secret",))
_GRANTED: Final = datum({"title": "credentials that the token endpoint accepts", "type": "string", "pattern": ""})
_BUSY: Final = frozenset({429, 503})
_ACCEPTED: Final = datum({"title": "a token that the API accepts", "type": "string", "pattern": ""})
_REFUSED: Final = "for the call was refused with 401, and never made again with another one"
# Clocks of tools are no better than that.
_TOLERANCE: Final = 0.1
# Times of HTTP are of whole seconds, and there are two of them.
_OF_TIMES: Final = 2.0


@dataclass(frozen=True, slots=True)
class Call:
    """A call.

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
    is_for_token: bool

    @property
    def request(self) -> Request:
        """What was sent."""
        return self.result.exchange.request

    @property
    def status(self) -> int:
        """Of the response; 0 where none is known."""
        return self.result.exchange.response.status

    @property
    def sent_at(self) -> float:
        """When it was sent, where that is known."""
        assert self.started is not None
        return self.started

    @property
    def answered_at(self) -> float:
        """When its response came, where that is known."""
        return self.sent_at + self.result.exchange.seconds


def of_calls(calls: Sequence[Call], *, has_token: bool) -> Iterator[tuple[Call, Finding]]:
    """What calls break together, each with the one that breaks it.

    Args:
        calls: in any order.
        has_token: whether the client asks for its token in the right way; if not, that is why its token is refused.
    """
    known = all(each.started is not None for each in calls)
    ordered = sorted(calls, key=lambda each: each.sent_at) if known else list(calls)
    refused = _refused_credentials(ordered) if has_token else []
    yield from refused
    yield from _refused_tokens(ordered) if has_token and not refused else ()
    if known:
        yield from _impatient(ordered)


def _refused_credentials(calls: Sequence[Call]) -> list[tuple[Call, Finding]]:
    """Requests for a token that are refused, where none is ever granted: why calls are refused after them."""
    asked = [each for each in calls if each.is_for_token and each.status]
    if not all(each.status in _NO_CREDENTIALS for each in asked):
        return []
    found = []
    for call in asked:
        came = json_or_none(call.result.exchange.response.body)
        error = came.get("error") if isinstance(came, dict) else None
        said = f" ({error})" if isinstance(error, str) else ""
        note = f"for it was refused with {call.status}{said}, and no token was granted later"
        breach = Breach("pattern", _CREDENTIALS, _GRANTED, datum(MASK), note=note)
        finding = call.checker.finding(promises.REQUEST_BODY, breach, call.result.exchange, call.result.operation)
        found.append((call, finding))
    return found


def _refused_tokens(calls: Sequence[Call]) -> Iterator[tuple[Call, Finding]]:
    """Calls that were refused with 401, and never made again with success; one without a token is told as such."""
    for place, call in enumerate(calls):
        operation = call.result.operation
        if call.status != _UNAUTHORIZED or operation is None or operation.security is None:
            continue
        is_told = any(_is_of_token(each) for each in call.result.findings)
        if is_told or any(_is_again(call, each) for each in calls[place + 1 :]):
            continue
        header = call.request.headers.get("Authorization")
        sent = MISSING if header is None else datum(header)
        breach = Breach("pattern", AUTHORIZATION, _ACCEPTED, sent, operation.security, note=_REFUSED)
        yield call, call.checker.finding(promises.BEARER_TOKEN, breach, call.result.exchange, operation)


def _is_of_token(finding: Finding) -> bool:
    """Whether a finding says why a token is refused: it is missing, is none, or stands in the address."""
    return finding.promise == promises.BEARER_TOKEN.id or is_credential(finding.breach.at.name)


def _is_again(call: Call, later: Call) -> bool:
    """Whether a later call is the same one, and was not refused for its token as far as is known."""
    same = (later.request.method, _path(later)) == (call.request.method, _path(call))
    return same and later.status != _UNAUTHORIZED


def _path(call: Call) -> str:
    return urlsplit(call.request.url).path


def _impatient(calls: Sequence[Call]) -> Iterator[tuple[Call, Finding]]:
    """Calls that are made again before the time that the service asked for is over."""
    for place, call in enumerate(calls):
        asked = _seconds_asked_for(call)
        if call.status not in _BUSY or asked is None:
            continue
        came = call.answered_at
        # What was sent before the answer came does not repeat it, and what has no response was perhaps never sent.
        later = (each for each in calls[place + 1 :] if each.status and _is_same(call, each) and each.sent_at >= came)
        again = next(later, None)
        if again is not None and again.sent_at - came < asked.seconds - asked.tolerance:
            expected, seen = f"after {asked.seconds} s, as Retry-After says", f"after {again.sent_at - came:.1f} s"
            breach = Breach.of("early", Place("request-line"), expected, seen)
            yield again, again.checker.finding(promises.BUSY, breach, again.result.exchange, again.result.operation)


class _Pause(NamedTuple):
    """What a service asks for in whole seconds, and how exact that is."""

    seconds: int
    tolerance: float


def _seconds_asked_for(call: Call) -> _Pause | None:
    """The pause that a response asks for, as a number or as a time (RFC 9110 section 10.2.3); None where it is none."""
    headers = call.result.exchange.response.headers
    asked = (headers.get("Retry-After") or "").strip()
    if asked.isascii() and asked.isdigit():
        return _Pause(int(asked[:6]), _TOLERANCE)
    until = _time(asked)
    # Its own clock tells the pause; without that, ours.
    now = _time(headers.get("Date") or "")
    if until is None:
        return None
    return _Pause(max(int(until - (call.answered_at if now is None else now)), 0), _OF_TIMES)


def _time(text: str) -> float | None:
    """A time as HTTP writes it, in seconds since 1970; None where it is none."""
    try:
        return parsedate_to_datetime(text).timestamp()
    except (ValueError, OverflowError, IndexError, TypeError):
        return None


def _is_same(call: Call, later: Call) -> bool:
    """Whether a later call is the same one, in whatever order its query and its JSON are written."""
    own, other = call.request, later.request
    return (own.method, _path(call)) == (other.method, _path(later)) and _meaning(own) == _meaning(other)


def _meaning(request: Request) -> tuple[object, ...]:
    """What the query and the body of a request say, however they are written."""
    sent = json_or_none(request.body)
    return sorted(
        parse_qsl(urlsplit(request.url).query, keep_blank_values=True)
    ), request.body if sent is None else sent
