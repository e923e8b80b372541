"""Which failures are tried again and which are not: the sender is a function, nothing sleeps."""

import ssl
import time

import httpx
import pytest

from ecsuite.client.connection import extensions
from ecsuite.client.retry import with_retries
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
