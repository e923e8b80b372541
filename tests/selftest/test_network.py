"""How requests are written to a connection: a small one is one packet."""

import httpcore
import pytest

from ecsuite.client.network import BoundedBackend

ANSWER = b"HTTP/1.1 204 No Content\r\n\r\n"


class Wire(httpcore.NetworkStream):
    """A connection that notes each packet, and answers each request."""

    def __init__(self, log):
        self.log = log

    def write(self, buffer, timeout=None):  # noqa: ARG002  httpcore's names
        if isinstance(self.log, Exception):
            raise self.log
        self.log.append(buffer)

    def read(self, max_bytes, timeout=None):  # noqa: ARG002
        return ANSWER

    def close(self):
        """Nothing is open."""

    def get_extra_info(self, info):  # noqa: ARG002
        return None


@pytest.fixture
def client(monkeypatch):
    """A client on a connection that notes each packet, or that cannot be written to."""

    def make(log):
        monkeypatch.setattr(httpcore.SyncBackend, "connect_tcp", lambda *_: Wire(log))
        backend = BoundedBackend()
        pool = httpcore.ConnectionPool(network_backend=backend)
        trace = {"trace": backend.trace}
        return lambda method, content=b"": pool.request(
            method, "http://api.invalid/x", content=content, extensions=trace
        )

    return make


@pytest.mark.parametrize(("method", "body"), [("GET", b""), ("DELETE", b""), ("POST", b"{}"), ("PUT", b"x" * 100_000)])
def test_head_and_body_are_one_packet(client, method, body):
    """The head is sent with what follows it, once, and a request without a body as soon as it is written."""
    log = []
    send = client(log)

    assert [send(method, body).status for _ in range(2)] == [204, 204]

    assert [packet.startswith(method.encode()) and packet.endswith(body) for packet in log] == [True, True]


def test_body_in_pieces_is_sent_as_it_comes(client):
    """The first piece goes with the head, the others by themselves, in order."""
    log = []

    assert client(log)("POST", iter([b"one", b"two", b"three"])).status == 204

    assert b"".join(log).count(b"POST") == 1
    assert [b"one" in packet for packet in log] == [True, False, False, False]
    assert b"".join(log).index(b"two") < b"".join(log).index(b"three")


def test_answer_is_read_though_the_request_could_not_be_written(client):
    """A server may answer, and close the connection, before it has read all."""
    assert client(httpcore.WriteError("gone"))("POST", b"{}").status == 204


def test_greeting_is_sent_before_the_answer_to_it_is_read(monkeypatch):
    """What is written without being a request, as to a proxy, does not wait for more."""
    log = []
    monkeypatch.setattr(httpcore.SyncBackend, "connect_tcp", lambda *_: Wire(log))
    stream = BoundedBackend().connect_tcp("proxy.invalid", 1080)

    stream.write(b"\x05\x01\x00")
    stream.read(2)

    assert log == [b"\x05\x01\x00"]
