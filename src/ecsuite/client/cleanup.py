"""Remembers what a run made, by the links of the contract, so that it can be deleted whatever happens."""

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
# Statuses that say that a call has done nothing.
REFUSALS: Final = range(400, 500)


class Cleanup:
    """What was made and not deleted yet: a response with a link to a DELETE says that there is something to delete.

    A call whose answer did not come, or does not show what was made, may have acted: then what was sent says what is to
    be deleted. Where the server chooses the id, that is found in the list of its kind: everything there, if it stands
    below an entity that this run has made; else the one that shows an address of this run's own, which holds an id that
    nobody else has. Lists from before and after are not compared: what came in between may be somebody else's.

    Args:
        contract: whose links say what deletes what.
        ownership: says what is the run's own.
        ledger: where it is written down before anything is made; None where none is kept.
    """

    def __init__(
        self, contract: Contract, ownership: Ownership | None = None, ledger: PartnerLedger | None = None
    ) -> None:
        self._contract = contract
        self.ownership = ownership or Ownership(is_shared=False)
        self._ledger = ledger
        # Dicts for their order: what was made first is deleted last.
        self._made: dict[str, None] = {}
        self._sought: dict[Sought, None] = {}
        self._unfindable: dict[str, None] = {}
        self._untraceable: dict[str, None] = {}
        self._doubtful: set[str] = set()
        self._uncertain: set[str] = set()

    def prepare(self, decoded: DecodedExchange) -> None:
        """Before a call is sent: write down what it will create."""
        if self._ledger is None:
            return
        if own := list(filter(self.ownership.is_own, makes(self._contract, decoded))):
            self._ledger.making(*own)
        if names_by_server(self._contract, decoded) and (sought := self._sought_by(decoded)):
            self._ledger.seeking(sought)

    @property
    def keeps_ledger(self) -> bool:
        """Whether it is written down what is made."""
        return self._ledger is not None

    def prove(self, maker: Operation, lister: Operation, ids: Iterable[str]) -> None:
        """Write down the ids in a list, all the run's own, of what is deleted along with what a call has created."""
        for link in deletions(self._contract, maker):
            if self._ledger is not None:
                self._ledger.shown(fill(self._contract.operations[link.operation_id], {}), lister.path, ids)

    def note(self, decoded: DecodedExchange) -> None:
        """Learn from an exchange what was made or deleted."""
        operation = decoded.operation
        if operation is None:
            return
        if self.ownership.is_shared and operation.method == "GET":
            self.ownership.show(listed_ids(self._contract, decoded))
        if operation.method == "DELETE" and (decoded.is_success or decoded.status == NOT_FOUND):
            self._deleted(fill(operation, decoded.path_values), is_certain=decoded.is_success)
        elif decoded.is_success:
            self._note_making(operation, decoded)
        elif decoded.status in REFUSALS:
            if decoded.status != UNAUTHORIZED and _has_right_to_success(decoded):
                # A server that refuses what is right may as well have acted.
                self._note_sent_ids(decoded)
            self._settle(decoded)
        else:
            # A server may fail, or lead elsewhere, after it has acted (RFC 9110 section 15.4.4).
            self.note_lost(decoded)

    def note_lost(self, decoded: DecodedExchange) -> None:
        """Learn that a call had no response: what it was to make may have been made, with the ids that were sent."""
        for link in deletions(self._contract, decoded.operation):
            self._note_sent(link, decoded)

    def note_unsent(self, decoded: DecodedExchange) -> None:
        """Learn that a call never reached the server."""
        self._settle(decoded)

    def adopt(self, paths: list[str], sought: list[Sought]) -> None:
        """Have what an earlier run has made deleted, as its ledger has it."""
        self._made.update(dict.fromkeys(paths))
        for path in paths:
            self.ownership.claim(path)
        self._sought.update(dict.fromkeys(sought))

    def recall(self) -> None:
        """Learn what is written down, and was to be noted when an interruption came."""
        if self._ledger is None:
            return
        written = self._ledger.written
        # What goes with a DELETE of all of a kind is not told by its path.
        named = [path for path in written.made if names_one(self._contract, path) and path not in self._made]
        self.adopt(named, list(written.sought))

    def _note_making(self, operation: Operation, decoded: DecodedExchange) -> None:
        for link in deletions(self._contract, operation):
            shown = list(link.each(decoded.values))
            if decoded.once(request_body.breaches_of):
                # A wrong request that was taken may have made it under another id than it sent.
                shown += link.each(as_answered(decoded.values))
            for values in shown:
                if not self._sends_id(operation):
                    # Nobody else has what was named just now.
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
        """Note what may be there under the ids that were sent, whatever was answered."""
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
        """Learn that nothing exists under the id that was sent, so that the one in the response is the run's own."""
        self._made.pop(sent, None)
        self._uncertain.discard(sent)
        self._keep(answered)
        if self._ledger is not None:
            self._ledger.gone(sent)

    def _note_sent(self, link: Link, decoded: DecodedExchange, *, is_shown: bool = False) -> None:
        """Note what a call may have made by what it sent; `is_shown` where its answer has told of something."""
        for values in texts(link, decoded.values) if is_shown else texts_sent(link, decoded):
            if values is not None:
                self._add(link, values, is_certain=is_shown)
            elif not is_shown:
                self._seek(decoded)

    def _settle(self, decoded: DecodedExchange) -> None:
        """Learn that a call has created no more than is known by now, so that nothing else need be written down."""
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
        """Note that something must be looked for whose id the server has chosen."""
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
            # The call that makes it may still be under way.
            self._uncertain.discard(path)
            return
        self._made.pop(path, None)
        if self._ledger is not None:
            self._ledger.gone(path)
        if is_certain:
            # What stood below it cannot be reached any more.
            for below in [each for each in self._unfindable if each.startswith(f"{path}/")]:
                del self._unfindable[below]
        elif was_made and path in self._doubtful:
            self._unfindable[path] = None

    def sought(self) -> list[Sought]:
        """What must be looked for in lists; returned once, as the caller takes it over."""
        sought = list(self._sought)
        self._sought.clear()
        return sought

    def found(self, sought: Sought, listed: Any) -> None:
        """Learn from a list what something that was looked for is called."""
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

        What stands below another entity goes before it.
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
    """Whether a call has made nothing unless the server is at fault, or lenient."""
    expectation = decoded.exchange.request.expectation
    is_refusal = bool(expectation.statuses) and all(status in REFUSALS for status in expectation.statuses or ())
    return is_refusal or bool(expectation.violates)


def _depth(path: str) -> int:
    return path.count("/")
