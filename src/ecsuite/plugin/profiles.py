"""Which tests a profile has, and how many requests they send: both as measured, in tests/profiles.json.

`tox run -e measure` makes that file. Tests that are not in it, such as a partner's own, are in every profile.
"""

from __future__ import annotations

import json
from functools import cache
from typing import Any, Final

import pytest

from ecsuite import editions
from ecsuite.plugin.session import session_of, settings_of
from ecsuite.plugin.tables import leave_out
from ecsuite.session.profile import FULL

_FOLDER: Final = "tests/"


@cache
def measured() -> dict[str, Any]:
    """What was measured: `requests` of each test, with all cases and with some; the tests of each smaller profile."""
    path = editions.root() / _FOLDER / "profiles.json"
    if not path.is_file():
        return {"requests": {}}
    content: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return content


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out the tests that the profile does not have."""
    name = settings_of(config).profile.name
    if name == FULL.name:
        return
    known, chosen = measured()["requests"], settings_of(config).editions
    own = {test for edition in chosen for test in measured().get(name, {}).get(edition, ())}
    leave_out(config, items, lambda item: _name_of(item) in known and _name_of(item) not in own)


@pytest.hookimpl(tryfirst=True)
def pytest_report_collectionfinish(config: pytest.Config, items: list[pytest.Item]) -> list[str]:
    """How many requests will be sent, before any is."""
    settings = settings_of(config)
    if settings.mode == "replay" or not items:
        return []
    column = 0 if settings.profile.most_cases is None else 1
    costs = [known[column] for item in items if (known := measured()["requests"].get(_name_of(item)))]
    rate = session_of(config).limits(settings.editions[0]).rate
    seconds = f", {_minutes(sum(costs) / rate)} at {rate:g} a second" if rate else ""
    return [f"ecsuite: profile {settings.profile.name}: {len(items)} tests, about {sum(costs):,} requests{seconds}"]


def _minutes(seconds: float) -> str:
    return f"{seconds:.0f} seconds" if seconds < 100 else f"{seconds / 60:.0f} minutes"  # noqa: PLR2004


def _name_of(item: pytest.Item) -> str:
    """The name of a test of ours, from whatever folder it is run; empty for another one."""
    folder = editions.root() / _FOLDER
    if not item.path.is_relative_to(folder):
        return ""
    return f"{_FOLDER}{item.path.relative_to(folder).as_posix()}::{item.nodeid.partition('::')[2]}"
