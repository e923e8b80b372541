"""Every operation of the contract: the smallest and the fullest request, and what it refuses."""

import pytest

from ecsuite.contract import links_to, parameters
from ecsuite.messages.exchange import SUCCESS, Expectation
from ecsuite.rules import json_of
from ecsuite.samples import UNSPECIFIED_TARGET
from ecsuite.world import Call, replacing

pytestmark = pytest.mark.spec
# Nobody else has an id that is as long as this and differs from a known one in a letter.
LONG = 20


def makes(contract, operation):
    return any(entity_type.creator is operation for entity_type in contract.entity_types)


@pytest.mark.entity_types
def test_smallest_and_fullest_entity_is_made(entity_type, world):
    """An entity is made from the members that are required, and from all that there are; both can be read."""
    for full in (False, True):
        world.read(world.make(entity_type, full=full))


@pytest.mark.operations(select=lambda contract, operation: operation.security and not makes(contract, operation))
def test_operation_answers(operation, world):
    """A call that names what is there succeeds, and what its response shows of the request is as it was sent."""
    for full in (False, True) if operation.request else (False,):
        call = world.call(operation, full=full)
        if call is None:
            pytest.skip(f"there is nothing to call {operation} on")
        response = world.send(call, expect=SUCCESS if call.targets_exist else UNSPECIFIED_TARGET)
        if call.body and response.is_success and response.content:
            shown = world.shown_by(operation, call.body.value)
            world.rules.compare(shown, response, whole=False, depth=depth_of(world, operation))


def depth_of(world, operation):
    """How deep in a response the entities are that it shows: a batch has them in a list."""
    return 2 if any(batch.creator is operation for batch in world.contract.batches) else 1


def is_linked_from_list(contract, operation):
    sources = (source for source, _ in links_to(operation, contract.operations.values()))
    return operation.method == "GET" and any(source.method == "GET" for source in sources)


@pytest.mark.operations(select=is_linked_from_list)
def test_listed_item_reads_the_same(operation, world):
    """What a list shows of an entity, reading it by its id shows as well."""
    found = world.first_listed(operation)
    if found is None:
        pytest.skip(f"there is nothing to call {operation} on")
    values, item = found

    answer = world.send(Call(operation, values))

    world.rules.compare(item, answer, at=world.place_of(item, answer))


def nobodys(own):
    """Ids that are like an id and nobody's, by what they are; none where others may be as short."""
    if len(own) < LONG:
        return {}
    return {"the beginning of an id": own[:-1], "the end of an id": own[1:], "an id and a letter more": f"{own}0"}


@pytest.mark.operations(select=lambda _, operation: operation.security and parameters(operation))
def test_unknown_id_is_refused(operation, world):
    """An id in the path that is nobody's is refused as the contract says, however like somebody's it is."""
    call = world.call(operation) or world.anything(operation)
    for parameter in parameters(operation):
        for what, alike in nobodys(call.values[parameter]).items():
            # Who gives ids of one form may find that this one is none.
            statuses = operation.unknown(parameter) | {400, 404}
            world.send(
                replacing(call, **{parameter: alike}),
                expect=Expectation(f"a refusal of {what}", statuses),
                strict=False,
            )
        refusal = Expectation(f"a refusal of an unknown {parameter}", operation.unknown(parameter))
        unknown = replacing(call, **{parameter: world.ids.new()})
        refused = world.send(unknown, expect=refusal, strict=False)
        for entity_type in world.contract.entity_types:
            wanted = parameters(entity_type.reader)
            if wanted[-1] == parameter and set(wanted) <= set(unknown.values):
                world.must_not_be_made(entity_type, unknown.values, refused)
                break


@pytest.mark.operations(
    select=lambda contract, operation: operation.request and operation.security and not makes(contract, operation)
)
def test_every_legal_body_is_taken(operation, world):
    """Every value of an enum, both ends of a range, every entity_type of text: what is legal is taken."""
    for body in world.legal(operation):
        call = world.call(operation)
        expect = world.expectation(body)
        response = world.send(call, json=body.value, expect=expect)
        if response.is_success and response.content and isinstance(json_of(response), dict):
            shown = world.shown_by(operation, body.value)
            world.rules.compare(shown, response, whole=False, depth=depth_of(world, operation))
