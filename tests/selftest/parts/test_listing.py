"""Lists keep the pages that a server sent."""

import pytest

from ecsuite.findings.broken import PromiseBroken
from ecsuite.messages.exchange import UNSPECIFIED
from ecsuite.rules import listing
from ecsuite.rules.listing import list_in, total_of

USERS = [{"userId": str(number)} for number in range(3)]


def paged(line, _):
    """A server with pages of two records, whatever is asked for."""
    number = int(line.partition("page=")[2].partition("&")[0])
    shown = USERS[2 * number - 2 : 2 * number]
    return 200, {"users": shown, "pagination": {"totalRecords": 3, "currentPage": number, "pageSize": 2}}


def test_listing_keeps_its_pages(world_of):
    """Each item knows the response that showed it, and its place there."""
    listing = world_of(paged, "2026-01").lists.read("/users")

    assert [page.json()["pagination"]["currentPage"] for page in listing.pages] == [1, 2]
    assert [(item.value["userId"], item.place) for item in listing.items] == [
        ("0", ("users", 0)),
        ("1", ("users", 1)),
        ("2", ("users", 0)),
    ]
    assert listing.items[2].page is listing.pages[1]


def test_list_without_pages_is_one_response(world_of):
    """A list that does not come in pages is read once."""
    listing = world_of(lambda *_: (200, USERS)).lists.read("/users")

    assert len(listing.pages) == 1
    assert listing.values == USERS
    assert listing.count("userId")["1"] == 1
    assert [item.place for item in listing.having("userId", "2")] == [(2,)]


def test_walk_ends_at_an_empty_page(world_of):
    """A server that promises more than it has is not asked for ever."""

    def answer(line, _):
        return 200, {"users": USERS[:2] if "page=1&" in line else [], "pagination": {"totalRecords": 9}}

    assert len(world_of(answer, "2026-01").lists.read("/users").pages) == 2


def test_refused_list_has_no_items(world_of):
    """Where a refusal is allowed, it is the one page."""
    listing = world_of(lambda *_: (404, "no"), "2026-01").lists.read("/users", UNSPECIFIED)

    assert not listing.is_success
    assert listing.items == ()


def test_list_that_is_no_json_is_broken(world_of):
    """What cannot be read stops the test; the check of the body has said why."""
    world = world_of(lambda *_: 200)

    with pytest.raises(PromiseBroken):
        world.lists.read("/users")


@pytest.mark.parametrize(
    ("value", "found"),
    [
        ([1], ((), [1])),
        ({"a": 1, "b": [2], "c": [3]}, (("b",), [2])),
        ({"a": 1}, ((), [])),
        ("text", ((), [])),
        (None, ((), [])),
    ],
)
def test_list_is_found_in_a_value(value, found):
    """A list is the value, or the first member that is one."""
    assert list_in(value) == found


@pytest.mark.parametrize(
    ("value", "total"),
    [
        ({"pagination": {"totalRecords": 3}}, 3),
        ({"pagination": {"totalRecords": "3"}}, 0),
        ({"pagination": 3}, 0),
        ([], 0),
    ],
)
def test_total_is_a_number_or_none(value, total):
    """A total that cannot be read counts as none, for the contract has something to say of it."""
    assert total_of(value) == total


class Book:
    """A server of pages as large as they are asked for; `most` is how many records a page has at the most."""

    def __init__(self, count, most=1000, told=None):
        self.asked = []
        self._records = [{"userId": str(number)} for number in range(count)]
        self._most, self._told = most, count if told is None else told

    def __call__(self, line, _):
        query = dict(pair.split("=") for pair in line.partition("?")[2].split("&"))
        self.asked.append(query)
        number, size = int(query["page"]), min(int(query["pageSize"]), self._most)
        return 200, {
            "users": self._records[(number - 1) * size : number * size],
            "pagination": {"totalRecords": self._told},
        }


@pytest.mark.parametrize(
    ("book", "pages"),
    [
        (Book(0), 1),
        (Book(1), 1),
        (Book(1000), 1),
        (Book(1001), 2),
        (Book(4, most=2), 2),
        (Book(5, most=2), 3),
        (Book(3, told=0), 1),
        (Book(3, told=9), 2),
        (Book(0, told=5), 2),
    ],
)
def test_list_is_read_to_its_end(world_of, book, pages):
    """Page after page by the largest size that the contract gives, until all came, or nothing more comes."""
    listing = world_of(book, "2026-01").lists.read("/users", query={"x": "y"})

    assert book.asked == [{"x": "y", "page": str(number + 1), "pageSize": "1000"} for number in range(pages)]
    assert len(listing.pages) == pages
    assert [item.place[0] for item in listing.items] == ["users"] * len(listing.items)


def test_first_page_says_how_many_there_are(world_of):
    """A later page that promises more does not make the list longer."""

    def answer(line, _):
        number = int(line.partition("page=")[2].partition("&")[0])
        return 200, {"users": USERS[number - 1 : number], "pagination": {"totalRecords": 2 if number == 1 else 9}}

    assert len(world_of(answer, "2026-01").lists.read("/users").pages) == 2


def test_page_that_is_refused_ends_the_list(world_of):
    """Where the first page came, the rest is owed: its refusal is a finding, whatever was expected of the first."""

    def answer(line, _):
        return (200, {"users": USERS, "pagination": {"totalRecords": 9}}) if "page=1&" in line else (404, "no")

    world = world_of(answer, "2026-01")
    listing = world.lists.read("/users", UNSPECIFIED, strict=False)

    assert [page.status_code for page in listing.pages] == [200, 404]
    assert [item.value for item in listing.items] == USERS
    assert "status-expected" in {found.promise for found in world.api.journal.findings}


def test_page_that_is_owed_stops_a_strict_reader(world_of):
    """Who reads strictly cannot go on without it."""

    def answer(line, _):
        return (200, {"users": USERS, "pagination": {"totalRecords": 9}}) if "page=1&" in line else (404, "no")

    with pytest.raises(PromiseBroken):
        world_of(answer, "2026-01").lists.read("/users")


def test_query_goes_with_a_list_without_pages(world_of):
    """What is asked for beside the page is asked for where there are no pages, too; nothing where nothing is."""
    lines = []
    world = world_of(lambda line, _: (lines.append(line), (200, []))[1])

    world.lists.read("/users", query={"a": "b"})
    world.lists.read("/users")

    assert lines == ["GET /users?a=b", "GET /users"]


def test_items_are_told_by_a_member(world_of):
    """Only objects have members; each value is counted as often as it stands there."""
    listing = world_of(lambda *_: (200, [{"userId": "1"}, "userId", {"userId": "2"}, {"userId": "1"}, {}])).lists.read(
        "/users"
    )

    assert listing.count("userId") == {"1": 2, "2": 1}
    assert [item.place for item in listing.having("userId", "1")] == [(0,), (3,)]
    assert [item.place for item in listing.having("userId", None)] == [(4,)]


def test_every_list_of_a_type_is_read(world_of):
    """Each list below the same ids, with what reads it."""
    world = world_of(lambda *_: (200, []), "2026-01")
    resource = world.entities.type_made_by("createLocationResource")

    read = [
        (lister.id, listing.first.request.url.path)
        for lister, listing in world.lists.of(resource, {"userId": "u", "locationId": "l"})
    ]

    assert read == [
        ("listLocationResources", "/v1/users/u/locations/l/resources"),
        ("listResources", "/v1/users/u/resources"),
    ]


def test_known_items_are_without_what_changes(world_of):
    """What the contract does not speak of may be different each time, on any page."""

    def answer(line, _):
        number = int(line.partition("page=")[2].partition("&")[0])
        shown = [{"userId": str(number), "seen": number}]
        return 200, {"users": shown, "pagination": {"totalRecords": 2}}

    world = world_of(answer, "2026-01")

    assert world.lists.known(world.lists.read("/users")) == [{"userId": "1"}, {"userId": "2"}]


def test_list_is_not_read_for_ever(world_of, monkeypatch):
    """A list that promises more and more is read so far."""
    monkeypatch.setattr(listing, "MOST_PAGES", 4)
    book = Book(1000, most=1, told=9999)

    assert len(world_of(book, "2026-01").lists.read("/users").pages) == 3


def test_list_of_an_unknown_path_is_one_page(world_of):
    """What the contract does not know has no pages."""
    lines = []
    world = world_of(lambda line, _: (lines.append(line), (200, USERS))[1], "2026-01")

    assert world.lists.read("/nothing", UNSPECIFIED).values == USERS
    assert lines == ["GET /nothing"]
