"""What users copy out of examples/ is what it says: it can be read, its commands exist, and they run."""

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from environments import outside

from ecsuite.standin import serving

ROOT = Path(__file__).parents[2]
EXAMPLES = ROOT / "examples"
# As users spell it, in the order in which it runs.
NIGHTLY = [
    "ecsuite doctor",
    "ecsuite test --target live --edition 2026-01 --profile smoke --report results",
    "ecsuite cleanup",
]
OFFLINE = "ecsuite test --report results"


def workflow():
    return yaml.safe_load((EXAMPLES / "github-actions.yml").read_text(encoding="utf-8"))


def commands_in(text):
    """The calls of ecsuite in a file of any kind, in their order."""
    return re.findall(
        r"""(?<=[ '"])ecsuite (?:test|doctor|cleanup)\b[^'"\n]*""", re.sub(r"(?m)^\s*(#|//).*$", "", text)
    )


@pytest.mark.parametrize("name", ["github-actions.yml", "gitlab-ci.yml", "Jenkinsfile"])
def test_example_runs_the_same(name):
    """Each has the recordings, and at night the way to the sandbox, a small run, and what deletes what a killed one left."""
    text = (EXAMPLES / name).read_text(encoding="utf-8").replace("results-sandbox\n", "results\n")

    assert commands_in(text.replace("results-sandbox'", "results'")) == [OFFLINE, *NIGHTLY]


def test_workflow_gives_no_secret_to_a_fork():
    """A secret is where no pull request comes, in an environment, and in the steps alone that send something."""
    jobs = workflow()["jobs"]

    assert "secrets." not in str(jobs["offline"])
    assert jobs["sandbox"]["environment"] == "sandbox"
    assert re.findall(r"'(\w+)'", jobs["sandbox"]["if"]) == ["schedule", "workflow_dispatch"]
    holding = [step["run"] for step in jobs["sandbox"]["steps"] if "secrets." in str(step.get("env"))]
    assert holding == NIGHTLY
    assert "pull_request_target" not in str(workflow())


def test_workflow_may_do_nothing_else():
    """No job has a permission that it does not need, and each ends some day."""
    flow = workflow()

    assert flow["permissions"] == {}
    assert [job for job in flow["jobs"].values() if "permissions" in job or not job["timeout-minutes"] <= 30] == []


def test_workflow_cleans_up_whatever_happens():
    """After a failure, too, what is left is deleted, and the result and the ledger are kept."""
    steps = workflow()["jobs"]["sandbox"]["steps"]
    always = [step for step in steps if step.get("if") == "always()"]

    assert [step.get("run", step.get("uses")) for step in always] == ["ecsuite cleanup", "actions/upload-artifact@v4"]
    assert always[1]["with"]["path"].split() == ["results/", "state/"]
    assert workflow()["jobs"]["sandbox"]["env"]["XDG_STATE_HOME"].endswith("/state")


def test_gitlab_reads_the_junit_file():
    """It is where the run writes it; what deletes runs after a failure, too."""
    jobs = yaml.safe_load((EXAMPLES / "gitlab-ci.yml").read_text(encoding="utf-8"))

    assert jobs[".ecsuite"]["artifacts"]["reports"]["junit"] == "results/junit.xml"
    assert jobs[".ecsuite"]["artifacts"]["when"] == "always"
    assert jobs["sandbox"]["after_script"] == ["ecsuite cleanup"]


def test_readme_shows_the_workflow():
    """What the README shows of it stands in it, line by line."""
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    (shown,) = re.findall(r"```yaml\n(.*?)```", readme, re.DOTALL)
    lines = {line.strip() for line in (EXAMPLES / "github-actions.yml").read_text(encoding="utf-8").splitlines()}

    assert [line for line in shown.splitlines() if line.strip() not in lines] == []


def test_nightly_commands_run(tmp_path):
    """One after the other, against a server: each ends with 0, and its files are where the next step takes them from."""
    binary = tmp_path / "bin"
    binary.mkdir()
    (binary / "ecsuite").write_text(f'#!/bin/sh\nexec {shlex.quote(sys.executable)} -m ecsuite "$@"\n')
    (binary / "ecsuite").chmod(0o755)
    with serving("2026-01") as standin:
        path = f"{binary}:{os.environ['PATH']}"
        env = (
            outside() | standin.environment() | {"PATH": path, "XDG_STATE_HOME": str(tmp_path / "state"), "CI": "true"}
        )
        for command in NIGHTLY:
            ran = subprocess.run(
                shlex.split(command), cwd=tmp_path, env=env, capture_output=True, text=True, check=False, timeout=200
            )
            assert ran.returncode == 0, ran.stdout + ran.stderr

    assert {"junit.xml", "report.html", "results.json"} <= {path.name for path in (tmp_path / "results").iterdir()}
