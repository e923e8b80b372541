"""Notes in a client's journal whether a promise was kept that takes more than one exchange to see."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Any, Final

from ecsuite.client import Api
from ecsuite.compare import differences, without_omissions
from ecsuite.contract import Pointer
from ecsuite.http import httpx
from ecsuite.json_paths import Path, at_path
from ecsuite.legacy_words import place, promise_of, said
from ecsuite.messages.media import UndecodableError, read_json
from ecsuite.rules.promises import SENT_COMES_BACK
from ecsuite.rules.reading import json_or_none, member_of
from ecsuite.rules.words import breach_of

MISSING: Final = object()


class Verify:
    """Records, and goes on: each of its methods says by its value whether the promise was kept, and none raises.

    Args:
        api: the client whose journal takes the findings.
    """

    def __init__(self, api: Api) -> None:
        self._api = api

    def that(
        self,
        promise: str,
        response: httpx.Response,
        *,
        holds: bool,
        at: str,
        expected: str,
        actual: str,
        rule: Pointer | None = None,
    ) -> bool:
        """Record that a promise was kept, or that it is broken.

        Args:
            promise: one of `ecsuite.rules.promises.NAMES`.
            response: the response of the call that is to blame.
            holds: whether it was kept.
            at: where it shows.
            expected: what was promised, in words.
            actual: what was seen, in words.
            rule: where in the contract the promise stands; the operation where it is left out.
        """
        if holds:
            self.passed(promise)
        else:
            self._api.add_finding(promise, said(at, expected, actual, rule), response)
        return holds

    def status(
        self, promise: str, response: httpx.Response, statuses: Iterable[int], why: str, rule: Pointer | None = None
    ) -> bool:
        """Record whether a response has one of the statuses that a promise wants; `why` says what they are for."""
        wanted = sorted(statuses)
        return self.that(
            promise,
            response,
            holds=response.status_code in wanted,
            at="status",
            expected=f"{' or '.join(map(str, wanted))}, {why}",
            actual=str(response.status_code),
            rule=rule,
        )

    def none(
        self,
        promise: str,
        response: httpx.Response,
        found: Collection[Any],
        *,
        at: str,
        expected: str,
        actual: str,
        rule: Pointer | None = None,
    ) -> bool:
        """Record whether nothing was found that breaks a promise."""
        return self.that(promise, response, holds=not found, at=at, expected=expected, actual=actual, rule=rule)

    def some(self, promise: str, response: httpx.Response, found: Collection[Any], *, at: str, expected: str) -> bool:
        """Record whether anything was found that a promise wants."""
        return self.that(promise, response, holds=bool(found), at=at, expected=expected, actual="none")

    def equal(
        self,
        promise: str,
        response: httpx.Response,
        expected: Any,
        actual: Any,
        at: str,
        words: Callable[[Any], str] = str,
    ) -> bool:
        """Record whether a value is as expected; not checked where there is none, and `actual` is `MISSING`.

        Args:
            promise: of the rule.
            response: that shows the value.
            expected: what it must be.
            actual: what it is.
            at: where it stands.
            words: puts either in words.
        """
        if actual is MISSING:
            self.not_checked(promise, f"the response has no {at.rpartition('/')[2]}")
            return True
        holds = type(expected) is type(actual) and expected == actual
        return self.that(promise, response, holds=holds, at=at, expected=words(expected), actual=words(actual))

    def says(self, promise: str, response: httpx.Response, name: str, *, value: bool) -> bool:
        """Record whether a member of a response's object is true, or false; not checked where it has none."""
        actual = member_of(response, name, MISSING)
        return self.equal(promise, response, value, actual, f"body /{name}", lambda own: str(own).lower())

    def passed(self, promise: str) -> None:
        """Record that a promise was kept."""
        self._api.journal.add_passed(promise_of(promise))

    def not_checked(self, promise: str, reason: str) -> None:
        """Record that it could not be seen whether a promise was kept, and why."""
        self._api.journal.add_not_checked(promise_of(promise), reason)

    def accepted(self, response: httpx.Response, why: str = "", promise: str = SENT_COMES_BACK) -> bool:
        """Whether a call that may be refused was not; else it is recorded that what it would do is not checked."""
        if not response.is_success:
            self.not_checked(promise, f"refused with {response.status_code}{f': {why}' if why else ''}")
        return response.is_success

    def shows_if_any(self, sent: Any, response: httpx.Response, depth: int = 1) -> bool:
        """Record each difference between what was sent and what a response shows, if it shows an object at all."""
        is_object = isinstance(json_or_none(response.content), dict)
        return not is_object or self.shows(sent, response, depth=depth)

    def shows_item(self, item: Any, response: httpx.Response) -> bool:
        """Record whether a response shows what a list shows of an entity: as the whole, or as one of its members."""
        value = json_or_none(response.content)
        members = value.items() if isinstance(value, dict) else ()
        inner = [name for name, own in members if isinstance(own, dict) and item.keys() <= own.keys()]
        at = () if not inner or item.keys() & value.keys() else (inner[0],)
        return self.shows(item, response, whole=True, at=at)

    def status_like(
        self, promise: str, response: httpx.Response, unknown: httpx.Response, allowed: Collection[int], rule: Pointer
    ) -> bool:
        """Record whether a response has the status that an unknown id got, if that was one of those allowed."""
        if unknown.status_code not in allowed:
            self.not_checked(promise, f"an unknown id gets {unknown.status_code}")
            return True
        return self.status(promise, response, {unknown.status_code}, "as for an unknown id", rule)

    def tells_nothing_of(self, promise: str, response: httpx.Response, marks: Mapping[str, str], rule: Pointer) -> bool:
        """Record whether a response holds none of some strings; `marks` has each with how it is called in messages."""
        found = [name for mark, name in marks.items() if mark in response.text]
        expected, actual = "nothing of another partner's", f"it holds {found[:1]}"
        return self.none(promise, response, found, at="body", expected=expected, actual=actual, rule=rule)

    def shows(
        self,
        sent: Any,
        response: httpx.Response,
        *,
        whole: bool = False,
        at: Path = (),
        depth: int = 1,
        promise: str = SENT_COMES_BACK,
    ) -> bool:
        """Record each difference between what was sent and what a response shows.

        Args:
            sent: the JSON value that must be shown.
            response: the response that shows it.
            whole: whether a member that is missing in the response is a difference, too.
            at: where in the response it stands.
            depth: how many names deep a response that is not `whole` may miss members: it may leave out where an entity
                is, but must not be partial.
            promise: one of `ecsuite.rules.promises.NAMES`.
        """
        got = self._read(promise, response, at)
        if got is MISSING:
            return False
        every = differences(sent, got)
        found = list(every if whole else without_omissions(every, depth))
        for difference in found:
            self._api.add_finding(promise, breach_of(difference, at), response)
        if not found:
            self.passed(promise)
        return not found

    def _read(self, promise: str, response: httpx.Response, at: Path) -> Any:
        """What stands at a place of a response; a finding, and `MISSING`, where nothing does."""
        try:
            got = at_path(read_json(response.content).value, at, MISSING)
        except UndecodableError as error:
            self._api.add_finding(promise, said("body", "a JSON value that shows what was sent", str(error)), response)
            return MISSING
        if got is MISSING:
            breach = said(place("body", at), "what was sent", "missing")
            self._api.add_finding(promise, breach, response)
        return got
