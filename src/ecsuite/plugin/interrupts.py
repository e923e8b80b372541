"""Ctrl-C and its like: the first ends the run, the next ones are told why it has not ended yet."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from functools import partial
from typing import Final

import pytest

from ecsuite.interrupts import Interrupts
from ecsuite.plugin.progress import say
from ecsuite.plugin.session import session_of, settings_of

_INTERRUPTS: Final = pytest.StashKey[Interrupts]()
_STACK: Final = pytest.StashKey[ExitStack]()


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_cmdline_main(config: pytest.Config) -> Iterator[None]:
    """Handle them until all is closed."""
    with ExitStack() as stack:
        config.stash[_STACK] = stack
        return (yield)


@pytest.hookimpl(trylast=True)
def pytest_configure(config: pytest.Config) -> None:
    """Handle them in a run that makes something, unless a debugger does."""
    if settings_of(config).mode == "replay" or config.getoption("usepdb", default=False):
        return
    ending = session_of(config).activity.ending
    interrupts = Interrupts(partial(say, config), ending, is_watched=hasattr(config, "workerinput"))
    stack = config.stash.get(_STACK, None)
    if stack is None:
        # The plugin came only when options had been read.
        stack = ExitStack()
        config.add_cleanup(stack.close)
    stack.enter_context(interrupts)
    config.stash[_INTERRUPTS] = interrupts


@pytest.hookimpl(tryfirst=True)
def pytest_unconfigure(config: pytest.Config) -> None:
    """Nothing is left to do but to close what is open."""
    interrupts = config.stash.get(_INTERRUPTS, None)
    if interrupts is not None:
        interrupts.close_down()
