"""Proves that every promise can be broken: for each, a named test must catch planted faults with the declared finding.

    python tests/faults/proof.py [-n WORKERS]

A row fails if its check or rule has stopped working, because no other test is tried. run.py tries all faults.
"""

import argparse
import json
import os
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from forks import in_forks
from outcome import judge, table
from trial import Result, Trial, attempt, warm_up

from ecsuite.standin.faults import find_fault

TABLE = Path(__file__).with_name("proof.json")
# Time limit of a fork, in seconds.
TIME_LIMIT = 120


@dataclass(frozen=True, slots=True)
class Row:
    """A fault that breaks a promise, and the test that must catch it."""

    promise: str
    edition: str
    fault: str
    test: str


# Promises that no server can break, because they are about the suite's requests or about optional behaviour; unit tests
# cover them.
UNIT_TESTS = {
    "bearer-token": "tests/selftest/test_checks.py::test_fault_breaks_its_promise",
    "busy-service-rests": "tests/selftest/test_check_archive.py::test_fault_of_a_client_is_found_once",
    "delivery-acknowledged": "tests/selftest/test_deliver.py::test_fault_of_a_receiver_is_found_once",
    "forgery-refused": "tests/selftest/test_deliver.py::test_fault_of_a_receiver_is_found_once",
    "optional-members": "tests/selftest/test_checks.py::test_left_out_lifetime_is_reported",
    "request-members": "tests/selftest/test_check_archive.py::test_fault_of_a_client_is_found_once",
}
# Promises of what a test waits for, up to a minute.
WAITED_FOR = {"eligibility", "delivery-arrives"}


def rows() -> tuple[Row, ...]:
    """The table in proof.json: faults by promise."""
    table_of = json.loads(TABLE.read_text(encoding="utf-8"))
    return tuple(Row(promise, **fault) for promise, faults in table_of.items() for fault in faults)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    at_once = 2 * (os.cpu_count() or 1)
    parser.add_argument("-n", type=int, default=at_once, help="how many at once (default: two a core, for they wait)")
    options = parser.parse_args()

    started = time.monotonic()
    for edition in dict.fromkeys(row.edition for row in rows()):
        warm_up(edition)
    # Those that wait longest, for what never comes, are begun first.
    ordered = sorted(rows(), key=lambda row: row.promise not in WAITED_FOR)
    trials = (Trial(row.edition, find_fault(row.edition, row.fault), tests=(row.test,)) for row in ordered)
    results = in_forks(attempt, trials, at_once=options.n, seconds=TIME_LIMIT)
    outcomes = [
        judge(trial, result or Result((), -1, "it died, or had no end", TIME_LIMIT)) for trial, result in results
    ]
    print(table(outcomes), f"in {time.monotonic() - started:.0f} s")
    return 0 if all(outcome.good for outcome in outcomes) else 1


if __name__ == "__main__":
    sys.exit(main())
