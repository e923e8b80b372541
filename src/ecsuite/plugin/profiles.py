"""The tests of a profile, and how many requests they send, as measured."""

from __future__ import annotations

import pytest

from ecsuite.plugin.measured import is_in, is_measured, requests_of
from ecsuite.plugin.session import session_of, settings_of
from ecsuite.plugin.tables import leave_out
from ecsuite.session.profile import FULL


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Deselect tests that the profile does not include; unmeasured tests are in every profile."""
    profile = settings_of(config).profile
    if profile is not FULL:
        leave_out(config, items, lambda item: is_measured(item) and not is_in(item, profile))


@pytest.hookimpl(tryfirst=True)
def pytest_report_collectionfinish(config: pytest.Config, items: list[pytest.Item]) -> list[str]:
    """How many requests will be sent, before any is."""
    settings = settings_of(config)
    if settings.mode == "replay" or not items:
        return []
    name = settings.profile.name
    requests = sum(requests_of(item, settings.profile) for item in items)
    rate = session_of(config).limits(settings.editions[0]).rate
    seconds = f", {_minutes(requests / rate)} at {rate:g} a second" if rate else ""
    more = "" if name == FULL.name else f" (--ec-profile {FULL.name} runs all)"
    count = "1 test" if len(items) == 1 else f"{len(items)} tests"
    return [f"ecsuite: profile {name}: {count}, about {requests:,} requests{seconds}{more}"]


def _minutes(seconds: float) -> str:
    return f"{seconds:.0f} seconds" if seconds < 100 else f"{seconds / 60:.0f} minutes"  # noqa: PLR2004
