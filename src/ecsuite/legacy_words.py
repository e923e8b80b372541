"""The words of rules that do not give data yet; goes when the last of them does."""

from __future__ import annotations

from typing import Any

from ecsuite import wording
from ecsuite.findings.breach import Breach, Place
from ecsuite.findings.datum import Datum, datum
from ecsuite.promises import PROMISES, Promise

BY_TITLE = {promise.title: promise for promise in PROMISES}


def promise_of(name: str | Promise) -> Promise:
    """The promise of a title."""
    return name if isinstance(name, Promise) else BY_TITLE.get(name, Promise(name, name))


def place(part: str, path: tuple[str | int, ...]) -> str:
    """A place in a part of an exchange."""
    return f"{part} /{'/'.join(map(str, path))}" if path else part


def describe(value: Any) -> str:
    """A JSON value in words."""
    return wording.describe(value if isinstance(value, Datum) else datum(value))


def said(at: str, expected: str, actual: str, rule: Any = None) -> Breach:
    """A breach in words."""
    return Breach("said", Place("list", at), datum(expected), datum(actual), rule)
