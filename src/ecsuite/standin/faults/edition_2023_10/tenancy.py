"""Faults with partners, who must not meet, October 2023."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import Final

from ecsuite.findings.breach import DELIVERY, STATUS, body, listed
from ecsuite.findings.pattern import EACH, SUCCESS, Equal, found
from ecsuite.promises import DELIVERED_TO_ITS_WEBHOOK, PARTNERS_APART
from ecsuite.standin.call import Call, Handler, Reply
from ecsuite.standin.faults import planting as p
from ecsuite.standin.faults.common.rows import GUIDE, fault, faults, kebab
from ecsuite.standin.faults.edition_2023_10.operations import BY_ID, DELETING, OWNED


def _user_of_everybody(call: Call, _: Reply) -> None:
    """Takes the id away from the other partners."""
    for other in p.others(call):
        call.store.delete(other, "user", "", call.body["userId"], owns=("vehicle", "meter", "resource"))


def _vehicle_of_everybody(call: Call, _: Reply) -> None:
    for other in p.others(call):
        call.store.delete(other, "vehicle", call.path["userId"], call.path["vehicleId"])


def _entities_of_others(entity: str, original: Handler, call: Call) -> Reply:
    """What other partners have below a user of the same id is listed as well."""
    reply = original(call)
    more = [item for other in p.others(call) for item in call.store.all(other, entity, call.path["userId"])]
    return replace(reply, body=[*reply.body, *more])


FAULTS: Final = faults(
    "tenancy",
    *(
        fault(f"{kebab(o)}-across-partners", GUIDE, f"{o} takes the ids of every partner")
        .plant(p.across_partners(o))
        .finding(found(PARTNERS_APART, o, SUCCESS, STATUS, "status"))
        for o in (*BY_ID, "getEvent", *(each for entity in OWNED for each in (entity.create, entity.list)))
    ),
    *(
        fault(f"{kebab(o)}-of-all-partners", GUIDE, f"{o} lists what all partners have")
        .plant(p.lists_everyones(o))
        .finding(found(PARTNERS_APART, o, 200, listed(EACH), "present"))
        for o in ("listUsers", "listWebhooks")
    ),
    *(
        fault(f"{kebab(o)}-in-spite-of-404", GUIDE, f"{o} answers 404 for another partner's, and acts all the same")
        .plant(p.acts_for_others(o))
        .finding(found(PARTNERS_APART, o, 404))
        for o in (*DELETING, "replaceWebhook", *(entity.create for entity in OWNED))
    ),
    fault(
        "test-webhook-in-spite-of-404",
        GUIDE,
        "testWebhook answers 404 for another partner's, and delivers all the same",
    )
    .plant(p.acts_for_others("testWebhook"))
    .finding(found(DELIVERED_TO_ITS_WEBHOOK, "testWebhook", 404, DELIVERY, "count")),
    fault(
        "shows-another-partners-webhook-secret-in-404",
        GUIDE,
        "the 404 of getWebhook shows the secret of another partner's webhook",
    )
    .plant(p.tells_of_others("getWebhook", "webhook", "id", "webhookSecret"))
    .finding(found(PARTNERS_APART, "getWebhook", 404, body(), "present", actual=Equal("a secret"))),
    fault("user-id-is-taken-away", GUIDE, "a user's id is taken away from the other partner who has it")
    .plant(p.then_does("createUser", _user_of_everybody))
    .finding(found(PARTNERS_APART, "createUser", SUCCESS, body(), "absent")),
    fault("user-deleted-for-all", GUIDE, "a deleted user is deleted for every partner who has one of that id")
    .plant(p.then_does("deleteUser", lambda call, _: _user_of_everybody(replace(call, body=call.path), Reply(204))))
    .finding(found(PARTNERS_APART, "deleteUser", 204, body(), "absent")),
    fault(
        "vehicle-deleted-for-all", GUIDE, "a deleted vehicle is deleted for every partner whose user has one of that id"
    )
    .plant(p.then_does("deleteVehicle", _vehicle_of_everybody))
    .finding(found(PARTNERS_APART, "deleteVehicle", 204, body(), "absent")),
    *(
        fault(
            f"{kebab(entity.list)}-of-same-user-id",
            GUIDE,
            f"{entity.list} shows what another partner has below the same userId",
        )
        .plant(p.does(entity.list, partial(_entities_of_others, entity.name)))
        .finding(found(PARTNERS_APART, entity.list, 200, listed(EACH), "present"))
        for entity in OWNED
    ),
)
