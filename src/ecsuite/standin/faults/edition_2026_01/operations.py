"""The operations of this edition, by what they do, January 2026."""

from __future__ import annotations

from typing import Final

from ecsuite.standin.faults.common.rows import EntityOperations

ENTITIES: Final = (
    EntityOperations("user", "userId", "createUser", "listUsers", "getUser", "deleteUser"),
    EntityOperations("location", "locationId", "createLocation", "listLocations", "getLocation", "deleteLocation"),
    EntityOperations("vehicle", "resourceId", "createVehicle", "listResources", "getResource", "deleteResource"),
    EntityOperations(
        "resource", "resourceId", "createLocationResource", "listLocationResources", "getResource", "deleteResource"
    ),
    EntityOperations("webhook", "webhookId", "createWebhook", "listWebhooks", "getWebhook", "deleteWebhook"),
)


MAKING: Final = (*(entity.create for entity in ENTITIES), "createUsers", "createLocations")


DELETING: Final = ("deleteUser", "deleteLocation", "deleteResource", "deleteWebhook")


CHANGING: Final = ("replaceLocation", "changeLocation", "replaceWebhook", "changeWebhook")


OF_A_USER: Final = (
    "listLocations",
    "createLocation",
    "createVehicle",
    "listResources",
    "getEligibility",
    "getEnrollment",
    "createEnrollment",
    "deleteEnrollment",
    "getCompensation",
)


BY_ID: Final = (
    "getUser",
    "getLocation",
    "getResource",
    "getWebhook",
    *DELETING,
    *CHANGING,
    *OF_A_USER,
    "enableWebhook",
    "listLocationResources",
    "createLocationResource",
    "getEvent",
)


SIMULATING: Final = ("simulatePriceCurve", "simulateUserEligibility", "simulateLocationLimit", "simulateResourceLimit")


PAGED_LISTS: Final = ("listUsers", "listEvents", "listEligibleUsers", "listNotificationLogs")


LISTING: Final = ("listUsers", "listLocations", "listResources", "listLocationResources", "listWebhooks", "listEvents")


SECURED: Final = tuple(
    dict.fromkeys(
        (
            *(operation for entity in ENTITIES for operation in entity[2:]),
            "createUsers",
            "createLocations",
            *BY_ID,
            *SIMULATING,
            *PAGED_LISTS,
            "getMeterEligibility",
            "createReport",
            "getNotificationLog",
            "simulatePartner",
            "deleteSimulation",
        )
    )
)


LIFETIME: Final = 3600
