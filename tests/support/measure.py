"""Measures what each test sends and sees, and makes of it the profiles of tests/profiles.json: `tox run -e measure`.

The suite runs twice against the stand-in, with all cases and with those of the smaller profiles. Then

- `smoke` has the quickstart, and of each operation that it does not call the test that calls it with the fewest requests;
- `standard` has the tests with the fewest requests among which each operation is called, each promise is looked at once
  for each type of entity, and each test function stands once that sends no more than a few.
"""

import json
import re
import subprocess
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from ecsuite import editions
from ecsuite.contract import Contract

FOLDER = Path(__file__).parents[1]
FILE = FOLDER / "profiles.json"
# The largest test that a standard run has for no other reason than that it has another form.
SMALL = 40
# The tests of single operations whose calls are to succeed.
SUCCEEDING = tuple(
    f"tests/endpoints/test_operations.py::{name}["
    for name in ("test_operation_answers", "test_smallest_and_fullest_entity_is_made")
)
MARK = "ecsuite-measured:"


class Measured(NamedTuple):
    """A test: its requests, the operations that it calls, and the promises that it looks at, each with what of."""

    requests: int
    operations: frozenset[str]
    promises: frozenset[tuple[str, str]]


def choose(tests: Mapping[str, Measured], wanted: set[object], found: Mapping[str, set[object]]) -> list[str]:
    """The tests that have all that is wanted, by far the cheapest first: each time the one that has most for its cost."""
    left, chosen = set(wanted), []
    while left:
        best = max(sorted(found), key=lambda name: len(found[name] & left) / max(tests[name].requests, 1))
        chosen.append(best)
        left -= found[best]
    return sorted(chosen)


def smoke(tests: Mapping[str, Measured]) -> list[str]:
    """The quickstart; and of each operation that it does not call, one call that is to succeed."""
    start = [name for name in tests if name.startswith("tests/quickstart/")]
    called = {operation for name in start for operation in tests[name].operations}
    found: dict[str, set[object]] = {
        name: set(test.operations) - called for name, test in tests.items() if name.startswith(SUCCEEDING)
    }
    return sorted([*start, *choose(tests, set().union(*found.values()), found)])


def standard(tests: Mapping[str, Measured]) -> list[str]:
    """Each operation, each promise for each type of entity, and each small test function."""
    found: dict[str, set[object]] = {
        name: {*test.operations, *test.promises, *([name.partition("[")[0]] if test.requests <= SMALL else [])}
        for name, test in tests.items()
    }
    return choose(tests, set().union(*found.values()), found)


def pytest_runtest_logreport(report) -> None:
    """Take what a test has counted; this file is a plugin of the runs that it starts, too."""
    from ecsuite.plugin.outcome import record_of  # noqa: PLC0415

    record = record_of(report)
    if record is None:
        return
    seen = {
        (each.promise, each.operation) for each in record.tally.observations if each.outcome in {"passed", "broken"}
    }
    print(MARK + json.dumps([report.nodeid, record.tally.exchanges, sorted(seen)]))


def run(edition: str, profile: str) -> dict[str, Measured]:
    """What each test of an edition sends and sees, with the cases of a profile."""
    options = ["-p", "measure", "-p", "no:ecsuite.plugin.profiles", "-q", "-s", "--ec-target", "local"]
    command = [sys.executable, "-m", "pytest", *options, "--ec-edition", edition, "--ec-profile", profile]
    ran = subprocess.run(command, cwd=FOLDER.parent, capture_output=True, encoding="utf-8", check=False)
    lines = [line.partition(MARK)[2] for line in ran.stdout.splitlines() if MARK in line]
    if ran.returncode or not lines:
        sys.exit(f"the run of {edition} with {profile} ended with {ran.returncode}:\n{ran.stdout[-2000:]}{ran.stderr}")
    return summed(map(json.loads, lines), editions.contract(edition))


def summed(rows: Iterable[tuple[str, int, list[list[str]]]], contract: Contract) -> dict[str, Measured]:
    """The reports of all tests, those of one together."""
    types = {
        operation.id: str(entity_type)
        for entity_type in contract.entity_types
        for operation in (
            entity_type.creator,
            entity_type.reader,
            entity_type.lister,
            entity_type.deleter,
            entity_type.replacer,
            entity_type.changer,
        )
        if operation
    }
    tests: dict[str, Measured] = {}
    for name, requests, seen in rows:
        row = next((part for part in name.partition("[")[2].rstrip("]").split("-") if part in contract.operations), "")
        known = tests.get(name, Measured(0, frozenset(), frozenset()))
        tests[name] = Measured(
            known.requests + requests,
            known.operations | {operation for _, operation in seen if operation},
            known.promises | {(promise, types.get(operation or row, operation or row)) for promise, operation in seen},
        )
    return tests


def main() -> None:
    """Write the file, and say how large the profiles are."""
    requests: dict[str, list[int]] = {}
    profiles: dict[str, dict[str, list[str]]] = {"smoke": {}, "standard": {}}
    for edition in editions.editions():
        full, some = run(edition, "full"), run(edition, "standard")
        requests |= {name: [test.requests, some[name].requests] for name, test in full.items()}
        for profile, chosen in {"smoke": smoke(some), "standard": standard(some)}.items():
            profiles[profile][edition] = chosen
            print(f"{edition} {profile}: {len(chosen)} tests, {sum(some[name].requests for name in chosen)} requests")
        print(f"{edition} full: {len(full)} tests, {sum(test.requests for test in full.values())} requests")
    content = {"requests": dict(sorted(requests.items())), **profiles}
    FILE.write_text(as_text(content), encoding="utf-8")


def as_text(content: Mapping[str, Any]) -> str:
    """JSON with a test a line."""
    text = json.dumps(content, indent=0, ensure_ascii=False)
    return re.sub(r"\[\n(\d+),\n(\d+)\n\]", r"[\1, \2]", text) + "\n"


if __name__ == "__main__":
    main()
