"""The API as a partner calls it: paths below the base URL, JSON in, httpx responses out."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from typing import Any, Final, TypeVar

from ecsuite.checks import Checker, DecodedExchange
from ecsuite.client.checked import checked_of, is_checked
from ecsuite.client.cleanup import Cleanup
from ecsuite.client.connection import EXPECTATION, WAITED, extensions, is_lost, new_http, said_by, sender, to_exchange
from ecsuite.client.harmless import readable
from ecsuite.client.ledger import Ledger
from ecsuite.client.pacing import TIMEOUT, CallLog, Latency, map_concurrently, poll
from ecsuite.client.token import Grant, Token
from ecsuite.client.watch import Watch
from ecsuite.errors import BehindFirewall, CouldNotTell, TokenEnded
from ecsuite.findings.breach import STATUS, Breach, body
from ecsuite.findings.broken import PromiseBroken
from ecsuite.http import httpx
from ecsuite.ids import Traces
from ecsuite.journal import Journal
from ecsuite.messages.exchange import SUCCESS, UNSPECIFIED, Expectation
from ecsuite.messages.redact import Redactor
from ecsuite.promises import RESPONSE_BODY, STATUS_EXPECTED, Promise
from ecsuite.target import Target

SUCCESSES: Final = ("2XX",)
# So many reads say whether a token is good of which nothing else is known.
READS: Final = 2
CLEAN_UP: Final = Expectation("clean-up", unspecified=True)

Send = Callable[[httpx.Request], httpx.Response]
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
        ledger: where it is kept what was sent; likewise.
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
        ledger: Ledger | None = None,
        traces: Traces | None = None,
        in_order: bool = False,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.target = target
        self.journal = journal
        self.checker = checker
        self._redactor = redactor or Redactor()
        self._redactor.add(*target.secrets)
        self._http = http or new_http(target, transport)
        self._owns_http = http is None
        send = sender(self._http)
        self._retrying_send = retrying(send) if retrying else send
        self._clock = clock
        self._token = token or Token(clock)
        self.latency = latency or Latency()
        self._traces = traces or Traces()
        self._has_left = False
        self.in_order = in_order
        self.log = CallLog()
        self._cleanup = Cleanup(checker.contract)
        self.ledger = ledger or Ledger(target, checker.contract, self._redactor)
        self._watch = Watch(checker, journal, self._cleanup, self.log, clock, self._note_step)

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
        url = self.target.base_url + path
        request = self._request(method, url, expect, options)
        if chunked:
            request.headers.pop("Content-Length")
            request.headers["Transfer-Encoding"] = "chunked"
        response = self._authorized(request) if authorize else self._sent(request)
        if strict:
            self._require(response, expect)
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
        token = self.target.credentials.access_token or self._token.get(self._fetch_token)
        self._redactor.add(token)
        self.ledger.add_token(token, self.target.credentials)
        return token

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
        if form is not None:
            options["data"] = form
        response = self._sent(self._request(method, self.target.token_url, expect, options))
        if strict:
            self._require(response, expect)
        return response

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

    def _request(self, method: str, url: str, expect: Expectation, options: Mapping[str, Any]) -> httpx.Request:
        request = self._http.build_request(method, url, extensions=extensions(expect, self._watch), **options)
        request.headers.setdefault("traceparent", self._traces.new())
        return request

    def _note_step(self, decoded: DecodedExchange) -> None:
        if decoded.exchange.request.expectation.case != CLEAN_UP.case:
            self.ledger.note(decoded, self.target.credentials)

    def _authorized(self, request: httpx.Request) -> httpx.Response:
        response = self._sent_with_token(request)
        if self.target.credentials.access_token:
            return self._with_given_token(request, response)
        if response.status_code != httpx.codes.UNAUTHORIZED:
            return response
        self._token.drop(request.headers["Authorization"])
        return self._sent_with_token(request)

    def _with_given_token(self, request: httpx.Request, response: httpx.Response) -> httpx.Response:
        """The response to a call with a token that cannot be renewed.

        Raises:
            TokenEnded: it is refused, and so is now what it was good for before.
        """
        if response.is_success and request.method == "GET":
            self._token.proven = str(request.url)
        expect: Expectation = request.extensions[EXPECTATION]
        is_asked_for = expect.unspecified or response.status_code in (expect.statuses or ())
        if response.status_code != httpx.codes.UNAUTHORIZED or is_asked_for:
            return response
        if not self._is_good(self.token()):
            raise TokenEnded
        self._watch.judge_again(response)
        return response

    def _is_good(self, token: str) -> bool:
        """Whether a token is good for what it was good for before; if that is not known, for any harmless read."""
        paths = [operation.path for operation in readable(self.checker.contract)[:READS]]
        urls = [self._token.proven] if self._token.proven else [self.target.base_url + path for path in paths]
        probes = (self._request("GET", url, UNSPECIFIED, {"headers": _bearer(token)}) for url in urls)
        return any(self._sent(probe).status_code != httpx.codes.UNAUTHORIZED for probe in probes)

    def _sent_with_token(self, request: httpx.Request) -> httpx.Response:
        # That it was good at the beginning has been tried.
        may_have_ended = self._token.may_have_ended or bool(self.target.credentials.access_token)
        request.headers.update(_bearer(self.token()))
        if may_have_ended:
            request.extensions[EXPECTATION] = replace(request.extensions[EXPECTATION], token_may_have_ended=True)
        return self._sent(request)

    def _sent(self, request: httpx.Request) -> httpx.Response:
        started = self._clock()
        try:
            response = self._retrying_send(request)
        except httpx.RequestError as error:
            raise self._failed(request, error) from None
        self.latency.note(self._clock() - started - request.extensions.get(WAITED, 0.0))
        interception = checked_of(response).decoded.interception
        if interception == "firewall":
            raise BehindFirewall(self._watch.name(request))
        if interception is not None:
            raise CouldNotTell(self._watch.name(request), str(response.status_code))
        return response

    def _failed(self, request: httpx.Request, error: httpx.RequestError) -> Exception:
        """What a call is to raise to which no response came."""
        reason = said_by(error)
        could_not_be_sent = isinstance(error, httpx.UnsupportedProtocol | httpx.LocalProtocolError)
        is_unreadable = isinstance(error, httpx.RemoteProtocolError | httpx.DecodingError) and not is_lost(error)
        if could_not_be_sent or is_unreadable:
            return self._watch.unreadable(request, reason)
        return CouldNotTell(self._watch.name(request), reason)

    def _require(self, response: httpx.Response, expect: Expectation) -> None:
        status = response.status_code
        if checked_of(response).decoded.may_have_been_deleted:
            return
        if expect.unspecified or (status in expect.statuses if expect.statuses else response.is_success):
            return
        wanted = sorted(expect.statuses or SUCCESSES)
        breach = Breach.of("status", STATUS, wanted, status, case=expect.case)
        text = f"{status} where {' or '.join(map(str, wanted))} was expected"
        raise checked_of(response).broken(STATUS_EXPECTED, breach, text)

    def _fetch_token(self) -> Grant:
        credentials = self.target.credentials
        response = self.request_token(
            {
                "grant_type": "client_credentials",
                "client_id": credentials.client_id,
                "client_secret": credentials.client_secret,
            }
        )
        checked = checked_of(response)
        try:
            return Grant.of(checked.json())
        except ValueError as error:
            raise checked.broken(RESPONSE_BODY, Breach("absent", body(("access_token",))), str(error)) from None


def _bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}
