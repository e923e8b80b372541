"""Faults with methods and paths, January 2026."""

from __future__ import annotations

from typing import Final

from ecsuite.findings.breach import STATUS, body
from ecsuite.findings.pattern import Equal, found
from ecsuite.promises import REFUSED_CHANGES_NOTHING, SERVER_ERROR, STATUS_EXPECTED
from ecsuite.standin.faults import planting as p
from ecsuite.standin.faults.common.rows import GUIDE, fault, faults

FAULTS: Final = faults(
    "methods",
    fault("put-reads-user", GUIDE, "PUT of a user reads it")
    .plant(p.also_by("PUT", "/users/{userId}", "getUser"))
    .finding(found(STATUS_EXPECTED, "", 200, STATUS, "status", case="PUT")),
    fault("patch-deletes-user", GUIDE, "PATCH of a user deletes it")
    .plant(p.also_by("PATCH", "/users/{userId}", "deleteUser"))
    .finding(found(REFUSED_CHANGES_NOTHING, "", 204, body(), "absent", seen_by="getUser")),
    fault("put-lists-users", GUIDE, "PUT of /users lists them")
    .plant(p.also_by("PUT", "/users", "listUsers"))
    .finding(found(STATUS_EXPECTED, "", 200, STATUS, "status", case="PUT")),
    fault("post-lists-events", GUIDE, "POST of /events lists them")
    .plant(p.also_by("POST", "/events", "listEvents"))
    .finding(found(STATUS_EXPECTED, "", (), STATUS, "status", case="POST")),
    fault("delete-lists-vehicles", GUIDE, "DELETE of a user's resources lists them")
    .plant(p.also_by("DELETE", "/users/{userId}/resources", "listResources"))
    .finding(found(STATUS_EXPECTED, "", 200, STATUS, "status", case="DELETE")),
    fault("delete-of-event-reads-it", GUIDE, "DELETE of an event reads it")
    .plant(p.also_by("DELETE", "/events/{eventId}", "getEvent"))
    .finding(found(STATUS_EXPECTED, "", 200, STATUS, "status", case="DELETE")),
    fault("put-reads-eligibility", GUIDE, "PUT of the eligibility of a user reads it")
    .plant(p.also_by("PUT", "/users/{userId}/eligibility", "getEligibility"))
    .finding(found(STATUS_EXPECTED, "", 200, STATUS, "status", case="PUT")),
    fault("wrong-method-is-200", GUIDE, "a wrong method is answered with 200")
    .plant(p.elsewhere(p.status(200), 405))
    .finding(found(STATUS_EXPECTED, "", 200, STATUS, "status")),
    fault("wrong-method-is-500", GUIDE, "a wrong method is a server error")
    .plant(p.elsewhere(p.status(500), 405))
    .finding(found(SERVER_ERROR, "", 500, STATUS, "exclusiveMaximum", actual=Equal(500))),
    fault("unknown-path-is-200", GUIDE, "an unknown path is answered with 200")
    .plant(p.elsewhere(p.status(200), 404))
    .finding(found(STATUS_EXPECTED, "", 200, STATUS, "status", case="unknown-path")),
)
