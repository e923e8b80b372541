"""The API as a partner calls it: paths below the base URL, JSON in, httpx responses out."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any, TypeVar

from ecsuite.activity import Activity
from ecsuite.checks import Checker
from ecsuite.client.authorization import Authorization
from ecsuite.client.checked import checked_of, is_checked, require_expected
from ecsuite.client.cleanup import Cleanup
from ecsuite.client.connection import new_http, sending_by, to_exchange
from ecsuite.client.housekeeping import BEFORE, CASES, CLEAN_UP
from ecsuite.client.pacing import TIMEOUT, CallLog, Latency, Waits, map_concurrently, poll
from ecsuite.client.precautions import METHODS, Precautions
from ecsuite.client.sender import Send, Sender
from ecsuite.client.sweep import Sweep
from ecsuite.client.token import Token
from ecsuite.client.transcript import Transcript
from ecsuite.client.watch import Watch
from ecsuite.errors import CouldNotTell
from ecsuite.findings.breach import Breach
from ecsuite.http import httpx
from ecsuite.ids import Traces
from ecsuite.journal import Journal
from ecsuite.left import Left
from ecsuite.messages.exchange import SUCCESS, Expectation
from ecsuite.messages.redact import Redactor
from ecsuite.promises import Promise
from ecsuite.target import Target

_T = TypeVar("_T")
_R = TypeVar("_R")


class Api:
    """A client of one partner.

    Args:
        target: the server, and the credentials.
        checker: checks every exchange.
        journal: collects the results of the checks.
        redactor: every token is added to it, so that no token is printed.
        retrying: wraps a sender so that it retries; None for no retries.
        transport: used instead of the network.
        http: made by `new_http`, and not closed by this client; defaults to a new one.
        token: holds the token; defaults to a new, empty one.
        latency: records how long calls take; defaults to a new one.
        transcript: records what is sent; defaults to a new one.
        traces: makes the trace context of each call; defaults to a new one.
        cleanup: knows what this client has created and not deleted; defaults to a new one.
        activity: notified of waits; defaults to a new one.
        in_order: whether calls must be sent one after the other, because they are recorded or replayed.
        clock: seconds, for the lifetime of the token and the duration of exchanges.
    """

    def __init__(  # noqa: PLR0913  all but three are for tests, or for sharing
        self,
        target: Target,
        checker: Checker,
        journal: Journal,
        redactor: Redactor | None = None,
        *,
        retrying: Callable[[Send], Send] | None = None,
        transport: httpx.BaseTransport | None = None,
        http: httpx.Client | None = None,
        token: Token | None = None,
        latency: Latency | None = None,
        transcript: Transcript | None = None,
        traces: Traces | None = None,
        cleanup: Cleanup | None = None,
        activity: Activity | None = None,
        in_order: bool = False,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.target = target
        self.journal = journal
        self.checker = checker
        self._redactor = redactor = redactor or Redactor()
        redactor.add(*target.secrets, everywhere=True)
        self._http = http or new_http(target, transport)
        self._owns_http = http is None
        self.latency = latency or Latency()
        self.in_order = in_order
        self.log = CallLog()
        self._activity = activity or Activity()
        self.transcript = transcript or Transcript(target, checker.contract, redactor)
        self.cleanup = cleanup or Cleanup(checker.contract)
        read = partial(self.get, expect=BEFORE, strict=False)
        self._precautions = Precautions(checker, self.cleanup, read, in_order=in_order)
        self._sweep = Sweep(self.cleanup, partial(self.request, expect=CLEAN_UP, strict=False), self.map_concurrently)
        noted = partial(self.transcript.note, partner=target.credentials)
        has_token = partial(self.transcript.add_token, partner=target.credentials)
        watch = Watch(checker, journal, self.cleanup, self.log, clock, noted)
        once = sending_by(self._http)
        send = retrying(once) if retrying else once
        self._sender = Sender(self._http, send, watch, self.latency, traces or Traces(), clock)
        token = token or Token(clock)
        self._authorization = Authorization(target, checker.contract, self._sender, watch, token, has_token)
        self._watch = watch

    def get(self, path: str, **options: Any) -> httpx.Response:
        """Send a GET; see `request`."""
        return self.request("GET", path, **options)

    def post(self, path: str, **options: Any) -> httpx.Response:
        """Send a POST; see `request`."""
        return self.request("POST", path, **options)

    def put(self, path: str, **options: Any) -> httpx.Response:
        """Send a PUT; see `request`."""
        return self.request("PUT", path, **options)

    def patch(self, path: str, **options: Any) -> httpx.Response:
        """Send a PATCH; see `request`."""
        return self.request("PATCH", path, **options)

    def delete(self, path: str, **options: Any) -> httpx.Response:
        """Send a DELETE; see `request`."""
        return self.request("DELETE", path, **options)

    def request(
        self,
        method: str,
        path: str,
        *,
        expect: Expectation = SUCCESS,
        authorize: bool = True,
        strict: bool = True,
        chunked: bool = False,
        **options: Any,
    ) -> httpx.Response:
        """Send a request and return the response, checked.

        Args:
            method: the HTTP method.
            path: below the base URL, percent-encoded (see `segment`).
            expect: the response that the caller expects; defaults to any success (2xx).
            authorize: whether to send the token.
            strict: whether an unexpected response raises, in addition to being a finding.
            chunked: whether to send the body in chunks, without its length.
            options: as for `httpx.Client.build_request`: json, content, data, headers, params.

        Raises:
            PromiseBroken: the response is not as expected; the finding is in the journal.
            CouldNotTell: the API did not respond, in spite of retries.
            BehindFirewall: a firewall rejected the request.
            TooLarge: the request is larger than an intermediary forwards.
            Undeletable: not sent, because what it creates might never be deletable; see `is_deletable`.
            OthersAtStake, OthersOwn: not sent, because it deletes or changes what the run has not created.
        """
        self._redactor.add_sent(options.get("headers"), options.get("data"))
        request = self._sender.request(method, self.target.base_url + path, expect, options)
        self._require_time(request, is_own=expect.case in CASES)
        if chunked:
            request.headers.pop("Content-Length")
            request.headers["Transfer-Encoding"] = "chunked"
        if authorize and method in METHODS:
            self._precautions.take(request)
        response = (self._authorization if authorize else self._sender).send(request)
        if authorize and method in METHODS:
            self._precautions.after(response)
        if strict:
            require_expected(response, expect)
        return response

    def _require_time(self, request: httpx.Request, *, is_own: bool) -> None:
        """Require that the run is not being interrupted or, for a request of the clean-up, that there is time left."""
        ending = self._activity.ending
        if not is_own:
            ending.require_none()
        elif ending.left <= 0:
            raise CouldNotTell(self._watch.name(request), "interrupted")

    def poll(
        self, path: str, until: Callable[[httpx.Response], bool], *, seconds: float = TIMEOUT, **options: Any
    ) -> httpx.Response:
        """Read a path repeatedly until a response is accepted or time is up; return the last response.

        A recording keeps only the last of these calls, so a replay, which sends just that one, does not depend on how
        long the API took.

        Args:
            path: below the base URL.
            until: whether a response is accepted.
            seconds: the time limit.
            options: as for `request`.
        """
        longest = 0.0 if self.target.mode == "replay" else seconds
        waiting = Waits(self._activity, self._watch.name)
        return poll(lambda: self.get(path, **options), until, self.log, longest, waiting)

    def token(self) -> str:
        """The access token of the target's partner, fetched if necessary."""
        return self._authorization.token()

    def request_token(
        self,
        form: Mapping[str, str] | None = None,
        *,
        expect: Expectation = SUCCESS,
        method: str = "POST",
        strict: bool = True,
        **options: Any,
    ) -> httpx.Response:
        """Send a request to the token endpoint; raises as `request` does.

        Args:
            form: the form to send.
            expect: as for `request`.
            method: the HTTP method.
            strict: as for `request`.
            options: as for `httpx.Client.build_request`, instead of a form.
        """
        self._redactor.add_sent(options.get("headers"), form or options.get("data"))
        return self._authorization.request_token(form, expect=expect, method=method, strict=strict, **options)

    def clean_up(self) -> None:
        """Delete what this client has created and not deleted, the latest first; never raises because of the API."""
        self._activity.ending.is_seen = self._activity.ending.has_begun
        if self._activity.ending.has_begun:
            self.cleanup.recall()
        self._sweep.run()

    @property
    def left(self) -> tuple[Left, ...]:
        """What this client has created and not deleted, in the order of deletion."""
        return self._sweep.left

    def rest(self, seconds: float) -> None:
        """Pause for some seconds; returns early if the run is interrupted, as `Ending.rest` does."""
        self._activity.ending.rest(seconds)

    def map_concurrently(self, function: Callable[[_T], _R], items: Sequence[_T]) -> list[_R]:
        """Apply a function to several independent items; concurrently if the server is slow."""
        if not self.latency.is_slow:
            return [function(one) for one in items]
        return self.at_once(function, items)

    def at_once(self, function: Callable[[_T], _R], items: Sequence[_T]) -> list[_R]:
        """Apply a function to several items concurrently, as several clients would."""
        if self.in_order:
            return [function(one) for one in items]
        return map_concurrently(function, items, self._activity.ending)

    def close(self) -> None:
        """Close the connections, unless they are shared."""
        if self._owns_http:
            self._http.close()

    def add_finding(self, promise: Promise, breach: Breach, response: httpx.Response) -> None:
        """Add a finding that only the caller can see, such as a difference between two responses."""
        # The response of another client has not been decoded yet.
        is_ours = is_checked(response)
        decoded = checked_of(response).decoded if is_ours else self.checker.decode(to_exchange(response))
        self._watch.add_finding(promise, breach, decoded.exchange, decoded.operation)

    def is_beyond_reach(self, path: str) -> bool:
        """Whether an intermediary is known to reject a path; only with unusual ids, which are off by default."""
        return self.cleanup.ownership.is_beyond_reach(path)

    def is_deletable(self, method: str, path: str, **options: Any) -> bool:
        """Whether a call may be sent: only if what it creates can be deleted; options as for `request`.

        On a shared server, nothing is created under an id that a correct server might not find in a path, or that a
        gateway in front of it rejects there.
        """
        request = self._sender.request(method, self.target.base_url + path, SUCCESS, options)
        return self._precautions.is_deletable(request)
