"""Records whether the state of the API keeps promises: entities, lists, and what calls left behind."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Final

from ecsuite.client import Api, checked_of, fill, is_findable
from ecsuite.contract import EntityType, Operation, Pointer
from ecsuite.findings.breach import STATUS, Breach, body, listed
from ecsuite.findings.datum import NOTHING
from ecsuite.http import httpx
from ecsuite.json_paths import Path
from ecsuite.promises import (
    CREATION_RESPONSE,
    DELETED_IS_GONE,
    LISTED_ONCE,
    REFUSED_CHANGES_NOTHING,
    ROUND_TRIP,
    Promise,
)
from ecsuite.rules.absence import is_not_there, shows_nothing
from ecsuite.rules.call import Call
from ecsuite.rules.entity import Entity
from ecsuite.rules.inputs import unspecified
from ecsuite.rules.listing import Item, Listing, Lists
from ecsuite.rules.reading import json_or_none, member_of
from ecsuite.rules.representation import Representation
from ecsuite.rules.snapshots import PROBE, NoSuch, Snapshots
from ecsuite.rules.unknown_id import finds_any_id
from ecsuite.rules.verify import Verify

SUCCESSES: Final = frozenset({200})
NOT_FOUND: Final = frozenset({404})


class VerifyState(Verify):
    """Verifies the state of the API by calls of its own; records verdicts as `Verify` does.

    Args:
        api: the client.
        representation: what responses must show.
        lists: reads lists.
        snapshots: takes snapshots.
    """

    def __init__(self, api: Api, representation: Representation, lists: Lists, snapshots: Snapshots) -> None:
        super().__init__(api)
        self._representation = representation
        self._lists = lists
        self._snapshots = snapshots

    def reads(self, path: str, sent: Any, *, promise: Promise = ROUND_TRIP) -> bool:
        """Record whether reading a path shows what was sent."""
        response = self._api.get(path, strict=False)
        # Another status is a finding of the checks already.
        return response.is_success and self.shows(sent, response, promise=promise)

    def readable(self, entity: Entity) -> bool:
        """Record whether an entity can be read as expected, including what was sent under deprecated names."""
        return self._readable(entity, lambda response: self._shows_deprecated(entity, response))

    def readable_as_created(self, entity: Entity) -> bool:
        """Record whether an entity can be read as expected, and as the response that created it showed it."""
        return self._readable(entity, lambda response: self._shows_as_created(entity, response))

    def _readable(self, entity: Entity, as_well: Callable[[httpx.Response], bool]) -> bool:
        response = self._api.get(entity.path, strict=False)
        # Another status is a finding of the checks already.
        return response.is_success and self.shows(entity.representation, response) & as_well(response)

    def _shows_as_created(self, entity: Entity, response: httpx.Response, at: Path = ()) -> bool:
        """Record whether a response shows the immutable part of an entity as the response that created it did."""
        immutable = self._representation.immutable(entity.type, json_or_none(entity.created.content))
        return self.shows(immutable, response, at=at, promise=CREATION_RESPONSE)

    def listed_once(self, listing: Listing, entity: Entity) -> bool:
        """Record whether a list has an entity exactly once.

        A missing entity is read as well: if it does not exist at all, that is not the fault of the list.
        """
        times = len(self._own(listing, entity))
        if not times:
            self._api.get(entity.path, strict=False)
        return self.once(LISTED_ONCE, listing.first, entity.id, times, listed(entity.type.member))

    def _own(self, listing: Listing, entity: Entity) -> list[Item]:
        """The items of a list that are an entity; a list may also have items of another type with the same id."""
        schema = entity.type.creator.body_schema if entity.type.creator.request else None
        items = listing.of(entity.type, entity.id)
        return [own for own in items if not schema or not self._representation.is_of_another_type(schema, own.value)]

    def each_listed_once(
        self, listing: Listing, member: str, ids: Sequence[str], note: str = "each of them once"
    ) -> bool:
        """Record whether a list has each of many entities exactly once; `note` adds to the expected number."""
        times = listing.count(member)
        found = sum(times[own] == 1 for own in ids)
        return self.count(LISTED_ONCE, listing.first, len(ids), found, listed(member), note=note)

    def listed(self, entity: Entity) -> bool:
        """Record whether each list of an entity's type has it once, and shows it as expected."""
        return self.all_listed([entity])

    def all_listed(self, entities: Sequence[Entity]) -> bool:
        """Record whether each list has several entities of one type and parent once, and shows them as expected."""
        kept = True
        for _, listing in self._lists.of(entities[0].type, entities[0].ids) if entities else ():
            for entity in entities:
                kept &= self.listed_once(listing, entity)
                for item in listing.of(entity.type, entity.id):
                    kept &= self.shows(entity.representation, item.page, at=item.place)
                    kept &= self._shows_as_created(entity, item.page, item.place)
        return kept

    def not_listed(
        self, promise: Promise, listing: Listing, entity: Entity, *, rule: Pointer | None = None, note: str = ""
    ) -> bool:
        """Record whether a list does not have an entity."""
        found = [entity.id for _ in listing.of(entity.type, entity.id)]
        return self.none(promise, listing.first, found, listed(entity.type.member), rule=rule, note=note)

    def gone(self, entity: Entity, blame: httpx.Response) -> bool:
        """Record whether a deleted entity can neither be read nor is in any list.

        If it can still be read, lists are not verified: that they have it, too, is the same fault.
        """
        read, allowed = self._api.get(entity.path, expect=PROBE), entity.type.reader.unknown(entity.type.parameter)
        if not shows_nothing(read):
            if finds_any_id(self._api, entity.path):
                return False
            breach = _presence(checked_of(read).known(), allowed, entity.type.reader)
            return self.that(DELETED_IS_GONE, blame, breach, holds=False)
        kept = is_not_there(self, DELETED_IS_GONE, read, allowed)
        for lister, listing in self._lists.of(entity.type, entity.ids, expect=PROBE):
            left = [entity.id for _ in self._own(listing, entity)]
            kept &= self.none(DELETED_IS_GONE, blame, left, listed(entity.type.member), seen_by=lister.id)
        return kept

    def is_there(self, promise: Promise, entity: Entity, blame: httpx.Response, *, there: bool) -> bool:
        """Record whether an entity exists, or does not, as `there` and a response say."""
        state = self._snapshots.state_of(entity.path)
        if not there and self._is_found_anyway(state, entity.path):
            return False
        breach = _presence(state, SUCCESSES if there else NOT_FOUND, entity.type.reader)
        return self.that(promise, blame, breach, holds=isinstance(state, NoSuch) is not there)

    def exists_as_shown(self, entity: Entity, response: httpx.Response) -> bool:
        """Record whether an entity of a batch exists if the response shows it, and does not if it is a refusal."""
        if not response.is_success:
            return self.is_there(REFUSED_CHANGES_NOTHING, entity, response, there=False)
        if entity.id in response.text:
            return self.is_there(CREATION_RESPONSE, entity, response, there=True)
        self.not_checked(CREATION_RESPONSE, "the response does not say whether the entity was made")
        return True

    def all_there(self, entities: Sequence[Entity]) -> bool:
        """Record whether several entities of one type and parent exist and are listed, as their creation promised."""
        found = [self.is_there(CREATION_RESPONSE, entity, entity.created, there=True) for entity in entities]
        return all(found) and self.all_listed(entities)

    def not_made_by(self, entity: Entity, refused: httpx.Response) -> bool:
        """Record whether a rejected call has not created an entity; not checked if the call was accepted."""
        if refused.is_success:
            self.not_checked(REFUSED_CHANGES_NOTHING, "what had to be refused was accepted")
            return True
        return self.is_there(REFUSED_CHANGES_NOTHING, entity, refused, there=False)

    def nothing_at(self, promise: Promise, entity_type: EntityType, path: str, refused: httpx.Response) -> bool:
        """Record whether a refused call has created nothing at a path of an entity type."""
        state = self._snapshots.state_of(path)
        if self._is_found_anyway(state, path):
            return False
        breach = _presence(state, NOT_FOUND, entity_type.reader)
        return self.that(promise, refused, breach, holds=state == NoSuch(httpx.codes.NOT_FOUND))

    def shows_nothing_of(
        self, promise: Promise, listing: Listing, marks: Iterable[str], entity_type: EntityType, refused: httpx.Response
    ) -> bool:
        """Record whether the list of a parent that was created later shows nothing of what was rejected before."""
        found = [mark for mark in marks for page in listing.pages if mark in page.text]
        seen_by = entity_type.lister.id if entity_type.lister else ""
        return self.none(promise, refused, found, listed(), seen_by=seen_by, note="nothing from before it was made")

    def not_made(self, entity_type: EntityType, ids: Mapping[str, str], refused: httpx.Response) -> bool:
        """Record whether a refused call has created no entity with these path parameters."""
        path = fill(entity_type.reader, ids)
        state = self._snapshots.state_of(path)
        if self._is_found_anyway(state, path):
            return False
        breach = _presence(state, NOT_FOUND, entity_type.reader)
        return self.that(REFUSED_CHANGES_NOTHING, refused, breach, holds=isinstance(state, NoSuch))

    def not_made_at(self, call: Call, parameter: str, refused: httpx.Response) -> bool:
        """Record whether a refused call with an unknown id has created no entity with that id."""
        contract = self._api.checker.contract
        types = [each for each in contract.entity_types if each.parameter == parameter]
        named = [each for each in types if set(each.parameters) <= set(call.ids)]
        return not named or self.not_made(named[0], call.ids, refused)

    def taken_id_is_there(self, entity: Entity, case: str) -> bool:
        """Record whether an entity with an unusual id that was accepted is listed with it, and can be read by it.

        If the response that created it shows another id, that is reported already, and the rest would only repeat it.
        """
        shown = member_of(entity.created, entity.type.member, entity.id)
        if shown != entity.id:
            return False
        times = len(self._lists.read(entity.collection).of(entity.type, entity.id))
        at, seen_by = listed(entity.type.member), entity.type.lister.id if entity.type.lister else ""
        kept = self.once(LISTED_ONCE, entity.created, entity.id, times, at, case=case, seen_by=seen_by)
        if not is_findable(entity.id) or self._api.is_beyond_reach(entity.path):
            self.not_checked(ROUND_TRIP, "not every path can contain such an id")
            return kept
        response = self._api.get(entity.path, expect=unspecified(case))
        return kept & self.status(ROUND_TRIP, response, {200}, case=case, note="for an id that was taken")

    def _is_found_anyway(self, state: Any, path: str) -> bool:
        """Whether something was read, but the server finds any id; see `finds_any_id`, which records that."""
        return not isinstance(state, NoSuch) and finds_any_id(self._api, path)

    def _shows_deprecated(self, entity: Entity, response: httpx.Response) -> bool:
        """Record whether what was sent under a deprecated name is shown, under that name or its successor."""
        if not entity.type.creator.request:
            return True
        kept = []
        for old, name in self._representation.successors(entity.type, entity.body).items():
            sent, new = entity.body[old], member_of(response, name)
            shown = (member_of(response, old, sent), *(new if isinstance(new, list) else [new]))
            actual = member_of(response, old, NOTHING)
            breach = Breach.of("changed", body((old,)), sent, actual, note=f"here or in /{name}")
            kept.append(self.that(ROUND_TRIP, response, breach, holds=sent in shown))
        return all(kept)


def _presence(state: Any, allowed: Iterable[int], reader: Operation) -> Breach:
    """The breach for a state: something exists that must not, or reading got a status that is not allowed."""
    if isinstance(state, NoSuch):
        return Breach.of("status", STATUS, sorted(allowed), state.status, seen_by=reader.id)
    return Breach.of("present", body(), actual=state, seen_by=reader.id)
