"""PATCH changes what it names and nothing else; PUT replaces the whole; an id that is taken is a conflict."""

import itertools
import json

import pytest

from ecsuite.exchange import Intent
from ecsuite.rules import REPLACED_WHOLE, UNTOUCHED, shown
from ecsuite.world import ODD_MAY_BE_REFUSED, schema_of

pytestmark = pytest.mark.guide


def every_change(body):
    """Each member of a body with its value; after what can be switched was switched off, and again when it is on."""
    switches = [name for name, value in body.items() if isinstance(value, bool)]
    for on in (False, True) if switches else (True,):
        yield from ((name, on) for name in switches)
        yield from ((name, value) for name, value in body.items() if name not in switches)


@pytest.mark.kinds(select=lambda kind: kind.changer)
def test_change_keeps_what_it_does_not_name(kind, world):
    """For each member that can be changed: it is as it was sent, and every other one is as it was before."""
    thing, sibling = world.make(kind, full=True), world.make(kind, full=True)
    beside = {other.path: world.see(other.path) for other in (sibling, *world.children(thing))}
    body = world.body(kind.changer, thing.values, full=True).value

    for name, value in every_change(body):
        before = world.own(thing)
        changed = world.api.patch(thing.path, json={name: value})
        sent = world.shown_by(kind.changer, {name: value})
        if changed.content:
            world.rules.compare(sent, changed, whole=False)
        world.rules.compare(sent, world.api.get(thing.path), whole=False)
        world.must_change_alone(thing, changed, before, name)
    for path, was in beside.items():
        world.same(UNTOUCHED, changed, path, was)


@pytest.mark.kinds(select=lambda kind: kind.changer)
def test_change_to_an_empty_list_is_one(kind, world):
    """A list that is changed to an empty one is empty, where that is taken."""
    thing = world.make(kind, full=True)
    body = world.body(kind.changer, thing.values, full=True).value
    for name in (name for name, value in body.items() if isinstance(value, list)):
        changed = world.api.patch(thing.path, json={name: []}, expect=ODD_MAY_BE_REFUSED)
        if changed.is_success:
            world.rules.compare({name: []}, world.api.get(thing.path), whole=False)


@pytest.mark.kinds(select=lambda kind: kind.changer)
def test_change_of_several_members_is_whole(kind, world):
    """A change that names all members makes all of them."""
    thing = world.make(kind)
    for body in world.samples.legal(schema_of(kind.changer), thing.values):
        changed = world.api.patch(thing.path, json=body.value, expect=world.expectation(body))
        if changed.is_success:
            world.rules.compare(world.shown_by(kind.changer, body.value), world.api.get(thing.path), whole=False)


def with_former(kind, world):
    """A legal body with a member that is out of use, where there is one."""
    schema = schema_of(kind.creator)
    former = {old for name in world.contract.schemas.shape(schema).members for old in world.former(kind, name)}
    bodies = (body for body in world.samples.legal(schema) if not former.isdisjoint(body.value) and not body.odd)
    return list(itertools.islice(bodies, 1))


@pytest.mark.kinds(select=lambda kind: kind.replacer)
def test_replacement_keeps_nothing(kind, world):
    """What a PUT leaves out is not what it was before, nor is what is out of use."""
    things = [world.make(kind, full=True), *(world.make(kind, body=body) for body in with_former(kind, world))]
    for thing in things:
        sent = json.loads(thing.made.request.content)
        before = world.own(thing)
        body = world.body(kind.replacer, thing.values).value

        replaced = world.api.put(thing.path, json=body)

        after = world.own(thing)
        world.rules.compare(world.visible(kind, body, thing.id), world.api.get(thing.path), whole=False)
        gone = [name for name in sent if name not in body and not isinstance(before.get(name), bool | None)]
        for name in gone:
            world.rules.require(
                REPLACED_WHOLE,
                replaced,
                holds=after.get(name) != before[name],
                at=f"{kind.reader} /{name} afterwards",
                expected=f"no more {shown(before[name])}, for the request leaves it out",
                actual=shown(after.get(name)),
            )


@pytest.mark.kinds(select=lambda kind: kind.is_named_by_client and "409" in kind.creator.responses)
def test_taken_id_is_a_conflict(kind, world):
    """An id that is there already gets 409, with the same body or another, and what is there stays as it was."""
    parent = world.home(kind.parent) if kind.parent else None
    thing = world.make(kind, parent, full=True)
    before = world.own(thing)
    conflict = Intent("a conflict with what is there", frozenset({409}))
    same = world.body(kind.creator, full=True).value | {kind.member: thing.id}

    for body in (world.body(kind.creator).value | {kind.member: thing.id}, same, same):
        refused = world.api.post(world.path(kind.creator, parent), json=body, expect=conflict, strict=False)
        world.same(UNTOUCHED, refused, thing.path, before)
