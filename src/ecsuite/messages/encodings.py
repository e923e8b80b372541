"""What is encoded in a text as a whole, decoded: base64 of either alphabet at any alignment, and hexadecimal."""

from __future__ import annotations

import base64
import re
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Final

Span = tuple[int, int]
# Gives the place in a text of what stands in a decoded part of it, from one character up to another.
Places = Callable[[int, int], Span]

# The fewest characters of base64 that hold eight bytes.
_BASE64: Final = re.compile(r"[A-Za-z0-9+/_-]{11,}")
_AGAIN: Final = "(?:25){0,8}"
_LINE_END: Final = r"(?:\r?\n|\\r\\n|\\n)"
_BASE64_ESCAPED: Final = re.compile(
    rf"(?:[A-Za-z0-9+/_-]{{4,}}|[+/]|\\/|%{_AGAIN}2[bBfF]|\\{{1,8}}u002[bBfF]|{_LINE_END})+"
)
_BASE64_ESCAPE: Final = re.compile(
    rf"(?P<slash>\\/|%{_AGAIN}2[fF]|\\{{1,8}}u002[fF])|(?P<plus>%{_AGAIN}2[bB]|\\{{1,8}}u002[bB])|{_LINE_END}"
)
_ESCAPE: Final = re.compile(r"\\{1,8}u00([0-7][0-9a-fA-F])|%([0-7][0-9a-fA-F])")
_HEX: Final = re.compile(r"[0-9a-fA-F]{2}(?:[ :-]?[0-9a-fA-F]{2}){3,}")


def encoded(text: str) -> Iterator[tuple[str, Places]]:
    """What is encoded in a text, decoded: its bytes as a character each, and what gives their places in the text."""
    if _ESCAPE.search(text):
        # An escape may be made of escapes altogether.
        yield _without_escapes(text)
    for match in _BASE64.finditer(text):
        yield from _from_base64(match[0], range(match.start(), match.end() + 1))
    if _BASE64_ESCAPE.search(text):
        for match in _BASE64_ESCAPED.finditer(text):
            if _BASE64_ESCAPE.search(match[0]):
                yield from _from_base64(*_unescaped(match))
    for match in _HEX.finditer(text):
        digits = [at for at in range(match.start(), match.end()) if text[at] not in " :-"]
        for first in (0, 1):
            pairs = [*zip(digits[first::2], digits[first + 1 :: 2], strict=False)]
            decoded = bytes.fromhex("".join(text[one] + text[two] for one, two in pairs)).decode("latin-1")
            yield decoded, partial(_among_pairs, pairs)


def _without_escapes(text: str) -> tuple[str, Places]:
    pieces: list[str] = []
    places: list[int] = []
    at = 0
    for escape in _ESCAPE.finditer(text):
        pieces += [text[at : escape.start()], chr(int(escape[1] or escape[2], 16))]
        places += range(at, escape.start() + 1)
        at = escape.end()
    return "".join([*pieces, text[at:]]), partial(_among, [*places, *range(at, len(text) + 1)])


def _among(places: Sequence[int], start: int, end: int) -> Span:
    return places[start], places[end]


def _among_pairs(pairs: Sequence[tuple[int, int]], start: int, end: int) -> Span:
    return pairs[start][0], pairs[end - 1][1] + 1


def _unescaped(match: re.Match[str]) -> tuple[str, list[int]]:
    """A run of base64 without its escapes and line ends, and where each of its characters begins; the end, too."""
    pieces: list[str] = []
    places: list[int] = []
    at = match.start()
    for escape in _BASE64_ESCAPE.finditer(match.string, match.start(), match.end()):
        pieces.append(match.string[at : escape.start()])
        places += range(at, escape.start())
        if escape.lastgroup:
            pieces.append("/" if escape.lastgroup == "slash" else "+")
            places.append(escape.start())
        at = escape.end()
    return "".join([*pieces, match.string[at : match.end()]]), [*places, *range(at, match.end() + 1)]


def _from_base64(run: str, places: Sequence[int]) -> Iterator[tuple[str, Places]]:
    """A run of base64 decoded; it may begin before what was encoded."""
    run = run.replace("-", "+").replace("_", "/")
    for first in range(4):
        size = len(run) - first
        # A single character more is no whole byte.
        part = run[first : len(run) - (size % 4 == 1)]
        decoded = base64.b64decode(part + "=" * (-len(part) % 4)).decode("latin-1")
        yield decoded, partial(_among_sixes, places, first)


def _among_sixes(places: Sequence[int], first: int, start: int, end: int) -> Span:
    """The characters of base64 that hold a bit of the bytes from one to another."""
    return places[first + start * 8 // 6], places[min(first - (-end * 8 // 6), len(places) - 1)]
