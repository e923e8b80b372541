"""Entities and lists are verified: as they must be shown, once, gone, there; changed and replaced."""

import httpx
import pytest
from verified import OWN, entity, recorded

from ecsuite.findings.breach import STATUS, body, listed
from ecsuite.promises import (
    CREATION_RESPONSE,
    DELETED_IS_GONE,
    LISTED_ONCE,
    PATCH_CHANGES_ONLY_GIVEN,
    PUT_REPLACES,
    REFUSED_CHANGES_NOTHING,
    ROUND_TRIP,
)
from ecsuite.rules.call import Call
from ecsuite.rules.entity import Entity
from ecsuite.rules.listing import Item, Listing

RULE = ("paths",)
AT = body(("a",))
KEPT = ([], 1, [])


@pytest.fixture
def shown(world_of):
    """A world whose API answers any GET with a status and a value, and that response."""

    def make(value=None, status=200, edition="2023-10"):
        world = world_of(lambda *_: (status, value) if value is not None else status, edition)
        return world, world.api.get("/users/1", strict=False)

    return make


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


@pytest.mark.parametrize(("day", "kept"), [("2026-01-20", True), ("2026-01-21", False)])
def test_listed_entity_is_shown_as_it_was_made(world_of, day, kept):
    """What the response that made an entity told of it, and nothing can change, its list tells, too."""
    hook = {"webhookId": "w", "createdDate": "2026-01-20T12:00:00Z"}
    listed = {"webhooks": [hook | {"createdDate": f"{day}T12:00:00Z"}], "pagination": {"totalRecords": 1}}

    def answer(line, _):
        return (201, hook) if line.startswith("POST") else (200, listed)

    world = world_of(answer, "2026-01")
    webhook = world.entities.create(world.entities.type_made_by("createWebhook"))

    assert world.verify.listed(webhook) is kept
    assert [(kind, at) for kind, at, *_ in recorded(world, CREATION_RESPONSE)[0]] == (
        [] if kept else [("changed", body(("webhooks", 0, "createdDate")))]
    )


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
    "another refusal, which is told of the reading": (403, [], False, []),
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

    assert world.verify.exists_as_shown(vehicle, response) is kept
    assert recorded(world, promise)[0] == broken
    assert bool(recorded(world, CREATION_RESPONSE)[2]) is (name == "not told")


@pytest.mark.parametrize(
    ("status", "state", "kept", "outcome"),
    [(400, 404, True, "passed"), (400, CAR, False, "broken"), (201, CAR, True, "not checked")],
)
def test_refused_batch_makes_none_of_its_items(world_of, status, state, kept, outcome):
    """What a refused batch named is not there; where the batch was taken, nothing is said of it."""
    world = api(world_of, _users_u_vehicles_v=state)
    vehicle = entity(world, "createVehicle", "v", CAR, userId="u")
    response = httpx.Response(status, request=vehicle.created.request)

    assert world.verify.not_made_by(vehicle, response) is kept
    broken, passed, not_checked = recorded(world, REFUSED_CHANGES_NOTHING)
    assert [bool(passed), bool(broken), bool(not_checked)] == [
        outcome == each for each in ("passed", "broken", "not checked")
    ]


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
    "not carried by every path": ([{"vehicleId": "a/b"}], 404, "a/b", True, [], [], ["not every path can contain such an id"]),
    "neither listed nor carried": ([], 404, "a/b", False, [("absent", listed("vehicleId"), "a/b", None, "listVehicles")], [], ["not every path can contain such an id"]),
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
    kept = world.changes.changed_only(PATCH_CHANGES_ONLY_GIVEN, location, before, name, location.created)
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

    kept = world.changes.replaced_whole(PUT_REPLACES, webhook, before, sent, webhook.created)

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
