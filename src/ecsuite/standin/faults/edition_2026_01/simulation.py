"""Faults with what is simulated, January 2026."""

from __future__ import annotations

from functools import partial
from typing import Final

from ecsuite.findings.breach import STATUS, body, listed
from ecsuite.findings.pattern import Equal, OfType, found, inside
from ecsuite.promises import (
    CREATION_RESPONSE,
    DELETED_IS_GONE,
    OTHERS_UNTOUCHED,
    RESPONSE_BODY,
    ROUND_TRIP,
    SIMULATION,
    STATUS_EXPECTED,
    STATUS_LISTED,
)
from ecsuite.standin.call import Call, Handler, Reply
from ecsuite.standin.edition_2026_01 import assets
from ecsuite.standin.faults import planting as p
from ecsuite.standin.faults.common.rows import GUIDE, fault, faults, kebab
from ecsuite.standin.faults.edition_2026_01.lifecycle import takes_webhooks
from ecsuite.standin.faults.edition_2026_01.operations import SIMULATING


def _not_kept(original: Handler, call: Call) -> Reply:
    """Answers with an event, and keeps none."""
    reply = original(call)
    call.store.delete(call.partner, "event", "", reply.body["simulatedEvent"]["id"])
    return reply


def _without(entity: str, original: Handler, call: Call) -> Reply:
    """Makes nothing of one kind for a simulated partner."""
    reply = original(call)
    for user_id in call.store.all(call.partner, "simulated"):
        for resource in assets.resources(call, user_id):
            if (entity == "vehicle") == (resource["locationId"] is None) and entity != "location":
                call.store.delete(call.partner, "resource", user_id, resource["resourceId"])
        for location in assets.locations(call, user_id) if entity == "location" else ():
            call.store.delete(call.partner, "location", user_id, location["locationId"])
    return reply


def _takes_real_ones(call: Call, _: Reply) -> None:
    for user in assets.users(call):
        assets.remove_user(call, user["userId"])


def _leaves_one(original: Handler, call: Call) -> Reply:
    made_up = call.store.all(call.partner, "simulated")
    for user_id in made_up[:1]:
        call.store.delete(call.partner, "simulated", "", user_id)
    return original(call)


def _takes_locations(call: Call, _: Reply) -> None:
    for user in assets.users(call):
        for location in assets.locations(call, user["userId"]):
            call.store.delete(call.partner, "location", user["userId"], location["locationId"])


FAULTS: Final = faults(
    "simulation",
    fault("curve-is-made-up", GUIDE, "a price curve is made up in spite of the given one")
    .plant(p.ignores("simulatePriceCurve", "priceCurveDelta"))
    .finding(found(ROUND_TRIP, "simulatePriceCurve", 200, inside("/priceCurveDelta"))),
    fault("area-is-made-up", GUIDE, "a price area is NO5 in spite of the given one")
    .plant(p.keeps("simulatePriceCurve", "/priceArea", "NO5"))
    .finding(found(ROUND_TRIP, "simulatePriceCurve", 200, inside("/priceArea"), "changed", actual=Equal("NO5"))),
    fault("targets-are-made-up", GUIDE, "targets of a price curve are made up in spite of the given ones")
    .plant(p.ignores("simulatePriceCurve", "targets"))
    .finding(found(ROUND_TRIP, "simulatePriceCurve", 200, inside("/targets"), "count")),
    fault("prices-are-rounded", GUIDE, "prices of a simulated curve are whole numbers")
    .plant(p.keeps("simulatePriceCurve", "/priceCurveDelta/points/*/price", round))
    .finding(found(ROUND_TRIP, "simulatePriceCurve", 200, inside("/price"), "changed")),
    fault("curve-loses-points", GUIDE, "a simulated curve has its first point alone")
    .plant(p.keeps("simulatePriceCurve", "/priceCurveDelta/points", lambda own: own[:1]))
    .finding(found(ROUND_TRIP, "simulatePriceCurve", 200, inside("/points"), "count")),
    fault("limits-are-made-up", GUIDE, "limits on locations are made up in spite of the given ones")
    .plant(p.ignores("simulateLocationLimit", "locations"))
    .finding(found(ROUND_TRIP, "simulateLocationLimit", 200, inside("/targets"), "count")),
    fault("limits-on-resources-are-made-up", GUIDE, "limits on resources are made up in spite of the given ones")
    .plant(p.ignores("simulateResourceLimit", "resources"))
    .finding(found(ROUND_TRIP, "simulateResourceLimit", 200, inside("/targets"))),
    fault("limit-of-zero-is-left-out", GUIDE, "a limit of 0 kW is left out")
    .plant(
        p.keeps(
            "simulateLocationLimit",
            "/locations/*/points",
            lambda own: [each for each in own if each.get("maxPowerInKiloWatts")],
        )
    )
    .finding(found(ROUND_TRIP, "simulateLocationLimit", 200, inside("/targets"), "count")),
    fault("first-target-only", GUIDE, "the first target is limited alone")
    .plant(p.keeps("simulateLocationLimit", "/locations", lambda own: own and own[:1]))
    .finding(found(ROUND_TRIP, "simulateLocationLimit", 200, inside("/targets"), "count")),
    *(
        fault(f"{kebab(o)}-is-not-kept", GUIDE, f"an event of {o} is not among the events")
        .plant(p.does(o, _not_kept))
        .finding(found(STATUS_EXPECTED, "getEvent", 404, STATUS, "status"))
        for o in SIMULATING
    ),
    fault("simulated-event-is-of-another-type", GUIDE, "a limit on a location is answered as one on a resource")
    .plant(p.shows("simulateLocationLimit", "/simulatedEvent/payload/payloadType", "ResourceLPC"))
    .finding(found(RESPONSE_BODY, "simulateLocationLimit", 200, inside("/simulatedEvent/payload"), "required")),
    fault("simulated-event-is-not-wrapped", GUIDE, "the response to a simulation is the event itself")
    .plant(p.sends(p.value(lambda body: body["simulatedEvent"]), "simulatePriceCurve"))
    .finding(found(CREATION_RESPONSE, "simulatePriceCurve", 200, inside("/simulatedEvent/id"), "absent")),
    fault("simulated-event-shows-other-prices", GUIDE, "the response of a simulation shows other prices than the event")
    .plant(p.shows("simulatePriceCurve", "/simulatedEvent/payload/priceCurveDelta/points/*/price", 0.5))
    .finding(found(ROUND_TRIP, "simulatePriceCurve", 200, inside("/price"), "changed")),
    fault("event-time-is-now", GUIDE, "an event that is read was made at another time")
    .plant(p.shows("getEvent", "/createdAt", "2020-01-01T00:00:00+00:00"))
    .finding(
        found(
            CREATION_RESPONSE,
            "getEvent",
            200,
            inside("/createdAt"),
            "changed",
            actual=Equal("2020-01-01T00:00:00+00:00"),
        )
    ),
    fault("listed-event-is-older", GUIDE, "an event in the list has another time than the event")
    .plant(p.shows("listEvents", "/events/*/payload/lastUpdated", "2020-01-01T00:00:00+00:00"))
    .finding(
        found(
            CREATION_RESPONSE,
            "listEvents",
            200,
            inside("/lastUpdated"),
            "changed",
            actual=Equal("2020-01-01T00:00:00+00:00"),
        )
    ),
    fault("partner-makes-nothing", GUIDE, "a simulated partner has nothing")
    .plant(p.does("simulatePartner", lambda *_: Reply(201)))
    .finding(found(SIMULATION, "simulatePartner", 201, listed(), "absent")),
    *(
        fault(f"partner-without-{entity}s", GUIDE, f"a simulated partner has no {entity}s")
        .plant(p.does("simulatePartner", partial(_without, entity)))
        .finding(found(SIMULATION, "simulatePartner", 201, listed(), "absent"))
        for entity, what in (("vehicle", "vehicles"), ("location", "locations"), ("resource", "resources at locations"))
    ),
    fault("simulation-stays", GUIDE, "what was simulated is not deleted")
    .plant(p.does("deleteSimulation", lambda *_: Reply(200)))
    .finding(found(DELETED_IS_GONE, "deleteSimulation", 200, listed("userId"), "present", seen_by="listUsers")),
    fault("simulation-leaves-one", GUIDE, "one simulated user is not deleted")
    .plant(p.does("deleteSimulation", _leaves_one))
    .finding(
        found(
            DELETED_IS_GONE,
            "deleteSimulation",
            200,
            listed("userId"),
            "present",
            seen_by="listUsers",
            actual=OfType("string"),
        )
    ),
    fault("simulation-takes-real-users", GUIDE, "deleting what was simulated deletes all users")
    .plant(p.then_does("deleteSimulation", _takes_real_ones))
    .finding(found(OTHERS_UNTOUCHED, "deleteSimulation", 200, body(), "absent")),
    fault("simulation-takes-real-locations", GUIDE, "deleting what was simulated deletes all locations")
    .plant(p.then_does("deleteSimulation", _takes_locations))
    .finding(found(OTHERS_UNTOUCHED, "deleteSimulation", 200, body(), "absent", seen_by="getLocation")),
    fault("simulation-takes-webhooks", GUIDE, "deleting what was simulated deletes all webhooks")
    .plant(p.then_does("deleteSimulation", takes_webhooks))
    .finding(found(OTHERS_UNTOUCHED, "deleteSimulation", 200, body(), "absent", seen_by="getWebhook")),
    fault("simulation-deleted-is-204", GUIDE, "deleting what was simulated is answered with 204")
    .plant(p.sends(p.status(204), "deleteSimulation"))
    .finding(found(STATUS_LISTED, "deleteSimulation", 204, STATUS, "unlisted")),
)
