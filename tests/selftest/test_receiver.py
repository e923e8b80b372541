"""Receivers of webhooks: a real one on a socket, one that plays a recording, one that nobody can reach."""

import socket
import threading
import time
from contextlib import suppress

import httpx
import pytest

from ecsuite import asgi
from ecsuite.errors import NothingThere, PortTaken
from ecsuite.messages.exchange import Exchange, Headers, Request, Response
from ecsuite.webhook import http as http_receiver
from ecsuite.webhook.delivery import any_delivery, no_subject
from ecsuite.webhook.http import receiving
from ecsuite.webhook.receiver import NoReceiver, OwnHooks, Receiver, wait_for
from ecsuite.webhook.recorded import RecordedReceiver


@pytest.fixture
def receiver():
    with receiving() as running:
        yield running


def test_delivery_is_kept_as_it_came(receiver):
    """Method, address, headers and the raw body are kept; the response is 200."""
    url = receiver.url("one") + "?a=b%20c"

    answer = httpx.put(url, content=b"\xff\x00", headers={"Spark-Signature": "s", "Content-Type": "x/y"})

    request = receiver.wait("one", 5).request
    assert answer.status_code == 200
    assert (request.method, request.url, request.body) == ("PUT", url, b"\xff\x00")
    assert (request.headers.get("Spark-Signature"), request.headers.get("content-type")) == ("s", "x/y")


def test_chunked_delivery_is_put_together(receiver):
    """A body that comes in chunks, as .NET sends it, is whole."""
    httpx.post(receiver.url("one"), content=iter([b"{", b'"a"', b":1}"]))

    assert receiver.wait("one", 5).request.body == b'{"a":1}'


def test_deliveries_are_told_apart(receiver):
    """Each hook gets its own, in order, and each delivery once."""
    for hook, body in (("a", b"1"), ("b", b"2"), ("a", b"3")):
        httpx.post(receiver.url(hook), content=body)

    taken = [receiver.wait(hook, 5).request.body for hook in "aab"]
    assert taken == [b"1", b"3", b"2"]
    assert receiver.wait("a", 0.0) is None
    assert len(receiver.received()) == 3


def test_delivery_is_waited_for(receiver):
    """A delivery that comes later is waited for, and no longer than until it comes."""
    threading.Timer(0.2, httpx.post, [receiver.url("late")]).start()
    started = time.monotonic()

    assert receiver.wait("late", 20) is not None
    assert time.monotonic() - started < 10


def test_prefix_of_a_tunnel_does_not_matter():
    """Behind a public address with a path of its own, a delivery is known by its last segment."""
    with receiving(public_url="https://tunnel.example/abc") as receiver:
        assert receiver.url("x") == "https://tunnel.example/abc/hooks/x"
        port = receiver.port
        httpx.post(f"http://127.0.0.1:{port}/hooks/x")

        assert receiver.wait("x", 5) is not None


def test_taken_port_is_told():
    """A port that something else has is one line."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(PortTaken, match=f"cannot listen on 127.0.0.1:{port}"), receiving(port=port):
            pass


def test_recorded_deliveries_are_played():
    """A replay gets the recorded deliveries when it waits for them, and never waits."""
    delivery = Exchange(Request("POST", "http://r.invalid/hooks/x", Headers(), b"{}"), Response(200))
    receiver = RecordedReceiver("http://r.invalid", [delivery])

    assert receiver.url("x") == delivery.request.url
    assert receiver.wait("x") == delivery
    assert receiver.wait("x") is None


def test_unreachable_receiver_says_why():
    """Where no delivery can come, the reason and the remedy are told."""
    receiver = NoReceiver()

    assert receiver.unreachable == (
        "the API cannot reach this machine: set EC_WEBHOOK_PUBLIC_URL to an address that leads here"
    )
    assert receiver.url("x").startswith("https://partner.example/")
    assert receiver.wait("x") is None


def test_first_delivery_can_be_refused(receiver):
    """A hook can be told to refuse once, and to take what comes afterwards; when each came is known."""
    receiver.answer_with("one", status=503, then=204)

    statuses = [httpx.post(receiver.url("one")).status_code for _ in range(3)]

    assert statuses == [503, 204, 204]
    assert [delivery.response.status for delivery in receiver.received()] == statuses
    first, second, third = receiver.arrivals("one")
    assert first <= second <= third
    assert receiver.arrivals("another") == []


def test_first_delivery_of_each_event_can_be_refused(receiver):
    """Where others make events, too, each event has its own first delivery, and its own times."""
    receiver.answer_with("one", status=503, then=204, of=lambda value: value["eventId"])

    sent = [{"eventId": event} for event in ("mine", "theirs", "mine", "theirs", "mine")]
    statuses = [httpx.post(receiver.url("one"), json=value).status_code for value in sent]

    assert statuses == [503, 503, 204, 204, 204]
    assert len(receiver.arrivals("one", lambda value: value["eventId"] == "mine")) == 3


def test_wanted_delivery_is_waited_for(receiver):
    """Deliveries of other events are let go; what cannot be read is not."""
    for content in (b'{"eventId":"1"}', b'{"eventId":"2"}', b"no JSON"):
        httpx.post(receiver.url("one"), content=content)

    def wanted(value):
        return value["eventId"] == "2"

    assert wait_for(receiver, "one", wanted, 5).request.body == b'{"eventId":"2"}'
    assert wait_for(receiver, "one", wanted, 5).request.body == b"no JSON"
    assert wait_for(receiver, "one", wanted, 0.0) is None


def test_address_that_leads_here_is_not_doubted():
    """A public address by which this machine reaches itself: that nothing comes is the API's doing."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]

    with receiving(public_url=f"http://127.0.0.1:{port}", port=port) as receiver:
        delivery = receiver.wait("hook", 0.0)

    assert (delivery, receiver.unreachable, receiver.received()) == (None, "", ())


def test_address_that_may_not_lead_here_is_doubted(monkeypatch):
    """Where this machine cannot reach itself, and nothing ever came, nobody can tell; from then on nothing is waited for."""
    monkeypatch.setenv("NO_PROXY", "*")

    with receiving(public_url="http://nobody.invalid:1") as receiver:
        assert receiver.unreachable == ""
        with pytest.raises(NothingThere, match="no delivery came to EC_WEBHOOK_PUBLIC_URL"):
            receiver.wait("hook", 0.0)

    assert receiver.unreachable.startswith("no delivery came to EC_WEBHOOK_PUBLIC_URL, and this machine cannot reach")


def test_address_that_leads_here_after_all(monkeypatch):
    """Not every router lets a machine reach itself; what has come once shows that the address is good."""
    monkeypatch.setenv("NO_PROXY", "*")

    with receiving(public_url="http://nobody.invalid:1") as receiver:
        httpx.post(f"http://127.0.0.1:{receiver.port}/hook", json={})

        assert receiver.wait("hook") is not None
        assert receiver.wait("hook", 0.0) is None
        assert receiver.unreachable == ""


class Recorder(Receiver):
    """A receiver that notes what it is asked, and answers what it is given."""

    address, unreachable = "https://r.example", "why"

    def __init__(self, *deliveries):
        self.asked = []
        self._deliveries = list(deliveries)

    def url(self, hook):
        return f"{self.address}/hooks/{hook}"

    def wait(self, hook, seconds=30.0):
        self.asked.append((hook, seconds))
        return self._deliveries.pop(0) if self._deliveries else None

    def received(self):
        return tuple(self._deliveries)

    def arrivals(self, hook, wanted=any_delivery):
        return (hook, wanted)

    def answer_with(self, hook, status=200, after=0.0, then=None, of=no_subject):
        self.asked.append((hook, status, after, then, of))


def to(hook, body=b"{}"):
    return Exchange(Request("POST", f"https://r.example/hooks/{hook}?a=b", Headers(), body), Response(200))


def test_time_to_wait_runs_out():
    """Each delivery that is let go leaves less time for the next; never less than none."""
    receiver = Recorder(to("one", b"1"), to("one", b"2"), to("one", b"3"))

    assert wait_for(receiver, "one", lambda value: value == 2, 5.0).request.body == b"2"
    assert [hook for hook, _ in receiver.asked] == ["one", "one"]
    first, second = (seconds for _, seconds in receiver.asked)
    assert 4.9 < second <= first <= 5.0

    assert wait_for(receiver, "one", lambda value: value == 4, -1.0) is None
    assert [seconds for _, seconds in receiver.asked[2:]] == [0.0, 0.0]


def test_delivery_is_waited_for_half_a_minute(monkeypatch):
    """Unless another time is given."""
    monkeypatch.setattr(time, "monotonic", lambda: 100.0)
    receiver = Recorder()

    wait_for(receiver, "one", any_delivery)

    assert receiver.asked == [("one", 30.0)]


def test_receiver_that_nobody_reaches_has_nothing():
    """Whatever it is asked."""
    receiver = NoReceiver("why")
    receiver.answer_with("x", 503)

    assert (receiver.unreachable, receiver.received(), receiver.arrivals("x")) == ("why", (), ())


def test_run_sees_its_own_hooks():
    """Of a receiver that several share a run sees the deliveries to hooks whose address it asked for."""
    shared = Recorder(to("mine"), to("theirs"), to("mine"))
    own = OwnHooks(lambda: shared)

    before = own.received()
    url = own.url("mine")

    assert (before, url) == ([], "https://r.example/hooks/mine")
    assert own.received() == [to("mine"), to("mine")]
    assert (own.address, own.unreachable) == ("https://r.example", "why")


def test_shared_receiver_is_asked_the_same():
    """What a run asks is what the shared receiver is asked."""
    shared = Recorder(to("mine"))
    own = OwnHooks(lambda: shared)

    own.answer_with("mine", 503, 0.5, 200, len)
    own.answer_with("mine")
    waited = (own.wait("mine", 2.0), own.wait("mine"))

    assert waited == (to("mine"), None)
    assert own.arrivals("mine", bool) == ("mine", bool)
    assert shared.asked == [
        ("mine", 503, 0.5, 200, len),
        ("mine", 200, 0.0, None, no_subject),
        ("mine", 2.0),
        ("mine", 30.0),
    ]


def test_shared_receiver_is_opened_when_it_is_needed():
    """A run that has no webhooks opens none."""
    opened = []
    OwnHooks(lambda: opened.append(1))

    assert opened == []


OFFER = b"Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQBAAAAAAIAAAAA\r\n"
LENGTH = b"Content-Length: 7\r\n"
BODY = b'{"a":1}'
SENT = {
    "offers HTTP/2": [b"1.1", OFFER + LENGTH, BODY],
    "offers HTTP/2, in chunks": [b"1.1", OFFER + b"Transfer-Encoding: chunked\r\n", b"7\r\n" + BODY + b"\r\n0\r\n\r\n"],
    "offers a web socket": [b"1.1", b"Connection: Upgrade\r\nUpgrade: websocket\r\n" + LENGTH, BODY],
    "waits for leave": [b"1.1", b"Expect: 100-continue\r\n" + LENGTH, BODY],
    "HTTP/1.0": [b"1.0", LENGTH, BODY],
    "chunks with trailers": [b"1.1", b"Transfer-Encoding: chunked\r\n", b"3;x=y\r\n" + BODY[:3] + b"\r\n4\r\n" + BODY[3:] + b"\r\n0\r\nT: t\r\n\r\n"],
}  # fmt: skip


def send(port: int, head: bytes, body: bytes) -> bytes:
    with socket.create_connection(("127.0.0.1", port), timeout=10) as connection:
        connection.sendall(head + b"\r\n")
        if b"Expect" in head:
            assert connection.recv(65536).startswith(b"HTTP/1.1 100 ")
        connection.sendall(body)
        return connection.recv(65536)


@pytest.mark.parametrize("name", SENT)
def test_real_senders_are_received(receiver, name):
    """What is offered is ignored (RFC 9110 section 7.8), what is asked for is given; the body arrives in whole."""
    version, fields, body = SENT[name]

    answer = send(receiver.port, b"POST /hooks/x HTTP/" + version + b"\r\nHost: a\r\n" + fields, body)

    assert answer.split(b" ")[1] == b"200"
    assert receiver.wait("x", 5).request.body == BODY


@pytest.mark.parametrize("method", ["OPTIONS", "HEAD", "GET"])
def test_handshake_is_no_delivery(receiver, method):
    """A sender that looks first whether it may deliver is given leave; the delivery is the POST that follows."""
    with httpx.Client(trust_env=False) as http:
        asked = http.request(method, receiver.url("x"), headers={"WebHook-Request-Origin": "sender.example"})
        http.post(receiver.url("x"), content=BODY)

    assert (asked.status_code, asked.headers["WebHook-Allowed-Origin"]) == (200, "sender.example")
    assert receiver.wait("x", 5).request.method == "POST"
    assert receiver.wait("x", 0) is None
    assert len(receiver.received()) == 1


def test_get_in_place_of_a_delivery_is_taken_for_one(receiver):
    """Where nothing follows it, it was the delivery, so that the check of its method can say so."""
    httpx.get(receiver.url("x"))

    assert receiver.wait("x", 0.1).request.method == "GET"


def test_endless_delivery_is_refused(receiver, monkeypatch):
    """A body beyond the bound is not kept, and is no delivery."""
    monkeypatch.setattr(http_receiver, "DELIVERY_BYTES", 1000)

    answer = httpx.post(receiver.url("x"), content=b"x" * 1001)

    assert (answer.status_code, answer.text) == (413, "The body is longer than 1000 bytes.")
    assert receiver.received() == ()


@pytest.mark.parametrize(("size", "deliveries"), [(60_000, 1), (1_000_000, 0)])
def test_head_of_a_delivery_has_a_bound(receiver, size, deliveries):
    """Long headers, as of tracing, are read; endless ones are not."""
    head = b"POST /hooks/x HTTP/1.1\r\nHost: a\r\nBaggage: " + b"x" * size + b"\r\n" + LENGTH

    with suppress(ConnectionError):
        send(receiver.port, head, BODY)

    assert len(receiver.received()) == deliveries


def test_slow_delivery_is_refused(receiver, monkeypatch):
    """A body that comes a byte now and then is waited for no longer than the bound."""
    monkeypatch.setattr(asgi, "REQUEST_SECONDS", 0.3)

    answer = send(receiver.port, b"POST /hooks/x HTTP/1.1\r\nHost: a\r\n" + LENGTH, b"{")

    assert answer.startswith(b"HTTP/1.1 408 ")
    assert receiver.received() == ()
