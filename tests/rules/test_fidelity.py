"""What was sent comes back the same: letters, zeros, numbers, order, wherever a response shows it."""

import pytest

from ecsuite.rules import SENT_COMES_BACK, json_of
from ecsuite.world import NotTakenError, schema_of

pytestmark = pytest.mark.guide


@pytest.mark.entity_types(select=lambda entity_type: entity_type.creator.request)
def test_what_was_sent_comes_back(entity_type, world):
    """Whatever legal value a member has, reading shows it unchanged, and so does each list, which leaves none out."""
    entities = []
    for body in world.samples.legal(schema_of(entity_type.creator)):
        try:
            entity = world.make(entity_type, body=body, expect=world.expectation(body))
        except NotTakenError:
            world.rules.not_checked(SENT_COMES_BACK, f"refused: {body.may_be_rejected}")
            continue
        world.read(entity)
        world.must_show_deprecated(entity)
        entities.append(entity)

    for lister in entity_type.listers:
        listed = world.listed(world.path_of(lister, entities[0].values))
        for entity in entities:
            for at in world.must_list_once(listed, entity_type, entity.id):
                world.rules.compare(entity.shown, listed, whole=False, at=at)


@pytest.mark.entity_types(select=lambda entity_type: entity_type.replacer)
def test_what_was_put_comes_back(entity_type, world):
    """The same for what is put in the place of an entity."""
    entity = world.make(entity_type)
    for body in world.samples.legal(schema_of(entity_type.replacer), entity.values):
        answer = world.api.put(entity.path, json=body.value, expect=world.expectation(body))
        if answer.is_success:
            sent = world.visible(entity_type, body.value, entity.id)
            world.rules.compare(sent, world.api.get(entity.path), whole=False)
            if answer.content and isinstance(json_of(answer), dict):
                world.rules.compare(sent, answer, whole=False)
