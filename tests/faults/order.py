"""The order in which tests are tried on a fault. It affects the duration only, not the verdict.

`known.json` has the node id of the test that caught each fault last time, by edition and fault.
"""

import json
import string
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from ecsuite.promises import Promise
from ecsuite.standin.faults import Fault, of_faults

Rank = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Known:
    """The tests that caught an edition's faults last time: node ids by fault name."""

    edition: str
    tests: Mapping[str, str]

    def rank_for(self, fault: Fault) -> Callable[[pytest.Function], Rank]:
        """Return a sort key for tests; tests of the operation or the promise that the fault breaks come first."""
        promise, operation = fault.promise, fault.call
        caught = Counter(
            _function(self.tests[other.name])
            for other in of_faults(self.edition)
            if other.name in self.tests and other.promise == fault.promise
        )

        def rank(item: pytest.Function) -> Rank:
            times = caught[_function(item.nodeid)]
            names_promise = any(value == promise for value in vars(item.module).values() if isinstance(value, Promise))
            score = _nearness(item.nodeid, operation) + 2 * (times > 0) + names_promise
            return -score, -times

        return rank

    def learned(self, tests: Mapping[str, str]) -> "Known":
        """Add newly caught faults, and drop faults that do not exist any more."""
        names = {fault.name for fault in of_faults(self.edition)}
        return Known(self.edition, {name: test for name, test in {**self.tests, **tests}.items() if name in names})


def _nearness(test: str, operation: str) -> int:
    """2 if the operation is a parameter of the test, 1 if another operation of the same entity type is, else 0."""
    parameters = test.partition("[")[2].rstrip("]").split("-")
    noun = operation.lstrip(string.ascii_lowercase).rstrip("s")
    return 2 if operation in parameters else int(any(noun and noun in parameter for parameter in parameters))


def _function(test: str) -> str:
    """The test function of a node id."""
    return test.partition("[")[0]


def load(file: Path, edition: str) -> Known:
    """Load the entries of an edition; empty if the file does not exist."""
    return Known(edition, json.loads(file.read_text(encoding="utf-8")).get(edition, {}) if file.exists() else {})


def save(file: Path, known: Iterable[Known]) -> None:
    """Write the entries of some editions, and keep those of the others."""
    earlier = json.loads(file.read_text(encoding="utf-8")) if file.exists() else {}
    text = json.dumps({**earlier, **{each.edition: each.tests for each in known}}, indent=1, sort_keys=True)
    file.write_text(text + "\n", encoding="utf-8")
