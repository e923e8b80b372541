"""Quoting for a POSIX shell: words with expansions, and bytes that no word can hold."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from typing import Final

from ecsuite.reproduce.parts import Count, Hole, Parts, joined, repeats

# Characters of one argument; its limit on Linux is 128 KiB. Longer texts are sent through a pipe.
LONGEST_WORD: Final = 60_000
_PLAIN: Final = re.compile(r'[^"$`\\!\n]*')


def expansion(hole: Hole) -> str:
    """A hole as an expansion inside double quotes: `$token`."""
    text = f"${hole.variable}" if hole.variable else ""
    for function, count in hole.functions:
        words = [function, *([_count(count)] if count else []), *([f'"{text}"'] if text else [])]
        text = f"$({' '.join(words)})"
    return text


def _count(count: Count) -> str:
    if not count.of:
        return str(count.plus)
    more = f" {'+' if count.plus > 0 else '-'} {abs(count.plus)}" if count.plus else ""
    return f"$((${{#{count.of}}}{' / 2' if count.half else ''}{more}))"


def fits_a_word(parts: Parts) -> bool:
    """Whether one argument can hold a text: it has no NUL, and is not too long."""
    texts = [part for part in parts if isinstance(part, str)]
    return sum(map(len, texts)) <= LONGEST_WORD and not any("\0" in text for text in texts)


def word(parts: Parts) -> str:
    """Quote a text as one argument of a command."""
    parts = joined(parts)
    texts = [part for part in parts if isinstance(part, str)]
    if len(texts) < len(parts) and all(_PLAIN.fullmatch(text) and text.isprintable() for text in texts):
        return f'"{"".join(_expanded(parts))}"'
    return "".join(f'"{expansion(part)}"' if isinstance(part, Hole) else _literal(part) for part in parts) or "''"


def _expanded(parts: Parts) -> Iterator[str]:
    """Yield the parts as text inside double quotes; a variable gets braces if a letter, digit or underscore follows."""
    for index, part in enumerate(parts):
        after = parts[index + 1] if index + 1 < len(parts) else ""
        if isinstance(part, str):
            yield part
        elif not part.functions and isinstance(after, str) and (after[:1].isalnum() or after[:1] == "_"):
            yield f"${{{part.variable}}}"
        else:
            yield expansion(part)


def _literal(text: str) -> str:
    """Quote a text without expansion; characters that are not printable are written as octal bytes."""
    pieces = (
        shlex.quote(piece) if is_printable else f"\"$(printf '{octal(piece)}')\"" for is_printable, piece in _runs(text)
    )
    return "".join(pieces)


def _runs(text: str) -> Iterator[tuple[bool, str]]:
    """Split a text into printable and unprintable runs."""
    start = 0
    for index in range(1, len(text) + 1):
        if index == len(text) or _stands(text[index]) != _stands(text[start]):
            yield _stands(text[start]), text[start:index]
            start = index


def _stands(char: str) -> bool:
    return char.isprintable() or char == "\n"


def octal(text: str) -> str:
    """The bytes of a text as octal escapes for printf."""
    try:
        content = text.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        # A lone surrogate that does not stand for an undecodable byte.
        content = text.encode("utf-8", "surrogatepass")
    return "".join(f"\\{byte:03o}" for byte in content)


def feed(parts: Parts) -> str:
    """Commands that print any text unchanged to their standard output."""
    commands = list(_printing(parts))
    return commands[0] if len(commands) == 1 else f"{{ {'; '.join(commands)}; }}"


def _printing(parts: Parts) -> Iterator[str]:
    if not any(parts):
        yield "printf ''"
    for part in parts:
        if isinstance(part, Hole):
            yield f"printf '%s' \"{expansion(part)}\""
            continue
        for text, times in repeats(part):
            if times > 1:
                yield f"printf '%{times}s' '' | tr ' ' '{octal(text)}'"
            else:
                yield from _printing_text(text)


def _printing_text(text: str) -> Iterator[str]:
    for is_printable, piece in _runs(text):
        yield f"printf '%s' {shlex.quote(piece)}" if is_printable else f"printf '{octal(piece)}'"
