"""Reads the results for a promise from a world's journal, and makes entities without sending anything."""

import httpx

from ecsuite.promises import DELIVERY_LOGS
from ecsuite.rules.entity import Entity

# No check of single exchanges records this promise, so all its results come from the rule under test.
OWN = DELIVERY_LOGS


def recorded(world, promise=OWN):
    """Results for a promise in the journal: breaches with data, number of passes, and reasons for "not checked"."""
    broken = [
        (each.breach.kind, each.breach.at, each.breach.expected.value, each.breach.actual.value, each.breach.seen_by)
        for each in world.api.journal.findings
        if each.promise == promise.id
    ]
    tally = world.api.journal.tally
    passed = sum(n for seen, n in tally.observations.items() if seen.promise == promise.id and seen.outcome == "passed")
    return broken, passed, [reason for name, reason in tally.not_checked if name == promise.id]


def entity(world, creator, own, sent, **parents):
    """Make an entity as if the creation response had returned everything that was sent; nothing is sent."""
    kind = world.entities.type_made_by(creator)
    request = httpx.Request("POST", "https://api.example/v1/x", json=sent)
    ids = {**parents, kind.parameter: own}
    shown = world.representation.of_entity(kind, sent, ids)
    return Entity(kind, ids, sent, shown, httpx.Response(201, json=sent, request=request))
