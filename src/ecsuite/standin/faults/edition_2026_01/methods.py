"""Faults with methods and paths, January 2026."""

from __future__ import annotations

from typing import Final

from ecsuite.promises import REFUSED_CHANGES_NOTHING, SERVER_ERROR, STATUS_EXPECTED
from ecsuite.standin.faults import Expected
from ecsuite.standin.faults import planting as p
from ecsuite.standin.faults.common.rows import GUIDE, fault, faults

FAULTS: Final = faults(
    "methods",
    fault("put-reads-user", GUIDE, "PUT of a user reads it")
    .plant(p.also_by("PUT", "/users/{userId}", "getUser"))
    .finding(Expected(STATUS_EXPECTED, "PUT .*/users/[^/]+ -> 200", "status", "404 or 405.*PUT", "200")),
    fault("patch-deletes-user", GUIDE, "PATCH of a user deletes it")
    .plant(p.also_by("PATCH", "/users/{userId}", "deleteUser"))
    .finding(Expected(REFUSED_CHANGES_NOTHING, "PATCH .*/users/[^/]+ -> 204", "GET .* afterwards")),
    fault("put-lists-users", GUIDE, "PUT of /users lists them")
    .plant(p.also_by("PUT", "/users", "listUsers"))
    .finding(Expected(STATUS_EXPECTED, "PUT .*/users -> 200", "status", "404 or 405.*PUT", "200")),
    fault("post-lists-events", GUIDE, "POST of /events lists them")
    .plant(p.also_by("POST", "/events", "listEvents"))
    .finding(Expected(STATUS_EXPECTED, "POST .*/events -> .*", "status", "404 or 405.*POST")),
    fault("delete-lists-vehicles", GUIDE, "DELETE of a user's resources lists them")
    .plant(p.also_by("DELETE", "/users/{userId}/resources", "listResources"))
    .finding(Expected(STATUS_EXPECTED, "DELETE .*/resources -> 200", "status", "404 or 405.*DELETE", "200")),
    fault("delete-of-event-reads-it", GUIDE, "DELETE of an event reads it")
    .plant(p.also_by("DELETE", "/events/{eventId}", "getEvent"))
    .finding(Expected(STATUS_EXPECTED, "DELETE .*/events/[^/]+ -> 200", "status", "404 or 405.*DELETE", "200")),
    fault("put-reads-eligibility", GUIDE, "PUT of the eligibility of a user reads it")
    .plant(p.also_by("PUT", "/users/{userId}/eligibility", "getEligibility"))
    .finding(Expected(STATUS_EXPECTED, "PUT .*/eligibility -> 200", "status", "404 or 405.*PUT", "200")),
    fault("wrong-method-is-200", GUIDE, "a wrong method is answered with 200")
    .plant(p.elsewhere(p.status(200), 405))
    .finding(Expected(STATUS_EXPECTED, ".*/users -> 200", "status", "404 or 405", "200")),
    fault("wrong-method-is-500", GUIDE, "a wrong method is a server error")
    .plant(p.elsewhere(p.status(500), 405))
    .finding(Expected(SERVER_ERROR, ".*/users -> 500", "status", "below 500", "500")),
    fault("unknown-path-is-200", GUIDE, "an unknown path is answered with 200")
    .plant(p.elsewhere(p.status(200), 404))
    .finding(Expected(STATUS_EXPECTED, "GET .* -> 200", "status", "404 or 405", "200")),
)
