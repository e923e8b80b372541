"""Profiles: which tests each has, by what they were measured to send and see; and that the file of it is current."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import measure
import pytest
from measure import Measured, Worth, choose, smoke, standard

from ecsuite import editions
from ecsuite.errors import UnknownProfile
from ecsuite.session.profile import FULL, PROFILES, STANDARD, default_profile, profile

ROOT = Path(__file__).parents[2]
STORY = "tests/quickstart"
CONTENT = json.loads(measure.FILE.read_text(encoding="utf-8"))
REQUESTS = {"smoke": 150, "standard": 1500}


def test_profile_is_found_by_its_name():
    """Each name finds its own; another one is told with those that there are, and where it was given."""
    assert [profile(known.name) for known in PROFILES] == list(PROFILES)
    said = r"^there is no profile 'fast': expected one of smoke, standard, full \(ecsuite.toml:7\)$"
    with pytest.raises(UnknownProfile, match=said):
        profile("fast", "ecsuite.toml:7")


@pytest.mark.parametrize(
    ("mode", "options", "expected"),
    [
        ("live", {}, STANDARD),
        ("live", {"is_strict": True}, FULL),
        ("live", {"in_ci": True}, FULL),
        ("local", {}, FULL),
        ("replay", {}, FULL),
        (None, {}, FULL),
    ],
)
def test_server_of_others_gets_less(mode, options, expected):
    """Where nothing is said a live run is standard; its owner, who is strict, and CI run all there is, as all else does."""
    assert default_profile(mode, **options) is expected


LIVE = {"EC_BASE_URL": "http://127.0.0.1:1/v1", "EC_ACCESS_TOKEN": "x"}


@pytest.mark.parametrize(
    ("options", "env", "file", "expected"),
    [
        ([], {}, "", "standard"),
        (["--ec-strict"], {}, "", "full"),
        ([], {"CI": "true"}, "", "full"),
        ([], {"CI": "true", "EC_PROFILE": "smoke"}, "standard", "smoke"),
        (["--ec-strict"], {}, "standard", "standard"),
        (["--ec-profile", "full"], {"EC_PROFILE": "smoke"}, "smoke", "full"),
    ],
)
def test_what_is_said_of_the_profile_counts(tmp_path, options, env, file, expected):
    """The command line beats the environment, which beats the file, which beats the default; the run says which it is."""
    named = f'profile = "{file}"\n' if file else ""
    (tmp_path / "ecsuite.toml").write_text(f'[targets.it]\nbase-url = "http://127.0.0.1:1/v1"\n{named}')
    command = [sys.executable, "-m", "ecsuite", "test", "--collect-only", "--target", "live", *options, STORY]
    given = {name: own for name, own in os.environ.items() if name != "CI" and not name.startswith("EC_")}

    ran = subprocess.run(
        command, cwd=tmp_path, env=given | LIVE | env, capture_output=True, encoding="utf-8", check=True
    )

    assert f"ecsuite: profile {expected}: " in ran.stdout


def test_cheapest_tests_are_chosen():
    """What is wanted is had for as few requests as may be."""
    tests = {name: Measured(requests, frozenset(), {}) for name, requests in {"a": 10, "b": 2, "c": 3}.items()}
    found = {"a": {1, 2, 3}, "b": {1}, "c": {2, 3}}

    assert choose(tests, {1, 2, 3}, found) == ["b", "c"]


def calls(requests, *operations):
    return Measured(requests, frozenset(("p", operation) for operation in operations), {})


def test_smoke_has_the_quickstart_and_each_operation():
    """What the quickstart calls is called by nothing else; what it does not is, by a call that is to succeed."""
    answers = "tests/endpoints/test_operations.py::test_operation_answers[e-{}]".format
    tests = {
        "tests/quickstart/test_e.py::test_quickstart": calls(9, "a", "b"),
        answers("b"): calls(1, "b"),
        answers("c"): calls(2, "a", "c"),
        "tests/rules/test_r.py::test_refused[e-c]": calls(1, "c"),
    }

    assert smoke(tests) == [answers("c"), "tests/quickstart/test_e.py::test_quickstart"]


def measured(requests, *seen, rest=0):
    return Measured(requests, frozenset(seen), {"createUser": "user", "getUser": "user"}, rest)


def test_standard_has_each_promise_for_each_type():
    """One test for each promise of each type, for each operation, and for each function that finds a fault: the cheapest."""
    tests = {
        "t.py::kept[a]": measured(5, ("p", "createUser")),
        "t.py::kept[b]": measured(4, ("p", "getUser")),
        "t.py::kept[c]": measured(9, ("p", "createUser"), ("q", "getUser")),
        "t.py::other": measured(3, ("p", "report")),
    }

    tests |= {f"t.py::finds[{row}]": measured(row, ("p", "list")) for row in (6, 7)}
    tests |= {"t.py::large": measured(measure.SMALL + 1, ("p", "list")), "t.py::blind": measured(5, ("p", "list"))}
    worth = {"t.py::finds": Worth(0, 1, 2), "t.py::large": Worth(9, 0, 1), "t.py::blind": Worth(0, 0, 1)}

    assert standard(tests, worth, 0) == (["t.py::finds[6]", "t.py::kept[c]", "t.py::other"], [], 18)


def test_standard_has_what_tells_most_as_far_as_there_is_room(monkeypatch):
    """What finds most for its requests comes first: another test, or the rest of the cases of one that is in; then what fits."""
    monkeypatch.setattr(measure, "SMALL", 0)
    tests = {
        "t.py::good[a]": measured(10, ("p", "list"), rest=40),
        "t.py::good[b]": measured(12, ("p", "list"), rest=80),
        "t.py::poor": measured(10, ("p", "list")),
        "t.py::tiny": measured(1, ("p", "list")),
        "t.py::blind": measured(2, ("p", "list")),
    }
    worth = {"t.py::good": Worth(4, 6, 2), "t.py::poor": Worth(1, 0, 1), "t.py::tiny": Worth(1, 0, 1)}

    assert standard(tests, worth, 1) == (["t.py::tiny"], [], 1)
    assert standard(tests, worth, 24) == (["t.py::good[a]", "t.py::good[b]", "t.py::tiny"], [], 23)
    assert standard(tests, worth, 33).tests[2:] == ["t.py::poor", "t.py::tiny"]
    assert standard(tests, worth, 74) == (
        ["t.py::good[a]", "t.py::good[b]", "t.py::poor", "t.py::tiny"],
        ["t.py::good[a]"],
        73,
    )


@pytest.mark.parametrize("edition", editions.editions())
def test_every_test_function_has_its_worth(edition):
    """The faults that a function is known to find are shared out between those found with few cases and the others."""
    tests = [name for name in CONTENT["tests"] if f"[{edition}-" in name]

    worth = measure.worth_of(edition, tests)

    token = worth["tests/rules/test_authorization.py::test_call_without_good_token_is_refused"]
    assert token.rows == sum("test_call_without_good_token" in name for name in tests)
    assert token.few > token.rest > 0 or token.rest == 0 < token.few


@pytest.mark.parametrize("edition", editions.editions())
@pytest.mark.parametrize("name", REQUESTS)
def test_profile_is_as_small_as_it_says(name, edition):
    """A smoke run sends fewer than 150 requests, a standard one no more than 1,500, by what was measured."""
    tests = [own for own in CONTENT["tests"].values() if own["edition"] == edition and name in own.get("in", ())]

    requests = [own["requests"][name not in own.get("whole", ())] for own in tests]

    assert 10 < sum(requests) < REQUESTS[name]


def test_file_has_all_that_was_measured():
    """What is known is not measured again: it is read from the file, which has a test a line."""
    rows = measure.measured_in(CONTENT)

    text = measure.as_text(measure.content_of(rows))

    assert measure.measured_in(json.loads(text)) == rows
    assert all(line.count("::") < 2 for line in text.splitlines())


def test_tests_of_no_name_are_what_was_sent_before():
    """A run of some tests does not count what is sent before the first; several reports of one test are its own."""
    contract = editions.contract("2023-10")
    rows = [("", 4, [], 0.0), ("a", 6, [["p", "getUser"]], 0.5), ("a", 7, [], 0.25), ("b", 9, [], 0.0)]

    tests = measure.summed(rows[1:], contract, 4)

    assert {name: test.requests for name, test in tests.items()} == {"a": 3, "b": 2}
    assert tests["a"].promises == {("p", "user")}
    assert tests["a"].seconds == 0.75
    assert measure.summed(rows, contract)["a"].requests == 7


def test_what_tells_most_is_run_first(tmp_path):
    """The quickstart comes before tables, and cheap tests that find much before those that send hundreds of requests."""
    command = [
        sys.executable,
        "-m",
        "ecsuite",
        "test",
        "--collect-only",
        "-q",
        "--target",
        "local",
        "--edition",
        "2023-10",
    ]
    given = {name: own for name, own in os.environ.items() if not name.startswith(("EC_", "PYTEST_"))}

    ran = subprocess.run(command, cwd=tmp_path, env=given, capture_output=True, encoding="utf-8", check=True)

    names = [line for line in ran.stdout.splitlines() if re.match(r"tests/.*::", line)]
    assert names[0] == STORY + "/test_2023_10.py::test_quickstart"
    assert names == sorted(names, key=list(CONTENT["tests"]).index)
    assert [name.startswith("tests/properties/") for name in names] == sorted(
        name.startswith("tests/properties/") for name in names
    )
    many = next(name for name in names if "test_many_are_all_listed" in name)
    assert names.index("tests/rules/test_token.py::test_wrong_credentials_are_refused[2023-10-getToken]") < names.index(
        many
    )


def test_what_waits_is_run_later():
    """Of two tests that find as much for their requests, the one that lasts for seconds comes later."""
    edition, function = "2023-10", "tests/rules/test_token.py::test_wrong_credentials_are_refused"
    tests = {
        f"{function}[quick]": Measured(10, frozenset(), {}),
        f"{function}[waits]": Measured(10, frozenset(), {}, seconds=3.0),
        f"{function}[many]": Measured(100, frozenset(), {}),
    }

    ranks = measure.ranks_of(edition, tests)

    assert sorted(ranks, key=lambda name: -ranks[name]) == [f"{function}[{own}]" for own in ("quick", "many", "waits")]
    assert [measure.noted(seconds) for seconds in (0.19, 0.24, 7.478)] == [0.0, 0.2, 7.5]


def test_each_test_is_measured():
    """The file has the tests that there are: `tox run -e measure` makes it again."""
    command = [sys.executable, "-m", "pytest", "--collect-only", "-q", "--ec-target", "local"]
    ran = subprocess.run(command, cwd=ROOT, capture_output=True, encoding="utf-8", check=True)

    names = {line for line in ran.stdout.splitlines() if re.match(r"tests/.*::", line)}

    assert names == CONTENT["tests"].keys()
