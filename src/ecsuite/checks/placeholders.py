"""Placeholders that a client sent for a missing value: its language's null as text, or an unfilled template."""

from __future__ import annotations

import re
from typing import Final

from ecsuite.checks.request_members import plain
from ecsuite.findings.breach import Breach, Place
from ecsuite.findings.datum import datum

# How JavaScript, Python, Go and other languages print a missing value.
_NOTHING: Final = frozenset({"undefined", "null", "NaN", "None", "nil"})
# `[object Object]`, `{userId}`, `{{ user-id }}`, `${user.id}`, `<userId>`, `%(id)s`, `%s`; no UUID in braces.
_UNFILLED: Final = re.compile(
    r"\[object \w+\]|\{+ *([$A-Za-z_][\w.$]*(-[A-Za-z]+)*)? *\}+|\$\{[^{}]*\}|<[A-Za-z][^<>]*>|%\(\w+\)s|%[sd]"
)
# `:userId`, `$userId`: only a placeholder if it has the name of the value that should be there.
_NAMED: Final = re.compile(r"[:$@](\w+)")
_OF_TEMPLATES: Final = frozenset(":$@{<%")
NOTE: Final = "not a placeholder for a missing value"


def is_placeholder(text: str, name: str) -> bool:
    """Whether a text is a placeholder for a missing value of that name."""
    named = _NAMED.fullmatch(text)
    if named is not None and plain(named[1]) == plain(name):
        return True
    return text in _NOTHING or _UNFILLED.fullmatch(text) is not None


def is_template(text: str) -> bool:
    """Whether a placeholder comes from a template, whose other placeholders are most likely unfilled, too."""
    return text[:1] in _OF_TEMPLATES


def breach_at(place: Place, text: str, wanted: str = "an id") -> Breach:
    """The breach that a placeholder was sent."""
    return Breach("pattern", place, datum({"title": wanted}), datum(text), note=NOTE)
