"""What is looked at to see that a call changed nothing, and the values that tell whose a change is."""

import pytest
from scripted import Scripted, kinds

from ecsuite import editions
from ecsuite.rules.call import Call
from ecsuite.rules.snapshots import NoSuch, Probe, Snapshot, _beyond, probes_around
from ecsuite.samples import Body


def around(edition, operation, ids, sent=None):
    contract = editions.contract(edition)
    call = Call(contract.operations[operation], ids, None if sent is None else Body(sent))
    return {name: (probe.path, probe.shows, probe.is_shared) for name, probe in probes_around(contract, call).items()}


AROUND = {
    "a new entity of the partner's, whose id is the API's": (
        ("2023-10", "createWebhook", {}, {"webhookUrl": "x"}),
        {"listWebhooks": ("/webhooks", "own items", True)},
    ),
    "a new entity of the partner's, whose id is the client's": (
        ("2026-01", "createUser", {}, {"userId": "u"}),
        {"listUsers": ("/users", "own items", False), "getUser": ("/users/u", "value", False)},
    ),
    "a new entity below another": (
        ("2023-10", "createVehicle", {"userId": "u"}, {"vehicleId": "v"}),
        {
            "getUser": ("/users/u", "value", False),
            "listVehicles": ("/users/u/vehicles", "items", False),
            "getVehicle": ("/users/u/vehicles/v", "value", False),
        },
    ),
    "a new entity without its id": (
        ("2023-10", "createVehicle", {"userId": "u"}, {"vehicleId": 7}),
        {"getUser": ("/users/u", "value", False), "listVehicles": ("/users/u/vehicles", "items", False)},
    ),
    "a body that is no object": (
        ("2023-10", "createVehicle", {"userId": "u"}, []),
        {"getUser": ("/users/u", "value", False), "listVehicles": ("/users/u/vehicles", "items", False)},
    ),
    "an entity": (
        ("2023-10", "getVehicle", {"userId": "u", "vehicleId": "v"}),
        {"getUser": ("/users/u", "value", False), "getVehicle": ("/users/u/vehicles/v", "value", False)},
    ),
    "a list below an entity": (("2023-10", "listVehicles", {"userId": "u"}), {"getUser": ("/users/u", "value", False)}),
    "what stands alone below an entity": (
        ("2026-01", "createEnrollment", {"userId": "u"}),
        {"getUser": ("/users/u", "value", False), "getEnrollment": ("/users/u/enrollment", "value", False)},
    ),
    "a batch": (
        ("2026-01", "createLocations", {}, {"locations": [{"userId": "u", "locationId": "l"}, {"userId": "w"}]}),
        {
            "listLocations": ("/users/u/locations", "items", False),
            "getLocation": ("/users/u/locations/l", "value", False),
        },
    ),
    "an entity that is made of nothing": (
        ("2023-10", "createVehicle", {"userId": "u"}),
        {"getUser": ("/users/u", "value", False), "listVehicles": ("/users/u/vehicles", "items", False)},
    ),
    "a batch of a thing without its id": (
        ("2026-01", "createLocations", {}, {"locations": [{"userId": "u"}]}),
        {"listLocations": ("/users/u/locations", "items", False)},
    ),
    "a batch of nothing": (("2026-01", "createLocations", {}), {}),
    "a list of the partner's": (("2023-10", "listUsers", {}), {}),
    "a list of what others change, at a path that might be a user's": (("2026-01", "listEligibleUsers", {}), {}),
    "a list of what others change, at a path that might be a webhook's": (("2026-01", "listNotificationLogs", {}), {}),
}  # fmt: skip


@pytest.mark.parametrize("name", AROUND)
def test_all_that_a_call_could_change_is_looked_at(name):
    """The entities that it names, the list and the entity that it makes, what stands at its own path; nothing else."""
    given, probes = AROUND[name]

    assert around(*given) == probes


def test_states_are_what_reading_gives(world_of):
    """A value without what the API keeps by itself, or the status in its place; lists by all of their pages."""
    world = world_of(Scripted(**{
        "GET_/users/u/vehicles": (200, [{"vehicleId": "v", "x": 1}, {"vehicleId": "w"}]),
        "GET_/users/u": (200, {"userId": "u", "x": 1}),
        "GET_/users": (404, "no"),
    }))  # fmt: skip
    snapshots, operations = world.snapshots, world.contract.operations

    assert snapshots.state_of("/users/u") == {"userId": "u"}
    assert snapshots.state_of("/users/w") == NoSuch(404)
    assert snapshots.items_of("/users/u/vehicles") == [{"vehicleId": "v"}, {"vehicleId": "w"}]
    assert snapshots.items_of("/users") == NoSuch(404)
    assert snapshots.at(["/users/u", "/nothing"]).states == {
        Probe("getUser", "/users/u"): {"userId": "u"}, Probe("", "/nothing"): {},
    }  # fmt: skip
    assert snapshots.list_at(operations["listVehicles"], {"userId": "u"}).states == {
        Probe("listVehicles", "/users/u/vehicles", "items"): [{"vehicleId": "v"}, {"vehicleId": "w"}]
    }
    lengths = Snapshot(
        {Probe("listVehicles", "/users/u/vehicles", "length"): 0, Probe("listUsers", "/users", "length"): 0}
    )
    assert list(snapshots.again(lengths).states.values()) == [2, NoSuch(404)]


def test_own_items_are_those_that_were_drawn_here(world_of):
    """Of a list that others fill as well."""
    drawn = []
    world = world_of(
        Scripted(**{"GET_/users": lambda *_: (200, [{"userId": "theirs"}, *({"userId": each} for each in drawn)])})
    )
    probe = Probe("listUsers", "/users", "own items")

    before = world.snapshots.again(Snapshot({probe: None}))
    drawn.append(world.values.draw("id"))
    after = world.snapshots.again(before)

    assert before.states[probe] == []
    assert after.states[probe] == [{"userId": drawn[0]}]


def test_members_are_those_of_an_object(world_of):
    """An entity as it is now; what is no object has none."""
    world = world_of(Scripted(**{"GET_/users/u": (200, {"userId": "u"}), "GET_/users/l": (200, [])}))
    user, other = (world.entities.create(kinds(world)["createUser"], body=Body({"userId": own})) for own in "ul")

    assert world.snapshots.members_of(user) == {"userId": "u"}
    assert world.snapshots.members_of(other) == {}
    assert world.snapshots.of([user]).states == {Probe("getUser", "/users/u"): {"userId": "u"}}


def test_lists_of_what_is_made_of_nothing_are_counted(world_of):
    """Where nothing is sent to make an entity, no id tells whose it is: its list is only counted."""
    world = world_of(
        Scripted(**{"GET_/events": (200, {"events": [{"id": "e"}], "pagination": {"totalRecords": 1}})}), "2026-01"
    )
    operations = world.contract.operations
    made_of_nothing = [each.creator for each in world.contract.entity_types if not each.creator.request]

    for creator in made_of_nothing:
        assert list(world.snapshots.lengths(creator).states.values()) == [1]
    assert world.snapshots.lengths(operations["createUser"]).states == {}


def test_items_beyond_are_counted():
    """Each as often as it stands there more, whatever the order, of items and of members."""
    assert _beyond([{"a": 1, "b": 2}, 3, 3, 4], [3, {"b": 2, "a": 1}]) == [3, 4]
    assert _beyond([], [1]) == []


def test_drawn_values_are_marks(world_of):
    """A string that was drawn here stands nowhere else, and tells whose a value is; a secret is called one."""
    values = world_of(Scripted()).values
    own, secret, hour = values.draw("id"), values.draw("long-secret"), values.draw("hour")

    assert values.marks({"a": [own], "b": secret, "c": hour}) == {own: own, secret: "a secret"}
    assert values.marks({"a": own, "b": secret}, [own]) == {secret: "a secret"}
    assert values.has_drawn_of({"a": {"b": own}})
    assert not values.has_drawn_of({"a": hour, "b": "other"})


def test_values_are_of_their_kinds(world_of):
    """Hours follow one another; a hook leads to the receiver; secrets have what a careless server loses."""
    values = world_of(Scripted()).values

    assert [values.draw("hour") for _ in "12"] == ["2026-01-15T18:00:00+00:00", "2026-01-15T19:00:00+00:00"]
    assert values.draw("hook-url").startswith("https://partner.example/hooks/")
    assert values.draw("padded-secret").endswith("  ")
    assert len(values.draw("long-secret").encode()) > 64
    assert len(values.draw("digits")) == 8
    assert values.draw("digits").startswith("00")
    assert len(values.draw("vin")) == 17
    assert len(values.draw("secret")) == 40
