"""A request that breaks the contract is refused."""

from __future__ import annotations

from collections.abc import Iterable

from ecsuite.checks import bearer_token, request_body, request_parameters, response_body
from ecsuite.checks.decoded import DecodedExchange
from ecsuite.checks.read_back import is_as_meant
from ecsuite.findings.breach import STATUS, Breach
from ecsuite.findings.datum import datum
from ecsuite.promises import Severity


def check(decoded: DecodedExchange) -> list[Breach] | None:
    breaches = [] if decoded.exchange.request.expectation.unspecified else breaches_of(decoded)
    if not breaches:
        return None
    if not decoded.is_success:
        return []
    why = breaches[0]
    # Then the sender gets what it evidently meant, or cannot tell the difference.
    is_harmless = is_as_meant(decoded, breaches) and not _is_shown_broken(decoded, breaches)
    severity: Severity | None = "warning" if is_harmless else None
    seen = datum(decoded.status)
    return [Breach("status", STATUS, actual=seen, rule=why.rule, case=decoded.case, because=why, severity=severity)]


def _is_shown_broken(decoded: DecodedExchange, breaches: Iterable[Breach]) -> bool:
    """Whether the response breaks the contract at the same place as the request; one without a body does not."""
    found = response_body.check(decoded)
    broken = {breach.at.path for breach in found if breach.kind != "absent"} if isinstance(found, list) else set()
    return any(breach.at.part == "request-body" and breach.at.path in broken for breach in breaches)


def breaches_of(decoded: DecodedExchange) -> list[Breach]:
    """What is wrong with the request."""
    rules = (bearer_token.breaches_of, request_parameters.breaches_of, request_body.breaches_of)
    return [breach for rule in rules for breach in decoded.once(rule)]
