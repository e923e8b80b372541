"""Faults with deliveries that are tried again, January 2026."""

from __future__ import annotations

import json
import operator
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any, Final

from ecsuite.findings.breach import DELIVERY, STATUS, Place
from ecsuite.findings.pattern import Equal, found, inside
from ecsuite.http import httpx
from ecsuite.promises import DELIVERED_ONCE, DELIVERED_TO_ITS_WEBHOOK, DELIVERY_RETRIED, SIGNATURE, STATUS_EXPECTED
from ecsuite.standin.app import Plant
from ecsuite.standin.edition_2026_01 import webhooks
from ecsuite.standin.faults import planting as p
from ecsuite.standin.faults.common.rows import GUIDE, fault, faults
from ecsuite.standin.faults.edition_2026_01.signing import base64_of, signed
from ecsuite.standin.parts import Parts
from ecsuite.standin.store import Delivery


def tries(count: int) -> Plant:
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
    return [signed(parts, replace(delivery, body=body))]


def _unsigned_again(delivery: Delivery) -> list[Delivery]:
    """Signs the first try of a delivery only."""
    if not delivery.tried:
        return [delivery]
    return [replace(delivery, headers={**delivery.headers, webhooks.SIGNATURE_HEADER: base64_of(b"\0" * 32)})]


def _acknowledged_by(*statuses: int) -> Plant:
    """Takes no other statuses than these for an acknowledgement."""
    return p.takes_status(lambda status: status if status in statuses or not status or status >= 300 else 500)


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


def _never_cancels(*, deleted: bool) -> Plant:
    """Goes on with the pending deliveries to a webhook that is deleted, or that is disabled."""

    def cancel(parts: Parts, original: Callable[[str], None], hook: str) -> None:
        partners = range(1, len(parts.store.credentials()) + 1)
        is_known = any(parts.store.get(partner, "webhook", "", hook) for partner in partners)
        if is_known is deleted:
            original(hook)

    return p.wraps(p.of_store("cancel"), cancel)


ATTEMPTS: Final = Place("delivery", "attempts")
PAUSES: Final = Place("delivery", "pauses")
FAULTS: Final = faults(
    "retries",
    fault("no-retry", GUIDE, "a refused delivery does not come again")
    .plant(tries(1))
    .finding(found(DELIVERY_RETRIED, "simulatePriceCurve", 200, ATTEMPTS, "minimum", actual=Equal(1))),
    fault("five-attempts", GUIDE, "a refused delivery comes five times")
    .plant(tries(5))
    .finding(found(DELIVERY_RETRIED, "simulatePriceCurve", 200, ATTEMPTS, "maximum", actual=Equal(5))),
    fault("many-attempts", GUIDE, "a refused delivery comes nine times")
    .plant(p.together(tries(9), _pauses(lambda tried: 0.2 + 0.1 * tried)))
    .finding(found(DELIVERY_RETRIED, "simulatePriceCurve", 200, ATTEMPTS, "maximum")),
    fault("pauses-do-not-grow", GUIDE, "a failed delivery is retried after the same pause each time")
    .plant(_pauses(lambda _: 0.4))
    .finding(found(DELIVERY_RETRIED, "simulatePriceCurve", 200, PAUSES, "exclusiveMinimum")),
    fault("pauses-shrink", GUIDE, "a failed delivery is retried sooner each time")
    .plant(_pauses(lambda tried: 1.6 / 2**tried))
    .finding(found(DELIVERY_RETRIED, "simulatePriceCurve", 200, PAUSES, "exclusiveMinimum")),
    fault("another-notification-each-time", GUIDE, "each try of a delivery has a notificationId of its own")
    .plant(p.delivers_with(_new_notification_each_time))
    .finding(
        found(DELIVERY_RETRIED, "eventNotification", at=inside("/notificationId", "request-body"), kind="changed")
    ),
    fault("retry-has-another-signature", GUIDE, "a delivery that comes again is not signed")
    .plant(p.delivers(_unsigned_again))
    .finding(found(SIGNATURE, "eventNotification", at=Place("request-header", "X-Payload-Signature"), kind="unsigned")),
    fault("retry-after-202", GUIDE, "200 alone is an acknowledgement")
    .plant(_acknowledged_by(200, 201, 204))
    .finding(found(DELIVERED_ONCE, "simulatePriceCurve", 200, ATTEMPTS, "maximum")),
    fault("retry-after-204", GUIDE, "204 is no acknowledgement")
    .plant(_acknowledged_by(200, 201, 202))
    .finding(found(DELIVERED_ONCE, "simulatePriceCurve", 200, ATTEMPTS, "maximum")),
    fault("redirect-is-an-acknowledgement", GUIDE, "302 is an acknowledgement")
    .plant(_takes(lambda status: status == 302))
    .finding(found(DELIVERY_RETRIED, "simulatePriceCurve", 200, ATTEMPTS, "minimum", case="answered-302")),
    *(
        fault(f"{status}-is-an-acknowledgement", GUIDE, f"{status} is an acknowledgement")
        .plant(_takes(partial(operator.eq, status)))
        .finding(found(DELIVERY_RETRIED, "simulatePriceCurve", 200, ATTEMPTS, "minimum", case=f"answered-{status}"))
        for status in (410, 429)
    ),
    fault("refusal-is-an-acknowledgement", GUIDE, "4xx is an acknowledgement")
    .plant(_takes(lambda status: 400 <= status < 500))
    .finding(found(DELIVERY_RETRIED, "simulatePriceCurve", 200, ATTEMPTS, "minimum", case="answered-404")),
    fault("retry-though-switched-off", GUIDE, "a refused delivery comes again to a webhook that was disabled meanwhile")
    .plant(_never_cancels(deleted=False))
    .finding(found(DELIVERED_TO_ITS_WEBHOOK, "simulatePriceCurve", 200, DELIVERY, "count")),
    fault("retry-though-deleted", GUIDE, "a refused delivery comes again to a webhook that was deleted meanwhile")
    .plant(_never_cancels(deleted=True))
    .finding(found(DELIVERED_TO_ITS_WEBHOOK, "simulatePriceCurve", 200, DELIVERY, "count")),
    fault("failed-event-is-gone", GUIDE, "an event whose delivery failed for good is gone")
    .plant(p.wraps(p.SEND, _forgets_failed))
    .finding(found(STATUS_EXPECTED, "getEvent", 404, STATUS, "status")),
)
