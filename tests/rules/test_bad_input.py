"""What the contract refuses is refused with 400, and leaves no trace."""

from functools import partial

import pytest

from ecsuite.messages.exchange import Expectation
from ecsuite.promises import REFUSED_CHANGES_NOTHING
from ecsuite.rules.entity import path_below
from ecsuite.rules.inputs import broken_bodies, wrong_body
from ecsuite.samples import Body

pytestmark = pytest.mark.guide


def takes_json(_, operation):
    return operation.security and operation.request


@pytest.mark.operations(select=takes_json)
def test_wrong_member_is_refused(operation, world):
    """For each member: missing, null, of each wrong type, outside its enum, beyond its range."""
    call = world.calls.valid(operation)
    wrong = [wrong_body(each) for each in world.calls.wrong(call)]
    before = world.snapshots.around(call)
    send = partial(world.calls.send_refused, call, wrong)

    refused = send()

    rule = (*operation.pointer, "responses", "400")
    world.verify.unchanged(REFUSED_CHANGES_NOTHING, before, refused[-1], sent=refused, rule=rule, again=send)


@pytest.mark.operations(select=takes_json)
def test_what_is_no_json_is_refused(operation, world):
    """A body that is no JSON, or not the object that is wanted."""
    call = world.calls.valid(operation)
    before = world.snapshots.around(call)
    send = partial(world.calls.send_refused, call, broken_bodies(call.body.value))

    refused = send()

    rule = (*operation.pointer, "responses", "400")
    world.verify.unchanged(REFUSED_CHANGES_NOTHING, before, refused[-1], rule=rule, again=send)


@pytest.mark.entity_types(select=lambda entity_type: entity_type.parent)
def test_unknown_parent_is_refused(entity_type, world):
    """Nothing can be made below a parent that is not there, and trying makes neither of them."""
    body, parent_id = world.entities.body(entity_type.creator, full=True), world.values.ids.new()
    parent_body = world.entities.body(entity_type.parent.creator).value | {entity_type.parent.member: parent_id}
    parent_ids = dict.fromkeys(entity_type.parent.parameters, parent_id)
    refusal = Expectation("unknown-parent", entity_type.unknown_parent)

    refused = world.api.post(
        path_below(entity_type.creator, own=parent_id), json=body.value, expect=refusal, strict=False
    )

    world.verify.not_made(entity_type.parent, parent_ids, refused)
    parent = world.entities.create(entity_type.parent, body=Body(parent_body))
    listing = world.lists.read(path_below(entity_type.lister, parent))
    world.verify.shows_nothing_of(
        REFUSED_CHANGES_NOTHING, listing, world.values.marks(body.value), entity_type, refused
    )
