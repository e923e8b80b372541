"""What a run writes and ends with where pages, coverage or all exchanges are asked for."""

import json
import re
import xml.etree.ElementTree as ET

import pytest
from projects import SCENARIO, Project

LOCAL = ("--ec-target", "local", "--ec-edition", "2023-10")
READS = SCENARIO + "    def test_it(api): api.get('/events')\n"


@pytest.fixture
def project(tmp_path) -> Project:
    return Project(tmp_path)


def test_pages_are_written_where_they_are_asked_for(project):
    """With --ec-report they stand beside the result, and the last line says where; without it there is the result alone."""
    project.test(READS)

    without, given = project.run(*LOCAL), project.run(*LOCAL, "--ec-report", "out")

    assert (without.ret, given.ret) == (0, 0)
    assert {path.name for path in (project.path / ".ecsuite" / "last").iterdir()} == {"results.json"}
    assert {path.name for path in (project.path / "out").iterdir()} == {
        "results.json", "report.html", "junit.xml", "summary.md",
    }  # fmt: skip
    given.has("report: out/report.html")
    assert "report:" not in without.text


@pytest.mark.parametrize(("least", "code"), [("2", 0), ("99.5", 1)])
def test_too_little_coverage_fails_a_run(project, least, code):
    """A run that has seen too little of the contract ends with 1, and says how much it was; its tests have passed."""
    project.test(READS)

    ran = project.run(*LOCAL, "--ec-coverage-min", least, "--ec-report", "out")

    assert ran.ret == code
    ran.ended(passed=1)
    result = json.loads((project.path / "out" / "results.json").read_text())
    assert result["run"]["exit_code"] == code
    if code:
        share = f"{result['coverage']['percent']} %"
        ran.has(f"coverage: {share} of the contracts was seen, and --ec-coverage-min wants 99.5 %")
        assert f"but {share} of the contract was seen" in (project.path / "out" / "summary.md").read_text()


def test_run_that_calls_nothing_has_seen_nothing(project):
    """Zero checks are never a pass where coverage is asked for; a run without any test ends as pytest's does."""
    project.test("def test_it(): pass")

    nothing_called, no_test = (
        project.run("--ec-coverage-min", "1"),
        project.run("--ec-coverage-min", "1", "-k", "nowhere"),
    )

    assert (nothing_called.ret, no_test.ret) == (1, 5)
    nothing_called.has("coverage: 0.0 % of the contracts was seen, and --ec-coverage-min wants 1 %")


@pytest.mark.parametrize("least", ["101", "-1", "x", "", " ", "nan", "1e1", "\u0663"])
def test_bad_percentage_is_one_line(project, least):
    """What is no percentage is refused before any test, with 4."""
    project.test(READS)

    ran = project.run(*LOCAL, f"--ec-coverage-min={least}")

    assert ran.ret == 4
    ran.has(f"ERROR: --ec-coverage-min {least!r}: give a percentage, 0 to 100")


@pytest.mark.parametrize("options", [(), ("-n", "2")])
def test_tests_are_told_with_their_exchanges(project, options):
    """Each test that calls the API stands in the result with its outcome, its edition and its calls, and in JUnit's file."""
    project.test(
        READS
        + """
    def test_other(api):
        api.get("/users")
        assert False

    @pytest.mark.edition("2023-10")
    def test_left_out(api): pytest.skip("not today")

    def test_calls_nothing(): pass
    """
    )

    project.run(*LOCAL, "--ec-report", "out", *options)

    result = json.loads((project.path / "out" / "results.json").read_text())
    tests = {re.sub(r".*::|\[.*", "", test["name"]): test for test in result["tests"]}
    assert {name: test["outcome"] for name, test in tests.items()} == {"test_it": "passed", "test_other": "failed"}
    assert [call[:4] for call in tests["test_it"]["calls"]] == [
        ["identity", "POST", "/connect/token", 200],
        ["api", "GET", "/events", 200],
    ] or [call[:4] for call in tests["test_it"]["calls"]] == [["api", "GET", "/events", 200]]
    assert all(test["edition"] == "2023-10" and test["seconds"] > 0 for test in tests.values())
    suite = ET.parse(project.path / "out" / "junit.xml").getroot()[0]  # noqa: S314  our own
    assert (suite.get("tests"), suite.get("failures")) == ("2", "1")


def test_report_cannot_be_written_is_one_line(project):
    """A file in the place of the folder is told before the run."""
    project.test(READS)
    (project.path / "out").write_text("")

    ran = project.run(*LOCAL, "--ec-report", "out")

    assert ran.ret == 4
    assert "Traceback" not in ran.text
