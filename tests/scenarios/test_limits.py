"""A limit on power: it is simulated, arrives, is acknowledged, and what was used is reported."""

import pytest

from ecsuite.compare import Unordered
from ecsuite.messages.exchange import Expectation
from ecsuite.quickstart.edition_2026_01 import EVENING
from ecsuite.rules import DELIVERED_TRUE, SIMULATED, json_of
from ecsuite.samples import MAY_BE_REJECTED
from ecsuite.world import NotTakenError, records_of

pytestmark = [pytest.mark.guide, pytest.mark.edition("2026-01")]
BREAKS_BODY = frozenset({"request body matches contract"})


LIMITS = [
    {"timestamp": EVENING[0], "maxPowerInKiloWatts": 4.5},
    {"timestamp": EVENING[1], "maxPowerInKiloWatts": 0},
]
USED = [{"timestamp": EVENING[0], "kiloWattHours": 1.9}, {"timestamp": EVENING[1], "kiloWattHours": 0}]


def report(household, event, payload):
    """Reports on an event, and sees that it is taken for that event."""
    sent = {"eventId": event.id, "payloads": [payload]}
    answer = household.world.api.post("/reports", json=sent)
    household.world.rules.compare({"eventId": event.id}, answer, whole=False)


def must_target(household, event, payload, targets=1):
    """Sees that an event that was simulated has the payload, in the response and where it is read."""
    rules, api = household.world.rules, household.world.api
    rules.compare({"simulatedEvent": {"payload": payload}}, event.made, whole=False)
    rules.compare({"id": event.id, "payload": payload}, api.get(f"/events/{event.id}"), whole=False)
    listed = household.world.listed("/events")
    for index, item in enumerate(records_of(json_of(listed))):
        if item.get("id") == event.id:
            rules.compare({"payload": payload}, listed, whole=False, at=("events", index))
    made = json_of(event.made)["simulatedEvent"].get("payload", {})
    count = len(made.get("targets", []))
    rules.require(
        SIMULATED,
        event.made,
        holds=count == targets,
        at="body /simulatedEvent/payload/targets",
        expected=f"{targets}",
        actual=f"{count}",
    )


def must_refuse(household, event, entity_type):
    """Sees that acknowledgements of an event that break the contract are refused, each for its one fault."""
    world = household.world
    call = world.call(world.contract.operations["createReport"])
    wrong = [it for it in world.wrong(call) if it.place.startswith("/payloads/0/") and is_of(it.value, entity_type)]
    for it in wrong:
        expect = Expectation(f"a refusal of {it.what} at {it.place}", frozenset({400}), BREAKS_BODY)
        world.send(call, json={**it.value, "eventId": event.id}, expect=expect, strict=False)


def is_of(body, entity_type):
    """Whether the first payload of a report is of a entity_type."""
    return body["payloads"][0].get("payloadType") == entity_type


@pytest.mark.scenario("limit-on-a-location")
def test_limit_on_a_location(reachable):
    """A location that is limited is told so, says that it will comply, and reports what it used."""
    place = {"locationId": reachable.location.id, "meterPointId": reachable.meter}
    entity_type = reachable.world.entity_type("createLocation")
    cabin = reachable.world.make(entity_type, full=True)
    far = {"locationId": cabin.id, "meterPointId": cabin.sent["meterPointIds"][0]}
    webhook = reachable.subscribe("UserEligibilityUpdated", "LocationLPCRequested")
    other = reachable.subscribe("PriceCurveCreated", "ResourceLPCRequested")

    wanted = [{"location": place, "points": LIMITS}, {"location": far, "points": LIMITS[:1]}]
    event = reachable.simulate("lpc/locations", {"locations": wanted})

    targets = [{**place, "points": LIMITS}, {**far, "points": LIMITS[:1]}]
    payload = {"payloadType": "LocationLPC", "targets": targets}
    must_target(reachable, event, payload | {"targets": Unordered(targets)}, len(targets))
    reachable.arrives(webhook, event, notificationType="LocationLPCRequested", payload=payload)

    report(
        reachable,
        event,
        {"payloadType": "LocationLPCAcknowledgement", "acknowledgedTargets": [place], "declinedTargets": []},
    )
    must_refuse(reachable, event, "LocationLPCAcknowledgement")
    usage = {**place, "resolution": "01:00:00", "points": USED}
    report(reachable, event, {"payloadType": "LocationEnergyUsage", **usage})
    report(reachable, event, {"payloadType": "EnergyUsage", "resourceId": reachable.tank.id, **usage})
    # Where the tank is, the API knows.
    least = {"resourceId": reachable.tank.id, "resolution": "01:00:00", "points": USED}
    report(reachable, event, {"payloadType": "EnergyUsage", **least})

    reachable.must_not_arrive(other, event, "for the webhook has not asked for this type")


@pytest.mark.scenario("limit-on-a-resource")
def test_limit_on_a_resource(reachable):
    """A resource that is limited is told so, and can decline."""
    tank = {
        "resourceId": reachable.tank.id,
        "locationId": reachable.location.id,
        "meterPointId": reachable.meter,
    }
    webhook = reachable.subscribe("ResourceLPCRequested")
    other = reachable.subscribe("LocationLPCRequested")

    event = reachable.simulate("lpc/resources", {"resources": [{"resource": tank, "points": LIMITS}]})

    payload = {"payloadType": "ResourceLPC", "targets": [{**tank, "points": LIMITS}]}
    must_target(reachable, event, payload)
    reachable.arrives(webhook, event, notificationType="ResourceLPCRequested", payload=payload)

    report(
        reachable,
        event,
        {"payloadType": "ResourceLPCAcknowledgement", "acknowledgedTargets": [], "declinedTargets": [tank]},
    )
    must_refuse(reachable, event, "ResourceLPCAcknowledgement")

    reachable.must_not_arrive(other, event, "for the webhook has not asked for this type")


@pytest.mark.scenario("letters-of-a-target")
def test_letters_of_a_target_arrive(reachable):
    """The id of a target is delivered to the letter, whatever letters it has."""
    world, entity_type = reachable.world, reachable.world.entity_type("createLocationResource")
    body = world.body(entity_type.creator).value
    body["resourceId"] = f"Bereder-Ålesund-ærø-{world.draw('id')}"
    try:
        tank = world.make(entity_type, body=world.body_of(body), expect=MAY_BE_REJECTED)
    except NotTakenError:
        world.rules.not_checked(DELIVERED_TRUE, "an id with Norwegian letters is refused")
        return
    target = {"resourceId": tank.id, "locationId": reachable.location.id}
    webhook = reachable.subscribe("PriceCurveCreated", "ResourceLPCRequested")

    limited = {"resource": {**target, "meterPointId": reachable.meter}, "points": LIMITS}
    wishes = {"pricecurve": {"targets": [target]}, "lpc/resources": {"resources": [limited]}}

    for what, wish in wishes.items():
        event = reachable.simulate(what, wish)
        payload = {"targets": [target]}
        world.rules.compare({"id": event.id, "payload": payload}, world.api.get(f"/events/{event.id}"), whole=False)
        reachable.arrives(webhook, event, payload=payload)


@pytest.mark.scenario("eligibility-is-told")
def test_eligibility_is_told(reachable):
    """An event about eligible users is delivered as one, and can be read."""
    webhook = reachable.subscribe("UserEligibilityUpdated")

    event = reachable.simulate("usereligibility")

    payload = json_of(event.made)["simulatedEvent"].get("payload", {})
    told = {name: value for name, value in payload.items() if name in {"payloadType", "addedUsers", "removedUsers"}}
    reachable.arrives(webhook, event, notificationType="UserEligibilityUpdated", payload=told)
    reachable.world.rules.compare({"payload": told}, reachable.world.api.get(f"/events/{event.id}"), whole=False)
