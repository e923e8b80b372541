"""Text as a POSIX shell has it: words with expansions in them, and bytes that no word holds."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

# One argument of a command has a limit (128 KiB on Linux); what is longer goes through a pipe.
LONGEST_WORD: Final = 60_000
# So many of one character are written as their number.
LONGEST_RUN: Final = 500
_RUN: Final = re.compile(rf"(.)\1{{{LONGEST_RUN},}}", re.DOTALL)
_VARIABLE: Final = re.compile(r"\$\w+")
_PLAIN: Final = re.compile(r'[^"$`\\!\n]*')


@dataclass(frozen=True, slots=True)
class Hole:
    """An expansion, as it stands between double quotes: `$token`."""

    text: str


# Bytes that are no UTF-8 stand in a text as Python's `surrogateescape` has them.
Parts = tuple[str | Hole, ...]


def parts_of(body: bytes) -> Parts:
    """Bytes as one part of a text."""
    return (body.decode("utf-8", "surrogateescape"),)


def joined(parts: Iterable[str | Hole]) -> Parts:
    """The same with texts that follow each other made one."""
    found: list[str | Hole] = []
    for part in parts:
        if found and isinstance(part, str) and isinstance(found[-1], str):
            found[-1] += part
        elif part:
            found.append(part)
    return tuple(found)


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
    return "".join(f'"{part.text}"' if isinstance(part, Hole) else _literal(part) for part in parts) or "''"


def _expanded(parts: Parts) -> Iterator[str]:
    """The parts as they stand between double quotes; a variable in braces where its name would go on."""
    for index, part in enumerate(parts):
        after = parts[index + 1] if index + 1 < len(parts) else ""
        if isinstance(part, str):
            yield part
        elif _VARIABLE.fullmatch(part.text) and isinstance(after, str) and (after[:1].isalnum() or after[:1] == "_"):
            yield f"${{{part.text[1:]}}}"
        else:
            yield part.text


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
    return "".join(f"\\{byte:03o}" for byte in text.encode("utf-8", "surrogateescape"))


def feed(parts: Parts) -> str:
    """Commands that write it to their output, whatever it is."""
    commands = list(_printing(parts))
    return commands[0] if len(commands) == 1 else f"{{ {'; '.join(commands)}; }}"


def _printing(parts: Parts) -> Iterator[str]:
    if not any(parts):
        yield "printf ''"
    for part in parts:
        if isinstance(part, Hole):
            yield f"printf '%s' \"{part.text}\""
            continue
        for text, times in _repeats(part):
            if times > 1:
                yield f"printf '%{times}s' '' | tr ' ' '{octal(text)}'"
            else:
                yield from _printing_text(text)


def _printing_text(text: str) -> Iterator[str]:
    for is_printable, piece in _runs(text):
        yield f"printf '%s' {shlex.quote(piece)}" if is_printable else f"printf '{octal(piece)}'"


def _repeats(text: str) -> Iterator[tuple[str, int]]:
    """The text in pieces, with how often each stands there: an ASCII character many times, all others once."""
    start = 0
    for run in _RUN.finditer(text):
        if run[1].isascii() and run[1] != "\0":
            yield from ((text[start : run.start()], 1),) if run.start() > start else ()
            yield run[1], len(run[0])
            start = run.end()
    if start < len(text):
        yield text[start:], 1


def comment(lines: Iterable[str]) -> list[str]:
    """Lines as comments."""
    return [f"# {line}".rstrip() for text in lines for line in (text.splitlines() or [""])]
