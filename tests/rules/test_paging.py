"""Paged lists have every record once for any page size, and correct figures."""

import pytest

from ecsuite.contract import Operation
from ecsuite.messages.exchange import UNSPECIFIED
from ecsuite.rules.inputs import PAGES_OUT_OF_BOUNDS, unspecified, wrong_queries
from ecsuite.rules.paging import LARGEST, Pages, VerifyPages
from ecsuite.rules.world import World

pytestmark = pytest.mark.guide
MANY = 5


def paged(_: object, operation: Operation) -> object:
    return operation.paged_by("page") and operation.paged_by("size")


@pytest.mark.operations(select=paged)
def test_pages_hold_every_record_once(operation: Operation, world: World) -> None:
    """The pages together have each created entity once, and the figures of each page are correct."""
    entities = [
        entity
        for entity_type in world.entities.types_listed_by(operation)[:1]
        for entity in world.entities.create_many(entity_type, MANY)
    ]

    VerifyPages(world.verify).hold_every_record_once(Pages(world.api, operation), entities)


@pytest.mark.operations(select=paged)
def test_page_after_the_last_is_empty(operation: Operation, world: World) -> None:
    """A page after the last is refused, or has no records."""
    for entity_type in world.entities.types_listed_by(operation)[:1]:
        world.entities.create(entity_type)
    pages = Pages(world.api, operation)
    beyond = pages.total() // LARGEST + 2

    response = pages.page(beyond, expect=UNSPECIFIED)

    VerifyPages(world.verify).is_empty(response, beyond)


@pytest.mark.operations(select=lambda _, operation: operation.order)
def test_list_is_in_order(operation: Operation, world: World) -> None:
    """A list with a published order has it across all its pages."""
    # So many that they are hardly in order by chance if they are sorted by something else.
    for entity_type in 2 * list(world.entities.types_listed_by(operation)):
        world.entities.create(entity_type)

    for size in (2, LARGEST):
        pages = [Pages(world.api, operation).page(number, size) for number in (1, 2)]

        VerifyPages(world.verify).are_in_order(pages, operation.order)


@pytest.mark.operations(select=paged)
def test_bounds_break_nothing(operation: Operation, world: World) -> None:
    """Page 0, a page size above the maximum and the like are unspecified, but cause no server error."""
    for what in PAGES_OUT_OF_BOUNDS:
        for name in (operation.paged_by("page"), operation.paged_by("size")):
            world.api.get(operation.path, params={name: what}, expect=unspecified(what))


def has_typed_query(_: object, operation: Operation) -> object:
    return any(known.place == "query" and known.type in {"integer", "boolean"} for known in operation.parameters)


@pytest.mark.operations(select=has_typed_query)
def test_wrong_query_is_refused(operation: Operation, world: World) -> None:
    """A query parameter that is not the required number or boolean, or is missing although required, is refused."""
    rule = (*operation.pointer, "responses", "400")

    world.refused.changes_nothing(operation, lambda _: wrong_queries(operation), rule)
