"""Ids in a response match the path: where the response shows an id that the path has, too, both are equal."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Any

from ecsuite.checks.decoded import DecodedExchange
from ecsuite.contract import schema_for
from ecsuite.findings.breach import Breach, body
from ecsuite.findings.datum import datum
from ecsuite.messages.media import UndecodableError

NOTE = "as in the path"


def check(decoded: DecodedExchange) -> list[Breach] | None:
    if not decoded.is_success or not decoded.path_values or not decoded.exchange.response.body:
        return None
    if not decoded.media_type.is_json or isinstance(decoded.body, UndecodableError):
        return None
    return [
        Breach("changed", body(path), datum(wanted), datum(got), note=NOTE)
        for path, wanted, got in _shown(decoded.path_values, decoded.body.value, _members(decoded))
        if got != wanted
    ]


def _members(decoded: DecodedExchange) -> frozenset[str]:
    """The declared members of the response; undeclared ones may be about anything."""
    schema = schema_for(decoded.rule.content, decoded.media_type.essence) if decoded.rule else None
    return frozenset(decoded.contract.schemas.shape(schema).members) if schema else frozenset()


def _shown(
    ids: Mapping[str, str], value: Any, members: Collection[str]
) -> Iterator[tuple[tuple[str | int, ...], str, str]]:
    """Each id of the path that the response shows: its place, the id in the path, the id in the response.

    The response itself and its members are searched: each an object, or a list of objects.
    """
    parts: list[tuple[tuple[str | int, ...], Any]] = [((), value)]
    if isinstance(value, dict):
        parts += [((name,), value[name]) for name in members if name in value]
    for at, part in parts:
        items = enumerate(part) if isinstance(part, list) else [(None, part)]
        for index, item in items:
            for name in ids.keys() & item.keys() if isinstance(item, dict) else ():
                if isinstance(item[name], str):
                    yield (*at, *(() if index is None else (index,)), name), ids[name], item[name]
