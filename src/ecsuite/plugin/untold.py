"""Tests that could not tell: they are skipped with the reason, and what they counted is kept for their second run."""

from __future__ import annotations

from typing import Final

import pytest

from ecsuite.errors import CouldNotTell, RunEnded
from ecsuite.journal import Tally
from ecsuite.plugin.session import session_of
from ecsuite.results.record import Record

# Under this name a test's report has why it could not tell.
PROPERTY: Final = "ecsuite_could_not_tell"
_UNTOLD: Final = pytest.StashKey[bool]()
_CARRIED: Final = pytest.StashKey[Record]()


def could_not_tell(item: pytest.Item, error: CouldNotTell, record: Record) -> BaseException:
    """What a test ends with that could not tell: it is skipped, with the reason."""
    item.stash[_UNTOLD], item.stash[_CARRIED] = True, record
    item.user_properties.append((PROPERTY, str(error)))
    if isinstance(error, RunEnded):
        session_of(item.config).end(str(error))
    return pytest.skip.Exception(str(error), _use_item_location=True)


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
