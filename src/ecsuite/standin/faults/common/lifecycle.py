"""Faults in creating, listing and deleting, for each entity type of an edition."""

from __future__ import annotations

from collections.abc import Collection

from ecsuite.contract import Level
from ecsuite.findings.breach import STATUS, body, listed
from ecsuite.findings.pattern import EACH, Equal, found
from ecsuite.promises import DELETED_IS_GONE, LISTED_ONCE, SERVER_ERROR, STATUS_EXPECTED
from ecsuite.standin.call import Reply
from ecsuite.standin.faults import Fault
from ecsuite.standin.faults import planting as p
from ecsuite.standin.faults.common.rows import EntityOperations, Row, fault, faults


def lifecycle_faults(entity_types: Collection[EntityOperations], level: Level) -> tuple[Fault, ...]:
    """Faults in creating, listing and deleting, for each entity type; `level` is that of the promises."""
    return faults("lifecycle", *(row for entity in entity_types for row in _rows(entity, level)))


def _rows(entity: EntityOperations, level: Level) -> tuple[Row, ...]:
    return (
        fault(f"{entity.name}-not-listed", level, f"{entity.list} leaves the newest out")
        .plant(p.lists(entity.list, lambda items: items[:-1]))
        .finding(found(LISTED_ONCE, entity.list, 200, listed(EACH), "absent")),
        fault(f"{entity.name}-listed-twice", level, f"{entity.list} has the newest twice")
        .plant(p.lists(entity.list, lambda items: [*items, *items[-1:]]))
        .finding(found(LISTED_ONCE, entity.list, 200, listed(EACH), "duplicate")),
        fault(f"{entity.name}-not-deleted", level, f"{entity.delete} answers 204 and deletes nothing")
        .plant(p.only_says(entity.delete))
        .finding(found(DELETED_IS_GONE, entity.delete, 204, body(), "present")),
        fault(f"{entity.name}-deleted-is-shown", level, f"{entity.get} shows what is deleted")
        .plant(p.still_shown(entity.get, entity.delete))
        .finding(found(DELETED_IS_GONE, entity.delete, 204, body(), "present")),
        fault(f"{entity.name}-unknown-is-deleted", level, f"{entity.delete} answers 204 where there is nothing")
        .plant(p.in_place_of(404, entity.delete, Reply(204)))
        .finding(found(STATUS_EXPECTED, entity.delete, 204, STATUS, "status")),
        fault(f"{entity.name}-unknown-is-null", level, f"{entity.get} answers 200 and null where there is nothing")
        .plant(p.sends(p.refusal(200, "null"), entity.get, status=(404,)))
        .finding(found(STATUS_EXPECTED, entity.get, 200, STATUS, "status")),
        fault(f"{entity.name}-unknown-is-500", level, f"{entity.get} is a server error where there is nothing")
        .plant(p.sends(p.status(500), entity.get, status=(404,)))
        .finding(found(SERVER_ERROR, entity.get, 500, STATUS, "exclusiveMaximum", actual=Equal(500))),
    )
