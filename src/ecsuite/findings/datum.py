"""A JSON value as a finding keeps it: masked and cut, but with its original type and size."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Any, Final, Literal, TypeVar

from ecsuite.messages.redact import MASK, is_secret, masked_start

_T = TypeVar("_T")
JsonType = Literal["null", "boolean", "integer", "number", "string", "array", "object", "missing"]
# How much of a value a finding keeps: characters of a string, items of an array or members of an object, levels of
# nesting, and values in all.
MOST_CHARACTERS: Final = 200
MOST_ITEMS: Final = 20
MOST_LEVELS: Final = 6
MOST_VALUES: Final = 200


@dataclass(frozen=True, slots=True)
class Datum:
    """A JSON value, or the absence of one.

    Attributes:
        type: the JSON type of the value; `missing` if there is none.
        value: the value, in a finding masked and cut to the bounds above; None if there is none.
        size: the number of characters, items or members before it was cut; 0 for other types.
    """

    type: JsonType
    value: Any = None
    size: int = 0

    def kept(self, mask: Callable[[str], str], *, is_secret_place: bool = False) -> Datum:
        """The datum as a finding keeps it: masked and cut.

        Args:
            mask: removes the secrets of the run from a text.
            is_secret_place: whether the place holds secrets, so that none of its strings is kept.
        """
        return Datum(self.type, _Keeper(mask).kept(self.value, hide=is_secret_place), self.size)

    def to_json(self) -> dict[str, Any]:
        """The datum as a JSON value."""
        return {"type": self.type, "value": self.value, "size": self.size}

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Datum:
        """The inverse of `to_json`."""
        return cls(value["type"], value["value"], value["size"])


MISSING: Final = Datum("missing")
# Stands for the absence of a JSON value, as None stands for null.
NOTHING: Final = object()


def datum(value: Any) -> Datum:
    """A JSON value with its type and its size."""
    return Datum(type_of(value), value, len(value) if isinstance(value, str | list | dict) else 0)


def type_of(value: Any) -> JsonType:
    """The JSON type of a value; a whole number written with a decimal point is a number."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, int):
        return "integer"
    if isinstance(value, float):
        return "number"
    if isinstance(value, str):
        return "string"
    return "array" if isinstance(value, list) else "object"


def kept_text(text: str, mask: Callable[[str], str]) -> str:
    """A text as a finding keeps it: masked and cut."""
    return masked_start(str(text), MOST_CHARACTERS, mask)


class _Keeper:
    """Masks and cuts one value."""

    def __init__(self, mask: Callable[[str], str]) -> None:
        self._mask = mask
        self._left = MOST_VALUES

    def kept(self, value: Any, *, hide: bool, level: int = 0) -> Any:
        """The value, masked and cut; `hide` if it is, or is inside, a member with the name of a secret."""
        self._left -= 1
        if isinstance(value, str):
            return MASK if hide else kept_text(value, self._mask)
        if isinstance(value, list):
            return [self.kept(item, hide=hide, level=level + 1) for item in self._first(value, level)]
        if isinstance(value, dict):
            return {
                kept_text(name, self._mask): self.kept(item, hide=hide or is_secret(str(name)), level=level + 1)
                for name, item in self._first(value.items(), level)
            }
        # A secret of digits may be sent as a number.
        return value if isinstance(value, bool | None) or self._mask(str(value)) == str(value) else MASK

    def _first(self, items: Iterable[_T], level: int) -> Iterator[_T]:
        """As many items as may be kept; lazily, because the values inside earlier items count, too."""
        if level < MOST_LEVELS:
            yield from (item for item in islice(items, MOST_ITEMS) if self._left > 0)
