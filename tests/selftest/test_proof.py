"""The table that proves that every promise can be broken: whole, and of faults and tests that exist."""

import importlib.util
from pathlib import Path

import pytest

from ecsuite.promises import BY_ID
from ecsuite.standin.faults import find_fault

ROOT = Path(__file__).parents[2]


@pytest.fixture
def proof(monkeypatch):
    """The module of the table, imported as where it is started."""
    monkeypatch.syspath_prepend(ROOT / "tests" / "faults")
    spec = importlib.util.spec_from_file_location("proof", ROOT / "tests" / "faults" / "proof.py")
    module = importlib.util.module_from_spec(spec)
    monkeypatch.setitem(importlib.import_module("sys").modules, "proof", module)
    spec.loader.exec_module(module)
    return module


def test_every_promise_has_a_row(proof):
    """A promise without a planted fault has a unit test in its place, and no promise has both or neither."""
    proved = {row.promise for row in proof.rows()}

    assert proved | set(proof.UNIT_TESTS) == set(BY_ID)
    assert not proved & set(proof.UNIT_TESTS)


def test_rows_name_what_is_there(proof):
    """Each fault of the table breaks the promise of its row, and each test is in its file."""
    for row in proof.rows():
        assert find_fault(row.edition, row.fault).promise.id == row.promise
    for test in (*(row.test for row in proof.rows()), *proof.UNIT_TESTS.values()):
        file, _, name = test.partition("::")
        assert f"def {name.partition('[')[0]}(" in (ROOT / file).read_text(encoding="utf-8")
