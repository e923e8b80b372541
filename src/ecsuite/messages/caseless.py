"""Finds encoded secrets whatever surrounds them, even if the case of their letters was lost.

Text that has lost its case cannot be decoded any more. So the secret is encoded instead, and that is searched for: the
characters of the encoding that do not depend on what surrounds the secret.
"""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import Final

from ecsuite.messages.broken_up import Span, places_of

# Folds the case of letters and both alphabets of base64; the length of the text stays the same.
_FOLDED: Final = str.maketrans("ABCDEFGHIJKLMNOPQRSTUVWXYZ-_", "abcdefghijklmnopqrstuvwxyz+/")
# Fewer characters may be an ordinary word.
_SHORTEST: Final = 10


def places(text: str, secret: str) -> Iterator[Span]:
    """The places of a secret in a folded text: in base64, in base32, or reversed."""
    return places_of(text, _cores(secret))


def fold(text: str) -> str:
    """A text without the case of its letters."""
    return text.translate(_FOLDED)


@lru_cache(maxsize=4096)
def _cores(secret: str) -> tuple[str, ...]:
    content = secret.encode(errors="surrogatepass")
    encoded = [*_encoded(content, base64.b64encode, 6, 3), *_encoded(content, base64.b32encode, 5, 5)]
    encoded += _encoded(content, base64.b32hexencode, 5, 5)
    return tuple(core for core in map(fold, (*encoded, secret[::-1])) if len(core) >= _SHORTEST)


def _encoded(content: bytes, encode: Callable[[bytes], bytes], bits: int, alignments: int) -> Iterator[str]:
    """The characters that encode bits of the content only, for each number of bytes that may precede it."""
    for before in range(alignments):
        whole = encode(bytes(before) + content).decode()
        yield whole[-(-before * 8 // bits) : (before + len(content)) * 8 // bits]
