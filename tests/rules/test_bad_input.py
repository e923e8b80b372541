"""Input that breaks the contract is refused with 400, and changes nothing."""

from functools import partial

import pytest

from ecsuite.contract import EntityType, Operation
from ecsuite.messages.exchange import Expectation
from ecsuite.promises import REFUSED_CHANGES_NOTHING
from ecsuite.rules.entity import path_below
from ecsuite.rules.inputs import broken_bodies, wrong_body
from ecsuite.rules.reading import there
from ecsuite.rules.world import World
from ecsuite.samples import Body

pytestmark = pytest.mark.guide


def takes_json(_: object, operation: Operation) -> object:
    return operation.security and operation.request


@pytest.mark.operations(select=takes_json)
def test_wrong_member_is_refused(operation: Operation, world: World) -> None:
    """Each member is tried missing, null, with each wrong type, outside its enum, and beyond its range."""
    rule = (*operation.pointer, "responses", "400")

    world.refused.changes_nothing(operation, lambda call: map(wrong_body, world.calls.wrong(call)), rule)


@pytest.mark.operations(select=takes_json)
def test_what_is_no_json_is_refused(operation: Operation, world: World) -> None:
    """A body that is not JSON, or not the required object, is refused."""
    rule = (*operation.pointer, "responses", "400")

    world.refused.changes_nothing(operation, lambda call: broken_bodies(partial(world.calls.fresh_body, call)), rule)


@pytest.mark.entity_types(select=lambda entity_type: entity_type.parent)
def test_unknown_parent_is_refused(entity_type: EntityType, world: World) -> None:
    """Nothing can be created below a parent that does not exist, and the attempt creates neither of them."""
    body, parent_id = world.drafts.body(entity_type.creator, full=True), world.values.ids.new()
    parent_type = there(entity_type.parent)
    parent_body = world.drafts.body(parent_type.creator).value | {parent_type.member: parent_id}
    parent_ids = dict.fromkeys(parent_type.parameters, parent_id)
    refusal = Expectation("unknown-parent", entity_type.unknown_parent)

    refused = world.api.post(
        path_below(entity_type.creator, own=parent_id), json=body.value, expect=refusal, strict=False
    )

    world.verify.not_made(parent_type, parent_ids, refused)
    parent = world.entities.create(parent_type, body=Body(parent_body))
    listing = world.lists.read(path_below(there(entity_type.lister), parent))
    world.verify.shows_nothing_of(
        REFUSED_CHANGES_NOTHING, listing, world.values.marks(body.value), entity_type, refused
    )
