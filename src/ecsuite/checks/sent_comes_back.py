"""What a client sent comes back unchanged: same names, same types, same text to the letter, same order."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ecsuite.contract import describe

NAME = "what was sent comes back"

MISSING = "missing"

Path = tuple[str | int, ...]


def differences(sent: Any, got: Any, path: Path = ()) -> Iterator[tuple[Path, str, str]]:
    """Where an answer differs from what was sent: the place, what was sent and what came, in words.

    An object in the answer may hold more than was sent. A number may be written otherwise (200 and 200.0) as long as it
    is the same number; whether it must be an integer is the contract's business.
    """
    if isinstance(sent, dict) and isinstance(got, dict):
        for name, value in sent.items():
            if name in got:
                yield from differences(value, got[name], (*path, name))
            else:
                yield (*path, name), describe(value), MISSING
    elif isinstance(sent, list) and isinstance(got, list) and len(sent) == len(got):
        for index, (left, right) in enumerate(zip(sent, got, strict=True)):
            yield from differences(left, right, (*path, index))
    elif not _same(sent, got):
        yield path, describe(sent), describe(got)


def _same(sent: Any, got: Any) -> bool:
    numbers = (int, float)
    if isinstance(sent, bool) or isinstance(got, bool):
        return sent is got
    if isinstance(sent, numbers) and isinstance(got, numbers):
        return sent == got
    return type(sent) is type(got) and bool(sent == got)
