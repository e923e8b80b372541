"""Places in JSON values: what stands at a path, and every plain value with its path."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import Any

Path = tuple[str | int, ...]


def at_path(value: Any, path: Path, default: Any = None) -> Any:
    """What stands at a path; `default` where nothing does. Of an array, a token may be an index as text, too."""
    for token in path:
        try:
            value = value[int(token) if isinstance(value, list) else token]
        except (KeyError, IndexError, TypeError, ValueError):
            return default
    return value


def leaves(value: Any, path: Path = ()) -> Iterator[tuple[Path, Any]]:
    """Each plain value, and each array, with its path."""
    if isinstance(value, dict):
        for name, item in value.items():
            yield from leaves(item, (*path, name))
        return
    yield path, value
    if isinstance(value, list):
        for index, item in enumerate(value):
            yield from leaves(item, (*path, index))


def names_in(value: Any) -> Iterator[str]:
    """The names of all members of a value, however deep."""
    if isinstance(value, dict):
        yield from value
    for item in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from names_in(item)


def replaced(value: Any, at: Path, new: Any) -> Any:
    """The value with a copy of another one at a path; it is changed in its place."""
    if not at:
        return new
    at_path(value, at[:-1])[at[-1]] = copy.deepcopy(new)
    return value


def removed(value: Any, at: Path) -> Any:
    """The value without what stands at a path; it is changed in its place."""
    del at_path(value, at[:-1])[at[-1]]
    return value


def texts_in(value: Any) -> Iterator[tuple[str, str]]:
    """Each string in a JSON value with the name of the member that holds it, which is empty for none."""
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
