"""Which tests a profile has, and how many requests they send: both as measured, in tests/profiles.json.

`tox run -e measure` makes that file. Tests that are not in it, such as a partner's own, are in every profile.
"""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any, Final

import pytest

from ecsuite.plugin.session import session_of, settings_of
from ecsuite.plugin.tables import leave_out
from ecsuite.session.profile import FULL

_FOLDER: Final = "tests"
_FILE: Final = "profiles.json"


@cache
def measured(folder: Path) -> dict[str, Any]:
    """What was measured of the tests in a folder.

    `requests` of each test, with all cases and with some, by its name in the folder; the tests of each smaller profile.
    """
    content: dict[str, Any] = json.loads((folder / _FILE).read_text(encoding="utf-8"))
    return content


@cache
def _folder_of(path: Path) -> Path | None:
    """The folder of our tests that a file of tests is in: the clone's, or the installed one; None for another file."""
    return next((folder for folder in path.parents if folder.name == _FOLDER and (folder / _FILE).is_file()), None)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out the tests that the profile does not have."""
    name = settings_of(config).profile.name
    if name == FULL.name:
        return
    chosen = settings_of(config).editions

    def is_left_out(item: pytest.Item) -> bool:
        folder, test = _folder_of(item.path), _name_of(item)
        if folder is None or test not in measured(folder)["requests"]:
            return False
        return not any(test in measured(folder)[name].get(edition, ()) for edition in chosen)

    leave_out(config, items, is_left_out)


@pytest.hookimpl(tryfirst=True)
def pytest_report_collectionfinish(config: pytest.Config, items: list[pytest.Item]) -> list[str]:
    """How many requests will be sent, before any is."""
    settings = settings_of(config)
    if settings.mode == "replay" or not items:
        return []
    column = 0 if settings.profile.most_cases is None else 1
    costs = [cost[column] for item in items if (cost := _cost_of(item))]
    rate = session_of(config).limits(settings.editions[0]).rate
    seconds = f", {_minutes(sum(costs) / rate)} at {rate:g} a second" if rate else ""
    name = settings.profile.name
    more = "" if name == FULL.name else f" (--ec-profile {FULL.name} runs all)"
    return [f"ecsuite: profile {name}: {len(items)} tests, about {sum(costs):,} requests{seconds}{more}"]


def _minutes(seconds: float) -> str:
    return f"{seconds:.0f} seconds" if seconds < 100 else f"{seconds / 60:.0f} minutes"  # noqa: PLR2004


def _cost_of(item: pytest.Item) -> list[int]:
    """The requests of a test, with all cases and with some; empty where that is not known."""
    folder = _folder_of(item.path)
    costs: list[int] = measured(folder)["requests"].get(_name_of(item), []) if folder else []
    return costs


def _name_of(item: pytest.Item) -> str:
    """The name of a test of ours, from whatever folder it is run; empty for another one."""
    folder = _folder_of(item.path)
    if folder is None:
        return ""
    return f"{_FOLDER}/{item.path.relative_to(folder).as_posix()}::{item.nodeid.partition('::')[2]}"
