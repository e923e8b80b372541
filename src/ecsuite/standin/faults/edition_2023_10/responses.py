"""Faults with responses as such: status, headers, media type, encoding, October 2023."""

from __future__ import annotations

import json
import re
from typing import Final

from ecsuite.findings.breach import STATUS, Place, body
from ecsuite.findings.pattern import Equal, OfType, found, inside
from ecsuite.promises import (
    MEDIA_TYPE,
    NO_BODY,
    RESPONSE_ARRIVES,
    RESPONSE_BODY,
    SERVER_ERROR,
    STATUS_EXPECTED,
    STATUS_LISTED,
)
from ecsuite.standin.call import Reply
from ecsuite.standin.faults import planting as p
from ecsuite.standin.faults.common.changes import with_body
from ecsuite.standin.faults.common.rows import GUIDE, SPEC, fault, faults

FAULTS: Final = faults(
    "answers",
    fault("user-is-wrapped", GUIDE, "a new user's answer is wrapped")
    .plant(p.sends(p.value(lambda body: {"user": {"id": body["userId"]}}), "createUser"))
    .finding(found(RESPONSE_BODY, "createUser", 201, inside("/userId"), "required")),
    fault("meter-is-wrapped", GUIDE, "a new meter's answer is wrapped")
    .plant(p.sends(p.value(lambda body: {"meter": body}), "createMeter"))
    .finding(found(RESPONSE_BODY, "createMeter", 201, inside("/meterId"), "required")),
    fault("meter-id-is-a-number", GUIDE, "a new meter's id is a number")
    .plant(p.shows("createMeter", "/meterId", 7))
    .finding(found(RESPONSE_BODY, "createMeter", 201, inside("/meterId"), "type", actual=Equal(7))),
    fault("meter-id-is-another", SPEC, "a new meter's answer has the id of nothing")
    .plant(p.shows("createMeter", "/meterId", "none"))
    .finding(found(STATUS_EXPECTED, "getMeter", 404, STATUS, "status")),
    fault("user-list-is-wrapped", SPEC, "the list of users is wrapped")
    .plant(p.sends(p.value(lambda body: {"users": body}), "listUsers"))
    .finding(found(RESPONSE_BODY, "listUsers", 200, body(), "type", actual=OfType("object"))),
    fault("user-list-is-ids", SPEC, "the list of users is one of ids")
    .plant(p.sends(p.value(lambda body: [each["userId"] for each in body]), "listUsers"))
    .finding(found(RESPONSE_BODY, "listUsers", 200, inside("/0"), "type", actual=OfType("string"))),
    fault("vehicle-list-is-a-map", SPEC, "the list of vehicles is a map by id")
    .plant(p.sends(p.value(lambda body: {each["vehicleId"]: each for each in body}), "listVehicles"))
    .finding(found(RESPONSE_BODY, "listVehicles", 200, body(), "type", actual=OfType("object"))),
    fault("empty-list-is-null", SPEC, "a list without vehicles is null")
    .plant(p.sends(p.value(lambda body: body or None), "listVehicles"))
    .finding(found(RESPONSE_BODY, "listVehicles", 200, body(), "type", actual=OfType("null"))),
    fault("empty-list-is-404", SPEC, "a list without meters is not found")
    .plant(p.nothing_found_is("listMeters", Reply(404)))
    .finding(found(STATUS_EXPECTED, "listMeters", 404, STATUS, "status")),
    fault("empty-list-is-204", SPEC, "a list without resources is answered with 204")
    .plant(p.nothing_found_is("listResources", Reply(204)))
    .finding(found(STATUS_LISTED, "listResources", 204, STATUS, "unlisted")),
    fault("list-is-lines", SPEC, "the list of webhooks is one JSON text a line")
    .plant(
        p.sends(p.content(lambda text: "\n".join(map(p.text_of, json.loads(text))).encode() or b" "), "listWebhooks")
    )
    .finding(found(RESPONSE_BODY, "listWebhooks", 200, body(), "unreadable")),
    fault("user-made-is-202", GUIDE, "a new user is answered with 202")
    .plant(p.sends(p.status(202), "createUser"))
    .finding(found(STATUS_LISTED, "createUser", 202, STATUS, "unlisted")),
    fault("vehicle-made-is-204", GUIDE, "a new vehicle is answered with 204")
    .plant(p.sends(p.refusal(204), "createVehicle"))
    .finding(found(STATUS_LISTED, "createVehicle", 204, STATUS, "unlisted")),
    fault("webhook-made-is-500", SPEC, "a new webhook is a server error")
    .plant(p.sends(p.status(500), "createWebhook"))
    .finding(
        found(
            SERVER_ERROR,
            "createWebhook",
            500,
            STATUS,
            "exclusiveMaximum",
            case="address-may-be-rejected",
            actual=Equal(500),
        )
    ),
    fault("trouble-is-501", SPEC, "getResource answers 501")
    .plant(p.sends(p.status(501), "getResource"))
    .finding(found(SERVER_ERROR, "getResource", 501, STATUS, "exclusiveMaximum", actual=Equal(501))),
    fault("read-is-203", SPEC, "getMeter is answered with 203")
    .plant(p.sends(p.status(203), "getMeter"))
    .finding(found(STATUS_LISTED, "getMeter", 203, STATUS, "unlisted")),
    fault("read-is-moved", SPEC, "getUser is sent elsewhere")
    .plant(p.sends(p.chain(p.status(301), p.header("Location", "/v2/users")), "getUser"))
    .finding(found(STATUS_EXPECTED, "getUser", 301, STATUS, "status")),
    fault("user-deleted-is-200", SPEC, "deleteUser is answered with 200")
    .plant(p.sends(p.status(200), "deleteUser"))
    .finding(found(STATUS_LISTED, "deleteUser", 200, STATUS, "unlisted")),
    fault("vehicle-deleted-is-202", SPEC, "deleteVehicle is answered with 202")
    .plant(p.sends(p.status(202), "deleteVehicle"))
    .finding(found(STATUS_LISTED, "deleteVehicle", 202, STATUS, "unlisted")),
    fault("meter-deleted-is-404", SPEC, "deleteMeter deletes, and answers 404")
    .plant(p.sends(p.status(404), "deleteMeter"))
    .finding(found(STATUS_EXPECTED, "deleteMeter", 404, STATUS, "status")),
    fault("deleted-has-a-body", SPEC, "a 204 of deleteResource has a body")
    .plant(p.sends(with_body, "deleteResource"))
    .finding(found(NO_BODY, "deleteResource", 204, Place("header", "Content-Length"), "length")),
    fault("vehicle-is-a-page", SPEC, "a vehicle is said to be HTML")
    .plant(p.sends(p.header("Content-Type", "text/html"), "getVehicle"))
    .finding(
        found(MEDIA_TYPE, "getVehicle", 200, Place("header", "Content-Type"), "unlisted", actual=Equal("text/html"))
    ),
    fault("user-has-no-media-type", SPEC, "a user is sent without a media type")
    .plant(p.sends(p.header("Content-Type", None), "getUser"))
    .finding(found(MEDIA_TYPE, "getUser", 200, Place("header", "Content-Type"), "unlisted")),
    fault("events-are-plain-text", SPEC, "the list of events is said to be plain text")
    .plant(p.sends(p.header("Content-Type", "text/plain"), "listEvents"))
    .finding(
        found(MEDIA_TYPE, "listEvents", 200, Place("header", "Content-Type"), "unlisted", actual=Equal("text/plain"))
    ),
    fault("meter-is-a-problem", SPEC, "a meter is said to be a problem document")
    .plant(p.sends(p.header("Content-Type", "application/problem+json"), "getMeter"))
    .finding(
        found(
            MEDIA_TYPE,
            "getMeter",
            200,
            Place("header", "Content-Type"),
            "unlisted",
            actual=Equal("application/problem+json"),
        )
    ),
    fault("resource-is-in-latin-1", SPEC, "a resource is sent in Latin-1, and says so")
    .plant(
        p.sends(
            p.chain(
                p.content(lambda text: text.decode().encode("latin-1", "replace")),
                p.header("Content-Type", "application/json; charset=iso-8859-1"),
            ),
            "getResource",
        )
    )
    .finding(
        found(
            MEDIA_TYPE,
            "getResource",
            200,
            Place("header", "Content-Type", ("charset",)),
            "unlisted",
            actual=Equal("iso-8859-1"),
        )
    ),
    fault("vehicle-is-in-latin-1", SPEC, "a vehicle is sent in Latin-1, and says nothing")
    .plant(p.sends(p.content(lambda text: text.decode().encode("latin-1", "replace")), "getVehicle"))
    .finding(found(RESPONSE_BODY, "getVehicle", 200, body(), "unreadable", actual=Equal("not-utf-8"))),
    fault("user-has-a-byte-order-mark", SPEC, "a user starts with a byte order mark")
    .plant(p.sends(p.content(lambda text: b"\xef\xbb\xbf" + text), "getUser"))
    .finding(found(RESPONSE_BODY, "getUser", 200, body(), "unreadable", actual=Equal("byte-order-mark"))),
    fault("webhook-is-cut-off", SPEC, "a webhook's JSON is cut off")
    .plant(p.sends(p.content(lambda text: text[:-1]), "getWebhook"))
    .finding(found(RESPONSE_BODY, "getWebhook", 200, body(), "unreadable", actual=Equal("not-json"))),
    fault("resource-has-nan", SPEC, "a capacity is written as NaN")
    .plant(p.sends(p.content(lambda text: re.sub(rb'"capacity":[^,}]+', b'"capacity":NaN', text)), "getResource"))
    .finding(found(RESPONSE_BODY, "getResource", 200, body(), "unreadable", actual=Equal("not-json"))),
    fault("event-has-single-quotes", SPEC, "an event is written in single quotes")
    .plant(p.sends(p.content(lambda text: text.replace(b'"', b"'")), "getEvent"))
    .finding(found(RESPONSE_BODY, "getEvent", 200, body(), "unreadable", actual=Equal("not-json"))),
    fault("user-is-empty", SPEC, "a user is sent without a body")
    .plant(p.sends(p.content(lambda _: b""), "getUser"))
    .finding(found(RESPONSE_BODY, "getUser", 200, body(), "absent")),
    fault("list-is-not-gzip", SPEC, "the list of vehicles is said to be gzip, and is not")
    .plant(p.sends(p.header("Content-Encoding", "gzip"), "listVehicles"))
    .finding(found(RESPONSE_BODY, "listVehicles", 200, body(), "unreadable")),
    fault("head-is-no-http", SPEC, "the Content-Length of listMeters is no number")
    .plant(p.sends(p.chain(p.header("Transfer-Encoding", "chunked"), p.header("Content-Length", "x")), "listMeters"))
    .finding(found(RESPONSE_ARRIVES, "listMeters", at=Place("connection"), kind="absent")),
)
