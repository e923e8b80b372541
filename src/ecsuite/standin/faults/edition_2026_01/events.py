"""Faults with events, January 2026."""

from __future__ import annotations

from typing import Final

from ecsuite.findings.breach import STATUS
from ecsuite.findings.pattern import Equal, OfType, found, inside
from ecsuite.promises import RESPONSE_BODY, ROUND_TRIP, SERVER_ERROR, STATUS_EXPECTED
from ecsuite.standin.call import Call, Handler, RefusalError, Reply
from ecsuite.standin.faults import planting as p
from ecsuite.standin.faults.common.rows import GUIDE, fault, faults


def _first_event(original: Handler, call: Call) -> Reply:
    try:
        return original(call)
    except RefusalError:
        events = call.store.all(call.partner, "event")
        if not events:
            raise
        return Reply(200, events[0])


FAULTS: Final = faults(
    "events",
    fault("event-time-has-no-offset", GUIDE, "an event's createdAt has no offset")
    .plant(p.shows("getEvent", "/createdAt", lambda text: text[:19]))
    .finding(found(RESPONSE_BODY, "getEvent", 200, inside("/createdAt"), "format")),
    fault("event-time-is-a-number", GUIDE, "a listed event's createdAt is a number")
    .plant(p.shows("listEvents", "/events/*/createdAt", 1700000000))
    .finding(found(RESPONSE_BODY, "listEvents", 200, inside("/events/0/createdAt"), "type", actual=OfType("integer"))),
    fault("event-has-no-id", GUIDE, "listed events have no id")
    .plant(p.shows("listEvents", "/events/*/id", p.DROP))
    .finding(found(RESPONSE_BODY, "listEvents", 200, inside("/events/0/id"), "required")),
    fault("event-payload-is-text", GUIDE, "an event's payload is text")
    .plant(p.shows("getEvent", "/payload", p.text_of))
    .finding(found(RESPONSE_BODY, "getEvent", 200, inside("/payload"), "oneOf", actual=OfType("string"))),
    fault("event-payload-has-no-type", GUIDE, "an event's payload does not say what it is")
    .plant(p.shows("getEvent", "/payload/payloadType", p.DROP))
    .finding(found(RESPONSE_BODY, "getEvent", 200, inside("/payload"), "required")),
    fault("event-payload-is-unknown", GUIDE, "an event's payload is of the type PriceCurves")
    .plant(p.shows("getEvent", "/payload/payloadType", lambda own: own + "s"))
    .finding(found(RESPONSE_BODY, "getEvent", 200, inside("/payload"), "const")),
    fault("event-payload-has-more", GUIDE, "an event's payload has a member that nobody lists")
    .plant(p.shows("getEvent", "/payload", lambda own: {**own, "surprise": 1}))
    .finding(found(RESPONSE_BODY, "getEvent", 200, inside("/payload"), "unevaluatedProperties")),
    fault("event-targets-are-ids", GUIDE, "targets of an event are ids")
    .plant(p.shows("getEvent", "/payload/targets/*", "x"))
    .finding(found(RESPONSE_BODY, "getEvent", 200, inside("/payload/targets/0"), "type", actual=OfType("string"))),
    fault("event-curve-resolution-is-iso", GUIDE, "the resolution of a price curve is PT1H")
    .plant(p.shows("getEvent", "/payload/priceCurveDelta/resolution", "PT1H"))
    .finding(
        found(RESPONSE_BODY, "getEvent", 200, inside("/priceCurveDelta/resolution"), "pattern", actual=Equal("PT1H"))
    ),
    fault("event-curve-resolution-loses-days", GUIDE, "the resolution of a price curve is shown without its days")
    .plant(
        p.shows(
            "simulatePriceCurve",
            "/simulatedEvent/payload/priceCurveDelta/resolution",
            lambda span: span.rpartition(".")[2],
        )
    )
    .finding(
        found(
            ROUND_TRIP,
            "simulatePriceCurve",
            200,
            inside("/priceCurveDelta/resolution"),
            "changed",
            actual=Equal("02:00:00"),
        )
    ),
    fault("event-price-is-text", GUIDE, "prices of an event are text")
    .plant(p.shows("getEvent", "/payload/priceCurveDelta/points/*/price", str))
    .finding(found(RESPONSE_BODY, "getEvent", 200, inside("/points/0/price"), "type", actual=OfType("string"))),
    fault("event-area-is-unknown", GUIDE, "an event's price area is NO9")
    .plant(p.shows("getEvent", "/payload/priceArea", "NO9"))
    .finding(found(RESPONSE_BODY, "getEvent", 200, inside("/payload/priceArea"), "enum", actual=Equal("NO9"))),
    fault("event-limit-is-text", GUIDE, "limits of an event are text")
    .plant(p.shows("getEvent", "/payload/targets/*/points/*/maxPowerInKiloWatts", str))
    .finding(
        found(RESPONSE_BODY, "getEvent", 200, inside("/points/0/maxPowerInKiloWatts"), "type", actual=OfType("string"))
    ),
    fault("event-forgets-who-was-added", GUIDE, "an event does not show the users that are eligible now")
    .plant(p.shows("getEvent", "/payload/addedUsers", []))
    .finding(found(ROUND_TRIP, "getEvent", 200, inside("/payload/addedUsers"), "count")),
    fault("listed-events-forget-who-was-added", GUIDE, "listed events do not show the users that are eligible now")
    .plant(p.shows("listEvents", "/events/*/payload/addedUsers", []))
    .finding(found(ROUND_TRIP, "listEvents", 200, inside("/payload/addedUsers"), "count")),
    fault("listed-event-cannot-be-read", GUIDE, "an event of the list is not found")
    .plant(p.sends(p.status(404), "getEvent"))
    .finding(found(STATUS_EXPECTED, "getEvent", 404, STATUS, "status")),
    fault("unknown-event-is-the-first", GUIDE, "an unknown event is the first one")
    .plant(p.does("getEvent", _first_event))
    .finding(found(STATUS_EXPECTED, "getEvent", 200, STATUS, "status")),
    fault("unknown-event-is-500", GUIDE, "an unknown event is a server error")
    .plant(p.sends(p.status(500), "getEvent", status=(404,)))
    .finding(found(SERVER_ERROR, "getEvent", 500, STATUS, "exclusiveMaximum", actual=Equal(500))),
)
