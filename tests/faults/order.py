"""In which order tests are tried on a fault: an order alone, no expectation. Without it all is found, but later.

`known.json` has, by edition and fault, the node id of the test that caught the fault last time.
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
    """The tests that caught the faults of an edition last time: names of faults with node ids."""

    edition: str
    tests: Mapping[str, str]

    def rank_for(self, fault: Fault) -> Callable[[pytest.Function], Rank]:
        """What gives a test its rank: lower for one that is about the operation or the promise that the fault breaks."""
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
        """With what was caught now; without faults that are no more."""
        names = {fault.name for fault in of_faults(self.edition)}
        return Known(self.edition, {name: test for name, test in {**self.tests, **tests}.items() if name in names})


def _nearness(test: str, operation: str) -> int:
    """2 where the parameters of a test have the operation, 1 where they have one on the same type of entity, else 0."""
    parameters = test.partition("[")[2].rstrip("]").split("-")
    noun = operation.lstrip(string.ascii_lowercase).rstrip("s")
    return 2 if operation in parameters else int(any(noun and noun in parameter for parameter in parameters))


def _function(test: str) -> str:
    """The test function of a node id."""
    return test.partition("[")[0]


def load(file: Path, edition: str) -> Known:
    """What is known of an edition; nothing where there is no such file."""
    return Known(edition, json.loads(file.read_text(encoding="utf-8")).get(edition, {}) if file.exists() else {})


def save(file: Path, known: Iterable[Known]) -> None:
    """Write what is known of some editions, and leave that of others as it is."""
    earlier = json.loads(file.read_text(encoding="utf-8")) if file.exists() else {}
    text = json.dumps({**earlier, **{each.edition: each.tests for each in known}}, indent=1, sort_keys=True)
    file.write_text(text + "\n", encoding="utf-8")
