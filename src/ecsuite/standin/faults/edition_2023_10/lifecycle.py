"""Faults with making, listing and deleting, October 2023."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import Any, Final

from ecsuite.findings.breach import STATUS, body, listed
from ecsuite.findings.pattern import EACH, Equal, OfType, found, inside
from ecsuite.promises import (
    DELETED_IS_GONE,
    LISTED_ONCE,
    OTHERS_UNTOUCHED,
    PARENTS,
    REFUSED_CHANGES_NOTHING,
    ROUND_TRIP,
    SERVER_ERROR,
    STATUS_EXPECTED,
)
from ecsuite.standin.call import Call, Handler, RefusalError, Reply
from ecsuite.standin.faults import planting as p
from ecsuite.standin.faults.common.rows import SPEC, fault, faults, kebab
from ecsuite.standin.faults.edition_2023_10.operations import ENTITIES, OWNED

PAGE: Final = 20


def _vehicles_of_everyone(call: Call, _: Reply) -> None:
    for user in call.store.all(call.partner, "user"):
        call.store.delete(call.partner, "vehicle", user["userId"], call.path["vehicleId"])


def _resource_of_same_id(call: Call, _: Reply) -> None:
    call.store.delete(call.partner, "resource", call.path["userId"], call.path["vehicleId"])


def _change_all_webhooks(call: Call, _: Reply) -> None:
    for webhook in call.store.all(call.partner, "webhook"):
        changed = {**webhook, "eventPayloadTypes": call.body["eventPayloadTypes"]}
        call.store.put(call.partner, "webhook", "", webhook["id"], changed)


def _put_makes(original: Handler, call: Call) -> Reply:
    body = {"id": call.path["id"], **call.body}
    if call.store.get(call.partner, "webhook", "", call.path["id"]) is None:
        call.store.put(call.partner, "webhook", "", call.path["id"], body)
    return original(call)


def _put_keeps(members: tuple[str, ...], original: Handler, call: Call) -> Reply:
    """Leaves members as they were before."""
    before = call.store.get(call.partner, "webhook", "", call.path["id"]) or {}
    kept = {name: before[name] for name in members if name in before}
    return original(replace(call, body={**call.body, **kept}))


def _put_moves(original: Handler, call: Call) -> Reply:
    """Gives the webhook another id."""
    reply = original(call)
    body: Any = call.store.get(call.partner, "webhook", "", call.path["id"])
    call.store.delete(call.partner, "webhook", "", call.path["id"])
    body["id"] = call.new_id()
    call.store.put(call.partner, "webhook", "", body["id"], body)
    return replace(reply, body={**reply.body, "id": body["id"]})


def _put_makes_quietly(original: Handler, call: Call) -> Reply:
    try:
        return original(call)
    except RefusalError:
        _put_makes(original, call)
        raise


def _deletes_below_any_user(original: Handler, call: Call) -> Reply:
    """Answers 204 where the user does not exist."""
    if call.store.get(call.partner, "user", "", call.path["userId"]) is None:
        return Reply(204)
    return original(call)


FAULTS: Final = faults(
    "lifecycle",
    *(
        fault(
            f"user-with-{entity.name}-is-500", SPEC, f"deleteUser is a server error where the user has a {entity.name}"
        )
        .plant(p.fails_to_delete_owners("deleteUser", entity.name))
        .finding(found(SERVER_ERROR, "deleteUser", 500, STATUS, "exclusiveMaximum", actual=Equal(500)))
        for entity in OWNED
    ),
    *(
        fault(f"{entity.name}-outlives-user", SPEC, f"{entity.get} shows a {entity.name} whose user is deleted")
        .plant(p.outlives(entity.get, "deleteUser"))
        .finding(found(DELETED_IS_GONE, "deleteUser", 204, body(), "present", seen_by=entity.get))
        for entity in OWNED
    ),
    *(
        fault(f"{entity.name}-list-is-capped", SPEC, f"{entity.list} ends after {PAGE}")
        .plant(p.lists(entity.list, lambda items: items[:PAGE]))
        .finding(found(LISTED_ONCE, entity.list, 200, listed(EACH), "count", actual=OfType("integer")))
        for entity in ENTITIES
    ),
    *(
        fault(f"{entity.name}-deleted-is-listed", SPEC, f"{entity.list} lists what is deleted")
        .plant(p.still_listed(entity.list, entity.get, entity.delete))
        .finding(found(DELETED_IS_GONE, entity.delete, 204, listed(EACH), "present"))
        for entity in ENTITIES
    ),
    *(
        fault(f"{entity.name}-deletes-sibling", SPEC, f"{entity.delete} deletes the newest {entity.name}, too")
        .plant(p.deletes_sibling_too(entity.delete, entity.name, entity.parameter))
        .finding(found(OTHERS_UNTOUCHED, entity.delete, 204, body(), "absent"))
        for entity in ENTITIES
    ),
    *(
        fault(f"{kebab(entity.get)}-of-any-user", SPEC, f"{entity.get} finds a {entity.name} below any user")
        .plant(p.across_parents(entity.get, "user", "userId"))
        .finding(found(PARENTS, entity.get, 200, STATUS, "status"))
        for entity in OWNED
    ),
    *(
        fault(f"{kebab(entity.delete)}-of-any-user", SPEC, f"{entity.delete} deletes a {entity.name} below any user")
        .plant(p.across_parents(entity.delete, "user", "userId"))
        .finding(found(PARENTS, entity.delete, 204, body(), "absent", seen_by=entity.get))
        for entity in OWNED
    ),
    *(
        fault(f"{kebab(entity.list)}-of-all-users", SPEC, f"{entity.list} lists the {entity.name}s of all users")
        .plant(p.lists_below_all(entity.list, "user", "userId"))
        .finding(found(PARENTS, entity.list, 200, listed(EACH), "present"))
        for entity in OWNED
    ),
    *(
        fault(f"{entity.name}-deleted-below-any-user", SPEC, f"{entity.delete} answers 204 for an unknown user")
        .plant(p.does(entity.delete, _deletes_below_any_user))
        .finding(found(STATUS_EXPECTED, entity.delete, 204, STATUS, "status"))
        for entity in OWNED
    ),
    fault("vehicle-deleted-everywhere", SPEC, "deleteVehicle deletes the vehicles of that id below other users, too")
    .plant(p.then_does("deleteVehicle", _vehicles_of_everyone))
    .finding(found(OTHERS_UNTOUCHED, "deleteVehicle", 204, body(), "absent", seen_by="getVehicle")),
    fault("vehicle-deletes-resource", SPEC, "deleteVehicle deletes the resource of that id, too")
    .plant(p.then_does("deleteVehicle", _resource_of_same_id))
    .finding(found(OTHERS_UNTOUCHED, "deleteVehicle", 204, body(), "absent", seen_by="getResource")),
    fault("put-changes-nothing", SPEC, "replaceWebhook answers 200 and changes nothing")
    .plant(p.only_says("replaceWebhook"))
    .finding(found(ROUND_TRIP, "getWebhook", 200, body(), "same")),
    fault("put-keeps-payload-types", SPEC, "replaceWebhook leaves eventPayloadTypes as they were")
    .plant(p.does("replaceWebhook", partial(_put_keeps, ("eventPayloadTypes",))))
    .finding(found(ROUND_TRIP, "", 200, inside("/eventPayloadTypes"), "count")),
    fault("put-keeps-operation-types", SPEC, "replaceWebhook leaves operationTypes as they were")
    .plant(p.does("replaceWebhook", partial(_put_keeps, ("operationTypes",))))
    .finding(found(ROUND_TRIP, "", 200, inside("/operationTypes"), "count")),
    fault("put-keeps-address", SPEC, "replaceWebhook leaves webhookUrl as it was")
    .plant(p.does("replaceWebhook", partial(_put_keeps, ("webhookUrl",))))
    .finding(found(ROUND_TRIP, "", 200, inside("/webhookUrl"), "same")),
    fault("put-changes-all", SPEC, "replaceWebhook changes the other webhooks, too")
    .plant(p.then_does("replaceWebhook", _change_all_webhooks))
    .finding(
        found(OTHERS_UNTOUCHED, "replaceWebhook", 200, body(("eventPayloadTypes",)), "count", seen_by="getWebhook")
    ),
    fault("put-makes", SPEC, "replaceWebhook makes what is not there")
    .plant(p.does("replaceWebhook", _put_makes))
    .finding(found(STATUS_EXPECTED, "replaceWebhook", 200, STATUS, "status")),
    fault("put-unknown-is-200", SPEC, "replaceWebhook answers 200 where there is nothing")
    .plant(p.in_place_of(404, "replaceWebhook", Reply(200)))
    .finding(found(STATUS_EXPECTED, "replaceWebhook", 200, STATUS, "status")),
    fault("put-moves", SPEC, "replaceWebhook gives the webhook another id")
    .plant(p.does("replaceWebhook", _put_moves))
    .finding(found(STATUS_EXPECTED, "getWebhook", 404, STATUS, "status")),
    fault("put-in-spite-of-404", SPEC, "replaceWebhook answers 404 for an unknown webhook, and makes it")
    .plant(p.does("replaceWebhook", _put_makes_quietly))
    .finding(found(REFUSED_CHANGES_NOTHING, "replaceWebhook", 404, body(), "present", seen_by="getWebhook")),
)
