"""Faults with partners, who must not meet, January 2026."""

from __future__ import annotations

from typing import Final

from ecsuite.findings.breach import STATUS, body, listed
from ecsuite.findings.pattern import EACH, SUCCESS, found
from ecsuite.promises import PARTNERS_APART
from ecsuite.standin.call import Call, Reply
from ecsuite.standin.edition_2026_01 import assets
from ecsuite.standin.faults import planting as p
from ecsuite.standin.faults.common.rows import GUIDE, fault, faults, kebab
from ecsuite.standin.faults.edition_2026_01.operations import BY_ID, CHANGING, DELETING


def _user_of_everybody(call: Call, _: Reply) -> None:
    """Takes the id away from the other partners."""
    for other in p.others(call):
        call.store.delete(other, "user", "", call.path.get("userId") or call.body["userId"], owns=assets.OWNED)


FAULTS: Final = faults(
    "tenancy",
    *(
        fault(f"{kebab(o)}-across-partners", GUIDE, f"{o} takes the ids of every partner")
        .plant(p.across_partners(o))
        .finding(found(PARTNERS_APART, o, SUCCESS, STATUS, "status"))
        for o in BY_ID
    ),
    *(
        fault(f"{kebab(o)}-of-all-partners", GUIDE, f"{o} lists what all partners have")
        .plant(p.lists_everyones(o))
        .finding(found(PARTNERS_APART, o, 200, listed(EACH), "present"))
        for o in ("listUsers", "listWebhooks", "listEvents", "listEligibleUsers", "listNotificationLogs")
    ),
    *(
        fault(f"{kebab(o)}-in-spite-of-404", GUIDE, f"{o} answers 404 for another partner's, and acts all the same")
        .plant(p.acts_for_others(o))
        .finding(found(PARTNERS_APART, o, 404))
        for o in (*DELETING, *CHANGING, "createLocation", "createLocationResource")
    ),
    fault("user-id-is-taken-away", GUIDE, "a user's id is taken away from the other partner who has it")
    .plant(p.then_does("createUser", _user_of_everybody))
    .finding(found(PARTNERS_APART, "createUser", SUCCESS, body(), "absent")),
    fault("user-deleted-for-all", GUIDE, "a deleted user is deleted for every partner who has one of that id")
    .plant(p.then_does("deleteUser", _user_of_everybody))
    .finding(found(PARTNERS_APART, "deleteUser", 204, body(), "absent")),
)
