"""Each way to verify: what it records where a promise is kept, where it is broken, and where nobody can tell."""

import httpx
import pytest

from ecsuite.compare import Trimmed
from ecsuite.findings.breach import STATUS, Place, body, listed
from ecsuite.findings.datum import NOTHING
from ecsuite.messages.exchange import UNSPECIFIED
from ecsuite.promises import (
    CREATION_RESPONSE,
    DELETED_IS_GONE,
    DELIVERY_LOGS,
    LISTED_ONCE,
    OTHERS_UNTOUCHED,
    PATCH_CHANGES_ONLY_GIVEN,
    PUT_REPLACES,
    REFUSED_CHANGES_NOTHING,
    ROUND_TRIP,
)
from ecsuite.rules import verify_state
from ecsuite.rules.call import Call
from ecsuite.rules.entity import Entity
from ecsuite.rules.listing import Item, Listing
from ecsuite.rules.snapshots import NoSuch, Probe, Snapshot
from ecsuite.rules.verify_state import _blamed

RULE = ("paths",)
AT = body(("a",))
# A promise that no check of an exchange is about, so that all that is recorded of it is by the rule.
OWN = DELIVERY_LOGS


def recorded(world, promise=OWN):
    """What is in the journal of a promise: broken with the data, passed so many times, not checked with the reasons."""
    broken = [
        (each.breach.kind, each.breach.at, each.breach.expected.value, each.breach.actual.value, each.breach.seen_by)
        for each in world.api.journal.findings
        if each.promise == promise.id
    ]
    tally = world.api.journal.tally
    passed = sum(n for seen, n in tally.observations.items() if seen.promise == promise.id and seen.outcome == "passed")
    return broken, passed, [reason for name, reason in tally.not_checked if name == promise.id]


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

    assert world.verify.tells_nothing_of(OWN, response, {"mine": "m"}, RULE) is True
    assert world.verify.tells_nothing_of(OWN, response, {"mine": "m", "other-secret": "a secret"}, RULE) is False
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
    """What is no JSON is told with the reason, as an id."""
    world = world_of(lambda *_: 200)

    assert world.verify.shows({"a": 1}, world.api.get("/users/1", strict=False), promise=OWN) is False
    assert recorded(world) == ([("unreadable", body(), "application/json", "not-json", "")], 0, [])


# Entities


def entity(world, creator, own, sent, **parents):
    """An entity as if it had been made by a response that shows all that was sent; nothing is sent."""
    kind = world.entities.type_made_by(creator)
    request = httpx.Request("POST", "https://api.example/v1/x", json=sent)
    ids = {**parents, kind.parameter: own}
    shown = world.representation.of_entity(kind, sent, ids)
    return Entity(kind, ids, sent, shown, httpx.Response(201, json=sent, request=request))


def api(world_of, **answers):
    """A world whose API answers paths with values, or with a status; the rest with 404."""

    def answer(line, _):
        found = answers.get(line.partition(" ")[2].partition("?")[0].replace("/", "_"), 404)
        return found if isinstance(found, (int, tuple)) else (200, found)

    return world_of(answer)


CAR = {"vehicleId": "v", "metadata": {"brand": "Think"}}


@pytest.mark.parametrize(
    ("answer", "kept"),
    [
        (CAR, True),
        ({"vehicleId": "v"}, True),
        ({"vehicleId": "v", "metadata": {"brand": "Thunk"}}, False),
        ({"vehicleId": "v", "metadata": {}}, False),
        ({"vehicleId": "v", "userId": "another"}, False),
        (404, False),
    ],
)
def test_entity_is_read_as_it_is(world_of, answer, kept):
    """As it must be shown; what cannot be read is a finding of the checks, and no promise that was kept."""
    world = api(world_of, _users_u_vehicles_v=answer)
    vehicle = entity(world, "createVehicle", "v", CAR, userId="u")

    assert world.verify.readable(vehicle) is kept
    assert world.verify.reads(vehicle.path, vehicle.representation, promise=OWN) is kept
    assert recorded(world)[1] == int(kept)


def test_entity_is_read_as_it_was_made(world_of):
    """What the response that made it showed of it stays, if nothing can change it: a promise of its own."""
    made = {"vehicleId": "v", "metadata": {"year": 2009}}
    world = api(world_of, _users_u_vehicles_v={"vehicleId": "v", "metadata": {"year": 2010}})
    vehicle = entity(world, "createVehicle", "v", CAR, userId="u")
    vehicle = Entity(vehicle.type, vehicle.ids, {}, {}, httpx.Response(201, json=made, request=vehicle.created.request))

    world.verify.readable_as_created(vehicle)

    assert recorded(world, ROUND_TRIP) == ([], 1, [])
    # A vehicle can be deleted, so that only what is immutable has to stay: nothing of it is.
    assert recorded(world, CREATION_RESPONSE) == ([], 1, [])


LISTS = {
    "once": ([CAR, {"vehicleId": "w"}], True, []),
    "twice": ([CAR, CAR], False, [("duplicate", listed("vehicleId"), "v", 2, "")]),
    "not at all": ([{"vehicleId": "w"}], False, [("absent", listed("vehicleId"), "v", None, "")]),
}


@pytest.mark.parametrize("name", LISTS)
def test_entity_is_listed_once(world_of, name):
    """Neither twice nor not at all."""
    value, kept, broken = LISTS[name]
    world = api(world_of, _users_u_vehicles=value)
    vehicle = entity(world, "createVehicle", "v", CAR, userId="u")

    assert world.verify.listed(vehicle) is kept
    assert recorded(world, LISTED_ONCE) == (broken, int(kept), [])


def test_listed_entity_is_shown_as_it_is(world_of):
    """In the list it is as it must be shown."""
    world = api(world_of, _users_u_vehicles=[{"vehicleId": "w"}, {"vehicleId": "v", "metadata": {"brand": "Thunk"}}])
    vehicle = entity(world, "createVehicle", "v", CAR, userId="u")

    assert (
        world.verify.all_listed([vehicle, entity(world, "createVehicle", "w", {"vehicleId": "w"}, userId="u")]) is False
    )
    assert recorded(world, LISTED_ONCE) == ([], 2, [])
    assert recorded(world, ROUND_TRIP)[0] == [("changed", body((1, "metadata", "brand")), "Think", "Thunk", "")]


def test_no_entities_are_listed(world_of):
    """Of nothing there is nothing to look for."""
    world = api(world_of)

    assert world.verify.all_listed([]) is True
    assert world.api.journal.tally.exchanges == 0


@pytest.mark.parametrize(("ids", "kept"), [(["1", "2"], True), (["1", "3"], False), (["1", "4"], False)])
def test_many_are_listed_once_each(shown, ids, kept):
    """Each of them once; how many are is told."""
    world, response = shown([])
    items = tuple(Item({"userId": own}, response, ()) for own in ("1", "2", "3", "3"))

    assert world.verify.each_listed_once(Listing((response,), items), "userId", ids) is kept
    assert recorded(world, LISTED_ONCE)[0] == ([] if kept else [("count", listed("userId"), 2, 1, "")])


def test_entity_is_not_in_a_list(shown):
    """Where it is, its id is told."""
    world, response = shown([])
    user = entity(world, "createUser", "1", {"userId": "1"})
    items = (Item({"userId": "1"}, response, ()),)

    assert world.verify.not_listed(OWN, Listing((response,)), user) is True
    assert world.verify.not_listed(OWN, Listing((response,), items), user, rule=RULE) is False
    assert recorded(world) == ([("present", listed("userId"), None, "1", "")], 1, [])


GONE = {
    "gone": (404, [], True, []),
    "gone, and no such list": (404, 404, True, []),
    "still there": (CAR, [], False, [("present", body(), None, CAR, "getVehicle")]),
    "still listed": (404, [CAR], False, [("present", listed("vehicleId"), None, "v", "listVehicles")]),
    "another refusal": (403, [], False, [("status", STATUS, [404], 403, "getVehicle")]),
}


@pytest.mark.parametrize("name", GONE)
def test_deleted_entity_is_nowhere(world_of, name):
    """It cannot be read, with a status for what is not there, and is in no list; the deletion is to blame."""
    state, lists, kept, broken = GONE[name]
    world = api(world_of, _users_u_vehicles_v=state, _users_u_vehicles=lists)
    vehicle = entity(world, "createVehicle", "v", CAR, userId="u")

    assert world.verify.gone(vehicle, vehicle.created) is kept
    assert recorded(world, DELETED_IS_GONE)[0] == broken
    assert {each.method for each in world.api.journal.findings if each.promise == DELETED_IS_GONE.id} <= {"POST"}


@pytest.mark.parametrize(
    ("state", "there", "kept", "broken"),
    [
        (CAR, True, True, []),
        (404, True, False, [("status", STATUS, [200], 404, "getVehicle")]),
        (404, False, True, []),
        (CAR, False, False, [("present", body(), None, CAR, "getVehicle")]),
    ],
)
def test_entity_is_there_or_not(world_of, state, there, kept, broken):
    """As it is said that it is."""
    world = api(world_of, _users_u_vehicles_v=state)
    vehicle = entity(world, "createVehicle", "v", CAR, userId="u")

    assert world.verify.is_there(OWN, vehicle, vehicle.created, there=there) is kept
    assert recorded(world)[0] == broken


TOLD = {
    "refused, and not there": (400, "no", 404, True, (REFUSED_CHANGES_NOTHING, [])),
    "refused, and there": (400, "no", CAR, False, (REFUSED_CHANGES_NOTHING, [("present", body(), None, CAR, "getVehicle")])),
    "told, and there": (200, {"id": "v-1"}, CAR, True, (CREATION_RESPONSE, [])),
    "told, and not there": (200, {"id": "v-1"}, 404, False, (CREATION_RESPONSE, [("status", STATUS, [200], 404, "getVehicle")])),
    "not told": (200, {}, 404, True, (CREATION_RESPONSE, [])),
}  # fmt: skip


@pytest.mark.parametrize("name", TOLD)
def test_batch_made_what_it_tells(world_of, name):
    """What a batch shows is there; what was refused is not; where it does not say, nobody can tell."""
    status, value, state, kept, (promise, broken) = TOLD[name]
    world = api(world_of, **{"_users_u_vehicles_v-1": state})
    vehicle = entity(world, "createVehicle", "v-1", CAR, userId="u")
    response = httpx.Response(status, json=value, request=vehicle.created.request)

    assert world.verify.there_as_told(vehicle, response) is kept
    assert recorded(world, promise)[0] == broken
    assert bool(recorded(world, CREATION_RESPONSE)[2]) is (name == "not told")


@pytest.mark.parametrize(("state", "kept"), [(404, True), (400, False), (CAR, False)])
def test_refused_call_leaves_nothing(world_of, state, kept):
    """At the path there is 404 and nothing else; an entity that was not made may be refused in any way."""
    world = api(world_of, _users_u_vehicles_v=state)
    vehicle = entity(world, "createVehicle", "v", CAR, userId="u")

    assert world.verify.nothing_at(OWN, vehicle.type, vehicle.path, vehicle.created) is kept
    assert world.verify.not_made(vehicle.type, vehicle.ids, vehicle.created) is (state != CAR)
    assert bool(recorded(world, REFUSED_CHANGES_NOTHING)[0]) is (state == CAR)


@pytest.mark.parametrize(("state", "kept"), [(404, True), (CAR, False)])
def test_refused_call_makes_nothing_of_an_unknown_id(world_of, state, kept):
    """Of the type whose id it is; where the call has not all of its parameters there is nothing to look at."""
    world = api(world_of, _users_u_vehicles_v=state)
    operations = world.contract.operations
    refused = entity(world, "createVehicle", "v", CAR, userId="u").created

    assert (
        world.verify.not_made_at(
            Call(operations["getVehicle"], {"userId": "u", "vehicleId": "v"}), "vehicleId", refused
        )
        is kept
    )
    assert world.verify.not_made_at(Call(operations["getVehicle"], {"vehicleId": "v"}), "vehicleId", refused) is True
    assert world.verify.not_made_at(Call(operations["getEvent"], {"eventId": "v"}), "eventId", refused) is True


def test_later_list_shows_nothing_of_a_refusal(world_of):
    """What was refused before its parent was made must not stand in the parent's list."""
    world = api(world_of, _users_u_vehicles=[{"vehicleId": "mark-1"}])
    vehicle = entity(world, "createVehicle", "v", CAR, userId="u")
    listing = world.lists.read("/users/u/vehicles")

    assert world.verify.shows_nothing_of(OWN, listing, ["mark-2"], vehicle.type, vehicle.created) is True
    assert world.verify.shows_nothing_of(OWN, listing, ["mark-2", "mark-1"], vehicle.type, vehicle.created) is False
    assert recorded(world) == ([("present", listed(), None, "mark-1", "listVehicles")], 1, [])


TAKEN = {
    "listed and read": ([{"vehicleId": "odd"}], {"vehicleId": "odd"}, "odd", True, [], [], []),
    "not listed": ([], {"vehicleId": "odd"}, "odd", False, [("absent", listed("vehicleId"), "odd", None, "listVehicles")], [], []),
    "not read": ([{"vehicleId": "odd"}], 404, "odd", False, [], [("status", STATUS, [200], 404, "")], []),
    "not carried by every path": ([{"vehicleId": "a/b"}], 404, "a/b", True, [], [], ["not every path carries such an id"]),
    "neither listed nor carried": ([], 404, "a/b", False, [("absent", listed("vehicleId"), "a/b", None, "listVehicles")], [], ["not every path carries such an id"]),
}  # fmt: skip


@pytest.mark.parametrize("name", TAKEN)
def test_unusual_id_that_was_taken_works(world_of, name):
    """It is listed under it, and can be read by it, where a path carries it."""
    lists, state, own, kept, unlisted, unread, reasons = TAKEN[name]
    world = api(world_of, _users_u_vehicles=lists, **{f"_users_u_vehicles_{own}": state})
    vehicle = entity(world, "createVehicle", own, {"vehicleId": own}, userId="u")

    assert world.verify.taken_id_is_there(vehicle, "case-7") is kept
    assert recorded(world, LISTED_ONCE)[0] == unlisted
    assert recorded(world, ROUND_TRIP)[0] == unread
    assert recorded(world, ROUND_TRIP)[2] == reasons
    assert {
        each.breach.case for each in world.api.journal.findings if each.promise in {LISTED_ONCE.id, ROUND_TRIP.id}
    } <= {"case-7"}


# Changes


def patched(world_of, after, before, name):
    world = world_of(lambda *_: (200, after), "2026-01")
    location = entity(world, "createLocation", "l", {"locationId": "l"}, userId="u")
    kept = world.verify.changed_only(PATCH_CHANGES_ONLY_GIVEN, location, before, name, location.created)
    return kept, recorded(world, PATCH_CHANGES_ONLY_GIVEN)


PATCHED = {
    "nothing else": ({"name": "b", "meterPointIds": ["1"]}, {"name": "a", "meterPointIds": ["1"]}, "name", []),
    "another member": (
        {"name": "b", "meterPointIds": ["2"]},
        {"name": "a", "meterPointIds": ["1"]},
        "name",
        [("changed", body(("meterPointIds",)), ["1"], ["2"], "getLocation")],
    ),
    "another member, which is gone": (
        {"name": "b"},
        {"name": "a", "meterPointIds": ["1"]},
        "name",
        [("changed", body(("meterPointIds",)), ["1"], None, "getLocation")],
    ),
    "the deprecated member with its successor": ({"meterPointIds": ["2"], "meterPointId": "2"}, {"meterPointIds": ["1"], "meterPointId": "1"}, "meterPointIds", []),
    "the deprecated member with another": (
        {"name": "b", "meterPointId": "2"},
        {"name": "a", "meterPointId": "1"},
        "name",
        [("changed", body(("meterPointId",)), "1", "2", "getLocation")],
    ),
    "a member more": ({"name": "b", "meterPointIds": ["2"]}, {"name": "a"}, "name", []),
}  # fmt: skip


@pytest.mark.parametrize("name", PATCHED)
def test_change_moves_what_it_names_alone(world_of, name):
    """Each other member that it moves is a finding; what is deprecated goes with the member that took its place."""
    after, before, changed, broken = PATCHED[name]

    kept, (found, passed, _) = patched(world_of, after, before, changed)

    assert (kept, found) == (not broken, broken)
    others = before.keys() - {changed} - ({"meterPointId"} if changed == "meterPointIds" else set())
    assert passed == len(others) - len(broken)


REPLACED = {
    "its new value": ({"name": "a"}, {"name": "b"}, {}, []),
    "no value": ({"name": "a"}, {}, {}, []),
    "null": ({"name": "a"}, {"name": None}, {}, []),
    "its old value": ({"name": "a"}, {"name": "a"}, {}, [("same", body(("name",)), None, "a", "getWebhook")]),
    "its old value, which was sent again": ({"name": "a"}, {"name": "a"}, {"name": "a"}, []),
    "the old value of a switch": ({"enabled": True}, {"enabled": True}, {}, []),
    "null before": ({"name": None}, {}, {}, []),
    "nothing before": ({}, {}, {}, []),
}


@pytest.mark.parametrize("name", REPLACED)
def test_replacement_keeps_nothing_that_it_omits(world_of, name):
    """What a PUT leaves out must not keep its old value; what it is then is unspecified."""
    before, after, sent, broken = REPLACED[name]
    world = world_of(lambda *_: (200, after), "2026-01")
    webhook = entity(world, "createWebhook", "w", {"name": "a", "enabled": True})

    kept = world.verify.replaced_whole(PUT_REPLACES, webhook, before, sent, webhook.created)

    assert kept is (not broken)
    assert recorded(world, PUT_REPLACES)[0] == broken


DEPRECATED = {
    "under its own name": ({"meterPointId": "1"}, True, None),
    "under the name in its place": ({"meterPointIds": ["1"]}, True, None),
    "under both": ({"meterPointId": "1", "meterPointIds": ["1", "2"]}, True, None),
    "under its own name alone": ({"meterPointId": "1", "meterPointIds": ["2"]}, True, None),
    "another value under its own name, the right one under the other": (
        {"meterPointId": "2", "meterPointIds": ["1"]},
        True,
        None,
    ),
    "under neither, for neither is shown": ({}, True, None),
    "other values": ({"meterPointId": "2", "meterPointIds": ["3"]}, False, "2"),
}


@pytest.mark.parametrize("name", DEPRECATED)
def test_deprecated_member_is_shown_under_either_name(world_of, name):
    """What was sent under a deprecated name is shown there, or under the name that took its place."""
    shown, kept, actual = DEPRECATED[name]
    world = world_of(lambda *_: (200, {"locationId": "l", **shown}), "2026-01")
    location = entity(world, "createLocation", "l", {"locationId": "l", "meterPointId": "1"}, userId="u")

    assert world.verify.readable(location) is kept
    broken = [each for each in recorded(world, ROUND_TRIP)[0] if each[1] == body(("meterPointId",))]
    assert broken == ([] if kept else [("changed", body(("meterPointId",)), "1", actual, "")])


# What a call left behind


def test_unchanged_state_is_a_promise_kept(world_of):
    """Where nothing differs it is passed; what differs is told with the rule, each of the call that is to blame."""
    states = {"/users": [{"userId": "u"}], "/webhooks": [{"id": "1"}]}
    world = world_of(lambda line, _: (200, states[line.partition(" ")[2]]))
    probes = {
        Probe("listUsers", "/users", "items"): [{"userId": "u"}],
        Probe("listWebhooks", "/webhooks", "items"): [{"id": "1"}],
    }
    blame = world.api.get("/users", strict=False)

    assert world.verify.unchanged(OTHERS_UNTOUCHED, Snapshot(probes), blame) is True
    states["/users"], states["/webhooks"] = [], [{"id": "2"}]
    assert world.verify.unchanged(OTHERS_UNTOUCHED, Snapshot(probes), blame, rule=RULE) is False

    assert recorded(world, OTHERS_UNTOUCHED) == (
        [
            ("lost", listed(), {"userId": "u"}, None, "listUsers"),
            ("extra", listed(), None, {"id": "2"}, "listWebhooks"),
        ],
        1,
        [],
    )
    assert {each.breach.rule for each in world.api.journal.findings if each.promise == OTHERS_UNTOUCHED.id} == {RULE}


def test_own_change_is_not_looked_at_again(world_of):
    """Only what others may have changed is looked at again; what nobody else can change is the call's doing."""
    acts = []
    world = world_of(lambda *_: (200, []))
    own, shared = (Probe("listUsers", "/users", "items", is_shared=each) for each in (False, True))
    blame = world.api.get("/users", strict=False)

    for probes in ({own: [{}]}, {own: [{}], shared: [{}]}):
        assert world.verify.unchanged(OWN, Snapshot(probes), blame, again=lambda: acts.append(1)) is False
    assert acts == []


class Hooks:
    """A list of webhooks that others change, too; and a clock on which each look at it takes a tenth of a second."""

    def __init__(self, monkeypatch, by_itself=()):
        self.ids = ["0"]
        self.acts = self.looks = 0
        self.times = []
        self._by_itself = by_itself
        monkeypatch.setattr(verify_state, "time", self)

    def monotonic(self):
        self.times.append(self.looks)
        return 100.0 + self.looks / 10

    def __call__(self, *_):
        self.looks += 1
        if self.looks in self._by_itself:
            self.ids.append(f"other-{self.looks}")
        return 200, [{"id": own} for own in self.ids]

    def act(self, times):
        """What makes a webhook as often as it is done, so many times."""
        self.acts += 1
        if self.acts <= times:
            self.ids.append(f"own-{self.acts}")


SHARED = Probe("listWebhooks", "/webhooks", "items", is_shared=True)
AGAIN = {
    "never": (0, (), True, ([], 1, []), 1),
    "once": (1, (), True, ([], 1, []), 2),
    "twice": (2, (), True, ([], 1, []), 3),
    "each time": (9, (), False, ([("extra", listed(), None, {"id": "own-3"}, "listWebhooks")], 0, []), 3),
    "by itself as well": (9, (5,), True, ([], 0, ["others make such things meanwhile, again and again"]), 1),
    "by itself as well, at the end of its time": (
        9,
        (13,),
        True,
        ([], 0, ["others make such things meanwhile, again and again"]),
        1,
    ),
    "by itself, but later": (1, (30,), True, ([], 1, []), 2),
}


@pytest.mark.parametrize("name", AGAIN)
def test_shared_change_has_to_come_again_each_time(world_of, monkeypatch, name):
    """It is the call's doing where it comes with the call three times, and never without it in as long a time."""
    comes, by_itself, kept, seen, acts = AGAIN[name]
    hooks = Hooks(monkeypatch, by_itself)
    world = world_of(hooks)
    blame = world.api.get("/webhooks", strict=False)
    hooks.looks = 0

    found = world.verify.unchanged(OWN, Snapshot({SHARED: []}), blame, again=lambda: hooks.act(comes))

    assert found is kept
    assert recorded(world) == seen
    assert hooks.acts == acts


def test_call_is_to_blame_whose_id_is_shown():
    """The first whose body has a long string that stands in what changed; a short one may stand there by chance."""

    def sent(*bodies):
        return [httpx.Response(200, request=httpx.Request("POST", "https://h/", content=each)) for each in bodies]

    (otherwise,) = sent(b"")
    long, short = "a" * 21, "a" * 20
    value = {"list": [{"id": long, "å": "å" * 21}]}

    for body_, blamed in (
        (f'{{"x": {{"id": "{long}"}}}}', True),
        (f'{{"id": "{short}"}}', False),
        (f'{{"id": "{long}b"}}', False),
        (f'{{"id": "{"å" * 21}"}}', True),
        (f'"{long}"', True),
        ("7", False),
        ("no JSON", False),
    ):
        responses = sent(b'{"other": "x"}', body_.encode())
        assert (_blamed(value, responses, otherwise) is responses[1]) is blamed
        assert (_blamed(value, responses, otherwise) is otherwise) is not blamed
    assert _blamed(NoSuch(404), sent(b'{"id": "x"}'), otherwise) is otherwise


@pytest.mark.parametrize(
    ("was", "now", "calls", "kept", "seen"),
    [
        (1, 1, 2, True, KEPT),
        (1, 2, 2, True, KEPT),
        (1, 3, 2, False, ([("count", listed(), 1, 3, "listUsers")], 0, [])),
        (1, 4, 2, False, ([("count", listed(), 1, 4, "listUsers")], 0, [])),
        (3, 1, 2, True, KEPT),
        (NoSuch(404), 1, 2, True, ([], 0, ["listUsers cannot be read"])),
        (1, None, 2, True, ([], 0, ["listUsers cannot be read"])),
    ],
)
def test_list_grows_by_less_than_the_calls(world_of, was, now, calls, kept, seen):
    """An item for each of the refused calls is no coincidence; a list that cannot be read says nothing."""
    world = world_of(lambda *_: (404, "no") if now is None else (200, [{}] * now))
    posted, put = (httpx.Request(method, "https://api.example/v1/users") for method in ("POST", "PUT"))
    refused = [*[httpx.Response(401, request=posted)] * (calls - 1), httpx.Response(401, request=put)]

    before = Snapshot({Probe("listUsers", "/users", "length"): was})

    assert world.verify.grew_less(OWN, before, refused, RULE) is kept
    assert recorded(world) == seen
    # The last of them is to blame.
    assert {each.method for each in world.api.journal.findings if each.promise == OWN.id} <= {"PUT"}


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
