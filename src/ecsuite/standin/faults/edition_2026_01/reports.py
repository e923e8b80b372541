"""Faults with reports, January 2026."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import Any, Final

from ecsuite.findings.breach import STATUS
from ecsuite.findings.pattern import Equal, found, inside
from ecsuite.promises import CREATION_RESPONSE, RESPONSE_BODY, ROUND_TRIP, SERVER_ERROR, STATUS_EXPECTED, STATUS_LISTED
from ecsuite.standin.call import Call, Handler, Reply
from ecsuite.standin.faults import planting as p
from ecsuite.standin.faults.common.changes import two_hours_later
from ecsuite.standin.faults.common.rows import GUIDE, fault, faults, kebab


def _report_mixed_up(original: Handler, call: Call) -> Reply:
    return replace(reply := original(call), body={**reply.body, "eventId": reply.body["id"]})


def _is_of(entity: str, body: dict[str, Any]) -> bool:
    return any(each.get("payloadType") == entity for each in body.get("payloads") or ())


FAULTS: Final = faults(
    "reports",
    fault("report-is-201", GUIDE, "a report is answered with 201")
    .plant(p.sends(p.status(201), "createReport"))
    .finding(found(STATUS_LISTED, "createReport", 201, STATUS, "unlisted")),
    fault("report-is-of-another-event", GUIDE, "a report's answer has another eventId")
    .plant(p.does("createReport", _report_mixed_up))
    .finding(found(ROUND_TRIP, "createReport", 200, inside("/eventId"), "changed")),
    fault("report-is-of-local-time", GUIDE, "a report's createdAt is two hours late")
    .plant(p.shows("createReport", "/createdAt", two_hours_later))
    .finding(found(CREATION_RESPONSE, "createReport", 200, inside("/createdAt"), "changed")),
    fault("report-has-no-id", GUIDE, "a report has no id")
    .plant(p.shows("createReport", "/id", p.DROP))
    .finding(found(RESPONSE_BODY, "createReport", 200, inside("/id"), "required")),
    fault("report-id-is-a-number", GUIDE, "a report's id is a number")
    .plant(p.shows("createReport", "/id", 17))
    .finding(found(RESPONSE_BODY, "createReport", 200, inside("/id"), "type", actual=Equal(17))),
    fault("report-time-has-no-offset", GUIDE, "a report's createdAt has no offset")
    .plant(p.shows("createReport", "/createdAt", lambda text: text[:19]))
    .finding(found(RESPONSE_BODY, "createReport", 200, inside("/createdAt"), "format")),
    *(
        fault(f"report-of-{kebab(entity)[1:]}-is-refused", GUIDE, f"a report of {entity} is refused")
        .plant(p.refuses("createReport", partial(_is_of, entity)))
        .finding(found(STATUS_EXPECTED, "createReport", 400, STATUS, "status"))
        for entity in ("EnergyUsage", "LocationEnergyUsage", "LocationEnergyUsagePlan")
    ),
    fault(
        "report-of-acknowledgement-is-500", GUIDE, "a report that acknowledges a limit on a resource is a server error"
    )
    .plant(p.crashes(lambda asked: "ResourceLPCAcknowledgement" in p.sent_text(asked), "createReport"))
    .finding(found(SERVER_ERROR, "createReport", 500, STATUS, "exclusiveMaximum", actual=Equal(500))),
    fault(
        "report-of-location-acknowledgement-is-refused",
        GUIDE,
        "a report that acknowledges a limit on a location is refused",
    )
    .plant(p.refuses("createReport", partial(_is_of, "LocationLPCAcknowledgement")))
    .finding(found(STATUS_EXPECTED, "createReport", 400, STATUS, "status")),
    fault(
        "report-without-meter-is-refused", GUIDE, "a report of EnergyUsage without its optional meterPointId is refused"
    )
    .plant(
        p.refuses(
            "createReport",
            lambda body: any(
                each.get("payloadType") == "EnergyUsage" and "meterPointId" not in each for each in body["payloads"]
            ),
        )
    )
    .finding(found(STATUS_EXPECTED, "createReport", 400, STATUS, "status")),
)
