"""A power limit is simulated, delivered and acknowledged, and the energy usage is reported."""

import pytest

from ecsuite.compare import Unordered, by_instant
from ecsuite.findings.breach import body
from ecsuite.messages.exchange import SUCCESS
from ecsuite.promises import SIMULATION
from ecsuite.quickstart.edition_2026_01 import EVENING, LIMITS
from ecsuite.rules.inputs import wrong_body
from ecsuite.rules.periods import is_of_now
from ecsuite.rules.reading import require_json
from ecsuite.samples import MAY_BE_REJECTED, Body
from ecsuite.scenarios.edition_2026_01 import Household

pytestmark = [pytest.mark.guide, pytest.mark.edition("2026-01"), pytest.mark.waits]
INVITED = "EnergyUsage"
USED = [{"timestamp": EVENING[0], "kiloWattHours": 1.9}, {"timestamp": EVENING[1], "kiloWattHours": 0}]
NOT_ASKED_FOR = "for the webhook has not asked for this type"


def report(household, event, payload):
    """Report on an event, and verify that the response names that event."""
    name, world = payload["payloadType"], household.world
    # All payload types but one require an invitation.
    expect = SUCCESS if name == INVITED or world.conditions.allows_report(name) else MAY_BE_REJECTED
    response = world.api.post("/reports", json={"eventId": event.id, "payloads": [payload]}, expect=expect)
    if world.verify.accepted(response, "allowed by invitation only"):
        world.verify.shows({"eventId": event.id}, response)
        is_of_now(world.verify, response, require_json(response))


def must_target(household, event, payload, targets=1):
    """Verify the payload of a simulated event, in the response to the simulation and when the event is read."""
    verify, shown = household.world.verify, by_instant(payload)
    verify.shows({"simulatedEvent": {"payload": shown}}, event.made)
    verify.reads(f"/events/{event.id}", {"id": event.id, "payload": shown})
    for item in household.world.lists.read("/events").having("id", event.id):
        verify.shows({"payload": shown}, item.page, at=item.place)
    at = body(("simulatedEvent", "payload", "targets"))
    verify.count(SIMULATION, event.made, targets, len(event.payload.get("targets", [])), at)


def must_refuse(household, event, payload_type):
    """Verify that the API rejects invalid acknowledgements of an event, each with a single mistake."""
    calls = household.world.calls
    call = calls.valid(household.world.contract.operations["createReport"])
    wrong = [each for each in calls.wrong(call) if each.place.startswith("/payloads/0/")]
    for each in wrong:
        if each.value["payloads"][0].get("payloadType") == payload_type:
            refused = wrong_body(each)
            calls.send(call, **{**refused.options, "json": {**each.value, "eventId": event.id}})


@pytest.mark.scenario("limit-on-a-location")
def test_limit_on_a_location(world):
    """A limit on a location is delivered, can be acknowledged, and the energy usage can be reported."""
    household, entities = Household.reachable(world), world.entities
    place = {"locationId": household.location.id, "meterPointId": household.meter}
    cabin = entities.create(entities.type_made_by("createLocation"), full=True)
    far = {"locationId": cabin.id, "meterPointId": cabin.body["meterPointIds"][0]}
    webhook = household.subscribe("UserEligibilityUpdated", "LocationLPCRequested")
    other = household.subscribe("PriceCurveCreated", "ResourceLPCRequested")

    wanted = [{"location": place, "points": LIMITS}, {"location": far, "points": LIMITS[:1]}]
    event = household.simulate("lpc/locations", {"locations": wanted})

    targets = [{**place, "points": LIMITS}, {**far, "points": LIMITS[:1]}]
    payload = {"payloadType": "LocationLPC", "targets": targets}
    must_target(household, event, payload | {"targets": Unordered(targets)}, len(targets))
    household.arrives(webhook, event, notificationType="LocationLPCRequested", payload=payload)

    acknowledged = {"payloadType": "LocationLPCAcknowledgement", "acknowledgedTargets": [place], "declinedTargets": []}
    report(household, event, acknowledged)
    must_refuse(household, event, "LocationLPCAcknowledgement")
    usage = {**place, "resolution": "01:00:00", "points": USED}
    report(household, event, {"payloadType": "LocationEnergyUsage", **usage})
    report(household, event, {"payloadType": "EnergyUsage", "resourceId": household.tank.id, **usage})
    # The location is optional, because the API knows the location of the tank.
    least = {"resourceId": household.tank.id, "resolution": "01:00:00", "points": USED}
    report(household, event, {"payloadType": "EnergyUsage", **least})

    household.must_not_arrive((other, event, NOT_ASKED_FOR))


@pytest.mark.scenario("limit-on-a-resource")
def test_limit_on_a_resource(world):
    """A limit on a resource is delivered, and can be declined."""
    household = Household.reachable(world)
    tank = {
        "resourceId": household.tank.id,
        "locationId": household.location.id,
        "meterPointId": household.meter,
    }
    webhook = household.subscribe("ResourceLPCRequested")
    other = household.subscribe("LocationLPCRequested")

    event = household.simulate("lpc/resources", {"resources": [{"resource": tank, "points": LIMITS}]})

    payload = {"payloadType": "ResourceLPC", "targets": [{**tank, "points": LIMITS}]}
    must_target(household, event, payload)
    household.arrives(webhook, event, notificationType="ResourceLPCRequested", payload=payload)

    declined = {"payloadType": "ResourceLPCAcknowledgement", "acknowledgedTargets": [], "declinedTargets": [tank]}
    report(household, event, declined)
    must_refuse(household, event, "ResourceLPCAcknowledgement")

    household.must_not_arrive((other, event, NOT_ASKED_FOR))


@pytest.mark.scenario("letters-of-a-target")
def test_letters_of_a_target_arrive(world):
    """The id of a target is delivered unchanged, even with special characters, unless the API rejects the id."""
    household, entities = Household.reachable(world), world.entities
    entity_type = entities.type_made_by("createLocationResource")
    smallest = world.drafts.body(entity_type.creator).value
    own = f"Bereder-Ålesund-ærø-{world.values.draw('id')}"
    tank = entities.create(entity_type, body=Body(smallest | {"resourceId": own}), expect=MAY_BE_REJECTED)
    target = {"resourceId": tank.id, "locationId": household.location.id}
    webhook = household.subscribe("PriceCurveCreated", "ResourceLPCRequested")
    limited = {"resource": {**target, "meterPointId": household.meter}, "points": LIMITS}

    for what, wish in {"pricecurve": {"targets": [target]}, "lpc/resources": {"resources": [limited]}}.items():
        event = household.simulate(what, wish)

        world.verify.reads(f"/events/{event.id}", {"id": event.id, "payload": {"targets": [target]}})
        household.arrives(webhook, event, payload={"targets": [target]})


@pytest.mark.scenario("eligibility-is-told")
def test_eligibility_is_told(world):
    """An event about eligible users is delivered, and can be read by id and in the list."""
    household = Household.reachable(world)
    webhook = household.subscribe("UserEligibilityUpdated")
    # Create a location, so that the event has something to report.
    assert household.location

    event = household.simulate("usereligibility")

    names = {"payloadType", "addedUsers", "removedUsers"}
    told = {name: value for name, value in event.payload.items() if name in names}
    household.arrives(webhook, event, notificationType="UserEligibilityUpdated", payload=told)
    world.verify.reads(f"/events/{event.id}", {"payload": told})
    listing = world.lists.read("/events")
    for item in listing.of(world.entities.type_made_by("simulateUserEligibility"), event.id):
        world.verify.shows({"payload": told}, item.page, at=item.place)
    household.each_is_delivered_once()
