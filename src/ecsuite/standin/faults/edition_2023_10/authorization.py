"""Faults with calls that have no good token, October 2023."""

from __future__ import annotations

from typing import Final

from ecsuite.promises import (
    BAD_REQUEST,
    DELIVERED_TO_ITS_WEBHOOK,
    REFUSED_CHANGES_NOTHING,
    RESPONSE_HEADERS,
    STATUS_EXPECTED,
)
from ecsuite.standin.faults import Expected
from ecsuite.standin.faults import planting as p
from ecsuite.standin.faults.common.rows import GUIDE, SPEC, fault, faults, kebab
from ecsuite.standin.faults.edition_2023_10.operations import DELETING, MAKING, SECURED, level_of

FAULTS: Final = faults(
    "authorization",
    *(
        fault(f"{kebab(o)}-without-token", GUIDE, f"{o} needs no token")
        .plant(p.open_to_all(o))
        .finding(Expected(BAD_REQUEST, f"{o} -> 2..", "status", "Authorization is missing"))
        for o in SECURED
    ),
    *(
        fault(f"{kebab(o)}-in-spite-of-401", level_of(o), f"{o} answers 401 and acts all the same")
        .plant(p.acts_in_spite(o, 401))
        .finding(Expected(REFUSED_CHANGES_NOTHING, f"{o} -> 401", "GET .* afterwards"))
        for o in (*MAKING, *DELETING, "replaceWebhook")
    ),
    fault("test-webhook-in-spite-of-401", SPEC, "testWebhook answers 401 and delivers all the same")
    .plant(p.acts_in_spite("testWebhook", 401))
    .finding(Expected(DELIVERED_TO_ITS_WEBHOOK, "testWebhook -> 401", "deliveries to", "none")),
    fault("no-token-is-404", GUIDE, "a read without a good token is answered with 404")
    .plant(p.sends(p.status(404), "getUser", "getVehicle", "getMeter", status=(401,)))
    .finding(Expected(STATUS_EXPECTED, "getUser -> 404", "status", "401", "404")),
    fault("challenge-missing-on-delete", SPEC, "the 401 of deleteVehicle has no WWW-Authenticate")
    .plant(p.sends(p.header("WWW-Authenticate", None), "deleteVehicle", status=(401,)))
    .finding(Expected(RESPONSE_HEADERS, "deleteVehicle -> 401", "WWW-Authenticate", "Bearer", "missing")),
)
