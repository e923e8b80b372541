"""Shows the progress of a run that sends something; `watching` has the details."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

import pytest

from ecsuite import streams
from ecsuite.plugin.session import settings_of

_NAME: Final = "ecsuite-progress"
# With so many -q, only the result is printed.
QUIETEST: Final = -2


# Last, when the session and the terminal reporter exist.
@pytest.hookimpl(trylast=True)
def pytest_configure(config: pytest.Config) -> None:
    """Show the progress in the main process; its workers pass on their state."""
    worker: dict[str, Any] | None = getattr(config, "workerinput", None)
    if worker is None and not is_watched(config):
        return
    from ecsuite.plugin.watching import KEY, Watched, Worker  # noqa: PLC0415  a replay is not watched

    if worker is None:
        config.pluginmanager.register(Watched(config), _NAME)
    elif file := worker.get(KEY):
        config.pluginmanager.register(Worker(config, Path(file)), _NAME)


def is_watched(config: pytest.Config) -> bool:
    """Whether to show progress: not without output, in a debugger, or in a replay."""
    is_here = config.pluginmanager.hasplugin("terminalreporter")
    is_stepped = config.getoption("usepdb", default=False) or config.getoption("trace", default=False)
    is_quiet = config.option.verbose <= QUIETEST or config.option.collectonly
    return is_here and not is_stepped and not is_quiet and settings_of(config).mode != "replay"


def say(config: pytest.Config, line: str) -> None:
    """Print a line to the terminal now, even if output is captured."""
    watched: Any = config.pluginmanager.get_plugin(_NAME)
    if watched is None or not watched.say(line):
        streams.say(line)
