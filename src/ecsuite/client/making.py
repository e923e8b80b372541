"""What a call creates, by the links of the contract, from its request or its response. Pure functions."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from functools import lru_cache
from typing import Final

from ecsuite.checks import DecodedExchange
from ecsuite.client.ownership import is_unique
from ecsuite.client.paths import fill, is_findable, is_segment
from ecsuite.contract import Contract, EntityType, Link, Operation, Values, parameters, success_links
from ecsuite.json_paths import objects_in_list, texts_in
from ecsuite.ledger import Sought

MAKING: Final = frozenset({"POST", "PUT", "PATCH"})


def deletions(contract: Contract, operation: Operation | None) -> list[Link]:
    """The links from what a call creates to the operation that deletes it."""
    if operation is None or operation.method not in MAKING:
        return []
    links = success_links(operation)
    return [link for link in links if contract.operations[link.operation_id].method == "DELETE"]


def names_one(contract: Contract, path: str) -> bool:
    """Whether a path names a single deletable entity, rather than all entities of a type."""
    match = contract.find("DELETE", path)
    return match is not None and bool(parameters(match.operation))


def as_answered(values: Values) -> Values:
    """The values as if the response had been the request."""
    return replace(values, request=values.response)


def texts(link: Link, values: Values) -> Iterator[dict[str, str] | None]:
    """The parameters of each call that a link leads to, with numbers as strings; None if some are missing."""
    for found in link.every(values):
        known = {name: value for name, value in found.items() if isinstance(value, str)}
        known |= {name: json.dumps(value) for name, value in found.items() if isinstance(value, int | float)}
        yield known if len(known) == len(found) else None


def texts_sent(link: Link, decoded: DecodedExchange) -> Iterator[dict[str, str] | None]:
    """The same from the request instead of the response; None if the server chooses the id."""
    sent = _as_sent(decoded)
    yield from [None] if sent is None else texts(link, sent)


def makes(contract: Contract, decoded: DecodedExchange) -> list[str]:
    """The paths of what a call creates, from its request; without ids that cannot be a path segment."""
    return [
        fill(contract.operations[link.operation_id], values)
        for link in deletions(contract, decoded.operation)
        for values in texts_sent(link, decoded)
        if values is not None and all(map(is_segment, values.values()))
    ]


def is_deletable(contract: Contract, decoded: DecodedExchange) -> bool:
    """Whether what a call creates can be deleted on any server, judged by the ids that the client chooses."""
    links = deletions(contract, decoded.operation)
    sent = _as_sent(decoded) if links else None
    ids = (
        ()
        if sent is None
        else (
            expression.at(index).evaluate(sent)
            for link in links
            for expression in link.parameters.values()
            if expression.is_of_body
            for index in range(expression.count(sent) if expression.is_in_list else 1)
        )
    )
    return all(is_findable(own) for own in ids if isinstance(own, str))


def names_by_server(contract: Contract, decoded: DecodedExchange) -> bool:
    """Whether the server chooses the id of what a call creates."""
    links = deletions(contract, decoded.operation)
    return any(values is None for link in links for values in texts_sent(link, decoded))


def sought_by(contract: Contract, decoded: DecodedExchange, *, is_below_own: bool) -> Sought | None:
    """How to find what a call creates under an id that the server chooses; None if it would look like others' data."""
    entity_type = type_made_by(contract, decoded.operation.id) if decoded.operation else None
    if entity_type is None or entity_type.lister is None:
        return None
    mark = "" if is_below_own else unique_text(decoded)
    lister = fill(entity_type.lister, decoded.path_values)
    return Sought(entity_type.creator.id, lister, mark) if mark or is_below_own else None


@lru_cache(maxsize=256)
def lists_at_stake(contract: Contract, operation_id: str) -> tuple[Operation, ...]:
    """The lists of what a DELETE of a whole type removes, for that DELETE and for the POST of such entities."""
    operations = contract.operations
    operation = operations[operation_id]
    return tuple(
        operations[link.operation_id]
        for maker, links in ((each, success_links(each)) for each in operations.values() if each.method == "POST")
        for end in (operations[link.operation_id] for link in links)
        if end.method == "DELETE" and not parameters(end) and (operation is maker or operation is end)
        for link in links
        if operations[link.operation_id].method == "GET" and not parameters(operations[link.operation_id])
    )


def listed_ids(contract: Contract, decoded: DecodedExchange) -> list[str]:
    """The ids in a list of entities whose ids clients choose; empty for any other exchange."""
    members = {each.member for each in contract.entity_types if decoded.operation in each.listers and each.sends_id}
    if not members or not decoded.is_success:
        return []
    ids = (item.get(member) for item in objects_in_list(decoded.values.response) for member in members)
    return [own for own in ids if isinstance(own, str)]


def type_made_by(contract: Contract, creator: str) -> EntityType | None:
    """The entity type that an operation creates, by the operation's id."""
    return next((each for each in contract.entity_types if each.creator.id == creator), None)


def unique_text(decoded: DecodedExchange) -> str:
    """A string in the request that nobody else has sent; empty if there is none."""
    return next((text for _, text in texts_in(decoded.values.request) if is_unique(text)), "")


def _as_sent(decoded: DecodedExchange) -> Values | None:
    """The values as if the response had shown the request; None if the server chooses the id."""
    operation = decoded.operation
    entity_type = type_made_by(decoded.contract, operation.id) if operation else None
    if entity_type is not None and not entity_type.sends_id:
        return None
    return replace(decoded.values, response=decoded.values.request)
