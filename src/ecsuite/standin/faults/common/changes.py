"""Changes of values and responses, as servers make them."""

from __future__ import annotations

import json
import struct
import unicodedata
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Final

from ecsuite.standin.parts import Answer

LONG: Final = 256


BEYOND_16_BITS: Final = 0x10000


def ascii_only(text: str) -> str:
    """Norwegian letters become plain ones."""
    return text.translate(str.maketrans("ÆØÅæøå", "EOAeoa"))


def question_marks(text: str) -> str:
    """What Latin-1 lacks becomes a question mark."""
    return text.encode("latin-1", "replace").decode("latin-1")


def mojibake(text: str) -> str:
    """UTF-8 that was read as Latin-1."""
    return text.encode().decode("latin-1")


def float32(number: float) -> float:
    """A number that went through 32 bits."""
    return float(struct.unpack("f", struct.pack("f", number))[0])


def swapped(location: dict[str, Any]) -> dict[str, Any]:
    """Coordinates the wrong way round; either may be missing where the contract has them so."""
    other = {"latitude": "longitude", "longitude": "latitude"}
    return {other.get(name, name): value for name, value in location.items()}


def unwrapped(body: Any) -> Any:
    """What stands in an array."""
    return body[0] if isinstance(body, list) else body


def from_text(body: Any) -> Any:
    """What stands in a JSON text."""
    return json.loads(body) if isinstance(body, str) else body


def shortened(count: int, text: str) -> str:
    """The first characters of a text."""
    return text[:count]


def with_body(answer: Answer) -> Answer:
    """A response with a body that its status has no place for."""
    return replace(answer, headers={**answer.headers, "Content-Length": "4"}, content=b"gone")


def more(body: Any) -> Any:
    """A JSON value with further members in every object."""
    if isinstance(body, dict):
        return {"aaa": None, **{name: more(own) for name, own in body.items()}, "zzz": {"deep": [1, "x"]}}
    return [more(item) for item in body] if isinstance(body, list) else body


def backwards(body: Any) -> Any:
    """A JSON value with the members of objects in another order."""
    if isinstance(body, dict):
        return {name: backwards(own) for name, own in reversed(body.items())}
    return [backwards(item) for item in body] if isinstance(body, list) else body


def has_unknown(members: frozenset[str], body: dict[str, Any]) -> bool:
    """Whether there is a member that is not known."""
    return not members.issuperset(body)


def unusual_text(body: Any) -> bool:
    """Whether there is a text in it that no plain form would let through."""
    if isinstance(body, dict | list):
        return any(map(unusual_text, body.values() if isinstance(body, dict) else body))
    if not isinstance(body, str):
        return False
    composed = unicodedata.normalize("NFC", body) == body
    return not (body.isprintable() and body.strip() == body and body.isascii() | composed and len(body) < LONG) or any(
        ord(letter) >= BEYOND_16_BITS for letter in body
    )


def two_hours_later(text: str) -> str:
    """A time stamp of local time that is called UTC."""
    return (datetime.fromisoformat(text) + timedelta(hours=2)).isoformat()


def zulu(text: str) -> str:
    """A time stamp in UTC that ends in Z, with three digits at most."""
    return f"{text.removesuffix('+00:00')[:23]}Z"


def loud(answer: Answer) -> Answer:
    """A media type in capitals, with a charset."""
    headers = {
        name: f'{own.upper()}; charset="Utf-8"' if name == "Content-Type" else own
        for name, own in answer.headers.items()
    }
    return replace(answer, headers=headers)
