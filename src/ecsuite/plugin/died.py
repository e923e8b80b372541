"""What crashed workers leave on the server: this run cannot delete it, and only their ledgers know of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

import pytest

from ecsuite.ledger.find import Found, ledgers, locked
from ecsuite.left import Left
from ecsuite.plugin.session import settings_of

# The ids of crashed workers, with the name of the run, which is in the path of their ledgers.
_DIED: Final = pytest.StashKey[dict[str, str]]()


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any, error: object) -> None:
    """Remember a worker that crashed."""
    if error:
        node.config.stash.setdefault(_DIED, {})[node.gateway.id] = node.workerinput["testrunuid"]


def died_lines(config: pytest.Config, told: Iterable[Left]) -> Iterator[str]:
    """A line about what crashed workers may have left, without what is reported already; none if there is nothing."""
    died = config.stash.get(_DIED, {})
    if not died or settings_of(config).mode != "live":
        return
    known = {each.address for each in told}
    own = (path for path in ledgers() if path.parent.name in died.values())
    left = [each for path in own for each in _left_in(path) if each not in known]
    if left:
        names = ", ".join(sorted(died))
        who, they = (f"workers {names}", "they") if len(died) > 1 else (f"worker {names}", "it")
        yield f"{who} died, and what {they} made may be left on the server ({len(left):,}): run ecsuite cleanup"


def _left_in(path: Path) -> Iterator[str]:
    """The URLs in the ledger of an ended process where something may be left."""
    with suppress(OSError), locked(path) as is_over:
        found = Found(path) if is_over and path.exists() else None
        if found is not None and found.head is not None:
            for partner in found.partners:
                places = (*partner.made, *(sought.lister for sought in partner.sought))
                yield from (f"{found.head.base_url}{place}" for place in places)
