"""The order of tests: those that reveal most in the least time run first, so that faults are reported early."""

from __future__ import annotations

import pytest

from ecsuite.plugin.alone import is_alone
from ecsuite.plugin.measured import place_of
from ecsuite.plugin.session import settings_of


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Sort the tests: unmeasured ones first, in their order; those that must run alone last.

    Other plugins that sort tests, such as pytest's own for the last failures, run after this.
    """
    if settings_of(config).mode != "replay":
        items.sort(key=lambda item: (is_alone(item), place_of(item)))
