"""What a comparison found, in words, until findings of rules are data."""

from __future__ import annotations

from ecsuite.compare import Difference
from ecsuite.findings.breach import Breach
from ecsuite.json_paths import Path
from ecsuite.legacy_words import describe, place, said


def words_of(difference: Difference) -> tuple[str, str]:
    """What a difference expects, and what there is instead."""
    expected, actual = difference.expected, difference.actual
    if difference.kind == "count":
        return f"an array of {expected.value} items", f"an array of {actual.value} items"
    if difference.kind == "absent":
        return f"{describe(actual)} in any order, with {describe(expected)}", "no such item"
    return describe(expected), describe(actual)


def breach_of(difference: Difference, at: Path = ()) -> Breach:
    """A difference as a breach; `at` is where in the body the value stands."""
    return said(place("body", (*at, *difference.path)), *words_of(difference))
