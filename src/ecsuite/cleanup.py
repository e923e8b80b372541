"""Remembers what a run made, by the links of the contract, so that it can be deleted whatever happens."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any
from urllib.parse import quote

from ecsuite.contract import Contract, Link, Operation
from ecsuite.findings.finding import Result
from ecsuite.messages.media import UndecodableError, read_json

NOT_FOUND = 404
# As a segment of a path they mean another path, so what has such an id cannot be spoken of.
_DOTS = frozenset({".", ".."})
_EXPRESSION = re.compile(r"\$(request\.path\.(?P<path>\w+)|(?P<message>request|response)\.body#(?P<pointer>(/[^/]*)+))")


class Cleanup:
    """What was made and not deleted yet: a response with a link to a DELETE says that there is something to delete."""

    def __init__(self, contract: Contract) -> None:
        self._contract = contract
        # A dict for its order: what was made first is deleted last.
        self._made: dict[str, None] = {}

    def note(self, result: Result) -> None:
        """Learn from an exchange what was made or deleted."""
        operation, status = result.operation, result.exchange.response.status
        if operation is None:
            return
        success = 200 <= status < 300  # noqa: PLR2004
        if operation.method == "DELETE" and (success or status == NOT_FOUND):
            self._made.pop(fill(operation, result.path_parameters), None)
        elif success and (rule := operation.response(status)):
            for link in rule.links:
                target = self._contract.operations[link.operation_id]
                for values in resolve_each(link, result) if target.method == "DELETE" else ():
                    if not _DOTS & set(values.values()):
                        self._made[fill(target, values)] = None

    def left(self) -> list[str]:
        """The paths to delete, the latest first."""
        return list(reversed(self._made))


def fill(operation: Operation, values: Mapping[str, str]) -> str:
    """The path of an operation with its parameters put in."""
    return re.sub(r"\{(\w+)\}", lambda match: quote(values[match[1]], safe=""), operation.path)


def resolve(link: Link, result: Result) -> dict[str, str] | None:
    """The parameters of a link, from an exchange; None where the exchange does not hold one of them."""
    values = {name: _evaluate(expression, result) for name, expression in link.parameters.items()}
    texts = {name: value for name, value in values.items() if isinstance(value, str) and value}
    return texts if len(texts) == len(values) else None


def resolve_each(link: Link, result: Result) -> Iterator[dict[str, str]]:
    """The parameters of a link; where it leads to the first item of a list that was sent, of each item in its turn."""
    in_list = any("/0/" in expression for expression in link.parameters.values())
    for index in itertools.count():
        turned = {name: text.replace("/0/", f"/{index}/") for name, text in link.parameters.items()}
        values = resolve(Link(link.operation_id, turned), result)
        if values is not None:
            yield values
        if values is None or not in_list:
            return


@lru_cache(maxsize=2)
def _value(body: bytes) -> Any:
    """The JSON value of a body; kept, for a list of a thousand entities is asked for each of them."""
    return read_json(body).value


def _evaluate(expression: str, result: Result) -> Any:
    """The value of a runtime expression (OpenAPI 3.1, section 4.8.20.4) of the three kinds that contracts use."""
    match = _EXPRESSION.fullmatch(expression)
    if match is None:
        return None
    if match["path"]:
        return result.path_parameters.get(match["path"])
    message = result.exchange.request if match["message"] == "request" else result.exchange.response
    try:
        value = _value(message.body)
        for token in match["pointer"].split("/")[1:]:
            value = value[int(token) if isinstance(value, list) else token]
    except (UndecodableError, KeyError, IndexError, TypeError, ValueError):
        return None
    return value
