"""Faults with reports, October 2023."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import Final

from ecsuite.findings.breach import body
from ecsuite.findings.pattern import found
from ecsuite.promises import RESPONSE_BODY, ROUND_TRIP, STATUS_EXPECTED, STATUS_LISTED
from ecsuite.standin.call import Call, Handler, Reply
from ecsuite.standin.faults import Expected
from ecsuite.standin.faults import planting as p
from ecsuite.standin.faults.common.changes import ascii_only, shortened
from ecsuite.standin.faults.common.rows import SPEC, fault, faults


def _report_mixed_up(original: Handler, call: Call) -> Reply:
    return replace(reply := original(call), body={**reply.body, "eventId": reply.body["programId"]})


FAULTS: Final = faults(
    "reports",
    fault("report-is-201", SPEC, "a report is answered with 201")
    .plant(p.sends(p.status(201), "createReport"))
    .finding(Expected(STATUS_LISTED, "createReport -> 201", "status", "200", "201")),
    fault("report-is-empty", SPEC, "a report is answered without a body")
    .plant(p.sends(p.refusal(200), "createReport"))
    .finding(found(RESPONSE_BODY, "createReport", 200, body(), "absent")),
    fault("report-is-of-another-event", SPEC, "a report's answer has another eventId")
    .plant(p.does("createReport", _report_mixed_up))
    .finding(Expected(ROUND_TRIP, "createReport -> 200", "/eventId")),
    fault("report-name-loses-letters", SPEC, "a report's name loses its Norwegian letters")
    .plant(p.shows("createReport", "/name", ascii_only))
    .finding(Expected(ROUND_TRIP, "createReport -> 200", "/name", "[ØøÅå]")),
    fault("report-name-is-cut-off", SPEC, "a report's name is cut off after 10 letters")
    .plant(p.shows("createReport", "/name", partial(shortened, 10)))
    .finding(Expected(ROUND_TRIP, "createReport -> 200", "/name")),
    fault("report-has-no-id", SPEC, "a report has no id")
    .plant(p.shows("createReport", "/id", p.DROP))
    .finding(Expected(RESPONSE_BODY, "createReport -> 200", "/id", "required", "missing")),
    fault("report-id-is-a-number", SPEC, "a report's id is a number")
    .plant(p.shows("createReport", "/id", 17))
    .finding(Expected(RESPONSE_BODY, "createReport -> 200", "/id", "a string", "17")),
    fault("report-time-has-no-offset", SPEC, "a report's createdDateTime has no offset")
    .plant(p.shows("createReport", "/createdDateTime", lambda text: text[:19]))
    .finding(Expected(RESPONSE_BODY, "createReport -> 200", "/createdDateTime", "RFC 3339")),
    fault("report-has-no-modification", SPEC, "a report has no modificationDateTime")
    .plant(p.shows("createReport", "/modificationDateTime", p.DROP))
    .finding(Expected(RESPONSE_BODY, "createReport -> 200", "/modificationDateTime", "required", "missing")),
    fault("report-program-is-null", SPEC, "a report's programId is null")
    .plant(p.shows("createReport", "/programId", None))
    .finding(Expected(RESPONSE_BODY, "createReport -> 200", "/programId", "a string", "null")),
    fault("report-stop-is-refused", SPEC, "a report of a stop is refused")
    .plant(p.refuses("createReport", lambda body: any(each["actionType"] == "Stop" for each in body["payloads"])))
    .finding(Expected(STATUS_EXPECTED, "createReport -> 400", "status", "200", "400")),
    fault("report-without-readings-is-refused", SPEC, "a report without the optional readings is refused")
    .plant(p.refuses("createReport", lambda body: any("current" not in each for each in body["payloads"])))
    .finding(Expected(STATUS_EXPECTED, "createReport -> 400", "status", "200", "400")),
)
