"""A request that the contract refuses is not taken."""

from __future__ import annotations

from ecsuite.checks import bearer_token, request_body, request_parameters
from ecsuite.checks.decoded import DecodedExchange
from ecsuite.findings.breach import STATUS, Breach
from ecsuite.findings.datum import datum


def check(decoded: DecodedExchange) -> list[Breach] | None:
    breaches = [] if decoded.exchange.request.expectation.unspecified else breaches_of(decoded)
    if not breaches:
        return None
    if not decoded.is_success:
        return []
    why = breaches[0]
    return [Breach("status", STATUS, actual=datum(decoded.status), rule=why.rule, case=decoded.case, because=why)]


def breaches_of(decoded: DecodedExchange) -> list[Breach]:
    """What is wrong with the request."""
    rules = (bearer_token.breaches_of, request_parameters.breaches_of, request_body.breaches_of)
    return [breach for rule in rules for breach in decoded.once(rule)]
