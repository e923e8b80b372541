"""A partner never reads, changes, or learns of what another partner has."""

import pytest

from ecsuite.contract import parameters
from ecsuite.rules import KEPT_APART, NoSuch, json_of
from ecsuite.world import PROBE, replacing, schema_of

pytestmark = pytest.mark.guide
RULE = ("components", "securitySchemes", "partner")


def numbered_by_server(world, operation):
    """The entity_types whose ids the server chooses, among those that the path names by themselves."""
    return [
        entity_type
        for entity_type in world.contract.entity_types
        if entity_type.lister
        and not entity_type.is_named_by_client
        and len(parameters(entity_type.reader)) == 1
        and parameters(entity_type.reader)[0] in parameters(operation)
    ]


def both_have(world, other, entity_type, own):
    """Whether both partners list an entity of that id, each another one.

    They are compared without what a server keeps by itself, so that the same thing is not taken for two.
    """
    lists = [each.see_listed(each.path(entity_type.lister)) for each in (world, other)]
    if any(isinstance(listed, NoSuch) for listed in lists):
        return False
    mine, theirs = ([item for item in listed if item.get(entity_type.member) == own] for listed in lists)
    return bool(theirs) and all(item not in mine for item in theirs)


@pytest.mark.operations(select=lambda _, operation: operation.security and parameters(operation))
def test_entities_of_another_partner_are_not_there(operation, world, other):
    """To another partner an entity is what an unknown one is, and it stays as it was."""
    call = world.call(operation, full=True)
    if call is None:
        pytest.skip(f"there is nothing to call {operation} on")
    if not any(
        parameters(entity_type.reader) == parameters(operation)[: len(parameters(entity_type.reader))]
        for entity_type in world.contract.entity_types
    ):
        shared = other.call(operation)
        if shared is not None and shared.values == call.values:
            pytest.skip("both partners have it")
    if any(
        both_have(world, other, entity_type, call.values[entity_type.parameter])
        for entity_type in numbered_by_server(world, operation)
    ):
        # An entity of the other partner's own is there under that id, and is rightly shown, changed or deleted.
        pytest.skip("both partners have one of that id, for the server numbers each partner's own")
    before = world.look(call)
    last = parameters(operation)[-1]

    answer = other.send(call, expect=PROBE)
    unknown = other.send(replacing(call, **{last: world.ids.new()}), expect=PROBE)

    allowed = operation.unknown(parameters(operation)[0])
    world.rules.require_status(KEPT_APART, answer, allowed, "as for what is not there", RULE)
    if unknown.status_code in allowed:
        world.rules.require_status(KEPT_APART, answer, {unknown.status_code}, "as for an unknown id", RULE)
    leaked = [
        mark for mark in world.marks(world.sent_for(call)) if mark in answer.text and mark not in call.values.values()
    ]
    world.rules.require(
        KEPT_APART,
        answer,
        holds=not leaked,
        at="body",
        expected="nothing of another partner's",
        actual=f"it holds {leaked[:1]}",
        rule=RULE,
    )
    world.unchanged(call, before, answer, name=KEPT_APART, rule=RULE)


def makes_below(contract, operation):
    return any(batch.creator is operation and batch.entity_type.parent for batch in contract.batches)


@pytest.mark.operations(select=makes_below)
def test_batch_reaches_no_other_partner(operation, world, other):
    """What a batch makes belongs to the entities of the partner alone: for those of another it is refused."""
    batch = next(each for each in world.contract.batches if each.creator is operation)
    home = world.make(batch.entity_type.parent)
    item = world.samples.fullest(schema_of(operation)).value[batch.member][0] | {home.entity_type.member: home.id}
    listed = world.path_of(batch.entity_type.lister, home.values)
    before = world.see_listed(listed)

    answer = other.api.post(operation.path, json={batch.member: [item]}, expect=PROBE)

    world.rules.require_status(KEPT_APART, answer, {400, 404}, "as for what is not there", RULE)
    after = world.see_listed(listed)
    world.rules.require(
        KEPT_APART,
        answer,
        holds=after == before,
        at=f"{batch.entity_type.lister} of the other partner afterwards",
        expected=f"the {len(before)} items from before",
        actual=f"{len(after)} items",
    )


@pytest.mark.entity_types(select=lambda entity_type: entity_type.parent is None and entity_type.lister)
def test_lists_show_own_entities_only(entity_type, world, other):
    """What one partner made is in no list of the other's, either way."""
    for mine, theirs in ((world, other), (other, world)):
        entity = mine.make(entity_type)
        listed = theirs.listed(entity.collection)
        found = theirs.items(listed, entity_type, entity.id)
        world.rules.require(
            KEPT_APART,
            listed,
            holds=not found or (not entity_type.is_named_by_client and both_have(mine, theirs, entity_type, entity.id)),
            at="the list",
            expected=f"no {entity_type} of another partner",
            actual=f"the {entity_type.member} {entity.id}",
            rule=RULE,
        )


@pytest.mark.entity_types(select=lambda entity_type: entity_type.parent is None and entity_type.deleter)
def test_same_id_is_another_entity(entity_type, world, other):
    """A partner may use an id that another one uses; what either does with it does not concern the other."""
    entity = world.make(entity_type, full=True)
    children = [
        world.make(child, entity, full=True) for child in world.contract.entity_types if child.parent is entity_type
    ]
    seen = {made.path: world.see(made.path) for made in [entity, *children]}

    made = other.api.post(
        world.path(entity_type.creator),
        json=world.body(entity_type.creator).value | {entity_type.member: entity.id},
        expect=PROBE,
    )
    if made.is_success:
        own = json_of(made).get(entity_type.member)
        for child in children:
            listed = other.listed(other.path(child.entity_type.lister, own=own), expect=PROBE)
            found = other.items(listed, child.entity_type, child.id) if listed.is_success else []
            world.rules.require(
                KEPT_APART,
                listed,
                holds=not found,
                at="the list",
                expected=f"no {child.entity_type} of another partner",
                actual=f"the {child.entity_type.member} {child.id}",
                rule=RULE,
            )
        other.api.delete(other.path(entity_type.reader, own=own), expect=PROBE)

    for path, before in seen.items():
        world.same(KEPT_APART, made, path, before)
