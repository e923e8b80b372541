"""Answers for what is not there: a wrong one is one fault, whatever it is that is not there."""

import httpx
import pytest

from ecsuite.promises import BY_ID, PARENTS, PARTNERS_APART, STATUS_EXPECTED
from ecsuite.rules.absence import is_like_unknown, is_not_there, shows_nothing
from ecsuite.rules.snapshots import PROBE

USER = {"userId": "42"}
NULL = b"null"


@pytest.fixture
def answered(world_of):
    """A world, and its response to reading a user, with a status and a value."""

    def make(status, value=""):
        world = world_of(lambda *_: (status, value), "2023-10")
        return world, world.api.get("/users/42", expect=PROBE)

    return make


def broken(world):
    return [BY_ID[each.promise] for each in world.api.journal.findings if each.promise in {x.id for x in RULES}]


RULES = (PARENTS, PARTNERS_APART)


@pytest.mark.parametrize(
    ("response", "nothing"),
    [
        (httpx.Response(200, content=b"null"), True),
        (httpx.Response(404), True),
        (httpx.Response(200, json=USER), False),
        (httpx.Response(204), False),
    ],
)
def test_refusal_and_null_show_nothing(response, nothing):
    """A success without a body may have done something."""
    assert shows_nothing(response) is nothing


@pytest.mark.parametrize(
    ("status", "value", "kept", "promises"),
    [
        (404, "", True, []),
        (200, USER, False, [PARENTS]),
        (403, "", False, []),
        (500, "", False, []),
        (200, NULL, False, []),
    ],
)
def test_only_what_is_shown_breaks_the_promise(answered, status, value, kept, promises):
    """Another refusal, or null, is told as a status for what is not there."""
    world, response = answered(status, value)
    before = len(world.api.journal.findings)

    assert is_not_there(world.verify, PARENTS, response, {404}) is kept
    assert broken(world) == promises
    added = [each.promise for each in world.api.journal.findings[before:]]
    assert (STATUS_EXPECTED.id in added) is (not kept and not promises and status < 500)


@pytest.mark.parametrize(
    ("own", "unknown", "kept", "promises"),
    [
        ((404, ""), (404, ""), True, []),
        ((400, "no"), (400, "no such"), False, []),
        ((403, ""), (404, ""), False, [PARTNERS_APART]),
        ((200, USER), (404, ""), False, [PARTNERS_APART]),
        ((200, NULL), (200, NULL), False, []),
        ((200, {"queued": True}), (200, {"queued": True}), False, []),
        ((200, USER), (200, {"queued": True}), False, []),
    ],
)
def test_what_an_unknown_id_gets_tells_nothing_of_others(answered, own, unknown, kept, promises):
    """What differs from it does; where an id that nobody has made is found, that is told, and no more."""
    world, response = answered(*own)
    _, other = answered(*unknown)

    rule = world.contract.operations["getUser"].security
    assert is_like_unknown(world.verify, PARTNERS_APART, response, other, {404}, rule=rule, note="x") is kept
    assert broken(world) == promises
