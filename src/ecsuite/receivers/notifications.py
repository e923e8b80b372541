"""Notifications to send to a receiver: the examples of a contract with fresh values, and variants of them."""

from __future__ import annotations

import copy
import json
import re
import uuid
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta, timezone
from typing import Any, Final

from ecsuite.contract import Contract, Operation
from ecsuite.json_paths import Path, at_path
from ecsuite.json_paths import replaced as replaced_in_place

Json = dict[str, Any]
_TIME: Final = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)")
_MANY: Final = 1000
_LETTERS: Final = "hytte-på-Tromsø-Besançon-€"
_NEW_VALUE: Final = "OfALaterVersion"
# Only numbers with a decimal point can be written in another way.
_FRACTION: Final = re.compile(r"(?<=[:\[, ])-?\d+\.\d+(?=[,}\]\s])")


class Notifications:
    """Makes the notifications of one kind of delivery.

    Args:
        contract: the contract with the examples.
        operation: the delivery.
    """

    def __init__(self, contract: Contract, operation: Operation) -> None:
        assert operation.request is not None
        self._schemas = contract.schemas
        self._schema = operation.request.schema
        examples = contract.source.at(self._schema[:-1]).get("examples", {})
        self._examples: Mapping[str, Json] = {name: each["value"] for name, each in examples.items()}

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the examples."""
        return tuple(self._examples)

    def fresh(self, name: str) -> Json:
        """The example of that name as a new notification: with current times and a fresh id."""
        value, now = copy.deepcopy(self._examples[name]), datetime.now(UTC)
        for at, own in _parts(value):
            if not isinstance(own, str):
                continue
            if _TIME.fullmatch(own):
                # Planned times are full hours, so only their day is changed.
                on_its_day = datetime.fromisoformat(own)
                days = timedelta(days=(now.date() - on_its_day.date()).days)
                value = _replaced(value, at, in_ticks(now) if len(at) == 1 else (on_its_day + days).isoformat())
            elif len(at) == 1 and self._fits(_replaced(value, at, _NEW_VALUE)):
                # Only ids are strings of any form at this level.
                value = _replaced(value, at, str(uuid.uuid4()))
        return dict(value)

    def with_many(self, name: str) -> Json | None:
        """A notification with a thousand ids in each list of ids of its payload; None if it has no such list."""
        value = self.fresh(name)
        lists = _lists_of_ids(value)
        for at in lists:
            value = _replaced(value, at, [str(uuid.uuid4()) for _ in range(_MANY)])
        return value if lists else None

    def later_versions(self, name: str) -> Iterator[tuple[str, Json]]:
        """The variants that a later version of the API may send: additional members, and new values of enums."""
        value = self.fresh(name)
        for at, own in _parts(value):
            if isinstance(own, str):
                changed = _replaced(value, at, _NEW_VALUE)
                if {each.keyword for each in self._schemas.violations(self._schema, changed)} & {"enum", "const"}:
                    yield f"a new value of {_named(at)}", {**self.fresh(name), **_outermost(changed, at)}
        for at in [(), *(at for at, own in _parts(value) if isinstance(own, dict) and not _in_list(at))]:
            holder = {**at_path(value, at), "ofALaterVersion": {"is": True}}
            changed = _replaced(value, at, holder) if at else holder
            yield f"a further member of {_named(at) or 'the whole'}", {**self.fresh(name), **_outermost(changed, at)}

    def with_none(self, name: str) -> Json | None:
        """A notification with an empty last list of ids in its payload; None if it has fewer than two such lists."""
        value = self.fresh(name)
        lists = _lists_of_ids(value)
        return _replaced(value, lists[-1], []) if lists[1:] else None

    def with_letters(self, name: str) -> Json:
        """A notification with letters beyond ASCII in an id of its payload, or else in an additional member."""
        value = self.fresh(name)
        texts = [at for at, own in _parts(value) if len(at) > 1 and isinstance(own, str) and not _TIME.fullmatch(own)]
        changed = (_replaced(value, at, _LETTERS) for at in texts)
        return next((each for each in changed if self._fits(each)), {**value, "ofALaterVersion": _LETTERS})

    def with_times(self, name: str, spelt: Callable[[datetime], str]) -> Json:
        """A notification with its times in another format."""
        value = self.fresh(name)
        for at, own in _parts(value):
            if isinstance(own, str) and _TIME.fullmatch(own):
                value = _replaced(value, at, spelt(datetime.fromisoformat(own)))
        return value

    def tampered(self, name: str) -> tuple[Json, Json]:
        """A notification, and the same with another number, or else another string, in its payload."""
        value = self.fresh(name)
        parts = [(at, own) for at, own in _parts(value) if len(at) > 1]
        numbers = [(at, own) for at, own in parts if isinstance(own, int | float) and not isinstance(own, bool)]
        texts = [(at, own) for at, own in parts if isinstance(own, str)]
        if numbers:
            at, number = numbers[-1]
            return value, _replaced(value, at, number + 1)
        at, text = texts[-1]
        return value, _replaced(value, at, f"{text[:-1]}{'1' if text.endswith('0') else '0'}")

    def _fits(self, value: Json) -> bool:
        return bool(self._schemas.fits(self._schema, value))


def _lists_of_ids(value: Json) -> list[Path]:
    """The paths of the lists of strings that are not empty."""
    return [at for at, own in _parts(value) if isinstance(own, list) and own and all(isinstance(x, str) for x in own)]


def compact(value: Json) -> bytes:
    """A notification in compact JSON, as most senders write it."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


def loose(value: Json) -> bytes:
    """The same JSON with spaces and in ASCII, as a receiver may have it that parses and writes it again."""
    return json.dumps(value).encode()


def shortest(value: Json) -> bytes:
    """The same in compact JSON with whole numbers without a decimal point, as JavaScript writes them."""
    return _FRACTION.sub(lambda number: re.sub(r"\.?0+$", "", number[0]), compact(value).decode()).encode()


def with_escapes(value: Json) -> bytes:
    """The same JSON with escaped characters: a plus sign, as .NET escapes it by default, and a hyphen."""
    return compact(value).replace(b"+", rb"\u002B").replace(b"-", rb"\u002d", 4)


def with_blanks(value: Json) -> bytes:
    """The same JSON with spaces and line ends."""
    return json.dumps(value, ensure_ascii=False, indent=3).replace("\n", "\r\n").encode() + b"\n"


def in_reverse(value: Json) -> bytes:
    """The same JSON with its outermost members in another order."""
    return compact(dict(reversed(value.items())))


def in_zeros(value: Json) -> bytes:
    """The same JSON with a zero after each fraction."""
    return _FRACTION.sub(lambda number: f"{number[0]}0", compact(value).decode()).encode()


def zulu(at: datetime) -> str:
    """A time in UTC with `Z`, without a fraction."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def in_millis(at: datetime) -> str:
    """A time in UTC with `Z` and three fractional digits, as JavaScript writes it."""
    return f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%S}.{at.microsecond // 1000:03}Z"


def elsewhere(at: datetime) -> str:
    """A time with the offset of another time zone."""
    return at.astimezone(timezone(timedelta(hours=2))).isoformat()


def in_ticks(at: datetime) -> str:
    """A time with seven fractional digits, as .NET writes it."""
    return f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%S}.{at.microsecond:06}7+00:00"


def _replaced(value: Any, at: Path, new: Any) -> Any:
    return replaced_in_place(copy.deepcopy(value), at, new)


def _parts(value: Any, at: Path = ()) -> Iterator[tuple[Path, Any]]:
    """Each value inside a JSON value, with its path."""
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for token, item in items:
        yield (*at, token), item
        yield from _parts(item, (*at, token))


def _outermost(value: Json, at: Path) -> Json:
    """The outermost member that contains a path; for the path of the whole value, its new member."""
    if at:
        return {str(at[0]): value[str(at[0])]}
    return {"ofALaterVersion": value["ofALaterVersion"]}


def _named(at: Path) -> str:
    return "/".join("*" if isinstance(token, int) else token for token in at)


def _in_list(at: Path) -> bool:
    return any(isinstance(token, int) for token in at)
