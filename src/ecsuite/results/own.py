"""What is the run's own: a result holds only what the run created, for everything else is other people's data."""

from __future__ import annotations

import json
from collections.abc import Container, Iterable, Iterator
from enum import Enum, auto
from itertools import islice
from typing import Any, Final
from urllib.parse import parse_qsl, unquote, urlsplit

from ecsuite.findings.finding import Result
from ecsuite.json_paths import leaves
from ecsuite.messages.exchange import Exchange
from ecsuite.messages.media import FORM, MediaType, UndecodableError, read_form, read_json
from ecsuite.messages.redact import MASK

# Items of a list that a finding is about as a whole.
_MOST_SHOWN: Final = 3
# How servers call an entry of their logs, and a request: ids of nobody's things.
_OF_CALLS: Final = frozenset({"traceid", "spanid", "requestid", "correlationid", "activityid"})
# Numbers inside of an entity that may be an id; all below are amounts.
_LEAST_ID: Final = 10**9
_CHANGES: Final = frozenset({"POST", "PUT", "PATCH"})


def own_values(results: Iterable[Result], deliveries: Container[str] = ()) -> frozenset[str]:
    """The texts that a run sent, and the ids that it got for what it created.

    Args:
        results: the exchanges, in their order: an id in an address that the server had told before, of something that
            the run has not made, was read from a list and stays somebody's.
        deliveries: the ids of the operations that the server calls; what these send is not ours.
    """
    own: set[str] = set()
    told: list[bytes] = []
    for result in results:
        exchange, called = result.exchange, result.operation.id if result.operation else ""
        if called in deliveries:
            told.append(exchange.request.body)
            continue
        own.update(_sent(exchange))
        own.update(each for each in _segments(exchange) if each not in own and not _is_told(each, told))
        if exchange.request.method in _CHANGES and 200 <= exchange.response.status < 300:  # noqa: PLR2004
            own.update(_made(json_of(exchange.response.body)))
        told.append(exchange.response.body)
    return frozenset(own)


def _segments(exchange: Exchange) -> Iterator[str]:
    yield from map(unquote, urlsplit(exchange.request.url).path.split("/"))


def _is_told(text: str, told: Iterable[bytes]) -> bool:
    # As JSON has it, whatever it escapes besides.
    spelt = {json.dumps(text, ensure_ascii=is_ascii)[1:-1].encode(errors="replace") for is_ascii in (True, False)}
    return any(each in body for body in told for each in spelt)


def _made(value: Any) -> Iterator[str]:
    """The ids in a response to a creation; its lists, such as whom an event is for, may hold anybody's."""
    if isinstance(value, dict):
        yield from map(str, _ids(value))
        for item in value.values():
            yield from _made(item)


def _sent(exchange: Exchange) -> Iterator[str]:
    request = exchange.request
    yield from (value for _, value in parse_qsl(urlsplit(request.url).query, keep_blank_values=True))
    if MediaType.of(request.headers.get("Content-Type")).essence == FORM:
        try:
            yield from (value for _, value in read_form(request.body))
        except UndecodableError:
            return
    else:
        yield from _texts(json_of(request.body))


def _texts(value: Any) -> Iterator[str]:
    return (str(leaf) for _, leaf in leaves(value) if isinstance(leaf, str | int) and not isinstance(leaf, bool))


def json_of(body: bytes) -> Any:
    """The JSON value of a body; None where it is none."""
    try:
        return read_json(body).value
    except UndecodableError:
        return None


class Inside(Enum):
    """What encloses a part of a body: nothing personal, such as a page; an entity of the run; somebody else's."""

    NOTHING = auto()
    OWN = auto()
    FOREIGN = auto()


class Privacy:
    """Decides what of a body may be kept.

    Args:
        own: the texts that are the run's own, as `own_values` gives them.
    """

    def __init__(self, own: frozenset[str]) -> None:
        self._own = own

    def is_own_item(self, value: Any) -> bool:
        """Whether an item of a list is the run's: an id, or an entity with ids, all created or sent by the run."""
        if isinstance(value, dict):
            ids = _ids(value)
            return bool(ids) and all(str(each) in self._own for each in ids)
        return isinstance(value, str | int) and str(value) in self._own

    def _is_own(self, value: dict[str, Any]) -> bool:
        """Whether an entity that is no item of a list is the run's: it was asked for, so one id of its own will do."""
        return any(str(each) in self._own for each in _ids(value))

    def kept(self, value: Any, path: tuple[str | int, ...] = (), inside: Inside = Inside.NOTHING) -> Any:
        """A JSON value without what is not the run's: of a list the item that a path leads to, if it is the run's own.

        Args:
            value: the body of a message, or a part of it.
            path: leads to what a finding is about.
            inside: what it is a part of.
        """
        if isinstance(value, list):
            return self._inner_items(value, path) if inside is Inside.OWN else self._items(value, path)
        if not isinstance(value, dict):
            return MASK if inside is Inside.FOREIGN and _is_plain(value) else value
        here = self._inside(value, inside)
        return {name: self.kept(item, path[1:] if path[:1] == (name,) else (), here) for name, item in value.items()}

    def whole(self, value: Any, inside: Inside = Inside.NOTHING) -> tuple[Any, int]:
        """A JSON value with the run's own items of lists, each whole, and how many others were left out.

        What is left fits the same schema, but for members that are masked of an entity that is somebody else's.
        """
        if isinstance(value, list):
            may_be_kept = self._may_be_inside if inside is Inside.OWN else self.is_own_item
            own = [item for item in value if may_be_kept(item)]
            parts = [self.whole(item, Inside.OWN) for item in own]
            return [part for part, _ in parts], len(value) - len(own) + sum(count for _, count in parts)
        if not isinstance(value, dict):
            return (MASK if inside is Inside.FOREIGN and _is_plain(value) else value), 0
        here = self._inside(value, inside)
        members = {name: self.whole(item, here) for name, item in value.items()}
        return {name: item for name, (item, _) in members.items()}, sum(count for _, count in members.values())

    def reasons(self, value: Any, inside: Inside = Inside.NOTHING, *, is_item: bool = False) -> Any:
        """The body of a refusal without what is somebody else's thing: it has lists of reasons, which are sentences.

        Args:
            value: the body, or a part of it.
            inside: what it is a part of.
            is_item: whether it is an item of a list; without a blank that is no reason, and may be an id.
        """
        if isinstance(value, list):
            return [self.reasons(item, inside, is_item=True) for item in value]
        if isinstance(value, dict):
            here = self._inside(value, inside)
            return {name: self.reasons(item, here) for name, item in value.items()}
        is_reason = isinstance(value, str) and " " in value
        is_foreign = inside is Inside.FOREIGN and _is_plain(value)
        return MASK if is_foreign or (is_item and not is_reason and not self._may_be_inside(value)) else value

    def _inside(self, value: dict[str, Any], outer: Inside) -> Inside:
        """What the members of an object are a part of: the next one outside that has ids says it."""
        if not _ids(value):
            return outer
        return Inside.OWN if self._is_own(value) else Inside.FOREIGN

    def kept_path(self, value: Any, path: tuple[str | int, ...]) -> tuple[str | int, ...]:
        """Where what stands at a path is in what is kept: the one item that is kept of a list is its first."""
        for depth, token in enumerate(path):
            if isinstance(value, dict) and self._is_own(value):
                break
            if isinstance(value, list):
                return (*path[:depth], 0, *path[depth + 1 :])
            if not _has(value, token):
                break
            value = value[token]
        return path

    def shows(self, value: Any, path: tuple[str | int, ...]) -> bool:
        """Whether what stands at a path of a body may be kept: no list and no entity on the way is somebody else's."""
        inside = Inside.NOTHING
        for token in path:
            inside = self._inside(value, inside) if isinstance(value, dict) else inside
            if inside is Inside.FOREIGN:
                return False
            if not _has(value, token):
                return True
            value, is_item = value[token], isinstance(value, list)
            if is_item:
                # What a finding is about can be told only if it is shown: a plain item of what is the run's own.
                is_shown = inside is Inside.OWN and (_is_plain(value) or self._may_be_inside(value))
                if not is_shown and not self.is_own_item(value):
                    return False
                inside = Inside.OWN
        return True

    def _may_be_inside(self, item: Any) -> bool:
        """Whether an item of a list inside of something that is the run's own may be kept: it names nobody else's.

        An entity is told by its ids; of a text or a number nobody can say what it is if it is long enough for an id, or
        has digits in it.
        """
        if isinstance(item, dict):
            return not _ids(item) or self.is_own_item(item)
        if isinstance(item, str):
            return item in self._own or not any(each.isdigit() or each == "@" for each in item)
        return not isinstance(item, int) or abs(item) < _LEAST_ID or str(item) in self._own

    def _inner_items(self, items: list[Any], path: tuple[str | int, ...]) -> list[Any]:
        """The items of a list inside of something that is the run's own, each in its place."""
        kept = []
        for index, item in enumerate(items):
            may_be_kept = self._may_be_inside(item) or (path == (index,) and _is_plain(item))
            inner = path[1:] if path[:1] == (index,) else ()
            kept.append(self.kept(item, inner, Inside.OWN if may_be_kept else Inside.FOREIGN))
        return kept

    def _items(self, items: list[Any], path: tuple[str | int, ...]) -> list[Any]:
        index = path[0] if path and isinstance(path[0], int) and path[0] < len(items) else None
        if index is None:
            # It is about the list as a whole, which the first of the run's own show as well as all.
            kept = list(islice(filter(self.is_own_item, items), _MOST_SHOWN))
        else:
            kept = [
                self.kept(each, path[1:], Inside.OWN) for each in items[index : index + 1] if self.is_own_item(each)
            ]
        rest = len(items) - len(kept)
        return [*kept, counted(rest, more=bool(kept))] if rest else kept


def counted(number: int, *, more: bool = False) -> str:
    """What replaces items that are not kept."""
    return f"{number} {'more ' if more else ''}item{'s' * (number != 1)}"


def _ids(value: dict[str, Any]) -> list[str | int]:
    """The ids that an entity shows at its top: members whose name ends so, with a plain value."""
    return [item for name, item in value.items() if _is_id(str(name).lower()) and _is_plain(item)]


def _is_id(name: str) -> bool:
    return name.endswith("id") and name.replace("_", "").replace("-", "") not in _OF_CALLS


def _is_plain(item: Any) -> bool:
    return isinstance(item, str | int | float) and not isinstance(item, bool)


def _has(value: Any, token: str | int) -> bool:
    if isinstance(value, list):
        return isinstance(token, int) and -len(value) <= token < len(value)
    return isinstance(value, dict) and token in value
