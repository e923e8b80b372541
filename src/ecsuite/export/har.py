"""A recorded scenario as an HTTP archive (HAR 1.2), as browsers import it."""

from __future__ import annotations

import base64
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from typing import Any, Final
from urllib.parse import parse_qsl, urlsplit

from ecsuite.cassette.tape import Cassette
from ecsuite.messages.exchange import Exchange, Headers, Request, Response
from ecsuite.messages.media import FORM, MediaType, UndecodableError, read_form
from ecsuite.version import __version__

_VERSION: Final = "HTTP/1.1"
_COMMENT: Final = (
    "A recording keeps no times: the entries are a millisecond apart, in the order in which they were sent."
)


def archive(cassette: Cassette) -> dict[str, Any]:
    """The exchanges of a recording; what the API delivered meanwhile is not among them, for a HAR is of one client."""
    recorded = cassette.provenance
    start = datetime.fromisoformat(recorded.recorded).replace(tzinfo=UTC)
    return {
        "log": {
            "version": "1.2",
            "creator": {"name": "ecsuite", "version": __version__},
            "entries": [
                _entry(exchange, start + timedelta(milliseconds=number))
                for number, exchange in enumerate(cassette.exchanges)
            ],
            "comment": f"{recorded.scenario}, edition {recorded.edition}, recorded from {recorded.target}. {_COMMENT}",
        }
    }


def _entry(exchange: Exchange, at: datetime) -> dict[str, Any]:
    return {
        "startedDateTime": at.isoformat(timespec="milliseconds"),
        "time": 0,
        "request": _request(exchange.request),
        "response": _response(exchange.response),
        "cache": {},
        "timings": {"send": 0, "wait": 0, "receive": 0},
    }


def _request(request: Request) -> dict[str, Any]:
    query = parse_qsl(urlsplit(request.url).query, keep_blank_values=True)
    made: dict[str, Any] = {
        "method": request.method,
        "url": request.url,
        "httpVersion": _VERSION,
        "cookies": [],
        "headers": _fields(request.headers),
        "queryString": [{"name": name, "value": value} for name, value in query],
        "headersSize": -1,
        "bodySize": len(request.body),
    }
    if request.body:
        media_type = request.headers.get("Content-Type") or ""
        made["postData"] = {"mimeType": media_type, "text": request.body.decode(errors="replace")}
        if MediaType.of(media_type).essence == FORM:
            made["postData"]["params"] = _parameters(request.body)
    return made


def _parameters(body: bytes) -> list[dict[str, str]]:
    try:
        return [{"name": name, "value": value} for name, value in read_form(body)]
    except UndecodableError:
        return []


def _response(response: Response) -> dict[str, Any]:
    return {
        "status": response.status,
        "statusText": HTTPStatus(response.status).phrase if response.status in set(HTTPStatus) else "",
        "httpVersion": _VERSION,
        "cookies": [],
        "headers": _fields(response.headers),
        "content": _content(response),
        "redirectURL": response.headers.get("Location") or "",
        "headersSize": -1,
        "bodySize": len(response.body),
    }


def _content(response: Response) -> dict[str, Any]:
    made: dict[str, Any] = {
        "size": len(response.body),
        "mimeType": response.headers.get("Content-Type") or "",
    }
    try:
        made["text"] = response.body.decode()
    except UnicodeDecodeError:
        made |= {"text": base64.b64encode(response.body).decode(), "encoding": "base64"}
    return made


def _fields(headers: Headers) -> list[dict[str, str]]:
    return [{"name": name, "value": value} for name, value in headers]
