"""A partner's project in a separate folder, and the output of pytest in it."""

import fnmatch
import re
import subprocess
import sys
import textwrap
from pathlib import Path

from environments import outside

from ecsuite.cassette.tape import path_of

ROOT = Path(__file__).parents[2]
SCENARIO = """
    import pytest
    from ecsuite.messages.exchange import UNSPECIFIED
    pytestmark = pytest.mark.edition("2023-10")
"""


class Result:
    """Output and exit code of a run of pytest."""

    def __init__(self, ran: subprocess.CompletedProcess[str]) -> None:
        self.ret = ran.returncode
        self.text = ran.stdout + ran.stderr
        self.lines = self.text.splitlines()

    def has(self, *patterns: str) -> None:
        """Assert that lines with these patterns occur in this order."""
        rest = iter(self.lines)
        for pattern in patterns:
            assert any(fnmatch.fnmatchcase(line, pattern) for line in rest), f"no line {pattern!r} in\n{self.text}"

    def ended(self, **counts: int) -> None:
        """Assert how many tests passed, failed, and so on; outcomes that are not given must not occur."""
        found = {name.rstrip("s"): int(count) for count, name in re.findall(r"(\d+) (\w+)", self.lines_of_counts()[-1])}
        assert {name: count for name, count in found.items() if name in OUTCOMES} == counts, self.text

    def lines_of_counts(self) -> list[str]:
        return [line for line in self.lines if re.search(r" in \d+\.\d+s", line)]


OUTCOMES = {"passed", "failed", "error", "deselected", "skipped", "inconclusive"}


def run_module(folder: Path, *command: str, **env: str) -> Result:
    """Run a Python module in a folder, without this run's EC_ and pytest variables, and with the given ones."""
    ran = subprocess.run(
        [sys.executable, "-m", *command],
        cwd=folder,
        env=outside() | {"COLUMNS": "200"} | env,
        capture_output=True,
        encoding="utf-8",
        check=False,
        timeout=100,
    )
    return Result(ran)


class Project:
    """A project in a separate folder, with the plugin and the committed cassette, and without any EC_ variable."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.cassettes = path / "cassettes" / "2023-10"
        self.cassettes.mkdir(parents=True)
        self.cassette = self.cassettes / "quickstart.yaml"
        self.cassette.write_bytes(path_of(ROOT / "cassettes", "2023-10", "quickstart").read_bytes())
        (path / "conftest.py").write_text('pytest_plugins = ("ecsuite.plugin",)\n')
        (path / "pytest.ini").write_text(
            "[pytest]\naddopts = --strict-markers -p no:schemathesis -p no:hypothesispytest\nec_cassettes = cassettes\n"
        )

    def test(self, text: str) -> None:
        """Write the test file."""
        (self.path / "test_it.py").write_text(textwrap.dedent(text), encoding="utf-8")

    def show(self, *options: str) -> str:
        """Output of `ecsuite show` for the last run."""
        command = [sys.executable, "-m", "ecsuite", "show", *options]
        ran = subprocess.run(command, cwd=self.path, capture_output=True, encoding="utf-8", check=False, timeout=100)
        return ran.stdout + ran.stderr

    def run(self, *options: str, **env: str) -> Result:
        """Run pytest."""
        return run_module(self.path, "pytest", *options, **env)
