"""Faults with responses as such: status, headers, media type, encoding, October 2023."""

from __future__ import annotations

import json
import re
from typing import Final

from ecsuite.findings.breach import Place, body
from ecsuite.findings.pattern import found
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
from ecsuite.standin.faults import Expected
from ecsuite.standin.faults import planting as p
from ecsuite.standin.faults.common.changes import with_body
from ecsuite.standin.faults.common.rows import GUIDE, SPEC, fault, faults

FAULTS: Final = faults(
    "answers",
    fault("user-is-wrapped", GUIDE, "a new user's answer is wrapped")
    .plant(p.sends(p.value(lambda body: {"user": {"id": body["userId"]}}), "createUser"))
    .finding(Expected(RESPONSE_BODY, "createUser -> 201", "/userId", "required", "missing")),
    fault("meter-is-wrapped", GUIDE, "a new meter's answer is wrapped")
    .plant(p.sends(p.value(lambda body: {"meter": body}), "createMeter"))
    .finding(Expected(RESPONSE_BODY, "createMeter -> 201", "/meterId", "required", "missing")),
    fault("meter-id-is-a-number", GUIDE, "a new meter's id is a number")
    .plant(p.shows("createMeter", "/meterId", 7))
    .finding(Expected(RESPONSE_BODY, "createMeter -> 201", "/meterId", "a string", "an integer, 7")),
    fault("meter-id-is-another", SPEC, "a new meter's answer has the id of nothing")
    .plant(p.shows("createMeter", "/meterId", "none"))
    .finding(Expected(STATUS_EXPECTED, "getMeter -> 404", "status", "200", "404")),
    fault("user-list-is-wrapped", SPEC, "the list of users is wrapped")
    .plant(p.sends(p.value(lambda body: {"users": body}), "listUsers"))
    .finding(Expected(RESPONSE_BODY, "listUsers -> 200", "body", "an array", "an object")),
    fault("user-list-is-ids", SPEC, "the list of users is one of ids")
    .plant(p.sends(p.value(lambda body: [each["userId"] for each in body]), "listUsers"))
    .finding(Expected(RESPONSE_BODY, "listUsers -> 200", "/0", "an object", "a string")),
    fault("vehicle-list-is-a-map", SPEC, "the list of vehicles is a map by id")
    .plant(p.sends(p.value(lambda body: {each["vehicleId"]: each for each in body}), "listVehicles"))
    .finding(Expected(RESPONSE_BODY, "listVehicles -> 200", "body", "an array", "an object")),
    fault("empty-list-is-null", SPEC, "a list without vehicles is null")
    .plant(p.sends(p.value(lambda body: body or None), "listVehicles"))
    .finding(Expected(RESPONSE_BODY, "listVehicles -> 200", "body", "an array", "null")),
    fault("empty-list-is-404", SPEC, "a list without meters is not found")
    .plant(p.nothing_found_is("listMeters", Reply(404)))
    .finding(Expected(STATUS_EXPECTED, "listMeters -> 404", "status", "200", "404")),
    fault("empty-list-is-204", SPEC, "a list without resources is answered with 204")
    .plant(p.nothing_found_is("listResources", Reply(204)))
    .finding(Expected(STATUS_LISTED, "listResources -> 204", "status", "200", "204")),
    fault("list-is-lines", SPEC, "the list of webhooks is one JSON text a line")
    .plant(
        p.sends(p.content(lambda text: "\n".join(map(p.text_of, json.loads(text))).encode() or b" "), "listWebhooks")
    )
    .finding(Expected(RESPONSE_BODY, "listWebhooks -> 200", "body", "", "")),
    fault("user-made-is-202", GUIDE, "a new user is answered with 202")
    .plant(p.sends(p.status(202), "createUser"))
    .finding(Expected(STATUS_LISTED, "createUser -> 202", "status", "201", "202")),
    fault("vehicle-made-is-204", GUIDE, "a new vehicle is answered with 204")
    .plant(p.sends(p.refusal(204), "createVehicle"))
    .finding(Expected(STATUS_LISTED, "createVehicle -> 204", "status", "201", "204")),
    fault("webhook-made-is-500", SPEC, "a new webhook is a server error")
    .plant(p.sends(p.status(500), "createWebhook"))
    .finding(Expected(SERVER_ERROR, "createWebhook -> 500", "status", "below 500", "500")),
    fault("trouble-is-503", SPEC, "getResource answers 503 without Retry-After")
    .plant(p.sends(p.status(503), "getResource"))
    .finding(Expected(SERVER_ERROR, "getResource -> 503", "status", "below 500", "503")),
    fault("read-is-203", SPEC, "getMeter is answered with 203")
    .plant(p.sends(p.status(203), "getMeter"))
    .finding(Expected(STATUS_LISTED, "getMeter -> 203", "status", "200", "203")),
    fault("read-is-moved", SPEC, "getUser is sent elsewhere")
    .plant(p.sends(p.chain(p.status(301), p.header("Location", "/v2/users")), "getUser"))
    .finding(Expected(STATUS_EXPECTED, "getUser -> 301", "status", "200", "301")),
    fault("user-deleted-is-200", SPEC, "deleteUser is answered with 200")
    .plant(p.sends(p.status(200), "deleteUser"))
    .finding(Expected(STATUS_LISTED, "deleteUser -> 200", "status", "204", "200")),
    fault("vehicle-deleted-is-202", SPEC, "deleteVehicle is answered with 202")
    .plant(p.sends(p.status(202), "deleteVehicle"))
    .finding(Expected(STATUS_LISTED, "deleteVehicle -> 202", "status", "204", "202")),
    fault("meter-deleted-is-404", SPEC, "deleteMeter deletes, and answers 404")
    .plant(p.sends(p.status(404), "deleteMeter"))
    .finding(Expected(STATUS_EXPECTED, "deleteMeter -> 404", "status", "204", "404")),
    fault("deleted-has-a-body", SPEC, "a 204 of deleteResource has a body")
    .plant(p.sends(with_body, "deleteResource"))
    .finding(Expected(NO_BODY, "deleteResource -> 204", "body|header Content-Length", "no body")),
    fault("vehicle-is-a-page", SPEC, "a vehicle is said to be HTML")
    .plant(p.sends(p.header("Content-Type", "text/html"), "getVehicle"))
    .finding(Expected(MEDIA_TYPE, "getVehicle -> 200", "Content-Type", "application/json", "text/html")),
    fault("user-has-no-media-type", SPEC, "a user is sent without a media type")
    .plant(p.sends(p.header("Content-Type", None), "getUser"))
    .finding(Expected(MEDIA_TYPE, "getUser -> 200", "Content-Type", "application/json", "missing")),
    fault("events-are-plain-text", SPEC, "the list of events is said to be plain text")
    .plant(p.sends(p.header("Content-Type", "text/plain"), "listEvents"))
    .finding(Expected(MEDIA_TYPE, "listEvents -> 200", "Content-Type", "application/json", "text/plain")),
    fault("meter-is-a-problem", SPEC, "a meter is said to be a problem document")
    .plant(p.sends(p.header("Content-Type", "application/problem+json"), "getMeter"))
    .finding(Expected(MEDIA_TYPE, "getMeter -> 200", "Content-Type", "application/json", "problem")),
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
    .finding(Expected(MEDIA_TYPE, "getResource -> 200", "Content-Type", "UTF-8", "iso-8859-1")),
    fault("vehicle-is-in-latin-1", SPEC, "a vehicle is sent in Latin-1, and says nothing")
    .plant(p.sends(p.content(lambda text: text.decode().encode("latin-1", "replace")), "getVehicle"))
    .finding(Expected(RESPONSE_BODY, "getVehicle -> 200", "body", "application/json", "no(t)? UTF-8")),
    fault("user-has-a-byte-order-mark", SPEC, "a user starts with a byte order mark")
    .plant(p.sends(p.content(lambda text: b"\xef\xbb\xbf" + text), "getUser"))
    .finding(Expected(RESPONSE_BODY, "getUser -> 200", "body", "application/json", "byte order mark")),
    fault("webhook-is-cut-off", SPEC, "a webhook's JSON is cut off")
    .plant(p.sends(p.content(lambda text: text[:-1]), "getWebhook"))
    .finding(Expected(RESPONSE_BODY, "getWebhook -> 200", "body", "application/json", "no JSON")),
    fault("resource-has-nan", SPEC, "a capacity is written as NaN")
    .plant(p.sends(p.content(lambda text: re.sub(rb'"capacity":[^,}]+', b'"capacity":NaN', text)), "getResource"))
    .finding(Expected(RESPONSE_BODY, "getResource -> 200", "body", "application/json", "NaN")),
    fault("event-has-single-quotes", SPEC, "an event is written in single quotes")
    .plant(p.sends(p.content(lambda text: text.replace(b'"', b"'")), "getEvent"))
    .finding(Expected(RESPONSE_BODY, "getEvent -> 200", "body", "application/json", "no JSON")),
    fault("user-is-empty", SPEC, "a user is sent without a body")
    .plant(p.sends(p.content(lambda _: b""), "getUser"))
    .finding(found(RESPONSE_BODY, "getUser", 200, body(), "absent")),
    fault("list-is-not-gzip", SPEC, "the list of vehicles is said to be gzip, and is not")
    .plant(p.sends(p.header("Content-Encoding", "gzip"), "listVehicles"))
    .finding(Expected(RESPONSE_BODY, "listVehicles -> 200", "body", "whole", "")),
    fault("head-is-no-http", SPEC, "a header of listMeters holds a NUL")
    .plant(p.sends(p.header("X-Trace", "a\x00b"), "listMeters"))
    .finding(found(RESPONSE_ARRIVES, "listMeters", at=Place("connection"), kind="absent")),
)
