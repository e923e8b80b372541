"""Rewrites exchanges for a recording: placeholders, stable values, names for addresses, and new signatures."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Final
from urllib.parse import quote, unquote, urlsplit

from ecsuite.cassette.stable import StableValues
from ecsuite.cassette.texts import UUID
from ecsuite.contract import Contract
from ecsuite.messages.encodings import reencoded
from ecsuite.messages.exchange import Exchange, Headers, Request, Response
from ecsuite.messages.media import FORM, MediaType, json_or_none
from ecsuite.messages.redact import is_secret, mask_body, placeholder, replaced
from ecsuite.messages.spellings import Finder
from ecsuite.production import is_loopback
from ecsuite.webhook.signature import is_signed, sign

KEPT_REQUEST_HEADERS: Final = frozenset({"content-type"})
KEPT_RESPONSE_HEADERS: Final = frozenset({"content-type", "cache-control", "www-authenticate", "location", "allow"})
# The member with the secret for a webhook's signatures.
SIGNING_MEMBER: Final = "webhookSecret"
# A string in a JSON text, perhaps unterminated; if a colon follows, it is the name of a member.
_JSON_STRING: Final = re.compile(r'(?P<string>"(?:[^"\\]|\\.)*+"?)(?P<colon>\s*+:)?', re.DOTALL)


class Rewriter:
    """Rewrites exchanges: addresses, server-chosen values, secrets, and the signatures of rewritten bodies.

    Args:
        addresses: the name for each origin to replace.
        stable: the replacements for values that the server chose.
        placeholders: the placeholder for each secret of the run.
        signed: the headers, in lower case, with signatures of deliveries.
    """

    def __init__(
        self,
        addresses: Mapping[str, str],
        stable: StableValues,
        placeholders: Mapping[str, str],
        signed: frozenset[str],
    ) -> None:
        self._addresses = addresses
        self._stable = stable
        self._placeholders = placeholders
        self._finder = Finder(placeholders)
        self._signed = signed
        self._signatures: dict[str, str] = {}

    def address(self, text: str) -> str:
        """A text with names for addresses, and placeholders for secrets."""
        text = self._hidden(text)
        for origin, name in self._addresses.items():
            text = text.replace(origin, name)
        return text

    def exchange(self, exchange: Exchange) -> Exchange:
        """An exchange with everything replaced, and with only those headers that a check reads."""
        request, response = exchange.request, exchange.response
        return Exchange(
            Request(
                request.method,
                self._url(request.url),
                self._headers(request.headers, KEPT_REQUEST_HEADERS),
                self._body(request.body, request.headers),
            ),
            Response(
                response.status,
                self._headers(response.headers, KEPT_RESPONSE_HEADERS),
                self._body(response.body, response.headers, answered=True),
            ),
        )

    @property
    def has_signed(self) -> bool:
        """Whether any valid signature was recomputed."""
        return bool(self._signatures)

    def delivery(self, delivery: Exchange) -> Exchange:
        """A delivery. A valid signature is recomputed, and an invalid one stays invalid.

        The run's webhooks have the placeholder as their secret, so that anybody can compute and check signatures.
        """
        rewritten = self.exchange(delivery)
        fields = [
            (name, self._signature(name, value, delivery, rewritten)) for name, value in rewritten.request.headers
        ]
        return replace(rewritten, request=replace(rewritten.request, headers=Headers.of(fields)))

    def _signature(self, name: str, value: str, delivery: Exchange, rewritten: Exchange) -> str:
        secret = placeholder(SIGNING_MEMBER)
        if name.lower() in self._signed and is_signed(secret, delivery.request.body, value):
            self._signatures[value] = sign(secret, rewritten.request.body)
        return self._signatures.get(value, value)

    def resigned(self, exchange: Exchange) -> Exchange:
        """An exchange with recomputed signatures in its response, if the response shows signatures of deliveries."""

        def string(match: re.Match[str]) -> str:
            value = _string_of(match) if "=" in match[0] else None
            known = None if value is None else self._signatures.get(value)
            return match[0] if known is None else json.dumps(known)

        response = exchange.response
        if not self._signatures or not any(old[:8].encode() in response.body for old in self._signatures):
            return exchange
        # Bytes that are not UTF-8 are kept.
        body = _JSON_STRING.sub(string, response.body.decode(errors="surrogateescape"))
        return replace(exchange, response=replace(response, body=body.encode(errors="surrogateescape")))

    def _url(self, url: str) -> str:
        address, mark, query = self.address(url).partition("?")
        path = "/".join(self._segment(part) for part in address.split("/"))
        return path + mark + "&".join(self._pair(part) for part in query.split("&"))

    def _pair(self, part: str) -> str:
        name, equals, value = part.partition("=")
        return name + equals + self._segment(value)

    def _segment(self, part: str) -> str:
        text = unquote(part)
        rewritten = self._stable.of(text)
        return part if rewritten == text else quote(rewritten, safe="")

    def _headers(self, headers: Headers, kept: frozenset[str]) -> Headers:
        return Headers.of(
            (name, placeholder(name) if is_secret(name) and name.lower() not in self._signed else self._text(value))
            for name, value in headers
            if name.lower() in kept or name.lower().endswith("-signature")
        )

    def _body(self, body: bytes, headers: Headers, *, answered: bool = False) -> bytes:
        media_type = MediaType.of(headers.get("Content-Type"))
        try:
            text = body.decode()
        except UnicodeDecodeError:
            # Bytes that are not UTF-8 are kept, except for addresses and ids in them.
            return self._text(body.decode("latin-1")).encode("latin-1")
        if media_type.essence == FORM:
            return self._text(mask_body(body, FORM).decode()).encode()
        if media_type.is_json:
            text = self._json(text, answered=answered)
        return self._text(text).encode()

    def _json(self, text: str, *, answered: bool) -> str:
        """The JSON text with some strings replaced, and every other character unchanged.

        A string of a response may be JSON itself.
        """
        name = ""

        def string(match: re.Match[str]) -> str:
            nonlocal name
            value = _string_of(match)
            if value is None:
                return match[0]
            if match["colon"]:
                name = value
                return match[0]
            if answered and value.startswith("{") and json_or_none(value.encode()) is not None:
                rewritten = self._json(value, answered=True)
            else:
                rewritten = placeholder(name) if is_secret(name) else self.address(self._stable.of(value))
            return match[0] if rewritten == value else json.dumps(rewritten, ensure_ascii=False)

        return _JSON_STRING.sub(string, text)

    def _text(self, text: str) -> str:
        return self.address(UUID.sub(lambda match: self._stable.known(match[0]), self._hidden(text)))

    def _hidden(self, text: str) -> str:
        """A text with placeholders for its secrets, in any encoding; encoded parts are encoded again."""
        return self._replaced(reencoded(text, self._replaced))

    def _replaced(self, text: str) -> str:
        return replaced(text, self._finder.find(text), self._placeholders.__getitem__)


def _string_of(match: re.Match[str]) -> str | None:
    """The value of a string in a JSON text; None if it is not valid."""
    try:
        return str(json.loads(match["string"]))
    except json.JSONDecodeError:
        return None


def signed_headers(contract: Contract) -> frozenset[str]:
    """The headers, in lower case, with signatures of deliveries that the contract defines."""
    known = (parameter for operation in contract.deliveries.values() for parameter in operation.parameters)
    return frozenset(parameter.name.lower() for parameter in known if parameter.signature)


def stand_ins(urls: Mapping[str, str]) -> dict[str, str]:
    """The name for each origin on this machine; if several URLs share an origin, the first name is used."""
    names: dict[str, str] = {}
    for name, url in urls.items():
        parts = urlsplit(url)
        if parts.hostname and is_loopback(parts.hostname):
            names.setdefault(f"{parts.scheme}://{parts.netloc}", f"http://{name}.invalid")
    return names
