"""Which failures are tried again and which are not: the sender is a function, nothing sleeps."""

import ssl
import time

import httpx
import pytest

from ecsuite.client.connection import (
    EXPECTATION,
    SENT_AT,
    WAITED,
    Unsent,
    extensions,
    is_marked_gone,
    mark_repeated,
    was_processed,
)
from ecsuite.client.patience import Known, Patience, Wait
from ecsuite.client.retry import retry_after, with_retries
from ecsuite.errors import LimitReached
from ecsuite.messages.exchange import SUCCESS

UNTRUSTED = ssl.SSLCertVerificationError("self-signed certificate")


@pytest.fixture(autouse=True)
def pauses(monkeypatch) -> list[float]:
    noted: list[float] = []
    monkeypatch.setattr(time, "sleep", noted.append)
    return noted


class Unwatched:
    """A watcher that takes no notice."""

    def name(self, request: httpx.Request) -> str:
        return f"{request.method} /"

    def lost(self, request: httpx.Request) -> None:
        pass

    def repeating(self, request: httpx.Request) -> None:
        pass


def asked(method: str) -> httpx.Request:
    return httpx.Request(method, "https://h/", extensions=extensions(SUCCESS, Unwatched()))


class Sender:
    """Raises or answers what it is given, one after the other; the last for all that follow."""

    def __init__(self, *outcomes: object) -> None:
        self.sent: list[httpx.Request] = []
        self._outcomes = outcomes

    def __call__(self, request: httpx.Request) -> httpx.Response:
        outcome = self._outcomes[min(len(self.sent), len(self._outcomes) - 1)]
        self.sent.append(request)
        if isinstance(outcome, Exception):
            raise outcome
        return httpx.Response(outcome, request=request) if isinstance(outcome, int) else outcome


def caused(error: Exception, cause: BaseException, *, is_context: bool = False) -> Exception:
    error.__cause__, error.__context__ = (None, cause) if is_context else (cause, None)
    return error


CERTIFICATES = {
    "the cause": caused(httpx.ConnectError("x"), UNTRUSTED),
    "met on the way": caused(httpx.ConnectError("x"), UNTRUSTED, is_context=True),
    "further down": caused(httpx.ConnectError("x"), caused(OSError("y"), UNTRUSTED, is_context=True)),
}


@pytest.mark.parametrize("name", CERTIFICATES)
def test_bad_certificate_is_not_tried_again(name, pauses):
    """A certificate that is not trusted is not trusted the next time."""
    send = Sender(CERTIFICATES[name])

    with pytest.raises(httpx.ConnectError):
        with_retries(send)(asked("GET"))

    assert (len(send.sent), pauses) == (1, [])


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_refused_connection_is_tried_again(method):
    """What never got a connection was never sent, so it is tried again whatever the method."""
    send = Sender(caused(httpx.ConnectError("refused"), OSError("refused")), 200)

    assert with_retries(send)(asked(method)).status_code == 200
    assert len(send.sent) == 2


@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS", "PUT", "DELETE", "TRACE", "POST", "PATCH"])
@pytest.mark.parametrize("error", [httpx.ReadError, httpx.WriteError, httpx.RemoteProtocolError])
def test_lost_answer_is_asked_for_again_where_it_may(method, error):
    """On a new connection that is lost, only a method that may be repeated is."""
    send = Sender(error("Server disconnected without sending a response."), 200)

    def connecting(request: httpx.Request) -> httpx.Response:
        if "trace" in request.extensions:
            request.extensions["trace"]("connection.connect_tcp.started", {})
        return send(request)

    if method in {"POST", "PATCH"}:
        with pytest.raises(error):
            with_retries(connecting)(asked(method))
        assert len(send.sent) == 1
    else:
        assert with_retries(connecting)(asked(method)).status_code == 200
        assert len(send.sent) == 2


def test_other_errors_are_not_tried_again(pauses):
    """What is no lost connection is raised at once."""
    for error in (httpx.UnsupportedProtocol("x"), httpx.DecodingError("x"), ValueError("x")):
        send = Sender(error)

        with pytest.raises(type(error)):
            with_retries(send)(asked("GET"))

        assert len(send.sent) == 1
    assert pauses == []


def test_first_answer_is_given_at_once(pauses):
    """What is a response is given, errors of the server among them, and nothing waits."""
    for status in (200, 404, 500):
        send = Sender(status)

        assert with_retries(send)(asked("POST")).status_code == status
        assert len(send.sent) == 1
    assert pauses == []


def unanswered(status: int, **headers: str) -> httpx.Response:
    return httpx.Response(status, headers={name.replace("_", "-"): value for name, value in headers.items()})


@pytest.mark.parametrize("status", [429, 503])
@pytest.mark.parametrize("method", ["GET", "POST", "PATCH"])
def test_busy_service_is_waited_for_as_it_asks(pauses, method, status):
    """Whatever the method, for it was not done; as long as it asks, and all other calls with it."""
    patience = Patience()
    send = Sender(unanswered(status, Retry_After="7"), 200)

    assert with_retries(send, patience)(asked(method)).status_code == 200
    assert (len(send.sent), pauses) == (2, [7.0])
    assert 6 < patience.busy_for <= 7
    with_retries(Sender(200), patience)(asked("GET"))
    assert 6 < pauses[-1] <= 7


@pytest.mark.parametrize("status", [502, 504])
@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "POST", "PATCH"])
def test_gateway_without_an_answer_is_asked_again_where_it_may(pauses, method, status):
    """The call may have been done, so that only a method that may be repeated is; other calls don't wait for it."""
    patience = Patience()
    send, request = Sender(unanswered(status), 200), asked(method)

    response = with_retries(send, patience)(request)

    may_be = method in {"GET", "PUT", "DELETE"}
    assert (response.status_code, len(send.sent), len(pauses)) == ((200, 2, 1) if may_be else (status, 1, 0))
    assert request.extensions[EXPECTATION].repeated is may_be
    assert patience.busy_for == 0.0


def test_pauses_grow_to_a_bound(pauses):
    """Each is twice the last, a little more or less, up to a quarter of a minute."""
    with_retries(Sender(*[unanswered(503)] * 9, 200))(asked("GET"))

    assert len(pauses) == 9
    wanted = [0.2, 0.4, 0.8, 1.6, 3.2, 6.4, 12.8, 15.0, 15.0]
    assert all(0.8 * each <= pause <= 1.2 * each for pause, each in zip(pauses, wanted, strict=True))
    assert pauses != wanted


@pytest.mark.parametrize("at_once", ["0", "Sun, 29 Nov 2015 08:30:44 GMT"])
def test_service_that_says_at_once_again_and_again_is_left_in_peace(pauses, at_once):
    """The first time it is asked at once; then the pauses grow, as where it says nothing."""
    send = Sender(*[unanswered(429, Retry_After=at_once)] * 3, unanswered(429, Retry_After="7"), 200)

    with_retries(send)(asked("GET"))

    assert pauses[0] == 0
    assert 0 < pauses[1] < pauses[2] < pauses[3] == 7


def test_patience_has_an_end(pauses):
    """A pause that is longer than what is left is not waited for; then the service counts as silent."""
    patience = Patience(10.0)
    send = Sender(unanswered(503, Retry_After="9"), unanswered(503, Retry_After="11"))

    response = with_retries(send, patience)(asked("GET"))

    assert (response.status_code, len(send.sent), pauses) == (503, 2, [9.0])
    assert patience.is_silent


class Asked(Sender):
    """Answers one path as it is told, and another one, which is known, as a list says."""

    def __init__(self, known: str, outcome: object, *others: object) -> None:
        super().__init__(*others)
        self._known, self._outcome = known, outcome
        self.probes: list[httpx.Request] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        if request.url.path != self._known:
            return super().__call__(request)
        self.probes.append(request)
        if isinstance(self._outcome, Exception):
            raise self._outcome
        return httpx.Response(self._outcome, request=request)


PRESENT = {
    "an answer": (200, (False, False)),
    "a refusal": (401, (False, False)),
    "an error of the server": (500, (False, False)),
    "an answer that cannot be decoded": (httpx.DecodingError("x"), (False, False)),
    "a busy service": (503, (True, False)),
    "a gateway": (502, (True, False)),
    "nothing": (httpx.ReadTimeout("x"), (True, True)),
    "nobody": (httpx.ConnectError("x"), (True, True)),
}


@pytest.mark.parametrize("name", PRESENT)
def test_another_call_says_whether_anybody_is_there(name):
    """Where a call is given up, one is sent that had an answer before: what that brings is told of the whole service."""
    outcome, expected = PRESENT[name]
    patience = Patience(0.05)
    patience.remember("GET /known", Known("https://h/known", {"X": "y"}, 0.1))
    send = Asked("/known", outcome, httpx.ReadTimeout("x"))

    with pytest.raises(httpx.ReadTimeout):
        with_retries(send, patience)(asked("GET"))

    assert (patience.is_silent, patience.is_gone) == expected
    assert {(probe.method, probe.headers["X"]) for probe in send.probes} == {("GET", "y")}
    assert is_marked_gone(send.sent[-1]) is expected[1]


def test_service_without_any_answer_is_gone_as_well():
    """Where no read has ever been answered, there is none to be asked for again."""
    patience = Patience(0.0)

    with pytest.raises(httpx.ReadTimeout):
        with_retries(Sender(httpx.ReadTimeout("x")), patience)(asked("GET"))

    assert patience.is_gone


def test_nothing_is_sent_to_a_service_that_is_gone():
    """Not even once, whatever the call; and a service that is only busy is asked."""
    gone, busy = Patience(), Patience()
    gone.is_gone = busy.is_silent = True
    send, request = Sender(200), asked("DELETE")

    with pytest.raises(Unsent):
        with_retries(send, gone)(request)

    assert (send.sent, is_marked_gone(request)) == ([], True)
    assert with_retries(send, busy)(asked("DELETE")).status_code == 200


def test_read_that_was_answered_is_known():
    """A success of a GET, with what it was sent with; nothing else."""
    patience = Patience()
    for method, status in (("GET", 404), ("PUT", 200), ("GET", 200)):
        request = asked(method)
        request.headers["X"] = f"{method} {status}"
        with_retries(Sender(status), patience)(request)

    assert patience.probe("").headers["X"] == "GET 200"


@pytest.mark.parametrize(
    ("error", "repeated", "is_sent", "expected"),
    [
        (httpx.ReadTimeout("x"), False, True, True),
        (httpx.ConnectError("x"), False, True, False),
        (httpx.ConnectError("x"), True, True, True),
        (LimitReached("x"), False, False, False),
        (KeyboardInterrupt(), False, True, True),
    ],
)
def test_what_never_got_there_has_done_nothing(error, repeated, is_sent, expected):
    """A call that had no connection, nor was sent before, has created nothing; of any other one nobody knows."""
    request = asked("PUT")
    if is_sent:
        request.extensions[SENT_AT] = 1.0
    if repeated:
        mark_repeated(request)

    assert was_processed(request, error) is expected


def test_lost_connection_is_noted():
    """That no answer came is told to who watches, each time; a refused connection, too, and a busy service is not."""
    noted = []

    class Watching(Unwatched):
        def lost(self, request: httpx.Request) -> None:
            noted.append(request.method)

    for outcome in (httpx.ReadError("x"), httpx.ConnectError("x"), unanswered(503), unanswered(502)):
        request = httpx.Request("GET", "https://h/", extensions=extensions(SUCCESS, Watching()))
        with_retries(Sender(outcome, 200))(request)

    assert noted == ["GET", "GET"]


def test_wait_is_told_with_its_reason():
    """The call by its name, how long, and the status or what was wrong; what was waited before counts."""
    told = []
    patience = Patience(tell=told.append)

    request = asked("PUT")
    with_retries(Sender(unanswered(503, Retry_After="2"), unanswered(429, Retry_After="2"), 200), patience)(request)

    assert told == [Wait(2.0, "PUT /", "429")]
    assert request.extensions[WAITED] == 4.0


def test_lost_answer_is_waited_for_a_minute(monkeypatch):
    """Less long than for a service that is busy, for each try may have taken its time."""
    asked_for = []

    class Asked(Patience):
        def seconds(self, call, trouble):
            asked_for.append((call, trouble))
            return super().seconds(call, trouble)

    outcomes = (httpx.ReadError("x"), httpx.ConnectError("x"), unanswered(503), unanswered(502), 200)
    with_retries(Sender(*outcomes), Asked())(asked("GET"))

    assert asked_for == [("GET /", trouble) for trouble in ("lost", "unreachable", "busy", "gateway")]


@pytest.mark.parametrize(
    ("error", "times"),
    [
        (httpx.ConnectTimeout("x"), 2),
        (httpx.PoolTimeout("x"), 2),
        (httpx.ProxyError("x"), 2),
        (httpx.ReadTimeout("x"), 1),
        (httpx.RemoteProtocolError("illegal header line"), 1),
    ],
)
def test_what_was_never_sent_is_sent_again(error, times):
    """Without a connection nothing was sent; an answer that came, or may come yet, is another thing."""
    send = Sender(error, 200)

    try:
        with_retries(send)(asked("POST"))
    except httpx.TransportError:
        assert times == 1
    assert len(send.sent) == times


AFTER = {
    "seconds": ("5", 5.0),
    "more than anybody waits": ("61", 60.0),
    "as long as anybody waits": ("60", 60.0),
    "with blanks": (" 5 ", 5.0),
    "no time": ("0", 0.0),
    "a fraction": ("1.5", None),
    "nothing": ("", None),
    "a date": ("Thu, 01 Jan 1970 00:01:40 GMT", 10.0),
    "a date that is over": ("Thu, 01 Jan 1970 00:01:20 GMT", 0.0),
    "a date far away": ("Thu, 01 Jan 1970 00:10:00 GMT", 60.0),
    "no date": ("soon", None),
    "a number beyond every number": ("9" * 5000, 60.0),
    "a year beyond every clock": ("Thu, 01 Jan 99999999999 00:00:00 GMT", None),
    "a day that no month has": ("Thu, 99 Jan 1970 00:00:00 GMT", None),
}


@pytest.mark.parametrize("name", AFTER)
def test_wish_of_a_server_is_read(name):
    """Seconds or a date, up to a minute; None where it is neither."""
    header, seconds = AFTER[name]

    assert retry_after(header, 90.0) == seconds
    assert retry_after(None, 90.0) is None


@pytest.mark.parametrize(
    ("method", "outcomes", "times"),
    [
        ("GET", (httpx.ReadError("x"), unanswered(502), 200), 2),
        ("POST", (unanswered(503), httpx.ConnectError("x"), 200), 2),
        ("GET", (200,), 0),
        ("POST", (unanswered(502), 200), 0),
    ],
)
def test_each_repetition_is_noted(method, outcomes, times):
    """The watcher is told of every time that a request is sent again, and of none that is not."""
    noted = []

    class Watching(Unwatched):
        def repeating(self, request: httpx.Request) -> None:
            noted.append(request.method)

    request = httpx.Request(method, "https://h/", extensions=extensions(SUCCESS, Watching()))
    with_retries(Sender(*outcomes))(request)

    assert noted == [method] * times
