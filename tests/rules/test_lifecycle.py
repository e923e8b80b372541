"""Created entities exist once, deleted ones are gone, and nothing else changes."""

import pytest

from ecsuite.client import fill
from ecsuite.contract import EntityType, Operation, link_to_unmade
from ecsuite.errors import NothingThere
from ecsuite.findings.breach import listed
from ecsuite.messages.exchange import ABSENT, Expectation
from ecsuite.promises import LISTED_ONCE, OTHERS_UNTOUCHED, PARENTS, REFUSED_CHANGES_NOTHING
from ecsuite.rules.absence import is_not_there
from ecsuite.rules.entity import path_below
from ecsuite.rules.reading import there
from ecsuite.rules.snapshots import PROBE
from ecsuite.rules.world import World

pytestmark = pytest.mark.spec
AT_ONCE = 8


@pytest.mark.entity_types(select=lambda entity_type: entity_type.lister)
def test_created_is_listed_once(entity_type: EntityType, world: World) -> None:
    """Each of several entities is in the list once and can be read, whatever was created after it."""
    entities = world.entities.create_many(entity_type, 3, full=True)

    for entity in entities:
        world.verify.listed(entity)
        world.verify.readable_as_created(entity)


@pytest.mark.operations(select=lambda contract, operation: link_to_unmade(operation, contract.entity_types))
def test_what_the_api_makes_is_listed_once(operation: Operation, world: World) -> None:
    """What no call creates, such as an event of the first edition, is in its list once."""
    link = there(link_to_unmade(operation, world.contract.entity_types))
    member = next(iter(link.parameters.values())).member

    listing = world.lists.read(operation.path)

    if not listing.items:
        raise NothingThere(f"{operation} lists nothing")
    for own, times in listing.count(member).items():
        world.verify.once(LISTED_ONCE, listing.first, own, times, listed(member))


@pytest.mark.entity_types(select=lambda entity_type: entity_type.lister)
def test_many_are_all_listed(entity_type: EntityType, world: World, plenty: int) -> None:
    """A list shows all created entities, however many there are."""
    parent = world.entities.create(entity_type.parent) if entity_type.parent else None
    entities = world.entities.create_many(entity_type, plenty, parent)

    listing = world.lists.read(entities[0].collection)

    world.verify.each_listed_once(listing, entity_type.member, [entity.id for entity in entities])


@pytest.mark.entity_types(select=lambda entity_type: entity_type.lister and entity_type.creator.request)
def test_what_is_created_at_once_is_all_there(entity_type: EntityType, world: World) -> None:
    """Entities that are created at the same time all exist: none overwrites another, and no list omits any."""
    world.verify.all_there(world.entities.create_at_once(entity_type, AT_ONCE))


@pytest.mark.entity_types(select=lambda entity_type: entity_type.deleter)
def test_deleted_is_gone(entity_type: EntityType, world: World) -> None:
    """A deleted entity cannot be read, listed, or deleted again; its siblings stay unchanged."""
    older, doomed, sibling = world.entities.create_many(entity_type, 3, full=True)
    beside = [older, sibling, *world.entities.defaults(), *world.entities.children_of(sibling)]
    elsewhere = world.entities.same_id_elsewhere(doomed)
    if elsewhere and not world.api.get(doomed.path, expect=PROBE).is_success:
        # An entity with the same id elsewhere may have replaced it.
        doomed = world.entities.create(entity_type, full=True)
    paths = [*(entity.path for entity in beside), *elsewhere]
    before = world.snapshots.at(paths)
    # A server that caches responses must invalidate this one.
    world.verify.readable(doomed)
    world.verify.listed(doomed)

    deleted = world.api.delete(doomed.path)

    if world.verify.gone(doomed, deleted):
        # An entity that still exists is reported only once.
        refusal = Expectation("deleted-before", there(entity_type.deleter).unknown(entity_type.parameter))
        world.api.delete(doomed.path, expect=refusal, strict=False)
    world.changes.unchanged(OTHERS_UNTOUCHED, before, deleted)


@pytest.mark.entity_types(select=lambda entity_type: entity_type.parent and entity_type.parent.deleter)
def test_parent_is_deleted_with_its_child(entity_type: EntityType, world: World) -> None:
    """Deleting a parent that has a child deletes both, or is refused and changes nothing."""
    parent = world.entities.create(there(entity_type.parent))
    child = world.entities.create(entity_type, parent)
    before = world.snapshots.of([parent, child])

    deleted = world.api.delete(parent.path, expect=PROBE)

    if not deleted.is_success:
        world.changes.unchanged(REFUSED_CHANGES_NOTHING, before, deleted)
    elif world.verify.gone(parent, deleted) and entity_type.is_below_parent:
        # Whether a child with a path of its own outlives its parent is not published.
        world.verify.gone(child, deleted)


@pytest.mark.entity_types(select=lambda entity_type: entity_type.replacer)
def test_replaced_is_changed_alone(entity_type: EntityType, world: World) -> None:
    """PUT changes only the entity that it names, and keeps its id; a repeated PUT has the same result."""
    entity, sibling = world.entities.create_many(entity_type, 2)
    before = world.snapshots.of([sibling, *world.entities.children_of(entity)])
    body = world.drafts.body(there(entity_type.replacer), entity.ids, full=True)
    # A server that caches responses must invalidate this one.
    world.verify.readable(entity)
    world.verify.listed(entity)

    for _ in range(2):
        replaced = world.api.put(entity.path, json=body.value)

    changed = world.entities.replaced(entity, body.value)
    world.verify.readable(changed)
    world.verify.listed(changed)
    world.changes.unchanged(OTHERS_UNTOUCHED, before, replaced)


@pytest.mark.entity_types(select=lambda entity_type: entity_type.replacer)
def test_replacing_what_is_not_there_makes_nothing(entity_type: EntityType, world: World) -> None:
    """PUT with an unknown id is refused, and creates nothing."""
    unknown = world.values.ids.new()
    path = path_below(entity_type.reader, world.entities.default_parent(entity_type), unknown)
    body = world.drafts.body(there(entity_type.replacer), {entity_type.parameter: unknown})

    refused = world.api.put(path, json=body.value, expect=ABSENT, strict=False)

    world.verify.nothing_at(REFUSED_CHANGES_NOTHING, entity_type, path, refused)


@pytest.mark.entity_types(select=lambda entity_type: entity_type.is_below_parent and entity_type.deleter)
def test_entities_stay_with_their_parent(entity_type: EntityType, world: World) -> None:
    """An entity cannot be read, listed, changed, or deleted below another parent."""
    entity, elsewhere = world.entities.create(entity_type, full=True), world.entities.create(there(entity_type.parent))
    ids, path = {**entity.ids, **elsewhere.ids}, path_below(entity_type.reader, elsewhere, entity.id)
    note = f"for the {entity_type} of another {entity_type.parent}"
    before = world.snapshots.of([entity])

    read = world.api.get(path, expect=PROBE)
    listing = world.lists.read(fill(there(entity_type.lister), ids))
    changes = [
        world.api.request(changer.method, path, json=world.drafts.body(changer, ids, full=True).value, expect=PROBE)
        for changer in (entity_type.replacer, entity_type.changer)
        if changer
    ]
    is_not_there(world.verify, PARENTS, read, {404}, note=note)
    world.verify.not_listed(PARENTS, listing, entity, note=note)
    for changed in changes:
        is_not_there(world.verify, PARENTS, changed, {404}, note=note)
        world.changes.unchanged(PARENTS, before, changed)

    deleted = world.api.delete(path, expect=PROBE)

    gone = there(entity_type.deleter).unknown(entity_type.parameter)
    is_not_there(world.verify, PARENTS, deleted, gone, note=note)
    world.changes.unchanged(PARENTS, before, deleted)
    for call in world.calls.below(entity, elsewhere):
        reached = world.calls.send(call, expect=PROBE)
        is_not_there(world.verify, PARENTS, reached, call.operation.unknown(entity_type.parameter), note=note)


@pytest.mark.entity_types(
    select=lambda entity_type: entity_type.parent and not entity_type.is_below_parent and entity_type.lister
)
def test_lists_of_another_parent_do_not_show_it(entity_type: EntityType, world: World) -> None:
    """A child of one parent is in no list of another parent, not even of one with the same id."""
    entity = world.entities.create(entity_type, full=True)

    for lister in entity_type.listers:
        owner = entity_type.owner_of(lister)
        others = [world.entities.create(owner), *world.entities.namesakes(world.entities.default(owner))]
        for elsewhere in others:
            listing = world.lists.read(fill(lister, elsewhere.ids))

            world.verify.not_listed(PARENTS, listing, entity, note=f"for the {entity_type} of another {owner}")
