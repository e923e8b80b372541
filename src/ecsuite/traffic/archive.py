"""Reads an HTTP archive (HAR) of a client's traffic as exchanges, whichever tool wrote it; nothing is judged here.

Tools differ in what they omit, decode, cut or mask. Each entry says which of its parts are unknown, so that no client
is blamed for its tool.
"""

from __future__ import annotations

import base64
import binascii
import codecs
import json
import re
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, Final, Literal
from urllib.parse import urlencode, urlsplit

from ecsuite.errors import ArchiveUnreadable
from ecsuite.json_files import read_object
from ecsuite.messages.exchange import Exchange, Headers, Request, Response
from ecsuite.messages.media import FORM, MediaType, json_or_none
from ecsuite.traffic.addresses import normal

Part = Literal["request-headers", "request-body", "response", "response-headers", "response-body"]
# Returns the bytes of a file beside the archive, by its name; None if there is no such file.
Beside = Callable[[str], bytes | None]
_JSONP: Final = re.compile(rb"^\s*[\w.$]+\s*\(\s*(\{.*\})\s*\)\s*;?\s*$", re.DOTALL)
# Headers about the transfer of a body; an archive has bodies as they were before the transfer.
_OF_TRANSFER: Final = frozenset({"content-encoding", "transfer-encoding", "content-length"})
# The first bytes of gzip and of zlib, and the window size that makes zlib detect either.
_COMPRESSED: Final = (b"\x1f\x8b", b"\x78\x01", b"\x78\x5e", b"\x78\x9c", b"\x78\xda")
_GZIP_OR_ZLIB: Final = zlib.MAX_WBITS | 32
_UTF_16: Final = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_SCHEMES: Final = frozenset({"http", "https"})
_SWITCHED: Final = 101
_NOT_MODIFIED: Final = 304
_NO_CONTENT: Final = 204
_STATUSES: Final = range(100, 1000)
# The most bytes of an unpacked archive.
_MOST_UNPACKED: Final = 500_000_000
# Bytes from which a compressed file is recognized as an archive.
_START: Final = 10_000


@dataclass(frozen=True, slots=True)
class Entry:
    """An exchange of an archive.

    Attributes:
        number: the number of the entry, from 1, in the order of the file.
        exchange: the request and its response; the status is 0 if the response is unknown.
        started: when the request was sent, in seconds since 1970; None if unknown.
        unknown: the parts that are unknown, each with the reason.
        no_call: what the entry is if it is no call, such as a websocket; else empty.
    """

    number: int
    exchange: Exchange
    started: float | None = None
    unknown: Mapping[Part, str] = field(default_factory=dict)
    no_call: str = ""


@dataclass(frozen=True, slots=True)
class Archive:
    """The entries of an archive in the order of the file, and the tool that wrote it."""

    creator: str
    entries: tuple[Entry, ...]


def read_archive(path: Path) -> Archive:
    """Read an archive: a JSON file (also in UTF-16, compressed, or wrapped as JSONP), or a ZIP file that contains one.

    Raises:
        ArchiveUnreadable: the file is no archive, or has no entries.
    """
    document, beside = _document(path)
    log = document.get("log", document)
    entries = log.get("entries") if isinstance(log, dict) else None
    if not isinstance(entries, list):
        raise ArchiveUnreadable(path, "it has no log with entries")
    if not entries:
        raise ArchiveUnreadable(path, "it has no entries")
    creator = log.get("creator")
    return Archive(
        str(creator.get("name", "")) if isinstance(creator, dict) else "",
        tuple(_entries(entries, beside, path)),
    )


def is_archive(path: Path) -> bool:
    """Whether a file is meant to be an archive, by its name or its content."""
    if path.suffix.lower() in {".har", ".zip", ".zhar"}:
        return True
    try:
        start = _inflated(path.read_bytes(), _START)
    except (OSError, zlib.error):
        return False
    return start[:2] == b"PK" or bool(re.match(rb'(\xef\xbb\xbf)?\s*([\w.$]+\s*\(\s*)?\{\s*"log"\s*:', start))


def _document(path: Path) -> tuple[dict[str, Any], Beside]:
    """The JSON object of an archive, and a reader for the files beside it."""
    if path.is_file() and zipfile.is_zipfile(path):
        return _unpacked(path)
    try:
        content = path.read_bytes() if path.is_file() else b""
        text = _inflated(content, _MOST_UNPACKED)
    except OSError as error:
        raise ArchiveUnreadable(path, str(error.strerror)) from None
    except zlib.error:
        raise ArchiveUnreadable(path, "it is compressed, and cut off or damaged") from None
    if len(text) > _MOST_UNPACKED:
        raise ArchiveUnreadable(path, f"it has more than {_MOST_UNPACKED:,} bytes")
    wrapped = _JSONP.match(text)
    if wrapped or text is not content or text.startswith(_UTF_16):
        return _parsed(wrapped[1] if wrapped else text, path), _in_folder(path.parent)
    return read_object(path, ArchiveUnreadable), _in_folder(path.parent)


def _inflated(content: bytes, most: int) -> bytes:
    """The content of a file, decompressed if it is in gzip or zlib; not many more bytes than `most`.

    Raises:
        zlib.error: the compressed content is cut off or damaged.
    """
    if not content.startswith(_COMPRESSED):
        return content
    inflating = zlib.decompressobj(_GZIP_OR_ZLIB)
    found = inflating.decompress(content, most + 1)
    if not inflating.eof and len(found) <= most:
        raise zlib.error
    return found


def _unpacked(path: Path) -> tuple[dict[str, Any], Beside]:
    try:
        with zipfile.ZipFile(path) as packed:
            if sum(each.file_size for each in packed.infolist()) > _MOST_UNPACKED:
                raise ArchiveUnreadable(path, f"it has more than {_MOST_UNPACKED:,} bytes")
            files = {each.filename: packed.read(each) for each in packed.infolist()}
    except (zipfile.BadZipFile, OSError, RuntimeError, NotImplementedError) as error:
        raise ArchiveUnreadable(path, f"it cannot be unpacked ({error})") from None
    named = [name for name in files if name.lower().endswith(".har")]
    if not named:
        raise ArchiveUnreadable(path, "there is no .har file in it")
    return _parsed(files[named[0]], path), files.get


def _parsed(text: bytes, path: Path) -> dict[str, Any]:
    try:
        is_utf_16 = text.startswith(_UTF_16)
        document = json.loads(text.decode("utf-16" if is_utf_16 else "utf-8-sig", "replace"))
    except (ValueError, RecursionError):
        raise ArchiveUnreadable(path, "it is not JSON") from None
    if not isinstance(document, dict):
        raise ArchiveUnreadable(path, "it is not a JSON object")
    return document


def _in_folder(folder: Path) -> Beside:
    def read(name: str) -> bytes | None:
        # Only a plain name: a path could leave the folder.
        if Path(name).name != name:
            return None
        try:
            return (folder / name).read_bytes()
        except OSError:
            return None

    return read


def _entries(nodes: Sequence[Any], beside: Beside, path: Path) -> Iterator[Entry]:
    for number, node in enumerate(nodes, 1):
        try:
            yield _entry(number, node, beside)
        except (ArithmeticError, AttributeError, KeyError, TypeError, ValueError):
            raise ArchiveUnreadable(path, f"it is damaged: entry {number} cannot be read") from None


def _entry(number: int, node: Mapping[str, Any], beside: Beside) -> Entry:
    sent, came = node["request"], node.get("response")
    unknown: dict[Part, str] = {}
    headers = _fields(sent.get("headers"))
    if not headers:
        unknown["request-headers"] = "the archive has no headers of the request"
    body, media_type = _sent_body(sent, Headers.of(headers), beside, unknown)
    if media_type and not any(name.lower() == "content-type" for name, _ in headers):
        headers.append(("Content-Type", media_type))
    kept = Headers.of(pair for pair in headers if pair[0].lower() not in _OF_TRANSFER)
    request = Request(str(sent["method"]), str(sent["url"]).partition("#")[0], kept, body)
    response = _response(came if isinstance(came, dict) else {}, beside, unknown)
    seconds = max(_number(node.get("time")) / 1000, 0.0)
    no_call = _no_call(node, request, response)
    return Entry(number, Exchange(request, response, seconds), _time(node.get("startedDateTime")), unknown, no_call)


def _no_call(node: Mapping[str, Any], request: Request, response: Response) -> str:
    """What an entry is if it is no call; empty if it is one."""
    try:
        parts = urlsplit(normal(request.url))
    except ValueError:
        return "an address that cannot be read"
    if parts.scheme in {"ws", "wss"} or "_webSocketMessages" in node or response.status == _SWITCHED:
        return "a websocket"
    if parts.scheme and parts.scheme not in _SCHEMES:
        return f"the scheme {parts.scheme}"
    if not parts.hostname:
        return "an address without a host"
    if request.method == "OPTIONS" and request.headers.get("Access-Control-Request-Method") is not None:
        return "a browser's preflight"
    return "a tunnel of a proxy" if request.method == "CONNECT" else ""


def _sent_body(
    sent: Mapping[str, Any], headers: Headers, beside: Beside, unknown: dict[Part, str]
) -> tuple[bytes, str]:
    """The body of a request, and the media type that the archive states for it."""
    data = sent.get("postData")
    length = _length(headers, sent.get("bodySize"))
    if not isinstance(data, dict):
        if length or (length is None and sent["method"] in {"POST", "PUT", "PATCH"}):
            unknown["request-body"] = "the archive has no body of the request"
        return b"", ""
    media_type = str(data.get("mimeType") or "")
    body = _bytes(data, data.get("encoding") or data.get("_encoding"), beside)
    if not body and isinstance(data.get("params"), list) and data["params"]:
        if MediaType.of(headers.get("Content-Type") or media_type).essence == FORM:
            body = urlencode([(str(name), value) for name, value in _pairs(data["params"])]).encode()
        else:
            unknown["request-body"] = "the archive has the parts of the form in place of the body"
    elif not body and length:
        unknown["request-body"] = "the archive has no body of the request"
    elif body and _is_cut(body, data, length):
        unknown["request-body"] = "the archive has only a part of the body of the request"
    return body or b"", media_type if body else ""


def _response(came: Mapping[str, Any], beside: Beside, unknown: dict[Part, str]) -> Response:
    status = _number(came.get("status"))
    if status not in _STATUSES:
        unknown["response"] = "the archive has no response"
        return Response(0)
    if status == _NOT_MODIFIED:
        unknown["response"] = "the client had the response in its cache"
    content = came.get("content")
    data: Mapping[str, Any] = content if isinstance(content, dict) else {}
    headers = _fields(came.get("headers"))
    if not headers:
        unknown["response-headers"] = "the archive has no headers of the response"
    body = _bytes(data, data.get("encoding"), beside)
    length = _length(Headers.of(headers), came.get("bodySize"))
    if not body:
        is_empty = status == _NO_CONTENT or (length == 0 and not _number(data.get("size")))
        if not is_empty:
            unknown["response-body"] = "the archive has no body of the response"
    elif _is_cut(body, data, None):
        unknown["response-body"] = "the archive has only a part of the body of the response"
    if data.get("mimeType") and not headers:
        headers.append(("Content-Type", str(data["mimeType"])))
    kept = Headers.of(pair for pair in headers if pair[0].lower() not in _OF_TRANSFER)
    return Response(int(status), kept, body or b"")


def _bytes(data: Mapping[str, Any], encoding: Any, beside: Beside) -> bytes | None:
    """A body as bytes; None if the archive does not have it."""
    if isinstance(data.get("_file"), str):
        return beside(data["_file"])
    text = data.get("text")
    if not isinstance(text, str):
        return None
    if str(encoding).lower() == "base64":
        try:
            return base64.b64decode(re.sub(r"\s", "", text), validate=True)
        except (binascii.Error, ValueError):
            # Some tools say base64 although they have decoded the text.
            pass
    return text.encode(errors="replace")


def _is_cut(body: bytes, data: Mapping[str, Any], length: int | None) -> bool:
    """Whether a body was cut: it is not JSON, and is shorter than stated, or a comment says so."""
    is_short = max(_number(data.get("size")), length or 0) > len(body)
    return (is_short or "cut" in str(data.get("comment", "")).lower()) and json_or_none(body) is None


def _length(headers: Headers, size: Any) -> int | None:
    """The number of bytes of a body as transferred; None if unknown."""
    said = headers.get("Content-Length") or ""
    if said.isascii() and said.isdigit():
        return int(said)
    return int(size) if isinstance(size, int | float) and size >= 0 else None


def _fields(nodes: Any) -> list[tuple[str, str]]:
    """Header fields, without the pseudo-header fields of HTTP/2; the lines of a value are repeats of its field.

    If all values are empty, a tool has removed them, and the result is empty.
    """
    fields = [
        (name, value)
        for name, whole in _pairs(nodes)
        if not name.startswith(":")
        for value in re.split(r"\r?\n", whole)
    ]
    return fields if any(value for _, value in fields) else []


def _pairs(nodes: Any) -> Iterable[tuple[str, str]]:
    """Names and values: from a list of objects, as the format wants it, a list of pairs, or one object."""
    if isinstance(nodes, dict):
        return [(str(name), str(value)) for name, value in nodes.items()]
    listed = nodes if isinstance(nodes, list) else []
    found = []
    for each in listed:
        if isinstance(each, dict) and each.get("name"):
            value = each.get("value")
            found.append((str(each["name"]), "" if value is None else str(value)))
        elif isinstance(each, list) and len(each) > 1:
            found.append((str(each[0]), str(each[1])))
    return found


def _number(value: Any) -> float:
    return value if isinstance(value, int | float) and not isinstance(value, bool) else 0


def _time(value: Any) -> float | None:
    try:
        return datetime.fromisoformat(str(value)).timestamp()
    except (ValueError, OverflowError):
        return None
