"""Faults with PUT and PATCH of a webhook, and with its switch, January 2026."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import Any, Final

from ecsuite.findings.breach import Place, body
from ecsuite.findings.pattern import Equal, found, inside
from ecsuite.promises import (
    CREATION_RESPONSE,
    OTHERS_UNTOUCHED,
    PATCH_CHANGES_ONLY_GIVEN,
    PUT_REPLACES,
    ROUND_TRIP,
    SIGNATURE,
)
from ecsuite.standin.call import Call, Handler, Reply
from ecsuite.standin.faults import planting as p
from ecsuite.standin.faults.common.rows import GUIDE, SPEC, fault, faults, not_refused


def _webhook_merged(original: Handler, call: Call) -> Reply:
    before = call.store.get(call.partner, "webhook", "", call.path["webhookId"]) or {}
    names = ("name", "notificationTypes")
    return original(replace(call, body={**{name: before[name] for name in names if name in before}, **call.body}))


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


def _null_erases_name(original: Handler, call: Call) -> Reply:
    """A PATCH of a webhook whose name is null takes the name away."""
    reply = original(call)
    if call.body.get("name", "") is not None:
        return reply
    _loses_name(call, reply)
    return replace(reply, body={**reply.body, "name": None})


def _null_erases_secret(original: Handler, call: Call) -> Reply:
    """A PATCH of a webhook whose secret is null takes the secret away."""
    given = call.body.get("webhookSecret", "")
    return original(replace(call, body={**call.body, "webhookSecret": ""}) if given is None else call)


def _switches_all(call: Call, _: Reply) -> None:
    for webhook in call.store.all(call.partner, "webhook"):
        kept = {**webhook, "enabled": call.query["enabled"] == "true"}
        call.store.put(call.partner, "webhook", "", webhook["webhookId"], kept)


def _turns(original: Handler, call: Call) -> Reply:
    """A switch turns a webhook, whichever way it is asked for."""
    webhook: Any = call.store.get(call.partner, "webhook", "", call.path["webhookId"])
    return original(replace(call, query={"enabled": "false" if webhook and webhook["enabled"] else "true"}))


def _loses_name(call: Call, _reply: Reply) -> None:
    """A webhook that is switched loses its name."""
    webhook: Any = call.store.get(call.partner, "webhook", "", call.path["webhookId"])
    call.store.put(call.partner, "webhook", "", webhook["webhookId"], {**webhook, "name": None})


def _webhooks_change_all(call: Call, _: Reply) -> None:
    for webhook in call.store.all(call.partner, "webhook"):
        call.store.put(call.partner, "webhook", "", webhook["webhookId"], {**webhook, "name": "changed"})


def _put_keeps(name: str, original: Handler, call: Call) -> Reply:
    before = call.store.get(call.partner, "webhook", "", call.path["webhookId"]) or {}
    return original(replace(call, body={**call.body, name: before.get(name, call.body[name])}))


FAULTS: Final = faults(
    "put and patch",
    fault("null-erases-secret-of-webhook", SPEC, "null in a PATCH of a webhook takes its secret away")
    .plant(p.does("changeWebhook", _null_erases_secret))
    .finding(found(SIGNATURE, "", (), Place("request-header", "X-Payload-Signature"), "unsigned")),
    fault("null-erases-name-of-webhook", SPEC, "null in a PATCH of a webhook takes its name away")
    .plant(p.does("changeWebhook", _null_erases_name))
    .finding(found(PATCH_CHANGES_ONLY_GIVEN, "changeWebhook", 200, inside("/name"), "changed", seen_by="getWebhook")),
    *(
        fault(f"patch-forgets-webhook-{name}", GUIDE, f"a PATCH of a webhook sets {name} back")
        .plant(p.does("changeWebhook", partial(_patch_forgets, member, instead)))
        .finding(
            found(PATCH_CHANGES_ONLY_GIVEN, "changeWebhook", 200, inside(f"/{member}"), "changed", seen_by="getWebhook")
        )
        for name, member, instead in (
            ("name", "name", None),
            ("types", "notificationTypes", []),
            ("enabled", "enabled", False),
            ("creation", "createdDate", "2020-01-01T00:00:00+00:00"),
        )
    ),
    fault("patch-switches-webhook-on", GUIDE, "a PATCH of a webhook switches it on")
    .plant(p.does("changeWebhook", _patch_switches_on))
    .finding(
        found(
            PATCH_CHANGES_ONLY_GIVEN,
            "changeWebhook",
            200,
            inside("/enabled"),
            "changed",
            seen_by="getWebhook",
            actual=Equal(value=True),
        )
    ),
    fault("switch-is-of-all", GUIDE, "a webhook that is switched off switches all off")
    .plant(p.then_does("enableWebhook", _switches_all))
    .finding(found(OTHERS_UNTOUCHED, "enableWebhook", 204, body(("enabled",)), "changed", seen_by="getWebhook")),
    fault("reservations-are-not-told", GUIDE, "a webhook cannot ask for reservations")
    .plant(
        p.keeps(
            "createWebhook",
            "/notificationTypes",
            lambda own: [each for each in own or [] if each != "LPCReservationCreated"],
        )
    )
    .finding(found(ROUND_TRIP, "createWebhook", 201, inside("/notificationTypes"), "count")),
    fault("switch-turns-webhook", GUIDE, "a webhook that is off and switched off is on")
    .plant(p.does("enableWebhook", _turns))
    .finding(found(ROUND_TRIP, "getWebhook", 200, inside("/enabled"), "same", actual=Equal(value=True))),
    fault("switch-forgets-webhook-name", GUIDE, "a webhook that is switched off has no name any more")
    .plant(p.then_does("enableWebhook", _loses_name))
    .finding(found(OTHERS_UNTOUCHED, "enableWebhook", 204, inside("/name"), "changed", seen_by="getWebhook")),
    fault("read-webhook-is-older", SPEC, "a webhook that is read was made at another time")
    .plant(p.shows("getWebhook", "/createdDate", "2020-01-01T00:00:00+00:00"))
    .finding(
        found(
            CREATION_RESPONSE,
            "getWebhook",
            200,
            inside("/createdDate"),
            "changed",
            actual=Equal("2020-01-01T00:00:00+00:00"),
        )
    ),
    fault("listed-webhook-is-older", SPEC, "a webhook in the list was made at another time")
    .plant(p.shows("listWebhooks", "/webhooks/*/createdDate", "2020-01-01T00:00:00+00:00"))
    .finding(
        found(
            CREATION_RESPONSE,
            "listWebhooks",
            200,
            inside("/createdDate"),
            "changed",
            actual=Equal("2020-01-01T00:00:00+00:00"),
        )
    ),
    fault("patch-forgets-webhook-secret", GUIDE, "a PATCH of a webhook takes its secret away")
    .plant(p.does("changeWebhook", partial(_patch_forgets, "webhookSecret", "")))
    .finding(found(SIGNATURE, "", (), Place("request-header", "X-Payload-Signature"), "unsigned")),
    fault("patch-ignores-webhook-name", GUIDE, "a PATCH of a webhook does not change its name")
    .plant(p.ignores("changeWebhook", "name"))
    .finding(found(ROUND_TRIP, "", 200, inside("/name"), "same")),
    fault("patch-ignores-webhook-enabled", GUIDE, "a PATCH of a webhook does not switch it off")
    .plant(p.ignores("changeWebhook", "enabled"))
    .finding(found(ROUND_TRIP, "", 200, inside("/enabled"), "same")),
    fault("patch-changes-all-webhooks", GUIDE, "a PATCH of a webhook renames the others, too")
    .plant(p.then_does("changeWebhook", _webhooks_change_all))
    .finding(found(OTHERS_UNTOUCHED, "changeWebhook", 200, body(("name",)), "changed", seen_by="getWebhook")),
    fault("put-keeps-webhook-types", GUIDE, "a PUT of a webhook leaves what it does not name as it was")
    .plant(p.does("replaceWebhook", _webhook_merged))
    .finding(found(PUT_REPLACES, "replaceWebhook", 200, body(("name",)), "same", seen_by="getWebhook")),
    fault("put-keeps-webhook-url", GUIDE, "a PUT of a webhook leaves its address as it was")
    .plant(p.does("replaceWebhook", partial(_put_keeps, "webhookUrl")))
    .finding(found(ROUND_TRIP, "", 200, inside("/webhookUrl"), "changed")),
    fault("put-changes-all-webhooks", GUIDE, "a PUT of a webhook renames the others, too")
    .plant(p.then_does("replaceWebhook", _webhooks_change_all))
    .finding(found(OTHERS_UNTOUCHED, "replaceWebhook", 200, body(("name",)), "changed", seen_by="getWebhook")),
    fault("switch-does-nothing", GUIDE, "a webhook that is switched off stays on")
    .plant(p.does("enableWebhook", lambda original, call: original(replace(call, query={"enabled": "true"}))))
    .finding(found(ROUND_TRIP, "getWebhook", 200, inside("/enabled"), "same", actual=Equal(value=True))),
    fault("switch-is-reversed", GUIDE, "a webhook that is switched on goes off")
    .plant(p.does("enableWebhook", lambda original, call: original(replace(call, query={"enabled": "false"}))))
    .finding(found(ROUND_TRIP, "getWebhook", 200, inside("/enabled"), "changed", actual=Equal(value=False))),
    fault("switch-takes-any-text", GUIDE, "a webhook can be switched to anything")
    .plant(p.together(p.forgives("enableWebhook", lambda breach: breach.at.name == "enabled")))
    .finding(not_refused("enableWebhook", Place("query", "enabled"), "type")),
)
