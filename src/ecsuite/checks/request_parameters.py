"""The parameters of a request in path, query and headers match the contract."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

from ecsuite.checks.decoded import DecodedExchange
from ecsuite.contract import Parameter
from ecsuite.findings.breach import Breach, Part, Place
from ecsuite.findings.datum import datum
from ecsuite.findings.finding import NotChecked
from ecsuite.messages.redact import MASK

_PARTS: Final[Mapping[str, Part]] = {"path": "path", "query": "query", "header": "request-header"}
_CREDENTIALS: Final = frozenset({"client_secret", "client_assertion"})
# Python refuses to convert much longer ones, and no server takes them.
_NUMBERS = {
    "integer": (re.compile(r"-?\d{1,1000}"), int),
    "number": (re.compile(r"-?\d+(\.\d+)?([eE][-+]?\d+)?"), float),
}


def check(decoded: DecodedExchange) -> list[Breach] | NotChecked | None:
    if decoded.operation is None:
        return None
    breaches = decoded.once(breaches_of)
    listed = {parameter.name for parameter in decoded.operation.parameters if parameter.place == "query"}
    if not breaches and (unlisted := [name for name, _ in decoded.query if name not in listed]):
        return NotChecked(f"nothing is published about the query parameter {unlisted[0]}")
    return breaches


def breaches_of(decoded: DecodedExchange) -> list[Breach]:
    """What is wrong with the request's parameters: missing, invalid, or secret and in the query."""
    parameters = decoded.operation.parameters if decoded.operation else ()
    return [
        *(breach for parameter in parameters for breach in _of_parameter(decoded, parameter)),
        *_secrets_in_address(decoded),
    ]


def _secrets_in_address(decoded: DecodedExchange) -> list[Breach]:
    """Credentials in the query of a token request, where logs and proxies keep them (RFC 6749 section 2.3.1)."""
    if decoded.operation is None or decoded.operation is not decoded.contract.token_operation:
        return []
    names = dict.fromkeys(name for name, _ in decoded.query if name.lower() in _CREDENTIALS)
    note = "because credentials belong in the body (RFC 6749 section 2.3.1)"
    return [Breach("extra", Place("query", name), actual=datum(MASK), note=note) for name in names]


def _of_parameter(decoded: DecodedExchange, parameter: Parameter) -> list[Breach]:
    texts = _texts(decoded, parameter)
    if not texts:
        return [_missing(decoded, parameter)] if parameter.required else []
    values = [_value(text, parameter.type) for text in texts]
    value = values if parameter.type == "array" else values[0]
    return [
        Breach(violation.keyword, _place(parameter), datum(dict(violation.fragment)), datum(value), violation.rule)
        for violation in decoded.contract.schemas.violations(parameter.schema, value)
    ]


def _missing(decoded: DecodedExchange, parameter: Parameter) -> Breach:
    fragment = datum(decoded.contract.schemas.fragment(parameter.schema))
    return Breach("required", _place(parameter), fragment, rule=parameter.schema)


def _place(parameter: Parameter) -> Place:
    return Place(_PARTS[parameter.place], parameter.name)


def _texts(decoded: DecodedExchange, parameter: Parameter) -> list[str]:
    if parameter.place == "path":
        return [decoded.path_values[parameter.name]]
    if parameter.place == "query":
        return [value for name, value in decoded.query if name == parameter.name]
    header = decoded.exchange.request.headers.get(parameter.name)
    return [] if header is None else [header]


def _value(text: str, type_name: str) -> Any:
    """The text converted to the schema's type; the text itself if it cannot be converted."""
    if type_name == "boolean" and text in {"true", "false"}:
        return text == "true"
    if type_name in _NUMBERS and _NUMBERS[type_name][0].fullmatch(text):
        return _NUMBERS[type_name][1](text)
    return text
