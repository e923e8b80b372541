"""The API as a partner calls it: paths below the base URL, JSON in, httpx responses out."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from typing import Any, Final, TypeVar

from ecsuite.checks import Checker, DecodedExchange
from ecsuite.client.authorization import Authorization
from ecsuite.client.checked import checked_of, is_checked, require_expected
from ecsuite.client.cleanup import Cleanup
from ecsuite.client.connection import new_http, to_exchange
from ecsuite.client.pacing import TIMEOUT, CallLog, Latency, map_concurrently, poll
from ecsuite.client.sender import Send, Sender
from ecsuite.client.token import Token
from ecsuite.client.transcript import Transcript
from ecsuite.client.watch import Watch
from ecsuite.errors import BehindFirewall, CouldNotTell
from ecsuite.findings.breach import Breach
from ecsuite.findings.broken import PromiseBroken
from ecsuite.http import httpx
from ecsuite.ids import Traces
from ecsuite.journal import Journal
from ecsuite.messages.exchange import SUCCESS, Expectation
from ecsuite.messages.redact import Redactor
from ecsuite.promises import Promise
from ecsuite.target import Target

CLEAN_UP: Final = Expectation("clean-up", unspecified=True)

_T = TypeVar("_T")
_R = TypeVar("_R")


class Api:
    """A client of one partner.

    Args:
        target: where to send to, and who as.
        checker: what looks at every exchange.
        journal: where what it says is kept.
        redactor: told of every token, so that none is printed.
        retrying: what makes a sender try again; None for one that never does.
        transport: in place of the network.
        http: made by `new_http`, and not closed by this client; one of its own where it is left out.
        token: where the token is kept; a place of its own where it is left out.
        latency: where it is kept how long calls take; likewise.
        transcript: where it is kept what was sent; likewise.
        traces: where the trace context of each call is drawn; likewise.
        in_order: whether calls must go one after the other, for they are recorded or replayed.
        clock: seconds, for the life of the token and the length of exchanges.
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
        in_order: bool = False,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.target = target
        self.journal = journal
        self.checker = checker
        self._redactor = redactor or Redactor()
        self._redactor.add(*target.secrets, everywhere=True)
        self._http = http or new_http(target, transport)
        self._owns_http = http is None
        self.latency = latency or Latency()
        self.in_order = in_order
        self.log = CallLog()
        self.transcript = transcript or Transcript(target, checker.contract, self._redactor)
        self._has_left = False
        self._cleanup = Cleanup(checker.contract)
        self._watch = Watch(checker, journal, self._cleanup, self.log, clock, self._note_step)
        send = retrying(self._http.send) if retrying else self._http.send
        self._sender = Sender(self._http, send, self._watch, self.latency, traces or Traces(), clock)
        self._authorization = Authorization(
            target, checker.contract, self._sender, self._watch, token or Token(clock), self._note_token
        )

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
            method: of HTTP.
            path: below the base URL, percent-encoded (see `segment`).
            expect: what answer the caller has a right to; any success (2xx) where it is left out.
            authorize: whether the token goes with it.
            strict: whether another response than the expected one raises, beside being a finding.
            chunked: whether the body goes without its length, in chunks.
            options: as for `httpx.Client.build_request`: json, content, data, headers, params.

        Raises:
            PromiseBroken: the response is another one; the finding is in the journal.
            CouldNotTell: no response of the API's came, however often it was asked.
            BehindFirewall: a firewall has refused the request.
        """
        self._redactor.add_sent(options.get("headers"), options.get("data"))
        url = self.target.base_url + path
        request = self._sender.request(method, url, expect, options)
        if chunked:
            request.headers.pop("Content-Length")
            request.headers["Transfer-Encoding"] = "chunked"
        response = (self._authorization if authorize else self._sender).send(request)
        if strict:
            require_expected(response, expect)
        return response

    def poll(
        self, path: str, until: Callable[[httpx.Response], bool], *, seconds: float = TIMEOUT, **options: Any
    ) -> httpx.Response:
        """Read a path again and again, until a response will do or time is up; the latest response.

        Of all these calls a recording has the last one alone, so that a replay, which sends no more than that, is the
        same however long the API took.

        Args:
            path: below the base URL.
            until: whether a response will do.
            seconds: how long to go on.
            options: as for `request`.
        """
        is_replay = self.target.mode == "replay"
        return poll(lambda: self.get(path, **options), until, self.log, 0.0 if is_replay else seconds)

    def token(self) -> str:
        """The access token of the target's partner, fetched if need be."""
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
        """Ask the token endpoint; raises as `request` does.

        Args:
            form: what is sent as a form.
            expect: as for `request`.
            method: of HTTP.
            strict: as for `request`.
            options: as for `httpx.Client.build_request`, in place of a form.
        """
        self._redactor.add_sent(options.get("headers"), form or options.get("data"))
        return self._authorization.request_token(form, expect=expect, method=method, strict=strict, **options)

    def clean_up(self) -> None:
        """Delete what this client made and has not deleted, the latest first; never raises for the API's sake."""
        for paths in self._cleanup.left():
            self.map_concurrently(self._delete, paths)

    def _delete(self, path: str) -> None:
        with suppress(PromiseBroken, BehindFirewall):
            try:
                response = self.delete(path, expect=CLEAN_UP)
            except CouldNotTell:
                self._has_left = True
            else:
                self._has_left |= response.status_code == httpx.codes.UNAUTHORIZED

    @property
    def left(self) -> tuple[str, ...]:
        """The paths of what this client made and has not deleted, those first that are to be deleted first."""
        return tuple(path for paths in self._cleanup.left() for path in paths)

    @property
    def could_not_delete(self) -> bool:
        """Whether something is left because the service did not answer, or the token had ended."""
        return self._has_left and bool(self.left)

    def map_concurrently(self, act: Callable[[_T], _R], each: Sequence[_T]) -> list[_R]:
        """What an act gives for each of several things; where the server takes its time, several are under way at once.

        They must not depend on each other.
        """
        if self.in_order or not self.latency.is_slow:
            return [act(one) for one in each]
        return map_concurrently(act, each)

    def close(self) -> None:
        """Close the connections, unless they are shared."""
        if self._owns_http:
            self._http.close()

    def known(self, response: httpx.Response) -> Any:
        """The JSON value of a response, as far as the contract speaks of it; see `Checked.known`."""
        return checked_of(response).known()

    def add_finding(self, promise: Promise, breach: Breach, response: httpx.Response) -> None:
        """Note a broken promise that a response shows only beside what the caller knows."""
        # A response that another client returned has not been decoded yet.
        is_ours = is_checked(response)
        decoded = checked_of(response).decoded if is_ours else self.checker.decode(to_exchange(response))
        self._watch.add_finding(promise, breach, decoded.exchange, decoded.operation)

    def _note_step(self, decoded: DecodedExchange) -> None:
        if decoded.exchange.request.expectation.case != CLEAN_UP.case:
            self.transcript.note(decoded, self.target.credentials)

    def _note_token(self, token: str) -> None:
        self._redactor.add(token, everywhere=True)
        self.transcript.add_token(token, self.target.credentials)
