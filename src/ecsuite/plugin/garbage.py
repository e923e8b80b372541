"""What is there before the first test stays: the garbage collector need not look through all of it again and again.

pytest has it look five times at the end of each session alone, which took a sixth of a replay.
"""

from __future__ import annotations

import gc

import pytest


@pytest.hookimpl(tryfirst=True)
def pytest_configure() -> None:
    """Have it look at what an earlier session of this process has left."""
    gc.unfreeze()


@pytest.hookimpl(trylast=True)
def pytest_collection_finish() -> None:
    """Have it look at nothing that is there now."""
    gc.freeze()
