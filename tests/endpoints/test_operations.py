"""Every operation of the contract: its smallest and its fullest request, its legal bodies, and unknown ids."""

import pytest

from ecsuite.client import fill
from ecsuite.contract import links_to, parameters
from ecsuite.rules.inputs import unknown_id, unknown_ids, unspecified

pytestmark = pytest.mark.spec


def makes(contract, operation):
    return any(entity_type.creator is operation for entity_type in contract.entity_types)


@pytest.mark.entity_types
def test_smallest_and_fullest_entity_is_made(entity_type, world):
    """An entity can be created with only the required members, and with all members; both can be read, twice."""
    for full in (False, True):
        entity = world.entities.create(entity_type, full=full)
        if world.verify.readable(entity):
            world.verify.readable(entity)


@pytest.mark.operations(select=lambda contract, operation: operation.security and not makes(contract, operation))
def test_operation_answers(operation, world):
    """A valid call succeeds, and its response shows the values of the request unchanged."""
    for full in (False, True) if operation.request else (False,):
        call = world.calls.valid(operation, full=full)

        response = world.calls.send(call, expect=call.expectation)

        if call.body and world.verify.accepted(response):
            representation = world.representation.of(operation, call.body.value)
            world.verify.shows_if_any(representation, response, world.representation.depth(operation))


def is_linked_from_list(contract, operation):
    sources = (source for source, _ in links_to(operation, contract.operations.values()))
    return operation.method == "GET" and any(source.method == "GET" for source in sources)


@pytest.mark.operations(select=is_linked_from_list)
def test_listed_item_reads_the_same(operation, world):
    """Reading an entity by id shows the same as the list, for the first and the last item."""
    ids, item = world.drafts.require_first_listed(operation)

    response = world.api.get(fill(operation, ids))

    world.verify.shows_item(item, response)
    last = world.drafts.last_listed(operation)
    if last and last[0] != ids:
        ids, item = last
        response = world.api.get(fill(operation, ids), expect=unspecified("may-be-gone-by-now"))
        if not response.is_success and world.drafts.last_listed(operation) == last:
            response = world.api.get(fill(operation, ids))
        if response.is_success:
            world.verify.shows_item(item, response)


@pytest.mark.operations(select=lambda _, operation: operation.security and parameters(operation))
def test_unknown_id_is_refused(operation, world):
    """An unknown id in the path is rejected with a documented status, even if it resembles a known id."""
    call = world.calls.valid_or_unknown(operation)
    for parameter in parameters(operation):
        unknown = call.replacing(**{parameter: world.values.ids.new()})
        alike = unknown_ids(call, parameter)

        if any(world.calls.send(attempt, **refusal.options).is_success for attempt, refusal in alike):
            # The entity that was created by mistake would affect the next attempt.
            continue
        refused = world.calls.send(unknown, **unknown_id(operation, parameter).options)

        world.verify.not_made_at(unknown, parameter, refused)


@pytest.mark.operations(
    select=lambda contract, operation: operation.request and operation.security and not makes(contract, operation)
)
def test_every_legal_body_is_taken(operation, world):
    """Every legal value in a body is accepted: each value of an enum, both ends of a range, each kind of text."""
    for body in world.calls.some(world.calls.legal(operation)):
        call = world.calls.valid(operation)

        response = world.calls.send(call, json=body.value, expect=body.expectation)

        if world.verify.accepted(response, body.may_be_rejected):
            representation = world.representation.of(operation, body.value)
            world.verify.shows_if_any(representation, response, world.representation.depth(operation))
