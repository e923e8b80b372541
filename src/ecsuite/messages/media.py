"""Media types, and the two that bodies of the API are written in: JSON and forms."""

from __future__ import annotations

import json
import math
import re
from collections import Counter, deque
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Final, Literal, NamedTuple, TypeVar
from urllib.parse import parse_qsl

FORM = "application/x-www-form-urlencoded"
JSON_SUFFIXES = ("/json", "+json")


# What is nested deeper is not read: .NET's reader stops at 64, and no body of the API comes near that.
DEEPEST: Final = 100
# Bodies of so many bytes are remembered, and so many of them.
_REMEMBERED: Final = range(2_000, 1_000_000)
_MOST_REMEMBERED: Final = 16
# A value that is nothing but empty lists in each other, too deep to be read.
_NEST: Final = re.compile(rb"(?<=[:,])\s*(?:\[\s*){%d,}(?:\]\s*){%d,}" % (DEEPEST // 2, DEEPEST // 2))
_NO_BRACKETS: Final = bytes(set(range(256)) - set(b"[]{}"))
TOO_DEEP: Final = f"it is nested deeper than {DEEPEST} levels"

_T = TypeVar("_T")
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


class MediaType(NamedTuple):
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
    """A JSON text as a value.

    Attributes:
        value: of two values of one member, the last.
        has_whole_floats: whether it writes a whole number with a point, as in 2022.0.
        repeated: the members that have several values, by their paths, with how many (RFC 8259 section 4).
    """

    value: Any
    has_whole_floats: bool = False
    repeated: tuple[tuple[tuple[str | int, ...], int], ...] = ()
    _derived: dict[Hashable, Any] = field(default_factory=dict, repr=False, compare=False)

    def derived(self, key: Hashable, derive: Callable[[], _T]) -> _T:
        """What follows from the value, computed once for each key and then kept with it; it is not to be changed."""
        if key not in self._derived:
            self._derived[key] = derive()
        known: _T = self._derived[key]
        return known


def read_json(body: bytes, *, is_strict: bool = False) -> Json:
    """Read a JSON text as RFC 8259 wants it.

    An escape can stand for a lone surrogate, which is no character and cannot be written (section 8.2). A server
    that was sent one may answer with it; it is read as U+FFFD. It may answer with a member that it does not know, too:
    lists in each other, of which a request had too many to be read, are read as one that is empty.

    Args:
        body: the text.
        is_strict: whether both are refused.

    Raises:
        UndecodableError: it is not UTF-8, starts with a byte order mark, or is no JSON.
    """
    try:
        return _read(body, is_strict=is_strict)
    except UndecodableError as error:
        if error.reason != "too-deep" or is_strict:
            raise
        return _read(_NEST.sub(b"[]", body), is_strict=is_strict)


def _read(body: bytes, *, is_strict: bool) -> Json:
    text = _utf8(body)
    reading = _Reading()
    try:
        value = json.loads(text, parse_constant=_no_json, parse_float=reading.number, object_pairs_hook=reading.members)
        if _may_be_deep(body):
            _require_shallow(value)
        read = _characters(value, is_strict=is_strict) if "\\u" in text else value
    except UndecodableError:
        raise
    except RecursionError:
        raise UndecodableError("too-deep", TOO_DEEP) from None
    except ValueError as error:
        raise UndecodableError("not-json", f"it is no JSON: {_said(error)}") from None
    return Json(read, bool(reading.whole), tuple(_places(value, reading.repeating)) if reading.repeating else ())


def read_json_once(body: bytes) -> Json:
    """The same for a body that may have come before, as lists do that are read again and again; raises as `read_json`.

    Bodies with the same bytes are the same value, so nobody may change it.
    """
    return _remembered(body) if len(body) in _REMEMBERED else read_json(body)


@lru_cache(maxsize=_MOST_REMEMBERED)
def _remembered(body: bytes) -> Json:
    return read_json(body)


def _said(error: ValueError) -> str:
    if not isinstance(error, json.JSONDecodeError):
        return str(error)
    # Some of them end so that a place may follow.
    return f"{error.msg.removesuffix(' at')} at character {error.pos}"


@dataclass(slots=True)
class _Reading:
    """What is noticed while a JSON text is read: whole numbers with a point, and objects with a member twice."""

    whole: list[str] = field(default_factory=list)
    repeating: list[tuple[dict[str, Any], dict[str, int]]] = field(default_factory=list)

    def number(self, text: str) -> float:
        value = float(text)
        if math.isinf(value):
            raise UndecodableError("too-large", f"it holds {text[:20]}, a number beyond every range")
        if value.is_integer():
            self.whole.append(text)
        return value

    def members(self, pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        value = dict(pairs)
        if len(value) != len(pairs):
            counts = Counter(name for name, _ in pairs)
            self.repeating.append((value, {name: count for name, count in counts.items() if count > 1}))
        return value


def _may_be_deep(body: bytes) -> bool:
    """Whether a JSON text may be nested too deep; quick, and sure of most that are not."""
    brackets = body.translate(None, _NO_BRACKETS)
    for gone in range(DEEPEST // 2):
        # Of what is nested, each step takes away a level or two.
        outer = brackets.replace(b"[]", b"").replace(b"{}", b"")
        if len(outer) == len(brackets):
            # Nothing is nested in what is left but for brackets that stand in texts.
            return 2 * gone + len(outer) > DEEPEST
        brackets = outer
    return True


def _require_shallow(value: Any) -> None:
    """See that a value is nested no deeper than the readers of a body can follow.

    Raises:
        UndecodableError: it is.
    """
    level = [value]
    for _ in range(DEEPEST):
        level = [part for each in level for part in _parts(each)]
        if not level:
            return
    if any(isinstance(each, dict | list) for each in level):
        raise UndecodableError("too-deep", TOO_DEEP)


def _parts(value: Any) -> Iterable[Any]:
    if isinstance(value, dict):
        return value.values()
    return value if isinstance(value, list) else ()


def _places(
    value: Any, repeating: Sequence[tuple[dict[str, Any], Mapping[str, int]]]
) -> Iterator[tuple[tuple[str | int, ...], int]]:
    """The paths of the members that have several values, but for those inside a value that does not count itself."""
    wanted = {id(each): counts for each, counts in repeating}
    waiting: deque[tuple[tuple[str | int, ...], Any]] = deque([((), value)])
    while waiting:
        path, each = waiting.popleft()
        for name, count in wanted.pop(id(each), {}).items():
            yield (*path, name), count
        if isinstance(each, dict):
            waiting.extend(((*path, name), part) for name, part in each.items())
        elif isinstance(each, list):
            waiting.extend(((*path, index), part) for index, part in enumerate(each))


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
