"""Has it told how far a run is, while it lasts, in a run that sends something; what is told is in `watching`."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

import pytest

from ecsuite import streams
from ecsuite.plugin.session import settings_of

_NAME: Final = "ecsuite-progress"
# With so many -q nothing is told but the end.
QUIETEST: Final = -2


# When the session is there that says what the run is, and the reporter that counts.
@pytest.hookimpl(trylast=True)
def pytest_configure(config: pytest.Config) -> None:
    """Have it told, by the process that prints; its workers tell that one what they are at."""
    worker: dict[str, Any] | None = getattr(config, "workerinput", None)
    if worker is None and not is_watched(config):
        return
    from ecsuite.plugin.watching import KEY, Watched, Worker  # noqa: PLC0415  a replay is not watched

    if worker is None:
        config.pluginmanager.register(Watched(config), _NAME)
    elif file := worker.get(KEY):
        config.pluginmanager.register(Worker(config, Path(file)), _NAME)


def is_watched(config: pytest.Config) -> bool:
    """Whether somebody may look at a run that takes its time."""
    is_here = config.pluginmanager.hasplugin("terminalreporter")
    is_stepped = config.getoption("usepdb", default=False) or config.getoption("trace", default=False)
    is_quiet = config.option.verbose <= QUIETEST or config.option.collectonly
    return is_here and not is_stepped and not is_quiet and settings_of(config).mode != "replay"


def say(config: pytest.Config, line: str) -> None:
    """Tell something on the terminal now, whatever is captured."""
    watched: Any = config.pluginmanager.get_plugin(_NAME)
    if watched is None or not watched.say(line):
        streams.say(line)
