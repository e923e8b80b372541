"""What a server of this edition may do, October 2023."""

from __future__ import annotations

import gzip
import re
import uuid
from dataclasses import replace
from functools import partial
from typing import Any, Final

from ecsuite.findings.pattern import OfType
from ecsuite.standin.call import Call, Handler, RefusalError, Reply
from ecsuite.standin.faults import Variant
from ecsuite.standin.faults import planting as p
from ecsuite.standin.faults.common.changes import has_unknown, unusual_text, zulu
from ecsuite.standin.faults.common.lenient import lenient_variants
from ecsuite.standin.faults.common.rows import EntityOperations
from ecsuite.standin.faults.common.variants import COMMON_VARIANTS, secured_variants
from ecsuite.standin.faults.common.wire import WIRE_VARIANTS
from ecsuite.standin.faults.edition_2023_10.operations import ENTITIES, MAKING, OWNED, SECURED


def _echo(original: Handler, call: Call) -> Reply:
    reply = original(call)
    return replace(reply, body={**call.body, **reply.body})


def _ids_only(parameter: str, items: list[Any]) -> list[Any]:
    return [{parameter: item[parameter]} for item in items]


def _own_user_id(original: Handler, call: Call) -> Reply:
    own = uuid.uuid5(uuid.NAMESPACE_URL, f"{call.partner}/{call.body['userId']}")
    return original(replace(call, body={"userId": f"u{own.hex}"}))


def _with_id(body: Any) -> Any:
    return [_with_id(item) for item in body] if isinstance(body, list) else {"id": "17", **body}


def _only_new(entity: EntityOperations, code: int, original: Handler, call: Call) -> Reply:
    own, parent = call.body.get(entity.parameter), call.path.get("userId", "")
    if own is not None and call.store.get(call.partner, entity.name, parent, own) is not None:
        raise RefusalError(code, f"There is such a {entity.name} already.")
    return original(call)


def _only_without_assets(original: Handler, call: Call) -> Reply:
    if any(call.store.all(call.partner, entity.name, call.path["userId"]) for entity in OWNED):
        raise RefusalError(409, "The user has assets.")
    return original(call)


def _unusual_id(parameter: str, body: dict[str, Any]) -> bool:
    return re.fullmatch("[A-Za-z0-9-]+", body[parameter]) is None


def _require_user(call: Call) -> None:
    if call.store.get(call.partner, "user", "", call.path["userId"]) is None:
        raise RefusalError(400, "There is no such user.")


def _with_vehicles(original: Handler, call: Call) -> Reply:
    reply = original(call)
    vehicles = call.store.all(call.partner, "vehicle", call.path["userId"])
    listed = [{"resourceId": each["vehicleId"], "metadata": each["metadata"]} for each in vehicles]
    return replace(reply, body=[*reply.body, *listed])


def _user_alone(_: Handler, call: Call) -> Reply:
    if not call.store.delete(call.partner, "user", "", call.path["userId"]):
        raise RefusalError(404, "There is no such user.")
    return Reply(204)


def _deletes_again(original: Handler, call: Call) -> Reply:
    """Answers 204 where an existing user has no such entity."""
    try:
        return original(call)
    except RefusalError:
        if call.store.get(call.partner, "user", "", call.path["userId"]) is None:
            raise
        return Reply(204)


def _with_secret_shown(secret: str | None, body: Any) -> Any:
    return (
        [_with_secret_shown(secret, item) for item in body]
        if isinstance(body, list)
        else {**body, "webhookSecret": secret}
    )


def _known_event(original: Handler, call: Call) -> Reply:
    if call.store.get(call.partner, "event", "", call.body["eventId"]) is None:
        raise RefusalError(400, "There is no such event.")
    return original(call)


_MEMBERS: Final = {
    "createUser": frozenset({"userId"}),
    "createVehicle": frozenset({"vehicleId", "metadata"}),
    "createMeter": frozenset({"address", "location", "meterPointId", "meterNumber", "locationType"}),
    "createResource": frozenset({"resourceId", "metadata"}),
    "createWebhook": frozenset({"webhookUrl", "webhookSecret", "eventPayloadTypes", "operationTypes"}),
    "replaceWebhook": frozenset({"webhookUrl", "webhookSecret", "eventPayloadTypes", "operationTypes"}),
    "createReport": frozenset({"eventId", "name", "payloads"}),
}


VARIANTS: Final = (
    *COMMON_VARIANTS,
    *WIRE_VARIANTS,
    *lenient_variants(SECURED),
    *secured_variants(SECURED),
    Variant("made-is-200", "what is made is answered with 200", p.sends(p.status(200), status=(201,))),
    Variant(
        "owners-are-not-deleted",
        "deleting a user that has vehicles, meters or resources is refused with 409",
        p.does("deleteUser", _only_without_assets),
    ),
    Variant(
        "deleting-is-idempotent",
        "deleting a vehicle, a meter or a resource that is not there is answered with 204",
        p.each_does((entity.delete for entity in OWNED), _deletes_again),
    ),
    Variant(
        "made-is-empty",
        "new vehicles and resources are answered without a body",
        p.sends(p.content(lambda _: b""), "createVehicle", "createResource"),
    ),
    Variant(
        "made-is-null",
        "new vehicles and resources are answered with null",
        p.sends(p.value(lambda _: None), "createVehicle", "createResource"),
    ),
    Variant(
        "made-is-whole",
        "new vehicles and resources are answered with all that was sent",
        p.together(*(p.does(o, _echo) for o in ("createVehicle", "createResource", "createMeter"))),
    ),
    Variant(
        "lists-in-another-order",
        "lists come newest first",
        p.sends(p.value(lambda body: body[::-1]), *(entity.list for entity in ENTITIES), "listEvents"),
    ),
    Variant(
        "lists-of-ids",
        "items of lists have ids and no more",
        p.together(*(p.lists(entity.list, partial(_ids_only, entity.parameter)) for entity in OWNED)),
    ),
    Variant(
        "numbers-in-other-spellings",
        "whole numbers are written with a point where they may be",
        p.together(
            p.shows("getResource", "/metadata/capacity", float, "listResources"),
            p.shows("getResource", "/metadata/heatingElements/*", float),
            p.shows("getMeter", "/location/latitude", float),
        ),
    ),
    Variant("ids-of-the-server", "the server chooses users' ids", p.does("createUser", _own_user_id)),
    Variant("short-ids", "ids of meters and webhooks are short numbers", p.numbers_ids("createMeter", "createWebhook")),
    Variant(
        "answers-with-id",
        "vehicles and resources have an id of the server's, too",
        p.together(p.sends(p.value(_with_id), "getVehicle", "getResource", "listVehicles", "listResources")),
    ),
    Variant(
        "answers-without-user",
        "vehicles, meters and resources do not say whose they are",
        p.together(
            *(p.shows(entity.get, "/userId", p.DROP) for entity in OWNED),
            *(p.shows(entity.list, "/*/userId", p.DROP) for entity in OWNED),
            *(p.shows(entity.create, "/userId", p.DROP) for entity in OWNED),
        ),
    ),
    Variant(
        "null-for-nothing",
        "null is taken for an optional member that is left out",
        p.together(
            *(
                p.accepts("createReport", f"/payloads/0/{name}", OfType("null"))
                for name in ("current", "power", "stateOfCharge", "batteryCapacity")
            )
        ),
    ),
    Variant(
        "refusal-is-text",
        "a refusal is a JSON text",
        p.sends(p.refusal(400, "The input breaks a rule."), *SECURED, status=(400,)),
    ),
    Variant(
        "refusal-is-sparse",
        "a problem document has nothing but nulls",
        p.sends(
            p.refusal(
                400,
                {"type": None, "title": None, "status": None, "detail": None, "instance": None},
                "application/problem+json; charset=utf-8",
            ),
            *SECURED,
            status=(400,),
        ),
    ),
    Variant(
        "unknown-user-is-400",
        "an unknown user in the path is answered with 400",
        p.together(
            p.sends(
                p.refusal(400, "There is no such user."),
                *(each for entity in OWNED for each in (entity.create, entity.list)),
                "getUser",
                status=(404,),
            ),
            *(p.first_does(each, _require_user) for entity in OWNED for each in (entity.get, entity.delete)),
        ),
    ),
    Variant(
        "vehicles-among-resources",
        "a user's vehicles are listed among the resources, too",
        p.does("listResources", _with_vehicles),
    ),
    Variant(
        "second-time-is-409",
        "an id that is there already is refused with 409",
        p.together(*(p.does(entity.create, partial(_only_new, entity, 409)) for entity in ENTITIES[:4])),
    ),
    Variant(
        "second-time-is-400",
        "an id that is there already is refused with 400",
        p.together(*(p.does(entity.create, partial(_only_new, entity, 400)) for entity in ENTITIES[:4])),
    ),
    Variant(
        "strict-members",
        "members that are not known are refused",
        p.together(*(p.refuses(o, partial(has_unknown, members)) for o, members in _MEMBERS.items())),
    ),
    Variant(
        "plain-text-only",
        "text with line breaks, emoji, or blanks around is refused",
        p.together(*(p.refuses(o, unusual_text) for o in MAKING[1:])),
    ),
    Variant(
        "ids-of-plain-characters",
        "ids of other characters than letters, digits and hyphens are refused",
        p.together(
            *(
                p.refuses(entity.create, partial(_unusual_id, entity.parameter))
                for entity in (ENTITIES[0], ENTITIES[1], ENTITIES[3])
            )
        ),
    ),
    Variant(
        "assets-outlive-user",
        "a user that is deleted leaves its assets, for when it is made again",
        p.does("deleteUser", _user_alone),
    ),
    Variant(
        "webhook-secret-is-stars",
        "a webhook shows its secret as stars",
        p.sends(
            p.value(partial(_with_secret_shown, "***")), "createWebhook", "getWebhook", "replaceWebhook", "listWebhooks"
        ),
    ),
    Variant(
        "webhook-secret-is-null",
        "a webhook shows its secret as null",
        p.sends(
            p.value(partial(_with_secret_shown, None)), "createWebhook", "getWebhook", "replaceWebhook", "listWebhooks"
        ),
    ),
    Variant("put-is-empty", "a changed webhook is answered without a body", p.sends(p.refusal(200), "replaceWebhook")),
    Variant(
        "put-is-an-empty-object",
        "a changed webhook is answered with an empty object",
        p.sends(p.value(lambda _: {}), "replaceWebhook"),
    ),
    Variant(
        "test-says-sent", "a test is answered with a text", p.sends(p.refusal(200, "sent", "text/plain"), "testWebhook")
    ),
    Variant(
        "webhooks-by-https",
        "webhooks at addresses without TLS are refused",
        p.together(
            *(
                p.refuses(o, lambda body: not str(body["webhookUrl"]).startswith("https:"))
                for o in ("createWebhook", "replaceWebhook")
            )
        ),
    ),
    Variant(
        "others-make-users",
        "whoever shares the sandbox makes and deletes users meanwhile",
        p.others_make_users(*MAKING),
    ),
    Variant("delivery-takes-its-time", "a delivery comes after two seconds", p.delivers_late(2)),
    Variant(
        "delivery-of-another-type",
        "a delivery has a media type of its own",
        p.delivers(
            lambda own: [
                replace(
                    own,
                    headers={
                        **own.headers,
                        "Content-Type": "application/cloudevents+json; charset=utf-8",
                        "User-Agent": "spark",
                    },
                )
            ]
        ),
    ),
    Variant(
        "delivery-is-an-array",
        "a delivery is an array",
        p.delivers(lambda own: [replace(own, body=b"[%b]" % own.body)]),
    ),
    Variant("no-events", "there is no event", p.lists("listEvents", lambda _: [])),
    Variant(
        "events-without-location",
        "an event's targets have no location, and no random start",
        p.together(
            p.shows("listEvents", "/*/targetResources/*/locationId", p.DROP),
            p.shows("getEvent", "/targetResources/*/locationId", p.DROP),
            p.shows("listEvents", "/*/intervalPeriod/randomizeStart", None),
            p.shows("getEvent", "/intervalPeriod/randomizeStart", None),
        ),
    ),
    Variant(
        "malformed-ids-are-400",
        "an id of another length than the API gives is answered with 400",
        p.wants_whole_ids("getWebhook", "deleteWebhook", "replaceWebhook", "testWebhook"),
    ),
    Variant(
        "times-in-zulu",
        "times end in Z, with three digits",
        p.together(
            *(
                p.shows(o, pointer, zulu)
                for o, pointer in (
                    ("getEvent", "/createdAt"),
                    ("getEvent", "/modifiedAt"),
                    ("listEvents", "/*/createdAt"),
                    ("createReport", "/createdDateTime"),
                    ("createReport", "/modificationDateTime"),
                )
            )
        ),
    ),
    Variant("reports-on-known-events", "a report on an unknown event is refused", p.does("createReport", _known_event)),
    Variant(
        "compressed",
        "answers are compressed",
        p.sends(
            p.chain(p.content(gzip.compress), p.header("Content-Encoding", "gzip")),
            *(entity.get for entity in ENTITIES),
            *(entity.list for entity in ENTITIES),
            "listEvents",
            "getToken",
        ),
    ),
)
