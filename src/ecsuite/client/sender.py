"""Builds and sends the requests of one client; a missing response becomes one of our own errors."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from ecsuite.client.checked import checked_of
from ecsuite.client.connection import HELD, WAITED, extensions, is_lost, is_marked_gone, message_of, was_processed
from ecsuite.client.pacing import Latency
from ecsuite.client.watch import Watch
from ecsuite.errors import BehindFirewall, CouldNotTell, ServiceGone, TooLarge
from ecsuite.http import httpx
from ecsuite.ids import Traces
from ecsuite.messages.exchange import Expectation

Send = Callable[[httpx.Request], httpx.Response]


class Sender:
    """Sends the requests of one client.

    Args:
        http: builds the requests.
        send: sends them, with retries.
        watch: notified of each request and each response.
        latency: records how long calls take.
        traces: makes the trace context of each call.
        clock: seconds.
    """

    def __init__(
        self,
        http: httpx.Client,
        send: Send,
        watch: Watch,
        latency: Latency,
        traces: Traces,
        clock: Callable[[], float],
    ) -> None:
        self._http = http
        self._send = send
        self._watch = watch
        self._latency = latency
        self._traces = traces
        self._clock = clock

    def request(self, method: str, url: str, expect: Expectation, options: Mapping[str, Any]) -> httpx.Request:
        """A request with a trace context, unsent; options as for `httpx.Client.build_request`."""
        request = self._http.build_request(method, url, extensions=extensions(expect, self._watch), **options)
        request.headers.setdefault("traceparent", self._traces.new())
        return request

    def send(self, request: httpx.Request) -> httpx.Response:
        """Send a request; return the response, checked.

        Raises:
            CouldNotTell: the API did not respond, in spite of retries.
            ServiceGone: no other call had a response either; nothing more is sent.
            BehindFirewall: a firewall rejected the request.
            TooLarge: the request is larger than an intermediary forwards.
            PromiseBroken: the response is not HTTP; the finding is in the journal.
        """
        started = self._clock()
        try:
            response = self._send(request)
        except BaseException as error:
            # Whatever the error, even an interruption: the server may have processed the request.
            if was_processed(request, error):
                self._watch.may_have_acted(request)
            else:
                self._watch.was_not_sent(request)
            if isinstance(error, httpx.RequestError):
                raise self._failed(request, error) from None
            raise
        waited: float = request.extensions.get(WAITED, 0.0) + request.extensions.get(HELD, 0.0)
        self._latency.note(self._clock() - started - waited)
        interception = checked_of(response).decoded.interception
        if interception == "firewall":
            raise BehindFirewall(self._watch.name(request), response.status_code)
        if interception == "size":
            raise TooLarge(self._watch.name(request), response.status_code)
        if interception is not None:
            raise CouldNotTell(self._watch.name(request), str(response.status_code))
        return response

    def _failed(self, request: httpx.Request, error: httpx.RequestError) -> Exception:
        """The error for a call without a response."""
        reason = message_of(error)
        if is_marked_gone(request):
            return ServiceGone(self._watch.name(request), reason)
        could_not_be_sent = isinstance(error, httpx.UnsupportedProtocol | httpx.LocalProtocolError)
        is_unreadable = isinstance(error, httpx.RemoteProtocolError | httpx.DecodingError) and not is_lost(error)
        if could_not_be_sent or is_unreadable:
            return self._watch.unreadable(request, reason)
        return CouldNotTell(self._watch.name(request), reason)
