"""The scripts for findings of planted faults: each shows its finding again from nothing, and leaves nothing."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from ecsuite import editions

FAULTS = Path(__file__).parents[1] / "faults"
TABLE = json.loads((FAULTS / "reproduced.json").read_text(encoding="utf-8"))


def test_there_are_fifty():
    """At the least, of both editions."""
    assert set(TABLE) == set(editions.editions())
    assert sum(map(len, TABLE.values())) >= 50


@pytest.mark.parametrize("edition", TABLE)
def test_scripts_show_findings_again(edition):
    """Each script shows its finding again where the fault is planted, does not where it is not, and leaves nothing.

    One in three is tried here, a third of these as PowerShell, too; `python tests/faults/reproducing.py` tries all.
    """
    few = ["--every", "3", "--powershell", "3", "-n", "4"]
    command = [sys.executable, FAULTS / "reproducing.py", "--ec-edition", edition, *few]

    ran = subprocess.run(command, capture_output=True, text=True, check=False)

    count = len([*TABLE[edition]][::3])
    assert f"{count} of {count} shown again" in ran.stdout, ran.stdout + ran.stderr
    assert ran.returncode == 0
