"""Tests that must run alone, because they read or delete all entities of a type that a partner has."""

from __future__ import annotations

from typing import Final

import pytest

from ecsuite.client.making import lists_at_stake
from ecsuite.editions import contract
from ecsuite.plugin.session import settings_of
from ecsuite.plugin.tables import edition_of, operations_of

MARKER: Final = "alone"


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """Skip a test with this marker if other workers use the same server."""
    shares = settings_of(item.config).mode == "live" and hasattr(item.config, "workerinput")
    if shares and item.get_closest_marker(MARKER) is not None:
        # The entities of other workers would disturb the test; it is not skipped in a run with one process.
        pytest.skip("other workers make users meanwhile")


def is_alone(item: pytest.Item) -> bool:
    """Whether a test must run alone: it has the marker, or concerns a DELETE of all entities of a type."""
    if item.get_closest_marker(MARKER) is not None:
        return True
    operations = operations_of(item)
    return any(lists_at_stake(contract(edition_of(item)), operation.id) for operation in operations)
