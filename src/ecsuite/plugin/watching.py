"""Shows how far a run is: on a terminal in a status line, elsewhere in a line now and then.

Each worker of pytest-xdist writes its state to a file of its own, which the main process reads.
"""

from __future__ import annotations

import json
import os
import tempfile
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

import pytest

from ecsuite.activity import Waiting
from ecsuite.plugin.results import reporter_of
from ecsuite.plugin.screen import Screen
from ecsuite.plugin.session import session_of
from ecsuite.plugin.summary import MARKUP
from ecsuite.report.lines import Line
from ecsuite.report.progress import MORE_LINE, Progress, cause_line, live_line, log_line, wait_line

THREAD: Final = "ecsuite-progress"
# The key under which a worker gets the path of its file.
KEY: Final = "ecsuite_progress"
# Seconds between updates.
TICK: Final = 0.2
# Seconds between lines in a log. A wait longer than `WORTH_REPORTING` has a line of its own, at most one in
# `WAIT_INTERVAL`.
LOG_INTERVAL: Final = 30.0
WORTH_REPORTING: Final = 3.0
WAIT_INTERVAL: Final = 20.0
# Seconds over which the request rate is averaged.
RATE_WINDOW: Final = 10.0
# How many causes are printed as they are found; after so many it is clear that something is wrong.
MOST_CAUSES: Final = 12


@dataclass(frozen=True, slots=True)
class State:
    """The state of a process: its current test and since when, the requests sent, and what it waits for."""

    test: str = ""
    since: float = 0.0
    sent: int = 0
    waiting: Waiting | None = None

    @staticmethod
    def read(file: Path) -> State:
        """The state that a worker has written; an empty one if there is none yet."""
        with suppress(OSError, ValueError, TypeError):
            value = json.loads(file.read_text(encoding="utf-8"))
            waiting = value.pop("waiting")
            return State(**value, waiting=Waiting(**waiting) if waiting else None)
        return State()


class Own:
    """The state of this process."""

    def __init__(self, config: pytest.Config) -> None:
        self._session = session_of(config)
        self._test, self._since = "", 0.0

    def pytest_runtest_logstart(self, nodeid: str) -> None:
        """Note the start of a test."""
        self._test, self._since = nodeid, time.time()

    def pytest_runtest_logfinish(self) -> None:
        """Note the end of a test."""
        self._test = ""

    @property
    def state(self) -> State:
        """The state, without secrets."""
        activity, mask = self._session.activity, self._session.redactor.text
        waiting = activity.waiting
        masked = Waiting(mask(waiting.what), waiting.lasted, waiting.seconds) if waiting else None
        return State(mask(self._test), self._since, activity.sent, masked)

    def say(self, line: str) -> bool:  # noqa: ARG002  for who has a terminal
        """Print a line now, even if output is captured; returns whether that was possible."""
        return False


class Worker(Own):
    """Writes the state of a worker to its file."""

    def __init__(self, config: pytest.Config, file: Path) -> None:
        super().__init__(config)
        self._file = file

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtestloop(self) -> Iterator[None]:
        """Write while tests run."""
        with _ticking(self._write):
            return (yield)

    def _write(self) -> None:
        written = self._file.with_suffix(".new")
        written.write_text(json.dumps(asdict(self.state)), encoding="utf-8")
        written.replace(self._file)


class Watched(Own):
    """Shows the progress of the run, in the main process."""

    def __init__(self, config: pytest.Config) -> None:
        super().__init__(config)
        self._config = config
        self._folder: Path | None = None
        self._workers: list[Path] = []
        self._total = self._done = 0
        self._sent: deque[tuple[float, int]] = deque()
        self._reported_at, self._wait_reported_at = time.monotonic(), float("-inf")
        self._screen: Screen | None = None
        self._causes = 0
        self._writer: Any = config.get_terminal_writer()
        reporter: Any = config.pluginmanager.get_plugin("terminalreporter")
        # With -s, output of the tests would collide with the status line.
        is_captured = config.getoption("capture", "no") != "no"
        self._is_live = reporter.isatty and is_captured and os.name == "posix" and os.environ.get("TERM") != "dumb"

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        """Get the number of tests."""
        self._total = len(session.items)

    @pytest.hookimpl(optionalhook=True)
    def pytest_xdist_node_collection_finished(self, ids: list[str]) -> None:
        """Get the number of tests from a worker."""
        self._total = len(ids)

    @pytest.hookimpl(optionalhook=True)
    def pytest_configure_node(self, node: Any) -> None:
        """Pass the path of its file to a worker."""
        if self._folder is None:
            folder = ExitStack()
            self._folder = Path(folder.enter_context(tempfile.TemporaryDirectory(prefix="ecsuite-progress-")))
            self._config.add_cleanup(folder.close)
        file = self._folder / f"{node.gateway.id}.json"
        self._workers.append(file)
        node.workerinput[KEY] = str(file)

    # Last, after pytest's own output for the test.
    @pytest.hookimpl(trylast=True)
    def pytest_runtest_logfinish(self) -> None:
        """Note the end of a test in any process."""
        super().pytest_runtest_logfinish()
        self._done += 1
        self._tell_causes()

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtestloop(self) -> Iterator[None]:
        """Show the progress while tests run."""
        screen = Screen(self._writer._file)  # noqa: SLF001  what pytest writes to has no public name
        self._screen, before, self._writer._file = screen, self._writer._file, screen  # noqa: SLF001
        try:
            with _ticking(self._tell):
                return (yield)
        finally:
            self._screen, self._writer._file = None, before  # noqa: SLF001
            screen.close()

    def say(self, line: str) -> bool:
        """Print a line above the status line."""
        screen = self._screen
        if screen is None:
            return False
        screen.say(line)
        return True

    def _tell(self) -> None:
        assert self._screen is not None
        progress, now = self._progress(), time.monotonic()
        if self._is_live:
            self._screen.draw(self._styled(live_line(progress, self._screen.width - 1)))
        elif now - self._reported_at >= LOG_INTERVAL:
            self._reported_at = self._wait_reported_at = now
            self._screen.say(log_line(progress))
        elif (
            progress.waiting
            and progress.waiting.lasted >= WORTH_REPORTING
            and now - self._wait_reported_at >= WAIT_INTERVAL
        ):
            self._wait_reported_at = now
            self._screen.say(wait_line(progress))

    def _tell_causes(self) -> None:
        """Print each cause when it is first found."""
        for found in reporter_of(self._config).take_fresh():
            self._causes += 1
            if self._causes <= MOST_CAUSES:
                self.say(cause_line(found))
            elif self._causes == MOST_CAUSES + 1:
                self.say(MORE_LINE)

    def _progress(self) -> Progress:
        states = [State.read(file) for file in self._workers] or [self.state]
        busy = sorted(
            (state for state in states if state.test or state.waiting),
            # The one that may wait longest, else the one that has run longest.
            key=lambda state: (-(state.waiting.seconds if state.waiting else 0.0), state.since),
        )
        first = busy[0] if busy else State()
        sent = sum(state.sent for state in states)
        reporter = reporter_of(self._config)
        return Progress(
            done=self._done,
            total=self._total,
            outcomes=reporter.outcomes,
            warnings=reporter.warnings,
            requests=sent,
            rate=self._rate(sent),
            test=first.test,
            others=max(len(busy) - 1, 0),
            waiting=first.waiting,
        )

    def _rate(self, sent: int) -> float:
        now = time.monotonic()
        self._sent.append((now, sent))
        while now - self._sent[0][0] > RATE_WINDOW:
            self._sent.popleft()
        began, before = self._sent[0]
        return (sent - before) / (now - began) if now > began else 0.0

    def _styled(self, line: Line) -> str:
        return "".join(self._writer.markup(part.text, **MARKUP[part.style]) for part in line)


@contextmanager
def _ticking(act: Callable[[], None]) -> Iterator[None]:
    """Call a function periodically during the block; stops at an error, because it could not be reported."""
    ended = threading.Event()

    def ticking() -> None:
        with suppress(OSError, ValueError):
            while not ended.wait(TICK):
                act()

    thread = threading.Thread(target=ticking, name=THREAD, daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()
