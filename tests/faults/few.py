"""Finds out which planted faults are also caught with the few cases of the smaller profiles; writes few.json.

    python tests/faults/few.py [-n WORKERS]

Each fault is tried with the test that catches it with all cases. A test with the same cases in every profile is not run
again. `tests/support/measure.py` uses the result to weigh tests.
"""

import argparse
import json
import sys
from pathlib import Path

import order
import trial
from forks import in_forks
from run import KNOWN, TIME_LIMIT

from ecsuite import editions
from ecsuite.session.profile import STANDARD
from ecsuite.standin.faults import of_faults

FILE = Path(__file__).with_name("few.json")
MEASURED = Path(__file__).parents[1] / "profiles.json"
# Run the test even if the profile does not include it.
EVERY_TEST = ("-p", "no:ecsuite.plugin.profiles")


def main() -> None:
    """Write the file."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("-n", type=int, default=1, help="how many at once")
    options = parser.parse_args()
    found = {edition: sorted(found_with_few(edition, options.n)) for edition in editions.editions()}
    FILE.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")


def found_with_few(edition: str, at_once: int) -> list[str]:
    """Names of the edition's faults that are caught with few cases."""
    known = order.load(KNOWN, edition).tests
    measured = json.loads(MEASURED.read_text(encoding="utf-8"))["tests"]
    rows = {fault: measured.get(known[fault.name]) for fault in of_faults(edition) if fault.name in known}
    same = [fault.name for fault, row in rows.items() if row and row["requests"][0] <= row["requests"][1]]
    others = [
        trial.Trial(edition, fault, tests=(known[fault.name], *EVERY_TEST), profile=STANDARD.name)
        for fault, row in rows.items()
        if row and fault.name not in same
    ]
    trial.warm_up(edition)
    found = []
    for tried, result in in_forks(trial.attempt, others, at_once=at_once, seconds=TIME_LIMIT):
        if result and result.fitting:
            found.append(tried.planted.name)
        print("found " if result and result.fitting else "missed", tried.planted.name, file=sys.stderr)
    print(f"{edition}: of {len(others)} faults {len(found)} are found with few cases")
    return same + found


if __name__ == "__main__":
    main()
