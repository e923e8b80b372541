"""Tests are chosen by what they are about; what there is none of is refused with the nearest name."""

import os
import re
import subprocess
import sys

import pytest

from ecsuite.plugin.selection import Selection

ABOUT = frozenset({"createVehicle", "deleteVehicle"})
LOOKS = {"createVehicle": ("a", "b"), "deleteVehicle": ("c",), "createUser": ("d",), "": ("e",)}


def group(*names):
    return frozenset(names)


@pytest.mark.parametrize(
    ("groups", "promises", "taken"),
    [
        ((group("createVehicle", "getUser"),), None, True),
        ((group("createUser"),), None, False),
        ((group("createVehicle"), group("deleteVehicle")), None, True),
        ((group("createVehicle"), group("createUser")), None, False),
        ((), group("d"), True),
        ((), group("e", "x"), True),
        ((), group("x"), False),
        ((group("createVehicle"),), group("b"), True),
        ((group("createVehicle"),), group("c"), False),
    ],
)
def test_test_fits_each_option(groups, promises, taken):
    """One name of each option is enough; a promise is one of the operations that are asked for, where there are any."""
    assert Selection(groups, promises).takes(ABOUT, LOOKS) is taken


def collected(tmp_path, *options):
    """The tests that a run would have, and how it ends."""
    given = {name: own for name, own in os.environ.items() if not name.startswith(("EC_", "PYTEST_"))}
    command = [sys.executable, "-m", "ecsuite", "test", "--collect-only", "-q", "--target", "local", *options]
    ran = subprocess.run(command, cwd=tmp_path, env=given, capture_output=True, encoding="utf-8", check=False)
    return ran, [line for line in ran.stdout.splitlines() if re.match(r"tests/.*::", line)]


def test_operation_has_its_rows_and_scenarios(tmp_path):
    """Rows of the operation and of its type of entity, and the scenarios that call it; none of another operation."""
    ran, names = collected(tmp_path, "--edition", "2023-10", "--operation", "deletevehicle")

    rows = [name.rpartition("-")[2].rstrip("]") for name in names if "[2023-10-" in name]
    assert ran.returncode == 0, ran.stderr
    assert set(rows) == {"deleteVehicle", "createVehicle"}
    assert "tests/quickstart/test_2023_10.py::test_quickstart" in names
    assert not [name for name in names if name.startswith("tests/rules/test_token.py")]


def test_choices_narrow_each_other(tmp_path):
    """A tag, a promise, a profile and -k together leave what fits them all; one more value of an option adds."""
    options = ("--edition", "2023-10", "--tag", "meters", "-k", "rules")

    _, tagged = collected(tmp_path, *options)
    _, promised = collected(tmp_path, *options, "--promise", "deleted-is-gone")
    _, smaller = collected(tmp_path, *options, "--profile", "standard")
    _, more = collected(tmp_path, *options, "--tag", "Users")

    assert set(promised) < set(tagged) < set(more)
    assert set(smaller) < set(tagged)


def test_nothing_left_is_pytests_own_code(tmp_path):
    """Where no test fits, pytest says so."""
    ran, names = collected(tmp_path, "--edition", "2023-10", "--operation", "getVehicle", "tests/rules/test_token.py")

    assert (ran.returncode, names) == (5, [])


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (
            ["--edition", "2023-10", "--operation", "createVehicel"],
            "there is no operation 'createVehicel' in 2023-10: did you mean 'createVehicle'? (--ec-operation)",
        ),
        (["--promise", "deleted-is-gon"], "there is no promise 'deleted-is-gon': did you mean 'deleted-is-gone'?"),
        (
            ["--edition", "2023-10", "--tag", "zzz"],
            "there is no tag 'zzz' in 2023-10: expected one of Events, Meters, Reports,",
        ),
    ],
)
def test_unknown_name_is_refused(tmp_path, options, said):
    """One line with the nearest name, and exit code 4."""
    ran, _ = collected(tmp_path, *options)

    assert ran.returncode == 4
    assert f"ERROR: {said}" in ran.stderr
    assert "Traceback" not in ran.stderr
