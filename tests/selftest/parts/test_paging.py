"""Pages: what their figures must say, and that they hold every record once."""

from collections import Counter

import pytest

from ecsuite.client import checked_of
from ecsuite.findings.breach import body, listed
from ecsuite.findings.datum import NOTHING, datum
from ecsuite.findings.finding import Observation
from ecsuite.promises import LIST_ORDER, LISTED_ONCE, PAGES
from ecsuite.rules.entity import Entity
from ecsuite.rules.paging import LARGEST, MOST_PAGES, PAGE, Pages, VerifyPages, _figures, _first, _identity


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


def test_figures_that_follow_from_a_wrong_one_are_not_told(checked):
    """Where the number of pages is rounded down, the last one has none after it, and that is the same fault."""
    _, places = checked(server(users(3), totalPages=lambda own: own - 1, nextPage=lambda _: None))

    assert places == {("changed", body(("pagination", "totalPages")))}


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

    assert (PAGES, "the list kept changing while it was read") in reasons(world)
    assert not [found for found in world.api.journal.findings if found.promise == PAGES.id]


def test_change_that_no_total_shows_is_not_blamed_on_the_pages(checked):
    """While a list is walked others may delete a record of it and make another one, so that one is on no page."""
    before, calls = users(7), iter(range(1, 1000))
    after = [*before[:2], *before[3:], {"userId": "another"}]

    def answer(line, sent):
        return server(before if next(calls) <= 4 else after)(line, sent)

    assert checked(answer)[1] == set()
    assert next(calls) > 12


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


def found_on(world, promise=PAGES):
    """Kind, place, what was expected and what is there, of each breach of a promise: about pages, unless told otherwise."""
    return [
        (each.breach.kind, each.breach.at, each.breach.expected.value, each.breach.actual.value)
        for each in world.api.journal.findings
        if each.promise == promise.id
    ]


def entities_of(world, *ids):
    """Users that were made before; nothing is sent."""
    made = world.entities.type_made_by("createUser")
    return [Entity(made, {"userId": own}, {"userId": own}, {}, None) for own in ids]


@pytest.mark.parametrize(
    ("count", "sizes"),
    [
        (0, [1, 2, 1000]),
        (1, [1, 2, 1000]),
        (12, [1, 2, 3, 1000]),
        (13, [2, 3, 1000]),
        (24, [2, 5, 1000]),
        (25, [6, 1000]),
        (4999, [1000]),
        (5000, [1000]),
    ],
)
def test_list_is_walked_by_pages_of_several_sizes(world_of, count, sizes):
    """By the largest, by about a fifth of the records, and by one and two where that takes at most a dozen pages."""
    asked, records = [], users(count)

    def answer(line, sent):
        asked.append(int(line.rpartition("=")[2].partition("&")[0]))
        return server(records)(line, sent)

    world = world_of(answer, "2026-01")
    VerifyPages(world.verify).hold_every_record_once(Pages(world.api, world.contract.operations["listUsers"]))

    assert sorted(set(asked)) == sizes
    assert found_on(world) == []


def test_walk_is_as_long_as_the_list(world_of):
    """A page for each part of the records, and the first one again, to see that nothing has changed meanwhile."""
    lines, records = [], users(5)
    world = world_of(lambda line, sent: (lines.append(line), server(records)(line, sent))[1], "2026-01")
    pages = Pages(world.api, world.contract.operations["listUsers"], {"a": "b"})

    walked = pages.walk(2)

    assert [len(each.json()["users"]) for each in walked] == [2, 2, 1]
    assert lines == [f"GET /users?a=b&page={number}&pageSize=2" for number in (1, 2, 3, 1)]
    assert pages.total() == 5
    assert lines[-1] == "GET /users?a=b&page=1&pageSize=1000"


def test_walk_has_an_end(world_of):
    """However many records there are, no more than a dozen pages and one are walked."""
    world = world_of(server(users(50)), "2026-01")

    assert len(Pages(world.api, world.contract.operations["listUsers"]).walk(1)) == 13


@pytest.mark.parametrize(("changes", "walks"), [(0, 1), (1, 2), (2, 3), (3, 0), (9, 0)])
def test_list_that_changed_is_walked_again(world_of, changes, walks):
    """So many times; what then did not stay the same is not judged."""
    firsts = iter([f"new-{number}" for number in range(changes)])
    firsts_asked = []

    def answer(line, sent):
        if "page=1&" in line:
            firsts_asked.append(line)
            # The first page is asked for at the beginning and at the end of each walk.
            own = next(firsts, "stays") if len(firsts_asked) % 2 == 0 else "stays"
        else:
            own = "stays"
        return server([{"userId": own}, {"userId": "2"}])(line, sent)

    world = world_of(answer, "2026-01")
    walked = Pages(world.api, world.contract.operations["listUsers"]).walk(1)

    assert len(walked) == (2 if walks else 0)
    assert len(firsts_asked) == 2 * (walks or 3)


def test_entity_stands_on_one_page_once(world_of):
    """An entity that was made before is on one of the pages; what the list lacks as one page is no fault of the pages."""
    records = [*users(3), {"userId": "user-1"}, "no object"]
    world = world_of(server(records), "2026-01")
    pages = Pages(world.api, world.contract.operations["listUsers"])

    VerifyPages(world.verify).hold_every_record_once(pages, entities_of(world, "user-0", "user-1", "nobody"))

    assert {each.blamed.request.url for each in world.api.journal.findings if each.promise == LISTED_ONCE.id} == {
        "https://api.example/v1/users?page=1&pageSize=1000"
    }
    # Of walks by several sizes the same is told once.
    assert found_on(world) == []
    assert found_on(world, LISTED_ONCE) == [
        ("duplicate", listed("userId"), "user-1", 2),
        ("absent", listed("userId"), "nobody", None),
    ]


def test_small_pages_lack_what_the_whole_list_has(world_of):
    """That is a fault of the pages."""
    right, short = server(users(4)), server(users(3))
    world = world_of(lambda line, sent: (short if line.endswith("pageSize=1") else right)(line, sent), "2026-01")
    pages = Pages(world.api, world.contract.operations["listUsers"])

    VerifyPages(world.verify).hold_every_record_once(pages, entities_of(world, "user-3"))

    assert ("absent", listed("userId"), "user-3", None) in found_on(world)
    assert found_on(world, LISTED_ONCE) == []


def test_entity_beyond_the_end_of_a_walk_is_not_missed(world_of):
    """A walk that ended early has not seen all, so that what it lacks may stand further on; twice is twice."""
    records = [{"userId": "user-0"}, *users(20)]
    world = world_of(server(records), "2026-01")
    pages = Pages(world.api, world.contract.operations["listUsers"])
    verify = VerifyPages(world.verify)

    verify._holds(pages.walk(1), 1, entities_of(world, "user-19")[0])
    assert found_on(world) == []
    verify._holds(pages.walk(1), 1, entities_of(world, "user-0")[0])
    assert found_on(world) == [("duplicate", listed("userId"), "user-0", 2)]


FIGURES = {
    "a first page": (({}, 1, 2, 5), {"currentPage": 1, "pageSize": 2, "totalPages": 3, "nextPage": 2, "previousPage": None}),
    "a first page that names one before": (({"previousPage": 0}, 1, 2, 5), {"currentPage": 1, "pageSize": 2, "totalPages": 3, "nextPage": 2, "previousPage": None}),
    "a page between": (({}, 2, 2, 5), {"currentPage": 2, "pageSize": 2, "totalPages": 3, "nextPage": 3, "previousPage": 1}),
    "a last page": (({}, 3, 2, 5), {"currentPage": 3, "pageSize": 2, "totalPages": 3, "nextPage": None, "previousPage": 2}),
    "a full last page": (({}, 2, 2, 4), {"currentPage": 2, "pageSize": 2, "totalPages": 2, "nextPage": None, "previousPage": 1}),
    "a page of another size": (({"pageSize": 5}, 1, 9, 10), {"currentPage": 1, "pageSize": 9, "totalPages": 2, "nextPage": 2, "previousPage": None}),
    "an empty list": (({"totalPages": 1}, 1, 2, 0), {"currentPage": 1, "pageSize": 2, "totalPages": 1, "nextPage": None, "previousPage": None}),
    "a size of nothing": (({"pageSize": 0, "totalPages": 7}, 1, 2, 3), {"currentPage": 1, "pageSize": 2, "totalPages": 7, "nextPage": None, "previousPage": None}),
    "a size of one": (({"pageSize": 1}, 1, 2, 3), {"currentPage": 1, "pageSize": 2, "totalPages": 3, "nextPage": 2, "previousPage": None}),
    "a size that is no number": (({"pageSize": "2"}, 1, 2, 3), {"currentPage": 1, "pageSize": 2, "totalPages": None, "nextPage": None, "previousPage": None}),
}  # fmt: skip


@pytest.mark.parametrize("name", FIGURES)
def test_figures_follow_from_the_total(name):
    """What each figure of a page must be, from the page that was asked for, its size and the total."""
    given, figures = FIGURES[name]

    assert _figures(*given) == figures


@pytest.mark.parametrize(
    "value",
    [{"users": [{}]}, {"users": [{}], "pagination": 7}, [{}], {"users": [{}], "pagination": {"totalRecords": 1}}],
)
def test_figure_that_is_not_said_is_not_wrong(world_of, value):
    """Only the figures that a page has are compared; how many records it has is counted all the same."""
    world = world_of(lambda *_: (200, value), "2026-01")
    response = world.api.get("/users", strict=False)

    VerifyPages(world.verify)._figures_agree(response, 1, 10)

    total = 1 if isinstance(value, dict) and value.get("pagination") == {"totalRecords": 1} else 0
    assert found_on(world) == ([] if total else [("count", PAGE, 0, 1)])


def test_wrong_figure_is_told(world_of):
    """What is there, and what it must be."""
    value = {"users": [{}], "pagination": {"totalRecords": 3, "currentPage": 7, "nextPage": 2, "pageSize": 1}}
    world = world_of(lambda *_: (200, value), "2026-01")

    VerifyPages(world.verify)._figures_agree(world.api.get("/users", strict=False), 1, 1)

    assert found_on(world) == [("changed", body(("pagination", "currentPage")), 1, 7)]


@pytest.mark.parametrize(
    ("total", "number", "size", "count"),
    [(5, 1, 2, 2), (5, 3, 2, 1), (5, 4, 2, 0), (5, 9, 2, 0), (4, 2, 2, 2), (0, 1, 2, 0)],
)
def test_page_has_its_part_of_the_records(world_of, total, number, size, count):
    """Full but for the last; the page after it has none."""
    value = {"users": [{}] * count, "pagination": {"totalRecords": total}}
    world = world_of(lambda *_: (200, value), "2026-01")
    response = world.api.get("/users", strict=False)

    VerifyPages(world.verify)._figures_agree(response, number, size)
    assert found_on(world) == []

    VerifyPages(world.verify)._figures_agree(response, number + 3 if count else 1, size)
    assert [kind for kind, *_ in found_on(world)] == ["count"] if total else found_on(world) == []


def pages_of(world_of, *lists, total=None):
    """Responses that show lists, each as the page of a list with a total."""
    bodies = iter(
        [{"users": each, "pagination": {"totalRecords": len(each) if total is None else total}} for each in lists]
    )
    world = world_of(lambda *_: (200, next(bodies)), "2026-01")
    return world, [world.api.get("/users", strict=False) for _ in lists]


SAME = {
    "the same in another order": ([["b"], ["a"]], [["a", "b"]], []),
    "one less": ([["a"], []], [["a", "b"]], [("lost", {"userId": "b"}, None)]),
    "one more": ([["a"], ["c"]], [["a"]], [("extra", None, {"userId": "c"})]),
    "another": ([["a"], ["c"]], [["a", "b"]], [("lost", {"userId": "b"}, None)]),
    "one twice": ([["a"], ["a"]], [["a"]], [("extra", None, {"userId": "a"})]),
    "nothing walked": ([], [["a"]], None),
    "nothing large walked": ([["a"]], [], None),
}


@pytest.mark.parametrize("name", SAME)
def test_small_pages_hold_what_large_ones_do(world_of, reasons, name):
    """Each record as often; where one of the walks is missing there is nothing to compare with."""
    small, large, found = SAME[name]
    records = [[{"userId": own, "name": str(index)} for own in each] for index, each in enumerate([*small, *large])]
    world, responses = pages_of(world_of, *records, total=2)

    VerifyPages(world.verify)._hold_the_same(responses[: len(small)], responses[len(small) :], 1)

    if found is None:
        assert (PAGES, "the list changed between two readings") in reasons(world)
        assert found_on(world) == []
    else:
        assert found_on(world) == [(kind, listed(), expected, actual) for kind, expected, actual in found]
        assert all(
            each.blamed.response == responses[0].extensions["ecsuite.checked"].decoded.exchange.response
            for each in world.api.journal.findings
            if each.promise == PAGES.id
        )


def test_walks_of_different_totals_are_not_compared(world_of, reasons):
    """Somebody has made something between one walk and the other."""
    world, (small, large) = pages_of(world_of, [{"userId": "a"}], [{"userId": "a"}, {"userId": "b"}])

    VerifyPages(world.verify)._hold_the_same([small], [large], 1)

    assert (PAGES, "the list changed between two readings") in reasons(world)
    assert found_on(world) == []


def test_walk_that_ended_before_the_list_is_not_compared(world_of, reasons):
    """The list has grown since the sizes of pages were chosen, so that small pages are too many to read."""
    world = world_of(server(users(MOST_PAGES + 3)), "2026-01")
    pages = Pages(world.api, world.contract.operations["listUsers"])

    VerifyPages(world.verify)._hold_the_same(pages.walk(1), pages.walk(LARGEST), 1)

    assert (PAGES, "the list changed between two readings") in reasons(world)
    assert found_on(world) == []


def test_record_is_known_by_its_ids():
    """All members whose names end with id, in any case and order; what is no object is itself."""
    assert _identity({"userId": "1", "name": "x", "id": 2, "ID": 3, "idea": 4}) == '{"ID": 3, "id": 2, "userId": "1"}'
    assert _identity({"id": 2, "userId": "1"}) == _identity({"userId": "1", "id": 2})
    assert _identity(7) == "7"


def test_disorder_is_told(world_of):
    """The first two times that are in the wrong order, over the end of a page."""
    world, pages = pages_of(
        world_of,
        [{"at": "2026-01-01T00:00:00+00:00"}, {"at": "noon"}],
        [{"at": "2026-01-03T00:00:00+00:00"}, {"at": "2026-01-02T00:00:00+00:00"}, {"at": "2026-01-01T00:00:00+00:00"}],
    )

    assert not VerifyPages(world.verify).are_in_order(pages, "at")

    (found,) = [each for each in world.api.journal.findings if each.promise == LIST_ORDER.id]
    assert (found.breach.kind, found.breach.at) == ("order", listed("at"))
    assert (found.breach.expected, found.breach.actual) == (
        datum("ascending"),
        datum(["2026-01-03T00:00:00+00:00", "2026-01-02T00:00:00+00:00"]),
    )
    assert found.breach.note == "the earliest first"
    assert checked_of(pages[0]).decoded.exchange == found.blamed


def test_order_that_is_kept_is_passed(world_of):
    """A list in its order is a promise that was kept; one of the other order breaks it."""
    days = [{"at": f"2026-01-0{day}T00:00:00+00:00"} for day in (3, 1)]
    world, pages = pages_of(world_of, days)
    verify = VerifyPages(world.verify)

    assert verify.are_in_order(pages, "-at")
    assert Observation(LIST_ORDER.id, "", "passed") in world.api.journal.tally.observations
    assert not verify.are_in_order(pages, "at")


@pytest.mark.parametrize(
    ("one", "two"), [("2026-01-01T00:00:00+00:00", None), (None, "2026-01-01T00:00:00+00:00"), (7, "x")]
)
def test_pair_without_times_has_no_order(world_of, reasons, one, two):
    """A time beside none is no pair."""
    world, pages = pages_of(world_of, [{"at": one}, {"at": two}])

    assert VerifyPages(world.verify).are_in_order(pages, "at")
    assert (LIST_ORDER, "the list has fewer than two records with a time") in reasons(world)


def test_first_of_nothing_is_nothing():
    """The ids of the first record, as they are."""
    assert _first(Counter()) is NOTHING
    assert _first(Counter(['{"userId": "1"}'])) == {"userId": "1"}


def test_first_pages_say_whether_walks_can_be_compared(world_of):
    """What a later page says of the total is a matter of its figures."""
    pages = iter([(["a"], 2), (["b"], 9), (["a", "b"], 2)])

    def answer(*_):
        ids, total = next(pages)
        return 200, {"users": [{"userId": own} for own in ids], "pagination": {"totalRecords": total}}

    world = world_of(answer, "2026-01")
    small, more, large = (world.api.get("/users", strict=False) for _ in "123")

    VerifyPages(world.verify)._hold_the_same([small, more], [large], 1)

    assert found_on(world) == []
    assert not [reason for promise, reason in world.api.journal.tally.not_checked if promise == PAGES.id]
