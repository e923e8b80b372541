"""The stand-in: honest, strict, and not to be brought down; over a real socket."""

import asyncio
import os
import signal
import sqlite3
import ssl
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import httpx
import pytest
import trustme

from ecsuite import editions
from ecsuite.errors import DataFileUnusable, PortTaken
from ecsuite.quickstart import steps
from ecsuite.rules.listing import records_of
from ecsuite.session import open_run
from ecsuite.standin import StandIn, Store, create_app, deliveries, serve, serving
from ecsuite.standin.deliveries import Deliverer
from ecsuite.standin.store import Attempt
from ecsuite.target import Credentials
from ecsuite.webhook.http import receiving

USER = {"userId": "42"}
CAR = {
    "vehicleId": "v",
    "metadata": {"resourceType": "Vehicle", "brand": "Think", "model": "City", "year": 2009, "vin": "x"},
}
FORM = {"Content-Type": "application/x-www-form-urlencoded"}
JSON = {"Content-Type": "application/json"}
HOOK = {
    "webhookUrl": "http://127.0.0.1:1/x",
    "webhookSecret": "wéb",
    "eventPayloadTypes": ["Unknown"],
    "operationTypes": ["Create"],
}


def form(credentials: Credentials, **changes: str) -> dict[str, str]:
    own = {"client_id": credentials.client_id, "client_secret": credentials.client_secret}
    return {"grant_type": "client_credentials", **own, **changes}


def client(standin: StandIn, credentials: Credentials | None = None) -> httpx.Client:
    # There is no TLS here, and loading certificates takes longer than most of these tests.
    answer = httpx.post(standin.token_url, data=form(credentials or standin.credentials), verify=False)
    headers = {"Authorization": f"Bearer {answer.json()['access_token']}"}
    return httpx.Client(base_url=standin.base_url, headers=headers, verify=False)


@pytest.fixture
def http(standin):
    with client(standin) as opened:
        yield opened


@pytest.fixture(scope="module")
def shared():
    """A stand-in for tests that do not mind what others left in it."""
    with serving("2023-10") as running, client(running) as opened:
        yield opened


def test_every_operation_has_a_handler():
    """Each edition's stand-in answers every operation of its contract, and no other."""
    for edition in editions.editions():
        contract = editions.contract(edition)
        handlers = editions.module("ecsuite.standin", edition).HANDLERS

        assert handlers.keys() | {contract.token_operation.id} == contract.operations.keys()


def test_it_is_an_asgi_app():
    """It can be called inside a test, without a socket."""
    store = Store("2023-10")
    app = create_app("2023-10", store)

    async def call() -> httpx.Response:
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://x") as http:
            return await http.post("/connect/token", data=form(store.credentials()[0]))

    assert asyncio.run(call()).json()["token_type"] == "Bearer"
    store.close()


@pytest.mark.parametrize(
    ("change", "status", "error"),
    [
        ({"client_secret": "wrong"}, 401, "invalid_client"),
        ({"client_id": "nobody"}, 401, "invalid_client"),
        ({"grant_type": "password"}, 400, "unsupported_grant_type"),
        ({"grant_type": ""}, 400, "invalid_request"),
    ],
)
def test_token_is_refused(standin, change, status, error):
    """The token endpoint says why, as RFC 6749 section 5.2 has it."""
    answer = httpx.post(standin.token_url, data=form(standin.credentials, **change))

    assert (answer.status_code, answer.json()["error"]) == (status, error)
    assert answer.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize(
    "request_",
    [
        {"json": {"grant_type": "client_credentials"}},
        {"content": b"grant_type=client_credentials&grant_type=x", "headers": FORM},
        {"content": b"\xff\xfe", "headers": FORM},
        {"content": b""},
        {"data": {"grant_type": "client_credentials"}},
    ],
)
def test_token_request_is_no_form(standin, request_):
    """What is not a form, or an incomplete one, is an invalid request."""
    answer = httpx.post(standin.token_url, **request_)

    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_request")


def test_credentials_may_be_basic(standin):
    """The credentials may come as HTTP Basic, as RFC 6749 section 2.3.1 asks of a server."""
    auth = (standin.credentials.client_id, standin.credentials.client_secret)

    assert httpx.post(standin.token_url, data={"grant_type": "client_credentials"}, auth=auth).status_code == 200
    assert httpx.post(standin.token_url, data={"grant_type": "client_credentials"}, auth=("a", "b")).status_code == 401


@pytest.mark.parametrize("sent", [b"Basic \xe5", b"Basic", b"Basic %%%", b"Basic YTr/", b"Basic JUVEJUEwOiUwMA=="])
def test_strange_basic_credentials_are_nobodys(standin, sent):
    """Bytes that are no base64, or no text: refused as any wrong credentials."""
    form = {"grant_type": "client_credentials"}

    assert httpx.post(standin.token_url, data=form, headers={"Authorization": sent}).status_code == 401


def test_token_ends(standin):
    """A token is good for its lifetime and not longer."""
    with serving("2023-10", token_lifetime=1) as brief, client(brief) as http:
        assert http.get("/users").status_code == 200
        deadline = time.monotonic() + 10
        while (answer := http.get("/users")).status_code == 200 and time.monotonic() < deadline:
            time.sleep(0.05)

    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"].startswith("Bearer ")


AUTHORIZATIONS = [None, "", "Bearer", "Bearer x", "Basic eDp5", "x", "Bearer \xe5".encode("latin-1"), "bearer a b"]


@pytest.mark.parametrize("authorization", AUTHORIZATIONS)
def test_call_without_a_good_token_is_refused(standin, http, authorization):
    """401 on every operation, with a challenge, and nothing made."""
    contract = editions.contract("2023-10")
    headers = {} if authorization is None else {"Authorization": authorization}
    with httpx.Client(base_url=standin.base_url, headers=headers, verify=False) as stranger:
        for operation in contract.operations.values():
            if operation.security is None:
                continue
            answer = stranger.request(operation.method, operation.path.replace("{", "").replace("}", ""), json=USER)
            assert (answer.status_code, answer.headers["WWW-Authenticate"][:6]) == (401, "Bearer")

    assert http.get("/users").json() == []


def test_partners_do_not_meet(standin, http):
    """What one partner made is not there for the other."""
    http.post("/users", json=USER)
    hook = http.post("/webhooks", json=HOOK).json()["id"]

    with client(standin, standin.other) as other:
        assert other.get("/users").json() == other.get("/webhooks").json() == []
        for path in ("/users/42", "/users/42/vehicles", f"/webhooks/{hook}"):
            assert other.get(path).status_code == 404
        assert other.delete("/users/42").status_code == 404
        assert other.post("/users/42/vehicles", json=CAR).status_code == 404
        assert other.post(f"/webhooks/{hook}/test").status_code == 404

    assert http.get("/users/42").json() == USER


@pytest.mark.parametrize(
    ("line", "body", "at"),
    [
        ("POST /users", {}, "/userId"),
        ("POST /users", {"userId": None}, "/userId"),
        ("POST /users", [], "body"),
        ("POST /users/42/vehicles", CAR | {"metadata": {}}, "/metadata/brand"),
        ("POST /users/42/vehicles", CAR | {"metadata": CAR["metadata"] | {"year": 2009.5}}, "/metadata/year"),
        ("POST /webhooks", HOOK | {"operationTypes": ["Drop"]}, "/operationTypes/0"),
        ("POST /reports", {"eventId": "e", "name": "n", "payloads": [{}]}, "/payloads/0/actionType"),
    ],
)
def test_bad_input_is_refused(http, line, body, at):
    """A problem document says which member is wrong, and nothing is kept."""
    http.post("/users", json=USER)
    method, path = line.split()

    answer = http.request(method, path, json=body)

    assert (answer.status_code, answer.headers["Content-Type"]) == (400, "application/problem+json")
    assert answer.json()["errors"][at] == ["The value is not valid."]
    assert (http.get("/users").json(), http.get("/users/42/vehicles").json()) == ([USER], [])


UNUSUAL_BODIES = [
    b"",
    b"{",
    b"null",
    b"[]",
    b'"x"',
    b"\xff",
    b"\xef\xbb\xbf{}",
    b'{"userId": NaN}',
    b'{"userId": "\\ud800"}',
    b"[" * 100_000,
    b'{"userId":' + b'"x"' * 3,
    b"1" * 5000,
    b'{"userId": "' + b"x" * 2_000_000 + b'"}',
    b'{"userId": "a\\u0000b"}',
    b'{"userId": "42", "deep": ' + b"[" * 500 + b"]" * 500 + b"}",
]


@pytest.mark.parametrize("body", UNUSUAL_BODIES, ids=range(len(UNUSUAL_BODIES)))
@pytest.mark.parametrize("media_type", ["application/json", "text/plain", "application/json; charset=utf-16", ""])
def test_unusual_body_is_no_server_error(shared, body, media_type):
    """Whatever a body holds, it is taken or refused, and what is taken can be read again."""
    for line in ("POST /users", "POST /users/42/meters", "PUT /webhooks/7", "POST /reports"):
        method, path = line.split()
        answer = shared.request(method, path, content=body, headers={"Content-Type": media_type})
        assert answer.status_code < 500
        if line == "POST /users" and answer.is_success:
            assert answer.json() in shared.get("/users").json()


@pytest.mark.parametrize(
    "segment",
    ["a%2Fb", "%00", "%FF", "..%2F..", "%2e%2e", "x" * 5000, "%C3%85se%20%F0%9F%9A%97", "%25", "a;b=c", "%", ""],
)
def test_unusual_id_in_a_path_is_no_server_error(shared, segment):
    """Whatever stands in a path, it is an id that is there or not."""
    for path in (
        f"/users/{segment}",
        f"/users/{segment}/vehicles",
        f"/users/42/vehicles/{segment}",
        f"/webhooks/{segment}",
    ):
        assert shared.get(path).status_code in {200, 404}


@pytest.mark.parametrize("user_id", ["Åse/Øst", "a b", "100%", "a?b#c", "𝄞", "x" * 300, "a\nb", ";", "0"])
def test_any_id_can_be_read_again(shared, user_id):
    """An id of any letters comes back, and is found by its percent-encoded self."""
    made = shared.post("/users", json={"userId": user_id})

    path = f"/users/{httpx.QueryParams({'x': user_id})}".replace("x=", "").replace("+", "%20")
    assert (made.json()["userId"], shared.get(path).json()["userId"]) == (user_id, user_id)


def test_numbers_keep_their_value(http):
    """Integers, floats and their precision are kept."""
    http.post("/users", json=USER)
    tank = b'{"resourceId":"r","metadata":{"resourceType":"HotWaterTank","brand":"b","model":"m","capacity":1e400,'
    big = tank.replace(b"1e400", b"123456789012345678901234567890") + b'"heatingElements":[0.1,2,-0.0,1e-7]}}'

    refused = http.post("/users/42/resources", content=tank + b'"heatingElements":[]}}', headers=JSON)
    taken = http.post("/users/42/resources", content=big, headers=JSON)

    assert (refused.status_code, taken.status_code) == (400, 201)
    metadata = http.get("/users/42/resources/r").json()["metadata"]
    assert metadata["capacity"] == 123456789012345678901234567890
    assert metadata["heatingElements"] == [0.1, 2, 0.0, 1e-07]


@pytest.mark.parametrize(
    ("line", "status", "allow"),
    [
        ("PATCH /users", 405, {"GET", "HEAD", "POST"}),
        ("PUT /users/42", 405, {"GET", "HEAD", "DELETE"}),
        ("GET /reports", 405, {"POST"}),
        ("GET /connect/token", 405, {"POST"}),
        ("GET /nothing", 404, set()),
        ("GET /users/", 404, set()),
        ("GET /users/42/vehicles/v/x", 404, set()),
    ],
)
def test_wrong_method_or_path(shared, line, status, allow):
    """A method that a path does not have gets 405 with those that it has; a path that there is not, 404."""
    method, path = line.split()

    answer = shared.request(method, path)

    assert answer.status_code == status
    assert {name.strip() for name in answer.headers.get("Allow", "").split(",") if name.strip()} == allow


def test_deleting_a_user_takes_what_it_owns(http):
    """A deleted user is gone with its vehicles, and comes back without them."""
    http.post("/users", json=USER)
    http.post("/users", json={"userId": "43"})
    http.post("/users/42/vehicles", json=CAR)
    http.post("/users/43/vehicles", json=CAR)

    assert http.delete("/users/42").status_code == 204
    assert http.get("/users/42/vehicles").status_code == 404
    http.post("/users", json=USER)

    assert http.get("/users/42/vehicles").json() == []
    assert [vehicle["vehicleId"] for vehicle in http.get("/users/43/vehicles").json()] == ["v"]


def test_deliveries_arrive_one_for_each_call(http):
    """Each call for a test is one delivery, signed, to the webhook's own address, also after others were sent."""
    with receiving() as receiver:
        hooks = [http.post("/webhooks", json=HOOK | {"webhookUrl": receiver.url(name)}).json()["id"] for name in "ab"]
        for hook in (hooks[0], hooks[0], hooks[1]):
            assert http.post(f"/webhooks/{hook}/test").status_code == 200
            assert receiver.wait("a" if hook == hooks[0] else "b", 10)

        time.sleep(0.2)
        paths = Counter(delivery.request.url.rpartition("/")[2] for delivery in receiver.received())

    assert paths == {"a": 2, "b": 1}
    assert all(delivery.request.headers.get("Spark-Signature") for delivery in receiver.received())


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:1/x",
        "http://127.0.0.1:99999/x",
        "http://127.0.0.1:-1/x",
        f"http://{'a' * 300}/x",
        "http://x\r\ny/",
        "no address",
        "",
        "ftp://x",
        "http://[::1",
        "http://x.invalid/å",
    ],
)
def test_receiver_that_is_down_breaks_nothing(shared, url):
    """Where a delivery cannot be made, the API goes on."""
    hook = shared.post("/webhooks", json=HOOK | {"webhookUrl": url}).json()["id"]

    assert shared.post(f"/webhooks/{hook}/test").status_code == 200
    with receiving() as receiver:
        shared.put(f"/webhooks/{hook}", json=HOOK | {"webhookUrl": receiver.url("x")})
        shared.post(f"/webhooks/{hook}/test")
        assert receiver.wait("x", 10) is not None


@contextmanager
def run_standin(*options: str) -> Iterator[tuple[subprocess.Popen[str], dict[str, str]]]:
    command = [sys.executable, "-m", "ecsuite", "serve", "--edition", "2023-10", *options]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    with subprocess.Popen(command, **pipes) as process:
        environment = {}
        for line in process.stdout:
            if not line.startswith("export "):
                break
            name, _, value = line.removeprefix("export ").strip().partition("=")
            environment[name] = value
        try:
            yield process, environment
        finally:
            process.kill()


def standin_of(environment: dict[str, str]) -> StandIn:
    own = Credentials(environment["EC_CLIENT_ID"], environment["EC_CLIENT_SECRET"])
    other = Credentials(environment["EC_OTHER_CLIENT_ID"], environment["EC_OTHER_CLIENT_SECRET"])
    return StandIn(environment["EC_BASE_URL"], environment["EC_TOKEN_URL"], own, other)


def test_acknowledged_write_survives_a_kill(tmp_path):
    """What was acknowledged is there after kill -9, under the same credentials."""
    data = str(tmp_path / "data.db")
    with run_standin("--data", data) as (process, environment), client(standin_of(environment)) as http:
        assert http.post("/users", json=USER).status_code == 201
        process.send_signal(signal.SIGKILL)

    with run_standin("--data", data) as (_, again), client(standin_of(again)) as http:
        users = http.get("/users").json()

    assert users == [USER]
    assert again["EC_CLIENT_SECRET"] == environment["EC_CLIENT_SECRET"]
    assert Path(data).stat().st_mode & 0o077 == 0


def test_owed_delivery_is_sent_after_a_restart(tmp_path):
    """A delivery that a stopped stand-in still owed is sent when it starts again."""
    with receiving() as receiver:
        with closing(Store("2023-10", tmp_path / "data.db")) as store:
            store.owe(receiver.url("late"), {"Content-Type": "application/json"}, b"{}")
        with serving("2023-10", data=tmp_path / "data.db"):
            assert receiver.wait("late", 10) is not None


def test_it_ends_when_its_input_does():
    """A stand-in that was started by another program ends with it."""
    with run_standin("--until-eof") as (process, _):
        process.communicate(timeout=30)

    assert process.returncode == 0


@pytest.mark.parametrize("sign", [signal.SIGINT, signal.SIGTERM])
def test_it_stops_quietly(sign):
    """Ctrl-C is how it is stopped: no traceback."""
    with run_standin() as (process, _):
        os.kill(process.pid, sign)
        _, said = process.communicate(timeout=30)

    assert said == ""


def test_busy_data_file_ends_no_delivery(monkeypatch):
    """A store that cannot be read or written for a time is tried again; what was owed is sent."""
    monkeypatch.setattr(deliveries, "AGAIN", 0.01)
    failures = iter(range(3))

    class BusyStore(Store):
        def owed(self, after: int = 0):
            return self._busy() or super().owed(after)

        def is_owed(self, delivery):
            return self._busy() or super().is_owed(delivery)

        def _busy(self):
            if next(failures, None) is not None:
                raise sqlite3.OperationalError("database is locked")

    async def send(client, delivery) -> int:
        sent.append(delivery.url)
        return 200

    async def deliver() -> None:
        deliverer = Deliverer(store, send=send)
        async with deliverer.running():
            while len(sent) < 2:
                deliverer.wake()
                await asyncio.sleep(0.01)

    sent: list[str] = []
    with closing(BusyStore("2023-10")) as store:
        store.owe("http://one", {}, b"")
        store.owe("http://two", {}, b"")
        asyncio.run(asyncio.wait_for(deliver(), 10))

    assert sorted(sent) == ["http://one", "http://two"]


def test_data_file_has_one_server(tmp_path):
    """A second server on the same file is refused, and so is anything else that would lock the first one out."""
    data = tmp_path / "data.db"
    with serving("2023-10", data=data) as running:
        with pytest.raises(DataFileUnusable, match=r"data\.db \(another process has it open\)"):
            Store("2023-10", data)
        with closing(sqlite3.connect(data, timeout=0.1)) as other, pytest.raises(sqlite3.OperationalError):
            other.execute("BEGIN EXCLUSIVE")
        with client(running) as http:
            assert http.post("/users", json=USER).status_code == 201

    with closing(Store("2023-10", data)) as store:
        assert store.all(1, "user") == [USER]


@pytest.mark.parametrize("verify", [True, False])
def test_certificates_of_webhooks_are_verified(verify, tmp_path):
    """A delivery to a webhook that nobody vouches for fails, unless the stand-in was told not to mind."""
    arrived = threading.Event()
    authority = trustme.CA()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)

    async def deliver(url: str) -> Attempt:
        with closing(Store("2023-10")) as store:
            store.owe(url, {}, b"{}", notification="n", hook="h")
            async with Deliverer(store, verify=verify).running():
                while (attempt := store.last_attempt(notification="n")) is None:  # noqa: ASYNC110  nobody tells
                    await asyncio.sleep(0.01)
            return attempt

    class Hook(BaseHTTPRequestHandler):
        def do_POST(self):
            arrived.set()
            self.send_response(204)
            self.end_headers()

        def log_message(self, *_):
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Hook) as server:
        server.handle_error = lambda *_: None
        server.socket = context.wrap_socket(server.socket, server_side=True)
        threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
        attempt = asyncio.run(asyncio.wait_for(deliver(f"https://127.0.0.1:{server.server_port}/x"), 10))
        server.shutdown()

    assert (attempt.status, arrived.is_set()) == ((None, False) if verify else (204, True))


def test_taken_port_is_told(standin):
    """A port that another server has is one line."""
    port = httpx.URL(standin.base_url).port

    with pytest.raises(PortTaken, match=rf"cannot listen on 127.0.0.1:{port} \(Address already in use\)"):
        serve("2023-10", print, port=port)


def test_file_of_something_else_is_left_alone(tmp_path):
    """A file that the stand-in did not make is refused, and is afterwards as it was."""
    text, database = tmp_path / "notes.txt", tmp_path / "other.db"
    text.write_text("my notes, and no database at all" * 40)
    with closing(sqlite3.connect(database)) as db:
        db.execute("CREATE TABLE mine (x)")
    before = text.read_bytes(), database.read_bytes()

    for path, reason in ((text, "file is not a database"), (database, "it is a database of something else")):
        with pytest.raises(DataFileUnusable, match=reason):
            Store("2023-10", path)

    assert (text.read_bytes(), database.read_bytes()) == before


def test_file_in_no_folder_is_told(tmp_path):
    """A folder that is not there is one line."""
    with pytest.raises(DataFileUnusable, match="unable to open database file"):
        Store("2023-10", tmp_path / "no" / "data.db")


def test_file_of_another_edition_is_told(tmp_path):
    """Data of one edition is not served as another."""
    Store("2023-10", tmp_path / "data.db").close()

    with pytest.raises(DataFileUnusable, match="it belongs to edition 2023-10"):
        Store("2026-01", tmp_path / "data.db")


def test_many_clients_at_once(standin):
    """Calls that come at the same time are all answered, and every write is kept."""
    failures: list[Exception] = []

    def work(number: int) -> None:
        try:
            with client(standin) as http:
                for index in range(20):
                    http.post("/users", json={"userId": f"{number}-{index}"}).raise_for_status()
        except Exception as error:
            failures.append(error)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert failures == []
    with client(standin) as http:
        assert len(http.get("/users").json()) == 160


@pytest.mark.parametrize("edition", editions.editions())
def test_it_keeps_its_own_contract(edition):
    """The quickstart against the stand-in breaks no promise, and leaves nothing behind."""
    with serving(edition) as standin, open_run(edition, standin.target()) as run:
        story = run.story
        for step in steps(edition):
            step(story)

        assert run.journal.findings == ()
        assert records_of(run.api.get("/users").json()) == []
