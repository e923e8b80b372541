"""Patience: sends a request again where the response, or its absence, was not about the request.

- 429, and 503 with `Retry-After`: wait as long as the server asks, or a growing while where it doesn't say.
- A connection that was kept idle and turns out to be lost: send on a new one, whatever the method.
- A new connection that is lost: send again only what may be sent twice (RFC 9110 section 9.2.2).

Nothing else is tried again: a 500 is a response.
"""

from __future__ import annotations

import email.utils
import ssl
import time
from collections.abc import Callable
from typing import Final

import stamina

from ecsuite.http import httpx
from ecsuite.messages.exchange import asks_to_wait

IDEMPOTENT: Final = frozenset({"GET", "HEAD", "OPTIONS", "PUT", "DELETE", "TRACE"})
MOST_ATTEMPTS: Final = 8
MOST_LOSSES: Final = 3
LONGEST_WAIT: Final = 30.0
LONGEST_IN_ALL: Final = 120.0
LOST: Final = (httpx.RemoteProtocolError, httpx.ReadError, httpx.WriteError, httpx.ConnectError)

Send = Callable[[httpx.Request], httpx.Response]


class _BusyError(Exception):
    """A response that asks to come back later."""

    def __init__(self, response: httpx.Response) -> None:
        self.response = response


def with_retries(send: Send) -> Send:
    """A sender that tries again within bounds: 8 attempts, 3 lost connections, 30 seconds a wait, 2 minutes in all.

    Where the server goes on asking to wait, its last response is returned; where a connection goes on being lost, the
    last error is raised.
    """

    def retrying(request: httpx.Request) -> httpx.Response:
        policy = _RetryPolicy(request)
        request.extensions = {**request.extensions, "trace": policy.trace}
        failure: list[Exception] = []
        try:
            return _send(send, request)
        except (_BusyError, *LOST) as error:
            failure.append(error)
        # Only now, for hardly any request comes here: the first attempt of the loop is the one that has failed already.
        try:
            for attempt in stamina.retry_context(
                on=policy.wait,
                attempts=MOST_ATTEMPTS,
                timeout=LONGEST_IN_ALL,
                wait_initial=0.05,
                wait_max=2.0,
                wait_jitter=0.05,
            ):
                with attempt:
                    if failure:
                        raise failure.pop()
                    response = _send(send, request)
        except _BusyError as busy:
            return busy.response
        return response

    return retrying


class _RetryPolicy:
    """Says of one request what its failures mean."""

    def __init__(self, request: httpx.Request) -> None:
        self._request = request
        self._connected = False
        self._losses = 0

    def trace(self, event: str, _: object) -> None:
        """Told by httpcore what it does: without a new connection, an error came from one that was kept idle."""
        if event == "connection.connect_tcp.started":
            self._connected = True

    def wait(self, error: Exception) -> bool | float:
        """Whether to try again: False for no, seconds to wait, or True for a growing pause."""
        if isinstance(error, _BusyError):
            return retry_after(error.response.headers.get("Retry-After"), time.time())
        reused, self._connected = not self._connected, False
        self._losses += isinstance(error, LOST)
        if self._losses >= MOST_LOSSES or not isinstance(error, LOST) or _is_about_certificates(error):
            return False
        # What never got a connection was never sent.
        return reused or isinstance(error, httpx.ConnectError) or self._request.method in IDEMPOTENT


def _is_about_certificates(error: BaseException | None) -> bool:
    while error is not None:
        if isinstance(error, ssl.SSLCertVerificationError):
            return True
        error = error.__cause__ or error.__context__
    return False


def _send(send: Send, request: httpx.Request) -> httpx.Response:
    response = send(request)
    if asks_to_wait(response.status_code, response.headers.get("Retry-After")):
        raise _BusyError(response)
    return response


def retry_after(header: str | None, now: float) -> bool | float:
    """Seconds to wait for a `Retry-After` of seconds or of a date; True, for a growing pause, where it says neither."""
    if header is None:
        return True
    if header.strip().isdecimal():
        return min(float(header), LONGEST_WAIT)
    try:
        until = email.utils.parsedate_to_datetime(header).timestamp()
    except ValueError:
        return True
    return min(max(until - now, 0.0), LONGEST_WAIT)
