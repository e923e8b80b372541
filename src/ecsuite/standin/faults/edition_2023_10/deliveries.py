"""Faults with what is delivered to webhooks, October 2023."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final

from ecsuite.findings.breach import DELIVERY, STATUS, Place
from ecsuite.findings.pattern import Equal, OfType, found
from ecsuite.promises import (
    DELIVERED_ONCE,
    DELIVERED_TO_ITS_WEBHOOK,
    DELIVERY_ARRIVES,
    OPERATION,
    REQUEST_BODY,
    REQUEST_PARAMETERS,
    SERVER_ERROR,
    STATUS_EXPECTED,
    STATUS_LISTED,
)
from ecsuite.standin.call import Call, Handler, RefusalError, Reply
from ecsuite.standin.faults import planting as p
from ecsuite.standin.faults.common.rows import SPEC, fault, faults
from ecsuite.standin.parts import Parts
from ecsuite.standin.store import Delivery


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


def _without_signature(delivery: Delivery) -> Delivery:
    return replace(delivery, headers={name: own for name, own in delivery.headers.items() if name != "Spark-Signature"})


FAULTS: Final = faults(
    "deliveries",
    fault("delivery-never-comes", SPEC, "a test brings no delivery")
    .plant(p.delivers(lambda _: []))
    .finding(found(DELIVERY_ARRIVES, "testWebhook", 200, DELIVERY, "absent")),
    fault("delivery-comes-twice", SPEC, "a test brings two deliveries")
    .plant(p.delivers(lambda own: [own, own]))
    .finding(found(DELIVERED_ONCE, "testWebhook", 200, DELIVERY, "count", actual=Equal(4))),
    fault("delivery-has-no-signature", SPEC, "a delivery has no Spark-Signature")
    .plant(p.delivers(lambda own: [_without_signature(own)]))
    .finding(found(REQUEST_PARAMETERS, "", (), Place("request-header", "Spark-Signature"), "required")),
    fault("delivery-has-an-empty-signature", SPEC, "a delivery's Spark-Signature is empty")
    .plant(p.delivers(lambda own: [replace(own, headers={**own.headers, "Spark-Signature": ""})]))
    .finding(found(REQUEST_PARAMETERS, "", (), Place("request-header", "Spark-Signature"), "minLength")),
    fault("delivery-has-another-signature", SPEC, "a delivery has X-Signature in the place of Spark-Signature")
    .plant(
        p.delivers(
            lambda own: [
                replace(_without_signature(own), headers={**_without_signature(own).headers, "X-Signature": "x"})
            ]
        )
    )
    .finding(found(REQUEST_PARAMETERS, "", (), Place("request-header", "Spark-Signature"), "required")),
    fault("delivery-is-no-json", SPEC, "a delivery is said to be JSON, and is not")
    .plant(p.delivers(lambda own: [replace(own, body=b"test=1")]))
    .finding(found(REQUEST_BODY, "", (), Place("request-body"), "unreadable", actual=Equal("not-json"))),
    fault("delivery-is-a-put", SPEC, "a delivery is a PUT")
    .plant(p.delivers_by("PUT"))
    .finding(found(OPERATION, "", 200, Place("request-line"), "unknown", actual=OfType("string"))),
    fault("delivery-is-empty", SPEC, "a delivery has no body")
    .plant(p.delivers(lambda own: [replace(own, body=b"")]))
    .finding(found(REQUEST_BODY, "testDelivery", at=Place("request-body"), kind="absent")),
    fault("delivery-goes-to-the-first-address", SPEC, "a changed webhook is called at the address that it had")
    .plant(_calls_first_address)
    .finding(found(DELIVERED_TO_ITS_WEBHOOK, "testWebhook", 200, DELIVERY, "count")),
    fault("delivery-does-not-follow", SPEC, "a changed webhook is not called at its new address")
    .plant(_calls_first_address)
    .finding(found(DELIVERY_ARRIVES, "testWebhook", 200, DELIVERY, "absent")),
    fault("delivery-to-the-deleted", SPEC, "a deleted webhook is called, and 404 answered")
    .plant(_calls_deleted)
    .finding(found(DELIVERED_TO_ITS_WEBHOOK, "testWebhook", 404, DELIVERY, "count")),
    fault("delivery-to-all", SPEC, "a test calls every webhook of the partner")
    .plant(p.does("testWebhook", _calls_all))
    .finding(found(DELIVERED_TO_ITS_WEBHOOK, "testWebhook", 200, DELIVERY, "count")),
    fault("deleted-webhook-can-be-tested", SPEC, "a test of a deleted webhook is answered with 200")
    .plant(p.in_place_of(404, "testWebhook", Reply(200)))
    .finding(found(STATUS_EXPECTED, "testWebhook", 200, STATUS, "status")),
    fault("test-is-202", SPEC, "a test is answered with 202")
    .plant(p.sends(p.status(202), "testWebhook"))
    .finding(found(STATUS_LISTED, "testWebhook", 202, STATUS, "unlisted")),
    fault("refusing-receiver-is-501", SPEC, "a test of a webhook whose receiver refuses is a server error")
    .plant(p.waits_for_receiver("testWebhook", lambda answer: answer.status_code >= 400))
    .finding(found(SERVER_ERROR, "testWebhook", 501, STATUS, "exclusiveMaximum", actual=Equal(501))),
    fault("slow-receiver-is-505", SPEC, "a test of a webhook whose receiver is slow is a server error")
    .plant(p.waits_for_receiver("testWebhook"))
    .finding(found(SERVER_ERROR, "testWebhook", 505, STATUS, "exclusiveMaximum", actual=Equal(505))),
    fault("absent-receiver-is-500", SPEC, "a test of a webhook without a receiver is a server error")
    .plant(p.waits_for_receiver("testWebhook"))
    .finding(found(SERVER_ERROR, "testWebhook", 500, STATUS, "exclusiveMaximum", actual=Equal(500))),
    fault("failing-receiver-stops-all", SPEC, "nothing is delivered any more once a receiver has failed")
    .plant(p.gives_up_after_a_failure)
    .finding(found(DELIVERY_ARRIVES, "testWebhook", 200, DELIVERY, "absent")),
)
