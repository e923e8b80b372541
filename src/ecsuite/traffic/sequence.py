"""Judges a client's calls together: whether it recovers from a refused token, and gives a busy service time."""

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
_REFUSED: Final = "because the call was refused with 401, and never repeated with another one"
# The clocks of tools are not more accurate than that.
_TOLERANCE: Final = 0.1
# Times in HTTP are in whole seconds, and two of them are compared.
_OF_TIMES: Final = 2.0


@dataclass(frozen=True, slots=True)
class Call:
    """A call of an archive.

    Attributes:
        number: the number of its entry.
        checker: the checker that judged it.
        result: the verdicts of the checks.
        started: when it was sent, in seconds since 1970; None if unknown.
        is_for_token: whether it asks for a token.
    """

    number: int
    checker: Checker
    result: Result
    started: float | None
    is_for_token: bool

    @property
    def request(self) -> Request:
        """The request."""
        return self.result.exchange.request

    @property
    def status(self) -> int:
        """The status of the response; 0 if unknown."""
        return self.result.exchange.response.status

    @property
    def sent_at(self) -> float:
        """When it was sent, which must be known."""
        assert self.started is not None
        return self.started

    @property
    def answered_at(self) -> float:
        """When its response came; the time at which it was sent must be known."""
        return self.sent_at + self.result.exchange.seconds


def of_calls(calls: Sequence[Call], *, has_token: bool) -> Iterator[tuple[Call, Finding]]:
    """The findings that need several calls, each with the call to blame.

    Args:
        calls: the calls, in any order.
        has_token: whether the client asks for its token correctly; if not, refused tokens are a consequence.
    """
    known = all(each.started is not None for each in calls)
    ordered = sorted(calls, key=lambda each: each.sent_at) if known else list(calls)
    refused = _refused_credentials(ordered) if has_token else []
    yield from refused
    yield from _refused_tokens(ordered) if has_token and not refused else ()
    if known:
        yield from _impatient(ordered)


def _refused_credentials(calls: Sequence[Call]) -> list[tuple[Call, Finding]]:
    """The token requests, if all of them were refused: that explains why later calls are refused, too."""
    asked = [each for each in calls if each.is_for_token and each.status]
    if not all(each.status in _NO_CREDENTIALS for each in asked):
        return []
    found = []
    for call in asked:
        came = json_or_none(call.result.exchange.response.body)
        error = came.get("error") if isinstance(came, dict) else None
        said = f" ({error})" if isinstance(error, str) else ""
        note = f"because it was refused with {call.status}{said}, and no token was granted later"
        breach = Breach("pattern", _CREDENTIALS, _GRANTED, datum(MASK), note=note)
        finding = call.checker.finding(promises.REQUEST_BODY, breach, call.result.exchange, call.result.operation)
        found.append((call, finding))
    return found


def _refused_tokens(calls: Sequence[Call]) -> Iterator[tuple[Call, Finding]]:
    """Calls that were refused with 401, and never repeated with success; a missing token is a finding already."""
    for place, call in enumerate(calls):
        operation = call.result.operation
        if call.status != _UNAUTHORIZED or operation is None or operation.security is None:
            continue
        is_known = any(_is_of_token(each) for each in call.result.findings)
        if is_known or any(_is_again(call, each) for each in calls[place + 1 :]):
            continue
        header = call.request.headers.get("Authorization")
        sent = MISSING if header is None else datum(header)
        breach = Breach("pattern", AUTHORIZATION, _ACCEPTED, sent, operation.security, note=_REFUSED)
        yield call, call.checker.finding(promises.BEARER_TOKEN, breach, call.result.exchange, operation)


def _is_of_token(finding: Finding) -> bool:
    """Whether a finding explains why a token is refused: it is missing, malformed, or in the URL."""
    return finding.promise == promises.BEARER_TOKEN.id or is_credential(finding.breach.at.name)


def _is_again(call: Call, later: Call) -> bool:
    """Whether a later call repeats a call, and did not get 401."""
    same = (later.request.method, _path(later)) == (call.request.method, _path(call))
    return same and later.status != _UNAUTHORIZED


def _path(call: Call) -> str:
    return urlsplit(call.request.url).path


def _impatient(calls: Sequence[Call]) -> Iterator[tuple[Call, Finding]]:
    """Calls that are repeated before the pause for which the service asked has passed."""
    for place, call in enumerate(calls):
        asked = _seconds_asked_for(call)
        if call.status not in _BUSY or asked is None:
            continue
        came = call.answered_at
        # A call that was sent before the response came is no repetition, and one without a response was perhaps never
        # sent.
        later = (each for each in calls[place + 1 :] if each.status and _is_same(call, each) and each.sent_at >= came)
        again = next(later, None)
        if again is not None and again.sent_at - came < asked.seconds - asked.tolerance:
            expected, seen = f"after {asked.seconds} s, as Retry-After says", f"after {again.sent_at - came:.1f} s"
            breach = Breach.of("early", Place("request-line"), expected, seen)
            yield again, again.checker.finding(promises.BUSY, breach, again.result.exchange, again.result.operation)


class _Pause(NamedTuple):
    """The pause for which a service asks, and its tolerance, in seconds."""

    seconds: int
    tolerance: float


def _seconds_asked_for(call: Call) -> _Pause | None:
    """The pause in Retry-After, a number or a time (RFC 9110 section 10.2.3); None if there is none."""
    headers = call.result.exchange.response.headers
    asked = (headers.get("Retry-After") or "").strip()
    if asked.isascii() and asked.isdigit():
        return _Pause(int(asked[:6]), _TOLERANCE)
    until = _time(asked)
    # The time is by the server's clock; without its Date header, the client's clock must do.
    now = _time(headers.get("Date") or "")
    if until is None:
        return None
    return _Pause(max(int(until - (call.answered_at if now is None else now)), 0), _OF_TIMES)


def _time(text: str) -> float | None:
    """A time in the format of HTTP, in seconds since 1970; None if it is none."""
    try:
        return parsedate_to_datetime(text).timestamp()
    except (ValueError, OverflowError, IndexError, TypeError):
        return None


def _is_same(call: Call, later: Call) -> bool:
    """Whether a later call is the same one; the order of query parameters and of JSON members does not matter."""
    own, other = call.request, later.request
    return (own.method, _path(call)) == (other.method, _path(later)) and _meaning(own) == _meaning(other)


def _meaning(request: Request) -> tuple[object, ...]:
    """The content of a request's query and body, in a form that can be compared."""
    sent = json_or_none(request.body)
    return sorted(
        parse_qsl(urlsplit(request.url).query, keep_blank_values=True)
    ), request.body if sent is None else sent
