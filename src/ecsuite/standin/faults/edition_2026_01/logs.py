"""Faults with the logs of deliveries, January 2026."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any, Final

from ecsuite.promises import DELIVERY_LOGS, RESPONSE_BODY, STATUS_EXPECTED
from ecsuite.standin.app import Plant
from ecsuite.standin.call import Call, Handler, Reply
from ecsuite.standin.faults import Expected
from ecsuite.standin.faults import planting as p
from ecsuite.standin.faults.common.rows import GUIDE, fault, faults


def log(pointer: str, change: Any) -> Plant:
    """Shows a member of logs otherwise, wherever they are shown."""
    return p.together(
        p.shows("listNotificationLogs", f"/webhookNotificationLogs/*{pointer}", change),
        p.shows("getNotificationLog", f"/webhookNotificationLog{pointer}", change),
    )


def _logs_of_all(original: Handler, call: Call) -> Reply:
    """Does not look which webhook is asked for."""
    return original(replace(call, query={name: own for name, own in call.query.items() if name != "webhookId"}))


FAULTS: Final = faults(
    "logs",
    fault("logs-are-empty", GUIDE, "deliveries are not logged")
    .plant(p.lists("listNotificationLogs", lambda _: []))
    .finding(Expected(DELIVERY_LOGS, "listNotificationLogs -> 200", "notificationId", "in the list", "none")),
    fault("logs-of-all-webhooks", GUIDE, "the logs of one webhook are those of all")
    .plant(p.does("listNotificationLogs", _logs_of_all))
    .finding(Expected(DELIVERY_LOGS, "listNotificationLogs -> 200", "the list", "alone", "others")),
    fault("log-has-another-event", GUIDE, "a log has the id of another event")
    .plant(log("/partnerEventId", "other"))
    .finding(
        Expected(DELIVERY_LOGS, "(list|get)NotificationLogs? -> 200|GET .* -> 200", "partnerEventId", "", "other")
    ),
    fault("log-has-another-status", GUIDE, "a log has 200 for every response")
    .plant(log("/responseStatusCode", 200))
    .finding(Expected(DELIVERY_LOGS, "GET .* -> 200", "responseStatusCode", "202", "200")),
    fault("log-has-another-url", GUIDE, "a log has another address")
    .plant(log("/webhookUrl", "https://other.example/"))
    .finding(Expected(DELIVERY_LOGS, "GET .* -> 200", "webhookUrl", "", "other.example")),
    fault("log-has-another-signature", GUIDE, "a log has another signature")
    .plant(log("/sparkSignature", "x"))
    .finding(Expected(DELIVERY_LOGS, "GET .* -> 200", "sparkSignature", "", "x")),
    fault("log-says-timeout", GUIDE, "a log has a time-out for every delivery")
    .plant(log("/requestTimeout", change=True))
    .finding(Expected(DELIVERY_LOGS, "GET .* -> 200", "requestTimeout", "False", "True")),
    fault("log-has-another-type", GUIDE, "a log has another notification type")
    .plant(log("/notificationType", "Unknown"))
    .finding(Expected(DELIVERY_LOGS, "GET .* -> 200", "notificationType", "PriceCurveCreated", "Unknown")),
    fault("log-has-other-content", GUIDE, "the content of a log is not what was delivered")
    .plant(p.shows("getNotificationLog", "/notificationContent", '{"id":1}'))
    .finding(Expected(DELIVERY_LOGS, "getNotificationLog -> 200", "/notificationContent", "what was delivered")),
    fault("log-content-is-an-object", GUIDE, "the content of a log is no text")
    .plant(p.shows("getNotificationLog", "/notificationContent", json.loads))
    .finding(Expected(RESPONSE_BODY, "getNotificationLog -> 200", "/notificationContent", "a string", "an object")),
    fault("log-status-is-text", GUIDE, "the status in a log is text")
    .plant(log("/responseStatusCode", str))
    .finding(Expected(RESPONSE_BODY, "GET .* -> 200", "/responseStatusCode", "an integer", "a string")),
    fault("log-time-has-no-offset", GUIDE, "the time in a log has no offset")
    .plant(log("/notificationSent", lambda text: text[:19]))
    .finding(Expected(RESPONSE_BODY, "GET .* -> 200", "/notificationSent", "RFC 3339")),
    fault("unknown-log-is-the-first", GUIDE, "an unknown log is answered with 200")
    .plant(
        p.in_place_of(404, "getNotificationLog", Reply(200, {"webhookNotificationLog": {}, "notificationContent": ""}))
    )
    .finding(Expected(STATUS_EXPECTED, "getNotificationLog -> 200", "status", "40", "200")),
)
