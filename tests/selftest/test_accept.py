"""Accepted deviations in runs: what is accepted, has expired, is mended, or is another one."""

from pathlib import Path

import pytest
from projects import ROOT, Project, Result, run_module

from ecsuite.standin import faults, serving


def command(folder: Path, *arguments: str, **env: str) -> Result:
    """Runs `ecsuite` in a folder."""
    return run_module(folder, "ecsuite", *arguments, **env)


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


def test_whole_cause_is_accepted_and_none_of_it_counts_as_mended(project):
    """What follows from a deviation has an entry, too; it is seen wherever the deviation is, though it is told with it."""
    with serving("2023-10", plant=faults.find_fault("2023-10", "vehicle-not-deleted").plant) as standin:
        env = standin.environment()
        assert project.run(*LIVE, "--ec-report=results", **env).ret == 1
        # The last run, wherever it is stored.
        command(project.path, "accept", "1", "--reason", "ticket 1", "--until", "2999-01-31")
        accepted = project.run(*LIVE, **env)

    entries = (project.path / "ecsuite.toml").read_text()
    assert entries.count("[[accepted]]") == 2
    assert entries.count("\n\n[[accepted]]") == 1
    assert accepted.ret == 0
    assert "was not seen" not in accepted.text


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
