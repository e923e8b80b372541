"""Judges an archive of a client's traffic by a contract: which operations it calls, and which promises it breaks."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Any, Final

from ecsuite import promises
from ecsuite.checks import CLIENT_CHECKS, RESPONSE_CHECKS, Checker
from ecsuite.contract import Contract
from ecsuite.findings.finding import Finding, Result
from ecsuite.journal import Journal
from ecsuite.json_paths import at_path
from ecsuite.messages.media import json_or_none
from ecsuite.promises import Promise
from ecsuite.severity import REFUSALS
from ecsuite.traffic.addresses import Address, Addresses, normal
from ecsuite.traffic.archive import Archive, Entry, Part
from ecsuite.traffic.causes import without_echoes
from ecsuite.traffic.judged import Judged, result_of
from ecsuite.traffic.leaks import secrets_of_clients, with_leaks
from ecsuite.traffic.names import printable
from ecsuite.traffic.secrets import masking, secrets_in
from ecsuite.traffic.sequence import Call, of_calls
from ecsuite.traffic.where import misdirected

# Texts by which tools and people replace what they remove.
_MASKED: Final = re.compile(r"\*{3}|redact|\bmasked|\bhidden|\bremoved|sanitiz|\u2022{2}|^\W*x{4,}\W*$", re.IGNORECASE)
# These tools remove secrets from an archive without a trace.
_SANITIZING: Final = frozenset({"ecsuite", "webinspector"})
_SANITIZED: Final = "the tool that wrote the archive may have left the token out"
# Without tests nothing says which status was expected; and that a bad request should have been refused is the server's
# fault.
_CHECKS: Final = (
    *CLIENT_CHECKS,
    *(each for each in RESPONSE_CHECKS if each.promise not in {promises.STATUS_EXPECTED, promises.BAD_REQUEST}),
)
# The promises that cannot be judged without a part of an exchange; only the first is reported as not checked.
_NEED: Final[Mapping[Part, tuple[Promise, ...]]] = MappingProxyType(
    {
        "request-headers": (promises.BEARER_TOKEN, promises.REQUEST_BODY, promises.REQUEST_MEMBERS),
        "request-body": (promises.REQUEST_BODY, promises.REQUEST_MEMBERS),
        "response": (promises.RESPONSE_ARRIVES, *(check.promise for check in RESPONSE_CHECKS)),
        "response-headers": (promises.RESPONSE_HEADERS, promises.MEDIA_TYPE),
        "response-body": (
            promises.RESPONSE_BODY,
            promises.MEDIA_TYPE,
            promises.PATH_IDS,
            promises.OPTIONAL_MEMBERS,
            promises.UNDECLARED_MEMBERS,
        ),
    }
)
_OF_REQUESTS: Final = frozenset(promise.id for promise in (*promises.OF_REQUESTS, promises.REQUEST_MEMBERS))


def judge(archive: Archive, contract: Contract) -> tuple[Judged, ...]:
    """Check each entry of an archive, and what its entries show together; the result contains no secrets."""
    return _Judge(archive, contract).all()


class _Judge:
    """Judges the entries of one archive by one contract."""

    def __init__(self, archive: Archive, contract: Contract) -> None:
        self._contract = contract
        self._mask = masking(secrets_in(each.exchange for each in archive.entries))
        calls = [each for each in archive.entries if not each.no_call]
        self._entries = {each.number: _normal(each) for each in calls}
        self._all = archive.entries
        self._addresses = Addresses(contract, [each.exchange for each in self._entries.values()])
        for_tokens = (each for each in self._entries.values() if self._addresses.of(each.exchange).token)
        self._client_secrets = secrets_of_clients(each.exchange.request for each in for_tokens)
        self._checkers: dict[tuple[str, str], Checker] = {}
        secret = any(
            each.exchange.request.headers.get(name) is not None
            for each in self._entries.values()
            for name in ("Authorization", "Cookie")
        )
        self._is_sanitized = archive.creator.lower() in _SANITIZING and not secret

    def all(self) -> tuple[Judged, ...]:
        """Every entry, in the order of the archive."""
        judged: dict[int, Judged] = {}
        own: dict[int, Call] = {}
        for entry in self._all:
            judged[entry.number], call = self._entry(entry)
            own |= {entry.number: call} if call else {}
        results = without_echoes(self._contract, (each.result for each in own.values()))
        for (number, call), result in zip(own.items(), results, strict=True):
            judged[number].journal.add(result)
            own[number] = replace(call, result=result)
        calls = list(own.values())
        # Findings about responses are the server's fault.
        wrong = {each.promise for call in calls if call.is_for_token for each in call.result.findings}
        has_token = wrong.isdisjoint(_OF_REQUESTS)
        for call, finding in of_calls(calls, has_token=has_token):
            judged[call.number].journal.add_finding(finding)
        return tuple(judged.values())

    def _entry(self, entry: Entry) -> tuple[Judged, Call | None]:
        known = self._entries.get(entry.number)
        if known is None:
            return Judged(str(entry.number), Journal(), elsewhere=entry.no_call), None
        address = self._addresses.of(known.exchange)
        name = self._mask(_name(known, address))
        if address.elsewhere:
            return Judged(name, Journal(), elsewhere=address.elsewhere), None
        checker = self._checker(address)
        result = self._result(checker, known)
        call = Call(known.number, checker, result, known.started, is_for_token=bool(address.token))
        return Judged(name, Journal(), (result.operation,) if result.operation else ()), call

    def _result(self, checker: Checker, entry: Entry) -> Result:
        unknown = {_NEED[part][0]: reason for part, reason in entry.unknown.items()}
        needing = {promise for part in entry.unknown for promise in _NEED[part]}
        if entry.exchange.request.headers.get("Content-Type") is not None:
            # An archive without headers may still state the media type of the body.
            needing -= {*_NEED["request-body"]}
        decoded = checker.decode(entry.exchange)
        if self._is_sanitized and decoded.operation and decoded.operation.security:
            unknown[promises.BEARER_TOKEN] = _SANITIZED
        checks = [check for check in _CHECKS if check.promise not in needing]
        result = result_of(checker, decoded, checks, unknown, _is_masked)
        if result.operation is not None:
            elsewhere = misdirected(checker, entry.exchange, result.operation)
            found = (*result.findings, *elsewhere)
            found = with_leaks(checker, entry.exchange, result.operation, found, self._client_secrets)
            result = replace(result, findings=found)
        if not any(each.promise in _OF_REQUESTS for each in result.findings) or decoded.status not in REFUSALS:
            return result
        # How a bad request is refused is not reported beside what is wrong with it.
        return replace(result, findings=tuple(each for each in result.findings if each.promise in _OF_REQUESTS))

    def _checker(self, address: Address) -> Checker:
        key = (address.base, address.token)
        if key not in self._checkers:
            self._checkers[key] = Checker(self._contract, address.base, address.token, self._mask)
        return self._checkers[key]


def _normal(entry: Entry) -> Entry:
    request = entry.exchange.request
    return replace(entry, exchange=replace(entry.exchange, request=replace(request, url=normal(request.url))))


def _name(entry: Entry, address: Address) -> str:
    """The name of an entry in reports: its number and its call."""
    request = entry.exchange.request
    path = request.url.partition("?")[0].removeprefix(address.base) or "/"
    return printable(f"entry {entry.number}: {request.method} {path}")


def _is_masked(finding: Finding) -> bool:
    """Whether a value is wrong only because it was removed from the archive."""
    at, exchange = finding.breach.at, finding.blamed
    # URLs are in the archive as they were sent.
    if exchange is None or at.part in {"query", "request-line"}:
        return False
    value: Any = finding.breach.actual.value
    if at.part == "request-header":
        value = exchange.request.headers.get(at.name)
    elif at.part in {"body", "request-body"}:
        body = exchange.request.body if at.part == "request-body" else exchange.response.body
        value = at_path(json_or_none(body), at.path)
    return isinstance(value, str) and bool(_MASKED.search(value))
