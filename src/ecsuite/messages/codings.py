"""Content codings undone (RFC 9110 section 8.4): gzip and deflate, in the spellings and shapes that are legal."""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from ecsuite.bounds import BODY_BYTES, size

ACCEPTED: Final = "gzip, deflate"
# So many bytes are undone at a time: what a few bytes stand for may not fit into memory.
_PIECE: Final = 1024 * 1024
# What may stand for no coding, and twice for one (RFC 9110 section 8.4.1.3).
_IDENTITY: Final = frozenset({"", "identity"})
_GZIP: Final = frozenset({"gzip", "x-gzip"})
_OF_ZLIB: Final = 15
_OF_GZIP: Final = 31
_BARE: Final = -15


class CodingError(ValueError):
    """A body is not in the coding that it is said to be in; the text says what is wrong, on one line."""


def codings(fields: Sequence[str]) -> list[str]:
    """The codings that the Content-Encoding fields of a message name, in small letters, in the order of applying."""
    named = (name.strip(" \t").lower() for field in fields for name in field.split(","))
    return [name for name in named if name not in _IDENTITY]


def undone(pieces: Iterable[bytes], applied: Sequence[str], longest: int = BODY_BYTES) -> Iterator[bytes]:
    """A body with its codings undone, the last one first, piece by piece.

    An empty body is in every coding: it may stand behind a head that speaks of another one, as that of a HEAD does.

    Args:
        pieces: the body as it travelled.
        applied: its codings, as `codings` gives them.
        longest: bytes that it may have when the codings are undone, and on the way there.

    Raises:
        CodingError: it is not in a coding, cut off, or longer than that; or a coding is not one that was asked for.
    """
    for coding in reversed(applied):
        pieces = _bounded(_decoded(pieces, coding), longest, coding)
    yield from pieces


def _bounded(pieces: Iterable[bytes], longest: int, coding: str) -> Iterator[bytes]:
    left = longest
    for piece in pieces:
        left -= len(piece)
        if left < 0:
            raise CodingError(f"it is longer than {size(longest)} when its {coding} is undone")
        yield piece


def _decoded(pieces: Iterable[bytes], coding: str) -> Iterator[bytes]:
    if coding in _GZIP:
        return _gunzipped(pieces, coding)
    if coding == "deflate":
        return _inflated(pieces)
    raise CodingError(f"its content coding is {coding[:40]!r}, and what was asked for is {ACCEPTED}")


def _gunzipped(pieces: Iterable[bytes], coding: str) -> Iterator[bytes]:
    """One member after the other, as many as there are (RFC 1952 section 2.2); zeros may fill up what is left."""
    member = None
    is_padding = False
    for piece in pieces:
        data = piece
        while data:
            if member is None:
                if is_padding:
                    data = data.lstrip(b"\0")
                    if not data:
                        break
                member = zlib.decompressobj(_OF_GZIP)
            yield from _drained(member, data, coding)
            data = member.unused_data
            if member.eof:
                member, is_padding = None, True
    if member is not None:
        raise CodingError(f"its {coding} is cut off")


def _inflated(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """In zlib's wrapping, as RFC 9110 section 8.4.1.2 says, or bare, as some senders and all clients have it."""
    stream = None
    for piece in pieces:
        if not piece:
            continue
        if stream is None:
            # The low half of the first byte of zlib's wrapping says "deflate", which no bare block that is used says.
            stream = zlib.decompressobj(_OF_ZLIB if piece[0] & 0x0F == 8 else _BARE)  # noqa: PLR2004
        yield from _drained(stream, piece, "deflate")
        if stream.unused_data:
            raise CodingError("something follows its deflate")
    if stream is not None and not stream.eof:
        raise CodingError("its deflate is cut off")


def _drained(stream: zlib._Decompress, data: bytes, coding: str) -> Iterator[bytes]:
    """What some bytes stand for, never more than a bounded piece at a time."""
    while True:
        try:
            piece = stream.decompress(data, _PIECE)
        except zlib.error as error:
            raise CodingError(f"it is no {coding} ({error})") from None
        if piece:
            yield piece
        data = stream.unconsumed_tail
        # All of the input may be taken, and some of what it stands for not given yet.
        if stream.eof or (not data and len(piece) < _PIECE):
            return
