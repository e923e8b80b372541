"""The runner of planted faults: what it says of one, in which order it tries tests, and how its forks end."""

import json
import os
import subprocess
import sys
import time
from pathlib import Path
from types import SimpleNamespace

import pytest

from ecsuite.standin.faults import find_fault

FAULTS = Path(__file__).parents[1] / "faults"
EDITION = "2023-10"
NAME = "year-is-text"
CATCHER = f"tests/endpoints/test_operations.py::test_operation_answers[{EDITION}-getVehicle]"
BLIND = "tests/rules/test_token.py"


@pytest.fixture
def modules(monkeypatch):
    """The modules of the runner can be imported, as they can where it is started."""
    monkeypatch.syspath_prepend(FAULTS)


@pytest.fixture
def run(tmp_path):
    """Starts the runner for one fault, with a file of its own for what is known; gives its exit code, output and record."""

    def start(known, *arguments):
        (tmp_path / "known.json").write_text(json.dumps({EDITION: known}), encoding="utf-8")
        files = (f"--known={tmp_path / 'known.json'}", f"--record={tmp_path / 'record'}")
        command = [sys.executable, FAULTS / "run.py", "--ec-edition", EDITION, "--only", NAME, *files, *arguments]
        ran = subprocess.run(command, capture_output=True, text=True, check=False)
        (line,) = (tmp_path / "record").read_text(encoding="utf-8").splitlines()
        return ran.returncode, ran.stdout, json.loads(line)

    return start


def test_record_has_the_whole_finding(run):
    """A fault that is caught is recorded with the test and each field of the finding, but without the request."""
    code, table, record = run({NAME: CATCHER})

    assert code == 0
    assert CATCHER in table
    assert (record["name"], record["verdict"], record["test"]) == (NAME, "caught", CATCHER)
    (finding,) = record["fitting"]
    assert (finding["promise"], finding["operation"], finding["status"]) == ("response-body", "getVehicle", 200)
    assert (finding["breach"]["kind"], finding["breach"]["at"]["path"]) == ("type", ["metadata", "year"])
    assert (finding["breach"]["expected"]["value"], finding["breach"]["actual"]["value"]) == (
        {"type": "integer"},
        "2009",
    )
    assert "request" not in finding


def test_known_test_is_no_expectation(run, tmp_path):
    """Where the known test does not catch the fault, or is no more, another one does, and is learned."""
    code, _, record = run({NAME: f"{BLIND}::test_that_is_gone", "gone": CATCHER}, "--learn")

    learned = json.loads((tmp_path / "known.json").read_text(encoding="utf-8"))
    assert code == 0
    assert learned[EDITION] == {NAME: record["test"]}


def test_fault_that_no_test_sees_is_missed(run):
    """A fault is missed where the tests that were asked for make no finding; the exit code says so."""
    code, table, record = run({NAME: CATCHER}, BLIND)

    assert code == 1
    assert "1 run: 1 missed" in table
    assert (record["verdict"], record["test"], record["fitting"]) == ("MISSED", None, [])


def test_likely_tests_come_first(modules):
    """What has caught the like of a fault comes first, and sooner on the same operation, or the same type of entity."""
    import order  # noqa: PLC0415  from the folder of the runner

    fault = find_fault(EDITION, NAME)
    known = order.Known(EDITION, {"year-has-a-point": CATCHER})
    like, other = CATCHER.partition("[")[0], f"{BLIND}::test_other"
    tests = [
        CATCHER,
        f"{like}[{EDITION}-createVehicle]",
        f"{like}[{EDITION}-getUser]",
        f"{other}[{EDITION}-getVehicle]",
        f"{other}[{EDITION}-createVehicle]",
        other,
    ]

    rank = known.rank_for(fault)
    ordered = sorted([item(test) for test in reversed(tests)], key=rank)

    assert [each.nodeid for each in ordered] == tests
    assert rank(item(other, fault.promise)) < rank(item(other))


def item(test, promise=None):
    """A test, as far as its order goes: its node id, and a module that imports a promise."""
    return SimpleNamespace(nodeid=test, module=SimpleNamespace(PROMISE=promise))


def result_of(subject):
    """Doubles a number; but dies of 0, and has no end with a negative one."""
    if subject == 0:
        os._exit(1)
    if subject < 0:
        time.sleep(60)
    return 2 * subject


def test_fork_that_ends_badly_gives_nothing(modules):
    """What dies or takes too long gives nothing, and holds up none of the others."""
    from forks import in_forks  # noqa: PLC0415  from the folder of the runner

    results = dict(in_forks(result_of, [-1, 0, 1, 2], at_once=2, seconds=1))

    assert results == {-1: None, 0: None, 1: 2, 2: 4}
