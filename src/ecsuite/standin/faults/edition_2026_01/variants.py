"""What a server of this edition may do, January 2026."""

from __future__ import annotations

import gzip
import re
from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from typing import Any, Final

from ecsuite.standin.call import Call, Handler, RefusalError, Reply
from ecsuite.standin.edition_2026_01 import programme
from ecsuite.standin.faults import Variant
from ecsuite.standin.faults import planting as p
from ecsuite.standin.faults.common.changes import has_unknown, unusual_text, zulu
from ecsuite.standin.faults.common.lenient import lenient_variants
from ecsuite.standin.faults.common.rows import EntityOperations
from ecsuite.standin.faults.common.variants import COMMON_VARIANTS, secured_variants
from ecsuite.standin.faults.common.wire import WIRE_VARIANTS
from ecsuite.standin.faults.edition_2026_01.event_variants import EVENT_VARIANTS
from ecsuite.standin.faults.edition_2026_01.operations import ENTITIES, LISTING, PAGED_LISTS, SECURED, SIMULATING
from ecsuite.standin.faults.edition_2026_01.paging import pages


def _only_new(code: int, entity: EntityOperations, original: Handler, call: Call) -> Reply:
    own = call.body[entity.parameter]
    known = call.store.get(call.partner, "user", "", own) or call.store.get(call.partner, "owner", "", own)
    if known is not None:
        raise RefusalError(code, f"There is such a {entity.name} already.")
    return original(call)


def _user_alone(_: Handler, call: Call) -> Reply:
    if not call.store.delete(call.partner, "user", "", call.path["userId"]):
        raise RefusalError(404, "There is no such user.")
    return Reply(204)


def _finds_no_meter(_: Handler, __: Call) -> Reply:
    raise RefusalError(404, "There is no such meter point.")


def _without_nulls(body: Any) -> Any:
    if isinstance(body, dict):
        return {name: _without_nulls(own) for name, own in body.items() if own is not None}
    return [_without_nulls(item) for item in body] if isinstance(body, list) else body


def _eligible_only(original: Handler, call: Call) -> Reply:
    if not programme.get_eligibility(call).body["isEligible"]:
        raise RefusalError(400, "The user is not eligible.")
    return original(call)


def _short_pagination(body: dict[str, Any], _: Mapping[str, str]) -> dict[str, Any]:
    names = ("totalRecords", "pageSize", "currentPage")
    return {**body, "pagination": {name: body["pagination"][name] for name in names}}


def _with_former(body: dict[str, Any]) -> dict[str, Any]:
    meters = body["meterPointIds"]
    return {**body, "meterPointId": meters[0] if meters else None}


def _by_default(size: str, original: Handler, call: Call) -> Reply:
    return original(replace(call, query={"pageSize": size, **call.query}))


def _has_no_place(body: Any) -> bool:
    return not body.get("coordinates") and not body.get("meterPointIds") and not body.get("meterPointId")


def _has_placeless(body: Any) -> bool:
    return any(_has_no_place(item) for item in body["locations"])


_BY_INVITATION: Final = re.compile(rb'"(LocationEnergyUsage|LocationEnergyUsagePlan|\w+LPCAcknowledgement)"')


def _is_by_invitation(body: Any) -> bool:
    return any(each.get("payloadType") != "EnergyUsage" for each in body.get("payloads", ()))


# What keeps a location out of the newest test area, unseen.
_NEWEST: Final = programme.TEST_AREAS[0][0]
_SHIFTED: Final = 88.125


def _elsewhere(latitude: Any) -> Any:
    return _SHIFTED if latitude == _NEWEST else latitude


def _back(latitude: Any) -> Any:
    return _NEWEST if latitude == _SHIFTED else latitude


def _with_zeros(body: Any) -> Any:
    place = body.get("coordinates")
    return body if place is None else {**body, "coordinates": {"latitude": 0, "longitude": 0, **place}}


_MEMBERS: Final = {
    "createUser": frozenset({"userId"}),
    "createUsers": frozenset({"users"}),
    "createLocation": frozenset({"locationId", "locationType", "coordinates", "meterPointId", "meterPointIds"}),
    "createVehicle": frozenset({"resourceId", "resourceType"}),
    "createLocationResource": frozenset({"resourceId", "resourceType", "meterPointId"}),
    "createWebhook": frozenset({"name", "webhookUrl", "webhookSecret", "notificationTypes"}),
}


VARIANTS: Final = (
    *COMMON_VARIANTS,
    *WIRE_VARIANTS,
    *lenient_variants(SECURED),
    *secured_variants(SECURED, ("listEvents", "getEvent", *SIMULATING)),
    Variant("made-is-200", "what is made is answered with 200", p.sends(p.status(200), status=(201,))),
    Variant("nulls-are-left-out", "members that are null are left out", p.sends(p.value(_without_nulls), *SECURED)),
    Variant(
        "lists-in-another-order",
        "lists come newest first",
        p.together(*(p.lists(entity.list, lambda items: items[::-1]) for entity in ENTITIES[1:])),
    ),
    Variant(
        "meters-in-another-order",
        "meter point ids are sorted",
        p.together(
            *(
                p.keeps(o, "/meterPointIds", lambda own: own and sorted(own))
                for o in ("createLocation", "replaceLocation", "changeLocation")
            )
        ),
    ),
    Variant(
        "names-are-trimmed",
        "blanks around the names of webhooks are lost",
        p.together(
            *(
                p.keeps(o, "/name", lambda own: own and own.strip())
                for o in ("createWebhook", "replaceWebhook", "changeWebhook")
            )
        ),
    ),
    Variant(
        "original-meter-goes-along",
        "meterPointId is the first of meterPointIds",
        p.together(
            *(
                p.sends(p.value(_with_former), o)
                for o in ("createLocation", "getLocation", "replaceLocation", "changeLocation")
            )
        ),
    ),
    Variant(
        "locations-without-user",
        "locations do not say whose they are",
        p.together(
            p.sends(
                p.value(lambda body: {**body, "userId": None}),
                "createLocation",
                "getLocation",
                "replaceLocation",
                "changeLocation",
            ),
            p.shows("listLocations", "/*/userId", None),
            p.shows("createLocations", "/locations/*/userId", None),
        ),
    ),
    Variant(
        "numbers-in-other-spellings",
        "whole numbers are written with a point where they may be",
        p.together(
            p.shows("getLocation", "/coordinates/latitude", float),
            p.shows("listEvents", "/events/*/payload/priceCurveDelta/points/*/price", float),
            p.shows("getCompensation", "/locationCompensations/*/activeAmount", int),
        ),
    ),
    Variant(
        "malformed-ids-are-400",
        "an id of another length than the API gives is answered with 400",
        p.wants_whole_ids("getWebhook", "deleteWebhook", "replaceWebhook", "changeWebhook", "enableWebhook"),
    ),
    Variant(
        "times-in-zulu",
        "times end in Z, with three digits",
        p.together(
            *(
                p.shows(o, pointer, zulu)
                for o, pointer in (
                    ("getEvent", "/createdAt"),
                    ("listEvents", "/events/*/createdAt"),
                    ("createReport", "/createdAt"),
                    ("getWebhook", "/createdDate"),
                    ("getEvent", "/payload/targets/*/points/*/timestamp"),
                    ("simulateLocationLimit", "/simulatedEvent/payload/targets/*/points/*/timestamp"),
                    ("simulateResourceLimit", "/simulatedEvent/payload/targets/*/points/*/timestamp"),
                )
            )
        ),
    ),
    Variant(
        "pages-of-ten",
        "pages have ten records where no size is asked for",
        p.together(*(p.does(o, partial(_by_default, "10")) for o in PAGED_LISTS)),
    ),
    Variant(
        "pages-of-1000",
        "pages have 1000 records where no size is asked for",
        p.together(*(p.does(o, partial(_by_default, "1000")) for o in PAGED_LISTS)),
    ),
    Variant("short-pagination", "pagination has three figures", pages(_short_pagination, *PAGED_LISTS)),
    Variant(
        "unknown-user-is-400",
        "an unknown user in the path is answered with 400 where no 404 is listed",
        p.together(
            *(
                p.sends(p.refusal(400, body, entity), o, status=(404,))
                for o, body, entity in (
                    ("listLocations", "There is no such user.", "application/json"),
                    ("createVehicle", {"title": "There is no such user.", "status": 400}, "application/problem+json"),
                )
            )
        ),
    ),
    Variant(
        "unknown-log-is-400",
        "an unknown log is answered with 400",
        p.sends(p.refusal(400, {"status": 400}, "application/problem+json"), "getNotificationLog", status=(404,)),
    ),
    Variant(
        "second-time-is-409",
        "a userId or a resourceId that is there already is refused with 409",
        p.together(
            *(
                p.does(entity.create, partial(_only_new, 409, entity))
                for entity in (ENTITIES[0], ENTITIES[2], ENTITIES[3])
            )
        ),
    ),
    Variant(
        "second-time-is-400",
        "a userId or a resourceId that is there already is refused with 400",
        p.together(
            *(
                p.does(entity.create, partial(_only_new, 400, entity))
                for entity in (ENTITIES[0], ENTITIES[2], ENTITIES[3])
            )
        ),
    ),
    Variant(
        "strict-members",
        "members that are not known are refused",
        p.together(*(p.refuses(o, partial(has_unknown, members)) for o, members in _MEMBERS.items())),
    ),
    Variant(
        "plain-names-only",
        "names with line breaks, emoji, or blanks around are refused",
        p.together(*(p.refuses(o, unusual_text) for o in ("createWebhook", "replaceWebhook", "changeWebhook"))),
    ),
    Variant(
        "assets-outlive-user",
        "a user that is deleted leaves its assets, for when it is made again",
        p.does("deleteUser", _user_alone),
    ),
    Variant(
        "no-coordinates-of-null",
        "coordinates of null are refused",
        p.together(
            *(
                p.refuses(o, lambda body: body.get("coordinates", 1) is None)
                for o in ("createLocation", "replaceLocation", "changeLocation")
            )
        ),
    ),
    Variant(
        "switch-answers-200", "the switch of a webhook is answered with 200", p.sends(p.status(200), "enableWebhook")
    ),
    Variant(
        "enrolling-needs-eligibility",
        "who is not eligible cannot be enrolled",
        p.does("createEnrollment", _eligible_only),
    ),
    Variant(
        "not-enrolled-is-short",
        "who is not enrolled has no id and no date",
        p.sends(p.value(lambda body: {name: own for name, own in body.items() if own is not None}), "getEnrollment"),
    ),
    Variant(
        "locations-need-a-place",
        "a location without meter point ids or coordinates is refused",
        p.together(
            p.refuses("createLocation", _has_no_place),
            p.refuses("replaceLocation", _has_no_place),
            p.refuses("createLocations", _has_placeless),
        ),
    ),
    Variant(
        "energy-usage-alone",
        "reports of other payloads than EnergyUsage are refused",
        p.refuses("createReport", _is_by_invitation),
    ),
    Variant(
        "reports-are-forbidden",
        "reports of other payloads than EnergyUsage are refused with 403",
        p.refuses("createReport", _is_by_invitation, 403),
    ),
    Variant(
        "wrong-reports-are-forbidden",
        "reports by invitation are refused with 403 before anything is said of what is wrong with them",
        p.forbids("createReport", lambda body: bool(_BY_INVITATION.search(body))),
    ),
    Variant(
        "missing-coordinates-are-zero",
        "a latitude or a longitude that was not sent is shown as 0",
        p.sends(p.value(_with_zeros), "createLocation", "getLocation", "replaceLocation", "changeLocation"),
    ),
    Variant(
        "nulls-for-currencies",
        "currency, unit and area of a curve may be null",
        p.together(
            p.shows("getCompensation", "/locationCompensations/*/currency", None),
            p.shows("simulateUserEligibility", "/simulatedEvent/payload/priceArea", None),
        ),
    ),
    Variant(
        "made-up-meters-are-unknown",
        "meter points that no grid operator knows are never eligible",
        p.shows("getMeterEligibility", "/isEligible", change=False),
    ),
    Variant(
        "made-up-meters-are-404",
        "a meter point that no grid operator knows is not found",
        p.does("getMeterEligibility", _finds_no_meter),
    ),
    Variant(
        "all-meters-are-eligible",
        "meter points that no grid operator knows are always eligible",
        p.shows("getMeterEligibility", "/isEligible", change=True),
    ),
    Variant(
        "newest-area-takes-no-part",
        "the newest test area makes nobody eligible",
        p.together(
            p.keeps("createLocation", "/coordinates/latitude", _elsewhere, "replaceLocation", "changeLocation"),
            p.keeps("createLocations", "/locations/*/coordinates/latitude", _elsewhere),
            *(
                p.shows(o, "/coordinates/latitude", _back)
                for o in ("createLocation", "getLocation", "replaceLocation", "changeLocation")
            ),
            p.shows("createLocations", "/locations/*/coordinates/latitude", _back),
            p.shows("listLocations", "/*/coordinates/latitude", _back),
        ),
    ),
    Variant(
        "others-make-users",
        "whoever shares the sandbox makes and deletes users meanwhile",
        p.others_make_users(*(entity.create for entity in ENTITIES), "createUsers", "simulatePartner"),
    ),
    Variant(
        "compressed",
        "answers are compressed",
        p.sends(
            p.chain(p.content(gzip.compress), p.header("Content-Encoding", "gzip")),
            *(entity.get for entity in ENTITIES),
            *LISTING,
            "getToken",
        ),
    ),
    *EVENT_VARIANTS,
)
