"""Faults with calls that have no good token, January 2026."""

from __future__ import annotations

from typing import Final

from ecsuite.findings.breach import Place
from ecsuite.findings.pattern import found
from ecsuite.promises import REFUSED_CHANGES_NOTHING, RESPONSE_HEADERS
from ecsuite.standin.faults import planting as p
from ecsuite.standin.faults.common.rows import GUIDE, SPEC, fault, faults, kebab, not_refused
from ecsuite.standin.faults.edition_2026_01.operations import CHANGING, DELETING, MAKING, SECURED, SIMULATING

FAULTS: Final = faults(
    "authorization",
    *(
        fault(f"{kebab(o)}-without-token", GUIDE, f"{o} needs no token")
        .plant(p.open_to_all(o))
        .finding(not_refused(o, Place("request-header", "Authorization")))
        for o in SECURED
    ),
    *(
        fault(f"{kebab(o)}-in-spite-of-401", GUIDE, f"{o} answers 401 and acts all the same")
        .plant(p.acts_in_spite(o, 401))
        .finding(found(REFUSED_CHANGES_NOTHING, o, 401))
        for o in (*MAKING, *DELETING, *CHANGING, "createEnrollment", "deleteEnrollment", "enableWebhook", *SIMULATING)
    ),
    fault("challenge-missing-on-batch", SPEC, "the 401 of createUsers has no WWW-Authenticate")
    .plant(p.sends(p.header("WWW-Authenticate", None), "createUsers", status=(401,)))
    .finding(found(RESPONSE_HEADERS, "createUsers", 401, Place("header", "WWW-Authenticate"), "required")),
)
