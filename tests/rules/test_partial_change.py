"""PATCH changes what it names and nothing else; PUT replaces the entity; an id that is taken is a conflict."""

import itertools
import json

import pytest

from ecsuite.messages.exchange import Expectation
from ecsuite.rules import REPLACED_WHOLE, UNTOUCHED, shown
from ecsuite.samples import MAY_BE_REJECTED
from ecsuite.world import schema_of

pytestmark = pytest.mark.guide


def every_change(body):
    """Each member of a body with its value; after what can be switched was switched off, and again when it is on."""
    switches = [name for name, value in body.items() if isinstance(value, bool)]
    for on in (False, True) if switches else (True,):
        yield from ((name, on) for name in switches)
        yield from ((name, value) for name, value in body.items() if name not in switches)


@pytest.mark.entity_types(select=lambda entity_type: entity_type.changer)
def test_change_keeps_what_it_does_not_name(entity_type, world):
    """For each member that can be changed: it is as it was sent, and every other one is as it was before."""
    entity, sibling = world.make(entity_type, full=True), world.make(entity_type, full=True)
    beside = {other.path: world.see(other.path) for other in (sibling, *world.children(entity))}
    body = world.body(entity_type.changer, entity.values, full=True).value

    for name, value in every_change(body):
        before = world.own(entity)
        changed = world.api.patch(entity.path, json={name: value})
        sent = world.shown_by(entity_type.changer, {name: value})
        if changed.content:
            world.rules.compare(sent, changed, whole=False)
        world.rules.compare(sent, world.api.get(entity.path), whole=False)
        world.must_change_alone(entity, changed, before, name)
    for path, was in beside.items():
        world.same(UNTOUCHED, changed, path, was)


@pytest.mark.entity_types(select=lambda entity_type: entity_type.changer)
def test_change_to_an_empty_list_is_one(entity_type, world):
    """A list that is changed to an empty one is empty, where that is taken."""
    entity = world.make(entity_type, full=True)
    body = world.body(entity_type.changer, entity.values, full=True).value
    for name in (name for name, value in body.items() if isinstance(value, list)):
        changed = world.api.patch(entity.path, json={name: []}, expect=MAY_BE_REJECTED)
        if changed.is_success:
            world.rules.compare({name: []}, world.api.get(entity.path), whole=False)


@pytest.mark.entity_types(select=lambda entity_type: entity_type.changer)
def test_change_of_several_members_is_whole(entity_type, world):
    """A change that names all members makes all of them."""
    entity = world.make(entity_type)
    for body in world.samples.legal(schema_of(entity_type.changer), entity.values):
        changed = world.api.patch(entity.path, json=body.value, expect=world.expectation(body))
        if changed.is_success:
            world.rules.compare(
                world.shown_by(entity_type.changer, body.value), world.api.get(entity.path), whole=False
            )


def with_deprecated(entity_type, world):
    """A legal body with a member that is deprecated, where there is one."""
    schema = schema_of(entity_type.creator)
    deprecated = {
        old for name in world.contract.schemas.shape(schema).members for old in world.deprecated(entity_type, name)
    }
    bodies = (
        body
        for body in world.samples.legal(schema)
        if not deprecated.isdisjoint(body.value) and not body.may_be_rejected
    )
    return list(itertools.islice(bodies, 1))


@pytest.mark.entity_types(select=lambda entity_type: entity_type.replacer)
def test_replacement_keeps_nothing(entity_type, world):
    """What a PUT leaves out is not what it was before, nor is what is deprecated."""
    entities = [
        world.make(entity_type, full=True),
        *(world.make(entity_type, body=body) for body in with_deprecated(entity_type, world)),
    ]
    for entity in entities:
        sent = json.loads(entity.made.request.content)
        before = world.own(entity)
        body = world.body(entity_type.replacer, entity.values).value

        replaced = world.api.put(entity.path, json=body)

        after = world.own(entity)
        world.rules.compare(world.visible(entity_type, body, entity.id), world.api.get(entity.path), whole=False)
        gone = [name for name in sent if name not in body and not isinstance(before.get(name), bool | None)]
        for name in gone:
            world.rules.require(
                REPLACED_WHOLE,
                replaced,
                holds=after.get(name) != before[name],
                at=f"{entity_type.reader} /{name} afterwards",
                expected=f"no more {shown(before[name])}, for the request leaves it out",
                actual=shown(after.get(name)),
            )


@pytest.mark.entity_types(
    select=lambda entity_type: entity_type.is_named_by_client and "409" in entity_type.creator.responses
)
def test_taken_id_is_a_conflict(entity_type, world):
    """An id that is there already gets 409, with the same body or another, and what is there stays as it was."""
    parent = world.default(entity_type.parent) if entity_type.parent else None
    entity = world.make(entity_type, parent, full=True)
    before = world.own(entity)
    conflict = Expectation("a conflict with what is there", frozenset({409}))
    same = world.body(entity_type.creator, full=True).value | {entity_type.member: entity.id}

    for body in (world.body(entity_type.creator).value | {entity_type.member: entity.id}, same, same):
        refused = world.api.post(world.path(entity_type.creator, parent), json=body, expect=conflict, strict=False)
        world.same(UNTOUCHED, refused, entity.path, before)
