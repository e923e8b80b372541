"""A request that had to be refused and was taken: a warning where it was read as it was meant, else an error."""

import pytest

from ecsuite import editions
from ecsuite.checks import Checker
from ecsuite.checks.meaning import meanings, number_in
from ecsuite.checks.tolerant_json import read_tolerant
from ecsuite.findings.datum import MISSING
from ecsuite.messages.exchange import Expectation
from ecsuite.messages.media import UndecodableError
from ecsuite.promises import BEARER_TOKEN, REQUEST_BODY, REQUEST_PARAMETERS

NUMBER, STRING, ENUM = {"type": "number"}, {"type": "string"}, {"enum": ["Unknown", "Residential", None]}
SENT = Expectation("", frozenset({400}), frozenset({REQUEST_BODY, REQUEST_PARAMETERS, BEARER_TOKEN}))
DROP = object()
HOUSE = {"locationId": "7", "coordinates": {"latitude": 59.9, "longitude": 10.7}}


@pytest.fixture(scope="module")
def checker():
    return Checker(editions.contract("2026-01"), "https://api.example/v1", "https://auth.example/connect/token")


@pytest.mark.parametrize(
    ("value", "schema", "meant"),
    [
        ("5", NUMBER, [5]),
        (" 59.9 ", NUMBER, [59.9]),
        ("0x10", NUMBER, [16]),
        ("abc", NUMBER, []),
        ("1e999", NUMBER, []),
        ("3.7", {"type": "integer"}, []),
        ("3.0", {"type": "integer"}, [3.0]),
        (7, STRING, ["7", "7"]),
        (True, STRING, ["true", "True"]),
        ({}, STRING, []),
        ("residential", ENUM, ["Residential"]),
        (" Residential ", ENUM, ["Residential"]),
        (1, ENUM, ["Residential"]),
        ("1", ENUM, ["Residential"]),
        (7, ENUM, []),
        (-1, ENUM, []),
        (True, ENUM, []),
        ("Residentials", ENUM, []),
        ("", ENUM, [MISSING]),
        ("pricecurve", {"const": "PriceCurve"}, ["PriceCurve"]),
        ("TRUE", {"type": "boolean"}, [True]),
        (0, {"type": "boolean"}, [False]),
        ("yes", {"type": "boolean"}, []),
        ("x", {"type": ["array", "null"]}, [["x"]]),
        (["x"], STRING, ["x"]),
        ([["x"]], {"type": "array"}, [[[["x"]]]]),
        ('{"a": 1}', {"type": "object"}, [{"a": 1}]),
        ("text", {"type": "object"}, []),
        (None, NUMBER, [MISSING]),
        (MISSING, NUMBER, [MISSING]),
    ],
)
def test_what_is_evident(value, schema, meant):
    """A form that is not allowed may be clear all the same; what is not clear is nothing."""
    assert meanings(value, schema) == meant


def test_number_in_text():
    """Blanks and hexadecimal digits are read; what is beyond every range is no number."""
    assert [number_in(text) for text in ("1", " 2.5 ", "0x1F", "--1", "", "inf", "1e400")] == [1, 2.5, 31] + [None] * 4


@pytest.mark.parametrize(
    ("body", "value"),
    [
        (b'{"a": 1} x', {"a": 1}),
        (b'{"a": [1, 2,], }', {"a": [1, 2]}),
        (b'{"a": 1 /* one */} // that was it', {"a": 1}),
        (b"{'a': 'it\\'s \"so\"'}", {"a": 'it\'s "so"'}),
        (b'{"a": 0x1F, "b": 059.9, "c": 59., "d": +1, "e": -007}', {"a": 31, "b": 59.9, "c": 59, "d": 1, "e": -7}),
        (b'\xef\xbb\xbf{"a": "0x1F, // no, /* x */ \\" 007"}', {"a": '0x1F, // no, /* x */ " 007'}),
        (b'{"a": 0.5, "b": 1e5, "c": 0}', {"a": 0.5, "b": 1e5, "c": 0}),
        (b"null", None),
        (b'{a: NaN, "b": "x\ny", c : [-Infinity]}', {"a": None, "b": "x\ny", "c": [None]}),
    ],
)
def test_tolerant_reading(body, value):
    """What is evident is read; what stands in strings stays."""
    assert read_tolerant(body) == value


@pytest.mark.parametrize("body", [b"not json", b'{"a": 1', b"", b"7 x", b"\xff", b'{"a": "\\ud83d" x'])
def test_what_nobody_can_read(body):
    """What was meant is not evident."""
    with pytest.raises(UndecodableError):
        read_tolerant(body)


def of_the_taken(checker, exchange, line="POST /users/4/locations", status=201, **given):
    result = checker.check(exchange(line, status, expectation=SENT, **given))
    return [finding.severity for finding in result.findings if finding.promise == "bad-request-refused"]


TAKEN = [
    ("a number as text", {"coordinates": {"latitude": "59.9", "longitude": 10.7}}, HOUSE, "warning"),
    ("another number", {"coordinates": {"latitude": "59.9", "longitude": 10.7}}, {"coordinates": {"latitude": 0}}, "error"),
    ("no number", {"coordinates": {"latitude": "abc"}}, {"coordinates": {"latitude": 0}}, "error"),
    ("not shown", {"coordinates": {"latitude": "59.9"}}, {"coordinates": None}, "warning"),
    ("another case", {"locationType": "other"}, {"locationType": "Other"}, "warning"),
    ("another case, kept", {"locationType": "other"}, {"locationType": "other"}, "error"),
    ("an integer", {"locationType": 3}, {"locationType": "Other"}, "warning"),
    ("a wrong integer", {"locationType": 3}, {"locationType": "Unknown"}, "error"),
    ("a number for an item", {"meterPointIds": [7, "8"]}, {"meterPointIds": ["8", "7"]}, "warning"),
    ("null for an item", {"meterPointIds": [None, "8"]}, {"meterPointIds": ["8"]}, "warning"),
    ("null made up", {"meterPointIds": [None, "8"]}, {"meterPointIds": ["", "8"]}, "error"),
    ("a bare item", {"meterPointIds": "8"}, {"meterPointIds": ["8"]}, "warning"),
    ("an item lost", {"meterPointIds": "8"}, {"meterPointIds": []}, "error"),
    ("a number for an id", {"locationId": 8}, {"locationId": "8"}, "warning"),
    ("null for an id", {"locationId": None}, {"locationId": ""}, "error"),
    ("an empty text for a type", {"locationType": ""}, {"locationType": "Unknown"}, "warning"),
    ("a name in another case", {"locationId": DROP, "LOCATIONID": "7"}, {"locationId": "7"}, "warning"),
    ("another value in another case", {"locationId": DROP, "LOCATIONID": "7"}, {"locationId": "8"}, "error"),
    ("true shown for a number", {"coordinates": {"latitude": "1"}}, {"coordinates": {"latitude": True}}, "error"),
    ("true for a number", {"coordinates": {"latitude": True}}, {"coordinates": {"latitude": 1}}, "error"),
]  # fmt: skip


@pytest.mark.parametrize(("sent", "shown", "severity"), [row[1:] for row in TAKEN], ids=[row[0] for row in TAKEN])
def test_taken_member(checker, exchange, sent, shown, severity):
    """What is read back decides: what was meant, in an allowed form, or nothing, is a warning."""
    house = {name: own for name, own in (HOUSE | sent).items() if own is not DROP}

    assert of_the_taken(checker, exchange, sent=house, answer=HOUSE | shown) == [severity]


def test_missing_member_made_up(checker, exchange):
    """A required member that is missing has no value."""
    assert of_the_taken(checker, exchange, sent={}, answer={"locationId": "nowhere"}) == ["error"]


@pytest.mark.parametrize(
    ("sent", "severity"),
    [
        (b'{"locationId": "7",}', "warning"),
        (b'{"locationId": "7"} x', "warning"),
        (b'{"locationId": "8",}', "error"),
        (b'[{"locationId": "7"}]', "warning"),
        (b'"{\\"locationId\\": \\"7\\"}"', "warning"),
        (b"not json", "error"),
        (b"", "error"),
    ],
)
def test_taken_text(checker, exchange, sent, severity):
    """A body that is not JSON, or another JSON, may be read as it was meant."""
    assert of_the_taken(checker, exchange, sent=sent, answer=HOUSE) == [severity]


@pytest.mark.parametrize(("shown", "severity"), [("7", "warning"), ("8", "error")])
def test_id_of_the_path(checker, exchange, shown, severity):
    """What the path says, too, may be taken from there."""
    sent, answer = HOUSE | {"locationId": 42}, HOUSE | {"locationId": shown}

    assert of_the_taken(checker, exchange, "PUT /users/4/locations/7", 200, sent=sent, answer=answer) == [severity]


def test_nothing_to_read_back(checker, exchange):
    """Where the response shows nothing, nothing contradicts what was meant."""
    taken = {"line": "POST /users/4/locations", "sent": b"not json"}

    assert of_the_taken(checker, exchange, **taken) == ["warning"]


def test_deeper_in_the_response(checker, exchange):
    """A response may show a member deeper than the request has it."""
    sent = {"priceCurveDelta": {"points": [{"price": "1.5", "timestamp": "2026-01-15T17:00:00Z"}]}}
    shown = {"points": [{"price": 1.5, "timestamp": "2026-01-15T18:00:00+01:00"}]}
    answer = {"simulatedEvent": {"id": "1", "payload": {"payloadType": "PriceCurve", "priceCurveDelta": shown}}}

    taken = of_the_taken(checker, exchange, "POST /simulation/events/pricecurve", 200, sent=sent, answer=answer)

    assert taken == ["warning"]


@pytest.mark.parametrize(
    ("page", "severity"), [("0x10", "warning"), ("", "warning"), ("abc", "error"), ("1.5", "error")]
)
def test_taken_query(checker, exchange, page, severity):
    """A number that is one in another spelling is meant as that number."""
    answer = {"pagination": {"totalRecords": 0, "pageSize": 10, "currentPage": 16}, "users": []}

    assert of_the_taken(checker, exchange, f"GET /users?page={page}", 200, answer=answer) == [severity]


def test_credentials_are_never_meant_otherwise(checker, exchange):
    """A call without a token that is taken is an error, and so is a token for nobody."""
    nobody = {"line": "GET /users/42", "status": 200, "answer": {"userId": "42"}, "request": {"Authorization": None}}
    form = {"line": "POST token", "status": 200, "sent": "grant_type=client_credentials&client_id=a"}

    assert of_the_taken(checker, exchange, **nobody) == ["error"]
    assert of_the_taken(checker, exchange, **form, answer={"access_token": "t", "token_type": "Bearer"}) == ["error"]
