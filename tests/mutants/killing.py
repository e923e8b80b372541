"""Runs tests against mutants: the tests are collected once, and each mutant is judged in a fork of its own.

Most mutants change the body of a function: the fork puts the changed code into the functions that stand there. Where a
table, a default or a decorator is changed, the fork imports everything anew, with the mutant in its module's place.
"""

import contextlib
import os
import sys
import tempfile
import time
import warnings
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from multiprocessing import connection, get_context
from multiprocessing.process import BaseProcess
from pathlib import Path

import coverage
import pytest
from making import Mutant
from placing import Functions, import_instead
from settings import ROOT

FORK = get_context("fork")
# What is imported before forking cannot be rewritten any more, nor need it be.
REWRITTEN = "ignore::pytest.PytestAssertRewriteWarning"
PYTEST = ("-q", "-x", "-s", "--tb=short", "--assert=plain", "-p", "no:cacheprovider", "-W", REWRITTEN)
# A mutant that hangs is killed; a slow machine is not taken for a hanging mutant.
PATIENCE, TIMES = 10.0, 5.0
SURVIVED, KILLED = 0, 1


@dataclass(frozen=True, slots=True)
class Test:
    """A test: how long it takes, and the lines of each module that it runs."""

    id: str
    file: str
    seconds: float
    lines: Mapping[str, frozenset[int]]

    @property
    def size(self) -> int:
        """How much of the judging code it runs."""
        return sum(map(len, self.lines.values()))


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a mutant survived, and in how many seconds that showed; `reached` is false where no test comes to it."""

    mutant: Mutant
    survived: bool
    reached: bool
    seconds: float


def judge(
    mutants: Iterable[Mutant], paths: Sequence[Path], files: Sequence[str], workers: int, deadline: float
) -> Iterator[Verdict]:
    """A verdict on each mutant, as many as are judged before the deadline.

    Args:
        mutants: in the order in which they are judged.
        paths: of the modules that are changed.
        files: of tests.
        workers: how many mutants are judged at once.
        deadline: on the monotonic clock.

    Raises:
        SystemExit: a test does not pass as it is.
    """
    # The loop of pytest is the one place where everything is collected, so the forks start there.
    ours, theirs = FORK.Pipe(duplex=False)
    process = FORK.Process(target=_loop, args=(theirs, list(mutants), paths, files, workers, deadline))
    process.start()
    theirs.close()
    with contextlib.suppress(EOFError):
        while (verdict := ours.recv()) is not None:
            yield verdict
    process.join()
    if process.exitcode:
        sys.exit("the tests do not pass, or cannot be collected, without a mutant")


def _loop(
    told: connection.Connection,
    mutants: list[Mutant],
    paths: Sequence[Path],
    files: Sequence[str],
    workers: int,
    deadline: float,
) -> None:
    def run(session: pytest.Session) -> None:
        for verdict in _Judge(session, paths).verdicts(mutants, workers, deadline):
            told.send(verdict)
        told.send(None)

    with Path(os.devnull).open("w") as nowhere, contextlib.redirect_stdout(nowhere):
        code = pytest.main([*PYTEST, *files], plugins=[_Collected(run)])
    os._exit(code)


class _Collected:
    """Has pytest do something else than to run what it has collected."""

    def __init__(self, act: Callable[[pytest.Session], None]) -> None:
        self._act = act

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> bool | None:
        """Act, unless the collection failed: pytest says how."""
        if session.testsfailed:
            return None
        self._act(session)
        return True


class _Judge:
    """Judges mutants by the tests of a session."""

    def __init__(self, session: pytest.Session, paths: Sequence[Path]) -> None:
        self._session = session
        self._items = {item.nodeid: item for item in session.items}
        self._functions = Functions(paths)
        self._tests = _measured(session, paths)

    def verdicts(self, mutants: Iterable[Mutant], workers: int, deadline: float) -> Iterator[Verdict]:
        """A verdict on each, as many as are judged in time."""
        running: dict[int, tuple[BaseProcess, Mutant, float, float]] = {}
        waiting = iter(mutants)
        while True:
            while len(running) < workers and time.monotonic() < deadline and (mutant := next(waiting, None)):
                change = self._functions.change(mutant)
                tests = self._reaching(mutant, within=mutant.lines if change else None)
                if not tests:
                    yield Verdict(mutant, survived=True, reached=False, seconds=0.0)
                    continue
                run = (self._run_changed, change, tests) if change else (self._run_anew, mutant, tests)
                process = FORK.Process(target=run[0], args=run[1:])
                process.start()
                now = time.monotonic()
                limit = now + PATIENCE + TIMES * sum(test.seconds for test in tests)
                running[process.sentinel] = process, mutant, now, limit
            if not running:
                return
            connection.wait(list(running), timeout=1.0)
            yield from _ended(running)

    def _reaching(self, mutant: Mutant, within: range | None) -> list[Test]:
        """The tests that come to the changed statement, those that run little else first; then others of their files.

        What a test finds in a cache another one of its file has put there, so that it seems not to come to it.
        """
        lines = {test.id: test.lines.get(str(mutant.path), frozenset()) for test in self._tests}
        near = [test for test in self._tests if lines[test.id]]
        first = {test.id for test in near if within is None or not lines[test.id].isdisjoint(within)}
        files = {test.file for test in near if test.id in first}
        return sorted((test for test in near if test.file in files), key=lambda test: (test.id not in first, test.size))

    def _run_changed(self, change: Callable[[], None], tests: Sequence[Test]) -> None:
        _silence()
        change()
        os._exit(_failed(self._session, [self._items[test.id] for test in tests]))

    def _run_anew(self, mutant: Mutant, tests: Sequence[Test]) -> None:
        _silence()
        import_instead(mutant)
        os._exit(pytest.main([*PYTEST, *dict.fromkeys(test.file for test in tests)]))


def _ended(running: dict[int, tuple[BaseProcess, Mutant, float, float]]) -> Iterator[Verdict]:
    """Takes out what has ended, and ends what takes too long."""
    for sentinel, (process, mutant, started, limit) in list(running.items()):
        now = time.monotonic()
        if process.is_alive() and now < limit:
            continue
        process.kill()
        process.join()
        del running[sentinel]
        yield Verdict(mutant, survived=process.exitcode == SURVIVED, reached=True, seconds=now - started)


def _silence() -> None:
    target = os.open(os.devnull, os.O_WRONLY)
    os.dup2(target, 1)
    os.dup2(target, 2)


def _failed(session: pytest.Session, items: Sequence[pytest.Item]) -> int:
    """Run tests one after the other until one fails."""
    for item, following in zip(items, [*items[1:], None], strict=True):
        item.ihook.pytest_runtest_protocol(item=item, nextitem=following)
        if session.testsfailed:
            return KILLED
    return SURVIVED


def _measured(session: pytest.Session, paths: Sequence[Path]) -> list[Test]:
    """Every test with its lines, without any mutant; each file in a fork of its own, so that nothing is in a cache."""
    files: dict[str, list[pytest.Item]] = defaultdict(list)
    for item in session.items:
        files[str(item.path)].append(item)
    with tempfile.TemporaryDirectory() as folder:
        return [
            test
            for number, (file, items) in enumerate(files.items())
            for test in _measured_file(session, paths, file, items, Path(folder, str(number)))
        ]


def _measured_file(
    session: pytest.Session, paths: Sequence[Path], file: str, items: Sequence[pytest.Item], data: Path
) -> Iterator[Test]:
    ours, theirs = FORK.Pipe(duplex=False)
    process = FORK.Process(target=_measure, args=(session, paths, items, data, theirs))
    process.start()
    theirs.close()
    try:
        seconds = ours.recv()
    except EOFError:
        seconds = {}
    process.join()
    if process.exitcode or not seconds:
        print(f"{Path(file).relative_to(ROOT)} does not pass without a mutant", file=sys.stderr)
        os._exit(1)
    kept = coverage.CoverageData(str(data))
    kept.read()
    lines: dict[str, dict[str, set[int]]] = defaultdict(lambda: defaultdict(set))
    for module in kept.measured_files():
        for line, contexts in kept.contexts_by_lineno(module).items():
            for context in contexts:
                lines[context][module].add(line)
    for item in items:
        own = {module: frozenset(numbers) for module, numbers in lines[item.nodeid].items()}
        yield Test(item.nodeid, file, seconds[item.nodeid], own)


def _measure(
    session: pytest.Session,
    paths: Sequence[Path],
    items: Sequence[pytest.Item],
    data: Path,
    told: connection.Connection,
) -> None:
    measuring = coverage.Coverage(data_file=str(data), include=[str(path) for path in paths], config_file=False)
    measuring.start()
    seconds: dict[str, float] = {}
    for item, following in zip(items, [*items[1:], None], strict=True):
        measuring.switch_context(item.nodeid)
        started = time.monotonic()
        item.ihook.pytest_runtest_protocol(item=item, nextitem=following)
        seconds[item.nodeid] = time.monotonic() - started
    measuring.stop()
    with warnings.catch_warnings():
        # Some tests come to none of the modules.
        warnings.simplefilter("ignore")
        measuring.save()
    told.send(seconds)
    os._exit(session.testsfailed > 0)
