"""A partner brings all its users at once."""

import pytest

from ecsuite.rules import LISTED_ONCE

pytestmark = [pytest.mark.guide, pytest.mark.edition("2026-01")]
MANY = 1000
# A recording of a thousand users would say no more than one of these.
FEW = 12
LOOKED_AT = 5


@pytest.mark.scenario("onboarding")
def test_many_users_are_brought_at_once(world):
    """A thousand users, and a location for each of them, in two calls (twelve where they are recorded)."""
    count = FEW if world.in_order else MANY
    users = [{"userId": world.draw("id")} for _ in range(count)]
    locations = [
        {"userId": user["userId"], "locationId": world.draw("id"), "meterPointIds": [world.draw("meter-point-id")]}
        for user in users
    ]

    made = world.api.post("/users/batch", json={"users": users})
    added = world.api.post("/users/locations/batch", json={"locations": locations})

    operations = world.contract.operations
    world.rules.compare(world.shown_by(operations["createUsers"], {"users": users}), made, whole=False, depth=2)
    shown = world.shown_by(operations["createLocations"], {"locations": locations})
    world.rules.compare(shown, added, whole=False, depth=2)
    listed = world.listed("/users")
    times = world.count(listed, "userId")
    missing = [user["userId"] for user in users if times[user["userId"]] != 1]
    world.rules.require(
        LISTED_ONCE,
        listed,
        holds=not missing,
        at="the list",
        expected=f"each of {count} users once",
        actual=f"{count - len(missing)} of them once",
    )
    for location in [*locations[:LOOKED_AT], *locations[-LOOKED_AT:]]:
        seen = world.api.get(f"/users/{location['userId']}/locations/{location['locationId']}")
        world.rules.compare(world.shown_by(operations["createLocation"], location), seen, whole=False)


@pytest.mark.scenario("meter-point-with-zeros")
def test_meter_point_keeps_its_zeros(world):
    """A meter point id is text, and keeps its leading zeros: at a location, and at what is connected there."""
    meter = f"00{world.ids.digits(16)}"
    place = {"locationId": world.draw("id"), "locationType": "Residential", "meterPointIds": [meter]}
    home = world.make(world.entity_type("createLocation"), body=world.body_of(place))
    tank = {"resourceId": world.draw("id"), "resourceType": "HotWaterTank", "meterPointId": meter}
    connected = world.make(world.entity_type("createLocationResource"), home, body=world.body_of(tank))

    for entity in (home, connected):
        world.read(entity)


@pytest.mark.scenario("two-homes")
def test_what_is_at_two_homes_is_shown_where_it_is(world):
    """Resources at two homes of a user, each on the meter of its home: every list shows each with its own."""
    entity_type, user = world.entity_type("createLocationResource"), world.default(world.entity_type("createUser"))
    homes = [world.make(world.entity_type("createLocation"), user, full=True) for _ in range(2)]
    connected = {}
    for home, resource_type in zip(homes, ("HotWaterTank", "Charger"), strict=True):
        meter = home.sent["meterPointIds"][0]
        body = {"resourceId": world.draw("id"), "resourceType": resource_type, "meterPointId": meter}
        connected[home.id] = world.make(entity_type, home, body=world.body_of(body))

    for home_id, entity in connected.items():
        shown = entity.shown | {"locationId": home_id}
        for lister in entity_type.listers:
            listed = world.listed(world.path_of(lister, entity.values))
            for at in world.must_list_once(listed, entity_type, entity.id):
                world.rules.compare(shown, listed, whole=False, at=at)
        world.rules.compare(shown, world.api.get(entity.path), whole=False)
