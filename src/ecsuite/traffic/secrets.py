"""The secrets in somebody's traffic, so that no report has them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any
from urllib.parse import parse_qsl

from ecsuite.messages.exchange import Exchange, Headers
from ecsuite.messages.media import json_or_none
from ecsuite.messages.redact import is_secret


def secrets_in(exchanges: Iterable[Exchange]) -> frozenset[str]:
    """What stands under the name of a secret in a header, an address or a body."""
    return frozenset(secret for each in exchanges for secret in _of(each) if secret)


def _of(exchange: Exchange) -> Iterator[str]:
    request, response = exchange.request, exchange.response
    yield from _of_headers(request.headers)
    yield from _of_headers(response.headers)
    form = request.body.decode(errors="replace") if not request.body.lstrip().startswith(b"{") else ""
    for text in (request.url.partition("?")[2], form):
        yield from (value for name, value in parse_qsl(text) if is_secret(name))
    for body in (request.body, response.body):
        yield from _of_value(json_or_none(body))


def _of_headers(headers: Headers) -> Iterator[str]:
    # Of a scheme and a token, the token.
    yield from (value.rpartition(" ")[2] for name, value in headers if is_secret(name))


def _of_value(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for name, item in value.items():
            if is_secret(name) and isinstance(item, str):
                yield item
            else:
                yield from _of_value(item)
    elif isinstance(value, list):
        for item in value:
            yield from _of_value(item)
