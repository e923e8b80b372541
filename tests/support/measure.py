"""Measures the requests and checks of each test, and writes the profiles in tests/profiles.json: `tox run -e measure`.

Tests that are not in the file yet run twice against the stand-in as a live server, with all cases and with those of the
smaller profiles; the server counts their requests. With `--all` all tests run.

- `smoke` has the quickstart, and for each operation that the quickstart does not call the cheapest test that calls it.
- `standard` has the cheapest tests that together call each operation, check each promise for each entity type, and
  include each test function that finds a planted fault, unless it sends many requests. The remaining room is filled
  with the tests that find the most planted faults for their requests (tests/faults: known.json, few.json).
"""

import argparse
import json
import os
import re
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from ecsuite import editions
from ecsuite.contract import Contract
from ecsuite.standin import serving

FOLDER = Path(__file__).parents[1]
FILE = FOLDER / "profiles.json"
FAULTS = FOLDER / "faults"
# Maximum number of requests of a standard run in an empty tenant; other data makes lists longer.
ROOM = 1350
# Maximum number of requests of a test that is included only for its test function.
SMALL = 40
# Tests of single operations with calls that should succeed.
SUCCEEDING = tuple(
    f"tests/endpoints/test_operations.py::{name}["
    for name in ("test_operation_answers", "test_smallest_and_fullest_entity_is_made")
)
GENERATED = "tests/properties/"
# Average seconds of a request. The duration of a test is only stored if it is much longer than its requests.
OF_A_REQUEST = 0.004
WORTH_NOTING = 0.2
# Variables with the file for measurements, and with the file to which the server appends a byte for each request.
ROWS, COUNT = "ECSUITE_MEASURED", "ECSUITE_COUNTED"


# Of a test: its requests with all cases and with few, its seconds, and what it checks, as pairs of a promise and an
# operation.
# an operation.
Row = tuple[int, int, float, list[tuple[str, str]]]


class Measured(NamedTuple):
    """A test with few cases.

    Attributes:
        requests: number of its requests.
        seen: what it checks: pairs of a promise and an operation.
        types: entity types by operation.
        rest: number of additional requests with all its cases.
        seconds: duration with all its cases; 0 if only its requests matter.
    """

    requests: int
    seen: frozenset[tuple[str, str]]
    types: Mapping[str, str]
    rest: int = 0
    seconds: float = 0.0

    @property
    def operations(self) -> frozenset[str]:
        """The operations that it calls."""
        return frozenset(operation for _, operation in self.seen if operation)

    @property
    def promises(self) -> frozenset[tuple[str, str]]:
        """The promises that it checks, each with the entity type, or with the operation if that has none."""
        return frozenset((promise, self.types.get(operation, operation)) for promise, operation in self.seen)


class Worth(NamedTuple):
    """How many planted faults a test function finds with few cases and only with all cases; its number of tests."""

    few: int
    rest: int
    rows: int


class Offer(NamedTuple):
    """Something to buy with requests: a test with few cases, or the rest of its cases; with its value."""

    name: str
    requests: int
    value: float
    is_rest: bool = False


class Chosen(NamedTuple):
    """A profile: its tests, those among them that run all their cases, and the total number of requests."""

    tests: list[str]
    whole: list[str]
    requests: int


# Choosing


def choose(tests: Mapping[str, Measured], wanted: set[object], found: Mapping[str, set[object]]) -> list[str]:
    """A cheap set of tests that covers everything wanted: greedy by coverage per request, without redundant tests."""
    left, chosen = set(wanted), []
    while left:
        best = max(sorted(found), key=lambda name: len(found[name] & left) / max(tests[name].requests, 1))
        chosen.append(best)
        left -= found[best]
    times = Counter(each for name in chosen for each in found[name] & wanted)
    for name in sorted(chosen, key=lambda name: -tests[name].requests):
        if all(times[each] > 1 for each in found[name] & wanted):
            times.subtract(found[name] & wanted)
            chosen.remove(name)
    return sorted(chosen)


def smoke(tests: Mapping[str, Measured]) -> list[str]:
    """The quickstart, and for each operation that it does not call one call that should succeed."""
    start = [name for name in tests if name.startswith("tests/quickstart/")]
    called = {operation for name in start for operation in tests[name].operations}
    found: dict[str, set[object]] = {
        name: set(test.operations) - called for name, test in tests.items() if name.startswith(SUCCEEDING)
    }
    return sorted([*start, *choose(tests, set().union(*found.values()), found)])


def standard(tests: Mapping[str, Measured], worth: Mapping[str, Worth], room: int = ROOM) -> Chosen:
    """Cover each operation, each promise for each entity type and each rule; then fill the remaining room.

    The offers with the best value for their requests come first: another test, or the other cases of a chosen one.
    """
    telling = {function for function, own in worth.items() if own.few or own.rest}
    found: dict[str, set[object]] = {
        name: {*test.operations, *test.promises, *(({function_of(name)} & telling) if test.requests <= SMALL else ())}
        for name, test in tests.items()
    }
    names, whole = set(choose(tests, set().union(*found.values()), found)), set[str]()
    used = sum(tests[name].requests for name in names)
    offers = sorted(offers_of(tests, worth), key=lambda offer: (-offer.value / max(offer.requests, 1), offer.name))
    for offer in offers:
        is_had = offer.name in names
        if offer.is_rest is is_had and used + offer.requests <= room:
            used += offer.requests
            (whole if offer.is_rest else names).add(offer.name)
    return Chosen(sorted(names), sorted(whole), used)


def offers_of(tests: Mapping[str, Measured], worth: Mapping[str, Worth]) -> Iterator[Offer]:
    """Each test with few cases, and the rest of its cases."""
    rests = Counter[str]()
    for name, test in tests.items():
        rests[function_of(name)] += test.rest
    for name, test in tests.items():
        own = worth.get(function_of(name), Worth(0, 0, 1))
        yield Offer(name, test.requests, own.few / own.rows)
        if test.rest and own.rest:
            yield Offer(name, test.rest, own.rest * test.rest / rests[function_of(name)], is_rest=True)


def worth_of(edition: str, tests: Iterable[str]) -> dict[str, Worth]:
    """The value of each test function: the planted faults that it finds with few cases, and only with all cases."""
    known: Mapping[str, str] = json.loads((FAULTS / "known.json").read_text(encoding="utf-8")).get(edition, {})
    found = set(json.loads((FAULTS / "few.json").read_text(encoding="utf-8")).get(edition, ()))
    few = Counter(function_of(test) for fault, test in known.items() if fault in found)
    rest = Counter(function_of(test) for fault, test in known.items() if fault not in found)
    rows = Counter(map(function_of, tests))
    return {function: Worth(few[function], rest[function], count) for function, count in rows.items()}


def ranks_of(edition: str, tests: Mapping[str, Measured]) -> dict[str, float]:
    """The planted faults that each test finds, and those of its function, in proportion to its duration.

    Tests run in this order, so that faults are found early and slow tests come last; it has no other effect.
    """
    known: Mapping[str, str] = json.loads((FAULTS / "known.json").read_text(encoding="utf-8")).get(edition, {})
    own, worth = Counter(known.values()), worth_of(edition, tests)
    return {
        name: (own[name] + sum(worth[function_of(name)][:2]) / worth[function_of(name)].rows)
        / max((test.requests + test.rest) * OF_A_REQUEST, test.seconds, OF_A_REQUEST)
        for name, test in tests.items()
    }


def function_of(name: str) -> str:
    """The test function of a node id."""
    return name.partition("[")[0]


# Measuring


def pytest_runtest_logstart(nodeid) -> None:
    """Record the requests before the first test."""
    if not Path(os.environ[ROWS]).stat().st_size:
        note("", [], 0.0)


def note(name: str, seen: list[tuple[str, str]], seconds: float) -> None:
    """Append a measurement: the requests so far, what a test has checked, and its duration."""
    with Path(os.environ[ROWS]).open("a", encoding="utf-8") as file:
        print(json.dumps([name, Path(os.environ[COUNT]).stat().st_size, seen, seconds]), file=file)


def pytest_runtest_logreport(report) -> None:
    """Record what a test has checked, and the requests until its end. This file is a plugin of the runs it starts."""
    from ecsuite.plugin.outcome import record_of  # noqa: PLC0415

    record = record_of(report)
    seen = record.tally.observations if record else ()
    pairs = {(each.promise, each.operation) for each in seen if each.outcome in {"passed", "broken"}}
    note(report.nodeid, sorted(pairs), report.duration)


def counting(file: int) -> Callable[[Any], None]:
    """Return a plant function that makes a stand-in append a byte to a file for each response."""

    def plant(parts: Any) -> None:
        finish = parts.finish

        def counted(operation: Any, answer: Any) -> Any:
            os.write(file, b".")
            return finish(operation, answer)

        parts.finish = counted

    return plant


def run(edition: str, profile: str, names: Sequence[str] = ()) -> dict[str, Measured]:
    """Run tests of an edition with the cases of a profile, and return their measurements; all tests without `names`."""
    # Tests run one at a time, because all requests in between are attributed to the test.
    left_out = ["-p", "no:ecsuite.plugin.profiles", "-p", "no:ecsuite.plugin.ahead"]
    options = ["-p", "measure", *left_out, "-q", "--ec-target", "live"]
    command = [sys.executable, "-m", "pytest", *options, "--ec-edition", edition, "--ec-profile", profile, *names]
    with tempfile.NamedTemporaryFile(suffix=".jsonl") as rows, tempfile.NamedTemporaryFile(buffering=0) as count:
        with serving(edition, plant=counting(count.fileno())) as standin:
            path = os.pathsep.join([str(Path(__file__).parent), os.environ.get("PYTHONPATH", "")])
            env = os.environ | standin.environment() | {ROWS: rows.name, COUNT: count.name, "EC_REPORTS": "all"}
            ran = subprocess.run(
                command,
                cwd=FOLDER.parent,
                env=env | {"PYTHONPATH": path},
                capture_output=True,
                encoding="utf-8",
                check=False,
            )
        lines = Path(rows.name).read_text(encoding="utf-8").splitlines()
    if ran.returncode or not lines:
        sys.exit(f"the run of {edition} with {profile} ended with {ran.returncode}:\n{ran.stdout[-2000:]}{ran.stderr}")
    rows = [json.loads(line) for line in lines]
    # A run of all tests also counts the requests before the first.
    return summed(rows[1:] if names else rows, editions.contract(edition), rows[0][1] if names else 0)


def types_of(contract: Contract) -> dict[str, str]:
    """The entity type of each operation that creates, reads, lists, changes or deletes one."""
    first = {each.lister.id: str(each) for each in contract.entity_types if each.lister}
    return {own.id: str(each) for each in contract.entity_types for own in each.operations} | first


def summed(
    rows: Iterable[tuple[str, int, list[list[str]], float]], contract: Contract, before: int = 0
) -> dict[str, Measured]:
    """Combine the reports of each test; `before` is the number of requests before the first test."""
    types = types_of(contract)
    tests: dict[str, Measured] = {}
    for name, count, seen, seconds in rows:
        if not name:
            continue
        known = tests.get(name, Measured(0, frozenset(), types))
        pairs = frozenset((promise, operation) for promise, operation in seen)
        tests[name] = Measured(
            known.requests + count - before, known.seen | pairs, types, seconds=known.seconds + seconds
        )
        before = count
    return tests


# Writing


def main() -> None:
    """Measure, write the file, and print the sizes of the profiles."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--all", action="store_true", help="measure all tests anew, and not only those that are new")
    options = parser.parse_args()
    known = {} if options.all else measured_in(json.loads(FILE.read_text(encoding="utf-8")))
    measured = {edition: measure(edition, known.get(edition, {})) for edition in editions.editions()}
    FILE.write_text(as_text(content_of(measured)), encoding="utf-8")


def measure(edition: str, known: Mapping[str, Row]) -> dict[str, Row]:
    """The rows of all current tests of an edition: known ones, and newly measured ones."""
    names = collected(edition)
    new = [name for name in names if name not in known]
    if not new:
        return {name: known[name] for name in names}
    print(f"{edition}: {len(new)} tests are measured")
    # The standard profile has the same few cases as smoke, except for tests that the file lists as whole.
    full, few = (run(edition, profile, new if known else []) for profile in ("full", "smoke"))
    rows = {
        name: (full[name].requests, test.requests, noted(full[name].seconds), sorted(test.seen))
        for name, test in few.items()
    }
    return {name: own for name in names if (own := known.get(name) or rows.get(name))}


def noted(seconds: float) -> float:
    """A duration as it is stored: 0 for an ordinary test."""
    return round(seconds, 1) if seconds >= WORTH_NOTING else 0.0


def collected(edition: str) -> list[str]:
    """The names of the tests of an edition."""
    options = ["--collect-only", "-q", "--ec-target", "local", "--ec-profile", "full", "--ec-edition", edition]
    command = [sys.executable, "-m", "pytest", *options]
    ran = subprocess.run(command, cwd=FOLDER.parent, capture_output=True, encoding="utf-8", check=True)
    return [line for line in ran.stdout.splitlines() if re.match(r"tests/.*::", line)]


def measured_in(content: Mapping[str, Any]) -> dict[str, dict[str, Row]]:
    """The rows in an existing file, by edition."""
    found: dict[str, dict[str, Row]] = {}
    for name, own in content["tests"].items():
        looks = own["looks"].items()
        seen = sorted((promise, operation) for operation, index in looks for promise in content["looks"][index])
        found.setdefault(own["edition"], {})[name] = (*own["requests"], own.get("seconds", 0.0), seen)
    return found


def content_of(measured: Mapping[str, Mapping[str, Row]]) -> dict[str, Any]:
    """The contents of the file: requests, checks and profiles of each test, and profiles in which it runs all cases."""
    tests: dict[str, Any] = {}
    looks: dict[tuple[str, ...], int] = {}
    ranks: dict[str, float] = {}
    for edition, rows in measured.items():
        some = tests_of(edition, rows)
        for name, test in some.items():
            by_operation: dict[str, set[str]] = {}
            for promise, operation in test.seen:
                by_operation.setdefault(operation, set()).add(promise)
            seen = {
                each: looks.setdefault(tuple(sorted(own)), len(looks)) for each, own in sorted(by_operation.items())
            }
            full, few, seconds, _ = rows[name]
            lasts = {"seconds": seconds} if seconds else {}
            tests[name] = {"edition": edition, "requests": [full, few], **lasts, "looks": seen}
        ranks |= ranks_of(edition, some)
        cheap = smoke(some)
        chosen = standard(some, worth_of(edition, some))
        for profile, names in {"smoke": cheap, "standard": chosen.tests}.items():
            for name in names:
                tests[name].setdefault("in", []).append(profile)
        for name in chosen.whole:
            tests[name]["whole"] = ["standard"]
        print(f"{edition} smoke: {len(cheap)} tests, {sum(some[name].requests for name in cheap)} requests")
        print(f"{edition} standard: {len(chosen.tests)} tests, {chosen.requests} requests")
        print(f"{edition} full: {len(rows)} tests, {sum(row[0] for row in rows.values())} requests")
    # Generated links may delete what other tests of the same run have created, so these tests come last.
    ranked = sorted(tests.items(), key=lambda pair: (pair[0].startswith(GENERATED), -ranks[pair[0]], pair[0]))
    return {"looks": [list(own) for own in looks], "tests": dict(ranked)}


def tests_of(edition: str, rows: Mapping[str, Row]) -> dict[str, Measured]:
    """Measurements of an edition with few cases."""
    types = types_of(editions.contract(edition))
    return {
        name: Measured(
            few, frozenset((promise, operation) for promise, operation in seen), types, max(full - few, 0), seconds
        )
        for name, (full, few, seconds, seen) in rows.items()
    }


def as_text(content: Mapping[str, Any]) -> str:
    """Format as JSON with one test on each line."""
    text = json.dumps(content, indent=1, ensure_ascii=False)
    return re.sub(r"\n {3,}|\n {2}(?=[\]}])", " ", text).replace("[ ", "[").replace(" ]", "]") + "\n"


if __name__ == "__main__":
    main()
