"""Media types, and the two that bodies of the API are written in: JSON and forms."""

from __future__ import annotations

import json
import math
import re
from dataclasses import dataclass
from typing import Any, Final, Literal
from urllib.parse import parse_qsl

FORM = "application/x-www-form-urlencoded"
JSON_SUFFIXES = ("/json", "+json")


Reason = Literal["byte-order-mark", "lone-surrogate", "not-a-form", "not-json", "not-utf-8", "too-deep", "too-large"]


class UndecodableError(ValueError):
    """A body that is not what its media type says.

    Args:
        reason: why, for programs.
        text: why, for people.
    """

    def __init__(self, reason: Reason, text: str) -> None:
        self.reason = reason
        super().__init__(text)


# A parameter's value may stand in quotes, and then hold anything (RFC 9110 section 5.6.6).
_PARAMETER: Final = re.compile(r';[ \t]*(?P<name>[^;="]*?)[ \t]*=[ \t]*(?P<value>"(?:[^"\\]|\\.)*"|[^;]*)')


def _unquoted(value: str) -> str:
    return re.sub(r"\\(.)", r"\1", value[1:-1]) if value[:1] == '"' else value


@dataclass(frozen=True, slots=True)
class MediaType:
    """A media type without its parameters, in lower case, and its charset ("" where none is given)."""

    essence: str
    charset: str

    @classmethod
    def of(cls, header: str | None) -> MediaType:
        """The media type that a Content-Type field gives."""
        essence, _, parameters = (header or "").partition(";")
        charset = ""
        for match in _PARAMETER.finditer(f";{parameters}"):
            if match["name"].lower() == "charset":
                charset = _unquoted(match["value"].strip()).lower()
        return cls(essence.strip().lower(), charset)

    @property
    def is_json(self) -> bool:
        """Whether bodies of this type are JSON."""
        return self.essence.endswith(JSON_SUFFIXES)


@dataclass(frozen=True, slots=True)
class Json:
    """A JSON text as a value; `has_whole_floats` where it writes a whole number with a point, as in 2022.0."""

    value: Any
    has_whole_floats: bool = False


def read_json(body: bytes, *, is_strict: bool = False) -> Json:
    """Read a JSON text as RFC 8259 wants it.

    An escape can stand for a lone surrogate, which is no character and cannot be written (section 8.2). A server
    that was sent one may answer with it; it is read as U+FFFD.

    Args:
        body: the text.
        is_strict: whether a lone surrogate is refused.

    Raises:
        UndecodableError: it is not UTF-8, starts with a byte order mark, or is no JSON.
    """
    whole: list[str] = []

    def number(text: str) -> float:
        value = float(text)
        if math.isinf(value):
            raise UndecodableError("too-large", f"it holds {text[:20]}, a number beyond every range")
        if value.is_integer():
            whole.append(text)
        return value

    text = _utf8(body)
    try:
        value = json.loads(text, parse_constant=_no_json, parse_float=number)
        return Json(_characters(value, is_strict=is_strict) if "\\u" in text else value, bool(whole))
    except json.JSONDecodeError as error:
        raise UndecodableError("not-json", f"it is no JSON: {error.msg} at character {error.pos}") from None
    except UndecodableError:
        raise
    except RecursionError:
        raise UndecodableError("too-deep", "it is nested too deep to be read") from None
    except ValueError as error:
        raise UndecodableError("not-json", f"it is no JSON: {error}") from None


def json_or_none(body: bytes) -> Any:
    """The JSON value of a body; None where it is none, or is null."""
    try:
        return read_json(body).value
    except UndecodableError:
        return None


def _characters(value: Any, *, is_strict: bool) -> Any:
    text = json.dumps(value, ensure_ascii=False)
    try:
        text.encode()
    except UnicodeEncodeError:
        if is_strict:
            raise UndecodableError("lone-surrogate", "it holds a lone surrogate, which is no character") from None
        return json.loads(text.encode("utf-16", "surrogatepass").decode("utf-16", "replace"))
    return value


def _utf8(body: bytes) -> str:
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError as error:
        raise UndecodableError("not-utf-8", f"it is not UTF-8 (byte {error.start})") from None
    if text.startswith("\ufeff"):
        raise UndecodableError("byte-order-mark", "it starts with a byte order mark")
    return text


def read_form(body: bytes) -> list[tuple[str, str]]:
    """Read a form as names and values, in order.

    Raises:
        UndecodableError: it is not UTF-8, or has a part without an equals sign.
    """
    try:
        return parse_qsl(body.decode(), keep_blank_values=True, strict_parsing=bool(body), errors="strict")
    except ValueError:
        # What it holds may be a secret, so it is not repeated.
        raise UndecodableError("not-a-form", "it is no form: expected name=value, joined by &, in UTF-8") from None


def _no_json(name: str) -> Any:
    raise UndecodableError("not-json", f"it is no JSON: {name} is no JSON number")
