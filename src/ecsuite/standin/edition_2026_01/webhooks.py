"""Webhooks, their deliveries, and the logs of these, January 2026."""

from __future__ import annotations

import json
import re
from typing import Any, Final

from ecsuite.standin.call import Call, Reply, not_found
from ecsuite.standin.paging import page_of
from ecsuite.webhook.signature import sign

SIGNATURE_HEADER: Final = "X-Payload-Signature"
# The first attempt, and up to three retries.
TRIES: Final = 4
NOTIFICATION_TYPES: Final = {
    "PriceCurve": "PriceCurveCreated",
    "UserEligibility": "UserEligibilityUpdated",
    "LocationLPC": "LocationLPCRequested",
    "ResourceLPC": "ResourceLPCRequested",
}
# Logs require a valid URL, but webhooks accept an invalid one.
NO_URL: Final = "about:invalid"
_URL: Final = re.compile(
    r"https?://(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9._-]+)(:[0-9]*)?"
    r"([/?#]([A-Za-z0-9._~:/?#@!$&'()*+,;=-]|%[0-9A-Fa-f]{2})*)?"
)


def list_webhooks(call: Call) -> Reply:
    return Reply(200, {"webhooks": [_shown(call, webhook) for webhook in call.store.all(call.partner, "webhook")]})


def create_webhook(call: Call) -> Reply:
    now = call.time_stamp
    webhook = {
        "webhookId": call.new_id(),
        "webhookUrl": call.body["webhookUrl"],
        "webhookSecret": call.body.get("webhookSecret"),
        "name": call.body.get("name"),
        "notificationTypes": call.body.get("notificationTypes", []),
        "enabled": True,
        "createdDate": now,
        "modifiedDate": now,
        "lastAnalyzedTimestamp": now,
    }
    return Reply(201, _keep(call, webhook))


def get_webhook(call: Call) -> Reply:
    return Reply(200, _shown(call, _require(call)))


def replace_webhook(call: Call) -> Reply:
    earlier, body = _require(call), call.body
    webhook = {
        **earlier,
        "webhookUrl": body["webhookUrl"],
        # No response contains the secret, so a client that does not know it can omit it.
        "webhookSecret": body.get("webhookSecret") or earlier["webhookSecret"],
        "name": body.get("name"),
        "notificationTypes": body.get("notificationTypes", []),
        "enabled": body.get("enabled", earlier["enabled"]),
    }
    return Reply(200, _keep(call, {**webhook, "modifiedDate": call.time_stamp}))


def change_webhook(call: Call) -> Reply:
    earlier = _require(call)
    names = ("webhookUrl", "webhookSecret", "name", "notificationTypes", "enabled")
    # Null leaves a member unchanged, as for locations.
    changes = {name: call.body[name] for name in names if call.body.get(name) is not None}
    return Reply(200, _keep(call, {**earlier, **changes, "modifiedDate": call.time_stamp}))


def enable_webhook(call: Call) -> Reply:
    enabled = call.query["enabled"] == "true"
    _keep(call, {**_require(call), "enabled": enabled, "modifiedDate": call.time_stamp})
    return Reply(204)


def delete_webhook(call: Call) -> Reply:
    webhook = _require(call)
    call.store.delete(call.partner, "webhook", "", webhook["webhookId"])
    call.store.cancel(webhook["webhookId"])
    return Reply(204)


def list_notification_logs(call: Call) -> Reply:
    wanted = call.query.get("webhookId")
    kept = [
        notification
        for notification in reversed(call.store.all(call.partner, "notification"))
        if not wanted or notification["log"]["webhookId"] == wanted
    ]
    page = page_of("webhookNotificationLogs", kept, call.query)
    return Reply(200, {**page, "webhookNotificationLogs": [_log(call, n) for n in page["webhookNotificationLogs"]]})


def get_notification_log(call: Call) -> Reply:
    kept = call.store.get(call.partner, "notification", "", call.path["notificationId"])
    if kept is None:
        raise not_found("notification")
    return Reply(200, {"webhookNotificationLog": _log(call, kept), "notificationContent": kept["content"]})


def notify(call: Call, event: dict[str, Any]) -> None:
    """Queue an event for every enabled webhook of the partner that subscribes to its type."""
    kind = NOTIFICATION_TYPES[event["payload"]["payloadType"]]
    for webhook in call.store.all(call.partner, "webhook"):
        if webhook["enabled"] and kind in webhook["notificationTypes"]:
            _owe(call, event, kind, webhook)


def _owe(call: Call, event: dict[str, Any], kind: str, webhook: dict[str, Any]) -> None:
    notification = {
        "notificationId": call.new_id(),
        "eventId": event["id"],
        "eventCreatedAtUtc": event["createdAt"],
        "notificationSentUtc": call.time_stamp,
        "notificationType": kind,
        "payload": event["payload"],
    }
    body = json.dumps(notification, ensure_ascii=False, separators=(",", ":")).encode()
    signature = sign(webhook["webhookSecret"] or "", body)
    log = {
        "webhookId": webhook["webhookId"],
        "tenantId": f"tenant-{call.partner}",
        "partnerEventId": event["id"],
        "notificationId": notification["notificationId"],
        "notificationType": kind,
        "notificationSent": notification["notificationSentUtc"],
        "sparkSignature": signature,
        "webhookUrl": _url(webhook["webhookUrl"]),
    }
    kept = {"log": log, "content": body.decode()}
    call.store.put(call.partner, "notification", "", log["notificationId"], kept)
    headers = {"Content-Type": "application/json; charset=utf-8", SIGNATURE_HEADER: signature}
    notified = {"hook": webhook["webhookId"], "notification": log["notificationId"]}
    call.store.owe(webhook["webhookUrl"], headers, body, **notified, tries=TRIES)


def _log(call: Call, kept: dict[str, Any]) -> dict[str, Any]:
    """The log of a delivery, with the outcome of the latest attempt."""
    attempt = call.store.last_attempt(notification=kept["log"]["notificationId"])
    return {
        **kept["log"],
        "requestTimeout": attempt.timed_out if attempt else False,
        "responseStatusCode": attempt.status if attempt else None,
        "requestDurationMs": attempt.milliseconds if attempt else None,
    }


def _keep(call: Call, webhook: dict[str, Any]) -> dict[str, Any]:
    """Store a webhook, cancel its pending deliveries if it is disabled, and return it for a response."""
    call.store.put(call.partner, "webhook", "", webhook["webhookId"], webhook)
    if not webhook["enabled"]:
        call.store.cancel(webhook["webhookId"])
    return _shown(call, webhook)


def _shown(call: Call, webhook: dict[str, Any]) -> dict[str, Any]:
    """A webhook for a response: without its secret, with the status of its deliveries."""
    attempt = call.store.last_attempt(hook=webhook["webhookId"])
    status = "New"
    if attempt is not None:
        status = "Healthy" if attempt.taken else "TimeOut" if attempt.timed_out else "Unhealthy"
    return {**{name: value for name, value in webhook.items() if name != "webhookSecret"}, "status": status}


def _require(call: Call) -> Any:
    webhook = call.store.get(call.partner, "webhook", "", call.path["webhookId"])
    if webhook is None:
        raise not_found("webhook")
    return webhook


def _url(text: str) -> str:
    return text if _URL.fullmatch(text) else NO_URL
