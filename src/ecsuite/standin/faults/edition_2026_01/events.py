"""Faults with events, January 2026."""

from __future__ import annotations

from typing import Final

from ecsuite.promises import RESPONSE_BODY, SERVER_ERROR, STATUS_EXPECTED
from ecsuite.standin.call import Call, Handler, RefusalError, Reply
from ecsuite.standin.faults import Expected
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
    .finding(Expected(RESPONSE_BODY, "getEvent -> 200", "/createdAt", "RFC 3339")),
    fault("event-time-is-a-number", GUIDE, "a listed event's createdAt is a number")
    .plant(p.shows("listEvents", "/events/*/createdAt", 1700000000))
    .finding(Expected(RESPONSE_BODY, "listEvents -> 200", "/events/0/createdAt", "", "an integer")),
    fault("event-has-no-id", GUIDE, "listed events have no id")
    .plant(p.shows("listEvents", "/events/*/id", p.DROP))
    .finding(Expected(RESPONSE_BODY, "listEvents -> 200", "/events/0/id", "required", "missing")),
    fault("event-payload-is-text", GUIDE, "an event's payload is text")
    .plant(p.shows("getEvent", "/payload", p.text_of))
    .finding(Expected(RESPONSE_BODY, "getEvent -> 200", "/payload", "", "a string")),
    fault("event-payload-has-no-type", GUIDE, "an event's payload does not say what it is")
    .plant(p.shows("getEvent", "/payload/payloadType", p.DROP))
    .finding(Expected(RESPONSE_BODY, "getEvent -> 200", "/payload")),
    fault("event-payload-is-unknown", GUIDE, "an event's payload is of the type PriceCurves")
    .plant(p.shows("getEvent", "/payload/payloadType", lambda own: own + "s"))
    .finding(Expected(RESPONSE_BODY, "getEvent -> 200", "/payload")),
    fault("event-payload-has-more", GUIDE, "an event's payload has a member that nobody lists")
    .plant(p.shows("getEvent", "/payload", lambda own: {**own, "surprise": 1}))
    .finding(Expected(RESPONSE_BODY, "getEvent -> 200", "/payload")),
    fault("event-targets-are-ids", GUIDE, "targets of an event are ids")
    .plant(p.shows("getEvent", "/payload/targets/*", "x"))
    .finding(Expected(RESPONSE_BODY, "getEvent -> 200", "/payload/targets/0", "an object", "a string")),
    fault("event-curve-resolution-is-iso", GUIDE, "the resolution of a price curve is PT1H")
    .plant(p.shows("getEvent", "/payload/priceCurveDelta/resolution", "PT1H"))
    .finding(Expected(RESPONSE_BODY, "getEvent -> 200", "/priceCurveDelta/resolution", "time span", "PT1H")),
    fault("event-price-is-text", GUIDE, "prices of an event are text")
    .plant(p.shows("getEvent", "/payload/priceCurveDelta/points/*/price", str))
    .finding(Expected(RESPONSE_BODY, "getEvent -> 200", "/points/0/price", "a number", "a string")),
    fault("event-area-is-unknown", GUIDE, "an event's price area is NO9")
    .plant(p.shows("getEvent", "/payload/priceArea", "NO9"))
    .finding(Expected(RESPONSE_BODY, "getEvent -> 200", "/payload/priceArea", "NO1", "NO9")),
    fault("event-limit-is-text", GUIDE, "limits of an event are text")
    .plant(p.shows("getEvent", "/payload/targets/*/points/*/maxPowerInKiloWatts", str))
    .finding(Expected(RESPONSE_BODY, "getEvent -> 200", "/points/0/maxPowerInKiloWatts", "a number", "a string")),
    fault("listed-event-cannot-be-read", GUIDE, "an event of the list is not found")
    .plant(p.sends(p.status(404), "getEvent"))
    .finding(Expected(STATUS_EXPECTED, "getEvent -> 404", "status", "200", "404")),
    fault("unknown-event-is-the-first", GUIDE, "an unknown event is the first one")
    .plant(p.does("getEvent", _first_event))
    .finding(Expected(STATUS_EXPECTED, "getEvent -> 200", "status", "404", "200")),
    fault("unknown-event-is-500", GUIDE, "an unknown event is a server error")
    .plant(p.sends(p.status(500), "getEvent", status=(404,)))
    .finding(Expected(SERVER_ERROR, "getEvent -> 500", "status", "below 500", "500")),
)
