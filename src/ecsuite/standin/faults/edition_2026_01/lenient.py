"""Faults beside what a lenient server may do: one step further, and a client is hurt, January 2026."""

from __future__ import annotations

from typing import Any, Final

from ecsuite.findings.breach import Place, body
from ecsuite.findings.pattern import SUCCESS, BreachPattern, OfType, found
from ecsuite.promises import BAD_REQUEST, UNDECLARED_MEMBERS
from ecsuite.standin.faults import planting as p
from ecsuite.standin.faults.common.rows import GUIDE, SPEC, fault, faults


def _more(value: dict[str, Any]) -> dict[str, Any]:
    return {**value, "nickname": "Kari"}


def _in_other_words(value: dict[str, Any]) -> dict[str, Any]:
    return {"start": value["from"], "end": value["to"]}


def _sent(*path: str | int) -> BreachPattern:
    """Why a request had to be refused: a place in its body."""
    return BreachPattern(Place("request-body", path=path))


FAULTS: Final = faults(
    "lenience",
    fault("latitude-of-text-is-zero", GUIDE, "a latitude that is text is taken for 0")
    .plant(p.accepts("createLocation", "/coordinates/latitude", OfType("string"), mend=lambda _: 0))
    .finding(found(BAD_REQUEST, "createLocation", SUCCESS, because=_sent("coordinates", "latitude"), severity="error")),
    fault("another-type-is-unknown", GUIDE, "a locationType in another case is taken for Unknown")
    .plant(p.accepts("changeLocation", "/locationType", OfType("string"), mend=lambda _: "Unknown"))
    .finding(found(BAD_REQUEST, "changeLocation", SUCCESS, because=_sent("locationType"), severity="error")),
    fault("bare-meter-is-lost", GUIDE, "a meter point id in the place of a list of them is taken, and lost")
    .plant(p.accepts("replaceLocation", "/meterPointIds", OfType("string"), mend=lambda _: []))
    .finding(found(BAD_REQUEST, "replaceLocation", SUCCESS, because=_sent("meterPointIds"), severity="error")),
    fault("bare-meter-is-taken", GUIDE, "a meter point id in the place of a list of them is taken for the list")
    .plant(p.accepts("replaceLocation", "/meterPointIds", OfType("string"), mend=lambda own: [own]))
    .finding(found(BAD_REQUEST, "replaceLocation", SUCCESS, because=_sent("meterPointIds"), severity="warning")),
    fault("null-among-meters-is-text", GUIDE, "null in a list of meter point ids is taken for an empty one")
    .plant(
        p.together(
            p.accepts("createLocation", "/meterPointIds/0", OfType("null")),
            p.keeps("createLocation", "/meterPointIds/*", lambda own: own or ""),
        )
    )
    .finding(found(BAD_REQUEST, "createLocation", SUCCESS, because=_sent("meterPointIds", 0), severity="error")),
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
