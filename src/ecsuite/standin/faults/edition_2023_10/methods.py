"""Faults with methods and paths, October 2023."""

from __future__ import annotations

from typing import Final

from ecsuite.promises import REFUSED_CHANGES_NOTHING, SERVER_ERROR, STATUS_EXPECTED
from ecsuite.standin.faults import Expected
from ecsuite.standin.faults import planting as p
from ecsuite.standin.faults.common.rows import SPEC, fault, faults

FAULTS: Final = faults(
    "methods",
    fault("patch-is-put", SPEC, "PATCH of a webhook does what PUT does")
    .plant(p.also_by("PATCH", "/webhooks/{id}", "replaceWebhook"))
    .finding(Expected(STATUS_EXPECTED, "PATCH .*/webhooks/[^/]+ -> .*", "status", "404 or 405.*PATCH")),
    fault("patch-deletes-user", SPEC, "PATCH of a user deletes it")
    .plant(p.also_by("PATCH", "/users/{userId}", "deleteUser"))
    .finding(Expected(REFUSED_CHANGES_NOTHING, "PATCH .*/users/[^/]+ -> 204", "GET .* afterwards")),
    fault("put-reads-user", SPEC, "PUT of a user reads it")
    .plant(p.also_by("PUT", "/users/{userId}", "getUser"))
    .finding(Expected(STATUS_EXPECTED, "PUT .*/users/[^/]+ -> 200", "status", "404 or 405.*PUT", "200")),
    fault("put-lists-users", SPEC, "PUT of /users lists them")
    .plant(p.also_by("PUT", "/users", "listUsers"))
    .finding(Expected(STATUS_EXPECTED, "PUT .*/users -> 200", "status", "404 or 405.*PUT", "200")),
    fault("post-lists-events", SPEC, "POST of /events lists them")
    .plant(p.also_by("POST", "/events", "listEvents"))
    .finding(Expected(STATUS_EXPECTED, "POST .*/events -> .*", "status", "404 or 405.*POST")),
    fault("get-tests-webhook", SPEC, "GET of a webhook's test asks for a delivery")
    .plant(p.also_by("GET", "/webhooks/{id}/test", "testWebhook"))
    .finding(Expected(STATUS_EXPECTED, "GET .*/test -> 200", "status", "404 or 405.*GET", "200")),
    fault("delete-lists-vehicles", SPEC, "DELETE of a user's vehicles lists them")
    .plant(p.also_by("DELETE", "/users/{userId}/vehicles", "listVehicles"))
    .finding(Expected(STATUS_EXPECTED, "DELETE .*/vehicles -> 200", "status", "404 or 405.*DELETE", "200")),
    fault("delete-of-event-reads-it", SPEC, "DELETE of an event reads it")
    .plant(p.also_by("DELETE", "/events/{eventId}", "getEvent"))
    .finding(Expected(STATUS_EXPECTED, "DELETE .*/events/[^/]+ -> 200", "status", "404 or 405.*DELETE", "200")),
    fault("wrong-method-is-200", SPEC, "a wrong method is answered with 200")
    .plant(p.elsewhere(p.status(200), 405))
    .finding(Expected(STATUS_EXPECTED, ".*/users -> 200", "status", "404 or 405", "200")),
    fault("wrong-method-is-400", SPEC, "a wrong method is answered with 400")
    .plant(p.elsewhere(p.status(400), 405))
    .finding(Expected(STATUS_EXPECTED, ".*/users -> 400", "status", "404 or 405", "400")),
    fault("wrong-method-is-500", SPEC, "a wrong method is a server error")
    .plant(p.elsewhere(p.status(500), 405))
    .finding(Expected(SERVER_ERROR, ".*/users -> 500", "status", "below 500", "500")),
    fault("unknown-path-is-200", SPEC, "an unknown path is answered with 200")
    .plant(p.elsewhere(p.status(200), 404))
    .finding(Expected(STATUS_EXPECTED, "GET .* -> 200", "status", "404 or 405", "200")),
    fault("unknown-path-is-500", SPEC, "an unknown path is a server error")
    .plant(p.elsewhere(p.status(500), 404))
    .finding(Expected(SERVER_ERROR, "GET .* -> 500", "status", "below 500", "500")),
)
