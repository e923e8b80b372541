"""Unspecified input may get any response except a server error, and what is accepted can be read."""

import pytest

from ecsuite.contract import EntityType, Operation, parameters
from ecsuite.rules.inputs import UNUSUAL_IN_PATH, deletable_ids, unspecified, unusual_bodies, unusual_ids
from ecsuite.rules.reading import there
from ecsuite.rules.world import World
from ecsuite.samples import Body

pytestmark = pytest.mark.spec
# The characters of a large body.
LARGE = 500_000
# The number of digits that make an id unique.
FRESH = 12


@pytest.mark.operations(select=lambda _, operation: operation.security and operation.request)
def test_unusual_body_breaks_nothing(operation: Operation, world: World) -> None:
    """Unusual media types, bytes, sizes and nestings, and a repeated body, never cause a server error."""
    call = world.calls.valid(operation, full=True)
    ids, is_legal = {each.member for each in world.contract.entity_types}, world.calls.is_legal(operation)
    unusual = unusual_bodies(there(call.body).value, LARGE, ids, is_legal)
    partial = [
        {"json": each.value, "expect": unspecified(f"{each.case} at {each.place}")}
        for each in world.calls.unspecified(call)
    ]

    world.calls.send_each(call, world.calls.some([*world.calls.each_with_own_id(call, unusual), *partial]))

    for case in ("next-call", "same-body-again"):
        world.calls.send(call, expect=unspecified(case))


@pytest.mark.entity_types(select=lambda entity_type: entity_type.sends_id)
def test_unusual_id_that_is_taken_can_be_read(entity_type: EntityType, world: World) -> None:
    """An id with unusual characters is refused, or the entity can be read by it."""
    first = next(each for each in world.contract.entity_types if each.reader == entity_type.reader)
    fresh, is_below_parent = world.values.ids.digits(FRESH), entity_type.parent is not None
    ids = deletable_ids(fresh, is_below_parent=is_below_parent, is_first=entity_type is first)
    for case, unusual in world.calls.some(ids.items()):
        body = world.drafts.body(entity_type.creator).value | {entity_type.member: unusual}

        entity = world.entities.create_if_taken(entity_type, Body(body), unspecified(case))

        if entity:
            world.verify.taken_id_is_there(entity, case)


@pytest.mark.operations(select=lambda _, operation: operation.security and parameters(operation))
def test_unusual_id_in_path_breaks_nothing(operation: Operation, world: World) -> None:
    """Unknown ids with unusual characters cause no server error."""
    call = world.calls.valid_or_unknown(operation)

    ids = unusual_ids(world.values.ids.digits(FRESH))
    for case in world.calls.some(UNUSUAL_IN_PATH):
        world.calls.send(call.with_own_id(ids[case]), expect=unspecified(f"{case}-in-path"))


@pytest.mark.operations(select=lambda _, operation: operation.security)
def test_unusual_headers_break_nothing(operation: Operation, world: World) -> None:
    """Unusual `Accept` and other request headers cause no server error."""
    headers = {"Accept-Language": "nb-NO", "Prefer": "return=minimal", "If-Match": '"x"'}
    call = world.calls.unknown(operation)

    for accept in ("application/xml", "text/html", "application/json;q=0"):
        expect = unspecified("other-accept")
        world.calls.send(call, headers={**headers, "Accept": accept}, expect=expect)
    if not operation.request:
        expect = unspecified("body-not-wanted")
        world.calls.send(call, json={"more": "than was asked for"}, expect=expect)
