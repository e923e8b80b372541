"""Tests that mostly wait are begun ahead of their turn, and end in their turn as any other test does."""

import json
import textwrap
import xml.etree.ElementTree as ET
from functools import partial

import pytest
from live_runs import EDITION, run_behind
from projects import Project

# A file that a test makes says how far it has come.
STEPS = f"""
import logging
import time
from pathlib import Path

import pytest

from ecsuite.errors import CouldNotTell

pytestmark = pytest.mark.edition("{EDITION}")

def does(step):
    Path(step).touch()

def has_done(step):
    until = time.monotonic() + 5
    while not Path(step).exists() and time.monotonic() < until:
        time.sleep(0.01)
    return Path(step).exists()

def makes_user(api, run):
    api.post("/users", json={{"userId": run.ids.new()}})

def test_first(api):
    api.get("/users")
"""
SECRET = "kh7-Ahead-93jf"


def three(
    *, waiting: str, other: str = 'does("other")', takes: str = "api, run", marks: str = "@pytest.mark.waits"
) -> str:
    """Three tests: the second begins when the third has, and what that does then; it must be begun ahead for that."""
    return f"""{STEPS}
def test_other(api):
    api.get("/users")
    assert has_done("begun")
{textwrap.indent(textwrap.dedent(other), "    ")}

{marks}
def test_waiting({takes}):
    api = locals().get("api") or world.api
    api.get("/users")
    does("begun")
{textwrap.indent(textwrap.dedent(waiting), "    ")}
"""


@pytest.fixture
def ran(tmp_path):
    """Runs tests against the stand-in."""
    return partial(run_behind, tmp_path, lambda _: None)


def test_test_that_waits_is_begun_before_its_turn(ran):
    """It is at work while another test is, and what it makes is deleted."""
    test = three(waiting='makes_user(api, run); assert has_done("other")')

    run = ran(test=test)

    assert "3 passed" in run.text, run.text
    assert run.left == []


def test_stand_in_of_the_run_is_not_waited_for_either(tmp_path):
    """It is the same in a local run."""
    project = Project(tmp_path)
    project.test(three(waiting='makes_user(api, run); assert has_done("other")'))

    project.run("--ec-target", "local", "--ec-edition", EDITION).ended(passed=3)


def test_other_test_is_begun_in_its_turn(ran):
    """Without the marker a test is not begun before others have ended."""
    run = ran(test=three(waiting="pass", marks=""))

    assert "1 failed, 2 passed" in run.text, run.text


def test_time_that_it_took_is_told(ran, tmp_path):
    """Not the time for which its end was waited for in its turn, in the reports and in the JUnit file."""
    run = ran("--junitxml=it.xml", test=three(waiting="time.sleep(0.6)", other="time.sleep(1.0)"))

    seconds = {case.get("name"): float(case.get("time")) for case in ET.parse(tmp_path / "it.xml").iter("testcase")}  # noqa: S314  our own
    result = json.loads((tmp_path / ".ecsuite" / "last" / "results.json").read_text(encoding="utf-8"))
    told = {test["name"].rpartition("::")[2]: test["seconds"] for test in result["tests"]}
    assert "3 passed" in run.text, run.text
    assert (seconds["test_waiting"] >= 0.6, told["test_waiting"] >= 0.6) == (True, True)


@pytest.mark.parametrize("option", [["-n", "1"], ["--trace-config", "--pdb"]], ids=["worker", "stepped"])
def test_nothing_is_begun_ahead_where_it_cannot_be_followed(ran, option):
    """In a worker of pytest-xdist, and where somebody steps through the tests, each is begun in its turn."""
    run = ran(
        *option, test=three(waiting="pass").replace('assert has_done("begun")', 'assert not Path("begun").exists()')
    )

    assert "3 passed" in run.text, run.text


def test_what_it_finds_is_told_as_its_own(ran, tmp_path):
    """A finding of a test that was begun ahead is told once, with its name, and fails no other test."""
    run = ran(test=three(waiting='api.get("/users/nobody")'))

    (cause,) = json.loads((tmp_path / ".ecsuite" / "last" / "results.json").read_text(encoding="utf-8"))["causes"]
    assert "1 failed, 2 passed" in run.text, run.text
    assert [test.partition("::")[2] for test in cause["tests"]] == ["test_waiting"]


def test_each_row_of_it_is_begun(ran):
    """A test that waits is given its parameters."""
    marks = '@pytest.mark.waits\n@pytest.mark.parametrize("row", [1, 2])'

    run = ran(test=three(waiting="assert row in (1, 2)", takes="world, row", marks=marks))

    assert "4 passed" in run.text, run.text


@pytest.mark.parametrize(("by_token", "outcome"), [(False, "3 passed"), (True, "1 failed, 1 passed, 1 skipped")])
def test_it_may_need_a_second_partner(ran, by_token, outcome):
    """A test of two partners is begun ahead where there are two; else it is skipped in its turn."""
    run = ran(test=three(waiting='other.api.get("/users")', takes="api, other"), by_token=by_token)

    assert outcome in run.text, run.text


def test_it_is_run_again_where_it_could_not_tell(ran):
    """A test that could not tell is run once more in its turn, as others are."""
    once = 'if not Path("once").exists():\n    does("once")\n    raise CouldNotTell("it", "lost", "no answer")'

    run = ran(test=three(waiting=once))

    assert "3 passed" in run.text, run.text
    assert sum(call.method == "GET" for call in run.calls if call.path.endswith("/users")) > 4


def test_what_it_found_is_told_where_a_limit_ends_the_run(ran):
    """A test that has ended ahead of its turn is told as it ended, though nothing else is run any more."""
    waiting = 'try:\n    api.get("/users/nobody")\nfinally:\n    does("found")'
    other = 'assert has_done("found")\ntime.sleep(0.5)\nfor _ in range(30):\n    api.get("/users")'

    run = ran("--ec-max-requests", "20", test=three(waiting=waiting, other=other))

    assert "1 failed, 1 passed" in run.text, run.text
    assert "1 inconclusive" in run.text, run.text
    assert run.code == pytest.ExitCode.TESTS_FAILED


@pytest.mark.parametrize(
    ("ends", "code", "options"),
    [("assert False", 1, ["-x"]), ("raise KeyboardInterrupt", 2, []), ("pytest.exit('enough')", 2, [])],
    ids=["failed", "interrupted", "exited"],
)
def test_run_that_ends_early_leaves_nothing(ran, ends, code, options):
    """What was begun ahead is ended without being waited for, and what it made is deleted."""
    waiting = 'makes_user(api, run); does("made"); api.rest(3600)'

    run = ran(*options, test=three(waiting=waiting, other=f'assert has_done("made")\n{ends}'))

    assert run.code == code, run.text
    assert [call.method for call in run.calls if call.method in {"POST", "DELETE"} and "/users" in call.path] == [
        "POST",
        "DELETE",
    ]
    assert run.left == []


def test_nothing_else_goes_on_where_a_test_must_be_alone(ran):
    """A test with the marker `alone` comes last, and when that has ended which was begun."""
    test = three(waiting='makes_user(api, run); time.sleep(0.5); does("waited")')
    alone = '@pytest.mark.alone\ndef test_first(api):\n    assert Path("waited").exists()\n    assert api.get("/users").json() == []'

    run = ran(test=test.replace("def test_first", "def test_begins") + alone)

    assert "4 passed" in run.text, run.text


def test_fixture_that_cannot_be_had_is_a_usage_error(ran):
    """A test that waits and takes another fixture is named, with what it can take."""
    run = ran(test=three(waiting="pass", takes="api, tmp_path"))

    said = "test_it.py::test_waiting takes tmp_path: with the marker waits it can take run, api, world, other alone"
    assert run.code == pytest.ExitCode.USAGE_ERROR, run.text
    assert said in run.text


def test_what_it_logs_has_no_secret(ran):
    """A secret of a test that was begun ahead is masked in what is logged while another one runs."""
    logs = f'run.redactor.add("{SECRET}"); logging.getLogger("own").warning("it is %s", "{SECRET}"); does("logged")'

    run = ran("-o", "log_cli=true", test=three(waiting=logs, other='assert has_done("logged")\nassert False'))

    assert "it is ***" in run.text, run.text
    assert SECRET not in run.text
