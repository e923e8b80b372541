"""Eligibility, enrolment and compensation, January 2026."""

from __future__ import annotations

import calendar
from collections.abc import Iterable
from typing import Any, Final

from ecsuite.standin.call import Call, Reply, not_found
from ecsuite.standin.edition_2026_01.assets import locations, require_user, users
from ecsuite.standin.paging import page_of

# Test areas of the sandbox, latitude and longitude, newest first; their size is unpublished.
TEST_AREAS: Final = (
    (78.22094, 15.61947),
    (79.51913682860402, 15.97611317258921),
    (60.52485052347296, 5.060012082871939),
)
REACH: Final = 0.001
# Seconds until the eligibility of a location is known.
PROCESSING: Final = 0.3


def get_eligibility(call: Call) -> Reply:
    user_id = require_user(call)
    return Reply(200, {"userId": user_id, "isEligible": _is_eligible(call, locations(call, user_id))})


def list_eligible_users(call: Call) -> Reply:
    eligible = [user for user in users(call) if _is_eligible(call, locations(call, user["userId"]))]
    return Reply(200, page_of("users", eligible, call.query))


def get_meter_eligibility(call: Call) -> Reply:
    meter = call.path["mpid"]
    at = [
        location
        for user in users(call)
        for location in locations(call, user["userId"])
        if meter in {*location["meterPointIds"], location["meterPointId"]}
    ]
    return Reply(200, {"meterPointId": meter, "isEligible": _is_eligible(call, at)})


def get_enrollment(call: Call) -> Reply:
    user_id = require_user(call)
    none = {"isEnrolled": False, "userId": user_id, "enrollmentId": None, "enrollmentDate": None}
    return Reply(200, call.store.get(call.partner, "enrollment", user_id, user_id) or none)


def create_enrollment(call: Call) -> Reply:
    user_id = require_user(call)
    enrollment = call.store.get(call.partner, "enrollment", user_id, user_id)
    if enrollment is None:
        date = call.time_stamp
        enrollment = {"isEnrolled": True, "userId": user_id, "enrollmentId": call.new_id(), "enrollmentDate": date}
        call.store.put(call.partner, "enrollment", user_id, user_id, enrollment)
    return Reply(200, enrollment)


def delete_enrollment(call: Call) -> Reply:
    user_id = require_user(call)
    if not call.store.delete(call.partner, "enrollment", user_id, user_id):
        raise not_found("enrollment")
    return Reply(204)


def get_compensation(call: Call) -> Reply:
    user_id = require_user(call)
    today = call.now.date()
    last = calendar.monthrange(today.year, today.month)[1]
    period = {"from": today.replace(day=1).isoformat(), "to": today.replace(day=last).isoformat()}
    compensations = [_compensation(location) for location in locations(call, user_id)]
    return Reply(200, {"userId": user_id, "period": period, "locationCompensations": compensations})


def _compensation(location: dict[str, Any]) -> dict[str, Any]:
    problem = {"problemType": "MissingMpidOnLocation", "message": "The location has no meter point."}
    return {
        "locationId": location["locationId"],
        "meterPointIds": location["meterPointIds"],
        "activeAmount": 0.0,
        "blockedAmount": 0.0,
        "currency": "NOK",
        "problems": [] if location["meterPointIds"] else [problem],
    }


def _is_eligible(call: Call, among: Iterable[dict[str, Any]]) -> bool:
    return any(_takes_part(location, call.store.now()) for location in among)


def _takes_part(location: dict[str, Any], now: float) -> bool:
    place = location["coordinates"] or {}
    north, east = place.get("latitude", 0), place.get("longitude", 0)
    known = now - location["_since"] >= PROCESSING
    # Compared, not subtracted: the contract does not limit coordinates, and a huge integer does not fit into a float.
    at = (_is_near(north, latitude) and _is_near(east, longitude) for latitude, longitude in TEST_AREAS)
    return known and any(at)


def _is_near(number: float, place: float) -> bool:
    return place - REACH < number < place + REACH
