"""Faults with reports, October 2023."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import Final

from ecsuite.findings.breach import STATUS, body
from ecsuite.findings.pattern import Equal, OfType, found, inside
from ecsuite.promises import RESPONSE_BODY, ROUND_TRIP, STATUS_EXPECTED, STATUS_LISTED
from ecsuite.standin.call import Call, Handler, Reply
from ecsuite.standin.faults import planting as p
from ecsuite.standin.faults.common.changes import ascii_only, shortened
from ecsuite.standin.faults.common.rows import SPEC, fault, faults


def _report_mixed_up(original: Handler, call: Call) -> Reply:
    return replace(reply := original(call), body={**reply.body, "eventId": reply.body["programId"]})


FAULTS: Final = faults(
    "reports",
    fault("report-is-201", SPEC, "a report is answered with 201")
    .plant(p.sends(p.status(201), "createReport"))
    .finding(found(STATUS_LISTED, "createReport", 201, STATUS, "unlisted")),
    fault("report-is-empty", SPEC, "a report is answered without a body")
    .plant(p.sends(p.refusal(200), "createReport"))
    .finding(found(RESPONSE_BODY, "createReport", 200, body(), "absent")),
    fault("report-is-of-another-event", SPEC, "a report's answer has another eventId")
    .plant(p.does("createReport", _report_mixed_up))
    .finding(found(ROUND_TRIP, "createReport", 200, inside("/eventId"), "changed")),
    fault("report-name-loses-letters", SPEC, "a report's name loses its Norwegian letters")
    .plant(p.shows("createReport", "/name", ascii_only))
    .finding(found(ROUND_TRIP, "createReport", 200, inside("/name"), "changed")),
    fault("report-name-is-cut-off", SPEC, "a report's name is cut off after 10 letters")
    .plant(p.shows("createReport", "/name", partial(shortened, 10)))
    .finding(found(ROUND_TRIP, "createReport", 200, inside("/name"), "changed")),
    fault("report-has-no-id", SPEC, "a report has no id")
    .plant(p.shows("createReport", "/id", p.DROP))
    .finding(found(RESPONSE_BODY, "createReport", 200, inside("/id"), "required")),
    fault("report-id-is-a-number", SPEC, "a report's id is a number")
    .plant(p.shows("createReport", "/id", 17))
    .finding(found(RESPONSE_BODY, "createReport", 200, inside("/id"), "type", actual=Equal(17))),
    fault("report-time-has-no-offset", SPEC, "a report's createdDateTime has no offset")
    .plant(p.shows("createReport", "/createdDateTime", lambda text: text[:19]))
    .finding(found(RESPONSE_BODY, "createReport", 200, inside("/createdDateTime"), "format")),
    fault("report-has-no-modification", SPEC, "a report has no modificationDateTime")
    .plant(p.shows("createReport", "/modificationDateTime", p.DROP))
    .finding(found(RESPONSE_BODY, "createReport", 200, inside("/modificationDateTime"), "required")),
    fault("report-program-is-null", SPEC, "a report's programId is null")
    .plant(p.shows("createReport", "/programId", None))
    .finding(found(RESPONSE_BODY, "createReport", 200, inside("/programId"), "type", actual=OfType("null"))),
    fault("report-stop-is-refused", SPEC, "a report of a stop is refused")
    .plant(p.refuses("createReport", lambda body: any(each["actionType"] == "Stop" for each in body["payloads"])))
    .finding(found(STATUS_EXPECTED, "createReport", 400, STATUS, "status")),
    fault("report-without-readings-is-refused", SPEC, "a report without the optional readings is refused")
    .plant(p.refuses("createReport", lambda body: any("current" not in each for each in body["payloads"])))
    .finding(found(STATUS_EXPECTED, "createReport", 400, STATUS, "status")),
)
