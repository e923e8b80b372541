"""Lists that come in pages: every record once, whatever the size of a page, and figures that are right."""

import itertools
from datetime import datetime

import pytest

from ecsuite.exchange import Intent
from ecsuite.rules import IN_ORDER, PAGED, json_of
from ecsuite.world import records_of

pytestmark = pytest.mark.guide
MANY = 5
SIZES = (1, 2, 1000)
LARGEST = 1000
# A walk of more pages than this is left out: a partner may have any number of things.
MOST_PAGES = 40
# While a list is walked others may make things; then it is walked again, so many times.
WALKS = 3
BAD_NUMBERS = ("abc", "1.5", "0x10", "--1")
OUT_OF_BOUNDS = ("0", "-1", "1001", "999999999")


def paged(_, operation):
    return operation.paged_by("page") and operation.paged_by("size")


def makers(world, operation):
    """The kinds of things that the list shows."""
    return [kind for kind in world.kinds if kind.lister is operation]


def page(world, operation, number, size, **options):
    """One page of a list, of the whole of which this call is about."""
    query = {operation.paged_by("page"): str(number), operation.paged_by("size"): str(size)}
    return world.api.get(operation.path, params=query, **options)


def figures(answer):
    """What a page says of itself."""
    found = json_of(answer).get("pagination")
    return found if isinstance(found, dict) else {}


def walk(world, operation, size):
    """Every page of a list; None where it did not stay the same for as long as that takes."""
    for _ in range(WALKS):
        pages = [page(world, operation, 1, size)]
        while len(pages) * size < figures(pages[-1]).get("totalRecords", 0) and len(pages) < MOST_PAGES:
            pages.append(page(world, operation, len(pages) + 1, size))
        if len({figures(answer).get("totalRecords") for answer in pages}) == 1:
            return pages
    world.rules.not_checked(PAGED, "the list changed while it was walked, again and again")
    return None


def sizes(world, operation):
    """The sizes of pages by which the list can be walked in reasonable time."""
    total = figures(page(world, operation, 1, LARGEST)).get("totalRecords", 0)
    return [size for size in SIZES if total <= size * MOST_PAGES]


def must_agree(world, answer, number, size):
    """Sees that the figures of a page agree with each other and with what is on it."""
    said, count = figures(answer), len(records_of(json_of(answer)))
    total, actual_size = said.get("totalRecords", 0), said.get("pageSize", size)
    pages = -(-total // actual_size) if actual_size > 0 else 0
    wanted = {
        "currentPage": number,
        "pageSize": size,
        # Of an empty list nobody has said how many pages it has.
        "totalPages": pages or said.get("totalPages"),
        "nextPage": number + 1 if number < pages else None,
        "previousPage": number - 1 if number > 1 else None,
    }
    for name, value in wanted.items():
        if name in said:
            world.rules.require(
                PAGED,
                answer,
                holds=said[name] == value,
                at=f"body /pagination/{name}",
                expected=f"{'null' if value is None else value}, for page {number} of {total} records by {size}",
                actual="null" if said[name] is None else str(said[name]),
            )
    expected = min(size, max(0, total - (number - 1) * size))
    world.rules.require(
        PAGED,
        answer,
        holds=count == expected,
        at="the page",
        expected=f"{expected} of {total} records, on page {number} by {size}",
        actual=f"{count} records",
    )


@pytest.mark.operations(select=paged)
def test_pages_hold_every_record_once(operation, world):
    """Walking the pages gives each thing that was made once, and each page says rightly which one it is."""
    things = [world.make(kind) for kind in makers(world, operation)[:1] for _ in range(MANY)]

    for size in sizes(world, operation):
        pages = walk(world, operation, size) or []
        for number, answer in enumerate(pages, 1):
            must_agree(world, answer, number, size)
        for thing in things if pages else []:
            found = sum(len(world.items(answer, thing.kind, thing.id)) for answer in pages)
            world.rules.require(
                PAGED,
                pages[0],
                holds=found == 1,
                at=f"an item with the {thing.kind.member} {thing.id}, on {len(pages)} pages by {size}",
                expected="once",
                actual=f"{found} times",
            )


@pytest.mark.operations(select=paged)
def test_page_after_the_last_is_empty(operation, world):
    """Where the records end, so do the pages: one further on is refused, or has no records."""
    for kind in makers(world, operation)[:1]:
        world.make(kind)
    said = figures(page(world, operation, 1, LARGEST))
    beyond = said.get("totalRecords", 0) // LARGEST + 2

    answer = page(world, operation, beyond, LARGEST, expect=Intent("a page that is not there", silent=True))

    if answer.is_success:
        count = len(records_of(json_of(answer)))
        world.rules.require(
            PAGED, answer, holds=not count, at=f"page {beyond}", expected="no records", actual=f"{count} records"
        )


@pytest.mark.operations(select=lambda _, operation: operation.order)
def test_list_is_in_order(operation, world):
    """A list that is promised in an order comes in it, over all its pages."""
    for kind in makers(world, operation):
        world.make(kind)
    name, descending = operation.order.lstrip("-"), operation.order.startswith("-")

    for size in (2, LARGEST):
        pages = [page(world, operation, number, size) for number in (1, 2)]
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
        expect = Intent(f"whatever {what} gets", silent=True)
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
    on_purpose = frozenset({"request parameters match contract"})

    for known in operation.parameters:
        wrong = [{known.name: text} for text in BAD_NUMBERS] if known.type in {"integer", "boolean"} else []
        if known.place == "query":
            for query in [*wrong, *([{}] if known.required else [])]:
                what = f"{known.name}={query[known.name]}" if query else f"a missing {known.name}"
                expect = Intent(f"a refusal of {what}", frozenset({400}), on_purpose)
                answer = world.send(call, params=query, expect=expect, strict=False)

    world.unchanged(call, before, answer, rule=(*operation.pointer, "responses", "400"))
