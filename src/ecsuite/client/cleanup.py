"""Remembers what a run made, by the links of the contract, so that it can be deleted whatever happens."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from urllib.parse import quote

from ecsuite.checks import DecodedExchange, request_body
from ecsuite.contract import Contract, Link, Operation, success_links

NOT_FOUND = 404
MAKING = frozenset({"POST", "PUT", "PATCH"})
# As a segment of a path they mean another path, so what has such an id cannot be spoken of.
_DOTS = frozenset({".", ".."})


class Cleanup:
    """What was made and not deleted yet: a response with a link to a DELETE says that there is something to delete."""

    def __init__(self, contract: Contract) -> None:
        self._contract = contract
        # A dict for its order: what was made first is deleted last.
        self._made: dict[str, None] = {}

    def note(self, decoded: DecodedExchange) -> None:
        """Learn from an exchange what was made or deleted."""
        operation = decoded.operation
        if operation is None:
            return
        if operation.method == "DELETE" and (decoded.is_success or decoded.status == NOT_FOUND):
            self._made.pop(fill(operation, decoded.path_values), None)
        elif decoded.is_success and (rule := operation.response(decoded.status)):
            for link in rule.links:
                target = self._contract.operations[link.operation_id]
                for values in self._each(link, decoded) if target.method == "DELETE" else ():
                    if not _DOTS & set(values.values()):
                        self._made[fill(target, values)] = None

    def _each(self, link: Link, decoded: DecodedExchange) -> Iterator[dict[str, str]]:
        """What a response leads to; a wrong request that was taken may have made it under another id than it sent."""
        yield from link.each(decoded.values)
        if decoded.once(request_body.breaches_of):
            yield from link.each(replace(decoded.values, request=decoded.values.response))

    def note_lost(self, decoded: DecodedExchange) -> None:
        """Learn that a call had no response: what it was to make may have been made, with the ids that were sent."""
        operation = decoded.operation
        if operation is None or operation.method not in MAKING:
            return
        # As if the response had shown what was sent.
        sent = replace(decoded.values, response=decoded.values.request)
        for link in success_links(operation):
            target = self._contract.operations[link.operation_id]
            for values in link.each(sent) if target.method == "DELETE" else ():
                if not _DOTS & set(values.values()):
                    self._made.setdefault(fill(target, values))

    def left(self) -> list[list[str]]:
        """The paths to delete, the latest first; those in one list do not depend on each other.

        What stands below another entity goes before it.
        """
        latest_first = list(reversed(self._made))
        deepest_first = sorted(latest_first, key=_depth, reverse=True)
        return [list(level) for _, level in itertools.groupby(deepest_first, _depth)]


def fill(operation: Operation, values: Mapping[str, str]) -> str:
    """The path of an operation with its parameters put in."""
    return re.sub(r"\{(\w+)\}", lambda match: segment(values[match[1]]), operation.path)


def segment(text: str) -> str:
    """An id as one segment of a path: everything that could end it is percent-encoded."""
    return quote(text, safe="")


def _depth(path: str) -> int:
    return path.count("/")
