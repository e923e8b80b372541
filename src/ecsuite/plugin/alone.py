"""Tests that nothing else of a run may go on beside: they look at, or delete, all that a partner has of a kind."""

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
    """Leave out a test that says so, where other processes of the run are at work."""
    shares = settings_of(item.config).mode == "live" and hasattr(item.config, "workerinput")
    if shares and item.get_closest_marker(MARKER) is not None:
        # Nobody can tell apart then what the test looks at; in a run of one process it is not left out.
        pytest.skip("other workers make users meanwhile")


def is_alone(item: pytest.Item) -> bool:
    """Whether nothing else may go on beside a test: it says so, or calls what deletes all of a kind, or makes such."""
    if item.get_closest_marker(MARKER) is not None:
        return True
    operations = operations_of(item)
    return any(lists_at_stake(contract(edition_of(item)), operation.id) for operation in operations)
