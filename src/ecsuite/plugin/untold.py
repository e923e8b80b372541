"""Tests that could not tell: they are marked with the reason, and what they counted is kept for their second run."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

import pytest

from ecsuite.errors import CouldNotTell, RunEnded
from ecsuite.journal import Tally
from ecsuite.plugin.session import session_of
from ecsuite.results.record import Record

# Under this name a test's report has why it could not tell.
PROPERTY: Final = "ecsuite_could_not_tell"
_UNTOLD: Final = pytest.StashKey[bool]()
_CARRIED: Final = pytest.StashKey[Record]()


def could_not_tell(item: pytest.Item, error: CouldNotTell, record: Record, reason: str) -> BaseException:
    """What a test ends with that could not tell: for pytest it is skipped, with the reason, which holds no secret."""
    item.stash[_UNTOLD], item.stash[_CARRIED] = True, record
    mark(item, reason)
    if isinstance(error, RunEnded):
        session_of(item.config).end(reason)
    return pytest.skip.Exception(reason, _use_item_location=True)


def mark(item: pytest.Item, reason: str) -> None:
    """Have it known why a test could not tell; where it is skipped, that is its outcome."""
    item.user_properties.append((PROPERTY, reason))


def is_inconclusive(report: Any) -> bool:
    """Whether a report, of a test that may have run in another process, is of one that could not tell."""
    return bool(report.skipped) and has_mark(getattr(report, "user_properties", ()))


def has_mark(properties: Iterable[tuple[str, object]]) -> bool:
    """Whether the properties of a test, or of its report, say why it could not tell."""
    return any(name == PROPERTY for name, _ in properties)


def is_untold(item: pytest.Item) -> bool:
    """Whether a test could not tell."""
    return item.stash.get(_UNTOLD, False)


def begin_again(item: pytest.Item) -> None:
    """Forget that a test could not tell, but for what it counted."""
    item.stash[_UNTOLD] = False
    item.user_properties[:] = [each for each in item.user_properties if each[0] != PROPERTY]


def carried(item: pytest.Item) -> Record:
    """What a test counted, and left, when it ran before."""
    return item.stash.get(_CARRIED, Record(Tally()))
