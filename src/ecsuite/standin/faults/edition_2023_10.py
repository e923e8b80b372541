"""The planted faults and the legal variants of October 2023.

A fault is what a server of that edition could get wrong: one thing, and nothing that the published facts leave open. A
variant is what they leave open, or allow. What goes wrong in the same way with every operation, or with every entity of
entity, is a row of a comprehension.
"""

from __future__ import annotations

import ast
import gzip
import html
import json
import re
import unicodedata
import uuid
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any, Final

from ecsuite.contract import Level
from ecsuite.findings.pattern import OfType
from ecsuite.findings.breach import Place, body
from ecsuite.findings.pattern import SUCCESS, BreachPattern, Has, found
from ecsuite.http import httpx
from ecsuite.promises import BAD_REQUEST, REQUEST_BODY, RESPONSE_ARRIVES, RESPONSE_BODY, ROUND_TRIP
from ecsuite.rules import (
    DELIVERED_ONCE,
    DELIVERED_RIGHT,
    DELIVERY_ARRIVES,
    GONE,
    KEPT_APART,
    LISTED_ONCE,
    PARENTS,
    UNTOUCHED,
    REFUSED_CHANGES_NOthing,
)
from ecsuite.standin.call import Call, Handler, RefusalError, Reply
from ecsuite.standin.faults import Expected, Variant
from ecsuite.standin.faults import planting as p
from ecsuite.standin.faults.common import (
    BAD,
    BEYOND_16_BITS,
    BODY,
    DELIVERY_BODY,
    DELIVERY_PARAMETERS,
    GUIDE,
    HEADERS,
    KNOWN,
    LISTED_STATUS,
    MEDIA,
    NO_BODY,
    PATH,
    SENT,
    Taken,
    SERVER_ERROR,
    SPEC,
    STATUS,
    EntityOperations,
    ascii_only,
    authorization_faults,
    common_variants,
    faults,
    float32,
    from_text,
    has_unknown,
    kebab,
    lifecycle_faults,
    mojibake,
    own_id,
    question_marks,
    says,
    sent_member,
    shortened,
    swapped,
    token_faults,
    unusual_text,
    unwrapped,
    with_body,
    zulu,
)
from ecsuite.standin.parts import Asked, Parts
from ecsuite.standin.store import Delivery

ENTITIES: Final = (
    EntityOperations("user", "userId", "createUser", "listUsers", "getUser", "deleteUser"),
    EntityOperations("vehicle", "vehicleId", "createVehicle", "listVehicles", "getVehicle", "deleteVehicle"),
    EntityOperations("meter", "meterId", "createMeter", "listMeters", "getMeter", "deleteMeter"),
    EntityOperations("resource", "resourceId", "createResource", "listResources", "getResource", "deleteResource"),
    EntityOperations("webhook", "id", "createWebhook", "listWebhooks", "getWebhook", "deleteWebhook"),
)
OWNED: Final = ENTITIES[1:4]
MAKING: Final = tuple(entity.create for entity in ENTITIES)
DELETING: Final = tuple(entity.delete for entity in ENTITIES)
BY_ID: Final = (*(entity.get for entity in ENTITIES), *DELETING, "replaceWebhook", "testWebhook")
SECURED: Final = (
    *(operation for entity in ENTITIES for operation in entity[2:]),
    "replaceWebhook", "testWebhook", "listEvents", "getEvent", "createReport",
)  # fmt: skip
PAGE: Final = 20


def _level(operation: str) -> Level:
    return GUIDE if operation in MAKING[:4] else SPEC


# What some of them do.


def _user_of_everybody(call: Call, _: Reply) -> None:
    """Takes the id away from the other partners."""
    for other in p.others(call):
        call.store.delete(other, "user", "", call.body["userId"], owns=("vehicle", "meter", "resource"))


def _entities_of_others(entity: str, original: Handler, call: Call) -> Reply:
    """What other partners have below a user of the same id is listed as well."""
    reply = original(call)
    more = [item for other in p.others(call) for item in call.store.all(other, entity, call.path["userId"])]
    return replace(reply, body=[*reply.body, *more])


def _make_user(call: Call) -> None:
    call.store.put(call.partner, "user", "", call.path["userId"], {"userId": call.path["userId"]})


def _keep_for_later(entity: EntityOperations, call: Call) -> None:
    own = call.body.get(entity.parameter) or call.new_id()
    body = {**call.body, entity.parameter: own}
    call.store.put(call.partner, entity.name, call.path["userId"], own, body)


def _vehicles_of_everyone(call: Call, _: Reply) -> None:
    for user in call.store.all(call.partner, "user"):
        call.store.delete(call.partner, "vehicle", user["userId"], call.path["vehicleId"])


def _resource_of_same_id(call: Call, _: Reply) -> None:
    call.store.delete(call.partner, "resource", call.path["userId"], call.path["vehicleId"])


def _change_all_webhooks(call: Call, _: Reply) -> None:
    for webhook in call.store.all(call.partner, "webhook"):
        changed = {**webhook, "eventPayloadTypes": call.body["eventPayloadTypes"]}
        call.store.put(call.partner, "webhook", "", webhook["id"], changed)


def _put_makes(original: Handler, call: Call) -> Reply:
    body = {"id": call.path["id"], **call.body}
    if call.store.get(call.partner, "webhook", "", call.path["id"]) is None:
        call.store.put(call.partner, "webhook", "", call.path["id"], body)
    return original(call)


def _put_keeps(members: tuple[str, ...], original: Handler, call: Call) -> Reply:
    """Leaves members as they were before."""
    before = call.store.get(call.partner, "webhook", "", call.path["id"]) or {}
    kept = {name: before[name] for name in members if name in before}
    return original(replace(call, body={**call.body, **kept}))


def _put_moves(original: Handler, call: Call) -> Reply:
    """Gives the webhook another id."""
    reply = original(call)
    body: Any = call.store.get(call.partner, "webhook", "", call.path["id"])
    call.store.delete(call.partner, "webhook", "", call.path["id"])
    body["id"] = call.new_id()
    call.store.put(call.partner, "webhook", "", body["id"], body)
    return replace(reply, body={**reply.body, "id": body["id"]})


def _calls_first_address(parts: Parts) -> None:
    """Delivers to the address that a webhook had when it was made."""
    first: dict[str, str] = {}

    def remember(call: Call, reply: Reply) -> None:
        first[reply.body["id"]] = call.body["webhookUrl"]

    def testing(original: Handler, call: Call) -> Reply:
        webhook = call.store.get(call.partner, "webhook", "", call.path["id"])
        if webhook is None:
            return original(call)
        call.store.put(call.partner, "webhook", "", webhook["id"], {**webhook, "webhookUrl": first[webhook["id"]]})
        reply = original(call)
        call.store.put(call.partner, "webhook", "", webhook["id"], webhook)
        return reply

    p.together(p.then_does("createWebhook", remember), p.does("testWebhook", testing))(parts)


def _calls_deleted(parts: Parts) -> None:
    """Delivers to a webhook that is deleted, and answers that there is none."""
    deleted: dict[str, Any] = {}

    def deleting(original: Handler, call: Call) -> Reply:
        body = call.store.get(call.partner, "webhook", "", call.path["id"])
        reply = original(call)
        deleted[call.path["id"]] = body
        return reply

    def testing(original: Handler, call: Call) -> Reply:
        try:
            return original(call)
        except RefusalError:
            if (body := deleted.get(call.path["id"])) is not None:
                call.store.put(call.partner, "webhook", "", body["id"], body)
                original(call)
                call.store.delete(call.partner, "webhook", "", body["id"])
            raise

    p.together(p.does("deleteWebhook", deleting), p.does("testWebhook", testing))(parts)


def _calls_all(original: Handler, call: Call) -> Reply:
    """Delivers to every webhook of the partner."""
    reply = original(call)
    for webhook in call.store.all(call.partner, "webhook"):
        if webhook["id"] != call.path["id"]:
            original(replace(call, path={"id": webhook["id"]}))
    return reply


def _report_mixed_up(original: Handler, call: Call) -> Reply:
    return replace(reply := original(call), body={**reply.body, "eventId": reply.body["programId"]})


def _first_event(original: Handler, call: Call) -> Reply:
    try:
        return original(call)
    except RefusalError:
        return Reply(200, call.store.all(call.partner, "event")[0])


def _put_makes_quietly(original: Handler, call: Call) -> Reply:
    try:
        return original(call)
    except RefusalError:
        _put_makes(original, call)
        raise


def _one_only(entity: str, original: Handler, call: Call) -> Reply:
    if call.store.all(call.partner, entity, call.path.get("userId", "")):
        raise RefusalError(400, f"There is a {entity} already.")
    return original(call)


def _without_signature(delivery: Delivery) -> Delivery:
    return replace(delivery, headers={name: own for name, own in delivery.headers.items() if name != "Spark-Signature"})


# What variants do.


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


def _unusual_id(parameter: str, body: dict[str, Any]) -> bool:
    return re.fullmatch("[A-Za-z0-9-]+", body[parameter]) is None


def _user_alone(_: Handler, call: Call) -> Reply:
    if not call.store.delete(call.partner, "user", "", call.path["userId"]):
        raise RefusalError(404, "There is no such user.")
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


# fmt: off
# Input that breaks a rule and is taken.
TAKEN: Final[tuple[Taken, ...]] = (
    Taken("createUser", "/userId", "missing", "no-id", "a user without userId", default="nobody"),
    Taken("createUser", "/userId", "null", "null-as-id", "null as userId", mend=str),
    Taken("createUser", "/userId", "integer", "number-as-id", "a number as userId", mend=str),
    Taken("createUser", "/userId", "array", "array-as-id", "an array as userId", mend=str),
    Taken("createVehicle", "/vehicleId", "missing", "no-id", "a vehicle without vehicleId", default="nothing"),
    Taken("createVehicle", "/vehicleId", "integer", "number-as-id", "a number as vehicleId", mend=str),
    Taken("createVehicle", "/metadata", "missing", "no-metadata", "a vehicle without metadata"),
    Taken("createVehicle", "/metadata", "null", "null-as-metadata", "null as metadata"),
    Taken("createVehicle", "/metadata/resourceType", "missing", "no-type", "a vehicle without resourceType"),
    Taken("createVehicle", "/metadata/resourceType", "string", "any-type", "any resourceType"),
    Taken("createVehicle", "/metadata/brand", "missing", "no-brand", "a vehicle without brand"),
    Taken("createVehicle", "/metadata/brand", "integer", "number-as-brand", "a number as brand"),
    Taken("createVehicle", "/metadata/model", "null", "null-as-model", "null as model"),
    Taken("createVehicle", "/metadata/year", "missing", "no-year", "a vehicle without year"),
    Taken("createVehicle", "/metadata/year", "string", "text-as-year", "text as year"),
    Taken("createVehicle", "/metadata/year", "number", "fraction-as-year", "a fraction as year"),
    Taken("createVehicle", "/metadata/vin", "missing", "no-vin", "a vehicle without vin"),
    Taken("createVehicle", "/metadata/vin", "boolean", "boolean-as-vin", "a boolean as vin"),
    Taken("createMeter", "/address", "missing", "no-address", "a meter without address"),
    Taken("createMeter", "/address", "string", "text-as-address", "text as address"),
    Taken("createMeter", "/address/street", "missing", "no-street", "an address without street"),
    Taken("createMeter", "/address/city", "null", "null-as-city", "null as city"),
    Taken("createMeter", "/address/zipCode", "integer", "number-as-zip-code", "a number as zipCode"),
    Taken("createMeter", "/location", "missing", "no-location", "a meter without location"),
    Taken("createMeter", "/location/latitude", "missing", "no-latitude", "a location without latitude"),
    Taken("createMeter", "/location/latitude", "number", "far-latitude", "a latitude beyond 90"),
    Taken("createMeter", "/location/latitude", "string", "text-as-latitude", "text as latitude"),
    Taken("createMeter", "/location/longitude", "number", "far-longitude", "a longitude beyond 180"),
    Taken("createMeter", "/location/longitude", "null", "null-as-longitude", "null as longitude"),
    Taken("createMeter", "/meterPointId", "missing", "no-meter-point-id", "a meter without meterPointId"),
    Taken("createMeter", "/meterPointId", "integer", "number-as-meter-point-id", "a number as meterPointId"),
    Taken("createMeter", "/meterNumber", "null", "null-as-meter-number", "null as meterNumber"),
    Taken("createMeter", "/locationType", "missing", "no-location-type", "a meter without locationType"),
    Taken("createMeter", "/locationType", "string", "any-location-type", "any locationType"),
    Taken("createMeter", "/locationType", "integer", "number-as-location-type", "a number as locationType"),
    Taken("createResource", "/resourceId", "missing", "no-id", "a resource without resourceId", default="nothing"),
    Taken("createResource", "/metadata", "missing", "no-metadata", "a resource without metadata"),
    Taken("createResource", "/metadata/resourceType", "string", "any-type", "any resourceType"),
    Taken("createResource", "/metadata/brand", "null", "null-as-brand", "null as brand"),
    Taken("createResource", "/metadata/model", "missing", "no-model", "a resource without model"),
    Taken("createResource", "/metadata/capacity", "missing", "no-capacity", "a resource without capacity"),
    Taken("createResource", "/metadata/capacity", "string", "text-as-capacity", "text as capacity"),
    Taken("createResource", "/metadata/heatingElements", "missing", "no-elements", "a tank without heatingElements"),
    Taken("createResource", "/metadata/heatingElements", "integer", "one-element", "a number as heatingElements"),
    Taken("createResource", "/metadata/heatingElements/*", "string", "text-in-elements", "text in heatingElements"),
    Taken("createResource", "/metadata/heatingElements/1*", "object", "wrong-second-element", "anything behind the first heating element"),
    Taken("createWebhook", "/webhookUrl", "missing", "no-url", "a webhook without webhookUrl", default="http://127.0.0.1:9/"),
    Taken("createWebhook", "/webhookUrl", "integer", "number-as-url", "a number as webhookUrl"),
    Taken("createWebhook", "/webhookSecret", "missing", "no-secret", "a webhook without webhookSecret"),
    Taken("createWebhook", "/webhookSecret", "null", "null-as-secret", "null as webhookSecret"),
    Taken("createWebhook", "/eventPayloadTypes", "missing", "no-payload-types", "a webhook without eventPayloadTypes", default=[]),
    Taken("createWebhook", "/eventPayloadTypes", "string", "text-as-payload-types", "text as eventPayloadTypes"),
    Taken("createWebhook", "/eventPayloadTypes/*", "string", "any-payload-type", "any eventPayloadTypes"),
    Taken("createWebhook", "/operationTypes", "null", "null-as-operation-types", "null as operationTypes"),
    Taken("createWebhook", "/operationTypes/*", "string", "any-operation-type", "any operationTypes"),
    Taken("replaceWebhook", "/webhookUrl", "missing", "no-url", "a webhook without webhookUrl"),
    Taken("replaceWebhook", "/webhookSecret", "missing", "no-secret", "a webhook without webhookSecret"),
    Taken("replaceWebhook", "/eventPayloadTypes/*", "string", "any-payload-type", "any eventPayloadTypes"),
    Taken("replaceWebhook", "/operationTypes", "missing", "no-operation-types", "a webhook without operationTypes"),
    Taken("createReport", "/eventId", "missing", "no-event", "a report without eventId", default="none"),
    Taken("createReport", "/eventId", "integer", "number-as-event", "a number as eventId", mend=str),
    Taken("createReport", "/name", "missing", "no-name", "a report without name", default=""),
    Taken("createReport", "/payloads", "missing", "no-payloads", "a report without payloads", default=[]),
    Taken("createReport", "/payloads", "object", "object-as-payloads", "an object as payloads"),
    Taken("createReport", "/payloads/0/payloadType", "string", "any-payload-type", "any payloadType"),
    Taken("createReport", "/payloads/0/resourceId", "missing", "no-resource", "a payload without resourceId"),
    Taken("createReport", "/payloads/0/location", "missing", "no-location", "a payload without location"),
    Taken("createReport", "/payloads/0/location/latitude", "string", "text-as-latitude", "text as latitude"),
    Taken("createReport", "/payloads/0/actionType", "string", "any-action", "any actionType"),
    Taken("createReport", "/payloads/0/actionType", "missing", "no-action", "a payload without actionType"),
    Taken("createReport", "/payloads/0/current", "string", "text-as-current", "text as current"),
    Taken("createReport", "/payloads/0/power", "string", "text-as-power", "text as power"),
    Taken("createReport", "/payloads/0/stateOfCharge", "boolean", "boolean-as-charge", "a boolean as stateOfCharge"),
    Taken("createReport", "/payloads/0/batteryCapacity", "array", "array-as-battery", "an array as batteryCapacity"),
)


# Calls that a careless server fails over: name, level, what they are, when, for which operation.
_Crash = tuple[str, Level, str, Callable[[Asked], bool], str]
CRASHES: Final[tuple[_Crash, ...]] = (
    ("no-json-is-500", GUIDE, "a user that is no JSON", lambda asked: p.sent_value(asked) is None, "createUser"),
    ("empty-body-is-500", GUIDE, "an empty body of createVehicle", lambda asked: not p.sent_text(asked), "createVehicle"),
    ("array-is-500", GUIDE, "an array in the place of a vehicle", lambda asked: isinstance(p.sent_value(asked), list), "createVehicle"),
    ("null-is-500", GUIDE, "null in the place of a meter", lambda asked: p.sent_text(asked) == "null", "createMeter"),
    ("text-is-500", SPEC, "a text in the place of a report", lambda asked: isinstance(p.sent_value(asked), str), "createReport"),
    ("missing-metadata-is-500", GUIDE, "a vehicle without metadata", lambda asked: "vehicleId" in (p.sent_value(asked) or ()) and sent_member(asked, "metadata") is None, "createVehicle"),
    ("null-address-is-500", GUIDE, "a meter whose address is null", lambda asked: '"address":null' in p.sent_text(asked).replace(" ", ""), "createMeter"),
    ("unknown-enum-is-500", GUIDE, "an unknown location type", lambda asked: sent_member(asked, "locationType") not in {None, "Unknown", "Residential", "Commercial", "Other"} if isinstance(sent_member(asked, "locationType"), str) else False, "createMeter"),
    ("year-as-text-is-500", GUIDE, "a year that is text", lambda asked: isinstance(sent_member(asked, "metadata", "year"), str), "createVehicle"),
    ("far-latitude-is-500", GUIDE, "a latitude far beyond its range", lambda asked: isinstance(far := sent_member(asked, "location", "latitude"), float) and abs(far) > 1000, "createMeter"),
    ("null-payload-types-are-500", SPEC, "a webhook whose payload types are null", lambda asked: '"eventPayloadTypes":null' in p.sent_text(asked).replace(" ", ""), "createWebhook"),
    ("number-as-operations-is-500", SPEC, "a changed webhook whose operation types are a number", lambda asked: isinstance(sent_member(asked, "operationTypes"), int), "replaceWebhook"),
    ("no-payloads-is-500", SPEC, "a report whose payloads are empty", lambda asked: sent_member(asked, "payloads") == [], "createReport"),
    ("deep-nesting-is-500", GUIDE, "deep nesting in a resource", lambda asked: "[" * 1000 in p.sent_text(asked), "createResource"),
    ("huge-number-is-500", GUIDE, "a number of 400 digits in a vehicle", lambda asked: "9" * 100 in p.sent_text(asked), "createVehicle"),
    ("huge-year-is-500", GUIDE, "a year beyond 64 bits", lambda asked: isinstance(year := sent_member(asked, "metadata", "year"), int) and year > 2**63, "createVehicle"),
    ("negative-year-is-500", GUIDE, "a year before zero", lambda asked: isinstance(year := sent_member(asked, "metadata", "year"), int) and year < 0, "createVehicle"),
    ("huge-capacity-is-500", GUIDE, "a capacity of 1e300", lambda asked: isinstance(own := sent_member(asked, "metadata", "capacity"), float) and own > 1e30, "createResource"),
    ("no-elements-is-500", GUIDE, "a tank without any heating element", lambda asked: sent_member(asked, "metadata", "heatingElements") == [], "createResource"),
    ("lone-surrogate-is-500", GUIDE, "a lone surrogate in a user", lambda asked: "\\ud83d" in p.sent_text(asked), "createUser"),
    ("nul-in-text-is-500", SPEC, "a NUL in the text of a webhook", lambda asked: "\\u0000" in p.sent_text(asked), "createWebhook"),
    ("no-utf-8-is-500", GUIDE, "a meter that is not in UTF-8", lambda asked: not p.sent_text(asked).isprintable() and any(0xDC80 <= ord(each) <= 0xDCFF for each in p.sent_text(asked)), "createMeter"),
    ("byte-order-mark-is-500", GUIDE, "a byte order mark before a user", lambda asked: p.sent_text(asked).startswith("\ufeff"), "createUser"),
    ("text-plain-is-500", GUIDE, "a resource that is said to be plain text", lambda asked: says("Content-Type", asked) == "text/plain", "createResource"),
    ("no-media-type-is-500", SPEC, "a webhook that is not said to be JSON", lambda asked: not says("Content-Type", asked), "createWebhook"),
    ("unknown-member-is-500", SPEC, "an unknown member of a report", lambda asked: "unknown" in (p.sent_value(asked) or ()), "createReport"),
    ("large-body-is-500", GUIDE, "a user of 300 kB", lambda asked: len(p.sent_text(asked)) > 200_000, "createUser"),
    ("empty-text-is-500", GUIDE, "an empty text in a vehicle", lambda asked: '""' in p.sent_text(asked), "createVehicle"),
    ("apostrophe-in-path-is-500", SPEC, "an apostrophe in a user's path", lambda asked: "'" in own_id(asked), "getUser"),
    ("percent-in-path-is-500", SPEC, "a percent sign in a vehicle's path", lambda asked: "%" in own_id(asked), "getVehicle"),
    ("emoji-in-path-is-500", SPEC, "an emoji in a meter's path", lambda asked: any(ord(each) > 0xFFFF for each in own_id(asked)), "deleteMeter"),
    ("letters-in-path-are-500", SPEC, "letters beyond ASCII in a list's path", lambda asked: not own_id(asked).isascii(), "listVehicles"),
    ("slash-in-path-is-500", SPEC, "an encoded slash in a resource's path", lambda asked: "/" in own_id(asked), "getResource"),
    ("long-path-is-500", SPEC, "a very long id in a webhook's path", lambda asked: len(own_id(asked)) > 500, "deleteWebhook"),
    ("nul-in-path-is-500", SPEC, "a NUL in an event's path", lambda asked: "\0" in own_id(asked), "getEvent"),
    ("no-uuid-in-path-is-500", SPEC, "an id that is no UUID in a test's path", lambda asked: re.fullmatch("[0-9a-fA-F-]{36}", own_id(asked)) is None, "testWebhook"),
    ("accept-xml-is-500", SPEC, "a client of listEvents that wants XML", lambda asked: says("Accept", asked) == "application/xml", "listEvents"),
    ("accept-language-is-500", SPEC, "a client of listUsers that wants Norwegian", lambda asked: bool(says("Accept-Language", asked)), "listUsers"),
)

_MEMBERS: Final = {
    "createUser": frozenset({"userId"}),
    "createVehicle": frozenset({"vehicleId", "metadata"}),
    "createMeter": frozenset({"address", "location", "meterPointId", "meterNumber", "locationType"}),
    "createResource": frozenset({"resourceId", "metadata"}),
    "createWebhook": frozenset({"webhookUrl", "webhookSecret", "eventPayloadTypes", "operationTypes"}),
    "replaceWebhook": frozenset({"webhookUrl", "webhookSecret", "eventPayloadTypes", "operationTypes"}),
    "createReport": frozenset({"eventId", "name", "payloads"}),
}

AUTHORIZATION: Final = faults(
    "authorization",
    *((f"{kebab(o)}-without-token", GUIDE, f"{o} needs no token", p.open_to_all(o), Expected(BAD, f"{o} -> 2..", "status", "Authorization is missing")) for o in SECURED),
    *((f"{kebab(o)}-in-spite-of-401", _level(o), f"{o} answers 401 and acts all the same", p.acts_in_spite(o, 401), Expected(REFUSED_CHANGES_NOthing, f"{o} -> 401", "GET .* afterwards")) for o in (*MAKING, *DELETING, "replaceWebhook")),
    ("test-webhook-in-spite-of-401", SPEC, "testWebhook answers 401 and delivers all the same", p.acts_in_spite("testWebhook", 401), Expected(DELIVERED_RIGHT, "testWebhook -> 401", "deliveries to", "none")),
    ("no-token-is-404", GUIDE, "a read without a good token is answered with 404", p.sends(p.status(404), "getUser", "getVehicle", "getMeter", status=(401,)), Expected(STATUS, "getUser -> 404", "status", "401", "404")),
    ("challenge-missing-on-delete", SPEC, "the 401 of deleteVehicle has no WWW-Authenticate", p.sends(p.header("WWW-Authenticate", None), "deleteVehicle", status=(401,)), Expected(HEADERS, "deleteVehicle -> 401", "WWW-Authenticate", "Bearer", "missing")),
)

TENANCY: Final = faults(
    "tenancy",
    *((f"{kebab(o)}-across-partners", GUIDE, f"{o} takes the ids of every partner", p.across_partners(o), Expected(KEPT_APART, f"{o} -> 2..", "status")) for o in (*BY_ID, "getEvent", *(each for entity in OWNED for each in (entity.create, entity.list)))),
    *((f"{kebab(o)}-of-all-partners", GUIDE, f"{o} lists what all partners have", p.lists_everyones(o), Expected(KEPT_APART, f"{o} -> 200", "the list")) for o in ("listUsers", "listWebhooks")),
    *((f"{kebab(o)}-in-spite-of-404", GUIDE, f"{o} answers 404 for another partner's, and acts all the same", p.acts_for_others(o), Expected(KEPT_APART, f"{o} -> 404", "GET .* afterwards")) for o in (*DELETING, "replaceWebhook", *(entity.create for entity in OWNED))),
    ("test-webhook-in-spite-of-404", GUIDE, "testWebhook answers 404 for another partner's, and delivers all the same", p.acts_for_others("testWebhook"), Expected(DELIVERED_RIGHT, "testWebhook -> 404", "deliveries to", "none")),
    ("user-id-is-taken-away", GUIDE, "a user's id is taken away from the other partner who has it", p.then_does("createUser", _user_of_everybody), Expected(KEPT_APART, "createUser -> 2..", "GET .* afterwards")),
    ("user-deleted-for-all", GUIDE, "a deleted user is deleted for every partner who has one of that id", p.then_does("deleteUser", lambda call, _: _user_of_everybody(replace(call, body=call.path), Reply(204))), Expected(KEPT_APART, "createUser -> 2..", "GET .* afterwards")),
    *((f"{kebab(entity.list)}-of-same-user-id", GUIDE, f"{entity.list} shows what another partner has below the same userId", p.does(entity.list, partial(_entities_of_others, entity.name)), Expected(KEPT_APART, f"{entity.list} -> 200", "the list")) for entity in OWNED),
)

LIFECYCLE: Final = faults(
    "lifecycle",
    *((f"{entity.name}-list-is-capped", SPEC, f"{entity.list} ends after {PAGE}", p.lists(entity.list, lambda items: items[:PAGE]), Expected(LISTED_ONCE, f"{entity.list} -> 200", "the list", "each of", "of them once")) for entity in ENTITIES),
    *((f"{entity.name}-deleted-is-listed", SPEC, f"{entity.list} lists what is deleted", p.still_listed(entity.list, entity.get, entity.delete), Expected(GONE, f"{entity.delete} -> 204", f"{entity.name}s afterwards", "not in the list")) for entity in ENTITIES),
    *((f"{entity.name}-deletes-sibling", SPEC, f"{entity.delete} deletes the newest {entity.name}, too", p.deletes_sibling_too(entity.delete, entity.name, entity.parameter), Expected(UNTOUCHED, f"{entity.delete} -> 204", "GET .* afterwards")) for entity in ENTITIES),
    *((f"{kebab(o)}-of-any-user", SPEC, f"{o} finds a {entity.name} below any user", p.across_parents(o, "user", "userId"), Expected(PARENTS, f"{o} -> 20[04]", "status", "404")) for entity in OWNED for o in (entity.get, entity.delete)),
    *((f"{kebab(entity.list)}-of-all-users", SPEC, f"{entity.list} lists the {entity.name}s of all users", p.lists_below_all(entity.list, "user", "userId"), Expected(PARENTS, f"{entity.list} -> 200", "the list")) for entity in OWNED),
    ("vehicle-deleted-everywhere", SPEC, "deleteVehicle deletes the vehicles of that id below other users, too", p.then_does("deleteVehicle", _vehicles_of_everyone), Expected(UNTOUCHED, "deleteVehicle -> 204", "GET .*/vehicles/.* afterwards")),
    ("vehicle-deletes-resource", SPEC, "deleteVehicle deletes the resource of that id, too", p.then_does("deleteVehicle", _resource_of_same_id), Expected(UNTOUCHED, "deleteVehicle -> 204", "GET .*/resources/.* afterwards")),
    ("put-changes-nothing", SPEC, "replaceWebhook answers 200 and changes nothing", p.only_says("replaceWebhook"), Expected(SENT, "getWebhook -> 200", "/webhookUrl")),
    ("put-keeps-payload-types", SPEC, "replaceWebhook leaves eventPayloadTypes as they were", p.does("replaceWebhook", partial(_put_keeps, ("eventPayloadTypes",))), Expected(SENT, "(PUT|GET) /webhooks/{id} -> 200", "/eventPayloadTypes")),
    ("put-keeps-operation-types", SPEC, "replaceWebhook leaves operationTypes as they were", p.does("replaceWebhook", partial(_put_keeps, ("operationTypes",))), Expected(SENT, "(PUT|GET) /webhooks/{id} -> 200", "/operationTypes")),
    ("put-changes-all", SPEC, "replaceWebhook changes the other webhooks, too", p.then_does("replaceWebhook", _change_all_webhooks), Expected(UNTOUCHED, "replaceWebhook -> 200", "GET .* afterwards")),
    ("put-makes", SPEC, "replaceWebhook makes what is not there", p.does("replaceWebhook", _put_makes), Expected(STATUS, "replaceWebhook -> 200", "status", "404", "200")),
    ("put-unknown-is-200", SPEC, "replaceWebhook answers 200 where there is nothing", p.in_place_of(404, "replaceWebhook", Reply(200)), Expected(STATUS, "replaceWebhook -> 200", "status", "404", "200")),
    ("put-moves", SPEC, "replaceWebhook gives the webhook another id", p.does("replaceWebhook", _put_moves), Expected(STATUS, "getWebhook -> 404", "status", "200", "404")),
    ("put-in-spite-of-404", SPEC, "replaceWebhook answers 404 for an unknown webhook, and makes it", p.does("replaceWebhook", _put_makes_quietly), Expected(REFUSED_CHANGES_NOthing, "replaceWebhook -> 404", "GET .* afterwards", "404")),
)

FIDELITY: Final = faults(
    "fidelity",
    ("brand-loses-norwegian-letters", SPEC, "a vehicle's brand is written without Norwegian letters", p.keeps("createVehicle", "/metadata/brand", ascii_only), Expected(SENT, "getVehicle -> 200", "/metadata/brand", "Ø", "O")),
    ("model-loses-foreign-letters", SPEC, "letters that Latin-1 lacks become question marks", p.keeps("createVehicle", "/metadata/model", question_marks), Expected(SENT, "getVehicle -> 200", "/metadata/model", "東京", r"\?")),
    ("model-is-read-as-latin-1", SPEC, "a resource's model is decoded as Latin-1", p.keeps("createResource", "/metadata/model", mojibake), found(ROUND_TRIP, "getResource", 200, actual=Has("Ã"))),
    ("brand-is-trimmed", SPEC, "blanks around a vehicle's brand are lost", p.keeps("createVehicle", "/metadata/brand", str.strip), Expected(SENT, "getVehicle -> 200", "/metadata/brand", " blanks", "blanks")),
    ("street-is-squeezed", SPEC, "blanks inside a street become one", p.keeps("createMeter", "/address/street", partial(re.sub, " +", " ")), Expected(SENT, "getMeter -> 200", "/address/street", "blanks", "blanks around")),
    ("brand-is-cut-off", SPEC, "a resource's brand is cut off after 100 letters", p.keeps("createResource", "/metadata/brand", partial(shortened, 100)), Expected(SENT, "getResource -> 200", "/metadata/brand", "long and longer", "long and longer")),
    ("street-is-cut-off", SPEC, "a street is cut off after 255 letters", p.keeps("createMeter", "/address/street", partial(shortened, 255)), Expected(SENT, "getMeter -> 200", "/address/street", "long and longer", "long and longer")),
    ("city-is-in-capitals", SPEC, "a city is written in capitals", p.keeps("createMeter", "/address/city", str.upper), Expected(SENT, "getMeter -> 200", "/address/city", "[a-z]", "[A-Z]")),
    ("brand-is-in-small-letters", SPEC, "a vehicle's brand is written in small letters", p.keeps("createVehicle", "/metadata/brand", str.lower), Expected(SENT, "getVehicle -> 200", "/metadata/brand", "[A-Z]", "[a-z]")),
    ("model-is-escaped", SPEC, "a vehicle's model is escaped for HTML", p.keeps("createVehicle", "/metadata/model", html.escape), Expected(SENT, "getVehicle -> 200", "/metadata/model", "&", "&amp;")),
    ("model-loses-tags", SPEC, "what looks like a tag is taken out of a resource's model", p.keeps("createResource", "/metadata/model", partial(re.sub, "<[^>]*>", "")), Expected(SENT, "getResource -> 200", "/metadata/model", "<script>", "fet")),
    ("street-is-composed", SPEC, "decomposed letters of a street are composed", p.keeps("createMeter", "/address/street", partial(unicodedata.normalize, "NFC")), Expected(SENT, "getMeter -> 200", "/address/street", "decomposed", "decomposed")),
    ("brand-loses-emoji", SPEC, "characters beyond 16 bits are lost", p.keeps("createVehicle", "/metadata/brand", lambda text: "".join(each for each in text if ord(each) < BEYOND_16_BITS)), Expected(SENT, "getVehicle -> 200", "/metadata/brand")),
    ("brand-loses-line-breaks", SPEC, "line breaks of a resource's brand become blanks", p.keeps("createResource", "/metadata/brand", lambda text: text.replace("\n", " ")), Expected(SENT, "getResource -> 200", "/metadata/brand", r"first line", r"first line second")),
    ("quotes-are-doubled", SPEC, "apostrophes of a vehicle's model are doubled", p.keeps("createVehicle", "/metadata/model", lambda text: text.replace("'", "''")), Expected(SENT, "getVehicle -> 200", "/metadata/model", "'", "''")),
    ("backslash-is-an-escape", SPEC, "a backslash in a vehicle's brand is lost", p.keeps("createVehicle", "/metadata/brand", lambda text: text.replace("\\", "")), Expected(SENT, "getVehicle -> 200", "/metadata/brand", r"\\")),
    ("model-loses-zeros", SPEC, "a model of digits loses its leading zeros", p.keeps("createVehicle", "/metadata/model", lambda text: text.lstrip("0")), Expected(SENT, "getVehicle -> 200", "/metadata/model", '"007"', '"7"')),
    ("vin-is-in-small-letters", SPEC, "a VIN is written in small letters", p.keeps("createVehicle", "/metadata/vin", str.lower), Expected(SENT, "getVehicle -> 200", "/metadata/vin", "[A-Z]", "[a-z]")),
    ("vin-is-hidden", SPEC, "a VIN is shown as stars but for its end", p.shows("getVehicle", "/metadata/vin", lambda vin: "*" * 13 + vin[13:]), Expected(SENT, "getVehicle -> 200", "/metadata/vin", "", r"\*\*\*")),
    ("year-is-text", SPEC, "a vehicle's year is shown as text", p.shows("getVehicle", "/metadata/year", str), Expected(BODY, "getVehicle -> 200", "/metadata/year", "an integer", "a string")),
    ("year-has-a-point", SPEC, "a vehicle's year is written as 2009.0", p.shows("getVehicle", "/metadata/year", float), Expected(BODY, "getVehicle -> 200", "/metadata/year", "an integer", "2009.0|2024.0")),
    ("year-has-two-digits", SPEC, "a vehicle's year is kept in two digits", p.keeps("createVehicle", "/metadata/year", lambda year: year % 100), Expected(SENT, "getVehicle -> 200", "/metadata/year", "2009|2024", "9|24")),
    ("year-is-missing", SPEC, "a vehicle is shown without its year", p.shows("getVehicle", "/metadata/year", p.DROP), Expected(BODY, "getVehicle -> 200", "/metadata/year", "required", "missing")),
    ("metadata-is-text", SPEC, "a vehicle's metadata is shown as text", p.shows("getVehicle", "/metadata", p.text_of), Expected(BODY, "getVehicle -> 200", "/metadata", "an object", "a string")),
    ("metadata-is-null", SPEC, "a resource's metadata is shown as null", p.shows("getResource", "/metadata", None), Expected(BODY, "getResource -> 200", "/metadata", "an object", "null")),
    ("brand-and-model-are-swapped", SPEC, "a vehicle's brand and model are swapped", p.keeps("createVehicle", "/metadata", lambda own: {**own, "brand": own["model"], "model": own["brand"]}), Expected(SENT, "getVehicle -> 200", "/metadata/brand")),
    ("vehicle-of-another-user", SPEC, "a vehicle is shown as another user's", p.shows("getVehicle", "/userId", "somebody"), Expected(PATH, "getVehicle -> 200", "/userId", "as in the path", "somebody")),
    ("vehicle-id-in-small-letters", SPEC, "a vehicle's id is shown in small letters", p.shows("getVehicle", "/vehicleId", str.lower), Expected(SENT, "getVehicle -> 200", "/vehicleId", "[A-F]", "[a-f]")),
    ("zip-code-loses-zero", SPEC, "a zip code loses its leading zeros", p.keeps("createMeter", "/address/zipCode", lambda text: text.lstrip("0")), Expected(SENT, "getMeter -> 200", "/address/zipCode", '"0', '"[1-9]')),
    ("zip-code-is-a-number", SPEC, "a zip code is shown as a number", p.shows("getMeter", "/address/zipCode", int), Expected(BODY, "getMeter -> 200", "/address/zipCode", "a string", "an integer")),
    ("meter-number-loses-zeros", SPEC, "a meter number loses its leading zeros", p.keeps("createMeter", "/meterNumber", lambda text: text.lstrip("0")), Expected(SENT, "getMeter -> 200", "/meterNumber", '"0', '"[1-9]')),
    ("meter-point-id-is-rounded", SPEC, "a meter point id goes through a floating point number", p.keeps("createMeter", "/meterPointId", lambda text: str(int(float(text)))), Expected(SENT, "getMeter -> 200", "/meterPointId")),
    ("meter-point-id-is-a-number", SPEC, "a meter point id is shown as a number", p.shows("getMeter", "/meterPointId", int), Expected(BODY, "getMeter -> 200", "/meterPointId", "a string", "an integer")),
    ("meter-ids-are-swapped", SPEC, "meterPointId and meterNumber are swapped", p.keeps("createMeter", "", lambda own: {**own, "meterPointId": own["meterNumber"], "meterNumber": own["meterPointId"]}), Expected(SENT, "getMeter -> 200", "/meterPointId")),
    ("coordinates-are-swapped", SPEC, "latitude and longitude are swapped", p.keeps("createMeter", "/location", swapped), Expected(SENT, "getMeter -> 200", "/location/latitude")),
    ("latitude-is-rounded", SPEC, "a latitude is rounded to four digits", p.keeps("createMeter", "/location/latitude", lambda own: round(own, 4)), Expected(SENT, "getMeter -> 200", "/location/latitude")),
    ("longitude-is-a-short-float", SPEC, "a longitude goes through 32 bits", p.keeps("createMeter", "/location/longitude", float32), Expected(SENT, "getMeter -> 200", "/location/longitude")),
    ("longitude-loses-its-sign", SPEC, "a longitude loses its sign", p.keeps("createMeter", "/location/longitude", abs), Expected(SENT, "getMeter -> 200", "/location/longitude", "-", "")),
    ("latitude-is-text", SPEC, "a latitude is shown as text", p.shows("getMeter", "/location/latitude", str), Expected(BODY, "getMeter -> 200", "/location/latitude", "a number", "a string")),
    ("pole-is-the-equator", SPEC, "a latitude of 90 is taken for none", p.keeps("createMeter", "/location/latitude", lambda own: 0 if abs(own) == 90 else own), Expected(SENT, "getMeter -> 200", "/location/latitude", "90", "0")),
    ("location-type-is-residential", SPEC, "every meter is Residential", p.keeps("createMeter", "/locationType", "Residential"), Expected(SENT, "getMeter -> 200", "/locationType", "", "Residential")),
    ("location-type-other-is-unknown", SPEC, "the location type Other is kept as Unknown", p.keeps("createMeter", "/locationType", lambda own: own.replace("Other", "Unknown")), Expected(SENT, "getMeter -> 200", "/locationType", "Other", "Unknown")),
    ("location-type-is-a-number", SPEC, "a location type is shown as its number", p.shows("getMeter", "/locationType", ["Unknown", "Residential", "Commercial", "Other"].index), Expected(BODY, "getMeter -> 200", "/locationType", "Residential", "an integer")),
    ("location-type-in-small-letters", SPEC, "a location type is shown in small letters", p.shows("getMeter", "/locationType", str.lower), Expected(BODY, "getMeter -> 200", "/locationType", "Residential")),
    ("capacity-is-rounded", SPEC, "a capacity is rounded to whole numbers", p.keeps("createResource", "/metadata/capacity", round), Expected(SENT, "getResource -> 200", "/metadata/capacity", r"\.", "")),
    ("capacity-has-two-digits", SPEC, "a capacity is kept with two digits after the point", p.keeps("createResource", "/metadata/capacity", lambda own: round(own, 2)), Expected(SENT, "getResource -> 200", "/metadata/capacity", r"\.\d{3}", "")),
    ("capacity-is-text", SPEC, "a capacity is shown as text", p.shows("getResource", "/metadata/capacity", str), Expected(BODY, "getResource -> 200", "/metadata/capacity", "a number", "a string")),
    ("elements-are-sorted", SPEC, "heating elements are sorted", p.keeps("createResource", "/metadata/heatingElements", sorted), Expected(SENT, "getResource -> 200", "/metadata/heatingElements/0")),
    ("elements-are-a-set", SPEC, "a heating element that comes twice is kept once", p.keeps("createResource", "/metadata/heatingElements", lambda own: list(dict.fromkeys(own))), Expected(SENT, "getResource -> 200", "/metadata/heatingElements", "an array of 6", "an array of 4")),
    ("elements-are-whole", SPEC, "heating elements are kept as whole numbers", p.keeps("createResource", "/metadata/heatingElements/*", int), Expected(SENT, "getResource -> 200", "/metadata/heatingElements/[01]")),
    ("first-element-only", SPEC, "only the first heating element is kept", p.keeps("createResource", "/metadata/heatingElements", lambda own: own[:1]), Expected(SENT, "getResource -> 200", "/metadata/heatingElements", "an array", "an array of 1")),
    ("elements-are-text", SPEC, "heating elements are shown as one text", p.shows("getResource", "/metadata/heatingElements", str), Expected(BODY, "getResource -> 200", "/metadata/heatingElements", "an array", "a string")),
    ("payload-types-are-sorted", SPEC, "a webhook's payload types are sorted", p.keeps("createWebhook", "/eventPayloadTypes", sorted), Expected(SENT, "(POST|GET) /webhooks.* -> 20.", "/eventPayloadTypes/0")),
    ("payload-type-is-lost", SPEC, "the last payload type of a webhook is lost", p.keeps("createWebhook", "/eventPayloadTypes", lambda own: own[:-1] or own), Expected(SENT, "(POST|GET) /webhooks.* -> 20.", "/eventPayloadTypes", "an array", "an array")),
    ("operation-types-are-all", SPEC, "a webhook has all operation types, whatever was sent", p.keeps("createWebhook", "/operationTypes", ["Create", "Update", "Delete"]), Expected(SENT, "(POST|GET) /webhooks.* -> 20.", "/operationTypes")),
    ("operation-type-in-small-letters", SPEC, "operation types are shown in small letters", p.shows("getWebhook", "/operationTypes/*", str.lower), Expected(BODY, "getWebhook -> 200", "/operationTypes/0", "Create")),
    ("webhook-url-ends-in-slash", SPEC, "a webhook's URL is shown with a slash behind it", p.shows("getWebhook", "/webhookUrl", lambda url: f"{url}/"), Expected(SENT, "getWebhook -> 200", "/webhookUrl", "", '/"')),
    ("webhook-url-is-missing", SPEC, "a webhook is shown without its URL", p.shows("getWebhook", "/webhookUrl", p.DROP), Expected(BODY, "getWebhook -> 200", "/webhookUrl", "required", "missing")),
    ("webhook-id-is-a-number", SPEC, "a webhook's id is a number", p.shows("getWebhook", "/id", lambda own: int(own[:8], 16)), Expected(BODY, "getWebhook -> 200", "/id", "a string", "an integer")),
    ("list-shows-other-brand", SPEC, "the list of vehicles shows brands in capitals", p.shows("listVehicles", "/*/metadata/brand", str.upper), Expected(SENT, "listVehicles -> 200", "/metadata/brand")),
    ("list-shows-year-as-text", SPEC, "the list of vehicles shows years as text", p.shows("listVehicles", "/*/metadata/year", str), Expected(BODY, "listVehicles -> 200", "/0/metadata/year", "an integer", "a string")),
    ("list-shows-meter-without-id", SPEC, "the list of meters has no ids", p.shows("listMeters", "/*/meterId", p.DROP), Expected(BODY, "listMeters -> 200", "/0/meterId", "required", "missing")),
    ("list-shows-other-coordinates", SPEC, "the list of meters rounds latitudes", p.shows("listMeters", "/*/location/latitude", lambda own: round(own, 1)), Expected(SENT, "listMeters -> 200", "/location/latitude")),
    ("list-shows-other-capacity", SPEC, "the list of resources rounds capacities", p.shows("listResources", "/*/metadata/capacity", round), Expected(SENT, "listResources -> 200", "/metadata/capacity")),
    ("list-shows-other-url", SPEC, "the list of webhooks shows other URLs", p.shows("listWebhooks", "/*/webhookUrl", lambda url: url + "?"), Expected(SENT, "listWebhooks -> 200", "/webhookUrl")),
    ("post-answers-another-vehicle", GUIDE, "a new vehicle's answer has another vehicleId", p.shows("createVehicle", "/vehicleId", "other"), Expected(SENT, "createVehicle -> 201", "/vehicleId", "", "other")),
    ("post-answers-another-resource", GUIDE, "a new resource's answer has another resourceId", p.shows("createResource", "/resourceId", "other"), Expected(SENT, "createResource -> 201", "/resourceId", "", "other")),
    ("post-answers-another-url", SPEC, "a new webhook's answer has another URL", p.shows("createWebhook", "/webhookUrl", "https://other.example/"), Expected(SENT, "createWebhook -> 201", "/webhookUrl", "", "other.example")),
    ("put-answers-another-url", SPEC, "a changed webhook's answer has another URL", p.shows("replaceWebhook", "/webhookUrl", "https://other.example/"), Expected(SENT, "replaceWebhook -> 200", "/webhookUrl", "", "other.example")),
    ("vehicle-not-found", SPEC, "a vehicle is not found after it was made", p.sends(p.status(404), "getVehicle"), Expected(STATUS, "getVehicle -> 404", "status", "200", "404")),
)

INPUT: Final = faults(
    "bad input",
    *((f"{kebab(own.operation)}-takes-{own.name}", _level(own.operation), f"{own.operation} takes {own.text}", p.accepts(own.operation, own.pointer, OfType(own.actual), default=own.default, mend=own.mend), Expected(BAD, f"{own.operation} -> 2..", "status", own.because)) for own in TAKEN),
    *((f"{kebab(o)}-in-spite-of-400", _level(o), f"{o} answers 400 and acts all the same", p.acts_in_spite(o, 400), Expected(REFUSED_CHANGES_NOthing, f"{o} -> 400", "GET .* afterwards")) for o in ("createVehicle", "createMeter", "createResource", "createWebhook", "replaceWebhook")),
    *((f"{kebab(entity.create)}-makes-unknown-user", GUIDE, f"{entity.create} makes the user that is not there", p.without_parent(entity.create, _make_user, goes_on=True), Expected(STATUS, f"{entity.create} -> 201", "status", "404", "201")) for entity in OWNED),
    *((f"{kebab(entity.create)}-leaves-unknown-user", GUIDE, f"{entity.create} answers 404 and makes the user", p.without_parent(entity.create, _make_user, goes_on=False), Expected(REFUSED_CHANGES_NOthing, f"{entity.create} -> 404", "GET /users/{userId} afterwards", "no user")) for entity in OWNED),
    *((f"{kebab(entity.create)}-keeps-for-later", GUIDE, f"{entity.create} answers 404 and keeps what was sent for the user to come", p.without_parent(entity.create, partial(_keep_for_later, entity), goes_on=False), Expected(REFUSED_CHANGES_NOthing, f"{entity.create} -> 404", "after the user was made")) for entity in OWNED),
    *((f"{kebab(entity.list)}-of-unknown-user-is-empty", SPEC, f"{entity.list} of an unknown user is an empty list", p.in_place_of(404, entity.list, Reply(200, [])), Expected(STATUS, f"{entity.list} -> 200", "status", "404", "200")) for entity in OWNED),
    *((f"{kebab(o)}-refuses-with-{code}", _level(o), f"{o} refuses bad input with {code}", p.sends(p.status(code), o, status=(400,)), Expected(STATUS, f"{o} -> {code}", "status", "400", str(code))) for o, code in (("createUser", 422), ("createVehicle", 422), ("createMeter", 409), ("createReport", 404))),
    *((f"{kebab(o)}-takes-an-array", _level(o), f"{o} takes the body in an array", p.accepts(o, "", OfType("array"), mend=unwrapped), Expected(BAD, f"{o} -> 2..", "status", "request body is an array")) for o in ("createUser", "createVehicle", "createWebhook")),
    *((f"{kebab(o)}-takes-json-in-a-text", _level(o), f"{o} takes the body as JSON in a JSON text", p.accepts(o, "", OfType("string"), mend=from_text), Expected(BAD, f"{o} -> 2..", "status", "request body is a string")) for o in ("createMeter", "createResource")),
    ("create-user-takes-a-form", GUIDE, "createUser reads a form that is called JSON", p.reads_as("createUser", lambda text: dict(each.split("=") for each in text.split("&"))), Expected(BAD, "createUser -> 2..", "status", "request body is it is no JSON")),
    ("create-vehicle-takes-text-behind", GUIDE, "createVehicle does not look behind the JSON", p.reads_as("createVehicle", lambda text: json.JSONDecoder().raw_decode(text)[0]), Expected(BAD, "createVehicle -> 2..", "status", "request body is it is no JSON")),
    ("create-webhook-takes-single-quotes", SPEC, "createWebhook takes JSON in single quotes", p.reads_as("createWebhook", ast.literal_eval), Expected(BAD, "createWebhook -> 2..", "status", "request body is it is no JSON")),
    ("create-user-takes-a-cut-off-body", GUIDE, "createUser takes JSON without its last brace", p.reads_as("createUser", lambda text: json.loads(text + "}")), Expected(BAD, "createUser -> 2..", "status", "request body is it is no JSON")),
    ("create-user-takes-no-body", GUIDE, "createUser takes an empty body", p.takes_nothing("createUser", {"userId": "nobody"}), found(BAD_REQUEST, "createUser", SUCCESS, because=BreachPattern(Place("request-body"), "absent"))),
    ("refusal-is-plain-text", GUIDE, "a refusal of createUser is plain text", p.sends(p.refusal(400, "no", "text/plain"), "createUser", status=(400,)), Expected(MEDIA, "createUser -> 400", "Content-Type", "problem", "text/plain")),
    ("refusal-is-empty", GUIDE, "a refusal of createVehicle is empty", p.sends(p.refusal(400), "createVehicle", status=(400,)), found(RESPONSE_BODY, "createVehicle", 400, body(), "absent")),
    ("refusal-is-an-object", GUIDE, "a refusal of createMeter is an object of plain JSON", p.sends(p.refusal(400, {"error": "no"}), "createMeter", status=(400,)), Expected(BODY, "createMeter -> 400", "body", "a string", "an object")),
    ("refusal-says-500", SPEC, "the problem document of a 400 has the status 500", p.sends(p.value(lambda body: {**body, "status": 500}), "createResource", status=(400,)), Expected(BODY, "createResource -> 400", "/status", "400", "500")),
    ("refusal-title-is-an-array", SPEC, "the title of a problem document is an array", p.sends(p.value(lambda body: {**body, "title": [body["title"]]}), "createWebhook", status=(400,)), Expected(BODY, "createWebhook -> 400", "/title", "a string", "an array")),
    ("refusal-is-200", GUIDE, "bad input of createVehicle is answered with 200 and an error in the body", p.sends(p.refusal(200, {"error": "no"}), "createVehicle", status=(400,)), Expected(BAD, "createVehicle -> 200", "status", "a refusal", "200")),
)

TROUBLE: Final = faults(
    "server errors",
    *((name, level, f"{text} is a server error", p.crashes(when, o), Expected(SERVER_ERROR, f"{o} -> 500", "status", "below 500", "500")) for name, level, text, when, o in CRASHES),
)

METHODS: Final = faults(
    "methods",
    ("patch-is-put", SPEC, "PATCH of a webhook does what PUT does", p.also_by("PATCH", "/webhooks/{id}", "replaceWebhook"), Expected(STATUS, "PATCH .*/webhooks/[^/]+ -> .*", "status", "404 or 405.*PATCH")),
    ("patch-deletes-user", SPEC, "PATCH of a user deletes it", p.also_by("PATCH", "/users/{userId}", "deleteUser"), Expected(REFUSED_CHANGES_NOthing, "PATCH .*/users/[^/]+ -> 204", "GET .* afterwards")),
    ("put-reads-user", SPEC, "PUT of a user reads it", p.also_by("PUT", "/users/{userId}", "getUser"), Expected(STATUS, "PUT .*/users/[^/]+ -> 200", "status", "404 or 405.*PUT", "200")),
    ("put-lists-users", SPEC, "PUT of /users lists them", p.also_by("PUT", "/users", "listUsers"), Expected(STATUS, "PUT .*/users -> 200", "status", "404 or 405.*PUT", "200")),
    ("post-lists-events", SPEC, "POST of /events lists them", p.also_by("POST", "/events", "listEvents"), Expected(STATUS, "POST .*/events -> .*", "status", "404 or 405.*POST")),
    ("get-tests-webhook", SPEC, "GET of a webhook's test asks for a delivery", p.also_by("GET", "/webhooks/{id}/test", "testWebhook"), Expected(STATUS, "GET .*/test -> 200", "status", "404 or 405.*GET", "200")),
    ("delete-lists-vehicles", SPEC, "DELETE of a user's vehicles lists them", p.also_by("DELETE", "/users/{userId}/vehicles", "listVehicles"), Expected(STATUS, "DELETE .*/vehicles -> 200", "status", "404 or 405.*DELETE", "200")),
    ("delete-of-event-reads-it", SPEC, "DELETE of an event reads it", p.also_by("DELETE", "/events/{eventId}", "getEvent"), Expected(STATUS, "DELETE .*/events/[^/]+ -> 200", "status", "404 or 405.*DELETE", "200")),
    ("wrong-method-is-200", SPEC, "a wrong method is answered with 200", p.elsewhere(p.status(200), 405), Expected(STATUS, ".*/users -> 200", "status", "404 or 405", "200")),
    ("wrong-method-is-400", SPEC, "a wrong method is answered with 400", p.elsewhere(p.status(400), 405), Expected(STATUS, ".*/users -> 400", "status", "404 or 405", "400")),
    ("wrong-method-is-500", SPEC, "a wrong method is a server error", p.elsewhere(p.status(500), 405), Expected(SERVER_ERROR, ".*/users -> 500", "status", "below 500", "500")),
    ("unknown-path-is-200", SPEC, "an unknown path is answered with 200", p.elsewhere(p.status(200), 404), Expected(STATUS, "GET .* -> 200", "status", "404 or 405", "200")),
    ("unknown-path-is-500", SPEC, "an unknown path is a server error", p.elsewhere(p.status(500), 404), Expected(SERVER_ERROR, "GET .* -> 500", "status", "below 500", "500")),
)

ANSWERS: Final = faults(
    "answers",
    ("user-is-wrapped", GUIDE, "a new user's answer is wrapped", p.sends(p.value(lambda body: {"user": {"id": body["userId"]}}), "createUser"), Expected(BODY, "createUser -> 201", "/userId", "required", "missing")),
    ("meter-is-wrapped", GUIDE, "a new meter's answer is wrapped", p.sends(p.value(lambda body: {"meter": body}), "createMeter"), Expected(BODY, "createMeter -> 201", "/meterId", "required", "missing")),
    ("meter-id-is-a-number", GUIDE, "a new meter's id is a number", p.shows("createMeter", "/meterId", 7), Expected(BODY, "createMeter -> 201", "/meterId", "a string", "an integer, 7")),
    ("meter-id-is-another", SPEC, "a new meter's answer has the id of nothing", p.shows("createMeter", "/meterId", "none"), Expected(STATUS, "getMeter -> 404", "status", "200", "404")),
    ("user-list-is-wrapped", SPEC, "the list of users is wrapped", p.sends(p.value(lambda body: {"users": body}), "listUsers"), Expected(BODY, "listUsers -> 200", "body", "an array", "an object")),
    ("user-list-is-ids", SPEC, "the list of users is one of ids", p.sends(p.value(lambda body: [each["userId"] for each in body]), "listUsers"), Expected(BODY, "listUsers -> 200", "/0", "an object", "a string")),
    ("vehicle-list-is-a-map", SPEC, "the list of vehicles is a map by id", p.sends(p.value(lambda body: {each["vehicleId"]: each for each in body}), "listVehicles"), Expected(BODY, "listVehicles -> 200", "body", "an array", "an object")),
    ("empty-list-is-null", SPEC, "a list without vehicles is null", p.sends(p.value(lambda body: body or None), "listVehicles"), Expected(BODY, "listVehicles -> 200", "body", "an array", "null")),
    ("empty-list-is-404", SPEC, "a list without meters is not found", p.nothing_found_is("listMeters", Reply(404)), Expected(STATUS, "listMeters -> 404", "status", "200", "404")),
    ("empty-list-is-204", SPEC, "a list without resources is answered with 204", p.nothing_found_is("listResources", Reply(204)), Expected(LISTED_STATUS, "listResources -> 204", "status", "200", "204")),
    ("list-is-lines", SPEC, "the list of webhooks is one JSON text a line", p.sends(p.content(lambda text: "\n".join(map(p.text_of, json.loads(text))).encode() or b" "), "listWebhooks"), Expected(BODY, "listWebhooks -> 200", "body", "", "")),
    ("user-made-is-202", GUIDE, "a new user is answered with 202", p.sends(p.status(202), "createUser"), Expected(LISTED_STATUS, "createUser -> 202", "status", "201", "202")),
    ("vehicle-made-is-204", GUIDE, "a new vehicle is answered with 204", p.sends(p.refusal(204), "createVehicle"), Expected(LISTED_STATUS, "createVehicle -> 204", "status", "201", "204")),
    ("webhook-made-is-500", SPEC, "a new webhook is a server error", p.sends(p.status(500), "createWebhook"), Expected(SERVER_ERROR, "createWebhook -> 500", "status", "below 500", "500")),
    ("trouble-is-503", SPEC, "getResource answers 503 without Retry-After", p.sends(p.status(503), "getResource"), Expected(SERVER_ERROR, "getResource -> 503", "status", "below 500", "503")),
    ("read-is-203", SPEC, "getMeter is answered with 203", p.sends(p.status(203), "getMeter"), Expected(LISTED_STATUS, "getMeter -> 203", "status", "200", "203")),
    ("read-is-moved", SPEC, "getUser is sent elsewhere", p.sends(p.chain(p.status(301), p.header("Location", "/v2/users")), "getUser"), Expected(STATUS, "getUser -> 301", "status", "200", "301")),
    ("user-deleted-is-200", SPEC, "deleteUser is answered with 200", p.sends(p.status(200), "deleteUser"), Expected(LISTED_STATUS, "deleteUser -> 200", "status", "204", "200")),
    ("vehicle-deleted-is-202", SPEC, "deleteVehicle is answered with 202", p.sends(p.status(202), "deleteVehicle"), Expected(LISTED_STATUS, "deleteVehicle -> 202", "status", "204", "202")),
    ("meter-deleted-is-404", SPEC, "deleteMeter deletes, and answers 404", p.sends(p.status(404), "deleteMeter"), Expected(STATUS, "deleteMeter -> 404", "status", "204", "404")),
    ("deleted-has-a-body", SPEC, "a 204 of deleteResource has a body", p.sends(with_body, "deleteResource"), Expected(NO_BODY, "deleteResource -> 204", "body|header Content-Length", "no body")),
    ("vehicle-is-a-page", SPEC, "a vehicle is said to be HTML", p.sends(p.header("Content-Type", "text/html"), "getVehicle"), Expected(MEDIA, "getVehicle -> 200", "Content-Type", "application/json", "text/html")),
    ("user-has-no-media-type", SPEC, "a user is sent without a media type", p.sends(p.header("Content-Type", None), "getUser"), Expected(MEDIA, "getUser -> 200", "Content-Type", "application/json", "missing")),
    ("events-are-plain-text", SPEC, "the list of events is said to be plain text", p.sends(p.header("Content-Type", "text/plain"), "listEvents"), Expected(MEDIA, "listEvents -> 200", "Content-Type", "application/json", "text/plain")),
    ("meter-is-a-problem", SPEC, "a meter is said to be a problem document", p.sends(p.header("Content-Type", "application/problem+json"), "getMeter"), Expected(MEDIA, "getMeter -> 200", "Content-Type", "application/json", "problem")),
    ("resource-is-in-latin-1", SPEC, "a resource is sent in Latin-1, and says so", p.sends(p.chain(p.content(lambda text: text.decode().encode("latin-1", "replace")), p.header("Content-Type", "application/json; charset=iso-8859-1")), "getResource"), Expected(MEDIA, "getResource -> 200", "Content-Type", "UTF-8", "iso-8859-1")),
    ("vehicle-is-in-latin-1", SPEC, "a vehicle is sent in Latin-1, and says nothing", p.sends(p.content(lambda text: text.decode().encode("latin-1", "replace")), "getVehicle"), Expected(BODY, "getVehicle -> 200", "body", "application/json", "no(t)? UTF-8")),
    ("user-has-a-byte-order-mark", SPEC, "a user starts with a byte order mark", p.sends(p.content(lambda text: b"\xef\xbb\xbf" + text), "getUser"), Expected(BODY, "getUser -> 200", "body", "application/json", "byte order mark")),
    ("webhook-is-cut-off", SPEC, "a webhook's JSON is cut off", p.sends(p.content(lambda text: text[:-1]), "getWebhook"), Expected(BODY, "getWebhook -> 200", "body", "application/json", "no JSON")),
    ("resource-has-nan", SPEC, "a capacity is written as NaN", p.sends(p.content(lambda text: re.sub(rb'"capacity":[^,}]+', b'"capacity":NaN', text)), "getResource"), Expected(BODY, "getResource -> 200", "body", "application/json", "NaN")),
    ("event-has-single-quotes", SPEC, "an event is written in single quotes", p.sends(p.content(lambda text: text.replace(b'"', b"'")), "getEvent"), Expected(BODY, "getEvent -> 200", "body", "application/json", "no JSON")),
    ("user-is-empty", SPEC, "a user is sent without a body", p.sends(p.content(lambda _: b""), "getUser"), found(RESPONSE_BODY, "getUser", 200, body(), "absent")),
    ("list-is-not-gzip", SPEC, "the list of vehicles is said to be gzip, and is not", p.sends(p.header("Content-Encoding", "gzip"), "listVehicles"), Expected(BODY, "listVehicles -> 200", "body", "whole", "")),
    ("head-is-no-http", SPEC, "a header of listMeters holds a NUL", p.sends(p.header("X-Trace", "a\x00b"), "listMeters"), found(RESPONSE_ARRIVES, "listMeters", at=Place("connection"), kind="absent")),
)

EVENTS: Final = faults(
    "events",
    ("priority-is-text", SPEC, "an event's priority is text", p.shows("getEvent", "/priority", str), Expected(BODY, "getEvent -> 200", "/priority", "an integer", "a string")),
    ("listed-priority-is-text", SPEC, "the priority of a listed event is text", p.shows("listEvents", "/*/priority", str), Expected(BODY, "listEvents -> 200", "/0/priority", "an integer", "a string")),
    ("event-time-has-no-offset", SPEC, "an event's createdAt has no offset", p.shows("getEvent", "/createdAt", lambda text: text[:19]), Expected(BODY, "getEvent -> 200", "/createdAt", "RFC 3339")),
    ("event-time-is-a-number", SPEC, "an event's modifiedAt is a number", p.shows("getEvent", "/modifiedAt", 1700000000), Expected(BODY, "getEvent -> 200", "/modifiedAt", "", "an integer")),
    ("event-start-is-a-date", SPEC, "an event starts on a day", p.shows("listEvents", "/*/intervalPeriod/start", lambda text: text[:10]), Expected(BODY, "listEvents -> 200", "/0/intervalPeriod/start", "RFC 3339")),
    ("event-duration-is-iso", SPEC, "an event's duration is PT2H", p.shows("getEvent", "/intervalPeriod/duration", "PT2H"), Expected(BODY, "getEvent -> 200", "/intervalPeriod/duration", "time span", "PT2H")),
    ("event-duration-is-a-number", SPEC, "a listed event's duration is in seconds", p.shows("listEvents", "/*/intervalPeriod/duration", 7200), Expected(BODY, "listEvents -> 200", "/0/intervalPeriod/duration", "", "7200")),
    ("event-has-no-program", SPEC, "an event has no programId", p.shows("getEvent", "/programId", p.DROP), Expected(BODY, "getEvent -> 200", "/programId", "required", "missing")),
    ("event-has-no-id", SPEC, "listed events have no id", p.shows("listEvents", "/*/id", p.DROP), Expected(BODY, "listEvents -> 200", "/0/id", "required", "missing")),
    ("event-targets-are-ids", SPEC, "an event's targetResources are ids", p.shows("getEvent", "/targetResources/*", lambda own: own["resourceId"]), Expected(BODY, "getEvent -> 200", "/targetResources/0", "an object", "a string")),
    ("event-payload-is-text", SPEC, "an event's payload is text", p.shows("getEvent", "/payload", p.text_of), Expected(BODY, "getEvent -> 200", "/payload", "an object", "a string")),
    ("event-descriptors-are-null", SPEC, "a listed event's reportDescriptors are null", p.shows("listEvents", "/*/reportDescriptors", None), Expected(BODY, "listEvents -> 200", "/0/reportDescriptors", "an array", "null")),
    ("listed-event-cannot-be-read", SPEC, "an event of the list is not found", p.sends(p.status(404), "getEvent"), Expected(STATUS, "getEvent -> 404", "status", "200", "404")),
    ("unknown-event-is-the-first", SPEC, "an unknown event is the first one", p.does("getEvent", _first_event), Expected(STATUS, "getEvent -> 200", "status", "404", "200")),
    ("unknown-event-is-500", SPEC, "an unknown event is a server error", p.sends(p.status(500), "getEvent", status=(404,)), Expected(SERVER_ERROR, "getEvent -> 500", "status", "below 500", "500")),
)

REPORTS: Final = faults(
    "reports",
    ("report-is-201", SPEC, "a report is answered with 201", p.sends(p.status(201), "createReport"), Expected(LISTED_STATUS, "createReport -> 201", "status", "200", "201")),
    ("report-is-empty", SPEC, "a report is answered without a body", p.sends(p.refusal(200), "createReport"), found(RESPONSE_BODY, "createReport", 200, body(), "absent")),
    ("report-is-of-another-event", SPEC, "a report's answer has another eventId", p.does("createReport", _report_mixed_up), Expected(SENT, "createReport -> 200", "/eventId")),
    ("report-name-loses-letters", SPEC, "a report's name loses its Norwegian letters", p.shows("createReport", "/name", ascii_only), Expected(SENT, "createReport -> 200", "/name", "[ØøÅå]")),
    ("report-name-is-cut-off", SPEC, "a report's name is cut off after 10 letters", p.shows("createReport", "/name", partial(shortened, 10)), Expected(SENT, "createReport -> 200", "/name")),
    ("report-has-no-id", SPEC, "a report has no id", p.shows("createReport", "/id", p.DROP), Expected(BODY, "createReport -> 200", "/id", "required", "missing")),
    ("report-id-is-a-number", SPEC, "a report's id is a number", p.shows("createReport", "/id", 17), Expected(BODY, "createReport -> 200", "/id", "a string", "17")),
    ("report-time-has-no-offset", SPEC, "a report's createdDateTime has no offset", p.shows("createReport", "/createdDateTime", lambda text: text[:19]), Expected(BODY, "createReport -> 200", "/createdDateTime", "RFC 3339")),
    ("report-has-no-modification", SPEC, "a report has no modificationDateTime", p.shows("createReport", "/modificationDateTime", p.DROP), Expected(BODY, "createReport -> 200", "/modificationDateTime", "required", "missing")),
    ("report-program-is-null", SPEC, "a report's programId is null", p.shows("createReport", "/programId", None), Expected(BODY, "createReport -> 200", "/programId", "a string", "null")),
    ("report-stop-is-refused", SPEC, "a report of a stop is refused", p.refuses("createReport", lambda body: any(each["actionType"] == "Stop" for each in body["payloads"])), Expected(STATUS, "createReport -> 400", "status", "200", "400")),
    ("report-without-readings-is-refused", SPEC, "a report without the optional readings is refused", p.refuses("createReport", lambda body: any("current" not in each for each in body["payloads"])), Expected(STATUS, "createReport -> 400", "status", "200", "400")),
)

REFUSED: Final = faults(
    "legal input refused",
    ("norwegian-letters-are-refused", GUIDE, "a vehicle's brand may have no Norwegian letters", p.refuses("createVehicle", lambda body: not body["metadata"]["brand"].isascii()), Expected(STATUS, "createVehicle -> 400", "status", "201", "400")),
    ("poles-are-refused", GUIDE, "a latitude of 90 is refused", p.refuses("createMeter", lambda body: abs(body["location"]["latitude"]) == 90), Expected(STATUS, "createMeter -> 400", "status", "201", "400")),
    ("date-line-is-refused", GUIDE, "a longitude of 180 is refused", p.refuses("createMeter", lambda body: abs(body["location"]["longitude"]) == 180), Expected(STATUS, "createMeter -> 400", "status", "201", "400")),
    ("location-type-unknown-is-refused", GUIDE, "the location type Unknown is refused", p.refuses("createMeter", lambda body: body["locationType"] == "Unknown"), Expected(STATUS, "createMeter -> 400", "status", "201", "400")),
    ("location-type-commercial-is-500", SPEC, "the location type Commercial is a server error", p.crashes(lambda asked: '"Commercial"' in p.sent_text(asked), "createMeter"), Expected(SERVER_ERROR, "createMeter -> 500", "status", "below 500", "500")),
    ("whole-capacity-is-refused", GUIDE, "a capacity must have a point", p.refuses("createResource", lambda body: isinstance(body["metadata"]["capacity"], int)), Expected(STATUS, "createResource -> 400", "status", "201", "400")),
    ("one-element-is-refused", GUIDE, "a tank must have two heating elements", p.refuses("createResource", lambda body: len(body["metadata"]["heatingElements"]) < 2), Expected(STATUS, "createResource -> 400", "status", "201", "400")),
    ("power-level-is-refused", SPEC, "the payload type PowerLevel is refused", p.refuses("createWebhook", lambda body: "PowerLevel" in body["eventPayloadTypes"]), Expected(STATUS, "createWebhook -> 400", "status", "201", "400")),
    ("payload-type-unknown-is-refused", SPEC, "the payload type Unknown is refused by PUT", p.refuses("replaceWebhook", lambda body: "Unknown" in body["eventPayloadTypes"]), Expected(STATUS, "replaceWebhook -> 400", "status", "200", "400")),
    ("operation-type-delete-is-500", SPEC, "the operation type Delete is a server error", p.crashes(lambda asked: '"Delete"' in p.sent_text(asked), "createWebhook"), Expected(SERVER_ERROR, "createWebhook -> 500", "status", "below 500", "500")),
    ("second-vehicle-is-refused", GUIDE, "a user may have one vehicle", p.does("createVehicle", partial(_one_only, "vehicle")), Expected(STATUS, "createVehicle -> 400", "status", "201", "400")),
    ("second-webhook-is-refused", SPEC, "a partner may have one webhook", p.does("createWebhook", partial(_one_only, "webhook")), Expected(STATUS, "createWebhook -> 400", "status", "201", "400")),
)

DELIVERIES: Final = faults(
    "deliveries",
    ("delivery-never-comes", SPEC, "a test brings no delivery", p.delivers(lambda _: []), Expected(DELIVERY_ARRIVES, "testWebhook -> 200", "delivery", "a POST to", "nothing came")),
    ("delivery-comes-twice", SPEC, "a test brings two deliveries", p.delivers(lambda own: [own, own]), Expected(DELIVERED_ONCE, "testWebhook -> 200", "deliveries to", "2", "[34]")),
    ("delivery-has-no-signature", SPEC, "a delivery has no Spark-Signature", p.delivers(lambda own: [_without_signature(own)]), Expected(DELIVERY_PARAMETERS, "POST testDelivery -> .*", "Spark-Signature", "required", "missing")),
    ("delivery-has-an-empty-signature", SPEC, "a delivery's Spark-Signature is empty", p.delivers(lambda own: [replace(own, headers={**own.headers, "Spark-Signature": ""})]), Expected(DELIVERY_PARAMETERS, "POST testDelivery -> .*", "Spark-Signature")),
    ("delivery-has-another-signature", SPEC, "a delivery has X-Signature in the place of Spark-Signature", p.delivers(lambda own: [replace(_without_signature(own), headers={**_without_signature(own).headers, "X-Signature": "x"})]), Expected(DELIVERY_PARAMETERS, "POST testDelivery -> .*", "Spark-Signature", "required", "missing")),
    ("delivery-is-no-json", SPEC, "a delivery is said to be JSON, and is not", p.delivers(lambda own: [replace(own, body=b"test=1")]), Expected(DELIVERY_BODY, "POST testDelivery -> .*", "request body", "", "no JSON")),
    ("delivery-is-a-put", SPEC, "a delivery is a PUT", p.delivers_by("PUT"), Expected(KNOWN, "PUT /hooks/.* -> 200", "request line", "a method", "PUT")),
    ("delivery-is-empty", SPEC, "a delivery has no body", p.delivers(lambda own: [replace(own, body=b"")]), found(REQUEST_BODY, "testDelivery", at=Place("request-body"), kind="absent")),
    ("delivery-goes-to-the-first-address", SPEC, "a changed webhook is called at the address that it had", _calls_first_address, Expected(DELIVERED_RIGHT, "testWebhook -> 200", "deliveries to", "none, for the webhook has another address")),
    ("delivery-does-not-follow", SPEC, "a changed webhook is not called at its new address", _calls_first_address, Expected(DELIVERY_ARRIVES, "testWebhook -> 200", "delivery", "a POST to", "nothing came")),
    ("delivery-to-the-deleted", SPEC, "a deleted webhook is called, and 404 answered", _calls_deleted, Expected(DELIVERED_RIGHT, "testWebhook -> 404", "deliveries to", "none, for the webhook is deleted")),
    ("delivery-to-all", SPEC, "a test calls every webhook of the partner", p.does("testWebhook", _calls_all), Expected(DELIVERED_RIGHT, "testWebhook -> 200", "deliveries to", "none, for its test was not asked for")),
    ("deleted-webhook-can-be-tested", SPEC, "a test of a deleted webhook is answered with 200", p.in_place_of(404, "testWebhook", Reply(200)), Expected(STATUS, "testWebhook -> 200", "status", "404", "200")),
    ("test-is-202", SPEC, "a test is answered with 202", p.sends(p.status(202), "testWebhook"), Expected(LISTED_STATUS, "testWebhook -> 202", "status", "200", "202")),
    ("refusing-receiver-is-502", SPEC, "a test of a webhook whose receiver refuses is a server error", p.waits_for_receiver("testWebhook", lambda answer: answer.status_code >= 400), Expected(SERVER_ERROR, "testWebhook -> 502", "status", "below 500", "502")),
    ("slow-receiver-is-504", SPEC, "a test of a webhook whose receiver is slow is a server error", p.waits_for_receiver("testWebhook"), Expected(SERVER_ERROR, "testWebhook -> 504", "status", "below 500", "504")),
    ("absent-receiver-is-500", SPEC, "a test of a webhook without a receiver is a server error", p.waits_for_receiver("testWebhook"), Expected(SERVER_ERROR, "testWebhook -> 500", "status", "below 500", "500")),
    ("failing-receiver-stops-all", SPEC, "nothing is delivered any more once a receiver has failed", p.gives_up_after_a_failure, Expected(DELIVERY_ARRIVES, "testWebhook -> 200", "delivery", "a POST to", "nothing came")),
)

FAULTS: Final = (
    *token_faults(1800), *authorization_faults(SECURED), *AUTHORIZATION, *TENANCY, *lifecycle_faults(ENTITIES, SPEC), *LIFECYCLE, *FIDELITY, *INPUT, *TROUBLE, *METHODS, *ANSWERS, *EVENTS, *REPORTS, *REFUSED, *DELIVERIES,
)

VARIANTS: Final = (
    *common_variants(SECURED),
    Variant("made-is-200", "what is made is answered with 200", p.sends(p.status(200), status=(201,))),
    Variant("made-is-empty", "new vehicles and resources are answered without a body", p.sends(p.content(lambda _: b""), "createVehicle", "createResource")),
    Variant("made-is-null", "new vehicles and resources are answered with null", p.sends(p.value(lambda _: None), "createVehicle", "createResource")),
    Variant("made-is-whole", "new vehicles and resources are answered with all that was sent", p.together(*(p.does(o, _echo) for o in ("createVehicle", "createResource", "createMeter")))),
    Variant("lists-in-another-order", "lists come newest first", p.sends(p.value(lambda body: body[::-1]), *(entity.list for entity in ENTITIES), "listEvents")),
    Variant("lists-of-ids", "items of lists have ids and no more", p.together(*(p.lists(entity.list, partial(_ids_only, entity.parameter)) for entity in OWNED))),
    Variant("numbers-in-other-spellings", "whole numbers are written with a point where they may be", p.together(p.shows("getResource", "/metadata/capacity", float, "listResources"), p.shows("getResource", "/metadata/heatingElements/*", float), p.shows("getMeter", "/location/latitude", float))),
    Variant("ids-of-the-server", "the server chooses users' ids", p.does("createUser", _own_user_id)),
    Variant("short-ids", "ids of meters and webhooks are short numbers", p.numbers_ids("createMeter", "createWebhook")),
    Variant("answers-with-id", "vehicles and resources have an id of the server's, too", p.together(p.sends(p.value(_with_id), "getVehicle", "getResource", "listVehicles", "listResources"))),
    Variant("answers-without-user", "vehicles, meters and resources do not say whose they are", p.together(*(p.shows(entity.get, "/userId", p.DROP) for entity in OWNED), *(p.shows(entity.list, "/*/userId", p.DROP) for entity in OWNED), *(p.shows(entity.create, "/userId", p.DROP) for entity in OWNED))),
    Variant("null-for-nothing", "null is taken for an optional member that is left out", p.together(*(p.accepts("createReport", f"/payloads/0/{name}", OfType("null")) for name in ("current", "power", "stateOfCharge", "batteryCapacity")))),
    Variant("refusal-is-text", "a refusal is a JSON text", p.sends(p.refusal(400, "The input breaks a rule."), *SECURED, status=(400,))),
    Variant("refusal-is-sparse", "a problem document has nothing but nulls", p.sends(p.refusal(400, {"type": None, "title": None, "status": None, "detail": None, "instance": None}, "application/problem+json; charset=utf-8"), *SECURED, status=(400,))),
    Variant("unknown-user-is-400", "an unknown user in the path is answered with 400", p.sends(p.refusal(400, "There is no such user."), *(each for entity in OWNED for each in (entity.create, entity.list)), "getUser", status=(404,))),
    Variant("second-time-is-409", "an id that is there already is refused with 409", p.together(*(p.does(entity.create, partial(_only_new, entity, 409)) for entity in ENTITIES[:4]))),
    Variant("second-time-is-400", "an id that is there already is refused with 400", p.together(*(p.does(entity.create, partial(_only_new, entity, 400)) for entity in ENTITIES[:4]))),
    Variant("strict-members", "members that are not known are refused", p.together(*(p.refuses(o, partial(has_unknown, members)) for o, members in _MEMBERS.items()))),
    Variant("plain-text-only", "text with line breaks, emoji, or blanks around is refused", p.together(*(p.refuses(o, unusual_text) for o in MAKING[1:]))),
    Variant("ids-of-plain-characters", "ids of other characters than letters, digits and hyphens are refused", p.together(*(p.refuses(entity.create, partial(_unusual_id, entity.parameter)) for entity in (ENTITIES[0], ENTITIES[1], ENTITIES[3])))),
    Variant("assets-outlive-user", "a user that is deleted leaves its assets, for when it is made again", p.does("deleteUser", _user_alone)),
    Variant("webhook-secret-is-stars", "a webhook shows its secret as stars", p.sends(p.value(partial(_with_secret_shown, "***")), "createWebhook", "getWebhook", "replaceWebhook", "listWebhooks")),
    Variant("webhook-secret-is-null", "a webhook shows its secret as null", p.sends(p.value(partial(_with_secret_shown, None)), "createWebhook", "getWebhook", "replaceWebhook", "listWebhooks")),
    Variant("put-is-empty", "a changed webhook is answered without a body", p.sends(p.refusal(200), "replaceWebhook")),
    Variant("put-is-an-empty-object", "a changed webhook is answered with an empty object", p.sends(p.value(lambda _: {}), "replaceWebhook")),
    Variant("test-says-sent", "a test is answered with a text", p.sends(p.refusal(200, "sent", "text/plain"), "testWebhook")),
    Variant("webhooks-by-https", "webhooks at addresses without TLS are refused", p.together(*(p.refuses(o, lambda body: not str(body["webhookUrl"]).startswith("https:")) for o in ("createWebhook", "replaceWebhook")))),
    Variant("others-make-users", "whoever shares the sandbox makes and deletes users meanwhile", p.others_make_users(*MAKING)),
    Variant("delivery-takes-its-time", "a delivery comes after two seconds", p.delivers_late(2)),
    Variant("delivery-of-another-type", "a delivery has a media type of its own", p.delivers(lambda own: [replace(own, headers={**own.headers, "Content-Type": "application/cloudevents+json; charset=utf-8", "User-Agent": "spark"})])),
    Variant("delivery-is-an-array", "a delivery is an array", p.delivers(lambda own: [replace(own, body=b"[%b]" % own.body)])),
    Variant("no-events", "there is no event", p.lists("listEvents", lambda _: [])),
    Variant("events-without-location", "an event's targets have no location, and no random start", p.together(p.shows("listEvents", "/*/targetResources/*/locationId", p.DROP), p.shows("getEvent", "/targetResources/*/locationId", p.DROP), p.shows("listEvents", "/*/intervalPeriod/randomizeStart", None), p.shows("getEvent", "/intervalPeriod/randomizeStart", None))),
    Variant("malformed-ids-are-400", "an id of another length than the API gives is answered with 400", p.wants_whole_ids("getWebhook", "deleteWebhook", "replaceWebhook", "testWebhook")),
    Variant("times-in-zulu", "times end in Z, with three digits", p.together(*(p.shows(o, pointer, zulu) for o, pointer in (("getEvent", "/createdAt"), ("getEvent", "/modifiedAt"), ("listEvents", "/*/createdAt"), ("createReport", "/createdDateTime"), ("createReport", "/modificationDateTime"))))),
    Variant("reports-on-known-events", "a report on an unknown event is refused", p.does("createReport", _known_event)),
    Variant("compressed", "answers are compressed", p.sends(p.chain(p.content(gzip.compress), p.header("Content-Encoding", "gzip")), *(entity.get for entity in ENTITIES), *(entity.list for entity in ENTITIES), "listEvents", "getToken")),
)
# fmt: on
