"""The operations of this edition, by what they do, October 2023."""

from __future__ import annotations

from typing import Final

from ecsuite.contract import Level
from ecsuite.standin.faults.common.rows import GUIDE, SPEC, EntityOperations

ENTITIES: Final = (
    EntityOperations("user", "userId", "createUser", "listUsers", "getUser", "deleteUser"),
    EntityOperations("vehicle", "vehicleId", "createVehicle", "listVehicles", "getVehicle", "deleteVehicle"),
    EntityOperations("meter", "meterId", "createMeter", "listMeters", "getMeter", "deleteMeter"),
    EntityOperations("resource", "resourceId", "createResource", "listResources", "getResource", "deleteResource"),
    EntityOperations("webhook", "id", "createWebhook", "listWebhooks", "getWebhook", "deleteWebhook"),
)


OWNED: Final = ENTITIES[1:4]


MAKING: Final = tuple(entity.create for entity in ENTITIES)


LIFETIME: Final = 1800
DELETING: Final = tuple(entity.delete for entity in ENTITIES)


BY_ID: Final = (*(entity.get for entity in ENTITIES), *DELETING, "replaceWebhook", "testWebhook")


SECURED: Final = (
    *(operation for entity in ENTITIES for operation in entity[2:]),
    "replaceWebhook",
    "testWebhook",
    "listEvents",
    "getEvent",
    "createReport",
)


def level_of(operation: str) -> Level:
    """How certain it is what an operation does: the guide shows how users and their assets are made."""
    return GUIDE if operation in MAKING[:4] else SPEC
