"""Faults with the logs of deliveries, January 2026."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any, Final

from ecsuite.findings.breach import STATUS, body, listed
from ecsuite.findings.pattern import Equal, OfType, found, inside
from ecsuite.promises import DELIVERY_LOGS, RESPONSE_BODY, STATUS_EXPECTED
from ecsuite.standin.app import Plant
from ecsuite.standin.call import Call, Handler, Reply
from ecsuite.standin.faults import planting as p
from ecsuite.standin.faults.common.rows import GUIDE, fault, faults

SUCCESSES: Final = range(200, 300)


def log(pointer: str, change: Any) -> Plant:
    """Shows a member of logs otherwise, wherever they are shown."""
    return p.together(
        p.shows("listNotificationLogs", f"/webhookNotificationLogs/*{pointer}", change),
        p.shows("getNotificationLog", f"/webhookNotificationLog{pointer}", change),
    )


def _logs_of_all(original: Handler, call: Call) -> Reply:
    """Does not look which webhook is asked for."""
    return original(replace(call, query={name: own for name, own in call.query.items() if name != "webhookId"}))


def _taken(logs: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [each for each in logs if (each["responseStatusCode"] or 0) in SUCCESSES]


FAULTS: Final = faults(
    "logs",
    fault("logs-are-empty", GUIDE, "deliveries are not logged")
    .plant(p.lists("listNotificationLogs", lambda _: []))
    .finding(found(DELIVERY_LOGS, "listNotificationLogs", 200, listed("notificationId"), "absent")),
    fault("logs-of-all-webhooks", GUIDE, "the logs of one webhook are those of all")
    .plant(p.does("listNotificationLogs", _logs_of_all))
    .finding(
        found(DELIVERY_LOGS, "listNotificationLogs", 200, listed("webhookId"), "present", actual=OfType("string"))
    ),
    fault("log-has-another-event", GUIDE, "a log has the id of another event")
    .plant(log("/partnerEventId", "other"))
    .finding(found(DELIVERY_LOGS, "", 200, body(("partnerEventId",)), "changed", actual=Equal("other"))),
    fault("log-has-another-status", GUIDE, "a log has 200 for every response")
    .plant(log("/responseStatusCode", 200))
    .finding(found(DELIVERY_LOGS, "", 200, body(("responseStatusCode",)), "changed", actual=Equal(200))),
    fault("log-has-another-url", GUIDE, "a log has another address")
    .plant(log("/webhookUrl", "https://other.example/"))
    .finding(found(DELIVERY_LOGS, "", 200, body(("webhookUrl",)), "changed", actual=Equal("https://other.example/"))),
    fault("log-has-another-signature", GUIDE, "a log has another signature")
    .plant(log("/sparkSignature", "x"))
    .finding(found(DELIVERY_LOGS, "", 200, body(("sparkSignature",)), "changed", actual=Equal("x"))),
    fault("log-says-timeout", GUIDE, "a log has a time-out for every delivery")
    .plant(log("/requestTimeout", change=True))
    .finding(found(DELIVERY_LOGS, "", 200, body(("requestTimeout",)), "changed", actual=Equal(value=True))),
    fault("log-has-another-type", GUIDE, "a log has another notification type")
    .plant(log("/notificationType", "Unknown"))
    .finding(found(DELIVERY_LOGS, "", 200, body(("notificationType",)), "changed", actual=Equal("Unknown"))),
    fault("log-of-a-limit-is-of-a-price", GUIDE, "a log has the notification type of price curves, whatever was told")
    .plant(log("/notificationType", "PriceCurveCreated"))
    .finding(found(DELIVERY_LOGS, "", 200, body(("notificationType",)), "changed", actual=Equal("PriceCurveCreated"))),
    fault("refused-delivery-is-not-logged", GUIDE, "what no receiver has taken is not in the logs")
    .plant(p.lists("listNotificationLogs", _taken))
    .finding(found(DELIVERY_LOGS, "listNotificationLogs", 200, listed("notificationId"), "absent")),
    fault("log-has-other-content", GUIDE, "the content of a log is not what was delivered")
    .plant(p.shows("getNotificationLog", "/notificationContent", '{"id":1}'))
    .finding(found(DELIVERY_LOGS, "getNotificationLog", 200, inside("/notificationContent"), "changed")),
    fault("log-content-is-an-object", GUIDE, "the content of a log is no text")
    .plant(p.shows("getNotificationLog", "/notificationContent", json.loads))
    .finding(
        found(RESPONSE_BODY, "getNotificationLog", 200, inside("/notificationContent"), "type", actual=OfType("object"))
    ),
    fault("log-status-is-text", GUIDE, "the status in a log is text")
    .plant(log("/responseStatusCode", str))
    .finding(found(RESPONSE_BODY, "", 200, inside("/responseStatusCode"), "type", actual=OfType("string"))),
    fault("log-time-has-no-offset", GUIDE, "the time in a log has no offset")
    .plant(log("/notificationSent", lambda text: text[:19]))
    .finding(found(RESPONSE_BODY, "", 200, inside("/notificationSent"), "format")),
    fault("unknown-log-is-the-first", GUIDE, "an unknown log is answered with 200")
    .plant(
        p.in_place_of(404, "getNotificationLog", Reply(200, {"webhookNotificationLog": {}, "notificationContent": ""}))
    )
    .finding(found(STATUS_EXPECTED, "getNotificationLog", 200, STATUS, "status")),
)
