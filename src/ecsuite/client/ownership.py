"""Which entities a run may create and delete on a shared server: only its own, and only if they can be deleted."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final
from urllib.parse import unquote

from ecsuite.client.paths import is_plain

# Statuses of a GET which say that there is no such entity; some servers reject an unusual id instead.
NOT_THERE: Final = frozenset({400, 404, 410, 414})
# A UUID, which nobody else has generated (RFC 9562).
_UNIQUE: Final = re.compile(r"[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}", re.IGNORECASE)


def is_unique(text: str) -> bool:
    """Whether a string contains a UUID, so that nobody else has the same one."""
    return bool(_UNIQUE.search(text))


class Ownership:
    """Knows which paths are of entities that the run has created.

    Args:
        is_shared: whether others use the server; if not, everything there is the run's own.
        unusual_ids: whether entities may have ids that a server might not find in a path.
    """

    def __init__(self, *, is_shared: bool, unusual_ids: bool = True) -> None:
        self.is_shared = is_shared
        self.unusual_ids = unusual_ids
        # Whether to check, before a DELETE of all entities of a type, that all are the run's own.
        self.must_ask_for_all = is_shared
        self._own: set[str] = set()
        self._foreign: set[str] = set()
        self._beyond: set[str] = set()
        self._empty: set[str] = set()
        self._listed: set[str] = set()

    def is_own(self, path: str) -> bool:
        """Whether what is created at a path is the run's own: its id is unique, or nothing existed there before."""
        return not self.is_shared or path in self._own or self._is_surely_own(path)

    def has_made(self, path: str) -> bool:
        """Whether the run has created what is at a path; a unique id is no evidence of that."""
        return path in self._own

    def may_delete_all(self) -> None:
        """Note that all entities of a type were the run's own, so that they may be deleted from now on."""
        self.must_ask_for_all = False

    def is_below_own(self, path: str) -> bool:
        """Whether a path is below an entity that the run has created."""
        steps = path.split("/")
        return any("/".join(steps[:count]) in self._own for count in range(2, len(steps)))

    def claim(self, path: str) -> None:
        """Note that the run creates the entity at a path."""
        if path not in self._foreign:
            self._own.add(path)

    def note_listed(self, ids: Iterable[str]) -> None:
        """Note the ids in a list: they may be others', even if they are UUIDs."""
        self._listed.update(ids)

    def must_read(self, path: str) -> bool:
        """Whether to read a path before creating an entity there: the id may be others', or a gateway may reject it."""
        is_known = path in self._own or path in self._foreign or path in self._beyond
        return not is_known and not (self.is_own(path) and is_plain(path.rpartition("/")[2]))

    def note_read(self, path: str, status: int) -> None:
        """Note the status of reading a path before something is created there."""
        (self._own if status in NOT_THERE else self._foreign).add(path)

    def is_of_run(self, path: str) -> bool:
        """Whether the entity at a path is the run's own, or below one of its own, or did not exist."""
        return path in self._own or path in self._empty or self.is_below_own(path)

    def found_nothing(self, path: str) -> None:
        """Note that nothing is at a path."""
        self._empty.add(path)

    def is_beyond_reach(self, path: str) -> bool:
        """Whether an intermediary is known to reject a path."""
        return path in self._beyond

    def beyond_reach(self, path: str) -> None:
        """Note that an intermediary rejects a path."""
        self._beyond.add(path)

    def _is_surely_own(self, path: str) -> bool:
        if path in self._foreign:
            return False
        own = path.rpartition("/")[2]
        return (is_unique(own) and unquote(own) not in self._listed) or self.is_below_own(path)
