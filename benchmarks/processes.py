"""Whole processes, from the start to the exit code: the offline quickstart, and what it takes to start at all."""

from __future__ import annotations

import configparser
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any, Final

import newman
import yaml
from stories import EDITION
from timing import Figures, Goal, Row, in_turn, milliseconds

from ecsuite import editions
from ecsuite.contract import load

ROOT: Final = Path(__file__).resolve().parent.parent
PYTHON: Final = sys.executable
PYTEST: Final = (PYTHON, "-m", "pytest", "-q")
ECSUITE: Final = (PYTHON, "-m", "ecsuite")
NO_SLOWER: Final = Goal.at_most(1)
HARDLY_MORE: Final = Goal.under(2)
LOADS_A_ROUND: Final = 5
_SafeLoader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def offline_rows(rounds: int) -> Iterator[Row]:
    """The offline quickstart, as a test and as a walkthrough, beside Newman's own start and pytest's."""
    version, note = _newman_version()
    with tempfile.TemporaryDirectory() as folder:
        measures = [partial(_run, (*PYTEST, "tests/quickstart")), partial(_run, (*ECSUITE, "walkthrough"))]
        quickstart, walkthrough, pytest, *newmans = in_turn(rounds, *measures, _empty_test(Path(folder)), *version)
    peer = newmans[0] if newmans else None
    yield from _two("newman --version", (quickstart, walkthrough), peer, NO_SLOWER, note)
    yield from _two("pytest on an empty test", (quickstart, walkthrough), pytest, HARDLY_MORE)


def start_up_rows(rounds: int) -> Iterator[Row]:
    """Information: what an import, a help text and a contract cost."""
    bare, imported, helped = in_turn(
        rounds,
        partial(_run, (PYTHON, "-c", "pass")),
        partial(_run, (PYTHON, "-c", "import ecsuite.cli")),
        partial(_run, (*ECSUITE, "--help")),
    )
    yield Row("import ecsuite.cli, against python -c pass", imported, bare, "ms")
    yield Row("ecsuite --help, against python -c pass", helped, bare, "ms")
    yield _contract_row(rounds)


def _two(
    what: str, figures: tuple[Figures, Figures], peer: Figures | None, goal: Goal, note: str = ""
) -> Iterator[Row]:
    quickstart, walkthrough = figures
    yield Row(f"quickstart replayed by pytest, against {what}", quickstart, peer, "ms", goal, note=note)
    yield Row(f"ecsuite walkthrough, against {what}", walkthrough, peer, "ms", goal, note=note)


def _newman_version() -> tuple[list[Callable[[], float]], str]:
    """How Newman's start is measured, or nothing and the reason."""
    try:
        return [partial(_run, (newman.find(), "--version"))], ""
    except newman.NotToBeHadError as error:
        return [], str(error)


def _empty_test(folder: Path) -> Callable[[], float]:
    """How pytest is measured on a test of nothing, without the plugins that this project turns off for its own."""
    (folder / "test_nothing.py").write_text("def test_nothing():\n    pass\n", encoding="utf-8")
    return partial(_run, (*PYTEST, *_plugins_off()), folder)


def _plugins_off() -> list[str]:
    """The options `-p no:NAME` of this project's pytest settings."""
    settings = configparser.ConfigParser()
    settings.read(ROOT / "pytest.ini", encoding="utf-8")
    return re.findall(r"-p|no:\S+", settings["pytest"]["addopts"])


def _contract_row(rounds: int) -> Row:
    label = f"contracts/{EDITION}/openapi.yaml"
    path = editions.root() / label
    text = path.read_text(encoding="utf-8")
    whole, data = in_turn(
        rounds,
        partial(milliseconds, lambda: load(path, label), LOADS_A_ROUND),
        partial(milliseconds, lambda: yaml.load(text, _SafeLoader), LOADS_A_ROUND),  # noqa: S506  a safe loader
    )
    return Row(f"loading the contract of {EDITION}, against its YAML alone", whole, data, "ms")


def _run(command: Sequence[str], folder: Path = ROOT) -> float:
    """Milliseconds that a command takes; stops the benchmark where it fails."""
    return milliseconds(partial(_require_success, command, folder))


def _require_success(command: Sequence[str], folder: Path) -> None:
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"{' '.join(command)} ended with {done.returncode}:\n{done.stdout}{done.stderr}")
