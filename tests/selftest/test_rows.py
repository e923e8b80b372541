"""Rows of a partner's own test data: read, checked before anything is sent, and run."""

import json
from pathlib import Path

import pytest
from projects import run_module

from ecsuite import editions
from ecsuite.errors import RowUnusable
from ecsuite.promises import RESPONSE_BODY
from ecsuite.quickstart import guide
from ecsuite.quickstart.rows import read_rows
from ecsuite.standin import faults, serving

EDITION = "2023-10"


def rows(folder: Path, text: str, name: str = "d.csv", edition: str = EDITION):
    (folder / name).write_text(text, encoding="utf-8")
    return read_rows(folder / name, editions.contract(edition), guide(edition).MADE_BY)


@pytest.mark.parametrize("start", ["", "\ufeff"], ids=["plain", "with a BOM"])
@pytest.mark.parametrize("comma", [",", ";"])
def test_csv_is_read_as_tables_write_it(tmp_path, comma, start):
    """Commas or semicolons, a byte order mark, quotes: a cell is the text, or the JSON that its place wants."""
    head = ("user.userId", "vehicle.metadata.year", "vehicle.metadata.brand", "resource.metadata.heatingElements")
    lines = [head, ("007", "1999", "Škoda", '"[2000]"'), ("x", "", "", ""), ("", "", "", "")]

    first, second = rows(tmp_path, start + "\r\n".join(comma.join(line) for line in lines))

    assert first.where == "d.csv:2"
    assert first.values == {
        "user": {("userId",): "007"},
        "vehicle": {("metadata", "year"): 1999, ("metadata", "brand"): "Škoda"},
        "resource": {("metadata", "heatingElements"): [2000]},
    }
    assert second.values == {"user": {("userId",): "x"}}


def test_json_is_one_object_in_the_other(tmp_path):
    """A value of JSON is what it is, and a text is no number."""
    values = [{"vehicle": {"metadata": {"year": 1999}}}, {"user": {"userId": "a"}}]

    first, second = rows(tmp_path, json.dumps(values), "d.json")

    assert first.values == {"vehicle": {("metadata", "year"): 1999}}
    assert second.where == "d.json, row 2"
    assert rows(tmp_path, '[{"vehicle.metadata": {"year": 1999}}]', "d.json")[0].values == first.values
    with pytest.raises(RowUnusable, match=r'row 1: vehicle\.metadata\.year is "1999": the contract has'):
        rows(tmp_path, '[{"vehicle": {"metadata": {"year": "1999"}}}]', "d.json")


REFUSED = {
    ("d.csv", ""): "d.csv: there is no row",
    ("d.csv", "user.userId\n"): "d.csv: there is no row",
    ("d.csv", "user.userId\na,b\n"): "d.csv: cannot be read (line 2 has 2 cells, and there are 1 columns)",
    ("d.csv", "car.x\n1\n"): "d.csv:2: nothing is called car.x: expected one of meter, resource, user, vehicle",
    ("d.csv", "userId\nx\n"): "d.csv:2: nothing is called userId: did you mean user.userId?",
    ("d.csv", "metadata.year\n1\n"): "d.csv:2: nothing is called metadata.year: did you mean vehicle.metadata.year?",
    ("d.csv", "vehicle.metadata.yeer\n1\n"): "d.csv:2: nothing is called vehicle.metadata.yeer: did you mean year?",
    ("d.csv", "user\n1\n"): "d.csv:2: user is no value: expected a member of it",
    (
        "d.csv",
        "vehicle.metadata.year\nabc\nx\n",
    ): 'd.csv:2: vehicle.metadata.year is "abc": the contract has {"type": "integer"',
    ("d.json", "{}"): "d.json: cannot be read (expected a list of objects)",
    ("d.json", "[1"): "d.json: cannot be read (Expecting",
    ("d.json", "[" * 100_000): "d.json: cannot be read (",
}


@pytest.mark.parametrize("given", REFUSED, ids=range(len(REFUSED)))
def test_row_that_cannot_be_sent_is_one_line(tmp_path, given):
    """A file that cannot be read, a name that is none and a value that the contract refuses: where, what, what is wanted."""
    name, text = given

    with pytest.raises(RowUnusable) as caught:
        rows(tmp_path, text, name)

    assert str(caught.value).startswith(REFUSED[given])
    assert str(caught.value).endswith("nothing was sent")
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("edition", editions.editions())
def test_kinds_are_what_the_guide_makes(edition):
    """Each kind of thing is made by an operation of the contract that takes a body."""
    for operation in guide(edition).MADE_BY.values():
        assert editions.contract(edition).operations[operation].request is not None


def test_quickstart_of_each_row(tmp_path):
    """Each row is run with its values, what is wrong is told, and nothing of it is left."""
    (tmp_path / "d.csv").write_text("user.userId,vehicle.metadata.year\nfirst user,1999\nsecond,\n")
    with serving(EDITION, plant=faults.find_fault(EDITION, "year-is-text").plant) as standin:
        command = ("ecsuite", "walkthrough", "--target", "live", "--edition", EDITION, "--data", "d.csv")
        ran = run_module(tmp_path, *command, **standin.environment())
        again = run_module(tmp_path, *command, **standin.environment())

    assert ran.ret == again.ret == 1
    ran.has("d.csv:2", '*actual*a string, "1999"', f"d.csv:2  broken: 27 calls,*; {RESPONSE_BODY.title}")
    ran.has("*/users/first%20user/vehicles/*", "d.csv:3  broken: *")
    assert ran.lines[-2:] == again.lines[-2:]


def test_data_is_not_for_recordings(tmp_path):
    """A recording has values of its own."""
    ran = run_module(tmp_path, "ecsuite", "walkthrough", "--data", "d.csv")

    assert ran.ret == 4
    assert ran.lines == ["ecsuite: --data cannot be used with a recording: give --target local or live"]
