"""Where receivers listen, and the one address that the receivers of several processes share."""

import socket
from pathlib import Path

import httpx
import pytest
from projects import SCENARIO, Project

from ecsuite.standin import serving
from ecsuite.target import TUNNEL_PORT
from ecsuite.webhook.front import Front, fronting
from ecsuite.webhook.http import receiving
from ecsuite.webhook.place import listening_place

ROOT = Path(__file__).parents[2]


def free_port(host: str = "127.0.0.1") -> int:
    with socket.create_server((host, 0)) as free:
        return free.getsockname()[1]


# Any address of 127.0.0.0/8 is this machine's own, as its address in a network is, and another than loopback's usual one.
OWN = "127.0.0.2"
PLACES = {
    "no address": ("", 0, ("127.0.0.1", 0)),
    "no address, a port": ("", 9, ("127.0.0.1", 9)),
    "a tunnel": ("https://tunnel.example/x", 8787, ("127.0.0.1", 8787)),
    "another machine": ("http://192.0.2.1:9000", 9000, ("127.0.0.1", 9000)),
    "nobody": ("http://nobody.invalid:9000", 9000, ("127.0.0.1", 9000)),
    "an own address by another port": (f"http://{OWN}:9000", 9001, ("127.0.0.1", 9001)),
    "an own address without a port": (f"http://{OWN}/x", 8787, ("127.0.0.1", 8787)),
    "an own address behind TLS": (f"https://{OWN}:9000", 9000, ("127.0.0.1", 9000)),
}


@pytest.mark.parametrize("name", PLACES)
def test_place_to_listen_is_found(name):
    """What does not lead to this machine by itself leads to loopback, by a tunnel or a proxy."""
    public_url, port, place = PLACES[name]

    assert listening_place(public_url, port) == place


@pytest.mark.parametrize("given", [False, True])
def test_own_address_is_listened_on(given):
    """A public address of this machine's own leads to its own port, whether EC_WEBHOOK_PORT says so or not."""
    port = free_port(OWN)

    assert listening_place(f"http://{OWN}:{port}", port if given else TUNNEL_PORT) == (OWN, port)


def test_own_address_that_something_else_has_leads_elsewhere():
    """Where a proxy of this machine has the public port, it passes deliveries on to loopback."""
    with socket.create_server((OWN, 0)) as proxy:
        address = f"http://{OWN}:{proxy.getsockname()[1]}"

        assert listening_place(address, TUNNEL_PORT) == ("127.0.0.1", TUNNEL_PORT)


def test_delivery_to_an_own_address_is_received():
    """The receiver is where its address leads, and not doubted."""
    address = f"http://{OWN}:{free_port(OWN)}"

    with receiving(public_url=address, port=TUNNEL_PORT) as receiver:
        httpx.post(receiver.url("x"), content=b"{}")

        assert receiver.wait("x", 5).request.url == f"{address}/hooks/x"


@pytest.fixture
def front():
    with fronting("", free_port()) as opened:
        yield opened


def test_deliveries_come_to_whom_they_are_for(front):
    """Method, query, headers and body as they were sent; each receiver answers for itself."""
    with receiving(front=front) as one, receiving(front=front) as other:
        other.answer_with("x", 503)
        statuses = [
            httpx.put(each.url("x") + "?a=b%20c", content=b"\xff\x00", headers={"Spark-Signature": "s"}).status_code
            for each in (one, other)
        ]
        request = one.wait("x", 5).request

        assert statuses == [200, 503]
        assert (request.method, request.url, request.body) == ("PUT", f"{one.url('x')}?a=b%20c", b"\xff\x00")
        assert request.headers.get("Spark-Signature") == "s"
        assert [len(each.received()) for each in (one, other)] == [1, 1]


def test_chunked_delivery_is_passed_on(front):
    """What says how a body travels is of one connection."""
    with receiving(front=front) as receiver:
        httpx.post(receiver.url("x"), content=iter([b"{", b"}"]), headers={"Expect": "x"})

        assert receiver.wait("x", 5).request.body == b"{}"


def test_handshake_is_passed_on(front):
    """The leave to deliver comes from the receiver."""
    with receiving(front=front) as receiver:
        answer = httpx.options(receiver.url("x"), headers={"WebHook-Request-Origin": "a.example"})

    assert answer.headers["WebHook-Allowed-Origin"] == "a.example"


def test_nobody_else_is_passed_on_to(front):
    """An address that was not given out leads nowhere: not to another port of this machine."""
    with receiving() as secret:
        forged = front.address_for(secret.port)[:-1] + "x", Front(front.address, "guessed").address_for(secret.port)
        statuses = [httpx.post(f"{address}/hooks/x").status_code for address in (front.address, *forged)]

        assert statuses == [404, 404, 404]
        assert secret.received() == ()


def test_receiver_that_has_gone_is_503(front):
    """A sender may try again; nobody is told a lie."""
    with receiving(front=front) as receiver:
        url = receiver.url("x")

    assert httpx.post(url).status_code == 503


def test_prefix_of_a_tunnel_does_not_matter():
    """A public address may have a path of its own, which its tunnel may or may not take off."""
    port = free_port()
    with fronting("https://tunnel.example/abc", port) as front, receiving(front=front) as receiver:
        path = receiver.url("x").removeprefix("https://tunnel.example")
        for each in (path, path.removeprefix("/abc")):
            httpx.post(f"http://127.0.0.1:{port}{each}", content=b"{}")

        assert [receiver.wait("x", 5).request.body for _ in "12"] == [b"{}", b"{}"]


@pytest.mark.parametrize("public", ["", "http://127.0.0.1:{port}"], ids=["port", "public address"])
def test_workers_share_one_port(tmp_path, public):
    """With -n, every worker gets its deliveries by the one port, and none leaves them out."""
    project, port = Project(tmp_path), free_port()
    project.test(
        SCENARIO
        + """
    @pytest.mark.parametrize("number", range(4))
    def test_delivery(api, run, number):
        hook = f"hook-{number}"
        body = {"webhookUrl": run.receiver.url(hook), "webhookSecret": run.ids.new(),
                "eventPayloadTypes": ["PowerLevel"], "operationTypes": ["Create"]}
        webhook = api.post("/webhooks", json=body).json()
        api.post(f"/webhooks/{webhook['id']}/test")
        assert run.receiver.wait(hook, 10) is not None
    """
    )
    with serving("2023-10") as standin:
        env = {"EC_WEBHOOK_PORT": str(port), **standin.environment()}
        env |= {"EC_WEBHOOK_PUBLIC_URL": public.format(port=port)} if public else {}
        project.run("--ec-target=live", "--ec-edition=2023-10", "-n", "2", **env).ended(passed=4)
