"""Ids that are nobody's: a server that finds them tells nothing by what it finds."""

import pytest

from ecsuite.promises import DELETED_IS_GONE, REFUSED_CHANGES_NOTHING, STATUS_EXPECTED
from ecsuite.rules.entity import Entity
from ecsuite.rules.unknown_id import finds_any_id, is_unknown_found


def finding_all(line, _):
    """A server that finds whatever it is asked for."""
    return 200, {"userId": line.rpartition("/")[2]}


def finding_one(line, _):
    """A server that finds one user, and lists it."""
    if line == "GET /users/42":
        return 200, {"userId": "42"}
    return (404, None) if "/users/" in line else (200, [{"userId": "42"}])


@pytest.mark.parametrize(
    ("answer", "path", "found"),
    [(finding_all, "/users/42", True), (finding_one, "/users/42", False), (finding_all, "/users", False)],
    ids=["whatever is asked for", "that one alone", "a list"],
)
def test_unknown_id_is_found_or_not(answering, answer, path, found):
    """What is found under an id that nobody has made is another fault, recorded as such."""
    api = answering(answer)

    assert finds_any_id(api, path) is found
    promises = [each.promise for each in api.journal.findings]
    assert promises == ([STATUS_EXPECTED.id] if found else [])


def test_unknown_that_may_succeed_is_nothing(answering):
    """Where nothing published says what an unknown id gets, a success is no fault."""
    api = answering(finding_all)

    assert not is_unknown_found(api, api.get("/users/42"), frozenset({200, 404}))
    assert is_unknown_found(api, api.get("/users/42"), frozenset({404}))


@pytest.mark.parametrize(("answer", "promise"), [(finding_all, STATUS_EXPECTED), (finding_one, None)])
def test_call_is_blamed_for_what_it_left_alone(world_of, answer, promise):
    """A deletion, or a refusal, is to blame for what is still there, but where whatever is asked for is found."""
    world = world_of(answer)
    made = world.entities.type_made_by("createUser")
    user, blame = Entity(made, {"userId": "42"}, {"userId": "42"}, {}, None), world.api.get("/users/42")

    verify = world.verify
    kept = [
        verify.gone(user, blame),
        verify.is_there(REFUSED_CHANGES_NOTHING, user, blame, there=False),
        verify.nothing_at(REFUSED_CHANGES_NOTHING, made, "/users/42", blame),
        verify.not_made(made, user.ids, blame),
        verify.unreadable(blame, blame),
    ]

    assert kept == [False] * 5
    promises = {each.promise for each in world.api.journal.findings}
    assert promises == ({promise.id} if promise else {DELETED_IS_GONE.id, REFUSED_CHANGES_NOTHING.id})


def test_what_a_list_lacks_is_read(world_of):
    """That it is not there at all is told by its reading; the list need not be at fault."""
    world = world_of(lambda line, _: (404, None) if "/users/" in line else (200, []))
    made = world.entities.type_made_by("createUser")
    user = Entity(made, {"userId": "42"}, {"userId": "42"}, {}, None)

    assert not world.verify.listed_once(world.lists.read("/users"), user)
    assert STATUS_EXPECTED.id in {each.promise for each in world.api.journal.findings}
