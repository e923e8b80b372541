"""Log lines of the stand-in: one for each request of a client, followed by the findings of the client checks."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import lru_cache
from typing import Final
from urllib.parse import urlsplit

from ecsuite import promises, wording
from ecsuite.checks import CLIENT_CHECKS, Checker
from ecsuite.checks.placeholders import is_placeholder
from ecsuite.findings.finding import Finding
from ecsuite.messages.exchange import Exchange, Request, Response
from ecsuite.messages.redact import Redactor, mask_named, masked_start
from ecsuite.results.anchors import anchor_of
from ecsuite.standin.log import Served, token_of
from ecsuite.traffic.causes import Echoes
from ecsuite.traffic.judged import result_of
from ecsuite.traffic.leaks import with_leaks

LONGEST_TARGET: Final = 200
_INDENT: Final = " " * 10
_UNAUTHORIZED: Final = 401
_OF_BODIES: Final = (promises.REQUEST_BODY, promises.REQUEST_MEMBERS)
_UNREAD: Final = "the body was not read"
# Number of causes that are remembered, so that each is reported in full only once.
_MOST_CAUSES: Final = 1000


class ServedLines:
    """Renders requests as log lines.

    Args:
        checker: for the stand-in's contract.
        origin: the stand-in's, `http://host:port`.
        clients: client ids of the stand-in's partners, in order.
        redactor: masks the secrets of the partners.
        secrets: client secrets of the partners.
    """

    def __init__(
        self,
        checker: Checker,
        origin: str,
        clients: Sequence[str],
        redactor: Redactor,
        secrets: Sequence[str] = (),
    ) -> None:
        self._checker = checker
        self._origin = origin
        self._clients = [client.encode() for client in clients]
        self._redactor = redactor
        self._secrets = tuple(secrets)
        self._echoes = Echoes(checker.contract)
        self._first: dict[tuple[object, ...], str] = {}

    def of(self, served: Served | str) -> Iterator[str]:
        """Render a request, or a message about an unreadable one; secrets are masked, control characters escaped."""
        if isinstance(served, str):
            yield f"{_clock(time.time())}  {wording.printable(served)}"
            return
        masked = _masking(token_of(served.headers))
        target = masked_start(mask_named(served.target), LONGEST_TARGET, self._redactor.text)
        yield wording.printable(masked(self._call(served, target)))
        for finding in _members_as_one(self._findings(served)):
            # The values in the finding were already masked when it was made.
            yield wording.printable(f"{_INDENT}{masked(self._said(finding, served))}")

    def _said(self, finding: Finding, served: Served) -> str:
        """Render a finding on one line; a repeated cause refers to the first request that had it."""
        cause = (finding.severity, finding.promise, finding.breach.kind, *anchor_of(finding, self._checker.contract))
        if cause in self._first:
            return f"{finding.severity}  {wording.title(finding)}: {self._first[cause]}"
        if len(self._first) < _MOST_CAUSES:
            self._first[cause] = f"as at {_clock(served.at)}, {finding.method} {finding.path}"
        return _sentence(finding)

    def _call(self, served: Served, target: str) -> str:
        status = str(served.status or "no response")
        number = served.partner or self._partner_of_form(served.body)
        partner = f"partner {number}" if number else "no partner"
        if served.status == _UNAUTHORIZED and token_of(served.headers):
            partner += ", the token is not valid" if not number else ", the token has ended"
        more = "..." if len(served.target) > LONGEST_TARGET else ""
        call = f"{served.method} {target}{more}"
        return f"{_clock(served.at)}  {call}  {status}  {served.seconds * 1000:.1f} ms  {partner}"

    def _partner_of_form(self, body: bytes) -> int:
        """Number of the partner whose client id is in the body of a token request; 0 if there is none."""
        clients = enumerate(self._clients, start=1)
        return next((number for number, client in clients if client and client in body), 0)

    def _findings(self, served: Served) -> tuple[Finding, ...]:
        # The request's URL is rebuilt with the stand-in's own origin, for the client may know it by another host name.
        url = self._origin + served.target
        try:
            urlsplit(url)
        except ValueError:
            # The server has already rejected this invalid URL, and the contract says nothing about it.
            return ()
        request = Request(served.method, url, served.headers, served.body)
        exchange = Exchange(request, Response(served.status), served.seconds)
        decoded = self._checker.decode(exchange)
        unknown = dict.fromkeys(_OF_BODIES, _UNREAD) if _is_unread(served) else {}
        result = result_of(self._checker, decoded, CLIENT_CHECKS, unknown, lambda _: False)
        if result.operation is not None:
            findings = with_leaks(self._checker, exchange, result.operation, result.findings, self._secrets)
            result = replace(result, findings=findings)
        return self._echoes.without(result).findings


def _members_as_one(findings: Sequence[Finding]) -> Iterator[Finding]:
    """The findings; of the members that one object lacks only the first, which names the others."""
    lacking: dict[object, list[Finding]] = {}
    for each in findings:
        if each.breach.kind == "required" and each.breach.at.part == "request-body":
            lacking.setdefault(each.breach.at.path[:-1], []).append(each)
    others = {id(group[0]): group[1:] for group in lacking.values()}
    further = {id(each) for group in others.values() for each in group}
    for each in findings:
        names = ", ".join(str(one.breach.at.path[-1]) for one in others.get(id(each), ()))
        if names:
            yield replace(each, breach=replace(each.breach, note=f"also missing: {names}"))
        elif id(each) not in further:
            yield each


@lru_cache(maxsize=100)
def _masking(token: str) -> Callable[[str], str]:
    """A function that masks a token in a text; not a placeholder for a missing one, which would hide what is wrong."""
    return Redactor([token] if token and not is_placeholder(token, "") else []).text


def _is_unread(served: Served) -> bool:
    """Whether the request had a body that the stand-in rejected without reading."""
    length = served.headers.get("Content-Length") or "0"
    return not served.body and (length.strip() != "0" or served.headers.get("Transfer-Encoding") is not None)


def _clock(at: float) -> str:
    return time.strftime("%H:%M:%S", time.localtime(at))


def _sentence(finding: Finding) -> str:
    """A finding on one line."""
    breach = finding.breach
    return (
        f"{finding.severity}  {wording.title(finding)}: {wording.where(breach)} is {wording.actual(breach)}, "
        f"expected {wording.expected(breach)}  {finding.rule}"
    )
