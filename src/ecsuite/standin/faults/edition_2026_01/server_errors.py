"""Calls that a careless server fails over, January 2026."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from ecsuite.standin.faults import planting as p
from ecsuite.standin.faults.common.rows import GUIDE, faults
from ecsuite.standin.faults.common.sent import own_id, says, sent_member
from ecsuite.standin.faults.common.server_errors import crash
from ecsuite.standin.parts import Asked


def _crashes_at(name: str, texts: tuple[str, ...]) -> Callable[[Asked], bool]:
    return lambda asked: dict(asked.decoded.query).get(name) in texts


FAULTS: Final = faults(
    "server errors",
    crash("no-json-is-500", GUIDE, "a location that is not JSON", "createLocation").when(
        lambda asked: p.sent_value(asked) is None
    ),
    crash("array-is-500", GUIDE, "an array in the place of a webhook", "createWebhook").when(
        lambda asked: isinstance(p.sent_value(asked), list)
    ),
    crash("empty-body-is-500", GUIDE, "an empty body of changeLocation", "changeLocation").when(
        lambda asked: not p.sent_text(asked)
    ),
    crash("empty-batch-is-500", GUIDE, "a batch without any user", "createUsers").when(
        lambda asked: sent_member(asked, "users") == []
    ),
    crash("no-batch-is-500", GUIDE, "a batch of locations that has none", "createLocations").when(
        lambda asked: isinstance(p.sent_value(asked), dict) and sent_member(asked, "locations") is None
    ),
    crash("null-coordinates-are-500", GUIDE, "a location whose coordinates are null", "createLocation").when(
        lambda asked: '"coordinates":null' in p.sent_text(asked).replace(" ", "")
    ),
    crash("unknown-type-is-500", GUIDE, "a resource of an unknown type", "createLocationResource").when(
        lambda asked: (
            sent_member(asked, "resourceType")
            not in {None, "Generic", "Vehicle", "Charger", "HotWaterTank", "HVAC", "SolarInverter"}
            if isinstance(sent_member(asked, "resourceType"), str)
            else False
        )
    ),
    crash("huge-latitude-is-500", GUIDE, "a latitude of 1e300", "createLocation").when(
        lambda asked: isinstance(far := sent_member(asked, "coordinates", "latitude"), float) and far > 1e100
    ),
    crash("nul-in-name-is-500", GUIDE, "a NUL in the name of a webhook", "createWebhook").when(
        lambda asked: "\\u0000" in p.sent_text(asked)
    ),
    crash("no-media-type-is-500", GUIDE, "a user that is not said to be JSON", "createUser").when(
        lambda asked: not says("Content-Type", asked)
    ),
    crash("large-body-is-500", GUIDE, "a webhook of 300 kB", "createWebhook").when(
        lambda asked: len(p.sent_text(asked)) > 200_000
    ),
    crash("unknown-payload-is-500", GUIDE, "a report of an unknown payload", "createReport").when(
        lambda asked: '"payloadType":"text"' in p.sent_text(asked).replace(" ", "")
    ),
    crash("no-payloads-is-500", GUIDE, "a report whose payloads are empty", "createReport").when(
        lambda asked: sent_member(asked, "payloads") == []
    ),
    crash("page-0-is-500", GUIDE, "page 0 of the users", "listUsers").when(_crashes_at("page", ("0",))),
    crash("page-is-no-number-is-500", GUIDE, "a page of events that is no number", "listEvents").when(
        _crashes_at("page", ("abc", "1.5"))
    ),
    crash("page-size-1001-is-500", GUIDE, "a page of 1001 users", "listUsers").when(_crashes_at("pageSize", ("1001",))),
    crash("page-size-is-negative-is-500", GUIDE, "a page of -1 eligible users", "listEligibleUsers").when(
        _crashes_at("pageSize", ("-1",))
    ),
    crash("huge-page-is-500", GUIDE, "page 999999999 of the logs", "listNotificationLogs").when(
        _crashes_at("page", ("999999999",))
    ),
    crash("enabled-is-no-boolean-is-500", GUIDE, "a switch to neither true nor false", "enableWebhook").when(
        lambda asked: dict(asked.decoded.query).get("enabled") not in {"true", "false"}
    ),
    crash("letters-in-path-are-500", GUIDE, "letters beyond ASCII in a meter's path", "getMeterEligibility").when(
        lambda asked: not own_id(asked).isascii()
    ),
    crash("slash-in-path-is-500", GUIDE, "an encoded slash in a user's path", "getUser").when(
        lambda asked: "/" in own_id(asked)
    ),
    crash("no-uuid-in-path-is-500", GUIDE, "an id that is no UUID in a log's path", "getNotificationLog").when(
        lambda asked: "-" not in own_id(asked)
    ),
    crash("nul-in-path-is-500", GUIDE, "a NUL in an event's path", "getEvent").when(
        lambda asked: "\0" in own_id(asked)
    ),
    crash("accept-xml-is-500", GUIDE, "a client of getCompensation that wants XML", "getCompensation").when(
        lambda asked: says("Accept", asked) == "application/xml"
    ),
)
