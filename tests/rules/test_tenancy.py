"""A partner can neither read nor change nor learn of another partner's entities."""

import pytest

from ecsuite.client import fill
from ecsuite.contract import Contract, EntityType, Operation, parameters
from ecsuite.promises import PARTNERS_APART
from ecsuite.rules.absence import is_like_unknown
from ecsuite.rules.entity import path_below
from ecsuite.rules.reading import there
from ecsuite.rules.snapshots import PROBE
from ecsuite.rules.tenancy import LIKE_UNKNOWN, both_have, require_not_shared
from ecsuite.rules.world import World

pytestmark = pytest.mark.guide
ANOTHERS = "for it is another partner's"


@pytest.mark.operations(select=lambda _, operation: operation.security and parameters(operation))
def test_entities_of_another_partner_are_not_there(operation: Operation, world: World, other: World) -> None:
    """For another partner an entity is like an unknown one, and it stays unchanged."""
    call = world.calls.valid(operation, full=True)
    require_not_shared(world.contract, call, other.calls, world.snapshots, other.snapshots)
    before = world.snapshots.around(call)

    response = other.calls.send(call, expect=PROBE)
    unknown = other.calls.send(call.with_own_id(world.values.ids.new()), expect=PROBE)

    rule, allowed = there(operation.security), operation.unknown(parameters(operation)[0])
    secrets = world.values.marks(world.entities.sent_for(call), but=call.ids.values())
    is_like_unknown(world.verify, PARTNERS_APART, response, unknown, allowed, rule=rule, note=LIKE_UNKNOWN)
    world.verify.mentions_nothing_of(PARTNERS_APART, response, secrets, rule)
    world.changes.unchanged(PARTNERS_APART, before, response, rule=rule)


def makes_below(contract: Contract, operation: Operation) -> object:
    batch = contract.batch_of(operation)
    return batch and batch.entity_type.parent


@pytest.mark.operations(select=makes_below)
def test_batch_reaches_no_other_partner(operation: Operation, world: World, other: World) -> None:
    """A batch for the entities of another partner is refused."""
    batch = there(world.contract.batch_of(operation))
    parent = world.entities.create(there(batch.entity_type.parent))
    item = world.drafts.body(operation, full=True).value[batch.member][0] | {parent.type.member: parent.id}
    before = world.snapshots.list_at(there(batch.entity_type.lister), parent.ids)

    response = other.api.post(operation.path, json={batch.member: [item]}, expect=PROBE)

    world.verify.status(PARTNERS_APART, response, {400, 404}, rule=operation.security, note=LIKE_UNKNOWN)
    world.changes.unchanged(PARTNERS_APART, before, response)


@pytest.mark.entity_types(select=lambda entity_type: entity_type.parent is None and entity_type.lister)
def test_lists_show_own_entities_only(entity_type: EntityType, world: World, other: World) -> None:
    """Neither partner's entities are in a list of the other partner."""
    for mine, theirs in ((world, other), (other, world)):
        entity = mine.entities.create(entity_type)

        listing = theirs.lists.read(entity.collection)

        if not both_have(entity_type, entity.id, mine.snapshots, theirs.snapshots):
            theirs.verify.not_listed(PARTNERS_APART, listing, entity, rule=entity_type.reader.security, note=ANOTHERS)


@pytest.mark.entity_types(select=lambda entity_type: entity_type.parent is None and entity_type.deleter)
def test_same_id_is_another_entity(entity_type: EntityType, world: World, other: World) -> None:
    """Two partners can use the same id; what one does with it does not affect the other."""
    entity = world.entities.create(entity_type, full=True)
    children = world.entities.children_of(entity, full=True)
    before, rule = world.snapshots.of([entity, *children]), entity_type.reader.security
    body = other.drafts.body(entity_type.creator).value | {entity_type.member: entity.id}

    made = other.api.post(path_below(entity_type.creator), json=body, expect=PROBE)

    is_same = world.changes.unchanged(PARTNERS_APART, before, made, rule=rule)
    if not other.verify.accepted(made, promise=PARTNERS_APART):
        return
    ids = other.entities.ids_in(entity_type, body, made)
    for child in children:
        listing = other.lists.read(fill(there(child.type.lister), ids), PROBE)
        other.verify.not_listed(PARTNERS_APART, listing, child, rule=entity_type.reader.security, note=ANOTHERS)
        if is_same and child.type.is_named_by_client and child.type.deleter:
            other.api.post(fill(child.type.creator, ids), json=child.body, expect=PROBE)
            path = fill(child.type.deleter, {**ids, child.type.parameter: child.id})
            is_same = world.changes.unchanged(PARTNERS_APART, before, other.api.delete(path, expect=PROBE), rule=rule)
    deleted = other.api.delete(fill(entity_type.reader, ids), expect=PROBE)
    if is_same:
        world.changes.unchanged(PARTNERS_APART, before, deleted, rule=rule)
