"""Access to JSON values by path."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import Any

Path = tuple[str | int, ...]


def at_path(value: Any, path: Path, default: Any = None) -> Any:
    """The value at a path, else `default`. In an array, a token may also be an index as a string."""
    for token in path:
        try:
            value = value[int(token) if isinstance(value, list) else token]
        except (KeyError, IndexError, TypeError, ValueError):
            return default
    return value


def leaves(value: Any, path: Path = ()) -> Iterator[tuple[Path, Any]]:
    """Each value that is not an object, with its path; arrays are followed by their items."""
    if isinstance(value, dict):
        for name, item in value.items():
            yield from leaves(item, (*path, name))
        return
    yield path, value
    if isinstance(value, list):
        for index, item in enumerate(value):
            yield from leaves(item, (*path, index))


def names_in(value: Any) -> Iterator[str]:
    """The names of all members of a value, at any depth."""
    if isinstance(value, dict):
        yield from value
    for item in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from names_in(item)


def replaced(value: Any, at: Path, new: Any) -> Any:
    """Replace the value at a path by a copy of another one, in place; return the whole value."""
    if not at:
        return new
    at_path(value, at[:-1])[at[-1]] = copy.deepcopy(new)
    return value


def removed(value: Any, at: Path) -> Any:
    """Remove the value at a path, in place; return the whole value."""
    del at_path(value, at[:-1])[at[-1]]
    return value


def texts_in(value: Any) -> Iterator[tuple[str, str]]:
    """Each string in a JSON value with the name of its member; the name is empty if there is none."""
    stack: list[tuple[str, Any]] = [("", value)]
    while stack:
        name, item = stack.pop()
        if isinstance(item, str):
            yield name, item
        elif isinstance(item, dict):
            stack += reversed([*item.items()])
        elif isinstance(item, list):
            stack += [(name, each) for each in reversed(item)]


def objects_in_list(listed: Any) -> Iterator[dict[str, Any]]:
    """The objects in the list that a value is, or has as a member."""
    lists = [listed, *listed.values()] if isinstance(listed, dict) else [listed]
    for each in lists:
        if isinstance(each, list):
            yield from (item for item in each if isinstance(item, dict))
