"""Why a response is not the API's to the request, but that of what stands between: a gateway, a limiter, a firewall."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final, Literal

from ecsuite.messages.exchange import Exchange

# The call is not taken now, and may be sent again whatever its method; nothing can be passed on, or the answer is lost;
# a firewall has refused the request; the request is larger than what is passed on.
Interception = Literal["busy", "gateway", "firewall", "size"]

# 408, 421 and 425: not read in time, on the wrong connection, too early. 509 and 529: over a limit, overloaded.
_BUSY: Final = (408, 421, 425, 429, 503, 509, 529)
# 499: the client's end of the gateway went away. 511: the network wants a login. 520 to 530: a content delivery network
# has no answer of the origin's.
_GATEWAY: Final = (499, 502, 504, 511, *range(520, 528), 530)
_BY_STATUS: Final[Mapping[int, Interception]] = MappingProxyType(
    {**dict.fromkeys(_BUSY, "busy"), **dict.fromkeys(_GATEWAY, "gateway"), 451: "firewall"}
)
FORBIDDEN: Final = 403
# Statuses of a firewall, if a page comes with them.
_WITH_A_PAGE: Final = frozenset({FORBIDDEN, 406})
HTML: Final = "text/html"

CONTENT_TOO_LARGE: Final = 413
URI_TOO_LONG: Final = 414
HEADERS_TOO_LARGE: Final = 431
# The bytes of a body, of an address and of header fields that everything between passes on; of more it may refuse them.
SMALL_BODY: Final = 8192
SMALL_ADDRESS: Final = 2000
SMALL_HEADERS: Final = 4096


def interception(status: int, header: Callable[[str], str | None]) -> Interception | None:
    """Why a response is not the API's, by its status and its header fields; None where it is.

    Args:
        status: of the response.
        header: gives a header field of the response, by its name.
    """
    if status in _WITH_A_PAGE and (header("Content-Type") or "").partition(";")[0].strip().lower() == HTML:
        return "firewall"
    if status == FORBIDDEN and header("Retry-After") is not None:
        # A quota that is used up, and filled again.
        return "busy"
    return _BY_STATUS.get(status)


def interception_of(exchange: Exchange) -> Interception | None:
    """The same of an exchange, which may have been too large to be passed on, too."""
    response = exchange.response
    return "size" if _is_too_large(exchange) else interception(response.status, response.headers.get)


def _is_too_large(exchange: Exchange) -> bool:
    """Whether a request was refused for its size that is none of the smallest, and had no right to be refused."""
    request, status = exchange.request, exchange.response.status
    if request.expectation.unspecified:
        return False
    if status == CONTENT_TOO_LARGE:
        return len(request.body) > SMALL_BODY
    if status == URI_TOO_LONG:
        return len(request.url) > SMALL_ADDRESS
    return status == HEADERS_TOO_LARGE and sum(len(n) + len(v) for n, v in request.headers) > SMALL_HEADERS
