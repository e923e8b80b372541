"""The headers that the contract wants of an answer are there and fit."""

from __future__ import annotations

from ecsuite.checks.seen import Seen
from ecsuite.contract import HeaderRule, wanted
from ecsuite.finding import Breach

NAME = "response headers match contract"


def check(seen: Seen) -> list[Breach] | None:
    if seen.rule is None or not seen.rule.headers:
        return None
    return [breach for rule in seen.rule.headers for breach in _of_header(seen, rule)]


def _of_header(seen: Seen, rule: HeaderRule) -> list[Breach]:
    value = seen.exchange.response.headers.get(rule.name)
    at = f"header {rule.name}"
    if value is None:
        expected = wanted(seen.contract.source.resolve(rule.schema)[1])
        return [Breach(at, f"{expected}, required", "missing", rule.pointer)] if rule.required else []
    return seen.schema_breaches(at, rule.schema, value)
