"""Measurements of our tests, in tests/profiles.json: the requests and promises of each test, and its profiles.

`tox run -e measure` makes that file. It does not contain other tests, such as a partner's own.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any, Final

import pytest

from ecsuite.session.profile import Profile

_FOLDER: Final = "tests"
_FILE: Final = "profiles.json"


def is_measured(item: pytest.Item) -> bool:
    """Whether there are measurements of a test."""
    return bool(_row_of(item))


def is_in(item: pytest.Item, profile: Profile) -> bool:
    """Whether a profile includes a measured test."""
    return profile.name in _row_of(item).get("in", ())


def most_cases_of(item: pytest.Item, profile: Profile) -> int | None:
    """How many of its cases a test tries in a profile; None for all."""
    return None if profile.name in _row_of(item).get("whole", ()) else profile.most_cases


def requests_of(item: pytest.Item, profile: Profile) -> int:
    """How many requests a test sends in a profile; 0 if unknown."""
    full, few = _row_of(item).get("requests", (0, 0))
    return int(full if most_cases_of(item, profile) is None else few)


def seconds_of(item: pytest.Item) -> float:
    """How many seconds a test waits beyond the time of its requests; 0 if it does not wait."""
    return float(_row_of(item).get("seconds", 0.0))


def looks_of(item: pytest.Item) -> dict[str, tuple[str, ...]]:
    """The promises that a test looks at, by operation; the key is empty for calls of no operation."""
    folder, looks = _folder_of(item.path), _row_of(item).get("looks", {})
    return {operation: tuple(_content(folder)["looks"][index]) for operation, index in looks.items()} if folder else {}


def place_of(item: pytest.Item) -> int:
    """The position of a test among the measured ones, which are in the order of a run; -1 if it is not measured."""
    folder = _folder_of(item.path)
    return _places(folder).get(_name_of(item), -1) if folder else -1


def _row_of(item: pytest.Item) -> Mapping[str, Any]:
    folder = _folder_of(item.path)
    row: Mapping[str, Any] = _content(folder)["tests"].get(_name_of(item), {}) if folder else {}
    return row


def _name_of(item: pytest.Item) -> str:
    """The name of one of our tests, whatever folder it is run from; empty for other tests."""
    folder = _folder_of(item.path)
    if folder is None:
        return ""
    return f"{_FOLDER}/{item.path.relative_to(folder).as_posix()}::{item.nodeid.partition('::')[2]}"


@cache
def _places(folder: Path) -> dict[str, int]:
    return {name: place for place, name in enumerate(_content(folder)["tests"])}


@cache
def _content(folder: Path) -> dict[str, Any]:
    content: dict[str, Any] = json.loads((folder / _FILE).read_text(encoding="utf-8"))
    return content


@cache
def _folder_of(path: Path) -> Path | None:
    """The folder of our tests that contains a file, in a clone or in the installed package; None for other files."""
    return next((folder for folder in path.parents if folder.name == _FOLDER and (folder / _FILE).is_file()), None)
