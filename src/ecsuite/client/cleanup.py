"""Remembers what a run made, by the links of the contract, so that it can be deleted whatever happens."""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any, Final

from ecsuite.checks import DecodedExchange, request_body
from ecsuite.client.ownership import Ownership, is_unique
from ecsuite.client.paths import fill, is_findable, is_segment
from ecsuite.contract import Contract, EntityType, Link, Operation, Values, success_links
from ecsuite.json_paths import texts_in

NOT_FOUND: Final = 404
# Statuses that say that a call has done nothing.
REFUSALS: Final = range(400, 500)
MAKING: Final = frozenset({"POST", "PUT", "PATCH"})


@dataclass(frozen=True, slots=True)
class Sought:
    """What may have been made, under an id of the server's that no answer told.

    Attributes:
        creator: the id of the operation that makes its kind.
        lister: the path of the list that shows it.
        mark: a text that was sent, and stands nowhere else; empty where everything in the list is the run's own.
    """

    creator: str
    lister: str
    mark: str = ""


class Cleanup:
    """What was made and not deleted yet: a response with a link to a DELETE says that there is something to delete.

    A call whose answer did not come, or does not show what was made, may have acted: then what was sent says what is to
    be deleted. Where the server chooses the id, that is found in the list of its kind: everything there, if it stands
    below an entity that this run has made; else the one that shows an address of this run's own, which holds an id that
    nobody else has. Lists from before and after are not compared: what came in between may be somebody else's.
    """

    def __init__(self, contract: Contract, ownership: Ownership | None = None) -> None:
        self._contract = contract
        self._ownership = ownership or Ownership(is_shared=False)
        # Dicts for their order: what was made first is deleted last.
        self._made: dict[str, None] = {}
        self._sought: dict[Sought, None] = {}
        self._unfindable: dict[str, None] = {}
        self._untraceable: dict[str, None] = {}
        self._doubtful: set[str] = set()
        self._uncertain: set[str] = set()

    def note(self, decoded: DecodedExchange) -> None:
        """Learn from an exchange what was made or deleted."""
        operation = decoded.operation
        if operation is None:
            return
        if operation.method == "DELETE" and (decoded.is_success or decoded.status == NOT_FOUND):
            self._deleted(fill(operation, decoded.path_values), is_certain=decoded.is_success)
        elif decoded.is_success:
            self._note_making(operation, decoded)
        elif decoded.status not in REFUSALS:
            # A server may fail, or lead elsewhere, after it has acted (RFC 9110 section 15.4.4).
            self.note_lost(decoded)

    def note_lost(self, decoded: DecodedExchange) -> None:
        """Learn that a call had no response: what it was to make may have been made, with the ids that were sent."""
        operation = decoded.operation
        for link in _deletions(self._contract, operation) if operation else ():
            self._note_sent(link, decoded)

    def _note_making(self, operation: Operation, decoded: DecodedExchange) -> None:
        for link in _deletions(self._contract, operation):
            shown = list(link.each(decoded.values))
            if decoded.once(request_body.breaches_of):
                # A wrong request that was taken may have made it under another id than it sent.
                shown += link.each(_as_answered(decoded.values))
            for values in shown:
                self._add(link, values)
            self._note_sent(link, decoded, is_shown=bool(shown))

    def _note_sent(self, link: Link, decoded: DecodedExchange, *, is_shown: bool = False) -> None:
        """Note what a call may have made by what it sent; `is_shown` where its answer has told of something."""
        for values in _texts(link, decoded.values if is_shown else _as_sent(decoded.values)):
            if values is not None:
                self._add(link, values, is_certain=is_shown)
            elif not is_shown:
                self._seek(decoded)

    def _add(self, link: Link, values: dict[str, str], *, is_certain: bool = True) -> None:
        path = fill(self._contract.operations[link.operation_id], values)
        if not all(map(is_segment, values.values())):
            self._unfindable[path] = None
            return
        if not self._ownership.is_own(path):
            return
        if not all(map(is_findable, values.values())):
            self._doubtful.add(path)
        if not is_certain and path not in self._made:
            self._uncertain.add(path)
        self._made.setdefault(path)
        self._ownership.claim(path)

    def _seek(self, decoded: DecodedExchange) -> None:
        """Note that something is to be looked for which the server has named."""
        operation = decoded.operation
        entity_type = self._type_made_by(operation.id) if operation else None
        if operation is None or entity_type is None or entity_type.lister is None:
            return
        lister = fill(entity_type.lister, decoded.path_values)
        is_below_own = self._ownership.is_below_own(lister)
        mark = "" if is_below_own else unique_text(decoded.values.request)
        if mark or is_below_own:
            self._sought[Sought(operation.id, lister, mark)] = None
        else:
            self._untraceable[fill(operation, decoded.path_values)] = None

    def _deleted(self, path: str, *, is_certain: bool) -> None:
        was_made = path in self._made
        if not is_certain and path in self._uncertain:
            # The call that makes it may still be under way.
            self._uncertain.discard(path)
            return
        self._made.pop(path, None)
        if is_certain:
            # What stood below it cannot be reached any more.
            for below in [each for each in self._unfindable if each.startswith(f"{path}/")]:
                del self._unfindable[below]
        elif was_made and path in self._doubtful:
            self._unfindable[path] = None

    def makes(self, decoded: DecodedExchange) -> list[str]:
        """The paths of what a call is to make, by what it sends; of those that can be asked for."""
        links = _deletions(self._contract, decoded.operation) if decoded.operation else []
        return [
            fill(self._contract.operations[link.operation_id], values)
            for link in links
            for values in _texts(link, _as_sent(decoded.values))
            if values is not None and all(map(is_segment, values.values()))
        ]

    def is_deletable(self, decoded: DecodedExchange) -> bool:
        """Whether what a call is to make can be deleted, whoever serves it, as far as the client chooses its id."""
        operation = decoded.operation
        sent = _as_sent(decoded.values)
        ids = (
            expression.at(index).evaluate(sent)
            for link in (_deletions(self._contract, operation) if operation else ())
            for expression in link.parameters.values()
            if expression.is_of_body
            for index in range(expression.count(sent) if expression.is_in_list else 1)
        )
        return all(is_findable(own) for own in ids if isinstance(own, str))

    def sought(self) -> list[Sought]:
        """What is to be looked for in lists, once: who asks has it from then on."""
        sought = list(self._sought)
        self._sought.clear()
        return sought

    def found(self, sought: Sought, listed: Any) -> None:
        """Learn from a list what something that was looked for is called."""
        entity_type, parents = self._type_made_by(sought.creator), self._contract.find("GET", sought.lister)
        if entity_type is None or entity_type.deleter is None or parents is None:
            return
        for item in _items(listed):
            own = item.get(entity_type.member)
            is_it = not sought.mark or any(text == sought.mark for _, text in texts_in(item))
            if is_it and isinstance(own, str) and is_segment(own):
                self._made.setdefault(
                    fill(entity_type.deleter, {**parents.path_parameters, entity_type.parameter: own})
                )

    def _type_made_by(self, creator: str) -> EntityType | None:
        return next((each for each in self._contract.entity_types if each.creator.id == creator), None)

    def left(self) -> list[list[str]]:
        """The paths to delete, the latest first; those in one list do not depend on each other.

        What stands below another entity goes before it.
        """
        latest_first = list(reversed(self._made))
        deepest_first = sorted(latest_first, key=_depth, reverse=True)
        return [list(level) for _, level in itertools.groupby(deepest_first, _depth)]

    @property
    def unfindable(self) -> tuple[str, ...]:
        """The paths of what has an id that no path carries, or that was not found by its path."""
        return tuple(self._unfindable)

    @property
    def untraceable(self) -> tuple[str, ...]:
        """The paths of calls that may have made what nothing tells from others."""
        return tuple(self._untraceable)


def unique_text(sent: Any) -> str:
    """A text in what was sent that nobody else has sent; empty where there is none."""
    return next((text for _, text in texts_in(sent) if is_unique(text)), "")


def _deletions(contract: Contract, operation: Operation) -> list[Link]:
    """The links from what a call makes to what deletes it."""
    if operation.method not in MAKING:
        return []
    links = success_links(operation)
    return [link for link in links if contract.operations[link.operation_id].method == "DELETE"]


def _as_sent(values: Values) -> Values:
    """As if the response had shown what was sent."""
    return replace(values, response=values.request)


def _as_answered(values: Values) -> Values:
    """As if what the response shows had been sent."""
    return replace(values, request=values.response)


def _texts(link: Link, values: Values) -> Iterator[dict[str, str] | None]:
    """The parameters of each call that a link leads to, also where they are no texts; None where some are missing."""
    for found in link.every(values):
        texts = {name: value for name, value in found.items() if isinstance(value, str)}
        texts |= {name: json.dumps(value) for name, value in found.items() if isinstance(value, int | float)}
        yield texts if len(texts) == len(found) else None


def _items(listed: Any) -> Iterator[dict[str, Any]]:
    """The objects in the list that a value is, or has as a member."""
    lists = [listed, *listed.values()] if isinstance(listed, dict) else [listed]
    for each in lists:
        if isinstance(each, list):
            yield from (item for item in each if isinstance(item, dict))


def _depth(path: str) -> int:
    return path.count("/")
