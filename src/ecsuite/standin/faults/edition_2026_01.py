"""The planted faults and the legal variants of January 2026.

A fault is what a server of that edition could get wrong: one thing, and nothing that the published facts leave open. A
variant is what they leave open, or allow. What goes wrong in the same way with every operation, or with every kind of
thing, is a row of a comprehension.
"""

from __future__ import annotations

import asyncio
import base64
import gzip
import hashlib
import hmac
import json
import re
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from typing import Any, Final, NamedTuple

from ecsuite.contract import Level
from ecsuite.http import httpx
from ecsuite.standin import edition_2026_01_assets as assets
from ecsuite.standin import edition_2026_01_webhooks as webhooks
from ecsuite.standin.app import Plant
from ecsuite.standin.call import Call, Handler, RefusalError, Reply
from ecsuite.standin.faults import Expected, Fault, Variant
from ecsuite.standin.faults import planting as p
from ecsuite.standin.parts import Asked, Parts
from ecsuite.standin.store import Delivery


class Kind(NamedTuple):
    """A kind of thing, and the operations on it."""

    name: str
    parameter: str
    create: str
    list: str
    get: str
    delete: str


KINDS: Final = (
    Kind("user", "userId", "createUser", "listUsers", "getUser", "deleteUser"),
    Kind("location", "locationId", "createLocation", "listLocations", "getLocation", "deleteLocation"),
    Kind("vehicle", "resourceId", "createVehicle", "listResources", "getResource", "deleteResource"),
    Kind("resource", "resourceId", "createLocationResource", "listLocationResources", "getResource", "deleteResource"),
    Kind("webhook", "webhookId", "createWebhook", "listWebhooks", "getWebhook", "deleteWebhook"),
)
MAKING: Final = (*(kind.create for kind in KINDS), "createUsers", "createLocations")
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
    *(operation for kind in KINDS for operation in kind[2:]), "createUsers", "createLocations", *BY_ID, *SIMULATING,
    *PAGED_LISTS, "getMeterEligibility", "createReport", "getNotificationLog", "simulatePartner", "deleteSimulation",
)))  # fmt: skip
LIFETIME: Final = 3600
CAP: Final = 20
FAR_AWAY: Final = {"latitude": 0.0, "longitude": 0.0}


def _level(operation: str) -> Level:
    del operation
    return GUIDE


# Changes of values, as servers make them.


def _without_zeros(meters: list[str]) -> list[str]:
    return [meter.lstrip("0") for meter in meters]


def _rounded(digits: int, place: dict[str, float] | None) -> Any:
    return place and {name: round(own, digits) for name, own in place.items()}


def _exact32(place: dict[str, float] | None) -> Any:
    return place and {name: float32(own) for name, own in place.items()}


def _turned(place: dict[str, float] | None) -> Any:
    return place and swapped(place)


# What some of them do.


def _pages(change: Callable[[dict[str, Any], Mapping[str, str]], dict[str, Any]], *operations: str) -> Plant:
    """Shows a page otherwise; `change` is given it, and the query that asked for it."""

    def act(former: Handler, call: Call) -> Reply:
        reply = former(call)
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

    def act(former: Handler, call: Call) -> Reply:
        return former(replace(call, query={**call.query, **change(dict(call.query))}))

    return p.together(*(p.does(operation, act) for operation in operations))


def _number(query: Mapping[str, str]) -> int:
    return int(query.get("page", "1"))


def _page_plus(more: int, former: Handler, call: Call) -> Reply:
    """Another page than was asked for, under the number of that."""
    reply = former(replace(call, query={**call.query, "page": str(max(1, _number(call.query) + more))}))
    figures = {**former(call).body["pagination"]}
    return replace(reply, body={**reply.body, "pagination": figures})


def _overlapping(former: Handler, call: Call) -> Reply:
    """From the second page on, the last record of the page before comes first."""
    reply = former(call)
    number = _number(call.query)
    if number < 2:
        return reply
    before = p.items_of(former(replace(call, query={**call.query, "page": str(number - 1)})).body)
    items = p.items_of(reply.body)
    return replace(reply, body=p.with_items(reply.body, [*before[-1:], *items][: len(items)]))


def _lost_at_the_end(former: Handler, call: Call) -> Reply:
    """The records of a last page that is not full are lost."""
    reply = former(call)
    items = p.items_of(reply.body)
    lost = _number(call.query) > 1 and len(items) < int(call.query.get("pageSize", "1"))
    return replace(reply, body=p.with_items(reply.body, [] if lost else items))


def _last_again(former: Handler, call: Call) -> Reply:
    """A page after the last one has the records of the last one."""
    reply = former(call)
    last = reply.body["pagination"]["totalPages"]
    if p.items_of(reply.body) or not last:
        return reply
    again = former(replace(call, query={**call.query, "page": str(last)}))
    return replace(reply, body=p.with_items(reply.body, p.items_of(again.body)))


def _one_more(former: Handler, call: Call) -> Reply:
    """A page has one record more than was asked for."""
    reply = former(call)
    more = former(replace(call, query={**call.query, "page": str(_number(call.query) + 1)}))
    return replace(reply, body=p.with_items(reply.body, [*p.items_of(reply.body), *p.items_of(more.body)[:1]]))


def _crashes_at(name: str, texts: tuple[str, ...]) -> Callable[[Asked], bool]:
    return lambda asked: dict(asked.seen.query).get(name) in texts


def _with_error(operation: str) -> Plant:
    """Takes a page that is no number for the first one."""
    return p.forgives_parameters(operation, "page")


def _merged(former: Handler, call: Call) -> Reply:
    """A PUT leaves what it does not name as it was."""
    before = assets.shown(assets.require_location(call))
    return former(replace(call, body={**before, **call.body}))


def _webhook_merged(former: Handler, call: Call) -> Reply:
    before = call.store.get(call.partner, "webhook", "", call.path["webhookId"]) or {}
    names = ("name", "notificationTypes")
    return former(replace(call, body={**{name: before[name] for name in names if name in before}, **call.body}))


def _resets(names: tuple[str, ...], operation: str) -> Plant:
    """A PATCH makes nothing of what it does not name."""

    def act(former: Handler, call: Call) -> Reply:
        reply = former(call)
        rest = {name: None for name in names if name not in call.body}
        location = assets.require_location(call)
        assets.add_location(call, location["userId"], {**assets.shown(location), **rest})
        return replace(reply, body={**reply.body, **rest})

    return p.does(operation, act)


def _patch_forgets(name: str, instead: Any, former: Handler, call: Call) -> Reply:
    """A PATCH of a webhook sets a member back that it does not name."""
    reply = former(call)
    if name in call.body:
        return reply
    webhook: Any = call.store.get(call.partner, "webhook", "", call.path["webhookId"])
    call.store.put(call.partner, "webhook", "", webhook["webhookId"], {**webhook, name: instead})
    return replace(reply, body={**reply.body, name: instead} if name != "webhookSecret" else reply.body)


def _patch_takes(names: tuple[str, ...], former: Handler, call: Call) -> Reply:
    """A PATCH takes no other members than these."""
    return former(replace(call, body={name: own for name, own in call.body.items() if name in names}))


def _says_only(former: Handler, call: Call) -> Reply:
    """Answers with what was sent, and keeps what was before."""
    before = assets.require_location(call)
    reply = former(call)
    call.store.put(call.partner, "location", before["userId"], before["locationId"], before)
    return reply


def _put_makes(former: Handler, call: Call) -> Reply:
    user_id = assets.require_user(call)
    if call.store.get(call.partner, "location", user_id, call.path["locationId"]) is None:
        assets.add_location(call, user_id, {**call.body, "locationId": call.path["locationId"]})
    return former(call)


def _put_changes_all(call: Call, _: Reply) -> None:
    for location in assets.locations(call, call.path["userId"]):
        assets.add_location(call, location["userId"], {**assets.shown(location), "locationType": "Other"})


def _webhooks_change_all(call: Call, _: Reply) -> None:
    for webhook in call.store.all(call.partner, "webhook"):
        call.store.put(call.partner, "webhook", "", webhook["webhookId"], {**webhook, "name": "changed"})


def _replaces(former: Handler, call: Call) -> Reply:
    """Takes a locationId that is there, and replaces the location."""
    call.store.delete(call.partner, "location", assets.require_user(call), call.body["locationId"])
    return former(call)


def _conflict_replaces(former: Handler, call: Call) -> Reply:
    """Answers 409, and replaces the location all the same."""
    reply = former(call)
    if reply.status == 409:
        assets.add_location(call, call.path["userId"], call.body)
    return reply


def _conflict_is(reply: Reply, former: Handler, call: Call) -> Reply:
    own = former(call)
    return reply if own.status == 409 else own


def _batch(change: Callable[[list[Any]], list[Any]], name: str, former: Handler, call: Call) -> Reply:
    """Keeps other things of a batch than were sent."""
    return former(replace(call, body={name: change(call.body[name])}))


def _until_wrong(kind: str, former: Handler, call: Call) -> Reply:
    return former(replace(call, body={kind: call.body[kind]}))


def _keeps_the_right_ones(operation: str, name: str, keep: Callable[[Call, Any], object]) -> Plant:
    """Refuses a batch with a wrong thing in it, and keeps the others."""

    def plant(parts: Parts) -> None:
        former = parts.answer

        def answer(asked: Asked) -> Reply:
            try:
                return former(asked)
            except RefusalError as refused:
                partner = parts.bearer(asked)
                body = p.sent_value(asked)
                if (
                    asked.operation.id == operation
                    and refused.reply.status == 400
                    and partner
                    and isinstance(body, dict)
                ):
                    call = Call(partner, asked.seen.path_values, body, parts.store)
                    for item in body.get(name) or ():
                        if isinstance(item, dict) and all(isinstance(own, str) for own in list(item.values())[:1]):
                            keep(call, item)
                raise

        parts.answer = answer

    return plant


def _below_any_location(operation: str) -> Plant:
    """Lists the resources of a user at whatever location is asked for."""

    def act(_: Handler, call: Call) -> Reply:
        location = assets.require_location(call)
        found = assets.resources(call, location["userId"])
        return Reply(200, [resource for resource in found if resource["locationId"]])

    return p.does(operation, act)


def _at_locations_only(former: Handler, call: Call) -> Reply:
    """Lists no vehicles."""
    reply = former(call)
    kept = [item for item in p.items_of(reply.body) if item["locationId"]]
    return replace(reply, body=p.with_items(reply.body, kept))


def _vehicles_only(former: Handler, call: Call) -> Reply:
    reply = former(call)
    kept = [item for item in p.items_of(reply.body) if not item["locationId"]]
    return replace(reply, body=p.with_items(reply.body, kept))


def _vehicle_of_same_user(call: Call, _: Reply) -> None:
    """Deletes everything else that the user has, too."""
    for user in assets.users(call):
        for resource in assets.resources(call, user["userId"])[-1:]:
            call.store.delete(call.partner, "resource", user["userId"], resource["resourceId"])


def _resources_listed_still(parts: Parts) -> None:
    """Lists a resource that is deleted as before."""
    graves: list[dict[str, Any]] = []
    show, delete, former = (parts.handlers[name] for name in ("getResource", "deleteResource", "listResources"))

    def bury(call: Call) -> Reply:
        body = show(call).body
        graves.append(body)
        return delete(call)

    def listed(call: Call) -> Reply:
        reply = former(call)
        more = [body for body in graves if body["userId"] == call.path["userId"]]
        return replace(reply, body=p.with_items(reply.body, [*p.items_of(reply.body), *more]))

    parts.handlers["deleteResource"], parts.handlers["listResources"] = bury, listed


def _user_of_everybody(call: Call, _: Reply) -> None:
    """Takes the id away from the other partners."""
    for other in p.others(call):
        call.store.delete(other, "user", "", call.path.get("userId") or call.body["userId"], owns=assets.OWNED)


def _oldest_first(former: Handler, call: Call) -> Reply:
    """Events as they came, the oldest first."""
    reply = former(call)
    return replace(reply, body=p.with_items(reply.body, p.items_of(reply.body)[::-1]))


def _without_newest(former: Handler, call: Call) -> Reply:
    """A list of events that lags behind by one."""
    events = call.store.all(call.partner, "event")
    reply = former(call)
    newest = events[-1]["id"] if events else None
    return replace(reply, body=p.with_items(reply.body, [e for e in p.items_of(reply.body) if e["id"] != newest]))


def _first_event(former: Handler, call: Call) -> Reply:
    try:
        return former(call)
    except RefusalError:
        events = call.store.all(call.partner, "event")
        if not events:
            raise
        return Reply(200, events[0])


def _report_mixed_up(former: Handler, call: Call) -> Reply:
    return replace(reply := former(call), body={**reply.body, "eventId": reply.body["id"]})


# Deliveries: what is sent in the place of one, and how often.


def _changed(pointer: str, change: Any) -> Plant:
    """Delivers another notification, and signs it."""

    def act(former: Handler, call: Call) -> Reply:
        return former(call)

    del act
    return _notifies(lambda value: p.edited(value, pointer, change))


def _notifies(change: Callable[[Any], Any]) -> Plant:
    """Delivers other notifications than are kept, with the right signature over what is delivered."""

    def plant(parts: Parts) -> None:
        def other(delivery: Delivery) -> list[Delivery]:
            body = p.text_of(change(json.loads(delivery.body))).encode()
            return [_signed(parts, replace(delivery, body=body))]

        p.delivers(other)(parts)

    return plant


def _secret_of(parts: Parts, delivery: Delivery) -> str:
    """The secret of the webhook that a delivery goes to."""
    for partner, _ in enumerate(parts.store.credentials(), 1):
        webhook = parts.store.get(partner, "webhook", "", delivery.hook)
        if webhook:
            return str(webhook["webhookSecret"] or "")
    return ""


def _signed(parts: Parts, delivery: Delivery) -> Delivery:
    signature = webhooks.sign(_secret_of(parts, delivery), delivery.body)
    return replace(delivery, headers={**delivery.headers, webhooks.SIGNATURE_HEADER: signature})


def _signs(sign: Callable[[str, Delivery], str | None]) -> Plant:
    """Signs deliveries otherwise; `sign` is given the secret and the delivery, and None stands for no header."""

    def plant(parts: Parts) -> None:
        def other(delivery: Delivery) -> list[Delivery]:
            signature = sign(_secret_of(parts, delivery), delivery)
            rest = {name: own for name, own in delivery.headers.items() if name != webhooks.SIGNATURE_HEADER}
            more = {} if signature is None else {webhooks.SIGNATURE_HEADER: signature}
            return [replace(delivery, headers={**rest, **more})]

        p.delivers(other)(parts)

    return plant


def _mac(digest: Callable[..., Any], key: bytes, body: bytes) -> bytes:
    return hmac.new(key, body, digest).digest()


def _base64(raw: bytes) -> str:
    return base64.b64encode(raw).decode()


def _first_secrets(parts: Parts) -> None:
    """Signs with the secret that a webhook had when it was made."""
    first: dict[str, str] = {}
    make = parts.handlers["createWebhook"]

    def making(call: Call) -> Reply:
        reply = make(call)
        first[reply.body["webhookId"]] = call.body.get("webhookSecret") or ""
        return reply

    parts.handlers["createWebhook"] = making
    p.delivers(
        lambda own: [
            replace(
                own,
                headers={**own.headers, webhooks.SIGNATURE_HEADER: webhooks.sign(first.get(own.hook, ""), own.body)},
            )
        ]
    )(parts)


def _first_addresses(parts: Parts) -> None:
    """Delivers to the address that a webhook had when it was made."""
    first: dict[str, str] = {}
    make = parts.handlers["createWebhook"]

    def making(call: Call) -> Reply:
        reply = make(call)
        first[reply.body["webhookId"]] = call.body["webhookUrl"]
        return reply

    parts.handlers["createWebhook"] = making
    p.delivers(lambda own: [replace(own, url=first.get(own.hook, own.url))])(parts)


def _tries(count: int) -> Plant:
    """Tries a delivery so often at most."""

    def plant(parts: Parts) -> None:
        owe = parts.store.owe

        def owes(*args: Any, **options: Any) -> None:
            owe(*args, **{**options, "tries": count})

        parts.store.owe = owes  # type: ignore[method-assign]

    return plant


def _pauses_alike(parts: Parts) -> None:
    """Tries again after the same pause each time."""
    put_off = parts.store.put_off
    parts.store.put_off = lambda delivery, _: put_off(delivery, 0.4)  # type: ignore[method-assign]


def _pauses_shrink(parts: Parts) -> None:
    """Tries again after shorter and shorter pauses."""
    put_off = parts.store.put_off
    parts.store.put_off = lambda delivery, _: put_off(delivery, 1.6 / 2**delivery.tried)  # type: ignore[method-assign]


def _new_notification_each_time(parts: Parts) -> None:
    """Gives each try of a delivery a notificationId of its own."""

    def other(delivery: Delivery) -> list[Delivery]:
        if not delivery.tried:
            return [delivery]
        body = p.text_of({**json.loads(delivery.body), "notificationId": f"again-{delivery.tried}"}).encode()
        return [_signed(parts, replace(delivery, body=body))]

    p.delivers(other)(parts)


def _unsigned_again(parts: Parts) -> None:
    """Signs the first try of a delivery only."""

    def other(delivery: Delivery) -> list[Delivery]:
        if not delivery.tried:
            return [delivery]
        return [replace(delivery, headers={**delivery.headers, webhooks.SIGNATURE_HEADER: _base64(b"\0" * 32)})]

    p.delivers(other)(parts)


def _acknowledged_by(*statuses: int) -> Plant:
    """Takes no other statuses than these for an acknowledgement."""

    def plant(parts: Parts) -> None:
        former = parts.send

        async def send(client: httpx.AsyncClient, delivery: Delivery) -> int | None:
            status = await former(client, delivery)
            return status if status in statuses or not status or status >= 300 else 500

        parts.send = send

    return plant


def _waits_for_each(parts: Parts) -> None:
    """Delivers one after the other, and waits for the answer of each."""
    former = parts.send
    one_at_a_time = asyncio.Lock()
    failed: list[str] = []

    async def send(client: httpx.AsyncClient, delivery: Delivery) -> int | None:
        async with one_at_a_time:
            if failed and delivery.url not in failed:
                return 500
            status = await former(client, delivery)
            if status and status >= 300:
                failed.append(delivery.url)
            return status

    parts.send = send


def _notifies_as(choose: Callable[[Call, dict[str, Any], str], bool]) -> Plant:
    """Delivers to other webhooks than those that are on and have asked for it."""

    def notifying(former: Handler, call: Call) -> Reply:
        before = {each.seq for each in call.store.owed()}
        reply = former(call)
        for each in call.store.owed():
            if each.seq not in before:
                call.store.done(each)
        event = reply.body["simulatedEvent"]
        kind = webhooks.NOTIFICATION_TYPES[event["payload"]["payloadType"]]
        for webhook in call.store.all(call.partner, "webhook"):
            if choose(call, webhook, kind):
                webhooks._owe(call, event, kind, webhook)  # noqa: SLF001  the same delivery, to another one
        return reply

    return p.together(*(p.does(operation, notifying) for operation in SIMULATING))


def _wants(webhook: dict[str, Any], kind: str) -> bool:
    return webhook["enabled"] and kind in webhook["notificationTypes"]


def _first_only(call: Call, webhook: dict[str, Any], kind: str) -> bool:
    wanting = [each for each in call.store.all(call.partner, "webhook") if _wants(each, kind)]
    return wanting[:1] == [webhook]


def _cross_partner(former: Handler, call: Call) -> Reply:
    """Delivers to the webhooks of all partners."""
    reply = former(call)
    for other in p.others(call):
        webhooks.notify(replace(call, partner=other), reply.body["simulatedEvent"])
    return reply


def _keeps_deleted(parts: Parts) -> None:
    """Delivers to webhooks that are deleted."""
    graves: list[dict[str, Any]] = []
    delete = parts.handlers["deleteWebhook"]

    def deleting(call: Call) -> Reply:
        webhook = call.store.get(call.partner, "webhook", "", call.path["webhookId"])
        reply = delete(call)
        graves.append({**webhook, "partner": call.partner} if webhook else {})
        return reply

    parts.handlers["deleteWebhook"] = deleting

    def also(former: Handler, call: Call) -> Reply:
        reply = former(call)
        event = reply.body["simulatedEvent"]
        kind = webhooks.NOTIFICATION_TYPES[event["payload"]["payloadType"]]
        for webhook in graves:
            if webhook.get("partner") == call.partner and _wants(webhook, kind):
                webhooks._owe(call, event, kind, webhook)  # noqa: SLF001
        return reply

    p.together(*(p.does(operation, also) for operation in SIMULATING))(parts)


# Logs


def _log(pointer: str, change: Any) -> Plant:
    """Shows a member of logs otherwise, wherever they are shown."""
    return p.together(
        p.shows("listNotificationLogs", f"/webhookNotificationLogs/*{pointer}", change),
        p.shows("getNotificationLog", f"/webhookNotificationLog{pointer}", change),
    )


def _logs_of_all(former: Handler, call: Call) -> Reply:
    """Does not look which webhook is asked for."""
    return former(replace(call, query={name: own for name, own in call.query.items() if name != "webhookId"}))


# Simulation, eligibility, enrollment


def _given_is_ignored(name: str, former: Handler, call: Call) -> Reply:
    """Makes up what the request gives."""
    return former(replace(call, body={own: value for own, value in call.body.items() if own != name}))


def _not_kept(former: Handler, call: Call) -> Reply:
    """Answers with an event, and keeps none."""
    reply = former(call)
    call.store.delete(call.partner, "event", "", reply.body["simulatedEvent"]["id"])
    return reply


def _payload(change: Callable[[dict[str, Any]], dict[str, Any]], former: Handler, call: Call) -> Reply:
    """Answers with another payload than is kept."""
    reply = former(call)
    event = reply.body["simulatedEvent"]
    return replace(reply, body={"simulatedEvent": {**event, "payload": change(event["payload"])}})


def _first_target(payload: dict[str, Any]) -> dict[str, Any]:
    return {**payload, "targets": payload["targets"][:1] * 2}


def _without(kind: str, former: Handler, call: Call) -> Reply:
    """Makes no things of a kind for a simulated partner."""
    reply = former(call)
    for user_id in call.store.all(call.partner, "simulated"):
        for resource in assets.resources(call, user_id):
            if (kind == "vehicle") == (resource["locationId"] is None) and kind != "location":
                call.store.delete(call.partner, "resource", user_id, resource["resourceId"])
        for location in assets.locations(call, user_id) if kind == "location" else ():
            call.store.delete(call.partner, "location", user_id, location["locationId"])
    return reply


def _takes_real_ones(call: Call, _: Reply) -> None:
    for user in assets.users(call):
        assets.remove_user(call, user["userId"])


def _leaves_one(former: Handler, call: Call) -> Reply:
    made_up = call.store.all(call.partner, "simulated")
    for user_id in made_up[:1]:
        call.store.delete(call.partner, "simulated", "", user_id)
    return former(call)


def _takes_locations(call: Call, _: Reply) -> None:
    for user in assets.users(call):
        for location in assets.locations(call, user["userId"]):
            call.store.delete(call.partner, "location", user["userId"], location["locationId"])


def _enrols_everybody(call: Call, reply: Reply) -> None:
    for user in assets.users(call):
        own = {**reply.body, "userId": user["userId"]}
        call.store.put(call.partner, "enrollment", user["userId"], user["userId"], own)


def _on_all_pages(former: Handler, call: Call) -> Reply:
    """Lists what is on the first page, whatever page is asked for."""
    reply = former(replace(call, query={**call.query, "page": "1"}))
    return replace(reply, body={**reply.body, "pagination": former(call).body["pagination"]})


# What variants do.


def _only_new(code: int, kind: Kind, former: Handler, call: Call) -> Reply:
    own = call.body[kind.parameter]
    known = call.store.get(call.partner, "user", "", own) or call.store.get(call.partner, "owner", "", own)
    if known is not None:
        raise RefusalError(code, f"There is such a {kind.name} already.")
    return former(call)


def _user_alone(_: Handler, call: Call) -> Reply:
    if not call.store.delete(call.partner, "user", "", call.path["userId"]):
        raise RefusalError(404, "There is no such user.")
    return Reply(204)


def _without_nulls(body: Any) -> Any:
    if isinstance(body, dict):
        return {name: _without_nulls(own) for name, own in body.items() if own is not None}
    return [_without_nulls(item) for item in body] if isinstance(body, list) else body


def _known_event(former: Handler, call: Call) -> Reply:
    event = call.body.get("eventId")
    if event is None or call.store.get(call.partner, "event", "", event) is None:
        raise RefusalError(400, "There is no such event.")
    return former(call)


def _eligible_only(former: Handler, call: Call) -> Reply:
    from ecsuite.standin.edition_2026_01_programme import get_eligibility  # noqa: PLC0415

    if not get_eligibility(call).body["isEligible"]:
        raise RefusalError(400, "The user is not eligible.")
    return former(call)


def _trimmed(call_body: dict[str, Any]) -> dict[str, Any]:
    name = call_body.get("name")
    return {**call_body, "name": name.strip()} if isinstance(name, str) else call_body


def _numbered_pages_default(size: str, former: Handler, call: Call) -> Reply:
    return former(replace(call, query={"pageSize": size, **call.query}))


# fmt: off
# fmt: on
