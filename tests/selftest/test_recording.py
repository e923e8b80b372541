"""What is done to a recording before it is written: placeholders, stable values, names, signatures, own entities."""

import base64
import gzip
import json
import re
from datetime import date

import httpx
import pytest
import vcr

from ecsuite import editions
from ecsuite.cassette.record import ALTERED, RESIGNED, MemoryPersister, Recording, prepare
from ecsuite.cassette.tape import Cassette, dump
from ecsuite.checks import Checker
from ecsuite.messages.exchange import Exchange, Headers, Request, Response
from ecsuite.target import Credentials, Target
from ecsuite.webhook.signature import is_signed, sign

BASE = "http://127.0.0.1:43211/energy-coordination/v1"
TOKENS = "http://127.0.0.1:43211/connect/token"
HOOKS = "http://127.0.0.1:5001"
METER = "0b0f4b8e-53c0-4d0e-9e3f-8f6f4f0a7a11"
USER = "3b0f4b8e-53c0-4d0e-9e3f-8f6f4f0a7a12"
TOKEN = "very-secret-token-4711"
PLACEHOLDERS = {
    TOKEN: "REDACTED-access-token",
    "my-secret": "REDACTED-client-secret",
    "p+l%us/secret": "REDACTED-client-secret",
    "ten-partners": "REDACTED-client-id",
}


def recorded(contract, *exchanges: Exchange, base: str = BASE, tokens: str = TOKENS, **changes: object) -> Cassette:
    target = Target("live", base, tokens, Credentials("my-id", "my-secret"), name=httpx.URL(base).netloc.decode())
    recording = {
        "exchanges": exchanges,
        "deliveries": (),
        "checker": Checker(contract, base, tokens),
        "target": target,
        "scenario": "s",
        "seed": "1",
        "receiver_url": HOOKS,
        "placeholders": PLACEHOLDERS,
        "today": date(2026, 11, 23),
    }
    return prepare(Recording(**(recording | changes)))


def raw(line: str, status: int = 200, answer: object = None, sent: bytes = b"", base: str = BASE, **headers: str):
    method, path = line.split(" ")
    kind = "application/x-www-form-urlencoded" if path == "token" else "application/json"
    request = Headers.of([("Authorization", f"Bearer {TOKEN}"), ("Content-Type", kind), ("Host", "127.0.0.1:43211")])
    body = b"" if answer is None else json.dumps(answer, ensure_ascii=False).encode()
    own = [
        ("Content-Type", "application/json"),
        ("Date", "now"),
        *((n.replace("_", "-"), v) for n, v in headers.items()),
    ]
    url = TOKENS if path == "token" else base + path
    return Exchange(Request(method, url, request, sent), Response(status, Headers.of(own), body))


TALE = (
    raw("POST token", 200, {"access_token": TOKEN, "token_type": "Bearer"}, b"client_id=my-id&client_secret=my-secret&a=%C3%85"),
    raw("POST /users", 201, {"userId": USER}, json.dumps({"userId": USER}).encode()),
    raw(f"POST /users/{USER}/meters", 201, {"meterId": METER}, b'{"meterNumber":"007"}', Set_Cookie="a=b", X_Trace="1"),
    raw(f"GET /users/{USER}/meters/{METER}", 200, {"meterId": METER, "meterNumber": "007"}),
    raw("GET /users", 200, [{"userId": "somebody else"}, {"userId": USER}]),
    raw("POST /webhooks", 201, {"id": "hook-77", "webhookUrl": f"{HOOKS}/hooks/x", "webhookSecret": "a-web-secret"}
        , json.dumps({"webhookUrl": f"{HOOKS}/hooks/x", "webhookSecret": "a-web-secret"}).encode()),
    raw("GET /users/nobody", 404, {"traceId": "00-" + "a" * 32 + "-" + "b" * 16 + "-00", "at": "2026-11-23T01:02:03.4Z"}),
    raw("GET /users", 429, Retry_After="1"),
)  # fmt: skip


def test_recording_holds_no_secret(contract):
    """Tokens, client and webhook secrets, and cookies do not reach the file, in any part of it."""
    text = dump(recorded(contract, *TALE))

    for secret in (TOKEN, "my-secret", "my-id", "a-web-secret", "a=b", "Authorization"):
        assert secret not in text
    assert "client_id=REDACTED-client-id&client_secret=REDACTED-client-secret&a=%C3%85" in text


def encoded(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


PLACES = {
    "the query": (
        raw("GET /users?key=p%2Bl%25us%2Fsecret&id=ten-partners", answer=[]),
        "/users?key=REDACTED-client-secret&id=REDACTED-client-id",
    ),
    "the path": (raw("GET /users/p%2bl%25us%2fsecret/x", answer={}), "/users/REDACTED-client-secret/x"),
    "the path, encoded twice": (
        raw("GET /users/p%252Bl%2525us%252Fsecret", answer={}),
        "/users/REDACTED-client-secret",
    ),
    "a member of JSON": (
        raw("POST /users", sent=b'{"userId":"p\\u002Bl%us\\/secret"}'),
        '{"userId":"REDACTED-client-secret"}',
    ),
    "a text in base64": (
        raw("POST /users", sent=f'{{"userId":"{encoded("ten-partners:p+l%us/secret")}"}}'.encode()),
        encoded("REDACTED-client-id:REDACTED-client-secret"),
    ),
    "a form of the API": (raw("POST token", 200, {}, b"key=p%2Bl%25us%2Fsecret"), "key=REDACTED-client-secret"),
    "a Location": (
        raw("POST /users", 201, {}, Location="/users?at=p%2Bl%25us%2Fsecret"),
        "/users?at=REDACTED-client-secret",
    ),
    "a media type": (raw("GET /users", 200, [], Content_Type="text/p+l%us/secret"), "text/REDACTED-client-secret"),
    "a response of bytes": (raw("GET /users"), None),
}


@pytest.mark.parametrize("place", PLACES)
def test_secret_is_a_placeholder_wherever_it_was_sent(contract, place):
    """In the same spelling in which a replay sends the placeholder: what is sent is sent again to the byte."""
    exchange, expected = PLACES[place]
    if expected is None:
        body = b"\xff\x00p+l%us/secret\xfe"
        exchange = Exchange(exchange.request, Response(200, exchange.response.headers, body))
    cassette = recorded(contract, exchange)

    assert re.search("us(/|%2f|\\\\/)secret|ten-partners", dump(cassette), re.IGNORECASE) is None
    if expected is None:
        assert cassette.exchanges[0].response.body == b"\xff\x00REDACTED-client-secret\xfe"
    else:
        assert expected in dump(cassette)


def test_recording_holds_no_address_of_this_machine(contract):
    """Ports change from run to run, so the machine's own addresses are named."""
    cassette = recorded(contract, *TALE)

    assert "127.0.0.1" not in dump(cassette)
    assert cassette.provenance.base_url == "http://api.invalid/energy-coordination/v1"
    assert cassette.provenance.token_url == "http://api.invalid/connect/token"
    assert '"webhookUrl": "http://receiver.invalid/hooks/x"' in cassette.exchanges[5].response.body.decode()


def test_recording_of_another_machine_keeps_its_address(contract):
    """What was recorded from a host says so."""
    base, tokens = "https://api.example/v1", "https://auth.example/connect/token"

    recorded_there = recorded(contract, raw("GET /users", base=base, answer=[]), base=base, tokens=tokens).provenance

    assert (recorded_there.target, recorded_there.base_url) == ("live api.example", base)


def test_chosen_values_are_stable(contract):
    """Ids and times that the server chose are replaced by the same ones each time, everywhere; the client's stay."""
    other = METER.replace("0b0f", "9999")
    again = tuple(
        Exchange(
            Request(e.request.method, e.request.url.replace(METER, other), e.request.headers, e.request.body),
            Response(e.response.status, e.response.headers, e.response.body.replace(METER.encode(), other.encode())),
        )
        for e in TALE
    )

    first, second = recorded(contract, *TALE), recorded(contract, *again)

    assert dump(first) == dump(second)
    made, read = first.exchanges[2:4]
    meter = json.loads(made.response.body)["meterId"]
    assert meter not in {METER, other}
    assert read.request.url.endswith(f"/users/{USER}/meters/{meter}")
    assert json.loads(read.response.body) == {"meterId": meter, "meterNumber": "007"}


def test_traces_and_times_are_stable(contract):
    """A trace id and a time stamp in a response change with the day, and are replaced."""
    body = recorded(contract, *TALE).exchanges[6].response.body.decode()

    assert json.loads(body) == {
        "traceId": f"00-{'0' * 31}1-{'0' * 15}1-00",
        "at": "2023-01-01T00:00:00.0000000+00:00",
    }


def test_entities_of_others_are_left_out(contract):
    """Of a list, what the run did not make is the partner's business."""
    cassette = recorded(contract, *TALE)

    assert json.loads(cassette.exchanges[4].response.body) == [{"userId": USER}]


def test_waiting_is_left_out(contract):
    """That the server was busy when it was recorded is of no use to a replay."""
    assert len(recorded(contract, *TALE).exchanges) == len(TALE) - 1


def test_headers_that_are_not_checked_are_left_out(contract):
    """Headers of the connection and of the day do not reach the file."""
    (_, _, made, *_) = recorded(contract, *TALE).exchanges

    assert [name for name, _ in made.request.headers] == ["Content-Type"]
    assert [name for name, _ in made.response.headers] == ["Content-Type"]


def test_recordings_start_anew():
    """pytest-recording finds nothing to go on with, and hands over what it took down."""
    persister = MemoryPersister(KeyError)
    request = vcr.request.Request("POST", "http://h/x", b"a", {"content-type": "t"})
    response = {"status": {"code": 201, "message": ""}, "headers": {"x": ["1", "2"]}, "body": {"string": b"b"}}

    with pytest.raises(KeyError):
        persister.load_cassette("any")
    persister.save_cassette("any", {"requests": [request], "responses": [response]})

    assert persister.exchanges == [
        Exchange(
            Request("POST", "http://h/x", Headers.of([("content-type", "t")]), b"a"),
            Response(201, Headers.of([("x", "1"), ("x", "2")]), b"b"),
        )
    ]


EVENT = "8c0a4a52-1d1b-4c47-9f0e-2f1de8f7a001"
SENT = "2026-11-23T01:02:03.4567890+00:00"
WEBHOOK = "8c0a4a52-1d1b-4c47-9f0e-2f1de8f7a002"
PLACEHOLDER = "REDACTED-webhookSecret"


def delivered(secret: str) -> Exchange:
    """A notification of an event, signed with a secret."""
    body = json.dumps({"eventId": EVENT, "notificationSentUtc": SENT, "navn": "Blåbær"}, ensure_ascii=False).encode()
    headers = Headers.of([("x-payload-signature", sign(secret, body)), ("content-type", "application/json")])
    return Exchange(Request("POST", f"{HOOKS}/hooks/x", headers, body), Response(200))


def recorded_delivery(delivery: Exchange) -> Cassette:
    """A recording of edition 2026-01 in which that was delivered, and was logged."""
    log = {
        "webhookNotificationLog": {"webhookId": WEBHOOK, "sparkSignature": signature_of(delivery)},
        "notificationContent": delivery.request.body.decode(),
    }
    exchanges = (raw("GET /webhooks/logs/" + EVENT, 200, log), raw(f"GET /webhooks/logs?webhookId={WEBHOOK}", 200, {}))
    return recorded(editions.contract("2026-01"), *exchanges, deliveries=(delivery,))


def signature_of(delivery: Exchange) -> str:
    return delivery.request.headers.get("x-payload-signature")


def test_right_signature_stays_right():
    """What was signed with the placeholder is signed with it again, over the body as it is in the recording."""
    before = delivered(PLACEHOLDER)

    cassette = recorded_delivery(before)

    (after,) = cassette.deliveries
    assert SENT not in after.request.body.decode()
    assert signature_of(after) != signature_of(before)
    assert is_signed(PLACEHOLDER, after.request.body, signature_of(after))
    log = json.loads(cassette.exchanges[0].response.body)
    assert log["webhookNotificationLog"]["sparkSignature"] == signature_of(after)
    assert log["notificationContent"].encode() == after.request.body
    assert cassette.provenance.altered.endswith("; " + RESIGNED.removeprefix("; "))


def test_wrong_signature_stays_wrong():
    """A signature that was not right is left as it came."""
    before = delivered("another secret")

    cassette = recorded_delivery(before)

    (after,) = cassette.deliveries
    assert signature_of(after) == signature_of(before)
    assert not is_signed(PLACEHOLDER, after.request.body, signature_of(after))
    assert cassette.provenance.altered == ALTERED


def test_chosen_ids_in_a_query_are_stable():
    """An id that the server chose is the same one in the path, in a body, and in a query."""
    made = raw("POST /webhooks", 201, {"webhookId": WEBHOOK, "webhookUrl": "x"}, b'{"webhookUrl":"x"}')
    asked = raw(f"GET /webhooks/logs?webhookId={WEBHOOK}&pageSize=1000", 200, {"webhookNotificationLogs": []})

    first, second = recorded(editions.contract("2026-01"), made, asked).exchanges

    stable = json.loads(first.response.body)["webhookId"]
    assert stable != WEBHOOK
    assert second.request.url.endswith(f"/webhooks/logs?webhookId={stable}&pageSize=1000")


def test_entities_of_others_are_left_out_of_pages():
    """Of a list inside an object, what the run did not make is the partner's business, too."""
    made = raw("POST /users", 201, {"userId": USER}, json.dumps({"userId": USER}).encode())
    listed = raw("GET /users", 200, {"users": [{"userId": "somebody else"}, {"userId": USER}], "pagination": {}})

    _, after = recorded(editions.contract("2026-01"), made, listed).exchanges

    assert json.loads(after.response.body)["users"] == [{"userId": USER}]


def test_calls_that_came_too_early_are_left_out(contract):
    """Of what was asked again and again, a recording has the response that was gone on with."""
    asked = [raw("GET /events", 200, [{"name": str(number)}]) for number in range(4)]
    early = frozenset({("GET", f"{BASE}/events", 1), ("GET", f"{BASE}/events", 2)})

    kept = recorded(contract, *asked, superseded=early).exchanges

    assert [json.loads(exchange.response.body)[0]["name"] for exchange in kept] == ["0", "3"]


@pytest.mark.parametrize(
    ("raw", "coding"),
    [
        (gzip.compress(b"[1,") + gzip.compress(b"2]"), "gzip"),
        (gzip.compress(gzip.compress(b"[1,2]")), "GZIP, x-gzip"),
        (b"[1,2]", "identity"),
        (b"[1,2]", "gzip"),
    ],
    ids=["two members", "twice", "none", "wrong"],
)
def test_coded_response_is_kept_as_what_it_stands_for(raw, coding):
    """A recording has plain bodies, in which ids and secrets can be found; vcrpy undoes the first member alone."""
    persister = MemoryPersister(ValueError)
    response = {"status": {"code": 200}, "headers": {"content-encoding": [coding]}, "body": {"string": raw}}
    request = vcr.request.Request("GET", "https://api.example/users", b"", {})

    persister.save_cassette("", {"requests": [request], "responses": [response]})

    assert persister.exchanges[0].response.body == b"[1,2]"
