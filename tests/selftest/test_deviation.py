"""Accepted deviations: what tells one from another, and what a run does with them."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
import tomlkit
from projects import ROOT, Project, Result, run_module

from ecsuite.config import find
from ecsuite.config.accepted import deviations_in
from ecsuite.config.accepting import add_entries
from ecsuite.findings.breach import STATUS, Breach, Place, body
from ecsuite.findings.datum import NOTHING
from ecsuite.findings.deviation import Deviation, Deviations, Mark, mark_of
from ecsuite.findings.finding import ContractPlace, Finding
from ecsuite.standin import faults, serving


def command(folder: Path, *arguments: str, **env: str) -> Result:
    """Runs `ecsuite` in a folder."""
    return run_module(folder, "ecsuite", *arguments, **env)


TODAY = date(2026, 11, 29)
SOON, YESTERDAY = date(2027, 1, 31), date(2026, 11, 28)


def finding(breach: Breach, operation: str | None = "getVehicle", promise: str = "response-body") -> Finding:
    place = ContractPlace((), "c.yaml", 1, "")
    return Finding(promise, operation, "GET", "/users/{userId}", 200, breach, "spec", "error", place)


def entry(of: Finding, until: date = SOON) -> Deviation:
    return Deviation(mark_of(of), "known", until, "ecsuite.toml:1")


UNLISTED = Breach.of("unlisted", STATUS, actual=404)
YEAR = Breach.of("type", body(("metadata", "year")), {"type": "integer"}, "2009")


@pytest.mark.parametrize(
    ("accepted", "seen", "fits"),
    [
        (UNLISTED, UNLISTED, True),
        # A 404 that is accepted does not hide a 500.
        (UNLISTED, Breach.of("unlisted", STATUS, actual=500), False),
        # What a run draws or a server makes up is another one each time; what it is, is not.
        (YEAR, Breach.of("type", body(("metadata", "year")), {"type": "integer"}, "1987"), True),
        (YEAR, Breach.of("type", body(("metadata", "year")), {"type": "integer"}, None), False),
        (YEAR, Breach.of("minimum", body(("metadata", "year")), {"minimum": 1900}, "2009"), False),
        (YEAR, Breach.of("type", body(("metadata", "make")), {"type": "integer"}, "2009"), False),
        # Any item of a list.
        (Breach.of("type", body((0, "year")), 1, "a"), Breach.of("type", body((7, "year")), 1, "b"), True),
        # A word of the server's is the same each time.
        (Breach.of("enum", body(("state",)), [], "on"), Breach.of("enum", body(("state",)), [], "on"), True),
        (Breach.of("enum", body(("state",)), [], "on"), Breach.of("enum", body(("state",)), [], "off"), False),
        (Breach.of("changed", body(("on",)), actual=False), Breach.of("changed", body(("on",)), actual=True), False),
        # What was tried, why it had to be refused, and who showed it are parts of it.
        (replace(UNLISTED, case="cut-off"), replace(UNLISTED, case="empty"), False),
        (replace(UNLISTED, because=YEAR), UNLISTED, False),
        (replace(UNLISTED, seen_by="getUser"), UNLISTED, False),
        (Breach.of("absent", Place("header", "ETag")), Breach.of("absent", Place("header", "Date")), False),
    ],
    ids=range(14),
)
def test_what_fits_an_entry(accepted, seen, fits):
    """An entry accepts findings of its kind, its place and what was seen there, and no others."""
    accepting = Deviations([entry(finding(accepted))], TODAY).accepting(finding(seen))

    assert (accepting is not None) is fits


def test_entry_is_of_one_promise_and_operation():
    """The same breach of another promise, or of another operation, is another deviation."""
    known = Deviations([entry(finding(YEAR))], TODAY)

    assert known.accepting(finding(YEAR, operation="listVehicles")) is None
    assert known.accepting(finding(YEAR, promise="round-trip")) is None
    assert Deviations([entry(finding(YEAR, operation=None))], TODAY).accepting(finding(YEAR, operation=None))


def test_entry_holds_until_its_day_has_passed():
    """On its last day it holds; on the next it accepts nothing, and is told as expired."""
    last = entry(finding(YEAR), TODAY)
    passed = entry(finding(YEAR), YESTERDAY)

    assert Deviations([last], TODAY).accepting(finding(YEAR)) == last.acceptance
    assert Deviations([passed], TODAY).accepting(finding(YEAR)) is None
    assert Deviations([passed, last], TODAY).expired == (passed,)


@pytest.mark.parametrize("breach", [UNLISTED, YEAR, replace(UNLISTED, because=YEAR, case="empty", seen_by="getUser")])
def test_mark_travels_as_json(breach):
    """A mark is the same after it has been stored."""
    mark = mark_of(finding(breach))

    assert Mark.from_json(mark.to_json()) == mark


def test_value_of_somebody_else_is_in_no_mark():
    """Of a value in a list the type is kept; a long text is no word."""
    assert mark_of(finding(Breach.of("enum", body((0, "state")), [], "theirs"))).value is NOTHING
    assert mark_of(finding(Breach.of("enum", body(("state",)), [], "x" * 61))).value is NOTHING


PROJECT = (
    '# Mine.\n[project]\nname = "x"  # and mine\n\n[tool.ecsuite]\nedition = "all"  # all\n\n[tool.other]\na = 1\n'
)


@pytest.mark.parametrize(
    ("name", "text"),
    [("ecsuite.toml", '# Mine.\nedition = "all"  # all\n\n[targets.a]\n# here\n'), ("pyproject.toml", PROJECT)],
    ids=["own", "project"],
)
def test_entries_are_added_and_all_else_stays(tmp_path, name, text):
    """An entry that is written is read as the same one; comments stay, and what is accepted already comes once."""
    (tmp_path / name).write_text(text)
    marks = [mark_of(finding(each)) for each in (UNLISTED, YEAR, replace(UNLISTED, because=YEAR, case='a "b"'))]

    add_entries(find(tmp_path), marks[:1], "one", SOON, tmp_path)
    path, count = add_entries(find(tmp_path), marks, 'two "quoted"', SOON, tmp_path)

    read = list(deviations_in(find(tmp_path)))
    assert (path.name, count) == (name, 2)
    assert [each.mark for each in read] == marks
    assert [each.reason for each in read] == ["one", 'two "quoted"', 'two "quoted"']
    assert len({each.where for each in read}) == 3
    kept = path.read_text()
    assert all(line in kept.splitlines() for line in text.splitlines() if line)
    tomlkit.parse(kept)


def test_expired_entry_is_accepted_anew(tmp_path):
    """An entry that ends earlier is no reason not to add one."""
    (tmp_path / "ecsuite.toml").write_text("")
    marks = [mark_of(finding(YEAR))]

    add_entries(find(tmp_path), marks, "one", YESTERDAY, tmp_path)

    assert add_entries(find(tmp_path), marks, "two", SOON, tmp_path)[1] == 1


def test_file_is_made_where_there_is_none(tmp_path):
    """Without a configuration, ecsuite.toml is made."""
    path, count = add_entries(None, [mark_of(finding(YEAR))], "one", SOON, tmp_path)

    assert (path, count) == (tmp_path / "ecsuite.toml", 1)
    assert [each.mark for each in deviations_in(find(tmp_path))] == [mark_of(finding(YEAR))]


@pytest.fixture
def project(tmp_path) -> Project:
    project = Project(tmp_path)
    project.test((ROOT / "tests" / "quickstart" / "test_2023_10.py").read_text(encoding="utf-8"))
    return project


LIVE = ("--ec-target", "live", "--ec-edition", "2023-10", "-p", "no:cacheprovider")


def dated(project: Project, day: str) -> None:
    path = project.path / "ecsuite.toml"
    lines = path.read_text().splitlines(keepends=True)
    path.write_text("".join(f"until = {day}\n" if line.startswith("until") else line for line in lines))


def test_cause_is_accepted_until_a_day(project):
    """What `ecsuite accept` writes makes the run pass; its day over, or another breach, and it fails again."""
    year = faults.find_fault("2023-10", "year-is-text")
    with serving("2023-10", plant=year.plant) as standin:
        env = standin.environment()
        assert project.run(*LIVE, **env).ret == 1
        command(project.path, "accept", "1", "--reason", "ticket 1", "--until", "2999-01-31")
        accepted = project.run(*LIVE, **env)
        told = command(project.path, "walkthrough", "--target", "live", "--edition", "2023-10", **env)
        dated(project, "2020-01-31")
        expired = project.run(*LIVE, **env)

    assert accepted.ret == 0
    accepted.has("1 note; 0 of 1 test failed", "*note*(accepted until 2999-01-31: ticket 1)*")
    assert told.ret == 0
    told.has("accepted until 2999-01-31: ticket 1", "There was no error; 1 deviation accepted*")
    assert expired.ret == 1
    expired.has("1 error; 1 of 1 test failed", "ecsuite.toml:*getVehicle*was accepted until 2020-01-31*")


def test_mended_deviation_is_told(project):
    """An entry that nothing fits is told where its operation was called; one that has expired fails the run all the same."""
    with serving("2023-10", plant=faults.find_fault("2023-10", "year-is-text").plant) as standin:
        project.run(*LIVE, **standin.environment())
    command(project.path, "accept", "1", "--reason", "ticket 1", "--until", "2999-01-31")
    with serving("2023-10") as standin:
        mended = project.run(*LIVE, "-n", "1", **standin.environment())
        dated(project, "2020-01-31")
        expired = project.run(*LIVE, **standin.environment())
    offline = project.run("--ec-edition", "2023-10")

    assert mended.ret == 0
    mended.has("ecsuite.toml:1: the accepted deviation of getVehicle (response-body) was not seen, though getVehicle*")
    assert expired.ret == 1
    expired.ended(passed=1)
    assert offline.ret == 0
    assert "ecsuite.toml" not in offline.text


def test_another_breach_is_not_accepted(project):
    """What is accepted of an operation hides nothing else of it."""
    with serving("2023-10", plant=faults.find_fault("2023-10", "year-is-text").plant) as standin:
        project.run(*LIVE, **standin.environment())
    command(project.path, "accept", "1", "--reason", "ticket 1", "--until", "2999-01-31")
    with serving("2023-10", plant=another) as standin:
        ran = project.run(*LIVE, **standin.environment())

    assert ran.ret == 1
    ran.has("1 error, 1 note; 1 of 1 test failed")


def another(parts) -> None:
    """The same vehicle with a year as text, and as that of another user."""
    faults.find_fault("2023-10", "year-is-text").plant(parts)
    faults.find_fault("2023-10", "vehicle-of-another-user").plant(parts)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("1", "--reason", "x", "--until", "2020-01-31"), "--until is '2020-01-31': expected a day that is to come"),
        (("1", "--reason", "x", "--until", "soon"), "--until is 'soon': expected a day that is to come"),
        (("1", "--reason", " ", "--until", "2999-01-31"), "expected a reason"),
        (("1", "--until", "2999-01-31"), "Missing option '--reason'"),
        (("1", "--reason", "x", "--until", "2999-01-31"), "cannot read the result of a run"),
    ],
    ids=range(5),
)
def test_what_cannot_be_accepted(tmp_path: Path, options, said):
    """Wrong days, no reason and no run are one line each, and nothing is written."""
    ran = command(tmp_path, "accept", *options)

    assert ran.ret == 4
    assert said in ran.text
    assert len(ran.lines) == 1
    assert list(tmp_path.iterdir()) == []
