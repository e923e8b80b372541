"""Faults with input that must be refused, October 2023."""

from __future__ import annotations

import ast
import json
import re
from functools import partial
from typing import Final

from ecsuite.findings.breach import STATUS, Place, body, listed
from ecsuite.findings.pattern import Equal, OfType, found, inside
from ecsuite.promises import BAD_REQUEST, MEDIA_TYPE, REFUSED_CHANGES_NOTHING, RESPONSE_BODY, STATUS_EXPECTED
from ecsuite.standin.call import Call, Reply
from ecsuite.standin.faults import planting as p
from ecsuite.standin.faults.common.changes import from_text, unwrapped
from ecsuite.standin.faults.common.rows import GUIDE, SPEC, EntityOperations, Taken, fault, faults, kebab, not_refused
from ecsuite.standin.faults.edition_2023_10.operations import OWNED, level_of


def _make_user(call: Call) -> None:
    call.store.put(call.partner, "user", "", call.path["userId"], {"userId": call.path["userId"]})


def _keep_for_later(entity: EntityOperations, call: Call) -> None:
    own = call.body.get(entity.parameter) or call.new_id()
    body = {**call.body, entity.parameter: own}
    call.store.put(call.partner, entity.name, call.path["userId"], own, body)


# Input that breaks a rule and is taken.
TAKEN: Final[tuple[Taken, ...]] = (
    Taken("createUser", "/userId", "missing", "no-id", "a user without userId", default="nobody"),
    Taken("createUser", "/userId", "null", "null-as-id", "null as userId", mend=str),
    Taken("createUser", "/userId", "integer", "number-as-id", "a number as userId", mend=str),
    Taken("createUser", "/userId", "array", "array-as-id", "an array as userId", mend=str),
    Taken("createVehicle", "/vehicleId", "missing", "no-id", "a vehicle without vehicleId", default="nothing"),
    Taken("createVehicle", "/vehicleId", "integer", "number-as-id", "a number as vehicleId", mend=str),
    Taken("createVehicle", "/metadata", "missing", "no-metadata", "a vehicle without metadata"),
    Taken("createVehicle", "/metadata", "null", "null-as-metadata", "null as metadata"),
    Taken("createVehicle", "/metadata/resourceType", "missing", "no-type", "a vehicle without resourceType"),
    Taken("createVehicle", "/metadata/resourceType", "string", "any-type", "any resourceType"),
    Taken("createVehicle", "/metadata/brand", "missing", "no-brand", "a vehicle without brand"),
    Taken("createVehicle", "/metadata/brand", "integer", "number-as-brand", "a number as brand"),
    Taken("createVehicle", "/metadata/model", "null", "null-as-model", "null as model"),
    Taken("createVehicle", "/metadata/year", "missing", "no-year", "a vehicle without year"),
    Taken("createVehicle", "/metadata/year", "string", "text-as-year", "text as year"),
    Taken("createVehicle", "/metadata/year", "number", "fraction-as-year", "a fraction as year"),
    Taken("createVehicle", "/metadata/vin", "missing", "no-vin", "a vehicle without vin"),
    Taken("createVehicle", "/metadata/vin", "boolean", "boolean-as-vin", "a boolean as vin"),
    Taken("createMeter", "/address", "missing", "no-address", "a meter without address"),
    Taken("createMeter", "/address", "string", "text-as-address", "text as address"),
    Taken("createMeter", "/address/street", "missing", "no-street", "an address without street"),
    Taken("createMeter", "/address/city", "null", "null-as-city", "null as city"),
    Taken("createMeter", "/address/zipCode", "integer", "number-as-zip-code", "a number as zipCode"),
    Taken("createMeter", "/location", "missing", "no-location", "a meter without location"),
    Taken("createMeter", "/location/latitude", "missing", "no-latitude", "a location without latitude"),
    Taken("createMeter", "/location/latitude", "number", "far-latitude", "a latitude beyond 90"),
    Taken("createMeter", "/location/latitude", "string", "text-as-latitude", "text as latitude"),
    Taken("createMeter", "/location/longitude", "number", "far-longitude", "a longitude beyond 180"),
    Taken("createMeter", "/location/longitude", "null", "null-as-longitude", "null as longitude"),
    Taken("createMeter", "/meterPointId", "missing", "no-meter-point-id", "a meter without meterPointId"),
    Taken("createMeter", "/meterPointId", "integer", "number-as-meter-point-id", "a number as meterPointId"),
    Taken("createMeter", "/meterNumber", "null", "null-as-meter-number", "null as meterNumber"),
    Taken("createMeter", "/locationType", "missing", "no-location-type", "a meter without locationType"),
    Taken("createMeter", "/locationType", "string", "any-location-type", "any locationType"),
    Taken("createMeter", "/locationType", "integer", "number-as-location-type", "a number as locationType"),
    Taken("createResource", "/resourceId", "missing", "no-id", "a resource without resourceId", default="nothing"),
    Taken("createResource", "/metadata", "missing", "no-metadata", "a resource without metadata"),
    Taken("createResource", "/metadata/resourceType", "string", "any-type", "any resourceType"),
    Taken("createResource", "/metadata/brand", "null", "null-as-brand", "null as brand"),
    Taken("createResource", "/metadata/model", "missing", "no-model", "a resource without model"),
    Taken("createResource", "/metadata/capacity", "missing", "no-capacity", "a resource without capacity"),
    Taken("createResource", "/metadata/capacity", "string", "text-as-capacity", "text as capacity"),
    Taken("createResource", "/metadata/heatingElements", "missing", "no-elements", "a tank without heatingElements"),
    Taken("createResource", "/metadata/heatingElements", "integer", "one-element", "a number as heatingElements"),
    Taken("createResource", "/metadata/heatingElements/*", "string", "text-in-elements", "text in heatingElements"),
    Taken(
        "createResource",
        "/metadata/heatingElements/1*",
        "object",
        "wrong-second-element",
        "anything behind the first heating element",
    ),
    Taken(
        "createWebhook",
        "/webhookUrl",
        "missing",
        "no-url",
        "a webhook without webhookUrl",
        default="http://127.0.0.1:9/",
    ),
    Taken("createWebhook", "/webhookUrl", "integer", "number-as-url", "a number as webhookUrl"),
    Taken("createWebhook", "/webhookSecret", "missing", "no-secret", "a webhook without webhookSecret"),
    Taken("createWebhook", "/webhookSecret", "null", "null-as-secret", "null as webhookSecret"),
    Taken(
        "createWebhook",
        "/eventPayloadTypes",
        "missing",
        "no-payload-types",
        "a webhook without eventPayloadTypes",
        default=[],
    ),
    Taken("createWebhook", "/eventPayloadTypes", "string", "text-as-payload-types", "text as eventPayloadTypes"),
    Taken("createWebhook", "/eventPayloadTypes/*", "string", "any-payload-type", "any eventPayloadTypes"),
    Taken("createWebhook", "/operationTypes", "null", "null-as-operation-types", "null as operationTypes"),
    Taken("createWebhook", "/operationTypes/*", "string", "any-operation-type", "any operationTypes"),
    Taken("replaceWebhook", "/webhookUrl", "missing", "no-url", "a webhook without webhookUrl"),
    Taken("replaceWebhook", "/webhookSecret", "missing", "no-secret", "a webhook without webhookSecret"),
    Taken("replaceWebhook", "/eventPayloadTypes/*", "string", "any-payload-type", "any eventPayloadTypes"),
    Taken("replaceWebhook", "/operationTypes", "missing", "no-operation-types", "a webhook without operationTypes"),
    Taken("createReport", "/eventId", "missing", "no-event", "a report without eventId", default="none"),
    Taken("createReport", "/eventId", "integer", "number-as-event", "a number as eventId", mend=str),
    Taken("createReport", "/name", "missing", "no-name", "a report without name", default=""),
    Taken("createReport", "/payloads", "missing", "no-payloads", "a report without payloads", default=[]),
    Taken("createReport", "/payloads", "object", "object-as-payloads", "an object as payloads"),
    Taken("createReport", "/payloads/0/payloadType", "string", "any-payload-type", "any payloadType"),
    Taken("createReport", "/payloads/0/resourceId", "missing", "no-resource", "a payload without resourceId"),
    Taken("createReport", "/payloads/0/location", "missing", "no-location", "a payload without location"),
    Taken("createReport", "/payloads/0/location/latitude", "string", "text-as-latitude", "text as latitude"),
    Taken("createReport", "/payloads/0/actionType", "string", "any-action", "any actionType"),
    Taken("createReport", "/payloads/0/actionType", "missing", "no-action", "a payload without actionType"),
    Taken("createReport", "/payloads/0/current", "string", "text-as-current", "text as current"),
    Taken("createReport", "/payloads/0/power", "string", "text-as-power", "text as power"),
    Taken("createReport", "/payloads/0/stateOfCharge", "boolean", "boolean-as-charge", "a boolean as stateOfCharge"),
    Taken("createReport", "/payloads/0/batteryCapacity", "array", "array-as-battery", "an array as batteryCapacity"),
)


FAULTS: Final = faults(
    "bad input",
    *(
        fault(f"{kebab(own.operation)}-takes-{own.name}", level_of(own.operation), f"{own.operation} takes {own.text}")
        .plant(p.accepts(own.operation, own.pointer, OfType(own.actual), default=own.default, mend=own.mend))
        .finding(own.finding)
        for own in TAKEN
    ),
    *(
        fault(f"{kebab(o)}-in-spite-of-400", level_of(o), f"{o} answers 400 and acts all the same")
        .plant(p.acts_in_spite(o, 400))
        .finding(found(REFUSED_CHANGES_NOTHING, o, 400))
        for o in ("createVehicle", "createMeter", "createResource", "createWebhook", "replaceWebhook")
    ),
    *(
        fault(f"{kebab(entity.create)}-makes-unknown-user", GUIDE, f"{entity.create} makes the user that is not there")
        .plant(p.without_parent(entity.create, _make_user, goes_on=True))
        .finding(found(STATUS_EXPECTED, entity.create, 201, STATUS, "status"))
        for entity in OWNED
    ),
    *(
        fault(f"{kebab(entity.create)}-leaves-unknown-user", GUIDE, f"{entity.create} answers 404 and makes the user")
        .plant(p.without_parent(entity.create, _make_user, goes_on=False))
        .finding(found(REFUSED_CHANGES_NOTHING, entity.create, 404, body(), "present", seen_by="getUser"))
        for entity in OWNED
    ),
    *(
        fault(
            f"{kebab(entity.create)}-keeps-for-later",
            GUIDE,
            f"{entity.create} answers 404 and keeps what was sent for the user to come",
        )
        .plant(p.without_parent(entity.create, partial(_keep_for_later, entity), goes_on=False))
        .finding(found(REFUSED_CHANGES_NOTHING, entity.create, 404, listed(), "present"))
        for entity in OWNED
    ),
    *(
        fault(
            f"{kebab(entity.list)}-of-unknown-user-is-empty", SPEC, f"{entity.list} of an unknown user is an empty list"
        )
        .plant(p.in_place_of(404, entity.list, Reply(200, [])))
        .finding(found(STATUS_EXPECTED, entity.list, 200, STATUS, "status"))
        for entity in OWNED
    ),
    *(
        fault(f"{kebab(o)}-refuses-with-{code}", level_of(o), f"{o} refuses bad input with {code}")
        .plant(p.sends(p.status(code), o, status=(400,)))
        .finding(found(STATUS_EXPECTED, o, code, STATUS, "status"))
        for o, code in (("createUser", 422), ("createVehicle", 422), ("createMeter", 409), ("createReport", 404))
    ),
    *(
        fault(f"{kebab(o)}-takes-an-array", level_of(o), f"{o} takes the body in an array")
        .plant(p.accepts(o, "", OfType("array"), mend=unwrapped))
        .finding(not_refused(o, Place("request-body"), "type"))
        for o in ("createUser", "createVehicle", "createWebhook")
    ),
    *(
        fault(f"{kebab(o)}-takes-json-in-a-text", level_of(o), f"{o} takes the body as JSON in a JSON text")
        .plant(p.accepts(o, "", OfType("string"), mend=from_text))
        .finding(not_refused(o, Place("request-body"), "type"))
        for o in ("createMeter", "createResource")
    ),
    fault("create-user-takes-a-form", GUIDE, "createUser reads a form that is called JSON")
    .plant(p.reads_as("createUser", lambda text: dict(each.split("=") for each in text.split("&"))))
    .finding(not_refused("createUser", Place("request-body"), "unreadable")),
    fault("create-meter-takes-a-trailing-comma", GUIDE, "createMeter takes a comma before the last brace")
    .plant(p.reads_as("createMeter", lambda text: json.loads(re.sub(r",\s*}$", "}", text))))
    .finding(not_refused("createMeter", Place("request-body"), "unreadable")),
    fault("create-vehicle-takes-text-behind", GUIDE, "createVehicle does not look behind the JSON")
    .plant(p.reads_as("createVehicle", lambda text: json.JSONDecoder().raw_decode(text)[0]))
    .finding(not_refused("createVehicle", Place("request-body"), "unreadable")),
    fault("create-webhook-takes-single-quotes", SPEC, "createWebhook takes JSON in single quotes")
    .plant(p.reads_as("createWebhook", ast.literal_eval))
    .finding(not_refused("createWebhook", Place("request-body"), "unreadable")),
    fault("create-user-takes-a-cut-off-body", GUIDE, "createUser takes JSON without its last brace")
    .plant(p.reads_as("createUser", lambda text: json.loads(text + "}")))
    .finding(not_refused("createUser", Place("request-body"), "unreadable")),
    fault("create-user-takes-no-body", GUIDE, "createUser takes an empty body")
    .plant(p.takes_nothing("createUser", {"userId": "nobody"}))
    .finding(not_refused("createUser", Place("request-body"), "absent")),
    fault("refusal-is-plain-text", GUIDE, "a refusal of createUser is plain text")
    .plant(p.sends(p.refusal(400, "no", "text/plain"), "createUser", status=(400,)))
    .finding(
        found(MEDIA_TYPE, "createUser", 400, Place("header", "Content-Type"), "unlisted", actual=Equal("text/plain"))
    ),
    fault("refusal-is-empty", GUIDE, "a refusal of createVehicle is empty")
    .plant(p.sends(p.refusal(400), "createVehicle", status=(400,)))
    .finding(found(RESPONSE_BODY, "createVehicle", 400, body(), "absent")),
    fault("refusal-is-an-object", GUIDE, "a refusal of createMeter is an object of plain JSON")
    .plant(p.sends(p.refusal(400, {"error": "no"}), "createMeter", status=(400,)))
    .finding(found(RESPONSE_BODY, "createMeter", 400, body(), "type", actual=OfType("object"))),
    fault("refusal-says-500", SPEC, "the problem document of a 400 has the status 500")
    .plant(p.sends(p.value(lambda body: {**body, "status": 500}), "createResource", status=(400,)))
    .finding(found(RESPONSE_BODY, "createResource", 400, inside("/status"), "enum", actual=Equal(500))),
    fault("refusal-title-is-an-array", SPEC, "the title of a problem document is an array")
    .plant(p.sends(p.value(lambda body: {**body, "title": [body["title"]]}), "createWebhook", status=(400,)))
    .finding(found(RESPONSE_BODY, "createWebhook", 400, inside("/title"), "type", actual=OfType("array"))),
    fault("refusal-is-200", GUIDE, "bad input of createVehicle is answered with 200 and an error in the body")
    .plant(p.sends(p.refusal(200, {"error": "no"}), "createVehicle", status=(400,)))
    .finding(found(BAD_REQUEST, "createVehicle", 200, STATUS, "status")),
)
