"""A request as a curl line that can be pasted: secrets stand in it as the names of environment variables."""

from __future__ import annotations

import json
import shlex
from urllib.parse import parse_qsl, quote_plus

from ecsuite.messages.exchange import Request
from ecsuite.messages.media import FORM, MediaType, UndecodableError, read_json
from ecsuite.messages.redact import MASK, SECRET_HEADERS, is_secret, mask_value

# Headers that curl sends by itself, or that only the connection needs.
IMPLIED = frozenset(
    {"host", "accept", "accept-encoding", "connection", "user-agent", "content-length", "transfer-encoding"}
    # Of the call that was made, and not of the one that repeats it.
    | {"traceparent"}
)
VARIABLES = {"client_id": "$EC_CLIENT_ID", "client_secret": "$EC_CLIENT_SECRET"}


def curl(request: Request) -> str:
    """The request as one line for a POSIX shell."""
    words = ["curl -sS"]
    if request.method != "GET" or request.body:
        words.append(f"-X {request.method}")
    words.append(shlex.quote(request.url))
    words += [_header(name, value) for name, value in request.headers if name.lower() not in IMPLIED]
    if not request.body:
        return " ".join(words)
    text = _text(request.body)
    if text is None:
        # An argument of a command cannot hold any byte, a pipe can.
        octal = "".join(f"\\{byte:03o}" for byte in request.body)
        return " ".join([f"printf '{octal}' |", *words, "--data-binary @-"])
    return " ".join([*words, _data(request, text)])


def _header(name: str, value: str) -> str:
    if name.lower() == "authorization" and value[:7].lower() == "bearer ":
        # In double quotes, so that the shell puts the token in.
        return '-H "Authorization: Bearer $EC_ACCESS_TOKEN"'
    shown = MASK if name.lower() in SECRET_HEADERS else value
    return f"-H {shlex.quote(f'{name}: {shown}')}"


def _text(body: bytes) -> str | None:
    """The body as text that an argument can hold; None where it is no such text."""
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError:
        return None
    return None if "\0" in text else text


def _data(request: Request, text: str) -> str:
    if MediaType.of(request.headers.get("Content-Type")).essence == FORM and "=" in text:
        return f'--data "{_form(text)}"'
    return f"--data-raw {shlex.quote(_masked_json(request.body, text))}"


def _form(text: str) -> str:
    pairs = parse_qsl(text, keep_blank_values=True)
    return "&".join(f"{quote_plus(name)}={_form_value(name, value)}" for name, value in pairs)


def _form_value(name: str, value: str) -> str:
    if name in VARIABLES:
        return VARIABLES[name]
    return MASK if is_secret(name) else quote_plus(value)


def _masked_json(body: bytes, text: str) -> str:
    """The text as it was sent, unless it holds a secret."""
    try:
        value = read_json(body).value
    except UndecodableError:
        return text
    masked = mask_value(value)
    return text if masked == value else json.dumps(masked, ensure_ascii=False, separators=(",", ":"))
