"""Joins text that is broken up: by line ends, terminal styles, the encodings of mail, or separators between letters."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from typing import Final

Span = tuple[int, int]

_LINE_END: Final = r"(?:\r?\n|\\{1,8}r\\{1,8}n|\\{1,8}n)"
# A folded line continues after whitespace.
_FOLD: Final = rf"{_LINE_END}[ \t]{{0,40}}"
# An escape sequence that sets the style of a terminal, itself escaped or not.
_STYLE: Final = r"(?:\x1b|\\{1,8}(?:x1b|u001b|033))\[[0-9;]{0,20}m"
# The end of one encoded word of a mail header and the start of the next (RFC 2047 section 2).
_NEXT_WORD: Final = rf"\?={_LINE_END}?[ \t]{{1,8}}=\?[^?\s]{{1,20}}\?[bBqQ]\?"
_BREAK: Final = re.compile(f"{_NEXT_WORD}|{_FOLD}|{_STYLE}")
# Quoted-printable (RFC 2045 section 6.7).
_QUOTED: Final = re.compile(rf"=(?:([0-9A-Fa-f]{{2}})|{_LINE_END})")
# Characters that are items of a list each, and characters with separators between them.
_LETTER: Final = r"(?:\"(?:\\.|[^\"\\])\"|'(?:\\.|[^'\\])')"
_LISTED: Final = re.compile(rf"(?:{_LETTER}\s{{0,40}},\s{{0,40}}){{7,}}{_LETTER}")
_ITEM: Final = re.compile(r"([\"'])\\?(.)\1")
_SPREAD: Final = (re.compile(r"(?:\S ){7,}\S"), re.compile(r"(?:\S, ){7,}\S"), re.compile(r"(?:[^,\s],){7,}[^,\s]"))


def places_of(text: str, parts: Iterable[str]) -> Iterator[Span]:
    """Every occurrence of some parts in a text."""
    for part in parts:
        start = text.find(part)
        while start >= 0:
            yield start, start + len(part)
            start = text.find(part, start + len(part))


def put_together(text: str) -> Iterator[tuple[str, Callable[[int, int], Span]]]:
    """Each joined version of a text or of a part of it, with the function that maps its places to those in the text."""
    if _BREAK.search(text):
        yield _replaced(text, ((match.span(), "") for match in _BREAK.finditer(text)))
    if _QUOTED.search(text):
        found = _QUOTED.finditer(text)
        yield _replaced(text, ((match.span(), chr(int(match[1], 16)) if match[1] else "") for match in found))
    for match in _LISTED.finditer(text):
        items = [*_ITEM.finditer(text, *match.span())]
        yield "".join(item[2] for item in items), partial(_of_letters, [item.span() for item in items])
    for pattern in _SPREAD:
        for match in pattern.finditer(text):
            step = 2 if pattern is not _SPREAD[1] else 3
            spans = [(at, at + 1) for at in range(match.start(), match.end(), step)]
            yield match[0][::step], partial(_of_letters, spans)


def _replaced(text: str, parts: Iterable[tuple[Span, str]]) -> tuple[str, Callable[[int, int], Span]]:
    """A text with some of its parts deleted, or replaced by a character, and the map of its places."""
    pieces: list[str] = []
    # The start of each piece in the new text, and in the old one.
    new, old = [0], [0]
    at = length = 0
    for (start, end), character in parts:
        pieces += [text[at:start], character]
        for begins, piece in ((at, text[at:start]), (start, character)):
            new.append(length)
            old.append(begins)
            length += len(piece)
        at = end
        new.append(length)
        old.append(at)
    return "".join([*pieces, text[at:]]), partial(_among_pieces, new, old)


def _among_pieces(new: Sequence[int], old: Sequence[int], start: int, end: int) -> Span:
    return _place(new, old, start), _place(new, old, end - 1) + 1


def _place(new: Sequence[int], old: Sequence[int], at: int) -> int:
    piece = bisect_right(new, at) - 1
    return old[piece] + at - new[piece]


def _of_letters(spans: Sequence[Span], start: int, end: int) -> Span:
    return spans[start][0], spans[end - 1][1]
