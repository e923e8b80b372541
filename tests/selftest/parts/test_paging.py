"""Pages: what their figures must say, and that they hold every record once."""

import pytest

from ecsuite.findings.breach import body, listed
from ecsuite.promises import LIST_ORDER, PAGES
from ecsuite.rules.paging import PAGE, Pages, VerifyPages


def server(records, **changes):
    """A right server of pages, but for what is changed: a figure, or the records of a page."""

    def answer(line, _):
        query = dict(pair.split("=") for pair in line.partition("?")[2].split("&"))
        number, size = int(query["page"]), int(query["pageSize"])
        shown = records[(number - 1) * size : number * size]
        pages = -(-len(records) // size)
        figures = {
            "totalRecords": len(records),
            "pageSize": size,
            "currentPage": number,
            "totalPages": pages,
            "nextPage": number + 1 if number < pages else None,
            "previousPage": number - 1 if number > 1 else None,
        }
        figures |= {name: change(figures[name]) for name, change in changes.items() if name in figures}
        return 200, {"users": changes.get("shown", lambda own, *_: own)(shown, number, size), "pagination": figures}

    return answer


def users(count):
    return [{"userId": f"user-{number}"} for number in range(count)]


@pytest.fixture
def checked(world_of):
    """The kinds and places of what is wrong with the pages of a server."""

    def check(answer):
        world = world_of(answer, "2026-01")
        pages = Pages(world.api, world.contract.operations["listUsers"])
        VerifyPages(world.verify).hold_every_record_once(pages)
        return world, {
            (found.breach.kind, found.breach.at) for found in world.api.journal.findings if found.promise == PAGES.id
        }

    return check


@pytest.mark.parametrize("count", [0, 1, 2, 7, 40])
def test_right_pages_break_nothing(checked, count):
    """However many records there are."""
    assert checked(server(users(count)))[1] == set()


@pytest.mark.parametrize("name", ["pageSize", "currentPage", "totalPages", "nextPage", "previousPage"])
def test_figure_that_is_wrong_is_found(checked, name):
    """Each figure has to agree with the page that was asked for."""
    _, places = checked(server(users(3), **{name: lambda own: (own or 0) + 1}))

    assert ("changed", body(("pagination", name))) in places


def test_page_with_too_few_records_is_found(checked):
    """Each page but the last is full."""
    _, places = checked(server(users(7), shown=lambda own, number, size: own[1:] if size == 2 and number == 2 else own))

    assert ("count", PAGE) in places


def test_record_that_comes_twice_is_found(checked):
    """Small pages together hold what large ones hold."""
    first = users(1)
    _, places = checked(server(users(7), shown=lambda own, number, size: first if size == 1 and number == 2 else own))

    assert ("lost", listed()) in places


def test_list_that_changes_is_not_judged(world_of, reasons):
    """While others make entities, pages say nothing."""
    counts = iter(range(1, 1000))

    def answer(line, sent):
        return server(users(next(counts)))(line, sent)

    world = world_of(answer, "2026-01")
    VerifyPages(world.verify).hold_every_record_once(Pages(world.api, world.contract.operations["listUsers"]))

    assert (PAGES, "the list changed while it was walked, again and again") in reasons(world)
    assert not [found for found in world.api.journal.findings if found.promise == PAGES.id]


def test_page_after_the_last_is_empty_or_refused(world_of, reasons):
    """A refusal leaves it unchecked, with the reason."""
    empty, full, refusing = (world_of(lambda *_, found=found: found) for found in ((200, []), (200, [{}]), (404, "no")))

    outcomes = [
        VerifyPages(world.verify).is_empty(world.api.get("/users", strict=False), 3)
        for world in (empty, full, refusing)
    ]

    assert outcomes == [True, False, True]
    assert (PAGES, "a page after the last is refused with 404") in reasons(refusing)


@pytest.mark.parametrize(
    ("days", "order", "kept"), [("321", "-at", True), ("331", "-at", True), ("123", "-at", False), ("123", "at", True)]
)
def test_order_is_that_of_the_contract(world_of, days, order, kept):
    """The latest first, or the earliest; the same time twice is no disorder."""
    world = world_of(lambda *_: (200, [{"at": f"2026-01-0{day}T00:00:00Z"} for day in days]))

    assert VerifyPages(world.verify).are_in_order([world.api.get("/users", strict=False)], order) is kept


def test_short_list_has_no_order(world_of, reasons):
    """Of one record nobody can say whether it is in order."""
    world = world_of(lambda *_: (200, [{"at": "2026-01-01T00:00:00Z"}, {"at": "tomorrow"}]))

    assert VerifyPages(world.verify).are_in_order([world.api.get("/users", strict=False)], "at")
    assert any(promise == LIST_ORDER for promise, _ in reasons(world))
