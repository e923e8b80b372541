"""What a secret is encoded to, as far as it is the same whatever stands around it, in whatever case.

What has lost the case of its letters cannot be decoded any more, and can be guessed all the same.
"""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import Final

from ecsuite.messages.broken_up import Span, places_of

# Letters without their case, and both alphabets of base64 as one; each character stays one.
_FOLDED: Final = str.maketrans("ABCDEFGHIJKLMNOPQRSTUVWXYZ-_", "abcdefghijklmnopqrstuvwxyz+/")
# Fewer characters may be a word.
_SHORTEST: Final = 10


def places(text: str, secret: str) -> Iterator[Span]:
    """Where a secret stands in a text that was folded: in base64, in base32, or turned round."""
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
    """The characters that hold bits of a content alone, for each number of bytes that may stand before it."""
    for before in range(alignments):
        whole = encode(bytes(before) + content).decode()
        yield whole[-(-before * 8 // bits) : (before + len(content)) * 8 // bits]
