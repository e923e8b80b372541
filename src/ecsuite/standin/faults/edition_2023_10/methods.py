"""Faults with methods and paths, October 2023."""

from __future__ import annotations

from typing import Final

from ecsuite.findings.breach import STATUS, body
from ecsuite.findings.pattern import Equal, found
from ecsuite.promises import REFUSED_CHANGES_NOTHING, SERVER_ERROR, STATUS_EXPECTED
from ecsuite.standin.faults import planting as p
from ecsuite.standin.faults.common.rows import SPEC, fault, faults

FAULTS: Final = faults(
    "methods",
    fault("patch-is-put", SPEC, "PATCH of a webhook does what PUT does")
    .plant(p.also_by("PATCH", "/webhooks/{id}", "replaceWebhook"))
    .finding(found(STATUS_EXPECTED, "", (), STATUS, "status", case="PATCH")),
    fault("patch-deletes-user", SPEC, "PATCH of a user deletes it")
    .plant(p.also_by("PATCH", "/users/{userId}", "deleteUser"))
    .finding(found(REFUSED_CHANGES_NOTHING, "", 204, body(), "absent", seen_by="getUser")),
    fault("put-reads-user", SPEC, "PUT of a user reads it")
    .plant(p.also_by("PUT", "/users/{userId}", "getUser"))
    .finding(found(STATUS_EXPECTED, "", 200, STATUS, "status", case="PUT")),
    fault("put-lists-users", SPEC, "PUT of /users lists them")
    .plant(p.also_by("PUT", "/users", "listUsers"))
    .finding(found(STATUS_EXPECTED, "", 200, STATUS, "status", case="PUT")),
    fault("post-lists-events", SPEC, "POST of /events lists them")
    .plant(p.also_by("POST", "/events", "listEvents"))
    .finding(found(STATUS_EXPECTED, "", (), STATUS, "status", case="POST")),
    fault("get-tests-webhook", SPEC, "GET of a webhook's test asks for a delivery")
    .plant(p.also_by("GET", "/webhooks/{id}/test", "testWebhook"))
    .finding(found(STATUS_EXPECTED, "", 200, STATUS, "status", case="GET")),
    fault("delete-lists-vehicles", SPEC, "DELETE of a user's vehicles lists them")
    .plant(p.also_by("DELETE", "/users/{userId}/vehicles", "listVehicles"))
    .finding(found(STATUS_EXPECTED, "", 200, STATUS, "status", case="DELETE")),
    fault("delete-of-event-reads-it", SPEC, "DELETE of an event reads it")
    .plant(p.also_by("DELETE", "/events/{eventId}", "getEvent"))
    .finding(found(STATUS_EXPECTED, "", 200, STATUS, "status", case="DELETE")),
    fault("wrong-method-is-200", SPEC, "a wrong method is answered with 200")
    .plant(p.elsewhere(p.status(200), 405))
    .finding(found(STATUS_EXPECTED, "", 200, STATUS, "status")),
    fault("wrong-method-is-400", SPEC, "a wrong method is answered with 400")
    .plant(p.elsewhere(p.status(400), 405))
    .finding(found(STATUS_EXPECTED, "", 400, STATUS, "status")),
    fault("wrong-method-is-500", SPEC, "a wrong method is a server error")
    .plant(p.elsewhere(p.status(500), 405))
    .finding(found(SERVER_ERROR, "", 500, STATUS, "exclusiveMaximum", actual=Equal(500))),
    fault("unknown-path-is-200", SPEC, "an unknown path is answered with 200")
    .plant(p.elsewhere(p.status(200), 404))
    .finding(found(STATUS_EXPECTED, "", 200, STATUS, "status", case="unknown-path")),
    fault("unknown-path-is-500", SPEC, "an unknown path is a server error")
    .plant(p.elsewhere(p.status(500), 404))
    .finding(found(SERVER_ERROR, "", 500, STATUS, "exclusiveMaximum", case="unknown-path", actual=Equal(500))),
)
