"""The evident meaning of a value that its schema refuses: 5 for `"5"`, `"7"` for 7, an enum's value in another case."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final

from ecsuite.findings.datum import MISSING
from ecsuite.messages.media import UndecodableError, read_json

_BOOLEANS: Final = {"true": True, "1": True, "false": False, "0": False}


def meanings(value: Any, schema: Mapping[str, Any]) -> list[Any]:
    """The values that a tolerant server may have taken a value for, without guessing; empty if no meaning is evident.

    `MISSING` among them means that the value may count as not given.

    Args:
        value: the value that the schema refuses; `MISSING` if there is none.
        schema: with references followed.
    """
    if value is None or value is MISSING:
        return [MISSING]
    if isinstance(value, list) and len(value) == 1 and "array" not in _types(schema):
        return [value[0], *meanings(value[0], schema)]
    if "enum" in schema or "const" in schema:
        return _of_enum(value, [each for each in schema.get("enum", [schema.get("const")]) if each is not None])
    return [meant for name in _types(schema) for meant in _of_type(value, name)]


def number_in(text: str) -> int | float | None:
    """The number that a text stands for, also with whitespace around it or in hexadecimal; None if it is none."""
    for read in (int, lambda own: int(own, 16) if "x" in own.lower() else float(own)):
        try:
            number = read(text.strip())
        except ValueError:
            continue
        return number if abs(number) < float("inf") else None
    return None


def _types(schema: Mapping[str, Any]) -> list[str]:
    types = schema.get("type", [])
    return [types] if isinstance(types, str) else list(types)


def _of_enum(value: Any, options: list[Any]) -> list[Any]:
    """The option that a value spells in another case or with whitespace around it, or whose index it is, from 0."""
    if value == "":
        return [MISSING]
    number = number_in(value) if isinstance(value, str) else value
    if isinstance(number, int) and not isinstance(number, bool):
        return options[number:][:1] if number >= 0 else []
    text = value.strip().casefold() if isinstance(value, str) else None
    return [option for option in options if isinstance(option, str) and option.casefold() == text]


def _of_type(value: Any, name: str) -> list[Any]:
    """The readings of a value as a value of another JSON type."""
    if name == "string" and isinstance(value, int | float):
        return [json.dumps(value), str(value)]
    if name in {"number", "integer"} and isinstance(value, str):
        number = number_in(value)
        return [] if number is None or (name == "integer" and number != int(number)) else [number]
    if name == "boolean" and isinstance(value, str):
        return [_BOOLEANS[value.strip().lower()]] if value.strip().lower() in _BOOLEANS else []
    if name == "boolean" and isinstance(value, int | float):
        return [bool(value)]
    if name == "array":
        return [[value]]
    if name == "object" and isinstance(value, str):
        return _objects_in(value)
    return []


def _objects_in(text: str) -> list[Any]:
    """The object that a text contains as JSON; empty if it contains none."""
    try:
        value = read_json(text.encode()).value
    except (UndecodableError, UnicodeEncodeError):
        return []
    return [value] if isinstance(value, dict) else []
