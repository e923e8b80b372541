"""The checks that run on every exchange, and the checker that runs them.

A check is a function of a decoded exchange. It returns an empty list if its promise was kept, the breaches if it was
broken, `NotChecked` with a reason if it cannot tell, and None if the promise does not apply.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType
from typing import Final, NamedTuple
from urllib.parse import urlsplit

from ecsuite import promises
from ecsuite.checks import (
    bad_input_refused,
    bearer_token,
    client_body,
    client_parameters,
    media_type,
    no_body,
    operation_known,
    optional_members,
    path_ids,
    request_body,
    request_members,
    request_parameters,
    response_body,
    response_headers,
    server_error,
    status_expected,
    status_listed,
    undeclared_members,
)
from ecsuite.checks.decoded import DecodedExchange
from ecsuite.contract import Contract, Match, Operation, Pointer
from ecsuite.findings.breach import Breach
from ecsuite.findings.datum import kept_text
from ecsuite.findings.finding import ContractPlace, Finding, NotChecked, Result
from ecsuite.http import httpx
from ecsuite.messages.exchange import Exchange, Request
from ecsuite.messages.interception import Interception
from ecsuite.promises import Promise
from ecsuite.severity import severity_of

__all__ = ["CHECKS", "CLIENT_CHECKS", "REQUEST_CHECKS", "RESPONSE_CHECKS", "Check", "Checker", "DecodedExchange"]

Outcome = list[Breach] | NotChecked | None
NOT_PASSED_ON: Final[Mapping[Interception | None, str]] = MappingProxyType(
    {
        "firewall": "a firewall's response, not the API's",
        "size": "the service accepts no request of this size",
    }
)


class Check(NamedTuple):
    """A promise, and the function that judges whether an exchange keeps it."""

    promise: Promise
    run: Callable[[DecodedExchange], Outcome]


REQUEST_CHECKS: Final = (
    Check(promises.OPERATION, operation_known.check),
    Check(promises.REQUEST_PARAMETERS, request_parameters.check),
    Check(promises.REQUEST_BODY, request_body.check),
    Check(promises.BEARER_TOKEN, bearer_token.check),
)
RESPONSE_CHECKS: Final = (
    Check(promises.SERVER_ERROR, server_error.check),
    Check(promises.STATUS_LISTED, status_listed.check),
    Check(promises.STATUS_EXPECTED, status_expected.check),
    Check(promises.BAD_REQUEST, bad_input_refused.check),
    Check(promises.MEDIA_TYPE, media_type.check),
    Check(promises.RESPONSE_BODY, response_body.check),
    Check(promises.PATH_IDS, path_ids.check),
    Check(promises.OPTIONAL_MEMBERS, optional_members.check),
    Check(promises.NO_BODY, no_body.check),
    Check(promises.RESPONSE_HEADERS, response_headers.check),
    Check(promises.UNDECLARED_MEMBERS, undeclared_members.check),
)
CHECKS: Final = REQUEST_CHECKS + RESPONSE_CHECKS
# For recorded traffic of a client. Tests may send unusual requests deliberately; a client means what it sends.
CLIENT_CHECKS: Final = (
    Check(promises.OPERATION, operation_known.check),
    Check(promises.REQUEST_PARAMETERS, client_parameters.check),
    Check(promises.REQUEST_BODY, client_body.check),
    Check(promises.BEARER_TOKEN, bearer_token.check_client),
    Check(promises.REQUEST_MEMBERS, request_members.check),
)
DELIVERY_CHECKS: Final = tuple(
    Check(each.promise, request_body.check_delivery) if each.promise == promises.REQUEST_BODY else each
    for each in REQUEST_CHECKS
)


class Checker:
    """Runs every check on an exchange.

    Args:
        contract: what the API promises.
        base_url: the address of the API, without a trailing slash.
        token_url: the address of its token endpoint.
        mask: removes the secrets of the run from a text.
    """

    def __init__(
        self, contract: Contract, base_url: str, token_url: str, mask: Callable[[str], str] = lambda text: text
    ) -> None:
        self.contract = contract
        self._mask = mask
        # Normalized as httpx does it in requests: `HTTP://Host:80/v1` and `http://host/v1` are the same address.
        self._base_url = _normalized(base_url).rstrip("/")
        self._token_url = _normalized(token_url).partition("?")[0]

    def check(self, exchange: Exchange) -> Result:
        """The verdicts of the checks on a call of the API."""
        return self.judge(self.decode(exchange))

    def decode(self, exchange: Exchange) -> DecodedExchange:
        """A call of the API together with the operation that it calls."""
        match = self._match(exchange.request)
        if match is None:
            return DecodedExchange(self.contract, exchange, None, {})
        return DecodedExchange(self.contract, exchange, match.operation, match.path_parameters)

    def operation(self, request: Request) -> Operation | None:
        """The operation that a request calls; None if the contract has no such operation."""
        match = self._match(request)
        return match.operation if match else None

    def path(self, request: Request) -> str:
        """The path of a request relative to the base URL; its whole path if the request goes elsewhere."""
        whole, base = urlsplit(request.url).path, urlsplit(self._base_url).path
        return whole.removeprefix(base) if request.url.startswith(f"{self._base_url}/") else whole

    def check_delivery(self, operation: Operation, exchange: Exchange) -> Result:
        """The verdicts of the checks on a delivery: the API called a partner's webhook, and the response was ours."""
        named = operation if exchange.request.method == operation.method else None
        return self.judge(DecodedExchange(self.contract, exchange, named, {}, is_delivery=True), DELIVERY_CHECKS)

    def kept(self, breach: Breach) -> Breach:
        """The breach with its secrets masked, as findings contain it."""
        return breach.kept(self._mask)

    def finding(
        self,
        promise: Promise,
        breach: Breach,
        exchange: Exchange,
        operation: Operation | None,
        evidence: Exchange | None = None,
    ) -> Finding:
        """A breach with everything that a reader needs to find the rule and to repeat the request.

        Secrets are masked in its texts and values, but not in its exchanges.
        """
        request = exchange.request
        rule = breach.rule or (operation.pointer if operation else ("paths",))
        seen_by = self.contract.operations.get(breach.seen_by)
        return Finding(
            promise=promise.id,
            operation=operation.id if operation else None,
            method=operation.method if operation else kept_text(request.method, self._mask),
            path=operation.path if operation else kept_text(urlsplit(request.url).path, self._mask),
            status=exchange.response.status or None,
            breach=replace(self.kept(breach), seen_call=str(seen_by or "")),
            level=self.contract.level(rule, operation) if operation else "spec",
            severity=severity_of(promise, breach, exchange, self.contract.source),
            rule=self._place(rule, operation),
            blamed=exchange,
            evidence=evidence,
        )

    def _place(self, rule: Pointer, operation: Operation | None) -> ContractPlace:
        published = self.contract.published(rule, operation) if operation else "the contract as a whole"
        return ContractPlace(rule, self.contract.label, self.contract.source.line(rule), published)

    def judge(self, decoded: DecodedExchange, checks: Sequence[Check] = CHECKS) -> Result:
        """The verdicts of the checks on a decoded exchange; a response that is not the API's own is not judged."""
        if decoded.interception is not None:
            checks = [check for check in checks if check in REQUEST_CHECKS]
        passed: list[Promise] = []
        findings: list[Finding] = []
        not_checked: list[tuple[Promise, str]] = []
        violated = decoded.exchange.request.expectation.violates
        for check in checks:
            if check.promise in violated:
                not_checked.append((check.promise, "the request violates it deliberately"))
                continue
            outcome = check.run(decoded)
            if outcome is None:
                continue
            if isinstance(outcome, NotChecked):
                not_checked.append((check.promise, outcome.reason))
            elif outcome:
                findings += [
                    self.finding(check.promise, breach, decoded.exchange, decoded.operation) for breach in outcome
                ]
            else:
                passed.append(check.promise)
        unsteady = ""
        if decoded.interception in NOT_PASSED_ON:
            not_checked.append((promises.RESPONSE_ARRIVES, f"{decoded.status}: {NOT_PASSED_ON[decoded.interception]}"))
        elif decoded.interception is not None:
            unsteady = str(decoded.status)
        return Result(
            decoded.exchange,
            decoded.operation,
            decoded.path_values,
            tuple(passed),
            tuple(findings),
            tuple(not_checked),
            unsteady,
        )

    def _match(self, request: Request) -> Match | None:
        method = request.method
        address = request.url.partition("#")[0].partition("?")[0]
        token_operation = self.contract.token_operation
        if address == self._token_url and token_operation:
            return Match(token_operation, {}) if method == token_operation.method else None
        path = address.removeprefix(self._base_url)
        return self.contract.find(method, path) if path != address and path.startswith("/") else None


def _normalized(url: str) -> str:
    return str(httpx.URL(url)) if url else ""
