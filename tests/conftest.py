"""The order of the test folders, and the folders that a run leaves out."""

import os
from pathlib import Path

import pytest

from ecsuite.plugin.outcome import mark_as_suite
from ecsuite.plugin.session import settings_of, usage_errors
from ecsuite.target import whole_number

HERE = Path(__file__).parent
# Fast and broad tests run first, so that a broken server is reported early.
FOLDERS = ("quickstart", "endpoints", "rules", "scenarios", "webhooks", "properties")
# The tests of ecsuite itself test no server.
OWN = HERE / "selftest"
# These tests need tools that not every machine has: a browser, and npm packages.
IN_TOOLS = (HERE / "pages", HERE / "exports")
# Generated cases differ from run to run, so they cannot be recorded; loading the generator is slow.
GENERATED = HERE / "properties"


def pytest_configure() -> None:
    """Reject an invalid number of generated cases before any test runs."""
    with usage_errors():
        whole_number(os.environ, "EC_EXAMPLES")


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Ignore a folder that does not test the target, unless the command line names it."""
    settings = settings_of(config)
    is_about_another = collection_path in IN_TOOLS or (collection_path == OWN and settings.mode != "replay")
    if is_about_another and not _names(config, collection_path):
        return True
    return True if collection_path == GENERATED and settings.uses_cassettes else None


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Sort the tests of a replay by folder (other runs have an order of their own), and mark the tests of the API."""
    if settings_of(config).mode == "replay":
        items.sort(key=_place)
    for item in items:
        if _place(item) < len(FOLDERS):
            mark_as_suite(item)


def _place(item: pytest.Item) -> int:
    folder = item.path.relative_to(HERE).parts[0] if item.path.is_relative_to(HERE) else ""
    return FOLDERS.index(folder) if folder in FOLDERS else len(FOLDERS)


def _names(config: pytest.Config, folder: Path) -> bool:
    """Whether a command-line argument is inside a folder."""
    return any(Path(argument.partition("::")[0]).resolve().is_relative_to(folder) for argument in config.args)
