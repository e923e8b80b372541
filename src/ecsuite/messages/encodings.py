"""Decodes encoded parts of a text: base64 of either alphabet at any alignment, hexadecimal, other forms of bytes."""

from __future__ import annotations

import base64
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from typing import Final

from ecsuite.messages.broken_up import Span, put_together
from ecsuite.messages.escapes import AGAIN

# Maps a range of characters of a decoded part to its place in the text.
Places = Callable[[int, int], Span]

# The fewest characters of base64 that hold eight bytes.
_BASE64: Final = re.compile(r"[A-Za-z0-9+/_-]{11,}")
_PADDED_BASE64: Final = re.compile(r"([A-Za-z0-9+/_-]{11,})(={0,2})")
_LINE_END: Final = r"(?:\r?\n|\\r\\n|\\n)"
_BASE64_ESCAPED: Final = re.compile(rf"(?:[A-Za-z0-9+/_-]+|\\/|%{AGAIN}2[bBfF]|\\{{1,8}}u002[bBfF]|{_LINE_END})+")
_BASE64_ESCAPE: Final = re.compile(
    rf"(?P<slash>\\/|%{AGAIN}2[fF]|\\{{1,8}}u002[fF])|(?P<plus>%{AGAIN}2[bB]|\\{{1,8}}u002[bB])|{_LINE_END}"
)
_ESCAPE: Final = re.compile(r"\\{1,8}u00([0-7][0-9a-fA-F])|%([0-7][0-9a-fA-F])")
_HEX: Final = re.compile(r"[0-9a-fA-F]{2}(?:[ :,-]?[0-9a-fA-F]{2}){3,}")
# Bytes in hexadecimal with a separator or prefix each, and in decimal, as in a list.
_MARKED: Final = re.compile(r"(?:(?:[=;]|0[xX]|,? {0,2}0[xX]|, |\\{1,8}[xX]?|%[uU]00)[0-9a-fA-F]{2} ?){4,}")
_MARKED_BYTE: Final = re.compile(r"(?:[=;]|0[xX]|, |\\{1,8}[xX]?|%[uU]00)([0-9a-fA-F]{2})")
_LISTED: Final = re.compile(r"(?<!\d)(?:-?\d{1,3}[, \n]{1,3}){7,}-?\d{1,3}(?!\d)")
_NUMBER: Final = re.compile(r"-?\d+")
# Invisible characters, such as the NUL in every second byte of UTF-16.
_UNSEEN: Final = re.compile("[\x00\u00ad\u200b-\u200f\u2060-\u2064\ufeff]")
_LARGEST: Final = 255
_BYTES: Final = 256


def encoded(text: str) -> Iterator[tuple[str, Places]]:
    """Each encoded part of a text, decoded to one character a byte, and the function that maps its places back."""
    if _ESCAPE.search(text):
        # Escapes may themselves be escaped.
        yield _without_escapes(text)
    yield from put_together(text)
    yield from _byte_by_byte(text)
    for match in _BASE64.finditer(text):
        yield from _from_base64(match[0], range(match.start(), match.end() + 1))
    if _BASE64_ESCAPE.search(text):
        for match in _BASE64_ESCAPED.finditer(text):
            if _BASE64_ESCAPE.search(match[0]):
                yield from _from_base64(*_unescaped(match))
    for match in _HEX.finditer(text):
        digits = [at for at in range(match.start(), match.end()) if text[at] not in " :,-"]
        for first in (0, 1):
            pairs = [*zip(digits[first::2], digits[first + 1 :: 2], strict=False)]
            decoded = bytes.fromhex("".join(text[one] + text[two] for one, two in pairs)).decode("latin-1")
            yield decoded, partial(_among_pairs, pairs)


def reencoded(text: str, rewrite: Callable[[str], str]) -> str:
    """A text in which each base64 part is decoded, rewritten, and encoded again.

    Args:
        text: any text; the base64 in it must begin and end with the content.
        rewrite: the new content for a content; the same if it is to stay.
    """

    def run(match: re.Match[str]) -> str:
        try:
            decoded = base64.b64decode(match[1] + "=" * (-len(match[1]) % 4), altchars=_alphabet(match[1])).decode()
        except ValueError:
            return match[0]
        rewritten = rewrite(decoded)
        if rewritten == decoded:
            return match[0]
        again = base64.b64encode(rewritten.encode(), altchars=_alphabet(match[1])).decode()
        return again if match[2] or len(match[1]) % 4 == 0 else again.rstrip("=")

    return _PADDED_BASE64.sub(run, text)


def _alphabet(run: str) -> bytes:
    return b"-_" if set(run) & set("-_") else b"+/"


def _without_escapes(text: str) -> tuple[str, Places]:
    pieces: list[str] = []
    places: list[int] = []
    at = 0
    for escape in _ESCAPE.finditer(text):
        pieces += [text[at : escape.start()], chr(int(escape[1] or escape[2], 16))]
        places += range(at, escape.start() + 1)
        at = escape.end()
    return "".join([*pieces, text[at:]]), partial(_among, [*places, *range(at, len(text) + 1)])


def _byte_by_byte(text: str) -> Iterator[tuple[str, Places]]:
    """Text between invisible characters, and bytes that are written as numbers."""
    if _UNSEEN.search(text):
        places = [at for at, char in enumerate(text) if not _UNSEEN.match(char)]
        yield "".join(text[at] for at in places), partial(_among, [*places, len(text)])
    for match in _MARKED.finditer(text):
        yield _of_bytes((each.span(), int(each[1], 16)) for each in _MARKED_BYTE.finditer(text, *match.span()))
    for match in _LISTED.finditer(text):
        yield _of_bytes((each.span(), int(each[0])) for each in _NUMBER.finditer(text, *match.span()))


def _of_bytes(found: Iterable[tuple[Span, int]]) -> tuple[str, Places]:
    """Bytes as one character each, and the map of their places."""
    spans, codes = zip(*found, strict=True)

    def place(start: int, end: int) -> Span:
        return spans[start][0], spans[end - 1][1]

    # A negative number is a signed byte, as Java prints it.
    content = bytes(code % _BYTES if code < 0 else min(code, _LARGEST) for code in codes)
    return content.decode("latin-1"), place


def _among(places: Sequence[int], start: int, end: int) -> Span:
    return places[start], places[end]


def _among_pairs(pairs: Sequence[tuple[int, int]], start: int, end: int) -> Span:
    return pairs[start][0], pairs[end - 1][1] + 1


def _unescaped(match: re.Match[str]) -> tuple[str, list[int]]:
    """A run of base64 without escapes and line ends, the start of each of its characters, and the end."""
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
    """A run of base64, decoded at each alignment, because other text may precede the encoded content."""
    run = run.replace("-", "+").replace("_", "/")
    for first in range(4):
        size = len(run) - first
        # A single remaining character is no whole byte.
        part = run[first : len(run) - (size % 4 == 1)]
        decoded = base64.b64decode(part + "=" * (-len(part) % 4)).decode("latin-1")
        yield decoded, partial(_among_sixes, places, first)


def _among_sixes(places: Sequence[int], first: int, start: int, end: int) -> Span:
    """The characters of base64 that encode a range of bytes."""
    return places[first + start * 8 // 6], places[min(first - (-end * 8 // 6), len(places) - 1)]
