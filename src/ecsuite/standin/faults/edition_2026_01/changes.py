"""Faults with PUT, PATCH and the switch of a webhook, January 2026."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import Any, Final

from ecsuite.rules import CHANGED_ALONE, CREATION_RESPONSE, REPLACED_WHOLE, SIGNED, UNTOUCHED
from ecsuite.standin.app import Plant
from ecsuite.standin.call import Call, Handler, Reply
from ecsuite.standin.edition_2026_01 import assets
from ecsuite.standin.faults import Expected
from ecsuite.standin.faults import planting as p
from ecsuite.standin.faults.common.rows import GUIDE, SPEC, fault, faults
from ecsuite.standin.faults.common.titles import BAD, SENT, SERVER_ERROR, STATUS


def _merged(original: Handler, call: Call) -> Reply:
    """A PUT leaves what it does not name as it was."""
    before = assets.shown(assets.require_location(call))
    return original(replace(call, body={**before, **call.body}))


def _webhook_merged(original: Handler, call: Call) -> Reply:
    before = call.store.get(call.partner, "webhook", "", call.path["webhookId"]) or {}
    names = ("name", "notificationTypes")
    return original(replace(call, body={**{name: before[name] for name in names if name in before}, **call.body}))


def _resets(name: str) -> Plant:
    """A PATCH of a location makes nothing of what it does not name."""

    def act(original: Handler, call: Call) -> Reply:
        reply = original(call)
        rest = {} if name in call.body else {name: None}
        location = assets.require_location(call)
        assets.add_location(call, location["userId"], {**assets.shown(location), **rest})
        return replace(reply, body={**reply.body, **rest})

    return p.does("changeLocation", act)


def _patch_forgets(name: str, instead: Any, original: Handler, call: Call) -> Reply:
    """A PATCH of a webhook sets a member back that it does not name."""
    reply = original(call)
    if name in call.body:
        return reply
    webhook: Any = call.store.get(call.partner, "webhook", "", call.path["webhookId"])
    call.store.put(call.partner, "webhook", "", webhook["webhookId"], {**webhook, name: instead})
    return replace(reply, body={**reply.body, name: instead} if name != "webhookSecret" else reply.body)


def _patch_switches_on(original: Handler, call: Call) -> Reply:
    """A PATCH of a webhook that does not say so switches it on."""
    return original(replace(call, body={"enabled": True, **call.body}))


def _switches_all(call: Call, _: Reply) -> None:
    for webhook in call.store.all(call.partner, "webhook"):
        kept = {**webhook, "enabled": call.query["enabled"] == "true"}
        call.store.put(call.partner, "webhook", "", webhook["webhookId"], kept)


def _turns(original: Handler, call: Call) -> Reply:
    """A switch turns a webhook, whichever way it is asked for."""
    webhook: Any = call.store.get(call.partner, "webhook", "", call.path["webhookId"])
    return original(replace(call, query={"enabled": "false" if webhook and webhook["enabled"] else "true"}))


def _put_keeps_old(original: Handler, call: Call) -> Reply:
    """A PUT of a location leaves the meter point that is deprecated as it was."""
    before = assets.require_location(call)
    reply = original(call)
    after = assets.require_location(call) | {"meterPointId": before["meterPointId"]}
    call.store.put(call.partner, "location", after["userId"], after["locationId"], after)
    return reply


def _put_drops_resources(call: Call, _: Reply) -> None:
    """What is at a location goes when the location is put or changed."""
    for resource in assets.resources(call, call.path["userId"]):
        if resource["locationId"] == call.path["locationId"]:
            call.store.delete(call.partner, "resource", call.path["userId"], resource["resourceId"])


def _nothing_is_no_change(original: Handler, call: Call) -> Reply:
    """An empty list in a PATCH is taken for none."""
    return original(replace(call, body={name: own for name, own in call.body.items() if own != []}))


def _second_is_conflict(original: Handler, call: Call) -> Reply:
    """A PUT that changes nothing is a conflict."""
    names = ("locationType", "coordinates", "meterPointIds")
    before = assets.require_location(call)
    reply = original(call)
    after = assets.require_location(call)
    return Reply(409) if all(before[name] == after[name] for name in names) else reply


def _loses_name(call: Call, _reply: Reply) -> None:
    """A webhook that is switched loses its name."""
    webhook: Any = call.store.get(call.partner, "webhook", "", call.path["webhookId"])
    call.store.put(call.partner, "webhook", "", webhook["webhookId"], {**webhook, "name": None})


def _patch_takes(names: tuple[str, ...], original: Handler, call: Call) -> Reply:
    """A PATCH takes no other members than these."""
    return original(replace(call, body={name: own for name, own in call.body.items() if name in names}))


def _says_only(original: Handler, call: Call) -> Reply:
    """Answers with what was sent, and keeps what was before."""
    before = assets.require_location(call)
    reply = original(call)
    call.store.put(call.partner, "location", before["userId"], before["locationId"], before)
    return reply


def _put_makes(original: Handler, call: Call) -> Reply:
    user_id = assets.require_user(call)
    if call.store.get(call.partner, "location", user_id, call.path["locationId"]) is None:
        assets.add_location(call, user_id, {**call.body, "locationId": call.path["locationId"]})
    return original(call)


def _put_changes_all(call: Call, _: Reply) -> None:
    for location in assets.locations(call, call.path["userId"]):
        assets.add_location(call, location["userId"], {**assets.shown(location), "locationType": "Other"})


def _webhooks_change_all(call: Call, _: Reply) -> None:
    for webhook in call.store.all(call.partner, "webhook"):
        call.store.put(call.partner, "webhook", "", webhook["webhookId"], {**webhook, "name": "changed"})


def _replaces(original: Handler, call: Call) -> Reply:
    """Takes a locationId that is there, and replaces the location."""
    call.store.delete(call.partner, "location", assets.require_user(call), call.body["locationId"])
    return original(call)


def _conflict_replaces(original: Handler, call: Call) -> Reply:
    """Answers 409, and replaces the location all the same."""
    reply = original(call)
    if reply.status == 409:
        assets.add_location(call, call.path["userId"], call.body)
    return reply


def _conflict_is(reply: Reply, original: Handler, call: Call) -> Reply:
    own = original(call)
    return reply if own.status == 409 else own


def _put_keeps(name: str, original: Handler, call: Call) -> Reply:
    before = call.store.get(call.partner, "webhook", "", call.path["webhookId"]) or {}
    return original(replace(call, body={**call.body, name: before.get(name, call.body[name])}))


FAULTS: Final = faults(
    "put and patch",
    *(
        fault(f"patch-forgets-{name}", GUIDE, f"a PATCH of a location loses {what}")
        .plant(_resets(member))
        .finding(Expected(CHANGED_ALONE, "changeLocation -> 200", f"/{member} afterwards"))
        for name, what, member in (
            ("type", "its type", "locationType"),
            ("coordinates", "its coordinates", "coordinates"),
            ("meters", "its meter points", "meterPointIds"),
        )
    ),
    *(
        fault(f"patch-ignores-{name}", GUIDE, f"a PATCH of a location does not change {name}")
        .plant(
            p.does(
                "changeLocation",
                partial(_patch_takes, tuple({"locationType", "coordinates", "meterPointIds"} - {member})),
            )
        )
        .finding(Expected(SENT, "(PATCH|GET) /users/{userId}/locations/{locationId} -> 200", f"/{member}"))
        for name, member in (("type", "locationType"), ("coordinates", "coordinates"), ("meters", "meterPointIds"))
    ),
    fault("patch-says-only", GUIDE, "a PATCH of a location shows the change, and keeps what was")
    .plant(p.does("changeLocation", _says_only))
    .finding(Expected(SENT, "getLocation -> 200", "/(locationType|coordinates|meterPointIds)")),
    fault("put-says-only", GUIDE, "a PUT of a location shows the change, and keeps what was")
    .plant(p.does("replaceLocation", _says_only))
    .finding(Expected(SENT, "getLocation -> 200", "/(locationType|coordinates|meterPointIds)")),
    fault("put-merges", GUIDE, "a PUT of a location leaves what it does not name as it was")
    .plant(p.does("replaceLocation", _merged))
    .finding(Expected(REPLACED_WHOLE, "replaceLocation -> 200", "afterwards")),
    fault("put-makes-location", GUIDE, "a PUT makes a location that is not there")
    .plant(p.does("replaceLocation", _put_makes))
    .finding(Expected(STATUS, "replaceLocation -> 200", "status", "404", "200")),
    fault("put-changes-all-locations", GUIDE, "a PUT of a location changes the user's others, too")
    .plant(p.then_does("replaceLocation", _put_changes_all))
    .finding(Expected(UNTOUCHED, "replaceLocation -> 200", "GET .* afterwards")),
    fault("patch-changes-all-locations", GUIDE, "a PATCH of a location changes the user's others, too")
    .plant(p.then_does("changeLocation", _put_changes_all))
    .finding(Expected(UNTOUCHED, "changeLocation -> 200", "GET .* afterwards")),
    *(
        fault(f"patch-forgets-webhook-{name}", GUIDE, f"a PATCH of a webhook sets {name} back")
        .plant(p.does("changeWebhook", partial(_patch_forgets, member, instead)))
        .finding(Expected(CHANGED_ALONE, "changeWebhook -> 200", f"/{member} afterwards"))
        for name, member, instead in (
            ("name", "name", None),
            ("types", "notificationTypes", []),
            ("enabled", "enabled", False),
            ("creation", "createdDate", "2020-01-01T00:00:00+00:00"),
        )
    ),
    fault("patch-switches-webhook-on", GUIDE, "a PATCH of a webhook switches it on")
    .plant(p.does("changeWebhook", _patch_switches_on))
    .finding(Expected(CHANGED_ALONE, "changeWebhook -> 200", "/enabled afterwards", "false", "true")),
    fault("switch-is-of-all", GUIDE, "a webhook that is switched off switches all off")
    .plant(p.then_does("enableWebhook", _switches_all))
    .finding(Expected(UNTOUCHED, "enableWebhook -> 204", "GET /webhooks/.* /enabled afterwards")),
    fault("reservations-are-not-told", GUIDE, "a webhook cannot ask for reservations")
    .plant(
        p.keeps(
            "createWebhook",
            "/notificationTypes",
            lambda own: [each for each in own or [] if each != "LPCReservationCreated"],
        )
    )
    .finding(Expected(SENT, "createWebhook -> 201", "/notificationTypes")),
    fault("switch-turns-webhook", GUIDE, "a webhook that is off and switched off is on")
    .plant(p.does("enableWebhook", _turns))
    .finding(Expected(SENT, "getWebhook -> 200", "/enabled", "false", "true")),
    fault("switch-forgets-webhook-name", GUIDE, "a webhook that is switched off has no name any more")
    .plant(p.then_does("enableWebhook", _loses_name))
    .finding(Expected(UNTOUCHED, "enableWebhook -> 204", "/name afterwards")),
    fault("read-webhook-is-older", SPEC, "a webhook that is read was made at another time")
    .plant(p.shows("getWebhook", "/createdDate", "2020-01-01T00:00:00+00:00"))
    .finding(Expected(CREATION_RESPONSE, "getWebhook -> 200", "/createdDate", "", "2020-01-01")),
    fault("listed-webhook-is-older", SPEC, "a webhook in the list was made at another time")
    .plant(p.shows("listWebhooks", "/webhooks/*/createdDate", "2020-01-01T00:00:00+00:00"))
    .finding(Expected(CREATION_RESPONSE, "listWebhooks -> 200", "/createdDate", "", "2020-01-01")),
    fault("patch-forgets-webhook-secret", GUIDE, "a PATCH of a webhook takes its secret away")
    .plant(p.does("changeWebhook", partial(_patch_forgets, "webhookSecret", "")))
    .finding(Expected(SIGNED, "POST eventNotification -> .*", "X-Payload-Signature")),
    fault("patch-ignores-webhook-name", GUIDE, "a PATCH of a webhook does not change its name")
    .plant(
        p.does("changeWebhook", partial(_patch_takes, ("webhookUrl", "webhookSecret", "notificationTypes", "enabled")))
    )
    .finding(Expected(SENT, "(PATCH|GET) /webhooks/{webhookId} -> 200", "/name")),
    fault("patch-ignores-webhook-enabled", GUIDE, "a PATCH of a webhook does not switch it off")
    .plant(p.does("changeWebhook", partial(_patch_takes, ("webhookUrl", "webhookSecret", "notificationTypes", "name"))))
    .finding(Expected(SENT, "(PATCH|GET) /webhooks/{webhookId} -> 200", "/enabled")),
    fault("patch-changes-all-webhooks", GUIDE, "a PATCH of a webhook renames the others, too")
    .plant(p.then_does("changeWebhook", _webhooks_change_all))
    .finding(Expected(UNTOUCHED, "changeWebhook -> 200", "GET .* afterwards")),
    fault("put-keeps-webhook-types", GUIDE, "a PUT of a webhook leaves what it does not name as it was")
    .plant(p.does("replaceWebhook", _webhook_merged))
    .finding(Expected(REPLACED_WHOLE, "replaceWebhook -> 200", "afterwards")),
    fault("second-put-is-a-conflict", GUIDE, "a location is not put as it is already")
    .plant(p.does("replaceLocation", _second_is_conflict))
    .finding(Expected(STATUS, "replaceLocation -> 409", "status", "200", "409")),
    fault("put-keeps-original-meter", GUIDE, "a PUT of a location leaves its meterPointId as it was")
    .plant(p.does("replaceLocation", _put_keeps_old))
    .finding(Expected(REPLACED_WHOLE, "replaceLocation -> 200", "/meterPointId afterwards")),
    fault("put-drops-resources", GUIDE, "a PUT of a location deletes what is there")
    .plant(p.then_does("replaceLocation", _put_drops_resources))
    .finding(Expected(UNTOUCHED, "replaceLocation -> 200", "GET /resources/.* afterwards")),
    fault("patch-drops-resources", GUIDE, "a PATCH of a location deletes what is there")
    .plant(p.then_does("changeLocation", _put_drops_resources))
    .finding(Expected(UNTOUCHED, "changeLocation -> 200", "GET /resources/.* afterwards")),
    *(
        fault(f"patch-ignores-empty-list-of-{what}", SPEC, "an empty list in a PATCH changes nothing")
        .plant(p.does(o, _nothing_is_no_change))
        .finding(Expected(SENT, f"{reads} -> 200", f"/{name}"))
        for what, o, reads, name in (
            ("meters", "changeLocation", "getLocation", "meterPointIds"),
            ("types", "changeWebhook", "getWebhook", "notificationTypes"),
        )
    ),
    fault("original-meter-is-ignored", SPEC, "a meterPointId that is sent alone is ignored")
    .plant(p.keeps("createLocation", "/meterPointId", None))
    .finding(Expected(SENT, "getLocation -> 200", "/meterPointId", "here or in", "null")),
    fault("put-keeps-webhook-url", GUIDE, "a PUT of a webhook leaves its address as it was")
    .plant(p.does("replaceWebhook", partial(_put_keeps, "webhookUrl")))
    .finding(Expected(SENT, "(PUT|GET) /webhooks/{webhookId} -> 200", "/webhookUrl")),
    fault("put-changes-all-webhooks", GUIDE, "a PUT of a webhook renames the others, too")
    .plant(p.then_does("replaceWebhook", _webhooks_change_all))
    .finding(Expected(UNTOUCHED, "replaceWebhook -> 200", "GET .* afterwards")),
    fault("switch-does-nothing", GUIDE, "a webhook that is switched off stays on")
    .plant(p.does("enableWebhook", lambda original, call: original(replace(call, query={"enabled": "true"}))))
    .finding(Expected(SENT, "getWebhook -> 200", "/enabled", "false", "true")),
    fault("switch-is-reversed", GUIDE, "a webhook that is switched on goes off")
    .plant(p.does("enableWebhook", lambda original, call: original(replace(call, query={"enabled": "false"}))))
    .finding(Expected(SENT, "getWebhook -> 200", "/enabled", "true", "false")),
    fault("switch-takes-any-text", GUIDE, "a webhook can be switched to anything")
    .plant(p.together(p.forgives("enableWebhook", lambda breach: breach.at.name == "enabled")))
    .finding(Expected(BAD, "enableWebhook -> 20[04]", "status", "query enabled is")),
    fault("taken-location-is-replaced", GUIDE, "a locationId that is taken is taken again")
    .plant(p.does("createLocation", _replaces))
    .finding(Expected(STATUS, "createLocation -> 201", "status", "409", "201")),
    fault("taken-location-is-400", GUIDE, "a locationId that is taken is answered with 400")
    .plant(p.does("createLocation", partial(_conflict_is, Reply(400, "There is such a location."))))
    .finding(Expected(STATUS, "createLocation -> 400", "status", "409", "400")),
    fault("taken-location-is-500", GUIDE, "a locationId that is taken is a server error")
    .plant(p.does("createLocation", partial(_conflict_is, Reply(500))))
    .finding(Expected(SERVER_ERROR, "createLocation -> 500", "status", "below 500", "500")),
    fault("taken-location-is-200", GUIDE, "a locationId that is taken is answered with 200")
    .plant(p.does("createLocation", partial(_conflict_is, Reply(200))))
    .finding(Expected(STATUS, "createLocation -> 200", "status", "409", "200")),
    fault(
        "taken-location-in-spite-of-409",
        GUIDE,
        "a locationId that is taken is answered with 409, and the location replaced",
    )
    .plant(p.does("createLocation", _conflict_replaces))
    .finding(Expected(UNTOUCHED, "createLocation -> 409", "GET .* afterwards")),
)
