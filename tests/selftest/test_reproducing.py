"""The scripts for findings of planted faults: each shows its finding again from nothing, and leaves nothing."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from ecsuite import editions

FAULTS = Path(__file__).parents[1] / "faults"
TABLE = json.loads((FAULTS / "reproduced.json").read_text(encoding="utf-8"))


def test_fifty_are_tried():
    """There are fifty at the least, of both editions."""
    assert set(TABLE) == set(editions.editions())
    assert sum(map(len, TABLE.values())) >= 50


@pytest.mark.parametrize("edition", TABLE)
def test_scripts_show_findings_again(edition):
    """Each script shows its finding again where the fault is planted, does not where it is not, and leaves nothing.

    One in four is run as PowerShell, too; all of them are by `python tests/faults/reproducing.py`.
    """
    command = [sys.executable, FAULTS / "reproducing.py", "--ec-edition", edition, "--powershell", "4", "-n", "4"]

    ran = subprocess.run(command, capture_output=True, text=True, check=False)

    count = len(TABLE[edition])
    assert f"{count} of {count} shown again" in ran.stdout, ran.stdout + ran.stderr
    assert ran.returncode == 0
