"""Faults with input that must be refused, January 2026."""

from __future__ import annotations

import json
import re
from typing import Final

from ecsuite.findings.breach import STATUS, Place, body
from ecsuite.findings.pattern import Equal, OfType, found, inside
from ecsuite.promises import MEDIA_TYPE, REFUSED_CHANGES_NOTHING, RESPONSE_BODY, STATUS_EXPECTED
from ecsuite.standin.call import Call, Reply
from ecsuite.standin.edition_2026_01 import assets
from ecsuite.standin.faults import planting as p
from ecsuite.standin.faults.common.changes import from_text, unwrapped
from ecsuite.standin.faults.common.rows import GUIDE, SPEC, Taken, fault, faults, kebab, not_refused


def _make_user(call: Call) -> None:
    assets.add_user(call, call.path["userId"])


# Input that breaks a rule and is taken.
TAKEN: Final[tuple[Taken, ...]] = (
    Taken("createUser", "/userId", "missing", "no-id", "a user without userId", default="nobody"),
    Taken("createUser", "/userId", "null", "null-as-id", "null as userId", mend=str),
    Taken("createUser", "/userId", "integer", "number-as-id", "a number as userId", mend=str),
    Taken("createUser", "/userId", "object", "object-as-id", "an object as userId", mend=p.text_of),
    Taken("createUsers", "/users", "missing", "no-users", "a batch without users", default=[]),
    Taken("createUsers", "/users", "object", "object-as-users", "an object as users", mend=lambda _: []),
    Taken("createUsers", "/users/0/userId", "integer", "number-as-id", "a number as a userId"),
    Taken("createLocation", "/locationId", "missing", "no-id", "a location without locationId", default="nowhere"),
    Taken("createLocation", "/locationId", "boolean", "boolean-as-id", "a boolean as locationId", mend=str),
    Taken("createLocation", "/locationType", "string", "any-type", "any locationType", mend=lambda _: "Unknown"),
    Taken(
        "createLocation",
        "/locationType",
        "integer",
        "number-as-type",
        "a number as locationType",
        mend=lambda _: "Unknown",
    ),
    Taken(
        "createLocation", "/coordinates", "string", "text-as-coordinates", "text as coordinates", mend=lambda _: None
    ),
    Taken(
        "createLocation",
        "/coordinates/latitude",
        "string",
        "text-as-latitude",
        "text as a latitude",
        mend=lambda _: 1.5,
    ),
    Taken(
        "createLocation",
        "/coordinates/longitude",
        "boolean",
        "boolean-as-longitude",
        "a boolean as a longitude",
        mend=float,
    ),
    Taken(
        "createLocation",
        "/meterPointIds",
        "string",
        "text-as-meters",
        "text as meterPointIds",
        mend=lambda own: [str(own)],
    ),
    Taken("createLocation", "/meterPointIds/0", "integer", "number-as-meter", "a number as a meter point id", mend=str),
    Taken("createLocations", "/locations", "missing", "no-locations", "a batch without locations", default=[]),
    Taken("createLocations", "/locations", "string", "text-as-locations", "text as locations", mend=lambda _: []),
    Taken("replaceLocation", "/locationId", "missing", "no-id", "a location without locationId", default="nowhere"),
    Taken("replaceLocation", "/locationType", "string", "any-type", "any locationType", mend=lambda _: "Unknown"),
    Taken(
        "replaceLocation",
        "/coordinates/latitude",
        "string",
        "text-as-latitude",
        "text as a latitude",
        mend=lambda _: 1.5,
    ),
    Taken("changeLocation", "/locationType", "string", "any-type", "any locationType", mend=lambda _: "Unknown"),
    Taken(
        "changeLocation",
        "/coordinates",
        "array",
        "array-as-coordinates",
        "an array as coordinates",
        mend=lambda _: None,
    ),
    Taken("changeLocation", "/meterPointIds/0", "null", "null-as-meter", "null as a meter point id", mend=str),
    Taken("createVehicle", "/resourceId", "missing", "no-id", "a vehicle without resourceId", default="none"),
    Taken("createVehicle", "/resourceType", "missing", "no-type", "a vehicle without resourceType", default="Vehicle"),
    Taken("createVehicle", "/resourceType", "string", "any-type", "any resourceType", mend=lambda _: "Vehicle"),
    Taken("createVehicle", "/resourceType", "null", "null-as-type", "null as resourceType", mend=lambda _: "Vehicle"),
    Taken("createLocationResource", "/resourceId", "integer", "number-as-id", "a number as resourceId", mend=str),
    Taken(
        "createLocationResource", "/resourceType", "string", "any-type", "any resourceType", mend=lambda _: "Generic"
    ),
    Taken(
        "createLocationResource", "/meterPointId", "integer", "number-as-meter", "a number as meterPointId", mend=str
    ),
    Taken(
        "createWebhook",
        "/webhookUrl",
        "missing",
        "no-url",
        "a webhook without webhookUrl",
        default="https://nowhere.example/",
    ),
    Taken("createWebhook", "/webhookUrl", "null", "null-as-url", "null as webhookUrl", mend=str),
    Taken(
        "createWebhook", "/notificationTypes/0", "string", "any-type", "any notification type", mend=lambda _: "Unknown"
    ),
    Taken(
        "createWebhook", "/notificationTypes", "string", "text-as-types", "text as notificationTypes", mend=lambda _: []
    ),
    Taken("createWebhook", "/webhookSecret", "integer", "number-as-secret", "a number as webhookSecret", mend=str),
    Taken("createWebhook", "/name", "array", "array-as-name", "an array as name", mend=str),
    Taken(
        "replaceWebhook",
        "/webhookUrl",
        "missing",
        "no-url",
        "a webhook without webhookUrl",
        default="https://nowhere.example/",
    ),
    Taken("replaceWebhook", "/enabled", "string", "text-as-enabled", "text as enabled", mend=bool),
    Taken("changeWebhook", "/enabled", "integer", "number-as-enabled", "a number as enabled", mend=bool),
    Taken("changeWebhook", "/webhookUrl", "integer", "number-as-url", "a number as webhookUrl", mend=str),
    Taken(
        "changeWebhook", "/notificationTypes/0", "string", "any-type", "any notification type", mend=lambda _: "Unknown"
    ),
    Taken("createReport", "/payloads", "object", "object-as-payloads", "an object as payloads"),
    Taken("createReport", "/payloads/0*", "string", "any-payload-type", "any payloadType"),
    Taken("createReport", "/eventId", "integer", "number-as-event", "a number as eventId", mend=str),
    Taken("simulatePriceCurve", "/targets", "string", "text-as-targets", "text as targets", mend=lambda _: []),
    Taken("simulatePriceCurve", "/priceArea", "string", "any-area", "any priceArea", mend=lambda _: "NO1"),
    Taken(
        "simulatePriceCurve",
        "/priceCurveDelta",
        "array",
        "array-as-curve",
        "an array as priceCurveDelta",
        mend=lambda _: None,
    ),
    Taken(
        "simulatePriceCurve",
        "/priceCurveDelta/points/0/price",
        "string",
        "text-as-price",
        "text as a price",
        mend=lambda _: 1.5,
    ),
    Taken(
        "simulatePriceCurve",
        "/priceCurveDelta/resolution",
        "string",
        "any-resolution",
        "any resolution",
        mend=lambda _: "01:00:00",
    ),
    Taken(
        "simulateLocationLimit",
        "/locations",
        "object",
        "object-as-locations",
        "an object as locations",
        mend=lambda _: [],
    ),
    Taken(
        "simulateLocationLimit",
        "/locations/0/points/0/maxPowerInKiloWatts",
        "string",
        "text-as-power",
        "text as a limit",
        mend=lambda _: 1.5,
    ),
    Taken("simulateResourceLimit", "/resources", "string", "text-as-resources", "text as resources", mend=lambda _: []),
    Taken(
        "simulateResourceLimit",
        "/resources/0/points/0/timestamp",
        "string",
        "any-time",
        "any text as a time stamp",
        mend=lambda _: "2026-01-01T00:00:00Z",
    ),
)


FAULTS: Final = faults(
    "bad input",
    *(
        fault(f"{kebab(own.operation)}-takes-{own.name}", GUIDE, f"{own.operation} takes {own.text}")
        .plant(p.accepts(own.operation, own.pointer, OfType(own.actual), default=own.default, mend=own.mend))
        .finding(own.finding)
        for own in TAKEN
    ),
    *(
        fault(f"{kebab(o)}-in-spite-of-400", GUIDE, f"{o} answers 400 and acts all the same")
        .plant(p.acts_in_spite(o, 400))
        .finding(found(REFUSED_CHANGES_NOTHING, o, 400))
        for o in (
            "createLocation",
            "replaceLocation",
            "changeLocation",
            "createVehicle",
            "createLocationResource",
            "createWebhook",
            "replaceWebhook",
            "changeWebhook",
            "simulatePriceCurve",
            "simulateLocationLimit",
            "simulateResourceLimit",
        )
    ),
    *(
        fault(f"{kebab(o)}-makes-unknown-user", GUIDE, f"{o} makes the user that is not there")
        .plant(p.without_parent(o, _make_user, goes_on=True))
        .finding(found(STATUS_EXPECTED, o, {200, 201}, STATUS, "status"))
        for o in ("createLocation", "createVehicle", "createEnrollment")
    ),
    *(
        fault(f"{kebab(o)}-leaves-unknown-user", GUIDE, f"{o} refuses and makes the user")
        .plant(p.without_parent(o, _make_user, goes_on=False))
        .finding(found(REFUSED_CHANGES_NOTHING, o, {400, 404}, body(), "present", seen_by="getUser"))
        for o in ("createLocation", "createVehicle")
    ),
    *(
        fault(f"{kebab(o)}-of-unknown-user-is-empty", GUIDE, f"{o} of an unknown user is an empty list")
        .plant(p.in_place_of(404, o, Reply(200, body)))
        .finding(found(STATUS_EXPECTED, o, 200, STATUS, "status"))
        for o, body in (("listLocations", []), ("listResources", {"resources": []}), ("listLocationResources", []))
    ),
    *(
        fault(f"{kebab(o)}-refuses-with-{code}", GUIDE, f"{o} refuses bad input with {code}")
        .plant(p.sends(p.status(code), o, status=(400,)))
        .finding(found(STATUS_EXPECTED, o, code, STATUS, "status"))
        for o, code in (
            ("createUser", 422),
            ("createLocation", 422),
            ("createWebhook", 409),
            ("createReport", 404),
            ("simulatePriceCurve", 422),
        )
    ),
    *(
        fault(f"{kebab(o)}-takes-an-array", GUIDE, f"{o} takes the body in an array")
        .plant(p.accepts(o, "", OfType("array"), mend=unwrapped))
        .finding(not_refused(o, Place("request-body"), "type"))
        for o in ("createUser", "createLocation", "createWebhook")
    ),
    *(
        fault(f"{kebab(o)}-takes-json-in-a-text", GUIDE, f"{o} takes the body as JSON in a JSON text")
        .plant(p.accepts(o, "", OfType("string"), mend=from_text))
        .finding(not_refused(o, Place("request-body"), "type"))
        for o in ("createVehicle", "changeLocation")
    ),
    fault("create-user-takes-a-form", GUIDE, "createUser reads a form that is called JSON")
    .plant(p.reads_as("createUser", lambda text: dict(each.split("=") for each in text.split("&"))))
    .finding(not_refused("createUser", Place("request-body"), "unreadable")),
    fault("create-location-takes-a-trailing-comma", GUIDE, "createLocation takes a comma before the last brace")
    .plant(p.reads_as("createLocation", lambda text: json.loads(re.sub(r",\s*}$", "}", text))))
    .finding(not_refused("createLocation", Place("request-body"), "unreadable")),
    fault("create-location-takes-text-behind", GUIDE, "createLocation does not look behind the JSON")
    .plant(p.reads_as("createLocation", lambda text: json.JSONDecoder().raw_decode(text)[0]))
    .finding(not_refused("createLocation", Place("request-body"), "unreadable")),
    fault("change-location-takes-no-body", GUIDE, "changeLocation takes an empty body")
    .plant(p.takes_nothing("changeLocation", {}))
    .finding(not_refused("changeLocation", Place("request-body"), "absent")),
    fault("refusal-is-a-page", GUIDE, "a refused location is answered with a page")
    .plant(p.sends(p.refusal(400, b"<html>", "text/html"), "createLocation", status=(400,)))
    .finding(
        found(MEDIA_TYPE, "createLocation", 400, Place("header", "Content-Type"), "unlisted", actual=Equal("text/html"))
    ),
    fault("refusal-is-an-object", GUIDE, "a refused user is answered with an object where a text is listed")
    .plant(p.sends(p.refusal(400, {"error": "bad"}), "createUser", status=(400,)))
    .finding(found(RESPONSE_BODY, "createUser", 400, body(), "type", actual=OfType("object"))),
    fault("problem-says-422", SPEC, "the problem document of a refused webhook says 422")
    .plant(p.sends(p.value(lambda body: {**body, "status": 422}), "createWebhook", status=(400,)))
    .finding(found(RESPONSE_BODY, "createWebhook", 400, inside("/status"), "enum", actual=Equal(422))),
    fault("problem-status-is-text", SPEC, "the status of a problem document is text")
    .plant(p.sends(p.value(lambda body: {**body, "status": "400"}), "createVehicle", status=(400,)))
    .finding(found(RESPONSE_BODY, "createVehicle", 400, inside("/status"), actual=OfType("string"))),
)
