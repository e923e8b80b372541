"""Runs pytest as a user would, against the stand-in behind a proxy, and reports how the run ends and what it leaves."""

import subprocess
import sys
import textwrap
from contextlib import closing
from pathlib import Path

from environments import outside
from proxies import Behaviour, Proxy, behind, proxying

from ecsuite.checks import Checker
from ecsuite.client import Api
from ecsuite.editions import contract
from ecsuite.journal import Journal
from ecsuite.standin import StandIn, serving

EDITION = "2023-10"
# Eight tests; each creates a user, reads it and deletes it.
USERS = f"""
    import pytest
    pytestmark = pytest.mark.edition("{EDITION}")

    @pytest.mark.parametrize("number", range(8))
    def test_user(number, api, run):
        user = api.post("/users", json={{"userId": run.ids.new()}}).json()
        api.get(f"/users/{{user['userId']}}")
        api.delete(f"/users/{{user['userId']}}")
"""
COMMAND = (sys.executable, "-m", "pytest", "-ra", "-p", "no:schemathesis", "-p", "no:hypothesispytest")


class Ran:
    """The outcome of such a run: exit code, output, calls, leftovers and folder."""

    def __init__(self, ran: subprocess.CompletedProcess[str], proxy: Proxy, left: object, folder: Path) -> None:
        self.folder = folder
        self.code = ran.returncode
        self.text = ran.stdout + ran.stderr
        self.calls = proxy.calls
        self.own = proxy.own
        self.left = left


def run_behind(folder: Path, behave: Behaviour, *options: str, test: str, by_token: bool = False) -> Ran:
    """Run a test file in a folder, against the stand-in behind a proxy."""
    write_test(folder, test)
    with serving(EDITION) as standin, proxying(standin.base_url, behave) as (origin, proxy):
        env = behind(standin.environment(), origin)
        if by_token:
            env = {"EC_BASE_URL": env["EC_BASE_URL"], "EC_ACCESS_TOKEN": token_of(standin)}
        ran = subprocess.run(
            [*COMMAND, "--ec-target", "live", "--ec-edition", EDITION, *options],
            cwd=folder,
            env=environment(env),
            capture_output=True,
            encoding="utf-8",
            check=False,
            timeout=120,
        )
        left = listed(standin, "/users")
    return Ran(ran, proxy, left, folder)


def write_test(folder: Path, test: str) -> None:
    """Write a project with one test file."""
    (folder / "conftest.py").write_text('pytest_plugins = ("ecsuite.plugin",)\n')
    (folder / "test_it.py").write_text(textwrap.dedent(test), encoding="utf-8")


def environment(env: dict[str, str]) -> dict[str, str]:
    """This process's environment without variables about tests and servers, plus the given ones."""
    return outside() | {"COLUMNS": "200"} | env


def token_of(standin: StandIn) -> str:
    """A token of the first partner."""
    with closing(_client(standin)) as api:
        return api.token()


def listed(standin: StandIn, path: str) -> list[dict[str, object]]:
    """Items of a list of the first partner, in an edition without paging."""
    with closing(_client(standin)) as api:
        return api.get(path).json()


def _client(standin: StandIn) -> Api:
    target = standin.target()
    return Api(target, Checker(contract(EDITION), target.base_url, target.token_url), Journal())
