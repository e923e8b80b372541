"""JSON in another spelling is the same value."""

import json

from ecsuite.rules.spelling import spelt_otherwise, with_whole_numbers

VALUE = {"name": "Å/🚗 \\n", "list": [1, 62.47225, 0.0000001, -60.0, True, None], "deep": {"": [], "x": {}}}


def test_value_is_the_same_in_another_spelling():
    """Escapes, exponents, whitespace and order say nothing."""
    spelt = spelt_otherwise(VALUE)

    assert json.loads(spelt) == VALUE
    assert list(json.loads(spelt)) == ["deep", "list", "name"]
    for spelling in (b"\\u00c5\\/\\ud83d\\ude97", b"6.247225E+1", b"1E-7", b" 1, ", b"\r\n\t"):
        assert spelling in spelt


def test_fractions_are_cut_off():
    """Whole numbers are written without a point."""
    assert json.dumps(with_whole_numbers({"a": [62.9, -0.5, "1.5", 7, True]})) == '{"a": [62, 0, "1.5", 7, true]}'
