"""Calls that a careless server fails over, October 2023."""

from __future__ import annotations

import re
from typing import Final

from ecsuite.standin.faults import planting as p
from ecsuite.standin.faults.common.rows import GUIDE, SPEC, faults
from ecsuite.standin.faults.common.sent import own_id, says, sent_member
from ecsuite.standin.faults.common.server_errors import crash

FAULTS: Final = faults(
    "server errors",
    crash("no-json-is-500", GUIDE, "a user that is not JSON", "createUser").when(
        lambda asked: p.sent_value(asked) is None
    ),
    crash("empty-body-is-500", GUIDE, "an empty body of createVehicle", "createVehicle").when(
        lambda asked: not p.sent_text(asked)
    ),
    crash("array-is-500", GUIDE, "an array in the place of a vehicle", "createVehicle").when(
        lambda asked: isinstance(p.sent_value(asked), list)
    ),
    crash("null-is-500", GUIDE, "null in the place of a meter", "createMeter").when(
        lambda asked: p.sent_text(asked) == "null"
    ),
    crash("text-is-500", SPEC, "a text in the place of a report", "createReport").when(
        lambda asked: isinstance(p.sent_value(asked), str)
    ),
    crash("missing-metadata-is-500", GUIDE, "a vehicle without metadata", "createVehicle").when(
        lambda asked: "vehicleId" in (p.sent_value(asked) or ()) and sent_member(asked, "metadata") is None
    ),
    crash("null-address-is-500", GUIDE, "a meter whose address is null", "createMeter").when(
        lambda asked: '"address":null' in p.sent_text(asked).replace(" ", "")
    ),
    crash("unknown-enum-is-500", GUIDE, "an unknown location type", "createMeter").when(
        lambda asked: (
            sent_member(asked, "locationType") not in {None, "Unknown", "Residential", "Commercial", "Other"}
            if isinstance(sent_member(asked, "locationType"), str)
            else False
        )
    ),
    crash("year-as-text-is-500", GUIDE, "a year that is text", "createVehicle").when(
        lambda asked: isinstance(sent_member(asked, "metadata", "year"), str)
    ),
    crash("far-latitude-is-500", GUIDE, "a latitude far beyond its range", "createMeter").when(
        lambda asked: isinstance(far := sent_member(asked, "location", "latitude"), float) and abs(far) > 1000
    ),
    crash("null-payload-types-are-500", SPEC, "a webhook whose payload types are null", "createWebhook").when(
        lambda asked: '"eventPayloadTypes":null' in p.sent_text(asked).replace(" ", "")
    ),
    crash(
        "number-as-operations-is-500", SPEC, "a changed webhook whose operation types are a number", "replaceWebhook"
    ).when(lambda asked: isinstance(sent_member(asked, "operationTypes"), int)),
    crash("no-payloads-is-500", SPEC, "a report whose payloads are empty", "createReport").when(
        lambda asked: sent_member(asked, "payloads") == []
    ),
    crash("deep-nesting-is-500", GUIDE, "deep nesting in a resource", "createResource").when(
        lambda asked: "[" * 1000 in p.sent_text(asked)
    ),
    crash("huge-number-is-500", GUIDE, "a number of 400 digits in a vehicle", "createVehicle").when(
        lambda asked: "9" * 100 in p.sent_text(asked)
    ),
    crash("huge-year-is-500", GUIDE, "a year beyond 64 bits", "createVehicle").when(
        lambda asked: isinstance(year := sent_member(asked, "metadata", "year"), int) and year > 2**63
    ),
    crash("negative-year-is-500", GUIDE, "a year before zero", "createVehicle").when(
        lambda asked: isinstance(year := sent_member(asked, "metadata", "year"), int) and year < 0
    ),
    crash("huge-capacity-is-500", GUIDE, "a capacity of 1e300", "createResource").when(
        lambda asked: isinstance(own := sent_member(asked, "metadata", "capacity"), float) and own > 1e30
    ),
    crash("no-elements-is-500", GUIDE, "a tank without any heating element", "createResource").when(
        lambda asked: sent_member(asked, "metadata", "heatingElements") == []
    ),
    crash("lone-surrogate-is-500", GUIDE, "a lone surrogate in a user", "createUser").when(
        lambda asked: "\\ud83d" in p.sent_text(asked)
    ),
    crash("nul-in-text-is-500", SPEC, "a NUL in the text of a webhook", "createWebhook").when(
        lambda asked: "\\u0000" in p.sent_text(asked)
    ),
    crash("no-utf-8-is-500", GUIDE, "a meter that is not in UTF-8", "createMeter").when(
        lambda asked: (
            not p.sent_text(asked).isprintable() and any(0xDC80 <= ord(each) <= 0xDCFF for each in p.sent_text(asked))
        )
    ),
    crash("byte-order-mark-is-500", GUIDE, "a byte order mark before a user", "createUser").when(
        lambda asked: p.sent_text(asked).startswith("\ufeff")
    ),
    crash("text-plain-is-500", GUIDE, "a resource that is said to be plain text", "createResource").when(
        lambda asked: says("Content-Type", asked) == "text/plain"
    ),
    crash("no-media-type-is-500", SPEC, "a webhook that is not said to be JSON", "createWebhook").when(
        lambda asked: not says("Content-Type", asked)
    ),
    crash("unknown-member-is-500", SPEC, "an unknown member of a report", "createReport").when(
        lambda asked: "unknown" in (p.sent_value(asked) or ())
    ),
    crash("large-body-is-500", GUIDE, "a user of 300 kB", "createUser").when(
        lambda asked: len(p.sent_text(asked)) > 200_000
    ),
    crash("empty-text-is-500", GUIDE, "an empty text in a vehicle", "createVehicle").when(
        lambda asked: '""' in p.sent_text(asked)
    ),
    crash("apostrophe-in-path-is-500", SPEC, "an apostrophe in a user's path", "getUser").when(
        lambda asked: "'" in own_id(asked)
    ),
    crash("percent-in-path-is-500", SPEC, "a percent sign in a vehicle's path", "getVehicle").when(
        lambda asked: "%" in own_id(asked)
    ),
    crash("emoji-in-path-is-500", SPEC, "an emoji in a meter's path", "deleteMeter").when(
        lambda asked: any(ord(each) > 0xFFFF for each in own_id(asked))
    ),
    crash("letters-in-path-are-500", SPEC, "letters beyond ASCII in a list's path", "listVehicles").when(
        lambda asked: not own_id(asked).isascii()
    ),
    crash("slash-in-path-is-500", SPEC, "an encoded slash in a resource's path", "getResource").when(
        lambda asked: "/" in own_id(asked)
    ),
    crash("long-path-is-500", SPEC, "a very long id in a webhook's path", "deleteWebhook").when(
        lambda asked: len(own_id(asked)) > 500
    ),
    crash("nul-in-path-is-500", SPEC, "a NUL in an event's path", "getEvent").when(lambda asked: "\0" in own_id(asked)),
    crash("no-uuid-in-path-is-500", SPEC, "an id that is no UUID in a test's path", "testWebhook").when(
        lambda asked: re.fullmatch("[0-9a-fA-F-]{36}", own_id(asked)) is None
    ),
    crash("accept-xml-is-500", SPEC, "a client of listEvents that wants XML", "listEvents").when(
        lambda asked: says("Accept", asked) == "application/xml"
    ),
    crash("accept-language-is-500", SPEC, "a client of listUsers that wants Norwegian", "listUsers").when(
        lambda asked: bool(says("Accept-Language", asked))
    ),
)
