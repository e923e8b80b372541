"""What was sent comes back the same: letters, zeros, numbers, order, wherever an answer shows it."""

import pytest

from ecsuite.checks import sent_comes_back
from ecsuite.rules import json_of
from ecsuite.world import NotTakenError, schema_of

pytestmark = pytest.mark.guide


@pytest.mark.kinds(select=lambda kind: kind.creator.request)
def test_what_was_sent_comes_back(kind, world):
    """Whatever legal value a member has, reading shows it unchanged, and so does each list, which leaves none out."""
    things = []
    for body in world.samples.legal(schema_of(kind.creator)):
        try:
            thing = world.make(kind, body=body, expect=world.expectation(body))
        except NotTakenError:
            world.rules.not_checked(sent_comes_back.NAME, f"refused: {body.odd}")
            continue
        world.read(thing)
        world.must_show_former(thing)
        things.append(thing)

    for lister in kind.listers:
        listed = world.listed(world.path_of(lister, things[0].values))
        for thing in things:
            for at in world.must_list_once(listed, kind, thing.id):
                world.rules.compare(thing.shown, listed, whole=False, at=at)


@pytest.mark.kinds(select=lambda kind: kind.replacer)
def test_what_was_put_comes_back(kind, world):
    """The same for what is put in the place of a thing."""
    thing = world.make(kind)
    for body in world.samples.legal(schema_of(kind.replacer), thing.values):
        answer = world.api.put(thing.path, json=body.value, expect=world.expectation(body))
        if answer.is_success:
            sent = world.visible(kind, body.value, thing.id)
            world.rules.compare(sent, world.api.get(thing.path), whole=False)
            if answer.content and isinstance(json_of(answer), dict):
                world.rules.compare(sent, answer, whole=False)
