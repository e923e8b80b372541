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


@pytest.fixture(params=editions.editions())
def any_contract(request) -> Contract:
    return editions.contract(request.param)


def test_document_is_valid_openapi(any_contract):
    """A public validator of OpenAPI 3.1 has nothing to say against it."""
    errors = list(OpenAPIV31SpecValidator(any_contract.source.document).iter_errors())

    assert errors == []


def test_operations_are_those_published(contract):
    """Edition 2023-10 has every operation that was published, with its level and its successes, and no other."""
    found = {
        str(operation): (operation.level, {status for status in operation.responses if status.startswith("2")})
        for operation in contract.operations.values()
    }

    assert found == OPERATIONS_2023_10


def test_every_call_lists_401(any_contract):
    """An operation that needs a token lists the refusal of a call without one."""
    secured = [operation for operation in any_contract.operations.values() if operation.security]

    assert secured
    assert [str(operation) for operation in secured if "401" not in operation.responses] == []


def test_every_input_lists_400(any_contract):
    """An operation that takes a body lists the refusal of a bad one, with the two shapes that it may have."""
    for operation in any_contract.operations.values():
        if operation.request and operation is not any_contract.token_operation:
            assert set(operation.responses["400"].content) == {"application/problem+json", "application/json"}


def test_every_body_has_an_example(any_contract):
    """Each media type of a request or an answer has an example."""
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
    """What makes a thing links to what reads and deletes it, with every parameter of theirs."""
    operations = any_contract.operations
    deletable = {re.sub(r"/\{\w+\}$", "", o.path): o for o in operations.values() if o.method == "DELETE"}
    makers = [o for o in operations.values() if o.method == "POST" and o.path in deletable]

    assert makers
    for operation in makers:
        for status in ("200", "201"):
            links = {link.operation_id: link for link in operation.responses[status].links}
            assert deletable[operation.path].id in links
            assert {operations[link].method for link in links} >= {"GET", "DELETE"}
            for target, link in links.items():
                assert set(link.parameters) == {p.name for p in operations[target].parameters if p.place == "path"}


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
