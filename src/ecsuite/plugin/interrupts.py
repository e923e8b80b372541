"""Ctrl-C and its like: the first ends the run, the next ones are told why it has not ended yet."""

from __future__ import annotations

from contextlib import ExitStack
from functools import partial

import pytest

from ecsuite.interrupts import Interrupts
from ecsuite.plugin.progress import say
from ecsuite.plugin.session import settings_of


@pytest.hookimpl(trylast=True)
def pytest_configure(config: pytest.Config) -> None:
    """Handle them in a run that makes something, unless a debugger does."""
    if settings_of(config).mode != "replay" and not config.getoption("usepdb", default=False):
        stack = ExitStack()
        stack.enter_context(Interrupts(partial(say, config)))
        config.add_cleanup(stack.close)
