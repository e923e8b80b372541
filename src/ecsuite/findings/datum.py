"""A JSON value as a finding keeps it: masked and cut, with its type and its size as they were."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal

from ecsuite.messages.redact import MASK, is_secret

JsonType = Literal["null", "boolean", "integer", "number", "string", "array", "object", "missing"]
# What a finding keeps of a value: characters of a string, items of an array, members of an object, levels of nesting.
MOST_CHARACTERS: Final = 200
MOST_ITEMS: Final = 20
MOST_LEVELS: Final = 6


@dataclass(frozen=True, slots=True)
class Datum:
    """A JSON value, or the absence of one.

    Attributes:
        type: of the value; `missing` where there is none.
        value: the value, in a finding masked and cut to the bounds above; None where there is none.
        size: characters of a string, items of an array, members of an object, before it was cut; else 0.
    """

    type: JsonType
    value: Any = None
    size: int = 0

    def kept(self, mask: Callable[[str], str]) -> Datum:
        """The datum as a finding keeps it: `mask` takes the secrets of the run out of its texts, and it is cut."""
        return Datum(self.type, _kept(self.value, mask, 0), self.size)

    def to_json(self) -> dict[str, Any]:
        """The datum as a JSON value."""
        return {"type": self.type, "value": self.value, "size": self.size}

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Datum:
        """The datum that `to_json` gave."""
        return cls(value["type"], value["value"], value["size"])


MISSING: Final = Datum("missing")


def datum(value: Any) -> Datum:
    """A JSON value with its type and its size."""
    return Datum(type_of(value), value, len(value) if isinstance(value, str | list | dict) else 0)


def type_of(value: Any) -> JsonType:
    """The JSON type of a value; a whole number that is written with a point is a number."""
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


def _kept(value: Any, mask: Callable[[str], str], level: int) -> Any:
    if isinstance(value, str):
        # Masked before it is cut, for half of a secret would not be known as one.
        return mask(str(value))[:MOST_CHARACTERS]
    if level >= MOST_LEVELS and isinstance(value, list | dict):
        return type(value)()
    if isinstance(value, list):
        return [_kept(item, mask, level + 1) for item in value[:MOST_ITEMS]]
    if isinstance(value, dict):
        return {
            str(name): MASK if is_secret(str(name)) and isinstance(item, str) else _kept(item, mask, level + 1)
            for name, item in list(value.items())[:MOST_ITEMS]
        }
    return value
