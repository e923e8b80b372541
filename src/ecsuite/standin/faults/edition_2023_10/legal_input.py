"""Faults with input that must be taken, October 2023."""

from __future__ import annotations

from functools import partial
from typing import Final

from ecsuite.findings.breach import STATUS
from ecsuite.findings.pattern import Equal, found
from ecsuite.promises import SERVER_ERROR, STATUS_EXPECTED
from ecsuite.standin.call import Call, Handler, RefusalError, Reply
from ecsuite.standin.faults import planting as p
from ecsuite.standin.faults.common.rows import GUIDE, SPEC, fault, faults
from ecsuite.standin.faults.common.sent import says_charset


def _one_only(entity: str, original: Handler, call: Call) -> Reply:
    if call.store.all(call.partner, entity, call.path.get("userId", "")):
        raise RefusalError(400, f"There is a {entity} already.")
    return original(call)


FAULTS: Final = faults(
    "legal input refused",
    fault("norwegian-letters-are-refused", GUIDE, "a vehicle's brand may have no Norwegian letters")
    .plant(p.refuses("createVehicle", lambda body: not body["metadata"]["brand"].isascii()))
    .finding(found(STATUS_EXPECTED, "createVehicle", 400, STATUS, "status")),
    fault("poles-are-refused", GUIDE, "a latitude of 90 is refused")
    .plant(p.refuses("createMeter", lambda body: abs(body["location"]["latitude"]) == 90))
    .finding(found(STATUS_EXPECTED, "createMeter", 400, STATUS, "status")),
    fault("date-line-is-refused", GUIDE, "a longitude of 180 is refused")
    .plant(p.refuses("createMeter", lambda body: abs(body["location"]["longitude"]) == 180))
    .finding(found(STATUS_EXPECTED, "createMeter", 400, STATUS, "status")),
    fault("location-type-unknown-is-refused", GUIDE, "the location type Unknown is refused")
    .plant(p.refuses("createMeter", lambda body: body["locationType"] == "Unknown"))
    .finding(found(STATUS_EXPECTED, "createMeter", 400, STATUS, "status")),
    fault("location-type-commercial-is-500", SPEC, "the location type Commercial is a server error")
    .plant(p.crashes(lambda asked: '"Commercial"' in p.sent_text(asked), "createMeter"))
    .finding(found(SERVER_ERROR, "createMeter", 500, STATUS, "exclusiveMaximum", actual=Equal(500))),
    fault("whole-capacity-is-refused", GUIDE, "a capacity must have a point")
    .plant(p.refuses("createResource", lambda body: isinstance(body["metadata"]["capacity"], int)))
    .finding(found(STATUS_EXPECTED, "createResource", 400, STATUS, "status")),
    fault("one-element-is-refused", GUIDE, "a tank must have two heating elements")
    .plant(p.refuses("createResource", lambda body: len(body["metadata"]["heatingElements"]) < 2))
    .finding(found(STATUS_EXPECTED, "createResource", 400, STATUS, "status")),
    fault("power-level-is-refused", SPEC, "the payload type PowerLevel is refused")
    .plant(p.refuses("createWebhook", lambda body: "PowerLevel" in body["eventPayloadTypes"]))
    .finding(found(STATUS_EXPECTED, "createWebhook", 400, STATUS, "status")),
    fault("payload-type-unknown-is-refused", SPEC, "the payload type Unknown is refused by PUT")
    .plant(p.refuses("replaceWebhook", lambda body: "Unknown" in body["eventPayloadTypes"]))
    .finding(found(STATUS_EXPECTED, "replaceWebhook", 400, STATUS, "status")),
    fault("operation-type-delete-is-500", SPEC, "the operation type Delete is a server error")
    .plant(p.crashes(lambda asked: '"Delete"' in p.sent_text(asked), "createWebhook"))
    .finding(found(SERVER_ERROR, "createWebhook", 500, STATUS, "exclusiveMaximum", actual=Equal(500))),
    fault("second-vehicle-is-refused", GUIDE, "a user may have one vehicle")
    .plant(p.does("createVehicle", partial(_one_only, "vehicle")))
    .finding(found(STATUS_EXPECTED, "createVehicle", 400, STATUS, "status")),
    fault("second-webhook-is-refused", SPEC, "a partner may have one webhook")
    .plant(p.does("createWebhook", partial(_one_only, "webhook")))
    .finding(found(STATUS_EXPECTED, "createWebhook", 400, STATUS, "status")),
    fault("charset-is-refused", SPEC, "a media type with a charset is refused")
    .plant(p.refuses_when(lambda asked: asked.operation.id == "createUser" and says_charset(asked), 415))
    .finding(found(STATUS_EXPECTED, "createUser", 415, STATUS, "status")),
)
