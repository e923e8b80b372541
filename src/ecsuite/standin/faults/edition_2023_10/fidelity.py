"""Faults with what is kept and shown of what was sent, October 2023."""

from __future__ import annotations

import html
import re
import unicodedata
from functools import partial
from typing import Final

from ecsuite.findings.breach import STATUS
from ecsuite.findings.pattern import SUCCESS, Equal, Has, OfType, found, inside
from ecsuite.promises import PATH_IDS, RESPONSE_BODY, ROUND_TRIP, STATUS_EXPECTED
from ecsuite.standin.faults import planting as p
from ecsuite.standin.faults.common.changes import (
    BEYOND_16_BITS,
    ascii_only,
    float32,
    mojibake,
    question_marks,
    shortened,
    swapped,
)
from ecsuite.standin.faults.common.rows import GUIDE, MISREAD_IDS, SPEC, fault, faults

FAULTS: Final = faults(
    "fidelity",
    fault("brand-loses-norwegian-letters", SPEC, "a vehicle's brand is written without Norwegian letters")
    .plant(p.keeps("createVehicle", "/metadata/brand", ascii_only))
    .finding(
        found(
            ROUND_TRIP,
            "getVehicle",
            200,
            inside("/metadata/brand"),
            "changed",
            actual=Equal("Ovre Ardal «blaber» Egir"),
        )
    ),
    fault("model-loses-foreign-letters", SPEC, "letters that Latin-1 lacks become question marks")
    .plant(p.keeps("createVehicle", "/metadata/model", question_marks))
    .finding(
        found(
            ROUND_TRIP,
            "getVehicle",
            200,
            inside("/metadata/model"),
            "changed",
            actual=Equal("Straße, ?ó??, ?, ???????, ??, ????"),
        )
    ),
    fault("model-is-read-as-latin-1", SPEC, "a resource's model is decoded as Latin-1")
    .plant(p.keeps("createResource", "/metadata/model", mojibake))
    .finding(found(ROUND_TRIP, "getResource", 200, actual=Has("Ã"))),
    fault("brand-is-trimmed", SPEC, "blanks around a vehicle's brand are lost")
    .plant(p.keeps("createVehicle", "/metadata/brand", str.strip))
    .finding(
        found(
            ROUND_TRIP,
            "getVehicle",
            200,
            inside("/metadata/brand"),
            "changed",
            actual=Equal("blanks  around  and  between"),
        )
    ),
    fault("street-is-squeezed", SPEC, "blanks inside a street become one")
    .plant(p.keeps("createMeter", "/address/street", partial(re.sub, " +", " ")))
    .finding(
        found(
            ROUND_TRIP,
            "getMeter",
            200,
            inside("/address/street"),
            "changed",
            actual=Equal(" blanks around and between "),
        )
    ),
    fault("brand-is-cut-off", SPEC, "a resource's brand is cut off after 100 letters")
    .plant(p.keeps("createResource", "/metadata/brand", partial(shortened, 100)))
    .finding(found(ROUND_TRIP, "getResource", 200, inside("/metadata/brand"), "changed", actual=OfType("string"))),
    fault("street-is-cut-off", SPEC, "a street is cut off after 255 letters")
    .plant(p.keeps("createMeter", "/address/street", partial(shortened, 255)))
    .finding(found(ROUND_TRIP, "getMeter", 200, inside("/address/street"), "changed", actual=OfType("string"))),
    fault("city-is-in-capitals", SPEC, "a city is written in capitals")
    .plant(p.keeps("createMeter", "/address/city", str.upper))
    .finding(found(ROUND_TRIP, "getMeter", 200, inside("/address/city"), "changed", actual=Equal("ÅLESUND"))),
    fault("brand-is-in-small-letters", SPEC, "a vehicle's brand is written in small letters")
    .plant(p.keeps("createVehicle", "/metadata/brand", str.lower))
    .finding(found(ROUND_TRIP, "getVehicle", 200, inside("/metadata/brand"), "changed", actual=Equal("think"))),
    fault("model-is-escaped", SPEC, "a vehicle's model is escaped for HTML")
    .plant(p.keeps("createVehicle", "/metadata/model", html.escape))
    .finding(found(ROUND_TRIP, "getVehicle", 200, inside("/metadata/model"), "changed", actual=OfType("string"))),
    fault("model-loses-tags", SPEC, "what looks like a tag is taken out of a resource's model")
    .plant(p.keeps("createResource", "/metadata/model", partial(re.sub, "<[^>]*>", "")))
    .finding(
        found(
            ROUND_TRIP,
            "getResource",
            200,
            inside("/metadata/model"),
            "changed",
            actual=Equal('Say "hei" \\ o\'hoi / 100 % & 3  4 &amp; {x}'),
        )
    ),
    fault("street-is-composed", SPEC, "decomposed letters of a street are composed")
    .plant(p.keeps("createMeter", "/address/street", partial(unicodedata.normalize, "NFC")))
    .finding(
        found(
            ROUND_TRIP,
            "getMeter",
            200,
            inside("/address/street"),
            "changed",
            actual=Equal("Ångström, decomposed, beside Ångström"),
        )
    ),
    fault("brand-loses-emoji", SPEC, "characters beyond 16 bits are lost")
    .plant(
        p.keeps(
            "createVehicle",
            "/metadata/brand",
            lambda text: "".join(each for each in text if ord(each) < BEYOND_16_BITS),
        )
    )
    .finding(found(ROUND_TRIP, "getVehicle", 200, inside("/metadata/brand"), "changed")),
    fault("brand-loses-line-breaks", SPEC, "line breaks of a resource's brand become blanks")
    .plant(p.keeps("createResource", "/metadata/brand", lambda text: text.replace("\n", " ")))
    .finding(
        found(
            ROUND_TRIP,
            "getResource",
            200,
            inside("/metadata/brand"),
            "changed",
            actual=Equal("first line second line\tand a tab"),
        )
    ),
    fault("quotes-are-doubled", SPEC, "apostrophes of a vehicle's model are doubled")
    .plant(p.keeps("createVehicle", "/metadata/model", lambda text: text.replace("'", "''")))
    .finding(found(ROUND_TRIP, "getVehicle", 200, inside("/metadata/model"), "changed", actual=OfType("string"))),
    fault("backslash-is-an-escape", SPEC, "a backslash in a vehicle's brand is lost")
    .plant(p.keeps("createVehicle", "/metadata/brand", lambda text: text.replace("\\", "")))
    .finding(found(ROUND_TRIP, "getVehicle", 200, inside("/metadata/brand"), "changed")),
    fault("model-loses-zeros", SPEC, "a model of digits loses its leading zeros")
    .plant(p.keeps("createVehicle", "/metadata/model", lambda text: text.lstrip("0")))
    .finding(found(ROUND_TRIP, "getVehicle", 200, inside("/metadata/model"), "changed", actual=Equal("7"))),
    fault("vin-is-in-small-letters", SPEC, "a VIN is written in small letters")
    .plant(p.keeps("createVehicle", "/metadata/vin", str.lower))
    .finding(found(ROUND_TRIP, "getVehicle", 200, inside("/metadata/vin"), "changed", actual=OfType("string"))),
    fault("vin-is-hidden", SPEC, "a VIN is shown as stars but for its end")
    .plant(p.shows("getVehicle", "/metadata/vin", lambda vin: "*" * 13 + vin[13:]))
    .finding(found(ROUND_TRIP, "getVehicle", 200, inside("/metadata/vin"), "changed", actual=Has("*" * 13))),
    fault("year-is-text", SPEC, "a vehicle's year is shown as text")
    .plant(p.shows("getVehicle", "/metadata/year", str))
    .finding(found(RESPONSE_BODY, "getVehicle", 200, inside("/metadata/year"), "type", actual=OfType("string"))),
    fault("year-has-a-point", SPEC, "a vehicle's year is written as 2009.0")
    .plant(p.shows("getVehicle", "/metadata/year", float))
    .finding(found(RESPONSE_BODY, "getVehicle", 200, inside("/metadata/year"), "type", actual=Equal(2009.0))),
    fault("year-has-two-digits", SPEC, "a vehicle's year is kept in two digits")
    .plant(p.keeps("createVehicle", "/metadata/year", lambda year: year % 100))
    .finding(found(ROUND_TRIP, "getVehicle", 200, inside("/metadata/year"), "changed", actual=Equal(9))),
    fault("year-is-missing", SPEC, "a vehicle is shown without its year")
    .plant(p.shows("getVehicle", "/metadata/year", p.DROP))
    .finding(found(RESPONSE_BODY, "getVehicle", 200, inside("/metadata/year"), "required")),
    fault("metadata-is-text", SPEC, "a vehicle's metadata is shown as text")
    .plant(p.shows("getVehicle", "/metadata", p.text_of))
    .finding(found(RESPONSE_BODY, "getVehicle", 200, inside("/metadata"), "type", actual=OfType("string"))),
    fault("metadata-is-null", SPEC, "a resource's metadata is shown as null")
    .plant(p.shows("getResource", "/metadata", None))
    .finding(found(RESPONSE_BODY, "getResource", 200, inside("/metadata"), "type", actual=OfType("null"))),
    fault("brand-and-model-are-swapped", SPEC, "a vehicle's brand and model are swapped")
    .plant(p.keeps("createVehicle", "/metadata", lambda own: {**own, "brand": own["model"], "model": own["brand"]}))
    .finding(found(ROUND_TRIP, "getVehicle", 200, inside("/metadata/brand"), "changed")),
    fault("vehicle-of-another-user", SPEC, "a vehicle is shown as another user's")
    .plant(p.shows("getVehicle", "/userId", "somebody"))
    .finding(found(PATH_IDS, "getVehicle", 200, inside("/userId"), "changed", actual=Equal("somebody"))),
    fault("vehicle-id-in-small-letters", SPEC, "a vehicle's id is shown in small letters")
    .plant(p.shows("getVehicle", "/vehicleId", str.lower))
    .finding(found(ROUND_TRIP, "getVehicle", 200, inside("/vehicleId"), "changed", actual=OfType("string"))),
    fault("zip-code-loses-zero", SPEC, "a zip code loses its leading zeros")
    .plant(p.keeps("createMeter", "/address/zipCode", lambda text: text.lstrip("0")))
    .finding(found(ROUND_TRIP, "getMeter", 200, inside("/address/zipCode"), "changed", actual=Equal("180"))),
    fault("zip-code-is-a-number", SPEC, "a zip code is shown as a number")
    .plant(p.shows("getMeter", "/address/zipCode", int))
    .finding(found(RESPONSE_BODY, "getMeter", 200, inside("/address/zipCode"), "type", actual=OfType("integer"))),
    fault("meter-number-loses-zeros", SPEC, "a meter number loses its leading zeros")
    .plant(p.keeps("createMeter", "/meterNumber", lambda text: text.lstrip("0")))
    .finding(found(ROUND_TRIP, "getMeter", 200, inside("/meterNumber"), "changed", actual=OfType("string"))),
    fault("meter-point-id-is-rounded", SPEC, "a meter point id goes through a floating point number")
    .plant(p.keeps("createMeter", "/meterPointId", lambda text: str(int(float(text)))))
    .finding(found(ROUND_TRIP, "getMeter", 200, inside("/meterPointId"), "changed")),
    fault("meter-point-id-is-a-number", SPEC, "a meter point id is shown as a number")
    .plant(p.shows("getMeter", "/meterPointId", int))
    .finding(found(RESPONSE_BODY, "getMeter", 200, inside("/meterPointId"), "type", actual=OfType("integer"))),
    fault("meter-ids-are-swapped", SPEC, "meterPointId and meterNumber are swapped")
    .plant(
        p.keeps(
            "createMeter",
            "",
            lambda own: {**own, "meterPointId": own["meterNumber"], "meterNumber": own["meterPointId"]},
        )
    )
    .finding(found(ROUND_TRIP, "getMeter", 200, inside("/meterPointId"), "changed")),
    fault("coordinates-are-swapped", SPEC, "latitude and longitude are swapped")
    .plant(p.keeps("createMeter", "/location", swapped))
    .finding(found(ROUND_TRIP, "getMeter", 200, inside("/location/latitude"), "changed")),
    fault("latitude-is-rounded", SPEC, "a latitude is rounded to four digits")
    .plant(p.keeps("createMeter", "/location/latitude", lambda own: round(own, 4)))
    .finding(found(ROUND_TRIP, "getMeter", 200, inside("/location/latitude"), "changed")),
    fault("longitude-is-a-short-float", SPEC, "a longitude goes through 32 bits")
    .plant(p.keeps("createMeter", "/location/longitude", float32))
    .finding(found(ROUND_TRIP, "getMeter", 200, inside("/location/longitude"), "changed")),
    fault("longitude-loses-its-sign", SPEC, "a longitude loses its sign")
    .plant(p.keeps("createMeter", "/location/longitude", abs))
    .finding(found(ROUND_TRIP, "getMeter", 200, inside("/location/longitude"), "changed")),
    fault("latitude-is-text", SPEC, "a latitude is shown as text")
    .plant(p.shows("getMeter", "/location/latitude", str))
    .finding(found(RESPONSE_BODY, "getMeter", 200, inside("/location/latitude"), "type", actual=OfType("string"))),
    fault("pole-is-the-equator", SPEC, "a latitude of 90 is taken for none")
    .plant(p.keeps("createMeter", "/location/latitude", lambda own: 0 if abs(own) == 90 else own))
    .finding(found(ROUND_TRIP, "getMeter", 200, inside("/location/latitude"), "changed", actual=Equal(0))),
    fault("location-type-is-residential", SPEC, "every meter is Residential")
    .plant(p.keeps("createMeter", "/locationType", "Residential"))
    .finding(found(ROUND_TRIP, "getMeter", 200, inside("/locationType"), "changed", actual=Equal("Residential"))),
    fault("location-type-other-is-unknown", SPEC, "the location type Other is kept as Unknown")
    .plant(p.keeps("createMeter", "/locationType", lambda own: own.replace("Other", "Unknown")))
    .finding(found(ROUND_TRIP, "getMeter", 200, inside("/locationType"), "changed", actual=Equal("Unknown"))),
    fault("location-type-is-a-number", SPEC, "a location type is shown as its number")
    .plant(p.shows("getMeter", "/locationType", ["Unknown", "Residential", "Commercial", "Other"].index))
    .finding(found(RESPONSE_BODY, "getMeter", 200, inside("/locationType"), "enum", actual=OfType("integer"))),
    fault("location-type-in-small-letters", SPEC, "a location type is shown in small letters")
    .plant(p.shows("getMeter", "/locationType", str.lower))
    .finding(found(RESPONSE_BODY, "getMeter", 200, inside("/locationType"), "enum")),
    fault("capacity-is-rounded", SPEC, "a capacity is rounded to whole numbers")
    .plant(p.keeps("createResource", "/metadata/capacity", round))
    .finding(found(ROUND_TRIP, "getResource", 200, inside("/metadata/capacity"), "changed")),
    fault("capacity-has-two-digits", SPEC, "a capacity is kept with two digits after the point")
    .plant(p.keeps("createResource", "/metadata/capacity", lambda own: round(own, 2)))
    .finding(found(ROUND_TRIP, "getResource", 200, inside("/metadata/capacity"), "changed")),
    fault("capacity-is-text", SPEC, "a capacity is shown as text")
    .plant(p.shows("getResource", "/metadata/capacity", str))
    .finding(found(RESPONSE_BODY, "getResource", 200, inside("/metadata/capacity"), "type", actual=OfType("string"))),
    fault("elements-are-sorted", SPEC, "heating elements are sorted")
    .plant(p.keeps("createResource", "/metadata/heatingElements", sorted))
    .finding(found(ROUND_TRIP, "getResource", 200, inside("/metadata/heatingElements"), "order")),
    fault("elements-are-a-set", SPEC, "a heating element that comes twice is kept once")
    .plant(p.keeps("createResource", "/metadata/heatingElements", lambda own: list(dict.fromkeys(own))))
    .finding(found(ROUND_TRIP, "getResource", 200, inside("/metadata/heatingElements"), "count", actual=Equal(4))),
    fault("elements-are-whole", SPEC, "heating elements are kept as whole numbers")
    .plant(p.keeps("createResource", "/metadata/heatingElements/*", int))
    .finding(found(ROUND_TRIP, "getResource", 200, inside("/metadata/heatingElements/0"), "changed")),
    fault("first-element-only", SPEC, "only the first heating element is kept")
    .plant(p.keeps("createResource", "/metadata/heatingElements", lambda own: own[:1]))
    .finding(found(ROUND_TRIP, "getResource", 200, inside("/metadata/heatingElements"), "count", actual=Equal(1))),
    fault("elements-are-text", SPEC, "heating elements are shown as one text")
    .plant(p.shows("getResource", "/metadata/heatingElements", str))
    .finding(
        found(RESPONSE_BODY, "getResource", 200, inside("/metadata/heatingElements"), "type", actual=OfType("string"))
    ),
    fault("payload-types-are-sorted", SPEC, "a webhook's payload types are sorted")
    .plant(p.keeps("createWebhook", "/eventPayloadTypes", sorted))
    .finding(found(ROUND_TRIP, "", SUCCESS, inside("/eventPayloadTypes"), "order")),
    fault("payload-type-is-lost", SPEC, "the last payload type of a webhook is lost")
    .plant(p.keeps("createWebhook", "/eventPayloadTypes", lambda own: own[:-1] or own))
    .finding(found(ROUND_TRIP, "", SUCCESS, inside("/eventPayloadTypes"), "count")),
    fault("operation-types-are-all", SPEC, "a webhook has all operation types, whatever was sent")
    .plant(p.keeps("createWebhook", "/operationTypes", ["Create", "Update", "Delete"]))
    .finding(found(ROUND_TRIP, "", SUCCESS, inside("/operationTypes"), "count")),
    fault("operation-type-in-small-letters", SPEC, "operation types are shown in small letters")
    .plant(p.shows("getWebhook", "/operationTypes/*", str.lower))
    .finding(found(RESPONSE_BODY, "getWebhook", 200, inside("/operationTypes/0"), "enum")),
    fault("webhook-url-ends-in-slash", SPEC, "a webhook's URL is shown with a slash behind it")
    .plant(p.shows("getWebhook", "/webhookUrl", lambda url: f"{url}/"))
    .finding(found(ROUND_TRIP, "getWebhook", 200, inside("/webhookUrl"), "changed", actual=OfType("string"))),
    fault("webhook-url-is-missing", SPEC, "a webhook is shown without its URL")
    .plant(p.shows("getWebhook", "/webhookUrl", p.DROP))
    .finding(found(RESPONSE_BODY, "getWebhook", 200, inside("/webhookUrl"), "required")),
    fault("webhook-id-is-a-number", SPEC, "a webhook's id is a number")
    .plant(p.shows("getWebhook", "/id", lambda own: int(own[:8], 16)))
    .finding(found(RESPONSE_BODY, "getWebhook", 200, inside("/id"), "type", actual=OfType("integer"))),
    fault("list-shows-other-brand", SPEC, "the list of vehicles shows brands in capitals")
    .plant(p.shows("listVehicles", "/*/metadata/brand", str.upper))
    .finding(found(ROUND_TRIP, "listVehicles", 200, inside("/metadata/brand"), "changed")),
    fault("list-shows-year-as-text", SPEC, "the list of vehicles shows years as text")
    .plant(p.shows("listVehicles", "/*/metadata/year", str))
    .finding(found(RESPONSE_BODY, "listVehicles", 200, inside("/0/metadata/year"), "type", actual=OfType("string"))),
    fault("list-shows-meter-without-id", SPEC, "the list of meters has no ids")
    .plant(p.shows("listMeters", "/*/meterId", p.DROP))
    .finding(found(RESPONSE_BODY, "listMeters", 200, inside("/0/meterId"), "required")),
    fault("list-shows-other-coordinates", SPEC, "the list of meters rounds latitudes")
    .plant(p.shows("listMeters", "/*/location/latitude", lambda own: round(own, 1)))
    .finding(found(ROUND_TRIP, "listMeters", 200, inside("/location/latitude"), "changed")),
    fault("list-shows-other-capacity", SPEC, "the list of resources rounds capacities")
    .plant(p.shows("listResources", "/*/metadata/capacity", round))
    .finding(found(ROUND_TRIP, "listResources", 200, inside("/metadata/capacity"), "changed")),
    fault("list-shows-other-url", SPEC, "the list of webhooks shows other URLs")
    .plant(p.shows("listWebhooks", "/*/webhookUrl", lambda url: url + "?"))
    .finding(found(ROUND_TRIP, "listWebhooks", 200, inside("/webhookUrl"), "changed")),
    fault("post-answers-another-vehicle", GUIDE, "a new vehicle's answer has another vehicleId")
    .plant(p.shows("createVehicle", "/vehicleId", "other"))
    .finding(found(ROUND_TRIP, "createVehicle", 201, inside("/vehicleId"), "changed", actual=Equal("other"))),
    fault("post-answers-another-resource", GUIDE, "a new resource's answer has another resourceId")
    .plant(p.shows("createResource", "/resourceId", "other"))
    .finding(found(ROUND_TRIP, "createResource", 201, inside("/resourceId"), "changed", actual=Equal("other"))),
    fault("post-answers-another-url", SPEC, "a new webhook's answer has another URL")
    .plant(p.shows("createWebhook", "/webhookUrl", "https://other.example/"))
    .finding(
        found(
            ROUND_TRIP, "createWebhook", 201, inside("/webhookUrl"), "changed", actual=Equal("https://other.example/")
        )
    ),
    fault("put-answers-another-url", SPEC, "a changed webhook's answer has another URL")
    .plant(p.shows("replaceWebhook", "/webhookUrl", "https://other.example/"))
    .finding(
        found(
            ROUND_TRIP, "replaceWebhook", 200, inside("/webhookUrl"), "changed", actual=Equal("https://other.example/")
        )
    ),
    fault("vehicle-not-found", SPEC, "a vehicle is not found after it was made")
    .plant(p.sends(p.status(404), "getVehicle"))
    .finding(found(STATUS_EXPECTED, "getVehicle", 404, STATUS, "status")),
    *(
        fault(name, SPEC, text)
        .plant(p.reads_id("getUser", change))
        .finding(found(ROUND_TRIP, "getUser", 404, STATUS, "status"))
        for name, text, change in MISREAD_IDS
    ),
)
