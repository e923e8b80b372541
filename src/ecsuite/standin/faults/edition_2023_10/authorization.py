"""Faults with calls that have no good token, October 2023."""

from __future__ import annotations

from typing import Final

from ecsuite.findings.breach import DELIVERY, STATUS, Place
from ecsuite.findings.pattern import found
from ecsuite.promises import (
    DELIVERED_TO_ITS_WEBHOOK,
    REFUSED_CHANGES_NOTHING,
    RESPONSE_HEADERS,
    STATUS_EXPECTED,
)
from ecsuite.standin.faults import planting as p
from ecsuite.standin.faults.common.rows import GUIDE, SPEC, fault, faults, kebab, not_refused
from ecsuite.standin.faults.edition_2023_10.operations import DELETING, MAKING, SECURED, level_of

FAULTS: Final = faults(
    "authorization",
    *(
        fault(f"{kebab(o)}-without-token", GUIDE, f"{o} needs no token")
        .plant(p.open_to_all(o))
        .finding(not_refused(o, Place("request-header", "Authorization")))
        for o in SECURED
    ),
    *(
        fault(f"{kebab(o)}-in-spite-of-401", level_of(o), f"{o} answers 401 and acts all the same")
        .plant(p.acts_in_spite(o, 401))
        .finding(found(REFUSED_CHANGES_NOTHING, o, 401))
        for o in (*MAKING, *DELETING, "replaceWebhook")
    ),
    fault("test-webhook-in-spite-of-401", SPEC, "testWebhook answers 401 and delivers all the same")
    .plant(p.acts_in_spite("testWebhook", 401))
    .finding(found(DELIVERED_TO_ITS_WEBHOOK, "testWebhook", 401, DELIVERY, "count")),
    fault("no-token-is-404", GUIDE, "a read without a good token is answered with 404")
    .plant(p.sends(p.status(404), "getUser", "getVehicle", "getMeter", status=(401,)))
    .finding(found(STATUS_EXPECTED, "getUser", 404, STATUS, "status")),
    fault("challenge-missing-on-delete", SPEC, "the 401 of deleteVehicle has no WWW-Authenticate")
    .plant(p.sends(p.header("WWW-Authenticate", None), "deleteVehicle", status=(401,)))
    .finding(found(RESPONSE_HEADERS, "deleteVehicle", 401, Place("header", "WWW-Authenticate"), "required")),
)
