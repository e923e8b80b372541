"""Finds the secrets in recorded traffic, so that reports can mask them."""

from __future__ import annotations

import re
from base64 import b64decode
from collections.abc import Callable, Iterable, Iterator
from typing import Any, Final
from urllib.parse import parse_qsl, unquote, urlsplit

from ecsuite.checks.client_parameters import is_credential
from ecsuite.checks.placeholders import is_placeholder
from ecsuite.checks.request_members import plain
from ecsuite.messages.exchange import Exchange, Headers
from ecsuite.messages.media import json_or_none
from ecsuite.messages.redact import MASK, Redactor, is_secret

# Up to so many secrets are masked in any spelling; more, such as a token for each call, in plain spelling only.
_MOST_SPELT: Final = 20
_SHORTEST_KEY: Final = 8
_BASIC: Final = "basic "
_WORD: Final = re.compile(r"[A-Za-z0-9\-._~+/]+=*")


def masking(secrets: frozenset[str]) -> Callable[[str], str]:
    """A function that masks secrets in a text, fast for any number of secrets."""
    ordered = sorted(secrets, key=lambda each: (len(each), each))
    spelt = Redactor(ordered[:_MOST_SPELT]).text
    others = frozenset(ordered[_MOST_SPELT:])
    return lambda text: spelt(_WORD.sub(lambda word: _masked(word[0], others), text))


def _masked(word: str, secrets: frozenset[str]) -> str:
    """A word with secrets masked, also if it is a path with a secret in it."""
    if word in secrets:
        return MASK
    return "/".join(MASK if part in secrets else part for part in word.split("/"))


def secrets_in(exchanges: Iterable[Exchange]) -> frozenset[str]:
    """The values with the name of a secret in headers, URLs and bodies."""
    found = (secret for each in exchanges for secret in _of(each))
    # A placeholder for a missing value is no secret: masking it everywhere would hide what is wrong.
    return frozenset(secret for secret in found if secret and not is_placeholder(secret, ""))


def secret_of_basic(header: str) -> str:
    """The password of Basic credentials (RFC 7617); empty if the header has none."""
    if not header.lower().startswith(_BASIC):
        return ""
    try:
        return unquote(b64decode(header[len(_BASIC) :].strip(), validate=True).decode().partition(":")[2])
    except ValueError:
        return ""


def secrets_of_address(url: str) -> frozenset[str]:
    """Possible credentials in a URL: its password, and query values that are as long as a key."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return frozenset()
    values = (value for _, value in parse_qsl(parts.query) if len(value) >= _SHORTEST_KEY)
    return frozenset({*values, unquote(parts.password)} if parts.password else values)


def _of(exchange: Exchange) -> Iterator[str]:
    request, response = exchange.request, exchange.response
    yield from _of_headers(request.headers)
    yield from _of_headers(response.headers)
    form = request.body.decode(errors="replace") if not request.body.lstrip().startswith(b"{") else ""
    for text in (request.url.partition("?")[2], form):
        yield from (value for name, value in parse_qsl(text) if _is_secret(name, value))
    for body in (request.body, response.body):
        yield from _of_value(json_or_none(body))


def _is_secret(name: str, value: str) -> bool:
    """Whether a value is a secret, by its name; under a name that only resembles that of one, if it is long enough."""
    return is_secret(name) or (len(value) >= _SHORTEST_KEY and is_credential(plain(name).removeprefix("x")))


def _of_headers(headers: Headers) -> Iterator[str]:
    # Only the token of a scheme with a token.
    yield from (value.rpartition(" ")[2] for name, value in headers if _is_secret(name, value))
    yield from (secret_of_basic(value) for _, value in headers)


def _of_value(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for name, item in value.items():
            if isinstance(item, str) and _is_secret(name, item):
                yield item
            else:
                yield from _of_value(item)
    elif isinstance(value, list):
        for item in value:
            yield from _of_value(item)
