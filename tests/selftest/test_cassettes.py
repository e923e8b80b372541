"""Cassettes: what they say of themselves, what is not in them, and what is wrong with a bad one."""

import re
from datetime import date
from pathlib import Path

import httpx
import pytest
import vcr
import yaml

from ecsuite import __version__, editions
from ecsuite.cassette.replay import ReplayTransport
from ecsuite.cassette.tape import Cassette, Provenance, dump, load, save
from ecsuite.errors import CassetteError, CassetteMissing, CassetteStale, CassetteUnreadable
from ecsuite.messages.exchange import Exchange, Headers, Request, Response

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


FORM = "application/x-www-form-urlencoded"


def one(
    method: str = "GET",
    path: str = "/users",
    body: bytes = b"",
    answer: bytes = b"[]",
    status: int = 200,
    kind: str = "application/json",
):
    sent, answered = (Headers.of([("content-type", each)]) for each in (kind, "application/json"))
    return Exchange(Request(method, API + path, sent, body), Response(status, answered, answer))


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


WRONG = {
    "a status that is a text": ("code: 200", "code: ok", "interactions[0].response.status.code is 'ok': expected a whole number from 100 to 599"),
    "a status that is none": ("code: 200", "code: 1000", "interactions[0].response.status.code is 1000: expected a whole"),
    "a status that is a truth value": ("code: 200", "code: true", "interactions[0].response.status.code is True: expected a whole"),
    "a body that is a map": ("string: ", "string: {a: 1} #", "interactions[0].response.body.string is {'a': 1}: expected a text, bytes or nothing"),
    "a body that is a number": ("body: ", "body: 7 #", "interactions[0].request.body is 7: expected a text, bytes or nothing"),
    "a header that is no list": ("\n      - application/json", " {a: 1}", "interactions[0].request.headers.content-type is {'a': 1}: expected a list"),
    "a header of numbers": ("- application/json", "- 7", "interactions[0].request.headers.content-type[0] is 7: expected a text"),
    "a header of two lines": ("- application/json", '- "a\\nb"', "interactions[0].request.headers.content-type[0] is 'a\\nb': expected one line"),
    "a name that is no token": ("content-type:", "a b:", "expected no name such as 'a b'"),
    "a method that is a list": ("method: GET", "method: [GET]", "interactions[0].request.method is ['GET']: expected a text"),
    "an address that is none": ("uri: http://", "uri: //", "expected an address"),
    "a base URL that is a list": ("base_url: ", "base_url: [] #", "ecsuite.base_url is []: expected a text"),
    "a seed that is a number": ("seed: ", "seed: 7 #", "ecsuite.seed is 7: expected a text"),
    "what holds itself": ("interactions:", "interactions: &a [*a, *a]\nothers:", "interactions[0] is [[...], [...]]: expected a map"),
    "no request": ("- request:", "- sent:", "interactions[0].request is missing"),
}  # fmt: skip


@pytest.mark.parametrize("name", WRONG)
def test_damaged_part_is_named(tmp_path, name):
    """A part of another type is told by its place, with what was expected there."""
    old, new, said = WRONG[name]
    text = dump(cassette(one()))
    assert old in text
    path = tmp_path / "c.yaml"
    path.write_text(text.replace(old, new))

    with pytest.raises(CassetteUnreadable) as caught:
        load(path)

    assert said in str(caught.value)
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


REPLAYED = {
    "a secret in a form": (b"client_id=me&client_secret=s&a=1", FORM, b"client_id=REDACTED-client-id&client_secret=REDACTED-client-secret&a=1"),
    "a secret in JSON": (b'{"webhookSecret":"s","a":1}', "application/json", b'{"webhookSecret":"REDACTED-webhookSecret","a":1}'),
    "no secret": (b'{ "a":1}', "application/json", b'{ "a":1}'),
}  # fmt: skip


@pytest.mark.parametrize("name", REPLAYED)
def test_request_is_known_without_its_secrets(name):
    """A recording has placeholders; a run with other secrets is answered by it all the same."""
    sent, kind, recorded = REPLAYED[name]
    transport = ReplayTransport(cassette(one("POST", body=recorded, kind=kind, answer=b'"yes"')), Path("c.yaml"))

    with httpx.Client(transport=transport) as http:
        assert http.post(API + "/users", content=sent, headers={"Content-Type": kind}).json() == "yes"


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b'{"webhookSecret":"s","a":2}', "application/json"),
        (b'{"webhookSecret":null,"a":1}', "application/json"),
        (b'{"a":1}', ""),
    ],
)
def test_rest_of_a_request_counts(body, kind):
    """What stands beside the secret must be the same, and what is no secret is not taken for one."""
    recorded = b'{"webhookSecret":"REDACTED-webhookSecret","a":1}'
    transport = ReplayTransport(cassette(one("POST", body=recorded)), Path("c.yaml"))

    with httpx.Client(transport=transport) as http, pytest.raises(CassetteStale):
        http.post(API + "/users", content=body, headers={"Content-Type": kind})


def test_cassette_is_plain_yaml(committed):
    """Any YAML reader can read it."""
    document = yaml.safe_load(committed.read_text(encoding="utf-8"))

    assert document.keys() == {"ecsuite", "version", "interactions"}


def test_every_cassette_error_names_the_command():
    """However a cassette is at fault, the message ends with the command that mends it."""
    for error in (CassetteMissing("c"), CassetteUnreadable("c", "why"), CassetteStale("c", "how")):
        assert isinstance(error, CassetteError)
        assert str(error).endswith("record it again with: python3 -m tox run -e record")


@pytest.mark.parametrize("value", ["/users/ø", 'Basic realm="Tromsø"', "\u20ac", "\x9b"])
def test_header_beyond_ascii_is_played(value):
    """A field may have any letters (RFC 9110 section 5.5); httpx alone would take ASCII only."""
    recorded = one()
    response = Response(200, Headers.of([("location", value)]), b"[]")
    transport = ReplayTransport(cassette(Exchange(recorded.request, response)), Path("c.yaml"))

    with httpx.Client(transport=transport) as http:
        assert http.get(API + "/users").headers["Location"] == value
