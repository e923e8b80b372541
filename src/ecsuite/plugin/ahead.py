"""Starts tests that mostly wait early, so that others run while they wait.

A test with the marker `waits` runs in a thread and has a run of its own. When its turn comes, pytest waits for the
thread, and the test ends as the thread did. Its findings are reported then, as for any other test.

This applies to runs against a server, in a process that runs all tests. Workers of pytest-xdist do not know which tests
they will get, and wait in parallel anyway.
"""

from __future__ import annotations

import inspect
import threading
import time
from collections.abc import Callable, Generator, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from typing import Final

import pytest

from ecsuite.errors import EcsuiteError
from ecsuite.plugin.alone import is_alone
from ecsuite.plugin.measured import seconds_of
from ecsuite.plugin.opening import opened
from ecsuite.plugin.session import session_of, settings_of
from ecsuite.plugin.tables import edition_of, parameters_of
from ecsuite.session import Run

MARKER: Final = "waits"
# At most this many run at the same time.
MOST: Final = 6
# What such a test may take besides its parameters, since fixtures are only set up when its turn comes.
TAKES: Final[Mapping[str, Callable[[Run], object]]] = {
    "run": lambda run: run,
    "api": lambda run: run.api,
    "world": lambda run: run.world(),
    "other": lambda run: run.world(run.other),
}
_NAME: Final = "ecsuite-ahead"


class StartedTest:
    """A test that was started early.

    Args:
        item: the test.

    Attributes:
        item: the test.
        run: its run.
        seconds: its duration; 0 until it has ended.
    """

    def __init__(self, item: pytest.Function) -> None:
        self.item = item
        self._activity = session_of(item.config).activity
        self._stack = ExitStack()
        self.run = self._stack.enter_context(opened(item, edition_of(item)))
        self._raised: BaseException | None = None
        self.seconds = 0.0
        self._thread = threading.Thread(target=self._act, name=f"ecsuite: {item.name}", daemon=True)
        self._thread.start()

    def _act(self) -> None:
        began = time.monotonic()
        with self._activity.aside():
            try:
                self.item.obj(**_arguments(self.item, self.run))
                # Delete what it has created now, not only when its turn comes.
                self.run.clean_up()
            except BaseException as error:  # noqa: BLE001  raised again when its turn comes
                self._raised = error
        self.seconds = time.monotonic() - began

    @property
    def is_under_way(self) -> bool:
        """Whether the test is still running."""
        return self._thread.is_alive()

    def wait(self) -> None:
        """Wait until the test has ended."""
        self._activity.wait_for(self._thread)

    def end(self) -> None:
        """Wait until the test has ended, and raise what it raised."""
        self.wait()
        if self._raised is not None:
            raise self._raised

    def close(self) -> None:
        """Close the test's run; after an interruption, wait for the thread only as long as the run allows."""
        left = self._activity.ending.left_under_way
        self._thread.join(left if self._activity.ending.has_begun else None)
        self._stack.close()


_STARTED: Final = pytest.StashKey[StartedTest]()


class Ahead:
    """Starts one test early whenever another test has ended; the longest ones first."""

    def __init__(self) -> None:
        self._session: pytest.Session | None = None
        self._next: list[pytest.Function] = []
        self._started: list[StartedTest] = []

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        """Find the tests that wait."""
        self._session = session
        self._next = sorted(_waiting(session.items), key=seconds_of)

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Iterator[None]:
        """Wait for the started tests before one that must run alone; do not start the current test early."""
        self._next = [other for other in self._next if other is not item]
        if is_alone(item) and not session_of(item.config).ended:
            for started in self.waiting():
                started.wait()
        return (yield)

    def pytest_runtest_logfinish(self) -> None:
        """Start another test, unless the run is about to end."""
        session = self._session
        if session is None or session.shouldstop or session.shouldfail or session_of(session.config).ended:
            return
        if self._next and sum(started.is_under_way for started in self._started) < MOST:
            item = self._next.pop()
            # If it cannot be started, the error is reported when its turn comes.
            with suppress(EcsuiteError):
                if _has_all(item):
                    item.stash[_STARTED] = StartedTest(item)
                    self._started.append(item.stash[_STARTED])

    def waiting(self) -> list[StartedTest]:
        """The tests that were started early and whose turn is not over."""
        return [started for started in self._started if _STARTED in started.item.stash]


@pytest.hookimpl(trylast=True)
def pytest_configure(config: pytest.Config) -> None:
    """Start tests early, unless this is a replay, a recording, a worker of pytest-xdist or a debugging session."""
    if settings_of(config).mode == "replay" or hasattr(config, "workerinput"):
        return
    is_stepped = config.getoption("usepdb", default=False) or config.getoption("trace", default=False)
    if not is_stepped and not settings_of(config).recording:
        config.pluginmanager.register(Ahead(), _NAME)


@contextmanager
def run_of_turn(item: pytest.Item, edition: str) -> Iterator[Run]:
    """The run of a test whose turn has come: the one that it was started with, or a new one."""
    started = item.stash.get(_STARTED, None)
    if started is None:
        with opened(item, edition) as run:
            yield run
        return
    try:
        yield started.run
    finally:
        # If the test is run again, it runs like any other.
        del item.stash[_STARTED]
        started.close()


@pytest.hookimpl(tryfirst=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> bool | None:
    """Use the result of a test that was started early, instead of calling the test."""
    started = pyfuncitem.stash.get(_STARTED, None)
    if started is None:
        return None
    started.end()
    return True


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Report the real duration of a test that was started early, not how long pytest waited for its end."""
    report = yield
    started = item.stash.get(_STARTED, None)
    if started is not None and call.when == "call":
        report.duration = max(report.duration, started.seconds)
    return report


def has_ended_early(item: pytest.Item) -> bool:
    """Whether a test was started early and has ended, so that its result is known."""
    started = item.stash.get(_STARTED, None)
    return started is not None and not started.is_under_way


def started_early(config: pytest.Config) -> list[StartedTest]:
    """The tests that were started early and whose turn is not over."""
    ahead: Ahead | None = config.pluginmanager.get_plugin(_NAME)
    return ahead.waiting() if ahead is not None else []


def _waiting(items: list[pytest.Item]) -> Iterator[pytest.Function]:
    """The tests with the marker `waits`.

    Raises:
        pytest.UsageError: one takes a fixture that is not available before its turn.
    """
    for item in items:
        if item.get_closest_marker(MARKER) is None or not isinstance(item, pytest.Function):
            continue
        names = set(_names(item))
        if others := names - TAKES.keys() - parameters_of(item).keys():
            told, known = ", ".join(sorted(others)), ", ".join(TAKES)
            raise pytest.UsageError(f"{item.nodeid} takes {told}: with the marker {MARKER} it can take {known} alone")
        yield item


def _has_all(item: pytest.Function) -> bool:
    """Whether everything that a test takes is available; there may be no second partner."""
    return "other" not in _names(item) or session_of(item.config).target(edition_of(item)).other is not None


def _names(item: pytest.Function) -> list[str]:
    return list(inspect.signature(item.obj).parameters)


def _arguments(item: pytest.Function, run: Run) -> dict[str, object]:
    given = parameters_of(item)
    return {name: given[name] if name in given else TAKES[name](run) for name in _names(item)}
