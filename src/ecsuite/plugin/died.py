"""What a worker leaves that died by itself: nobody deletes it in this run, and its ledger alone knows of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

import pytest

from ecsuite.ledger.find import Found, ledgers, locked
from ecsuite.left import Left
from ecsuite.plugin.session import settings_of

# By the name of a worker, that of the run which its ledger is under.
_DIED: Final = pytest.StashKey[dict[str, str]]()


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any, error: object) -> None:
    """Remember a worker that did not end as it should."""
    if error:
        node.config.stash.setdefault(_DIED, {})[node.gateway.id] = node.workerinput["testrunuid"]


def died_lines(config: pytest.Config, told: Iterable[Left]) -> Iterator[str]:
    """That something may be left of workers that died, beside what is told already; a line, or none."""
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
    """The addresses in the ledger of a process that is over at which something may be left."""
    with suppress(OSError), locked(path) as is_over:
        found = Found(path) if is_over and path.exists() else None
        if found is not None and found.head is not None:
            for partner in found.partners:
                places = (*partner.made, *(sought.lister for sought in partner.sought))
                yield from (f"{found.head.base_url}{place}" for place in places)
