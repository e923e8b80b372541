"""The order of tests: what tells most for its time is run first, so that what is broken is told soon."""

from __future__ import annotations

import pytest

from ecsuite.plugin.alone import is_alone
from ecsuite.plugin.measured import place_of
from ecsuite.plugin.session import settings_of


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Sort them; those of which nothing is known come first, as they are, and those last that must be alone.

    Whatever else puts tests in an order, such as pytest's own for those that failed last, comes after this.
    """
    if settings_of(config).mode != "replay":
        items.sort(key=lambda item: (is_alone(item), place_of(item)))
