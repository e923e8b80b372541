"""Faults with what is delivered to webhooks, January 2026."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any, Final

from ecsuite.findings.breach import DELIVERY, Place
from ecsuite.findings.pattern import Equal, OfType, found, inside
from ecsuite.http import httpx
from ecsuite.promises import (
    DELIVERED_ONCE,
    DELIVERED_TO_ITS_WEBHOOK,
    DELIVERY_ARRIVES,
    DELIVERY_CONTENT,
    OPERATION,
    REQUEST_BODY,
)
from ecsuite.standin.app import Plant
from ecsuite.standin.call import Call, Handler, Reply
from ecsuite.standin.edition_2026_01 import webhooks
from ecsuite.standin.faults import planting as p
from ecsuite.standin.faults.common.changes import two_hours_later
from ecsuite.standin.faults.common.rows import GUIDE, fault, faults, kebab
from ecsuite.standin.faults.common.wire import twice
from ecsuite.standin.faults.edition_2026_01.operations import SIMULATING
from ecsuite.standin.faults.edition_2026_01.signing import keeps_first, written
from ecsuite.standin.parts import Parts
from ecsuite.standin.store import Delivery


def _notifies(change: Callable[[Any], Any]) -> Plant:
    """Delivers other notifications than are kept, with the right signature over what is delivered."""
    return written(lambda value: p.text_of(change(value)).encode())


def _notify_again(call: Call, reply: Reply) -> None:
    """Owe a second notification of an event to each webhook."""
    webhooks.notify(call, reply.body["simulatedEvent"])


def _but(name: str, value: dict[str, Any]) -> dict[str, Any]:
    return {own: it for own, it in value.items() if own != name}


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


FAULTS: Final = faults(
    "deliveries",
    fault("delivery-never-comes", GUIDE, "an event brings no delivery")
    .plant(p.delivers(lambda _: []))
    .finding(found(DELIVERY_ARRIVES, "simulatePriceCurve", 200, DELIVERY, "absent")),
    fault("first-webhook-only", GUIDE, "the first webhook that wants an event gets it, and no other")
    .plant(_notifies_as(_first_only))
    .finding(found(DELIVERY_ARRIVES, "", 200, DELIVERY, "absent")),
    fault("delivery-whatever-was-asked-for", GUIDE, "a webhook gets events of every type")
    .plant(_notifies_as(lambda _, webhook, __: webhook["enabled"]))
    .finding(found(DELIVERED_TO_ITS_WEBHOOK, "", 200, DELIVERY, "count")),
    fault("delivery-though-switched-off", GUIDE, "a webhook that is off gets events")
    .plant(_notifies_as(lambda _, webhook, entity: entity in webhook["notificationTypes"]))
    .finding(found(DELIVERED_TO_ITS_WEBHOOK, "", 200, DELIVERY, "count")),
    fault("delivery-though-deleted", GUIDE, "a webhook that is deleted gets events")
    .plant(_keeps_deleted)
    .finding(found(DELIVERED_TO_ITS_WEBHOOK, "", 200, DELIVERY, "count")),
    fault("delivery-to-other-partners", GUIDE, "the webhooks of every partner get an event")
    .plant(p.together(*(p.does(o, _cross_partner) for o in SIMULATING)))
    .finding(found(DELIVERED_TO_ITS_WEBHOOK, "", 200, DELIVERY, "count")),
    fault("delivery-to-original-address", GUIDE, "a webhook that moved gets events at the address that it had")
    .plant(keeps_first("webhookUrl", lambda url, own: replace(own, url=url)))
    .finding(found(DELIVERED_TO_ITS_WEBHOOK, "", 200, DELIVERY, "count")),
    fault("delivery-is-a-put", GUIDE, "a delivery is a PUT")
    .plant(p.delivers_by("PUT"))
    .finding(found(OPERATION, "", 200, Place("request-line"), "unknown", actual=OfType("string"))),
    fault("delivery-is-a-form", GUIDE, "a delivery is not JSON")
    .plant(p.delivers(lambda own: [replace(own, body=b"event=1")]))
    .finding(found(REQUEST_BODY, "", (), Place("request-body"), "unreadable", actual=Equal("not-json"))),
    fault("delivery-is-in-latin-1", GUIDE, "a delivery is written in Latin-1")
    .plant(written(lambda value: json.dumps(value, ensure_ascii=False).encode("latin-1", "replace")))
    .finding(found(REQUEST_BODY, "", (), Place("request-body"), "unreadable", actual=Equal("not-utf-8"))),
    fault("delivery-is-empty", GUIDE, "a delivery has no body")
    .plant(p.delivers(lambda own: [replace(own, body=b"")]))
    .finding(found(REQUEST_BODY, "eventNotification", at=Place("request-body"), kind="absent")),
    *(
        fault(f"delivery-without-{kebab(name)}", GUIDE, f"a delivery has no {name}")
        .plant(_notifies(partial(_but, name)))
        .finding(found(REQUEST_BODY, "", (), inside(f"/{name}", "request-body"), "required"))
        for name in ("notificationId", "eventId", "notificationType", "payload")
    ),
    fault("delivery-time-has-no-offset", GUIDE, "the time of a delivery has no offset")
    .plant(_notifies(lambda value: p.edited(value, "/notificationSentUtc", lambda text: text[:19])))
    .finding(found(REQUEST_BODY, "", (), inside("/notificationSentUtc", "request-body"), "format")),
    fault("delivery-tells-of-local-time", GUIDE, "a delivery says that its event was created two hours later")
    .plant(_notifies(lambda value: p.edited(value, "/eventCreatedAtUtc", two_hours_later)))
    .finding(found(DELIVERY_CONTENT, "", (), inside("/eventCreatedAtUtc", "request-body"), "changed")),
    fault("eligibility-is-told-twice", GUIDE, "an event about eligibility is told in two notifications")
    .plant(p.then_does("simulateUserEligibility", _notify_again))
    .finding(found(DELIVERED_ONCE, "simulateUserEligibility", 200, Place("delivery", "notifications"), "count")),
    fault("delivery-of-another-event", GUIDE, "a delivery has another eventId")
    .plant(_notifies(lambda value: {**value, "eventId": value["notificationId"]}))
    .finding(found(DELIVERY_ARRIVES, "", 200, DELIVERY, "absent")),
    fault("delivery-is-called-otherwise", GUIDE, "a price curve is delivered as UserEligibilityUpdated")
    .plant(_notifies(lambda value: {**value, "notificationType": "UserEligibilityUpdated"}))
    .finding(
        found(
            DELIVERY_CONTENT,
            "",
            (),
            inside("/notificationType", "request-body"),
            "changed",
            actual=Equal("UserEligibilityUpdated"),
        )
    ),
    fault("delivery-type-is-unknown", GUIDE, "a delivery is of the type PriceCurve")
    .plant(_notifies(lambda value: {**value, "notificationType": "PriceCurve"}))
    .finding(
        found(REQUEST_BODY, "", (), inside("/notificationType", "request-body"), "enum", actual=Equal("PriceCurve"))
    ),
    fault("delivery-has-other-limits", GUIDE, "a delivery has other limits than the event")
    .plant(_notifies(lambda value: p.edited(value, "/payload/targets/*/points/*/maxPowerInKiloWatts", 99)))
    .finding(
        found(DELIVERY_CONTENT, "", (), inside("/maxPowerInKiloWatts", "request-body"), "changed", actual=Equal(99))
    ),
    fault("delivery-has-a-member-twice", GUIDE, "a delivery has its type twice, with two values")
    .plant(written(lambda value: twice(p.text_of(value).encode(), "notificationType")))
    .finding(found(REQUEST_BODY, "", (), inside("/notificationType", "request-body"), "duplicate", actual=Equal(2))),
    fault("delivery-payload-is-text", GUIDE, "the payload of a delivery is text")
    .plant(_notifies(lambda value: {**value, "payload": p.text_of(value["payload"])}))
    .finding(found(REQUEST_BODY, "", (), inside("/payload", "request-body"), "oneOf", actual=OfType("string"))),
    fault("slow-receiver-stops-all", GUIDE, "a receiver that fails stops the deliveries of others")
    .plant(_waits_for_each)
    .finding(found(DELIVERY_ARRIVES, "", 200, DELIVERY, "absent")),
)
