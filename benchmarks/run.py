"""Measures what ecsuite costs beside its peers, in turn in one run, and prints the table of docs/speed.md.

    python3 -m tox run -e bench
    python3 -m tox run -e bench -- --only 1,4 --quick

Machines differ, and differ from one minute to the next, so the goals are ratios. A goal that is missed fails nothing:
the exit code is 0 unless something broke.
"""

from __future__ import annotations

import argparse
import os
import platform
import shutil
import sys
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from importlib.metadata import version
from typing import Final

import checking
import newman
import processes
import quickstart
import replay
from timing import Row, table

ROUNDS: Final = 5
QUICK_ROUNDS: Final = 2
# A story told 200 times by Newman takes a minute.
LONG_ROUNDS: Final = 2
STORIES: Final = 200
QUICK_STORIES: Final = 20
PACKAGES: Final = ("ecsuite", "httpx", "pytest", "vcrpy")

Measurement = Callable[[], Iterator[Row]]

NAMES: Final = {
    1: "checking",
    2: "the quickstart over loopback",
    3: "the offline quickstart",
    4: "replay",
    5: "start-up",
}
WITH_NEWMAN: Final = frozenset({2, 3})


def main() -> None:
    """Measure what the options ask for, and print the table."""
    options = _options()
    rounds, long_rounds = _rounds(options)
    measurements = _measurements(rounds, long_rounds, QUICK_STORIES if options.quick else STORIES)
    rows = [row for number in options.only for row in _taken(number, measurements[number])]
    print(table(rows))
    print(f"\nMedians of {rounds} rounds, of {long_rounds} for {NAMES[2]}; lowest and highest value in brackets.")
    print(_machine(with_newman=not WITH_NEWMAN.isdisjoint(options.only)))


def _rounds(options: argparse.Namespace) -> tuple[int, int]:
    """How often to measure, and how often what takes minutes."""
    if options.rounds:
        return options.rounds, options.rounds
    return (QUICK_ROUNDS, QUICK_ROUNDS) if options.quick else (ROUNDS, LONG_ROUNDS)


def _taken(number: int, measurement: Measurement) -> list[Row]:
    print(f"measuring {NAMES[number]} ...", file=sys.stderr)
    return list(measurement())


def _measurements(rounds: int, long_rounds: int, stories: int) -> Mapping[int, Measurement]:
    """The measurements by their numbers."""
    return {
        1: partial(checking.rows, rounds),
        2: partial(quickstart.rows, long_rounds, stories),
        3: partial(processes.offline_rows, rounds),
        4: partial(replay.rows, rounds),
        5: partial(processes.start_up_rows, rounds),
    }


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Measure what ecsuite costs beside its peers.")
    names = ", ".join(f"{number} {name}" for number, name in NAMES.items())
    parser.add_argument("--only", type=_numbers, default=list(NAMES), metavar="N,N", help=names)
    parser.add_argument("--rounds", type=_positive, metavar="N", help=f"how often: {ROUNDS}, and {LONG_ROUNDS} for 2")
    parser.add_argument("--quick", action="store_true", help="fewer rounds and stories: does it run at all?")
    return parser.parse_args()


def _numbers(text: str) -> list[int]:
    numbers = [int(part) for part in text.split(",")]
    if not NAMES.keys() >= set(numbers):
        raise argparse.ArgumentTypeError(f"the measurements are {', '.join(map(str, NAMES))}")
    return numbers


def _positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError("at least one round is needed")
    return number


def _machine(*, with_newman: bool) -> str:
    """The machine and the versions, on one line."""
    python = f"{platform.python_implementation()} {platform.python_version()}"
    place = f"{len(os.sched_getaffinity(0))} cores, {platform.system()} {platform.machine()}, {python}"
    packages = [f"{name} {version(name)}" for name in PACKAGES]
    return ", ".join((place, *packages, *(_javascript() if with_newman else [])))


def _javascript() -> list[str]:
    """The versions of Newman and Node.js, where they are."""
    try:
        command = newman.find()
    except newman.NotToBeHadError:
        return []
    node = [f"node {newman.version(node).removeprefix('v')}"] if (node := shutil.which("node")) else []
    return [f"newman {newman.version(command)}", *node]


if __name__ == "__main__":
    main()
