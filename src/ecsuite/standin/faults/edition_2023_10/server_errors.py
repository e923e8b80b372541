"""Calls that a careless server fails over, October 2023."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

from ecsuite.contract import Level
from ecsuite.standin.faults import Expected
from ecsuite.standin.faults import planting as p
from ecsuite.standin.faults.common.rows import GUIDE, SPEC, fault, faults
from ecsuite.standin.faults.common.sent import own_id, says, sent_member
from ecsuite.standin.faults.common.titles import SERVER_ERROR
from ecsuite.standin.parts import Asked

# Calls that a careless server fails over: name, level, what they are, when, for which operation.
_Crash = tuple[str, Level, str, Callable[[Asked], bool], str]


CRASHES: Final[tuple[_Crash, ...]] = (
    ("no-json-is-500", GUIDE, "a user that is no JSON", lambda asked: p.sent_value(asked) is None, "createUser"),
    (
        "empty-body-is-500",
        GUIDE,
        "an empty body of createVehicle",
        lambda asked: not p.sent_text(asked),
        "createVehicle",
    ),
    (
        "array-is-500",
        GUIDE,
        "an array in the place of a vehicle",
        lambda asked: isinstance(p.sent_value(asked), list),
        "createVehicle",
    ),
    ("null-is-500", GUIDE, "null in the place of a meter", lambda asked: p.sent_text(asked) == "null", "createMeter"),
    (
        "text-is-500",
        SPEC,
        "a text in the place of a report",
        lambda asked: isinstance(p.sent_value(asked), str),
        "createReport",
    ),
    (
        "missing-metadata-is-500",
        GUIDE,
        "a vehicle without metadata",
        lambda asked: "vehicleId" in (p.sent_value(asked) or ()) and sent_member(asked, "metadata") is None,
        "createVehicle",
    ),
    (
        "null-address-is-500",
        GUIDE,
        "a meter whose address is null",
        lambda asked: '"address":null' in p.sent_text(asked).replace(" ", ""),
        "createMeter",
    ),
    (
        "unknown-enum-is-500",
        GUIDE,
        "an unknown location type",
        lambda asked: (
            sent_member(asked, "locationType") not in {None, "Unknown", "Residential", "Commercial", "Other"}
            if isinstance(sent_member(asked, "locationType"), str)
            else False
        ),
        "createMeter",
    ),
    (
        "year-as-text-is-500",
        GUIDE,
        "a year that is text",
        lambda asked: isinstance(sent_member(asked, "metadata", "year"), str),
        "createVehicle",
    ),
    (
        "far-latitude-is-500",
        GUIDE,
        "a latitude far beyond its range",
        lambda asked: isinstance(far := sent_member(asked, "location", "latitude"), float) and abs(far) > 1000,
        "createMeter",
    ),
    (
        "null-payload-types-are-500",
        SPEC,
        "a webhook whose payload types are null",
        lambda asked: '"eventPayloadTypes":null' in p.sent_text(asked).replace(" ", ""),
        "createWebhook",
    ),
    (
        "number-as-operations-is-500",
        SPEC,
        "a changed webhook whose operation types are a number",
        lambda asked: isinstance(sent_member(asked, "operationTypes"), int),
        "replaceWebhook",
    ),
    (
        "no-payloads-is-500",
        SPEC,
        "a report whose payloads are empty",
        lambda asked: sent_member(asked, "payloads") == [],
        "createReport",
    ),
    (
        "deep-nesting-is-500",
        GUIDE,
        "deep nesting in a resource",
        lambda asked: "[" * 1000 in p.sent_text(asked),
        "createResource",
    ),
    (
        "huge-number-is-500",
        GUIDE,
        "a number of 400 digits in a vehicle",
        lambda asked: "9" * 100 in p.sent_text(asked),
        "createVehicle",
    ),
    (
        "huge-year-is-500",
        GUIDE,
        "a year beyond 64 bits",
        lambda asked: isinstance(year := sent_member(asked, "metadata", "year"), int) and year > 2**63,
        "createVehicle",
    ),
    (
        "negative-year-is-500",
        GUIDE,
        "a year before zero",
        lambda asked: isinstance(year := sent_member(asked, "metadata", "year"), int) and year < 0,
        "createVehicle",
    ),
    (
        "huge-capacity-is-500",
        GUIDE,
        "a capacity of 1e300",
        lambda asked: isinstance(own := sent_member(asked, "metadata", "capacity"), float) and own > 1e30,
        "createResource",
    ),
    (
        "no-elements-is-500",
        GUIDE,
        "a tank without any heating element",
        lambda asked: sent_member(asked, "metadata", "heatingElements") == [],
        "createResource",
    ),
    (
        "lone-surrogate-is-500",
        GUIDE,
        "a lone surrogate in a user",
        lambda asked: "\\ud83d" in p.sent_text(asked),
        "createUser",
    ),
    (
        "nul-in-text-is-500",
        SPEC,
        "a NUL in the text of a webhook",
        lambda asked: "\\u0000" in p.sent_text(asked),
        "createWebhook",
    ),
    (
        "no-utf-8-is-500",
        GUIDE,
        "a meter that is not in UTF-8",
        lambda asked: (
            not p.sent_text(asked).isprintable() and any(0xDC80 <= ord(each) <= 0xDCFF for each in p.sent_text(asked))
        ),
        "createMeter",
    ),
    (
        "byte-order-mark-is-500",
        GUIDE,
        "a byte order mark before a user",
        lambda asked: p.sent_text(asked).startswith("\ufeff"),
        "createUser",
    ),
    (
        "text-plain-is-500",
        GUIDE,
        "a resource that is said to be plain text",
        lambda asked: says("Content-Type", asked) == "text/plain",
        "createResource",
    ),
    (
        "no-media-type-is-500",
        SPEC,
        "a webhook that is not said to be JSON",
        lambda asked: not says("Content-Type", asked),
        "createWebhook",
    ),
    (
        "unknown-member-is-500",
        SPEC,
        "an unknown member of a report",
        lambda asked: "unknown" in (p.sent_value(asked) or ()),
        "createReport",
    ),
    ("large-body-is-500", GUIDE, "a user of 300 kB", lambda asked: len(p.sent_text(asked)) > 200_000, "createUser"),
    (
        "empty-text-is-500",
        GUIDE,
        "an empty text in a vehicle",
        lambda asked: '""' in p.sent_text(asked),
        "createVehicle",
    ),
    (
        "apostrophe-in-path-is-500",
        SPEC,
        "an apostrophe in a user's path",
        lambda asked: "'" in own_id(asked),
        "getUser",
    ),
    (
        "percent-in-path-is-500",
        SPEC,
        "a percent sign in a vehicle's path",
        lambda asked: "%" in own_id(asked),
        "getVehicle",
    ),
    (
        "emoji-in-path-is-500",
        SPEC,
        "an emoji in a meter's path",
        lambda asked: any(ord(each) > 0xFFFF for each in own_id(asked)),
        "deleteMeter",
    ),
    (
        "letters-in-path-are-500",
        SPEC,
        "letters beyond ASCII in a list's path",
        lambda asked: not own_id(asked).isascii(),
        "listVehicles",
    ),
    (
        "slash-in-path-is-500",
        SPEC,
        "an encoded slash in a resource's path",
        lambda asked: "/" in own_id(asked),
        "getResource",
    ),
    (
        "long-path-is-500",
        SPEC,
        "a very long id in a webhook's path",
        lambda asked: len(own_id(asked)) > 500,
        "deleteWebhook",
    ),
    ("nul-in-path-is-500", SPEC, "a NUL in an event's path", lambda asked: "\0" in own_id(asked), "getEvent"),
    (
        "no-uuid-in-path-is-500",
        SPEC,
        "an id that is no UUID in a test's path",
        lambda asked: re.fullmatch("[0-9a-fA-F-]{36}", own_id(asked)) is None,
        "testWebhook",
    ),
    (
        "accept-xml-is-500",
        SPEC,
        "a client of listEvents that wants XML",
        lambda asked: says("Accept", asked) == "application/xml",
        "listEvents",
    ),
    (
        "accept-language-is-500",
        SPEC,
        "a client of listUsers that wants Norwegian",
        lambda asked: bool(says("Accept-Language", asked)),
        "listUsers",
    ),
)


FAULTS: Final = faults(
    "server errors",
    *(
        fault(name, level, f"{text} is a server error")
        .plant(p.crashes(when, o))
        .finding(Expected(SERVER_ERROR, f"{o} -> 500", "status", "below 500", "500"))
        for name, level, text, when, o in CRASHES
    ),
)
