"""Lists that come in pages: every record once, whatever the size of a page, and figures that are right."""

import itertools
from datetime import datetime

import pytest

from ecsuite.messages.exchange import Expectation
from ecsuite.pages import LARGEST, Pages
from ecsuite.rules import IN_ORDER, PAGED, json_of
from ecsuite.world import records_of, total_of

pytestmark = pytest.mark.guide
MANY = 5
BAD_NUMBERS = ("abc", "1.5", "0x10", "--1")
OUT_OF_BOUNDS = ("0", "-1", "1001", "999999999", "2147483648", "99999999999999999999")


def paged(_, operation):
    return operation.paged_by("page") and operation.paged_by("size")


def makers(world, operation):
    """The entity types that the list shows."""
    return [entity_type for entity_type in world.entity_types if entity_type.lister is operation]


@pytest.mark.operations(select=paged)
def test_pages_hold_every_record_once(operation, world):
    """Walking the pages gives each entity that was made once, and each page says rightly which one it is."""
    entities = [world.make(entity_type) for entity_type in makers(world, operation)[:1] for _ in range(MANY)]

    Pages(world, operation).check(entities)


@pytest.mark.operations(select=paged)
def test_page_after_the_last_is_empty(operation, world):
    """Where the records end, so do the pages: one further on is refused, or has no records."""
    for entity_type in makers(world, operation)[:1]:
        world.make(entity_type)
    pages = Pages(world, operation)
    beyond = total_of(json_of(pages.page(1, LARGEST))) // LARGEST + 2

    answer = pages.page(beyond, LARGEST, expect=Expectation("a page that is not there", unspecified=True))

    if answer.is_success:
        count = len(records_of(json_of(answer)))
        world.rules.require(
            PAGED, answer, holds=not count, at=f"page {beyond}", expected="no records", actual=f"{count} records"
        )


@pytest.mark.operations(select=lambda _, operation: operation.order)
def test_list_is_in_order(operation, world):
    """A list that is promised in an order comes in it, over all its pages."""
    for entity_type in makers(world, operation):
        world.make(entity_type)
    name, descending = operation.order.lstrip("-"), operation.order.startswith("-")

    for size in (2, LARGEST):
        pages = [Pages(world, operation).page(number, size) for number in (1, 2)]
        items = [item for answer in pages for item in records_of(json_of(answer))]
        times = [instant(item.get(name)) for item in items]
        pairs = [(one, two) for one, two in itertools.pairwise(times) if one and two]
        wrong = [(one, two) for one, two in pairs if (one < two if descending else one > two)]
        world.rules.require(
            IN_ORDER,
            pages[0],
            holds=not wrong,
            at="the list",
            expected=f"by {name}, {'the latest' if descending else 'the earliest'} first",
            actual=" before ".join(time.isoformat() for time in wrong[0]) if wrong else "",
        )


def instant(text):
    """A time stamp, to compare; None for what is none, of which the contract has spoken."""
    try:
        return datetime.fromisoformat(text)
    except (ValueError, TypeError):
        return None


@pytest.mark.operations(select=paged)
def test_bounds_break_nothing(operation, world):
    """Page 0, a page size beyond the largest, and others: nothing published settles them, but no server error."""
    for what in OUT_OF_BOUNDS:
        expect = Expectation(f"whatever {what} gets", unspecified=True)
        for name in (operation.paged_by("page"), operation.paged_by("size")):
            world.api.get(operation.path, params={name: what}, expect=expect)


def has_typed_query(_, operation):
    return any(known.place == "query" and known.type in {"integer", "boolean"} for known in operation.parameters)


@pytest.mark.operations(select=has_typed_query)
def test_wrong_query_is_refused(operation, world):
    """A query parameter that must be a number or a boolean, and is none; or one that must be there, and is not."""
    call = world.call(operation)
    if call is None:
        pytest.skip(f"there is nothing to call {operation} on")
    before = world.look(call)
    violates = frozenset({"request parameters match contract"})

    for known in operation.parameters:
        wrong = [{known.name: text} for text in BAD_NUMBERS] if known.type in {"integer", "boolean"} else []
        if known.place == "query":
            for query in [*wrong, *([{}] if known.required else [])]:
                what = f"{known.name}={query[known.name]}" if query else f"a missing {known.name}"
                expect = Expectation(f"a refusal of {what}", frozenset({400}), violates)
                answer = world.send(call, params=query, expect=expect, strict=False)

    world.unchanged(call, before, answer, rule=(*operation.pointer, "responses", "400"))
