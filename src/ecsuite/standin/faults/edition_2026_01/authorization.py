"""Faults with calls that have no good token, January 2026."""

from __future__ import annotations

from typing import Final

from ecsuite.promises import BAD_REQUEST, REFUSED_CHANGES_NOTHING, RESPONSE_HEADERS
from ecsuite.standin.faults import Expected
from ecsuite.standin.faults import planting as p
from ecsuite.standin.faults.common.rows import GUIDE, SPEC, fault, faults, kebab
from ecsuite.standin.faults.edition_2026_01.operations import CHANGING, DELETING, MAKING, SECURED, SIMULATING

FAULTS: Final = faults(
    "authorization",
    *(
        fault(f"{kebab(o)}-without-token", GUIDE, f"{o} needs no token")
        .plant(p.open_to_all(o))
        .finding(Expected(BAD_REQUEST, f"{o} -> 2..", "status", "Authorization is missing"))
        for o in SECURED
    ),
    *(
        fault(f"{kebab(o)}-in-spite-of-401", GUIDE, f"{o} answers 401 and acts all the same")
        .plant(p.acts_in_spite(o, 401))
        .finding(Expected(REFUSED_CHANGES_NOTHING, f"{o} -> 401", "GET .* afterwards"))
        for o in (*MAKING, *DELETING, *CHANGING, "createEnrollment", "deleteEnrollment", *SIMULATING)
    ),
    fault("challenge-missing-on-batch", SPEC, "the 401 of createUsers has no WWW-Authenticate")
    .plant(p.sends(p.header("WWW-Authenticate", None), "createUsers", status=(401,)))
    .finding(Expected(RESPONSE_HEADERS, "createUsers -> 401", "WWW-Authenticate", "Bearer", "missing")),
)
