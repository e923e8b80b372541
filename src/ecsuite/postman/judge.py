"""A collection beside a contract: which operations it calls, and what its requests and saved responses break."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final
from urllib.parse import quote, urlsplit

from ecsuite import promises
from ecsuite.checks import CHECKS, REQUEST_CHECKS, RESPONSE_CHECKS, Checker, DecodedExchange
from ecsuite.contract import Contract, Operation
from ecsuite.findings.breach import Place
from ecsuite.findings.datum import datum
from ecsuite.findings.finding import Finding, Result
from ecsuite.journal import Journal
from ecsuite.json_paths import at_path
from ecsuite.messages.exchange import Exchange, Expectation, Request, Response
from ecsuite.messages.media import json_or_none
from ecsuite.postman.collection import Collection, Item, Saved, Sent, printable
from ecsuite.postman.nearest import Guess, is_variable, nearest
from ecsuite.promises import Promise

# Where the API is taken to be: the collection's own addresses are variables, mostly.
_BASE_URL: Final = "http://api.invalid"
_TOKEN_URL: Final = "http://identity.invalid/token"  # noqa: S105  an address
_FIRST_REFUSAL: Final = 400
_UNKNOWN_BODY: Final = "the body of the request is a file or a form with parts"
_BY_SCRIPT: Final = "a script may add the token"
_NO_HEADERS: Final = "the saved response has no headers"
_VARIABLE: Final = "the path of the request has variables"
_NO_STATUS: Final = "the saved response has no status"
# A saved response has no token of its own, whatever its status is was expected, and nobody says what its server should
# have refused.
_NOT_OF_SAVED: Final = {promises.BEARER_TOKEN, promises.BAD_REQUEST, promises.STATUS_EXPECTED}
_OF_SAVED: Final = tuple(check for check in CHECKS if check.promise not in _NOT_OF_SAVED)


@dataclass(frozen=True, slots=True)
class Judged:
    """What the checks say of one request of a collection, and of its saved responses.

    Attributes:
        name: of the request.
        journal: its findings, and what was not checked.
        operations: those that it calls.
        elsewhere: the host that it calls in place of the API; empty where it calls the API.
    """

    name: str
    journal: Journal
    operations: tuple[Operation, ...] = ()
    elsewhere: str = ""


def judge(collection: Collection, contract: Contract) -> tuple[Judged, ...]:
    """Check every request of a collection, and each of its saved responses."""
    judge_ = _Judge(contract)
    return tuple(judge_.item(item) for item in collection.items)


class _Judge:
    """Judges requests by one contract."""

    def __init__(self, contract: Contract) -> None:
        self._contract = contract
        self._checker = Checker(contract, _BASE_URL, _TOKEN_URL)
        servers = contract.source.document.get("servers", [])
        # Hosts of one owner share the last two parts of their names.
        self._domains = {".".join(urlsplit(server["url"]).netloc.split(".")[-2:]) for server in servers}
        self._base = contract.base_path().strip("/").split("/")

    def item(self, item: Item) -> Judged:
        """A request and its saved responses."""
        if host := self._elsewhere(item.request):
            return Judged(item.name, Journal(), elsewhere=host)
        journal = Journal()
        results = [
            self._request(item.request, is_refused=_is_refused(item)),
            *(self._saved(saved, item.request) for saved in item.saved),
        ]
        for result in results:
            journal.add(result)
        called = {each.operation.id: each.operation for each in results if each.operation}
        return Judged(item.name, journal, tuple(called.values()))

    def _request(self, sent: Sent, *, is_refused: bool) -> Result:
        decoded = self._decode(sent, Response(0), Expectation())
        unknown = {promises.REQUEST_BODY: _UNKNOWN_BODY} if not sent.body_is_known else {}
        unknown |= {promises.BEARER_TOKEN: _BY_SCRIPT} if not sent.token_is_known else {}
        # What is refused, as it seems, may be sent to be refused.
        checks = [check for check in REQUEST_CHECKS if not is_refused or check.promise is promises.OPERATION]
        return self._judge(decoded, checks, unknown)

    def _saved(self, saved: Saved, own: Sent) -> Result:
        status = saved.response.status
        decoded = self._decode(saved.request, saved.response, Expectation())
        of_headers = (promises.RESPONSE_HEADERS, promises.MEDIA_TYPE)
        unknown = dict.fromkeys(of_headers, _NO_HEADERS) if not saved.has_headers else {}
        unknown |= {promises.PATH_IDS: _VARIABLE} if saved.request.has_variables else {}
        unknown |= {promises.REQUEST_BODY: _UNKNOWN_BODY} if not saved.request.body_is_known else {}
        unknown |= dict.fromkeys((check.promise for check in RESPONSE_CHECKS), _NO_STATUS) if not status else {}
        is_told = saved.request == own or status >= _FIRST_REFUSAL
        checks = [check for check in _OF_SAVED if not (is_told and check in REQUEST_CHECKS)]
        return self._judge(decoded, checks, unknown)

    def _judge(self, decoded: DecodedExchange, checks: Sequence[Any], unknown: Mapping[Promise, str]) -> Result:
        known = [check for check in checks if check.promise not in unknown]
        result = self._checker.judge(decoded, known)
        findings = list(result.findings)
        if decoded.operation is None:
            guess = nearest(self._contract, decoded.exchange)
            findings = [_unknown(each, guess) for each in findings]
            if guess:
                meant = DecodedExchange(self._contract, decoded.exchange, guess.operation, guess.path_values)
                bodies = (promises.REQUEST_BODY, promises.RESPONSE_BODY)
                findings += self._checker.judge(meant, [each for each in known if each.promise in bodies]).findings
        kept = tuple(_wrapped([each for each in findings if not _is_of_variable(each)]))
        return replace(result, findings=kept, not_checked=(*result.not_checked, *unknown.items()))

    def _decode(self, sent: Sent, response: Response, expectation: Expectation) -> DecodedExchange:
        request = Request(sent.method, self._address(sent), sent.headers, sent.body, expectation)
        return self._checker.decode(Exchange(request, response))

    def _address(self, sent: Sent) -> str:
        """The address of a request as if the API were at the checker's own."""
        token = self._contract.token_operation
        address, _, query = sent.url.partition("?")
        path = _path(address)
        if token and (path.endswith(token.path) or (not path.strip("/") and b"grant_type=" in sent.body)):
            return _TOKEN_URL
        segments = [quote(each, safe=":@%{}$") for each in path.split("/")[1:]]
        while segments and (segments[0] in self._base or segments[0].startswith("{{")):
            if self._contract.methods("/" + "/".join(segments)):
                break
            del segments[0]
        return f"{_BASE_URL}/{'/'.join(segments)}{f'?{query}' if query else ''}"

    def _elsewhere(self, sent: Sent) -> str:
        """The host of a request that is not for the API; empty where it may be."""
        host = _host(sent.url)
        is_own = self._contract.base_path() in sent.url or any(host and host.endswith(each) for each in self._domains)
        if not host or is_own or self._checker.operation(Request(sent.method, self._address(sent))):
            return ""
        return host


def _is_refused(item: Item) -> bool:
    """Whether there are saved responses to a request, and all of them refuse it."""
    statuses = [each.response.status for each in item.saved]
    return bool(statuses) and min(statuses) >= _FIRST_REFUSAL


def _host(address: str) -> str:
    """The host of an address; empty where it is a variable, or none."""
    try:
        host = urlsplit(address).hostname or ""
    except ValueError:
        return ""
    return "" if "{{" in host else printable(host)


def _path(address: str) -> str:
    """The path of an address whose host may be a variable."""
    rest = address.partition("://")[2] or address
    return f"/{rest.partition('/')[2]}"


def _unknown(finding: Finding, guess: Guess | None) -> Finding:
    """The finding of a call that is none of the contract: each path a cause of its own, with what it may mean."""
    if finding.promise != promises.OPERATION.id:
        return finding
    note = f"such as {guess.operation}" if guess else ""
    return replace(finding, breach=replace(finding.breach, at=Place("request-line", finding.path), note=note))


def _is_of_variable(finding: Finding) -> bool:
    """Whether what is wrong is a variable whose value is not known."""
    return is_variable(finding.breach.actual.value) and finding.breach.at.part != "request-line"


def _wrapped(findings: Sequence[Finding]) -> Iterator[Finding]:
    """The findings, with one in the place of those that miss each member of what stands in a wrapper."""
    missing: dict[tuple[str, Place], list[Finding]] = {}
    for finding in findings:
        if finding.breach.kind == "required" and finding.breach.at.part in {"body", "request-body"}:
            missing.setdefault(_holder(finding), []).append(finding)
    for finding in findings:
        group = missing.get(_holder(finding), []) if finding.breach.kind == "required" else []
        wrapper = _wrapper(group)
        if wrapper is None:
            yield finding
        elif finding is group[0]:
            yield wrapper


def _holder(finding: Finding) -> tuple[str, Place]:
    """The promise, and the object that a member is missing of."""
    at = finding.breach.at
    return finding.promise, replace(at, path=at.path[:-1])


def _wrapper(group: Sequence[Finding]) -> Finding | None:
    """One finding for members that are all missing of an object that has nothing but another one; None for others."""
    exchange = group[0].blamed if group else None
    if exchange is None:
        return None
    breach, at = group[0].breach, _holder(group[0])[1]
    body = exchange.request.body if at.part == "request-body" else exchange.response.body
    value = at_path(json_or_none(body), at.path)
    names = [str(each.breach.at.path[-1]) for each in group]
    if not isinstance(value, dict) or len(value) != 1 or not isinstance(next(iter(value.values())), dict):
        return None
    if set(names) & set(value):
        return None
    wanted, seen = datum({"properties": names}), datum(value)
    return replace(group[0], breach=replace(breach, kind="properties", at=at, expected=wanted, actual=seen))
