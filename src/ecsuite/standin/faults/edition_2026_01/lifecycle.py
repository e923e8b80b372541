"""Faults with making, listing and deleting, January 2026."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final

from ecsuite.findings.breach import STATUS, body, listed
from ecsuite.findings.pattern import EACH, Equal, OfType, found, inside
from ecsuite.promises import DELETED_IS_GONE, LISTED_ONCE, OTHERS_UNTOUCHED, PARENTS, ROUND_TRIP, SERVER_ERROR
from ecsuite.standin.call import Call, Handler, Reply
from ecsuite.standin.edition_2026_01 import assets
from ecsuite.standin.faults import planting as p
from ecsuite.standin.faults.common.rows import GUIDE, SPEC, fault, faults, kebab
from ecsuite.standin.faults.edition_2026_01.operations import ENTITIES
from ecsuite.standin.parts import Parts

CAP: Final = 20


def _at_any_location(_: Handler, call: Call) -> Reply:
    """Lists the resources of a user at whatever location is asked for."""
    found = assets.resources(call, assets.require_location(call)["userId"])
    return Reply(200, [resource for resource in found if resource["locationId"]])


def _newest_of_each(call: Call, _: Reply) -> None:
    """Deletes the newest resource of each user, too."""
    for user in assets.users(call):
        for resource in assets.resources(call, user["userId"])[-1:]:
            call.store.delete(call.partner, "resource", user["userId"], resource["resourceId"])


def _resources_listed_still(parts: Parts) -> None:
    """Lists a resource that is deleted as before."""
    deleted: list[dict[str, Any]] = []
    show = parts.handlers["getResource"]

    def listed(original: Handler, call: Call) -> Reply:
        reply = original(call)
        more = [body for body in deleted if body["userId"] == call.path["userId"]]
        return replace(reply, body=p.with_items(reply.body, [*p.items_of(reply.body), *more]))

    keeping = p.first_does("deleteResource", lambda call: deleted.append(show(call).body))
    p.together(keeping, p.does("listResources", listed))(parts)


def takes_webhooks(call: Call, _: Reply) -> None:
    """Deletes the webhooks, too."""
    for webhook in call.store.all(call.partner, "webhook"):
        call.store.delete(call.partner, "webhook", "", webhook["webhookId"])


def _takes_address(call: Call) -> None:
    """Deletes the other webhooks at the address of one."""
    own: Any = call.store.get(call.partner, "webhook", "", call.path["webhookId"])
    for webhook in call.store.all(call.partner, "webhook") if own else ():
        if webhook["webhookUrl"] == own["webhookUrl"] and webhook != own:
            call.store.delete(call.partner, "webhook", "", webhook["webhookId"])


def _user_of_location(call: Call, _: Reply) -> None:
    assets.remove_user(call, call.path["userId"])


_NO_RESOURCES: Final = tuple(entity for entity in ENTITIES if entity.parameter != "resourceId")


def _at_any_of_the_name(original: Handler, call: Call) -> Reply:
    """Looks for the locationId alone."""
    reply, own = original(call), call.path["locationId"]
    users = [user["userId"] for user in call.store.all(call.partner, "user")]
    found = [each for user in users for each in assets.resources(call, user) if each["locationId"] == own]
    return replace(reply, body=found) if users else reply


def _empties_known_location(original: Handler, call: Call) -> Reply:
    """Deletes the resources at a known location before it is stored again, which is refused."""
    own, user = call.body["locationId"], call.path["userId"]
    for each in assets.resources(call, user):
        if each["locationId"] == own:
            call.store.delete(call.partner, "resource", user, each["resourceId"])
    return original(call)


FAULTS: Final = faults(
    "lifecycle",
    *(
        fault(f"user-with-{kind}-is-500", GUIDE, f"deleteUser is a server error where the user has a {kind}")
        .plant(p.fails_to_delete_owners("deleteUser", kind))
        .finding(found(SERVER_ERROR, "deleteUser", 500, STATUS, "exclusiveMaximum", actual=Equal(500)))
        for kind in ("location", "resource")
    ),
    fault(
        "known-location-loses-resources", GUIDE, "createLocation answers 409 to a known id, and deletes what is there"
    )
    .plant(p.does("createLocation", _empties_known_location))
    .finding(found(OTHERS_UNTOUCHED, "createLocation", 409, body(), "absent")),
    fault("location-outlives-user", GUIDE, "getLocation shows a location whose user is deleted")
    .plant(p.outlives("getLocation", "deleteUser"))
    .finding(found(DELETED_IS_GONE, "deleteUser", 204, body(), "present", seen_by="getLocation")),
    *(
        fault(f"{entity.name}-list-is-capped", GUIDE, f"{entity.list} ends after {CAP}")
        .plant(p.lists(entity.list, lambda items: items[:CAP]))
        .finding(found(LISTED_ONCE, entity.list, 200, listed(EACH), "count", actual=OfType("integer")))
        for entity in ENTITIES[1:]
    ),
    *(
        fault(f"{entity.name}-deleted-is-listed", GUIDE, f"{entity.list} lists what is deleted")
        .plant(p.still_listed(entity.list, entity.get, entity.delete))
        .finding(found(DELETED_IS_GONE, entity.delete, 204, listed(EACH), "present"))
        for entity in _NO_RESOURCES
    ),
    fault("resource-deleted-is-listed", GUIDE, "listResources lists what is deleted")
    .plant(_resources_listed_still)
    .finding(found(DELETED_IS_GONE, "deleteResource", 204, listed("resourceId"), "present", seen_by="listResources")),
    *(
        fault(f"{entity.name}-deletes-sibling", GUIDE, f"{entity.delete} deletes the newest {entity.name}, too")
        .plant(p.deletes_sibling_too(entity.delete, entity.name, entity.parameter))
        .finding(found(OTHERS_UNTOUCHED, entity.delete, 204, body(), "absent"))
        for entity in _NO_RESOURCES
    ),
    fault("resource-deletes-sibling", GUIDE, "deleteResource deletes the newest resource of each user, too")
    .plant(p.then_does("deleteResource", _newest_of_each))
    .finding(found(OTHERS_UNTOUCHED, "deleteResource", 204, body(), "absent", seen_by="getResource")),
    *(
        fault(f"{kebab(o)}-of-any-user", GUIDE, f"{o} finds a location below any user")
        .plant(p.across_parents(o, "user", "userId"))
        .finding(found(PARENTS, o, {200, 201, 204}, STATUS, "status"))
        for o in ("getLocation", "deleteLocation", "listLocationResources", "createLocationResource")
    ),
    fault("locations-of-all-users", GUIDE, "listLocations lists the locations of all users")
    .plant(p.lists_below_all("listLocations", "user", "userId"))
    .finding(found(PARENTS, "listLocations", 200, listed("locationId"), "present")),
    fault("resources-of-all-users", GUIDE, "listResources lists the resources of all users")
    .plant(p.lists_below_all("listResources", "user", "userId"))
    .finding(found(PARENTS, "listResources", 200, listed("resourceId"), "present")),
    fault("resources-of-any-location", GUIDE, "listLocationResources lists those of the user's other locations, too")
    .plant(p.does("listLocationResources", _at_any_location))
    .finding(found(PARENTS, "listLocationResources", 200, listed("resourceId"), "present")),
    fault("resources-of-namesakes", GUIDE, "a location lists what is at those of other users that have its id")
    .plant(p.does("listLocationResources", _at_any_of_the_name))
    .finding(found(PARENTS, "listLocationResources", 200, listed("resourceId"), "present")),
    fault("listed-resources-share-a-meter", GUIDE, "listResources shows the first meter point on all")
    .plant(
        p.lists("listResources", lambda items: [{**each, "meterPointId": items[0]["meterPointId"]} for each in items])
    )
    .finding(found(ROUND_TRIP, "listResources", 200, inside("/meterPointId"), "changed")),
    fault("listed-webhooks-one-an-address", GUIDE, "listWebhooks shows one webhook for each address")
    .plant(p.lists("listWebhooks", lambda items: [*{each["webhookUrl"]: each for each in items}.values()]))
    .finding(found(LISTED_ONCE, "listWebhooks", 200, listed("webhookId"), "absent")),
    fault("deleted-webhook-takes-its-address", GUIDE, "deleting a webhook deletes all at its address")
    .plant(p.first_does("deleteWebhook", _takes_address))
    .finding(found(OTHERS_UNTOUCHED, "deleteWebhook", 204, body(), "absent", seen_by="getWebhook")),
    fault("deleted-user-takes-webhooks", GUIDE, "deleting a user deletes the webhooks")
    .plant(p.then_does("deleteUser", takes_webhooks))
    .finding(found(OTHERS_UNTOUCHED, "deleteUser", 204, body(), "absent", seen_by="getWebhook")),
    fault("chargers-not-among-resources", GUIDE, "listResources leaves chargers out")
    .plant(p.lists("listResources", lambda items: [each for each in items if each["resourceType"] != "Charger"]))
    .finding(found(LISTED_ONCE, "listResources", 200, listed("resourceId"), "absent")),
    fault("heat-pumps-not-at-locations", SPEC, "listLocationResources leaves out what heats and cools")
    .plant(p.lists("listLocationResources", lambda items: [each for each in items if each["resourceType"] != "HVAC"]))
    .finding(found(LISTED_ONCE, "listLocationResources", 200, listed("resourceId"), "absent")),
    fault("vehicles-not-among-resources", GUIDE, "listResources leaves vehicles out")
    .plant(p.lists("listResources", lambda items: [each for each in items if each["locationId"]]))
    .finding(found(LISTED_ONCE, "listResources", 200, listed("resourceId"), "absent")),
    fault("location-resources-not-among-resources", GUIDE, "listResources leaves out what is at locations")
    .plant(p.lists("listResources", lambda items: [each for each in items if not each["locationId"]]))
    .finding(found(LISTED_ONCE, "listResources", 200, listed("resourceId"), "absent")),
    fault("deleted-location-frees-no-id", GUIDE, "deleteLocation deletes the user, too")
    .plant(p.then_does("deleteLocation", _user_of_location))
    .finding(found(OTHERS_UNTOUCHED, "deleteLocation", 204, body(), "absent")),
)
