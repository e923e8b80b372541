"""An exchange as a result keeps it: masked, cut, and without what is not the run's own."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any, Final

from ecsuite.findings.breach import Path
from ecsuite.findings.datum import datum
from ecsuite.messages.exchange import Exchange, Expectation, Headers, Request
from ecsuite.messages.media import FORM, MediaType, UndecodableError, read_json
from ecsuite.messages.redact import MASK, SECRET_HEADERS, is_secret, mask_form, mask_value, masked_start
from ecsuite.promises import BY_ID
from ecsuite.results.own import Privacy, json_of

Mask = Callable[[str], str]
# Characters of a request's body and of a response that is not JSON.
MOST_OF_REQUEST: Final = 8192
MOST_OF_TEXT: Final = 400
FIRST_REFUSAL: Final = 400
BASE64: Final = "base64"
# By which an owner of the API finds a call in the logs.
TRACE_HEADERS: Final = (
    "traceparent",
    "traceresponse",
    "x-request-id",
    "request-id",
    "x-correlation-id",
    "x-ms-request-id",
    "x-trace-id",
    "x-amzn-trace-id",
    "x-b3-traceid",
)
# The member of a problem document of ASP.NET that says the same.
TRACE_MEMBER: Final = "traceId"

Fields = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Sample:
    """One exchange that carries a finding.

    Attributes:
        url: of the request.
        request_headers: without secrets.
        request_body: as text, or in base64 where it is none.
        request_encoding: `base64`, or empty.
        request_is_cut: whether it was longer than is kept.
        status: of the response; None where none came.
        response_headers: without secrets.
        response: the body of the response as a JSON value, cut; a text where it is not JSON; None where there is none.
        response_size: the bytes of the body.
        path: leads to what the finding is about, in the body that the server sent, as it was kept.
        violates: the ids of the promises that the request breaks deliberately.
        is_delivery: whether the API called, and the response was ours.
        at: when, in UTC, as the `Date` field of the response says, or else the clock of this machine.
        seconds: how long it took.
    """

    method: str
    url: str
    request_headers: Fields
    request_body: str
    request_encoding: str
    request_is_cut: bool
    status: int | None
    response_headers: Fields
    response: Any
    response_size: int
    is_delivery: bool
    at: str
    seconds: float
    path: Path = ()
    violates: tuple[str, ...] = ()

    @property
    def request(self) -> Request:
        """The request, as far as it was kept."""
        body = self.request_body
        content = base64.b64decode(body) if self.request_encoding == BASE64 else body.encode()
        meant = Expectation(violates=frozenset(BY_ID[each] for each in self.violates if each in BY_ID))
        return Request(self.method, self.url, Headers(self.request_headers), content, meant)

    @property
    def media_type(self) -> str:
        """What the response says its body is; empty where it does not say."""
        return MediaType.of(Headers(self.response_headers).get("Content-Type")).essence

    @property
    def traces(self) -> Fields:
        """What leads to the call in the logs of a server, as it was sent and as it came back."""
        fields = (*self.request_headers, *self.response_headers)
        found = [(name.lower(), value) for name, value in fields if name.lower() in TRACE_HEADERS]
        if isinstance(self.response, dict) and isinstance(self.response.get(TRACE_MEMBER), str):
            found.append((TRACE_MEMBER, self.response[TRACE_MEMBER]))
        return tuple(dict.fromkeys(found))

    def to_json(self) -> dict[str, Any]:
        """The sample as a JSON value."""
        return {
            "at": self.at,
            "seconds": self.seconds,
            "is_delivery": self.is_delivery,
            "path": list(self.path),
            "violates": list(self.violates),
            "request": {
                "method": self.method,
                "url": self.url,
                "headers": [list(field) for field in self.request_headers],
                "body": self.request_body,
                "encoding": self.request_encoding,
                "is_cut": self.request_is_cut,
            },
            "response": {
                "status": self.status,
                "headers": [list(field) for field in self.response_headers],
                "body": self.response,
                "size": self.response_size,
            },
        }

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Sample:
        """The sample that `to_json` gave."""
        request, response = value["request"], value["response"]
        return cls(
            method=request["method"],
            url=request["url"],
            request_headers=tuple((name, text) for name, text in request["headers"]),
            request_body=request["body"],
            request_encoding=request["encoding"],
            request_is_cut=request["is_cut"],
            status=response["status"],
            response_headers=tuple((name, text) for name, text in response["headers"]),
            response=response["body"],
            response_size=response["size"],
            is_delivery=value["is_delivery"],
            at=value["at"],
            seconds=value["seconds"],
            path=tuple(value["path"]),
            violates=tuple(value.get("violates", ())),
        )


def sample_of(
    exchange: Exchange, path: Path, privacy: Privacy, mask: Mask, now: datetime, *, is_delivery: bool = False
) -> Sample:
    """An exchange as a result keeps it.

    Args:
        exchange: as it was.
        path: what the finding is about, in the body that the server sent.
        privacy: tells what of that body is the run's own.
        mask: takes the secrets of the run out of a text.
        now: the time, where the response does not tell it.
        is_delivery: whether the server sent the request.
    """
    request, response = exchange.request, exchange.response
    told = json_of(request.body if is_delivery else response.body)
    body, encoding = request_body_of(request, privacy if is_delivery else None, path, mask)
    return Sample(
        method=mask(request.method),
        url=mask(request.url),
        request_headers=headers_of(request.headers, mask),
        request_body=body[:MOST_OF_REQUEST],
        request_encoding=encoding,
        request_is_cut=len(body) > MOST_OF_REQUEST,
        status=response.status or None,
        response_headers=headers_of(response.headers, mask),
        response=_body(response.body, path, privacy, mask, is_refusal=response.status >= FIRST_REFUSAL),
        response_size=len(response.body),
        is_delivery=is_delivery,
        at=_time(response.headers, now),
        seconds=round(exchange.seconds, 4),
        path=privacy.kept_path(told, path),
        violates=tuple(sorted(promise.id for promise in request.expectation.violates)),
    )


def headers_of(headers: Headers, mask: Mask) -> Fields:
    """Header fields without secrets."""
    return tuple((mask(name), _field(name, value, mask)) for name, value in headers)


def _field(name: str, value: str, mask: Mask) -> str:
    if name.lower() not in SECRET_HEADERS and not is_secret(name):
        return mask(value)
    # The scheme says what kind of secret it was, and is none.
    scheme, blank, _ = value.partition(" ")
    return f"{scheme} {MASK}" if name.lower() == "authorization" and blank and scheme.isalpha() else MASK


def request_body_of(request: Request, privacy: Privacy | None, path: Path, mask: Mask) -> tuple[str, str]:
    """The body of a request as text, and how it is encoded; what a server sent is as private as a response."""
    if privacy is not None:
        kept = _body(request.body, path, privacy, mask)
        return ("" if kept is None else json.dumps(kept, ensure_ascii=False)), ""
    try:
        text = request.body.decode()
    except UnicodeDecodeError:
        masked_bytes = mask(request.body.decode("latin-1")).encode("latin-1")
        return base64.b64encode(masked_bytes).decode(), BASE64
    if MediaType.of(request.headers.get("Content-Type")).essence == FORM:
        return (mask(mask_form(text)) if "=" in text else mask(text)), ""
    try:
        value = read_json(request.body).value
    except UndecodableError:
        return mask(text), ""
    masked = mask_value(value)
    return mask(text if masked == value else json.dumps(masked, ensure_ascii=False, separators=(",", ":"))), ""


def _body(body: bytes, path: Path, privacy: Privacy, mask: Mask, *, is_refusal: bool = False) -> Any:
    """A body that a server sent, as a JSON value or as text."""
    if not body:
        return None
    try:
        value = read_json(body).value
    except UndecodableError:
        if body.lstrip()[:1] in {b"{", b"["}:
            # What cannot be read cannot be told apart either: it may be a list of other people's.
            return f"{len(body)} bytes that are no JSON"
        text = masked_start(body.decode(errors="replace"), MOST_OF_TEXT + 1, mask)
        return text if len(text) <= MOST_OF_TEXT else f"{text[:MOST_OF_TEXT]}..."
    kept = privacy.reasons(value) if is_refusal else privacy.kept(value, path)
    return datum(kept).kept(mask).value


def _time(headers: Headers, now: datetime) -> str:
    try:
        at = parsedate_to_datetime(headers.get("Date") or "")
    except ValueError:
        at = now
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
