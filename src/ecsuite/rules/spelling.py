"""Other spellings of JSON: the same values, as other libraries write them."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any


def spelt_otherwise(value: Any) -> bytes:
    """A JSON value with escapes wherever possible, exponents, whitespace, and members in another order."""
    return _spelt(value).encode("ascii")


def with_whole_numbers(value: Any) -> Any:
    """A JSON value with its numbers truncated to integers: a library may write no point for a whole number."""
    if isinstance(value, dict):
        return {name: with_whole_numbers(own) for name, own in value.items()}
    if isinstance(value, list):
        return [with_whole_numbers(item) for item in value]
    return int(value) if isinstance(value, float) else value


def _spelt(value: Any) -> str:
    if isinstance(value, dict):
        members = (f"{json.dumps(name)} : {_spelt(own)}" for name, own in reversed(value.items()))
        return f"{{\r\n\t{' ,'.join(members)} }}"
    if isinstance(value, list):
        return f"[ {', '.join(map(_spelt, value))}\n]"
    if isinstance(value, float):
        return f"{Decimal(repr(value)):E}"
    # A slash may be escaped, and so may everything beyond ASCII, as surrogate pairs where necessary.
    return json.dumps(value).replace("/", "\\/") if isinstance(value, str) else json.dumps(value)
