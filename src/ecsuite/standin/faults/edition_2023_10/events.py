"""Faults with events, October 2023."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Final

from ecsuite.findings.breach import STATUS, listed
from ecsuite.findings.pattern import Equal, OfType, found, inside
from ecsuite.promises import LISTED_ONCE, RESPONSE_BODY, ROUND_TRIP, SERVER_ERROR, STATUS_EXPECTED
from ecsuite.standin.call import Call, Handler, RefusalError, Reply
from ecsuite.standin.faults import planting as p
from ecsuite.standin.faults.common.rows import SPEC, fault, faults


def _first_event(original: Handler, call: Call) -> Reply:
    try:
        return original(call)
    except RefusalError:
        return Reply(200, call.store.all(call.partner, "event")[0])


def _an_hour_later(text: str) -> str:
    return (datetime.fromisoformat(text) + timedelta(hours=1)).isoformat()


FAULTS: Final = faults(
    "events",
    fault("priority-is-text", SPEC, "an event's priority is text")
    .plant(p.shows("getEvent", "/priority", str))
    .finding(found(RESPONSE_BODY, "getEvent", 200, inside("/priority"), "type", actual=OfType("string"))),
    fault("listed-priority-is-text", SPEC, "the priority of a listed event is text")
    .plant(p.shows("listEvents", "/*/priority", str))
    .finding(found(RESPONSE_BODY, "listEvents", 200, inside("/0/priority"), "type", actual=OfType("string"))),
    fault("event-time-has-no-offset", SPEC, "an event's createdAt has no offset")
    .plant(p.shows("getEvent", "/createdAt", lambda text: text[:19]))
    .finding(found(RESPONSE_BODY, "getEvent", 200, inside("/createdAt"), "format")),
    fault("event-time-is-a-number", SPEC, "an event's modifiedAt is a number")
    .plant(p.shows("getEvent", "/modifiedAt", 1700000000))
    .finding(found(RESPONSE_BODY, "getEvent", 200, inside("/modifiedAt"), "type", actual=OfType("integer"))),
    fault("event-start-is-a-date", SPEC, "an event starts on a day")
    .plant(p.shows("listEvents", "/*/intervalPeriod/start", lambda text: text[:10]))
    .finding(found(RESPONSE_BODY, "listEvents", 200, inside("/0/intervalPeriod/start"), "format")),
    fault("event-duration-is-iso", SPEC, "an event's duration is PT2H")
    .plant(p.shows("getEvent", "/intervalPeriod/duration", "PT2H"))
    .finding(
        found(RESPONSE_BODY, "getEvent", 200, inside("/intervalPeriod/duration"), "pattern", actual=Equal("PT2H"))
    ),
    fault("event-duration-is-a-number", SPEC, "a listed event's duration is in seconds")
    .plant(p.shows("listEvents", "/*/intervalPeriod/duration", 7200))
    .finding(found(RESPONSE_BODY, "listEvents", 200, inside("/0/intervalPeriod/duration"), "type", actual=Equal(7200))),
    fault("event-has-no-program", SPEC, "an event has no programId")
    .plant(p.shows("getEvent", "/programId", p.DROP))
    .finding(found(RESPONSE_BODY, "getEvent", 200, inside("/programId"), "required")),
    fault("event-has-no-id", SPEC, "listed events have no id")
    .plant(p.shows("listEvents", "/*/id", p.DROP))
    .finding(found(RESPONSE_BODY, "listEvents", 200, inside("/0/id"), "required")),
    fault("event-targets-are-ids", SPEC, "an event's targetResources are ids")
    .plant(p.shows("getEvent", "/targetResources/*", lambda own: own["resourceId"]))
    .finding(found(RESPONSE_BODY, "getEvent", 200, inside("/targetResources/0"), "type", actual=OfType("string"))),
    fault("event-payload-is-text", SPEC, "an event's payload is text")
    .plant(p.shows("getEvent", "/payload", p.text_of))
    .finding(found(RESPONSE_BODY, "getEvent", 200, inside("/payload"), "type", actual=OfType("string"))),
    fault("event-descriptors-are-null", SPEC, "a listed event's reportDescriptors are null")
    .plant(p.shows("listEvents", "/*/reportDescriptors", None))
    .finding(found(RESPONSE_BODY, "listEvents", 200, inside("/0/reportDescriptors"), "type", actual=OfType("null"))),
    fault("listed-event-cannot-be-read", SPEC, "an event of the list is not found")
    .plant(p.sends(p.status(404), "getEvent"))
    .finding(found(STATUS_EXPECTED, "getEvent", 404, STATUS, "status")),
    fault("event-is-listed-twice", SPEC, "listEvents has each event twice")
    .plant(p.lists("listEvents", lambda items: [*items, *items]))
    .finding(found(LISTED_ONCE, "listEvents", 200, listed("id"), "duplicate")),
    fault("event-has-another-name", SPEC, "getEvent shows another name than listEvents")
    .plant(p.shows("getEvent", "/name", lambda name: f"{name} (1)"))
    .finding(found(ROUND_TRIP, "getEvent", 200, inside("/name"), "changed")),
    fault("listed-event-has-another-start", SPEC, "listEvents shows events an hour later than getEvent")
    .plant(p.shows("listEvents", "/*/intervalPeriod/start", _an_hour_later))
    .finding(found(ROUND_TRIP, "getEvent", 200, inside("/intervalPeriod/start"), "changed")),
    fault("event-is-always-new", SPEC, "an event's createdAt is the time at which it is read")
    .plant(p.shows("getEvent", "/createdAt", lambda _: datetime.now(UTC).isoformat()))
    .finding(found(ROUND_TRIP, "getEvent", 200, inside("/createdAt"), "changed")),
    fault("event-has-no-targets", SPEC, "getEvent shows no targetResources where listEvents shows some")
    .plant(p.shows("getEvent", "/targetResources", []))
    .finding(found(ROUND_TRIP, "getEvent", 200, inside("/targetResources"), "count")),
    fault("unknown-event-is-the-first", SPEC, "an unknown event is the first one")
    .plant(p.does("getEvent", _first_event))
    .finding(found(STATUS_EXPECTED, "getEvent", 200, STATUS, "status")),
    fault("unknown-event-is-500", SPEC, "an unknown event is a server error")
    .plant(p.sends(p.status(500), "getEvent", status=(404,)))
    .finding(found(SERVER_ERROR, "getEvent", 500, STATUS, "exclusiveMaximum", actual=Equal(500))),
)
