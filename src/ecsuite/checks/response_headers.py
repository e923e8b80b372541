"""The headers that the contract requires of a response are present and match their schemas."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Final

from ecsuite.checks.decoded import DecodedExchange
from ecsuite.contract import HeaderRule
from ecsuite.findings.breach import Breach, Place
from ecsuite.findings.datum import datum

_QUOTED: Final = re.compile(r'"(?:[^"\\]|\\.)*"')


def check(decoded: DecodedExchange) -> list[Breach] | None:
    if decoded.rule is None or not decoded.rule.headers:
        return None
    return [breach for rule in decoded.rule.headers for breach in _of_header(decoded, rule)]


def _of_header(decoded: DecodedExchange, rule: HeaderRule) -> list[Breach]:
    value = decoded.exchange.response.headers.get(rule.name)
    at = Place("header", rule.name)
    if value is None:
        fragment = datum(decoded.contract.schemas.fragment(rule.schema))
        return [Breach("required", at, fragment, rule=rule.pointer)] if rule.required else []
    # Text in a quoted string is a value, never a challenge or a directive (RFC 9110 section 5.6.4).
    breaches = decoded.schema_breaches(at, rule.schema, _QUOTED.sub('""', value))
    return [replace(breach, actual=datum(value)) for breach in breaches]
