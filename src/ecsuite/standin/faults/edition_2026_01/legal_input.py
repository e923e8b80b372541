"""Faults with input that must be taken, January 2026."""

from __future__ import annotations

from typing import Final

from ecsuite.findings.breach import STATUS
from ecsuite.findings.pattern import Equal, found
from ecsuite.promises import SERVER_ERROR, STATUS_EXPECTED
from ecsuite.standin.call import Call, Handler, RefusalError, Reply
from ecsuite.standin.edition_2026_01 import assets
from ecsuite.standin.faults import planting as p
from ecsuite.standin.faults.common.rows import GUIDE, SPEC, fault, faults
from ecsuite.standin.faults.common.sent import says_charset, sent_member


def _one_location(original: Handler, call: Call) -> Reply:
    if assets.locations(call, assets.require_user(call)):
        raise RefusalError(400, "There is a location already.")
    return original(call)


FAULTS: Final = faults(
    "legal input refused",
    fault("norwegian-letters-are-refused", GUIDE, "a webhook's name may have no Norwegian letters")
    .plant(p.refuses("createWebhook", lambda body: not (body.get("name") or "").isascii()))
    .finding(found(STATUS_EXPECTED, "createWebhook", 400, STATUS, "status")),
    fault("location-without-coordinates-is-refused", GUIDE, "a location must have coordinates")
    .plant(p.refuses("createLocation", lambda body: "coordinates" not in body))
    .finding(found(STATUS_EXPECTED, "createLocation", 400, STATUS, "status")),
    fault("location-type-other-is-refused", GUIDE, "the location type Other is refused")
    .plant(p.refuses("createLocation", lambda body: body.get("locationType") == "Other"))
    .finding(found(STATUS_EXPECTED, "createLocation", 400, STATUS, "status")),
    fault("two-meters-are-refused", GUIDE, "a location may have one meter point")
    .plant(p.refuses("createLocation", lambda body: len(body.get("meterPointIds") or ()) > 1))
    .finding(found(STATUS_EXPECTED, "createLocation", 400, STATUS, "status")),
    fault("southern-latitude-is-500", GUIDE, "a latitude south of the equator is a server error")
    .plant(
        p.crashes(
            lambda asked: isinstance(far := sent_member(asked, "coordinates", "latitude"), float) and far < 0,
            "createLocation",
        )
    )
    .finding(found(SERVER_ERROR, "createLocation", 500, STATUS, "exclusiveMaximum", actual=Equal(500))),
    fault("solar-inverter-is-refused", GUIDE, "a SolarInverter is refused")
    .plant(p.refuses("createLocationResource", lambda body: body["resourceType"] == "SolarInverter"))
    .finding(found(STATUS_EXPECTED, "createLocationResource", 400, STATUS, "status")),
    fault("notification-type-is-refused", GUIDE, "ResourceLPCRequested is refused")
    .plant(p.refuses("createWebhook", lambda body: "ResourceLPCRequested" in (body.get("notificationTypes") or ())))
    .finding(found(STATUS_EXPECTED, "createWebhook", 400, STATUS, "status")),
    fault("patch-of-type-alone-is-refused", GUIDE, "a PATCH of a location must name its coordinates")
    .plant(p.refuses("changeLocation", lambda body: "coordinates" not in body))
    .finding(found(STATUS_EXPECTED, "changeLocation", 400, STATUS, "status")),
    fault("second-location-is-refused", GUIDE, "a user may have one location")
    .plant(p.does("createLocation", _one_location))
    .finding(found(STATUS_EXPECTED, "createLocation", 400, STATUS, "status")),
    fault("area-fi-is-refused", GUIDE, "the price area FI is refused")
    .plant(p.refuses("simulatePriceCurve", lambda body: body.get("priceArea") == "FI"))
    .finding(found(STATUS_EXPECTED, "simulatePriceCurve", 400, STATUS, "status")),
    fault("charset-is-refused", SPEC, "a media type with a charset is refused")
    .plant(p.refuses_when(lambda asked: asked.operation.id == "createUser" and says_charset(asked), 415))
    .finding(found(STATUS_EXPECTED, "createUser", 415, STATUS, "status")),
)
