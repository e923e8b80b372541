"""Runs `schemathesis run` for each contract against its stand-in; the exit code is 0 if no failure is found.

Usage: python tests/properties/generated.py [options of schemathesis run, such as --max-examples 500]
"""

import subprocess
import sys
import tempfile
from pathlib import Path

from ecsuite import editions
from ecsuite.session import open_run
from ecsuite.standin import launched

DEFAULTS = ["--max-examples", "40", "--seed", "20231024"]
# A location for an unknown user matches the contract's schema, but is rejected.
SETTINGS = """\
[[operations]]
include-operation-id = "createLocations"
checks.positive_data_acceptance.enabled = false
"""


def main(options: list[str]) -> int:
    """Run each edition; return the number of editions with a failure."""
    return sum(_run(edition, options or DEFAULTS) != 0 for edition in editions.editions())


def _run(edition: str, options: list[str]) -> int:
    contract = editions.root() / "contracts" / edition / "openapi.yaml"
    with launched(edition) as standin, open_run(edition, standin.target()) as run, tempfile.TemporaryDirectory() as cwd:
        authorization = f"Authorization: Bearer {run.api.token()}"
        command = ["schemathesis", "run", str(contract), "--url", standin.base_url, "-H", authorization, *options]
        # Run in a temporary folder, because schemathesis looks for settings in the parent folders.
        (Path(cwd) / "schemathesis.toml").write_text(SETTINGS, encoding="utf-8")
        program = str(Path(sys.executable).with_name(command[0]))
        return subprocess.run([program, *command[1:]], cwd=cwd, check=False).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
