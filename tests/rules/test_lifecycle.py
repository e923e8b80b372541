"""Made entities are there, once; deleted ones are gone; and nothing else changes."""

from dataclasses import replace

import pytest

from ecsuite.contract import parameters
from ecsuite.messages.exchange import ABSENT, Expectation
from ecsuite.rules import (
    CREATION_RESPONSE,
    GONE,
    LISTED_ONCE,
    PARENTS,
    UNTOUCHED,
    NoSuch,
    REFUSED_CHANGES_NOthing,
    shown,
)
from ecsuite.world import PROBE

pytestmark = pytest.mark.spec


def must_be_listed_once(world, entity):
    """Sees that each list of its entity_type shows an entity once, and as it is."""
    for lister in entity.entity_type.listers:
        listed = world.listed(world.path_of(lister, entity.values))
        for at in world.must_list_once(listed, entity.entity_type, entity.id):
            world.rules.compare(entity.shown, listed, whole=False, at=at)
            world.rules.compare(world.told(entity), listed, whole=False, at=at, name=CREATION_RESPONSE)


def twins(world, entity):
    """The paths of entities with the same id: of the same entity_type below another parent, of other entity_types beside it."""
    entity_type, home = (
        entity.entity_type,
        world.default(entity.entity_type.parent) if entity.entity_type.parent else None,
    )
    if home is None or not entity_type.is_named_by_client or not entity_type.is_below_parent:
        return []
    beside = [
        other for other in world.contract.entity_types if other.parent is entity_type.parent and other.is_below_parent
    ]
    others = [other for other in beside if other.is_named_by_client]
    found = []
    for other in others:
        parent = world.make(entity_type.parent) if other is entity_type else home
        body = world.body(other.creator).value | {other.member: entity.id}
        # Whether an id may be used again elsewhere is not told.
        if world.api.post(world.path(other.creator, parent), json=body, expect=PROBE).is_success:
            found.append(world.path(other.reader, parent, entity.id))
    return found


@pytest.mark.entity_types(select=lambda entity_type: entity_type.lister)
def test_created_is_listed_once(entity_type, world):
    """Each of several things is in the list once and can be read, whatever was made after it."""
    entities = [world.make(entity_type, full=True) for _ in range(3)]

    for entity in entities:
        must_be_listed_once(world, entity)
        world.rules.compare(world.told(entity), world.read(entity), whole=False, name=CREATION_RESPONSE)


@pytest.mark.entity_types(select=lambda entity_type: entity_type.lister)
def test_many_are_all_listed(entity_type, world, plenty):
    """A list shows everything that was made, however much that is."""
    parent = world.make(entity_type.parent) if entity_type.parent else None
    entities = [world.make(entity_type, parent) for _ in range(plenty)]

    listed = world.listed(entities[0].collection)

    missing = [entity.id for entity in entities if len(world.items(listed, entity_type, entity.id)) != 1]
    world.rules.require(
        LISTED_ONCE,
        listed,
        holds=not missing,
        at="the list",
        expected=f"each of {plenty} {entity_type}s once",
        actual=f"{plenty - len(missing)} of them once",
    )


@pytest.mark.entity_types(select=lambda entity_type: entity_type.deleter)
def test_deleted_is_gone(entity_type, world):
    """What is deleted cannot be read, nor listed, nor deleted again; what is beside it stays as it was."""
    older, entity, sibling = (world.make(entity_type, full=True) for _ in range(3))
    # None of the homes is below the entity, whatever its entity_type.
    homes = [home.path for home in world.defaults()]
    paths = [
        older.path,
        sibling.path,
        *homes,
        *(child.path for child in world.children(sibling)),
        *twins(world, entity),
    ]
    beside = {path: world.see(path) for path in paths}

    deleted = world.api.delete(entity.path)

    seen = world.see(entity.path)
    absent = entity_type.reader.unknown(entity_type.parameter)
    world.rules.require(
        GONE,
        deleted,
        holds=isinstance(seen, NoSuch) and seen.status in absent,
        at=f"{entity_type.reader} afterwards",
        expected=" or ".join(map(str, sorted(absent, reverse=True))),
        actual=shown(seen),
    )
    for lister in entity_type.listers:
        listed = world.listed(world.path_of(lister, entity.values), expect=PROBE)
        left = world.items(listed, entity_type, entity.id) if listed.is_success else []
        world.rules.require(
            GONE,
            deleted,
            holds=not left,
            at=f"{lister} afterwards",
            expected="not in the list",
            actual=f"listed {len(left)} times",
        )
    again = Expectation(f"a refusal of a deleted {entity_type}", entity_type.deleter.unknown(entity_type.parameter))
    world.api.delete(entity.path, expect=again, strict=False)
    for path, before in beside.items():
        world.same(UNTOUCHED, deleted, path, before)


@pytest.mark.entity_types(select=lambda entity_type: entity_type.replacer)
def test_replaced_is_changed_alone(entity_type, world):
    """PUT changes the entity that it names, keeps its id, and leaves the others as they are; twice is as good as once."""
    entity, sibling = world.make(entity_type), world.make(entity_type)
    before = {other.path: world.see(other.path) for other in (sibling, *world.children(entity))}
    body = world.body(entity_type.replacer, entity.values, full=True)

    for _ in range(2):
        replaced = world.api.put(entity.path, json=body.value)

    representation = world.visible(entity_type, body.value, entity.id) | {entity_type.member: entity.id}
    changed = replace(entity, representation=representation)
    world.read(changed)
    must_be_listed_once(world, changed)
    for path, was in before.items():
        world.same(UNTOUCHED, replaced, path, was)


@pytest.mark.entity_types(select=lambda entity_type: entity_type.replacer)
def test_replacing_what_is_not_there_makes_nothing(entity_type, world):
    """PUT at an unknown id is refused, and nothing is there afterwards."""
    unknown = world.ids.new()
    path = world.path(entity_type.reader, world.default(entity_type.parent) if entity_type.parent else None, unknown)
    body = world.body(entity_type.replacer, {entity_type.parameter: unknown})

    replaced = world.api.put(path, json=body.value, expect=ABSENT, strict=False)

    seen = world.see(path)
    world.rules.require(
        REFUSED_CHANGES_NOthing,
        replaced,
        holds=seen == NoSuch(404),
        at=f"{entity_type.reader} afterwards",
        expected="404",
        actual=shown(seen),
    )


@pytest.mark.entity_types(select=lambda entity_type: entity_type.is_below_parent and entity_type.deleter)
def test_entities_stay_with_their_parent(entity_type, world):
    """Below another parent an entity cannot be read, listed, changed, or deleted."""
    entity, elsewhere = world.make(entity_type, full=True), world.make(entity_type.parent)
    path = world.path(entity_type.reader, elsewhere, entity.id)
    before = world.see(entity.path)

    why = f"for the {entity_type} of another {entity_type.parent}"
    world.rules.require_status(PARENTS, world.api.get(path, expect=PROBE), {404}, why)
    listed = world.listed(world.path(entity_type.lister, elsewhere))
    found = world.items(listed, entity_type, entity.id)
    world.rules.require(
        PARENTS, listed, holds=not found, at="the list", expected=f"nothing {why}", actual=f"{entity.id} in the list"
    )
    values = dict(entity.values) | dict(elsewhere.values)
    for changer in filter(None, (entity_type.replacer, entity_type.changer)):
        body = world.body(changer, values, full=True).value
        changed = world.api.request(changer.method, path, json=body, expect=PROBE)
        world.rules.require_status(PARENTS, changed, {404}, why)
        world.same(PARENTS, changed, entity.path, before)
    deleted = world.api.delete(path, expect=PROBE)
    world.rules.require_status(PARENTS, deleted, {404}, why)
    world.same(PARENTS, deleted, entity.path, before)


def ancestors(entity_type):
    """The entity_types that an entity belongs to, the nearest first."""
    while entity_type.parent:
        entity_type = entity_type.parent
        yield entity_type


@pytest.mark.entity_types(
    select=lambda entity_type: entity_type.parent and not entity_type.is_below_parent and entity_type.lister
)
def test_lists_of_another_parent_do_not_show_it(entity_type, world):
    """What belongs to one is in no list of another."""
    entity = world.make(entity_type, full=True)

    for lister in entity_type.listers:
        owner = next(each for each in ancestors(entity_type) if parameters(each.reader) == parameters(lister))
        elsewhere = world.make(owner)
        listed = world.listed(world.path_of(lister, elsewhere.values))
        found = world.items(listed, entity_type, entity.id)
        world.rules.require(
            PARENTS,
            listed,
            holds=not found,
            at="the list",
            expected=f"nothing for the {entity_type} of another {owner}",
            actual=f"{entity.id} in the list",
        )
