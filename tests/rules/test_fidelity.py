"""What was sent comes back unchanged wherever a response shows it: letters, zeros, numbers, order."""

import pytest

from ecsuite.contract import EntityType
from ecsuite.json_paths import leaves, replaced
from ecsuite.rules.reading import there
from ecsuite.rules.spelling import spelt_otherwise, with_whole_numbers
from ecsuite.rules.world import World
from ecsuite.samples import MAY_BE_REJECTED, Body

pytestmark = pytest.mark.guide


@pytest.mark.entity_types(select=lambda entity_type: entity_type.creator.request)
def test_what_was_sent_comes_back(entity_type: EntityType, world: World) -> None:
    """Every legal value of a member is shown unchanged when the entity is read, and in each list, which omits none."""
    entities = world.entities.create_each(entity_type, world.calls.legal(entity_type.creator))

    world.api.map_concurrently(world.verify.readable, entities)
    world.verify.all_listed(entities)


@pytest.mark.entity_types(select=lambda entity_type: entity_type.creator.request)
def test_numbers_below_and_at_zero_come_back(entity_type: EntityType, world: World) -> None:
    """Zero and negative numbers come back; not checked if they are refused."""
    for factor in (0, -1):
        body = world.drafts.body(entity_type.creator, full=True).value
        for path, own in [*leaves(body)]:
            if type(own) in {int, float}:
                replaced(body, path, own * factor)

        entity = world.entities.create_if_taken(entity_type, Body(body), MAY_BE_REJECTED)

        if entity is not None:
            world.verify.readable(entity)


@pytest.mark.entity_types(select=lambda entity_type: entity_type.creator.request)
def test_other_spelling_of_json_is_the_same(entity_type: EntityType, world: World) -> None:
    """JSON with escaped letters, numbers with exponents or without a point, and members in any order means the same."""
    first, second = (world.drafts.body(entity_type.creator, full=True).value for _ in range(2))

    spelt = world.entities.create(entity_type, body=Body(first), spell=spelt_otherwise)
    whole = world.entities.create(entity_type, body=Body(with_whole_numbers(second)))

    world.verify.readable(spelt)
    world.verify.readable(whole)


@pytest.mark.entity_types(select=lambda entity_type: entity_type.replacer)
def test_what_was_put_comes_back(entity_type: EntityType, world: World) -> None:
    """Every legal value of a PUT is shown unchanged, too."""
    entity = world.entities.create(entity_type)
    for body in world.calls.some(world.calls.legal(there(entity_type.replacer), entity.ids)):
        replaced = world.api.put(entity.path, json=body.value, expect=body.expectation)

        if world.verify.accepted(replaced, body.may_be_rejected):
            representation = world.representation.of_entity(entity_type, body.value, entity.ids)
            world.verify.reads(entity.path, representation)
            world.verify.shows_if_any(representation, replaced)
