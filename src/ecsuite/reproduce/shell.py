"""Text as a POSIX shell has it: words with expansions in them, and bytes that no word holds."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from typing import Final

from ecsuite.reproduce.parts import Count, Hole, Parts, joined, repeats

# One argument of a command has a limit (128 KiB on Linux); what is longer goes through a pipe.
LONGEST_WORD: Final = 60_000
_PLAIN: Final = re.compile(r'[^"$`\\!\n]*')


def expansion(hole: Hole) -> str:
    """A hole as it stands between double quotes: `$token`."""
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
    """Whether an argument of a command can hold it: it has no NUL, and is not too long."""
    texts = [part for part in parts if isinstance(part, str)]
    return sum(map(len, texts)) <= LONGEST_WORD and not any("\0" in text for text in texts)


def word(parts: Parts) -> str:
    """One argument of a command."""
    parts = joined(parts)
    texts = [part for part in parts if isinstance(part, str)]
    if len(texts) < len(parts) and all(_PLAIN.fullmatch(text) and text.isprintable() for text in texts):
        return f'"{"".join(_expanded(parts))}"'
    return "".join(f'"{expansion(part)}"' if isinstance(part, Hole) else _literal(part) for part in parts) or "''"


def _expanded(parts: Parts) -> Iterator[str]:
    """The parts as they stand between double quotes; a variable in braces where its name would go on."""
    for index, part in enumerate(parts):
        after = parts[index + 1] if index + 1 < len(parts) else ""
        if isinstance(part, str):
            yield part
        elif not part.functions and isinstance(after, str) and (after[:1].isalnum() or after[:1] == "_"):
            yield f"${{{part.variable}}}"
        else:
            yield expansion(part)


def _literal(text: str) -> str:
    """A text that is not expanded; what is not printable is written by its bytes."""
    pieces = (
        shlex.quote(piece) if is_printable else f"\"$(printf '{octal(piece)}')\"" for is_printable, piece in _runs(text)
    )
    return "".join(pieces)


def _runs(text: str) -> Iterator[tuple[bool, str]]:
    """The text in pieces, each of characters that can stand between quotes, or of ones that had better not."""
    start = 0
    for index in range(1, len(text) + 1):
        if index == len(text) or _stands(text[index]) != _stands(text[start]):
            yield _stands(text[start]), text[start:index]
            start = index


def _stands(char: str) -> bool:
    return char.isprintable() or char == "\n"


def octal(text: str) -> str:
    """The bytes of a text as a format of printf."""
    try:
        content = text.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        # Half of a character, rather than a byte that was none.
        content = text.encode("utf-8", "surrogatepass")
    return "".join(f"\\{byte:03o}" for byte in content)


def feed(parts: Parts) -> str:
    """Commands that write it to their output, whatever it is."""
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
