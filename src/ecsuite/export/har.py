"""A recorded scenario as an HTTP archive (HAR 1.2) that browsers can import."""

from __future__ import annotations

import base64
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from ecsuite.cassette.tape import Cassette
from ecsuite.messages.archive import entry, fields, request_of, response_of
from ecsuite.messages.exchange import Exchange, Request, Response
from ecsuite.messages.media import FORM, MediaType, UndecodableError, read_form
from ecsuite.version import __version__

_COMMENT: Final = (
    "A recording keeps no times: the entries are a millisecond apart, in the order in which they were sent."
)


def archive(cassette: Cassette) -> dict[str, Any]:
    """The exchanges of a recording as a HAR. Deliveries are left out, because a HAR describes a single client."""
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
    response = exchange.response
    location = response.headers.get("Location") or ""
    answered = response_of(response.status, tuple(response.headers), _content(response), location)
    return entry(at, 0, _request(exchange.request), answered)


def _request(request: Request) -> dict[str, Any]:
    made = request_of(request.method, request.url, tuple(request.headers), len(request.body))
    if request.body:
        media_type = request.headers.get("Content-Type") or ""
        made["postData"] = {"mimeType": media_type, "text": request.body.decode(errors="replace")}
        if MediaType.of(media_type).essence == FORM:
            made["postData"]["params"] = _parameters(request.body)
    return made


def _parameters(body: bytes) -> list[dict[str, str]]:
    try:
        return fields(tuple(read_form(body)))
    except UndecodableError:
        return []


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
