"""Examples of bodies; recorded ones are preferred to those in the contract."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from ecsuite.contract import Contract, Operation
from ecsuite.export.calls import Example
from ecsuite.messages.exchange import Exchange, Headers, Response

# Maximum number of example responses for an operation, each with another status.
_MOST: Final = 4
_FIRST_REFUSAL: Final = 300


def request_example(contract: Contract, operation: Operation) -> Any:
    """The first example of the request body in the contract; None if there is none."""
    if operation.request is None:
        return None
    return _first(contract, contract.source.at(operation.request.schema[:-1]))


def response_examples(contract: Contract, operation: Operation, recorded: Sequence[Exchange]) -> Iterator[Example]:
    """Recorded responses of an operation; if no success is recorded, also the contract's first example."""
    by_status = {each.response.status: each.response for each in recorded}
    yield from (Example(by_status[status]) for status in sorted(by_status)[:_MOST])
    if any(status < _FIRST_REFUSAL for status in by_status):
        return
    written = [rule for status, rule in operation.responses.items() if status.startswith("2") and status.isdigit()]
    for rule in written[:1]:
        media_type = next(iter(rule.content), "")
        value = _first(contract, contract.source.at(rule.content[media_type][:-1])) if media_type else None
        body = json.dumps(value, ensure_ascii=False).encode() if media_type else b""
        headers = Headers.of([("content-type", media_type)] if media_type else [])
        yield Example(Response(int(rule.status), headers, body), is_recorded=False)


def _first(contract: Contract, media_type: Mapping[str, Any]) -> Any:
    """The first example of a media type."""
    examples = media_type.get("examples", {})
    if not examples:
        return media_type.get("example")
    example = next(iter(examples.values()))
    if "$ref" in example:
        example = contract.source.resolve(contract.source.parse(example["$ref"][2:]))[1]
    return example["value"]
