"""A partner never reads, changes, or learns of what another partner has."""

import pytest

from ecsuite.contract import parameters
from ecsuite.rules import KEPT_APART, NoSuch, json_of
from ecsuite.world import LOOKING, but, schema_of

pytestmark = pytest.mark.guide
RULE = ("components", "securitySchemes", "partner")


def numbered_by_server(world, operation):
    """The kinds whose ids the server chooses, among those that the path names by themselves."""
    return [
        kind
        for kind in world.contract.kinds
        if kind.lister
        and not kind.is_named_by_client
        and len(parameters(kind.reader)) == 1
        and parameters(kind.reader)[0] in parameters(operation)
    ]


def both_have(world, other, kind, own):
    """Whether both partners list a thing of that id, each another one.

    They are compared without what a server keeps by itself, so that the same thing is not taken for two.
    """
    lists = [each.see_listed(each.path(kind.lister)) for each in (world, other)]
    if any(isinstance(listed, NoSuch) for listed in lists):
        return False
    mine, theirs = ([item for item in listed if item.get(kind.member) == own] for listed in lists)
    return bool(theirs) and all(item not in mine for item in theirs)


@pytest.mark.operations(select=lambda _, operation: operation.security and parameters(operation))
def test_things_of_another_partner_are_not_there(operation, world, other):
    """To another partner a thing is what an unknown one is, and it stays as it was."""
    call = world.call(operation, full=True)
    if call is None:
        pytest.skip(f"there is nothing to call {operation} on")
    if not any(
        parameters(kind.reader) == parameters(operation)[: len(parameters(kind.reader))]
        for kind in world.contract.kinds
    ):
        shared = other.call(operation)
        if shared is not None and shared.values == call.values:
            pytest.skip("both partners have it")
    if any(both_have(world, other, kind, call.values[kind.parameter]) for kind in numbered_by_server(world, operation)):
        # A thing of the other partner's own is there under that id, and is rightly shown, changed or deleted.
        pytest.skip("both partners have one of that id, for the server numbers each partner's own")
    before = world.look(call)
    last = parameters(operation)[-1]

    answer = other.send(call, expect=LOOKING)
    unknown = other.send(but(call, **{last: world.ids.new()}), expect=LOOKING)

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
    return any(batch.creator is operation and batch.kind.parent for batch in contract.batches)


@pytest.mark.operations(select=makes_below)
def test_batch_reaches_no_other_partner(operation, world, other):
    """What a batch makes belongs to the things of the partner alone: for those of another it is refused."""
    batch = next(each for each in world.contract.batches if each.creator is operation)
    home = world.make(batch.kind.parent)
    item = world.samples.fullest(schema_of(operation)).value[batch.member][0] | {home.kind.member: home.id}
    listed = world.path_of(batch.kind.lister, home.values)
    before = world.see_listed(listed)

    answer = other.api.post(operation.path, json={batch.member: [item]}, expect=LOOKING)

    world.rules.require_status(KEPT_APART, answer, {400, 404}, "as for what is not there", RULE)
    after = world.see_listed(listed)
    world.rules.require(
        KEPT_APART,
        answer,
        holds=after == before,
        at=f"{batch.kind.lister} of the other partner afterwards",
        expected=f"the {len(before)} items from before",
        actual=f"{len(after)} items",
    )


@pytest.mark.kinds(select=lambda kind: kind.parent is None and kind.lister)
def test_lists_show_own_things_only(kind, world, other):
    """What one partner made is in no list of the other's, either way."""
    for mine, theirs in ((world, other), (other, world)):
        thing = mine.make(kind)
        listed = theirs.listed(thing.collection)
        found = theirs.items(listed, kind, thing.id)
        world.rules.require(
            KEPT_APART,
            listed,
            holds=not found or (not kind.is_named_by_client and both_have(mine, theirs, kind, thing.id)),
            at="the list",
            expected=f"no {kind} of another partner",
            actual=f"the {kind.member} {thing.id}",
            rule=RULE,
        )


@pytest.mark.kinds(select=lambda kind: kind.parent is None and kind.deleter)
def test_same_id_is_another_thing(kind, world, other):
    """A partner may use an id that another one uses; what either does with it does not concern the other."""
    thing = world.make(kind, full=True)
    children = [world.make(child, thing, full=True) for child in world.contract.kinds if child.parent is kind]
    seen = {made.path: world.see(made.path) for made in [thing, *children]}

    made = other.api.post(
        world.path(kind.creator), json=world.body(kind.creator).value | {kind.member: thing.id}, expect=LOOKING
    )
    if made.is_success:
        own = json_of(made).get(kind.member)
        for child in children:
            listed = other.listed(other.path(child.kind.lister, own=own), expect=LOOKING)
            found = other.items(listed, child.kind, child.id) if listed.is_success else []
            world.rules.require(
                KEPT_APART,
                listed,
                holds=not found,
                at="the list",
                expected=f"no {child.kind} of another partner",
                actual=f"the {child.kind.member} {child.id}",
                rule=RULE,
            )
        other.api.delete(other.path(kind.reader, own=own), expect=LOOKING)

    for path, before in seen.items():
        world.same(KEPT_APART, made, path, before)
