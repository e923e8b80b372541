"""What stands for the values that a server chose."""

import json

import pytest

from ecsuite.cassette.stable import StableValues
from ecsuite.messages.exchange import Exchange, Headers, Request, Response

ID = "0b0f4b8e-53c0-4d0e-9e3f-8f6f4f0a7a11"
OTHER = "3b0f4b8e-53c0-4d0e-9e3f-8f6f4f0a7a12"
JSON = Headers.of([("Content-Type", "application/json")])


@pytest.fixture
def learned(contract):
    """Stable values that have learned from exchanges of an operation: path, body sent, body of the response."""

    def learn(*exchanges, operation="createMeter", seed="1"):
        stable = StableValues(seed)
        for path, sent, answer in exchanges:
            request = Request("POST", f"http://x{path}", JSON, json.dumps(sent).encode())
            response = Response(201, JSON, json.dumps(answer).encode())
            stable.learn(Exchange(request, response), contract.operations[operation], contract.schemas)
        return stable

    return learn


def test_id_of_the_server_is_replaced(learned):
    """What the contract has as the server's is replaced, whatever it looks like; the same by the same each time."""
    answer = {"meterId": "meter-7", "meterNumber": "007"}

    stable, again = (learned(("/users/u/meters", {"meterNumber": "007"}, answer)) for _ in range(2))

    assert stable.of("meter-7") != "meter-7"
    assert stable.of("meter-7") == stable.of("meter-7") == again.of("meter-7") == stable.known("meter-7")
    assert stable.of("007") == "007"


def test_seeds_and_ids_are_told_apart(learned):
    """Another seed gives another value, and so does another id."""
    first = learned(("/a", {}, {"meterId": ID}), ("/a", {}, {"meterId": OTHER}))
    second = learned(("/a", {}, {"meterId": ID}), seed="2")

    assert len({first.of(ID), first.of(OTHER), second.of(ID), ID, OTHER}) == 5


@pytest.mark.parametrize(
    ("path", "sent"),
    [(f"/users/{ID}", {}), ("/users", {"userId": ID}), ("/a", {"url": f"http://x/{ID}?a"}), (f"/a?id={ID}", {})],
)
def test_value_of_the_client_stays(learned, path, sent):
    """What the client sent, in the path, the query, the body or an address in it, is its own, though shown later."""
    stable = learned((path, sent, {"meterId": ID}))

    assert stable.of(ID) == ID


def test_value_sent_back_is_still_the_server_s(learned):
    """What a server chose stays its value when a later request names it."""
    stable = learned(("/a", {}, {"meterId": ID}), (f"/a/{ID}", {}, {}))

    assert stable.of(ID) != ID


def test_unlisted_id_is_replaced_when_it_is_met(learned):
    """A UUID that nobody sent is the server's, though no schema says so; before it is met nothing stands for it."""
    stable = learned()

    before = stable.known(ID)
    replaced = stable.of(ID)

    assert before == ID
    assert replaced == stable.known(ID) != ID


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-11-23T01:02:03.4Z", "2023-01-01T00:00:00.0000000+00:00"),
        ("2026-11-23T01:02:03+01:00", "2023-01-01T00:00:00.0000000+00:00"),
        ("2026-11-23", "2026-11-23"),
        ("2026-11-23T01:02:03", "2026-11-23T01:02:03"),
        (f"00-{'a' * 32}-{'b' * 16}-01", f"00-{'0' * 31}1-{'0' * 15}1-00"),
        (f"see {ID}", f"see {ID}"),
        ("", ""),
    ],
)
def test_time_of_the_server_is_replaced(learned, text, expected):
    """Time stamps and trace ids are replaced by one of each; a date, a text around them, is not."""
    assert learned().of(text) == expected


def test_time_of_the_client_stays(learned):
    """A time stamp that the client sent stays."""
    stable = learned(("/a", {"at": "2026-11-23T01:02:03Z"}, {}))

    assert stable.of("2026-11-23T01:02:03Z") == "2026-11-23T01:02:03Z"
