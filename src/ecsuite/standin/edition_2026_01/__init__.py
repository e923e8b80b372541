"""The operations of the stand-in for January 2026: a handler for each.

If the published facts leave a behaviour unspecified, this server chooses one; no test of the API may depend on it:
a second POST of a userId or resourceId has the same response as the first; a report on an unknown event is accepted;
any user can be enrolled; a null in a PATCH changes nothing; a PUT ignores a locationId in the body; the deliveries of
a webhook without a secret are signed with an empty key; deleting a user also deletes everything it has.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from ecsuite.standin.call import Handler
from ecsuite.standin.edition_2026_01 import assets, events, programme, webhooks
from ecsuite.standin.store import Store

# Stated in the guides of this edition: 60 minutes.
TOKEN_LIFETIME: Final = 3600


def seed(store: Store) -> None:
    """Create nothing, because events can be simulated."""


HANDLERS: Final[Mapping[str, Handler]] = {
    "listUsers": assets.list_users,
    "createUser": assets.create_user,
    "createUsers": assets.create_users,
    "getUser": assets.get_user,
    "deleteUser": assets.delete_user,
    "listLocations": assets.list_locations,
    "createLocation": assets.create_location,
    "createLocations": assets.create_locations,
    "getLocation": assets.get_location,
    "replaceLocation": assets.replace_location,
    "changeLocation": assets.change_location,
    "deleteLocation": assets.delete_location,
    "createVehicle": assets.create_vehicle,
    "listResources": assets.list_resources,
    "listLocationResources": assets.list_location_resources,
    "createLocationResource": assets.create_location_resource,
    "getResource": assets.get_resource,
    "deleteResource": assets.delete_resource,
    "listEligibleUsers": programme.list_eligible_users,
    "getEligibility": programme.get_eligibility,
    "getMeterEligibility": programme.get_meter_eligibility,
    "getEnrollment": programme.get_enrollment,
    "createEnrollment": programme.create_enrollment,
    "deleteEnrollment": programme.delete_enrollment,
    "getCompensation": programme.get_compensation,
    "listEvents": events.list_events,
    "getEvent": events.get_event,
    "createReport": events.create_report,
    "listWebhooks": webhooks.list_webhooks,
    "createWebhook": webhooks.create_webhook,
    "getWebhook": webhooks.get_webhook,
    "replaceWebhook": webhooks.replace_webhook,
    "changeWebhook": webhooks.change_webhook,
    "enableWebhook": webhooks.enable_webhook,
    "deleteWebhook": webhooks.delete_webhook,
    "listNotificationLogs": webhooks.list_notification_logs,
    "getNotificationLog": webhooks.get_notification_log,
    "simulatePriceCurve": events.simulate_price_curve,
    "simulateUserEligibility": events.simulate_user_eligibility,
    "simulateLocationLimit": events.simulate_location_limit,
    "simulateResourceLimit": events.simulate_resource_limit,
    "simulatePartner": events.simulate_partner,
    "deleteSimulation": events.delete_simulation,
}
