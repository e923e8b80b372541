"""A request that the contract refuses is not taken."""

from __future__ import annotations

from ecsuite.checks import bearer_token, request_body, request_parameters
from ecsuite.checks.decoded import DecodedExchange
from ecsuite.finding import Breach

NAME = "bad request is refused"


def check(decoded: DecodedExchange) -> list[Breach] | None:
    breaches = [] if decoded.exchange.request.expectation.unspecified else breaches_of(decoded)
    if not breaches:
        return None
    if not decoded.is_success:
        return []
    why = breaches[0]
    expected = f"a refusal, because {why.at} is {why.actual} where the contract has {why.expected}"
    return [Breach("status", expected, str(decoded.status), why.rule)]


def breaches_of(decoded: DecodedExchange) -> list[Breach]:
    """What is wrong with the request."""
    rules = (bearer_token.breaches_of, request_parameters.breaches_of, request_body.breaches_of)
    return [breach for rule in rules for breach in decoded.once(rule)]
