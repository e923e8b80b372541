"""Deliveries that are changed and signed again, for the faults of several topics, January 2026."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from ecsuite.standin.app import Plant
from ecsuite.standin.call import Call, Reply
from ecsuite.standin.edition_2026_01 import webhooks
from ecsuite.standin.faults import planting as p
from ecsuite.standin.parts import Parts
from ecsuite.standin.store import Delivery
from ecsuite.webhook.signature import sign


def secret_of(parts: Parts, delivery: Delivery) -> str:
    """The secret of the webhook that a delivery goes to."""
    for partner, _ in enumerate(parts.store.credentials(), 1):
        webhook = parts.store.get(partner, "webhook", "", delivery.hook)
        if webhook:
            return str(webhook["webhookSecret"] or "")
    return ""


def signed(parts: Parts, delivery: Delivery) -> Delivery:
    """A delivery with the right signature over what it holds."""
    return signed_by(secret_of(parts, delivery), delivery)


def base64_of(raw: bytes) -> str:
    """Bytes as Base64."""
    return base64.b64encode(raw).decode()


def keeps_first(member: str, deliver: Callable[[str, Delivery], Delivery]) -> Plant:
    """Delivers by a member that a webhook had when it was made, whatever it has since."""

    def plant(parts: Parts) -> None:
        first: dict[str, str] = {}

        def remember(call: Call, reply: Reply) -> None:
            first[reply.body["webhookId"]] = call.body.get(member) or ""

        p.then_does("createWebhook", remember)(parts)
        p.delivers(lambda own: [deliver(first.get(own.hook, ""), own)])(parts)

    return plant


def signed_by(secret: str, delivery: Delivery) -> Delivery:
    """A delivery that is signed with a secret."""
    return replace(delivery, headers={**delivery.headers, webhooks.SIGNATURE_HEADER: sign(secret, delivery.body)})


def written(write: Callable[[Any], bytes]) -> Plant:
    """Writes the JSON of deliveries otherwise, and signs it as it is written."""
    return p.delivers_with(lambda parts, own: [signed(parts, replace(own, body=write(json.loads(own.body))))])
