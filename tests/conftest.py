"""In which order the folders of tests run, and which of them a run leaves out."""

import os
from pathlib import Path

import pytest

from ecsuite.plugin.outcome import mark_as_suite
from ecsuite.plugin.session import settings_of, usage_errors
from ecsuite.target import whole_number

HERE = Path(__file__).parent
# A broken server is told the sooner the earlier the cheap and broad tests come.
FOLDERS = ("quickstart", "endpoints", "rules", "scenarios", "webhooks", "properties")
# The tests of ecsuite itself are not about a server.
OWN = HERE / "selftest"
# What they need is not on every machine: a browser, and what npm installs.
IN_TOOLS = (HERE / "pages", HERE / "exports")
# Cases that are made up again cannot be recorded, and what makes them up takes its time to be loaded.
GENERATED = HERE / "properties"


def pytest_configure() -> None:
    """Refuse a number of generated cases that is none, before any test."""
    with usage_errors():
        whole_number(os.environ, "EC_EXAMPLES")


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Leave out a folder that is not about the target, unless the command line names it."""
    settings = settings_of(config)
    is_about_another = collection_path in IN_TOOLS or (collection_path == OWN and settings.mode != "replay")
    if is_about_another and not _names(config, collection_path):
        return True
    return True if collection_path == GENERATED and settings.uses_cassettes else None


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Put the tests of a replay into the order of their folders, for others have one; and say which are about an API."""
    if settings_of(config).mode == "replay":
        items.sort(key=_place)
    for item in items:
        if _place(item) < len(FOLDERS):
            mark_as_suite(item)


def _place(item: pytest.Item) -> int:
    folder = item.path.relative_to(HERE).parts[0] if item.path.is_relative_to(HERE) else ""
    return FOLDERS.index(folder) if folder in FOLDERS else len(FOLDERS)


def _names(config: pytest.Config, folder: Path) -> bool:
    """Whether an argument of the command line is in a folder."""
    return any(Path(argument.partition("::")[0]).resolve().is_relative_to(folder) for argument in config.args)
