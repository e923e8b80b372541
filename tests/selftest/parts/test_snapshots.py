"""Snapshots: what is looked at around a call, and where a later one differs."""

import pytest

from ecsuite import editions
from ecsuite.findings.breach import STATUS, body, listed
from ecsuite.rules.call import Call
from ecsuite.rules.snapshots import NoSuch, Probe, Snapshot, probes_around
from ecsuite.samples import Body

PROBE = Probe("getUser", "/users/1")
ITEMS = [{"id": 1}, {"id": 2}]
DIFFERENCES = {
    "nothing": ({"a": 1}, {"a": 1}, []),
    "a member": ({"a": 1}, {"a": 2}, [("changed", body(("a",)), 1, 2)]),
    "a member less": ({"a": 1}, {}, [("lost", body(("a",)), 1, None)]),
    "a member more": ({"a": 1}, {"a": 1, "b": 2}, [("extra", body(), {"a": 1}, {"a": 1, "b": 2})]),
    "gone": ({"a": 1}, NoSuch(404), [("absent", body(), {"a": 1}, None)]),
    "made": (NoSuch(404), {"a": 1}, [("present", body(), None, {"a": 1})]),
    "another status": (NoSuch(404), NoSuch(400), [("status", STATUS, [404], 400)]),
    "an item more": (ITEMS[:1], ITEMS, [("extra", listed(), None, {"id": 2})]),
    "an item less": (ITEMS, ITEMS[:1], [("lost", listed(), {"id": 2}, None)]),
    "a list that is gone": (ITEMS, NoSuch(404), [("absent", body(), ITEMS, None)]),
    "a list that is there": (NoSuch(404), ITEMS, [("present", body(), None, ITEMS)]),
    "another order": (ITEMS, ITEMS[::-1], []),
    "an item twice": (ITEMS, [*ITEMS, ITEMS[0]], [("extra", listed(), None, {"id": 1})]),
}


@pytest.mark.parametrize("name", DIFFERENCES)
def test_later_snapshot_differs(name):
    """Each difference says where it is, what was there and what is there now; order is none."""
    was, now, expected = DIFFERENCES[name]

    found = Snapshot({PROBE: was}).differences(Snapshot({PROBE: now}))

    breaches = [each.breach for each in found]
    assert [(each.kind, each.at, each.expected.value, each.actual.value) for each in breaches] == expected
    assert all(each.seen_by == "getUser" for each in breaches)


def around(operation, ids=None, body=None, edition="2023-10"):
    contract = editions.contract(edition)
    call = Call(contract.operations[operation], ids or {}, Body(body) if body else None)
    return {operation: (probe.path, probe.shows) for operation, probe in probes_around(contract, call).items()}


def test_call_that_makes_is_seen_in_list_and_entity():
    """Where something may be made, its list is looked at, and itself where its id is known."""
    found = around("createVehicle", {"userId": "u"}, {"vehicleId": "v"})

    assert found["listVehicles"] == ("/users/u/vehicles", "items")
    assert found["getVehicle"] == ("/users/u/vehicles/v", "value")


def test_shared_list_counts_own_items_only():
    """Others make entities that belong to the partner alone, so only what was drawn here counts in their list."""
    assert around("createWebhook", {}, {"webhookUrl": "x"}) == {"listWebhooks": ("/webhooks", "own items")}


def test_call_on_an_entity_is_seen_in_it():
    """What a call names, and what that belongs to, is looked at."""
    found = around("deleteVehicle", {"userId": "u", "vehicleId": "v"})

    assert set(found) == {"getUser", "getVehicle"}


def test_batch_is_seen_in_its_first_item():
    """A batch that makes anything makes its first item."""
    found = around("createUsers", {}, {"users": [{"userId": "a"}, {"userId": "b"}]}, "2026-01")

    assert found["getUser"] == ("/users/a", "value")


def test_singleton_is_seen_at_its_own_path():
    """What is neither an entity nor a list is read where it is changed."""
    found = around("createEnrollment", {"userId": "u"}, edition="2026-01")

    assert found["getEnrollment"] == ("/users/u/enrollment", "value")


def test_snapshot_is_taken_of_what_is_there(world_of, shop):
    """Lists of all partners' entities show what was drawn here; states are values, or the status in their place."""
    world = world_of(shop)
    user = world.entities.create(world.entities.type_made_by("createUser"))
    shop.kept["/users"]["other"] = {"userId": "somebody else's"}
    call = world.calls.unknown(world.contract.operations["createUser"])

    before = world.snapshots.around(call)

    assert [state for probe, state in before.states.items() if probe.operation == "listUsers"] == [
        [{"userId": user.id}]
    ]
    assert world.snapshots.state_of("/users/nobody") == NoSuch(404)


def test_lengths_are_of_what_is_made_of_nothing(world_of):
    """Only where nothing is sent to make an entity no id tells whose doing it is."""
    world = world_of(lambda *_: (200, []))

    assert world.snapshots.lengths(world.contract.operations["createUser"]).states == {}
