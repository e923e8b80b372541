"""Differences between a JSON value and the expected one, as data.

The expected value is a JSON value, with matchers for parts that may differ in defined ways.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, Literal, NamedTuple, TypeAlias

from ecsuite.findings.breach import Breach, Place
from ecsuite.findings.datum import MISSING, Datum, datum

Path = tuple[str | int, ...]
Kind = Literal["changed", "lost", "count", "absent", "order"]
SECOND: Final = timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class Unordered:
    """A list in any order, with the same number of each item; items may contain matchers."""

    value: Sequence[Any]


@dataclass(frozen=True, slots=True)
class Trimmed:
    """A string that may have lost the whitespace around it."""

    value: str

    def matches(self, actual: Any) -> bool:
        """Whether a value is the string, apart from surrounding whitespace."""
        return isinstance(actual, str) and actual.strip() == self.value.strip()


@dataclass(frozen=True, slots=True)
class Instant:
    """A timestamp that may be written differently, with another offset or more digits, if it is the same instant."""

    value: str

    def matches(self, actual: Any) -> bool:
        """Whether a value is a timestamp of the same instant, to the microsecond."""
        return _is_closer(self.value, actual, timedelta.resolution)


@dataclass(frozen=True, slots=True)
class Moment:
    """A timestamp of the server, which may be less precise later than in the first response."""

    value: str
    limit: timedelta = SECOND

    def matches(self, actual: Any) -> bool:
        """Whether a value is a timestamp less than the limit away."""
        return _is_closer(self.value, actual, self.limit)


@dataclass(frozen=True, slots=True)
class OrNull:
    """A string that may be replaced by null."""

    value: str

    def matches(self, actual: Any) -> bool:
        """Whether a value is the string, or null."""
        return actual is None or (isinstance(actual, str) and actual == self.value)


Matcher: TypeAlias = Unordered | Trimmed | Instant | Moment | OrNull


class Difference(NamedTuple):
    """A place where a value differs from the expected one.

    Attributes:
        path: names and indexes from the root of the value.
        kind: as of a breach. `changed`: another value; `lost`: a missing member; `count`: a list of another length;
            `absent`: an expected item that matches no item of an unordered list; `order`: a list with the same items in
            another order.
        expected: the expected value, without matchers; for `count` the number of items, for `order` the order.
        actual: the actual value; for `count` the number of items, for `absent` the list, for `order` the first
            misplaced item, and the one expected there.
    """

    path: Path
    kind: Kind
    expected: Datum
    actual: Datum

    def breach(self, part: Literal["body", "request-body"] = "body", *, seen_by: str = "", note: str = "") -> Breach:
        """The difference as a breach, in a part of an exchange."""
        return Breach(self.kind, Place(part, path=self.path), self.expected, self.actual, seen_by=seen_by, note=note)

    @property
    def depth(self) -> int:
        """The number of names in its path, without indexes."""
        return sum(isinstance(token, str) for token in self.path)


def differences(expected: Any, actual: Any, path: Path = ()) -> Iterator[Difference]:
    """Each difference between a value and the expected one.

    An object may have additional members. A number may be written differently (200, 200.0) if its value is the same;
    the contract says whether it must be an integer.

    Args:
        expected: a JSON value, which may contain matchers.
        actual: a JSON value.
        path: of the values; each difference's path begins with it.
    """
    if isinstance(expected, dict) and isinstance(actual, dict):
        yield from _of_objects(expected, actual, path)
    elif isinstance(expected, list) and isinstance(actual, list):
        yield from _of_lists(expected, actual, path)
    elif isinstance(expected, Unordered) and isinstance(actual, list):
        yield from _of_unordered(expected.value, actual, path)
    elif not _is_same(expected, actual):
        yield Difference(path, "changed", datum(plain(expected)), datum(actual))


def without_omissions(found: Iterable[Difference], depth: int) -> Iterator[Difference]:
    """The differences without lost members up to `depth` names deep, for a value that may be partial.

    A response may omit members of an entity, but the members that it shows must be complete.
    """
    return (each for each in found if each.kind != "lost" or each.depth > depth)


def plain(value: Any) -> Any:
    """A JSON value with the values of its matchers instead of the matchers."""
    if isinstance(value, Unordered):
        return [plain(item) for item in value.value]
    if isinstance(value, Matcher):
        return value.value
    if isinstance(value, dict):
        return {name: plain(item) for name, item in value.items()}
    if isinstance(value, list):
        return [plain(item) for item in value]
    return value


def by_instant(value: Any) -> Any:
    """A value with its timestamps as `Instant`, so that they may be written differently."""
    if isinstance(value, Unordered):
        return Unordered([by_instant(item) for item in value.value])
    if isinstance(value, dict):
        return {name: by_instant(item) for name, item in value.items()}
    if isinstance(value, list):
        return [by_instant(item) for item in value]
    return Instant(value) if isinstance(value, str) and _time_of(value) else value


def read_time(text: str) -> datetime:
    """The time of an RFC 3339 timestamp, in which t and z may be small letters; raises ValueError for other strings."""
    return datetime.fromisoformat(text.upper())


def _of_objects(expected: dict[str, Any], actual: dict[str, Any], path: Path) -> Iterator[Difference]:
    for name, value in expected.items():
        if name in actual:
            yield from differences(value, actual[name], (*path, name))
        else:
            yield Difference((*path, name), "lost", datum(plain(value)), MISSING)


def _of_lists(expected: list[Any], actual: list[Any], path: Path) -> Iterator[Difference]:
    if len(expected) != len(actual):
        yield Difference(path, "count", datum(len(expected)), datum(len(actual)))
        return
    found = [each for index, own in enumerate(expected) for each in differences(own, actual[index], (*path, index))]
    moved = _moved(expected, actual) if found else ()
    yield from [Difference(path, "order", datum("the same"), datum([*moved]))] if moved else found


def _moved(expected: list[Any], actual: list[Any]) -> tuple[str, ...]:
    """If a list has the same items in another order: the first misplaced item, and the one expected there.

    Empty for any other list.
    """
    owners: dict[int, int] = {}
    _extend(owners, expected, actual, _shows_all)
    if len(owners) < len(expected):
        return ()
    first = next(index for index, own in enumerate(expected) if not _shows_all(own, actual[index]))
    return f"item {owners[first]}", f"item {first}"


def _of_unordered(expected: Sequence[Any], actual: list[Any], path: Path) -> Iterator[Difference]:
    if len(expected) != len(actual):
        yield Difference(path, "count", datum(len(expected)), datum(len(actual)))
        return
    partners = _partners(expected, actual)
    _pair_the_rest(partners, expected, actual)
    alone = next((index for index in range(len(expected)) if index not in partners), None)
    if alone is not None:
        yield Difference(path, "absent", datum(plain(expected[alone])), datum(actual))
        return
    for index, item in enumerate(expected):
        yield from differences(item, actual[partners[index]], (*path, partners[index]))


def _partners(expected: Sequence[Any], actual: Sequence[Any]) -> dict[int, int]:
    """The index of the actual item for each expected one, for as many as possible.

    Complete matches take precedence; then an item that lacks something, but contradicts nothing, may match.
    """
    # Most lists are in the expected order.
    pairs = enumerate(zip(expected, actual, strict=True))
    owners = {index: index for index, (left, right) in pairs if _shows_all(left, right)}
    for alike in (_shows_all, _contradicts_nothing):
        _extend(owners, expected, actual, alike)
    return {owner: index for index, owner in owners.items()}


def _pair_the_rest(partners: dict[int, int], expected: Sequence[Any], actual: Sequence[Any]) -> None:
    """Pair an object without a match with the one that shares most of its strings, to report their differences."""
    free = set(range(len(actual))).difference(partners.values())
    for index in [number for number in range(len(expected)) if number not in partners]:
        shared = {number: _shared_texts(expected[index], actual[number]) for number in sorted(free)}
        if any(shared.values()):
            partners[index] = max(shared, key=lambda number: shared[number])
            free.remove(partners[index])


def _shared_texts(expected: Any, actual: Any) -> int:
    """How many members of two objects are the same string, such as an id."""
    if not isinstance(expected, dict) or not isinstance(actual, dict):
        return 0
    return sum(isinstance(own, str) and actual.get(name) == own for name, own in expected.items())


def _extend(
    owners: dict[int, int], expected: Sequence[Any], actual: Sequence[Any], alike: Callable[[Any, Any], bool]
) -> None:
    """Pair as many more items as possible, and change earlier pairs if necessary (Kuhn's augmenting paths)."""

    def find(item: int, tried: set[int]) -> bool:
        wanted = expected[item]
        free = next((index for index, other in enumerate(actual) if index not in owners and alike(wanted, other)), None)
        if free is not None:
            owners[free] = item
            return True
        for index, owner in list(owners.items()):
            if index not in tried and alike(wanted, actual[index]):
                tried.add(index)
                if find(owner, tried):
                    owners[index] = item
                    return True
        return False

    for item in set(range(len(expected))).difference(owners.values()):
        find(item, set())


def _shows_all(expected: Any, actual: Any) -> bool:
    return next(differences(expected, actual), None) is None


def _contradicts_nothing(expected: Any, actual: Any) -> bool:
    return all(each.kind == "lost" for each in differences(expected, actual))


def _is_same(expected: Any, actual: Any) -> bool:
    if type(expected) is type(actual):
        return bool(expected == actual)
    if isinstance(expected, (Trimmed, Instant, Moment, OrNull)):
        return expected.matches(actual)
    # In JSON, true is not 1, although Python considers them equal.
    return {type(expected), type(actual)} == {int, float} and bool(expected == actual)


def _is_closer(expected: str, actual: Any, limit: timedelta) -> bool:
    if not isinstance(actual, str):
        return False
    one, other = _time_of(expected), _time_of(actual)
    return expected == actual or (one is not None and other is not None and abs(one - other) < limit)


def _time_of(value: str) -> datetime | None:
    """The time of a timestamp; None for other strings, and without an offset, which the contract checks."""
    try:
        time = read_time(value)
    except ValueError:
        return None
    return time if time.tzinfo else None
