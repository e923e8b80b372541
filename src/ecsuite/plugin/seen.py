"""Records the coverage of the contract by each test."""

from __future__ import annotations

from typing import Final

import pytest

from ecsuite.results.outlines import Spot
from ecsuite.results.seen import Seen, Watch
from ecsuite.session import Run

_WATCH: Final = pytest.StashKey[Watch]()
# What tests of this process have already reported, by edition.
_KNOWN: Final = pytest.StashKey[dict[str, set[Spot]]]()


def watch(item: pytest.Item, run: Run) -> None:
    """Watch the exchanges of a test's run."""
    own = item.stash[_WATCH] = Watch(run.api.checker.contract, _known(item, run.edition))
    run.journal.listeners.append(own)


def take_seen(item: pytest.Item, edition: str) -> Seen:
    """What a test of an edition has seen, without what an earlier test of this process has reported."""
    own = item.stash.get(_WATCH, None)
    if own is None:
        return Seen()
    return own.seen.without(_known(item, edition))


def _known(item: pytest.Item, edition: str) -> set[Spot]:
    return item.config.stash.setdefault(_KNOWN, {}).setdefault(edition, set())
