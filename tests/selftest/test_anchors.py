"""What findings of one cause have in common: the place in a schema, the status, the header's name."""

from dataclasses import replace

import pytest

from ecsuite import editions, promises
from ecsuite.findings.breach import STATUS, Breach, Place, body
from ecsuite.findings.datum import datum
from ecsuite.findings.finding import ContractPlace, Finding
from ecsuite.messages.exchange import Expectation
from ecsuite.results.anchors import anchor_of, place_in_schema

YEAR = ("components", "schemas", "VehicleMetadata", "properties", "year")
BRAND = ("components", "schemas", "VehicleMetadata", "properties", "brand")


def vehicle(year: object) -> dict[str, object]:
    metadata = {"resourceType": "Vehicle", "brand": "b", "model": "m", "year": year, "vin": "v"}
    return {"userId": "42", "vehicleId": "7", "metadata": metadata}


@pytest.fixture
def anchors(checker, exchange, contract):
    """The anchors of what the checks find in an exchange, by promise."""

    def find(*line: object, **given: object) -> list[tuple[object, ...]]:
        found = checker.check(exchange(*line, **given)).findings
        return [anchor_of(finding, contract) for finding in found]

    return find


def test_item_of_a_list_counts_as_the_entity(anchors):
    """The same member of an entity is the same place, whether the entity is shown alone or in a list."""
    alone = anchors("GET /users/42/vehicles/7", answer=vehicle("2009"))
    listed = anchors("GET /users/42/vehicles", answer=[vehicle(2009), vehicle("2009"), vehicle("2010")])

    assert alone == [YEAR]
    assert set(listed) == {YEAR}


def test_missing_member_is_a_place_of_its_own(anchors):
    """Two members that are missing are two places."""
    answer = vehicle(2009)
    metadata = answer["metadata"]
    del metadata["year"], metadata["brand"]

    assert set(anchors("GET /users/42/vehicles/7", answer=answer)) == {YEAR, BRAND}


@pytest.mark.parametrize(
    ("given", "anchor"),
    [
        ({"status": 404}, ("status", 404)),
        ({"status": 401}, ("header", "www-authenticate")),
        ({"answer": b"{"}, ("unreadable", "not-json")),
        ({"line": "POST /users", "status": 201, "sent": {"userId": "4"}, "answer": b""}, ("status", 201)),
        (
            {"answer": {"userId": "42"}, "response": {"Content-Type": "text/html"}},
            ("header", "content-type"),
        ),
    ],
)
def test_other_places_are_statuses_and_headers(anchors, given, anchor):
    """What is no place in a body is the status, or the name of the header; the operation is no part of it."""
    assert anchor in anchors(**given)


def test_success_in_the_place_of_a_refusal_is_one_place(checker, exchange, contract):
    """A bad token that is taken is one fault, whatever it is sent to; what should not be there is another."""
    calls = {"DELETE /users/42": (204, 401), "GET /users/42": (200, 401), "GET /users/43": (200, 404)}
    found = [
        checker.check(
            exchange(line, status, {"userId": "4"}, expectation=Expectation("x", frozenset({wanted})))
        ).findings
        for line, (status, wanted) in calls.items()
    ]
    wrong = [each for some in found for each in some if each.promise == promises.STATUS_EXPECTED.id]

    assert [anchor_of(each, contract) for each in wrong] == [
        ("status", "2XX", 401),
        ("status", "2XX", 401),
        ("status", "2XX"),
    ]


def test_reason_of_a_refusal_is_a_part(checker, exchange, contract):
    """A request that is refused for another reason is another cause: a wrong type, and a member that is missing."""
    expectation = replace(exchange().request.expectation, violates=frozenset({promises.REQUEST_BODY}))
    taken = [
        checker.check(exchange("POST /users", status=201, sent=sent, answer=sent, expectation=expectation)).findings
        for sent in ({"userId": 4}, {"userId": [4]}, {})
    ]
    bad = [finding for found in taken for finding in found if finding.promise == promises.BAD_REQUEST.id]

    assert len(bad) == 3
    assert [anchor_of(finding, contract) for finding in bad] == [
        ("status", "2XX", "because", "type", "components", "schemas", "User", "properties", "userId"),
        ("status", "2XX", "because", "type", "components", "schemas", "User", "properties", "userId"),
        ("status", "2XX", "because", "required", "components", "schemas", "User", "properties", "userId"),
    ]


def test_ends_of_a_range_are_one_cause(checker, exchange, contract):
    """Who does not check a range takes what lies below and what lies above it."""
    expectation = replace(exchange().request.expectation, violates=frozenset({promises.REQUEST_BODY}))
    at = {"address": {"street": "s", "city": "c", "zipCode": "1"}, "meterPointId": "1", "meterNumber": "2"}
    taken = [
        checker.check(
            exchange(
                "POST /users/42/meters",
                status=201,
                sent=at | {"locationType": "Other", "location": {"latitude": latitude, "longitude": 0}},
                answer={"meterId": "7"},
                expectation=expectation,
            )
        ).findings
        for latitude in (-91, 91)
    ]

    below, above = (anchor_of(each, contract) for found in taken for each in found)
    assert below == above
    assert below[:4] == ("status", "2XX", "because", "range")


def finding(breach: Breach, operation: str = "getVehicle") -> Finding:
    place = ContractPlace(("paths",), "contracts/x.yaml", 1, "a guide")
    return Finding(
        promises.ROUND_TRIP.id,
        operation,
        "GET",
        "/users/{userId}/vehicles/{vehicleId}",
        200,
        breach,
        "spec",
        "error",
        place,
    )


@pytest.mark.parametrize(
    ("breach", "operation", "anchor"),
    [
        (Breach("changed", body(("metadata", "year"))), "getVehicle", YEAR),
        (Breach("changed", body((3, "metadata", "year"))), "listVehicles", YEAR),
        (Breach("changed", body((3,))), "listVehicles", ("components", "schemas", "VehicleEcho")),
        (Breach("changed", body(("metadata", "year")), seen_by="getVehicle"), "createVehicle", YEAR),
        (
            Breach("extra", body(("metadata", "nobody-knows", 3))),
            "getVehicle",
            ("body", "metadata", "nobody-knows", "*"),
        ),
        (Breach("extra", body((3, "nobody-knows"))), "listVehicles", ("body", "nobody-knows")),
        (Breach("extra", body(("aa", 3, "bb", 4, "cc", "dd"))), "listVehicles", ("body", "cc", "dd")),
        (Breach("extra", body((3, "\U000196117&å"))), "listVehicles", ("body", "*")),
        (Breach("extra", body((3, ""))), "listVehicles", ("body", "*")),
        (Breach("extra", body((3, "@odata.type"))), "listVehicles", ("body", "@odata.type")),
        (Breach("absent", body(), seen_by="getVehicle"), "deleteVehicle", ("components", "schemas", "VehicleEcho")),
        (Breach("lost", body(("year",)), seen_by="noSuchOperation"), "getVehicle", ("body", "year")),
        (Breach("count", Place("list", "of users", (1, "x"))), "getVehicle", ("list", "of users", "*", "x")),
        (Breach("status", STATUS, actual=datum(200)), "getVehicle", ("status", 200)),
    ],
)
def test_place_of_a_rule_is_found_by_its_path(contract, breach, operation, anchor):
    """A rule names a place in a body by its path; the schema of that place is what it is about."""
    assert anchor_of(finding(breach, operation), contract) == anchor


@pytest.mark.parametrize(
    ("anchor", "place"),
    [
        (YEAR, ("VehicleMetadata", "/year")),
        (("components", "schemas", "Page", "properties", "data", "items", "properties", "id"), ("Page", "/data/*/id")),
        (("components", "schemas", "A", "allOf", 0, "properties", "properties"), ("A", "/properties")),
        (("components", "schemas", "User"), ("User", "")),
        (("paths", "/x", "get", "responses", "200", "content", "c", "schema", "properties", "id"), ("", "/id")),
        (("status", 404), ("", "")),
        (("paths", "/x", "get"), ("", "")),
    ],
)
def test_place_is_named_by_its_schema(anchor, place):
    """A place in a schema is named by the schema and a JSON pointer into its values."""
    assert place_in_schema(anchor) == place


def test_every_response_schema_can_be_walked():
    """Each member of each response of both contracts leads to a place, whatever its schema is made of."""
    for edition in editions.editions():
        contract = editions.contract(edition)
        for operation in contract.operations.values():
            for status, rule in operation.responses.items():
                for schema in rule.content.values():
                    for name in contract.schemas.shape(schema).members:
                        made = replace(finding(Breach("lost", body((name,))), operation.id), status=_status(status))
                        assert anchor_of(made, contract)[0] != "body", (edition, operation.id, name)


def _status(name: str) -> int:
    return int(name.replace("X", "0")) if name[0].isdigit() else 599
