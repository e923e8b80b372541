"""A partner adds all its users at once."""

from dataclasses import replace

import pytest

from ecsuite.samples import Body

pytestmark = [pytest.mark.guide, pytest.mark.edition("2026-01")]
MANY = 1000
# A recording with a thousand users would not show more than one with twelve.
FEW = 12
LOOKED_AT = 5


@pytest.mark.scenario("onboarding")
def test_many_users_are_brought_at_once(world):
    """A thousand users with a location each are added in two calls (twelve in recordings)."""
    draw, operations = world.values.draw, world.contract.operations
    users = [{"userId": draw("id")} for _ in range(FEW if world.api.in_order else MANY)]
    locations = [
        {"userId": user["userId"], "locationId": draw("id"), "meterPointIds": [draw("meter-point-id")]}
        for user in users
    ]

    made = world.api.post("/users/batch", json={"users": users})
    added = world.api.post("/users/locations/batch", json={"locations": locations})

    shown_users = world.representation.of(operations["createUsers"], {"users": users})
    shown = world.representation.of(operations["createLocations"], {"locations": locations})
    world.verify.shows(shown_users, made, depth=2)
    world.verify.shows(shown, added, depth=2)
    world.verify.each_listed_once(world.lists.read("/users"), "userId", [user["userId"] for user in users])
    for location in [*locations[:LOOKED_AT], *locations[-LOOKED_AT:]]:
        path = f"/users/{location['userId']}/locations/{location['locationId']}"
        world.verify.reads(path, world.representation.of(operations["createLocation"], location))


@pytest.mark.scenario("meter-point-with-zeros")
def test_meter_point_keeps_its_zeros(world):
    """A meter point id is a string that keeps its leading zeros, at a location and at the resources there."""
    entities, draw = world.entities, world.values.draw
    meter = f"00{world.values.ids.digits(16)}"
    place = {"locationId": draw("id"), "locationType": "Residential", "meterPointIds": [meter]}
    home = entities.create(entities.type_made_by("createLocation"), body=Body(place))
    tank = {"resourceId": draw("id"), "resourceType": "HotWaterTank", "meterPointId": meter}

    connected = entities.create(entities.type_made_by("createLocationResource"), home, body=Body(tank))

    world.verify.readable(home)
    world.verify.readable(connected)
    world.verify.listed(connected)


@pytest.mark.scenario("two-homes")
def test_what_is_at_two_homes_is_shown_where_it_is(world):
    """Every list shows each of a user's resources with the right location, if the user has two locations."""
    entities = world.entities
    entity_type, user = (
        entities.type_made_by("createLocationResource"),
        entities.default(entities.type_made_by("createUser")),
    )
    homes = entities.create_many(entities.type_made_by("createLocation"), 2, user, full=True)
    connected = []
    for home, resource_type in zip(homes, ("HotWaterTank", "Charger"), strict=True):
        meter = home.body["meterPointIds"][0]
        body = {"resourceId": world.values.draw("id"), "resourceType": resource_type, "meterPointId": meter}
        connected.append((home, entities.create(entity_type, home, body=Body(body))))

    for home, entity in connected:
        at_home = replace(entity, representation=entity.representation | {"locationId": home.id})
        world.verify.listed(at_home)
        world.verify.readable(at_home)
