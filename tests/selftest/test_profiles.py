"""Profiles: which tests each has, by what they were measured to send and see; and that the file of it is current."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import measure
import pytest
from measure import Measured, choose, smoke, standard

from ecsuite import editions
from ecsuite.errors import UnknownProfile
from ecsuite.rules.calls import Calls
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


@pytest.mark.parametrize(
    ("most", "tried"), [(None, [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]), (10, list(range(10))), (4, [0, 3, 6, 9])]
)
def test_cases_are_spread(most, tried):
    """Of more cases than are tried, those are that lie apart, the first and the last among them."""
    calls = Calls(None, None, None, None, most_cases=most)

    assert calls.some(range(10)) == tried


def test_cheapest_tests_are_chosen():
    """What is wanted is had for as few requests as may be."""
    tests = {name: Measured(requests, frozenset(), frozenset()) for name, requests in {"a": 10, "b": 2, "c": 3}.items()}
    found = {"a": {1, 2, 3}, "b": {1}, "c": {2, 3}}

    assert choose(tests, {1, 2, 3}, found) == ["b", "c"]


def test_smoke_has_the_quickstart_and_each_operation():
    """What the quickstart calls is called by nothing else; what it does not is, by a call that is to succeed."""
    answers = "tests/endpoints/test_operations.py::test_operation_answers[e-{}]".format
    tests = {
        "tests/quickstart/test_e.py::test_quickstart": Measured(9, frozenset({"a", "b"}), frozenset()),
        answers("b"): Measured(1, frozenset({"b"}), frozenset()),
        answers("c"): Measured(2, frozenset({"a", "c"}), frozenset()),
        "tests/rules/test_r.py::test_refused[e-c]": Measured(1, frozenset({"c"}), frozenset()),
    }

    assert smoke(tests) == [answers("c"), "tests/quickstart/test_e.py::test_quickstart"]


def test_standard_has_each_promise_for_each_type_once():
    """One test for each promise of each type, each operation, and each small function; large ones for themselves only."""
    tests = {
        "t.py::kept[a]": Measured(5, frozenset({"a"}), frozenset({("p", "user")})),
        "t.py::kept[b]": Measured(4, frozenset({"a"}), frozenset({("p", "user")})),
        "t.py::kept[c]": Measured(4, frozenset({"c"}), frozenset({("p", "meter")})),
        "t.py::small": Measured(measure.SMALL, frozenset({"a"}), frozenset({("p", "user")})),
        "t.py::large": Measured(measure.SMALL + 1, frozenset({"a"}), frozenset({("p", "user")})),
    }

    assert standard(tests) == ["t.py::kept[b]", "t.py::kept[c]", "t.py::small"]


@pytest.mark.parametrize("edition", editions.editions())
@pytest.mark.parametrize("name", REQUESTS)
def test_profile_is_as_small_as_it_says(name, edition):
    """A smoke run sends fewer than 150 requests, a standard one no more than 1,500, by what was measured."""
    assert 10 < sum(CONTENT["requests"][each][1] for each in CONTENT[name][edition]) < REQUESTS[name]


def test_each_test_is_measured():
    """The file has the tests that there are: `tox run -e measure` makes it again."""
    command = [sys.executable, "-m", "pytest", "--collect-only", "-q", "--ec-target", "local"]
    ran = subprocess.run(command, cwd=ROOT, capture_output=True, encoding="utf-8", check=True)

    names = {line for line in ran.stdout.splitlines() if re.match(r"tests/.*::", line)}

    assert names == CONTENT["requests"].keys()
    assert {each for name in REQUESTS for own in CONTENT[name].values() for each in own} <= names
