"""Faults with responses as such: status, headers, media type, encoding, January 2026."""

from __future__ import annotations

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
from ecsuite.standin.faults.common.rows import GUIDE, fault, faults, kebab
from ecsuite.standin.faults.edition_2026_01.operations import DELETING

FAULTS: Final = faults(
    "answers",
    *(
        fault(f"{kebab(o)}-is-202", GUIDE, f"{o} is answered with 202")
        .plant(p.sends(p.status(202), o))
        .finding(found(STATUS_LISTED, o, 202, STATUS, "unlisted"))
        for o in (
            "createUser",
            "createLocation",
            "createVehicle",
            "createLocationResource",
            "createWebhook",
            "deleteLocation",
            "createEnrollment",
            "simulatePriceCurve",
            "createReport",
        )
    ),
    *(
        fault(f"{kebab(o)}-is-200", GUIDE, f"{o} is answered with 200")
        .plant(p.sends(p.status(200), o))
        .finding(found(STATUS_LISTED, o, 200, STATUS, "unlisted"))
        for o in (*DELETING, "deleteEnrollment")
    ),
    *(
        fault(f"{kebab(o)}-is-500", GUIDE, f"{o} is a server error")
        .plant(p.sends(p.status(500), o))
        .finding(found(SERVER_ERROR, o, 500, STATUS, "exclusiveMaximum", actual=Equal(500)))
        for o in (
            "getCompensation",
            "getMeterEligibility",
            "listEligibleUsers",
            "simulatePartner",
            "deleteSimulation",
            "getNotificationLog",
            "simulateResourceLimit",
            "simulateUserEligibility",
            "enableWebhook",
        )
    ),
    fault("user-is-wrapped", GUIDE, "a new user's answer is wrapped")
    .plant(p.sends(p.value(lambda body: {"user": body}), "createUser"))
    .finding(found(RESPONSE_BODY, "createUser", 201, inside("/userId"), "required")),
    fault("users-are-a-bare-array", GUIDE, "the list of users is a bare array")
    .plant(p.sends(p.value(lambda body: body["users"]), "listUsers"))
    .finding(found(RESPONSE_BODY, "listUsers", 200, body(), "type", actual=OfType("array"))),
    fault("locations-are-wrapped", GUIDE, "the list of locations is wrapped")
    .plant(p.sends(p.value(lambda body: {"locations": body}), "listLocations"))
    .finding(found(RESPONSE_BODY, "listLocations", 200, body(), "type", actual=OfType("object"))),
    fault("empty-list-is-null", GUIDE, "a user without locations has null for a list")
    .plant(p.sends(p.value(lambda body: body or None), "listLocations"))
    .finding(found(RESPONSE_BODY, "listLocations", 200, body(), "type", actual=OfType("null"))),
    fault("empty-list-is-404", GUIDE, "a location without resources has no list")
    .plant(p.nothing_found_is("listLocationResources", Reply(404)))
    .finding(found(STATUS_EXPECTED, "listLocationResources", 404, STATUS, "status")),
    fault("deleted-has-a-body", GUIDE, "a 204 of deleteWebhook has a body")
    .plant(p.sends(with_body, "deleteWebhook"))
    .finding(found(NO_BODY, "deleteWebhook", 204, Place("header", "Content-Length"), "length")),
    fault("location-is-a-page", GUIDE, "a location is said to be HTML")
    .plant(p.sends(p.header("Content-Type", "text/html"), "getLocation"))
    .finding(
        found(MEDIA_TYPE, "getLocation", 200, Place("header", "Content-Type"), "unlisted", actual=Equal("text/html"))
    ),
    fault("events-have-no-media-type", GUIDE, "the list of events is sent without a media type")
    .plant(p.sends(p.header("Content-Type", None), "listEvents"))
    .finding(found(MEDIA_TYPE, "listEvents", 200, Place("header", "Content-Type"), "unlisted")),
    fault("webhook-is-in-latin-1", GUIDE, "a webhook is sent in Latin-1, and says nothing")
    .plant(p.sends(p.content(lambda text: text.decode().encode("latin-1", "replace")), "getWebhook"))
    .finding(found(RESPONSE_BODY, "getWebhook", 200, body(), "unreadable", actual=Equal("not-utf-8"))),
    fault("user-has-a-byte-order-mark", GUIDE, "a user starts with a byte order mark")
    .plant(p.sends(p.content(lambda text: b"\xef\xbb\xbf" + text), "getUser"))
    .finding(found(RESPONSE_BODY, "getUser", 200, body(), "unreadable", actual=Equal("byte-order-mark"))),
    fault("location-is-cut-off", GUIDE, "a location's JSON is cut off")
    .plant(p.sends(p.content(lambda text: text[:-1]), "getLocation"))
    .finding(found(RESPONSE_BODY, "getLocation", 200, body(), "unreadable", actual=Equal("not-json"))),
    fault("compensation-is-nan", GUIDE, "an amount is written as NaN")
    .plant(
        p.sends(p.content(lambda text: text.replace(b'"activeAmount":0.0', b'"activeAmount":NaN')), "getCompensation")
    )
    .finding(found(RESPONSE_BODY, "getCompensation", 200, body(), "unreadable", actual=Equal("not-json"))),
    fault("user-is-empty", GUIDE, "a user is sent without a body")
    .plant(p.sends(p.content(lambda _: b""), "getUser"))
    .finding(found(RESPONSE_BODY, "getUser", 200, body(), "absent")),
    fault("list-is-not-gzip", GUIDE, "the list of resources is said to be gzip, and is not")
    .plant(p.sends(p.header("Content-Encoding", "gzip"), "listResources"))
    .finding(found(RESPONSE_BODY, "listResources", 200, body(), "unreadable")),
    fault("head-is-no-http", GUIDE, "the Content-Length of listWebhooks is no number")
    .plant(p.sends(p.chain(p.header("Transfer-Encoding", "chunked"), p.header("Content-Length", "x")), "listWebhooks"))
    .finding(found(RESPONSE_ARRIVES, "listWebhooks", at=Place("connection"), kind="absent")),
)
