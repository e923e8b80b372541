"""What was sent comes back the same: letters, zeros, numbers, order, wherever a response shows it."""

import pytest

from ecsuite.contract import EntityType
from ecsuite.rules.reading import there
from ecsuite.rules.world import World

pytestmark = pytest.mark.guide


@pytest.mark.entity_types(select=lambda entity_type: entity_type.creator.request)
def test_what_was_sent_comes_back(entity_type: EntityType, world: World) -> None:
    """Whatever legal value a member has, reading shows it unchanged, and so does each list, which leaves none out."""
    entities = world.entities.create_each(entity_type, world.calls.legal(entity_type.creator))

    world.api.map_concurrently(world.verify.readable, entities)
    world.verify.all_listed(entities)


@pytest.mark.entity_types(select=lambda entity_type: entity_type.replacer)
def test_what_was_put_comes_back(entity_type: EntityType, world: World) -> None:
    """The same for what is put in the place of an entity."""
    entity = world.entities.create(entity_type)
    for body in world.calls.some(world.calls.legal(there(entity_type.replacer), entity.ids)):
        replaced = world.api.put(entity.path, json=body.value, expect=body.expectation)

        if world.verify.accepted(replaced, body.may_be_rejected):
            representation = world.representation.of_entity(entity_type, body.value, entity.ids)
            world.verify.reads(entity.path, representation)
            world.verify.shows_if_any(representation, replaced)
