"""Guesses the operation that a request with an unknown path most likely means."""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import unquote

from ecsuite.contract import Contract, Operation, Pointer
from ecsuite.messages.media import json_or_none

# The least similarity, from 0 to 1, of two spellings of one name: that of `meter` and `meters` is 0.91.
_ALIKE: Final = 0.85


@dataclass(frozen=True, slots=True)
class Guess:
    """A guessed operation, and the values of the parameters of its path.

    Attributes:
        wrong: the wrong part of the path, such as a segment; empty if the whole path is wrong.
    """

    operation: Operation
    path_values: Mapping[str, str]
    wrong: str = ""


def nearest(contract: Contract, method: str, path: str, body: bytes) -> Guess | None:
    """The operation with an almost equal path, or else the only one that accepts such a body; None if there is none.

    Args:
        contract: the contract, which does not list the call.
        method: the method of the request.
        path: the path relative to the base URL; the whole path if the request goes elsewhere.
        body: the body of the request.
    """
    segments = path.split("/")
    same_method = [each for each in contract.operations.values() if each.method == method and each.security]
    sent = json_or_none(body)
    takers = [each for each in same_method if each.request and _fits(contract, each.request.schema, sent)]
    guess = _almost(contract, method, path)
    # A body that another operation requires is a stronger hint than a path.
    only_taker = [each for each in takers if each.request and not _fits(contract, each.request.schema, {})]
    if guess and not (len(only_taker) == 1 and guess.operation not in takers):
        return guess
    for operation in same_method:
        own = operation.path.split("/")
        if is_alike(own, segments):
            wrong = [sent for name, sent in zip(own, segments, strict=True) if name[:1] != "{" and name != sent]
            return Guess(operation, _values(operation, segments), "/".join(["", *wrong]))
    likely = takers if len(takers) == 1 else only_taker if guess else []
    return Guess(likely[0], _values(likely[0], segments)) if likely else None


def _almost(contract: Contract, method: str, path: str) -> Guess | None:
    """The operation of a path with an extra slash or extra leading segments, or of a method in lower case."""
    single = re.sub("/{2,}", "/", path)
    tried = [(method, single, "//"), (method, single.rstrip("/"), "/ at the end"), (method.upper(), path, method)]
    segments = path.split("/")
    if segments[1:2] and segments[1].lower() not in {each.path.split("/")[1] for each in contract.operations.values()}:
        starts = range(2, len(segments))
        tried += [(method, "/" + "/".join(segments[each:]), "/".join(segments[:each])) for each in starts]
    for own_method, own_path, wrong in tried:
        match = contract.find(own_method, own_path) if (own_method, own_path) != (method, path) else None
        if match is not None:
            return Guess(match.operation, match.path_parameters, wrong)
    return None


def _fits(contract: Contract, schema: Pointer, sent: Any) -> bool:
    """Whether a body matches a schema, apart from variables with unknown values."""
    return all(is_variable(each.value) for each in contract.schemas.violations(schema, sent))


def is_variable(value: Any) -> bool:
    """Whether a value of a collection contains an unknown variable."""
    return isinstance(value, str) and "{{" in value


def is_alike(template: list[str], segments: list[str]) -> bool:
    """Whether each segment of a path is almost equal to that of a template."""
    return len(template) == len(segments) and all(map(_is_almost, template, segments))


def _is_almost(own: str, sent: str) -> bool:
    """Whether a segment of a path is almost equal to that of a template; any segment fits a parameter."""
    return own.startswith("{") or difflib.SequenceMatcher(None, own.lower(), sent.lower()).ratio() >= _ALIKE


def _values(operation: Operation, segments: list[str]) -> dict[str, str]:
    """The value of each path parameter; its own name if the path is too short."""
    pairs = enumerate(operation.path.split("/"))
    return {
        own[1:-1]: unquote(segments[number]) if number < len(segments) else own[1:-1]
        for number, own in pairs
        if own.startswith("{")
    }
