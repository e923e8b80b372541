"""Media types, and the two formats of the API's bodies: JSON and forms."""

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


# Deeper nesting is not read: .NET's reader stops at 64, and no body of the API comes near that.
DEEPEST: Final = 100
# The sizes of bodies whose values are cached, in bytes, and how many are.
_REMEMBERED: Final = range(2_000, 1_000_000)
_MOST_REMEMBERED: Final = 16
# A value that consists of nested empty lists only, too deep to be read.
_NEST: Final = re.compile(rb"(?<=[:,])\s*(?:\[\s*){%d,}(?:\]\s*){%d,}" % (DEEPEST // 2, DEEPEST // 2))
_NO_BRACKETS: Final = bytes(set(range(256)) - set(b"[]{}"))
TOO_DEEP: Final = f"it is nested deeper than {DEEPEST} levels"

_T = TypeVar("_T")
Reason = Literal["byte-order-mark", "lone-surrogate", "not-a-form", "not-json", "not-utf-8", "too-deep", "too-large"]


class UndecodableError(ValueError):
    """A body is not what its media type says.

    Args:
        reason: the reason for programs.
        text: the reason for people.
    """

    def __init__(self, reason: Reason, text: str) -> None:
        self.reason = reason
        super().__init__(text)


# A parameter's value may be quoted, and then contain anything (RFC 9110 section 5.6.6).
_PARAMETER: Final = re.compile(r';[ \t]*(?P<name>[^;="]*?)[ \t]*=[ \t]*(?P<value>"(?:[^"\\]|\\.)*"|[^;]*)')


def _unquoted(value: str) -> str:
    return re.sub(r"\\(.)", r"\1", value[1:-1]) if value[:1] == '"' else value


class MediaType(NamedTuple):
    """A media type without its parameters, and its charset ("" if none is given); both in lower case."""

    essence: str
    charset: str

    @classmethod
    def of(cls, header: str | None) -> MediaType:
        """The media type in a Content-Type field."""
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
    """The value of a JSON text.

    Attributes:
        value: the value; if a member occurs more than once, its last value counts.
        has_whole_floats: whether a whole number is written with a decimal point, as in 2022.0.
        repeated: the paths of members that occur more than once, with the number of times (RFC 8259 section 4).
    """

    value: Any
    has_whole_floats: bool = False
    repeated: tuple[tuple[tuple[str | int, ...], int], ...] = ()
    _derived: dict[Hashable, Any] = field(default_factory=dict, repr=False, compare=False)

    def derived(self, key: Hashable, derive: Callable[[], _T]) -> _T:
        """A result that depends on the value only, computed once for each key and cached; it must not be changed."""
        if key not in self._derived:
            self._derived[key] = derive()
        known: _T = self._derived[key]
        return known


def read_json(body: bytes, *, is_strict: bool = False) -> Json:
    """Read a JSON text (RFC 8259), tolerating two things that a server may return because it was sent them.

    A lone surrogate, which is no character and cannot be written (section 8.2), is read as U+FFFD. Nested empty lists,
    too deep to be read, are read as one empty list.

    Args:
        body: the text.
        is_strict: whether to refuse both.

    Raises:
        UndecodableError: it is not UTF-8, starts with a byte order mark, is not JSON, is nested too deep, or contains
            a number that is too large.
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
        raise UndecodableError("not-json", f"it is not JSON: {_said(error)}") from None
    return Json(read, bool(reading.whole), tuple(_places(value, reading.repeating)) if reading.repeating else ())


def read_json_once(body: bytes) -> Json:
    """The same with a cache, for bodies such as lists that are read repeatedly; raises as `read_json`.

    Bodies with the same bytes share one value, so it must not be changed.
    """
    return _remembered(body) if len(body) in _REMEMBERED else read_json(body)


@lru_cache(maxsize=_MOST_REMEMBERED)
def _remembered(body: bytes) -> Json:
    return read_json(body)


def _said(error: ValueError) -> str:
    if not isinstance(error, json.JSONDecodeError):
        return str(error)
    # Some messages end with "at" before the position.
    return f"{error.msg.removesuffix(' at')} at character {error.pos}"


@dataclass(slots=True)
class _Reading:
    """Observes while a JSON text is read: whole numbers with a decimal point, and objects with repeated members."""

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
    """Whether a JSON text may be nested too deep: a quick test, which rules out most that are not."""
    brackets = body.translate(None, _NO_BRACKETS)
    for gone in range(DEEPEST // 2):
        # Each step removes one or two levels of nesting.
        outer = brackets.replace(b"[]", b"").replace(b"{}", b"")
        if len(outer) == len(brackets):
            # The remaining brackets cannot be paired, so they are in strings, or close around such.
            return 2 * gone + len(outer) > DEEPEST
        brackets = outer
    return True


def _require_shallow(value: Any) -> None:
    """Require that a value is not nested too deep to be read.

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
    """The paths of repeated members with their numbers; those inside a value that was overwritten are left out."""
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
    """The JSON value of a body; None if it is not JSON, or is null."""
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
        # The body may contain a secret, so the message does not quote it.
        raise UndecodableError("not-a-form", "it is not a form: expected name=value, joined by &, in UTF-8") from None


def _no_json(name: str) -> Any:
    raise UndecodableError("not-json", f"it is not JSON: {name} is not a JSON number")
