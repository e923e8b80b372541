"""Whether a response shows an entity as it was before a change, so that the change is not visible."""

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
    """Whether all values that differ from what was sent are as before the latest change.

    Args:
        found: the differences of the response from what was sent.
        got: the value that the response shows.
        shown: the exchange of the response.
        earlier: the exchanges before it, in order; it may be among them.
    """
    before, change = _around_change(shown, earlier)
    states = _states(before, found, json_or_none(change.request.body)) if change else ()
    return bool(found) and any(_is_whole(state, got, found) for state in states)


def unchanged(found: Sequence[Difference], sent: Any, got: Any) -> Breach:
    """The breach that a change is not shown: of the one member that differs, or of the body with all that do."""
    names = list(dict.fromkeys(each.path[:1] for each in found))
    note = "and not what was before the change"
    if len(names) == 1:
        expected, actual = (at_path(value, names[0], NOTHING) for value in (sent, got))
        return Breach.of("same", body(names[0]), expected, actual, note=note)
    shown = {name: value for name, value in got.items() if (name,) in names}
    return Breach.of("same", body(), actual=shown, note=note)


def _around_change(shown: Exchange, earlier: Iterable[Exchange]) -> tuple[list[Exchange], Exchange | None]:
    """The calls about the entity at a path before its latest change, and the change; None if there was none."""
    path = _path(shown)
    own = [each for each in _until(shown, earlier) if each.response.status in _SUCCESSES and _is_about(each, path)]
    changes = [number for number, each in enumerate(own) if each.request.method in _CHANGES]
    return (own[: changes[-1]], own[changes[-1]]) if changes else ([], None)


def _states(before: Iterable[Exchange], found: Sequence[Difference], wanted: Any) -> Iterator[Any]:
    """The states of an entity in earlier calls, while other values than now had been sent for the differing places.

    If the same values had been sent earlier, a wrong value from then is no sign that the change is missing.
    """
    sent: Any = None
    for each in before:
        own = json_or_none(each.request.body) if each.request.body else None
        if isinstance(own, dict):
            sent = {**sent, **own} if each.request.method == "PATCH" and isinstance(sent, dict) else own
        if any(at_path(sent, one.path, NOTHING) != at_path(wanted, one.path, NOTHING) for one in found):
            yield from (json_or_none(content) for content in (each.response.body, each.request.body) if content)


def _until(shown: Exchange, earlier: Iterable[Exchange]) -> Iterator[Exchange]:
    for each in earlier:
        if each is shown:
            break
        yield each
    yield shown


def _is_about(exchange: Exchange, path: str) -> bool:
    """Whether a call has the path of an entity, or created the entity."""
    own = _path(exchange)
    if own == path or exchange.request.method != "POST" or not path.startswith(own):
        return own == path
    made = (json_or_none(content) for content in (exchange.request.body, exchange.response.body))
    return any(unquote(path.rsplit("/", 1)[-1]) in _texts(each) for each in made)


def _texts(value: Any) -> list[str]:
    return [own for own in value.values() if isinstance(own, str)] if isinstance(value, dict) else []


def _path(exchange: Exchange) -> str:
    return urlsplit(exchange.request.url).path


def _is_whole(state: Any, got: Any, found: Sequence[Difference]) -> bool:
    """Whether all differing places are as in an earlier state, which contains at least one of them."""
    is_said = any(at_path(state, each.path, NOTHING) is not NOTHING for each in found)
    return is_said and all(_is_same(state, got, each) for each in found)


def _is_same(state: Any, got: Any, difference: Difference) -> bool:
    """Whether a place is as in an earlier state; a member that the state omits may have any value."""
    path = difference.path
    old = at_path(state, path, NOTHING)
    if old is NOTHING:
        return isinstance(state, dict) and path[0] not in state
    return bool(old == at_path(got, path, NOTHING))
