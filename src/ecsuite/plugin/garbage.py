"""Excludes the objects that exist before the first test from garbage collection.

pytest runs the collector five times at the end of each session, which took a sixth of a replay.
"""

from __future__ import annotations

import gc

import pytest


@pytest.hookimpl(tryfirst=True)
def pytest_configure() -> None:
    """Include the objects of an earlier session of this process."""
    gc.unfreeze()


@pytest.hookimpl(trylast=True)
def pytest_collection_finish() -> None:
    """Exclude the objects that exist now."""
    gc.freeze()
