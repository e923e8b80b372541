"""What is looked at before a call is sent, so that a run deletes nothing of others, and leaves nothing of its own."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from ecsuite.checks import Checker, DecodedExchange
from ecsuite.client.checked import checked_of
from ecsuite.client.cleanup import Cleanup
from ecsuite.client.connection import name_of, to_request
from ecsuite.client.making import MAKING, is_deletable, lists_at_stake, makes
from ecsuite.client.passage import Passage
from ecsuite.client.paths import fill
from ecsuite.contract import Operation
from ecsuite.errors import OthersAtStake, Undeletable
from ecsuite.http import httpx
from ecsuite.json_paths import objects_in_list
from ecsuite.messages.exchange import Exchange, Response

METHODS: Final = MAKING | {"DELETE"}


class Precautions:
    """Looks before calls of one client.

    Args:
        checker: knows the contract, which says what a call makes and deletes.
        cleanup: knows what is the run's own, and writes down what is about to be made.
        read: reads a path.
        in_order: whether calls must be those of a recording, so that nothing is read besides.
    """

    def __init__(
        self,
        checker: Checker,
        cleanup: Cleanup,
        read: Callable[[str], httpx.Response],
        *,
        in_order: bool,
    ) -> None:
        self._checker = checker
        self._contract = checker.contract
        self._ownership = cleanup.ownership
        self._cleanup = cleanup
        self._read = read
        self._passage = Passage(checker.contract, read)
        self._in_order = in_order

    def is_deletable(self, request: httpx.Request) -> bool:
        """Whether what a call makes can be deleted, or need not be."""
        try:
            self._require_deletable(self._decode(request), name_of(request))
        except Undeletable:
            return False
        return True

    def take(self, request: httpx.Request) -> None:
        """Look at what a call is about that is to be sent, and write down what it is to make.

        Raises:
            Undeletable: what it makes might never be deleted.
            OthersAtStake: it deletes all of a kind, and some of it is not the run's own.
        """
        decoded, line = self._decode(request), name_of(request)
        self._require_deletable(decoded, line)
        if self._ownership.is_shared and not self._in_order:
            self._require_no_others(decoded, line)
        self._cleanup.prepare(decoded)

    def _decode(self, request: httpx.Request) -> DecodedExchange:
        return self._checker.decode(Exchange(to_request(request), Response(0)))

    def _require_deletable(self, decoded: DecodedExchange, line: str) -> None:
        """See that what a call makes can be reached, and note what is there already."""
        if not self._ownership.unusual_ids and not is_deletable(self._contract, decoded):
            raise Undeletable(line)
        if self._ownership.is_shared and not self._in_order:
            for path in makes(self._contract, decoded):
                if self._ownership.must_look(path):
                    self._look(path, line)

    def _look(self, path: str, line: str) -> None:
        if not self._contract.find("GET", path):
            self._ownership.claim(path)
            return
        status, refused = self._passage.read(path)
        if not refused:
            self._ownership.looked(path, status)
        elif self._ownership.unusual_ids:
            self._ownership.beyond_reach(path)
        else:
            raise Undeletable(line, refused)

    def _require_no_others(self, decoded: DecodedExchange, line: str) -> None:
        for lister in lists_at_stake(self._contract, decoded.operation) if self._ownership.must_ask_for_all else ():
            others = [path for path in self._listed(lister) if not self._ownership.has_made(path)]
            if others:
                raise OthersAtStake(line, len(others))
            self._ownership.may_delete_all()

    def _listed(self, lister: Operation) -> list[str]:
        """The paths of what a list shows."""
        types = [each for each in self._contract.entity_types if lister in each.listers]
        listed: Any = checked_of(self._read(lister.path)).decoded.values.response
        ids = [(each, item.get(each.member)) for each in types for item in objects_in_list(listed)]
        return [fill(each.reader, {each.parameter: own}) for each, own in ids if isinstance(own, str)]
