"""Whether a request that had to be refused, but was accepted, was understood as it was evidently meant."""

from __future__ import annotations

import copy
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from ecsuite.checks.decoded import DecodedExchange
from ecsuite.checks.meaning import meanings
from ecsuite.checks.tolerant_json import read_tolerant
from ecsuite.compare import Instant
from ecsuite.findings.breach import Breach
from ecsuite.findings.datum import MISSING
from ecsuite.json_paths import Path, at_path, leaves, removed
from ecsuite.messages.media import UndecodableError


def is_as_meant(decoded: DecodedExchange, breaches: Sequence[Breach]) -> bool:
    """Whether the response shows the evident meaning in a form that the contract allows, or does not show it at all.

    Wrong credentials never have another meaning.

    Args:
        decoded: the exchange.
        breaches: why the request had to be refused.
    """
    is_of_api = decoded.operation is not None and decoded.operation.security is not None
    return is_of_api and all(_is_as_meant(decoded, breach) for breach in breaches)


def is_shown(decoded: DecodedExchange, breaches: Sequence[Breach]) -> bool:
    """Whether the response shows a value for each place of the body for which the request had to be refused."""
    places = [breach.at.path for breach in breaches if breach.at.part == "request-body"]
    return all(shown_at(_answered(decoded), path) if path else decoded.exchange.response.body for path in places)


def _is_as_meant(decoded: DecodedExchange, breach: Breach) -> bool:
    if breach.at.part == "query":
        given = [value for name, value in decoded.query if name.casefold() == breach.at.name.casefold()]
        return all(value == "" or bool(meanings(value, breach.expected.value)) for value in given) and bool(given)
    if breach.at.part == "request-body":
        return _body_is_as_meant(decoded, breach)
    # A wrong media type is harmless if the body is as it should be; a wrong token is not.
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
    value = _value_at(sent, path)
    meant = meanings(value, decoded.contract.source.at(breach.rule[:-1]) if breach.rule else {})
    if meant == [MISSING] and _may_be_left_out(decoded, sent, path):
        # The server chooses the value of a member that was not given.
        return True
    return _is_shown(decoded, sent, path, [value] if value is not MISSING and breach.kind == "required" else meant)


def _value_at(sent: Any, path: Path) -> Any:
    """The value sent at a place, or there under the same name in another case; `MISSING` if there is none."""
    holder = at_path(sent, path[:-1]) if path else None
    if path and isinstance(holder, dict) and path[-1] not in holder:
        alike = (own for name, own in holder.items() if name.casefold() == str(path[-1]).casefold())
        return next(alike, MISSING)
    return at_path(sent, path, MISSING) if path else sent


def _may_be_left_out(decoded: DecodedExchange, sent: Any, path: Path) -> bool:
    """Whether the body would still match the contract at a place if the member there were omitted."""
    assert decoded.operation is not None
    if not path or not isinstance(path[-1], str) or at_path(sent, path, MISSING) is MISSING:
        return False
    left = removed(copy.deepcopy(sent), path)
    violations = decoded.contract.schemas.violations(decoded.operation.body_schema, left)
    return not any(each.is_missing and each.at == path for each in violations)


def _text_is_as_meant(decoded: DecodedExchange) -> bool:
    """Whether the response shows the evident meaning of a body that is not JSON."""
    try:
        value = read_tolerant(decoded.exchange.request.body)
    except UndecodableError:
        return False
    return _whole_is_shown(decoded, value)


def _whole_is_shown(decoded: DecodedExchange, value: Any) -> bool:
    """Whether the response shows each member of an object as it was sent; members that it does not show are ignored."""
    plain = [(path, leaf) for path, leaf in leaves(value) if path and not isinstance(leaf, list)]
    return isinstance(value, dict) and all(_is_shown(decoded, value, path, [leaf]) for path, leaf in plain)


def _is_shown(decoded: DecodedExchange, sent: Any, path: Path, meant: Sequence[Any]) -> bool:
    """Whether the response shows one of the meanings at a place, or does not show that place."""
    if not path:
        return any(_whole_is_shown(decoded, whole) for whole in meant)
    shown = shown_at(_answered(decoded), path)
    # The server may take an id from the path rather than from the body.
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
    """The values beside a place in lists: in the same list, or under the same name in its other items."""
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
    """The values that a response shows for a place of the request: those under the same names, wherever they are.

    A response may nest them deeper or less deep than the request; the places with the most names in common count.
    """
    names = _generic(path)
    known = [(_generic(at), own) for at, own in _places(answered) if at]
    for length in range(len(names), 0, -1):
        wanted = names[len(names) - length :]
        if wanted[0] is not None and (found := [own for at, own in known if at[-length:] == wanted]):
            return found
    return []


def _is_one_of(value: Any, options: Iterable[Any]) -> bool:
    """Whether a value is among others; `true` is not 1, and a time may be written in another form."""
    return any(_is_same(value, option) for option in options)


def _is_same(one: Any, other: Any) -> bool:
    if isinstance(one, bool) or isinstance(other, bool):
        return one is other
    return bool(one == other) or (isinstance(one, str) and Instant(one).matches(other))
