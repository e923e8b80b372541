"""What servers send without an end, or too slowly, ends all the same: within a bound, with one line that says which."""

import asyncio
import gzip
import itertools
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from ecsuite import bounds
from ecsuite.checks import Checker
from ecsuite.client import Api, network, new_http
from ecsuite.client.patience import Patience
from ecsuite.client.retry import with_retries
from ecsuite.errors import CouldNotTell
from ecsuite.findings.broken import PromiseBroken
from ecsuite.journal import Journal
from ecsuite.messages import codings
from ecsuite.promises import RESPONSE_ARRIVES, RESPONSE_BODY
from ecsuite.standin import deliveries
from ecsuite.standin.store import Delivery
from ecsuite.target import Credentials, Target

HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
CHUNKED = HEAD + b"Transfer-Encoding: chunked\r\n\r\n"


@contextmanager
def sending(parts: list[bytes], pause: float = 0.0) -> Iterator[int]:
    """A server that answers each connection's first request with parts: the first once, the others for ever."""
    listener = socket.create_server(("127.0.0.1", 0))
    over = threading.Event()

    def talk(connection: socket.socket) -> None:
        with connection:
            connection.recv(65536)
            try:
                connection.sendall(parts[0])
                for part in itertools.cycle(parts[1:]):
                    connection.sendall(part)
                    if over.wait(pause) if pause else over.is_set():
                        return
            except OSError:
                return

    def accept() -> None:
        while not over.is_set():
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            threading.Thread(target=talk, args=(connection,), daemon=True).start()

    threading.Thread(target=accept, daemon=True).start()
    try:
        yield listener.getsockname()[1]
    finally:
        over.set()
        listener.close()


@pytest.fixture
def api(contract, monkeypatch):
    """A client that is given less to read, and less time, than ours are."""
    monkeypatch.setattr(network, "BODY_BYTES", 4 << 20)
    monkeypatch.setattr(network, "HEAD_BYTES", 64 << 10)
    made: list[Api] = []

    def make(port: int) -> Api:
        target = Target("live", f"http://127.0.0.1:{port}/v1", "", Credentials(access_token="given-token"))
        retrying = lambda send: with_retries(send, Patience(longest=1.0))  # noqa: E731
        http = new_http(target, seconds=0.5)
        made.append(Api(target, Checker(contract, target.base_url, ""), Journal(), retrying=retrying, http=http))
        return made[-1]

    yield make
    for each in made:
        each._http.close()


SLOW = {
    "one byte of the body now and then": [CHUNKED, b"1\r\n \r\n"],
    "one byte of the head now and then": [HEAD + b"X-Long: ", b"x"],
    "one hint after the other": [b"", b"HTTP/1.1 103 Early Hints\r\n\r\n"],
    "one byte of a chunk's size now and then": [CHUNKED, b"0"],
    "trailers": [CHUNKED + b"1\r\n \r\n0\r\n", b"X: y\r\n"],
}


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize("name", SLOW)
def test_slow_response_cannot_be_told(api, name, method):
    """A response that does not end, though something comes all the time, is nobody's broken promise: the network may be slow."""
    with sending(SLOW[name], pause=0.05) as port:
        client, started = api(port), time.monotonic()
        with pytest.raises(CouldNotTell, match=r"the response took longer than 0\.5 s"):
            client.request(method, "/users/42" if method == "GET" else "/users")

    assert time.monotonic() - started < 4
    assert client.journal.findings == ()


ENDLESS = {
    "body": ([CHUNKED, b"10000\r\n" + bytes(65536) + b"\r\n"], RESPONSE_BODY, "its body is longer than 4 MiB"),
    "body until the connection closes": ([HEAD + b"\r\n", bytes(65536)], RESPONSE_BODY, "its body is longer than 4 MiB"),
    "hints": ([b"", b"HTTP/1.1 103 Early Hints\r\n\r\n" * 50], RESPONSE_ARRIVES, "the heads before its body (1xx, status, headers) are longer than 64 KiB"),
    "one header": ([HEAD + b"X: ", b"x" * 5000], RESPONSE_ARRIVES, "the heads before its body (1xx, status, headers) are longer than 64 KiB"),
    "headers": ([HEAD, b"X: y\r\n" * 500], RESPONSE_ARRIVES, "the heads before its body (1xx, status, headers) are longer than 64 KiB"),
}  # fmt: skip


@pytest.mark.parametrize("name", ENDLESS)
def test_endless_response_is_a_finding(api, name):
    """What is larger than any answer of the API can be is told once, with the bound, and is not read again."""
    parts, promise, said = ENDLESS[name]
    with sending(parts) as port:
        client, started = api(port), time.monotonic()
        with pytest.raises(PromiseBroken, match="longer than"):
            client.get("/users/42")

    (finding,) = client.journal.findings
    assert (finding.promise, finding.breach.note) == (promise.id, said)
    assert time.monotonic() - started < 4


def test_bomb_is_a_finding(api):
    """A body of some kilobytes that stands for gigabytes is a body beyond the bound."""
    bomb = gzip.compress(bytes(80 << 20))
    reply = HEAD + b"Content-Encoding: gzip\r\nContent-Length: %d\r\n\r\n" % len(bomb) + bomb
    with sending([reply, b""]) as port:
        client = api(port)
        with pytest.raises(PromiseBroken, match="it is longer than 64 MiB when its gzip is undone"):
            client.get("/users/42")

    (finding,) = client.journal.findings
    assert finding.promise == RESPONSE_BODY.id


def test_large_body_is_read(api):
    """What is within the bounds is a response like any other."""
    text = b'{"userId":"42","more":"' + b"x" * (3 << 20) + b'"}'
    with sending([HEAD + b"Content-Length: %d\r\n\r\n" % len(text) + text, b""]) as port:
        client = api(port)

        assert client.get("/users/42").content == text


def test_bounds_stand_in_the_documentation():
    """The table of the documentation has the bounds of the code."""
    text = (Path(__file__).parents[2] / "docs" / "unsteady.md").read_text(encoding="utf-8")

    for said in (
        f"| {bounds.CONNECT_SECONDS:.0f} s |",
        f"| {bounds.SILENT_SECONDS:.0f} s without one |",
        f"| {bounds.RESPONSE_SECONDS:.0f} s |",
        f"in {bounds.REQUEST_SECONDS:.0f} s |",
        f"| {bounds.ANSWER_SECONDS:.0f} s, ",
        bounds.size(bounds.HEAD_BYTES),
        bounds.size(bounds.BODY_BYTES),
        f"| {bounds.size(bounds.REQUEST_HEAD_BYTES)} | 400",
        bounds.size(bounds.DELIVERY_BYTES),
        bounds.size(bounds.ANSWER_BYTES),
        bounds.size(bounds.REQUEST_BYTES),
    ):
        assert said in text
    assert codings.BODY_BYTES == bounds.BODY_BYTES


ANSWERS = {
    "endless": ([CHUNKED, b"10000\r\n" + bytes(65536) + b"\r\n"], 0.0, 200),
    "one byte now and then": ([CHUNKED, b"1\r\n \r\n"], 0.05, None),
    "one hint after the other": ([b"", b"HTTP/1.1 103 Early Hints\r\n\r\n"], 0.05, None),
}


@pytest.mark.parametrize("name", ANSWERS)
def test_answer_to_a_delivery_ends(monkeypatch, name):
    """The stand-in reads no more of what a receiver answers than it needs, and for no longer than the bound."""
    parts, pause, status = ANSWERS[name]
    monkeypatch.setattr(deliveries, "ANSWER_SECONDS", 0.5)

    async def deliver(url: str) -> int | None:
        async with httpx.AsyncClient(trust_env=False) as client:
            return await deliveries.post(client, Delivery(1, "hook", "", url, {}, b"{}", 1, 0, 0.0))

    with sending(parts, pause) as port:
        if status:
            assert asyncio.run(deliver(f"http://127.0.0.1:{port}/")) == status
        else:
            with pytest.raises(httpx.ReadTimeout, match=r"the response took longer than"):
                asyncio.run(deliver(f"http://127.0.0.1:{port}/"))
