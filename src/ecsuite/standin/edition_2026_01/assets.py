"""Users, their locations and their resources, January 2026.

Locations and resources are stored by user. The path of a resource does not contain its user, so the user of each
resource is stored as well.
"""

from __future__ import annotations

from typing import Any, Final

from ecsuite.standin.call import Call, RefusalError, Reply, not_found
from ecsuite.standin.paging import page_of

OWNED: Final = ("location", "resource", "enrollment")
LATER_NAMES: Final = ("locationType", "coordinates", "meterPointIds")


def require_user(call: Call) -> str:
    """Return the id of the user in the path; raise 404 if there is no such user."""
    if call.store.get(call.partner, "user", "", call.path["userId"]) is None:
        raise not_found("user")
    return call.path["userId"]


def require_location(call: Call) -> Any:
    """Return the location in the path; raise 404 if there is no such location."""
    location = call.store.get(call.partner, "location", require_user(call), call.path["locationId"])
    if location is None:
        raise not_found("location")
    return location


def add_user(call: Call, user_id: str) -> dict[str, Any]:
    """Store a user; an existing one stays unchanged."""
    user = {"userId": user_id}
    call.store.put(call.partner, "user", "", user_id, user)
    return user


def remove_user(call: Call, user_id: str) -> bool:
    """Delete a user and everything it has; return whether the user existed."""
    return call.store.delete(call.partner, "user", "", user_id, owns=OWNED)


def add_location(call: Call, user_id: str, body: dict[str, Any]) -> dict[str, Any]:
    """Store a location of an existing user."""
    location = location_of(user_id, body)
    kept = {**location, "_since": call.store.now()}
    call.store.put(call.partner, "location", user_id, location["locationId"], kept)
    return location


def location_of(user_id: str, body: dict[str, Any]) -> dict[str, Any]:
    """Make a location from a request body."""
    single = body.get("meterPointId")
    meters = body.get("meterPointIds")
    return {
        "locationId": body["locationId"],
        "locationType": body.get("locationType"),
        "coordinates": only(body.get("coordinates"), "latitude", "longitude"),
        "meterPointId": single,
        "meterPointIds": ([single] if single else []) if meters is None else meters,
        "userId": user_id,
    }


def only(value: Any, *names: str) -> Any:
    """Copy an object with only the documented members; return other values unchanged."""
    return {name: value[name] for name in names if name in value} if isinstance(value, dict) else value


def locations(call: Call, user_id: str) -> list[dict[str, Any]]:
    """The locations of a user, including the time of their last change."""
    found: list[dict[str, Any]] = call.store.all(call.partner, "location", user_id)
    return found


def users(call: Call) -> list[dict[str, Any]]:
    """The users of the partner."""
    found: list[dict[str, Any]] = call.store.all(call.partner, "user")
    return found


def shown(kept: dict[str, Any]) -> dict[str, Any]:
    """A stored location for a response, without internal members."""
    return {name: value for name, value in kept.items() if not name.startswith("_")}


def add_resource(call: Call, user_id: str, location_id: str | None, body: dict[str, Any]) -> dict[str, Any]:
    """Store a resource; if the partner has one with this id elsewhere, it is moved."""
    resource_id = body["resourceId"]
    resource = {
        "resourceId": resource_id,
        "resourceType": body["resourceType"],
        "userId": user_id,
        "locationId": location_id,
        "meterPointId": body.get("meterPointId"),
    }
    earlier = call.store.get(call.partner, "owner", "", resource_id)
    if earlier not in {None, user_id}:
        call.store.delete(call.partner, "resource", earlier, resource_id)
    call.store.put(call.partner, "resource", user_id, resource_id, resource)
    call.store.put(call.partner, "owner", "", resource_id, user_id)
    return resource


def resources(call: Call, user_id: str) -> list[dict[str, Any]]:
    """All resources of a user."""
    found: list[dict[str, Any]] = call.store.all(call.partner, "resource", user_id)
    return found


def list_users(call: Call) -> Reply:
    return Reply(200, page_of("users", users(call), call.query))


def create_user(call: Call) -> Reply:
    return Reply(201, add_user(call, call.body["userId"]))


def create_users(call: Call) -> Reply:
    return Reply(201, {"users": [add_user(call, user["userId"]) for user in call.body["users"]]})


def get_user(call: Call) -> Reply:
    return Reply(200, {"userId": require_user(call)})


def delete_user(call: Call) -> Reply:
    if not remove_user(call, call.path["userId"]):
        raise not_found("user")
    return Reply(204)


def list_locations(call: Call) -> Reply:
    return Reply(200, [shown(location) for location in locations(call, require_user(call))])


def create_location(call: Call) -> Reply:
    user_id = require_user(call)
    if call.store.get(call.partner, "location", user_id, call.body["locationId"]) is not None:
        return Reply(409)
    return Reply(201, add_location(call, user_id, call.body))


def create_locations(call: Call) -> Reply:
    wanted = [(body["userId"], body["locationId"]) for body in call.body["locations"]]
    for user_id, location_id in wanted:
        if call.store.get(call.partner, "user", "", user_id) is None:
            raise RefusalError(400, f"There is no user {user_id}.")
        if call.store.get(call.partner, "location", user_id, location_id) is not None:
            raise RefusalError(400, f"There is a location {location_id} already.")
    if len(set(wanted)) < len(wanted):
        raise RefusalError(400, "A location is given twice.")
    return Reply(201, {"locations": [add_location(call, body["userId"], body) for body in call.body["locations"]]})


def get_location(call: Call) -> Reply:
    return Reply(200, shown(require_location(call)))


def replace_location(call: Call) -> Reply:
    location = require_location(call)
    body = {**call.body, "locationId": location["locationId"]}
    return Reply(200, add_location(call, location["userId"], body))


def change_location(call: Call) -> Reply:
    location = require_location(call)
    # Null leaves a member unchanged, as in the published example.
    changes = {name: call.body[name] for name in LATER_NAMES if call.body.get(name) is not None}
    return Reply(200, add_location(call, location["userId"], {**location, **changes}))


def delete_location(call: Call) -> Reply:
    location = require_location(call)
    user_id, location_id = location["userId"], location["locationId"]
    for resource in resources(call, user_id):
        if resource["locationId"] == location_id:
            call.store.delete(call.partner, "resource", user_id, resource["resourceId"])
    call.store.delete(call.partner, "location", user_id, location_id)
    return Reply(204)


def create_vehicle(call: Call) -> Reply:
    return Reply(201, add_resource(call, require_user(call), None, call.body))


def list_resources(call: Call) -> Reply:
    return Reply(200, {"resources": resources(call, require_user(call))})


def list_location_resources(call: Call) -> Reply:
    location = require_location(call)
    found = resources(call, location["userId"])
    return Reply(200, [resource for resource in found if resource["locationId"] == location["locationId"]])


def create_location_resource(call: Call) -> Reply:
    location = require_location(call)
    return Reply(201, add_resource(call, location["userId"], location["locationId"], call.body))


def get_resource(call: Call) -> Reply:
    return Reply(200, _resource(call))


def delete_resource(call: Call) -> Reply:
    resource = _resource(call)
    call.store.delete(call.partner, "resource", resource["userId"], resource["resourceId"])
    return Reply(204)


def _resource(call: Call) -> Any:
    resource_id = call.path["resourceId"]
    owner = call.store.get(call.partner, "owner", "", resource_id)
    resource = call.store.get(call.partner, "resource", owner or "", resource_id)
    if resource is None:
        raise not_found("resource")
    return resource
