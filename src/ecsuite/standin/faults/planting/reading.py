"""Changes to the parsing of requests that break the contract, as by tolerant and less tolerant servers."""

from __future__ import annotations

import copy
from collections.abc import Callable, Collection, Mapping
from dataclasses import replace
from typing import Any, Final

from ecsuite.checks import DecodedExchange, request_body
from ecsuite.json_paths import at_path, replaced
from ecsuite.messages.exchange import Exchange
from ecsuite.messages.media import UndecodableError
from ecsuite.standin.app import Plant
from ecsuite.standin.call import RefusalError, Reply
from ecsuite.standin.faults.planting.seams import ANSWER, wraps
from ecsuite.standin.faults.planting.values import DROP, text_of
from ecsuite.standin.parts import Asked, Parts

Respond = Callable[[Asked], Reply]
# Converts a value that does not match its schema; returns DROP if it cannot.
Convert = Callable[[Any, Mapping[str, Any]], Any]
CONVERTED: Final = frozenset({"type", "enum", "const"})


def binds(convert: Convert, *operations: str) -> Plant:
    """Converts values in bodies that do not match their schemas; for all operations if none is named."""

    def answer(_: Parts, original: Respond, asked: Asked) -> Reply:
        return original(_bound(convert, asked) if _concerns(operations, asked) else asked)

    return wraps(ANSWER, answer)


def reads_text(read: Callable[[bytes], bytes], *operations: str) -> Plant:
    """Reads bodies that are no JSON as others; of all operations, where none is named."""

    def answer(_: Parts, original: Respond, asked: Asked) -> Reply:
        if _concerns(operations, asked) and _value_of(asked) is DROP:
            return original(with_body(asked, read(asked.decoded.exchange.request.body)))
        return original(asked)

    return wraps(ANSWER, answer)


def refuses_when(when: Callable[[Asked], bool], code: int) -> Plant:
    """Refuses some calls before their token is checked, with an empty body."""

    def answer(_: Parts, original: Respond, asked: Asked) -> Reply:
        if when(asked):
            refusal = RefusalError(code, "")
            refusal.reply = Reply(code)
            raise refusal
        return original(asked)

    return wraps(ANSWER, answer)


def with_body(asked: Asked, body: bytes) -> Asked:
    """The call with another body."""
    decoded = asked.decoded
    request = replace(decoded.exchange.request, body=body)
    exchange = Exchange(request, decoded.exchange.response)
    return replace(asked, decoded=DecodedExchange(decoded.contract, exchange, decoded.operation, decoded.path_values))


def _concerns(operations: Collection[str], asked: Asked) -> bool:
    return bool(asked.operation.request) and (not operations or asked.operation.id in operations)


def _value_of(asked: Asked) -> Any:
    """The JSON value of the body; DROP if it is not JSON."""
    try:
        return asked.decoded.request_body
    except UndecodableError:
        return DROP


def _bound(convert: Convert, asked: Asked) -> Asked:
    body = copy.deepcopy(_value_of(asked))
    changed = False
    for breach in request_body.breaches_of(asked.decoded) if body is not DROP else ():
        if breach.kind in CONVERTED and breach.at.path and breach.rule:
            schema = asked.decoded.contract.source.at(breach.rule[:-1])
            new = convert(at_path(body, breach.at.path), schema)
            if new is not DROP:
                replaced(body, breach.at.path, new)
                changed = True
    return with_body(asked, text_of(body).encode()) if changed else asked
