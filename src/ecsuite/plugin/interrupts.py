"""Ctrl-C and other interrupts: the first one ends the run; for further ones, the reason for the delay is printed."""

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
    """Handle interrupts until everything is closed."""
    with ExitStack() as stack:
        config.stash[_STACK] = stack
        return (yield)


@pytest.hookimpl(trylast=True)
def pytest_configure(config: pytest.Config) -> None:
    """Handle interrupts in a run against a server, unless a debugger is used."""
    if settings_of(config).mode == "replay" or config.getoption("usepdb", default=False):
        return
    ending = session_of(config).activity.ending
    interrupts = Interrupts(partial(say, config), ending, is_watched=hasattr(config, "workerinput"))
    stack = config.stash.get(_STACK, None)
    if stack is None:
        # The plugin was loaded after pytest had read its options.
        stack = ExitStack()
        config.add_cleanup(stack.close)
    stack.enter_context(interrupts)
    config.stash[_INTERRUPTS] = interrupts


@pytest.hookimpl(tryfirst=True)
def pytest_unconfigure(config: pytest.Config) -> None:
    """Only open resources are left to close."""
    interrupts = config.stash.get(_INTERRUPTS, None)
    if interrupts is not None:
        interrupts.close_down()
