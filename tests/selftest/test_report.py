"""What a run prints and stores when something is found, by runs of pytest inside pytest."""

import json
import os
import re
import subprocess
import sys
import xml.etree.ElementTree as ET
from pathlib import Path

import httpx
import pytest
from projects import SCENARIO, Project, Result

from ecsuite.promises import PAGES, RESPONSE_BODY
from ecsuite.results import store
from ecsuite.standin import serving
from ecsuite.standin.faults import find_fault

ROOT = Path(__file__).parents[2]
LOCAL = ("--ec-target", "local", "--ec-edition", "2023-10")
# Of a page that nobody has to scroll through.
MOST_LINES = 40
BROKEN = """
    from ecsuite.client import checked_of
    from ecsuite.findings.breach import Breach, Place
    from ecsuite.findings.broken import PromiseBroken
    from ecsuite.promises import LIST_ORDER, PAGES

    def find(api, name="", promise=PAGES, stop=False):
        answer = api.get("/events")
        breach = Breach("absent", Place("header", name))
        api.add_finding(promise, breach, answer)
        if stop:
            checked = checked_of(answer)
            raise checked.broken(promise, breach, "there is nothing to go on with")
"""
# Ends as one of ecsuite's own tests does: nobody who reads of it has written it.
OF_SUITE = """
pytest_plugins = ("ecsuite.plugin",)

def pytest_collection_modifyitems(items):
    from ecsuite.plugin.outcome import mark_as_suite
    for item in items:
        if "partner" not in item.name:
            mark_as_suite(item)
"""


@pytest.fixture
def project(tmp_path) -> Project:
    made = Project(tmp_path)
    (tmp_path / "conftest.py").write_text(OF_SUITE)
    return made


def stored(project: Project, folder: str = ".ecsuite/last") -> dict:
    return json.loads((project.path / folder / store.FILE).read_text(encoding="utf-8"))


def after_progress(result: Result, columns: int = 120) -> int:
    """How many lines of a terminal there are after the progress; a long one takes several."""
    last = max(number for number, line in enumerate(result.lines) if re.search(r"\[\s*\d+%\]|^[.FEs]+$", line))
    return sum(max(1, -(-len(line) // columns)) for line in result.lines[last + 1 :])


MANY = (
    SCENARIO
    + BROKEN
    + """
    @pytest.mark.parametrize("number", range(12))
    def test_many(api, number): find(api)

    @pytest.fixture
    def made(api): find(api, "Trace", stop=True)

    def test_fixture(made): pass
    """
)


@pytest.mark.parametrize("options", [(), ("-n", "2"), ("-ra", "-v"), ("--tb", "long")])
@pytest.mark.parametrize("ci", ["", "1"])
def test_two_causes_are_a_page(project, options, ci):
    """However many tests two causes break, in whichever processes, they are told once, on a page."""
    project.test(MANY)

    result = project.run(*LOCAL, *options, COLUMNS="120", **({"CI": ci} if ci else {}))

    assert after_progress(result) <= MOST_LINES
    page = result.text.split("[100%]")[-1]
    assert page.count(f"{PAGES.title}: header is missing") == 1
    result.has("2 errors; 13 of 13 tests failed", " 1  error    *", "             12 responses of 1 operation, *")
    result.has(f" 2  error    {PAGES.title}: header Trace is missing")
    assert re.search(r"12 failed.* 1 error in", result.text)
    for noise in ("Traceback", "def made", "def test_", "During handling", "short test summary", "FAILED ", "ERROR at"):
        assert noise not in result.text.split("[100%]")[-1]


@pytest.mark.parametrize("options", [(), ("-n", "2")])
def test_group_of_failures_is_no_traceback(project, options):
    """What schemathesis raises is no Exception; the finding in it is told once, as all others are."""
    project.test(
        SCENARIO
        + BROKEN
        + """
    def test_group(api):
        find(api)
        raise BaseExceptionGroup("found 1 failure", [pytest.fail.Exception("broken")])
    """
    )

    result = project.run(*LOCAL, *options, COLUMNS="120")

    assert result.ret == 1
    result.has("1 error; 1 of 1 test failed")
    assert after_progress(result) <= MOST_LINES
    assert "Traceback" not in result.text


def test_interruption_in_a_group_ends_the_run(project):
    """Whoever presses Ctrl-C ends the run, whatever else has failed at that moment."""
    project.test(
        SCENARIO
        + """
    def test_group(api): raise BaseExceptionGroup("found 1 failure", [KeyboardInterrupt()])

    def test_after(api): pass
    """
    )

    assert "2 passed" not in project.run(*LOCAL).text


def test_junit_tells_a_cause_once(project):
    """In the file for JUnit the first test has the cause whole, each other one a reference to that test."""
    project.test(MANY)

    project.run(*LOCAL, "--junitxml", "out.xml", "-k", "many")

    failures = list(ET.parse(project.path / "out.xml").iter("failure"))  # noqa: S314  our own file
    whole = [each for each in failures if "\n  response  200" in each.text]
    assert (len(failures), len(whole)) == (12, 1)
    assert failures[0] is whole[0]
    for each in failures[1:]:
        assert each.text.endswith("\n  found before, in test_it.py::test_many[0]")
        assert each.get("message").startswith(f"Failed: 1 promise broken: {PAGES.title}: header is missing")


def test_warnings_are_told_after_errors(project):
    """What fails no test is told all the same: on the terminal after the errors, in JUnit's file with its test."""
    mild = """
    from dataclasses import replace

    def test_mild(api, run):
        find(api)
        (found,) = run.journal.findings
        run.journal._findings[found.key] = replace(found, severity="warning")

    def test_wrong(api): find(api, "Trace")
    """
    project.test(SCENARIO + BROKEN + mild)

    result = project.run(*LOCAL, "--junitxml", "out.xml")

    result.ended(passed=1, failed=1)
    result.has("1 error, 1 warning; 1 of 2 tests failed", " 1  error    *Trace is missing", " 2  warning  *is missing")
    (told,) = ET.parse(project.path / "out.xml").iter("property")  # noqa: S314  our own file
    assert told.get("value").startswith(f"{PAGES.title}: header is missing  [spec] warning\n")


@pytest.mark.parametrize("options", [(), ("-n", "2")])
def test_result_is_stored(project, options):
    """The result is beside the project, ignored by git, and no secret is in it."""
    project.test(
        SCENARIO
        + BROKEN
        + """
    def test_it(api, run):
        hook = {"webhookUrl": "http://127.0.0.1:9/x", "webhookSecret": run.ids.secret("webhookSecret")}
        api.post("/webhooks", json=hook | {"eventPayloadTypes": ["PriceCurve"], "operationTypes": ["Create"]})
        open("secrets.txt", "w").write(f"{api.token()} {hook['webhookSecret']} {api.target.credentials.client_secret}")
        find(api)
    """
    )

    project.run(*LOCAL, *options)

    result = stored(project)
    text = json.dumps(result)
    assert (project.path / ".ecsuite" / ".gitignore").read_text() == "*\n"
    assert [(each["severity"], each["responses"]) for each in result["causes"]] == [("error", 1)]
    assert result["causes"][0]["first"]["sample"]["request"]["method"] == "GET"
    assert [each["test"] for each in result["findings"]] == ["test_it.py::test_it"]
    assert result["figures"]["tests"] == {"failed": 1}
    assert result["figures"]["calls"] == 4
    assert (result["run"]["settings"]["target"], result["run"]["ended_by"]) == ("local", "")
    assert result["run"]["base_urls"][0].startswith("http://127.0.0.1:")
    assert not [each for each in (project.path / "secrets.txt").read_text().split() if each in text]


def test_result_goes_where_it_is_told(project):
    """With --ec-report it is written there, and nowhere else; the folder of the run only notes where that is."""
    project.test(MANY)

    result = project.run(*LOCAL, "--ec-report", "deep/report", "-k", "fixture")

    result.has("One cause in full: ecsuite show --report deep/report N; *")
    assert len(stored(project, "deep/report")["causes"]) == 1
    assert not (project.path / store.LAST).exists()
    assert {path.name for path in (project.path / store.FOLDER).iterdir()} == {".gitignore", "last-run"}


def test_run_without_calls_stores_nothing(project):
    """A partner's project in which no test calls the API is left as it was."""
    project.test("def test_partner(): pass")

    project.run("--ec-report", "/proc/nowhere").ended(passed=1)

    project.run().ended(passed=1)
    assert not (project.path / ".ecsuite").exists()


@pytest.mark.parametrize("options", [(), ("-n", "2")])
def test_folder_that_cannot_be_written_ends_the_run_at_once(project, options):
    """What cannot be written is told in one line before the first test, with exit code 4."""
    project.test(MANY)

    result = project.run(*LOCAL, *options, "--ec-report", "/proc/nowhere")

    assert result.ret == 4
    result.has("ERROR: cannot write the result of the run to /proc/nowhere (No such file or directory): give another *")
    assert "Traceback" not in result.text
    assert "failed" not in result.text


def test_interrupted_run_stores_what_it_has(project):
    """Ctrl-C loses nothing of what was found before."""
    project.test(SCENARIO + BROKEN + "\n    def test_a(api): find(api)\n    def test_b(api): raise KeyboardInterrupt\n")

    result = project.run(*LOCAL)

    assert result.ret == 2
    assert (len(stored(project)["causes"]), stored(project)["run"]["ended_by"]) == (1, "interrupted")
    result.has(f" 1  error    {PAGES.title}: header is missing")


HOPELESS = (
    SCENARIO
    + BROKEN
    + """
    @pytest.mark.parametrize("number", range(120))
    def test_hopeless(api, number): find(api, stop={stop})
    """
)


@pytest.mark.parametrize("options", [(), ("-n", "2")])
def test_hopeless_run_ends(project, options):
    """A run in which test after test cannot go on ends early, says so, and has failed."""
    project.test(HOPELESS.format(stop=True))

    result = project.run(*LOCAL, *options, "--ec-max-findings", "5")

    assert result.ret == 1
    result.has("*5 findings are enough (--ec-max-findings): nothing more is tried*")
    assert 5 <= stored(project)["figures"]["tests"]["failed"] < 120
    assert stored(project)["run"]["ended_by"].startswith("5 findings are enough")


def test_run_goes_on_while_tests_do(project):
    """A known cause that no test stops at is no reason to give up; 0 never is."""
    project.test(HOPELESS.format(stop=False))
    project.run(*LOCAL, "--ec-max-findings", "5").ended(failed=120)

    project.test(HOPELESS.format(stop=True))
    project.run(*LOCAL, "--ec-max-findings", "0").ended(failed=120)


CRASH = (
    SCENARIO
    + BROKEN
    + """
    @pytest.fixture
    def odd(api): return api.get("/users").json()["no such member of a list"]

    def test_own(api): {}["key"]
    def test_own_fixture(odd): pass
    def test_partner(api):
        seen = api.get("/users").json()
        assert seen == ["what a partner expects"]
    def test_partner_and_finding(api):
        find(api)
        assert 1 == 2
    """
)


@pytest.mark.parametrize("options", [(), ("-n", "2")])
def test_unexpected_exception_is_one_line_and_a_file(project, options):
    """What nobody expected in ecsuite's own tests is a line, with its traceback in a file; a partner's tests are pytest's."""
    project.test(CRASH)

    result = project.run(*LOCAL, *options)

    result.has("*-  crash    KeyError: 'key' (test_it.py:*, in test_own); traceback: .ecsuite/last/crash-*.txt")
    result.has(
        "*-  crash    TypeError: list indices must be *(test_it.py:*, in odd); traceback: .ecsuite/last/crash-*.txt"
    )
    result.has(
        "*= FAILURES =*", ">       assert seen == [[]*", "*= short test summary info =*", "FAILED *::test_partner - *"
    )
    result.has(f" 1  error    {PAGES.title}: header is missing")
    assert "FAILED test_it.py::test_own" not in result.text
    assert re.search(r"3 failed.* 1 error in", result.text)
    texts = [(project.path / ".ecsuite" / "last" / f"crash-{number}.txt").read_text() for number in (1, 2)]
    assert all("Traceback (most recent call last)" in text for text in texts)
    assert {"test_own", "test_own_fixture"} == {text.split("\n")[0].split("::")[1] for text in texts}


def test_skips_are_told_by_their_reason(project):
    """Tests of ecsuite's own that are skipped for the same reason are one line; a partner's are pytest's."""
    project.test(
        """
    import pytest

    @pytest.mark.parametrize("number", range(3))
    def test_own(api, number):
        api.get("/users")
        pytest.skip("no second partner")

    @pytest.mark.skip(reason="not today")
    def test_partner(): pass
    """
    )

    result = project.run(*LOCAL, "-rs")

    result.has("SKIPPED [[]1] test_it.py:*: not today")
    result.has("    3 x tests skipped: no second partner")
    assert result.text.count("no second partner") == 1


def show(project: Project, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "ecsuite", "show", *arguments]
    return subprocess.run(command, cwd=project.path, capture_output=True, encoding="utf-8", check=False, timeout=60)


def test_command_shows_what_was_found(project):
    """All causes, one of them whole, and the report for the API's owner; from another folder, too."""
    project.test(MANY)
    project.run(*LOCAL)

    every, one, report = show(project), show(project, "2"), show(project, "1", "--markdown")
    from_elsewhere = show(Project(project.path / "elsewhere"), "--report", str(project.path / ".ecsuite" / "last"))

    assert {(ran.returncode, ran.stderr) for ran in (every, one, report, from_elsewhere)} == {(0, "")}
    assert f"\n 1  error    {PAGES.title}: header is missing\n" in every.stdout
    assert one.stdout.startswith(f" 2  error    {PAGES.title}: header Trace is missing\n")
    assert report.stdout.startswith(f"# {PAGES.title}: header is missing\n\n- Severity: error.")
    assert from_elsewhere.stdout == every.stdout
    assert "\x1b" not in every.stdout + one.stdout + report.stdout


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("3",), "ecsuite: there is no cause 3: expected 1 to 2\n"),
        (
            ("--report", "nowhere"),
            "ecsuite: cannot read the result of a run from nowhere/results.json: there is none: *\n",
        ),
        (("--report", "pytest.ini"), "ecsuite: cannot read the result of a run from pytest.ini: it is not JSON\n"),
        (("0",), "ecsuite: Invalid value for '[NUMBER]': 0 is not in the range x>=1. (see: ecsuite show --help)\n"),
    ],
)
def test_what_cannot_be_shown_is_one_line(project, arguments, said):
    """A number that is none, and a file that is none of ours, are one line and exit code 4."""
    project.test(MANY)
    project.run(*LOCAL, "-k", "fixture or many")

    ran = show(project, *arguments)

    assert (ran.returncode, ran.stdout) == (4, "")
    assert re.fullmatch(re.escape(said).replace(r"\*", ".*"), ran.stderr)


def test_fault_is_named_on_the_first_screen(project):
    """Against a server with a fault, the page has the place, what was seen, the response, and the line to repeat it."""
    project.test((ROOT / "tests" / "quickstart" / "test_2023_10.py").read_text(encoding="utf-8"))
    fault = find_fault("2023-10", "year-is-text")

    with serving("2023-10", plant=fault.plant) as standin:
        result = project.run("--ec-target", "live", "--ec-edition", "2023-10", COLUMNS="120", **standin.environment())
        command = next(line for line in result.lines if line.startswith("    repeat ")).split(maxsplit=1)[1]
        env = os.environ | standin.environment()
        shell = ["sh", "-c", command]
        again = subprocess.run(shell, cwd=project.path, env=env, capture_output=True, text=True, check=False)

    assert (again.returncode, again.stderr) == (0, "")
    assert re.search(r'"year": ?"\d+"', again.stdout)
    assert (project.path / ".ecsuite" / "last" / "1.sh").stat().st_mode & 0o777 == 0o700
    assert standin.credentials.client_secret not in (project.path / ".ecsuite" / "last" / "1.sh").read_text()
    result.ended(failed=1)
    assert after_progress(result) <= MOST_LINES
    result.has(
        f" 1  error    {RESPONSE_BODY.title}: VehicleMetadata /year is a string where an integer is required",
        "             * of 1 operation, first: GET /users/{userId}/vehicles/{vehicleId} -> 200  [[]spec]",
        "    expected  an integer  contracts/2023-10/openapi.yaml:*",
        '    actual    body /metadata/year: a string, "*"',
        "    response  200 application/json  {*",
        "    repeat    sh .ecsuite/last/1.sh",
    )


def test_line_that_is_printed_works(project):
    """The script of a cause is in the result's folder, its owner's alone, and shows the cause again; with workers, too."""
    project.test((ROOT / "tests" / "quickstart" / "test_2023_10.py").read_text(encoding="utf-8"))
    fault = find_fault("2023-10", "year-is-text")

    with serving("2023-10", plant=fault.plant) as standin:
        environment = standin.environment()
        result = project.run("--ec-target", "live", "--ec-edition", "2023-10", "-n", "2", **environment)
        script = project.path / ".ecsuite" / "last" / "1.sh"
        ran = subprocess.run(
            ["sh", ".ecsuite/last/1.sh"],
            cwd=project.path,
            env={**os.environ, **environment, "no_proxy": "*"},
            capture_output=True,
            text=True,
            stdin=subprocess.DEVNULL,
            check=False,
        )

    result.ended(failed=1)
    assert (ran.returncode, ran.stderr) == (0, "")
    assert re.search(r'"year":"\d+"', ran.stdout)
    assert script.stat().st_mode & 0o777 == 0o700
    text = script.read_text(encoding="utf-8")
    assert [value for name, value in environment.items() if "CLIENT" in name and value in text] == []


def test_data_of_others_is_never_stored(project):
    """What others own in the tenant is in no file of a run, though it came in a list that has something wrong."""
    fault = find_fault("2023-10", "list-shows-year-as-text")
    project.test(
        SCENARIO
        + """
    def test_list(api, run):
        user = "stranger-user"
        api.get(f"/users/{user}/vehicles", strict=False)
        api.get("/users", strict=False)
    """
    )
    with serving("2023-10", plant=fault.plant) as standin:
        with httpx.Client() as client:
            form = {"grant_type": "client_credentials", "client_id": standin.credentials.client_id}
            token = client.post(standin.token_url, data=form | {"client_secret": standin.credentials.client_secret})
            headers = {"Authorization": f"Bearer {token.json()['access_token']}"}
            client.post(f"{standin.base_url}/users", json={"userId": "stranger-user"}, headers=headers)
            car = {
                "resourceType": "Vehicle",
                "brand": "stranger-car",
                "model": "m",
                "year": 1987,
                "vin": "stranger-vin",
            }
            body = {"vehicleId": "stranger-vehicle", "metadata": car}
            client.post(f"{standin.base_url}/users/stranger-user/vehicles", json=body, headers=headers)
        options = ("--ec-report", "out", "--ec-har", "out/run.har")
        result = project.run("--ec-target", "live", "--ec-edition", "2023-10", *options, **standin.environment())

    result.ended(failed=1)
    text = "".join(path.read_text(encoding="utf-8") for path in (project.path / "out").iterdir())
    assert len(stored(project, "out")["causes"]) == 1
    assert not re.findall(r"stranger-(?:car|vehicle|vin)|1987", text + result.text)
