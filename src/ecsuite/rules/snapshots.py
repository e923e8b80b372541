"""Everything that a call could change, before and after it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from operator import is_
from typing import Any, Final, Literal

from ecsuite import compare
from ecsuite.client import Api, checked_of, fill
from ecsuite.contract import Contract, EntityType, Operation, parameters
from ecsuite.findings.breach import STATUS, Breach, body, listed
from ecsuite.messages.exchange import Expectation
from ecsuite.rules.call import Call
from ecsuite.rules.entity import Entity
from ecsuite.rules.listing import Lists
from ecsuite.rules.values import Values
from ecsuite.samples import Body

PROBE: Final = Expectation("probe", unspecified=True)
AS_BEFORE: Final = "as before"


@dataclass(frozen=True, slots=True)
class NoSuch:
    """A missing state: the status of the response that showed none."""

    status: int


@dataclass(frozen=True, slots=True)
class Probe:
    """A call that shows a state.

    Attributes:
        operation: the id of the called operation; empty if the contract has no such operation.
        path: the path relative to the base URL.
        shows: one value; all items of a list; only its items with a value that was drawn here; or their number.
        is_shared: whether others may cause a change that refers to this world's entities.
    """

    operation: str
    path: str
    shows: Literal["value", "items", "own items", "length"] = "value"
    is_shared: bool = False


@dataclass(frozen=True, slots=True)
class Difference:
    """A difference of a later snapshot: its probe, how it differs, and the value now, or before if it is missing."""

    probe: Probe
    breach: Breach
    value: Any


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The states that probes showed at one time."""

    states: Mapping[Probe, Any]

    def differences(self, later: Snapshot) -> list[Difference]:
        """The differences of a later snapshot of the same probes."""
        return [found for probe, was in self.states.items() for found in _differences(probe, was, later.states[probe])]


class Snapshots:
    """Takes snapshots.

    Args:
        api: the client.
        lists: reads lists.
        values: the drawn values, by which this world's entities are recognized.
    """

    def __init__(self, api: Api, lists: Lists, values: Values) -> None:
        self._api = api
        self._lists = lists
        self._values = values

    def around(self, call: Call) -> Snapshot:
        """A snapshot of everything that a call could change."""
        return self._take(probes_around(self._contract, call).values())

    def of(self, entities: Iterable[Entity]) -> Snapshot:
        """A snapshot of entities."""
        return self.at(entity.path for entity in entities)

    def at(self, paths: Iterable[str]) -> Snapshot:
        """A snapshot of what some paths show."""
        return self._take(Probe(self._called_at(path), path) for path in paths)

    def list_at(self, lister: Operation, ids: Mapping[str, str]) -> Snapshot:
        """A snapshot of all items of a list."""
        return self._take([Probe(lister.id, fill(lister, ids), "items")])

    def lengths(self, operation: Operation) -> Snapshot:
        """A snapshot of the lengths of the lists in which an operation without a body creates entities."""
        listers = [
            entity_type.lister
            for entity_type in self._contract.entity_types
            if entity_type.creator is operation and not operation.request
        ]
        return self._take(Probe(lister.id, fill(lister, {}), "length") for lister in listers if lister)

    def again(self, snapshot: Snapshot) -> Snapshot:
        """A new snapshot of the same probes."""
        return self._take(snapshot.states)

    def state_of(self, path: str) -> Any:
        """The state at a path: a JSON value, or `NoSuch` with a status."""
        response = self._api.get(path, expect=PROBE)
        return checked_of(response).known() if response.is_success else NoSuch(response.status_code)

    def items_of(self, path: str) -> list[Any] | NoSuch:
        """The items of a list, of all its pages; or `NoSuch` with a status."""
        listing = self._lists.read(path, PROBE)
        return self._lists.known(listing) if listing.is_success else NoSuch(listing.first.status_code)

    def members_of(self, entity: Entity) -> dict[str, Any]:
        """The members of an entity as it is now, without those that the API maintains.

        Raises:
            PromiseBroken: it cannot be read; the finding is in the journal.
        """
        value = checked_of(self._api.get(entity.path)).known()
        return value if isinstance(value, dict) else {}

    def _called_at(self, path: str) -> str:
        """The id of the operation that reads a path."""
        match = self._contract.find("GET", path)
        return match.operation.id if match else ""

    @property
    def _contract(self) -> Contract:
        return self._api.checker.contract

    def _take(self, probes: Iterable[Probe]) -> Snapshot:
        wanted = list(dict.fromkeys(probes))
        return Snapshot(dict(zip(wanted, self._api.map_concurrently(self._state, wanted), strict=True)))

    def _state(self, probe: Probe) -> Any:
        if probe.shows == "value":
            return self.state_of(probe.path)
        items = self.items_of(probe.path)
        if isinstance(items, NoSuch):
            return items
        if probe.shows == "length":
            return len(items)
        # Others create entities meanwhile, so only items with values from this world count.
        return [item for item in items if probe.shows == "items" or self._values.has_drawn_of(item)]


def probes_around(contract: Contract, call: Call) -> dict[str, Probe]:
    """The probes of everything that a call could change, by their labels."""
    probes: dict[str, Probe] = {}
    for entity_type in contract.entity_types:
        reader = entity_type.reader
        if entity_type.creator is call.operation:
            probes |= _probes_of_new(entity_type, call)
        elif _begins_with(parameters(call.operation), parameters(reader)) and reader.id not in probes:
            probes[reader.id] = Probe(reader.id, fill(reader, call.ids))
    for batch in contract.batches:
        if batch.creator is call.operation and call.body:
            item = call.body.value[batch.member][0]
            ids = {name: item[name] for name in parameters(batch.entity_type.reader) if name in item}
            probes |= _probes_of_new(batch.entity_type, replace(call, ids=ids, body=Body(item)))
    beside = contract.find("GET", call.path)
    if beside and beside.operation.path == call.operation.path and _is_singleton(contract, call):
        probes[beside.operation.id] = Probe(beside.operation.id, call.path)
    return probes


def _is_singleton(contract: Contract, call: Call) -> bool:
    """Whether a call's path is neither an entity nor a list of entities, and supports more than one method.

    Only methods of the same path template count: `/users/eligible` would also match `/users/{userId}`.
    """
    known = {
        operation.path
        for entity_type in contract.entity_types
        for operation in (entity_type.reader, entity_type.creator)
    }
    own = [operation for operation in contract.operations.values() if operation.path == call.operation.path]
    return call.operation.path not in known and len(own) > 1


def _probes_of_new(entity_type: EntityType, call: Call) -> dict[str, Probe]:
    """The probes that would reveal that a call has created something: the list, and the entity if its id is known."""
    probes: dict[str, Probe] = {}
    if entity_type.lister is not None:
        is_shared = entity_type.parent is None and not entity_type.is_named_by_client
        shows: Literal["items", "own items"] = "items" if entity_type.parent else "own items"
        lister = entity_type.lister
        probes[lister.id] = Probe(lister.id, fill(lister, call.ids), shows, is_shared)
    own = call.body.value.get(entity_type.member) if call.body and isinstance(call.body.value, dict) else None
    if isinstance(own, str):
        reader = entity_type.reader
        probes[reader.id] = Probe(reader.id, fill(reader, {**call.ids, entity_type.parameter: own}))
    return probes


def _begins_with(names: tuple[str, ...], first: tuple[str, ...]) -> bool:
    return bool(first) and names[: len(first)] == first


def _differences(probe: Probe, was: Any, now: Any) -> Iterator[Difference]:
    if isinstance(was, list) and isinstance(now, list):
        if len(was) == len(now) and all(map(is_, was, now)):
            # Equal bodies are decoded to the same objects, so identical items need no comparison.
            return
        more, fewer = _beyond(now, was), _beyond(was, now)
        for item in more:
            yield Difference(probe, Breach.of("extra", listed(), actual=item, seen_by=probe.operation), item)
        for item in fewer if not more else []:
            yield Difference(probe, Breach.of("lost", listed(), item, seen_by=probe.operation), item)
    elif was != now:
        yield Difference(probe, _change(was, now, probe.operation), now)


def _change(was: Any, now: Any, seen_by: str) -> Breach:
    """How a value differs from an earlier one: its first difference, or that it appeared or disappeared."""
    if isinstance(was, NoSuch) and isinstance(now, NoSuch):
        return Breach.of("status", STATUS, [was.status], now.status, seen_by=seen_by, note=AS_BEFORE)
    if isinstance(now, NoSuch):
        return Breach.of("absent", body(), was, seen_by=seen_by, note=AS_BEFORE)
    if isinstance(was, NoSuch):
        return Breach.of("present", body(), actual=now, seen_by=seen_by, note=AS_BEFORE)
    detail = next(compare.differences(was, now), None)
    if detail is None:
        # The value has additional members.
        return Breach.of("extra", body(), was, now, seen_by=seen_by, note=AS_BEFORE)
    return detail.breach(seen_by=seen_by, note=AS_BEFORE)


def _beyond(these: list[Any], those: list[Any]) -> list[Any]:
    """The items of one list that another does not have, in any order; repeats count."""
    left = [json.dumps(item, sort_keys=True) for item in those]
    beyond = []
    for item in these:
        text = json.dumps(item, sort_keys=True)
        if text in left:
            left.remove(text)
        else:
            beyond.append(item)
    return beyond
