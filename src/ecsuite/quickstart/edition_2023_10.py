"""The quickstart of October 2023, in the order of its guide.

A partner who owns a fleet of electric vehicles and hot-water tanks gets a token, registers a user with a car, a meter
and a tank, subscribes to events, and reports what the car did about one. The values are those of a household in
Ålesund.
"""

from __future__ import annotations

from typing import Final

from ecsuite.client import segment
from ecsuite.messages.exchange import ABSENT, SUCCESS, Expectation
from ecsuite.promises import DELIVERY_ARRIVES
from ecsuite.quickstart import UNKNOWN_EVENT, Made, Step, Story, first_id
from ecsuite.rules.reading import require_member
from ecsuite.webhook.receiver import ADDRESS_MAY_BE_REJECTED, ADDRESS_REJECTED, NoReceiver

HOME: Final = {"latitude": 62.47225, "longitude": 6.15492}
# For an unknown user in a path 400 is allowed as well.
NO_USER: Final = Expectation("deleted-user", frozenset({404, 400}))


def get_a_token(story: Story) -> None:
    """Get an access token

    Every call carries a bearer token. You get one from the identity service with your client id and secret, keep it for
    its lifetime, and then get the next; this client does that by itself.
    """
    story.api.token()


def create_a_user(story: Story) -> Made:
    """Create a user

    A user is a person or household that owns vehicles, tanks and a meter. You choose the id; the API answers the id to
    use from then on.
    """
    user = story.body("user", {"userId": story.ids.new()})

    answer = story.api.post("/users", json=user)

    user_id = require_member(answer, "userId")
    return story.keep("user", Made(f"/users/{segment(user_id)}", user_id, {"userId": user_id}))


def add_a_vehicle(story: Story) -> Made:
    """Add a vehicle

    The user's electric car, under an id that you choose. Its metadata says that it is a vehicle, and which one.
    """
    vehicle = {
        "vehicleId": story.ids.new(),
        "metadata": {
            "resourceType": "Vehicle",
            "brand": "Think",
            "model": "City «Blåbær»",
            "year": 2009,
            "vin": story.ids.vin(),
        },
    }
    vehicle = story.body("vehicle", vehicle)
    collection = f"{story.made['user'].path}/vehicles"

    story.api.post(collection, json=vehicle)

    vehicle_id = str(vehicle["vehicleId"])
    return story.keep("vehicle", Made(f"{collection}/{segment(vehicle_id)}", vehicle_id, vehicle))


def add_a_meter(story: Story) -> Made:
    """Add a meter

    The electricity meter of the user's home. The grid operator pays the user through it, so the meter point id must be
    the real one. The API chooses the meter's id.
    """
    meter = {
        "address": {"street": "Øvre Bråtenvei 7B", "city": "Ålesund", "zipCode": "0180"},
        "location": HOME,
        "meterPointId": story.ids.meter_point_id(),
        "meterNumber": f"00{story.ids.digits(6)}",
        "locationType": "Residential",
    }
    meter = story.body("meter", meter)
    collection = f"{story.made['user'].path}/meters"

    answer = story.api.post(collection, json=meter)

    meter_id = require_member(answer, "meterId")
    return story.keep("meter", Made(f"{collection}/{segment(meter_id)}", meter_id, meter))


def add_a_resource(story: Story) -> Made:
    """Add a resource

    The hot-water tank of the home, under an id that you choose: its capacity in litres, its heating elements in watts.
    """
    tank = {
        "resourceId": story.ids.new(),
        "metadata": {
            "resourceType": "HotWaterTank",
            "brand": "Høiax",
            "model": "Titanium 500",
            "capacity": 500,
            "heatingElements": [1750, 1250],
        },
    }
    tank = story.body("resource", tank)
    collection = f"{story.made['user'].path}/resources"

    story.api.post(collection, json=tank)

    resource_id = str(tank["resourceId"])
    return story.keep("resource", Made(f"{collection}/{segment(resource_id)}", resource_id, tank))


def subscribe_to_events(story: Story) -> Made | None:
    """Subscribe to events

    The API calls a URL of yours when there is an event. You say which kinds of events and which operations on them you
    want to hear of, and give a secret for the signatures.
    """
    if not story.sandbox:
        story.journal.add_not_checked(DELIVERY_ARRIVES, "webhooks are tested in the sandbox, never in production")
        return None
    webhook = {
        "webhookUrl": story.receiver.url(story.ids.new()),
        "webhookSecret": story.ids.secret("webhookSecret"),
        "eventPayloadTypes": ["CurrentLevel", "PowerLevel", "PriceCurve"],
        "operationTypes": ["Create", "Update"],
    }

    answer = story.api.post("/webhooks", json=webhook, expect=ADDRESS_MAY_BE_REJECTED)

    if not answer.is_success:
        story.receiver = NoReceiver(ADDRESS_REJECTED)
        webhook["webhookUrl"] = story.receiver.url(story.ids.new())
        answer = story.api.post("/webhooks", json=webhook)
    webhook_id = require_member(answer, "id")
    # Whether a response shows the secret is unspecified.
    shown = {name: value for name, value in webhook.items() if name != "webhookSecret"}
    return story.keep("webhook", Made(f"/webhooks/{segment(webhook_id)}", webhook_id, shown))


def receive_a_test_delivery(story: Story) -> None:
    """Receive a test delivery

    You ask for a test, and the API calls your URL with a JSON body and a signature in the header Spark-Signature.
    """
    webhook = story.made.get("webhook")
    if webhook is None:
        return
    url = str(webhook.sent["webhookUrl"])

    answer = story.api.post(f"{webhook.path}/test")

    story.delivery(lambda: story.receiver.wait(url.rpartition("/")[2]), answer, url)


def report_on_an_event(story: Story) -> None:
    """Report on an event

    An event says what the grid needs, such as less current in the evening. You report what each vehicle did about it:
    here, that it starts to charge with 16 A.
    """
    event_id = first_id(story.api.get("/events"))
    if event_id:
        story.api.get(f"/events/{segment(event_id)}")
    report = {
        "eventId": event_id or story.ids.new(),
        "name": "Ladet på natten",
        "payloads": [
            {
                "payloadType": "VehicleChargeAction",
                "resourceId": story.made["vehicle"].id,
                "location": HOME,
                "actionType": "Start",
                "current": 16,
                "power": 3680,
                "stateOfCharge": 41.5,
                "batteryCapacity": 28.3,
            }
        ],
    }

    answer = story.api.post("/reports", json=report, expect=SUCCESS if event_id else UNKNOWN_EVENT)

    if answer.is_success:
        story.compare({"eventId": report["eventId"], "name": report["name"]}, answer)


def delete_everything(story: Story) -> None:
    """Delete everything

    What you made you can delete, the parts before the whole. What is deleted cannot be read any more.
    """
    for kind in ("webhook", "resource", "meter", "vehicle", "user"):
        if kind in story.made:
            path = story.made.pop(kind).path
            deleted = story.api.delete(path)
            story.verify.unreadable(
                story.api.get(path, expect=NO_USER if kind == "user" else ABSENT, strict=False), deleted
            )


# The kinds of entities that a data row may have values for, with the operations that create them.
MADE_BY: Final = {
    "user": "createUser",
    "vehicle": "createVehicle",
    "meter": "createMeter",
    "resource": "createResource",
}
# A summary of the quickstart.
STORY: Final = (
    "A partner registers a household with its electric car, its meter and its hot-water tank, "
    "is told when the grid needs something, and reports what the devices did."
)
STEPS: Final[tuple[Step, ...]] = (
    get_a_token,
    create_a_user,
    add_a_vehicle,
    add_a_meter,
    add_a_resource,
    subscribe_to_events,
    receive_a_test_delivery,
    report_on_an_event,
    delete_everything,
)
