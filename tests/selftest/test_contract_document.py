"""The contract documents: complete, valid, and consistent with themselves."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from openapi_spec_validator import OpenAPIV31SpecValidator

from ecsuite import editions
from ecsuite.contract import Contract, Pointer

ROOT = Path(__file__).parents[2]

# The operations of October 2023 with their levels and successes, as they were published.
OPERATIONS_2023_10 = {
    "POST /connect/token": ("guide", {"200"}),
    "POST /users": ("guide", {"200", "201"}),
    "GET /users": ("spec", {"200"}),
    "GET /users/{userId}": ("spec", {"200"}),
    "DELETE /users/{userId}": ("spec", {"204"}),
    "POST /users/{userId}/vehicles": ("guide", {"200", "201"}),
    "GET /users/{userId}/vehicles": ("spec", {"200"}),
    "GET /users/{userId}/vehicles/{vehicleId}": ("spec", {"200"}),
    "DELETE /users/{userId}/vehicles/{vehicleId}": ("spec", {"204"}),
    "POST /users/{userId}/meters": ("guide", {"200", "201"}),
    "GET /users/{userId}/meters": ("spec", {"200"}),
    "GET /users/{userId}/meters/{meterId}": ("spec", {"200"}),
    "DELETE /users/{userId}/meters/{meterId}": ("spec", {"204"}),
    "POST /users/{userId}/resources": ("guide", {"200", "201"}),
    "GET /users/{userId}/resources": ("spec", {"200"}),
    "GET /users/{userId}/resources/{resourceId}": ("spec", {"200"}),
    "DELETE /users/{userId}/resources/{resourceId}": ("spec", {"204"}),
    "POST /webhooks": ("spec", {"200", "201"}),
    "GET /webhooks": ("spec", {"200"}),
    "GET /webhooks/{id}": ("spec", {"200"}),
    "PUT /webhooks/{id}": ("spec", {"200"}),
    "DELETE /webhooks/{id}": ("spec", {"204"}),
    "POST /webhooks/{id}/test": ("spec", {"200"}),
    "GET /events": ("spec", {"200"}),
    "GET /events/{eventId}": ("spec", {"200"}),
    "POST /reports": ("spec", {"200"}),
}

# The operations of January 2026. A DELETE lists 200, too, but must answer 204: findings.md number 24.
OPERATIONS_2026_01 = {
    "POST /connect/token": ("guide", {"200"}),
    "GET /users": ("guide", {"200"}),
    "POST /users": ("guide", {"200", "201"}),
    "POST /users/batch": ("guide", {"200", "201"}),
    "GET /users/{userId}": ("spec", {"200"}),
    "DELETE /users/{userId}": ("guide", {"204"}),
    "GET /users/{userId}/locations": ("spec", {"200"}),
    "POST /users/{userId}/locations": ("guide", {"200", "201"}),
    "POST /users/locations/batch": ("guide", {"200", "201"}),
    "GET /users/{userId}/locations/{locationId}": ("spec", {"200"}),
    "PUT /users/{userId}/locations/{locationId}": ("guide", {"200"}),
    "DELETE /users/{userId}/locations/{locationId}": ("guide", {"204"}),
    "PATCH /users/{userId}/locations/{locationId}": ("guide", {"200"}),
    "POST /users/{userId}/vehicles": ("guide", {"200", "201"}),
    "GET /users/{userId}/resources": ("guide", {"200"}),
    "GET /users/{userId}/locations/{locationId}/resources": ("spec", {"200"}),
    "POST /users/{userId}/locations/{locationId}/resources": ("guide", {"200", "201"}),
    "GET /resources/{resourceId}": ("spec", {"200"}),
    "DELETE /resources/{resourceId}": ("guide", {"204"}),
    "GET /users/eligible": ("guide", {"200"}),
    "GET /users/{userId}/eligibility": ("guide", {"200"}),
    "GET /users/{userId}/enrollment": ("guide", {"200"}),
    "POST /users/{userId}/enrollment": ("guide", {"200"}),
    "DELETE /users/{userId}/enrollment": ("guide", {"204"}),
    "GET /users/{userId}/compensation": ("spec", {"200"}),
    "GET /meters/{mpid}/eligible": ("guide", {"200"}),
    "GET /events": ("guide", {"200"}),
    "GET /events/{eventId}": ("spec", {"200"}),
    "POST /reports": ("guide", {"200"}),
    "GET /webhooks": ("spec", {"200"}),
    "POST /webhooks": ("guide", {"200", "201"}),
    "GET /webhooks/{webhookId}": ("spec", {"200"}),
    "PUT /webhooks/{webhookId}": ("guide", {"200"}),
    "DELETE /webhooks/{webhookId}": ("guide", {"204"}),
    "PATCH /webhooks/{webhookId}": ("guide", {"200"}),
    "PUT /webhooks/{webhookId}/enabled": ("guide", {"200", "204"}),
    "GET /webhooks/logs": ("guide", {"200"}),
    "GET /webhooks/logs/{notificationId}": ("guide", {"200"}),
    "POST /simulation/events/pricecurve": ("guide", {"200"}),
    "POST /simulation/events/usereligibility": ("guide", {"200"}),
    "POST /simulation/events/lpc/locations": ("guide", {"200"}),
    "POST /simulation/events/lpc/resources": ("guide", {"200"}),
    "POST /simulation/partner": ("guide", {"200", "201"}),
    "DELETE /simulation/partner": ("guide", {"200"}),
}
PUBLISHED = {"2023-10": OPERATIONS_2023_10, "2026-01": OPERATIONS_2026_01}


@pytest.fixture(params=editions.editions())
def any_contract(request) -> Contract:
    return editions.contract(request.param)


def test_document_is_valid_openapi(any_contract):
    """A public validator of OpenAPI 3.1 has nothing to say against it."""
    errors = list(OpenAPIV31SpecValidator(any_contract.source.document).iter_errors())

    assert errors == []


@pytest.mark.parametrize("edition", PUBLISHED)
def test_operations_are_those_published(edition):
    """An edition has every operation that was published, with its level and its successes, and no other."""
    found = {
        str(operation): (operation.level, {status for status in operation.responses if status.startswith("2")})
        for operation in editions.contract(edition).operations.values()
    }

    assert found == PUBLISHED[edition]


def test_every_call_lists_401(any_contract):
    """An operation that needs a token lists the refusal of a call without one."""
    secured = [operation for operation in any_contract.operations.values() if operation.security]

    assert secured
    assert [str(operation) for operation in secured if "401" not in operation.responses] == []


def test_every_input_lists_400(any_contract):
    """An operation that takes a body lists the refusal of a bad one: a problem document, a JSON string, or either."""
    for operation in any_contract.operations.values():
        if operation.request and operation is not any_contract.token_operation:
            shapes = set(operation.responses["400"].content)
            assert shapes
            assert shapes <= {"application/problem+json", "application/json"}


def test_bad_input_of_2023_10_has_two_shapes(contract):
    """Edition 2023-10 promises one of two shapes for a refusal, and not which."""
    shapes = [set(o.responses["400"].content) for o in contract.operations.values() if o.request and o.security]

    assert shapes == [{"application/problem+json", "application/json"}] * len(shapes)


def test_every_body_has_an_example(any_contract):
    """Each media type of a request or a response has an example."""
    without = [pointer for pointer, node in _media_types(any_contract) if not node.get("examples")]

    assert without == []


def test_examples_fit_their_schemas(any_contract):
    """Each example is what its schema wants."""
    violations = [
        (pointer, name, violation)
        for pointer, node in _media_types(any_contract)
        for name in node["examples"]
        for example in [any_contract.source.resolve((*pointer, "examples", name))[1]["value"]]
        for violation in any_contract.schemas.violations((*pointer, "schema"), example)
    ]

    assert violations == []


def test_links_lead_from_making_to_reading_and_deleting(any_contract):
    """What makes an entity links to what reads and deletes it, whichever success it answers."""
    operations = any_contract.operations
    deletable = {re.sub(r"/\{\w+\}$", "", o.path): o for o in operations.values() if o.method == "DELETE"}
    makers = [o for o in operations.values() if o.method == "POST" and o.path in deletable]

    assert makers
    for operation in makers:
        for rule in (rule for status, rule in operation.responses.items() if status.startswith("2")):
            links = {link.operation_id for link in rule.links}
            assert deletable[operation.path].id in links
            assert {operations[link].method for link in links} >= {"GET", "DELETE"}


def test_links_have_the_parameters_that_they_need(any_contract):
    """A link gives every path parameter of its operation, and nothing that the operation does not take."""
    operations = any_contract.operations
    for rule in (rule for operation in operations.values() for rule in operation.responses.values()):
        for link in rule.links:
            parameters = operations[link.operation_id].parameters
            assert set(link.parameters) >= {p.name for p in parameters if p.place == "path"}
            assert set(link.parameters) <= {p.name for p in parameters}


def test_every_path_parameter_is_declared(any_contract):
    """A parameter in a path is declared, and required, and the other way round."""
    for operation in any_contract.operations.values():
        declared = {p.name for p in operation.parameters if p.place == "path" and p.required}
        assert declared == set(re.findall(r"\{(\w+)\}", operation.path))


def test_no_schema_takes_anything(any_contract):
    """A schema without a rule is there on purpose, and says so in its title."""
    open_schemas = [
        pointer
        for pointer, node in _nodes(any_contract.source.document)
        if pointer[-1:] == ("schema",) and isinstance(node, dict) and not (node.keys() - {"description"})
    ]

    assert open_schemas == []


EVENT = {"id": "e-1", "createdAt": "2026-01-19T11:48:47.1936858+00:00"}
RESERVATION = {"payloadType": "LPCReservation", "targets": []}
TARGET = {"locationId": "l", "meterPointId": "m", "resolution": "01:00:00", "points": []}
# An event in a response, and the keyword that it breaks at which place.
EVENTS = {
    "a payload": (RESERVATION, None),
    "a payload that is alike but for its type": (RESERVATION | {"payloadType": "LocationLPC"}, None),
    "a target with a further member": (RESERVATION | {"targets": [TARGET | {"city": "Ålesund"}]}, None),
    "a payload with a further member": (RESERVATION | {"city": "Ålesund"}, ("unevaluatedProperties", "/payload")),
    "a payload without a type": ({"targets": []}, ("required", "/payload/payloadType")),
    "a payload of no type": (RESERVATION | {"payloadType": "Reservation"}, ("const", "/payload/payloadType")),
    "a time span in words": (
        RESERVATION | {"targets": [TARGET | {"resolution": "PT1H"}]},
        ("pattern", "/payload/targets/0/resolution"),
    ),
    "a target without a meter": (
        RESERVATION | {"targets": [{"locationId": "l"}]},
        ("required", "/payload/targets/0/meterPointId"),
    ),
}


@pytest.mark.parametrize("name", EVENTS)
def test_payloads_of_events_are_closed_and_told_apart(name):
    """In 2026-01 a payload is of the kind that its payloadType names, and has no member of another."""
    payload, wrong = EVENTS[name]

    violations = _violations("getEvent", EVENT | {"payload": payload})

    assert wrong in violations if wrong else violations == []


USAGE = {"payloadType": "EnergyUsage", "resourceId": "r", "resolution": "01:00:00"}
REPORTS = {
    "no payloads": (None, None),
    "a payload": (USAGE, None),
    "an unknown member": (USAGE | {"city": "Ålesund"}, None),
    "null for what may be left out": (USAGE | {"locationId": None, "meterPointId": None, "curvePoints": None}, None),
    "no payloadType": ({"resolution": 1}, None),
    "an unknown payloadType": (USAGE | {"payloadType": "Usage"}, ("const", "/payloads/0/payloadType")),
    "no resource": ({"payloadType": "EnergyUsage", "resolution": "01:00:00"}, ("required", "/payloads/0/resourceId")),
    "a point without energy": (
        USAGE | {"points": [{"timestamp": "2026-01-19T22:00:00Z"}]},
        ("required", "/payloads/0/points/0/kiloWattHours"),
    ),
    "no object": ("EnergyUsage", ("oneOf", "/payloads/0")),
}


@pytest.mark.parametrize("name", REPORTS)
def test_payloads_of_reports_are_told_apart_and_open(name):
    """In 2026-01 a payload of a report is of the kind that it names; one that names none is left open."""
    payload, wrong = REPORTS[name]
    body = {"eventId": None} | ({"payloads": [payload]} if payload else {})
    contract = editions.contract("2026-01")

    schema = contract.operations["createReport"].request.content["application/json"]
    violations = _broken(contract, schema, body)

    assert wrong in violations if wrong else violations == []


WEBHOOK = {"webhookId": "w", "webhookUrl": "https://partner.example"}
LOCATION = {"locationId": "l"}
ANSWERS = {
    "a further member": ("getWebhook", WEBHOOK | {"colour": "red"}, True),
    "no secret": ("getWebhook", WEBHOOK | {"webhookSecret": None}, True),
    "a secret": ("getWebhook", WEBHOOK | {"webhookSecret": "s"}, False),
    "no coordinates": ("getLocation", LOCATION | {"coordinates": None, "locationType": None}, True),
    "coordinates out of this world": (
        "getLocation",
        LOCATION | {"coordinates": {"latitude": 91, "longitude": 181}},
        True,
    ),
    "coordinates in words": ("getLocation", LOCATION | {"coordinates": {"latitude": "62.5"}}, False),
    "an unknown type of location": ("getLocation", LOCATION | {"locationType": "Hytte"}, False),
    "no list of meter points": ("getLocation", LOCATION | {"meterPointIds": None}, False),
}


@pytest.mark.parametrize("name", ANSWERS)
def test_answers_are_as_open_as_the_facts(name):
    """In 2026-01 a response may hold more than is published, but for a secret, and null where examples have null."""
    operation, body, fits = ANSWERS[name]

    assert (_violations(operation, body) == []) == fits


def test_every_request_member_has_a_sample():
    """In 2026-01 each plain member of a request says what a test puts there, or lets it be drawn from its schema."""
    contract = editions.contract("2026-01")
    bodies = [schema for o in contract.operations.values() if o.request for schema in o.request.content.values()]
    parameters = [parameter.schema for o in contract.operations.values() for parameter in o.parameters]

    without = [pointer for root in (*bodies, *parameters) for pointer in _without_sample(contract, root)]

    assert without == []


def test_ids_of_operations_are_told_apart(any_contract):
    """No two operations share an id, in the API or among its deliveries."""
    assert not any_contract.operations.keys() & any_contract.deliveries.keys()


def test_findings_cite_real_rulings(any_contract):
    """Where the contract points to a ruling in findings.md, there is one of that number."""
    findings = (ROOT / "contracts" / "findings.md").read_text(encoding="utf-8")
    cited = {
        int(number)
        for _, node in _nodes(any_contract.source.document)
        if isinstance(node, dict)
        for number in re.findall(r"findings\.md number (\d+)", str(node.get("x-source", "")))
    }

    assert cited
    assert cited <= {int(number) for number in re.findall(r"^## (\d+)\. ", findings, re.MULTILINE)}


def _media_types(contract: Contract) -> Iterator[tuple[Pointer, dict[str, Any]]]:
    for pointer, node in _nodes(contract.source.document):
        if len(pointer) > 1 and pointer[-2] == "content" and isinstance(node, dict):
            yield pointer, node


def _nodes(node: Any, pointer: Pointer = ()) -> Iterator[tuple[Pointer, Any]]:
    yield pointer, node
    if "value" in pointer:
        return
    children = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    for key, child in children:
        yield from _nodes(child, (*pointer, key))


def _violations(operation: str, body: Any) -> list[tuple[str, str]]:
    contract = editions.contract("2026-01")
    schema = contract.operations[operation].responses["200"].content["application/json"]
    return _broken(contract, schema, body)


def _broken(contract: Contract, schema: Pointer, body: Any) -> list[tuple[str, str]]:
    """Each keyword that a body breaks, with the place."""
    violations = contract.schemas.violations(schema, body)
    return [(each.keyword, "".join(f"/{token}" for token in each.at)) for each in violations]


def _without_sample(contract: Contract, pointer: Pointer, *, sampled: bool = False) -> Iterator[Pointer]:
    """The places of a schema where a value has to be made up, and nothing says which."""
    node = contract.source.at(pointer)
    if node is False:
        return
    sampled = sampled or bool({"x-sample", "x-references", "examples", "enum", "const"} & node.keys())
    below = [(*pointer, "properties", name) for name in node.get("properties", {})]
    below += [(*pointer, "items")] if "items" in node else []
    for keyword in ("allOf", "anyOf", "oneOf"):
        below += [(*pointer, keyword, index) for index in range(len(node.get(keyword, [])))]
    if "$ref" in node:
        yield from _without_sample(contract, contract.source.parse(node["$ref"][2:]), sampled=sampled)
    elif not below and "boolean" not in node.get("type", []) and not sampled:
        yield pointer
    for child in below:
        yield from _without_sample(contract, child)
