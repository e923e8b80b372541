"""The pytest plugin, by runs of pytest inside pytest: outcomes, exit codes, and what a user reads."""

import fnmatch
import gc
import re
import subprocess
import sys
import xml.etree.ElementTree as ET
from pathlib import Path

import httpx
import pytest
from projects import Project

from ecsuite import editions
from ecsuite.cassette.tape import load
from ecsuite.plugin import garbage
from ecsuite.promises import PAGES, RESPONSE_BODY
from ecsuite.standin import serving

ROOT = Path(__file__).parents[2]
SCENARIO = """
    import pytest
    from ecsuite.messages.exchange import UNSPECIFIED
    pytestmark = pytest.mark.edition("2023-10")
"""


@pytest.fixture
def project(tmp_path) -> Project:
    return Project(tmp_path)


@pytest.fixture
def quickstart(project) -> Project:
    """The quickstart's own test file in that project."""
    project.test((ROOT / "tests" / "quickstart" / "test_2023_10.py").read_text(encoding="utf-8"))
    return project


def test_replay_is_the_default(quickstart):
    """Without options, the recordings are replayed, and what was checked is told."""
    result = quickstart.run("--ec-edition", "2023-10")

    result.ended(passed=1)
    result.has(
        "*= Energy Coordination API 2023-10, replay =*",
        "26 exchanges: * checks passed, 0 broken, 6 not checked",
        f"    5 x {RESPONSE_BODY.title}: nothing is published about the body of 404",
    )


def test_network_is_shut_in_a_replay(project):
    """A replayed test that opens a connection of its own fails."""
    project.test(
        SCENARIO
        + """
    @pytest.mark.scenario("quickstart")
    def test_network(run):
        import socket
        socket.create_connection(("127.0.0.1", 9))
    """
    )

    result = project.run()

    result.ended(failed=1)
    result.has("*Network is disabled for host '127.0.0.1'*")


def test_garbage_collector_leaves_alone_what_is_loaded():
    """It looks at nothing that was there before the first test, until another session begins in the same process."""
    assert gc.get_freeze_count() > 0

    garbage.pytest_configure()
    assert gc.get_freeze_count() == 0
    garbage.pytest_collection_finish()
    assert gc.get_freeze_count() > 0


def test_local_starts_a_stand_in(quickstart):
    """The same test goes to the stand-in over a socket."""
    result = quickstart.run("--ec-target", "local")

    result.ended(passed=1)
    result.has("*Energy Coordination API 2023-10, 2026-01, local*", "26 exchanges: *0 broken*")


def test_live_goes_where_the_environment_says(quickstart):
    """The same test goes to the server in EC_BASE_URL, and leaves nothing there."""
    with serving("2023-10") as standin:
        result = quickstart.run("--ec-target", "live", "--ec-edition", "2023-10", **standin.environment())

    result.ended(passed=1)


def test_workers_share_the_work(quickstart):
    """With pytest-xdist the figures of all workers are told."""
    result = quickstart.run("-n", "2", "-p", "xdist")

    result.ended(passed=1)
    result.has("26 exchanges: *")


USAGE = {
    "no credentials": (
        ["--ec-target", "live", "--ec-edition", "2023-10"],
        {},
        "ERROR: a live run needs EC_BASE_URL, EC_TOKEN_URL, EC_CLIENT_ID and EC_CLIENT_SECRET: set them in the "
        "environment (addresses may be in ecsuite.toml, secrets in a file for --env-file); `ecsuite serve` prints a set "
        "for the local stand-in",
    ),
    "a token alone": (
        ["--ec-target", "live", "--ec-edition", "2023-10"],
        {"EC_ACCESS_TOKEN": "x"},
        "ERROR: a live run needs EC_BASE_URL: set it in the environment *",
    ),
    "an unknown edition": (
        ["--ec-edition", "1999-12"],
        {},
        "ERROR: there is no edition '1999-12' here: expected one of 2023-10, 2026-01 (--edition; for pytest --ec-edition)",
    ),
    "production": (
        ["--ec-target", "live", "--ec-edition", "2023-10"],
        {"EC_BASE_URL": "https://API.voluespark.com./energy-coordination/v1", "EC_ACCESS_TOKEN": "x"},
        "ERROR: api.voluespark.com is production, and this run would write there: use the sandbox, "
        "or give --ec-allow-production if you mean it",
    ),
    "no address": (
        ["--ec-target", "live", "--ec-edition", "2023-10"],
        {"EC_BASE_URL": "api.example", "EC_ACCESS_TOKEN": "x"},
        "ERROR: EC_BASE_URL is 'api.example': expected an address such as https://host/path, without query",
    ),
    "nobody there": (
        ["--ec-target", "live", "--ec-edition", "2023-10"],
        {"EC_BASE_URL": "http://127.0.0.1:1/v1", "EC_TOKEN_URL": "http://127.0.0.1:1/t", "EC_CLIENT_ID": "a"}
        | {"EC_CLIENT_SECRET": "b"},
        "ERROR: cannot reach http://127.0.0.1:1/t (*Connection refused): expected a running server; "
        "check the address, the network and the VPN",
    ),
    "a replay to record": (
        ["--ec-target", "replay", "--record-mode", "rewrite"],
        {},
        "ERROR: a replay cannot be recorded: give --ec-target local or live with --record-mode, "
        "or run python3 -m tox run -e record",
    ),
}


@pytest.mark.parametrize("name", USAGE)
def test_usage_error_is_one_line(quickstart, name):
    """What cannot be used ends with one line and exit code 4, before any test is tried."""
    options, env, message = USAGE[name]

    result = quickstart.run(*options, **env)

    assert result.ret == 4
    lines = result.lines
    assert [line for line in lines if fnmatch.fnmatch(line, message)]
    assert not [line for line in lines if "Traceback" in line]
    assert "passed" not in result.text


def test_unknown_target_is_a_usage_error(quickstart):
    """Pytest says which targets there are."""
    result = quickstart.run("--ec-target", "mars")

    assert result.ret == 4
    result.has("ERROR: there is no target 'mars': expected one of replay, local, live*(*--ec-target)")


@pytest.mark.parametrize("by_token", [False, True])
def test_refused_credentials_are_one_line(quickstart, by_token):
    """Refused credentials end the run with exit code 4, and nothing else is tried."""
    with serving("2023-10") as standin:
        env = standin.environment() | {"EC_CLIENT_SECRET": "not-the-secret"}
        if by_token:
            env = {"EC_BASE_URL": standin.base_url, "EC_ACCESS_TOKEN": "not-a-token"}
        result = quickstart.run("--ec-target", "live", "--ec-edition", "2023-10", **env)

    assert result.ret == 4
    expected = (
        f"ERROR: {standin.base_url}/users refused EC_ACCESS_TOKEN (401): get a new token; nothing else was tried"
        if by_token
        else f"ERROR: {standin.token_url} refused the credentials (401 invalid_client): check EC_CLIENT_ID and "
        "EC_CLIENT_SECRET; nothing else was tried"
    )
    assert expected in (result.text).splitlines()


def test_live_without_an_edition_is_the_current_one(project):
    """A live run is of the newest edition unless told otherwise."""
    newest = editions.editions()[-1]
    project.test(
        f"""
    def test_newest(api, edition):
        api.get("/users")
        assert edition == "{newest}"
    """
    )
    with serving(newest) as standin:
        result = project.run("--ec-target", "live", **standin.environment())

    assert "(the default; with live, the newest)" in " ".join(project.run("--help").text.split())
    result.ended(passed=1)


def test_missing_cassette_fails_its_test(project):
    """A scenario without a recording is an error that names the file and the command that mends it."""
    project.test(
        SCENARIO
        + """
    @pytest.mark.scenario("some-entity")
    def test_it(run): run.api.get("/users")
    """
    )

    result = project.run()

    result.ended(error=1)
    result.has(
        f" -  stopped  cassette {project.path}/cassettes/2023-10/some-entity.yaml does not exist; record it again with: *"
    )
    assert "Traceback" not in result.text


UNRECORDED = """
    def test_table(api): api.get("/users")
    @pytest.mark.parametrize("number", [1, 2])
    def test_tables(api, number): api.get("/users")
    def test_offline(): pass
    """


@pytest.mark.parametrize("options", [[], ["-n", "2"]])
def test_unrecorded_tests_are_left_out(project, options):
    """A replay leaves out the tests that have no scenario, and says how many, and how they are run."""
    project.test(SCENARIO + UNRECORDED)

    result = project.run(*options)

    assert result.ret == 0
    assert re.search(r"1 passed", result.text)
    result.has("3 tests not recorded, and so left out: run with --ec-target local")


def test_test_that_nobody_asked_for_is_not_counted(project):
    """What was deselected before is not among those that a replay leaves out."""
    project.test(SCENARIO + UNRECORDED)

    result = project.run("-k", "tables or offline")

    result.ended(passed=1, deselected=3)
    result.has("2 tests not recorded, and so left out: run with --ec-target local")


def test_other_fixture_by_the_same_name_is_no_call(project):
    """A test whose fixture `run` is its own calls no API, and so is not left out."""
    project.test(
        """
    import pytest

    @pytest.fixture
    def run(): return 1

    def test_own(run): assert run == 1
    """
    )

    result = project.run()

    result.ended(passed=1)
    assert "not recorded" not in result.text


def test_unrecorded_tests_run_against_servers(project):
    """A run against a server has all tests, and no such line."""
    project.test(SCENARIO + UNRECORDED)

    result = project.run("--ec-target", "local")

    result.ended(passed=4)
    assert "not recorded" not in result.text


def test_recording_is_of_scenarios(project):
    """A recording run writes cassettes of tests with a scenario, one for each of their parameters, and runs no other."""
    project.test(
        SCENARIO
        + """
    @pytest.mark.scenario("many")
    @pytest.mark.parametrize("number", ["one", "two"])
    def test_many(api, number): api.get("/users")
    """
        + UNRECORDED
    )

    result = project.run("--record-mode", "rewrite")

    assert {path.relative_to(project.cassettes).as_posix() for path in project.cassettes.rglob("*.yaml")} == {
        "quickstart.yaml",
        "many/one.yaml",
        "many/two.yaml",
    }
    result.ended(passed=3, deselected=3)
    result.has("3 tests not recorded, and so left out: run with --ec-target local", "*many/one.yaml: written")
    project.run().ended(passed=3, deselected=3)


def test_cassettes_are_ecsuites_own_by_default(quickstart):
    """Without the setting `ec_cassettes`, the recordings are those beside the contracts, wherever a project stands."""
    (quickstart.path / "pytest.ini").write_text("[pytest]\naddopts = -p no:schemathesis -p no:hypothesispytest\n")
    quickstart.cassette.unlink()

    result = quickstart.run("--ec-edition", "2023-10")

    result.ended(passed=1)


def test_stale_cassette_fails_its_test(project):
    """A scenario that sends something else than was recorded fails, with both."""
    project.test(
        SCENARIO
        + """
    @pytest.mark.scenario("quickstart")
    def test_other(run):
        run.api.get("/webhooks")
    """
    )

    result = project.run()

    result.ended(failed=1)
    result.has(
        f" -  stopped  cassette {project.cassette} is out of date (the run sends GET http://api.invalid/*/webhooks, "
        "and its exchange 2 of 25 is POST http://api.invalid/*/users); record it again with: *"
    )


def test_incomplete_replay_fails_its_test(project):
    """A scenario that asks for less than was recorded fails, too."""
    project.test(
        SCENARIO
        + """
    @pytest.mark.scenario("quickstart")
    def test_less(run):
        run.api.token()
    """
    )

    result = project.run()

    result.ended(failed=1)
    result.has("*24 of its 25 exchanges were not asked for, the first is POST *")


def test_contract_that_changed_finds_old_recordings(quickstart):
    """A replay is checked again, so a recording that no longer fits is a finding."""
    path = quickstart.cassette
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace('"expires_in":1800', '"expires_in":18'), encoding="utf-8")

    result = quickstart.run()

    result.ended(failed=1)
    result.has(
        "1 error; 1 of 1 test failed",
        f" 1  error    {RESPONSE_BODY.title}: Token /expires_in: an integer, 18, expected a lifetime in seconds, *",
        "             * of 1 operation, first: POST /connect/token -> 200  [[]guide[]]",
        "    expected  a lifetime in seconds, *: at least 1740",
        "              contracts/2023-10/openapi.yaml:*  (Quickstart guide *)",
        "    actual    body /expires_in: an integer, 18",
        "    response  200 application/json  *expires_in*",
        "    tests     test_it.py::test_quickstart",
        "    repeat    curl -sS -X POST http://api.invalid/connect/token *client_secret=$EC_CLIENT_SECRET*",
    )


def test_test_that_calls_nothing_fails(project):
    """A test that has the API and does not call it has checked nothing, and says so."""
    project.test(
        SCENARIO
        + """
    def test_nothing(api):
        pass
    """
    )

    result = project.run("--ec-target", "local")

    result.ended(failed=1)
    result.has(" -  stopped  the test did not call the API, so nothing was checked")


BROKEN_TEST = (
    SCENARIO
    + """
    def test_broken(api, request):
        from ecsuite.findings.breach import Breach, Place
        from ecsuite.promises import PAGES
        answer = api.get("/events")
        api.add_finding(PAGES, Breach("absent", Place("list")), answer)
        {more}
    """
)


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ("pass", f"Failed: 1 promise broken: {PAGES.title}: list lacks an item *"),
        (
            "pytest.skip('later')",
            f"Failed: 1 promise broken, and the test stopped with Skipped: later: {PAGES.title}: list lacks an item *",
        ),
        (
            "raise __import__('ecsuite.errors').errors.NothingThere('no event')",
            f"Failed: 1 promise broken, and the test stopped with Skipped: no event: {PAGES.title}: list lacks an item *",
        ),
        ("assert 1 == 2", "assert 1 == 2"),
        ("pytest.fail('no')", "Failed: no"),
    ],
)
def test_findings_fail_a_test_whatever_else(project, more, said):
    """A finding fails its test, also where the test stopped for another reason, or wanted to be skipped."""
    project.test(BROKEN_TEST.format(more=more))

    result = project.run("--ec-target", "local", "--junitxml", "out.xml")

    result.ended(failed=1)
    result.has(f" 1  error    {PAGES.title}: list lacks an item", "*first: GET /events -> 200*")
    assert fnmatch.fnmatch(failures(project)[0].get("message").partition("\n")[0], said)


SEVERITIES = (
    SCENARIO
    + """
    def test_mild(api, run):
        from dataclasses import replace
        from ecsuite.findings.breach import Breach, Place
        from ecsuite.promises import PAGES
        from ecsuite.client import checked_of
        answer = checked_of(api.get("/events")).decoded
        for severity in {severities}:
            breach = Breach("absent", Place("list", severity))
            found = api.checker.finding(PAGES, breach, answer.exchange, answer.operation)
            run.journal.add_finding(replace(found, severity=severity))
        {more}
    """
)


@pytest.mark.parametrize(
    ("severities", "options", "outcome"),
    [
        (["error"], [], "failed"),
        (["warning"], [], "passed"),
        (["warning"], ["--ec-strict"], "failed"),
        (["note"], [], "passed"),
        (["note"], ["--ec-strict"], "passed"),
        (["note", "warning", "error"], [], "failed"),
    ],
)
def test_errors_fail_and_warnings_do_where_it_is_strict(project, severities, options, outcome):
    """Errors fail a test, warnings with --ec-strict alone, notes never."""
    project.test(SEVERITIES.format(severities=severities, more="pass"))

    result = project.run("--ec-target", "local", *options)

    result.ended(**{outcome: 1})


def test_stop_after_a_warning_is_told_as_not_checked(project):
    """A test that cannot go on after a warning is no failure, and what it did not get to is told."""
    stop = "raise __import__('ecsuite').PromiseBroken('no user to go on with', found)"
    project.test(SEVERITIES.format(severities=["warning"], more=stop))

    result = project.run("--ec-target", "local")

    result.ended(passed=1)
    result.has("*1 x mild: the test stopped after a warning: no user to go on with")


@pytest.mark.parametrize("where", ["test", "fixture"])
def test_nothing_to_look_at_is_no_failure(project, where):
    """A test that finds nothing to look at, itself or in a fixture, is skipped, and its reason is told."""
    nothing = "raise NothingThere('the list is empty')"
    project.test(
        SCENARIO
        + f"""
    from ecsuite.errors import NothingThere

    @pytest.fixture
    def events(api):
        {nothing if where == "fixture" else "return api.get('/events')"}

    def test_first_event(events):
        {nothing}
    """
    )

    result = project.run("--ec-target", "local", "-rs")

    result.ended(skipped=1)
    result.has("SKIPPED*the list is empty")
    if where == "test":
        assert "1 x first event: the list is empty" in result.text


def test_secrets_are_masked_in_reports(project):
    """Tokens and secrets do not reach the output, not even by way of an assertion or a print."""
    project.test(
        SCENARIO
        + """
    def test_secret(api, run):
        secret = run.ids.secret("webhookSecret")
        print("printed", api.token(), secret)
        open("token.txt", "w").write(api.token() + "\\n" + secret)
        assert {"token": api.token(), "secret": secret} == {}
    """
    )

    result = project.run("--ec-target", "local", "--junitxml", "out.xml", "-vv")

    result.ended(failed=1)
    output = result.text + (project.path / "out.xml").read_text()
    for secret in (project.path / "token.txt").read_text().split():
        assert secret not in output
    assert "printed *** ***" in output


def failures(project: Project) -> list[ET.Element]:
    """What is said of failed tests in the file for JUnit."""
    return list(ET.parse(project.path / "out.xml").iter("failure"))  # noqa: S314  our own file


def test_junit_names_the_promise(quickstart):
    """A finding is the message of the failure in JUnit's XML."""
    path = quickstart.cassette
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace('"expires_in":1800', '"expires_in":18'), encoding="utf-8")

    result = quickstart.run("--junitxml", "out.xml")

    result.ended(failed=1)
    (failure,) = failures(quickstart)
    assert failure.get("message").startswith(f"Failed: 1 promise broken: {RESPONSE_BODY.title}: Token /expires_in: ")
    assert f"{RESPONSE_BODY.title}: Token /expires_in: an integer, 18, expected a lifetime" in failure.text
    assert "\n  call      POST /connect/token -> 200\n" in failure.text


def test_what_a_test_makes_is_deleted_after_a_failure(project):
    """A test that fails half-way leaves nothing on the server."""
    project.test(
        SCENARIO
        + """
    def test_half(api, run):
        user = api.post("/users", json={"userId": run.ids.new()}).json()["userId"]
        car = {"resourceType": "Vehicle", "brand": "b", "model": "m", "year": 1, "vin": "v"}
        api.post(f"/users/{user}/vehicles", json={"vehicleId": "v", "metadata": car})
        raise RuntimeError("half-way")
    """
    )
    with serving("2023-10") as standin:
        result = project.run("--ec-target", "live", "--ec-edition", "2023-10", **standin.environment())
        token = _token(standin)
        left = subprocess.run(
            ["curl", "-sS", f"{standin.base_url}/users", "-H", f"Authorization: Bearer {token}"],
            capture_output=True,
            text=True,
            check=True,
        ).stdout

    result.ended(failed=1)
    assert left == "[]"


def _token(standin) -> str:
    form = {"grant_type": "client_credentials", "client_id": standin.credentials.client_id}
    form["client_secret"] = standin.credentials.client_secret
    return httpx.post(standin.token_url, data=form).json()["access_token"]


def test_editions_that_were_not_asked_for_are_left_out(project):
    """A test of another edition is deselected, and a test of any edition runs for each that is there."""
    project.test(
        """
    import pytest

    @pytest.mark.edition("1999-12")
    def test_old(run):
        raise AssertionError

    def test_any(edition):
        assert edition
    """
    )

    result = project.run()

    result.ended(passed=len(editions.editions()), deselected=1)


def test_own_tests_are_left_out_of_runs_against_a_server():
    """The tests of ecsuite itself are not about a server; named on the command line, they run."""
    command = [sys.executable, "-m", "pytest", "--collect-only", "-q", "--ec-target", "local"]
    all_of_them = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    named = subprocess.run(
        [*command, "tests/selftest/test_ids.py"], cwd=ROOT, capture_output=True, text=True, check=True
    )

    assert "tests/quickstart/" in all_of_them
    assert "tests/selftest/" not in all_of_them
    assert "tests/selftest/test_ids.py" in named.stdout


def test_recording_writes_what_replays(quickstart):
    """A recording of the stand-in replays; recorded again, it is the same to the byte."""
    path = quickstart.cassette
    path.unlink()

    first = quickstart.run("--record-mode", "rewrite")
    recorded = path.read_bytes()
    second = quickstart.run("--record-mode", "rewrite")
    replayed = quickstart.run()

    for result in (first, second, replayed):
        result.ended(passed=1)
    first.has("cassettes/2023-10/quickstart.yaml: written")
    second.has("cassettes/2023-10/quickstart.yaml: the same as before")
    assert path.read_bytes() == recorded


def test_live_server_can_be_recorded(quickstart):
    """A recording of a live server says so, and is the same from another server of the same kind."""
    path = quickstart.cassette
    recordings = []
    for _ in range(2):
        with serving("2023-10") as standin:
            options = ["--record-mode", "rewrite", "--ec-target", "live", "--ec-edition", "2023-10"]
            quickstart.run(*options, **standin.environment()).ended(passed=1)
        recordings.append(path.read_bytes())

    assert recordings[0] == recordings[1]
    assert load(path).provenance.target == "live server on this machine"
    quickstart.run().ended(passed=1)


def test_red_recording_is_not_written(project):
    """What breaks a promise, or fails, is not recorded, and the old recording stays as it was."""
    before = project.cassette.read_bytes()
    project.test(
        SCENARIO
        + """
    @pytest.mark.scenario("quickstart")
    def test_red(api):
        api.get("/nothing", expect=UNSPECIFIED)
    """
    )

    result = project.run("--record-mode", "rewrite")

    result.ended(failed=1)
    result.has("cassettes/2023-10/quickstart.yaml: left as it was, because test_red failed")
    assert project.cassette.read_bytes() == before


def test_options_are_explained(project):
    """The options stand in pytest's help, and the markers in its list."""
    options = project.run("--help").text
    markers = project.run("--markers").text

    for option in ("--ec-target", "--ec-edition", "--ec-strict", "--ec-allow-production"):
        assert option in options
    for marker in ("edition(name)", "scenario(name)", "quickstart", "guide", "spec"):
        assert re.search(rf"@pytest.mark.{re.escape(marker)}:", markers)


@pytest.mark.parametrize(
    ("options", "env"),
    [
        ((), {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}),
        (("-p", "recording"), {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}),
        (("-p", "no:recording"), {}),
        (("-p", "no:recording"), {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}),
    ],
)
def test_no_other_plugin_is_needed(quickstart, options, env):
    """Where plugins are not loaded by themselves, or pytest-recording is switched off, a replay runs."""
    quickstart.run("--ec-edition", "2023-10", *options, **env).ended(passed=1)
