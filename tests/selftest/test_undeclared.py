"""Members of a response that its schema does not declare: by edition a warning or a note; nothing else is an error."""

import pytest

from ecsuite import editions
from ecsuite.checks import Checker
from ecsuite.contract import Undeclared

PERIOD = {"from": "2026-01-01", "to": "2026-01-31"}


@pytest.fixture
def checker_of():
    """The checker of an edition."""
    return lambda edition: Checker(
        editions.contract(edition), "https://api.example/v1", "https://auth.example/connect/token"
    )


def found(checker, exchange, line, answer):
    result = checker.check(exchange(line, answer=answer))
    return [(finding.breach.kind, finding.breach.at.path, finding.severity) for finding in result.findings]


@pytest.mark.parametrize(("edition", "severity"), [("2023-10", "note"), ("2026-01", "warning")])
def test_further_member(checker_of, exchange, edition, severity):
    """How severe it is, the contract says."""
    answer = {"userId": "42", "nickname": "Kari"}

    assert found(checker_of(edition), exchange, "GET /users/42", answer) == [("extra", ("nickname",), severity)]


def test_one_item_stands_for_all(checker_of, exchange):
    """A list whose items all have a member more breaks one promise once."""
    answer = [{"userId": str(number), "nickname": number, "age": 7} for number in range(100)]

    seen = found(checker_of("2023-10"), exchange, "GET /users", answer)

    assert seen == [("extra", (0, "nickname"), "note"), ("extra", (0, "age"), "note")]


@pytest.mark.parametrize(
    ("period", "seen"),
    [
        ({"start": "2026-01-01"}, [("properties", ("period",), "error")]),
        (PERIOD | {"days": 31}, [("extra", ("period", "days"), "warning")]),
        ({}, []),
    ],
)
def test_object_of_others(checker_of, exchange, period, seen):
    """Where nothing is required, an object that has none of its members, and others instead, is an error."""
    line = "GET /users/42/compensation"

    assert found(checker_of("2026-01"), exchange, line, {"userId": "42", "period": period}) == seen


@pytest.mark.parametrize(
    ("sent", "seen"),
    [
        ({}, [("extra", ("coordinates", "more"), "warning")]),
        ({"latitude": 59.5}, [("properties", ("coordinates",), "error")]),
    ],
)
def test_object_that_was_sent_empty(checker_of, exchange, sent, seen):
    """Where nothing was sent that could be shown, an object of others shows all that there is."""
    location = {"locationId": "7", "coordinates": sent}
    checker, line = checker_of("2026-01"), "POST /users/42/locations"

    result = checker.check(exchange(line, status=201, sent=location, answer=location | {"coordinates": {"more": 1}}))

    assert [
        (each.breach.kind, each.breach.at.path, each.severity)
        for each in result.findings
        if each.promise == "undeclared-members"
    ] == seen


def test_payload_of_its_kind(checker_of, exchange):
    """A further member of a payload is one in the branch that the payload is of."""
    payload = {"payloadType": "UserEligibility", "addedUsers": [], "removedUsers": [], "more": 1}
    event = {"id": "7", "payload": payload | {"lastUpdated": "2026-01-01T00:00:00Z"}}

    seen = found(checker_of("2026-01"), exchange, "GET /events/7", event)

    assert {severity for _, _, severity in seen} == {"warning"}


def test_token_may_have_more(checker_of, exchange):
    """Who gives tokens may add members (RFC 6749 section 5.1)."""
    answer = {"access_token": "t", "token_type": "Bearer", "expires_in": 3600, "id_token": "x"}
    sent = "grant_type=client_credentials&client_id=a&client_secret=b"

    result = checker_of("2026-01").check(
        exchange("POST token", sent=sent, answer=answer, response={"Cache-Control": "no-store"})
    )

    assert result.findings == ()


def test_outline_of_a_schema_that_holds_itself(contract):
    """Members of every level are known, and lists of them."""
    schema = contract.operations["listUsers"].response(200).content["application/json"]

    seen = list(contract.schemas.undeclared(schema, [{"userId": "1"}, {"userId": "2", "x": {"userId": 3, "y": 4}}]))

    assert seen == [Undeclared((1,), ("x",), ("userId",), is_foreign=False)]


CREATED = "2026-01-19T11:48:47+00:00"
PAYLOAD = {"payloadType": "UserEligibility", "lastUpdated": CREATED, "addedUsers": [], "removedUsers": []}
OTHER_NAME = {name: value for name, value in PAYLOAD.items() if name != "addedUsers"} | {"added": []}


@pytest.mark.parametrize(
    ("line", "answer", "seen"),
    [
        ("GET /users/42", {"userID": "42"}, [("required", ("userId",), "error")]),
        ("GET /events/7", {"id": "7", "payload": PAYLOAD}, []),
        ("GET /events/7", {"id": "7", "payload": OTHER_NAME}, [("required", ("payload", "addedUsers"), "error")]),
        (
            "GET /events/7",
            {"id": "7", "payload": PAYLOAD | {"more": 1}},
            [("unevaluatedProperties", ("payload",), "warning")],
        ),
        (
            "GET /events/7",
            {"id": "7", "more": 1, "payload": OTHER_NAME},
            [("required", ("payload", "addedUsers"), "error"), ("extra", ("more",), "warning")],
        ),
        (
            "GET /users/42/locations/7",
            {"locationId": "7", "locationType": 7},
            [("type", ("locationType",), "error")],
        ),
        (
            "GET /users/42/locations/7",
            {"locationId": "7", "locationType": "Home"},
            [("enum", ("locationType",), "error")],
        ),
    ],
)
def test_one_mistake_is_told_once(checker_of, exchange, line, answer, seen):
    """Another name is a member that is missing; what is of another type has no listed value; a closed object tells."""
    assert found(checker_of("2026-01"), exchange, line, answer) == seen
