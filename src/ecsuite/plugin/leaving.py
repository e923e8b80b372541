"""What an interrupted run leaves on the server. pytest makes no report of an interrupted test, so it is passed on here.

With pytest-xdist, each worker is told of the interruption, and has time to delete what it has created before xdist
kills it.
"""

from __future__ import annotations

import json
import os
import signal
import time
from collections.abc import Generator
from contextlib import suppress
from dataclasses import replace
from typing import Any, Final

import pytest

from ecsuite.bounds import CLEAN_UP_SECONDS, UNDER_WAY_SECONDS
from ecsuite.plugin.ahead import started_early
from ecsuite.plugin.marking import carried
from ecsuite.plugin.outcome import NOTHING
from ecsuite.plugin.results import reporter_of
from ecsuite.plugin.session import run_of, session_of
from ecsuite.results.record import Record

_NODES: Final = pytest.StashKey[list[Any]]()
# The key under which a worker returns what the interrupted test has left.
_LEFT: Final = "ecsuite_left"


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    """Delete what an interrupted test has created, and pass on what is left."""
    try:
        return (yield)
    except KeyboardInterrupt:
        session_of(item.config).activity.ending.is_seen = True
        record = _left_by(item)
        output: dict[str, Any] | None = getattr(item.config, "workeroutput", None)
        if record is not None and output is not None:
            output[_LEFT] = [item.nodeid, json.dumps(record.to_json())]
        elif record is not None:
            reporter_of(item.config).take(item.nodeid, record)
        raise


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtestloop(session: pytest.Session) -> Generator[None, object, object]:
    """If the run ends early, end the tests that were started early, and delete what they have created."""
    try:
        return (yield)
    finally:
        _leave_started(session.config)


def _leave_started(config: pytest.Config) -> None:
    started, ending = started_early(config), session_of(config).activity.ending
    if started:
        ending.begin()
        ending.is_seen = True
    for each in started:
        each.close()
        if (record := _left_by(each.item)) is not None:
            reporter_of(config).take(each.item.nodeid, record)


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    """Remember the workers."""
    node.config.stash.setdefault(_NODES, []).append(node)


class Workers:
    """The workers of a run, in the process that has started them; empty in a worker."""

    def __init__(self, config: pytest.Config) -> None:
        self._config = config

    @pytest.hookimpl(tryfirst=True)
    def pytest_keyboard_interrupt(self) -> None:
        """Let the workers delete what they have created, wait for them, and collect what is left."""
        nodes, ending = self._config.stash.get(_NODES, []), session_of(self._config).activity.ending
        ending.is_seen = True
        if not ending.has_begun:
            return
        for node in nodes:
            _interrupt(node)
        until = time.monotonic() + CLEAN_UP_SECONDS + UNDER_WAY_SECONDS
        for node in nodes:
            channel = getattr(node, "channel", None)
            if channel is not None:
                with suppress(OSError, EOFError, channel.RemoteError):
                    channel.waitclose(max(until - time.monotonic(), 0.0))
            if (given := getattr(node, "workeroutput", {}).get(_LEFT)) is not None:
                test, record = given
                reporter_of(self._config).take(test, Record.from_json(json.loads(record)))


@pytest.hookimpl(trylast=True)
def pytest_configure(config: pytest.Config) -> None:
    """Register the handling of workers."""
    config.pluginmanager.register(Workers(config), "ecsuite-workers")


def _left_by(item: pytest.Item) -> Record | None:
    """What a test leaves after its clean-up; None if nothing is left."""
    run = run_of(item)
    if run is None:
        return None
    run.clean_up()
    mask, left = run.redactor.text, (*carried(item).left, *run.left)
    masked = tuple(each.masked(mask) for each in left)
    return replace(NOTHING, base_url=mask(run.target.base_url), left=masked, edition=run.edition) if left else None


def _interrupt(node: Any) -> None:
    """Interrupt a worker that may not know yet: Ctrl-C reaches all processes of a terminal, `kill` only one."""
    # A worker on another machine has no process here, and on Windows the signal would kill it.
    process = getattr(getattr(node.gateway, "_io", None), "popen", None)
    if process is not None and os.name == "posix":
        with suppress(OSError):
            process.send_signal(signal.SIGTERM)
