"""Faults with PUT and PATCH of a location, and with ids that are taken, January 2026."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import Final

from ecsuite.findings.breach import STATUS, body
from ecsuite.findings.pattern import Equal, OfType, found, inside
from ecsuite.promises import (
    OTHERS_UNTOUCHED,
    PATCH_CHANGES_ONLY_GIVEN,
    PUT_REPLACES,
    ROUND_TRIP,
    SERVER_ERROR,
    STATUS_EXPECTED,
)
from ecsuite.standin.app import Plant
from ecsuite.standin.call import Call, Handler, Reply
from ecsuite.standin.edition_2026_01 import assets
from ecsuite.standin.faults import planting as p
from ecsuite.standin.faults.common.rows import GUIDE, SPEC, fault, faults


def _merged(original: Handler, call: Call) -> Reply:
    """A PUT leaves what it does not name as it was."""
    before = assets.shown(assets.require_location(call))
    return original(replace(call, body={**before, **call.body}))


def _resets(name: str) -> Plant:
    """A PATCH of a location makes nothing of what it does not name."""

    def act(original: Handler, call: Call) -> Reply:
        reply = original(call)
        rest = {} if name in call.body else {name: None}
        location = assets.require_location(call)
        assets.add_location(call, location["userId"], {**assets.shown(location), **rest})
        return replace(reply, body={**reply.body, **rest})

    return p.does("changeLocation", act)


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


def _says_only(original: Handler, call: Call) -> Reply:
    """Answers with what was sent, and keeps what was before."""
    before = assets.require_location(call)
    reply = original(call)
    call.store.put(call.partner, "location", before["userId"], before["locationId"], before)
    return reply


def _shows_old(original: Handler, call: Call) -> Reply:
    """Answers with what was before, and keeps what was sent."""
    before = assets.shown(assets.require_location(call))
    return replace(original(call), body=before)


def _put_makes(original: Handler, call: Call) -> Reply:
    user_id = assets.require_user(call)
    if call.store.get(call.partner, "location", user_id, call.path["locationId"]) is None:
        assets.add_location(call, user_id, {**call.body, "locationId": call.path["locationId"]})
    return original(call)


def _put_changes_all(call: Call, _: Reply) -> None:
    for location in assets.locations(call, call.path["userId"]):
        assets.add_location(call, location["userId"], {**assets.shown(location), "locationType": "Other"})


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


def _null_is_nothing(original: Handler, call: Call) -> Reply:
    """A PATCH of a location whose meter points are null leaves it none."""
    given = call.body.get("meterPointIds", ())
    return original(replace(call, body={**call.body, "meterPointIds": []}) if given is None else call)


FAULTS: Final = faults(
    "put and patch",
    *(
        fault(f"patch-forgets-{name}", GUIDE, f"a PATCH of a location loses {what}")
        .plant(_resets(member))
        .finding(
            found(
                PATCH_CHANGES_ONLY_GIVEN, "changeLocation", 200, inside(f"/{member}"), "changed", seen_by="getLocation"
            )
        )
        for name, what, member in (
            ("type", "its type", "locationType"),
            ("coordinates", "its coordinates", "coordinates"),
            ("meters", "its meter points", "meterPointIds"),
        )
    ),
    *(
        fault(f"patch-ignores-{name}", GUIDE, f"a PATCH of a location does not change {name}")
        .plant(p.ignores("changeLocation", member, "meterPointId"))
        .finding(found(ROUND_TRIP, "", 200, inside(f"/{member}")))
        for name, member in (("type", "locationType"), ("coordinates", "coordinates"), ("meters", "meterPointIds"))
    ),
    fault("patch-says-only", GUIDE, "a PATCH of a location shows the change, and keeps what was")
    .plant(p.does("changeLocation", _says_only))
    .finding(found(ROUND_TRIP, "getLocation", 200)),
    fault("put-says-only", GUIDE, "a PUT of a location shows the change, and keeps what was")
    .plant(p.does("replaceLocation", _says_only))
    .finding(found(ROUND_TRIP, "getLocation", 200)),
    fault("put-answers-with-old", GUIDE, "a PUT of a location keeps the change, and shows what was")
    .plant(p.does("replaceLocation", _shows_old))
    .finding(found(ROUND_TRIP, "replaceLocation", 200, body(), "same")),
    fault("put-merges", GUIDE, "a PUT of a location leaves what it does not name as it was")
    .plant(p.does("replaceLocation", _merged))
    .finding(found(PUT_REPLACES, "replaceLocation", 200, body(("locationType",)), "same", seen_by="getLocation")),
    fault("put-makes-location", GUIDE, "a PUT makes a location that is not there")
    .plant(p.does("replaceLocation", _put_makes))
    .finding(found(STATUS_EXPECTED, "replaceLocation", 200, STATUS, "status")),
    fault("put-changes-all-locations", GUIDE, "a PUT of a location changes the user's others, too")
    .plant(p.then_does("replaceLocation", _put_changes_all))
    .finding(
        found(OTHERS_UNTOUCHED, "replaceLocation", 200, body(("locationType",)), "changed", seen_by="getLocation")
    ),
    fault("patch-changes-all-locations", GUIDE, "a PATCH of a location changes the user's others, too")
    .plant(p.then_does("changeLocation", _put_changes_all))
    .finding(found(OTHERS_UNTOUCHED, "changeLocation", 200, body(("locationType",)), "changed", seen_by="getLocation")),
    fault("second-put-is-a-conflict", GUIDE, "a location is not put as it is already")
    .plant(p.does("replaceLocation", _second_is_conflict))
    .finding(found(STATUS_EXPECTED, "replaceLocation", 409, STATUS, "status")),
    fault("put-keeps-original-meter", GUIDE, "a PUT of a location leaves its meterPointId as it was")
    .plant(p.does("replaceLocation", _put_keeps_old))
    .finding(found(PUT_REPLACES, "replaceLocation", 200, inside("/meterPointId"), "same", seen_by="getLocation")),
    fault("put-drops-resources", GUIDE, "a PUT of a location deletes what is there")
    .plant(p.then_does("replaceLocation", _put_drops_resources))
    .finding(found(OTHERS_UNTOUCHED, "replaceLocation", 200, body(), "absent", seen_by="getResource")),
    fault("patch-drops-resources", GUIDE, "a PATCH of a location deletes what is there")
    .plant(p.then_does("changeLocation", _put_drops_resources))
    .finding(found(OTHERS_UNTOUCHED, "changeLocation", 200, body(), "absent", seen_by="getResource")),
    *(
        fault(f"patch-ignores-empty-list-of-{what}", SPEC, "an empty list in a PATCH changes nothing")
        .plant(p.does(o, _nothing_is_no_change))
        .finding(found(ROUND_TRIP, reads, 200, inside(f"/{name}"), "same"))
        for what, o, reads, name in (
            ("meters", "changeLocation", "getLocation", "meterPointIds"),
            ("types", "changeWebhook", "getWebhook", "notificationTypes"),
        )
    ),
    fault("null-erases-meters", SPEC, "null in a PATCH of a location takes its meter points away")
    .plant(p.does("changeLocation", _null_is_nothing))
    .finding(
        found(
            PATCH_CHANGES_ONLY_GIVEN, "changeLocation", 200, inside("/meterPointIds"), "changed", seen_by="getLocation"
        )
    ),
    fault("original-meter-is-ignored", SPEC, "a meterPointId that is sent alone is ignored")
    .plant(p.keeps("createLocation", "/meterPointId", None))
    .finding(found(ROUND_TRIP, "getLocation", 200, inside("/meterPointId"), "changed", actual=OfType("null"))),
    fault("taken-location-is-replaced", GUIDE, "a locationId that is taken is taken again")
    .plant(p.does("createLocation", _replaces))
    .finding(found(STATUS_EXPECTED, "createLocation", 201, STATUS, "status", case="taken-id")),
    fault("taken-location-is-400", GUIDE, "a locationId that is taken is answered with 400")
    .plant(p.does("createLocation", partial(_conflict_is, Reply(400, "There is such a location."))))
    .finding(found(STATUS_EXPECTED, "createLocation", 400, STATUS, "status", case="taken-id")),
    fault("taken-location-is-500", GUIDE, "a locationId that is taken is a server error")
    .plant(p.does("createLocation", partial(_conflict_is, Reply(500))))
    .finding(
        found(SERVER_ERROR, "createLocation", 500, STATUS, "exclusiveMaximum", case="taken-id", actual=Equal(500))
    ),
    fault("taken-location-is-200", GUIDE, "a locationId that is taken is answered with 200")
    .plant(p.does("createLocation", partial(_conflict_is, Reply(200))))
    .finding(found(STATUS_EXPECTED, "createLocation", 200, STATUS, "status", case="taken-id")),
    fault(
        "taken-location-in-spite-of-409",
        GUIDE,
        "a locationId that is taken is answered with 409, and the location replaced",
    )
    .plant(p.does("createLocation", _conflict_replaces))
    .finding(found(OTHERS_UNTOUCHED, "createLocation", 409, body(("locationType",)), "changed", seen_by="getLocation")),
)
