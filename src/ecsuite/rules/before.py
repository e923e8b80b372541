"""Whether a response shows an entity as it was before a change, so that the change is not to be seen."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Final
from urllib.parse import unquote, urlsplit

from ecsuite.compare import Difference
from ecsuite.findings.breach import Breach, body
from ecsuite.findings.datum import NOTHING
from ecsuite.json_paths import at_path
from ecsuite.messages.exchange import Exchange
from ecsuite.rules.reading import json_or_none

_CHANGES: Final = frozenset({"PUT", "PATCH"})
_SUCCESSES: Final = range(200, 300)


def is_as_before(found: Sequence[Difference], got: Any, shown: Exchange, earlier: Iterable[Exchange]) -> bool:
    """Whether what is not as it was sent is as it was before the latest change.

    Args:
        found: where the response differs from what was sent.
        got: what it shows.
        shown: the exchange of the response.
        earlier: the exchanges before it, and itself or not, in order.
    """
    return bool(found) and any(all(_is_same(state, got, each) for each in found) for state in _states(shown, earlier))


def unchanged(found: Sequence[Difference], sent: Any, got: Any) -> Breach:
    """The breach that a change is not shown: of its one member, or of the whole with the members in question."""
    names = list(dict.fromkeys(each.path[:1] for each in found))
    note = "and not what was before the change"
    if len(names) == 1:
        expected, actual = (at_path(value, names[0], NOTHING) for value in (sent, got))
        return Breach.of("same", body(names[0]), expected, actual, note=note)
    shown = {name: value for name, value in got.items() if (name,) in names}
    return Breach.of("same", body(), actual=shown, note=note)


def _states(shown: Exchange, earlier: Iterable[Exchange]) -> Iterator[Any]:
    """What was sent or shown of the entity at a path before its latest change."""
    path = _path(shown)
    own = [each for each in _until(shown, earlier) if each.response.status in _SUCCESSES and _is_about(each, path)]
    changes = [number for number, each in enumerate(own) if each.request.method in _CHANGES]
    for each in own[: changes[-1]] if changes else ():
        yield from (json_or_none(content) for content in (each.response.body, each.request.body) if content)


def _until(shown: Exchange, earlier: Iterable[Exchange]) -> Iterator[Exchange]:
    for each in earlier:
        if each is shown:
            break
        yield each
    yield shown


def _is_about(exchange: Exchange, path: str) -> bool:
    """Whether a call was made at the path of an entity, or made the entity."""
    own = _path(exchange)
    if own == path or exchange.request.method != "POST" or not path.startswith(own):
        return own == path
    made = (json_or_none(content) for content in (exchange.request.body, exchange.response.body))
    return any(unquote(path.rsplit("/", 1)[-1]) in _texts(each) for each in made)


def _texts(value: Any) -> list[str]:
    return [own for own in value.values() if isinstance(own, str)] if isinstance(value, dict) else []


def _path(exchange: Exchange) -> str:
    return urlsplit(exchange.request.url).path


def _is_same(state: Any, got: Any, difference: Difference) -> bool:
    """Whether a place is as in an earlier state; what that does not say may be anything."""
    path = difference.path
    old = at_path(state, path, NOTHING)
    if old is NOTHING:
        return isinstance(state, dict) and path[0] not in state
    return bool(old == at_path(got, path, NOTHING))
