"""Places in JSON values: what stands there, what there is, and the value with another there, or none."""

import pytest

from ecsuite.json_paths import at_path, leaves, removed, replaced

VALUE = {"a": [{"b": None}, "text", 0], "c": {}, "0": "zero"}

PLACES = {
    "the whole": ((), VALUE),
    "a member in an item": (("a", 0, "b"), None),
    "an index as text": (("a", "1"), "text"),
    "an index from the end": (("a", -1), 0),
    "a number as a name": (("0",), "zero"),
    "a member that is not there": (("x",), "none"),
    "an index beyond the last": (("a", 3), "none"),
    "a name where a list is": (("a", "b"), "none"),
    "a name below a text": (("a", 1, "b"), "none"),
    "an index where an object is": (("c", 0), "none"),
    "something below null": (("a", 0, "b", "c"), "none"),
}


@pytest.mark.parametrize("name", PLACES)
def test_path_leads_to_its_value(name):
    """What stands at a path is found, null as well; where nothing stands, it is the default."""
    path, found = PLACES[name]

    assert at_path(VALUE, path, "none") == found


def test_nothing_is_null_by_default():
    """Where no default is given it is None."""
    assert at_path({}, ("a",)) is None


def test_leaves_are_plain_values_and_lists():
    """Each plain value and each list is there with its path, in order; an object is what it holds."""
    assert list(leaves(VALUE, ("top",))) == [
        (("top", "a"), VALUE["a"]),
        (("top", "a", 0, "b"), None),
        (("top", "a", 1), "text"),
        (("top", "a", 2), 0),
        (("top", "0"), "zero"),
    ]


def test_plain_value_is_a_leaf():
    """A text is one leaf, at the root; an object with nothing in it has none."""
    assert (list(leaves("ab")), list(leaves({}))) == ([((), "ab")], [])


def test_other_value_is_put_in_place():
    """The new value is a copy, so that later changes of the one do not show in the other."""
    value, new = {"a": [{"b": 1}]}, {"x": []}

    assert replaced(value, ("a", 0, "b"), new) is value
    new["x"].append(1)

    assert value == {"a": [{"b": {"x": []}}]}


def test_whole_value_is_replaced():
    """At the root another value takes the place of the whole."""
    assert replaced({"a": 1}, (), [2]) == [2]


def test_value_is_taken_out():
    """A member or an item is gone; the rest stays."""
    value = {"a": [1, {"b": 2, "c": 3}]}

    assert removed(removed(value, ("a", 1, "b")), ("a", 0)) == {"a": [{"c": 3}]}
