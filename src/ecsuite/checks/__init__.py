"""The checks that run on every exchange, and the checker that runs them.

A check is a function of an exchange beside its operation. It returns an empty list where its promise was kept, the
breaches where it did not, `NotChecked` with a reason where it could not tell, and None where it has nothing to say.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from ecsuite.checks import (
    bad_input_refused,
    bearer_token,
    media_type,
    no_body,
    operation_known,
    optional_members,
    path_ids,
    request_body,
    request_parameters,
    response_body,
    response_headers,
    server_error,
    status_expected,
    status_listed,
)
from ecsuite.checks.decoded import DecodedExchange
from ecsuite.contract import Contract, Match, Operation
from ecsuite.exchange import Exchange, Request
from ecsuite.finding import Breach, Finding, NotChecked, Result
from ecsuite.http import httpx
from ecsuite.redact import MASK, is_secret

__all__ = ["CHECKS", "REQUEST_CHECKS", "RESPONSE_CHECKS", "Check", "Checker", "DecodedExchange"]

Outcome = list[Breach] | NotChecked | None


@dataclass(frozen=True, slots=True)
class Check:
    """A promise by name, and the function that looks whether it was kept."""

    name: str
    run: Callable[[DecodedExchange], Outcome]


REQUEST_CHECKS: Final = (
    Check(operation_known.NAME, operation_known.check),
    Check(request_parameters.NAME, request_parameters.check),
    Check(request_body.NAME, request_body.check),
    Check(bearer_token.NAME, bearer_token.check),
)
RESPONSE_CHECKS: Final = (
    Check(server_error.NAME, server_error.check),
    Check(status_listed.NAME, status_listed.check),
    Check(status_expected.NAME, status_expected.check),
    Check(bad_input_refused.NAME, bad_input_refused.check),
    Check(media_type.NAME, media_type.check),
    Check(response_body.NAME, response_body.check),
    Check(path_ids.NAME, path_ids.check),
    Check(optional_members.NAME, optional_members.check),
    Check(no_body.NAME, no_body.check),
    Check(response_headers.NAME, response_headers.check),
)
CHECKS: Final = REQUEST_CHECKS + RESPONSE_CHECKS


class Checker:
    """Runs every check on an exchange.

    Args:
        contract: what the API promises.
        base_url: where the API is, without a trailing slash.
        token_url: where its token endpoint is.
    """

    def __init__(self, contract: Contract, base_url: str, token_url: str) -> None:
        self.contract = contract
        # As httpx spells them in requests: `HTTP://Host:80/v1` and `http://host/v1` are the same address.
        self._base_url = _spelt(base_url).rstrip("/")
        self._token_url = _spelt(token_url)

    def check(self, exchange: Exchange) -> Result:
        """What the checks say of a call of the API."""
        return self.judge(self.decode(exchange))

    def decode(self, exchange: Exchange) -> DecodedExchange:
        """A call of the API beside the operation that it names."""
        match = self._match(exchange.request)
        if match is None:
            return DecodedExchange(self.contract, exchange, None, {})
        return DecodedExchange(self.contract, exchange, match.operation, match.path_parameters)

    def operation(self, request: Request) -> Operation | None:
        """The operation that a request names; None where it names none."""
        match = self._match(request)
        return match.operation if match else None

    def check_delivery(self, operation: Operation, exchange: Exchange) -> Result:
        """What the checks say of a call that the API made at a partner's webhook; the response was ours."""
        named = operation if exchange.request.method == operation.method else None
        return self.judge(DecodedExchange(self.contract, exchange, named, {}), REQUEST_CHECKS)

    def finding(self, check: str, breach: Breach, exchange: Exchange, operation: Operation | None) -> Finding:
        """A breach with all that a reader needs to find the rule and to repeat the request."""
        request = exchange.request
        source = self.contract.source
        subject = str(operation) if operation else f"{request.method} {urlsplit(request.url).path}"
        rule = breach.rule or (operation.pointer if operation else ("paths",))
        return Finding(
            check=check,
            level=self.contract.level(rule, operation) if operation else "spec",
            subject=f"{subject} -> {exchange.response.status or 'no response'}",
            at=breach.at,
            expected=breach.expected,
            actual=_masked(breach),
            place=source.where(rule),
            source=self.contract.published(rule, operation) if operation else "the contract as a whole",
            request=request,
        )

    def judge(self, decoded: DecodedExchange, checks: Sequence[Check] = CHECKS) -> Result:
        """What the checks say of a decoded exchange."""
        passed: list[str] = []
        findings: list[Finding] = []
        not_checked: list[tuple[str, str]] = []
        expectation = decoded.exchange.request.expectation
        for check in checks:
            if check.name in expectation.violates:
                not_checked.append((check.name, "the request violates it deliberately"))
                continue
            outcome = check.run(decoded)
            if outcome is None:
                continue
            if isinstance(outcome, NotChecked):
                not_checked.append((check.name, outcome.reason))
            elif outcome:
                findings += [
                    self.finding(check.name, breach, decoded.exchange, decoded.operation) for breach in outcome
                ]
            else:
                passed.append(check.name)
        return Result(
            decoded.exchange, decoded.operation, decoded.path_values, tuple(passed), tuple(findings), tuple(not_checked)
        )

    def _match(self, request: Request) -> Match | None:
        method = request.method
        address = request.url.partition("#")[0].partition("?")[0]
        token_operation = self.contract.token_operation
        if address == self._token_url and token_operation:
            return Match(token_operation, {}) if method == token_operation.method else None
        path = address.removeprefix(self._base_url)
        return self.contract.find(method, path) if path != address and path.startswith("/") else None


def _spelt(url: str) -> str:
    return str(httpx.URL(url)) if url else ""


def _masked(breach: Breach) -> str:
    """What was decoded, or a mask where it was decoded in a place of secrets."""
    name = breach.at.rpartition("/")[2] if "/" in breach.at else breach.at.rpartition(" ")[2]
    return MASK if is_secret(name) and breach.actual not in {"missing", "null"} else breach.actual
