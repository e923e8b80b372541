"""Where a JSON value differs from the expected one, as data.

The expected value is a JSON value. Matchers in it stand for parts that may differ in defined ways.
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
    """A list whose items may come in any order, each as often as it stands here; they may hold matchers."""

    value: Sequence[Any]


@dataclass(frozen=True, slots=True)
class Trimmed:
    """A text that may come without the whitespace around it."""

    value: str

    def matches(self, actual: Any) -> bool:
        """Whether a value is the text, whatever whitespace is around it."""
        return isinstance(actual, str) and actual.strip() == self.value.strip()


@dataclass(frozen=True, slots=True)
class Instant:
    """A time stamp that may be spelt otherwise, with another offset or more digits, if it is the same instant."""

    value: str

    def matches(self, actual: Any) -> bool:
        """Whether a value is a time stamp of the same instant, to the microsecond."""
        return _is_closer(self.value, actual, timedelta.resolution)


@dataclass(frozen=True, slots=True)
class Moment:
    """A time stamp of the server's own, which it may keep less exactly than it gave it first."""

    value: str
    limit: timedelta = SECOND

    def matches(self, actual: Any) -> bool:
        """Whether a value is a time stamp less than the limit away."""
        return _is_closer(self.value, actual, self.limit)


@dataclass(frozen=True, slots=True)
class OrNull:
    """A text in the place of which null may come."""

    value: str

    def matches(self, actual: Any) -> bool:
        """Whether a value is the text, or null."""
        return actual is None or (isinstance(actual, str) and actual == self.value)


Matcher: TypeAlias = Unordered | Trimmed | Instant | Moment | OrNull


class Difference(NamedTuple):
    """One place where a value differs from what it has to be.

    Attributes:
        path: names and indexes from the root of the value.
        kind: as of a breach. `changed`: another value; `lost`: a member that is not there; `count`: a list of another
            length; `absent`: an item for which no item of the list may stand, whatever the order; `order`: a list whose
            items are all there, in another order.
        expected: what has to be there, without matchers; for `count` how many items, for `order` which order.
        actual: what is there; for `count` how many items, for `absent` the list, for `order` the first item that stands
            in the place of another, and that other.
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
        """How many names deep it is; indexes don't count."""
        return sum(isinstance(token, str) for token in self.path)


def differences(expected: Any, actual: Any, path: Path = ()) -> Iterator[Difference]:
    """Each difference between a value and what it has to be.

    An object may have further members. A number may be written in another way (200, 200.0) if its value is the same;
    whether it must be an integer is for the contract to say.

    Args:
        expected: a JSON value, with matchers where need be.
        actual: a JSON value.
        path: where the values stand; each difference's path begins with it.
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
    """The differences of a value that may be partial: without the members that are lost up to `depth` names deep.

    A response may omit members of an entity, but the members that it shows must be complete.
    """
    return (each for each in found if each.kind != "lost" or each.depth > depth)


def plain(value: Any) -> Any:
    """A JSON value with what its matchers hold in their places."""
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
    """A value with its time stamps marked: they may be spelt otherwise, if each is the same instant."""
    if isinstance(value, Unordered):
        return Unordered([by_instant(item) for item in value.value])
    if isinstance(value, dict):
        return {name: by_instant(item) for name, item in value.items()}
    if isinstance(value, list):
        return [by_instant(item) for item in value]
    return Instant(value) if isinstance(value, str) and _time_of(value) else value


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
    """Of a list with the same items in another order the first that stands elsewhere, and the one that should be there.

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
    """Which item of a list stands for each that is expected, by their indexes; as many as can be have one.

    What shows all of an item comes first; what lacks something, but contradicts it nowhere, may be meant as well.
    """
    # Most lists come in their order.
    pairs = enumerate(zip(expected, actual, strict=True))
    owners = {index: index for index, (left, right) in pairs if _shows_all(left, right)}
    for alike in (_shows_all, _contradicts_nothing):
        _extend(owners, expected, actual, alike)
    return {owner: index for index, owner in owners.items()}


def _pair_the_rest(partners: dict[int, int], expected: Sequence[Any], actual: Sequence[Any]) -> None:
    """Give an object for which nothing stands the one that shares most of its texts, so that what differs is told."""
    free = set(range(len(actual))).difference(partners.values())
    for index in [number for number in range(len(expected)) if number not in partners]:
        shared = {number: _shared_texts(expected[index], actual[number]) for number in sorted(free)}
        if any(shared.values()):
            partners[index] = max(shared, key=lambda number: shared[number])
            free.remove(partners[index])


def _shared_texts(expected: Any, actual: Any) -> int:
    """How many members of two objects are the same text, such as an id."""
    if not isinstance(expected, dict) or not isinstance(actual, dict):
        return 0
    return sum(isinstance(own, str) and actual.get(name) == own for name, own in expected.items())


def _extend(
    owners: dict[int, int], expected: Sequence[Any], actual: Sequence[Any], alike: Callable[[Any, Any], bool]
) -> None:
    """Pair as many more items as can be; who has a partner takes another where that helps (Kuhn's augmenting paths)."""

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
    # True is no 1, though Python says so.
    return {type(expected), type(actual)} == {int, float} and bool(expected == actual)


def _is_closer(expected: str, actual: Any, limit: timedelta) -> bool:
    if not isinstance(actual, str):
        return False
    one, other = _time_of(expected), _time_of(actual)
    return expected == actual or (one is not None and other is not None and abs(one - other) < limit)


def _time_of(value: str) -> datetime | None:
    """The time of a time stamp; None for other texts, and without an offset, which is the contract's business."""
    try:
        time = datetime.fromisoformat(value)
    except ValueError:
        return None
    return time if time.tzinfo else None
