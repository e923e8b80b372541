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
    """Replace Norwegian letters by ASCII ones."""
    return text.translate(str.maketrans("ÆØÅæøå", "EOAeoa"))


def question_marks(text: str) -> str:
    """Replace characters that Latin-1 lacks by question marks."""
    return text.encode("latin-1", "replace").decode("latin-1")


def mojibake(text: str) -> str:
    """Decode UTF-8 as Latin-1."""
    return text.encode().decode("latin-1")


def float32(number: float) -> float:
    """Round a number to single precision."""
    return float(struct.unpack("f", struct.pack("f", number))[0])


def swapped(location: dict[str, Any]) -> dict[str, Any]:
    """Swap coordinates; either may be missing if the contract allows that."""
    other = {"latitude": "longitude", "longitude": "latitude"}
    return {other.get(name, name): value for name, value in location.items()}


def unwrapped(body: Any) -> Any:
    """The content of an array."""
    return body[0] if isinstance(body, list) else body


def from_text(body: Any) -> Any:
    """The value of a JSON text."""
    return json.loads(body) if isinstance(body, str) else body


def shortened(count: int, text: str) -> str:
    """The first characters of a text."""
    return text[:count]


def with_body(answer: Answer) -> Answer:
    """A response with a body although its status allows none."""
    return replace(answer, headers={**answer.headers, "Content-Length": "4"}, content=b"gone")


def more(body: Any) -> Any:
    """A JSON value with additional members in every object."""
    if isinstance(body, dict):
        return {"aaa": None, **{name: more(own) for name, own in body.items()}, "zzz": {"deep": [1, "x"]}}
    return [more(item) for item in body] if isinstance(body, list) else body


def backwards(body: Any) -> Any:
    """A JSON value with the members of objects in another order."""
    if isinstance(body, dict):
        return {name: backwards(own) for name, own in reversed(body.items())}
    return [backwards(item) for item in body] if isinstance(body, list) else body


def has_unknown(members: frozenset[str], body: dict[str, Any]) -> bool:
    """Whether an object has an unknown member."""
    return not members.issuperset(body)


def unusual_text(body: Any) -> bool:
    """Whether a value contains an unusual string: unprintable, padded, long, decomposed, or beyond 16 bits."""
    if isinstance(body, dict | list):
        return any(map(unusual_text, body.values() if isinstance(body, dict) else body))
    if not isinstance(body, str):
        return False
    composed = unicodedata.normalize("NFC", body) == body
    return not (body.isprintable() and body.strip() == body and body.isascii() | composed and len(body) < LONG) or any(
        ord(letter) >= BEYOND_16_BITS for letter in body
    )


def two_hours_later(text: str) -> str:
    """A timestamp in local time that claims to be UTC."""
    return (datetime.fromisoformat(text) + timedelta(hours=2)).isoformat()


def zulu(text: str) -> str:
    """A timestamp in UTC that ends in Z, with at most three fractional digits."""
    return f"{text.removesuffix('+00:00')[:23]}Z"


def loud(answer: Answer) -> Answer:
    """A media type in upper case, with a charset."""
    headers = {
        name: f'{own.upper()}; charset="Utf-8"' if name == "Content-Type" else own
        for name, own in answer.headers.items()
    }
    return replace(answer, headers=headers)
