"""Lists keep the pages that a server sent."""

import pytest

from ecsuite.findings.broken import PromiseBroken
from ecsuite.messages.exchange import UNSPECIFIED
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
