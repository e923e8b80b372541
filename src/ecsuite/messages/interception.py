"""Whether a response comes from an intermediary (a gateway, a rate limiter, a firewall) instead of the API."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final, Literal

from ecsuite.messages.exchange import Exchange

# busy      the call is not accepted now, and may be sent again whatever its method
# gateway   the request cannot be passed on, or its response was lost
# firewall  a firewall has refused the request
# size      the request is larger than what is passed on
Interception = Literal["busy", "gateway", "firewall", "size"]

# 408, 421 and 425: not received in time, wrong connection, too early. 509 and 529: limit exceeded, overloaded.
_BUSY: Final = (408, 421, 425, 429, 503, 509, 529)
# 499: the gateway's client disconnected. 511: the network wants a login. 520 to 530: a content delivery network got no
# response from the origin.
_GATEWAY: Final = (499, 502, 504, 511, *range(520, 528), 530)
_BY_STATUS: Final[Mapping[int, Interception]] = MappingProxyType(
    {**dict.fromkeys(_BUSY, "busy"), **dict.fromkeys(_GATEWAY, "gateway"), 451: "firewall"}
)
FORBIDDEN: Final = 403
# Statuses of a firewall if the body is a web page.
_WITH_A_PAGE: Final = frozenset({FORBIDDEN, 406})
HTML: Final = "text/html"

CONTENT_TOO_LARGE: Final = 413
URI_TOO_LONG: Final = 414
HEADERS_TOO_LARGE: Final = 431
# Bytes of a body, of a URL and of header fields up to which no intermediary may refuse a request.
SMALL_BODY: Final = 8192
SMALL_ADDRESS: Final = 2000
SMALL_HEADERS: Final = 4096


def interception(status: int, header: Callable[[str], str | None]) -> Interception | None:
    """Why a response is not the API's own, by its status and header fields; None if it is.

    Args:
        status: the status of the response.
        header: returns the value of a header field of the response, by its name.
    """
    if status in _WITH_A_PAGE and (header("Content-Type") or "").partition(";")[0].strip().lower() == HTML:
        return "firewall"
    if status == FORBIDDEN and header("Retry-After") is not None:
        # A quota is used up, and will be refilled.
        return "busy"
    return _BY_STATUS.get(status)


def interception_of(exchange: Exchange) -> Interception | None:
    """The same for an exchange; its request may also have been too large to be passed on."""
    response = exchange.response
    return "size" if _is_too_large(exchange) else interception(response.status, response.headers.get)


def _is_too_large(exchange: Exchange) -> bool:
    """Whether a request was refused for its size, is not small, and does not have an unspecified response."""
    request, status = exchange.request, exchange.response.status
    if request.expectation.unspecified:
        return False
    if status == CONTENT_TOO_LARGE:
        return len(request.body) > SMALL_BODY
    if status == URI_TOO_LONG:
        return len(request.url) > SMALL_ADDRESS
    return status == HEADERS_TOO_LARGE and sum(len(n) + len(v) for n, v in request.headers) > SMALL_HEADERS
