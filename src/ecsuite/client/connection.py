"""Converts between httpx and frozen data, and makes connections with a hook that checks every exchange."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any, Final, Protocol

from ecsuite.bounds import CONNECT_SECONDS, RESPONSE_SECONDS, SILENT_SECONDS
from ecsuite.client.certificates import refused, what_is_wrong
from ecsuite.client.decoding import Decoding
from ecsuite.client.transport import NOTHING_CAME, Network, cut
from ecsuite.ending import Ending
from ecsuite.http import httpx
from ecsuite.messages.codings import ACCEPTED
from ecsuite.messages.exchange import SUCCESS, Exchange, Expectation, Headers, Request, Response
from ecsuite.target import Target
from ecsuite.version import __version__

REPEATABLE: Final = frozenset({"GET", "HEAD", "OPTIONS", "PUT", "DELETE", "TRACE"})
EXPECTATION: Final = "ecsuite.expectation"
# Set if the service counts as gone, so that the request is not sent.
_GONE: Final = "ecsuite.gone"
# A function that says whether the network may have cut off the body.
CUT_OFF: Final = "ecsuite.cut_off"
# Seconds that a call has waited between its retries.
WAITED: Final = "ecsuite.waited"
# Seconds that a call was delayed to keep the rate.
HELD: Final = "ecsuite.held"
# Set if a request may be repeated although its method is not idempotent.
_REPEATABLE: Final = "ecsuite.repeatable"
_WATCHER: Final = "ecsuite.watcher"
# The response to a request, once it is read and checked.
_CHECKED: Final = "ecsuite.checked"
# When a request was passed to a connection.
SENT_AT: Final = "ecsuite.sent_at"
# Errors that occur before a connection is established.
_UNCONNECTED: Final = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.ProxyError)
_NAME: Final = "ecsuite.name"
# h11's message; its other protocol errors are about the content of the response.
_NOT_ALL_CAME: Final = "peer closed connection"
# At most so many characters of an error, which may quote the response.
_LONGEST: Final = 300


class CutOff(httpx.ReadError):
    """A response began, and its body is incomplete; a retry may help."""


class Unsent(httpx.ConnectError):
    """A request was not sent, because the service is gone."""


class Watcher(Protocol):
    """Notified of each request of a client, and of each response before the caller gets it."""

    def sending(self, request: httpx.Request) -> None:
        """A request is about to be sent."""
        ...

    def received(self, response: httpx.Response) -> None:
        """A response has begun; its body is not read yet."""
        ...

    def lost(self, request: httpx.Request) -> None:
        """No complete response to a request has arrived."""
        ...

    def repeating(self, request: httpx.Request) -> None:
        """A request is about to be sent again, because the API did not respond to it."""
        ...

    def name(self, request: httpx.Request) -> str:
        """The method and the path of a request; for an operation of the contract, its path template."""
        ...


class _NoCookies(httpx.Cookies):
    """Stores no cookies; a standard cookie jar would spend time on each response."""

    def extract_cookies(self, response: httpx.Response) -> None:
        """Store nothing."""


_NO_COOKIES: Final = _NoCookies()


class _Client(httpx.Client):
    """Keeps no cookies: the clients of several partners share its connections."""

    @property
    def cookies(self) -> httpx.Cookies:
        """A jar that stays empty."""
        return _NO_COOKIES

    @cookies.setter
    def cookies(self, cookies: object) -> None:
        """Ignore the cookies."""


def extensions(expect: Expectation, watcher: Watcher) -> dict[str, Any]:
    """The extensions of a request: what its sender expects, and the watcher. They are not sent."""
    return {EXPECTATION: expect, _WATCHER: watcher}


def new_http(
    target: Target,
    transport: httpx.BaseTransport | None = None,
    seconds: float = RESPONSE_SECONDS,
    ending: Ending | None = None,
) -> httpx.Client:
    """Connections for the clients of a target, with the hook that checks every exchange.

    Args:
        target: the server.
        transport: used instead of the network.
        seconds: the time limit of a whole response.
        ending: of the run; an interruption shortens the time limit.

    Raises:
        BadSetting, SocksMissing, CertificatesUnusable: an environment variable has an unusable value.
    """
    return _Client(
        timeout=httpx.Timeout(min(SILENT_SECONDS, seconds), connect=min(CONNECT_SECONDS, seconds)),
        transport=Decoding(transport or Network(target, seconds, ending=ending)),
        trust_env=False,
        headers={"User-Agent": f"ecsuite/{__version__}", "Accept-Encoding": ACCEPTED},
        event_hooks={"request": [_sending], "response": [_received]},
    )


def sending_by(http: httpx.Client) -> Callable[[httpx.Request], httpx.Response]:
    """A function that sends a request once, with connections from `new_http`."""

    def send(request: httpx.Request) -> httpx.Response:
        request.extensions.pop(_CHECKED, None)
        try:
            return http.send(request)
        except (httpx.RequestError, httpx.InvalidURL, ValueError):
            # httpx builds a request from the Location of each redirect, even if redirects are not followed, and may
            # fail.
            response: httpx.Response | None = request.extensions.get(_CHECKED)
            if response is None:
                raise
            return response

    return send


def _sending(request: httpx.Request) -> None:
    request.extensions[_WATCHER].sending(request)


def _received(response: httpx.Response) -> None:
    response.request.extensions[_WATCHER].received(response)
    response.request.extensions[_CHECKED] = response


def name_of(request: httpx.Request) -> str:
    """The method and the path of a request; for an operation of the contract, its path template."""
    if _NAME not in request.extensions:
        request.extensions[_NAME] = request.extensions[_WATCHER].name(request)
    name: str = request.extensions[_NAME]
    return name


def note_lost(request: httpx.Request) -> None:
    """Notify the watcher that a request got no response."""
    request.extensions[_WATCHER].lost(request)


def note_repeated(request: httpx.Request) -> None:
    """Notify the watcher that a request is sent again."""
    request.extensions[_WATCHER].repeating(request)


def mark_repeatable(request: httpx.Request) -> None:
    """Mark a request as one that may be sent again, whatever its method."""
    request.extensions[_REPEATABLE] = True


def is_repeatable(request: httpx.Request) -> bool:
    """Whether a request may be sent again although the server may have processed it (RFC 9110 section 9.2.2)."""
    return request.method in REPEATABLE or _REPEATABLE in request.extensions


def mark_repeated(request: httpx.Request) -> None:
    """Mark a request as repeated, so that the server may have processed it before."""
    request.extensions[EXPECTATION] = replace(request.extensions[EXPECTATION], repeated=True)


def mark_gone(request: httpx.Request) -> None:
    """Mark a request as not sent because the service is gone."""
    request.extensions[_GONE] = True


def is_marked_gone(request: httpx.Request) -> bool:
    """Whether a request was marked by `mark_gone`."""
    return _GONE in request.extensions


def was_processed(request: httpx.Request, error: BaseException) -> bool:
    """Whether the server may have received and processed a request that ended with an error."""
    is_unsent = SENT_AT not in request.extensions or isinstance(error, _UNCONNECTED)
    return not is_unsent or request.extensions[EXPECTATION].repeated


def is_lost(error: Exception) -> bool:
    """Whether a request was sent, and its response is missing or was cut off."""
    if isinstance(error, httpx.RemoteProtocolError):
        return str(error).startswith(NOTHING_CAME)
    return isinstance(error, httpx.NetworkError | httpx.TimeoutException)


def is_asking_for_credentials(error: Exception) -> bool:
    """Whether a proxy forwards nothing because its credentials are missing or wrong."""
    return isinstance(error, httpx.ProxyError) and str(error).startswith("407")


def message_of(error: httpx.RequestError) -> str:
    """The message of an httpx error, with the error's name; for our own errors the message alone."""
    if isinstance(error, httpx.DecodingError | CutOff | Unsent):
        return str(error)
    if is_asking_for_credentials(error):
        return "the proxy of the environment asks for credentials (407): put them into its address, as user:password@"
    if (certificate := refused(error)) is not None:
        return what_is_wrong(certificate, error.request.url.host)
    return cut(f"{type(error).__name__}: {error}".rstrip(": "), _LONGEST)


def is_cut_off(error: Exception) -> bool:
    """Whether the body of a response ended before its framing says that it ends."""
    if isinstance(error, httpx.RemoteProtocolError):
        return str(error).startswith(_NOT_ALL_CAME)
    return isinstance(error, httpx.NetworkError)


def to_request(request: httpx.Request) -> Request:
    """The request as frozen data."""
    return Request(
        method=request.method,
        url=str(request.url),
        headers=_headers(request.headers),
        body=request.content,
        expectation=request.extensions.get(EXPECTATION, SUCCESS),
    )


def to_exchange(response: httpx.Response, flaw: httpx.RequestError | None = None, seconds: float = 0.0) -> Exchange:
    """The response and its request as frozen data; `flaw` if the body could not be read completely."""
    return Exchange(
        request=to_request(response.request),
        response=Response(
            status=response.status_code,
            headers=_headers(response.headers),
            body=b"" if flaw else response.content,
            flaw=message_of(flaw) if flaw else "",
        ),
        seconds=seconds,
    )


def _headers(headers: httpx.Headers) -> Headers:
    return Headers(tuple((name.decode("latin-1"), value.decode("latin-1")) for name, value in headers.raw))
