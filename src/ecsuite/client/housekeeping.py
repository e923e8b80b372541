"""Expectations of the calls that a client makes on its own account, such as deletions at the end."""

from __future__ import annotations

from typing import Final

from ecsuite.messages.exchange import Expectation

CLEAN_UP: Final = Expectation("clean-up", unspecified=True)
BEFORE: Final = Expectation("was-it-there-before", unspecified=True)
CASES: Final = frozenset({CLEAN_UP.case, BEFORE.case})
