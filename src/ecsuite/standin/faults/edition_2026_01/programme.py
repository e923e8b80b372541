"""Faults with eligibility, enrollment and compensation, January 2026."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from ecsuite.findings.breach import STATUS, listed
from ecsuite.findings.pattern import Equal, OfType, found, inside
from ecsuite.promises import COMPENSATION, ELIGIBILITY, ENROLLMENT, PATH_IDS, RESPONSE_BODY, ROUND_TRIP, STATUS_EXPECTED
from ecsuite.standin.call import Call, Handler, Reply
from ecsuite.standin.edition_2026_01 import assets
from ecsuite.standin.faults import planting as p
from ecsuite.standin.faults.common.rows import GUIDE, SPEC, fault, faults


def _enrolment_turns(original: Handler, call: Call) -> Reply:
    """Who is enrolled a second time is unenrolled."""
    user_id = call.path["userId"]
    reply = original(call)
    if call.store.get(call.partner, "enrolled-once", "", user_id):
        call.store.delete(call.partner, "enrollment", user_id, user_id)
    call.store.put(call.partner, "enrolled-once", "", user_id, user_id)
    return reply


def _enrols_everybody(call: Call, reply: Reply) -> None:
    for user in assets.users(call):
        own = {**reply.body, "userId": user["userId"]}
        call.store.put(call.partner, "enrollment", user["userId"], user["userId"], own)


def _by_its_beginning(original: Handler, call: Call) -> Reply:
    """The eligibility of the first meter point that begins like the one that was asked for."""
    asked = call.path["mpid"]
    places = [place for user in assets.users(call) for place in assets.locations(call, user["userId"])]
    found = (meter for place in places for meter in place["meterPointIds"] if meter.startswith(asked))
    reply = original(replace(call, path={"mpid": next(found, asked)}))
    return replace(reply, body={**reply.body, "meterPointId": asked})


def _finds_by_beginning(original: Handler, call: Call) -> Reply:
    asked = call.path["userId"]
    found = (user["userId"] for user in assets.users(call) if user["userId"].startswith(asked))
    reply = original(replace(call, path={"userId": next(found, asked)}))
    return replace(reply, body={**reply.body, "userId": asked})


FAULTS: Final = faults(
    "programme",
    fault("nobody-is-eligible", GUIDE, "a user of the neighbourhood is not eligible")
    .plant(p.shows("getEligibility", "/isEligible", change=False))
    .finding(found(ELIGIBILITY, "getEligibility", 200, inside("/isEligible"), "changed", actual=Equal(value=False))),
    fault("eligible-users-are-not-listed", GUIDE, "the list of eligible users is empty")
    .plant(p.lists("listEligibleUsers", lambda _: []))
    .finding(found(ELIGIBILITY, "listEligibleUsers", 200, listed("userId"), "absent")),
    fault("eligible-users-twice", GUIDE, "eligible users are listed twice")
    .plant(p.lists("listEligibleUsers", lambda items: items * 2))
    .finding(found(ELIGIBILITY, "listEligibleUsers", 200, listed("userId"), "duplicate")),
    fault("eligibility-is-text", GUIDE, "isEligible is text")
    .plant(p.shows("getEligibility", "/isEligible", str))
    .finding(found(RESPONSE_BODY, "getEligibility", 200, inside("/isEligible"), "type", actual=OfType("string"))),
    fault("eligibility-of-another", GUIDE, "the eligibility of a user is another's")
    .plant(p.shows("getEligibility", "/userId", "somebody"))
    .finding(found(PATH_IDS, "getEligibility", 200, inside("/userId"), "changed", actual=Equal("somebody"))),
    fault("beginning-of-a-meter-is-eligible", GUIDE, "the beginning of an eligible meter point is one, too")
    .plant(p.does("getMeterEligibility", _by_its_beginning))
    .finding(
        found(ELIGIBILITY, "getMeterEligibility", 200, inside("/isEligible"), "changed", actual=Equal(value=True))
    ),
    fault("user-is-found-by-its-beginning", SPEC, "a user is found by the beginning of its id")
    .plant(p.does("getUser", _finds_by_beginning))
    .finding(found(STATUS_EXPECTED, "getUser", 200, STATUS, "status", case="beginning-of-an-id")),
    fault("meter-eligibility-of-another", GUIDE, "the eligibility of a meter point is another's")
    .plant(p.shows("getMeterEligibility", "/meterPointId", "somewhere"))
    .finding(
        found(ROUND_TRIP, "getMeterEligibility", 200, inside("/meterPointId"), "changed", actual=Equal("somewhere"))
    ),
    fault("meter-eligibility-loses-zeros", GUIDE, "a meter point that is asked for is named without its leading zeros")
    .plant(p.shows("getMeterEligibility", "/meterPointId", lambda meter: meter.lstrip("0")))
    .finding(found(ROUND_TRIP, "getMeterEligibility", 200, inside("/meterPointId"), "changed")),
    fault("enrolling-does-nothing", GUIDE, "who is enrolled is not")
    .plant(p.only_says("createEnrollment"))
    .finding(found(ENROLLMENT, "getEnrollment", 200, inside("/isEnrolled"), "changed", actual=Equal(value=False))),
    fault("enrolled-says-false", GUIDE, "enrolling is answered with isEnrolled false")
    .plant(p.shows("createEnrollment", "/isEnrolled", change=False))
    .finding(found(ENROLLMENT, "createEnrollment", 200, inside("/isEnrolled"), "changed", actual=Equal(value=False))),
    fault("enrolls-everybody", GUIDE, "enrolling one enrols all")
    .plant(p.then_does("createEnrollment", _enrols_everybody))
    .finding(found(ENROLLMENT, "getEnrollment", 200, inside("/isEnrolled"), "changed", actual=Equal(value=True))),
    fault("enrollment-date-changes", GUIDE, "the date of an enrollment is always now")
    .plant(p.shows("getEnrollment", "/enrollmentDate", lambda own: own and "2020-01-01T00:00:00+00:00"))
    .finding(found(ROUND_TRIP, "getEnrollment", 200, inside("/enrollmentDate"), "changed")),
    fault("enrollment-of-another", GUIDE, "an enrollment is another's")
    .plant(p.shows("getEnrollment", "/userId", "somebody"))
    .finding(found(PATH_IDS, "getEnrollment", 200, inside("/userId"), "changed", actual=Equal("somebody"))),
    fault("unenrolling-does-nothing", GUIDE, "who is unenrolled stays enrolled")
    .plant(p.only_says("deleteEnrollment"))
    .finding(found(ENROLLMENT, "getEnrollment", 200, inside("/isEnrolled"), "changed", actual=Equal(value=True))),
    fault("unenrolled-twice", GUIDE, "who is not enrolled can be unenrolled")
    .plant(p.in_place_of(404, "deleteEnrollment", Reply(204)))
    .finding(found(STATUS_EXPECTED, "deleteEnrollment", 204, STATUS, "status")),
    fault("compensation-of-another", GUIDE, "a compensation is another's")
    .plant(p.shows("getCompensation", "/userId", "somebody"))
    .finding(found(PATH_IDS, "getCompensation", 200, inside("/userId"), "changed", actual=Equal("somebody"))),
    fault("compensation-of-2020", GUIDE, "the period of a compensation begins in 2020")
    .plant(p.shows("getCompensation", "/period/from", "2020-01-01"))
    .finding(found(COMPENSATION, "getCompensation", 200, inside("/period"), "changed", actual=OfType("array"))),
    fault("compensation-leaves-the-last", SPEC, "the last location of a compensation is missing")
    .plant(p.shows("getCompensation", "/locationCompensations", lambda own: own[:-1]))
    .finding(
        found(COMPENSATION, "getCompensation", 200, inside("/locationCompensations"), "absent", actual=OfType("array"))
    ),
    fault("compensation-meters-are-numbers", SPEC, "meter points of a compensation lose their zeros")
    .plant(
        p.shows(
            "getCompensation",
            "/locationCompensations/*/meterPointIds",
            lambda own: [meter.lstrip("0") for meter in own],
        )
    )
    .finding(found(ROUND_TRIP, "getCompensation", 200, inside("/meterPointIds"), "absent")),
    fault("enrolling-twice-unenrols", GUIDE, "who is enrolled a second time is not any more")
    .plant(p.does("createEnrollment", _enrolment_turns))
    .finding(found(ENROLLMENT, "getEnrollment", 200, inside("/isEnrolled"), "changed", actual=Equal(value=False))),
    fault("compensation-twice", GUIDE, "each location of a compensation comes twice")
    .plant(p.shows("getCompensation", "/locationCompensations", lambda own: own * 2))
    .finding(found(COMPENSATION, "getCompensation", 200, inside("/locationCompensations"), "duplicate")),
    fault("compensation-is-text", GUIDE, "amounts are text")
    .plant(p.shows("getCompensation", "/locationCompensations/*/activeAmount", str))
    .finding(found(RESPONSE_BODY, "getCompensation", 200, inside("/activeAmount"), "type", actual=OfType("string"))),
    fault("compensation-period-is-a-time", GUIDE, "the period of a compensation has times")
    .plant(p.shows("getCompensation", "/period/from", lambda own: f"{own}T00:00:00Z"))
    .finding(
        found(
            RESPONSE_BODY,
            "getCompensation",
            200,
            inside("/period/from"),
            "format",
            actual=OfType("string"),
        )
    ),
)
