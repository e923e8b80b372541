"""Tests that mostly wait are begun ahead of their turn, so that others run while they wait.

A test with the marker `waits` is run in a thread of its own, with a run of its own. When its turn comes, pytest waits
for the thread, and the test ends as that did; what it found is told then, as of any other test.

So it is against a server, in a process that runs all tests. Workers of pytest-xdist do not know which tests will be
theirs, and wait beside each other anyway.
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
# So many are under way at the same time.
MOST: Final = 6
# What such a test may take, beside its parameters; before its turn comes, no fixture is set up for it.
TAKES: Final[Mapping[str, Callable[[Run], object]]] = {
    "run": lambda run: run,
    "api": lambda run: run.api,
    "world": lambda run: run.world(),
    "other": lambda run: run.world(run.other),
}
_NAME: Final = "ecsuite-ahead"


class Begun:
    """A test that was begun ahead of its turn.

    Args:
        item: the test.

    Attributes:
        item: the test.
        run: what it was begun with.
        seconds: that it has taken; 0 until it has ended.
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
                # That what it made is deleted need not wait for its turn either.
                self.run.clean_up()
            except BaseException as error:  # noqa: BLE001  raised again when its turn comes
                self._raised = error
        self.seconds = time.monotonic() - began

    @property
    def is_under_way(self) -> bool:
        """Whether it has not ended yet."""
        return self._thread.is_alive()

    def wait(self) -> None:
        """Wait until it has ended."""
        self._activity.wait_for(self._thread)

    def end(self) -> None:
        """Wait until it has ended, and end as it did; raises what it raised."""
        self.wait()
        if self._raised is not None:
            raise self._raised

    def close(self) -> None:
        """Close its run; in a run that was interrupted, what is under way is waited for so long and no longer."""
        left = self._activity.ending.left_under_way
        self._thread.join(left if self._activity.ending.has_begun else None)
        self._stack.close()


_BEGUN: Final = pytest.StashKey[Begun]()


class Ahead:
    """Begins one test ahead whenever another one has ended; those first that wait longest."""

    def __init__(self) -> None:
        self._session: pytest.Session | None = None
        self._next: list[pytest.Function] = []
        self._begun: list[Begun] = []

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        """Know the tests that wait."""
        self._session = session
        self._next = sorted(_waiting(session.items), key=seconds_of)

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Iterator[None]:
        """Where a test must be alone, let those end that were begun; one whose turn has come is not begun ahead."""
        self._next = [other for other in self._next if other is not item]
        if is_alone(item) and not session_of(item.config).ended:
            for begun in self.waiting():
                begun.wait()
        return (yield)

    def pytest_runtest_logfinish(self) -> None:
        """Begin one more, unless the run is about to end."""
        session = self._session
        if session is None or session.shouldstop or session.shouldfail or session_of(session.config).ended:
            return
        if self._next and sum(begun.is_under_way for begun in self._begun) < MOST:
            item = self._next.pop()
            # What keeps it from being begun is told in its turn.
            with suppress(EcsuiteError):
                if _has_all(item):
                    item.stash[_BEGUN] = Begun(item)
                    self._begun.append(item.stash[_BEGUN])

    def waiting(self) -> list[Begun]:
        """Those whose turn has not come yet, or is not over."""
        return [begun for begun in self._begun if _BEGUN in begun.item.stash]


@pytest.hookimpl(trylast=True)
def pytest_configure(config: pytest.Config) -> None:
    """Begin tests ahead where that is possible, and nobody steps through them."""
    if settings_of(config).mode == "replay" or hasattr(config, "workerinput"):
        return
    is_stepped = config.getoption("usepdb", default=False) or config.getoption("trace", default=False)
    if not is_stepped and not settings_of(config).recording:
        config.pluginmanager.register(Ahead(), _NAME)


@contextmanager
def run_of_turn(item: pytest.Item, edition: str) -> Iterator[Run]:
    """The run of a test whose turn has come: that which it was begun with, or a new one."""
    begun = item.stash.get(_BEGUN, None)
    if begun is None:
        with opened(item, edition) as run:
            yield run
        return
    try:
        yield begun.run
    finally:
        # A second time it is run as any other.
        del item.stash[_BEGUN]
        begun.close()


@pytest.hookimpl(tryfirst=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> bool | None:
    """Take what came of a test that was begun ahead."""
    begun = pyfuncitem.stash.get(_BEGUN, None)
    if begun is None:
        return None
    begun.end()
    return True


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Have it told how long a test took that was begun ahead, not how long its end was waited for in its turn."""
    report = yield
    begun = item.stash.get(_BEGUN, None)
    if begun is not None and call.when == "call":
        report.duration = max(report.duration, begun.seconds)
    return report


def has_ended_ahead(item: pytest.Item) -> bool:
    """Whether a test was begun ahead of its turn and has ended, so that what came of it is known."""
    begun = item.stash.get(_BEGUN, None)
    return begun is not None and not begun.is_under_way


def begun_ahead(config: pytest.Config) -> list[Begun]:
    """The tests that were begun, and whose turn has not come yet, or is not over."""
    ahead: Ahead | None = config.pluginmanager.get_plugin(_NAME)
    return ahead.waiting() if ahead is not None else []


def _waiting(items: list[pytest.Item]) -> Iterator[pytest.Function]:
    """Those of some tests that wait.

    Raises:
        pytest.UsageError: one takes what it cannot have before its turn.
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
    """Whether all is there that a test takes: a second partner may be missing."""
    return "other" not in _names(item) or session_of(item.config).target(edition_of(item)).other is not None


def _names(item: pytest.Function) -> list[str]:
    return list(inspect.signature(item.obj).parameters)


def _arguments(item: pytest.Function, run: Run) -> dict[str, object]:
    given = parameters_of(item)
    return {name: given[name] if name in given else TAKES[name](run) for name in _names(item)}
