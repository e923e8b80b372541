"""What is the run's own: a result holds nothing of what a run did not make, for that is other people's data."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
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
_CHANGES: Final = frozenset({"POST", "PUT", "PATCH"})


def own_values(results: Iterable[Result]) -> frozenset[str]:
    """The texts that a run sent, and those that it was given for what it made."""
    own: set[str] = set()
    for result in results:
        own.update(_sent(result.exchange))
        is_made = result.exchange.request.method in _CHANGES and 200 <= result.exchange.response.status < 300  # noqa: PLR2004
        made = json_of(result.exchange.response.body) if is_made else None
        # A list in an answer may hold anybody's; what was made is an object.
        own.update(_texts(made) if isinstance(made, dict) else ())
    return frozenset(own)


def _sent(exchange: Exchange) -> Iterator[str]:
    request = exchange.request
    url = urlsplit(request.url)
    yield from map(unquote, url.path.split("/"))
    yield from (value for _, value in parse_qsl(url.query, keep_blank_values=True))
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


class Privacy:
    """Tells what of a body may be kept.

    Args:
        own: the texts that are the run's own, as `own_values` gives them.
    """

    def __init__(self, own: frozenset[str]) -> None:
        self._own = own

    def is_own_item(self, value: Any) -> bool:
        """Whether an item of a list is the run's: an id, or an entity with ids, all of which the run made or sent."""
        if isinstance(value, dict):
            ids = _ids(value)
            return bool(ids) and all(str(each) in self._own for each in ids)
        return isinstance(value, str | int) and str(value) in self._own

    def _is_own(self, value: dict[str, Any]) -> bool:
        """Whether an entity that is no item of a list is the run's: it was asked for, so one id of its own will do."""
        return any(str(each) in self._own for each in _ids(value))

    def kept(self, value: Any, path: tuple[str | int, ...] = (), *, inside: bool = False) -> Any:
        """A JSON value without what is not the run's: of a list the item that a path leads to, if it is the run's own.

        Args:
            value: the body of a message, or a part of it.
            path: leads to what a finding is about.
            inside: whether it is a part of something that is the run's own.
        """
        if isinstance(value, list):
            return value if inside else self._items(value, path)
        if not isinstance(value, dict):
            return value
        is_own = inside or self._is_own(value)
        is_foreign = not is_own and bool(_ids(value))
        return {
            name: MASK
            if is_foreign and _is_plain(item)
            else self.kept(item, path[1:] if path[:1] == (name,) else (), inside=is_own)
            for name, item in value.items()
        }

    def whole(self, value: Any, *, inside: bool = False) -> tuple[Any, int]:
        """A JSON value with the run's own items of lists, each whole, and how many others were left out.

        What is left fits the same schema, but for members that are masked of an entity that is somebody else's.
        """
        if isinstance(value, list):
            own = value if inside else [item for item in value if self.is_own_item(item)]
            return own, len(value) - len(own)
        if not isinstance(value, dict) or inside or self._is_own(value):
            return value, 0
        is_foreign, kept, left_out = bool(_ids(value)), {}, 0
        for name, item in value.items():
            kept[name], count = (MASK, 0) if is_foreign and _is_plain(item) else self.whole(item)
            left_out += count
        return kept, left_out

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
        for token in path:
            if isinstance(value, dict):
                if self._is_own(value):
                    return True
                if _ids(value):
                    return False
            if not _has(value, token):
                return True
            if isinstance(value, list):
                return self.is_own_item(value[int(token)])
            value = value[token]
        return True

    def _items(self, items: list[Any], path: tuple[str | int, ...]) -> list[Any]:
        index = path[0] if path and isinstance(path[0], int) and path[0] < len(items) else None
        if index is None:
            # It is about the list as a whole, which the first of the run's own show as well as all.
            kept = list(islice(filter(self.is_own_item, items), _MOST_SHOWN))
        else:
            kept = [
                self.kept(each, path[1:], inside=True) for each in items[index : index + 1] if self.is_own_item(each)
            ]
        rest = len(items) - len(kept)
        return [*kept, counted(rest, more=bool(kept))] if rest else kept


def counted(number: int, *, more: bool = False) -> str:
    """What stands in the place of items that are not kept."""
    return f"{number} {'more ' if more else ''}item{'s' * (number != 1)}"


def _ids(value: dict[str, Any]) -> list[str | int]:
    """The ids that an entity shows at its top: members whose name ends so, with a plain value."""
    return [item for name, item in value.items() if str(name).lower().endswith("id") and _is_plain(item)]


def _is_plain(item: Any) -> bool:
    return isinstance(item, str | int | float) and not isinstance(item, bool)


def _has(value: Any, token: str | int) -> bool:
    if isinstance(value, list):
        return isinstance(token, int) and -len(value) <= token < len(value)
    return isinstance(value, dict) and token in value
