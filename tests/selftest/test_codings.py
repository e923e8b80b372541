"""Content codings undone: what is legal is read, what is not is said, and nothing fills the memory."""

import gzip
import zlib

import pytest

from ecsuite.messages.codings import CodingError, codings, undone

TEXT = b'{"userId":"42"}' * 50


def bare(data: bytes) -> bytes:
    stream = zlib.compressobj(wbits=-15)
    return stream.compress(data) + stream.flush()


def pieces(data: bytes, size: int) -> list[bytes]:
    return [data[start : start + size] for start in range(0, len(data), size)]


@pytest.mark.parametrize(
    ("fields", "named"),
    [
        ([], []),
        (["gzip"], ["gzip"]),
        (["GZip , Identity"], ["gzip"]),
        (["deflate", "x-gzip"], ["deflate", "x-gzip"]),
        ([" , gzip,"], ["gzip"]),
        (["identity"], []),
    ],
)
def test_codings_are_lists_without_case(fields, named):
    """Names have no case, lists may have gaps, several fields are one list, and identity is no coding (RFC 9110 8.4, 5.6.1)."""
    assert codings(fields) == named


GZIP = gzip.compress(TEXT)
LEGAL = {
    "one member": (GZIP, ["gzip"]),
    "two members": (gzip.compress(TEXT[:20]) + gzip.compress(TEXT[20:]), ["gzip"]),
    "an empty member between": (gzip.compress(TEXT[:20]) + gzip.compress(b"") + gzip.compress(TEXT[20:]), ["gzip"]),
    "zeros at the end": (GZIP + bytes(512), ["gzip"]),
    "its old name": (GZIP, ["x-gzip"]),
    "twice": (gzip.compress(GZIP), ["gzip", "gzip"]),
    "both": (gzip.compress(zlib.compress(TEXT)), ["deflate", "gzip"]),
    "deflate": (zlib.compress(TEXT), ["deflate"]),
    "deflate without its wrapping": (bare(TEXT), ["deflate"]),
    "none": (TEXT, []),
}


@pytest.mark.parametrize("size", [1, 7, 1 << 20])
@pytest.mark.parametrize("name", LEGAL)
def test_legal_coding_is_undone(name, size):
    """However a body is cut into pieces, what it stands for is the same."""
    data, applied = LEGAL[name]

    assert b"".join(undone(pieces(data, size), applied)) == TEXT


@pytest.mark.parametrize("applied", [["gzip"], ["deflate"], ["gzip", "deflate"]])
def test_empty_body_is_in_every_coding(applied):
    """The answer to a HEAD, a 204 and a 304 may speak of the coding of a body that they do not have."""
    assert list(undone([], applied)) == []


BROKEN = {
    "not in it": (TEXT, ["gzip"], "it is no gzip (Error -3 while decompressing data: incorrect header check)"),
    "the last eight bytes are missing": (GZIP[:-8], ["gzip"], "its gzip is cut off"),
    "half is missing": (GZIP[:40], ["gzip"], "its gzip is cut off"),
    "the second member is cut off": (GZIP + GZIP[:-1], ["gzip"], "its gzip is cut off"),
    "the sum is wrong": (GZIP[:-8] + bytes(8), ["gzip"], "it is no gzip (Error -3 while decompressing data: incorrect data check)"),
    "something follows": (GZIP + b"}", ["gzip"], "its gzip is cut off"),
    "more follows": (GZIP + TEXT, ["gzip"], "it is no gzip (Error -3 while decompressing data: incorrect header check)"),
    "deflate is cut off": (zlib.compress(TEXT)[:-4], ["deflate"], "its deflate is cut off"),
    "deflate and more": (zlib.compress(TEXT) + b"}", ["deflate"], "something follows its deflate"),
    "not asked for": (TEXT, ["br"], "its content coding is 'br', and what was asked for is gzip, deflate"),
}  # fmt: skip


@pytest.mark.parametrize("size", [1, 1 << 20])
@pytest.mark.parametrize("name", BROKEN)
def test_broken_coding_is_said(name, size):
    """A body that is not in its coding, or not all of it, is not taken for what could be read of it."""
    data, applied, said = BROKEN[name]

    with pytest.raises(CodingError) as caught:
        list(undone(pieces(data, size), applied))

    assert str(caught.value) == said


@pytest.mark.parametrize("coding", ["gzip", "deflate"])
def test_bomb_is_not_blown_up(coding):
    """A few bytes that stand for a gigabyte are read as far as the bound, a piece at a time."""
    bomb = zlib.compressobj(9, wbits=31 if coding == "gzip" else 15)
    data = b"".join(bomb.compress(bytes(1 << 20)) for _ in range(100)) + bomb.flush()
    pieces_read: list[int] = []

    with pytest.raises(CodingError, match=f"^it is longer than 1 MiB when its {coding} is undone$"):
        pieces_read.extend(len(piece) for piece in undone([data], [coding], longest=1 << 20))

    assert pieces_read == [1 << 20]


def test_body_of_the_very_bound_is_read():
    """What is as long as the bound is not longer; all that a few bytes stand for comes out, to the last one."""
    data = gzip.compress(bytes(3 << 20))

    assert len(b"".join(undone([data], ["gzip"], longest=3 << 20))) == 3 << 20
