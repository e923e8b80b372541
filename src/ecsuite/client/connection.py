"""httpx on one side, frozen data on the other: connections with the hook that has every exchange checked."""

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
# Whether nothing has come from the service for so long that nothing more is sent.
_GONE: Final = "ecsuite.gone"
# What says, where a body is cut off, whether that may be the network's doing.
CUT_OFF: Final = "ecsuite.cut_off"
# The seconds that a call has waited for the service.
WAITED: Final = "ecsuite.waited"
# The seconds that it was held back for a rate.
HELD: Final = "ecsuite.held"
# Whether a request has no effect that a repetition would add to, though its method says no such thing.
_REPEATABLE: Final = "ecsuite.repeatable"
_WATCHER: Final = "ecsuite.watcher"
# The response to a request, once it is read and checked.
_CHECKED: Final = "ecsuite.checked"
# When a request was handed to a connection.
SENT_AT: Final = "ecsuite.sent_at"
# Errors of what never got a connection.
_UNCONNECTED: Final = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.ProxyError)
_NAME: Final = "ecsuite.name"
# As h11 says it; any other error of the protocol is about what did come.
_NOT_ALL_CAME: Final = "peer closed connection"
# Characters of what an error says, which may show what came.
_LONGEST: Final = 300


class CutOff(httpx.ReadError):
    """A response had begun, and its body did not come in whole, which another try may mend."""


class Unsent(httpx.ConnectError):
    """A request was not sent, for the service is gone."""


class Watcher(Protocol):
    """Who is told of each request of a client, and of each response, before the client's caller has it."""

    def sending(self, request: httpx.Request) -> None:
        """A request is about to be sent."""
        ...

    def received(self, response: httpx.Response) -> None:
        """A response has begun; its body is not read yet."""
        ...

    def lost(self, request: httpx.Request) -> None:
        """No response came to a request, or none in whole."""
        ...

    def repeating(self, request: httpx.Request) -> None:
        """A request is about to be sent again, for no response of the API's came to it."""
        ...

    def name(self, request: httpx.Request) -> str:
        """The method and the path of a request, of its operation where it calls one."""
        ...


class _NoCookies(httpx.Cookies):
    """No cookies, whatever a response brings; a jar with a policy would look at each response for long."""

    def extract_cookies(self, response: httpx.Response) -> None:
        """Take none."""


_NO_COOKIES: Final = _NoCookies()


class _Client(httpx.Client):
    """Keeps no cookies: the clients of several partners share its connections."""

    @property
    def cookies(self) -> httpx.Cookies:
        """None."""
        return _NO_COOKIES

    @cookies.setter
    def cookies(self, cookies: object) -> None:
        """Take none."""


def extensions(expect: Expectation, watcher: Watcher) -> dict[str, Any]:
    """What goes with a request, unsent: what its sender expects, and who watches."""
    return {EXPECTATION: expect, _WATCHER: watcher}


def new_http(
    target: Target,
    transport: httpx.BaseTransport | None = None,
    seconds: float = RESPONSE_SECONDS,
    ending: Ending | None = None,
) -> httpx.Client:
    """Connections for the clients of a target, with the hook that has every exchange checked.

    Args:
        target: where to.
        transport: in place of the network.
        seconds: how long a response may take in all.
        ending: of the run, by which it may take less.

    Raises:
        BadSetting, SocksMissing, CertificatesUnusable: the environment names what cannot be used.
    """
    return _Client(
        timeout=httpx.Timeout(min(SILENT_SECONDS, seconds), connect=min(CONNECT_SECONDS, seconds)),
        transport=Decoding(transport or Network(target, seconds, ending=ending)),
        trust_env=False,
        headers={"User-Agent": f"ecsuite/{__version__}", "Accept-Encoding": ACCEPTED},
        event_hooks={"request": [_sending], "response": [_received]},
    )


def sending_by(http: httpx.Client) -> Callable[[httpx.Request], httpx.Response]:
    """What sends a request once, by connections that `new_http` made."""

    def send(request: httpx.Request) -> httpx.Response:
        request.extensions.pop(_CHECKED, None)
        try:
            return http.send(request)
        except (httpx.RequestError, httpx.InvalidURL, ValueError):
            # httpx makes a request of the Location of each redirect, also where nobody wants it followed.
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
    """The method and the path of a request, of its operation where it calls one."""
    if _NAME not in request.extensions:
        request.extensions[_NAME] = request.extensions[_WATCHER].name(request)
    name: str = request.extensions[_NAME]
    return name


def note_lost(request: httpx.Request) -> None:
    """Tell the watcher of a request that no response came to it."""
    request.extensions[_WATCHER].lost(request)


def note_repeated(request: httpx.Request) -> None:
    """Tell the watcher of a request that it is sent again."""
    request.extensions[_WATCHER].repeating(request)


def mark_repeatable(request: httpx.Request) -> None:
    """Mark a request as one that may be sent again, whatever its method."""
    request.extensions[_REPEATABLE] = True


def is_repeatable(request: httpx.Request) -> bool:
    """Whether a request may be sent again that the server may have processed (RFC 9110 section 9.2.2)."""
    return request.method in REPEATABLE or _REPEATABLE in request.extensions


def mark_repeated(request: httpx.Request) -> None:
    """Mark a request as a repetition, which the server may have processed before."""
    request.extensions[EXPECTATION] = replace(request.extensions[EXPECTATION], repeated=True)


def mark_gone(request: httpx.Request) -> None:
    """Mark a request as one to a service that is gone."""
    request.extensions[_GONE] = True


def is_to_nobody(request: httpx.Request) -> bool:
    """Whether the service is gone that a request is for."""
    return _GONE in request.extensions


def was_processed(request: httpx.Request, error: BaseException) -> bool:
    """Whether the server may have processed a request that ended with an error: that it got it is not ruled out."""
    is_unsent = SENT_AT not in request.extensions or isinstance(error, _UNCONNECTED)
    return not is_unsent or request.extensions[EXPECTATION].repeated


def is_lost(error: Exception) -> bool:
    """Whether a request was sent, and what came back was nothing, or was cut off."""
    if isinstance(error, httpx.RemoteProtocolError):
        return str(error).startswith(NOTHING_CAME)
    return isinstance(error, httpx.NetworkError | httpx.TimeoutException)


def is_asking_for_credentials(error: Exception) -> bool:
    """Whether a proxy forwards nothing, because it got no credentials, or wrong ones."""
    return isinstance(error, httpx.ProxyError) and str(error).startswith("407")


def said_by(error: httpx.RequestError) -> str:
    """The text of an httpx error, with its name; of our own errors the text alone."""
    if isinstance(error, httpx.DecodingError | CutOff | Unsent):
        return str(error)
    if is_asking_for_credentials(error):
        return "the proxy of the environment asks for credentials (407): put them into its address, as user:password@"
    if (certificate := refused(error)) is not None:
        return what_is_wrong(certificate, error.request.url.host)
    return cut(f"{type(error).__name__}: {error}".rstrip(": "), _LONGEST)


def is_cut_off(error: Exception) -> bool:
    """Whether the body of a response was cut off, by its own framing."""
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
    """The response and its request as frozen data; `flaw` where the body could not be had in whole."""
    return Exchange(
        request=to_request(response.request),
        response=Response(
            status=response.status_code,
            headers=_headers(response.headers),
            body=b"" if flaw else response.content,
            flaw=said_by(flaw) if flaw else "",
        ),
        seconds=seconds,
    )


def _headers(headers: httpx.Headers) -> Headers:
    return Headers(tuple((name.decode("latin-1"), value.decode("latin-1")) for name, value in headers.raw))
