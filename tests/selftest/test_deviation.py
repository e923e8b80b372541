"""Accepted deviations: what tells one from another, and how they are written down."""

import re
from dataclasses import replace
from datetime import date

import pytest
import tomlkit

from ecsuite.config import find
from ecsuite.config.accepted import deviations_in
from ecsuite.config.accepting import add_entries
from ecsuite.errors import ConfigInvalid, SecretInConfig
from ecsuite.findings.breach import STATUS, Breach, Place, body
from ecsuite.findings.datum import NOTHING
from ecsuite.findings.deviation import Deviation, Deviations, Mark, mark_of
from ecsuite.findings.finding import ContractPlace, Finding

TODAY = date(2026, 11, 29)
SOON, YESTERDAY = date(2027, 1, 31), date(2026, 11, 28)


def finding(breach: Breach, operation: str | None = "getVehicle", promise: str = "response-body") -> Finding:
    place = ContractPlace((), "c.yaml", 1, "")
    return Finding(promise, operation, "GET", "/users/{userId}", 200, breach, "spec", "error", place)


def entry(of: Finding, until: date = SOON) -> Deviation:
    return Deviation(mark_of(of), "known", until, "ecsuite.toml:1")


UNLISTED = Breach.of("unlisted", STATUS, actual=404)
YEAR = Breach.of("type", body(("metadata", "year")), {"type": "integer"}, "2009")


@pytest.mark.parametrize(
    ("accepted", "seen", "fits"),
    [
        (UNLISTED, UNLISTED, True),
        # A 404 that is accepted does not hide a 500.
        (UNLISTED, Breach.of("unlisted", STATUS, actual=500), False),
        # What a run draws or a server makes up is another one each time; what it is, is not.
        (YEAR, Breach.of("type", body(("metadata", "year")), {"type": "integer"}, "1987"), True),
        (YEAR, Breach.of("type", body(("metadata", "year")), {"type": "integer"}, None), False),
        (YEAR, Breach.of("minimum", body(("metadata", "year")), {"minimum": 1900}, "2009"), False),
        (YEAR, Breach.of("type", body(("metadata", "make")), {"type": "integer"}, "2009"), False),
        # Any item of a list.
        (Breach.of("type", body((0, "year")), 1, "a"), Breach.of("type", body((7, "year")), 1, "b"), True),
        # A word of the server's is the same each time.
        (Breach.of("enum", body(("state",)), [], "on"), Breach.of("enum", body(("state",)), [], "on"), True),
        (Breach.of("enum", body(("state",)), [], "on"), Breach.of("enum", body(("state",)), [], "off"), False),
        (Breach.of("changed", body(("on",)), actual=False), Breach.of("changed", body(("on",)), actual=True), False),
        # What was tried, why it had to be refused, and who showed it are parts of it.
        (replace(UNLISTED, case="cut-off"), replace(UNLISTED, case="empty"), False),
        (replace(UNLISTED, because=YEAR), UNLISTED, False),
        (replace(UNLISTED, seen_by="getUser"), UNLISTED, False),
        (Breach.of("absent", Place("header", "ETag")), Breach.of("absent", Place("header", "Date")), False),
    ],
    ids=range(14),
)
def test_what_fits_an_entry(accepted, seen, fits):
    """An entry accepts findings of its kind, its place and what was seen there, and no others."""
    accepting = Deviations([entry(finding(accepted))], TODAY).accepting(finding(seen))

    assert (accepting is not None) is fits


def test_entry_is_of_one_promise_and_operation():
    """The same breach of another promise, or of another operation, is another deviation."""
    known = Deviations([entry(finding(YEAR))], TODAY)

    assert known.accepting(finding(YEAR, operation="listVehicles")) is None
    assert known.accepting(finding(YEAR, promise="round-trip")) is None
    assert Deviations([entry(finding(YEAR, operation=None))], TODAY).accepting(finding(YEAR, operation=None))


def test_entry_holds_until_its_day_has_passed():
    """On its last day it holds; on the next it accepts nothing, and is told as expired."""
    last = entry(finding(YEAR), TODAY)
    passed = entry(finding(YEAR), YESTERDAY)

    assert Deviations([last], TODAY).accepting(finding(YEAR)) == last.acceptance
    assert Deviations([passed], TODAY).accepting(finding(YEAR)) is None
    assert Deviations([passed, last], TODAY).expired == (passed,)


@pytest.mark.parametrize("breach", [UNLISTED, YEAR, replace(UNLISTED, because=YEAR, case="empty", seen_by="getUser")])
def test_mark_travels_as_json(breach):
    """A mark is the same after it has been stored."""
    mark = mark_of(finding(breach))

    assert Mark.from_json(mark.to_json()) == mark


def test_value_of_somebody_else_is_in_no_mark():
    """Of a value in a list the type is kept; a long text is no word."""
    assert mark_of(finding(Breach.of("enum", body((0, "state")), [], "theirs"))).value is NOTHING
    assert mark_of(finding(Breach.of("enum", body(("state",)), [], "x" * 61))).value is NOTHING


PROJECT = (
    '# Mine.\n[project]\nname = "x"  # and mine\n\n[tool.ecsuite]\nedition = "all"  # all\n\n[tool.other]\na = 1\n'
)


@pytest.mark.parametrize(
    ("name", "text"),
    [("ecsuite.toml", '# Mine.\nedition = "all"  # all\n\n[targets.a]\n# here\n'), ("pyproject.toml", PROJECT)],
    ids=["own", "project"],
)
def test_entries_are_added_and_all_else_stays(tmp_path, name, text):
    """An entry that is written is read as the same one; comments stay, and what is accepted already comes once."""
    (tmp_path / name).write_text(text)
    marks = [mark_of(finding(each)) for each in (UNLISTED, YEAR, replace(UNLISTED, because=YEAR, case='a "b"'))]

    path, _ = add_entries(find(tmp_path), marks[:1], "one", SOON, tmp_path)
    path.write_text(path.read_text().replace("[[", "# why\n[["))
    path, count = add_entries(find(tmp_path), marks, 'two "quoted"', SOON, tmp_path)

    read = list(deviations_in(find(tmp_path)))
    assert (path.name, count) == (name, 2)
    assert [each.mark for each in read] == marks
    assert [each.reason for each in read] == ["one", 'two "quoted"', 'two "quoted"']
    assert len({each.where for each in read}) == 3
    kept = path.read_text()
    assert re.findall(r"\n+(?=\[\[)", kept) == ["\n", "\n\n", "\n\n"]
    assert "\n\n# why\n[[" in kept
    assert all(line in kept.splitlines() for line in text.splitlines() if line)
    tomlkit.parse(kept)


def test_expired_entry_is_accepted_anew(tmp_path):
    """An entry that ends earlier is no reason not to add one."""
    (tmp_path / "ecsuite.toml").write_text("")
    marks = [mark_of(finding(YEAR))]

    add_entries(find(tmp_path), marks, "one", YESTERDAY, tmp_path)

    assert add_entries(find(tmp_path), marks, "two", SOON, tmp_path)[1] == 1


def test_file_is_made_where_there_is_none(tmp_path):
    """Without a configuration, ecsuite.toml is made."""
    path, count = add_entries(None, [mark_of(finding(YEAR))], "one", SOON, tmp_path)

    assert (path, count) == (tmp_path / "ecsuite.toml", 1)
    assert [each.mark for each in deviations_in(find(tmp_path))] == [mark_of(finding(YEAR))]


def test_entry_that_no_run_could_read_is_not_written(tmp_path):
    """What would be taken for a secret afterwards is refused at once, and the file stays as it is."""
    (tmp_path / "ecsuite.toml").write_text('edition = "all"\n')

    with pytest.raises(SecretInConfig, match="reason is a secret, or looks like one"):
        add_entries(find(tmp_path), [mark_of(finding(YEAR))], "see Basic dXNlcjpwYXNz", SOON, tmp_path)

    assert (tmp_path / "ecsuite.toml").read_text() == 'edition = "all"\n'


def test_value_that_no_file_can_hold_is_accepted_by_its_type(tmp_path):
    """A server may send half a character, which no encoding can write."""
    half = finding(Breach.of("enum", body(("state",)), ["a"], "\ud800"))

    add_entries(None, [mark_of(half)], "one", SOON, tmp_path)

    (read,) = deviations_in(find(tmp_path))
    assert read.mark == replace(mark_of(half), value=NOTHING)
    assert read.mark.fits(mark_of(half))


def test_place_that_no_file_can_hold_is_told(tmp_path):
    """So may the name of a member be; then there is nothing to accept it by."""
    half = replace(mark_of(finding(YEAR)), place="body /\ud800")

    with pytest.raises(ConfigInvalid, match="no file can hold half a character"):
        add_entries(None, [half], "one", SOON, tmp_path)

    assert list(tmp_path.iterdir()) == []


def test_null_is_accepted_by_its_type(tmp_path):
    """TOML has no null: an entry for one says the type of what was seen."""
    null = finding(Breach.of("enum", body(("state",)), [], None))

    add_entries(None, [mark_of(null)], "one", SOON, tmp_path)

    (read,) = deviations_in(find(tmp_path))
    assert read.mark.fits(mark_of(null))
    assert not read.mark.fits(mark_of(finding(Breach.of("enum", body(("state",)), [], "off"))))


def test_mark_of_a_later_version_is_read():
    """What a stored mark says beside what is known here does not keep it from being read."""
    mark = mark_of(finding(YEAR))

    assert Mark.from_json({**mark.to_json(), "later": 1}) == mark
