"""Gateways in front of a server: what they refuse says nothing about the server."""

from __future__ import annotations

import re
from typing import Final
from urllib.parse import unquote_to_bytes, urlsplit

from ecsuite.messages.interception import SMALL_BODY
from ecsuite.standin.faults import Variant
from ecsuite.standin.faults import planting as p
from ecsuite.standin.parts import Asked

# Characters that classic ASP.NET refuses in a path (requestPathInvalidCharacters), plain or encoded.
_DANGEROUS: Final = re.compile(r"[<>*:&]|%(2[56AF]|3[ACEF]|5C)", re.IGNORECASE)
_LONGEST_SEGMENT: Final = 260


def _has_dangerous_path(asked: Asked) -> bool:
    path = urlsplit(asked.decoded.exchange.request.url).path
    return bool(_DANGEROUS.search(path)) or any(len(each) > _LONGEST_SEGMENT for each in path.split("/"))


def _is_large(asked: Asked) -> bool:
    return len(asked.decoded.exchange.request.body) > SMALL_BODY


def _has_script(asked: Asked) -> bool:
    request = asked.decoded.exchange.request
    return any(b"<script" in text.lower() for text in (request.body, unquote_to_bytes(request.url)))


GATEWAY_VARIANTS: Final = (
    Variant(
        "gateway-refuses-paths",
        "paths with reserved characters, or long ones, are answered with a gateway's page and 400",
        p.stands_before(_has_dangerous_path, 400),
    ),
    Variant(
        "gateway-finds-no-such-path",
        "paths with reserved characters, or long ones, are answered with a gateway's page and 404",
        p.stands_before(_has_dangerous_path, 404),
    ),
    Variant(
        "gateway-has-no-such-route",
        "paths with reserved characters, or long ones, are answered with 404 and no body",
        p.stands_before(_has_dangerous_path, 404, None),
    ),
    Variant(
        "gateway-refuses-large-bodies",
        "bodies of more than 8 KiB are answered with a gateway's page and 413",
        p.stands_before(_is_large, 413),
    ),
    Variant(
        "firewall-refuses-scripts",
        "what has <script in it is answered with a firewall's page and 403",
        p.stands_before(_has_script, 403),
    ),
    Variant("connection-was-idle", "now and then a call is answered with 408", p.waits_now_and_then(199, 408)),
    Variant(
        "quota-is-used-up",
        "now and then a call is answered with 403 and Retry-After",
        p.waits_now_and_then(197, 403, "0"),
    ),
)
