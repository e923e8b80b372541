"""The operation that a request most likely means, though its path is none of the contract."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import unquote, urlsplit

from ecsuite.contract import Contract, Operation, Pointer
from ecsuite.messages.exchange import Exchange
from ecsuite.messages.media import json_or_none

# How much two names have in common at least, of 1, that are spellings of one: `meter` and `meters` have 0.91.
_ALIKE: Final = 0.85


@dataclass(frozen=True, slots=True)
class Guess:
    """An operation, and what stands for the parameters of its path."""

    operation: Operation
    path_values: Mapping[str, str]


def nearest(contract: Contract, exchange: Exchange) -> Guess | None:
    """The operation whose path is spelt almost so, or else the only one that takes such a body; None where none is."""
    request = exchange.request
    segments = urlsplit(request.url).path.split("/")
    same_method = [each for each in contract.operations.values() if each.method == request.method and each.security]
    for operation in same_method:
        if _is_alike(operation.path.split("/"), segments):
            return Guess(operation, _values(operation, segments))
    sent = json_or_none(request.body)
    takers = [each for each in same_method if sent and each.request and _fits(contract, each.request.schema, sent)]
    return Guess(takers[0], _values(takers[0], segments)) if len(takers) == 1 else None


def _fits(contract: Contract, schema: Pointer, sent: Any) -> bool:
    """Whether a body fits but for variables whose values are not known."""
    return all(is_variable(each.value) for each in contract.schemas.violations(schema, sent))


def is_variable(value: Any) -> bool:
    """Whether a value of a collection is a variable, or has one in it, that is not known."""
    return isinstance(value, str) and "{{" in value


def _is_alike(template: list[str], segments: list[str]) -> bool:
    if len(template) != len(segments):
        return False
    pairs = zip(template, segments, strict=True)
    return all(own.startswith("{") or _ratio(own.lower(), sent.lower()) >= _ALIKE for own, sent in pairs)


def _ratio(left: str, right: str) -> float:
    return difflib.SequenceMatcher(None, left, right).ratio()


def _values(operation: Operation, segments: list[str]) -> dict[str, str]:
    """What stands for each parameter; its own name where the path is too short."""
    pairs = enumerate(operation.path.split("/"))
    return {
        own[1:-1]: unquote(segments[number]) if number < len(segments) else own[1:-1]
        for number, own in pairs
        if own.startswith("{")
    }
