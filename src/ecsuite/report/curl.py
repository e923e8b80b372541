"""A request as a curl command line to paste: secrets are replaced by names of environment variables.

A curl line has no access to the secrets of the run. A deliberately wrong credential is therefore masked, so that the
line never sends a valid token where an invalid one was sent. Scripts can tell the two apart (`ecsuite.reproduce`).
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Final

from ecsuite.messages.exchange import Request
from ecsuite.messages.media import FORM, MediaType, UndecodableError, read_json
from ecsuite.messages.redact import MASK, SECRET_HEADERS, is_secret, mask_value
from ecsuite.promises import BEARER_TOKEN, REQUEST_BODY
from ecsuite.reproduce.call import OF_THE_CONNECTION
from ecsuite.reproduce.parts import Hole, Parts, parts_of
from ecsuite.reproduce.shell import feed, fits_a_word, word

# Headers that curl sends by itself, and headers of the connection.
IMPLIED: Final = OF_THE_CONNECTION | {"accept-encoding", "user-agent"}
VARIABLES: Final = {"client_id": "EC_CLIENT_ID", "client_secret": "EC_CLIENT_SECRET"}


def curl(request: Request, places: Mapping[str, str] = MappingProxyType({}), gap: str = " ") -> str:
    """Render the request as one command for a POSIX shell.

    Args:
        request: the request as it was sent.
        places: maps URL prefixes to the names of the variables that replace them.
        gap: the separator between options: a space, or a line continuation.
    """
    # curl would expand brackets and braces to several URLs, so globbing is switched off.
    words = ["curl -sSg" if set(request.url) & set("[]{}") else "curl -sS"]
    if request.method != "GET" or request.body:
        words.append(f"-X {request.method}")
    words = [" ".join([*words, word(_address(request.url, places))]), *_headers(request)]
    if not request.body:
        return gap.join(words)
    (text,) = parts_of(request.body)
    assert isinstance(text, str)
    is_form = MediaType.of(request.headers.get("Content-Type")).essence == FORM and "=" in text
    if is_form and fits_a_word((text,)):
        return gap.join([*words, *_form(request, text)])
    sent = ("&".join(map(_masked, text.split("&"))) if is_form else _masked_json(request.body, text),)
    if fits_a_word(sent):
        return gap.join([*words, f"--data-raw {word(sent)}"])
    return f"{feed(sent)} | {gap.join(words)} --data-binary @-"


def _address(url: str, places: Mapping[str, str]) -> Parts:
    for start, name in places.items():
        if url.startswith(start):
            return (Hole(name), url.removeprefix(start))
    return (url,)


def _headers(request: Request) -> Iterator[str]:
    for name, value in request.headers:
        if name.lower() not in IMPLIED and (name.lower(), value) != ("accept", "*/*"):
            yield f"-H {word(_header(request, name, value))}"
    if request.body and not request.headers.get("Content-Type"):
        yield "-H Content-Type:"


def _header(request: Request, name: str, value: str) -> Parts:
    is_token = name.lower() == "authorization" and value[:7].lower() == "bearer "
    if is_token and BEARER_TOKEN not in request.expectation.violates:
        return (f"{name}: Bearer ", Hole("EC_ACCESS_TOKEN"))
    if not value:
        return (f"{name};",)
    return (f"{name}: {MASK if name.lower() in SECRET_HEADERS else value}",)


def _form(request: Request, text: str) -> Iterator[str]:
    """Yield options that send a form as it was sent, joined by &; values of secrets are URL-encoded by curl."""
    is_wrong = REQUEST_BODY in request.expectation.violates
    plain: list[str] = []
    for pair in text.split("&"):
        name = pair.partition("=")[0]
        if name not in VARIABLES or is_wrong:
            plain.append(_masked(pair))
            continue
        yield from _plain(plain)
        yield f"--data-urlencode {word((f'{name}=', Hole(VARIABLES[name])))}"
    yield from _plain(plain)


def _masked(pair: str) -> str:
    name, equals, value = pair.partition("=")
    return f"{name}{equals}{MASK if is_secret(name) else value}"


def _plain(pairs: list[str]) -> Iterator[str]:
    """Yield one option that sends the pairs unchanged, if there are any, and clear the list."""
    if pairs:
        yield f"--data-raw {word(('&'.join(pairs),))}"
        pairs.clear()


def _masked_json(body: bytes, text: str) -> str:
    """Return the text as it was sent; if it holds a secret, a masked copy."""
    try:
        value = read_json(body).value
    except UndecodableError:
        return text
    masked = mask_value(value)
    return text if masked == value else json.dumps(masked, ensure_ascii=False, separators=(",", ":"))
