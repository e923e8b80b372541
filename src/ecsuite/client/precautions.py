"""Precautions before a call, so that a run deletes nothing of others and leaves nothing of its own."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from ecsuite.checks import Checker, DecodedExchange
from ecsuite.client.checked import checked_of
from ecsuite.client.cleanup import NOT_FOUND, Cleanup
from ecsuite.client.connection import name_of, to_request
from ecsuite.client.listed import listed
from ecsuite.client.making import MAKING, is_deletable, lists_at_stake, makes
from ecsuite.client.passage import Passage
from ecsuite.client.paths import fill
from ecsuite.errors import OthersAtStake, OthersOwn, Undeletable
from ecsuite.http import httpx
from ecsuite.messages.exchange import Exchange, Response

SUCCESSES: Final = range(200, 300)
METHODS: Final = MAKING | {"DELETE"}


class Precautions:
    """Checks the calls of one client before they are sent.

    Args:
        checker: knows the contract, which says what a call creates and deletes.
        cleanup: knows what the run has created, and keeps the ledger.
        read: reads a path.
        in_order: whether to send only the calls of a recording, without additional reads.
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
        """Whether what a call creates can be deleted, or need not be."""
        try:
            self._require_deletable(self._decode(request), name_of(request))
        except Undeletable:
            return False
        return True

    def take(self, request: httpx.Request) -> None:
        """Check what a call affects before it is sent, and write to the ledger what it will create.

        Raises:
            Undeletable: what it creates might never be deletable.
            OthersAtStake: it deletes all entities of a type, and some are not the run's own.
            OthersOwn: it affects an existing entity that the run has not created.
        """
        decoded, line = self._decode(request), name_of(request)
        self._require_deletable(decoded, line)
        if self._ownership.is_shared and not self._in_order:
            self._require_no_others(decoded, line)
            self._require_own(decoded, line)
        self._cleanup.prepare(decoded)

    def _decode(self, request: httpx.Request) -> DecodedExchange:
        return self._checker.decode(Exchange(to_request(request), Response(0)))

    def _require_deletable(self, decoded: DecodedExchange, line: str) -> None:
        """Require that what a call creates can be deleted, and note what exists already."""
        if not self._ownership.unusual_ids and not is_deletable(self._contract, decoded):
            raise Undeletable(line)
        if self._ownership.is_shared and not self._in_order:
            for path in makes(self._contract, decoded):
                if self._ownership.must_read(path):
                    self._look(path, line)

    def _look(self, path: str, line: str) -> None:
        if not self._contract.find("GET", path):
            self._ownership.claim(path)
            return
        status, refused = self._passage.read(path)
        if not refused:
            self._ownership.note_read(path, status)
        elif self._ownership.unusual_ids:
            self._ownership.beyond_reach(path)
        else:
            raise Undeletable(line, refused)

    def _require_no_others(self, decoded: DecodedExchange, line: str) -> None:
        if decoded.operation is None or not self._ownership.must_ask_for_all:
            return
        for lister in lists_at_stake(self._contract, decoded.operation.id):
            shown = listed(self._contract, lister, self._read)
            others = None if shown is None else [path for path in shown if not self._ownership.has_made(path)]
            if others != []:
                raise OthersAtStake(line, None if others is None else len(others))
            self._ownership.may_delete_all()

    def _require_own(self, decoded: DecodedExchange, line: str) -> None:
        """Require that what a call deletes, changes or adds to is the run's own, or does not exist."""
        path = self._named(decoded)
        if not path or self._ownership.is_of_run(path):
            return
        status, refused = self._passage.read(path)
        if not refused and status in SUCCESSES:
            raise OthersOwn(line)
        self._ownership.found_nothing(path)

    def _named(self, decoded: DecodedExchange) -> str:
        """The path of the entity that a call names, if it can be read; else empty."""
        if decoded.operation is None or not decoded.path_values:
            return ""
        path = fill(decoded.operation, decoded.path_values)
        while path:
            match = self._contract.find("GET", path)
            if match and match.operation.path.endswith("}"):
                return path
            path = path.rpartition("/")[0]
        return ""

    def after(self, response: httpx.Response) -> None:
        """On a shared server, find out what a call has created if its response does not say.

        This is necessary if the response has another id than the request, and if only a DELETE of the whole type
        deletes what was created. Since nothing of others existed before, everything in the list is the run's own, and a
        later run can prove it by the ledger.
        """
        decoded = checked_of(response).decoded
        operation = decoded.operation
        if not (self._ownership.is_shared and response.is_success and operation) or self._in_order:
            return
        if operation.method not in MAKING:
            return
        for sent, answered in self._cleanup.renamed(decoded):
            if self._contract.find("GET", sent) and self._read(sent).status_code == NOT_FOUND:
                self._cleanup.take_over(sent, answered)
        for lister in lists_at_stake(self._contract, operation.id) if self._cleanup.keeps_ledger else ():
            if (shown := listed(self._contract, lister, self._read)) is not None:
                self._cleanup.prove(operation, lister, shown.values())
