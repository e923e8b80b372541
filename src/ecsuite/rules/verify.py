"""Records in a client's journal whether promises about more than one exchange were kept."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from ecsuite.client import Api, checked_of, fill, is_checked
from ecsuite.compare import Difference, by_instant, differences, plain, without_omissions
from ecsuite.contract import Pointer
from ecsuite.findings.breach import STATUS, Breach, Place, body
from ecsuite.findings.datum import NOTHING
from ecsuite.http import httpx
from ecsuite.json_paths import Path, at_path
from ecsuite.messages.media import UndecodableError, read_json
from ecsuite.promises import DELETED_IS_GONE, ROUND_TRIP, Promise
from ecsuite.rules.before import is_as_before, unchanged
from ecsuite.rules.reading import json_or_none, member_of, wrong_places
from ecsuite.rules.unknown_id import finds_any_id


class Verify:
    """Records verdicts: each method returns whether the promise was kept, and none raises.

    Args:
        api: the client; its journal gets the findings.
    """

    def __init__(self, api: Api) -> None:
        self._api = api

    def that(self, promise: Promise, response: httpx.Response, breach: Breach, *, holds: bool) -> bool:
        """Record that a promise was kept, or that it is broken.

        Args:
            promise: the promise of the rule.
            response: the response of the call to blame.
            breach: how the promise is broken, if it is.
            holds: whether the promise was kept.
        """
        if holds:
            self.passed(promise)
        else:
            self._api.add_finding(promise, breach, response)
        return holds

    def status(
        self,
        promise: Promise,
        response: httpx.Response,
        statuses: Iterable[int],
        *,
        rule: Pointer | None = None,
        case: str = "",
        note: str = "",
    ) -> bool:
        """Record whether a response has one of the statuses that a promise requires."""
        wanted, actual = sorted(statuses), response.status_code
        breach = Breach.of("status", STATUS, wanted, actual, rule=rule, case=case, note=note)
        return self.that(promise, response, breach, holds=actual in wanted)

    def none(
        self,
        promise: Promise,
        response: httpx.Response,
        found: Collection[Any],
        at: Place,
        *,
        rule: Pointer | None = None,
        seen_by: str = "",
        note: str = "",
    ) -> bool:
        """Record whether nothing was found that must not exist; `found` has JSON values."""
        first = next(iter(found), None)
        breach = Breach.of("present", at, actual=first, rule=rule, seen_by=seen_by, note=note)
        return self.that(promise, response, breach, holds=not found)

    def some(
        self,
        promise: Promise,
        response: httpx.Response,
        found: Collection[Any],
        at: Place,
        *,
        seen_by: str = "",
        note: str = "",
    ) -> bool:
        """Record whether something that must exist was found."""
        breach = Breach.of("absent", at, seen_by=seen_by, note=note)
        return self.that(promise, response, breach, holds=bool(found))

    def once(
        self,
        promise: Promise,
        response: httpx.Response,
        value: Any,
        times: int,
        at: Place,
        *,
        case: str = "",
        seen_by: str = "",
    ) -> bool:
        """Record whether a value occurs in a list exactly once."""
        kind, actual = ("duplicate", times) if times else ("absent", NOTHING)
        breach = Breach.of(kind, at, value, actual, case=case, seen_by=seen_by)
        return self.that(promise, response, breach, holds=times == 1)

    def count(
        self,
        promise: Promise,
        response: httpx.Response,
        expected: int,
        actual: int,
        at: Place,
        *,
        seen_by: str = "",
        note: str = "",
    ) -> bool:
        """Record whether a number is as expected."""
        breach = Breach.of("count", at, expected, actual, seen_by=seen_by, note=note)
        return self.that(promise, response, breach, holds=actual == expected)

    def equal(
        self,
        promise: Promise,
        response: httpx.Response,
        expected: Any,
        actual: Any,
        at: Place,
        *,
        note: str = "",
    ) -> bool:
        """Record whether a value and its type are as expected; not checked if it is `NOTHING`."""
        if actual is NOTHING:
            self.not_checked(promise, f"the response has no {at.path[-1]}")
            return True
        holds = type(expected) is type(actual) and expected == actual
        return self.that(promise, response, Breach.of("changed", at, expected, actual, note=note), holds=holds)

    def says(self, promise: Promise, response: httpx.Response, name: str, *, value: bool) -> bool:
        """Record whether a boolean member of a response's object has a value; not checked if it is missing.

        If the checks have found that it is not a boolean, that is not reported again.
        """
        if (name,) in wrong_places(response):
            return False
        return self.equal(promise, response, value, member_of(response, name, NOTHING), body((name,)))

    def passed(self, promise: Promise) -> None:
        """Record that a promise was kept."""
        self._api.journal.add_passed(promise)

    def not_checked(self, promise: Promise, reason: str) -> None:
        """Record that a promise could not be judged, and why."""
        self._api.journal.add_not_checked(promise, reason)

    def accepted(self, response: httpx.Response, why: str = "", promise: Promise = ROUND_TRIP) -> bool:
        """Whether a call that may be rejected was accepted; if not, it is recorded that its effect is not checked."""
        if not response.is_success:
            self.not_checked(promise, f"refused with {response.status_code}{f': {why}' if why else ''}")
        return response.is_success

    def shows_if_any(self, sent: Any, response: httpx.Response, depth: int = 1) -> bool:
        """The same as `shows`, but only if the response is an object at all."""
        is_object = isinstance(json_or_none(response.content), dict)
        return not is_object or self.shows(sent, response, depth=depth)

    def shows_item(self, item: Any, response: httpx.Response) -> bool:
        """Record whether a response shows an entity as a list does, as its whole body or in one of its members."""
        value = json_or_none(response.content)
        members = value.items() if isinstance(value, dict) else ()
        inner = [name for name, own in members if isinstance(own, dict) and item.keys() <= own.keys()]
        at = () if not inner or item.keys() & value.keys() else (inner[0],)
        return self.shows(by_instant(item), response, whole=True, at=at)

    def unreadable(self, read: httpx.Response, deleted: httpx.Response) -> bool:
        """Record whether what was deleted cannot be read any more; a breach blames the deletion, not the reading."""
        call = checked_of(read).decoded
        reader = call.operation if read.is_success else None
        if reader and not finds_any_id(self._api, fill(reader, call.path_values)):
            breach = Breach.of("present", body(), actual=json_or_none(read.content), seen_by=reader.id)
            self.that(DELETED_IS_GONE, deleted, breach, holds=False)
        return not read.is_success

    def status_like(
        self,
        promise: Promise,
        response: httpx.Response,
        unknown: httpx.Response,
        allowed: Collection[int],
        rule: Pointer,
    ) -> bool:
        """Record whether a response has the status that an unknown id got; not checked if that one is not allowed."""
        if unknown.status_code not in allowed:
            self.not_checked(promise, f"an unknown id gets {unknown.status_code}")
            return True
        return self.status(promise, response, {unknown.status_code}, rule=rule, note="as for an unknown id")

    def mentions_nothing_of(
        self, promise: Promise, response: httpx.Response, marks: Mapping[str, str], rule: Pointer
    ) -> bool:
        """Record whether a response contains none of the strings in `marks`, which also has their names in messages."""
        found = [name for mark, name in marks.items() if mark in response.text]
        return self.none(promise, response, found, body(), rule=rule, note="nothing of another partner's")

    def shows(
        self,
        sent: Any,
        response: httpx.Response,
        *,
        whole: bool = False,
        at: Path = (),
        depth: int = 1,
        promise: Promise = ROUND_TRIP,
    ) -> bool:
        """Record each difference between what was sent and what a response shows.

        Places at which the checks have found errors are not reported again: a string instead of a number is one fault,
        although it also differs from what was sent. If all differing values are as before a change, one finding says
        that the change is not shown.

        Args:
            sent: the JSON value that must be shown.
            response: the response that must show it.
            whole: whether a member that is missing in the response is a difference, too.
            at: the place of the value in the response.
            depth: the nesting, in members, down to which a response that is not `whole` may omit members: it may omit
                an entity, but must not show only a part of it.
            promise: the promise of the rule.
        """
        got = self._read(promise, response, at)
        if got is NOTHING:
            return False
        every = differences(sent, got, at)
        found = list(every if whole else without_omissions(every, depth + _names(at)))
        wrong = wrong_places(response)
        if not at and not wrong and self._is_as_before(found, got, response):
            breach = unchanged(found, plain(sent), got)
            self._api.add_finding(promise, breach, response)
            return False
        for difference in found:
            if not any(difference.path[: len(place)] == place for place in wrong):
                self._api.add_finding(promise, difference.breach(), response)
        if not found:
            self.passed(promise)
        return not found

    def _is_as_before(self, found: Sequence[Difference], got: Any, response: httpx.Response) -> bool:
        """Whether a response that does not show a change shows the state before it."""
        earlier = (result.exchange for result in [*self._api.journal.results])
        return is_checked(response) and is_as_before(found, got, checked_of(response).decoded.exchange, earlier)

    def _read(self, promise: Promise, response: httpx.Response, at: Path) -> Any:
        """The value at a place in a response; if there is none, record a finding and return `NOTHING`."""
        try:
            got = at_path(read_json(response.content).value, at, NOTHING)
        except UndecodableError as error:
            if () not in wrong_places(response):
                breach = Breach.of("unreadable", body(), "application/json", error.reason, note=str(error))
                self._api.add_finding(promise, breach, response)
            return NOTHING
        if got is NOTHING and not any(at[: len(place)] == place for place in wrong_places(response)):
            self._api.add_finding(promise, Breach.of("absent", body(at)), response)
        return got


def _names(path: Path) -> int:
    return sum(isinstance(token, str) for token in path)
