"""Strings in JSON values and URLs, and patterns of those that a server generates."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any, Final
from urllib.parse import parse_qsl, unquote, urlsplit

UUID: Final = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", re.IGNORECASE)
TIME_STAMP: Final = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)")
TRACE_ID: Final = re.compile(r"00-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}")


def strings(value: Any) -> Iterable[str]:
    """Every string in a JSON value, except for the names of members."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for item in value.values():
            yield from strings(item)
    elif isinstance(value, list):
        for item in value:
            yield from strings(item)


def segments(url: str) -> set[str]:
    """The decoded segments of a path, and the values of its query."""
    parts = urlsplit(url)
    return {unquote(part) for part in parts.path.split("/")} | {value for _, value in parse_qsl(parts.query)}
