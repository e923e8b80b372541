"""The operations of the stand-in for October 2023: a handler for each.

If the published facts leave a behaviour unspecified, this server chooses one; no test of the API may depend on it. A
second POST of an id that the partner chose replaces the first (200), a report on an unknown event is accepted, and
deleting a user also deletes its vehicles, meters and resources.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any, Final

from ecsuite.standin.call import Call, Handler, Reply, not_found
from ecsuite.standin.store import Store
from ecsuite.webhook.signature import hmac_sha256

# Stated in the guide of this edition: 30 minutes.
TOKEN_LIFETIME: Final = 1800
SIGNATURE_HEADER: Final = "Spark-Signature"
OWNED: Final = ("vehicle", "meter", "resource")


def create_user(call: Call) -> Reply:
    # An empty id cannot be part of a path, so the server chooses one.
    user_id = call.body["userId"] or call.new_id()
    new = call.store.put(call.partner, "user", "", user_id, {"userId": user_id})
    return Reply(201 if new else 200, {"userId": user_id})


def delete_user(call: Call) -> Reply:
    if not call.store.delete(call.partner, "user", "", call.path["userId"], owns=OWNED):
        raise not_found("user")
    return Reply(204)


def create_asset(kind: str, call: Call) -> Reply:
    """Create a vehicle or a resource with the id that the partner chose."""
    user_id = _require_user(call)
    asset_id = call.body[f"{kind}Id"]
    new = call.store.put(call.partner, kind, user_id, asset_id, _under(call.body, userId=user_id))
    return Reply(201 if new else 200, {f"{kind}Id": asset_id, "userId": user_id})


def create_meter(call: Call) -> Reply:
    user_id = _require_user(call)
    meter_id = call.new_id()
    call.store.put(call.partner, "meter", user_id, meter_id, _under(call.body, meterId=meter_id, userId=user_id))
    return Reply(201, {"meterId": meter_id})


def list_owned(kind: str, call: Call) -> Reply:
    return Reply(200, call.store.all(call.partner, kind, _require_user(call)))


def get_owned(kind: str, call: Call) -> Reply:
    body = call.store.get(call.partner, kind, _require_user(call), call.path[f"{kind}Id"])
    if body is None:
        raise not_found(kind)
    return Reply(200, body)


def delete_owned(kind: str, call: Call) -> Reply:
    if not call.store.delete(call.partner, kind, _require_user(call), call.path[f"{kind}Id"]):
        raise not_found(kind)
    return Reply(204)


def list_all(kind: str, call: Call) -> Reply:
    return Reply(200, [_shown(body) for body in call.store.all(call.partner, kind)])


def get_one(kind: str, parameter: str, call: Call) -> Reply:
    return Reply(200, _shown(_require(call, kind, call.path[parameter])))


def create_webhook(call: Call) -> Reply:
    body = _under(call.body, id=call.new_id())
    call.store.put(call.partner, "webhook", "", body["id"], body)
    return Reply(201, _shown(body))


def replace_webhook(call: Call) -> Reply:
    webhook = _require(call, "webhook", call.path["id"])
    body = _under(call.body, id=webhook["id"])
    call.store.put(call.partner, "webhook", "", webhook["id"], body)
    return Reply(200, _shown(body))


def delete_webhook(call: Call) -> Reply:
    if not call.store.delete(call.partner, "webhook", "", call.path["id"]):
        raise not_found("webhook")
    return Reply(204)


def test_webhook(call: Call) -> Reply:
    webhook = _require(call, "webhook", call.path["id"])
    notification = {"webhookId": webhook["id"], "message": "This is a test.", "sentAt": call.time_stamp}
    body = json.dumps(notification).encode()
    signature = hmac_sha256(webhook["webhookSecret"], body).hex()
    headers = {"Content-Type": "application/json", SIGNATURE_HEADER: signature}
    call.store.owe(webhook["webhookUrl"], headers, body)
    return Reply(200)


def create_report(call: Call) -> Reply:
    event = call.store.get(call.partner, "event", "", call.body["eventId"])
    report_id, now = call.new_id(), call.time_stamp
    body = {
        "id": report_id,
        "eventId": call.body["eventId"],
        "programId": event["programId"] if event else "none",
        "name": call.body["name"],
        "createdDateTime": now,
        "modificationDateTime": now,
    }
    call.store.put(call.partner, "report", "", report_id, {**body, "payloads": call.body["payloads"]})
    return Reply(200, body)


def seed(store: Store) -> None:
    """Give each partner an event, because this edition has no operation that creates one."""
    for partner in range(1, len(store.credentials()) + 1):
        if not store.all(partner, "event"):
            call = Call(partner, {}, None, store)
            event = _event(call)
            store.put(partner, "event", "", event["id"], event)


def _event(call: Call) -> dict[str, Any]:
    start = datetime.fromtimestamp(call.store.now(), UTC).replace(minute=0, second=0, microsecond=0)
    resource_id, now = call.new_id(), call.time_stamp
    return {
        "id": call.new_id(),
        "name": "Begrens ladestrøm i kveld",
        "priority": 1,
        "programId": call.new_id(),
        "reportDescriptors": [{"payloadType": "VehicleChargeAction", "targetResources": [resource_id]}],
        "targetResources": [{"resourceId": resource_id, "locationId": None}],
        "intervalPeriod": {
            "duration": "02:00:00",
            "start": (start + timedelta(hours=1)).isoformat(),
            "randomizeStart": "00:05:00",
        },
        "payload": {"payloadType": "CurrentLevel", "level": 10},
        "createdAt": now,
        "modifiedAt": now,
    }


def _require(call: Call, kind: str, entity_id: str) -> Any:
    body = call.store.get(call.partner, kind, "", entity_id)
    if body is None:
        raise not_found(kind)
    return body


def _require_user(call: Call) -> str:
    user_id: str = _require(call, "user", call.path["userId"])["userId"]
    return user_id


def _under(body: dict[str, Any], **ids: str) -> dict[str, Any]:
    """The body as sent, except that the server's own ids replace any in it."""
    return {**ids, **{name: value for name, value in body.items() if name not in {"id", *ids}}}


def _shown(body: dict[str, Any]) -> dict[str, Any]:
    """A webhook for a response, without its secret."""
    return {name: value for name, value in body.items() if name != "webhookSecret"}


HANDLERS: Final[Mapping[str, Handler]] = {
    "listUsers": partial(list_all, "user"),
    "createUser": create_user,
    "getUser": partial(get_one, "user", "userId"),
    "deleteUser": delete_user,
    "listVehicles": partial(list_owned, "vehicle"),
    "createVehicle": partial(create_asset, "vehicle"),
    "getVehicle": partial(get_owned, "vehicle"),
    "deleteVehicle": partial(delete_owned, "vehicle"),
    "listMeters": partial(list_owned, "meter"),
    "createMeter": create_meter,
    "getMeter": partial(get_owned, "meter"),
    "deleteMeter": partial(delete_owned, "meter"),
    "listResources": partial(list_owned, "resource"),
    "createResource": partial(create_asset, "resource"),
    "getResource": partial(get_owned, "resource"),
    "deleteResource": partial(delete_owned, "resource"),
    "listWebhooks": partial(list_all, "webhook"),
    "createWebhook": create_webhook,
    "getWebhook": partial(get_one, "webhook", "id"),
    "replaceWebhook": replace_webhook,
    "deleteWebhook": delete_webhook,
    "testWebhook": test_webhook,
    "listEvents": partial(list_all, "event"),
    "getEvent": partial(get_one, "event", "eventId"),
    "createReport": create_report,
}
