"""The quickstart before servers with one fault, and before servers that are only unusual.

Each server is the stand-in with one thing changed on the way out; it is called over a real socket.
"""

import json
import re
from collections.abc import Callable
from contextlib import closing, contextmanager

import pytest

from ecsuite import asgi, editions
from ecsuite.findings.breach import STATUS, Place
from ecsuite.findings.broken import PromiseBroken
from ecsuite.findings.datum import MISSING, datum
from ecsuite.findings.finding import Finding
from ecsuite.promises import (
    MEDIA_TYPE,
    RESPONSE_BODY,
    RESPONSE_HEADERS,
    ROUND_TRIP,
    SERVER_ERROR,
    STATUS_EXPECTED,
    STATUS_LISTED,
)
from ecsuite.quickstart import Made, steps
from ecsuite.results.severity import failing
from ecsuite.session import open_run
from ecsuite.standin import Store, create_app
from ecsuite.target import Target

EDITION = "2023-10"


class Changed:
    """An ASGI app whose responses to some requests are changed: status, headers and body, in place."""

    def __init__(self, app, line: str, change: Callable) -> None:
        self._app = app
        self._line = re.compile(line)
        self._change = change

    async def __call__(self, scope, receive, send) -> None:
        line = f"{scope.get('method')} {scope.get('path')}"
        if scope["type"] != "http" or not self._line.fullmatch(line):
            await self._app(scope, receive, send)
            return
        messages = []

        async def keep(message) -> None:
            messages.append(message)

        await self._app(scope, receive, keep)
        body = b"".join(message.get("body", b"") for message in messages)
        headers = {name.decode(): value.decode() for name, value in messages[0]["headers"]}
        status, headers, body = self._change(messages[0]["status"], headers, body)
        headers["content-length"] = str(len(body))
        raw = [(name.encode(), value.encode()) for name, value in headers.items()]
        await send({"type": "http.response.start", "status": status, "headers": raw})
        await send({"type": "http.response.body", "body": body})


@contextmanager
def server(line: str, change: Callable):
    with closing(Store(EDITION)) as store, closing(asgi.listen("127.0.0.1", 0)) as listener:
        app = Changed(create_app(EDITION, store), line, change)
        address = asgi.origin(listener)
        path = editions.contract(EDITION).base_path()
        with asgi.in_thread(app, listener):
            yield Target("local", address + path, f"{address}/connect/token", *store.credentials())


def tell(line: str, change: Callable) -> tuple[Finding, ...]:
    """Tells the quickstart as far as it goes; what it found."""
    with server(line, change) as target, open_run(EDITION, target) as run:
        story = run.story
        try:
            for step in steps(EDITION):
                made = step(story)
                if isinstance(made, Made):
                    story.read_back(made)
        except PromiseBroken:
            pass
        return run.journal.findings


def status(code: int) -> Callable:
    return lambda _, headers, body: (code, headers, body)


def header(name: str, value: str | None) -> Callable:
    def change(code, headers, body):
        rest = {key: text for key, text in headers.items() if key != name}
        return code, rest if value is None else {**rest, name: value}, body

    return change


def body(edit: Callable) -> Callable:
    def change(code, headers, text):
        return code, headers, edit(text)

    return change


def value(edit: Callable) -> Callable:
    """Changes the JSON value of a response, where it has one."""
    return body(lambda text: json.dumps(edit(json.loads(text)), ensure_ascii=False).encode() if text else text)


def without(name: str) -> Callable:
    return value(lambda v: {k: x for k, x in v.items() if k != name})


def metadata(**changes: object) -> Callable:
    return value(lambda v: {**v, "metadata": {**v["metadata"], **changes}})


def replaced(old: str, new: str) -> Callable:
    return body(lambda text: text.replace(old.encode(), new.encode()))


def in_body(*path: str | int) -> Place:
    return Place("body", path=path)


ID = r"[^/]+"
BASE = "/energy-coordination/v1"
USER = f"{BASE}/users/{ID}"
FAULTS = {
    "the token's lifetime is in minutes": ("POST /connect/token", value(lambda v: v | {"expires_in": 30}), RESPONSE_BODY, "minimum", in_body("expires_in"), datum(30)),
    "the token may be cached": ("POST /connect/token", header("cache-control", "max-age=60"), RESPONSE_HEADERS, "pattern", Place("header", "Cache-Control"), datum("max-age=60")),
    "the token is not a bearer token": ("POST /connect/token", value(lambda v: v | {"token_type": "mac"}), RESPONSE_BODY, "pattern", in_body("token_type"), datum("mac")),
    "no token in the response": ("POST /connect/token", without("access_token"), RESPONSE_BODY, "required", in_body("access_token"), MISSING),
    "a user is answered with 202": (f"POST {BASE}/users", status(202), STATUS_LISTED, "unlisted", STATUS, datum(202)),
    "a user's answer is wrapped": (f"POST {BASE}/users", value(lambda v: {"user": {"id": v["userId"]}}), RESPONSE_BODY, "required", in_body("userId"), MISSING),
    "making a vehicle is a server error": (f"POST {USER}/vehicles", status(500), SERVER_ERROR, "exclusiveMaximum", STATUS, datum(500)),
    "a vehicle's answer is a page": (f"POST {USER}/vehicles", header("content-type", "text/html"), MEDIA_TYPE, "unlisted", Place("header", "Content-Type"), datum("text/html")),
    "a vehicle's year is text": (f"GET {USER}/vehicles/{ID}", metadata(year="2009"), RESPONSE_BODY, "type", in_body("metadata", "year"), datum("2009")),
    "a vehicle's year has a point": (f"GET {USER}/vehicles/{ID}", metadata(year=2009.0), RESPONSE_BODY, "type", in_body("metadata", "year"), datum(2009.0)),
    "letters of a vehicle are lost": (f"GET {USER}/vehicles/{ID}", replaced("å", "a"), ROUND_TRIP, "changed", in_body("metadata", "model"), datum("City «Blabær»")),
    "a vehicle is not found after it was made": (f"GET {USER}/vehicles/{ID}", status(404), STATUS_EXPECTED, "status", STATUS, datum(404)),
    "a meter has no id": (f"POST {USER}/meters", without("meterId"), RESPONSE_BODY, "required", in_body("meterId"), MISSING),
    "a meter's coordinates are swapped": (f"GET {USER}/meters/{ID}", value(lambda v: v | {"location": {"latitude": v["location"]["longitude"], "longitude": v["location"]["latitude"]}}), ROUND_TRIP, "changed", in_body("location", "latitude"), datum(6.15492)),
    "a zip code loses its zero": (f"GET {USER}/meters/{ID}", replaced('"0180"', '"180"'), ROUND_TRIP, "changed", in_body("address", "zipCode"), datum("180")),
    "a capacity is in cubic metres": (f"GET {USER}/resources/{ID}", metadata(capacity=0.5), ROUND_TRIP, "changed", in_body("metadata", "capacity"), datum(0.5)),
    "heating elements are sorted": (f"GET {USER}/resources/{ID}", metadata(heatingElements=[1250, 1750]), ROUND_TRIP, "order", in_body("metadata", "heatingElements"), datum(["item 1", "item 0"])),
    "a webhook's answer is cut off": (f"POST {BASE}/webhooks", body(lambda text: text[:-1]), RESPONSE_BODY, "unreadable", in_body(), datum("not-json")),
    "a webhook loses an operation": (f"GET {BASE}/webhooks/{ID}", value(lambda v: v | {"operationTypes": ["Create"]}), ROUND_TRIP, "count", in_body("operationTypes"), datum(1)),
    "an event's priority is text": (f"GET {BASE}/events", value(lambda v: [v[0] | {"priority": "1"}]), RESPONSE_BODY, "type", in_body(0, "priority"), datum("1")),
    "an event's time has no offset": (f"GET {BASE}/events/{ID}", value(lambda v: v | {"createdAt": "2023-10-24T11:48:47"}), RESPONSE_BODY, "format", in_body("createdAt"), datum("2023-10-24T11:48:47")),
    "an event's duration is ISO 8601": (f"GET {BASE}/events/{ID}", value(lambda v: v | {"intervalPeriod": v["intervalPeriod"] | {"duration": "PT2H"}}), RESPONSE_BODY, "pattern", in_body("intervalPeriod", "duration"), datum("PT2H")),
    "a report is answered with 201": (f"POST {BASE}/reports", status(201), STATUS_LISTED, "unlisted", STATUS, datum(201)),
    "a report is on another event": (f"POST {BASE}/reports", value(lambda v: v | {"eventId": "other"}), ROUND_TRIP, "changed", in_body("eventId"), datum("other")),
    "a deletion is answered with 200": (f"DELETE {USER}", status(200), STATUS_LISTED, "unlisted", STATUS, datum(200)),
    "a byte order mark": (f"GET {USER}", body(lambda text: b"\xef\xbb\xbf" + text), RESPONSE_BODY, "unreadable", in_body(), datum("byte-order-mark")),
}  # fmt: skip


@pytest.mark.parametrize("name", FAULTS)
def test_fault_is_named(name):
    """A server with one fault is told by the check that is about it, with the kind of breach, the place and what came."""
    line, change, promise, kind, at, actual = FAULTS[name]

    breaches = [finding.breach for finding in tell(line, change) if finding.promise == promise.id]

    assert (kind, at, actual) in [(breach.kind, breach.at, breach.actual) for breach in breaches]


def extra(v: object) -> object:
    if isinstance(v, dict):
        return {"aaa": None, **{name: extra(item) for name, item in v.items()}, "zzz": {"deep": [1, "x"]}}
    return [extra(item) for item in v] if isinstance(v, list) else v


VARIANTS = {
    "nothing changed": (".*", lambda c, h, b: (c, h, b)),
    "200 in place of 201": (f"POST {BASE}/.*", lambda c, h, b: (200 if c == 201 else c, h, b)),
    "empty answers to vehicles and resources": (f"POST {USER}/(vehicles|resources)", body(lambda _: b"")),
    "further members everywhere": (f"GET {BASE}/.*", lambda c, h, b: value(extra)(c, h, b) if b.startswith(b"{") else (c, h, b)),
    "members in another order": (f"GET {BASE}/.*", value(lambda v: dict(reversed(v.items())) if isinstance(v, dict) else v)),
    "JSON in many lines": (f"GET {BASE}/.*", body(lambda t: json.dumps(json.loads(t), indent=4).encode() + b"\r\n" if t else t)),
    "a bearer token in small letters": ("POST /connect/token", value(lambda v: v | {"token_type": "bearer", "scope": ""})),
    "a token without a lifetime": ("POST /connect/token", without("expires_in")),
    "charset and capitals": (f".* {BASE}/.*", lambda c, h, b: header("content-type", h.get("content-type", "x/y").upper() + '; charset="Utf-8"')(c, h, b) if c < 300 and b else (c, h, b)),
    "no event at all": (f"GET {BASE}/events", body(lambda _: b"[]")),
    "404 with a page": (f"GET {BASE}/.*", lambda c, h, b: (c, h | {"content-type": "text/html"}, b"<p>") if c == 404 else (c, h, b)),
    "numbers in other spellings": (f"GET {USER}/resources/{ID}", replaced("[1750,1250]", "[1750.0,1.25e3]")),
    "a webhook that shows its secret as stars": (f".* {BASE}/webhooks.*", value(lambda v: v | {"webhookSecret": "***"} if isinstance(v, dict) and "id" in v else v)),
    "a test with a response": (f"POST {BASE}/webhooks/{ID}/test", lambda c, h, _: (c, h | {"content-type": "text/plain"}, b"sent")),
    "cookies and more headers": (f".* {BASE}/.*", lambda c, h, b: (c, h | {"set-cookie": "a=b; Path=/", "x-request-id": "1", "vary": "*"}, b)),
}  # fmt: skip


@pytest.mark.parametrize("name", VARIANTS)
def test_legal_variant_is_green(name):
    """A server that is right, however unusual, breaks no promise."""
    line, change = VARIANTS[name]

    assert failing(tell(line, change), strict=True) == ()
