"""Faults with partners, who must not meet, January 2026."""

from __future__ import annotations

from typing import Final

from ecsuite.promises import PARTNERS_APART
from ecsuite.standin.call import Call, Reply
from ecsuite.standin.edition_2026_01 import assets
from ecsuite.standin.faults import Expected
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
        .finding(Expected(PARTNERS_APART, f"{o} -> 2..", "status"))
        for o in BY_ID
    ),
    *(
        fault(f"{kebab(o)}-of-all-partners", GUIDE, f"{o} lists what all partners have")
        .plant(p.lists_everyones(o))
        .finding(Expected(PARTNERS_APART, f"{o} -> 200", "the list"))
        for o in ("listUsers", "listWebhooks", "listEvents")
    ),
    *(
        fault(f"{kebab(o)}-in-spite-of-404", GUIDE, f"{o} answers 404 for another partner's, and acts all the same")
        .plant(p.acts_for_others(o))
        .finding(Expected(PARTNERS_APART, f"{o} -> 404", "GET .* afterwards"))
        for o in (*DELETING, *CHANGING, "createLocation", "createLocationResource")
    ),
    fault("user-id-is-taken-away", GUIDE, "a user's id is taken away from the other partner who has it")
    .plant(p.then_does("createUser", _user_of_everybody))
    .finding(Expected(PARTNERS_APART, "createUser -> 2..", "GET .* afterwards")),
    fault("user-deleted-for-all", GUIDE, "a deleted user is deleted for every partner who has one of that id")
    .plant(p.then_does("deleteUser", _user_of_everybody))
    .finding(Expected(PARTNERS_APART, "createUser -> 2..", "GET .* afterwards")),
)
