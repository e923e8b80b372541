"""An ordinary client of the API, built on httpx, in which every exchange is checked on its way.

A call goes down a ladder, each step with one concern:

    request    builds the request, and says so where the response is not what the caller asked for
    authorized puts the token on it, and gets a new one once where the old one is refused
    retrying    tries again where the server asks to wait or a connection is lost (`ecsuite.retry`)
    send       httpx; its hook checks the exchange and puts it into the journal, so that no caller can leave that out
"""

from __future__ import annotations

import itertools
import threading
import time
from collections import Counter, deque
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from typing import Any, Final, TypeVar
from urllib.parse import quote

from ecsuite.checks import Checker
from ecsuite.cleanup import Cleanup
from ecsuite.contract import schema_for
from ecsuite.errors import PromiseBroken
from ecsuite.findings.breach import Breach, Place
from ecsuite.http import httpx
from ecsuite.journal import Journal
from ecsuite.legacy_words import promise_of
from ecsuite.messages.exchange import SUCCESS, Exchange, Expectation, Headers, Request, Response, asks_to_wait
from ecsuite.messages.media import MediaType, UndecodableError, read_json
from ecsuite.messages.redact import Redactor
from ecsuite.promises import RESPONSE_ARRIVES, Promise
from ecsuite.target import Target
from ecsuite.version import __version__

TIMEOUT: Final = httpx.Timeout(30.0, connect=10.0)
# A token is renewed that long before it ends, in seconds, or a fifth of its life where that is less.
RENEWAL_MARGIN: Final = 60.0
# Seconds that something is waited for which takes the API some time; between two looks, and at most.
PATIENCE: Final = 60.0
FIRST_PAUSE: Final = 0.05
LONGEST_PAUSE: Final = 2.0
# A server is slow that takes more seconds than this for a call; then so many calls are sent at once.
SLOW: Final = 0.03
MAX_CONCURRENCY: Final = 6
CLEAN_UP: Final = Expectation("cleaning up, which may come too late", unspecified=True)
ANSWER_ARRIVES: Final = RESPONSE_ARRIVES.title
_EXPECTATION: Final = "ecsuite.expectation"
_SENT_AT: Final = "ecsuite.sent_at"
_API: Final = "ecsuite.api"

Send = Callable[[httpx.Request], httpx.Response]
_T = TypeVar("_T")
_R = TypeVar("_R")


class Token:
    """An access token, fetched once, kept, and renewed before it ends; the runs against one target may share it."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._value = ""
        self._renew_at: float | None = None

    def get(self, fetch: Callable[[], tuple[str, float | None]]) -> str:
        """The token; fetched where there is none, or where it is about to end."""
        with self._lock:
            due = self._renew_at is not None and self._clock() >= self._renew_at
            if not self._value or due:
                asked_at = self._clock()
                self._value, lifetime = fetch()
                self._renew_at = None if lifetime is None else asked_at + lifetime - min(RENEWAL_MARGIN, lifetime / 5)
            return self._value

    @property
    def may_have_ended(self) -> bool:
        """Whether a token is kept of which nobody said how long it lives."""
        return bool(self._value) and self._renew_at is None

    def drop(self, refused: str) -> None:
        """Forget the token, if it is still the one that was refused; given as the Authorization header had it."""
        with self._lock:
            if refused.endswith(f" {self._value}"):
                self._value = ""


def _depth(path: str) -> int:
    return path.count("/")


class Latency:
    """How long the latest calls took, with all their waiting and trying again; runs against one target may share it."""

    def __init__(self) -> None:
        self._seconds: deque[float] = deque(maxlen=100)

    def note(self, seconds: float) -> None:
        """A call was made."""
        self._seconds.append(seconds)

    @property
    def average(self) -> float:
        """Seconds a call; 0 before the first."""
        return sum(self._seconds) / len(self._seconds) if self._seconds else 0.0


class Api:
    """The API, as a partner calls it: paths below the base URL, JSON in, httpx responses out.

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
        self._retrying_send = retrying(self._http.send) if retrying else self._http.send
        self._clock = clock
        self._token = token or Token(clock)
        self.latency = latency or Latency()
        self.in_order = in_order
        self._cleanup = Cleanup(checker.contract)
        self._calls: Counter[tuple[str, str]] = Counter()
        self._lock = threading.Lock()
        # Calls that a later one has taken the place of: their methods and addresses, and how many of those went before.
        self.superseded: set[tuple[str, str, int]] = set()

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
            PromiseBroken: the response is another one, or none came; the finding is in the journal.
        """
        url = self.target.base_url + path
        request = self._http.build_request(method, url, extensions=self._extensions(expect), **options)
        if chunked:
            request.headers.pop("Content-Length")
            request.headers["Transfer-Encoding"] = "chunked"
        response = self._authorized(request) if authorize else self._sent(request)
        if strict:
            self._require(response, expect)
        return response

    def poll(
        self, path: str, until: Callable[[httpx.Response], bool], *, seconds: float = PATIENCE, **options: Any
    ) -> httpx.Response:
        """Read a path again and again, until a response will do or time is up; the latest answer.

        Of all these calls a recording has the last one alone, so that a replay, which sends no more than that, is the
        same however long the API took.

        Args:
            path: below the base URL.
            until: whether a response will do.
            seconds: how long to go on.
            options: as for `request`.
        """
        end, pause = time.monotonic() + seconds, FIRST_PAUSE
        while True:
            response = self.get(path, **options)
            if until(response) or self.target.mode == "replay" or time.monotonic() + pause > end:
                return response
            key = (response.request.method, str(response.request.url))
            self.superseded.add((*key, self._calls[key] - 1))
            time.sleep(pause)
            pause = min(pause * 2, LONGEST_PAUSE)

    def token(self) -> str:
        """The access token of the target's partner, fetched if need be."""
        token = self.target.credentials.access_token or self._token.get(self._fetch_token)
        self._redactor.add(token)
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
        url, extensions = self.target.token_url, self._extensions(expect)
        response = self._sent(self._http.build_request(method, url, extensions=extensions, **options))
        if strict:
            self._require(response, expect)
        return response

    def clean_up(self) -> None:
        """Delete what this client made and has not deleted, the latest first; never raises for the API's sake."""

        def delete(path: str) -> None:
            with suppress(PromiseBroken):
                self.delete(path, expect=CLEAN_UP)

        # What stands below another entity goes before it.
        for _, paths in itertools.groupby(sorted(self._cleanup.left(), key=_depth, reverse=True), _depth):
            self.map_concurrently(delete, list(paths))

    def map_concurrently(self, act: Callable[[_T], _R], each: Sequence[_T]) -> list[_R]:
        """What an act gives for each of several things; where the server takes its time, several are under way at once.

        They must not depend on each other.
        """
        if self.in_order or self.latency.average < SLOW:
            return [act(one) for one in each]
        with ThreadPoolExecutor(MAX_CONCURRENCY) as pool:
            return list(pool.map(act, each))

    def close(self) -> None:
        """Close the connections, unless they are shared."""
        if self._owns_http:
            self._http.close()

    def known(self, response: httpx.Response) -> Any:
        """The JSON value of a response, without what the contract does not speak of and so may be different each time.

        Raises:
            PromiseBroken: it is no JSON; the check of the body has said so.
        """
        try:
            value = read_json(response.content).value
        except UndecodableError as error:
            raise PromiseBroken(f"{response.request.method} {response.request.url}: {error}") from None
        operation = self.checker.operation(to_request(response.request))
        rule = operation.response(response.status_code) if operation else None
        media_type = MediaType.of(response.headers.get("Content-Type"))
        schema = schema_for(rule.content, media_type.essence) if rule else None
        return self.checker.contract.schemas.known(schema, value) if schema else value

    def add_finding(self, check: str | Promise, breach: Breach, response: httpx.Response) -> None:
        """Note a broken promise that a response shows only beside what the caller knows."""
        self._note(check, breach, to_exchange(response))

    def _extensions(self, expect: Expectation) -> dict[str, Any]:
        return {_EXPECTATION: expect, _API: self, _SENT_AT: self._clock()}

    def _authorized(self, request: httpx.Request) -> httpx.Response:
        response = self._sent_with_token(request)
        if response.status_code != httpx.codes.UNAUTHORIZED or self.target.credentials.access_token:
            return response
        self._token.drop(request.headers["Authorization"])
        return self._sent_with_token(request)

    def _sent_with_token(self, request: httpx.Request) -> httpx.Response:
        may_have_ended = self._token.may_have_ended
        request.headers["Authorization"] = f"Bearer {self.token()}"
        if may_have_ended:
            request.extensions[_EXPECTATION] = replace(request.extensions[_EXPECTATION], token_may_have_ended=True)
        return self._sent(request)

    def _sent(self, request: httpx.Request) -> httpx.Response:
        started = self._clock()
        try:
            response = self._retrying_send(request)
            self.latency.note(self._clock() - started)
        except httpx.TransportError as error:
            reason = f"{type(error).__name__}: {error}"
            raise self._no_answer(Exchange(to_request(request), Response(0)), reason) from None
        if asks_to_wait(response.status_code, response.headers.get("Retry-After")):
            raise self._no_answer(to_exchange(response), f"{response.status_code}, again and again")
        return response

    def stamp(self, request: httpx.Request) -> None:
        """Note when a request is sent; called by the hook of `new_http`."""
        request.extensions[_SENT_AT] = self._clock()

    def check(self, response: httpx.Response) -> None:
        """Read the body of a response, check the exchange, note what the checks say, and what is to be deleted later.

        Called by the hook of `new_http`.
        """
        flaw: httpx.RequestError | None = None
        try:
            response.read()
        except (httpx.DecodingError, httpx.TransportError) as error:
            flaw = error
        exchange = to_exchange(response, flaw, self._clock() - response.request.extensions[_SENT_AT])
        with self._lock:
            self._calls[exchange.request.method, exchange.request.url] += 1
        decoded = self.checker.decode(exchange)
        self.journal.add(self.checker.judge(decoded))
        self._cleanup.note(decoded)
        if flaw is not None:
            # The response has begun, so this is no lost connection, and nothing that another try would mend.
            raise PromiseBroken(f"{exchange.request.method} {exchange.request.url}: {exchange.response.flaw}")

    def _require(self, response: httpx.Response, expect: Expectation) -> None:
        status = response.status_code
        if expect.unspecified or (status in expect.statuses if expect.statuses else response.is_success):
            return
        request = response.request
        raise PromiseBroken(f"{request.method} {request.url}: {status} where {expect.case or 'success'} was expected")

    def _no_answer(self, exchange: Exchange, reason: str) -> PromiseBroken:
        self._note(ANSWER_ARRIVES, Breach("absent", Place("connection"), note=reason), exchange)
        return PromiseBroken(f"{exchange.request.method} {exchange.request.url}: no response ({reason})")

    def _note(self, check: str | Promise, breach: Breach, exchange: Exchange) -> None:
        operation = self.checker.operation(exchange.request)
        self.journal.add_finding(self.checker.finding(promise_of(check), breach, exchange, operation))

    def _fetch_token(self) -> tuple[str, float | None]:
        credentials = self.target.credentials
        response = self.request_token(
            {
                "grant_type": "client_credentials",
                "client_id": credentials.client_id,
                "client_secret": credentials.client_secret,
            }
        )
        try:
            answer = read_json(response.content).value
            token, lifetime = answer["access_token"], answer.get("expires_in")
        except (UndecodableError, KeyError, TypeError, AttributeError):
            raise PromiseBroken(f"POST {self.target.token_url}: the response holds no access_token") from None
        if not isinstance(token, str) or not token.isascii() or not token.isprintable() or not token:
            raise PromiseBroken(f"POST {self.target.token_url}: its access_token cannot be sent in a header")
        return token, float(lifetime) if isinstance(lifetime, int | float) else None


def new_http(target: Target, transport: httpx.BaseTransport | None = None) -> httpx.Client:
    """Connections for the clients of a target, with the hook that has every exchange checked.

    Args:
        target: where to.
        transport: in place of the network.
    """
    return httpx.Client(
        timeout=TIMEOUT,
        transport=transport,
        trust_env=target.mode == "live",
        headers={"User-Agent": f"ecsuite/{__version__}"},
        event_hooks={"request": [_stamp], "response": [_check]},
    )


def _stamp(request: httpx.Request) -> None:
    request.extensions[_API].stamp(request)


def _check(response: httpx.Response) -> None:
    response.request.extensions[_API].check(response)


def to_request(request: httpx.Request) -> Request:
    """The request as frozen data."""
    return Request(
        method=request.method,
        url=str(request.url),
        headers=_headers(request.headers),
        body=request.content,
        expectation=request.extensions.get(_EXPECTATION, SUCCESS),
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


def segment(text: str) -> str:
    """An id as one segment of a path: everything that could end it is percent-encoded."""
    return quote(text, safe="")
