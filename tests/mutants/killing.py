"""Runs tests against mutants: each in a fork of its own, where the import of one module gives the mutant."""

import importlib.util
import os
import sys
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from importlib.machinery import ModuleSpec, SourceFileLoader
from multiprocessing import connection, get_context
from multiprocessing.process import BaseProcess
from pathlib import Path
from types import CodeType

import coverage
import pytest
from making import Mutant

FORK = get_context("fork")
# What is imported before forking cannot be rewritten any more, nor need it be.
REWRITTEN = "ignore::pytest.PytestAssertRewriteWarning"
PYTEST = ("-q", "-x", "--tb=short", "--assert=plain", "-p", "no:cacheprovider", "-W", REWRITTEN)
# A mutant that hangs is killed; a slow machine is not taken for a hanging mutant.
PATIENCE, TIMES = 10.0, 5.0


@dataclass(frozen=True, slots=True)
class TestFile:
    """A file of tests: how long it takes, and the lines of each module that it runs."""

    name: str
    seconds: float
    lines: Mapping[str, frozenset[int]]

    def reaches(self, mutant: Mutant) -> bool:
        """Whether a test of the file comes to the changed statement."""
        return not self.lines.get(str(mutant.path), frozenset()).isdisjoint(mutant.lines)


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a mutant survived, and in how many seconds that showed; `reached` is false where no test comes to it."""

    mutant: Mutant
    survived: bool
    reached: bool
    seconds: float


def measured(name: str, paths: Sequence[Path], folder: Path) -> TestFile:
    """A file of tests, run without any mutant.

    Raises:
        SystemExit: it does not pass as it is.
    """
    data, log = folder / f"{Path(name).stem}.coverage", folder / f"{Path(name).stem}.log"
    started = time.monotonic()
    process = FORK.Process(target=_measure, args=(name, paths, data, log))
    process.start()
    process.join()
    if process.exitcode:
        sys.exit(f"{name} does not pass without a mutant:\n{log.read_text(encoding='utf-8')}")
    seconds = time.monotonic() - started
    kept = coverage.CoverageData(str(data))
    kept.read()
    return TestFile(name, seconds, {file: frozenset(kept.lines(file) or ()) for file in kept.measured_files()})


def verdicts(mutants: Iterable[Mutant], files: Sequence[TestFile], workers: int, deadline: float) -> Iterator[Verdict]:
    """A verdict on each mutant, as many as are judged before the deadline, the quickest files of tests first."""
    files = sorted(files, key=lambda file: file.seconds)
    running: dict[int, tuple[BaseProcess, Mutant, float, float]] = {}
    waiting = iter(mutants)
    while True:
        while len(running) < workers and time.monotonic() < deadline and (mutant := next(waiting, None)):
            reaching = [file for file in files if file.reaches(mutant)]
            if not reaching:
                yield Verdict(mutant, survived=True, reached=False, seconds=0.0)
                continue
            process = FORK.Process(target=_run, args=(mutant, [file.name for file in reaching]))
            process.start()
            now = time.monotonic()
            limit = now + PATIENCE + TIMES * sum(file.seconds for file in reaching)
            running[process.sentinel] = process, mutant, now, limit
        if not running:
            return
        connection.wait(list(running), timeout=1.0)
        yield from _ended(running)


def _ended(running: dict[int, tuple[BaseProcess, Mutant, float, float]]) -> Iterator[Verdict]:
    """Takes out what has ended, and ends what takes too long."""
    for sentinel, (process, mutant, started, limit) in list(running.items()):
        now = time.monotonic()
        if process.is_alive() and now < limit:
            continue
        process.kill()
        process.join()
        del running[sentinel]
        yield Verdict(mutant, survived=process.exitcode == 0, reached=True, seconds=now - started)


def _run(mutant: Mutant, files: list[str]) -> None:
    _redirect(Path(os.devnull))
    sys.meta_path.insert(0, _Finder(mutant))
    os._exit(pytest.main([*PYTEST, *files]))


def _measure(name: str, paths: Sequence[Path], data: Path, log: Path) -> None:
    _redirect(log)
    measuring = coverage.Coverage(data_file=str(data), include=[str(path) for path in paths], config_file=False)
    measuring.start()
    code = pytest.main([*PYTEST, name])
    measuring.stop()
    measuring.save()
    sys.stdout.flush()
    os._exit(code)


def _redirect(file: Path) -> None:
    target = os.open(file, os.O_WRONLY | os.O_CREAT)
    os.dup2(target, 1)
    os.dup2(target, 2)


class _Finder:
    """Finds one module, changed."""

    def __init__(self, mutant: Mutant) -> None:
        self._mutant = mutant

    def find_spec(self, name: str, *_: object) -> ModuleSpec | None:
        """The mutant in the place of its module; nothing of any other."""
        mutant = self._mutant
        if name != mutant.module:
            return None
        folders = [str(mutant.path.parent)] if mutant.path.name == "__init__.py" else None
        loader = _Loader(mutant)
        return importlib.util.spec_from_file_location(
            name, mutant.path, loader=loader, submodule_search_locations=folders
        )


class _Loader(SourceFileLoader):
    """Compiles the mutant; nothing is written, neither source nor bytecode."""

    def __init__(self, mutant: Mutant) -> None:
        super().__init__(mutant.module, str(mutant.path))
        self._source = mutant.source

    def get_code(self, fullname: str) -> CodeType:  # noqa: ARG002
        return compile(self._source, self.path, "exec", dont_inherit=True)


def preload(modules: Iterable[str]) -> None:
    """Import what is slow and never changed, once for all forks."""
    for module in modules:
        with suppress(ImportError):
            importlib.import_module(module)
