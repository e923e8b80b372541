"""Keeps track of what a run creates, by the links of the contract, so that it can be deleted in any event."""

from __future__ import annotations

import itertools
from collections.abc import Iterable
from typing import Any, Final

from ecsuite.checks import DecodedExchange, request_body
from ecsuite.client.making import (
    as_answered,
    deletions,
    listed_ids,
    makes,
    names_by_server,
    names_one,
    sought_by,
    texts,
    texts_sent,
    type_made_by,
)
from ecsuite.client.ownership import Ownership
from ecsuite.client.paths import fill, is_findable, is_segment
from ecsuite.contract import Contract, Link, Operation
from ecsuite.json_paths import objects_in_list, texts_in
from ecsuite.ledger import PartnerLedger, Sought

NOT_FOUND: Final = 404
UNAUTHORIZED: Final = 401
# Statuses which say that a call had no effect.
REFUSALS: Final = range(400, 500)


class Cleanup:
    """What was created and not deleted yet: a response with a link to a DELETE says that there is something to delete.

    A call may have had an effect although its response is missing or does not show what was created. Then the request
    says what to delete. If the server chooses the id, it is found in the list of its type: every entry, if the list is
    below an entity that this run has created; else the entry that shows a URL of this run, which contains a unique id.
    Lists from before and after the call are not compared, because a new entry may be somebody else's.

    Args:
        contract: its links say what deletes what.
        ownership: knows what the run has created.
        ledger: what will be created is written to it first; None for no ledger.
    """

    def __init__(
        self, contract: Contract, ownership: Ownership | None = None, ledger: PartnerLedger | None = None
    ) -> None:
        self._contract = contract
        self.ownership = ownership or Ownership(is_shared=False)
        self._ledger = ledger
        # Dicts keep the order: what was created first is deleted last.
        self._made: dict[str, None] = {}
        self._sought: dict[Sought, None] = {}
        self._unfindable: dict[str, None] = {}
        self._untraceable: dict[str, None] = {}
        self._doubtful: set[str] = set()
        self._uncertain: set[str] = set()

    def prepare(self, decoded: DecodedExchange) -> None:
        """Write to the ledger what a call will create, before it is sent."""
        if self._ledger is None:
            return
        if own := list(filter(self.ownership.is_own, makes(self._contract, decoded))):
            self._ledger.making(*own)
        if names_by_server(self._contract, decoded) and (sought := self._sought_by(decoded)):
            self._ledger.seeking(sought)

    @property
    def keeps_ledger(self) -> bool:
        """Whether there is a ledger."""
        return self._ledger is not None

    def prove(self, maker: Operation, lister: Operation, ids: Iterable[str]) -> None:
        """Write to the ledger the listed ids, all the run's own, that a DELETE without an id will delete."""
        for link in deletions(self._contract, maker):
            if self._ledger is not None:
                self._ledger.shown(fill(self._contract.operations[link.operation_id], {}), lister.path, ids)

    def note(self, decoded: DecodedExchange) -> None:
        """Learn from an exchange what was created or deleted."""
        operation = decoded.operation
        if operation is None:
            return
        if self.ownership.is_shared and operation.method == "GET":
            self.ownership.note_listed(listed_ids(self._contract, decoded))
        if operation.method == "DELETE" and (decoded.is_success or decoded.status == NOT_FOUND):
            self._deleted(fill(operation, decoded.path_values), is_certain=decoded.is_success)
        elif decoded.is_success:
            self._note_making(operation, decoded)
        elif decoded.status in REFUSALS:
            if decoded.status != UNAUTHORIZED and _has_right_to_success(decoded):
                # A server that refuses a correct request may have carried it out.
                self._note_sent_ids(decoded)
            self._settle(decoded)
        else:
            # A server may fail, or redirect, after it has carried out the request (RFC 9110 section 15.4.4).
            self.note_lost(decoded)

    def note_lost(self, decoded: DecodedExchange) -> None:
        """Learn that a call had no response: it may have created something under the ids that were sent."""
        for link in deletions(self._contract, decoded.operation):
            self._note_sent(link, decoded)

    def note_unsent(self, decoded: DecodedExchange) -> None:
        """Learn that a call never reached the server."""
        self._settle(decoded)

    def adopt(self, paths: list[str], sought: list[Sought]) -> None:
        """Take over what an earlier run has created, as noted in its ledger, for deletion."""
        self._made.update(dict.fromkeys(paths))
        for path in paths:
            self.ownership.claim(path)
        self._sought.update(dict.fromkeys(sought))

    def recall(self) -> None:
        """Take over what is in the ledger, but was not noted here because of an interruption."""
        if self._ledger is None:
            return
        written = self._ledger.written
        # A DELETE without an id does not say in its path what it deletes.
        named = [path for path in written.made if names_one(self._contract, path) and path not in self._made]
        self.adopt(named, list(written.sought))

    def _note_making(self, operation: Operation, decoded: DecodedExchange) -> None:
        for link in deletions(self._contract, operation):
            shown = list(link.each(decoded.values))
            if decoded.once(request_body.breaches_of):
                # If an invalid request was accepted, it may have created something under another id than it sent.
                shown += link.each(as_answered(decoded.values))
            for values in shown:
                if not self._sends_id(operation):
                    # The server has just chosen the id, so nobody else has it.
                    self.ownership.claim(fill(self._contract.operations[link.operation_id], values))
                self._add(link, values)
            self._note_sent(link, decoded, is_shown=bool(shown))
            if shown:
                self._note_sent_ids(decoded)
                self._settle(decoded)

    def _sends_id(self, operation: Operation) -> bool:
        entity_type = type_made_by(self._contract, operation.id)
        return entity_type is None or entity_type.sends_id

    def _note_sent_ids(self, decoded: DecodedExchange) -> None:
        """Note what may exist under the ids that were sent, whatever the response was."""
        for link in deletions(self._contract, decoded.operation):
            for values in texts_sent(link, decoded):
                if values is not None and all(map(is_segment, values.values())):
                    self._add(link, values, is_certain=False)

    def renamed(self, decoded: DecodedExchange) -> list[tuple[str, str]]:
        """Of what was created under another id than the one sent: the path by the id sent, and the actual path."""
        found: list[tuple[str, str]] = []
        for link in deletions(self._contract, decoded.operation):
            sent, shown = list(texts_sent(link, decoded)), list(texts(link, decoded.values))
            if len(sent) == len(shown):
                deleter = self._contract.operations[link.operation_id]
                pairs = zip(sent, shown, strict=True)
                found += [(fill(deleter, one), fill(deleter, two)) for one, two in pairs if one and two]
        return [(one, two) for one, two in found if one != two and one in self._made and two not in self._made]

    def take_over(self, sent: str, answered: str) -> None:
        """Learn that nothing exists under the id that was sent, so that the id in the response is the run's own."""
        self._made.pop(sent, None)
        self._uncertain.discard(sent)
        self._keep(answered)
        if self._ledger is not None:
            self._ledger.gone(sent)

    def _note_sent(self, link: Link, decoded: DecodedExchange, *, is_shown: bool = False) -> None:
        """Note what a call may have created by its request; `is_shown` if its response shows what it has created."""
        for values in texts(link, decoded.values) if is_shown else texts_sent(link, decoded):
            if values is not None:
                self._add(link, values, is_certain=is_shown)
            elif not is_shown:
                self._seek(decoded)

    def _settle(self, decoded: DecodedExchange) -> None:
        """Learn that a call has created nothing more than is noted, and remove the rest from the ledger."""
        if self._ledger is not None:
            for path in makes(self._contract, decoded):
                if path not in self._made:
                    self._ledger.gone(path)
            if sought := self._sought_by(decoded):
                self._ledger.found(sought)

    def _add(self, link: Link, values: dict[str, str], *, is_certain: bool = True) -> None:
        path = fill(self._contract.operations[link.operation_id], values)
        if not all(map(is_segment, values.values())) or self.ownership.is_beyond_reach(path):
            self._unfindable[path] = None
            return
        if not self.ownership.is_own(path):
            return
        if not all(map(is_findable, values.values())):
            self._doubtful.add(path)
        if not is_certain and path not in self._made:
            self._uncertain.add(path)
        self._keep(path)

    def _keep(self, path: str) -> None:
        self._made.setdefault(path)
        self.ownership.claim(path)
        if self._ledger is not None:
            self._ledger.making(path)

    def _seek(self, decoded: DecodedExchange) -> None:
        """Note something to look for in a list, because the server has chosen its id."""
        sought = self._sought_by(decoded)
        if sought is not None:
            self._sought[sought] = None
        elif decoded.operation is not None and not _is_to_be_refused(decoded):
            self._untraceable[fill(decoded.operation, decoded.path_values)] = None

    def _sought_by(self, decoded: DecodedExchange) -> Sought | None:
        own = decoded.operation and self.ownership.is_below_own(fill(decoded.operation, decoded.path_values))
        return sought_by(self._contract, decoded, is_below_own=bool(own))

    def _deleted(self, path: str, *, is_certain: bool) -> None:
        was_made = path in self._made
        if not is_certain and path in self._uncertain:
            # The call that creates it may still be in progress.
            self._uncertain.discard(path)
            return
        self._made.pop(path, None)
        if self._ledger is not None:
            self._ledger.gone(path)
        if is_certain:
            # What was below it can no longer be reached.
            for below in [each for each in self._unfindable if each.startswith(f"{path}/")]:
                del self._unfindable[below]
        elif was_made and path in self._doubtful:
            self._unfindable[path] = None

    def sought(self) -> list[Sought]:
        """What to look for in lists; returned only once, because the caller takes it over."""
        sought = list(self._sought)
        self._sought.clear()
        return sought

    def found(self, sought: Sought, listed: Any) -> None:
        """Find in a list the id of something that was looked for."""
        entity_type, parents = type_made_by(self._contract, sought.creator), self._contract.find("GET", sought.lister)
        if entity_type is None or entity_type.deleter is None or parents is None:
            return
        for item in objects_in_list(listed):
            own = item.get(entity_type.member)
            is_it = sought.is_shown_by(text for _, text in texts_in(item))
            if is_it and isinstance(own, str) and is_segment(own):
                self._keep(fill(entity_type.deleter, {**parents.path_parameters, entity_type.parameter: own}))
        if self._ledger is not None:
            self._ledger.found(sought)

    def left(self) -> list[list[str]]:
        """The paths to delete, the latest first; those in one list do not depend on each other.

        Entities below another entity come before it.
        """
        latest_first = list(reversed(self._made))
        deepest_first = sorted(latest_first, key=_depth, reverse=True)
        return [list(level) for _, level in itertools.groupby(deepest_first, _depth)]

    @property
    def unfindable(self) -> tuple[str, ...]:
        """The paths of entities whose ids no path can carry, or that were not found by their paths."""
        return tuple(self._unfindable)

    @property
    def untraceable(self) -> tuple[str, ...]:
        """The paths of calls that may have created something indistinguishable from others' data."""
        return tuple(self._untraceable)


def _has_right_to_success(decoded: DecodedExchange) -> bool:
    expectation = decoded.exchange.request.expectation
    return not (expectation.statuses or expectation.unspecified or expectation.violates)


def _is_to_be_refused(decoded: DecodedExchange) -> bool:
    """Whether a call has created nothing unless the server is faulty or lenient."""
    expectation = decoded.exchange.request.expectation
    is_refusal = bool(expectation.statuses) and all(status in REFUSALS for status in expectation.statuses or ())
    return is_refusal or bool(expectation.violates)


def _depth(path: str) -> int:
    return path.count("/")
