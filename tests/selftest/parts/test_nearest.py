"""The operation that a call means whose path is none of the contract."""

import pytest

from ecsuite import editions
from ecsuite.traffic.nearest import is_alike, is_variable, nearest

HOOK = b'{"webhookUrl": "https://h/x"}'


@pytest.fixture
def guessed():
    """What is guessed of a call, by its line: the path of the operation, its values, and what is wrong."""

    def guess(line: str, body: bytes = b"") -> tuple | None:
        method, _, path = line.partition(" ")
        found = nearest(editions.contract("2026-01"), method, path, body)
        return found and (found.operation.path, dict(found.path_values), found.wrong)

    return guess


@pytest.mark.parametrize(
    ("line", "meant"),
    [
        ("GET /v1/users/a", ("/users/{userId}", {"userId": "a"}, "/v1")),
        ("GET /some/where/users", ("/users", {}, "/some/where")),
        ("get /users/a", ("/users/{userId}", {"userId": "a"}, "get")),
        ("GET //users", ("/users", {}, "//")),
        ("GET /user/a%20b", ("/users/{userId}", {"userId": "a b"}, "/user")),
        ("GET /users/a/events", None),
        ("GET ", None),
    ],
)
def test_path_is_almost_one(guessed, line, meant):
    """Something before a path, or its spelling, is told; what follows a name of the API is no other path of it."""
    assert guessed(line) == meant


def test_only_taker_of_a_body_is_meant(guessed):
    """Where just one operation takes what is sent, it is meant, whatever the path is; a path too short lacks its ids."""
    assert guessed("PUT /hooks/w", HOOK) == ("/webhooks/{webhookId}", {"webhookId": "w"}, "")
    assert guessed("PUT /hooks", HOOK) == ("/webhooks/{webhookId}", {"webhookId": "webhookId"}, "")


@pytest.mark.parametrize("body", [b"", b"{}", b'{"locationType": "Other"}', b"no JSON"])
def test_body_that_several_take_says_nothing(guessed, body):
    """What two operations take, or none, does not tell which is meant."""
    assert guessed("PATCH /hooks/w", body) is None


def test_segments_with_most_letters_in_common_are_alike():
    """Each segment is compared, in any case; a parameter is like any segment, and nothing is like a missing one."""
    assert is_alike(["", "users", "{userId}"], ["", "USER", "anything"])
    assert is_alike([f"{'x' * 17}abc"], [f"{'x' * 17}def"])
    assert not is_alike([f"{'x' * 6}ab"], [f"{'x' * 6}cd"])
    assert not is_alike(["users"], ["users", "a"])


def test_variable_is_a_text_with_braces():
    """A collection has them where a value is not known."""
    assert [is_variable(each) for each in ("{{id}}", "a-{{id}}", "id", "{id}", 7, None)] == [True, True] + [False] * 4


def test_body_tells_more_than_a_path_that_is_almost_one(guessed):
    """What only one operation asks for is meant, though the path ends like that of another."""
    users = b'{"users": [{"userId": "a"}]}'

    assert guessed("POST /batch/users", users)[0] == "/users/batch"
    assert guessed("POST /v1/users", b'{"userId": "a"}')[0] == "/users"
