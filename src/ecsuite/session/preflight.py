"""Checks before the first test of a live run, by a token and a few harmless reads, that the server works at all."""

from __future__ import annotations

import os
import re
import socket
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from dataclasses import replace
from typing import Final
from urllib.parse import urljoin, urlsplit

from ecsuite import editions
from ecsuite.checks import Checker, DecodedExchange
from ecsuite.client import Api, Budget, Patience, Wait, checked_of
from ecsuite.client.harmless import readable
from ecsuite.client.patience import Trouble
from ecsuite.contract import Contract
from ecsuite.errors import (
    AccessTokenRefused,
    BehindFirewall,
    CouldNotTell,
    CredentialsRefused,
    NoSuchApi,
    ProductionRefused,
    ServerUnreachable,
    TokenEnded,
    TokenNotTaken,
    WebhookPortTaken,
    WrongEdition,
)
from ecsuite.findings.broken import AllBroken, PromiseBroken
from ecsuite.journal import Journal
from ecsuite.messages.exchange import FIRST_SERVER_ERROR, Response
from ecsuite.messages.interception import FORBIDDEN, HTML
from ecsuite.messages.media import UndecodableError, json_or_none
from ecsuite.messages.redact import Redactor
from ecsuite.production import host_of
from ecsuite.session.connections import Connections, Terms
from ecsuite.target import Target
from ecsuite.webhook.place import listening_place

# Seconds to wait for a response or a busy service; hardly any for a refused connection. After a lost response, another
# try is only made within half of that time: a silent server uses up all of it, and is not waited for twice.
BUDGET: Final = 20.0
LIMITS: Final[Mapping[Trouble, float]] = {"lost": BUDGET / 2, "unreachable": 0.5}
MOST_READS: Final = 4
# Errors about the credentials themselves (RFC 6749 section 5.2).
REFUSALS: Final = frozenset({"invalid_client", "unauthorized_client"})
# The variables with the credentials of the first and the second partner.
VARIABLES: Final = (("EC_CLIENT_ID", "EC_CLIENT_SECRET"), ("EC_OTHER_CLIENT_ID", "EC_OTHER_CLIENT_SECRET"))
UNAUTHORIZED: Final = 401
NOT_FOUND: Final = 404
NOT_ALLOWED: Final = 405
# A single wrong response may be a fault of the server.
_FEWEST_WRONG: Final = 2


def require_server(
    edition: str,
    target: Target,
    tell: Callable[[Wait], object] = lambda _: None,
    redactor: Redactor | None = None,
    budget: Budget | None = None,
    *,
    has_port: bool = False,
) -> None:
    """Require that the API of an edition responds at a target and accepts the credentials.

    Other problems are left to the tests.

    Args:
        edition: its contract says what can be read.
        target: a live one.
        tell: called with each long wait.
        redactor: every token is added to it.
        budget: counts and limits requests; None for no limits.
        has_port: whether this process listens for webhooks already.

    Raises:
        UsageError: the server does not respond, is not such an API, or refuses the credentials.
        AllBroken: it responds with server errors only.
        CouldNotTell: it is too busy.
    """
    if not has_port:
        _require_port(target)
    with closing(Connections(target, Patience(BUDGET, tell, LIMITS), BUDGET, Terms(budget))) as connections:
        others = [replace(target, credentials=target.other)] if target.other else []
        clients = [_client(connections, partner, edition, redactor) for partner in (target, *others)]
        have_tokens = [_has_token(api, names) for api, names in zip(clients, VARIABLES, strict=False)]
        if all(have_tokens):
            _require_reads(clients[0], edition)


def _require_port(target: Target) -> None:
    """Require that the port that a public webhook URL leads to is free."""
    if not target.receiver_port:
        return
    host, port = listening_place(target.receiver_url, target.receiver_port)
    try:
        socket.create_server((host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET).close()
    except OSError as error:
        reason = os.strerror(error.errno) if error.errno else str(error)
        raise WebhookPortTaken(port, reason) from None


def _client(connections: Connections, partner: Target, edition: str, redactor: Redactor | None = None) -> Api:
    redactor = redactor or Redactor()
    checker = Checker(editions.contract(edition), partner.base_url, partner.token_url, redactor.text)
    return connections.client(partner, checker, Journal(), redactor, in_order=True)


def access_token(
    edition: str,
    target: Target,
    tell: Callable[[Wait], object] = lambda _: None,
    names: Sequence[str] = VARIABLES[0],
) -> str:
    """An access token for a target's credentials; raises as `require_server`, and `PromiseBroken` if there is none.

    `names` are the variables with the credentials, for the message if they are refused.
    """
    with closing(Connections(target, Patience(BUDGET, tell, LIMITS), BUDGET)) as connections:
        return _token(_client(connections, target, edition), names)


def _has_token(api: Api, names: Sequence[str]) -> bool:
    """Whether there is a token; False if the token endpoint breaks a promise, which is left to the tests."""
    try:
        _token(api, names)
    except AllBroken:
        raise
    except PromiseBroken:
        return False
    return True


def _token(api: Api, names: Sequence[str]) -> str:
    url = _without_query(api.target.token_url)
    try:
        return api.token()
    except CouldNotTell as error:
        if error.status:
            raise
        raise ServerUnreachable(url, _shown(error.reason)) from None
    except BehindFirewall:
        raise NoSuchApi(url, "a web page", _WEB_PAGE) from None
    except PromiseBroken:
        if api.journal.results:
            _judge_token(api, api.journal.results[-1].exchange.response, names)
        raise


def _without_query(url: str) -> str:
    """A URL without its query, which may contain a secret."""
    return url.partition("?")[0]


_WEB_PAGE: Final = "check the address, and whether a login, a proxy or a VPN stands before it"


def _judge_token(api: Api, response: Response, names: Sequence[str]) -> None:
    """Raise the error for a response of the token endpoint that ends the run; raises as `require_server`."""
    url, status = _without_query(api.target.token_url), response.status
    answer = json_or_none(response.body)
    error = answer.get("error") if isinstance(answer, dict) else None
    if _is_page(status, response.headers.get("Content-Type")):
        raise NoSuchApi(url, f"{status}, a web page", _WEB_PAGE)
    if status in {NOT_FOUND, NOT_ALLOWED}:
        raise NoSuchApi(url, f"POST gets {status}", "check EC_TOKEN_URL")
    if status == UNAUTHORIZED or error in REFUSALS:
        raise CredentialsRefused(url, status, error if isinstance(error, str) and error.isidentifier() else "", names)
    if status >= FIRST_SERVER_ERROR:
        raise AllBroken(url, f"POST gets {status}", api.journal.findings[0])


def _require_reads(api: Api, edition: str) -> None:
    seen: list[DecodedExchange] = []
    unanswered: list[CouldNotTell | BehindFirewall] = []
    for operation in readable(api.checker.contract)[:MOST_READS]:
        known = len(api.journal.findings)
        try:
            decoded = checked_of(api.get(operation.path, strict=False)).decoded
        except TokenEnded:
            raise AccessTokenRefused(api.target.base_url + operation.path) from None
        except (CouldNotTell, BehindFirewall) as error:
            unanswered.append(error)
            if isinstance(error, CouldNotTell) and not error.status:
                break
            continue
        except PromiseBroken:
            continue
        if _is_answer(decoded) and len(api.journal.findings) == known:
            return
        seen.append(decoded)
    _judge_reads(api, edition, seen, unanswered)


def _judge_reads(
    api: Api, edition: str, seen: Sequence[DecodedExchange], unanswered: Sequence[CouldNotTell | BehindFirewall]
) -> None:
    """Raise the error for responses that are not from an API of the edition; raises as `require_server`."""
    target = api.target
    if any(map(_is_answer, seen)):
        _require_edition(api, edition, seen)
        return
    for error in unanswered:
        if isinstance(error, CouldNotTell):
            if error.status:
                raise error
            raise ServerUnreachable(target.base_url, _shown(error.reason), though=_without_query(target.token_url))
    _require_no_way_to_production(target, seen, edition)
    statuses = {decoded.status for decoded in seen}
    told = ", ".join(f"GET {urlsplit(decoded.exchange.request.url).path} gets {decoded.status}" for decoded in seen[:2])
    if unanswered or (seen and all(_is_page(each.status, each.media_type.essence) for each in seen)):
        raise NoSuchApi(target.base_url, told or "403, a web page", _WEB_PAGE)
    if statuses and statuses <= {UNAUTHORIZED, FORBIDDEN}:
        raise TokenNotTaken(target.base_url, _without_query(target.token_url), seen[0].status)
    if statuses and all(decoded.is_server_error for decoded in seen):
        raise AllBroken(target.base_url, told, api.journal.findings[0])
    if seen and not any(decoded.is_server_error for decoded in seen):
        raise NoSuchApi(target.base_url, told, _hint(api.checker.contract))


def _require_no_way_to_production(target: Target, seen: Sequence[DecodedExchange], edition: str) -> None:
    """Require that no call is redirected to production. The client does not follow redirects, but a user would."""
    hosts = editions.hosts([edition])
    for decoded in seen if target.sandbox else ():
        exchange = decoded.exchange
        location = exchange.response.headers.get("Location") if 300 <= decoded.status < 400 else None  # noqa: PLR2004
        try:
            host = host_of(urljoin(exchange.request.url, location)) if location else ""
        except ValueError:
            continue
        if host and hosts.is_production(host):
            raise ProductionRefused(f"{target.base_url} leads to {host}, which")


def _hint(contract: Contract) -> str:
    return f"check the path of EC_BASE_URL, which usually ends in {contract.base_path()}, and the edition"


def _require_edition(api: Api, edition: str, seen: Sequence[DecodedExchange]) -> None:
    """Require that the responses do not fit another edition's contract completely, and this one's hardly."""
    wrong = sum(bool(api.checker.judge(decoded).findings) for decoded in seen)
    for other in editions.editions():
        if other == edition or wrong < _FEWEST_WRONG:
            continue
        contract = editions.contract(other)
        paths = {operation.path for operation in readable(contract)}
        checker = Checker(contract, api.target.base_url, api.target.token_url)
        common = [each for each in seen if each.operation and each.operation.path in paths]
        if len(common) >= _FEWEST_WRONG and not any(checker.check(each.exchange).findings for each in common):
            raise WrongEdition(api.target.base_url, edition, other)


def _is_answer(decoded: DecodedExchange) -> bool:
    return decoded.is_success and not isinstance(decoded.body, UndecodableError)


def _is_page(status: int, content_type: str | None) -> bool:
    """Whether a response is a web page, or a redirect."""
    return 300 <= status < 400 or (content_type or "").partition(";")[0].strip().lower() == HTML  # noqa: PLR2004


def _shown(reason: str) -> str:
    return f"no answer within {BUDGET:.0f} seconds" if "Timeout" in reason else re.sub(r"^\w+: ", "", reason)
