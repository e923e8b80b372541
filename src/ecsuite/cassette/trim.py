"""Removes from lists what the partner owns besides the entities of a run."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from ecsuite.cassette.texts import segments, strings
from ecsuite.checks import Checker
from ecsuite.contract import Contract, Operation, success_links
from ecsuite.messages.exchange import Exchange
from ecsuite.messages.media import json_or_none


def own_values(exchanges: Iterable[Exchange], checker: Checker) -> frozenset[str]:
    """The ids of what the run has created, read by id, or sent."""
    own: set[str] = set()
    for exchange in exchanges:
        decoded = checker.decode(exchange)
        own |= set(decoded.path_values.values())
        own |= set(strings(decoded.values.request)) | segments(exchange.request.url)
        operation = decoded.operation
        rule = operation.response(decoded.status) if operation and operation.method == "POST" else None
        for link in rule.links if rule else ():
            own |= {value for values in link.each(decoded.values) for value in values.values()}
    return frozenset(own)


def without_others(exchange: Exchange, own: frozenset[str], checker: Checker) -> Exchange:
    """The exchange with only this run's entities in a returned list; the others are private to the partner."""
    value = json_or_none(exchange.response.body)
    operation = checker.operation(exchange.request)
    if isinstance(value, list):
        kept: Any = _own_items(value, own, operation)
    elif isinstance(value, dict) and operation and _lists_entities(operation, checker.contract):
        kept = {name: _own_items(item, own, operation) if _is_list(item) else item for name, item in value.items()}
    else:
        return exchange
    if kept == value:
        return exchange
    body = json.dumps(kept, ensure_ascii=False, separators=(",", ":")).encode()
    return replace(exchange, response=replace(exchange.response, body=body))


def _lists_entities(operation: Operation, contract: Contract) -> bool:
    """Whether a response is an object around a list of entities, rather than an entity that contains lists."""
    listers = {lister.id for entity_type in contract.entity_types for lister in entity_type.listers}
    return operation.id in listers or bool(operation.paged_by("page"))


def _is_list(value: Any) -> bool:
    """Whether a value is a list of objects, rather than of strings or numbers."""
    return isinstance(value, list) and bool(value) and all(isinstance(item, dict) for item in value)


def _own_items(items: list[Any], own: frozenset[str], operation: Operation | None) -> list[Any]:
    kept = [item for item in items if own & set(strings(item))]
    # The links of a list refer to its first item.
    return items[:1] if not kept and operation and success_links(operation) else kept
