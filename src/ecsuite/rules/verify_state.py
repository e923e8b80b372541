"""Looks at the API to see whether a promise was kept: entities, lists, and what a call left behind."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Final

from ecsuite.client import Api, fill
from ecsuite.contract import EntityType, Pointer
from ecsuite.findings.datum import MISSING
from ecsuite.http import httpx
from ecsuite.json_paths import Path
from ecsuite.legacy_words import describe
from ecsuite.rules.call import Call
from ecsuite.rules.entity import Entity
from ecsuite.rules.inputs import survives_a_path, unspecified
from ecsuite.rules.listing import Listing, Lists
from ecsuite.rules.promises import CREATION_RESPONSE, GONE, LISTED_ONCE, REFUSED_CHANGES_NOTHING, SENT_COMES_BACK
from ecsuite.rules.reading import json_or_none, member_of
from ecsuite.rules.representation import Representation
from ecsuite.rules.snapshots import PROBE, Difference, NoSuch, Snapshot, Snapshots, shown
from ecsuite.rules.verify import Verify

# How often what may be somebody else's doing is looked at again.
ROUNDS: Final = 3
# Nothing but an id is as long as this and stands in a request and in what it changed.
SHORTEST_ID: Final = 20


class VerifyState(Verify):
    """Verifies what the API has, by calls of its own; soft as `Verify` is.

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

    def reads(self, path: str, sent: Any, *, promise: str = SENT_COMES_BACK) -> bool:
        """Record whether what is read at a path shows what was sent."""
        response = self._api.get(path, strict=False)
        # Another status is a finding of the checks already.
        return response.is_success and self.shows(sent, response, promise=promise)

    def readable(self, entity: Entity) -> bool:
        """Record whether an entity can be read as it must be shown, under a deprecated name, too."""
        return self._readable(entity, lambda response: self._shows_deprecated(entity, response))

    def readable_as_created(self, entity: Entity) -> bool:
        """Record whether an entity can be read as it must be shown, and as the response that made it showed it."""
        return self._readable(entity, lambda response: self._shows_as_created(entity, response))

    def _readable(self, entity: Entity, as_well: Callable[[httpx.Response], bool]) -> bool:
        response = self._api.get(entity.path, strict=False)
        # Another status is a finding of the checks already.
        return response.is_success and self.shows(entity.representation, response) & as_well(response)

    def _shows_as_created(self, entity: Entity, response: httpx.Response, at: Path = ()) -> bool:
        """Record whether a response shows of an entity what the response that made it did, as far as that stays."""
        told = self._representation.immutable(entity.type, json_or_none(entity.created.content))
        return self.shows(told, response, at=at, promise=CREATION_RESPONSE)

    def listed_once(self, listing: Listing, entity: Entity) -> bool:
        """Record whether a list has an entity once."""
        found = listing.of(entity.type, entity.id)
        return self.that(
            LISTED_ONCE,
            listing.first,
            holds=len(found) == 1,
            at=f"an item with the {entity.type.member} {entity.id}",
            expected="once in the list",
            actual=f"{len(found)} times",
        )

    def each_listed_once(self, listing: Listing, member: str, ids: Sequence[str], what: str) -> bool:
        """Record whether a list has each of many entities once."""
        times = listing.count(member)
        missing = [own for own in ids if times[own] != 1]
        return self.that(
            LISTED_ONCE,
            listing.first,
            holds=not missing,
            at="the list",
            expected=f"each of {len(ids)} {what}s once",
            actual=f"{len(ids) - len(missing)} of them once",
        )

    def listed(self, entity: Entity) -> bool:
        """Record whether each list of an entity's type shows it once, and as it must be shown."""
        return self.all_listed([entity])

    def all_listed(self, entities: Sequence[Entity]) -> bool:
        """Record whether each list shows each of several entities of one type and parent once, as it must be shown."""
        kept = True
        for _, listing in self._lists.of(entities[0].type, entities[0].ids) if entities else ():
            for entity in entities:
                kept &= self.listed_once(listing, entity)
                for item in listing.of(entity.type, entity.id):
                    kept &= self.shows(entity.representation, item.page, at=item.place)
                    kept &= self._shows_as_created(entity, item.page, item.place)
        return kept

    def not_listed(self, promise: str, listing: Listing, entity: Entity, why: str, rule: Pointer | None = None) -> bool:
        """Record whether a list does not have an entity; `why` says of whose it is."""
        return self.none(
            promise,
            listing.first,
            listing.of(entity.type, entity.id),
            at="the list",
            expected=f"nothing {why}",
            actual=f"{entity.id} in the list",
            rule=rule,
        )

    def gone(self, entity: Entity, blame: httpx.Response) -> bool:
        """Record whether a deleted entity can neither be read nor is in any list."""
        kept = [self._absent(entity, blame)]
        for lister, listing in self._lists.of(entity.type, entity.ids, expect=PROBE):
            left = listing.of(entity.type, entity.id)
            times = f"listed {len(left)} times"
            kept.append(
                self.none(GONE, blame, left, at=f"{lister} afterwards", expected="not in the list", actual=times)
            )
        return all(kept)

    def _absent(self, entity: Entity, blame: httpx.Response) -> bool:
        state, absent = self._snapshots.state_of(entity.path), entity.type.reader.unknown(entity.type.parameter)
        return self.that(
            GONE,
            blame,
            holds=isinstance(state, NoSuch) and state.status in absent,
            at=f"{entity.type.reader} afterwards",
            expected=" or ".join(map(str, sorted(absent, reverse=True))),
            actual=shown(state),
        )

    def is_there(self, promise: str, entity: Entity, blame: httpx.Response, *, there: bool) -> bool:
        """Record whether an entity can be read, or cannot, as a response says."""
        state = self._snapshots.state_of(entity.path)
        return self.that(
            promise,
            blame,
            holds=isinstance(state, NoSuch) is not there,
            at=f"{entity.type.reader} afterwards",
            expected="200, for the response shows it" if there else "404",
            actual=shown(state),
        )

    def there_as_told(self, entity: Entity, response: httpx.Response) -> bool:
        """Record whether an entity is there where the response to a batch shows it, and is not where it was refused."""
        if not response.is_success:
            return self.is_there(REFUSED_CHANGES_NOTHING, entity, response, there=False)
        if entity.id in response.text:
            return self.is_there(CREATION_RESPONSE, entity, response, there=True)
        self.not_checked(CREATION_RESPONSE, "the response does not say whether the entity was made")
        return True

    def nothing_at(self, promise: str, entity_type: EntityType, path: str, refused: httpx.Response) -> bool:
        """Record whether a refused call has left nothing at a path of an entity type."""
        state = self._snapshots.state_of(path)
        return self.that(
            promise,
            refused,
            holds=state == NoSuch(httpx.codes.NOT_FOUND),
            at=f"{entity_type.reader} afterwards",
            expected="404",
            actual=shown(state),
        )

    def shows_nothing_of(
        self, promise: str, listing: Listing, marks: Iterable[str], entity_type: EntityType, refused: httpx.Response
    ) -> bool:
        """Record whether a list, of a parent that was made later, shows nothing of what was refused before."""
        return self.none(
            promise,
            refused,
            [mark for mark in marks for page in listing.pages if mark in page.text],
            at=f"{entity_type.lister}, after the {entity_type.parent} was made",
            expected=f"no {entity_type} from before",
            actual="the refused one is listed",
        )

    def not_made(self, entity_type: EntityType, ids: Mapping[str, str], refused: httpx.Response) -> bool:
        """Record whether a refused call has left no entity with these path parameters behind."""
        made = self._api.get(fill(entity_type.reader, ids), expect=PROBE)
        return self.that(
            REFUSED_CHANGES_NOTHING,
            refused,
            holds=not made.is_success,
            at=f"{entity_type.reader} afterwards",
            expected=f"no {entity_type} {ids[entity_type.parameter]}",
            actual=f"status {made.status_code}",
        )

    def not_made_at(self, call: Call, parameter: str, refused: httpx.Response) -> bool:
        """Record whether a refused call with an unknown id has left no entity of that id behind."""
        contract = self._api.checker.contract
        types = [each for each in contract.entity_types if each.parameter == parameter]
        named = [each for each in types if set(each.parameters) <= set(call.ids)]
        return not named or self.not_made(named[0], call.ids, refused)

    def taken_id_is_there(self, entity: Entity, what: str) -> bool:
        """Record whether an entity whose unusual id was taken is listed under it, and can be read by it."""
        found = len(self._lists.read(entity.collection).of(entity.type, entity.id))
        kept = self.that(
            LISTED_ONCE,
            entity.created,
            holds=found == 1,
            at=f"{entity.type.lister} afterwards",
            expected=f"an item with the {entity.type.member} that was taken ({what})",
            actual=f"{found} such items",
        )
        if not survives_a_path(entity.id):
            self.not_checked(SENT_COMES_BACK, "not every path carries such an id")
            return kept
        response = self._api.get(entity.path, expect=unspecified(f"{what} as an id"))
        return kept & self.status(SENT_COMES_BACK, response, {200}, f"for {what} as an id, which was taken")

    def unchanged(
        self,
        promise: str,
        before: Snapshot,
        blame: httpx.Response,
        *,
        rule: Pointer | None = None,
        sent: Iterable[httpx.Response] = (),
        again: Callable[[], object] | None = None,
    ) -> bool:
        """Take a snapshot again, and record each difference.

        Args:
            promise: of the rule.
            before: how everything was.
            blame: the response of the call that is to blame for any change.
            rule: where in the contract the promise stands.
            sent: responses of several calls; a change that shows the ids of one of them is that call's.
            again: does the same once more. What the API names may be somebody else's doing, though it tells of this
                world's entities: who shares the sandbox makes such things, too, but not each time.
        """
        found = before.differences(self._snapshots.again(before))
        for _ in range(ROUNDS):
            if again is None or not found or not all(each.probe.is_shared for each in found):
                break
            found, changes_by_itself = self._repeated(before, again)
            if found and changes_by_itself:
                self.not_checked(promise, "others make such things meanwhile, again and again")
                return True
        for each in found:
            self._changed(promise, each, _blamed(each.value, sent, blame), rule)
        if not found:
            self.passed(promise)
        return not found

    def _changed(self, promise: str, found: Difference, blame: httpx.Response, rule: Pointer | None) -> bool:
        at = f"{found.at} afterwards"
        return self.that(promise, blame, holds=False, at=at, expected=found.expected, actual=found.actual, rule=rule)

    def _repeated(self, snapshot: Snapshot, act: Callable[[], object]) -> tuple[list[Difference], bool]:
        """What changes when an act is repeated; and whether that changes in as long a time though nothing is done."""
        started, before = time.monotonic(), self._snapshots.again(snapshot)
        act()
        now = self._snapshots.again(snapshot)
        found, took = before.differences(now), time.monotonic() - started
        end = time.monotonic() + max(2 * took, 1.0)
        while found and time.monotonic() < end:
            if now.differences(self._snapshots.again(snapshot)):
                return found, True
        return found, False

    def grew_less(
        self, promise: str, before: Snapshot, calls: Sequence[httpx.Response], rule: Pointer | None = None
    ) -> bool:
        """Record whether lists grew by less than an item for each of several calls.

        Others may make a few of the same meanwhile, but hardly one for each refused call.
        """
        now = self._snapshots.again(before)
        kept = []
        for probe, was in before.states.items():
            if isinstance(was, NoSuch) or isinstance(now.states[probe], NoSuch):
                self.not_checked(promise, f"{probe.label} cannot be read")
                continue
            more = now.states[probe] - was
            kept.append(
                self.that(
                    promise,
                    calls[-1],
                    holds=more < len(calls),
                    at=f"{probe.label} afterwards",
                    expected=f"the {was} items from before",
                    actual=f"{more} more, after {len(calls)} refused calls",
                    rule=rule,
                )
            )
        return all(kept)

    def changed_only(
        self, promise: str, entity: Entity, before: Mapping[str, Any], name: str, blame: httpx.Response
    ) -> bool:
        """Record each member that a change moved beside the one that it names; `before` is what the entity was then."""
        after, kept = self._snapshots.members_of(entity), True
        for other in sorted(before.keys() - {name} - self._representation.deprecated(entity.type, name)):
            now = after.get(other, MISSING)
            kept &= self.that(
                promise,
                blame,
                holds=before[other] == now,
                at=f"{entity.type.reader} /{other} afterwards",
                expected=f"{shown(before[other])}, as before, for the request names {name} alone",
                actual=shown(now),
            )
        return kept

    def replaced_whole(
        self, promise: str, entity: Entity, before: Mapping[str, Any], body: Mapping[str, Any], blame: httpx.Response
    ) -> bool:
        """Record each member that a replacement leaves out and that still has its old value.

        Its new value is unspecified; that of a boolean may be the old one.
        """
        after, kept = self._snapshots.members_of(entity), True
        omitted = [name for name in entity.body if name not in body and not isinstance(before.get(name), bool | None)]
        for name in omitted:
            kept &= self.that(
                promise,
                blame,
                holds=after.get(name) != before[name],
                at=f"{entity.type.reader} /{name} afterwards",
                expected=f"no more {shown(before[name])}, for the request leaves it out",
                actual=shown(after.get(name)),
            )
        return kept

    def _shows_deprecated(self, entity: Entity, response: httpx.Response) -> bool:
        """Record whether what was sent under a deprecated name is shown, there or under the name in its place."""
        if not entity.type.creator.request:
            return True
        kept = []
        for old, name in self._representation.successors(entity.type, entity.body).items():
            sent, new = entity.body[old], member_of(response, name)
            kept.append(
                self.that(
                    SENT_COMES_BACK,
                    response,
                    holds=sent in (member_of(response, old, sent), *(new if isinstance(new, list) else [new])),
                    at=f"body /{old}",
                    expected=f"{describe(sent)}, here or in /{name}",
                    actual=describe(member_of(response, old)),
                )
            )
        return all(kept)


def _blamed(value: Any, sent: Iterable[httpx.Response], otherwise: httpx.Response) -> httpx.Response:
    """The response to the call whose ids a changed value shows; `otherwise` where it shows none."""
    text = json.dumps(value, ensure_ascii=False, default=str)
    return next((each for each in sent if _shares_id(json_or_none(each.request.content), text)), otherwise)


def _shares_id(body: Any, text: str) -> bool:
    if isinstance(body, dict):
        return any(_shares_id(item, text) for item in body.values())
    return isinstance(body, str) and len(body) > SHORTEST_ID and body in text
