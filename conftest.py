"""Brings in ecsuite's pytest plugin: its options, markers and fixtures are in src/ecsuite/plugin/."""

from collections.abc import Generator

import pytest

pytest_plugins = ("ecsuite.plugin",)


@pytest.hookimpl(wrapper=True, optionalhook=True)
def pytest_xdist_auto_num_workers(config: pytest.Config) -> Generator[None, int, int]:
    """Offline, `-n auto` starts two workers a core: the tests of ecsuite itself mostly wait for processes."""
    workers = yield
    return workers if config.getoption("ec_target") else 2 * workers
