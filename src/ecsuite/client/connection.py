"""httpx on one side, frozen data on the other: connections with the hook that has every exchange checked."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final, Protocol

from ecsuite.http import httpx
from ecsuite.messages.exchange import SUCCESS, Exchange, Expectation, Headers, Request, Response
from ecsuite.target import Target
from ecsuite.version import __version__

TIMEOUT: Final = httpx.Timeout(30.0, connect=10.0)
EXPECTATION: Final = "ecsuite.expectation"
# What says, where a body is cut off, whether that may be the network's doing.
CUT_OFF: Final = "ecsuite.cut_off"
# The seconds that a call has waited for the service.
WAITED: Final = "ecsuite.waited"
_WATCHER: Final = "ecsuite.watcher"
# As httpcore says it; any other error of the protocol is about what did come.
_NOTHING_CAME: Final = "Server disconnected"


class CutOff(httpx.ReadError):
    """A response had begun, and its body did not come in whole, which another try may mend."""


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


def extensions(expect: Expectation, watcher: Watcher) -> dict[str, Any]:
    """What goes with a request, unsent: what its sender expects, and who watches."""
    return {EXPECTATION: expect, _WATCHER: watcher}


def new_http(
    target: Target, transport: httpx.BaseTransport | None = None, timeout: httpx.Timeout = TIMEOUT
) -> httpx.Client:
    """Connections for the clients of a target, with the hook that has every exchange checked.

    Args:
        target: where to.
        transport: in place of the network.
        timeout: how long an answer may take.
    """
    return httpx.Client(
        timeout=timeout,
        transport=transport,
        trust_env=target.mode == "live",
        headers={"User-Agent": f"ecsuite/{__version__}"},
        event_hooks={"request": [_sending], "response": [_received]},
    )


def _sending(request: httpx.Request) -> None:
    request.extensions[_WATCHER].sending(request)


def _received(response: httpx.Response) -> None:
    response.request.extensions[_WATCHER].received(response)


def name_of(request: httpx.Request) -> str:
    """The method and the path of a request, of its operation where it calls one."""
    watcher: Watcher = request.extensions[_WATCHER]
    return watcher.name(request)


def note_lost(request: httpx.Request) -> None:
    """Tell the watcher of a request that no response came to it."""
    request.extensions[_WATCHER].lost(request)


def note_repeated(request: httpx.Request) -> None:
    """Tell the watcher of a request that it is sent again."""
    request.extensions[_WATCHER].repeating(request)


def mark_repeated(request: httpx.Request) -> None:
    """Have it known that a request is sent again, and may have been done before."""
    request.extensions[EXPECTATION] = replace(request.extensions[EXPECTATION], repeated=True)


def is_lost(error: Exception) -> bool:
    """Whether a request was sent, and what came back was nothing, or was cut off."""
    if isinstance(error, httpx.RemoteProtocolError):
        return str(error).startswith(_NOTHING_CAME)
    return isinstance(error, httpx.NetworkError | httpx.TimeoutException)


def has_more(response: httpx.Response) -> bool:
    """Whether more may follow on the connection of a response that must have no body, but says that it has one."""
    length = response.headers.get("Content-Length", "0")
    return response.status_code == httpx.codes.NO_CONTENT and (length != "0" or "Transfer-Encoding" in response.headers)


def drop(response: httpx.Response) -> None:
    """Have no other call use the connection of a response: what is left on it would be taken for the next answer."""
    stream = response.extensions.get("network_stream")
    if stream is not None:
        stream.close()


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
            flaw=f"{type(flaw).__name__}: {flaw}" if flaw else "",
        ),
        seconds=seconds,
    )


def _headers(headers: httpx.Headers) -> Headers:
    return Headers(tuple((name.decode("latin-1"), value.decode("latin-1")) for name, value in headers.raw))
