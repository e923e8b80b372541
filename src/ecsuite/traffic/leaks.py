"""Finds client secrets where they do not belong: in a call of the API, or twice in a token request."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from types import MappingProxyType
from typing import Any, Final
from urllib.parse import parse_qsl, urlsplit

from ecsuite.checks import Checker
from ecsuite.checks.bearer_token import AUTHORIZATION
from ecsuite.checks.request_members import plain
from ecsuite.contract import Operation
from ecsuite.findings.breach import Breach, Path, Place
from ecsuite.findings.datum import datum
from ecsuite.findings.finding import Finding
from ecsuite.messages.exchange import Exchange, Request
from ecsuite.messages.media import json_or_none
from ecsuite.messages.redact import MASK
from ecsuite.promises import BEARER_TOKEN, REQUEST_BODY, REQUEST_MEMBERS, REQUEST_PARAMETERS
from ecsuite.traffic.secrets import secret_of_basic

_SECRET: Final = "client_secret"  # noqa: S105  the name of one
# A shorter secret may occur in a text by chance.
_SHORTEST: Final = 8
# A partner may use the client secret as webhook secret, too.
_OWN_AFFAIR: Final = "webhooksecret"
_TWICE: Final = "because the form has the credentials, too, and only one way is allowed (RFC 6749 section 2.3)"
_PROMISES: Final = MappingProxyType(
    {"request-header": BEARER_TOKEN, "query": REQUEST_PARAMETERS, "request-body": REQUEST_MEMBERS}
)
_NOTE: Final = "because only the token endpoint may get the client secret (RFC 6749 section 2.3.1)"


def secrets_of_clients(requests: Iterable[Request]) -> frozenset[str]:
    """The client secrets in token requests, from the form or the header."""
    found: set[str] = set()
    for each in requests:
        form = dict(parse_qsl(each.body.decode(errors="replace")))
        header = each.headers.get("Authorization") or ""
        found |= {form.get(_SECRET, ""), secret_of_basic(header)} - {form.get("client_id", "")}
    return frozenset(each for each in found if len(each) >= _SHORTEST)


def with_leaks(
    checker: Checker, exchange: Exchange, operation: Operation, findings: Iterable[Finding], secrets: Iterable[str]
) -> tuple[Finding, ...]:
    """The findings of a call, and those about client secrets in it.

    Args:
        checker: the checker that judged the call.
        exchange: the call.
        operation: the called operation.
        findings: the other findings; those at a place with a secret are replaced.
        secrets: the client secrets.
    """
    if operation is checker.contract.token_operation:
        own = [(REQUEST_BODY, each) for each in _twice(exchange.request)]
    else:
        own = [(_PROMISES[each.at.part], each) for each in _leaks(exchange.request, tuple(secrets))]
    places = {each.at for _, each in own}
    kept = [each for each in findings if each.breach.at not in places]
    return (*kept, *(checker.finding(promise, each, exchange, operation) for promise, each in own))


def _twice(request: Request) -> Iterator[Breach]:
    """The breach that both the header and the form have credentials."""
    form = dict(parse_qsl(request.body.decode(errors="replace")))
    if secret_of_basic(request.headers.get("Authorization") or "") and form.get(_SECRET):
        yield _breach(AUTHORIZATION, _TWICE)


def _leaks(request: Request, known: Sequence[str]) -> Iterator[Breach]:
    """The breaches that a place of a call contains a client secret, one for each place."""
    for name in dict.fromkeys(name for name, value in request.headers if _has(value, known)):
        yield _breach(AUTHORIZATION if name.lower() == "authorization" else Place("request-header", name), _NOTE)
    for name, value in parse_qsl(urlsplit(request.url).query):
        if _has(value, known):
            yield _breach(Place("query", name), _NOTE)
    for path, text in _texts(json_or_none(request.body), ()):
        if _has(text, known) and plain(str(path[-1] if path else "")) != _OWN_AFFAIR:
            yield _breach(Place("request-body", path=path), _NOTE)


def _breach(at: Place, note: str) -> Breach:
    return Breach("extra", at, actual=datum(MASK), note=note, severity="error")


def _has(text: str, secrets: Iterable[str]) -> bool:
    return any(each in text or json.dumps(each)[1:-1] in text for each in secrets)


def _texts(value: Any, at: Path) -> Iterator[tuple[Path, str]]:
    if isinstance(value, str):
        yield at, value
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for token, item in items:
        yield from _texts(item, (*at, token))
