"""Texts that stand where a client had no value: a value of its language for nothing, or a template left unfilled."""

from __future__ import annotations

import re
from typing import Final

from ecsuite.checks.request_members import plain
from ecsuite.findings.breach import Breach, Place
from ecsuite.findings.datum import datum

# As JavaScript, Python, Go and others write what is none.
_NOTHING: Final = frozenset({"undefined", "null", "NaN", "None", "nil"})
# `[object Object]`, `{userId}`, `{{ user-id }}`, `${user.id}`, `<userId>`, `%(id)s`, `%s`; no UUID in braces.
_UNFILLED: Final = re.compile(
    r"\[object \w+\]|\{+ *([$A-Za-z_][\w.$]*(-[A-Za-z]+)*)? *\}+|\$\{[^{}]*\}|<[A-Za-z][^<>]*>|%\(\w+\)s|%[sd]"
)
# `:userId`, `$userId`: only where the name is that of what should stand there.
_NAMED: Final = re.compile(r"[:$@](\w+)")
_OF_TEMPLATES: Final = frozenset(":$@{<%")
NOTE: Final = "for that stands where a client has no value"


def is_placeholder(text: str, name: str) -> bool:
    """Whether a text stands where there is no value of that name."""
    named = _NAMED.fullmatch(text)
    if named is not None and plain(named[1]) == plain(name):
        return True
    return text in _NOTHING or _UNFILLED.fullmatch(text) is not None


def is_template(text: str) -> bool:
    """Whether a placeholder is a part of a template, of which other parts are most likely not filled either."""
    return text[:1] in _OF_TEMPLATES


def breach_at(place: Place, text: str, wanted: str = "an id") -> Breach:
    """The breach of such a text."""
    return Breach("pattern", place, datum({"title": wanted}), datum(text), note=NOTE)
