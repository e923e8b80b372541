"""How a value was altered, so that the same alteration of several members is recognized as one fault.

A server alters values in its responses, or reads a wrong value of a request as another one.
"""

from __future__ import annotations

import html
import unicodedata
from difflib import SequenceMatcher
from math import log10
from typing import Any, Final

from ecsuite.compare import read_time
from ecsuite.findings.breach import Breach

_NUMBERS: Final = frozenset({"integer", "number"})
# The kind of alteration of timestamps that are shifted.
TIME: Final = "time"
# How a value of an enum is read without regard to case, or by its number.
ENUM: Final = ("enum",)
_ROUNDED: Final = 0.01
# Kinds of wrong values that code for several operations accepts alike: a type, a value that is not listed, or none.
_TAKEN: Final = frozenset({"type", "const", "enum", "required"})
_ASCII: Final = "\x7f"
_BASIC_PLANE: Final = "\uffff"


def alteration(breach: Breach) -> tuple[str, ...]:
    """How a string or a number that came back changed was altered; empty if other members are unlikely to share it.

    Of a list it is the order of members of this name, of a timestamp by how many minutes it is shifted, and of another
    string the first difference. Characters beyond ASCII and beyond the basic plane are one kind each: a server that
    loses one of them loses all.
    """
    before, after = breach.expected.value, breach.actual.value
    if breach.kind == "order":
        return ("order", *(str(token) for token in breach.at.path[-1:]))
    if breach.kind != "changed":
        return ()
    # A masked number is a string.
    if (
        {breach.expected.type, breach.actual.type} <= _NUMBERS
        and not isinstance(before, str | None)
        and not isinstance(after, str | None)
    ):
        return _of_number(before, after)
    if not isinstance(before, str) or not isinstance(after, str):
        return ()
    return _of_times(before, after) or _of_text(before, after)


def lenient_reading(breach: Breach) -> tuple[str, ...]:
    """How a server read a wrong value of a request body as a valid one; empty if others are unlikely to be read so.

    JSON libraries read numbers in strings, numbers as strings, and values of an enum in other letters or by
    number: of all members or of none.
    """
    because = breach.because
    if because is None or because.at.part != "request-body":
        return ()
    schema, actual = because.expected.value, because.actual
    if actual.type == "null" and because.at.path and isinstance(because.at.path[-1], int):
        return ("null in a list",)
    if because.kind in {"enum", "const"}:
        return ENUM if actual.type == "integer" or _is_in_other_letters(actual.value, schema) else ()
    types = schema.get("type", ()) if because.kind == "type" and isinstance(schema, dict) else ()
    named = {types} if isinstance(types, str) else {*types} - {"null"}
    wanted = sorted({"number" if each == "integer" else each for each in named})
    return (*wanted, "from", actual.type) if wanted else ()


def taken_value(breach: Breach) -> tuple[object, ...]:
    """The name of a member of a request body, and the wrong value that a server accepted there; empty for none."""
    because = breach.because
    if because is None or because.at.part != "request-body" or because.kind not in _TAKEN:
        return ()
    name = next((token for token in reversed(because.at.path) if isinstance(token, str)), "")
    return (name, because.actual.type, str(because.actual.value)) if name else ()


def _is_in_other_letters(value: Any, schema: Any) -> bool:
    allowed = [*schema.get("enum", ()), schema.get("const")] if isinstance(schema, dict) else ()
    return isinstance(value, str) and value.lower() in {each.lower() for each in allowed if isinstance(each, str)}


def _of_number(before: float, after: float) -> tuple[str, ...]:
    """Multiplied by -1 or a power of ten, such as an exponent that is not read; or rounded."""
    if not before or not after:
        return ()
    factor = after / before
    if abs(factor - 1) < _ROUNDED:
        return ("rounded",)
    power = round(log10(abs(factor)), 6)
    return ("times", f"{'-' if factor < 0 else ''}1e{power:g}") if power.is_integer() else ()


def _of_times(before: str, after: str) -> tuple[str, ...]:
    """By how many minutes a timestamp is shifted; empty if the texts are none, or the same instant."""
    try:
        minutes = round((read_time(after) - read_time(before)).total_seconds() / 60)
    except (ValueError, TypeError):
        return ()
    return (TIME, str(minutes)) if minutes else ()


def _of_text(before: str, after: str) -> tuple[str, ...]:
    if before.strip() == after:
        return ("trimmed",)
    plain = html.unescape(after)
    # Long texts are recorded up to a length, so that an escaped one ends earlier.
    if plain != after and before.startswith(plain):
        return ("escaped for HTML",)
    for name, changed in (("lower", str.lower), ("upper", str.upper), ("without accents", _without_accents)):
        if changed(before) == after:
            return (name,)
    if before.startswith(after):
        return ("cut", str(len(after)))
    steps = SequenceMatcher(None, before, after, autojunk=False).get_opcodes()
    return next((_step(before[a:b], after[c:d]) for step, a, b, c, d in steps if step != "equal"), ())


def _without_accents(text: str) -> str:
    """A text with plain letters in the place of those with an accent, which Unicode can take apart."""
    return "".join(each for each in unicodedata.normalize("NFD", text) if not unicodedata.combining(each))


def _step(lost: str, got: str) -> tuple[str, ...]:
    highest = max(lost, default="")
    kind = "beyond the basic plane" if highest > _BASIC_PLANE else "beyond ASCII" if highest > _ASCII else lost
    return (kind, "" if kind == lost or got.isascii() else "other letters", got if got.isascii() else "")
