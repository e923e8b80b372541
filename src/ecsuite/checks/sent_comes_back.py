"""What a client sent comes back unchanged: same names, same types, same text to the letter, same order."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from ecsuite.legacy_words import describe

NAME = "what was sent comes back"

MISSING = "missing"

Path = tuple[str | int, ...]


class Unordered(list[Any]):
    """A list that was sent, and may come back in another order."""


class Trimmed(str):
    """A text that was sent, and may come back without the blanks around it."""

    __slots__ = ()


class Instant(str):
    """A time stamp that was sent, and may come back spelt otherwise, as long as it is the same instant."""

    __slots__ = ()


class Moment(Instant):
    """A time stamp of the server's own, which it may keep less exactly than it told it first."""

    __slots__ = ()


class OrNull(str):
    """A text that was sent, in the place of which a response may have null."""

    __slots__ = ()


def differences(sent: Any, got: Any, path: Path = ()) -> Iterator[tuple[Path, str, str]]:
    """Where a response differs from what was sent: the place, what was sent and what came, in words.

    An object in the response may hold more than was sent. A number may be written differently (200, 200.0) if it
    is the same number; whether it must be an integer is the contract's business.
    """
    if isinstance(sent, Unordered) and isinstance(got, list) and len(sent) == len(got):
        left = dict(enumerate(got))
        for item in sent:
            pairs = ((index, list(differences(item, other, (*path, index)))) for index, other in left.items())
            # What contradicts it nowhere is meant, and may lack something.
            alike = next((pair for pair in pairs if all(was == MISSING for *_, was in pair[1])), None)
            if alike is None:
                yield path, f"{describe(sent)} in any order, with {describe(item)}", "no such item"
                return
            yield from alike[1]
            del left[alike[0]]
    elif isinstance(sent, dict) and isinstance(got, dict):
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
    if isinstance(sent, Trimmed | Instant):
        return isinstance(got, str) and _alike(sent, got)
    if isinstance(sent, OrNull):
        return got is None or (isinstance(got, str) and sent == got)
    numbers = (int, float)
    if isinstance(sent, bool) or isinstance(got, bool):
        return sent is got
    if isinstance(sent, numbers) and isinstance(got, numbers):
        return sent == got
    return type(sent) is type(got) and bool(sent == got)


def _alike(sent: Trimmed | Instant, got: str) -> bool:
    if sent == got:
        return True
    if isinstance(sent, Trimmed):
        return sent.strip() == got.strip()
    try:
        apart = abs(datetime.fromisoformat(sent) - datetime.fromisoformat(got))
        return apart < (timedelta(seconds=1) if isinstance(sent, Moment) else timedelta.resolution)
    except (ValueError, TypeError):
        # No time stamp, or one without an offset: the contract's business.
        return False
