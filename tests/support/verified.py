"""What is recorded of a promise in the journal of a world, with the call that showed it; and entities as if made."""

import httpx

from ecsuite.promises import DELIVERY_LOGS
from ecsuite.rules.entity import Entity

# A promise that no check of an exchange is about, so that all that is recorded of it is by the rule.
OWN = DELIVERY_LOGS


def recorded(world, promise=OWN):
    """What is in the journal of a promise: broken with the data, passed so many times, not checked with the reasons."""
    broken = [
        (each.breach.kind, each.breach.at, each.breach.expected.value, each.breach.actual.value, each.breach.seen_by)
        for each in world.api.journal.findings
        if each.promise == promise.id
    ]
    tally = world.api.journal.tally
    passed = sum(n for seen, n in tally.observations.items() if seen.promise == promise.id and seen.outcome == "passed")
    return broken, passed, [reason for name, reason in tally.not_checked if name == promise.id]


def entity(world, creator, own, sent, **parents):
    """An entity as if it had been made by a response that shows all that was sent; nothing is sent."""
    kind = world.entities.type_made_by(creator)
    request = httpx.Request("POST", "https://api.example/v1/x", json=sent)
    ids = {**parents, kind.parameter: own}
    shown = world.representation.of_entity(kind, sent, ids)
    return Entity(kind, ids, sent, shown, httpx.Response(201, json=sent, request=request))
