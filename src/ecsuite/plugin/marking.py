"""Marks inconclusive tests with the reason, and keeps their record for the second attempt."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

import pytest

from ecsuite.errors import CouldNotTell, RunEnded
from ecsuite.journal import Tally
from ecsuite.plugin.session import session_of
from ecsuite.results.record import Record

# The property of a test's report with the reason why it was inconclusive.
PROPERTY: Final = "ecsuite_could_not_tell"
_INCONCLUSIVE: Final = pytest.StashKey[bool]()
_CARRIED: Final = pytest.StashKey[Record]()


def could_not_tell(item: pytest.Item, error: CouldNotTell, record: Record, reason: str) -> BaseException:
    """How an inconclusive test ends: for pytest it is skipped, with the reason, which contains no secret."""
    item.stash[_INCONCLUSIVE], item.stash[_CARRIED] = True, record
    mark(item, reason)
    if isinstance(error, RunEnded):
        session_of(item.config).end(reason)
    return pytest.skip.Exception(reason, _use_item_location=True)


def mark(item: pytest.Item, reason: str) -> None:
    """Attach the reason why a test was inconclusive; if it is skipped, that is its outcome."""
    item.user_properties.append((PROPERTY, reason))


def is_inconclusive(report: Any) -> bool:
    """Whether a report is of an inconclusive test, which may have run in another process."""
    return bool(report.skipped) and has_mark(getattr(report, "user_properties", ()))


def has_mark(properties: Iterable[tuple[str, object]]) -> bool:
    """Whether the properties of a test, or of its report, contain such a reason."""
    return any(name == PROPERTY for name, _ in properties)


def was_inconclusive(item: pytest.Item) -> bool:
    """Whether a test was inconclusive."""
    return item.stash.get(_INCONCLUSIVE, False)


def begin_again(item: pytest.Item) -> None:
    """Forget that a test was inconclusive, but keep its record."""
    item.stash[_INCONCLUSIVE] = False
    item.user_properties[:] = [each for each in item.user_properties if each[0] != PROPERTY]


def carried(item: pytest.Item) -> Record:
    """The record of a test's first attempt."""
    return item.stash.get(_CARRIED, Record(Tally()))
