"""Made things are there, once; deleted ones are gone; and nothing else changes."""

from dataclasses import replace

import pytest

from ecsuite.contract import parameters
from ecsuite.exchange import ABSENT, Intent
from ecsuite.rules import GONE, LISTED_ONCE, PARENTS, REFUSED_CHANGES_NOTHING, TOLD, UNTOUCHED, NoSuch, shown
from ecsuite.world import LOOKING

pytestmark = pytest.mark.spec


def must_be_listed_once(world, thing):
    """Sees that each list of its kind shows a thing once, and as it is."""
    for lister in thing.kind.listers:
        listed = world.listed(world.path_of(lister, thing.values))
        for at in world.must_list_once(listed, thing.kind, thing.id):
            world.rules.compare(thing.shown, listed, whole=False, at=at)
            world.rules.compare(world.told(thing), listed, whole=False, at=at, name=TOLD)


def twins(world, thing):
    """The paths of things with the same id: of the same kind below another parent, of other kinds beside it."""
    kind, home = thing.kind, world.home(thing.kind.parent) if thing.kind.parent else None
    if home is None or not kind.is_named_by_client or not kind.is_below_parent:
        return []
    beside = [other for other in world.contract.kinds if other.parent is kind.parent and other.is_below_parent]
    others = [other for other in beside if other.is_named_by_client]
    found = []
    for other in others:
        parent = world.make(kind.parent) if other is kind else home
        body = world.body(other.creator).value | {other.member: thing.id}
        # Whether an id may be used again elsewhere is not told.
        if world.api.post(world.path(other.creator, parent), json=body, expect=LOOKING).is_success:
            found.append(world.path(other.reader, parent, thing.id))
    return found


@pytest.mark.kinds(select=lambda kind: kind.lister)
def test_created_is_listed_once(kind, world):
    """Each of several things is in the list once and can be read, whatever was made after it."""
    things = [world.make(kind, full=True) for _ in range(3)]

    for thing in things:
        must_be_listed_once(world, thing)
        world.rules.compare(world.told(thing), world.read(thing), whole=False, name=TOLD)


@pytest.mark.kinds(select=lambda kind: kind.lister)
def test_many_are_all_listed(kind, world, plenty):
    """A list shows everything that was made, however much that is."""
    parent = world.make(kind.parent) if kind.parent else None
    things = [world.make(kind, parent) for _ in range(plenty)]

    listed = world.listed(things[0].collection)

    missing = [thing.id for thing in things if len(world.items(listed, kind, thing.id)) != 1]
    world.rules.require(
        LISTED_ONCE,
        listed,
        holds=not missing,
        at="the list",
        expected=f"each of {plenty} {kind}s once",
        actual=f"{plenty - len(missing)} of them once",
    )


@pytest.mark.kinds(select=lambda kind: kind.deleter)
def test_deleted_is_gone(kind, world):
    """What is deleted cannot be read, nor listed, nor deleted again; what is beside it stays as it was."""
    older, thing, sibling = (world.make(kind, full=True) for _ in range(3))
    # None of the homes is below the thing, whatever its kind.
    homes = [home.path for home in world.homes()]
    paths = [
        older.path,
        sibling.path,
        *homes,
        *(child.path for child in world.children(sibling)),
        *twins(world, thing),
    ]
    beside = {path: world.see(path) for path in paths}

    deleted = world.api.delete(thing.path)

    seen = world.see(thing.path)
    absent = kind.reader.unknown(kind.parameter)
    world.rules.require(
        GONE,
        deleted,
        holds=isinstance(seen, NoSuch) and seen.status in absent,
        at=f"{kind.reader} afterwards",
        expected=" or ".join(map(str, sorted(absent, reverse=True))),
        actual=shown(seen),
    )
    for lister in kind.listers:
        listed = world.listed(world.path_of(lister, thing.values), expect=LOOKING)
        left = world.items(listed, kind, thing.id) if listed.is_success else []
        world.rules.require(
            GONE,
            deleted,
            holds=not left,
            at=f"{lister} afterwards",
            expected="not in the list",
            actual=f"listed {len(left)} times",
        )
    again = Intent(f"a refusal of a deleted {kind}", kind.deleter.unknown(kind.parameter))
    world.api.delete(thing.path, expect=again, strict=False)
    for path, before in beside.items():
        world.same(UNTOUCHED, deleted, path, before)


@pytest.mark.kinds(select=lambda kind: kind.replacer)
def test_replaced_is_changed_alone(kind, world):
    """PUT changes the thing that it names, keeps its id, and leaves the others as they are; twice is as good as once."""
    thing, sibling = world.make(kind), world.make(kind)
    before = {other.path: world.see(other.path) for other in (sibling, *world.children(thing))}
    body = world.body(kind.replacer, thing.values, full=True)

    for _ in range(2):
        replaced = world.api.put(thing.path, json=body.value)

    changed = replace(thing, sent=world.visible(kind, body.value, thing.id) | {kind.member: thing.id})
    world.read(changed)
    must_be_listed_once(world, changed)
    for path, was in before.items():
        world.same(UNTOUCHED, replaced, path, was)


@pytest.mark.kinds(select=lambda kind: kind.replacer)
def test_replacing_what_is_not_there_makes_nothing(kind, world):
    """PUT at an unknown id is refused, and nothing is there afterwards."""
    unknown = world.ids.new()
    path = world.path(kind.reader, world.home(kind.parent) if kind.parent else None, unknown)
    body = world.body(kind.replacer, {kind.parameter: unknown})

    replaced = world.api.put(path, json=body.value, expect=ABSENT, strict=False)

    seen = world.see(path)
    world.rules.require(
        REFUSED_CHANGES_NOTHING,
        replaced,
        holds=seen == NoSuch(404),
        at=f"{kind.reader} afterwards",
        expected="404",
        actual=shown(seen),
    )


@pytest.mark.kinds(select=lambda kind: kind.is_below_parent and kind.deleter)
def test_things_stay_with_their_parent(kind, world):
    """Below another parent a thing cannot be read, listed, changed, or deleted."""
    thing, elsewhere = world.make(kind, full=True), world.make(kind.parent)
    path = world.path(kind.reader, elsewhere, thing.id)
    before = world.see(thing.path)

    why = f"for the {kind} of another {kind.parent}"
    world.rules.require_status(PARENTS, world.api.get(path, expect=LOOKING), {404}, why)
    listed = world.listed(world.path(kind.lister, elsewhere))
    found = world.items(listed, kind, thing.id)
    world.rules.require(
        PARENTS, listed, holds=not found, at="the list", expected=f"nothing {why}", actual=f"{thing.id} in the list"
    )
    values = dict(thing.values) | dict(elsewhere.values)
    for changer in filter(None, (kind.replacer, kind.changer)):
        body = world.body(changer, values, full=True).value
        changed = world.api.request(changer.method, path, json=body, expect=LOOKING)
        world.rules.require_status(PARENTS, changed, {404}, why)
        world.same(PARENTS, changed, thing.path, before)
    deleted = world.api.delete(path, expect=LOOKING)
    world.rules.require_status(PARENTS, deleted, {404}, why)
    world.same(PARENTS, deleted, thing.path, before)


def ancestors(kind):
    """The kinds that a thing belongs to, the nearest first."""
    while kind.parent:
        kind = kind.parent
        yield kind


@pytest.mark.kinds(select=lambda kind: kind.parent and not kind.is_below_parent and kind.lister)
def test_lists_of_another_parent_do_not_show_it(kind, world):
    """What belongs to one is in no list of another."""
    thing = world.make(kind, full=True)

    for lister in kind.listers:
        owner = next(each for each in ancestors(kind) if parameters(each.reader) == parameters(lister))
        elsewhere = world.make(owner)
        listed = world.listed(world.path_of(lister, elsewhere.values))
        found = world.items(listed, kind, thing.id)
        world.rules.require(
            PARENTS,
            listed,
            holds=not found,
            at="the list",
            expected=f"nothing for the {kind} of another {owner}",
            actual=f"{thing.id} in the list",
        )
