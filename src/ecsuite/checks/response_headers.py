"""The headers that the contract wants of a response are there and fit."""

from __future__ import annotations

from ecsuite.checks.decoded import DecodedExchange
from ecsuite.contract import HeaderRule, wanted
from ecsuite.finding import Breach

NAME = "response headers match contract"


def check(decoded: DecodedExchange) -> list[Breach] | None:
    if decoded.rule is None or not decoded.rule.headers:
        return None
    return [breach for rule in decoded.rule.headers for breach in _of_header(decoded, rule)]


def _of_header(decoded: DecodedExchange, rule: HeaderRule) -> list[Breach]:
    value = decoded.exchange.response.headers.get(rule.name)
    at = f"header {rule.name}"
    if value is None:
        expected = wanted(decoded.contract.source.resolve(rule.schema)[1])
        return [Breach(at, f"{expected}, required", "missing", rule.pointer)] if rule.required else []
    return decoded.schema_breaches(at, rule.schema, value)
