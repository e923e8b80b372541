"""Batches: each of many things is made as if alone, or none of them is."""

import pytest

from ecsuite.contract import parameters
from ecsuite.messages.exchange import ABSENT, UNSPECIFIED, Expectation
from ecsuite.rules import CREATION_RESPONSE, NoSuch, REFUSED_CHANGES_NOthing, shown
from ecsuite.world import schema_of

pytestmark = pytest.mark.guide
MANY = 4
BREAKS_BODY = frozenset({"request body matches contract"})


def makes_many(contract, operation):
    return any(batch.creator is operation for batch in contract.batches)


@pytest.fixture
def batch(world, operation):
    """The batch that the operation makes."""
    return next(batch for batch in world.contract.batches if batch.creator is operation)


def items_for(world, batch):
    """What to put into a batch: the smallest entity, the fullest one, and others."""
    schema = schema_of(batch.creator)
    bodies = [world.samples.smallest(schema), *(world.samples.fullest(schema, turn=turn) for turn in range(1, MANY))]
    return [body.value[batch.member][0] for body in bodies]


def values_of(world, batch, item):
    """The path parameters of the entity that an item makes; those of its parent are in the item, too."""
    return {
        name: item[name] if name in item else item[batch.entity_type.member]
        for name in parameters(batch.entity_type.reader)
    }


@pytest.mark.operations(select=makes_many)
def test_batch_makes_each(operation, world, batch):
    """Each entity of a batch can be read, is listed once, and can be deleted alone."""
    items = items_for(world, batch)

    made = world.api.post(operation.path, json={batch.member: items})

    world.rules.compare(world.shown_by(operation, {batch.member: items}), made, whole=False, depth=2)
    for item in items:
        own = world.shown_by(batch.entity_type.creator, item)
        values = values_of(world, batch, item)
        path = world.path_of(batch.entity_type.reader, values)
        world.rules.compare(own, world.api.get(path), whole=False)
        listed = world.listed(world.path_of(batch.entity_type.lister, values))
        world.must_list_once(listed, batch.entity_type, item[batch.entity_type.member])
    first, second = (world.path_of(batch.entity_type.reader, values_of(world, batch, item)) for item in items[:2])
    world.api.delete(first)
    world.api.get(first, expect=ABSENT)
    world.api.get(second)


@pytest.mark.operations(select=makes_many)
def test_batch_with_what_is_there_is_whole(operation, world, batch):
    """A batch with an entity that is there already makes what its response shows, or is refused and makes nothing."""
    first, taken, last = items_for(world, batch)[:3]
    there = world.make(batch.entity_type)
    taken = {**taken, **{name: value for name, value in there.values.items() if name in taken}}
    paths = {item[batch.entity_type.member]: values_of(world, batch, item) for item in (first, last)}

    made = world.api.post(operation.path, json={batch.member: [first, taken, last]}, expect=UNSPECIFIED, strict=False)

    for own, values in paths.items():
        seen = world.see(world.path_of(batch.entity_type.reader, values))
        if not made.is_success or own in made.text:
            world.rules.require(
                CREATION_RESPONSE if made.is_success else REFUSED_CHANGES_NOthing,
                made,
                holds=isinstance(seen, NoSuch) is not made.is_success,
                at=f"{batch.entity_type.reader} afterwards",
                expected="200, for the response shows it" if made.is_success else "404",
                actual=shown(seen),
            )


@pytest.mark.operations(select=makes_many)
def test_batch_with_a_wrong_item_makes_none(operation, world, batch):
    """One item that the contract refuses, first or last, and the whole batch is refused: none of it is made."""
    for place in (0, MANY - 1):
        items = items_for(world, batch)
        paths = [world.path_of(batch.entity_type.reader, values_of(world, batch, item)) for item in items]
        items[place] = {**items[place], batch.entity_type.member: 42}
        refusal = Expectation("a refusal of a batch with one wrong item", frozenset({400}), BREAKS_BODY)

        refused = world.api.post(operation.path, json={batch.member: items}, expect=refusal, strict=False)

        for path in paths[:place] + paths[place + 1 :]:
            seen = world.see(path)
            world.rules.require(
                REFUSED_CHANGES_NOthing,
                refused,
                holds=isinstance(seen, NoSuch),
                at=f"{batch.entity_type.reader} afterwards",
                expected="404",
                actual=shown(seen),
            )
