"""Finds secrets in encodings of groups of bytes, whatever surrounds the secret.

These are base85 as in Git and Python, Ascii85 of PostScript and PDF, Z85 of ZeroMQ, and uuencode.
"""

from __future__ import annotations

import base64
import binascii
import html
import json
from collections.abc import Iterator
from functools import lru_cache
from typing import Final

from ecsuite.messages.broken_up import Span, places_of

_BASE85: Final = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz!#$%&()*+-;<=>?@^_`{|}~"
_Z85: Final = b"0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ.-:+=^!/*?&<>()[]{}@%$#"
_TO_Z85: Final = bytes.maketrans(_BASE85, _Z85)
# Bytes in a group of base85, and in a line of uuencode.
_GROUP: Final = 4
_UU_LINE: Final = 45
# Fewer characters may be an ordinary word.
_SHORTEST: Final = 10


def places(text: str, secret: str) -> Iterator[Span]:
    """The places of a secret in a text in one of these encodings; up to three bytes at each end may be missed."""
    return places_of(text, _cores(secret))


@lru_cache(maxsize=4096)
def _cores(secret: str) -> tuple[str, ...]:
    content = secret.encode(errors="surrogatepass")
    cores = {core for core in (*_by_85(content), *_by_uu(content)) if len(core) >= _SHORTEST}
    # Escaped as in JSON and in HTML.
    return tuple(sorted({spelt for core in cores for spelt in (core, json.dumps(core)[1:-1], html.escape(core))}))


def _by_85(content: bytes) -> Iterator[str]:
    for first in range(_GROUP):
        whole = content[first : first + (len(content) - first) // _GROUP * _GROUP]
        base85 = base64.b85encode(whole)
        yield from (base85.decode(), base85.translate(_TO_Z85).decode(), base64.a85encode(whole).decode())


def _by_uu(content: bytes) -> Iterator[str]:
    for before in range(3):
        on_line = content[: _UU_LINE - before]
        line = binascii.b2a_uu(bytes(before) + on_line).decode()[1:]
        core = line[-(-before * 8 // 6) : (before + len(on_line)) * 8 // 6]
        yield from (core, core.replace(" ", "`"))
        rest = content[len(on_line) :][:_UU_LINE]
        yield binascii.b2a_uu(rest).decode()[1:][: len(rest) * 8 // 6]
