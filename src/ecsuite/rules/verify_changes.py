"""Records whether calls have changed nothing, or only what they should."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from ecsuite.client import Api
from ecsuite.contract import Pointer
from ecsuite.findings.breach import Breach, Place, body, listed
from ecsuite.findings.datum import NOTHING
from ecsuite.http import httpx
from ecsuite.promises import Promise
from ecsuite.rules.entity import Entity
from ecsuite.rules.reading import json_or_none
from ecsuite.rules.representation import Representation
from ecsuite.rules.snapshots import NoSuch, Probe, Snapshot, Snapshots
from ecsuite.rules.verify import Verify

# How often a call is repeated whose change may have been caused by somebody else.
ROUNDS: Final = 3
CHANGES_BY_ITSELF: Final = "it changes with each reading"
OTHERS_CREATE_SUCH: Final = "others keep creating such entities"
# A string of this length in both a request and a changed value is an id.
SHORTEST_ID: Final = 20


class VerifyChanges:
    """Verifies what calls have changed, by snapshots before and after them; records verdicts as `Verify` does.

    Args:
        api: the client.
        representation: knows which members are deprecated.
        snapshots: takes snapshots.
        verify: records the verdicts.
    """

    def __init__(self, api: Api, representation: Representation, snapshots: Snapshots, verify: Verify) -> None:
        self._api = api
        self._representation = representation
        self._snapshots = snapshots
        self._verify = verify

    def unchanged(
        self,
        promise: Promise,
        before: Snapshot,
        blame: httpx.Response,
        *,
        rule: Pointer | None = None,
        sent: Iterable[httpx.Response] = (),
        again: Callable[[], object] | None = None,
    ) -> bool:
        """Take a snapshot again, and record each difference.

        Args:
            promise: the promise of the rule.
            before: the earlier snapshot.
            blame: the response of the call to blame for any change.
            rule: the pointer to the promise in the contract.
            sent: responses of several calls; a change with an id from one of their requests is blamed on that call.
            again: repeats the calls. A new entity with a server-generated id may be somebody else's even if it refers
                to this world's entities, because others share the sandbox; but they do not create one each time.
        """
        found = before.differences(self._snapshots.again(before))
        for _ in range(ROUNDS):
            if again is None or not found or not all(each.probe.is_shared for each in found):
                break
            earlier, now, changes_by_itself = self._repeated(before, again)
            found = earlier.differences(now)
            if changes_by_itself:
                self._verify.not_checked(promise, OTHERS_CREATE_SUCH)
                return True
        unstable = self._unstable_places(before) if found else set()
        if unstable:
            self._verify.not_checked(promise, CHANGES_BY_ITSELF)
            found = [each for each in found if (each.probe, each.breach.at) not in unstable]
        for each in found:
            self._api.add_finding(promise, replace(each.breach, rule=rule), _blamed(each.value, sent, blame))
        if not found:
            self._verify.passed(promise)
        return not found

    def _unstable_places(self, snapshot: Snapshot) -> set[tuple[Probe, Place]]:
        """The places that differ between two snapshots although nothing was called in between."""
        earlier = self._snapshots.again(snapshot)
        return {(each.probe, each.breach.at) for each in earlier.differences(self._snapshots.again(snapshot))}

    def _repeated(self, snapshot: Snapshot, act: Callable[[], object]) -> tuple[Snapshot, Snapshot, bool]:
        """Snapshots before and after `act`, and whether their probes also change in twice the time without it."""
        started, before = time.monotonic(), self._snapshots.again(snapshot)
        act()
        now = self._snapshots.again(snapshot)
        has_changed, took = bool(before.differences(now)), time.monotonic() - started
        end = time.monotonic() + max(2 * took, 1.0)
        while has_changed and time.monotonic() < end:
            if now.differences(self._snapshots.again(snapshot)):
                return before, now, True
        return before, now, False

    def grew_less(
        self,
        promise: Promise,
        before: Snapshot,
        calls: Sequence[httpx.Response],
        rule: Pointer | None = None,
        *,
        again: Callable[[], object] | None = None,
    ) -> bool:
        """Record whether lists grew by fewer items than there were calls.

        Args:
            promise: the promise of the rule.
            before: the lengths of the lists before the calls.
            calls: the responses of the calls, which were refused.
            rule: the pointer to the promise in the contract.
            again: repeats the calls. Others may create as many items in the meantime, but not each time.
        """
        count, now = len(calls), self._snapshots.again(before)
        for _ in range(ROUNDS):
            if again is None or not any(_grown(before, now, probe) >= count for probe in before.states):
                break
            before, now, changes_by_itself = self._repeated(before, again)
            if changes_by_itself:
                self._verify.not_checked(promise, OTHERS_CREATE_SUCH)
                return True
        kept = []
        for probe, was in before.states.items():
            if isinstance(was, NoSuch) or isinstance(now.states[probe], NoSuch):
                self._verify.not_checked(promise, f"{probe.operation} cannot be read")
                continue
            more, note = _grown(before, now, probe), f"after {count} calls that were refused"
            breach = Breach.of("count", listed(), was, was + more, rule=rule, seen_by=probe.operation, note=note)
            kept.append(self._verify.that(promise, calls[-1], breach, holds=more < count))
        return all(kept)

    def changed_only(
        self, promise: Promise, entity: Entity, before: Mapping[str, Any], name: str, blame: httpx.Response
    ) -> bool:
        """Record each member that changed although the request did not name it; `before` is the entity before it.

        A deprecated member may change with its successor.
        """
        after, kept, deprecated = self._snapshots.members_of(entity), True, self._representation.deprecated
        changed = {other for other in before if before[other] != after.get(other, NOTHING)} | {name}
        follow = frozenset[str]().union(*(deprecated(entity.type, other) for other in changed))
        for other in sorted(before.keys() - {name} - follow):
            now = after.get(other, NOTHING)
            note, seen_by = f"for the request names {name} alone", entity.type.reader.id
            breach = Breach.of("changed", body((other,)), before[other], now, seen_by=seen_by, note=note)
            kept &= self._verify.that(promise, blame, breach, holds=before[other] == now)
        return kept

    def replaced_whole(
        self,
        promise: Promise,
        entity: Entity,
        before: Mapping[str, Any],
        sent: Mapping[str, Any],
        blame: httpx.Response,
    ) -> bool:
        """Record each member that was omitted from a PUT and still has its old value.

        Its new value is unspecified; a boolean may rightly have the same value again.
        """
        after, kept = self._snapshots.members_of(entity), True
        omitted = [name for name in entity.body if name not in sent and not isinstance(before.get(name), bool | None)]
        for name in omitted:
            note, seen_by = "for the request leaves it out", entity.type.reader.id
            breach = Breach.of("same", body((name,)), actual=before[name], seen_by=seen_by, note=note)
            kept &= self._verify.that(promise, blame, breach, holds=after.get(name) != before[name])
        return kept


def _grown(before: Snapshot, now: Snapshot, probe: Probe) -> int:
    """By how many items a list has grown; 0 if it cannot be read."""
    was, own = before.states[probe], now.states[probe]
    return 0 if isinstance(was, NoSuch) or isinstance(own, NoSuch) else own - was


def _blamed(value: Any, sent: Iterable[httpx.Response], otherwise: httpx.Response) -> httpx.Response:
    """The response to the call with an id in the changed value; `otherwise` if there is none."""
    text = json.dumps(value, ensure_ascii=False, default=str)
    return next((each for each in sent if _shares_id(json_or_none(each.request.content), text)), otherwise)


def _shares_id(body: Any, text: str) -> bool:
    if isinstance(body, dict | list):
        return any(_shares_id(item, text) for item in (body.values() if isinstance(body, dict) else body))
    return isinstance(body, str) and len(body) > SHORTEST_ID and body in text
