"""The planted faults and the legal variants of January 2026.

A fault is what a server of that edition could get wrong: one thing, and nothing that the published facts leave open. A
variant is what they leave open, or allow. What goes wrong in the same way with every operation, or with every entity of
entity, is a row of a comprehension.
"""

from __future__ import annotations

import asyncio
import base64
import gzip
import hashlib
import hmac
import itertools
import json
import operator
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from typing import Any, Final

from ecsuite.findings.pattern import OfType
from ecsuite.findings.breach import Place, body
from ecsuite.findings.pattern import SUCCESS, BreachPattern, found
from ecsuite.http import httpx
from ecsuite.promises import BAD_REQUEST, REQUEST_BODY, RESPONSE_ARRIVES, RESPONSE_BODY
from ecsuite.rules import (
    CHANGED_ALONE,
    COMPENSATED,
    CREATION_RESPONSE,
    DELIVERED_ONCE,
    DELIVERED_RIGHT,
    DELIVERED_TRUE,
    DELIVERY_ARRIVES,
    ELIGIBLE,
    ENROLLED,
    GONE,
    IN_ORDER,
    KEPT_APART,
    LISTED_ONCE,
    LOGGED,
    PAGED,
    PARENTS,
    REPEATED,
    REPLACED_WHOLE,
    SIGNED,
    SIMULATED,
    UNTOUCHED,
    REFUSED_CHANGES_NOthing,
)
from ecsuite.standin import edition_2026_01_assets as assets
from ecsuite.standin import edition_2026_01_programme as programme
from ecsuite.standin import edition_2026_01_webhooks as webhooks
from ecsuite.standin.app import Plant
from ecsuite.standin.call import Call, Handler, RefusalError, Reply
from ecsuite.standin.faults import Expected, Variant
from ecsuite.standin.faults import planting as p
from ecsuite.standin.faults.common import (
    BAD,
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
from ecsuite.webhook.signature import sign

ENTITIES: Final = (
    EntityOperations("user", "userId", "createUser", "listUsers", "getUser", "deleteUser"),
    EntityOperations("location", "locationId", "createLocation", "listLocations", "getLocation", "deleteLocation"),
    EntityOperations("vehicle", "resourceId", "createVehicle", "listResources", "getResource", "deleteResource"),
    EntityOperations(
        "resource", "resourceId", "createLocationResource", "listLocationResources", "getResource", "deleteResource"
    ),
    EntityOperations("webhook", "webhookId", "createWebhook", "listWebhooks", "getWebhook", "deleteWebhook"),
)
MAKING: Final = (*(entity.create for entity in ENTITIES), "createUsers", "createLocations")
DELETING: Final = ("deleteUser", "deleteLocation", "deleteResource", "deleteWebhook")
CHANGING: Final = ("replaceLocation", "changeLocation", "replaceWebhook", "changeWebhook")
OF_A_USER: Final = (
    "listLocations", "createLocation", "createVehicle", "listResources", "getEligibility", "getEnrollment",
    "createEnrollment", "deleteEnrollment", "getCompensation",
)  # fmt: skip
BY_ID: Final = (
    "getUser", "getLocation", "getResource", "getWebhook", *DELETING, *CHANGING, *OF_A_USER, "enableWebhook",
    "listLocationResources", "createLocationResource", "getEvent",
)  # fmt: skip
SIMULATING: Final = ("simulatePriceCurve", "simulateUserEligibility", "simulateLocationLimit", "simulateResourceLimit")
PAGED_LISTS: Final = ("listUsers", "listEvents", "listEligibleUsers", "listNotificationLogs")
LISTING: Final = ("listUsers", "listLocations", "listResources", "listLocationResources", "listWebhooks", "listEvents")
SECURED: Final = tuple(dict.fromkeys((
    *(operation for entity in ENTITIES for operation in entity[2:]), "createUsers", "createLocations", *BY_ID, *SIMULATING,
    *PAGED_LISTS, "getMeterEligibility", "createReport", "getNotificationLog", "simulatePartner", "deleteSimulation",
)))  # fmt: skip
LIFETIME: Final = 3600
CAP: Final = 20


# Changes of values, as servers make them.


def _without_zeros(meters: list[str] | None) -> list[str] | None:
    return meters and [meter.lstrip("0") for meter in meters]


def _rounded(digits: int, place: dict[str, float] | None) -> Any:
    return place and {name: round(own, digits) for name, own in place.items()}


def _exact32(place: dict[str, float] | None) -> Any:
    return place and {name: float32(own) for name, own in place.items()}


def _turned(place: dict[str, float] | None) -> Any:
    return place and swapped(place)


# What some of them do.


def _pages(change: Callable[[dict[str, Any], Mapping[str, str]], dict[str, Any]], *operations: str) -> Plant:
    """Shows a page otherwise; `change` is given it, and the query that asked for it."""

    def act(original: Handler, call: Call) -> Reply:
        reply = original(call)
        return replace(reply, body=change(reply.body, call.query))

    return p.together(*(p.does(operation, act) for operation in operations))


def _figure(name: str, change: Callable[[dict[str, Any]], Any], *operations: str) -> Plant:
    """Shows a figure of a page otherwise; `change` is given its pagination."""

    def other(body: dict[str, Any], _: Mapping[str, str]) -> dict[str, Any]:
        figures = body["pagination"]
        return {**body, "pagination": {**figures, name: change(figures)}}

    return _pages(other, *operations)


def _asks(change: Callable[[dict[str, str]], dict[str, str]], *operations: str) -> Plant:
    """Reads the query otherwise."""

    def act(original: Handler, call: Call) -> Reply:
        return original(replace(call, query={**call.query, **change(dict(call.query))}))

    return p.together(*(p.does(operation, act) for operation in operations))


def _number(query: Mapping[str, str]) -> int:
    return int(query.get("page", "1"))


def _page_of(other: Callable[[int], int], original: Handler, call: Call) -> Reply:
    """The records of another page than was asked for, with the figures of that."""
    records = original(replace(call, query={**call.query, "page": str(other(_number(call.query)))}))
    return replace(records, body={**records.body, "pagination": original(call).body["pagination"]})


def _overlapping(original: Handler, call: Call) -> Reply:
    """From the second page on, the last record of the page before comes first."""
    reply = original(call)
    number = _number(call.query)
    if number < 2:
        return reply
    before = p.items_of(original(replace(call, query={**call.query, "page": str(number - 1)})).body)
    items = p.items_of(reply.body)
    return replace(reply, body=p.with_items(reply.body, [*before[-1:], *items][: len(items)]))


def _lost_at_the_end(original: Handler, call: Call) -> Reply:
    """The records of a last page that is not full are lost."""
    reply = original(call)
    items = p.items_of(reply.body)
    lost = _number(call.query) > 1 and len(items) < int(call.query.get("pageSize", "1"))
    return replace(reply, body=p.with_items(reply.body, [] if lost else items))


def _last_again(original: Handler, call: Call) -> Reply:
    """A page after the last one has the records of the last one."""
    reply = original(call)
    last = reply.body["pagination"]["totalPages"]
    if p.items_of(reply.body) or not last:
        return reply
    again = original(replace(call, query={**call.query, "page": str(last)}))
    return replace(reply, body=p.with_items(reply.body, p.items_of(again.body)))


def _one_more(original: Handler, call: Call) -> Reply:
    """A page has one record more than was asked for."""
    reply = original(call)
    more = original(replace(call, query={**call.query, "page": str(_number(call.query) + 1)}))
    return replace(reply, body=p.with_items(reply.body, [*p.items_of(reply.body), *p.items_of(more.body)[:1]]))


def _crashes_at(name: str, texts: tuple[str, ...]) -> Callable[[Asked], bool]:
    return lambda asked: dict(asked.decoded.query).get(name) in texts


def _merged(original: Handler, call: Call) -> Reply:
    """A PUT leaves what it does not name as it was."""
    before = assets.shown(assets.require_location(call))
    return original(replace(call, body={**before, **call.body}))


def _webhook_merged(original: Handler, call: Call) -> Reply:
    before = call.store.get(call.partner, "webhook", "", call.path["webhookId"]) or {}
    names = ("name", "notificationTypes")
    return original(replace(call, body={**{name: before[name] for name in names if name in before}, **call.body}))


def _resets(name: str) -> Plant:
    """A PATCH of a location makes nothing of what it does not name."""

    def act(original: Handler, call: Call) -> Reply:
        reply = original(call)
        rest = {} if name in call.body else {name: None}
        location = assets.require_location(call)
        assets.add_location(call, location["userId"], {**assets.shown(location), **rest})
        return replace(reply, body={**reply.body, **rest})

    return p.does("changeLocation", act)


def _patch_forgets(name: str, instead: Any, original: Handler, call: Call) -> Reply:
    """A PATCH of a webhook sets a member back that it does not name."""
    reply = original(call)
    if name in call.body:
        return reply
    webhook: Any = call.store.get(call.partner, "webhook", "", call.path["webhookId"])
    call.store.put(call.partner, "webhook", "", webhook["webhookId"], {**webhook, name: instead})
    return replace(reply, body={**reply.body, name: instead} if name != "webhookSecret" else reply.body)


def _patch_switches_on(original: Handler, call: Call) -> Reply:
    """A PATCH of a webhook that does not say so switches it on."""
    return original(replace(call, body={"enabled": True, **call.body}))


def _switches_all(call: Call, _: Reply) -> None:
    for webhook in call.store.all(call.partner, "webhook"):
        kept = {**webhook, "enabled": call.query["enabled"] == "true"}
        call.store.put(call.partner, "webhook", "", webhook["webhookId"], kept)


def _turns(original: Handler, call: Call) -> Reply:
    """A switch turns a webhook, whichever way it is asked for."""
    webhook: Any = call.store.get(call.partner, "webhook", "", call.path["webhookId"])
    return original(replace(call, query={"enabled": "false" if webhook and webhook["enabled"] else "true"}))


def _put_keeps_old(original: Handler, call: Call) -> Reply:
    """A PUT of a location leaves the meter point that is deprecated as it was."""
    before = assets.require_location(call)
    reply = original(call)
    after = assets.require_location(call) | {"meterPointId": before["meterPointId"]}
    call.store.put(call.partner, "location", after["userId"], after["locationId"], after)
    return reply


def _put_drops_resources(call: Call, _: Reply) -> None:
    """What is at a location goes when the location is put or changed."""
    for resource in assets.resources(call, call.path["userId"]):
        if resource["locationId"] == call.path["locationId"]:
            call.store.delete(call.partner, "resource", call.path["userId"], resource["resourceId"])


def _nothing_is_no_change(original: Handler, call: Call) -> Reply:
    """An empty list in a PATCH is taken for none."""
    return original(replace(call, body={name: own for name, own in call.body.items() if own != []}))


def _second_is_conflict(original: Handler, call: Call) -> Reply:
    """A PUT that changes nothing is a conflict."""
    names = ("locationType", "coordinates", "meterPointIds")
    before = assets.require_location(call)
    reply = original(call)
    after = assets.require_location(call)
    return Reply(409) if all(before[name] == after[name] for name in names) else reply


def _batch_stops(original: Handler, call: Call) -> Reply:
    """A batch ends at a user that is there, and is answered with all."""
    known = {user["userId"] for user in assets.users(call)}
    until = itertools.takewhile(lambda user: user["userId"] not in known, call.body["users"])
    original(replace(call, body={"users": list(until)}))
    return Reply(201, {"users": [{"userId": user["userId"]} for user in call.body["users"]]})


def _loses_name(call: Call, _reply: Reply) -> None:
    """A webhook that is switched loses its name."""
    webhook: Any = call.store.get(call.partner, "webhook", "", call.path["webhookId"])
    call.store.put(call.partner, "webhook", "", webhook["webhookId"], {**webhook, "name": None})


def _patch_takes(names: tuple[str, ...], original: Handler, call: Call) -> Reply:
    """A PATCH takes no other members than these."""
    return original(replace(call, body={name: own for name, own in call.body.items() if name in names}))


def _says_only(original: Handler, call: Call) -> Reply:
    """Answers with what was sent, and keeps what was before."""
    before = assets.require_location(call)
    reply = original(call)
    call.store.put(call.partner, "location", before["userId"], before["locationId"], before)
    return reply


def _put_makes(original: Handler, call: Call) -> Reply:
    user_id = assets.require_user(call)
    if call.store.get(call.partner, "location", user_id, call.path["locationId"]) is None:
        assets.add_location(call, user_id, {**call.body, "locationId": call.path["locationId"]})
    return original(call)


def _put_changes_all(call: Call, _: Reply) -> None:
    for location in assets.locations(call, call.path["userId"]):
        assets.add_location(call, location["userId"], {**assets.shown(location), "locationType": "Other"})


def _webhooks_change_all(call: Call, _: Reply) -> None:
    for webhook in call.store.all(call.partner, "webhook"):
        call.store.put(call.partner, "webhook", "", webhook["webhookId"], {**webhook, "name": "changed"})


def _replaces(original: Handler, call: Call) -> Reply:
    """Takes a locationId that is there, and replaces the location."""
    call.store.delete(call.partner, "location", assets.require_user(call), call.body["locationId"])
    return original(call)


def _conflict_replaces(original: Handler, call: Call) -> Reply:
    """Answers 409, and replaces the location all the same."""
    reply = original(call)
    if reply.status == 409:
        assets.add_location(call, call.path["userId"], call.body)
    return reply


def _conflict_is(reply: Reply, original: Handler, call: Call) -> Reply:
    own = original(call)
    return reply if own.status == 409 else own


def _batch(change: Callable[[list[Any]], list[Any]], name: str, original: Handler, call: Call) -> Reply:
    """Keeps other things of a batch than were sent."""
    return original(replace(call, body={name: change(call.body[name])}))


def _keeps_the_right_ones(operation: str, name: str, keep: Callable[[Call, Any], object]) -> Plant:
    """Refuses a batch with a wrong entity in it, and keeps the others."""

    def answer(parts: Parts, original: Callable[[Asked], Reply], asked: Asked) -> Reply:
        try:
            return original(asked)
        except RefusalError as refused:
            partner, items = parts.bearer(asked), sent_member(asked, name)
            if asked.operation.id == operation and refused.reply.status == 400 and partner:
                call = Call(partner, asked.decoded.path_values, p.sent_value(asked), parts.store)
                for item in items or ():
                    if isinstance(item, dict) and all(isinstance(own, str) for own in list(item.values())[:1]):
                        keep(call, item)
            raise

    return p.wraps(p.ANSWER, answer)


def _at_any_location(_: Handler, call: Call) -> Reply:
    """Lists the resources of a user at whatever location is asked for."""
    found = assets.resources(call, assets.require_location(call)["userId"])
    return Reply(200, [resource for resource in found if resource["locationId"]])


def _newest_of_each(call: Call, _: Reply) -> None:
    """Deletes the newest resource of each user, too."""
    for user in assets.users(call):
        for resource in assets.resources(call, user["userId"])[-1:]:
            call.store.delete(call.partner, "resource", user["userId"], resource["resourceId"])


def _resources_listed_still(parts: Parts) -> None:
    """Lists a resource that is deleted as before."""
    deleted: list[dict[str, Any]] = []
    show = parts.handlers["getResource"]

    def listed(original: Handler, call: Call) -> Reply:
        reply = original(call)
        more = [body for body in deleted if body["userId"] == call.path["userId"]]
        return replace(reply, body=p.with_items(reply.body, [*p.items_of(reply.body), *more]))

    keeping = p.first_does("deleteResource", lambda call: deleted.append(show(call).body))
    p.together(keeping, p.does("listResources", listed))(parts)


def _user_of_everybody(call: Call, _: Reply) -> None:
    """Takes the id away from the other partners."""
    for other in p.others(call):
        call.store.delete(other, "user", "", call.path.get("userId") or call.body["userId"], owns=assets.OWNED)


def _first_event(original: Handler, call: Call) -> Reply:
    try:
        return original(call)
    except RefusalError:
        events = call.store.all(call.partner, "event")
        if not events:
            raise
        return Reply(200, events[0])


def _report_mixed_up(original: Handler, call: Call) -> Reply:
    return replace(reply := original(call), body={**reply.body, "eventId": reply.body["id"]})


# Deliveries: what is sent in the place of one, and how often.


def _notifies(change: Callable[[Any], Any]) -> Plant:
    """Delivers other notifications than are kept, with the right signature over what is delivered."""
    return _written(lambda value: p.text_of(change(value)).encode())


def _but(name: str, value: dict[str, Any]) -> dict[str, Any]:
    return {own: it for own, it in value.items() if own != name}


def _secret_of(parts: Parts, delivery: Delivery) -> str:
    """The secret of the webhook that a delivery goes to."""
    for partner, _ in enumerate(parts.store.credentials(), 1):
        webhook = parts.store.get(partner, "webhook", "", delivery.hook)
        if webhook:
            return str(webhook["webhookSecret"] or "")
    return ""


def _signed(parts: Parts, delivery: Delivery) -> Delivery:
    return _signed_by(_secret_of(parts, delivery), delivery)


def _signs(make: Callable[[str, Delivery], str | None]) -> Plant:
    """Signs deliveries otherwise; `make` is given the secret and the delivery, and None stands for no header."""

    def other(parts: Parts, delivery: Delivery) -> list[Delivery]:
        signature = make(_secret_of(parts, delivery), delivery)
        rest = {name: own for name, own in delivery.headers.items() if name != webhooks.SIGNATURE_HEADER}
        more = {} if signature is None else {webhooks.SIGNATURE_HEADER: signature}
        return [replace(delivery, headers={**rest, **more})]

    return p.delivers_with(other)


def _mac(digest: Callable[..., Any], key: bytes, body: bytes) -> bytes:
    return hmac.new(key, body, digest).digest()


def _base64(raw: bytes) -> str:
    return base64.b64encode(raw).decode()


def _keeps_first(member: str, deliver: Callable[[str, Delivery], Delivery]) -> Plant:
    """Delivers by a member that a webhook had when it was made, whatever it has since."""

    def plant(parts: Parts) -> None:
        first: dict[str, str] = {}

        def remember(call: Call, reply: Reply) -> None:
            first[reply.body["webhookId"]] = call.body.get(member) or ""

        p.then_does("createWebhook", remember)(parts)
        p.delivers(lambda own: [deliver(first.get(own.hook, ""), own)])(parts)

    return plant


def _signed_by(secret: str, delivery: Delivery) -> Delivery:
    return replace(delivery, headers={**delivery.headers, webhooks.SIGNATURE_HEADER: sign(secret, delivery.body)})


def _tries(count: int) -> Plant:
    """Tries a delivery so often at most."""

    def owe(_: Parts, original: Callable[..., None], *args: Any, **options: Any) -> None:
        original(*args, **{**options, "tries": count})

    return p.wraps(p.of_store("owe"), owe)


def _pauses(seconds: Callable[[int], float]) -> Plant:
    """Waits otherwise before a delivery is tried again; `seconds` is given how often it was tried before."""

    def put_off(_: Parts, original: Callable[..., Delivery], delivery: Delivery, pause: float) -> Delivery:
        del pause
        return original(delivery, seconds(delivery.tried))

    return p.wraps(p.of_store("put_off"), put_off)


def _new_notification_each_time(parts: Parts, delivery: Delivery) -> list[Delivery]:
    """Gives each try of a delivery a notificationId of its own."""
    if not delivery.tried:
        return [delivery]
    body = p.text_of({**json.loads(delivery.body), "notificationId": f"again-{delivery.tried}"}).encode()
    return [_signed(parts, replace(delivery, body=body))]


def _unsigned_again(delivery: Delivery) -> list[Delivery]:
    """Signs the first try of a delivery only."""
    if not delivery.tried:
        return [delivery]
    return [replace(delivery, headers={**delivery.headers, webhooks.SIGNATURE_HEADER: _base64(b"\0" * 32)})]


def _acknowledged_by(*statuses: int) -> Plant:
    """Takes no other statuses than these for an acknowledgement."""
    return p.takes_status(lambda status: status if status in statuses or not status or status >= 300 else 500)


def _waits_for_each(parts: Parts) -> None:
    """Delivers one after the other, and waits for the response of each."""
    one_at_a_time = asyncio.Lock()
    failed: list[str] = []

    async def send(_: Parts, original: p.Send, client: httpx.AsyncClient, delivery: Delivery) -> int | None:
        async with one_at_a_time:
            if failed and delivery.url not in failed:
                return 500
            status = await original(client, delivery)
            if status and status >= 300:
                failed.append(delivery.url)
            return status

    p.wraps(p.SEND, send)(parts)


def _notifies_as(choose: Callable[[Call, dict[str, Any], str], bool]) -> Plant:
    """Delivers to other webhooks than those that are on and have asked for it."""

    def notifying(original: Handler, call: Call) -> Reply:
        before = {each.seq for each in call.store.owed()}
        reply = original(call)
        for each in call.store.owed():
            if each.seq not in before:
                call.store.done(each)
        event = reply.body["simulatedEvent"]
        entity = webhooks.NOTIFICATION_TYPES[event["payload"]["payloadType"]]
        for webhook in call.store.all(call.partner, "webhook"):
            if choose(call, webhook, entity):
                webhooks._owe(call, event, entity, webhook)  # noqa: SLF001  the same delivery, to another one
        return reply

    return p.together(*(p.does(operation, notifying) for operation in SIMULATING))


def _wants(webhook: dict[str, Any], entity: str) -> bool:
    return webhook["enabled"] and entity in webhook["notificationTypes"]


def _first_only(call: Call, webhook: dict[str, Any], entity: str) -> bool:
    wanting = [each for each in call.store.all(call.partner, "webhook") if _wants(each, entity)]
    return wanting[:1] == [webhook]


def _cross_partner(original: Handler, call: Call) -> Reply:
    """Delivers to the webhooks of all partners."""
    reply = original(call)
    for other in p.others(call):
        webhooks.notify(replace(call, partner=other), reply.body["simulatedEvent"])
    return reply


def _keeps_deleted(parts: Parts) -> None:
    """Delivers to webhooks that are deleted."""
    deleted: list[tuple[int, dict[str, Any]]] = []

    def deleting(original: Handler, call: Call) -> Reply:
        webhook = call.store.get(call.partner, "webhook", "", call.path["webhookId"])
        reply = original(call)
        deleted.extend([(call.partner, webhook)] if webhook else [])
        return reply

    def then(call: Call, reply: Reply) -> None:
        event = reply.body["simulatedEvent"]
        entity = webhooks.NOTIFICATION_TYPES[event["payload"]["payloadType"]]
        for partner, webhook in deleted:
            if partner == call.partner and _wants(webhook, entity):
                webhooks._owe(call, event, entity, webhook)  # noqa: SLF001

    also = (p.then_does(operation, then) for operation in SIMULATING)
    p.together(p.does("deleteWebhook", deleting), *also)(parts)


# Logs


def _log(pointer: str, change: Any) -> Plant:
    """Shows a member of logs otherwise, wherever they are shown."""
    return p.together(
        p.shows("listNotificationLogs", f"/webhookNotificationLogs/*{pointer}", change),
        p.shows("getNotificationLog", f"/webhookNotificationLog{pointer}", change),
    )


def _logs_of_all(original: Handler, call: Call) -> Reply:
    """Does not look which webhook is asked for."""
    return original(replace(call, query={name: own for name, own in call.query.items() if name != "webhookId"}))


# Simulation, eligibility, enrollment


def _given_is_ignored(name: str, original: Handler, call: Call) -> Reply:
    """Makes up what the request gives."""
    return original(replace(call, body={own: value for own, value in call.body.items() if own != name}))


def _not_kept(original: Handler, call: Call) -> Reply:
    """Answers with an event, and keeps none."""
    reply = original(call)
    call.store.delete(call.partner, "event", "", reply.body["simulatedEvent"]["id"])
    return reply


def _without(entity: str, original: Handler, call: Call) -> Reply:
    """Makes no things of a entity for a simulated partner."""
    reply = original(call)
    for user_id in call.store.all(call.partner, "simulated"):
        for resource in assets.resources(call, user_id):
            if (entity == "vehicle") == (resource["locationId"] is None) and entity != "location":
                call.store.delete(call.partner, "resource", user_id, resource["resourceId"])
        for location in assets.locations(call, user_id) if entity == "location" else ():
            call.store.delete(call.partner, "location", user_id, location["locationId"])
    return reply


def _takes_webhooks(call: Call, _: Reply) -> None:
    for webhook in call.store.all(call.partner, "webhook"):
        call.store.delete(call.partner, "webhook", "", webhook["webhookId"])


def _takes_address(call: Call) -> None:
    """Deletes the other webhooks at the address of one."""
    own: Any = call.store.get(call.partner, "webhook", "", call.path["webhookId"])
    for webhook in call.store.all(call.partner, "webhook") if own else ():
        if webhook["webhookUrl"] == own["webhookUrl"] and webhook != own:
            call.store.delete(call.partner, "webhook", "", webhook["webhookId"])


def _takes_real_ones(call: Call, _: Reply) -> None:
    for user in assets.users(call):
        assets.remove_user(call, user["userId"])


def _leaves_one(original: Handler, call: Call) -> Reply:
    made_up = call.store.all(call.partner, "simulated")
    for user_id in made_up[:1]:
        call.store.delete(call.partner, "simulated", "", user_id)
    return original(call)


def _takes_locations(call: Call, _: Reply) -> None:
    for user in assets.users(call):
        for location in assets.locations(call, user["userId"]):
            call.store.delete(call.partner, "location", user["userId"], location["locationId"])


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


# What variants do.


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


def _without_nulls(body: Any) -> Any:
    if isinstance(body, dict):
        return {name: _without_nulls(own) for name, own in body.items() if own is not None}
    return [_without_nulls(item) for item in body] if isinstance(body, list) else body


def _known_event(original: Handler, call: Call) -> Reply:
    event = call.body.get("eventId")
    if event is None or call.store.get(call.partner, "event", "", event) is None:
        raise RefusalError(400, "There is no such event.")
    return original(call)


def _another_first(original: Handler, call: Call) -> Reply:
    """An event that somebody else asked for comes before the one that was asked for."""
    original(replace(call, body={}))
    return original(call)


# In seconds.
OTHERS_PAUSE: Final = 0.15


def _others_make_events(parts: Parts) -> None:
    """Whoever shares the sandbox makes an event a few times a second, of whatever is there."""
    make = itertools.cycle([parts.handlers[operation] for operation in SIMULATING])
    partners: set[int] = set()
    last = time.monotonic()

    def answer(_: Parts, original: Callable[[Asked], Reply], asked: Asked) -> Reply:
        nonlocal last
        partner = parts.bearer(asked)
        if partner is not None:
            partners.add(partner)
        if time.monotonic() - last > OTHERS_PAUSE:
            last = time.monotonic()
            for each in partners:
                next(make)(Call(each, {}, {}, parts.store))
        return original(asked)

    p.wraps(p.ANSWER, answer)(parts)


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


def _eligible_only(original: Handler, call: Call) -> Reply:
    if not programme.get_eligibility(call).body["isEligible"]:
        raise RefusalError(400, "The user is not eligible.")
    return original(call)


def _total_of_page(body: dict[str, Any], _: Mapping[str, str]) -> dict[str, Any]:
    return {**body, "pagination": {**body["pagination"], "totalRecords": len(p.items_of(body))}}


def _short_pagination(body: dict[str, Any], _: Mapping[str, str]) -> dict[str, Any]:
    names = ("totalRecords", "pageSize", "currentPage")
    return {**body, "pagination": {name: body["pagination"][name] for name in names}}


def _backwards(_: Parts, original: Callable[..., list[Any]], *key: Any) -> list[Any]:
    """The events of a partner, the latest first: what lists them turns them around."""
    found = original(*key)
    return found[::-1] if "event" in key else found


def _put_keeps(name: str, original: Handler, call: Call) -> Reply:
    before = call.store.get(call.partner, "webhook", "", call.path["webhookId"]) or {}
    return original(replace(call, body={**call.body, name: before.get(name, call.body[name])}))


def _make_user(call: Call) -> None:
    assets.add_user(call, call.path["userId"])


def _user_of_location(call: Call, _: Reply) -> None:
    assets.remove_user(call, call.path["userId"])


def _is_of(entity: str, body: dict[str, Any]) -> bool:
    return any(each.get("payloadType") == entity for each in body.get("payloads") or ())


def _one_location(original: Handler, call: Call) -> Reply:
    if assets.locations(call, assets.require_user(call)):
        raise RefusalError(400, "There is a location already.")
    return original(call)


def _takes(alike: Callable[[int], bool]) -> Plant:
    """Takes some refusals for acknowledgements."""
    return p.takes_status(lambda status: None if status and alike(status) else status)


async def _forgets_failed(parts: Parts, original: p.Send, client: httpx.AsyncClient, delivery: Delivery) -> int | None:
    """Forgets an event whose delivery was refused for the last time."""
    status = await original(client, delivery)
    if status and status >= 300 and delivery.tried + 1 >= delivery.tries:
        event = json.loads(delivery.body)["eventId"]
        for partner, _ in enumerate(parts.store.credentials(), 1):
            parts.store.delete(partner, "event", "", event)
    return status


def _with_former(body: dict[str, Any]) -> dict[str, Any]:
    meters = body["meterPointIds"]
    return {**body, "meterPointId": meters[0] if meters else None}


def _by_default(size: str, original: Handler, call: Call) -> Reply:
    return original(replace(call, query={"pageSize": size, **call.query}))


def _written(write: Callable[[Any], bytes]) -> Plant:
    """Writes the JSON of deliveries otherwise, and signs it as it is written."""
    return p.delivers_with(lambda parts, own: [_signed(parts, replace(own, body=write(json.loads(own.body))))])


# fmt: off
# Input that breaks a rule and is taken.
TAKEN: Final[tuple[Taken, ...]] = (
    Taken("createUser", "/userId", "missing", "no-id", "a user without userId", default="nobody"),
    Taken("createUser", "/userId", "null", "null-as-id", "null as userId", mend=str),
    Taken("createUser", "/userId", "integer", "number-as-id", "a number as userId", mend=str),
    Taken("createUser", "/userId", "object", "object-as-id", "an object as userId", mend=p.text_of),
    Taken("createUsers", "/users", "missing", "no-users", "a batch without users", default=[]),
    Taken("createUsers", "/users", "object", "object-as-users", "an object as users", mend=lambda _: []),
    Taken("createUsers", "/users/0/userId", "integer", "number-as-id", "a number as a userId"),
    Taken("createLocation", "/locationId", "missing", "no-id", "a location without locationId", default="nowhere"),
    Taken("createLocation", "/locationId", "boolean", "boolean-as-id", "a boolean as locationId", mend=str),
    Taken("createLocation", "/locationType", "string", "any-type", "any locationType", mend=lambda _: "Unknown"),
    Taken("createLocation", "/locationType", "integer", "number-as-type", "a number as locationType", mend=lambda _: "Unknown"),
    Taken("createLocation", "/coordinates", "string", "text-as-coordinates", "text as coordinates", mend=lambda _: None),
    Taken("createLocation", "/coordinates/latitude", "string", "text-as-latitude", "text as a latitude", mend=lambda _: 1.5),
    Taken("createLocation", "/coordinates/longitude", "boolean", "boolean-as-longitude", "a boolean as a longitude", mend=float),
    Taken("createLocation", "/meterPointIds", "string", "text-as-meters", "text as meterPointIds", mend=lambda own: [str(own)]),
    Taken("createLocation", "/meterPointIds/0", "integer", "number-as-meter", "a number as a meter point id", mend=str),
    Taken("createLocations", "/locations", "missing", "no-locations", "a batch without locations", default=[]),
    Taken("createLocations", "/locations", "string", "text-as-locations", "text as locations", mend=lambda _: []),
    Taken("replaceLocation", "/locationId", "missing", "no-id", "a location without locationId", default="nowhere"),
    Taken("replaceLocation", "/locationType", "string", "any-type", "any locationType", mend=lambda _: "Unknown"),
    Taken("replaceLocation", "/coordinates/latitude", "string", "text-as-latitude", "text as a latitude", mend=lambda _: 1.5),
    Taken("changeLocation", "/locationType", "string", "any-type", "any locationType", mend=lambda _: "Unknown"),
    Taken("changeLocation", "/coordinates", "array", "array-as-coordinates", "an array as coordinates", mend=lambda _: None),
    Taken("changeLocation", "/meterPointIds/0", "null", "null-as-meter", "null as a meter point id", mend=str),
    Taken("createVehicle", "/resourceId", "missing", "no-id", "a vehicle without resourceId", default="none"),
    Taken("createVehicle", "/resourceType", "missing", "no-type", "a vehicle without resourceType", default="Vehicle"),
    Taken("createVehicle", "/resourceType", "string", "any-type", "any resourceType", mend=lambda _: "Vehicle"),
    Taken("createVehicle", "/resourceType", "null", "null-as-type", "null as resourceType", mend=lambda _: "Vehicle"),
    Taken("createLocationResource", "/resourceId", "integer", "number-as-id", "a number as resourceId", mend=str),
    Taken("createLocationResource", "/resourceType", "string", "any-type", "any resourceType", mend=lambda _: "Generic"),
    Taken("createLocationResource", "/meterPointId", "integer", "number-as-meter", "a number as meterPointId", mend=str),
    Taken("createWebhook", "/webhookUrl", "missing", "no-url", "a webhook without webhookUrl", default="https://nowhere.example/"),
    Taken("createWebhook", "/webhookUrl", "null", "null-as-url", "null as webhookUrl", mend=str),
    Taken("createWebhook", "/notificationTypes/0", "string", "any-type", "any notification type", mend=lambda _: "Unknown"),
    Taken("createWebhook", "/notificationTypes", "string", "text-as-types", "text as notificationTypes", mend=lambda _: []),
    Taken("createWebhook", "/webhookSecret", "integer", "number-as-secret", "a number as webhookSecret", mend=str),
    Taken("createWebhook", "/name", "array", "array-as-name", "an array as name", mend=str),
    Taken("replaceWebhook", "/webhookUrl", "missing", "no-url", "a webhook without webhookUrl", default="https://nowhere.example/"),
    Taken("replaceWebhook", "/enabled", "string", "text-as-enabled", "text as enabled", mend=bool),
    Taken("changeWebhook", "/enabled", "integer", "number-as-enabled", "a number as enabled", mend=bool),
    Taken("changeWebhook", "/webhookUrl", "integer", "number-as-url", "a number as webhookUrl", mend=str),
    Taken("changeWebhook", "/notificationTypes/0", "string", "any-type", "any notification type", mend=lambda _: "Unknown"),
    Taken("createReport", "/payloads", "object", "object-as-payloads", "an object as payloads"),
    Taken("createReport", "/payloads/0*", "string", "any-payload-type", "any payloadType"),
    Taken("createReport", "/eventId", "integer", "number-as-event", "a number as eventId", mend=str),
    Taken("simulatePriceCurve", "/targets", "string", "text-as-targets", "text as targets", mend=lambda _: []),
    Taken("simulatePriceCurve", "/priceArea", "string", "any-area", "any priceArea", mend=lambda _: "NO1"),
    Taken("simulatePriceCurve", "/priceCurveDelta", "array", "array-as-curve", "an array as priceCurveDelta", mend=lambda _: None),
    Taken("simulatePriceCurve", "/priceCurveDelta/points/0/price", "string", "text-as-price", "text as a price", mend=lambda _: 1.5),
    Taken("simulatePriceCurve", "/priceCurveDelta/resolution", "string", "any-resolution", "any resolution", mend=lambda _: "01:00:00"),
    Taken("simulateLocationLimit", "/locations", "object", "object-as-locations", "an object as locations", mend=lambda _: []),
    Taken("simulateLocationLimit", "/locations/0/points/0/maxPowerInKiloWatts", "string", "text-as-power", "text as a limit", mend=lambda _: 1.5),
    Taken("simulateResourceLimit", "/resources", "string", "text-as-resources", "text as resources", mend=lambda _: []),
    Taken("simulateResourceLimit", "/resources/0/points/0/timestamp", "string", "any-time", "any text as a time stamp", mend=lambda _: "2026-01-01T00:00:00Z"),
)

# Calls that a careless server fails over: name, what they are, when, for which operation.
_Crash = tuple[str, str, Callable[[Asked], bool], str]
CRASHES: Final[tuple[_Crash, ...]] = (
    ("no-json-is-500", "a location that is no JSON", lambda asked: p.sent_value(asked) is None, "createLocation"),
    ("array-is-500", "an array in the place of a webhook", lambda asked: isinstance(p.sent_value(asked), list), "createWebhook"),
    ("empty-body-is-500", "an empty body of changeLocation", lambda asked: not p.sent_text(asked), "changeLocation"),
    ("empty-batch-is-500", "a batch without any user", lambda asked: sent_member(asked, "users") == [], "createUsers"),
    ("no-batch-is-500", "a batch of locations that has none", lambda asked: isinstance(p.sent_value(asked), dict) and sent_member(asked, "locations") is None, "createLocations"),
    ("null-coordinates-are-500", "a location whose coordinates are null", lambda asked: '"coordinates":null' in p.sent_text(asked).replace(" ", ""), "createLocation"),
    ("unknown-type-is-500", "a resource of an unknown type", lambda asked: sent_member(asked, "resourceType") not in {None, "Generic", "Vehicle", "Charger", "HotWaterTank", "HVAC", "SolarInverter"} if isinstance(sent_member(asked, "resourceType"), str) else False, "createLocationResource"),
    ("huge-latitude-is-500", "a latitude of 1e300", lambda asked: isinstance(far := sent_member(asked, "coordinates", "latitude"), float) and far > 1e100, "createLocation"),
    ("nul-in-name-is-500", "a NUL in the name of a webhook", lambda asked: "\\u0000" in p.sent_text(asked), "createWebhook"),
    ("no-media-type-is-500", "a user that is not said to be JSON", lambda asked: not says("Content-Type", asked), "createUser"),
    ("large-body-is-500", "a webhook of 300 kB", lambda asked: len(p.sent_text(asked)) > 200_000, "createWebhook"),
    ("unknown-payload-is-500", "a report of an unknown payload", lambda asked: '"payloadType":"text"' in p.sent_text(asked).replace(" ", ""), "createReport"),
    ("no-payloads-is-500", "a report whose payloads are empty", lambda asked: sent_member(asked, "payloads") == [], "createReport"),
    ("page-0-is-500", "page 0 of the users", _crashes_at("page", ("0",)), "listUsers"),
    ("page-is-no-number-is-500", "a page of events that is no number", _crashes_at("page", ("abc", "1.5")), "listEvents"),
    ("page-size-1001-is-500", "a page of 1001 users", _crashes_at("pageSize", ("1001",)), "listUsers"),
    ("page-size-is-negative-is-500", "a page of -1 eligible users", _crashes_at("pageSize", ("-1",)), "listEligibleUsers"),
    ("huge-page-is-500", "page 999999999 of the logs", _crashes_at("page", ("999999999",)), "listNotificationLogs"),
    ("enabled-is-no-boolean-is-500", "a switch to neither true nor false", lambda asked: dict(asked.decoded.query).get("enabled") not in {"true", "false"}, "enableWebhook"),
    ("letters-in-path-are-500", "letters beyond ASCII in a meter's path", lambda asked: not own_id(asked).isascii(), "getMeterEligibility"),
    ("slash-in-path-is-500", "an encoded slash in a user's path", lambda asked: "/" in own_id(asked), "getUser"),
    ("no-uuid-in-path-is-500", "an id that is no UUID in a log's path", lambda asked: "-" not in own_id(asked), "getNotificationLog"),
    ("nul-in-path-is-500", "a NUL in an event's path", lambda asked: "\0" in own_id(asked), "getEvent"),
    ("accept-xml-is-500", "a client of getCompensation that wants XML", lambda asked: says("Accept", asked) == "application/xml", "getCompensation"),
)

_MEMBERS: Final = {
    "createUser": frozenset({"userId"}),
    "createUsers": frozenset({"users"}),
    "createLocation": frozenset({"locationId", "locationType", "coordinates", "meterPointId", "meterPointIds"}),
    "createVehicle": frozenset({"resourceId", "resourceType"}),
    "createLocationResource": frozenset({"resourceId", "resourceType", "meterPointId"}),
    "createWebhook": frozenset({"name", "webhookUrl", "webhookSecret", "notificationTypes"}),
}

AUTHORIZATION: Final = faults(
    "authorization",
    *((f"{kebab(o)}-without-token", GUIDE, f"{o} needs no token", p.open_to_all(o), Expected(BAD, f"{o} -> 2..", "status", "Authorization is missing")) for o in SECURED),
    *((f"{kebab(o)}-in-spite-of-401", GUIDE, f"{o} answers 401 and acts all the same", p.acts_in_spite(o, 401), Expected(REFUSED_CHANGES_NOthing, f"{o} -> 401", "GET .* afterwards")) for o in (*MAKING, *DELETING, *CHANGING, "createEnrollment", "deleteEnrollment", *SIMULATING)),
    ("challenge-missing-on-batch", SPEC, "the 401 of createUsers has no WWW-Authenticate", p.sends(p.header("WWW-Authenticate", None), "createUsers", status=(401,)), Expected(HEADERS, "createUsers -> 401", "WWW-Authenticate", "Bearer", "missing")),
)

TENANCY: Final = faults(
    "tenancy",
    *((f"{kebab(o)}-across-partners", GUIDE, f"{o} takes the ids of every partner", p.across_partners(o), Expected(KEPT_APART, f"{o} -> 2..", "status")) for o in BY_ID),
    *((f"{kebab(o)}-of-all-partners", GUIDE, f"{o} lists what all partners have", p.lists_everyones(o), Expected(KEPT_APART, f"{o} -> 200", "the list")) for o in ("listUsers", "listWebhooks", "listEvents")),
    *((f"{kebab(o)}-in-spite-of-404", GUIDE, f"{o} answers 404 for another partner's, and acts all the same", p.acts_for_others(o), Expected(KEPT_APART, f"{o} -> 404", "GET .* afterwards")) for o in (*DELETING, *CHANGING, "createLocation", "createLocationResource")),
    ("user-id-is-taken-away", GUIDE, "a user's id is taken away from the other partner who has it", p.then_does("createUser", _user_of_everybody), Expected(KEPT_APART, "createUser -> 2..", "GET .* afterwards")),
    ("user-deleted-for-all", GUIDE, "a deleted user is deleted for every partner who has one of that id", p.then_does("deleteUser", _user_of_everybody), Expected(KEPT_APART, "createUser -> 2..", "GET .* afterwards")),
)

_NO_RESOURCES: Final = tuple(entity for entity in ENTITIES if entity.parameter != "resourceId")
LIFECYCLE: Final = faults(
    "lifecycle",
    *((f"{entity.name}-list-is-capped", GUIDE, f"{entity.list} ends after {CAP}", p.lists(entity.list, lambda items: items[:CAP]), Expected(LISTED_ONCE, f"{entity.list} -> 200", "the list", "each of", "of them once")) for entity in ENTITIES[1:]),
    *((f"{entity.name}-deleted-is-listed", GUIDE, f"{entity.list} lists what is deleted", p.still_listed(entity.list, entity.get, entity.delete), Expected(GONE, f"{entity.delete} -> 204", f"{entity.name}s afterwards", "not in the list")) for entity in _NO_RESOURCES),
    ("resource-deleted-is-listed", GUIDE, "listResources lists what is deleted", _resources_listed_still, Expected(GONE, "deleteResource -> 204", "resources afterwards", "not in the list")),
    *((f"{entity.name}-deletes-sibling", GUIDE, f"{entity.delete} deletes the newest {entity.name}, too", p.deletes_sibling_too(entity.delete, entity.name, entity.parameter), Expected(UNTOUCHED, f"{entity.delete} -> 204", "GET .* afterwards")) for entity in _NO_RESOURCES),
    ("resource-deletes-sibling", GUIDE, "deleteResource deletes the newest resource of each user, too", p.then_does("deleteResource", _newest_of_each), Expected(UNTOUCHED, "deleteResource -> 204", "GET .* afterwards")),
    *((f"{kebab(o)}-of-any-user", GUIDE, f"{o} finds a location below any user", p.across_parents(o, "user", "userId"), Expected(PARENTS, f"{o} -> 20[04]", "status", "404")) for o in ("getLocation", "deleteLocation")),
    ("locations-of-all-users", GUIDE, "listLocations lists the locations of all users", p.lists_below_all("listLocations", "user", "userId"), Expected(PARENTS, "listLocations -> 200", "the list")),
    ("resources-of-all-users", GUIDE, "listResources lists the resources of all users", p.lists_below_all("listResources", "user", "userId"), Expected(PARENTS, "listResources -> 200", "the list")),
    ("resources-of-any-location", GUIDE, "listLocationResources lists those of the user's other locations, too", p.does("listLocationResources", _at_any_location), Expected(PARENTS, "listLocationResources -> 200", "the list")),
    ("listed-resources-share-a-meter", GUIDE, "listResources shows the first meter point on all", p.lists("listResources", lambda items: [{**each, "meterPointId": items[0]["meterPointId"]} for each in items]), Expected(SENT, "listResources -> 200", "/meterPointId")),
    ("listed-webhooks-one-an-address", GUIDE, "listWebhooks shows one webhook for each address", p.lists("listWebhooks", lambda items: [*{each["webhookUrl"]: each for each in items}.values()]), Expected(LISTED_ONCE, "listWebhooks -> 200", "webhookId", "once", "0 times")),
    ("deleted-webhook-takes-its-address", GUIDE, "deleting a webhook deletes all at its address", p.first_does("deleteWebhook", _takes_address), Expected(UNTOUCHED, "deleteWebhook -> 204", "GET /webhooks/.* afterwards")),
    ("deleted-user-takes-webhooks", GUIDE, "deleting a user deletes the webhooks", p.then_does("deleteUser", _takes_webhooks), Expected(UNTOUCHED, "deleteUser -> 204", "GET /webhooks/.* afterwards")),
    ("chargers-not-among-resources", GUIDE, "listResources leaves chargers out", p.lists("listResources", lambda items: [each for each in items if each["resourceType"] != "Charger"]), Expected(LISTED_ONCE, "listResources -> 200", "resourceId", "once", "0 times")),
    ("heat-pumps-not-at-locations", SPEC, "listLocationResources leaves out what heats and cools", p.lists("listLocationResources", lambda items: [each for each in items if each["resourceType"] != "HVAC"]), Expected(LISTED_ONCE, "listLocationResources -> 200", "resourceId", "once", "0 times")),
    ("vehicles-not-among-resources", GUIDE, "listResources leaves vehicles out", p.lists("listResources", lambda items: [each for each in items if each["locationId"]]), Expected(LISTED_ONCE, "listResources -> 200", "resourceId", "once", "0 times")),
    ("location-resources-not-among-resources", GUIDE, "listResources leaves out what is at locations", p.lists("listResources", lambda items: [each for each in items if not each["locationId"]]), Expected(LISTED_ONCE, "listResources -> 200", "resourceId", "once", "0 times")),
    ("deleted-location-frees-no-id", GUIDE, "deleteLocation deletes the user, too", p.then_does("deleteLocation", _user_of_location), Expected(UNTOUCHED, "deleteLocation -> 204", "GET .* afterwards")),
)

PAGING: Final = faults(
    "paging",
    *((f"{kebab(o)}-page-is-ignored", GUIDE, f"{o} shows the first page, whichever is asked for", p.does(o, partial(_page_of, lambda _: 1)), Expected(PAGED, f"{o} -> 200")) for o in PAGED_LISTS),
    *((f"{kebab(o)}-pages-overlap", GUIDE, f"a page of {o} begins with the last record of the one before", p.does(o, _overlapping), Expected(PAGED, f"{o} -> 200")) for o in PAGED_LISTS),
    *((f"{kebab(o)}-last-page-is-lost", GUIDE, f"a last page of {o} that is not full has nothing", p.does(o, _lost_at_the_end), Expected(PAGED, f"{o} -> 200", "", "records")) for o in PAGED_LISTS),
    *((f"{kebab(o)}-total-is-of-page", GUIDE, f"totalRecords of {o} counts the page", _pages(_total_of_page, o), Expected(PAGED, f"{o} -> 200")) for o in PAGED_LISTS),
    ("pages-from-0", GUIDE, "pages of users count from 0", p.does("listUsers", partial(_page_of, lambda number: max(1, number - 1))), Expected(PAGED, "listUsers -> 200")),
    ("pages-from-2", GUIDE, "the first page of users is the second", p.does("listUsers", partial(_page_of, lambda number: number + 1)), Expected(PAGED, "listUsers -> 200")),
    ("page-size-is-ignored", GUIDE, "the size of a page of users is not looked at", _asks(lambda _: {"pageSize": "100"}, "listUsers"), Expected(PAGED, "listUsers -> 200", "pageSize")),
    ("page-size-is-capped", GUIDE, "a page of users has no more than 50", _asks(lambda query: {"pageSize": str(min(50, int(query.get("pageSize", "50"))))}, "listUsers"), Expected(PAGED, "listUsers -> 200", "pageSize", "1000", "50")),
    ("page-has-one-more", GUIDE, "a page of events has one more", p.does("listEvents", _one_more), Expected(PAGED, "listEvents -> 200", "the page")),
    ("page-after-last-is-last", GUIDE, "a page after the last one shows the last one", p.does("listUsers", _last_again), Expected(PAGED, "listUsers -> 200", "page", "no records")),
    ("total-is-one-more", GUIDE, "totalRecords of users is one more", _figure("totalRecords", lambda own: own["totalRecords"] + 1, "listUsers"), Expected(PAGED, "listUsers -> 200")),
    ("total-is-zero", GUIDE, "totalRecords of events is 0", _figure("totalRecords", lambda _: 0, "listEvents"), Expected(PAGED, "listEvents -> 200")),
    ("current-page-is-1", GUIDE, "currentPage of users is 1 on every page", _figure("currentPage", lambda _: 1, "listUsers"), Expected(PAGED, "listUsers -> 200", "currentPage", "2", "1")),
    ("current-page-from-0", GUIDE, "currentPage of events counts from 0", _figure("currentPage", lambda own: own["currentPage"] - 1, "listEvents"), Expected(PAGED, "listEvents -> 200", "currentPage", "1", "0")),
    ("page-size-is-1000", GUIDE, "pageSize of logs is shown as 1000", _figure("pageSize", lambda _: 1000, "listNotificationLogs"), Expected(PAGED, "listNotificationLogs -> 200", "pageSize", "1", "1000")),
    ("total-pages-rounded-down", GUIDE, "totalPages of users is rounded down", _figure("totalPages", lambda own: own["totalRecords"] // own["pageSize"], "listUsers"), Expected(PAGED, "listUsers -> 200", "totalPages")),
    ("next-page-after-last", GUIDE, "the last page of users has a nextPage", _figure("nextPage", lambda own: own["currentPage"] + 1, "listUsers"), Expected(PAGED, "listUsers -> 200", "nextPage", "null")),
    ("next-page-is-this-one", GUIDE, "nextPage of eligible users is the page itself", _figure("nextPage", lambda own: own["nextPage"] and own["currentPage"], "listEligibleUsers"), Expected(PAGED, "listEligibleUsers -> 200", "nextPage", "2", "1")),
    ("previous-page-of-first", GUIDE, "the first page of events has a previousPage of 0", _figure("previousPage", lambda own: own["currentPage"] - 1, "listEvents"), Expected(PAGED, "listEvents -> 200", "previousPage", "null", "0")),
    ("total-is-text", GUIDE, "totalRecords of users is text", _figure("totalRecords", lambda own: str(own["totalRecords"]), "listUsers"), Expected(BODY, "listUsers -> 200", "totalRecords", "an integer", "a string")),
    ("no-pagination", GUIDE, "the list of eligible users has no pagination", p.shows("listEligibleUsers", "/pagination", p.DROP), Expected(BODY, "listEligibleUsers -> 200", "/pagination", "required", "missing")),
    ("no-current-page", GUIDE, "pagination of events has no currentPage", p.shows("listEvents", "/pagination/currentPage", p.DROP), Expected(BODY, "listEvents -> 200", "/pagination/currentPage", "required", "missing")),
    *((f"{kebab(o)}-takes-any-page", GUIDE, f"{o} takes a page that is no number", p.forgives_parameters(o, "page", "1"), Expected(BAD, f"{o} -> 200", "status", "query page is")) for o in PAGED_LISTS),
    ("list-users-takes-any-page-size", GUIDE, "listUsers takes a pageSize that is no number", p.forgives_parameters("listUsers", "pageSize", "10"), Expected(BAD, "listUsers -> 200", "status", "query pageSize is")),
    ("events-oldest-first", GUIDE, "events come oldest first", p.wraps(p.of_store("all"), _backwards), Expected(IN_ORDER, "listEvents -> 200", "the list", "latest first")),
    ("events-in-order-of-ids", GUIDE, "events on a page are sorted by id", p.lists("listEvents", lambda items: sorted(items, key=lambda own: str(own["id"]))), Expected(IN_ORDER, "listEvents -> 200", "the list", "latest first")),
)

CHANGES: Final = faults(
    "put and patch",
    *((f"patch-forgets-{name}", GUIDE, f"a PATCH of a location loses {what}", _resets(member), Expected(CHANGED_ALONE, "changeLocation -> 200", f"/{member} afterwards")) for name, what, member in (("type", "its type", "locationType"), ("coordinates", "its coordinates", "coordinates"), ("meters", "its meter points", "meterPointIds"))),
    *((f"patch-ignores-{name}", GUIDE, f"a PATCH of a location does not change {name}", p.does("changeLocation", partial(_patch_takes, tuple({"locationType", "coordinates", "meterPointIds"} - {member}))), Expected(SENT, "(PATCH|GET) /users/{userId}/locations/{locationId} -> 200", f"/{member}")) for name, member in (("type", "locationType"), ("coordinates", "coordinates"), ("meters", "meterPointIds"))),
    ("patch-says-only", GUIDE, "a PATCH of a location shows the change, and keeps what was", p.does("changeLocation", _says_only), Expected(SENT, "getLocation -> 200", "/(locationType|coordinates|meterPointIds)")),
    ("put-says-only", GUIDE, "a PUT of a location shows the change, and keeps what was", p.does("replaceLocation", _says_only), Expected(SENT, "getLocation -> 200", "/(locationType|coordinates|meterPointIds)")),
    ("put-merges", GUIDE, "a PUT of a location leaves what it does not name as it was", p.does("replaceLocation", _merged), Expected(REPLACED_WHOLE, "replaceLocation -> 200", "afterwards")),
    ("put-makes-location", GUIDE, "a PUT makes a location that is not there", p.does("replaceLocation", _put_makes), Expected(STATUS, "replaceLocation -> 200", "status", "404", "200")),
    ("put-changes-all-locations", GUIDE, "a PUT of a location changes the user's others, too", p.then_does("replaceLocation", _put_changes_all), Expected(UNTOUCHED, "replaceLocation -> 200", "GET .* afterwards")),
    ("patch-changes-all-locations", GUIDE, "a PATCH of a location changes the user's others, too", p.then_does("changeLocation", _put_changes_all), Expected(UNTOUCHED, "changeLocation -> 200", "GET .* afterwards")),
    *((f"patch-forgets-webhook-{name}", GUIDE, f"a PATCH of a webhook sets {name} back", p.does("changeWebhook", partial(_patch_forgets, member, instead)), Expected(CHANGED_ALONE, "changeWebhook -> 200", f"/{member} afterwards")) for name, member, instead in (("name", "name", None), ("types", "notificationTypes", []), ("enabled", "enabled", False), ("creation", "createdDate", "2020-01-01T00:00:00+00:00"))),
    ("patch-switches-webhook-on", GUIDE, "a PATCH of a webhook switches it on", p.does("changeWebhook", _patch_switches_on), Expected(CHANGED_ALONE, "changeWebhook -> 200", "/enabled afterwards", "false", "true")),
    ("switch-is-of-all", GUIDE, "a webhook that is switched off switches all off", p.then_does("enableWebhook", _switches_all), Expected(UNTOUCHED, "enableWebhook -> 204", "GET /webhooks/.* /enabled afterwards")),
    ("reservations-are-not-told", GUIDE, "a webhook cannot ask for reservations", p.keeps("createWebhook", "/notificationTypes", lambda own: [each for each in own or [] if each != "LPCReservationCreated"]), Expected(SENT, "createWebhook -> 201", "/notificationTypes")),
    ("switch-turns-webhook", GUIDE, "a webhook that is off and switched off is on", p.does("enableWebhook", _turns), Expected(SENT, "getWebhook -> 200", "/enabled", "false", "true")),
    ("switch-forgets-webhook-name", GUIDE, "a webhook that is switched off has no name any more", p.then_does("enableWebhook", _loses_name), Expected(UNTOUCHED, "enableWebhook -> 204", "/name afterwards")),
    ("read-webhook-is-older", SPEC, "a webhook that is read was made at another time", p.shows("getWebhook", "/createdDate", "2020-01-01T00:00:00+00:00"), Expected(CREATION_RESPONSE, "getWebhook -> 200", "/createdDate", "", "2020-01-01")),
    ("listed-webhook-is-older", SPEC, "a webhook in the list was made at another time", p.shows("listWebhooks", "/webhooks/*/createdDate", "2020-01-01T00:00:00+00:00"), Expected(CREATION_RESPONSE, "listWebhooks -> 200", "/createdDate", "", "2020-01-01")),
    ("patch-forgets-webhook-secret", GUIDE, "a PATCH of a webhook takes its secret away", p.does("changeWebhook", partial(_patch_forgets, "webhookSecret", "")), Expected(SIGNED, "POST eventNotification -> .*", "X-Payload-Signature")),
    ("patch-ignores-webhook-name", GUIDE, "a PATCH of a webhook does not change its name", p.does("changeWebhook", partial(_patch_takes, ("webhookUrl", "webhookSecret", "notificationTypes", "enabled"))), Expected(SENT, "(PATCH|GET) /webhooks/{webhookId} -> 200", "/name")),
    ("patch-ignores-webhook-enabled", GUIDE, "a PATCH of a webhook does not switch it off", p.does("changeWebhook", partial(_patch_takes, ("webhookUrl", "webhookSecret", "notificationTypes", "name"))), Expected(SENT, "(PATCH|GET) /webhooks/{webhookId} -> 200", "/enabled")),
    ("patch-changes-all-webhooks", GUIDE, "a PATCH of a webhook renames the others, too", p.then_does("changeWebhook", _webhooks_change_all), Expected(UNTOUCHED, "changeWebhook -> 200", "GET .* afterwards")),
    ("put-keeps-webhook-types", GUIDE, "a PUT of a webhook leaves what it does not name as it was", p.does("replaceWebhook", _webhook_merged), Expected(REPLACED_WHOLE, "replaceWebhook -> 200", "afterwards")),
    ("second-put-is-a-conflict", GUIDE, "a location is not put as it is already", p.does("replaceLocation", _second_is_conflict), Expected(STATUS, "replaceLocation -> 409", "status", "200", "409")),
    ("put-keeps-original-meter", GUIDE, "a PUT of a location leaves its meterPointId as it was", p.does("replaceLocation", _put_keeps_old), Expected(REPLACED_WHOLE, "replaceLocation -> 200", "/meterPointId afterwards")),
    ("put-drops-resources", GUIDE, "a PUT of a location deletes what is there", p.then_does("replaceLocation", _put_drops_resources), Expected(UNTOUCHED, "replaceLocation -> 200", "GET /resources/.* afterwards")),
    ("patch-drops-resources", GUIDE, "a PATCH of a location deletes what is there", p.then_does("changeLocation", _put_drops_resources), Expected(UNTOUCHED, "changeLocation -> 200", "GET /resources/.* afterwards")),
    *((f"patch-ignores-empty-list-of-{what}", SPEC, "an empty list in a PATCH changes nothing", p.does(o, _nothing_is_no_change), Expected(SENT, f"{reads} -> 200", f"/{name}")) for what, o, reads, name in (("meters", "changeLocation", "getLocation", "meterPointIds"), ("types", "changeWebhook", "getWebhook", "notificationTypes"))),
    ("original-meter-is-ignored", SPEC, "a meterPointId that is sent alone is ignored", p.keeps("createLocation", "/meterPointId", None), Expected(SENT, "getLocation -> 200", "/meterPointId", "here or in", "null")),
    ("put-keeps-webhook-url", GUIDE, "a PUT of a webhook leaves its address as it was", p.does("replaceWebhook", partial(_put_keeps, "webhookUrl")), Expected(SENT, "(PUT|GET) /webhooks/{webhookId} -> 200", "/webhookUrl")),
    ("put-changes-all-webhooks", GUIDE, "a PUT of a webhook renames the others, too", p.then_does("replaceWebhook", _webhooks_change_all), Expected(UNTOUCHED, "replaceWebhook -> 200", "GET .* afterwards")),
    ("switch-does-nothing", GUIDE, "a webhook that is switched off stays on", p.does("enableWebhook", lambda original, call: original(replace(call, query={"enabled": "true"}))), Expected(SENT, "getWebhook -> 200", "/enabled", "false", "true")),
    ("switch-is-reversed", GUIDE, "a webhook that is switched on goes off", p.does("enableWebhook", lambda original, call: original(replace(call, query={"enabled": "false"}))), Expected(SENT, "getWebhook -> 200", "/enabled", "true", "false")),
    ("switch-takes-any-text", GUIDE, "a webhook can be switched to anything", p.together(p.forgives("enableWebhook", lambda breach: breach.at.name == "enabled")), Expected(BAD, "enableWebhook -> 20[04]", "status", "query enabled is")),
    ("taken-location-is-replaced", GUIDE, "a locationId that is taken is taken again", p.does("createLocation", _replaces), Expected(STATUS, "createLocation -> 201", "status", "409", "201")),
    ("taken-location-is-400", GUIDE, "a locationId that is taken is answered with 400", p.does("createLocation", partial(_conflict_is, Reply(400, "There is such a location."))), Expected(STATUS, "createLocation -> 400", "status", "409", "400")),
    ("taken-location-is-500", GUIDE, "a locationId that is taken is a server error", p.does("createLocation", partial(_conflict_is, Reply(500))), Expected(SERVER_ERROR, "createLocation -> 500", "status", "below 500", "500")),
    ("taken-location-is-200", GUIDE, "a locationId that is taken is answered with 200", p.does("createLocation", partial(_conflict_is, Reply(200))), Expected(STATUS, "createLocation -> 200", "status", "409", "200")),
    ("taken-location-in-spite-of-409", GUIDE, "a locationId that is taken is answered with 409, and the location replaced", p.does("createLocation", _conflict_replaces), Expected(UNTOUCHED, "createLocation -> 409", "GET .* afterwards")),
)

BATCHES: Final = faults(
    "batches",
    ("batch-makes-the-first", GUIDE, "a batch of users makes the first alone", p.does("createUsers", partial(_batch, lambda own: own[:1], "users")), Expected(SENT, "createUsers -> 201", "/users")),
    ("batch-leaves-the-last", GUIDE, "a batch of locations leaves the last out", p.does("createLocations", partial(_batch, lambda own: own[:-1] or own, "locations")), Expected(SENT, "createLocations -> 201", "/locations")),
    ("batch-stops-at-what-is-there", GUIDE, "a batch of users ends at one that is there, and says nothing", p.does("createUsers", _batch_stops), Expected(CREATION_RESPONSE, "createUsers -> 201", "GET /users/{userId} afterwards", "200", "404")),
    ("batch-makes-nothing", GUIDE, "a batch of users is answered with them, and makes none", p.only_says("createUsers"), Expected(STATUS, "getUser -> 404", "status", "200", "404")),
    ("batch-of-locations-makes-nothing", GUIDE, "a batch of locations is answered with them, and makes none", p.only_says("createLocations"), Expected(STATUS, "getLocation -> 404", "status", "200", "404")),
    ("three-meter-points-are-refused", GUIDE, "a location has two meter points at most", p.refuses("createLocation", lambda body: len(body.get("meterPointIds") or ()) > 2), Expected(STATUS, "createLocation -> 400", "status", "201", "400")),
    ("batch-mixes-up-users", GUIDE, "a batch gives all locations to the first user", p.does("createLocations", partial(_batch, lambda own: [{**each, "userId": own[0]["userId"]} for each in own], "locations")), Expected(SENT, "createLocations -> 201", "/locations")),
    ("batch-loses-coordinates", GUIDE, "locations of a batch lose their coordinates", p.does("createLocations", partial(_batch, lambda own: [{**each, "coordinates": None} for each in own], "locations")), Expected(SENT, "createLocations -> 201", "/locations")),
    ("batch-keeps-the-right-users", GUIDE, "a batch with a wrong user is refused, and the others made", _keeps_the_right_ones("createUsers", "users", lambda call, item: assets.add_user(call, item["userId"])), Expected(REFUSED_CHANGES_NOthing, "createUsers -> 400", "GET .* afterwards", "404")),
    ("batch-keeps-the-right-locations", GUIDE, "a batch with a wrong location is refused, and the others made", _keeps_the_right_ones("createLocations", "locations", lambda call, item: assets.add_location(call, item["userId"], item)), Expected(REFUSED_CHANGES_NOthing, "createLocations -> 400", "GET .* afterwards", "404")),
    ("batch-is-a-list", GUIDE, "a batch of users is answered with a bare array", p.sends(p.value(lambda body: body["users"]), "createUsers"), Expected(BODY, "createUsers -> 201", "body", "an object", "an array")),
    ("batch-is-500-for-many", GUIDE, "a batch of more than 100 users is a server error", p.crashes(lambda asked: p.sent_text(asked).count("userId") > 100, "createUsers"), Expected(SERVER_ERROR, "createUsers -> 500", "status", "below 500", "500")),
)

FIDELITY: Final = faults(
    "fidelity",
    *((f"{name}-{suffix}", GUIDE, f"{o} {text}", p.keeps(o, pointer, change), Expected(SENT, "(POST|PUT|PATCH|GET) /users/{userId}/locations.* -> 20.", at)) for o, suffix in (("createLocation", "post"), ("replaceLocation", "put"), ("changeLocation", "patch")) for name, text, pointer, change, at in (
        ("type-is-residential", "keeps every location as Residential", "/locationType", "Residential", "/locationType"),
        ("coordinates-are-swapped", "swaps latitude and longitude", "/coordinates", _turned, "/coordinates"),
        ("coordinates-are-rounded", "rounds coordinates to four digits", "/coordinates", partial(_rounded, 4), "/coordinates"),
        ("coordinates-are-short-floats", "keeps coordinates in 32 bits", "/coordinates", _exact32, "/coordinates"),
        ("meters-lose-zeros", "takes leading zeros off meter point ids", "/meterPointIds", _without_zeros, "/meterPointIds"),
        ("first-meter-only", "keeps the first meter point alone", "/meterPointIds", lambda own: own[:1], "/meterPointIds"),
    )),
    ("location-type-in-small-letters", GUIDE, "a locationType is shown in small letters", p.shows("getLocation", "/locationType", lambda own: own and own.lower()), Expected(BODY, "getLocation -> 200", "/locationType", "Residential")),
    ("latitude-is-text", GUIDE, "a latitude is shown as text", p.shows("getLocation", "/coordinates/latitude", str), Expected(BODY, "getLocation -> 200", "/coordinates/latitude", "a number", "a string")),
    ("coordinates-are-missing", GUIDE, "coordinates are shown as null", p.shows("getLocation", "/coordinates", None), Expected(SENT, "getLocation -> 200", "/coordinates", "", "null")),
    ("meters-are-numbers", GUIDE, "meter point ids are shown as numbers", p.shows("getLocation", "/meterPointIds/*", int), Expected(BODY, "getLocation -> 200", "/meterPointIds/0", "a string", "an integer")),
    ("listed-resources-of-another-user", GUIDE, "resources in a list are shown as another user's", p.shows("listResources", "/resources/*/userId", "somebody"), Expected(PATH, "listResources -> 200", "/userId", "as in the path", "somebody")),
    ("resource-at-another-location", GUIDE, "a resource is shown at another location", p.shows("getResource", "/locationId", lambda own: own and "elsewhere"), Expected(SENT, "getResource -> 200", "/locationId", "", "elsewhere")),
    ("location-in-half", GUIDE, "a location is shown without its latitude", p.shows("getLocation", "/coordinates", lambda own: own and {"longitude": own["longitude"]}), Expected(SENT, "getLocation -> 200", "/coordinates/latitude", "", "missing")),
    ("location-of-another-user", GUIDE, "a location is shown as another user's", p.shows("getLocation", "/userId", "somebody"), Expected(PATH, "getLocation -> 200", "/userId", "as in the path", "somebody")),
    ("list-shows-other-coordinates", GUIDE, "the list of locations rounds coordinates", p.shows("listLocations", "/*/coordinates", partial(_rounded, 1)), Expected(SENT, "listLocations -> 200", "/coordinates")),
    ("list-shows-other-meters", GUIDE, "the list of locations shows no meter points", p.shows("listLocations", "/*/meterPointIds", []), Expected(SENT, "listLocations -> 200", "/meterPointIds")),
    ("post-shows-other-type", GUIDE, "a new location's answer has another type", p.shows("createLocation", "/locationType", "Other"), Expected(SENT, "createLocation -> 201", "/locationType", "", "Other")),
    ("put-shows-other-type", GUIDE, "a replaced location's answer has another type", p.shows("replaceLocation", "/locationType", "Other"), Expected(SENT, "replaceLocation -> 200", "/locationType", "", "Other")),
    ("patch-shows-other-meters", GUIDE, "a changed location's answer has other meter points", p.shows("changeLocation", "/meterPointIds", ["1"]), Expected(SENT, "changeLocation -> 200", "/meterPointIds")),
    ("post-answers-another-user", GUIDE, "a new user's answer has another userId", p.shows("createUser", "/userId", "other"), Expected(SENT, "createUser -> 201", "/userId", "", "other")),
    ("user-id-in-small-letters", GUIDE, "a userId is kept in small letters", p.keeps("createUser", "/userId", str.lower), Expected(SENT, "createUser -> 201", "/userId", "[A-F]", "[a-f]")),
    ("vehicle-is-a-charger", GUIDE, "a vehicle is kept as a charger", p.keeps("createVehicle", "/resourceType", "Charger"), Expected(SENT, "(POST|GET) /.* -> 20.", "/resourceType", "Vehicle", "Charger")),
    ("resource-is-generic", GUIDE, "an HVAC is kept as Generic", p.keeps("createLocationResource", "/resourceType", lambda own: own.replace("HVAC", "Generic")), Expected(SENT, "(POST|GET) /.* -> 20.", "/resourceType", "HVAC", "Generic")),
    ("resource-meter-loses-zeros", GUIDE, "the meter point id of a resource loses its leading zeros", p.keeps("createLocationResource", "/meterPointId", lambda own: own and own.lstrip("0")), Expected(SENT, "(POST|GET) /.* -> 20.", "/meterPointId")),
    ("resource-id-is-a-number", GUIDE, "a resourceId is shown as a number", p.shows("getResource", "/resourceId", 7), Expected(BODY, "getResource -> 200", "/resourceId", "a string", "an integer")),
    ("webhook-name-loses-letters", GUIDE, "the name of a webhook loses its Norwegian letters", p.keeps("createWebhook", "/name", lambda own: own and ascii_only(own)), Expected(SENT, "(POST|GET) /webhooks.* -> 20.", "/name", "[ØøÅå]")),
    ("webhook-name-is-cut-off", GUIDE, "the name of a webhook is cut off after 50 letters", p.keeps("createWebhook", "/name", lambda own: own and shortened(50, own)), Expected(SENT, "(POST|GET) /webhooks.* -> 20.", "/name")),
    ("webhook-name-is-read-as-latin-1", GUIDE, "the name of a changed webhook is decoded as Latin-1", p.keeps("changeWebhook", "/name", lambda own: own and mojibake(own)), Expected(SENT, "(PATCH|GET) /webhooks.* -> 20.", "/name", "Ø", "Ã")),
    ("webhook-url-ends-in-slash", GUIDE, "a webhook's URL is shown with a slash behind it", p.shows("getWebhook", "/webhookUrl", lambda url: f"{url}/"), Expected(SENT, "getWebhook -> 200", "/webhookUrl", "", '/"')),
    ("webhook-type-is-lost", GUIDE, "the last notification type of a webhook is lost", p.keeps("createWebhook", "/notificationTypes", lambda own: own[:-1] or own), Expected(SENT, "(POST|GET) /webhooks.* -> 20.", "/notificationTypes", "an array", "an array")),
    ("webhook-types-are-all", GUIDE, "a webhook has all notification types, whatever was sent", p.keeps("createWebhook", "/notificationTypes", list(webhooks.NOTIFICATION_TYPES.values())), Expected(SENT, "(POST|GET) /webhooks.* -> 20.", "/notificationTypes")),
    ("webhook-shows-its-secret", GUIDE, "a webhook's answer shows its secret", p.sends(p.value(lambda body: {**body, "webhookSecret": "shown"}), "getWebhook"), Expected(BODY, "getWebhook -> 200", "/webhookSecret")),
    ("listed-webhook-url-is-another", GUIDE, "the list of webhooks shows other URLs", p.shows("listWebhooks", "/webhooks/*/webhookUrl", lambda url: url + "?"), Expected(SENT, "listWebhooks -> 200", "/webhookUrl")),
)

INPUT: Final = faults(
    "bad input",
    *((f"{kebab(own.operation)}-takes-{own.name}", GUIDE, f"{own.operation} takes {own.text}", p.accepts(own.operation, own.pointer, OfType(own.actual), default=own.default, mend=own.mend), Expected(BAD, f"{own.operation} -> 2..", "status", own.because)) for own in TAKEN),
    *((f"{kebab(o)}-in-spite-of-400", GUIDE, f"{o} answers 400 and acts all the same", p.acts_in_spite(o, 400), Expected(REFUSED_CHANGES_NOthing, f"{o} -> 400", "GET .* afterwards")) for o in ("createLocation", "replaceLocation", "changeLocation", "createVehicle", "createLocationResource", "createWebhook", "replaceWebhook", "changeWebhook", "simulatePriceCurve", "simulateLocationLimit", "simulateResourceLimit")),
    *((f"{kebab(o)}-makes-unknown-user", GUIDE, f"{o} makes the user that is not there", p.without_parent(o, _make_user, goes_on=True), Expected(STATUS, f"{o} -> 20[01]", "status", "40", "20")) for o in ("createLocation", "createVehicle", "createEnrollment")),
    *((f"{kebab(o)}-leaves-unknown-user", GUIDE, f"{o} refuses and makes the user", p.without_parent(o, _make_user, goes_on=False), Expected(REFUSED_CHANGES_NOthing, f"{o} -> 40[04]", "GET /users/{userId} afterwards", "no user")) for o in ("createLocation", "createVehicle")),
    *((f"{kebab(o)}-of-unknown-user-is-empty", GUIDE, f"{o} of an unknown user is an empty list", p.in_place_of(404, o, Reply(200, body)), Expected(STATUS, f"{o} -> 200", "status", "40", "200")) for o, body in (("listLocations", []), ("listResources", {"resources": []}), ("listLocationResources", []))),
    *((f"{kebab(o)}-refuses-with-{code}", GUIDE, f"{o} refuses bad input with {code}", p.sends(p.status(code), o, status=(400,)), Expected(STATUS, f"{o} -> {code}", "status", "400", str(code))) for o, code in (("createUser", 422), ("createLocation", 422), ("createWebhook", 409), ("createReport", 404), ("simulatePriceCurve", 422))),
    *((f"{kebab(o)}-takes-an-array", GUIDE, f"{o} takes the body in an array", p.accepts(o, "", OfType("array"), mend=unwrapped), Expected(BAD, f"{o} -> 2..", "status", "request body is an array")) for o in ("createUser", "createLocation", "createWebhook")),
    *((f"{kebab(o)}-takes-json-in-a-text", GUIDE, f"{o} takes the body as JSON in a JSON text", p.accepts(o, "", OfType("string"), mend=from_text), Expected(BAD, f"{o} -> 2..", "status", "request body is a string")) for o in ("createVehicle", "changeLocation")),
    ("create-user-takes-a-form", GUIDE, "createUser reads a form that is called JSON", p.reads_as("createUser", lambda text: dict(each.split("=") for each in text.split("&"))), Expected(BAD, "createUser -> 2..", "status", "request body is it is no JSON")),
    ("create-location-takes-text-behind", GUIDE, "createLocation does not look behind the JSON", p.reads_as("createLocation", lambda text: json.JSONDecoder().raw_decode(text)[0]), Expected(BAD, "createLocation -> 2..", "status", "request body is it is no JSON")),
    ("change-location-takes-no-body", GUIDE, "changeLocation takes an empty body", p.takes_nothing("changeLocation", {}), found(BAD_REQUEST, "changeLocation", SUCCESS, because=BreachPattern(Place("request-body"), "absent"))),
    ("refusal-is-a-page", GUIDE, "a refused location is answered with a page", p.sends(p.refusal(400, "<html>", "text/html"), "createLocation", status=(400,)), Expected(MEDIA, "createLocation -> 400", "Content-Type", "application/json", "text/html")),
    ("refusal-is-an-object", GUIDE, "a refused user is answered with an object where a text is listed", p.sends(p.refusal(400, {"error": "bad"}), "createUser", status=(400,)), Expected(BODY, "createUser -> 400", "body", "a string", "an object")),
    ("problem-says-422", SPEC, "the problem document of a refused webhook says 422", p.sends(p.value(lambda body: {**body, "status": 422}), "createWebhook", status=(400,)), Expected(BODY, "createWebhook -> 400", "/status", "400", "422")),
    ("problem-status-is-text", SPEC, "the status of a problem document is text", p.sends(p.value(lambda body: {**body, "status": "400"}), "createVehicle", status=(400,)), Expected(BODY, "createVehicle -> 400", "/status", "", "a string")),
)

TROUBLE: Final = faults(
    "server errors",
    *((name, GUIDE, f"{text} is a server error", p.crashes(when, o), Expected(SERVER_ERROR, f"{o} -> 500", "status", "below 500", "500")) for name, text, when, o in CRASHES),
)

METHODS: Final = faults(
    "methods",
    ("put-reads-user", GUIDE, "PUT of a user reads it", p.also_by("PUT", "/users/{userId}", "getUser"), Expected(STATUS, "PUT .*/users/[^/]+ -> 200", "status", "404 or 405.*PUT", "200")),
    ("patch-deletes-user", GUIDE, "PATCH of a user deletes it", p.also_by("PATCH", "/users/{userId}", "deleteUser"), Expected(REFUSED_CHANGES_NOthing, "PATCH .*/users/[^/]+ -> 204", "GET .* afterwards")),
    ("put-lists-users", GUIDE, "PUT of /users lists them", p.also_by("PUT", "/users", "listUsers"), Expected(STATUS, "PUT .*/users -> 200", "status", "404 or 405.*PUT", "200")),
    ("post-lists-events", GUIDE, "POST of /events lists them", p.also_by("POST", "/events", "listEvents"), Expected(STATUS, "POST .*/events -> .*", "status", "404 or 405.*POST")),
    ("delete-lists-vehicles", GUIDE, "DELETE of a user's resources lists them", p.also_by("DELETE", "/users/{userId}/resources", "listResources"), Expected(STATUS, "DELETE .*/resources -> 200", "status", "404 or 405.*DELETE", "200")),
    ("delete-of-event-reads-it", GUIDE, "DELETE of an event reads it", p.also_by("DELETE", "/events/{eventId}", "getEvent"), Expected(STATUS, "DELETE .*/events/[^/]+ -> 200", "status", "404 or 405.*DELETE", "200")),
    ("put-reads-eligibility", GUIDE, "PUT of the eligibility of a user reads it", p.also_by("PUT", "/users/{userId}/eligibility", "getEligibility"), Expected(STATUS, "PUT .*/eligibility -> 200", "status", "404 or 405.*PUT", "200")),
    ("wrong-method-is-200", GUIDE, "a wrong method is answered with 200", p.elsewhere(p.status(200), 405), Expected(STATUS, ".*/users -> 200", "status", "404 or 405", "200")),
    ("wrong-method-is-500", GUIDE, "a wrong method is a server error", p.elsewhere(p.status(500), 405), Expected(SERVER_ERROR, ".*/users -> 500", "status", "below 500", "500")),
    ("unknown-path-is-200", GUIDE, "an unknown path is answered with 200", p.elsewhere(p.status(200), 404), Expected(STATUS, "GET .* -> 200", "status", "404 or 405", "200")),
)

ANSWERS: Final = faults(
    "answers",
    *((f"{kebab(o)}-is-202", GUIDE, f"{o} is answered with 202", p.sends(p.status(202), o), Expected(LISTED_STATUS, f"{o} -> 202", "status", "20", "202")) for o in ("createUser", "createLocation", "createVehicle", "createLocationResource", "createWebhook", "deleteLocation", "createEnrollment", "simulatePriceCurve", "createReport")),
    *((f"{kebab(o)}-is-200", GUIDE, f"{o} is answered with 200", p.sends(p.status(200), o), Expected(LISTED_STATUS, f"{o} -> 200", "status", "204", "200")) for o in (*DELETING, "deleteEnrollment")),
    *((f"{kebab(o)}-is-500", GUIDE, f"{o} is a server error", p.sends(p.status(500), o), Expected(SERVER_ERROR, f"{o} -> 500", "status", "below 500", "500")) for o in ("getCompensation", "getMeterEligibility", "listEligibleUsers", "simulatePartner", "deleteSimulation", "getNotificationLog", "simulateResourceLimit", "simulateUserEligibility", "enableWebhook")),
    ("user-is-wrapped", GUIDE, "a new user's answer is wrapped", p.sends(p.value(lambda body: {"user": body}), "createUser"), Expected(BODY, "createUser -> 201", "/userId", "required", "missing")),
    ("users-are-a-bare-array", GUIDE, "the list of users is a bare array", p.sends(p.value(lambda body: body["users"]), "listUsers"), Expected(BODY, "listUsers -> 200", "body", "an object", "an array")),
    ("locations-are-wrapped", GUIDE, "the list of locations is wrapped", p.sends(p.value(lambda body: {"locations": body}), "listLocations"), Expected(BODY, "listLocations -> 200", "body", "an array", "an object")),
    ("empty-list-is-null", GUIDE, "a user without locations has null for a list", p.sends(p.value(lambda body: body or None), "listLocations"), Expected(BODY, "listLocations -> 200", "body", "an array", "null")),
    ("empty-list-is-404", GUIDE, "a location without resources has no list", p.nothing_found_is("listLocationResources", Reply(404)), Expected(STATUS, "listLocationResources -> 404", "status", "200", "404")),
    ("deleted-has-a-body", GUIDE, "a 204 of deleteWebhook has a body", p.sends(with_body, "deleteWebhook"), Expected(NO_BODY, "deleteWebhook -> 204", "body|header Content-Length", "no body")),
    ("location-is-a-page", GUIDE, "a location is said to be HTML", p.sends(p.header("Content-Type", "text/html"), "getLocation"), Expected(MEDIA, "getLocation -> 200", "Content-Type", "application/json", "text/html")),
    ("events-have-no-media-type", GUIDE, "the list of events is sent without a media type", p.sends(p.header("Content-Type", None), "listEvents"), Expected(MEDIA, "listEvents -> 200", "Content-Type", "application/json", "missing")),
    ("webhook-is-in-latin-1", GUIDE, "a webhook is sent in Latin-1, and says nothing", p.sends(p.content(lambda text: text.decode().encode("latin-1", "replace")), "getWebhook"), Expected(BODY, "getWebhook -> 200", "body", "application/json", "no(t)? UTF-8")),
    ("user-has-a-byte-order-mark", GUIDE, "a user starts with a byte order mark", p.sends(p.content(lambda text: b"\xef\xbb\xbf" + text), "getUser"), Expected(BODY, "getUser -> 200", "body", "application/json", "byte order mark")),
    ("location-is-cut-off", GUIDE, "a location's JSON is cut off", p.sends(p.content(lambda text: text[:-1]), "getLocation"), Expected(BODY, "getLocation -> 200", "body", "application/json", "no JSON")),
    ("compensation-is-nan", GUIDE, "an amount is written as NaN", p.sends(p.content(lambda text: text.replace(b'"activeAmount":0.0', b'"activeAmount":NaN')), "getCompensation"), Expected(BODY, "getCompensation -> 200", "body", "application/json", "NaN")),
    ("user-is-empty", GUIDE, "a user is sent without a body", p.sends(p.content(lambda _: b""), "getUser"), found(RESPONSE_BODY, "getUser", 200, body(), "absent")),
    ("list-is-not-gzip", GUIDE, "the list of resources is said to be gzip, and is not", p.sends(p.header("Content-Encoding", "gzip"), "listResources"), Expected(BODY, "listResources -> 200", "body", "whole", "")),
    ("head-is-no-http", GUIDE, "a header of listWebhooks holds a NUL", p.sends(p.header("X-Trace", "a\x00b"), "listWebhooks"), found(RESPONSE_ARRIVES, "listWebhooks", at=Place("connection"), kind="absent")),
)

EVENTS: Final = faults(
    "events",
    ("event-time-has-no-offset", GUIDE, "an event's createdAt has no offset", p.shows("getEvent", "/createdAt", lambda text: text[:19]), Expected(BODY, "getEvent -> 200", "/createdAt", "RFC 3339")),
    ("event-time-is-a-number", GUIDE, "a listed event's createdAt is a number", p.shows("listEvents", "/events/*/createdAt", 1700000000), Expected(BODY, "listEvents -> 200", "/events/0/createdAt", "", "an integer")),
    ("event-has-no-id", GUIDE, "listed events have no id", p.shows("listEvents", "/events/*/id", p.DROP), Expected(BODY, "listEvents -> 200", "/events/0/id", "required", "missing")),
    ("event-payload-is-text", GUIDE, "an event's payload is text", p.shows("getEvent", "/payload", p.text_of), Expected(BODY, "getEvent -> 200", "/payload", "", "a string")),
    ("event-payload-has-no-type", GUIDE, "an event's payload does not say what it is", p.shows("getEvent", "/payload/payloadType", p.DROP), Expected(BODY, "getEvent -> 200", "/payload")),
    ("event-payload-is-unknown", GUIDE, "an event's payload is of the type PriceCurves", p.shows("getEvent", "/payload/payloadType", lambda own: own + "s"), Expected(BODY, "getEvent -> 200", "/payload")),
    ("event-payload-has-more", GUIDE, "an event's payload has a member that nobody lists", p.shows("getEvent", "/payload", lambda own: {**own, "surprise": 1}), Expected(BODY, "getEvent -> 200", "/payload")),
    ("event-targets-are-ids", GUIDE, "targets of an event are ids", p.shows("getEvent", "/payload/targets/*", "x"), Expected(BODY, "getEvent -> 200", "/payload/targets/0", "an object", "a string")),
    ("event-curve-resolution-is-iso", GUIDE, "the resolution of a price curve is PT1H", p.shows("getEvent", "/payload/priceCurveDelta/resolution", "PT1H"), Expected(BODY, "getEvent -> 200", "/priceCurveDelta/resolution", "time span", "PT1H")),
    ("event-price-is-text", GUIDE, "prices of an event are text", p.shows("getEvent", "/payload/priceCurveDelta/points/*/price", str), Expected(BODY, "getEvent -> 200", "/points/0/price", "a number", "a string")),
    ("event-area-is-unknown", GUIDE, "an event's price area is NO9", p.shows("getEvent", "/payload/priceArea", "NO9"), Expected(BODY, "getEvent -> 200", "/payload/priceArea", "NO1", "NO9")),
    ("event-limit-is-text", GUIDE, "limits of an event are text", p.shows("getEvent", "/payload/targets/*/points/*/maxPowerInKiloWatts", str), Expected(BODY, "getEvent -> 200", "/points/0/maxPowerInKiloWatts", "a number", "a string")),
    ("listed-event-cannot-be-read", GUIDE, "an event of the list is not found", p.sends(p.status(404), "getEvent"), Expected(STATUS, "getEvent -> 404", "status", "200", "404")),
    ("unknown-event-is-the-first", GUIDE, "an unknown event is the first one", p.does("getEvent", _first_event), Expected(STATUS, "getEvent -> 200", "status", "404", "200")),
    ("unknown-event-is-500", GUIDE, "an unknown event is a server error", p.sends(p.status(500), "getEvent", status=(404,)), Expected(SERVER_ERROR, "getEvent -> 500", "status", "below 500", "500")),
)

REPORTS: Final = faults(
    "reports",
    ("report-is-201", GUIDE, "a report is answered with 201", p.sends(p.status(201), "createReport"), Expected(LISTED_STATUS, "createReport -> 201", "status", "200", "201")),
    ("report-is-of-another-event", GUIDE, "a report's answer has another eventId", p.does("createReport", _report_mixed_up), Expected(SENT, "createReport -> 200", "/eventId")),
    ("report-has-no-id", GUIDE, "a report has no id", p.shows("createReport", "/id", p.DROP), Expected(BODY, "createReport -> 200", "/id", "required", "missing")),
    ("report-id-is-a-number", GUIDE, "a report's id is a number", p.shows("createReport", "/id", 17), Expected(BODY, "createReport -> 200", "/id", "a string", "17")),
    ("report-time-has-no-offset", GUIDE, "a report's createdAt has no offset", p.shows("createReport", "/createdAt", lambda text: text[:19]), Expected(BODY, "createReport -> 200", "/createdAt", "RFC 3339")),
    *((f"report-of-{kebab(entity)[1:]}-is-refused", GUIDE, f"a report of {entity} is refused", p.refuses("createReport", partial(_is_of, entity)), Expected(STATUS, "createReport -> 400", "status", "200", "400")) for entity in ("EnergyUsage", "LocationEnergyUsage", "LocationEnergyUsagePlan")),
    ("report-of-acknowledgement-is-500", GUIDE, "a report that acknowledges a limit on a resource is a server error", p.crashes(lambda asked: "ResourceLPCAcknowledgement" in p.sent_text(asked), "createReport"), Expected(SERVER_ERROR, "createReport -> 500", "status", "below 500", "500")),
    ("report-of-location-acknowledgement-is-refused", GUIDE, "a report that acknowledges a limit on a location is refused", p.refuses("createReport", partial(_is_of, "LocationLPCAcknowledgement")), Expected(STATUS, "createReport -> 400", "status", "200", "400")),
    ("report-without-meter-is-refused", GUIDE, "a report of EnergyUsage without its optional meterPointId is refused", p.refuses("createReport", lambda body: any(each.get("payloadType") == "EnergyUsage" and "meterPointId" not in each for each in body["payloads"])), Expected(STATUS, "createReport -> 400", "status", "200", "400")),
)

REFUSED: Final = faults(
    "legal input refused",
    ("norwegian-letters-are-refused", GUIDE, "a webhook's name may have no Norwegian letters", p.refuses("createWebhook", lambda body: not (body.get("name") or "").isascii()), Expected(STATUS, "createWebhook -> 400", "status", "20", "400")),
    ("location-without-coordinates-is-refused", GUIDE, "a location must have coordinates", p.refuses("createLocation", lambda body: "coordinates" not in body), Expected(STATUS, "createLocation -> 400", "status", "20", "400")),
    ("location-type-other-is-refused", GUIDE, "the location type Other is refused", p.refuses("createLocation", lambda body: body.get("locationType") == "Other"), Expected(STATUS, "createLocation -> 400", "status", "20", "400")),
    ("two-meters-are-refused", GUIDE, "a location may have one meter point", p.refuses("createLocation", lambda body: len(body.get("meterPointIds") or ()) > 1), Expected(STATUS, "createLocation -> 400", "status", "20", "400")),
    ("southern-latitude-is-500", GUIDE, "a latitude south of the equator is a server error", p.crashes(lambda asked: isinstance(far := sent_member(asked, "coordinates", "latitude"), float) and far < 0, "createLocation"), Expected(SERVER_ERROR, "createLocation -> 500", "status", "below 500", "500")),
    ("solar-inverter-is-refused", GUIDE, "a SolarInverter is refused", p.refuses("createLocationResource", lambda body: body["resourceType"] == "SolarInverter"), Expected(STATUS, "createLocationResource -> 400", "status", "20", "400")),
    ("notification-type-is-refused", GUIDE, "ResourceLPCRequested is refused", p.refuses("createWebhook", lambda body: "ResourceLPCRequested" in (body.get("notificationTypes") or ())), Expected(STATUS, "createWebhook -> 400", "status", "20", "400")),
    ("patch-of-type-alone-is-refused", GUIDE, "a PATCH of a location must name its coordinates", p.refuses("changeLocation", lambda body: "coordinates" not in body), Expected(STATUS, "changeLocation -> 400", "status", "200", "400")),
    ("second-location-is-refused", GUIDE, "a user may have one location", p.does("createLocation", _one_location), Expected(STATUS, "createLocation -> 400", "status", "20", "400")),
    ("area-fi-is-refused", GUIDE, "the price area FI is refused", p.refuses("simulatePriceCurve", lambda body: body.get("priceArea") == "FI"), Expected(STATUS, "simulatePriceCurve -> 400", "status", "200", "400")),
)

SIMULATION: Final = faults(
    "simulation",
    ("curve-is-made-up", GUIDE, "a price curve is made up in spite of the given one", p.does("simulatePriceCurve", partial(_given_is_ignored, "priceCurveDelta")), Expected(SENT, "simulatePriceCurve -> 200", "/priceCurveDelta")),
    ("area-is-made-up", GUIDE, "a price area is NO5 in spite of the given one", p.keeps("simulatePriceCurve", "/priceArea", "NO5"), Expected(SENT, "simulatePriceCurve -> 200", "/priceArea", "", "NO5")),
    ("targets-are-made-up", GUIDE, "targets of a price curve are made up in spite of the given ones", p.does("simulatePriceCurve", partial(_given_is_ignored, "targets")), Expected(SENT, "simulatePriceCurve -> 200", "/targets")),
    ("prices-are-rounded", GUIDE, "prices of a simulated curve are whole numbers", p.keeps("simulatePriceCurve", "/priceCurveDelta/points/*/price", round), Expected(SENT, "simulatePriceCurve -> 200", "/price")),
    ("curve-loses-points", GUIDE, "a simulated curve has its first point alone", p.keeps("simulatePriceCurve", "/priceCurveDelta/points", lambda own: own[:1]), Expected(SENT, "simulatePriceCurve -> 200", "/points")),
    ("limits-are-made-up", GUIDE, "limits on locations are made up in spite of the given ones", p.does("simulateLocationLimit", partial(_given_is_ignored, "locations")), Expected(SENT, "simulateLocationLimit -> 200", "/targets")),
    ("limits-on-resources-are-made-up", GUIDE, "limits on resources are made up in spite of the given ones", p.does("simulateResourceLimit", partial(_given_is_ignored, "resources")), Expected(SENT, "simulateResourceLimit -> 200", "/targets")),
    ("limit-of-zero-is-left-out", GUIDE, "a limit of 0 kW is left out", p.keeps("simulateLocationLimit", "/locations/*/points", lambda own: [each for each in own if each.get("maxPowerInKiloWatts")]), Expected(SENT, "simulateLocationLimit -> 200", "/points")),
    ("first-target-only", GUIDE, "the first target is limited alone", p.keeps("simulateLocationLimit", "/locations", lambda own: own and own[:1]), Expected(SENT, "simulateLocationLimit -> 200", "/targets")),
    *((f"{kebab(o)}-is-not-kept", GUIDE, f"an event of {o} is not among the events", p.does(o, _not_kept), Expected(STATUS, "getEvent -> 404", "status", "200", "404")) for o in SIMULATING),
    ("simulated-event-is-of-another-type", GUIDE, "a limit on a location is answered as one on a resource", p.shows("simulateLocationLimit", "/simulatedEvent/payload/payloadType", "ResourceLPC"), Expected(BODY, "simulateLocationLimit -> 200", "/simulatedEvent/payload")),
    ("simulated-event-is-not-wrapped", GUIDE, "the response to a simulation is the event itself", p.sends(p.value(lambda body: body["simulatedEvent"]), "simulatePriceCurve"), Expected(CREATION_RESPONSE, "simulatePriceCurve -> 200", "/simulatedEvent/id", "the id of the event", "missing")),
    ("simulated-event-shows-other-prices", GUIDE, "the response of a simulation shows other prices than the event", p.shows("simulatePriceCurve", "/simulatedEvent/payload/priceCurveDelta/points/*/price", 0.5), Expected(SENT, "simulatePriceCurve -> 200", "/price")),
    ("event-time-is-now", GUIDE, "an event that is read was made at another time", p.shows("getEvent", "/createdAt", "2020-01-01T00:00:00+00:00"), Expected(CREATION_RESPONSE, "getEvent -> 200", "/createdAt", "", "2020-01-01")),
    ("listed-event-is-older", GUIDE, "an event in the list has another time than the event", p.shows("listEvents", "/events/*/payload/lastUpdated", "2020-01-01T00:00:00+00:00"), Expected(CREATION_RESPONSE, "listEvents -> 200", "/lastUpdated", "", "2020-01-01")),
    ("partner-makes-nothing", GUIDE, "a simulated partner has nothing", p.does("simulatePartner", lambda *_: Reply(201)), Expected(SIMULATED, "simulatePartner -> 201", "users afterwards", "some", "none")),
    *((f"partner-without-{entity}s", GUIDE, f"a simulated partner has no {entity}s", p.does("simulatePartner", partial(_without, entity)), Expected(SIMULATED, "simulatePartner -> 201", f"{what} afterwards", "some", "none")) for entity, what in (("vehicle", "vehicles"), ("location", "locations"), ("resource", "resources at locations"))),
    ("simulation-stays", GUIDE, "what was simulated is not deleted", p.does("deleteSimulation", lambda *_: Reply(200)), Expected(GONE, "deleteSimulation -> 200", "GET /users afterwards", "none")),
    ("simulation-leaves-one", GUIDE, "one simulated user is not deleted", p.does("deleteSimulation", _leaves_one), Expected(GONE, "deleteSimulation -> 200", "GET /users afterwards", "none", "1 of")),
    ("simulation-takes-real-users", GUIDE, "deleting what was simulated deletes all users", p.then_does("deleteSimulation", _takes_real_ones), Expected(UNTOUCHED, "deleteSimulation -> 200", "GET .* afterwards")),
    ("simulation-takes-real-locations", GUIDE, "deleting what was simulated deletes all locations", p.then_does("deleteSimulation", _takes_locations), Expected(UNTOUCHED, "deleteSimulation -> 200", "GET .*/locations/.* afterwards")),
    ("simulation-takes-webhooks", GUIDE, "deleting what was simulated deletes all webhooks", p.then_does("deleteSimulation", _takes_webhooks), Expected(UNTOUCHED, "deleteSimulation -> 200", "GET /webhooks/.* afterwards")),
    ("simulation-deleted-is-204", GUIDE, "deleting what was simulated is answered with 204", p.sends(p.status(204), "deleteSimulation"), Expected(LISTED_STATUS, "deleteSimulation -> 204", "status", "200", "204")),
)

PROGRAMME: Final = faults(
    "programme",
    ("nobody-is-eligible", GUIDE, "a user of the neighbourhood is not eligible", p.shows("getEligibility", "/isEligible", change=False), Expected(ELIGIBLE, "getEligibility -> 200", "/isEligible", "true", "false")),
    ("meter-is-not-eligible", GUIDE, "a meter point of the neighbourhood is not eligible", p.shows("getMeterEligibility", "/isEligible", change=False), Expected(ELIGIBLE, "getMeterEligibility -> 200", "/isEligible", "true", "false")),
    ("eligible-users-are-not-listed", GUIDE, "the list of eligible users is empty", p.lists("listEligibleUsers", lambda _: []), Expected(ELIGIBLE, "listEligibleUsers -> 200", "userId", "once", "0 times")),
    ("eligible-users-twice", GUIDE, "eligible users are listed twice", p.lists("listEligibleUsers", lambda items: items * 2), Expected(ELIGIBLE, "listEligibleUsers -> 200", "userId", "once", "2 times")),
    ("eligibility-is-text", GUIDE, "isEligible is text", p.shows("getEligibility", "/isEligible", str), Expected(BODY, "getEligibility -> 200", "/isEligible", "a boolean", "a string")),
    ("eligibility-of-another", GUIDE, "the eligibility of a user is another's", p.shows("getEligibility", "/userId", "somebody"), Expected(PATH, "getEligibility -> 200", "/userId", "as in the path", "somebody")),
    ("beginning-of-a-meter-is-eligible", GUIDE, "the beginning of an eligible meter point is one, too", p.does("getMeterEligibility", _by_its_beginning), Expected(ELIGIBLE, "getMeterEligibility -> 200", "/isEligible", "false", "true")),
    ("user-is-found-by-its-beginning", SPEC, "a user is found by the beginning of its id", p.does("getUser", _finds_by_beginning), Expected(STATUS, "getUser -> 200", "status", "40", "200")),
    ("meter-eligibility-of-another", GUIDE, "the eligibility of a meter point is another's", p.shows("getMeterEligibility", "/meterPointId", "somewhere"), Expected(SENT, "getMeterEligibility -> 200", "/meterPointId", "a string", "somewhere")),
    ("enrolling-does-nothing", GUIDE, "who is enrolled is not", p.only_says("createEnrollment"), Expected(ENROLLED, "getEnrollment -> 200", "/isEnrolled", "true", "false")),
    ("enrolled-says-false", GUIDE, "enrolling is answered with isEnrolled false", p.shows("createEnrollment", "/isEnrolled", change=False), Expected(ENROLLED, "createEnrollment -> 200", "/isEnrolled", "true", "false")),
    ("enrolls-everybody", GUIDE, "enrolling one enrols all", p.then_does("createEnrollment", _enrols_everybody), Expected(ENROLLED, "getEnrollment -> 200", "/isEnrolled", "false", "true")),
    ("enrollment-date-changes", GUIDE, "the date of an enrollment is always now", p.shows("getEnrollment", "/enrollmentDate", lambda own: own and "2020-01-01T00:00:00+00:00"), Expected(SENT, "getEnrollment -> 200", "/enrollmentDate")),
    ("enrollment-of-another", GUIDE, "an enrollment is another's", p.shows("getEnrollment", "/userId", "somebody"), Expected(PATH, "getEnrollment -> 200", "/userId", "as in the path", "somebody")),
    ("unenrolling-does-nothing", GUIDE, "who is unenrolled stays enrolled", p.only_says("deleteEnrollment"), Expected(ENROLLED, "getEnrollment -> 200", "/isEnrolled", "false", "true")),
    ("unenrolled-twice", GUIDE, "who is not enrolled can be unenrolled", p.in_place_of(404, "deleteEnrollment", Reply(204)), Expected(STATUS, "deleteEnrollment -> 204", "status", "404", "204")),
    ("compensation-of-another", GUIDE, "a compensation is another's", p.shows("getCompensation", "/userId", "somebody"), Expected(PATH, "getCompensation -> 200", "/userId", "as in the path", "somebody")),
    ("compensation-of-2020", GUIDE, "the period of a compensation begins in 2020", p.shows("getCompensation", "/period/from", "2020-01-01"), Expected(COMPENSATED, "getCompensation -> 200", "/period", "the current month", "2020-01-01")),
    ("compensation-leaves-the-last", SPEC, "the last location of a compensation is missing", p.shows("getCompensation", "/locationCompensations", lambda own: own[:-1]), Expected(COMPENSATED, "getCompensation -> 200", "/locationCompensations", "alike", "one of them")),
    ("compensation-meters-are-numbers", SPEC, "meter points of a compensation lose their zeros", p.shows("getCompensation", "/locationCompensations/*/meterPointIds", lambda own: [meter.lstrip("0") for meter in own]), Expected(SENT, "getCompensation -> 200", "/meterPointIds")),
    ("enrolling-twice-unenrols", GUIDE, "who is enrolled a second time is not any more", p.does("createEnrollment", _enrolment_turns), Expected(ENROLLED, "getEnrollment -> 200", "/isEnrolled", "true", "false")),
    ("compensation-twice", GUIDE, "each location of a compensation comes twice", p.shows("getCompensation", "/locationCompensations", lambda own: own * 2), Expected(COMPENSATED, "getCompensation -> 200", "/locationCompensations", "each once", "locations")),
    ("compensation-is-text", GUIDE, "amounts are text", p.shows("getCompensation", "/locationCompensations/*/activeAmount", str), Expected(BODY, "getCompensation -> 200", "/activeAmount", "a number", "a string")),
    ("compensation-period-is-a-time", GUIDE, "the period of a compensation has times", p.shows("getCompensation", "/period/from", lambda own: f"{own}T00:00:00Z"), Expected(BODY, "getCompensation -> 200", "/period/from", "date", "T00")),
)

DELIVERIES: Final = faults(
    "deliveries",
    ("delivery-never-comes", GUIDE, "an event brings no delivery", p.delivers(lambda _: []), Expected(DELIVERY_ARRIVES, "simulatePriceCurve -> 200", "delivery", "a POST to", "nothing came")),
    ("first-webhook-only", GUIDE, "the first webhook that wants an event gets it, and no other", _notifies_as(_first_only), Expected(DELIVERY_ARRIVES, "simulate.* -> 200|POST .* -> 200", "delivery", "a POST to", "nothing came")),
    ("delivery-whatever-was-asked-for", GUIDE, "a webhook gets events of every type", _notifies_as(lambda _, webhook, __: webhook["enabled"]), Expected(DELIVERED_RIGHT, "POST .* -> 200", "deliveries to", "none")),
    ("delivery-though-switched-off", GUIDE, "a webhook that is off gets events", _notifies_as(lambda _, webhook, entity: entity in webhook["notificationTypes"]), Expected(DELIVERED_RIGHT, "POST .* -> 200", "deliveries to", "switched off")),
    ("delivery-though-deleted", GUIDE, "a webhook that is deleted gets events", _keeps_deleted, Expected(DELIVERED_RIGHT, "POST .* -> 200", "deliveries to", "deleted")),
    ("delivery-to-other-partners", GUIDE, "the webhooks of every partner get an event", p.together(*(p.does(o, _cross_partner) for o in SIMULATING)), Expected(DELIVERED_RIGHT, "POST .* -> 200", "deliveries to", "partner")),
    ("delivery-to-original-address", GUIDE, "a webhook that moved gets events at the address that it had", _keeps_first("webhookUrl", lambda url, own: replace(own, url=url)), Expected(DELIVERED_RIGHT, "POST .* -> 200", "deliveries to", "another address")),
    ("delivery-is-a-put", GUIDE, "a delivery is a PUT", p.delivers_by("PUT"), Expected(KNOWN, "PUT /hooks/.* -> 200", "request line", "a method", "PUT")),
    ("delivery-is-a-form", GUIDE, "a delivery is no JSON", p.delivers(lambda own: [replace(own, body=b"event=1")]), Expected(DELIVERY_BODY, "POST eventNotification -> .*", "request body", "", "no JSON")),
    ("delivery-is-in-latin-1", GUIDE, "a delivery is written in Latin-1", _written(lambda value: json.dumps(value, ensure_ascii=False).encode("latin-1", "replace")), Expected(DELIVERY_BODY, "POST eventNotification -> .*", "request body", "", "UTF-8")),
    ("delivery-is-empty", GUIDE, "a delivery has no body", p.delivers(lambda own: [replace(own, body=b"")]), found(REQUEST_BODY, "eventNotification", at=Place("request-body"), kind="absent")),
    *((f"delivery-without-{kebab(name)}", GUIDE, f"a delivery has no {name}", _notifies(partial(_but, name)), Expected(DELIVERY_BODY, "POST eventNotification -> .*", f"/{name}", "required", "missing")) for name in ("notificationId", "eventId", "notificationType", "payload")),
    ("delivery-time-has-no-offset", GUIDE, "the time of a delivery has no offset", _notifies(lambda value: p.edited(value, "/notificationSentUtc", lambda text: text[:19])), Expected(DELIVERY_BODY, "POST eventNotification -> .*", "/notificationSentUtc", "RFC 3339")),
    ("delivery-of-another-event", GUIDE, "a delivery has another eventId", _notifies(lambda value: {**value, "eventId": value["notificationId"]}), Expected(DELIVERY_ARRIVES, "POST .* -> 200", "delivery", "a POST to", "nothing came")),
    ("delivery-is-called-otherwise", GUIDE, "a price curve is delivered as UserEligibilityUpdated", _notifies(lambda value: {**value, "notificationType": "UserEligibilityUpdated"}), Expected(DELIVERED_TRUE, "POST eventNotification -> .*", "/notificationType", "PriceCurveCreated", "UserEligibilityUpdated")),
    ("delivery-type-is-unknown", GUIDE, "a delivery is of the type PriceCurve", _notifies(lambda value: {**value, "notificationType": "PriceCurve"}), Expected(DELIVERY_BODY, "POST eventNotification -> .*", "/notificationType", "PriceCurveCreated", "PriceCurve")),
    ("delivery-has-other-limits", GUIDE, "a delivery has other limits than the event", _notifies(lambda value: p.edited(value, "/payload/targets/*/points/*/maxPowerInKiloWatts", 99)), Expected(DELIVERED_TRUE, "POST eventNotification -> .*", "/maxPowerInKiloWatts", "", "99")),
    ("delivery-payload-is-text", GUIDE, "the payload of a delivery is text", _notifies(lambda value: {**value, "payload": p.text_of(value["payload"])}), Expected(DELIVERY_BODY, "POST eventNotification -> .*", "/payload", "", "a string")),
    ("slow-receiver-stops-all", GUIDE, "a receiver that fails stops the deliveries of others", _waits_for_each, Expected(DELIVERY_ARRIVES, "POST .* -> 200", "delivery", "a POST to", "nothing came")),
)

SIGNATURES: Final = faults(
    "signatures",
    ("no-signature", GUIDE, "a delivery has no signature", _signs(lambda *_: None), Expected(DELIVERY_PARAMETERS, "POST eventNotification -> .*", "X-Payload-Signature", "required", "missing")),
    ("signature-in-another-header", GUIDE, "the signature stands in Spark-Signature", p.delivers(lambda own: [replace(own, headers={("Spark-Signature" if name == webhooks.SIGNATURE_HEADER else name): text for name, text in own.headers.items()})]), Expected(DELIVERY_PARAMETERS, "POST eventNotification -> .*", "X-Payload-Signature", "required", "missing")),
    ("signature-is-hex", GUIDE, "the signature is written in hexadecimal digits", _signs(lambda secret, own: _mac(hashlib.sha256, secret.encode(), own.body).hex()), Expected(DELIVERY_PARAMETERS, "POST eventNotification -> .*", "X-Payload-Signature")),
    ("signature-is-url-safe", GUIDE, "the signature is written in Base64 for URLs", _signs(lambda secret, own: base64.urlsafe_b64encode(_mac(hashlib.sha256, secret.encode(), own.body)).decode().rstrip("=")), Expected(DELIVERY_PARAMETERS, "POST eventNotification -> .*", "X-Payload-Signature")),
    ("signature-by-sha-1", GUIDE, "the signature is made with SHA-1", _signs(lambda secret, own: _base64(_mac(hashlib.sha1, secret.encode(), own.body))), Expected(DELIVERY_PARAMETERS, "POST eventNotification -> .*", "X-Payload-Signature")),
    ("signature-by-sha-512", GUIDE, "the signature is made with SHA-512", _signs(lambda secret, own: _base64(_mac(hashlib.sha512, secret.encode(), own.body))), Expected(DELIVERY_PARAMETERS, "POST eventNotification -> .*", "X-Payload-Signature")),
    ("signature-without-key", GUIDE, "the signature is a hash of the body", _signs(lambda _, own: _base64(hashlib.sha256(own.body).digest())), Expected(SIGNED, "POST eventNotification -> .*", "X-Payload-Signature")),
    ("signature-with-body-as-key", GUIDE, "key and body of the signature are swapped", _signs(lambda secret, own: _base64(_mac(hashlib.sha256, own.body, secret.encode()))), Expected(SIGNED, "POST eventNotification -> .*", "X-Payload-Signature")),
    ("signature-of-sorted-json", GUIDE, "the signature is over the JSON with its members sorted", _signs(lambda secret, own: sign(secret, json.dumps(json.loads(own.body), sort_keys=True).encode())), Expected(SIGNED, "POST eventNotification -> .*", "X-Payload-Signature")),
    ("signature-of-the-payload", GUIDE, "the signature is over the payload", _signs(lambda secret, own: sign(secret, p.text_of(json.loads(own.body)["payload"]).encode())), Expected(SIGNED, "POST eventNotification -> .*", "X-Payload-Signature")),
    ("signature-with-a-line-break", GUIDE, "the body is signed with a line break behind it", _signs(lambda secret, own: sign(secret, own.body + b"\n")), Expected(SIGNED, "POST eventNotification -> .*", "X-Payload-Signature")),
    ("signature-with-secret-in-small-letters", GUIDE, "the secret is put into small letters", _signs(lambda secret, own: sign(secret.lower(), own.body)), Expected(SIGNED, "POST eventNotification -> .*", "X-Payload-Signature")),
    ("signature-with-trimmed-secret", GUIDE, "the secret loses the blanks at its ends", _signs(lambda secret, own: sign(secret.strip(), own.body)), Expected(SIGNED, "POST eventNotification -> .*", "X-Payload-Signature")),
    ("signature-with-half-a-secret", GUIDE, "the secret is cut off after 16 characters", _signs(lambda secret, own: sign(secret[:16], own.body)), Expected(SIGNED, "POST eventNotification -> .*", "X-Payload-Signature")),
    ("signature-with-the-url", GUIDE, "the signature is over the address and the body", _signs(lambda secret, own: sign(secret, own.url.encode() + own.body)), Expected(SIGNED, "POST eventNotification -> .*", "X-Payload-Signature")),
    ("signature-of-one-for-all", GUIDE, "every delivery has the same signature", _signs(lambda secret, _: sign(secret, b"")), Expected(SIGNED, "POST eventNotification -> .*", "X-Payload-Signature")),
    ("signature-with-original-secret", GUIDE, "a webhook's first secret signs for good", _keeps_first("webhookSecret", _signed_by), Expected(SIGNED, "POST eventNotification -> .*", "X-Payload-Signature")),
)

RETRIES: Final = faults(
    "retries",
    ("no-retry", GUIDE, "a refused delivery does not come again", _tries(1), Expected(REPEATED, "POST .* -> 200", "deliveries", "another one", "1 in")),
    ("five-attempts", GUIDE, "a refused delivery comes five times", _tries(5), Expected(REPEATED, "POST .* -> 200", "deliveries", "at most 4", "5")),
    ("many-attempts", GUIDE, "a refused delivery comes nine times", p.together(_tries(9), _pauses(lambda tried: 0.2 + 0.1 * tried)), Expected(REPEATED, "POST .* -> 200", "deliveries", "at most 4")),
    ("pauses-do-not-grow", GUIDE, "a failed delivery is retried after the same pause each time", _pauses(lambda _: 0.4), Expected(REPEATED, "POST .* -> 200", "the pauses", "grow|longer")),
    ("pauses-shrink", GUIDE, "a failed delivery is retried sooner each time", _pauses(lambda tried: 1.6 / 2**tried), Expected(REPEATED, "POST .* -> 200", "the pauses", "longer")),
    ("another-notification-each-time", GUIDE, "each try of a delivery has a notificationId of its own", p.delivers_with(_new_notification_each_time), Expected(REPEATED, "POST eventNotification -> .*", "/notificationId")),
    ("retry-has-another-signature", GUIDE, "a delivery that comes again is not signed", p.delivers(_unsigned_again), Expected(SIGNED, "POST eventNotification -> .*", "X-Payload-Signature")),
    ("retry-after-202", GUIDE, "200 alone is an acknowledgement", _acknowledged_by(200, 201, 204), Expected(DELIVERED_ONCE, "POST .* -> 200", "deliveries to", "once or twice", "deliveries")),
    ("retry-after-204", GUIDE, "204 is no acknowledgement", _acknowledged_by(200, 201, 202), Expected(DELIVERED_ONCE, "POST .* -> 200", "deliveries to", "once or twice", "deliveries")),
    ("redirect-is-an-acknowledgement", GUIDE, "302 is an acknowledgement", _takes(lambda status: status == 302), Expected(REPEATED, "POST .* -> 200", "deliveries", "302", "1 in")),
    *((f"{status}-is-an-acknowledgement", GUIDE, f"{status} is an acknowledgement", _takes(partial(operator.eq, status)), Expected(REPEATED, "POST .* -> 200", "deliveries", str(status), "1 in")) for status in (410, 429)),
    ("refusal-is-an-acknowledgement", GUIDE, "4xx is an acknowledgement", _takes(lambda status: 400 <= status < 500), Expected(REPEATED, "POST .* -> 200", "deliveries", "40", "1 in")),
    ("failed-event-is-gone", GUIDE, "an event whose delivery failed for good is gone", p.wraps(p.SEND, _forgets_failed), Expected(STATUS, "getEvent -> 404", "status", "200", "404")),
)

LOGS: Final = faults(
    "logs",
    ("logs-are-empty", GUIDE, "deliveries are not logged", p.lists("listNotificationLogs", lambda _: []), Expected(LOGGED, "listNotificationLogs -> 200", "notificationId", "in the list", "none")),
    ("logs-of-all-webhooks", GUIDE, "the logs of one webhook are those of all", p.does("listNotificationLogs", _logs_of_all), Expected(LOGGED, "listNotificationLogs -> 200", "the list", "alone", "others")),
    ("log-has-another-event", GUIDE, "a log has the id of another event", _log("/partnerEventId", "other"), Expected(LOGGED, "(list|get)NotificationLogs? -> 200|GET .* -> 200", "partnerEventId", "", "other")),
    ("log-has-another-status", GUIDE, "a log has 200 for every response", _log("/responseStatusCode", 200), Expected(LOGGED, "GET .* -> 200", "responseStatusCode", "202", "200")),
    ("log-has-another-url", GUIDE, "a log has another address", _log("/webhookUrl", "https://other.example/"), Expected(LOGGED, "GET .* -> 200", "webhookUrl", "", "other.example")),
    ("log-has-another-signature", GUIDE, "a log has another signature", _log("/sparkSignature", "x"), Expected(LOGGED, "GET .* -> 200", "sparkSignature", "", "x")),
    ("log-says-timeout", GUIDE, "a log has a time-out for every delivery", _log("/requestTimeout", change=True), Expected(LOGGED, "GET .* -> 200", "requestTimeout", "False", "True")),
    ("log-has-another-type", GUIDE, "a log has another notification type", _log("/notificationType", "Unknown"), Expected(LOGGED, "GET .* -> 200", "notificationType", "PriceCurveCreated", "Unknown")),
    ("log-has-other-content", GUIDE, "the content of a log is not what was delivered", p.shows("getNotificationLog", "/notificationContent", '{"id":1}'), Expected(LOGGED, "getNotificationLog -> 200", "/notificationContent", "what was delivered")),
    ("log-content-is-an-object", GUIDE, "the content of a log is no text", p.shows("getNotificationLog", "/notificationContent", json.loads), Expected(BODY, "getNotificationLog -> 200", "/notificationContent", "a string", "an object")),
    ("log-status-is-text", GUIDE, "the status in a log is text", _log("/responseStatusCode", str), Expected(BODY, "GET .* -> 200", "/responseStatusCode", "an integer", "a string")),
    ("log-time-has-no-offset", GUIDE, "the time in a log has no offset", _log("/notificationSent", lambda text: text[:19]), Expected(BODY, "GET .* -> 200", "/notificationSent", "RFC 3339")),
    ("unknown-log-is-the-first", GUIDE, "an unknown log is answered with 200", p.in_place_of(404, "getNotificationLog", Reply(200, {"webhookNotificationLog": {}, "notificationContent": ""})), Expected(STATUS, "getNotificationLog -> 200", "status", "40", "200")),
)

FAULTS: Final = (
    *token_faults(LIFETIME), *authorization_faults(SECURED), *AUTHORIZATION, *TENANCY, *lifecycle_faults(ENTITIES, GUIDE), *LIFECYCLE, *PAGING, *CHANGES, *BATCHES, *FIDELITY, *INPUT, *TROUBLE, *METHODS, *ANSWERS,
    *EVENTS, *REPORTS, *REFUSED, *SIMULATION, *PROGRAMME, *DELIVERIES, *SIGNATURES, *RETRIES, *LOGS,
)

VARIANTS: Final = (
    *common_variants(SECURED, ("listEvents", "getEvent", *SIMULATING)),
    Variant("made-is-200", "what is made is answered with 200", p.sends(p.status(200), status=(201,))),
    Variant("nulls-are-left-out", "members that are null are left out", p.sends(p.value(_without_nulls), *SECURED)),
    Variant("lists-in-another-order", "lists come newest first", p.together(*(p.lists(entity.list, lambda items: items[::-1]) for entity in ENTITIES[1:]))),
    Variant("meters-in-another-order", "meter point ids are sorted", p.together(*(p.keeps(o, "/meterPointIds", lambda own: own and sorted(own)) for o in ("createLocation", "replaceLocation", "changeLocation")))),
    Variant("names-are-trimmed", "blanks around the names of webhooks are lost", p.together(*(p.keeps(o, "/name", lambda own: own and own.strip()) for o in ("createWebhook", "replaceWebhook", "changeWebhook")))),
    Variant("original-meter-goes-along", "meterPointId is the first of meterPointIds", p.together(*(p.sends(p.value(_with_former), o) for o in ("createLocation", "getLocation", "replaceLocation", "changeLocation")))),
    Variant("locations-without-user", "locations do not say whose they are", p.together(p.sends(p.value(lambda body: {**body, "userId": None}), "createLocation", "getLocation", "replaceLocation", "changeLocation"), p.shows("listLocations", "/*/userId", None), p.shows("createLocations", "/locations/*/userId", None))),
    Variant("numbers-in-other-spellings", "whole numbers are written with a point where they may be", p.together(p.shows("getLocation", "/coordinates/latitude", float), p.shows("listEvents", "/events/*/payload/priceCurveDelta/points/*/price", float), p.shows("getCompensation", "/locationCompensations/*/activeAmount", int))),
    Variant("malformed-ids-are-400", "an id of another length than the API gives is answered with 400", p.wants_whole_ids("getWebhook", "deleteWebhook", "replaceWebhook", "changeWebhook", "enableWebhook")),
    Variant("times-in-zulu", "times end in Z, with three digits", p.together(*(p.shows(o, pointer, zulu) for o, pointer in (("getEvent", "/createdAt"), ("listEvents", "/events/*/createdAt"), ("createReport", "/createdAt"), ("getWebhook", "/createdDate"))))),
    Variant("pages-of-ten", "pages have ten records where no size is asked for", p.together(*(p.does(o, partial(_by_default, "10")) for o in PAGED_LISTS))),
    Variant("pages-of-1000", "pages have 1000 records where no size is asked for", p.together(*(p.does(o, partial(_by_default, "1000")) for o in PAGED_LISTS))),
    Variant("short-pagination", "pagination has three figures", _pages(_short_pagination, *PAGED_LISTS)),
    Variant("unknown-user-is-400", "an unknown user in the path is answered with 400 where no 404 is listed", p.together(*(p.sends(p.refusal(400, body, entity), o, status=(404,)) for o, body, entity in (("listLocations", "There is no such user.", "application/json"), ("createVehicle", {"title": "There is no such user.", "status": 400}, "application/problem+json"))))),
    Variant("unknown-log-is-400", "an unknown log is answered with 400", p.sends(p.refusal(400, {"status": 400}, "application/problem+json"), "getNotificationLog", status=(404,))),
    Variant("second-time-is-409", "a userId or a resourceId that is there already is refused with 409", p.together(*(p.does(entity.create, partial(_only_new, 409, entity)) for entity in (ENTITIES[0], ENTITIES[2], ENTITIES[3])))),
    Variant("second-time-is-400", "a userId or a resourceId that is there already is refused with 400", p.together(*(p.does(entity.create, partial(_only_new, 400, entity)) for entity in (ENTITIES[0], ENTITIES[2], ENTITIES[3])))),
    Variant("strict-members", "members that are not known are refused", p.together(*(p.refuses(o, partial(has_unknown, members)) for o, members in _MEMBERS.items()))),
    Variant("plain-names-only", "names with line breaks, emoji, or blanks around are refused", p.together(*(p.refuses(o, unusual_text) for o in ("createWebhook", "replaceWebhook", "changeWebhook")))),
    Variant("assets-outlive-user", "a user that is deleted leaves its assets, for when it is made again", p.does("deleteUser", _user_alone)),
    Variant("no-coordinates-of-null", "coordinates of null are refused", p.together(*(p.refuses(o, lambda body: body.get("coordinates", 1) is None) for o in ("createLocation", "replaceLocation", "changeLocation")))),
    Variant("switch-answers-200", "the switch of a webhook is answered with 200", p.sends(p.status(200), "enableWebhook")),
    Variant("enrolling-needs-eligibility", "who is not eligible cannot be enrolled", p.does("createEnrollment", _eligible_only)),
    Variant("not-enrolled-is-short", "who is not enrolled has no id and no date", p.sends(p.value(lambda body: {name: own for name, own in body.items() if own is not None}), "getEnrollment")),
    Variant("reports-on-known-events", "a report on an unknown event is refused", p.does("createReport", _known_event)),
    Variant("webhooks-by-https", "webhooks at addresses without TLS are refused", p.together(*(p.refuses(o, lambda body: not str(body.get("webhookUrl") or "https:").startswith("https:")) for o in ("createWebhook", "replaceWebhook", "changeWebhook")))),
    Variant("events-come-by-themselves", "before an event that is simulated comes one that was not", p.together(*(p.does(o, _another_first) for o in SIMULATING))),
    Variant("others-make-events", "whoever shares the sandbox makes events of what is there meanwhile", _others_make_events),
    Variant("others-make-users", "whoever shares the sandbox makes and deletes users meanwhile", p.others_make_users(*(entity.create for entity in ENTITIES), "createUsers", "simulatePartner")),
    Variant("delivery-takes-its-time", "a delivery comes after two seconds", p.delivers_late(2)),
    Variant("delivery-comes-twice", "a delivery comes twice", p.delivers(lambda own: [own, own])),
    Variant("delivery-in-lines", "the JSON of a delivery is laid out in lines", p.together(_written(lambda value: json.dumps(value, indent=2, ensure_ascii=False).encode()), _log("/sparkSignature", None))),
    Variant("delivery-in-ascii", "letters beyond ASCII in a delivery are written as escapes", p.together(_written(lambda value: json.dumps(value).encode()), _log("/sparkSignature", None))),
    Variant("three-attempts", "a delivery is tried three times", _tries(3)),
    Variant("log-names-no-signature", "logs have no signature and no duration", p.together(_log("/sparkSignature", None), _log("/requestDurationMs", None))),
    Variant("compressed", "answers are compressed", p.sends(p.chain(p.content(gzip.compress), p.header("Content-Encoding", "gzip")), *(entity.get for entity in ENTITIES), *LISTING, "getToken")),
)
# fmt: on
