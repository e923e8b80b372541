"""Tells how far a run is: in a line that stays on a terminal, elsewhere in lines now and then.

Each worker of pytest-xdist writes what it is at into a file of its own, which the process that prints reads.
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
# Under this name a worker is told where to write.
KEY: Final = "ecsuite_progress"
# Seconds between two looks.
TICK: Final = 0.2
# Seconds between two lines in a log. A wait that has lasted so long has a line of its own, not more often than that.
EVERY: Final = 30.0
WORTH_TELLING: Final = 3.0
WAITS_EVERY: Final = 20.0
# Seconds over which the rate is taken.
LATELY: Final = 10.0
# So many causes are told as they come: who reads them has seen that something is wrong, and the end tells all.
MOST_TOLD: Final = 12


@dataclass(frozen=True, slots=True)
class State:
    """What a process is at: the test that it runs, since when, how many requests it has sent, what it waits for."""

    test: str = ""
    since: float = 0.0
    sent: int = 0
    waiting: Waiting | None = None

    @staticmethod
    def read(file: Path) -> State:
        """The state that a worker has written; an empty one before it has."""
        with suppress(OSError, ValueError, TypeError):
            value = json.loads(file.read_text(encoding="utf-8"))
            waiting = value.pop("waiting")
            return State(**value, waiting=Waiting(**waiting) if waiting else None)
        return State()


class Own:
    """What this process is at."""

    def __init__(self, config: pytest.Config) -> None:
        self._session = session_of(config)
        self._test, self._since = "", 0.0

    def pytest_runtest_logstart(self, nodeid: str) -> None:
        """A test begins."""
        self._test, self._since = nodeid, time.time()

    def pytest_runtest_logfinish(self) -> None:
        """It has ended."""
        self._test = ""

    @property
    def state(self) -> State:
        """What it is at, without secrets."""
        activity, mask = self._session.activity, self._session.redactor.text
        waiting = activity.waiting
        told = Waiting(mask(waiting.what), waiting.lasted, waiting.seconds) if waiting else None
        return State(mask(self._test), self._since, activity.sent, told)

    def say(self, line: str) -> bool:  # noqa: ARG002  for who has a terminal
        """Tell something else now, whatever is captured; whether that could be done."""
        return False


class Worker(Own):
    """Writes what a worker is at into its file."""

    def __init__(self, config: pytest.Config, file: Path) -> None:
        super().__init__(config)
        self._file = file

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtestloop(self) -> Iterator[None]:
        """Write as long as tests run."""
        with _ticking(self._write):
            return (yield)

    def _write(self) -> None:
        written = self._file.with_suffix(".new")
        written.write_text(json.dumps(asdict(self.state)), encoding="utf-8")
        written.replace(self._file)


class Watched(Own):
    """Tells how far the run is, in the process that prints."""

    def __init__(self, config: pytest.Config) -> None:
        super().__init__(config)
        self._config = config
        self._folder: Path | None = None
        self._workers: list[Path] = []
        self._total = self._done = 0
        self._sent: deque[tuple[float, int]] = deque()
        self._told_at, self._wait_told_at = time.monotonic(), float("-inf")
        self._screen: Screen | None = None
        self._told = 0
        self._writer: Any = config.get_terminal_writer()
        reporter: Any = config.pluginmanager.get_plugin("terminalreporter")
        # What tests print themselves, with -s, would be written over.
        is_captured = config.getoption("capture", "no") != "no"
        self._is_live = reporter.isatty and is_captured and os.name == "posix" and os.environ.get("TERM") != "dumb"

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        """Learn how many tests there are."""
        self._total = len(session.items)

    @pytest.hookimpl(optionalhook=True)
    def pytest_xdist_node_collection_finished(self, ids: list[str]) -> None:
        """Learn it from a worker."""
        self._total = len(ids)

    @pytest.hookimpl(optionalhook=True)
    def pytest_configure_node(self, node: Any) -> None:
        """Tell a worker where to write."""
        if self._folder is None:
            folder = ExitStack()
            self._folder = Path(folder.enter_context(tempfile.TemporaryDirectory(prefix="ecsuite-progress-")))
            self._config.add_cleanup(folder.close)
        file = self._folder / f"{node.gateway.id}.json"
        self._workers.append(file)
        node.workerinput[KEY] = str(file)

    # Behind what pytest itself writes at the end of a test.
    @pytest.hookimpl(trylast=True)
    def pytest_runtest_logfinish(self) -> None:
        """A test has ended, wherever it ran."""
        super().pytest_runtest_logfinish()
        self._done += 1
        self._tell_causes()

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtestloop(self) -> Iterator[None]:
        """Tell it as long as tests run."""
        screen = Screen(self._writer._file)  # noqa: SLF001  what pytest writes to has no public name
        self._screen, before, self._writer._file = screen, self._writer._file, screen  # noqa: SLF001
        try:
            with _ticking(self._tell):
                return (yield)
        finally:
            self._screen, self._writer._file = None, before  # noqa: SLF001
            screen.close()

    def say(self, line: str) -> bool:
        """Tell it between two of its own lines."""
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
        elif now - self._told_at >= EVERY:
            self._told_at = self._wait_told_at = now
            self._screen.say(log_line(progress))
        elif progress.waiting and progress.waiting.lasted >= WORTH_TELLING and now - self._wait_told_at >= WAITS_EVERY:
            self._wait_told_at = now
            self._screen.say(wait_line(progress))

    def _tell_causes(self) -> None:
        """Tell of each cause when it is first found."""
        for found in reporter_of(self._config).take_fresh():
            self._told += 1
            if self._told <= MOST_TOLD:
                self.say(cause_line(found))
            elif self._told == MOST_TOLD + 1:
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
        while now - self._sent[0][0] > LATELY:
            self._sent.popleft()
        began, before = self._sent[0]
        return (sent - before) / (now - began) if now > began else 0.0

    def _styled(self, line: Line) -> str:
        return "".join(self._writer.markup(part.text, **MARKUP[part.style]) for part in line)


@contextmanager
def _ticking(act: Callable[[], None]) -> Iterator[None]:
    """Has something done now and then, beside the block; until it fails, for nobody could be told of it."""
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
