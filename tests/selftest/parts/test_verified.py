"""Each way to verify a response: what it records where a promise is kept, broken, or where nobody can tell."""

import pytest
from verified import OWN, recorded

from ecsuite.compare import Trimmed
from ecsuite.findings.breach import STATUS, Place, body
from ecsuite.findings.datum import NOTHING
from ecsuite.messages.exchange import UNSPECIFIED
from ecsuite.rules.snapshots import NoSuch

RULE = ("paths",)
AT = body(("a",))


@pytest.fixture
def shown(world_of):
    """A world whose API answers any GET with a status and a value, and that response."""

    def make(value=None, status=200, edition="2023-10"):
        world = world_of(lambda *_: (status, value) if value is not None else status, edition)
        return world, world.api.get("/users/1", strict=False)

    return make


KEPT = ([], 1, [])
SINGLE = {
    "that holds": (lambda v, r: v.status(OWN, r, {200, 201}), True, KEPT),
    "a status that is none of those": (lambda v, r: v.status(OWN, r, {404, 400}), False, ([("status", STATUS, [400, 404], 200, "")], 0, [])),
    "nothing found": (lambda v, r: v.none(OWN, r, [], AT), True, KEPT),
    "something found": (lambda v, r: v.none(OWN, r, [7, 8], AT, seen_by="getIt"), False, ([("present", AT, None, 7, "getIt")], 0, [])),
    "null found": (lambda v, r: v.none(OWN, r, [None], AT), False, ([("present", AT, None, None, "")], 0, [])),
    "some": (lambda v, r: v.some(OWN, r, [7], AT), True, KEPT),
    "none of some": (lambda v, r: v.some(OWN, r, [], AT, seen_by="getIt"), False, ([("absent", AT, None, None, "getIt")], 0, [])),
    "once": (lambda v, r: v.once(OWN, r, "x", 1, AT), True, KEPT),
    "twice": (lambda v, r: v.once(OWN, r, "x", 2, AT, seen_by="getIt"), False, ([("duplicate", AT, "x", 2, "getIt")], 0, [])),
    "not once": (lambda v, r: v.once(OWN, r, "x", 0, AT), False, ([("absent", AT, "x", None, "")], 0, [])),
    "as many": (lambda v, r: v.count(OWN, r, 2, 2, AT), True, KEPT),
    "fewer": (lambda v, r: v.count(OWN, r, 2, 1, AT), False, ([("count", AT, 2, 1, "")], 0, [])),
    "more": (lambda v, r: v.count(OWN, r, 2, 3, AT, seen_by="getIt"), False, ([("count", AT, 2, 3, "getIt")], 0, [])),
    "equal": (lambda v, r: v.equal(OWN, r, 1, 1, AT), True, KEPT),
    "equal, of another type": (lambda v, r: v.equal(OWN, r, 1, actual=True, at=AT), False, ([("changed", AT, 1, True, "")], 0, [])),
    "equal, as a fraction": (lambda v, r: v.equal(OWN, r, 1, 1.0, AT), False, ([("changed", AT, 1, 1.0, "")], 0, [])),
    "not equal": (lambda v, r: v.equal(OWN, r, "a", "b", AT), False, ([("changed", AT, "a", "b", "")], 0, [])),
    "not there": (lambda v, r: v.equal(OWN, r, 1, NOTHING, AT), True, ([], 0, ["the response has no a"])),
    "null, where something has to be": (lambda v, r: v.equal(OWN, r, 1, None, AT), False, ([("changed", AT, 1, None, "")], 0, [])),
}  # fmt: skip


@pytest.mark.parametrize("name", SINGLE)
def test_outcome_is_returned_and_recorded(shown, name):
    """What is returned is what is recorded: kept once, broken once with its data, or not checked with the reason."""
    act, kept, seen = SINGLE[name]
    world, response = shown({"a": 1})

    assert act(world.verify, response) is kept
    assert recorded(world) == seen


def test_rest_of_a_breach_is_recorded(shown):
    """The rule, the case and the note of a breach go with it, and the response that is to blame."""
    world, response = shown({})

    world.verify.status(OWN, response, {404}, rule=RULE, case="c", note="n")

    (found,) = [each for each in world.api.journal.findings if each.promise == OWN.id]
    assert (found.breach.rule, found.breach.case, found.breach.note) == (RULE, "c", "n")
    assert (found.method, found.status, found.operation) == ("GET", 200, "getUser")


ACCEPTED = {
    "a success": (200, "", True, []),
    "a refusal": (400, "", False, ["refused with 400"]),
    "a refusal with a reason": (404, "why", False, ["refused with 404: why"]),
}


@pytest.mark.parametrize("name", ACCEPTED)
def test_acceptance_is_no_promise(shown, name):
    """A refusal that is allowed leaves the promise unchecked; a success records nothing."""
    status, why, accepted, reasons = ACCEPTED[name]
    world, response = shown({}, status)

    assert world.verify.accepted(response, why, OWN) is accepted
    assert recorded(world) == ([], 0, reasons)


IF_ANY = {
    "an object": ({"a": 1}, True),
    "another": ({"a": 2}, False),
    "a list, which is no entity": ([{"a": 2}], True),
    "a text": ("a", True),
    "nothing": (None, True),
}


@pytest.mark.parametrize("name", IF_ANY)
def test_response_may_show_nothing(shown, name):
    """Only an object is compared with what was sent."""
    value, kept = IF_ANY[name]
    world, response = shown(value)

    assert world.verify.shows_if_any({"a": 1}, response) is kept


def test_response_that_shows_something_is_not_partial(shown):
    """A member may be missing; a part of one only where that is said."""
    world, response = shown({"b": {}})

    assert world.verify.shows_if_any({"a": 1}, response) is True
    assert world.verify.shows_if_any({"b": {"c": 1}}, response) is False
    assert world.verify.shows_if_any({"b": {"c": 1}}, response, 2) is True


ITEMS = {
    "the whole": ({"id": "1", "a": 2}, {"id": "1", "a": 2, "more": 3}, True),
    "another value": ({"id": "1", "a": 2}, {"id": "1", "a": 3}, False),
    "a member less": ({"id": "1", "a": 2}, {"id": "1"}, False),
    "inside of a member": ({"id": "1", "a": 2}, {"event": {"id": "1", "a": 2}, "at": 3}, True),
    "inside of a member, another value": ({"id": "1", "a": 2}, {"event": {"id": "1", "a": 3}}, False),
    "inside of the second member": ({"id": "1"}, {"other": {"x": 1}, "event": {"id": "1"}}, True),
    "inside, but the whole has such a member": ({"id": "1"}, {"event": {"id": "1"}, "id": "2"}, False),
    "inside, with less": ({"id": "1", "a": 2}, {"event": {"id": "1"}}, False),
    "a list": ({"id": "1"}, [{"id": "1"}], False),
    "the same time, written otherwise": ({"at": "2026-01-19T06:00:00Z"}, {"at": "2026-01-19T07:00:00.0+01:00"}, True),
    "another time": ({"at": "2026-01-19T06:00:00Z"}, {"at": "2026-01-19T07:00:00Z"}, False),
}


@pytest.mark.parametrize("name", ITEMS)
def test_item_is_shown_as_the_list_has_it(shown, name):
    """As the whole response, or as one of its members, with all that the list shows of it."""
    item, value, kept = ITEMS[name]
    world, response = shown(value)

    assert world.verify.shows_item(item, response) is kept


@pytest.mark.parametrize(
    ("status", "unknown", "kept", "seen"),
    [
        (404, 404, True, KEPT),
        (400, 404, False, ([("status", STATUS, [404], 400, "")], 0, [])),
        (400, 400, True, KEPT),
        (404, 403, True, ([], 0, ["an unknown id gets 403"])),
    ],
)
def test_status_is_that_of_an_unknown_id(shown, status, unknown, kept, seen):
    """If the unknown id got one of the statuses that are allowed; else there is nothing to compare with."""
    world, response = shown({}, status)
    _, other = shown({}, unknown)

    assert world.verify.status_like(OWN, response, other, {400, 404}, RULE) is kept
    assert recorded(world) == seen


def test_nothing_is_told_of_others(shown):
    """A string that stands nowhere else must not stand in the response; what it is called is told."""
    world, response = shown({"x": "other-secret"})

    assert world.verify.mentions_nothing_of(OWN, response, {"mine": "m"}, RULE) is True
    assert world.verify.mentions_nothing_of(OWN, response, {"mine": "m", "other-secret": "a secret"}, RULE) is False
    assert recorded(world) == ([("present", body(), None, "a secret", "")], 1, [])


SHOWS = {
    "the same": ({"a": 1}, {}, True, KEPT),
    "a matcher": ({"text": Trimmed(" t ")}, {}, True, KEPT),
    "two differences": (
        {"a": 2, "b": {"c": 2}},
        {},
        False,
        ([("changed", AT, 2, 1, ""), ("changed", body(("b", "c")), 2, 3, "")], 0, []),
    ),
    "a member that the response leaves out": ({"none": 1}, {}, True, KEPT),
    "the same, of a whole": ({"none": 1}, {"whole": True}, False, ([("lost", body(("none",)), 1, None, "")], 0, [])),
    "a part that is partial": ({"b": {"none": 1}}, {}, False, ([("lost", body(("b", "none")), 1, None, "")], 0, [])),
    "a part that may be, two names deep": ({"b": {"none": 1}}, {"depth": 2}, True, KEPT),
    "inside of a member": ({"none": 1}, {"at": ("b",)}, True, KEPT),
    "inside of a member, partial": ({"d": {"none": 1}}, {"at": ("b",)}, False, ([("lost", body(("b", "d", "none")), 1, None, "")], 0, [])),
    "an item, whose index is no name": ({"none": 1}, {"at": ("list", 1)}, True, KEPT),
    "no such place": ({"none": 1}, {"at": ("list", 7)}, False, ([("absent", body(("list", 7)), None, None, "")], 0, [])),
}  # fmt: skip


@pytest.mark.parametrize("name", SHOWS)
def test_response_shows_what_was_sent(shown, name):
    """Each difference is a finding of its own; a response may leave members out as deep as it is said."""
    sent, options, kept, seen = SHOWS[name]
    world, response = shown({"a": 1, "b": {"c": 3, "d": {}}, "text": "t", "list": [1, {"a": 1}]})

    assert world.verify.shows(sent, response, promise=OWN, **options) is kept
    assert recorded(world) == seen


def test_unreadable_response_shows_nothing(world_of):
    """What is not JSON is told with the reason, as an id, where the checks have not told it."""
    world = world_of(lambda *_: 404)

    assert world.verify.shows({"a": 1}, world.api.get("/users/1", strict=False), promise=OWN) is False
    assert recorded(world) == ([("unreadable", body(), "application/json", "not-json", "")], 0, [])


def test_place_of_another_part_is_kept(shown):
    """A promise may be broken at any place, not only in a body."""
    world, response = shown({})
    at = Place("delivery", "attempts")

    world.verify.count(OWN, response, 1, 2, at)

    assert recorded(world)[0] == [("count", at, 1, 2, "")]


def test_unspecified_call_is_no_promise(world_of):
    """What is asked to see a state is judged by nothing."""
    world = world_of(lambda *_: (403, "no"))

    assert world.snapshots.state_of("/users/1") == NoSuch(403)
    assert world.api.get("/users/1", expect=UNSPECIFIED).status_code == 403
    assert world.api.journal.findings == ()
