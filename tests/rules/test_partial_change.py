"""PATCH changes only the members that it names; PUT replaces the entity; an id that exists already is a conflict."""

import pytest

from ecsuite.contract import EntityType
from ecsuite.messages.exchange import Expectation
from ecsuite.promises import OTHERS_UNTOUCHED, PATCH_CHANGES_ONLY_GIVEN, PUT_REPLACES
from ecsuite.rules.entity import path_below
from ecsuite.rules.inputs import every_change
from ecsuite.rules.reading import there
from ecsuite.rules.world import World
from ecsuite.samples import MAY_BE_REJECTED

pytestmark = pytest.mark.guide


@pytest.mark.entity_types(select=lambda entity_type: entity_type.changer)
def test_change_keeps_what_it_does_not_name(entity_type: EntityType, world: World) -> None:
    """A PATCH of each member changes it to what was sent, and leaves every other member as it was."""
    entity, sibling = world.entities.create_many(entity_type, 2, full=True)
    beside = world.snapshots.of([sibling, *world.entities.children_of(entity)])
    body = world.drafts.body(there(entity_type.changer), entity.ids, full=True).value

    for name, value in every_change(body):
        before = world.snapshots.members_of(entity)

        changed = world.api.patch(entity.path, json={name: value})

        representation = world.representation.of(there(entity_type.changer), {name: value})
        world.verify.shows_if_any(representation, changed)
        world.verify.reads(entity.path, representation)
        world.changes.changed_only(PATCH_CHANGES_ONLY_GIVEN, entity, before, name, changed)
    world.changes.unchanged(OTHERS_UNTOUCHED, beside, changed)


@pytest.mark.entity_types(select=lambda entity_type: entity_type.changer)
def test_null_in_a_change_changes_nothing(entity_type: EntityType, world: World) -> None:
    """Null in a PATCH means "not given", as the published client sends it, and so removes no value."""
    entity, changer = world.entities.create(entity_type, full=True), there(entity_type.changer)
    body = world.drafts.body(changer, entity.ids, full=True).value
    members, fits = world.contract.schemas.shape(changer.body_schema).members, world.contract.schemas.fits
    nulls = {name: None for name in body if fits(members[name], None)}

    for name in (min(body), max(body)):
        before = world.snapshots.members_of(entity)

        changed = world.api.patch(entity.path, json={**nulls, name: body[name]}, strict=False)

        if changed.is_success:
            world.verify.reads(entity.path, world.representation.of(changer, {name: body[name]}))
            world.changes.changed_only(PATCH_CHANGES_ONLY_GIVEN, entity, before, name, changed)


@pytest.mark.entity_types(select=lambda entity_type: entity_type.changer)
def test_change_to_an_empty_list_is_one(entity_type: EntityType, world: World) -> None:
    """A PATCH with an empty list empties the list, if it is accepted."""
    entity = world.entities.create(entity_type, full=True)
    body = world.drafts.body(there(entity_type.changer), entity.ids, full=True).value
    for name in (name for name, value in body.items() if isinstance(value, list)):
        changed = world.api.patch(entity.path, json={name: []}, expect=MAY_BE_REJECTED)

        if world.verify.accepted(changed):
            world.verify.reads(entity.path, {name: []})


@pytest.mark.entity_types(select=lambda entity_type: entity_type.changer)
def test_change_of_several_members_is_whole(entity_type: EntityType, world: World) -> None:
    """A PATCH of all members changes all of them."""
    entity = world.entities.create(entity_type)
    for body in world.calls.some(world.calls.legal(there(entity_type.changer), entity.ids)):
        changed = world.api.patch(entity.path, json=body.value, expect=body.expectation)

        if world.verify.accepted(changed, body.may_be_rejected):
            world.verify.reads(entity.path, world.representation.of(there(entity_type.changer), body.value))


@pytest.mark.entity_types(select=lambda entity_type: entity_type.replacer)
def test_replacement_keeps_nothing(entity_type: EntityType, world: World) -> None:
    """A member omitted from a PUT must not keep its old value; this includes deprecated members."""
    for turn, _ in enumerate(world.drafts.each_smallest(there(entity_type.replacer))):
        for entity in (world.entities.create(entity_type, full=True), *world.entities.with_deprecated(entity_type)):
            before = world.snapshots.members_of(entity)
            body = world.drafts.each_smallest(there(entity_type.replacer), entity.ids)[turn].value

            replaced = world.api.put(entity.path, json=body)

            world.verify.reads(entity.path, world.representation.of_entity(entity_type, body, entity.ids))
            if not world.changes.replaced_whole(PUT_REPLACES, entity, before, body, replaced):
                # A deprecated member shows no more than its successor.
                return


@pytest.mark.entity_types(
    select=lambda entity_type: entity_type.is_named_by_client and "409" in entity_type.creator.responses
)
def test_taken_id_is_a_conflict(entity_type: EntityType, world: World) -> None:
    """Creating an entity with an existing id gets 409, with the same body or another, and changes nothing."""
    parent = world.entities.default_parent(entity_type)
    entity = world.entities.create(entity_type, parent, full=True)
    before = world.snapshots.of([entity, *world.entities.children_of(entity)])
    conflict = Expectation("taken-id", frozenset({409}))
    other, same = (
        world.drafts.body(entity_type.creator, full=full).value | {entity_type.member: entity.id}
        for full in (False, True)
    )

    for body in (other, same, same):
        path = path_below(entity_type.creator, parent)
        refused = world.api.post(path, json=body, expect=conflict, strict=False)

        world.changes.unchanged(OTHERS_UNTOUCHED, before, refused)
