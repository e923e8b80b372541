"""Where a value differs from what it has to be: what must be the same to the letter, and what a matcher forgives."""

from datetime import timedelta

import pytest

from ecsuite.compare import (
    Difference,
    Instant,
    Moment,
    OrNull,
    Trimmed,
    Unordered,
    by_instant,
    differences,
    plain,
    without_omissions,
)
from ecsuite.findings.datum import MISSING, datum

NOON = "2026-01-15T12:00:00+00:00"

SAME = {
    "a time stamp in small letters": (Instant(NOON), "2026-01-15t12:00:00z"),
    "a moment in small letters": (Moment("2026-01-15t12:00:00.5z"), NOON),
    "a text": ("Å 1", "Å 1"),
    "null": (None, None),
    "a boolean": (False, False),
    "an integer as a whole float": (200, 200.0),
    "a float as an integer": (200.0, 200),
    "a fraction": (0.30000000000000004, 0.30000000000000004),
    "an empty object with members": ({}, {"a": 1}),
    "members in another order": ({"a": 1, "b": 2}, {"b": 2, "a": 1}),
    "a member more, deep inside": ({"a": {"b": [{"c": 1}]}}, {"a": {"b": [{"c": 1, "d": 2}]}}),
    "an empty list": ([], []),
    "a list in its order": ([1, "1", None], [1, "1", None]),
    "nothing in any order": (Unordered([]), []),
    "another order": (Unordered(["1", "2", "3"]), ["3", "1", "2"]),
    "a duplicate in another place": (Unordered(["1", "1", "2"]), ["1", "2", "1"]),
    "numbers in another order and spelling": (Unordered([1, 2.0]), [2, 1.0]),
    "objects in another order, with more in them": (Unordered([{"a": 1}, {"a": 2}]), [{"a": 2, "b": 0}, {"a": 1}]),
    "the poorer item first, which either fits": (
        Unordered([{"a": 1}, {"a": 1, "b": 2}]),
        [{"a": 1, "b": 2}, {"a": 1}],
    ),
    "a chain of items that must make way": (
        Unordered([{}, {"a": 1}, {"a": 1, "b": 2}]),
        [{"a": 1, "b": 2}, {"a": 1}, {}],
    ),
    "a longer chain of items that must make way": (
        Unordered([{"a": 1}, {}, {"a": 1, "b": 2}]),
        [{"a": 1, "b": 2}, {"a": 1}, {}],
    ),
    "orders within orders, with duplicates": (
        Unordered([Unordered([1, 1, 2]), Unordered([1, 2, 2])]),
        [[2, 1, 2], [1, 2, 1]],
    ),
    "a matcher in an order": (Unordered([Trimmed("a "), "b"]), ["b", "a"]),
    "an order in a member in a list": ([{"a": Unordered([1, 2])}], [{"a": [2, 1]}]),
    "whitespace that is lost": (Trimmed(" Å  B\t"), "Å  B"),
    "whitespace that is kept": (Trimmed(" Å  B\t"), " Å  B\t"),
    "other whitespace around": (Trimmed(" Å "), "\nÅ"),
    "null in the place of a text": (OrNull("1"), None),
    "the text where null may come": (OrNull("1"), "1"),
    "an instant to the letter": (Instant(NOON), NOON),
    "an instant with another offset": (Instant(NOON), "2026-01-15T13:00:00+01:00"),
    "an instant on another day": (Instant("2026-01-15T00:30:00+01:00"), "2026-01-14T23:30:00Z"),
    "an instant with Z": (Instant(NOON), "2026-01-15T12:00:00Z"),
    "an instant with more digits": (Instant(NOON), "2026-01-15T12:00:00.0000000+00:00"),
    "no time stamp, to the letter": (Instant("tomorrow"), "tomorrow"),
    "a moment to the letter": (Moment(NOON), NOON),
    "a moment with fewer digits": (Moment("2026-01-15T12:00:00.9999999+00:00"), "2026-01-15T12:00:00Z"),
    "a moment within its limit": (Moment(NOON, timedelta(minutes=1)), "2026-01-15T12:00:59Z"),
    "a moment just before": (Moment(NOON), "2026-01-15T11:59:59.000001Z"),
}


@pytest.mark.parametrize("name", SAME)
def test_same_value_has_no_difference(name):
    """What is the same, or what a matcher forgives, is none."""
    expected, actual = SAME[name]

    assert list(differences(expected, actual)) == []


CHANGED = {
    "another text": ("a", "b"),
    "another case": ("a", "A"),
    "a text composed otherwise": ("\u00c5", "A\u030a"),
    "whitespace around a plain text": (" Å ", "Å"),
    "a number as text": (1, "1"),
    "another number": (200, 200.0000001),
    "a number that is rounded": (0.30000000000000004, 0.3),
    "true for one": (1, True),
    "one for true": (True, 1),
    "zero for false": (False, 0),
    "false for zero": (0.0, False),
    "true for false": (False, True),
    "null for a text": ("", None),
    "null for false": (False, None),
    "a text for null": (None, ""),
    "null for an empty object": ({}, None),
    "a list for an object": ({}, []),
    "an object for a list": ([], {}),
    "whitespace between": (Trimmed(" Å  B "), "Å B"),
    "more than the text to trim": (Trimmed(" Å "), "Å B"),
    "a number for a text to trim": (Trimmed("1"), 1),
    "null for a text to trim": (Trimmed(" "), None),
    "another text where null may come": (OrNull("1"), "2"),
    "a number where null may come": (OrNull("1"), 1),
    "an instant an hour later": (Instant(NOON), "2026-01-15T12:00:00+01:00"),
    "an instant a microsecond later": (Instant(NOON), "2026-01-15T12:00:00.000001+00:00"),
    "an instant without offset": (Instant(NOON), "2026-01-15T12:00:00"),
    "an instant in other words": (Instant(NOON), "noon"),
    "an instant as a number": (Instant(NOON), 7),
    "null for an instant": (Instant(NOON), None),
    "a moment a second later": (Moment(NOON), "2026-01-15T12:00:01+00:00"),
    "a moment a second before": (Moment(NOON), "2026-01-15T11:59:59+00:00"),
    "a moment beyond its limit": (Moment(NOON, timedelta(minutes=1)), "2026-01-15T12:01:00Z"),
    "a moment without offset": (Moment(NOON), "2026-01-15T12:00:00"),
    "a number for an order": (Unordered([]), 0),
    "an object for an order": (Unordered([]), {}),
}


@pytest.mark.parametrize("name", CHANGED)
def test_changed_value_is_a_difference(name):
    """Another value, type or instant is one difference, with the value that had to be there and the one that is."""
    expected, actual = CHANGED[name]

    (found,) = differences({"x": expected}, {"x": actual})

    assert found == Difference(("x",), "changed", datum(plain(expected)), datum(actual))


OTHER = {
    "an item in any order that shares an id": (
        Unordered([{"id": "1", "a": 1}, {"id": "2", "a": 2}]),
        [{"id": "2", "a": 3}, {"id": "1", "a": 1}],
        [Difference((0, "a"), "changed", datum(2), datum(3))],
    ),
    "items in any order, each with the one that shares most": (
        Unordered([{"id": "1", "b": "x", "a": 1}, {"id": "2", "b": "x", "a": 2}]),
        [{"id": "2", "b": "x"}, {"id": "1", "b": "x", "a": 3}],
        [
            Difference((1, "a"), "changed", datum(1), datum(3)),
            Difference((0, "a"), "lost", datum(2), MISSING),
        ],
    ),
    "a lost member": ({"a": {"b": 1}}, {"a": {}}, [Difference(("a", "b"), "lost", datum(1), MISSING)]),
    "a member that is null": ({"a": 1}, {"a": None}, [Difference(("a",), "changed", datum(1), datum(None))]),
    "null that is lost": ({"a": None}, {}, [Difference(("a",), "lost", datum(None), MISSING)]),
    "a lost member with matchers in it": (
        {"a": {"b": Unordered([Trimmed(" ")])}},
        {},
        [Difference(("a",), "lost", datum({"b": [" "]}), MISSING)],
    ),
    "two members": (
        {"a": 1, "b": 2, "c": 3},
        {"a": 2, "c": 3},
        [Difference(("a",), "changed", datum(1), datum(2)), Difference(("b",), "lost", datum(2), MISSING)],
    ),
    "a plain list in another order": (
        ["1", "2"],
        ["2", "1"],
        [Difference((), "order", datum("the same"), datum(["item 1", "item 0"]))],
    ),
    "objects in another order": (
        {"a": [{"b": 1}, {"b": 2, "at": Instant("2026-01-01T00:00:00Z")}, {"b": 3}]},
        {"a": [{"b": 1}, {"b": 3}, {"b": 2, "at": "2026-01-01T01:00:00+01:00"}]},
        [Difference(("a",), "order", datum("the same"), datum(["item 2", "item 1"]))],
    ),
    "another order, and another item": (
        ["1", "2", "3"],
        ["2", "1", "4"],
        [
            Difference((0,), "changed", datum("1"), datum("2")),
            Difference((1,), "changed", datum("2"), datum("1")),
            Difference((2,), "changed", datum("3"), datum("4")),
        ],
    ),
    "deep inside": (
        {"a": [{"b": [1, {"c": 2}]}]},
        {"a": [{"b": [1, {"c": 3}]}]},
        [Difference(("a", 0, "b", 1, "c"), "changed", datum(2), datum(3))],
    ),
    "an item less": ([1, Trimmed("2")], [1], [Difference((), "count", datum(2), datum(1))]),
    "an item more": ([1], [1, 2], [Difference((), "count", datum(1), datum(2))]),
    "an item less in any order": (Unordered([Unordered([1]), 2]), [2], [Difference((), "count", datum(2), datum(1))]),
    "an item more in any order": (Unordered([1]), [1, 1], [Difference((), "count", datum(1), datum(2))]),
    "another item in any order": (
        Unordered(["1", "2"]),
        ["2", "3"],
        [Difference((), "absent", datum("1"), datum(["2", "3"]))],
    ),
    "an item twice": (Unordered(["1", "2"]), ["1", "1"], [Difference((), "absent", datum("2"), datum(["1", "1"]))]),
    "another duplicate": (Unordered([1, 1, 2]), [2, 1, 2], [Difference((), "absent", datum(1), datum([2, 1, 2]))]),
    "another duplicate within an order": (
        Unordered([Unordered([1, 1, 2]), 3]),
        [3, [1, 2, 2]],
        [Difference((), "absent", datum([1, 1, 2]), datum([3, [1, 2, 2]]))],
    ),
    "an item that lacks a member": (
        Unordered([{"a": 1, "b": 1}, {"a": 2, "b": 2}]),
        [{"a": 2}, {"a": 1, "b": 1}],
        [Difference((0, "b"), "lost", datum(2), MISSING)],
    ),
    "an item for which none can make way": (
        Unordered([{"a": 1}, {}]),
        [{"a": 1}, "no"],
        [Difference((), "absent", datum({}), datum([{"a": 1}, "no"]))],
    ),
    "an item with a changed member": (
        Unordered([{"a": 1, "b": 1}]),
        [{"a": 1, "b": 2}],
        [Difference((), "absent", datum({"a": 1, "b": 1}), datum([{"a": 1, "b": 2}]))],
    ),
}


@pytest.mark.parametrize("name", OTHER)
def test_difference_says_what_it_is(name):
    """Its place, its kind, what had to be there and what is, as values; one for each place, in the order expected."""
    expected, actual, found = OTHER[name]

    assert list(differences(expected, actual)) == found


def test_path_begins_where_told():
    """Where the values stand inside a larger one, the places are the larger one's."""
    (found,) = differences({"a": 1}, {}, ("items", 3))

    assert (found.path, found.depth) == (("items", 3, "a"), 2)


def test_partial_value_may_omit_members():
    """A member may be missing as deep as is said; what is there must not be partial, and no value may be another."""
    expected = {"a": 1, "b": {"c": 2, "d": 3}, "e": [{"f": 4}], "g": 5}
    actual = {"b": {"c": 2}, "e": [{}], "g": 6}

    found = {
        depth: [each.path for each in without_omissions(differences(expected, actual), depth)] for depth in (0, 1, 2)
    }

    assert found == {
        0: [("a",), ("b", "d"), ("e", 0, "f"), ("g",)],
        1: [("b", "d"), ("e", 0, "f"), ("g",)],
        2: [("g",)],
    }


def test_plain_value_holds_no_matcher():
    """In the place of each matcher, however deep, is what it holds."""
    value = {
        "a": Unordered([{"b": Trimmed(" ")}, Unordered([OrNull("1")])]),
        "c": [Instant(NOON), Moment(NOON)],
        "d": 1,
    }

    assert plain(value) == {"a": [{"b": " "}, ["1"]], "c": [NOON, NOON], "d": 1}


def test_a_time_stamp_within_may_be_spelt_otherwise():
    sent = {"at": [NOON], "any": Unordered([{"at": NOON}]), "text": "12:00", "count": 1, "without": NOON[:19]}

    assert [*differences(by_instant(sent), {**sent, "at": ["2026-01-15T12:00:00Z"], "any": [{"at": NOON}]})] == []
    other = {"at": ["2026-01-15T12:00:01Z"], "any": [{"at": NOON}], "text": "12:0", "count": 2, "without": NOON}
    assert [each.path for each in differences(by_instant(sent), other)] == [
        ("at", 0),
        ("text",),
        ("count",),
        ("without",),
    ]
