"""Snapshots: what is looked at around a call, and where a later one differs."""

import pytest

from ecsuite import editions
from ecsuite.rules.call import Call
from ecsuite.rules.snapshots import NoSuch, Probe, Snapshot, probes_around
from ecsuite.samples import Body

PROBE = Probe("GET /users/{userId}", "/users/1")
ITEMS = [{"id": 1}, {"id": 2}]
DIFFERENCES = {
    "nothing": ({"a": 1}, {"a": 1}, []),
    "a member": ({"a": 1}, {"a": 2}, [("GET /users/{userId} body /a", "an integer, 1, as before", "an integer, 2")]),
    "gone": ({"a": 1}, NoSuch(404), [("GET /users/{userId}", "an object with a, as before", "status 404")]),
    "made": (NoSuch(404), {"a": 1}, [("GET /users/{userId}", "status 404, as before", "an object with a")]),
    "another status": (NoSuch(404), NoSuch(400), [("GET /users/{userId}", "status 404, as before", "status 400")]),
    "an item more": (ITEMS[:1], ITEMS, [("GET /users/{userId}", "the 1 items from before", 'another item: {"id": 2}')]),
    "an item less": (ITEMS, ITEMS[:1], [("GET /users/{userId}", "the 2 items from before", 'without {"id": 2}')]),
    "another order": (ITEMS, ITEMS[::-1], []),
    "an item twice": (ITEMS, [*ITEMS, ITEMS[0]], [("GET /users/{userId}", "the 2 items from before", 'another item: {"id": 1}')]),
}  # fmt: skip


@pytest.mark.parametrize("name", DIFFERENCES)
def test_later_snapshot_differs(name):
    """Each difference says where it is, what was there and what is there now; order is none."""
    was, now, expected = DIFFERENCES[name]

    found = Snapshot({PROBE: was}).differences(Snapshot({PROBE: now}))

    assert [(each.at, each.expected, each.actual) for each in found] == expected


def test_long_item_is_cut_off():
    """An item that nobody would read to its end is shortened."""
    (found,) = Snapshot({PROBE: []}).differences(Snapshot({PROBE: ["x" * 200]}))

    assert len(found.actual) < 130


def around(operation, ids=None, body=None, edition="2023-10"):
    contract = editions.contract(edition)
    call = Call(contract.operations[operation], ids or {}, Body(body) if body else None)
    return {label: (probe.path, probe.shows) for label, probe in probes_around(contract, call).items()}


def test_call_that_makes_is_seen_in_list_and_entity():
    """Where something may be made, its list is looked at, and itself where its id is known."""
    found = around("createVehicle", {"userId": "u"}, {"vehicleId": "v"})

    assert found["GET /users/{userId}/vehicles"] == ("/users/u/vehicles", "items")
    assert found["GET /users/{userId}/vehicles/{vehicleId}"] == ("/users/u/vehicles/v", "value")


def test_shared_list_counts_own_items_only():
    """Others make entities that belong to the partner alone, so only what was drawn here counts in their list."""
    assert around("createWebhook", {}, {"webhookUrl": "x"}) == {"GET /webhooks": ("/webhooks", "own items")}


def test_call_on_an_entity_is_seen_in_it():
    """What a call names, and what that belongs to, is looked at."""
    found = around("deleteVehicle", {"userId": "u", "vehicleId": "v"})

    assert set(found) == {"GET /users/{userId}", "GET /users/{userId}/vehicles/{vehicleId}"}


def test_batch_is_seen_in_its_first_item():
    """A batch that makes anything makes its first item."""
    found = around("createUsers", {}, {"users": [{"userId": "a"}, {"userId": "b"}]}, "2026-01")

    assert found["GET /users/{userId}"] == ("/users/a", "value")


def test_singleton_is_seen_at_its_own_path():
    """What is neither an entity nor a list is read where it is changed."""
    found = around("createEnrollment", {"userId": "u"}, edition="2026-01")

    assert found["GET /users/{userId}/enrollment"] == ("/users/u/enrollment", "value")


def test_snapshot_is_taken_of_what_is_there(world_of, shop):
    """Lists of all partners' entities show what was drawn here; states are values, or the status in their place."""
    world = world_of(shop)
    user = world.entities.create(world.entities.type_made_by("createUser"))
    shop.kept["/users"]["other"] = {"userId": "somebody else's"}
    call = world.calls.unknown(world.contract.operations["createUser"])

    before = world.snapshots.around(call)

    assert [state for probe, state in before.states.items() if probe.label == "GET /users"] == [[{"userId": user.id}]]
    assert world.snapshots.state_of("/users/nobody") == NoSuch(404)


def test_lengths_are_of_what_is_made_of_nothing(world_of):
    """Only where nothing is sent to make an entity no id tells whose doing it is."""
    world = world_of(lambda *_: (200, []))

    assert world.snapshots.lengths(world.contract.operations["createUser"]).states == {}
