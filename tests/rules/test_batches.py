"""A batch creates each of its entities as if it were alone, or none of them."""

import pytest

from ecsuite.contract import Batch, Contract, Operation
from ecsuite.messages.exchange import ABSENT, UNSPECIFIED, Expectation
from ecsuite.promises import OTHERS_UNTOUCHED
from ecsuite.rules.inputs import BAD_REQUEST, BREAKS_BODY
from ecsuite.rules.reading import there
from ecsuite.rules.world import World

pytestmark = pytest.mark.guide
MANY = 4


def makes_many(contract: Contract, operation: Operation) -> object:
    return contract.batch_of(operation)


@pytest.fixture
def batch(world: World, operation: Operation) -> Batch:
    """The batch that the operation creates."""
    return there(world.contract.batch_of(operation))


@pytest.mark.operations(select=makes_many)
def test_batch_makes_each(operation: Operation, world: World, batch: Batch) -> None:
    """Each entity of a batch can be read, is listed once, and can be deleted alone; earlier entities stay."""
    parent = batch.entity_type.parent
    items = world.batches.items(batch, MANY, beside=world.entities.create(parent) if parent else None)
    before = world.snapshots.of([world.entities.default(batch.entity_type)])

    made = world.api.post(operation.path, json={batch.member: items})

    world.changes.unchanged(OTHERS_UNTOUCHED, before, made)
    representation = world.representation.of(operation, {batch.member: items})
    world.verify.shows(representation, made, depth=world.representation.depth(operation))
    entities = world.batches.entities(batch, items, made)
    for entity in entities:
        world.verify.readable(entity)
        world.verify.listed_once(world.lists.read(entity.collection), entity)
    first, second = entities[:2]
    deleted = world.api.delete(first.path)
    world.verify.unreadable(world.api.get(first.path, expect=ABSENT, strict=False), deleted)
    world.api.get(second.path)


@pytest.mark.operations(select=makes_many)
def test_batch_with_what_is_there_is_whole(operation: Operation, world: World, batch: Batch) -> None:
    """A batch with an entity that already exists creates what its response shows, or is refused and creates nothing."""
    first, other, last = world.batches.items(batch, MANY)[:3]
    there = world.entities.create(batch.entity_type)
    taken = other | {name: own for name, own in there.ids.items() if name in other}

    made = world.api.post(operation.path, json={batch.member: [first, taken, last]}, expect=UNSPECIFIED, strict=False)

    for entity in world.batches.entities(batch, [first, last], made):
        world.verify.exists_as_shown(entity, made)


@pytest.mark.operations(select=makes_many)
def test_batch_with_a_wrong_item_makes_none(operation: Operation, world: World, batch: Batch) -> None:
    """If the first or the last item is invalid, the whole batch is refused, and none of it is created."""
    refusal = Expectation("one-wrong-item", BAD_REQUEST, BREAKS_BODY)
    for place in (0, MANY - 1):
        items = world.batches.items(batch, MANY)
        wrong = items.pop(place) | {batch.entity_type.member: 42}

        sent = [*items[:place], wrong, *items[place:]]
        refused = world.api.post(operation.path, json={batch.member: sent}, expect=refusal, strict=False)

        for entity in world.batches.entities(batch, items, refused):
            world.verify.not_made_by(entity, refused)
