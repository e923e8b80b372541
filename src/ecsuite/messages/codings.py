"""Undoes content codings (RFC 9110 section 8.4): gzip and deflate, in every legal spelling and form."""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from ecsuite.bounds import BODY_BYTES, size

ACCEPTED: Final = "gzip, deflate"
# Bytes that are decoded at a time: a few bytes may expand to more than fits into memory.
_PIECE: Final = 1024 * 1024
# The names of no coding, and of gzip (RFC 9110 section 8.4.1.3).
_IDENTITY: Final = frozenset({"", "identity"})
_GZIP: Final = frozenset({"gzip", "x-gzip"})
_OF_ZLIB: Final = 15
_OF_GZIP: Final = 31
_BARE: Final = -15


class CodingError(ValueError):
    """A body is not in the coding that its header claims; the text says what is wrong, on one line."""


def codings(fields: Sequence[str]) -> list[str]:
    """The codings in the Content-Encoding fields of a message, in lower case, in the order in which they were used."""
    named = (name.strip(" \t").lower() for field in fields for name in field.split(","))
    return [name for name in named if name not in _IDENTITY]


def undone(pieces: Iterable[bytes], applied: Sequence[str], longest: int = BODY_BYTES) -> Iterator[bytes]:
    """Decode a body piece by piece, undoing its last coding first.

    An empty body is valid in every coding, because a response to HEAD has the header of a body that it does not have.

    Args:
        pieces: the body as transferred.
        applied: its codings, as returned by `codings`.
        longest: the most bytes that the body may have, after each coding is undone.

    Raises:
        CodingError: the body is not in one of its codings, is cut off or is too long; or a coding was not asked for.
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
    """Decode all members of a gzip file (RFC 1952 section 2.2); zeros may follow as padding."""
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
    """Decode deflate in zlib's format (RFC 9110 section 8.4.1.2), or raw: some send that, and all clients accept it."""
    stream = None
    for piece in pieces:
        if not piece:
            continue
        if stream is None:
            # In zlib's format the low half of the first byte is 8, which no raw block in use begins with.
            stream = zlib.decompressobj(_OF_ZLIB if piece[0] & 0x0F == 8 else _BARE)  # noqa: PLR2004
        yield from _drained(stream, piece, "deflate")
        if stream.unused_data:
            raise CodingError("something follows its deflate")
    if stream is not None and not stream.eof:
        raise CodingError("its deflate is cut off")


def _drained(stream: zlib._Decompress, data: bytes, coding: str) -> Iterator[bytes]:
    """Decode some bytes, in pieces of bounded size."""
    while True:
        try:
            piece = stream.decompress(data, _PIECE)
        except zlib.error as error:
            raise CodingError(f"it is no {coding} ({error})") from None
        if piece:
            yield piece
        data = stream.unconsumed_tail
        # All input may be consumed although some output is still pending.
        if stream.eof or (not data and len(piece) < _PIECE):
            return
