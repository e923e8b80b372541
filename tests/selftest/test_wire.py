"""The client on real sockets: what a response may look like, and what is left on a connection after it."""

import gzip
from contextlib import closing, nullcontext

import pytest
from sockets import CLOSE, USER, answer, server

from ecsuite.checks import Checker
from ecsuite.client import Api
from ecsuite.client.decoding import Decoding
from ecsuite.errors import CouldNotTell
from ecsuite.findings.breach import Place
from ecsuite.findings.broken import PromiseBroken
from ecsuite.http import httpx
from ecsuite.journal import Journal
from ecsuite.messages.exchange import UNSPECIFIED
from ecsuite.promises import NO_BODY, RESPONSE_ARRIVES, RESPONSE_BODY, STATUS_EXPECTED, STATUS_LISTED
from ecsuite.target import Credentials, Target

GONE = b"HTTP/1.1 204 No Content\r\n"
LAST_CHUNK = b"0\r\n\r\n"


@pytest.mark.parametrize(
    "tail", [b"", LAST_CHUNK, b"5\r\nhello\r\n" + LAST_CHUNK], ids=["nothing", "last chunk", "a body"]
)
def test_chunks_of_a_204_are_named_and_read_by_nobody(connect, tail):
    """The finding is the 204's, once; the next request goes by another connection, and is sent once (RFC 9112 6.1)."""
    with server(GONE + b"Transfer-Encoding: chunked\r\n\r\n" + tail, answer(USER, "201 Created")) as running:
        api = connect(running.port)

        api.delete("/users/42", strict=False)
        api.post("/users", json={"userId": "42"})

    (finding,) = api.journal.findings
    assert (finding.promise, finding.operation) == (NO_BODY.id, "deleteUser")
    assert (finding.breach.kind, finding.breach.at) == ("present", Place("header", "Transfer-Encoding"))
    assert len(running.requests) == running.connections == 2


def test_length_of_a_204_is_named_and_read_by_nobody(connect):
    """A body behind a 204, though it has a length, is not taken for the next response."""
    with server(GONE + b"Content-Length: 5\r\n\r\nhello", answer(USER, "201 Created")) as running:
        api = connect(running.port)

        api.delete("/users/42", strict=False)
        api.post("/users", json={"userId": "42"})

    assert [finding.operation for finding in api.journal.findings] == ["deleteUser"]
    assert len(running.requests) == 2


STRAY = {
    "a last chunk behind a HEAD": (
        "HEAD",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + LAST_CHUNK,
        False,
    ),
    "a body behind a HEAD": ("HEAD", answer(), False),
    "a body behind a 304": ("GET", answer(USER, "304 Not Modified"), False),
    "more than its length": ("GET", answer() + b"}", True),
    "another response": ("GET", answer() + answer(), True),
    "more than its length, after a hint": ("GET", b"HTTP/1.1 103 Early Hints\r\n\r\n" + answer() + b"}", True),
    "an empty line": ("GET", answer() + b"\r\n", False),
}


@pytest.mark.parametrize("name", STRAY)
def test_what_follows_a_response_is_not_the_next_one(connect, name):
    """Bytes beyond a response's end belong to nobody: its connection is not used again, and the next call is not hurt.

    A length that is too short is a finding, for clients that read on are.
    """
    method, reply, is_finding = STRAY[name]
    with server(reply, answer(b"[]")) as running:
        api = connect(running.port)
        with pytest.raises(PromiseBroken) if is_finding else nullcontext():
            api.request(method, "/users/42", expect=UNSPECIFIED, strict=False)
        before = len(api.journal.findings)
        assert api.get("/users").json() == []

    assert len(api.journal.findings) == before
    notes = [finding.breach.note for finding in api.journal.findings if finding.promise == RESPONSE_BODY.id]
    assert notes == ["something follows the 15 bytes of its Content-Length"] * is_finding
    assert len(running.requests) == running.connections == 2


class Shared:
    """A connection that another thread uses as soon as a response is closed: from then on what came is another's."""

    def __init__(self, body: bytes) -> None:
        self.body, self.is_free, self.is_closed = body, False, False

    def stray(self, length: int) -> bytes:
        return b"HTTP/1.1 200 OK" if self.is_free else self.body[length:]

    def close(self) -> None:
        self.is_closed = True


class Stream(httpx.SyncByteStream):
    """A body on such a connection."""

    def __init__(self, network: Shared, length: int) -> None:
        self._network, self._length = network, length

    def __iter__(self):
        yield self._network.body[: self._length]

    def close(self) -> None:
        self._network.is_free = True


@pytest.mark.parametrize(("body", "is_stray"), [(b"[1]", False), (b"[1]}", True)])
def test_next_response_on_a_connection_is_not_blamed_on_the_one_before(body, is_stray):
    """What follows a body is looked at before its connection is free, on which another thread may read at once."""
    network = Shared(body)

    class One(httpx.BaseTransport):
        def handle_request(self, request):  # noqa: ARG002
            parts = {"headers": {"Content-Length": "3"}, "extensions": {"network_stream": network}}
            return httpx.Response(200, stream=Stream(network, 3), **parts)

    with (
        httpx.Client(transport=Decoding(One())) as http,
        pytest.raises(httpx.DecodingError) if is_stray else nullcontext(),
    ):
        assert http.get("http://host/").json() == [1]

    assert network.is_free
    assert network.is_closed == is_stray


def test_what_comes_too_late_is_told_with_what_came_before(connect):
    """What a client reads in the place of a response may belong to the response before it on that connection."""
    with server(answer(), b"x" * 5000 + b"\r\n\r\n") as running:
        api = connect(running.port)
        api.get("/users/42")
        with pytest.raises(PromiseBroken, match="GET /v1/users/42 came before on this connection, and may be longer"):
            api.get("/users/43")

    (finding,) = api.journal.findings
    assert finding.promise == RESPONSE_ARRIVES.id
    assert len(finding.breach.note) < 400


def test_connection_is_kept_after_an_ordinary_204(connect):
    """Most 204s have nothing behind them."""
    with server(GONE + b"\r\n", answer()) as running:
        api = connect(running.port)

        api.delete("/users/42")
        api.get("/users/42")

    assert (running.connections, api.journal.findings) == (1, ())


def test_cookies_are_not_sent_back(connect):
    """What one call is given does not go with the next one, which may be another partner's."""
    with server(answer(USER, "200 OK", "Set-Cookie: session=1; Path=/"), answer()) as running:
        api = connect(running.port)

        given = api.get("/users/42")
        api.get("/users/42")

    assert given.headers["Set-Cookie"] == "session=1; Path=/"
    assert b"cookie" not in running.requests[1].lower()


LOCATIONS = ["http://[::1", "//", "http://host:99999/", "https://ø/å", "http://", "ftp:x", "\xff\xfe", "http://a..b/"]


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize("location", LOCATIONS)
def test_location_of_a_redirect_is_nobodys_business(connect, location, method):
    """Redirects are not followed: the status is the finding, whatever the Location says, and the call is sent once."""
    moved = b"HTTP/1.1 302 Found\r\nLocation: " + location.encode("latin-1") + b"\r\nContent-Length: 0\r\n\r\n"
    with server(moved) as running:
        api = connect(running.port)
        more = {} if method == "GET" else {"json": {"userId": "42"}}
        response = api.request(method, "/users/42" if method == "GET" else "/users", strict=False, **more)

    assert response.status_code == 302
    assert {finding.promise for finding in api.journal.findings} == {STATUS_LISTED.id, STATUS_EXPECTED.id}
    assert len(running.requests) == 1


def test_header_of_any_bytes_is_read(connect):
    """A field's value is bytes (RFC 9110 section 5.5): Latin-1, UTF-8, or neither."""
    fields = ["Location: /users/ø", "X-Latin: \xf8", "X-Utf: \xc3\xb8", "X-Neither: \xff\xfe\x80"]
    with server(
        answer(USER, "200 OK").replace(b"\r\n\r\n", "\r\n".join(["", *fields, "", ""]).encode("latin-1"))
    ) as running:
        api = connect(running.port)
        api.get("/users/42")

    assert api.journal.findings == ()


CODED = {
    "gzip of two members": (gzip.compress(USER[:5]) + gzip.compress(USER[5:]), "gzip"),
    "x-gzip in capitals": (gzip.compress(USER), "X-GZIP"),
    "gzip twice": (gzip.compress(gzip.compress(USER)), "gzip,gzip"),
    "identity": (USER, "identity"),
}


@pytest.mark.parametrize("name", CODED)
def test_legal_coding_is_no_finding(connect, name):
    """Members, old names, letter case and lists are RFC 9110's and RFC 1952's."""
    data, coding = CODED[name]
    with server(answer(data, "200 OK", f"Content-Encoding: {coding}")) as running:
        api = connect(running.port)

        assert api.get("/users/42").json() == {"userId": "42"}

    assert api.journal.findings == ()


@pytest.mark.parametrize(
    ("data", "coding"),
    [(gzip.compress(USER)[:-8], "gzip"), (USER, "gzip"), (USER, "br"), (gzip.compress(USER), "deflate")],
    ids=["cut off", "plain", "not asked for", "another"],
)
def test_wrong_coding_is_a_finding(connect, data, coding):
    """Once, at the body; it is sent once, for another try would not mend it."""
    with server(*[answer(data, "200 OK", f"Content-Encoding: {coding}")] * 3) as running:
        api = connect(running.port)
        with pytest.raises(PromiseBroken):
            api.get("/users/42")

    assert [(finding.promise, finding.breach.kind) for finding in api.journal.findings] == [
        (RESPONSE_BODY.id, "unreadable")
    ]
    assert len(running.requests) == 1


def test_gateways_wrong_coding_is_the_gateways(connect):
    """What is not the API's response is no finding, whatever its coding."""
    busy = answer(b"slow down", "503 Busy", "Content-Encoding: gzip", "Retry-After: 0")
    with server(busy, answer()) as running:
        api = connect(running.port)

        assert api.get("/users/42", expect=UNSPECIFIED).status_code == 200

    assert api.journal.findings == ()


def test_impossible_host_cannot_be_told(connect):
    """A name that no host can have is like one that nobody has."""
    with pytest.raises(CouldNotTell):
        connect(80, host="a" * 64 + ".example").get("/users/42")


def test_closed_connection_is_no_answer(connect):
    """It stays as it was: what is lost can't be told."""
    with server(CLOSE) as running, pytest.raises(CouldNotTell):
        connect(running.port).post("/users", json={"userId": "42"})


@pytest.mark.parametrize("query", ["/", "?tenant=a%2Fb", "/?x"])
def test_token_is_asked_for_where_it_was_said(contract, query):
    """The address of the token endpoint is used as it is given, and is the operation of the contract all the same."""
    token = b'{"access_token": "t", "token_type": "Bearer", "expires_in": 1800}'
    with server(answer(token, "200 OK", "Cache-Control: no-store")) as running:
        target = Target(
            "live", "http://127.0.0.1:1/v1", f"http://127.0.0.1:{running.port}/token{query}", Credentials("a", "b")
        )
        with closing(Api(target, Checker(contract, target.base_url, target.token_url), Journal())) as api:
            assert api.token() == "t"

    assert running.requests[0].startswith(f"POST /token{query} HTTP/1.1\r\n".encode())
    assert api.journal.findings == ()


GARBLED = {
    "a chunk of no size": b"Transfer-Encoding: chunked\r\n\r\n5\r\n[]   \r\nx\r\n",
    "a chunk longer than it says": b"Transfer-Encoding: chunked\r\n\r\n1\r\n[]\r\n0\r\n\r\n",
    "a line of chunk without an end": b"Transfer-Encoding: chunked\r\n\r\n1;" + b"x" * 200_000,
}


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize("name", GARBLED)
def test_garbled_body_is_an_answer(connect, name, method):
    """What comes and is no HTTP is the server's own doing: a finding, once, and the call is not sent again."""
    reply = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n" + GARBLED[name]
    with server(*[reply] * 3) as running:
        api = connect(running.port)
        options = {"json": {"userId": "42"}} if method == "POST" else {}
        with pytest.raises(PromiseBroken):
            api.request(method, "/users", **options)

    assert [finding.promise for finding in api.journal.findings] == [RESPONSE_BODY.id]
    assert len(running.requests) == 1
