"""Sends a request again if the API itself has not responded to it.

- The service is busy (429, 503, ...): wait as long as it asks, or with growing pauses; for any method.
- No connection could be made, so nothing was sent: likewise.
- A gateway has no answer (502, 504, ...), or the response is lost: try again after a pause, if the method is
  idempotent (RFC 9110 section 9.2.2) or the request is marked as repeatable.

Nothing else is retried: a 500 is a response.

If retries do not help, another call is tried that had a response before. If that has no response either, the service is
gone, and nothing more is sent.
"""

from __future__ import annotations

import email.utils
import random
import threading
import time
from collections.abc import Callable
from typing import Final

import stamina

from ecsuite.client.certificates import refused
from ecsuite.client.connection import (
    CUT_OFF,
    WAITED,
    Unsent,
    is_asking_for_credentials,
    is_lost,
    is_repeatable,
    mark_gone,
    mark_repeated,
    name_of,
    note_lost,
    note_repeated,
)
from ecsuite.client.patience import Known, Patience, Trouble, Wait
from ecsuite.client.presence import is_there
from ecsuite.http import httpx
from ecsuite.messages.interception import Interception, interception

FIRST_PAUSE: Final = 0.2
LONGEST_PAUSE: Final = 15.0
# The longest `Retry-After` that is respected, in seconds.
LONGEST_WAIT: Final = 60.0
# What a call waits for while the service has asked other calls to come back later.
BUSY: Final = "the service, which asked to come back later"
UNSENT: Final = "nothing is sent any more"

Send = Callable[[httpx.Request], httpx.Response]


class _UnansweredError(Exception):
    """A response that is not from the API itself."""

    def __init__(self, response: httpx.Response) -> None:
        self.response = response


def with_retries(send: Send, patience: Patience | None = None) -> Send:
    """A sender that retries within the limits of a `Patience`.

    If retries do not help, the last response is returned, or the last error raised.

    Args:
        send: sends a request once.
        patience: may be shared; defaults to a new one.
    """
    shared = patience or Patience()

    def retrying(request: httpx.Request) -> httpx.Response:
        if _mark_if_gone(request, shared):
            raise Unsent(UNSENT, request=request)
        if shared.busy_for:
            shared.activity.waits(BUSY, shared.busy_for)
            shared.activity.ending.rest(shared.busy_for)
        policy = _RetryPolicy(request, shared, lambda: is_there(send, shared, name_of(request)))
        failure: list[Exception] = []
        try:
            return policy.send(send)
        except (_UnansweredError, httpx.TransportError) as error:
            failure.append(error)
        # Set up only now, because few requests need a retry: the first attempt of the loop is the one that has failed.
        try:
            for attempt in stamina.retry_context(on=policy.wait, attempts=None, timeout=None):
                with attempt:
                    if failure:
                        raise failure.pop()
                    response = policy.send(send)
        except _UnansweredError as unanswered:
            return unanswered.response
        except httpx.TransportError:
            _mark_if_gone(request, shared)
            raise
        return response

    return retrying


def _mark_if_gone(request: httpx.Request, patience: Patience) -> bool:
    """Whether the service is gone; if so, mark the request."""
    if patience.is_gone:
        mark_gone(request)
    return patience.is_gone


class _RetryPolicy:
    """Decides whether a request is retried after a failure, and when."""

    def __init__(self, request: httpx.Request, patience: Patience, is_there: Callable[[], bool]) -> None:
        self._request = request
        self._is_there = is_there
        self._patience = patience
        self._call = name_of(request)
        self._ending = patience.activity.ending
        self._is_of_ending = self._ending.has_begun
        self._started = time.monotonic()
        self._pause = FIRST_PAUSE
        self._came_at_once = False
        self._waited = 0.0
        request.extensions[CUT_OFF] = lambda: patience.cut_off(self._call)

    def send(self, send: Send) -> httpx.Response:
        """Send the request once."""
        if not self._is_of_ending:
            self._ending.require_none()
        self._patience.note_sent()
        sent_at = time.monotonic()
        response = send(self._request)
        if _interception(response) in {"busy", "gateway"}:
            self._patience.note_response()
            raise _UnansweredError(response)
        self._patience.note_answered(self._call)
        if self._request.method == "GET" and response.is_success:
            seconds = time.monotonic() - sent_at
            self._patience.remember(self._call, Known(str(self._request.url), self._request.headers, seconds))
        self._ending.answered()
        return response

    def wait(self, error: Exception) -> bool | float:
        """Whether to try again: False, or the seconds to wait."""
        trouble = _trouble(error)
        if trouble is None:
            return False
        if trouble in {"lost", "unreachable"}:
            note_lost(self._request)
        if trouble in {"lost", "gateway"}:
            if not is_repeatable(self._request):
                return False
            mark_repeated(self._request)
        pause = self._pause_after(error)
        left = self._patience.left(self._call, trouble, time.monotonic() - self._started)
        if pause > min(left, self._ending.left):
            self._give_up()
            return False
        if trouble == "busy":
            self._patience.put_off(pause)
        self._patience.tell(Wait(pause, self._call, _reason(error)), self._waited)
        self._waited += pause
        note_repeated(self._request)
        self._request.extensions[WAITED] = self._waited
        if threading.current_thread() is threading.main_thread():
            return pause
        self._ending.rest(pause)
        return 0.0

    def _give_up(self) -> None:
        patience = self._patience
        patience.give_up(self._call)
        # Another thread may be finding out the same.
        with patience.probing:
            if patience.is_silent and not patience.is_gone and not self._ending.has_begun and self._is_there():
                patience.note_recovered()

    def _pause_after(self, error: Exception) -> float:
        asked = None
        if isinstance(error, _UnansweredError):
            asked = retry_after(error.response.headers.get("Retry-After"), time.time())
        # If the server asks for a retry at once, and that fails too, use growing pauses, as without the header.
        if asked is not None and (asked > 0 or not self._came_at_once):
            self._came_at_once = self._came_at_once or asked == 0
            return asked
        # Jitter, so that calls which were delayed at the same time do not return at the same time.
        pause = self._pause * random.uniform(0.8, 1.2)  # noqa: S311  no secret
        self._pause = min(self._pause * 2, LONGEST_PAUSE)
        return pause


def _trouble(error: Exception) -> Trouble | None:
    """The kind of a failure; None if a retry would not help, or is not allowed."""
    if isinstance(error, _UnansweredError):
        return "busy" if _interception(error.response) == "busy" else "gateway"
    if isinstance(error, httpx.ConnectError | httpx.ConnectTimeout | httpx.PoolTimeout | httpx.ProxyError):
        # Without a connection, nothing was sent; a rejected certificate or credential would be rejected again.
        return None if refused(error) or is_asking_for_credentials(error) else "unreachable"
    return "lost" if is_lost(error) else None


def _interception(response: httpx.Response) -> Interception | None:
    return interception(response.status_code, response.headers.get)


def _reason(error: Exception) -> str:
    return str(error.response.status_code) if isinstance(error, _UnansweredError) else str(error)


def retry_after(header: str | None, now: float) -> float | None:
    """The seconds to wait by a `Retry-After` of seconds or a date; None if it is neither."""
    if header is None:
        return None
    if header.strip().isdecimal():
        return min(float(header), LONGEST_WAIT)
    try:
        until = email.utils.parsedate_to_datetime(header).timestamp()
    except (ValueError, OverflowError, TypeError):
        # Not a date, or with a year out of range.
        return None
    return min(max(until - now, 0.0), LONGEST_WAIT)
