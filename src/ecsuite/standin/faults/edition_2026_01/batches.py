"""Faults with batches, January 2026."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any, Final

from ecsuite.findings.breach import STATUS, body
from ecsuite.findings.pattern import Equal, OfType, found, inside
from ecsuite.promises import (
    CREATION_RESPONSE,
    REFUSED_CHANGES_NOTHING,
    RESPONSE_BODY,
    ROUND_TRIP,
    SERVER_ERROR,
    STATUS_EXPECTED,
)
from ecsuite.standin.app import Plant
from ecsuite.standin.call import Call, Handler, RefusalError, Reply
from ecsuite.standin.edition_2026_01 import assets
from ecsuite.standin.faults import planting as p
from ecsuite.standin.faults.common.rows import GUIDE, fault, faults
from ecsuite.standin.faults.common.sent import sent_member
from ecsuite.standin.parts import Asked, Parts


def _batch_stops(original: Handler, call: Call) -> Reply:
    """A batch ends at a user that is there, and is answered with all."""
    known = {user["userId"] for user in assets.users(call)}
    until = itertools.takewhile(lambda user: user["userId"] not in known, call.body["users"])
    original(replace(call, body={"users": list(until)}))
    return Reply(201, {"users": [{"userId": user["userId"]} for user in call.body["users"]]})


def _batch(change: Callable[[list[Any]], list[Any]], name: str, original: Handler, call: Call) -> Reply:
    """Keeps other things of a batch than were sent."""
    return original(replace(call, body={name: change(call.body[name])}))


def _all_to_the_first(original: Handler, call: Call) -> Reply:
    """Adds all locations of a batch to the first one's user, and is answered as if each were its own user's."""
    sent = call.body["locations"]
    reply = original(replace(call, body={"locations": [{**each, "userId": sent[0]["userId"]} for each in sent]}))
    shown = [{**own, "userId": each["userId"]} for own, each in zip(reply.body["locations"], sent, strict=True)]
    return replace(reply, body={"locations": shown})


def _keeps_the_right_ones(operation: str, name: str, keep: Callable[[Call, Any], object]) -> Plant:
    """Refuses a batch with a wrong entity in it, and keeps the others."""

    def answer(parts: Parts, original: Callable[[Asked], Reply], asked: Asked) -> Reply:
        try:
            return original(asked)
        except RefusalError as refused:
            partner, items = parts.bearer(asked), sent_member(asked, name)
            if asked.operation.id == operation and refused.reply.status == 400 and partner:
                call = Call(partner, asked.decoded.path_values, p.sent_value(asked), parts.store)
                for item in items or ():
                    if isinstance(item, dict) and all(isinstance(own, str) for own in list(item.values())[:1]):
                        keep(call, item)
            raise

    return p.wraps(p.ANSWER, answer)


FAULTS: Final = faults(
    "batches",
    fault("batch-makes-the-first", GUIDE, "a batch of users makes the first alone")
    .plant(p.does("createUsers", partial(_batch, lambda own: own[:1], "users")))
    .finding(found(ROUND_TRIP, "createUsers", 201, inside("/users"), "count")),
    fault("batch-leaves-the-last", GUIDE, "a batch of locations leaves the last out")
    .plant(p.does("createLocations", partial(_batch, lambda own: own[:-1] or own, "locations")))
    .finding(found(ROUND_TRIP, "createLocations", 201, inside("/locations"), "count")),
    fault("batch-stops-at-what-is-there", GUIDE, "a batch of users ends at one that is there, and says nothing")
    .plant(p.does("createUsers", _batch_stops))
    .finding(found(CREATION_RESPONSE, "createUsers", 201, STATUS, "status", seen_by="getUser")),
    fault("batch-makes-nothing", GUIDE, "a batch of users is answered with them, and makes none")
    .plant(p.only_says("createUsers"))
    .finding(found(STATUS_EXPECTED, "getUser", 404, STATUS, "status")),
    fault("batch-of-locations-makes-nothing", GUIDE, "a batch of locations is answered with them, and makes none")
    .plant(p.only_says("createLocations"))
    .finding(found(STATUS_EXPECTED, "getLocation", 404, STATUS, "status")),
    fault("three-meter-points-are-refused", GUIDE, "a location has two meter points at most")
    .plant(p.refuses("createLocation", lambda body: len(body.get("meterPointIds") or ()) > 2))
    .finding(found(STATUS_EXPECTED, "createLocation", 400, STATUS, "status")),
    fault("batch-mixes-up-users", GUIDE, "a batch gives all locations to the first user")
    .plant(
        p.does(
            "createLocations",
            partial(_batch, lambda own: [{**each, "userId": own[0]["userId"]} for each in own], "locations"),
        )
    )
    .finding(found(ROUND_TRIP, "createLocations", 201, inside("/locations/*/userId"), "changed")),
    fault("batch-says-each-and-gives-all-to-one", GUIDE, "a batch shows the user of each, and gives all to the first")
    .plant(p.does("createLocations", _all_to_the_first))
    .finding(found(STATUS_EXPECTED, "getLocation", 404, STATUS, "status")),
    fault("batch-loses-coordinates", GUIDE, "locations of a batch lose their coordinates")
    .plant(
        p.does(
            "createLocations", partial(_batch, lambda own: [{**each, "coordinates": None} for each in own], "locations")
        )
    )
    .finding(found(ROUND_TRIP, "createLocations", 201, inside("/locations/*/coordinates"), "changed")),
    fault("batch-keeps-the-right-users", GUIDE, "a batch with a wrong user is refused, and the others made")
    .plant(_keeps_the_right_ones("createUsers", "users", lambda call, item: assets.add_user(call, item["userId"])))
    .finding(found(REFUSED_CHANGES_NOTHING, "createUsers", 400)),
    fault("batch-keeps-the-right-locations", GUIDE, "a batch with a wrong location is refused, and the others made")
    .plant(
        _keeps_the_right_ones(
            "createLocations", "locations", lambda call, item: assets.add_location(call, item["userId"], item)
        )
    )
    .finding(found(REFUSED_CHANGES_NOTHING, "createLocations", 400)),
    fault("batch-is-a-list", GUIDE, "a batch of users is answered with a bare array")
    .plant(p.sends(p.value(lambda body: body["users"]), "createUsers"))
    .finding(found(RESPONSE_BODY, "createUsers", 201, body(), "type", actual=OfType("array"))),
    fault("batch-is-500-for-many", GUIDE, "a batch of more than 100 users is a server error")
    .plant(p.crashes(lambda asked: p.sent_text(asked).count("userId") > 100, "createUsers"))
    .finding(found(SERVER_ERROR, "createUsers", 500, STATUS, "exclusiveMaximum", actual=Equal(500))),
)
