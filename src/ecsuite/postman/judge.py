"""Checks a collection against a contract: the operations that it calls, and the promises that it breaks."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final
from urllib.parse import parse_qsl, quote, urlsplit

from ecsuite import promises
from ecsuite.checks import CLIENT_CHECKS, RESPONSE_CHECKS, Check, Checker, DecodedExchange
from ecsuite.checks.request_members import meant_by
from ecsuite.contract import Contract
from ecsuite.findings.breach import Path
from ecsuite.findings.finding import Finding, Result
from ecsuite.journal import Journal
from ecsuite.json_paths import at_path
from ecsuite.messages.exchange import Exchange, Expectation, Request, Response
from ecsuite.messages.media import json_or_none
from ecsuite.postman.collection import Collection, Item, Saved, Sent
from ecsuite.promises import Promise
from ecsuite.traffic.addresses import token_address
from ecsuite.traffic.causes import without_echoes
from ecsuite.traffic.judged import Judged, result_of
from ecsuite.traffic.names import printable
from ecsuite.traffic.nearest import is_variable
from ecsuite.traffic.secrets import masking

# Placeholder base URLs for the checker, because the collection's own URLs usually start with a variable.
_BASE_URL: Final = "http://api.invalid"
_TOKEN_URL: Final = "http://identity.invalid/token"  # noqa: S105  a URL
_FIRST_REFUSAL: Final = 400
_UNKNOWN_BODY: Final = "the body of the request is a file or a form with parts"
_OF_BODIES: Final = (promises.REQUEST_BODY, promises.REQUEST_MEMBERS)
_BY_SCRIPT: Final = "a script may add the token"
_NO_HEADERS: Final = "the saved response has no headers"
_VARIABLE: Final = "the path of the request has variables"
_HOLE: Final = re.compile(r"\{\{([^{}]+)\}\}")
_NO_STATUS: Final = "the saved response has no status"
# Not checked for saved responses: they have no token of their own, any saved status was expected, and a rejection of
# the request may have been intended.
# have refused.
_NOT_OF_SAVED: Final = {promises.BEARER_TOKEN, promises.BAD_REQUEST, promises.STATUS_EXPECTED}
_OF_SAVED: Final = tuple(check for check in (*CLIENT_CHECKS, *RESPONSE_CHECKS) if check.promise not in _NOT_OF_SAVED)


def judge(collection: Collection, contract: Contract) -> tuple[Judged, ...]:
    """Check every request of a collection, and each of its saved responses."""
    judge_ = _Judge(contract, collection)
    judged = [judge_.item(item) for item in collection.items]
    results = iter(without_echoes(contract, (result for _, own in judged for result in own)))
    for each, own in judged:
        for _ in own:
            each.journal.add(next(results))
    return tuple(each for each, _ in judged)


class _Judge:
    """Checks requests against one contract.

    Args:
        contract: the API's contract.
        collection: the collection with the requests.
    """

    def __init__(self, contract: Contract, collection: Collection) -> None:
        self._contract = contract
        # Names of all variables that have a value when a request is sent; None if unknown.
        self._variables = collection.variables
        self._checker = Checker(contract, _BASE_URL, _TOKEN_URL, masking(frozenset(collection.secrets)))
        servers = contract.source.document.get("servers", [])
        # Hosts of one owner share the last two labels of their names.
        self._domains = {".".join(urlsplit(server["url"]).netloc.split(".")[-2:]) for server in servers}
        self._token_hosts = token_address(contract)[1]
        self._base = contract.base_path().strip("/").split("/")

    def item(self, item: Item) -> tuple[Judged, list[Result]]:
        """A request and its saved responses, with the results of their checks."""
        if host := self._elsewhere(item.request):
            return Judged(item.name, Journal(), elsewhere=host), []
        results = [
            self._request(item.request, is_refused=_is_refused(item)),
            *(self._saved(saved, item.request) for saved in item.saved),
        ]
        called = {each.operation.id: each.operation for each in results if each.operation}
        return Judged(item.name, Journal(), tuple(called.values())), results

    def _request(self, sent: Sent, *, is_refused: bool) -> Result:
        decoded = self._decode(sent, Response(0), Expectation())
        unknown = dict.fromkeys(_OF_BODIES, _UNKNOWN_BODY) if not sent.body_is_known else {}
        unknown |= {promises.BEARER_TOKEN: _BY_SCRIPT} if not sent.token_is_known else {}
        # If all saved responses are rejections, the request is probably invalid on purpose.
        checks = [check for check in CLIENT_CHECKS if not is_refused or check.promise is promises.OPERATION]
        return self._judge(decoded, checks, unknown)

    def _saved(self, saved: Saved, own: Sent) -> Result:
        status = saved.response.status
        decoded = self._decode(saved.request, saved.response, Expectation())
        of_headers = (promises.RESPONSE_HEADERS, promises.MEDIA_TYPE)
        unknown = dict.fromkeys(of_headers, _NO_HEADERS) if not saved.has_headers else {}
        unknown |= {promises.PATH_IDS: _VARIABLE} if saved.request.has_variables else {}
        unknown |= dict.fromkeys(_OF_BODIES, _UNKNOWN_BODY) if not saved.request.body_is_known else {}
        unknown |= dict.fromkeys((check.promise for check in RESPONSE_CHECKS), _NO_STATUS) if not status else {}
        is_told = saved.request == own or status >= _FIRST_REFUSAL
        checks = [check for check in _OF_SAVED if not (is_told and check in CLIENT_CHECKS)]
        return self._judge(decoded, checks, unknown)

    def _judge(self, decoded: DecodedExchange, checks: Sequence[Check], unknown: Mapping[Promise, str]) -> Result:
        return result_of(self._checker, decoded, checks, unknown, self._is_of_variable)

    def _decode(self, sent: Sent, response: Response, expectation: Expectation) -> DecodedExchange:
        request = Request(sent.method, self._address(sent), sent.headers, sent.body, expectation)
        return self._checker.decode(Exchange(request, response))

    def _address(self, sent: Sent) -> str:
        """The URL of a request, rewritten to the checker's base URL."""
        token = self._contract.token_operation
        address, _, query = sent.url.partition("?")
        path = _path(address)
        if token and (path.endswith(token.path) or (not path.strip("/") and b"grant_type=" in sent.body)):
            return f"{_TOKEN_URL}{f'?{query}' if query else ''}"
        segments = [quote(each, safe=":@%{}$") for each in path.split("/")[1:]]
        while segments and (segments[0] in self._base or segments[0].startswith("{{")):
            if self._contract.methods("/" + "/".join(segments)):
                break
            del segments[0]
        return f"{_BASE_URL}/{'/'.join(segments)}{f'?{query}' if query else ''}"

    def _is_of_variable(self, finding: Finding) -> bool:
        """Whether the invalid value is a variable that is unknown here; a misspelt variable does not count."""
        at, value = finding.breach.at, finding.breach.actual.value
        if at.part == "request-body" and at.is_secret and finding.blamed is not None:
            # A finding has a mask in the place of what is secret.
            value = _sent_at(finding.blamed.request.body, at.path)
        if at.part == "path" and isinstance(value, str) and value.startswith(":"):
            return True
        if not is_variable(value) or at.part == "request-line":
            return False
        names = [name.strip() for name in _HOLE.findall(value)]
        known = self._variables
        return known is None or all(name in known or not meant_by(name, known) for name in names)

    def _elsewhere(self, sent: Sent) -> str:
        """The host of a request that is not for the API; empty if it may be for the API."""
        host = _host(sent.url)
        is_own = self._contract.base_path() in sent.url or any(host and host.endswith(each) for each in self._domains)
        is_own |= host in self._token_hosts and b"grant_type=" in sent.body
        if not host or is_own or self._checker.operation(Request(sent.method, self._address(sent))):
            return ""
        return host


def _sent_at(body: bytes, path: Path) -> Any:
    """The value at a place of a body, which is JSON or a form; None where there is none."""
    sent = json_or_none(body)
    return at_path(dict(parse_qsl(body.decode(errors="replace"))) if sent is None else sent, path)


def _is_refused(item: Item) -> bool:
    """Whether a request has saved responses, and all of them are rejections."""
    statuses = [each.response.status for each in item.saved]
    return bool(statuses) and min(statuses) >= _FIRST_REFUSAL


def _host(address: str) -> str:
    """The host of a URL; empty if it is a variable, or missing."""
    try:
        host = urlsplit(address).hostname or ""
    except ValueError:
        return ""
    return "" if "{{" in host else printable(host)


def _path(address: str) -> str:
    """The path of a URL whose host may be a variable."""
    rest = address.partition("://")[2] or address
    return f"/{rest.partition('/')[2]}"
