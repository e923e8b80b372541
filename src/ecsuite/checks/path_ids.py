"""An answer is about what the path names: where it shows an id of the path, it is that one."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ecsuite.checks.seen import Seen, place
from ecsuite.contract import describe
from ecsuite.finding import Breach
from ecsuite.media import UndecodableError

NAME = "answer is about what the path names"


def check(seen: Seen) -> list[Breach] | None:
    if not seen.is_success or not seen.path_values or not seen.exchange.response.body:
        return None
    if not seen.media_type.is_json or isinstance(seen.body, UndecodableError):
        return None
    return [
        Breach(place("body", path), f"{describe(wanted)}, as in the path", describe(got))
        for path, wanted, got in _shown(seen.path_values, seen.body.value)
        if got != wanted
    ]


def _shown(ids: Any, value: Any) -> Iterator[tuple[tuple[str | int, ...], str, Any]]:
    """Each id of the path that an object, or an object of a list, shows: its place, what it should be, what it is."""
    items: list[tuple[tuple[str | int, ...], Any]] = [((), value)]
    if isinstance(value, list):
        items = [((index,), item) for index, item in enumerate(value)]
    for at, item in items:
        if isinstance(item, dict):
            for name, wanted in ids.items():
                if isinstance(item.get(name), str):
                    yield (*at, name), wanted, item[name]
