"""Regular expressions for texts in any spelling: each character plain, or escaped in any way, several times over.

JSON, Python and JavaScript escape with backslashes, URLs and forms with percent signs, HTML with ampersands; each may
be escaped by another of them. Every repetition is bounded, so that the time of a search is proportional to the length
of the text.
"""

from __future__ import annotations

import html.entities
import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from itertools import groupby
from operator import itemgetter
from typing import Final

# The characters that begin an escape.
ESCAPING: Final = re.compile(r"[\\%&]")
# The rest of an escaped percent sign, which may be escaped repeatedly.
AGAIN: Final = "(?:25){0,8}"
_BACKSLASHES: Final = rf"(?:\\|%{AGAIN}5[cC]){{0,15}}"
_AMPERSANDS: Final = "(?:amp;|#38;|#[xX]26;){0,4}"
# What a character that could not be decoded is replaced by; tried last, because it may be nothing.
_LOST: Final = r"\ufffd{1,4}|\?{1,4}|"
# After a backslash, these letters stand for themselves only if no such digits follow.
_NO_ESCAPE: Final = {"u": "(?![0-9a-fA-F]{4})", "x": "(?![0-9a-fA-F]{2})"}
# Each character has several; those of HTML 5 without a semicolon are among those of HTML 4.
_NAMES: Final = {
    char: "|".join(sorted(name.rstrip(";") for name, _ in named))
    for char, named in groupby(sorted(html.entities.html5.items(), key=itemgetter(1)), key=itemgetter(1))
    if len(char) == 1
}


def spelt(text: str, *, folded: bool = True, lossy: bool = False) -> str:
    """A regular expression for a text in any spelling.

    Args:
        text: a secret, or a part of one.
        folded: whether to ignore case.
        lossy: whether characters beyond ASCII may have been lost, as by decoding with a wrong encoding.
    """
    # Otherwise each of several backslashes could match those of the next.
    units = ((char, len([*group])) for char, group in groupby(text))
    backslash = (
        r"\\(?:134|[uU]\{?0{0,6}5[cC]\}?|5[cC])|\\|"
        rf"%{AGAIN}5[cC]|&{_AMPERSANDS}(?:#0{{0,8}}92|#[xX]0{{0,8}}5[cC]|bsol);?"
    )
    return "".join(
        f"(?:{backslash}){{{times},{8 + 3 * times}}}" if char == "\\" else _unit(char, folded, lossy) * times
        for char, times in units
    )


@lru_cache(maxsize=2048)
def _unit(char: str, folded: bool, lossy: bool) -> str:  # noqa: FBT001  they are parts of the key
    """A regular expression for one character; its alternatives begin with single characters, so a search is fast."""
    cases = sorted({char, *((char.lower(), char.upper()) if folded else ())})
    cases = [each for each in cases if len(each) == 1]
    if char in " +":
        cases = [" ", "+"]
    plain = [re.escape(each) for each in cases]
    entity = f"{_AMPERSANDS}(?:{'|'.join(part for each in cases for part in _entities(each))});?"
    bytes_of = {code for each in cases for code in (*_bytes(each), *_latin(each))}
    percent = "|".join(f"%{AGAIN}".join(_hex(byte) for byte in code) for code in sorted(bytes_of))
    coded = "|".join(part for each in cases for part in _backslashed(each))
    itself = "|".join(f"{each}{_NO_ESCAPE.get(each.lower(), '')}" for each in plain)
    # Codes come first, because a digit may stand for itself or be part of a code.
    escaped = f"{_BACKSLASHES}(?:{coded}|{itself}|(?:%|u0025){AGAIN}(?:{percent})|(?:u0026|&){entity})"
    alternatives = [
        *plain,
        rf"\\(?:{escaped})",
        f"%{AGAIN}(?:{percent}|5[cC](?:{escaped})|26{entity})",
        f"&{entity}",
        *(_misread(each) for each in cases if not each.isascii()),
        *(re.escape(apart) for each in cases if (apart := unicodedata.normalize("NFD", each)) != each),
        *([_LOST] if lossy and not char.isascii() else ()),
    ]
    return f"(?:{'|'.join(alternatives)})"


def _misread(char: str) -> str:
    """A character of which each byte was decoded as a character of its own."""
    return "".join(rf"(?:\x{byte:02x}|\\{_BACKSLASHES}(?:x|u00){_hex(byte)})" for byte in next(_bytes(char)))


def _bytes(char: str) -> Iterator[bytes]:
    yield char.encode("utf-8", "surrogatepass")


def _latin(char: str) -> Iterator[bytes]:
    if char <= "\xff":
        yield char.encode("latin-1")


def _entities(char: str) -> Iterator[str]:
    yield f"#0{{0,8}}{ord(char)}"
    yield f"#[xX]0{{0,8}}{_any_case(f'{ord(char):x}')}"
    if char in _NAMES:
        yield f"(?:{_NAMES[char]})"


def _backslashed(char: str) -> Iterator[str]:
    """What may follow the backslash in an escape of a character."""
    code = _any_case(f"{ord(char):x}")
    yield rf"[uU](?:0{{0,6}}{code}|\{{0{{0,4}}{code}\}})"
    for each in (*_bytes(char), *_latin(char)):
        yield r"\\{1,16}".join(f"{byte:03o}" for byte in each)
        yield r"\\{1,16}".join(f"x{_hex(byte)}" for byte in each)
    if char > "\uffff":
        units = char.encode("utf-16-be")
        yield r"\\{1,16}".join(f"u{_any_case(units[at : at + 2].hex())}" for at in (0, 2))


def _hex(byte: int) -> str:
    return _any_case(f"{byte:02x}")


def _any_case(digits: str) -> str:
    return "".join(f"[{each}{each.upper()}]" if each.isalpha() else each for each in digits)
