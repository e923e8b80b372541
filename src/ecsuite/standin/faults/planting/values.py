"""Changes of JSON values; members are given by JSON pointers, with `*` for each item of an array."""

from __future__ import annotations

import copy
import json
from typing import Any, Final

DROP: Final = object()


def text_of(body: Any) -> str:
    """A JSON text as the stand-in writes it."""
    return json.dumps(body, ensure_ascii=False, separators=(",", ":"))


def edited(body: Any, pointer: str, change: Any) -> Any:
    """A copy of a JSON value with the members at a pointer changed, if they exist.

    Args:
        body: the value.
        pointer: the pointer to the members.
        change: a function, a value, or DROP.
    """
    return _edited(copy.deepcopy(body), pointer.split("/")[1:], change)


def _edited(body: Any, tokens: list[str], change: Any) -> Any:
    if not tokens:
        return change(body) if callable(change) else change
    name, rest = tokens[0], tokens[1:]
    if isinstance(body, list) and name == "*":
        return [_edited(item, rest, change) for item in body]
    if isinstance(body, dict) and name in body:
        if change is DROP and not rest:
            return {other: item for other, item in body.items() if other != name}
        return {**body, name: _edited(body[name], rest, change)}
    return body


def with_default(body: Any, pointer: str, default: Any) -> Any:
    """A JSON value with a default for a missing member at a pointer."""
    return _with_default(body, pointer.split("/")[1:], default)


def _with_default(body: Any, tokens: list[str], default: Any) -> Any:
    token, rest = tokens[0], tokens[1:]
    if not rest:
        return {token: default, **body}
    return {**body, token: _with_default(body[token], rest, default)}


def items_of(body: Any) -> list[Any]:
    """The items of a list in a response: the body itself, or its one member that is an array."""
    if isinstance(body, list):
        return body
    return next(member for member in body.values() if isinstance(member, list))


def with_items(body: Any, items: list[Any]) -> Any:
    """The same list with other items."""
    if isinstance(body, list):
        return items
    return {name: items if isinstance(member, list) else member for name, member in body.items()}
