"""Cassettes: what they say of themselves, what is not in them, and what is wrong with a bad one."""

import json
import re
from datetime import date
from pathlib import Path

import httpx
import pytest
import vcr
import yaml

from ecsuite import __version__, editions
from ecsuite.cassette.record import ALTERED, SIGNED_ANEW, MemoryPersister, Recording, prepare
from ecsuite.cassette.replay import ReplayTransport
from ecsuite.cassette.tape import Cassette, Provenance, dump, load, save
from ecsuite.checks import Checker
from ecsuite.errors import CassetteError, CassetteMissing, CassetteStale, CassetteUnreadable
from ecsuite.messages.exchange import Exchange, Headers, Request, Response
from ecsuite.target import Credentials, Target
from ecsuite.webhook.signature import is_signed, sign

ROOT = Path(__file__).parents[2]
# Those that git does not track yet, too: a secret is found before it is committed.
CASSETTES = sorted((ROOT / "cassettes").rglob("*.yaml"))
API = "http://api.invalid/v1"
PROVENANCE = Provenance(
    edition="2023-10",
    scenario="s",
    target="local stand-in 0.1.0",
    recorded="2026-11-23",
    contract="sha256:0",
    seed="seed",
    base_url=API,
    token_url="http://api.invalid/connect/token",
    receiver_url="http://receiver.invalid",
    altered="nothing",
)


def one(method: str = "GET", path: str = "/users", body: bytes = b"", answer: bytes = b"[]", status: int = 200):
    kind = Headers.of([("content-type", "application/json")])
    return Exchange(Request(method, API + path, kind, body), Response(status, kind, answer))


def cassette(*exchanges: Exchange) -> Cassette:
    return Cassette(PROVENANCE, exchanges)


def names(path: Path) -> tuple[str, str]:
    """The edition and the scenario that a cassette is about, from where it is."""
    edition, _, scenario = path.relative_to(ROOT / "cassettes").with_suffix("").as_posix().partition("/")
    return edition, scenario


@pytest.fixture(params=CASSETTES, ids=lambda path: "/".join(names(path)))
def committed(request) -> Path:
    return request.param


def test_each_edition_has_its_quickstart():
    """Every edition can be replayed."""
    assert {names(path) for path in CASSETTES} >= {(e, "quickstart") for e in editions.editions()}


def test_every_cassette_has_its_scenario():
    """No cassette is left of a test that is gone, or has another name by now."""
    texts = [path.read_text(encoding="utf-8") for path in (ROOT / "tests").glob("*/test_*.py")]
    scenarios = {
        name for text in texts for name in re.findall(r'^@pytest\.mark\.scenario\("([^"]+)"\)', text, re.MULTILINE)
    }

    assert {names(path)[1].partition("/")[0] for path in CASSETTES} == scenarios


def test_cassette_says_what_it_is(committed):
    """Edition, scenario, target, date and contract stand in the file, and are right."""
    recorded = load(committed).provenance

    assert (recorded.edition, recorded.scenario) == names(committed)
    assert recorded.target == f"local stand-in {__version__}" or recorded.target.startswith("live ")
    assert date.fromisoformat(recorded.recorded) <= date.today()  # noqa: DTZ011
    assert recorded.seed


def test_cassette_is_of_the_present_contract(committed):
    """The committed recordings were made under the committed contract."""
    recorded = load(committed).provenance

    assert recorded.contract == editions.contract(recorded.edition).digest


def test_cassette_holds_no_secret(committed):
    """Every value of a secret's name is its placeholder, and no token travels in a header."""
    text = committed.read_text(encoding="utf-8")

    for name in ("access_token", "client_secret", "client_id", "webhookSecret"):
        values = re.findall(rf'{name}(?:"\s*:\s*"|=)([^"&\s]*)', text)
        assert set(values) <= {f"REDACTED-{name.replace('_', '-')}"}
    assert not re.search(r"(?i)(bearer|basic) [\w.~+/-]{8,}", text)
    assert "127.0.0.1" not in text


def test_cassette_is_as_it_would_be_written(committed):
    """Nobody wrote in the file by hand: it is what saving it again would make."""
    assert dump(load(committed)) == committed.read_text(encoding="utf-8")


def test_vcrpy_can_play_it(committed):
    """The format is vcrpy's: it plays the whole recording, in order."""
    exchanges = load(committed).exchanges

    player = vcr.use_cassette(str(committed), record_mode="none", match_on=["method", "uri"])
    with httpx.Client(verify=False, trust_env=False) as http, player as played:
        for recorded in exchanges:
            sent = recorded.request
            answer = http.request(sent.method, sent.url, content=sent.body, headers=list(sent.headers))
            assert (answer.status_code, answer.content) == (recorded.response.status, recorded.response.body)

    assert played.all_played


def test_saved_cassette_is_loaded_as_it_was(tmp_path):
    """Bytes of any kind, header repeats and letters survive the file."""
    repeats = Headers.of([("content-type", "application/json"), ("x", "1"), ("x", "2")])
    unusual = Exchange(
        Request("POST", API + "/å", repeats, '{"å":"😀"}'.encode()), Response(200, repeats, b"\xff\x00\n\r ")
    )
    original = Cassette(PROVENANCE, (unusual, one()), (one("POST", "/hooks/x"),))

    save(tmp_path / "a" / "c.yaml", original)

    assert load(tmp_path / "a" / "c.yaml") == original


def test_same_recording_keeps_its_date(tmp_path):
    """A recording that differs in its day alone leaves the file as it is; another one replaces it."""
    path = tmp_path / "c.yaml"
    later = Provenance(**{**{f: getattr(PROVENANCE, f) for f in PROVENANCE.__slots__}, "recorded": "2030-01-01"})

    assert save(path, cassette(one())) is True
    assert save(path, Cassette(later, (one(),))) is False
    assert load(path).provenance.recorded == "2026-11-23"
    assert save(path, Cassette(later, (one(), one()))) is True
    assert load(path).provenance.recorded == "2030-01-01"
    assert [entry.name for entry in tmp_path.iterdir()] == ["c.yaml"]


DAMAGED = {
    "no YAML": "a: [",
    "no map": "- 1",
    "nothing": "",
    "no head": "version: 1\ninteractions: []\n",
    "no exchanges": "ecsuite: {format: 1}\n",
    "a tag of Python": "!!python/object/apply:os.system [echo]",
    "half of it": dump(cassette(one(), one()))[:700],
    "another's": "version: 1\necsuite: 3\ninteractions: []\n",
}


@pytest.mark.parametrize("name", DAMAGED)
def test_damaged_cassette_is_told(tmp_path, name):
    """A file that is no cassette is one line with its path and the command that mends it."""
    path = tmp_path / "c.yaml"
    path.write_text(DAMAGED[name])

    with pytest.raises(CassetteUnreadable) as caught:
        load(path)

    assert str(caught.value).startswith(f"cassette {path} cannot be read (")
    assert str(caught.value).endswith("; record it again with: python3 -m tox run -e record")
    assert "\n" not in str(caught.value)


def test_missing_cassette_is_told(tmp_path):
    """So is one that is not there, or is a folder."""
    with pytest.raises(CassetteMissing, match=r"c\.yaml does not exist; record it again"):
        load(tmp_path / "c.yaml")
    with pytest.raises(CassetteUnreadable, match="Is a directory"):
        load(tmp_path)


def test_cassette_of_another_format_is_told(tmp_path):
    """A cassette of a later version is not guessed at."""
    (tmp_path / "c.yaml").write_text(dump(cassette()).replace("format: 1", "format: 2"))

    with pytest.raises(CassetteStale, match=r"is out of date \(its format is 2, not 1\)"):
        load(tmp_path / "c.yaml")


STALE = {
    "another path": (
        [one()],
        ("GET", "/user", b""),
        "the run sends GET {}/user, and its exchange 1 of 1 is GET {}/users",
    ),
    "another method": (
        [one()],
        ("PUT", "/users", b""),
        "the run sends PUT {}/users, and its exchange 1 of 1 is GET {}/users",
    ),
    "another body": (
        [one("POST", body=b'{"a":1}')],
        ("POST", "/users", b'{"a":2}'),
        'the run sends POST {}/users with the body {{"a":2}}, and its exchange 1 of 1 has {{"a":1}}',
    ),
    "nothing left": ([], ("GET", "/users", b""), "the run sends GET {}/users after the last of its 0 exchanges"),
}


@pytest.mark.parametrize("name", STALE)
def test_stale_cassette_is_told(name):
    """A request that was not recorded is told beside what was."""
    recorded, (method, path, body), difference = STALE[name]
    transport = ReplayTransport(cassette(*recorded), Path("c.yaml"))

    with httpx.Client(transport=transport) as http, pytest.raises(CassetteStale) as caught:
        http.request(method, API + path, content=body)

    assert f"is out of date ({difference.format(API, API)})" in str(caught.value)


def test_exchange_that_is_not_asked_for_is_told():
    """A recording that has more than the run asked for is out of date."""
    transport = ReplayTransport(cassette(one(), one(path="/events")), Path("c.yaml"))
    with httpx.Client(transport=transport) as http:
        http.get(API + "/users")

    with pytest.raises(CassetteStale, match=r"1 of its 2 exchanges were not asked for, the first is GET .*/events"):
        transport.require_all_played()


def test_same_request_is_answered_in_order():
    """A request that was sent twice gets both answers, the earlier first."""
    transport = ReplayTransport(cassette(one(answer=b"[1]"), one(answer=b"[2]")), Path("c.yaml"))

    with httpx.Client(transport=transport) as http:
        assert [http.get(API + "/users").json() for _ in range(2)] == [[1], [2]]

    transport.require_all_played()


# What follows is about a recording before it is written.
BASE = "http://127.0.0.1:43211/energy-coordination/v1"
TOKENS = "http://127.0.0.1:43211/connect/token"
HOOKS = "http://127.0.0.1:5001"
METER = "0b0f4b8e-53c0-4d0e-9e3f-8f6f4f0a7a11"
USER = "3b0f4b8e-53c0-4d0e-9e3f-8f6f4f0a7a12"
TOKEN = "very-secret-token-4711"


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
        "secrets": frozenset({TOKEN, "my-secret"}),
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


def test_cassette_is_plain_yaml(committed):
    """Any YAML reader can read it."""
    document = yaml.safe_load(committed.read_text(encoding="utf-8"))

    assert document.keys() == {"ecsuite", "version", "interactions"}


def test_every_cassette_error_names_the_command():
    """However a cassette is at fault, the message ends with the command that mends it."""
    for error in (CassetteMissing("c"), CassetteUnreadable("c", "why"), CassetteStale("c", "how")):
        assert isinstance(error, CassetteError)
        assert str(error).endswith("record it again with: python3 -m tox run -e record")


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
    assert cassette.provenance.altered.endswith("; " + SIGNED_ANEW.removeprefix("; "))


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
