"""Faults beside what a lenient server may do: one step further, and a client is hurt, January 2026."""

from __future__ import annotations

from typing import Any, Final

from ecsuite.findings.breach import body
from ecsuite.findings.pattern import found
from ecsuite.promises import UNDECLARED_MEMBERS
from ecsuite.standin.faults import planting as p
from ecsuite.standin.faults.common.rows import SPEC, fault, faults


def _more(value: dict[str, Any]) -> dict[str, Any]:
    return {**value, "nickname": "Kari"}


def _in_other_words(value: dict[str, Any]) -> dict[str, Any]:
    return {"start": value["from"], "end": value["to"]}


FAULTS: Final = faults(
    "lenience",
    fault("user-shows-more", SPEC, "a user has a member that no schema declares")
    .plant(p.sends(p.value(_more), "getUser"))
    .finding(found(UNDECLARED_MEMBERS, "getUser", 200, body(("nickname",)), "extra", severity="warning")),
    fault("listed-meter-shows-more", SPEC, "items of a list have a member that no schema declares")
    .plant(p.shows("listLocations", "/*/coordinates", lambda own: own and {**own, "altitude": 7.5}))
    .finding(found(UNDECLARED_MEMBERS, "listLocations", 200, body(("*", "coordinates", "altitude")), "extra")),
    fault("period-in-other-words", SPEC, "the period of a compensation has none of its members, and others instead")
    .plant(p.shows("getCompensation", "/period", _in_other_words))
    .finding(found(UNDECLARED_MEMBERS, "getCompensation", 200, body(("period",)), "properties", severity="error")),
)
