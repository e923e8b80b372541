"""Whether a request that had to be refused, and was taken, was read as it was evidently meant."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from ecsuite.checks.decoded import DecodedExchange
from ecsuite.checks.meaning import meanings
from ecsuite.checks.tolerant_json import read_tolerant
from ecsuite.compare import Instant
from ecsuite.findings.breach import Breach
from ecsuite.findings.datum import MISSING
from ecsuite.json_paths import Path, at_path, leaves
from ecsuite.messages.media import UndecodableError


def is_as_meant(decoded: DecodedExchange, breaches: Sequence[Breach]) -> bool:
    """Whether the response shows what was meant, in a form that the contract allows, or nothing of it at all.

    Credentials are never meant otherwise than they were sent.

    Args:
        decoded: the exchange.
        breaches: why the request had to be refused.
    """
    is_of_api = decoded.operation is not None and decoded.operation.security is not None
    return is_of_api and all(_is_as_meant(decoded, breach) for breach in breaches)


def is_shown(decoded: DecodedExchange, breaches: Sequence[Breach]) -> bool:
    """Whether the response shows what was read at each place where the request had to be refused."""
    places = [breach.at.path for breach in breaches if breach.at.part == "request-body"]
    return all(shown_at(_answered(decoded), path) if path else decoded.exchange.response.body for path in places)


def _is_as_meant(decoded: DecodedExchange, breach: Breach) -> bool:
    if breach.at.part == "query":
        return breach.actual != MISSING and bool(meanings(breach.actual.value, breach.expected.value))
    if breach.at.part == "request-body":
        return _body_is_as_meant(decoded, breach)
    # Another media type is of no weight where the body is what it should be; another token is.
    return breach.kind == "unlisted"


def _body_is_as_meant(decoded: DecodedExchange, breach: Breach) -> bool:
    if breach.kind == "length":
        return True
    if not decoded.exchange.response.body:
        return True
    if breach.kind == "absent":
        return False
    if breach.kind == "unreadable":
        return _text_is_as_meant(decoded)
    sent, path = decoded.request_body, breach.at.path
    value = at_path(sent, path, MISSING) if path else sent
    meant = meanings(value, decoded.contract.source.at(breach.rule[:-1]) if breach.rule else {})
    return _is_shown(decoded, sent, path, meant)


def _text_is_as_meant(decoded: DecodedExchange) -> bool:
    """Whether the response shows what a body that is no JSON was meant to be."""
    try:
        value = read_tolerant(decoded.exchange.request.body)
    except UndecodableError:
        return False
    return _whole_is_shown(decoded, value)


def _whole_is_shown(decoded: DecodedExchange, value: Any) -> bool:
    """Whether the response shows each member of an object, as far as it shows members of those names."""
    plain = [(path, leaf) for path, leaf in leaves(value) if path and not isinstance(leaf, list)]
    return isinstance(value, dict) and all(_is_shown(decoded, value, path, [leaf]) for path, leaf in plain)


def _is_shown(decoded: DecodedExchange, sent: Any, path: Path, meant: Sequence[Any]) -> bool:
    """Whether the response shows at a place one of what was meant there, as far as it shows that place."""
    if not path:
        return any(_whole_is_shown(decoded, whole) for whole in meant)
    shown = shown_at(_answered(decoded), path)
    # What the path says, too, a body need not say.
    named = [own for name, own in decoded.path_values.items() if name == path[-1]]
    if named and shown and all(_is_one_of(own, named) for own in shown):
        return True
    if MISSING in meant or not shown:
        beside = _beside(sent, path)
        return not shown or all(own is None or _is_one_of(own, beside) for own in shown)
    return any(_is_one_of(each, shown) for each in meant)


def _answered(decoded: DecodedExchange) -> Any:
    return None if isinstance(decoded.body, UndecodableError) else decoded.body.value


def _beside(sent: Any, path: Path) -> list[Any]:
    """What stands beside a place in lists: in the same list, or under the same name in its other items."""
    tokens = tuple(token if isinstance(token, str) else None for token in path)
    return [own for at, own in _places(sent) if at != path and _generic(at) == tokens]


def _places(value: Any, path: Path = ()) -> Iterator[tuple[Path, Any]]:
    yield path, value
    items: Iterable[tuple[str | int, Any]] = ()
    if isinstance(value, dict):
        items = value.items()
    elif isinstance(value, list):
        items = enumerate(value)
    for token, item in items:
        yield from _places(item, (*path, token))


def _generic(path: Path) -> tuple[str | None, ...]:
    return tuple(token if isinstance(token, str) else None for token in path)


def shown_at(answered: Any, path: Path) -> list[Any]:
    """What a response shows where a request has a place: under the same names, wherever they stand in it.

    A response may show it deeper, or less deep, than the request had it; the place that has the most names in common
    counts.
    """
    names = _generic(path)
    known = [(_generic(at), own) for at, own in _places(answered) if at]
    for length in range(len(names), 0, -1):
        wanted = names[len(names) - length :]
        if wanted[0] is not None and (found := [own for at, own in known if at[-length:] == wanted]):
            return found
    return []


def _is_one_of(value: Any, options: Iterable[Any]) -> bool:
    """Whether a value is among others; `true` is not 1, and a time may be spelt otherwise."""
    return any(_is_same(value, option) for option in options)


def _is_same(one: Any, other: Any) -> bool:
    if isinstance(one, bool) or isinstance(other, bool):
        return one is other
    return bool(one == other) or (isinstance(one, str) and Instant(one).matches(other))
