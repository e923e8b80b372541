"""The client on real sockets: lost connections, unusual transfers, proxies, certificates."""

import gzip

import pytest
from sockets import CLOSE, USER, answer, server

from ecsuite.errors import CouldNotTell
from ecsuite.findings.breach import body
from ecsuite.findings.broken import PromiseBroken
from ecsuite.findings.datum import datum
from ecsuite.messages.exchange import UNSPECIFIED
from ecsuite.promises import RESPONSE_ARRIVES, RESPONSE_BODY


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
@pytest.mark.parametrize("idle", [True, False], ids=["idle connection", "new connection"])
def test_lost_answer_is_asked_for_again(connect, method, idle):
    """A connection that is lost after the request was sent is replaced, where the method may be repeated."""
    with server(*[answer()] * idle, CLOSE, CLOSE, answer()) as running:
        api = connect(running.port)

        if idle:
            api.get("/users/42")
        response = api.request(method, "/users/42", expect=UNSPECIFIED)

    assert response.status_code == 200
    assert RESPONSE_ARRIVES.id not in {finding.promise for finding in api.journal.findings}
    assert api.journal.tally.unsteady == {"lost": 2}


@pytest.mark.parametrize("idle", [True, False], ids=["idle connection", "new connection"])
def test_lost_answer_to_a_post_cannot_be_told(connect, idle):
    """A POST may have been done, so it is not sent again; that is no finding."""
    with server(*[answer()] * idle, CLOSE, answer()) as running:
        api = connect(running.port)
        if idle:
            api.get("/users/42")

        with pytest.raises(CouldNotTell, match="POST /users had no answer"):
            api.post("/users", json={"userId": "42"})

    assert len(running.requests) == 1 + idle
    assert api.journal.findings == ()


def test_lost_connections_have_an_end(connect):
    """Where a server only ever closes, nothing can be told; nothing is broken."""
    with server(*[CLOSE] * 20) as running:
        api = connect(running.port)

        with pytest.raises(CouldNotTell):
            api.get("/users/42")

    assert running.connections > 2
    assert api.journal.findings == ()


CHUNKED = (
    b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"
    b'1\r\n{\r\n6;x=y\r\n"userI\r\n8\r\nd":"42"}\r\n0\r\nTrailer: t\r\n\r\n'
)
LEGAL = {
    "chunked": CHUNKED,
    "gzip": answer(gzip.compress(USER), "200 OK", "Content-Encoding: gzip"),
    "Connection: close": answer(USER, "200 OK", "Connection: close"),
    "until the connection closes": b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\n\r\n"
    + USER,
    "HTTP/1.0": b"HTTP/1.0 200 OK\r\ncontent-type: application/json\r\nConnection: close\r\n\r\n" + USER,
    "no reason phrase": answer(USER, "200 "),
    "names in capitals": answer().replace(b"Content-Type", b"CONTENT-TYPE"),
    "an early hint": b"HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n" + answer(),
    "cookies and more": answer(USER, "200 OK", "Set-Cookie: a=b", "Set-Cookie: c=d; Secure", "X-Long: " + "x" * 4000),
}


CUT_OFF = answer(USER, "200 OK", "Connection: close").replace(b"Length: 15", b"Length: 99")


@pytest.mark.parametrize("name", LEGAL)
def test_legal_transfer_is_no_finding(connect, name):
    """However a body travels, what counts is what arrives."""
    with server(LEGAL[name], LEGAL[name]) as running:
        api = connect(running.port)

        answers = [api.get("/users/42").json() for _ in range(2)]

    assert answers == [{"userId": "42"}] * 2
    assert api.journal.findings == ()


def test_transfers_that_are_all_cut_off_cannot_be_told(connect):
    """Where nothing comes whole, it may well be the network."""
    with server(*[CUT_OFF] * 20) as running:
        api = connect(running.port)
        with pytest.raises(CouldNotTell, match="peer closed connection without sending complete message body"):
            api.get("/users/42")

    assert api.journal.findings == ()


def test_transfer_that_alone_is_cut_off_is_a_finding(connect):
    """Of one operation three times in a row, while another one's comes whole: told once, with what went wrong."""
    with server(CUT_OFF, CUT_OFF, answer(b"[]"), CUT_OFF) as running:
        api = connect(running.port)
        for _ in range(2):
            with pytest.raises(CouldNotTell):
                api.post("/users", json={"userId": "42"})
        api.get("/users")
        with pytest.raises(PromiseBroken):
            api.post("/users", json={"userId": "42"})

    (breach,) = [finding.breach for finding in api.journal.findings if finding.promise == RESPONSE_BODY.id]
    assert (breach.kind, breach.at, breach.actual) == ("unreadable", body(), datum("transfer"))
    assert breach.note == (
        "RemoteProtocolError: peer closed connection without sending complete message body "
        "(received 15 bytes, expected 99)"
    )


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
def test_transfer_that_is_cut_off_is_tried_again(connect, method):
    """A body that was cut off once or twice was the network's doing."""
    with server(CUT_OFF, CUT_OFF, answer()) as running:
        api = connect(running.port)

        assert api.request(method, "/users/42", expect=UNSPECIFIED).content == USER

    assert RESPONSE_BODY.id not in {finding.promise for finding in api.journal.findings}
    assert api.journal.tally.unsteady == {"lost": 2}
