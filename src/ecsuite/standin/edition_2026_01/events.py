"""Events, reports on them, and their simulation, January 2026."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from datetime import timedelta
from typing import Any, Final

from ecsuite.standin.call import Call, Reply, not_found
from ecsuite.standin.edition_2026_01.assets import (
    add_location,
    add_resource,
    add_user,
    locations,
    only,
    remove_user,
    resources,
    users,
)
from ecsuite.standin.edition_2026_01.webhooks import notify
from ecsuite.standin.paging import page_of

HOUR: Final = "01:00:00"
AREAS: Final = ("NO1", "NO2", "NO3", "NO4", "NO5")
MADE_UP_TARGETS: Final = 3
TARGET: Final = ("resourceId", "locationId")
CURVE: Final = ("points", "energyUnit", "currency", "resolution")
MADE_UP_USERS: Final = 3
MADE_UP_TYPES: Final = ("HotWaterTank", "Charger", "HVAC")


def list_events(call: Call) -> Reply:
    return Reply(200, page_of("events", call.store.all(call.partner, "event")[::-1], call.query))


def get_event(call: Call) -> Reply:
    event = call.store.get(call.partner, "event", "", call.path["eventId"])
    if event is None:
        raise not_found("event")
    return Reply(200, event)


def create_report(call: Call) -> Reply:
    report = {"id": call.new_id(), "eventId": call.body.get("eventId"), "createdAt": call.time_stamp}
    call.store.put(call.partner, "report", "", report["id"], {**report, "payloads": call.body.get("payloads", [])})
    return Reply(200, report)


def simulate_price_curve(call: Call) -> Reply:
    targets = call.body.get("targets")
    payload = {
        "payloadType": "PriceCurve",
        "targets": _simulated_resources(call) if targets is None else [only(own, *TARGET) for own in targets],
        "priceCurveDelta": _curve(call.body.get("priceCurveDelta")) or _price_curve(call),
        "priceArea": call.body.get("priceArea") or secrets.choice(AREAS),
    }
    return _make(call, payload)


def simulate_user_eligibility(call: Call) -> Reply:
    added = [user["userId"] for user in users(call)[:MADE_UP_TARGETS]]
    payload = {
        "payloadType": "UserEligibility",
        "lastUpdated": call.time_stamp,
        "addedUsers": added,
        "removedUsers": [],
    }
    return _make(call, payload)


def simulate_location_limit(call: Call) -> Reply:
    given = call.body.get("locations")
    wanted: list[Any] = [{"location": place} for place in _places(call)] if given is None else given
    targets = [_target(call, item.get("location", {}), item.get("points")) for item in wanted]
    return _make(call, {"payloadType": "LocationLPC", "targets": targets})


def simulate_resource_limit(call: Call) -> Reply:
    given = call.body.get("resources")
    wanted: list[Any] = [{"resource": resource} for resource in _at_locations(call)] if given is None else given
    targets = [
        {
            **_target(call, item.get("resource", {}), item.get("points")),
            "resourceId": item.get("resource", {}).get("resourceId") or call.new_id(),
        }
        for item in wanted
    ]
    return _make(call, {"payloadType": "ResourceLPC", "targets": targets})


def simulate_partner(call: Call) -> Reply:
    for number in range(MADE_UP_USERS):
        user_id, location_id = call.new_id(), call.new_id()
        add_user(call, user_id)
        call.store.put(call.partner, "simulated", "", user_id, user_id)
        add_resource(call, user_id, None, {"resourceId": call.new_id(), "resourceType": "Vehicle"})
        meter, place = _meter(), {"latitude": 60.39299 + number / 100, "longitude": 5.32415}
        body = {"locationId": location_id, "locationType": "Residential", "coordinates": place}
        add_location(call, user_id, {**body, "meterPointIds": [meter]})
        kind = MADE_UP_TYPES[number % len(MADE_UP_TYPES)]
        resource = {"resourceId": call.new_id(), "resourceType": kind}
        add_resource(call, user_id, location_id, {**resource, "meterPointId": meter})
    return Reply(201)


def delete_simulation(call: Call) -> Reply:
    for user_id in call.store.all(call.partner, "simulated"):
        remove_user(call, user_id)
        call.store.delete(call.partner, "simulated", "", user_id)
    return Reply(200)


def _make(call: Call, payload: dict[str, Any]) -> Reply:
    """Store an event, and notify the webhooks that subscribe to its type."""
    event: dict[str, Any] = {"id": call.new_id(), "createdAt": call.time_stamp, "payload": payload}
    call.store.put(call.partner, "event", "", event["id"], event)
    notify(call, event)
    return Reply(200, {"simulatedEvent": event})


def _curve(given: Any) -> Any:
    """The curve in a request, with only the documented members."""
    curve = only(given, *CURVE)
    points = (curve or {}).get("points")
    return {**curve, "points": [only(point, "price", "timestamp") for point in points]} if points else curve


def _price_curve(call: Call) -> dict[str, Any]:
    points = _hours(call, lambda: {"price": (secrets.randbelow(20001) - 10000) / 100})
    return {"points": points, "energyUnit": "kWh", "currency": "NOK", "resolution": HOUR}


def _target(call: Call, place: dict[str, Any], points: list[Any] | None) -> dict[str, Any]:
    """A target of a limit; members that the request omits are generated."""
    limits = _hours(call, lambda: {"maxPowerInKiloWatts": secrets.randbelow(80) / 10})
    return {
        "locationId": place.get("locationId") or call.new_id(),
        "meterPointId": place.get("meterPointId") or _meter(),
        "resolution": HOUR,
        "points": limits if points is None else [only(point, "maxPowerInKiloWatts", "timestamp") for point in points],
    }


def _hours(call: Call, value: Callable[[], dict[str, float]]) -> list[dict[str, Any]]:
    """A value for each of the next 24 hours."""
    first = call.now.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
    return [{**value(), "timestamp": (first + timedelta(hours=hour)).isoformat()} for hour in range(24)]


def _simulated_resources(call: Call) -> list[dict[str, Any]]:
    made_up = call.store.all(call.partner, "simulated")
    return [
        {"resourceId": resource["resourceId"], "locationId": resource["locationId"]}
        for user_id in made_up
        for resource in resources(call, user_id)
        if resource["locationId"]
    ]


def _places(call: Call) -> list[dict[str, Any]]:
    found = [
        {"locationId": location["locationId"], "meterPointId": next(iter(location["meterPointIds"]), None)}
        for user in users(call)
        for location in locations(call, user["userId"])
    ]
    return found[:MADE_UP_TARGETS]


def _at_locations(call: Call) -> list[dict[str, Any]]:
    found = [resource for user in users(call) for resource in resources(call, user["userId"]) if resource["locationId"]]
    return found[:MADE_UP_TARGETS]


def _meter() -> str:
    """A meter point id in the format of Norwegian grid operators: 18 digits."""
    return f"7070575000{secrets.randbelow(10**8):08}"
