"""Faults beside what a lenient server may do: one step further, and a client is hurt, October 2023."""

from __future__ import annotations

from typing import Final

from ecsuite.findings.breach import Place
from ecsuite.findings.pattern import SUCCESS, BreachPattern, OfType, found
from ecsuite.promises import BAD_REQUEST
from ecsuite.standin.faults import planting as p
from ecsuite.standin.faults.common.rows import GUIDE, fault, faults

YEAR: Final = BreachPattern(Place("request-body", path=("metadata", "year")))

FAULTS: Final = faults(
    "lenience",
    # The response to a vehicle shows no year: what was read back is what tells.
    fault("year-is-cut", GUIDE, "a year of 1.5 is taken for 1")
    .plant(p.accepts("createVehicle", "/metadata/year", OfType("number"), mend=int))
    .finding(
        found(BAD_REQUEST, "createVehicle", SUCCESS, because=YEAR, seen_by="getVehicle", severity="error"),
    ),
    fault("year-of-text-is-taken", GUIDE, "a year that is text is taken for the number that it is")
    .plant(
        p.accepts(
            "createVehicle", "/metadata/year", OfType("string"), mend=lambda own: int(own) if own.isdigit() else 0
        )
    )
    .finding(found(BAD_REQUEST, "createVehicle", SUCCESS, because=YEAR)),
)
