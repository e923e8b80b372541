"""Faults with what is kept and shown of what was sent, January 2026."""

from __future__ import annotations

from functools import partial
from typing import Any, Final

from ecsuite.findings.breach import STATUS
from ecsuite.findings.pattern import SUCCESS, Equal, OfType, found, inside
from ecsuite.promises import PATH_IDS, RESPONSE_BODY, ROUND_TRIP
from ecsuite.standin.edition_2026_01 import webhooks
from ecsuite.standin.faults import planting as p
from ecsuite.standin.faults.common.changes import ascii_only, float32, mojibake, shortened, swapped
from ecsuite.standin.faults.common.rows import GUIDE, MISREAD_IDS, fault, faults


def _without_zeros(meters: list[str] | None) -> list[str] | None:
    return meters and [meter.lstrip("0") for meter in meters]


def _rounded(digits: int, place: dict[str, float] | None) -> Any:
    return place and {name: round(own, digits) for name, own in place.items()}


def _exact32(place: dict[str, float] | None) -> Any:
    return place and {name: float32(own) for name, own in place.items()}


def _turned(place: dict[str, float] | None) -> Any:
    return place and swapped(place)


def _unless_zero(place: dict[str, float] | None) -> Any:
    return place if place and all(place.values()) else None


def _to_the_east(place: dict[str, float] | None) -> Any:
    return place and {name: abs(own) if name == "longitude" else own for name, own in place.items()}


FAULTS: Final = faults(
    "fidelity",
    *(
        fault(name, GUIDE, f"createLocation {text}")
        .plant(p.keeps("createLocation", "/coordinates", change))
        .finding(found(ROUND_TRIP, "", SUCCESS, inside("/coordinates"), "changed"))
        for name, text, change in (
            ("zero-is-no-coordinate", "takes a zero in coordinates for none", _unless_zero),
            ("west-is-east", "loses the sign of a longitude", _to_the_east),
        )
    ),
    *(
        fault(f"{name}-{suffix}", GUIDE, f"{o} {text}")
        .plant(p.keeps(o, pointer, change))
        .finding(found(ROUND_TRIP, "", SUCCESS, inside(at)))
        for o, suffix in (("createLocation", "post"), ("replaceLocation", "put"), ("changeLocation", "patch"))
        for name, text, pointer, change, at in (
            (
                "type-is-residential",
                "keeps every location as Residential",
                "/locationType",
                "Residential",
                "/locationType",
            ),
            ("coordinates-are-swapped", "swaps latitude and longitude", "/coordinates", _turned, "/coordinates"),
            (
                "coordinates-are-rounded",
                "rounds coordinates to four digits",
                "/coordinates",
                partial(_rounded, 4),
                "/coordinates",
            ),
            ("coordinates-are-short-floats", "keeps coordinates in 32 bits", "/coordinates", _exact32, "/coordinates"),
            (
                "meters-lose-zeros",
                "takes leading zeros off meter point ids",
                "/meterPointIds",
                _without_zeros,
                "/meterPointIds",
            ),
            (
                "first-meter-only",
                "keeps the first meter point alone",
                "/meterPointIds",
                lambda own: own[:1],
                "/meterPointIds",
            ),
        )
    ),
    fault("location-type-in-small-letters", GUIDE, "a locationType is shown in small letters")
    .plant(p.shows("getLocation", "/locationType", lambda own: own and own.lower()))
    .finding(found(RESPONSE_BODY, "getLocation", 200, inside("/locationType"), "enum")),
    fault("latitude-is-text", GUIDE, "a latitude is shown as text")
    .plant(p.shows("getLocation", "/coordinates/latitude", str))
    .finding(
        found(RESPONSE_BODY, "getLocation", 200, inside("/coordinates/latitude"), "type", actual=OfType("string"))
    ),
    fault("coordinates-are-missing", GUIDE, "coordinates are shown as null")
    .plant(p.shows("getLocation", "/coordinates", None))
    .finding(found(ROUND_TRIP, "getLocation", 200, inside("/coordinates"), "changed", actual=OfType("null"))),
    fault("meters-are-numbers", GUIDE, "meter point ids are shown as numbers")
    .plant(p.shows("getLocation", "/meterPointIds/*", int))
    .finding(found(RESPONSE_BODY, "getLocation", 200, inside("/meterPointIds/0"), "type", actual=OfType("integer"))),
    fault("listed-resources-of-another-user", GUIDE, "resources in a list are shown as another user's")
    .plant(p.shows("listResources", "/resources/*/userId", "somebody"))
    .finding(found(PATH_IDS, "listResources", 200, inside("/userId"), "changed", actual=Equal("somebody"))),
    fault("resource-at-another-location", GUIDE, "a resource is shown at another location")
    .plant(p.shows("getResource", "/locationId", lambda own: own and "elsewhere"))
    .finding(found(ROUND_TRIP, "getResource", 200, inside("/locationId"), "changed", actual=Equal("elsewhere"))),
    fault("location-in-half", GUIDE, "a location is shown without its latitude")
    .plant(p.shows("getLocation", "/coordinates", lambda own: own and {"longitude": own["longitude"]}))
    .finding(found(ROUND_TRIP, "getLocation", 200, inside("/coordinates/latitude"), "lost")),
    fault("location-of-another-user", GUIDE, "a location is shown as another user's")
    .plant(p.shows("getLocation", "/userId", "somebody"))
    .finding(found(PATH_IDS, "getLocation", 200, inside("/userId"), "changed", actual=Equal("somebody"))),
    fault("list-shows-other-coordinates", GUIDE, "the list of locations rounds coordinates")
    .plant(p.shows("listLocations", "/*/coordinates", partial(_rounded, 1)))
    .finding(found(ROUND_TRIP, "listLocations", 200, inside("/coordinates"), "changed")),
    fault("list-shows-other-meters", GUIDE, "the list of locations shows no meter points")
    .plant(p.shows("listLocations", "/*/meterPointIds", []))
    .finding(found(ROUND_TRIP, "listLocations", 200, inside("/meterPointIds"), "count")),
    fault("post-shows-other-type", GUIDE, "a new location's answer has another type")
    .plant(p.shows("createLocation", "/locationType", "Other"))
    .finding(found(ROUND_TRIP, "createLocation", 201, inside("/locationType"), "changed", actual=Equal("Other"))),
    fault("put-shows-other-type", GUIDE, "a replaced location's answer has another type")
    .plant(p.shows("replaceLocation", "/locationType", "Other"))
    .finding(found(ROUND_TRIP, "replaceLocation", 200, inside("/locationType"), "changed", actual=Equal("Other"))),
    fault("patch-shows-other-meters", GUIDE, "a changed location's answer has other meter points")
    .plant(p.shows("changeLocation", "/meterPointIds", ["1"]))
    .finding(found(ROUND_TRIP, "changeLocation", 200, inside("/meterPointIds"), "count")),
    fault("post-answers-another-user", GUIDE, "a new user's answer has another userId")
    .plant(p.shows("createUser", "/userId", "other"))
    .finding(found(ROUND_TRIP, "createUser", 201, inside("/userId"), "changed", actual=Equal("other"))),
    fault("user-id-in-small-letters", GUIDE, "a userId is kept in small letters")
    .plant(p.keeps("createUser", "/userId", str.lower))
    .finding(found(ROUND_TRIP, "createUser", 201, inside("/userId"), "changed", actual=OfType("string"))),
    fault("vehicle-is-a-charger", GUIDE, "a vehicle is kept as a charger")
    .plant(p.keeps("createVehicle", "/resourceType", "Charger"))
    .finding(found(ROUND_TRIP, "", SUCCESS, inside("/resourceType"), "changed", actual=Equal("Charger"))),
    fault("resource-is-generic", GUIDE, "an HVAC is kept as Generic")
    .plant(p.keeps("createLocationResource", "/resourceType", lambda own: own.replace("HVAC", "Generic")))
    .finding(found(ROUND_TRIP, "", SUCCESS, inside("/resourceType"), "changed", actual=Equal("Generic"))),
    fault("resource-meter-loses-zeros", GUIDE, "the meter point id of a resource loses its leading zeros")
    .plant(p.keeps("createLocationResource", "/meterPointId", lambda own: own and own.lstrip("0")))
    .finding(found(ROUND_TRIP, "", SUCCESS, inside("/meterPointId"), "changed")),
    fault("listed-meter-loses-zeros", GUIDE, "the meter point id of a resource loses its zeros in the user's list")
    .plant(p.shows("listResources", "/resources/*/meterPointId", lambda own: own and own.lstrip("0")))
    .finding(found(ROUND_TRIP, "listResources", 200, inside("/meterPointId"), "changed")),
    fault("resource-id-is-a-number", GUIDE, "a resourceId is shown as a number")
    .plant(p.shows("getResource", "/resourceId", 7))
    .finding(found(RESPONSE_BODY, "getResource", 200, inside("/resourceId"), "type", actual=OfType("integer"))),
    fault("webhook-name-loses-letters", GUIDE, "the name of a webhook loses its Norwegian letters")
    .plant(p.keeps("createWebhook", "/name", lambda own: own and ascii_only(own)))
    .finding(found(ROUND_TRIP, "", SUCCESS, inside("/name"), "changed")),
    fault("webhook-name-is-cut-off", GUIDE, "the name of a webhook is cut off after 50 letters")
    .plant(p.keeps("createWebhook", "/name", lambda own: own and shortened(50, own)))
    .finding(found(ROUND_TRIP, "", SUCCESS, inside("/name"), "changed")),
    fault("webhook-name-is-read-as-latin-1", GUIDE, "the name of a changed webhook is decoded as Latin-1")
    .plant(p.keeps("changeWebhook", "/name", lambda own: own and mojibake(own)))
    .finding(found(ROUND_TRIP, "", SUCCESS, inside("/name"), "changed", actual=OfType("string"))),
    fault("webhook-url-ends-in-slash", GUIDE, "a webhook's URL is shown with a slash behind it")
    .plant(p.shows("getWebhook", "/webhookUrl", lambda url: f"{url}/"))
    .finding(found(ROUND_TRIP, "getWebhook", 200, inside("/webhookUrl"), "changed", actual=OfType("string"))),
    fault("webhook-type-is-lost", GUIDE, "the last notification type of a webhook is lost")
    .plant(p.keeps("createWebhook", "/notificationTypes", lambda own: own[:-1] or own))
    .finding(found(ROUND_TRIP, "", SUCCESS, inside("/notificationTypes"), "count")),
    fault("webhook-types-are-all", GUIDE, "a webhook has all notification types, whatever was sent")
    .plant(p.keeps("createWebhook", "/notificationTypes", list(webhooks.NOTIFICATION_TYPES.values())))
    .finding(found(ROUND_TRIP, "", SUCCESS, inside("/notificationTypes"), "count")),
    fault("webhook-shows-its-secret", GUIDE, "a webhook's answer shows its secret")
    .plant(p.sends(p.value(lambda body: {**body, "webhookSecret": "shown"}), "getWebhook"))
    .finding(found(RESPONSE_BODY, "getWebhook", 200, inside("/webhookSecret"), "type")),
    fault("listed-webhook-url-is-another", GUIDE, "the list of webhooks shows other URLs")
    .plant(p.shows("listWebhooks", "/webhooks/*/webhookUrl", lambda url: url + "?"))
    .finding(found(ROUND_TRIP, "listWebhooks", 200, inside("/webhookUrl"), "changed")),
    *(
        fault(name, GUIDE, text)
        .plant(p.reads_id("getUser", change))
        .finding(found(ROUND_TRIP, "getUser", 404, STATUS, "status"))
        for name, text, change in MISREAD_IDS
    ),
)
