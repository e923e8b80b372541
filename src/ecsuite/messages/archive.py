"""The entries of an HTTP Archive (HAR 1.2), as browsers and proxies write and read it."""

from __future__ import annotations

from datetime import datetime
from http import HTTPStatus
from typing import Any, Final
from urllib.parse import parse_qsl, urlsplit

_KNOWN: Final = frozenset(HTTPStatus)
_VERSION: Final = "HTTP/1.1"

Fields = tuple[tuple[str, str], ...]


def entry(at: datetime, taken: float, request: dict[str, Any], response: dict[str, Any]) -> dict[str, Any]:
    """An entry of an archive: when the request was sent, in UTC, and the milliseconds that it took."""
    return {
        "startedDateTime": at.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "time": taken,
        "request": request,
        "response": response,
        "cache": {},
        "timings": {"send": 0, "wait": taken, "receive": 0},
    }


def request_of(method: str, url: str, headers: Fields, size: int) -> dict[str, Any]:
    """A request of an entry without its body, whose size is given in bytes."""
    return {
        "method": method,
        "url": url,
        "httpVersion": _VERSION,
        "cookies": [],
        "headers": fields(headers),
        "queryString": fields(tuple(parse_qsl(urlsplit(url).query, keep_blank_values=True))),
        "headersSize": -1,
        "bodySize": size,
    }


def response_of(status: int, headers: Fields, content: dict[str, Any], location: str) -> dict[str, Any]:
    """A response of an entry; `location` is the target of a redirect."""
    return {
        "status": status,
        "statusText": HTTPStatus(status).phrase if status in _KNOWN else "",
        "httpVersion": _VERSION,
        "cookies": [],
        "headers": fields(headers),
        "content": content,
        "redirectURL": location,
        "headersSize": -1,
        "bodySize": content["size"],
    }


def fields(pairs: Fields) -> list[dict[str, str]]:
    """Names and values, such as header fields, in the format of an archive."""
    return [{"name": name, "value": value} for name, value in pairs]
