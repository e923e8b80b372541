"""Calls that a careless server fails over, January 2026."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from ecsuite.standin.faults import Expected
from ecsuite.standin.faults import planting as p
from ecsuite.standin.faults.common.rows import GUIDE, fault, faults
from ecsuite.standin.faults.common.sent import own_id, says, sent_member
from ecsuite.standin.faults.common.titles import SERVER_ERROR
from ecsuite.standin.parts import Asked


def _crashes_at(name: str, texts: tuple[str, ...]) -> Callable[[Asked], bool]:
    return lambda asked: dict(asked.decoded.query).get(name) in texts


# Calls that a careless server fails over: name, what they are, when, for which operation.
_Crash = tuple[str, str, Callable[[Asked], bool], str]


CRASHES: Final[tuple[_Crash, ...]] = (
    ("no-json-is-500", "a location that is no JSON", lambda asked: p.sent_value(asked) is None, "createLocation"),
    (
        "array-is-500",
        "an array in the place of a webhook",
        lambda asked: isinstance(p.sent_value(asked), list),
        "createWebhook",
    ),
    ("empty-body-is-500", "an empty body of changeLocation", lambda asked: not p.sent_text(asked), "changeLocation"),
    ("empty-batch-is-500", "a batch without any user", lambda asked: sent_member(asked, "users") == [], "createUsers"),
    (
        "no-batch-is-500",
        "a batch of locations that has none",
        lambda asked: isinstance(p.sent_value(asked), dict) and sent_member(asked, "locations") is None,
        "createLocations",
    ),
    (
        "null-coordinates-are-500",
        "a location whose coordinates are null",
        lambda asked: '"coordinates":null' in p.sent_text(asked).replace(" ", ""),
        "createLocation",
    ),
    (
        "unknown-type-is-500",
        "a resource of an unknown type",
        lambda asked: (
            sent_member(asked, "resourceType")
            not in {None, "Generic", "Vehicle", "Charger", "HotWaterTank", "HVAC", "SolarInverter"}
            if isinstance(sent_member(asked, "resourceType"), str)
            else False
        ),
        "createLocationResource",
    ),
    (
        "huge-latitude-is-500",
        "a latitude of 1e300",
        lambda asked: isinstance(far := sent_member(asked, "coordinates", "latitude"), float) and far > 1e100,
        "createLocation",
    ),
    (
        "nul-in-name-is-500",
        "a NUL in the name of a webhook",
        lambda asked: "\\u0000" in p.sent_text(asked),
        "createWebhook",
    ),
    (
        "no-media-type-is-500",
        "a user that is not said to be JSON",
        lambda asked: not says("Content-Type", asked),
        "createUser",
    ),
    ("large-body-is-500", "a webhook of 300 kB", lambda asked: len(p.sent_text(asked)) > 200_000, "createWebhook"),
    (
        "unknown-payload-is-500",
        "a report of an unknown payload",
        lambda asked: '"payloadType":"text"' in p.sent_text(asked).replace(" ", ""),
        "createReport",
    ),
    (
        "no-payloads-is-500",
        "a report whose payloads are empty",
        lambda asked: sent_member(asked, "payloads") == [],
        "createReport",
    ),
    ("page-0-is-500", "page 0 of the users", _crashes_at("page", ("0",)), "listUsers"),
    (
        "page-is-no-number-is-500",
        "a page of events that is no number",
        _crashes_at("page", ("abc", "1.5")),
        "listEvents",
    ),
    ("page-size-1001-is-500", "a page of 1001 users", _crashes_at("pageSize", ("1001",)), "listUsers"),
    (
        "page-size-is-negative-is-500",
        "a page of -1 eligible users",
        _crashes_at("pageSize", ("-1",)),
        "listEligibleUsers",
    ),
    ("huge-page-is-500", "page 999999999 of the logs", _crashes_at("page", ("999999999",)), "listNotificationLogs"),
    (
        "enabled-is-no-boolean-is-500",
        "a switch to neither true nor false",
        lambda asked: dict(asked.decoded.query).get("enabled") not in {"true", "false"},
        "enableWebhook",
    ),
    (
        "letters-in-path-are-500",
        "letters beyond ASCII in a meter's path",
        lambda asked: not own_id(asked).isascii(),
        "getMeterEligibility",
    ),
    ("slash-in-path-is-500", "an encoded slash in a user's path", lambda asked: "/" in own_id(asked), "getUser"),
    (
        "no-uuid-in-path-is-500",
        "an id that is no UUID in a log's path",
        lambda asked: "-" not in own_id(asked),
        "getNotificationLog",
    ),
    ("nul-in-path-is-500", "a NUL in an event's path", lambda asked: "\0" in own_id(asked), "getEvent"),
    (
        "accept-xml-is-500",
        "a client of getCompensation that wants XML",
        lambda asked: says("Accept", asked) == "application/xml",
        "getCompensation",
    ),
)


FAULTS: Final = faults(
    "server errors",
    *(
        fault(name, GUIDE, f"{text} is a server error")
        .plant(p.crashes(when, o))
        .finding(Expected(SERVER_ERROR, f"{o} -> 500", "status", "below 500", "500"))
        for name, text, when, o in CRASHES
    ),
)
