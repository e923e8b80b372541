"""The quickstart of January 2026, in the order of its guide.

A partner who owns a fleet of electric vehicles and hot-water tanks gets a token, registers a user with a car, a home
and the tank in it, subscribes to events, has the sandbox make a price curve, and reports what the tank used. The values
are those of a household in Ålesund. A response may show less than was sent; what it shows is as it was sent.
"""

from __future__ import annotations

from typing import Any, Final

from ecsuite.client import checked_of, segment
from ecsuite.compare import Instant
from ecsuite.findings.breach import Breach, body
from ecsuite.http import httpx
from ecsuite.messages.exchange import ABSENT, SUCCESS
from ecsuite.promises import DELIVERY_ARRIVES, RESPONSE_BODY
from ecsuite.quickstart import UNKNOWN_EVENT, Made, Step, Story, first_id
from ecsuite.rules.reading import require_json, require_member
from ecsuite.webhook.receiver import ADDRESS_MAY_BE_REJECTED, ADDRESS_REJECTED, NoReceiver, wait_for

HOME: Final = {"latitude": 62.47225, "longitude": 6.15492}
HOUR: Final = "01:00:00"
# 17:00 and 18:00 local time. A response may show the same instant in another format.
EVENING: Final = ("2026-01-15T16:00:00+00:00", "2026-01-15T17:00:00+00:00")
# A limit on power in these hours.
LIMITS: Final = [
    {"timestamp": EVENING[0], "maxPowerInKiloWatts": 4.5},
    {"timestamp": EVENING[1], "maxPowerInKiloWatts": 0},
]
SIMULATION: Final = "events are simulated in the sandbox, never in production, nor where EC_SIMULATION rules it out"


def get_a_token(story: Story) -> None:
    """Get an access token

    Every call carries a bearer token. You get one from the identity service with your client id and secret, keep it for
    its lifetime, an hour, and then get the next; this client does that by itself.
    """
    story.api.token()


def create_a_user(story: Story) -> Made:
    """Create a user

    A user is a person or household that owns vehicles, tanks and a home. You choose the id.
    """
    user = story.body("user", {"userId": story.ids.new()})

    story.api.post("/users", json=user)

    user_id = user["userId"]
    return story.keep("user", Made(f"/users/{segment(user_id)}", user_id, user))


def add_a_vehicle(story: Story) -> Made:
    """Add a vehicle

    The user's electric car, under an id that you choose. A car moves, so it belongs to the user and to no place. Every
    resource is read under its own id.
    """
    vehicle = story.body("vehicle", {"resourceId": story.ids.new(), "resourceType": "Vehicle"})

    story.api.post(f"{story.made['user'].path}/vehicles", json=vehicle)

    vehicle_id = vehicle["resourceId"]
    return story.keep("vehicle", Made(f"/resources/{segment(vehicle_id)}", vehicle_id, vehicle))


def add_a_location(story: Story) -> Made:
    """Add a location

    The user's home, under an id that you choose, with where it is and with its electricity meter. The grid operator
    pays the user through the meter, so the meter point id must be the real one. In 2023 this was the meter itself.
    """
    location = {
        "locationId": story.ids.new(),
        "locationType": "Residential",
        "coordinates": HOME,
        "meterPointIds": [story.ids.meter_point_id()],
    }
    location = story.body("location", location)
    collection = f"{story.made['user'].path}/locations"

    story.api.post(collection, json=location)

    location_id = str(location["locationId"])
    return story.keep("location", Made(f"{collection}/{segment(location_id)}", location_id, location))


def add_a_resource(story: Story) -> Made:
    """Add a resource to the location

    The hot-water tank of the home, under an id that you choose, behind the home's meter.
    """
    location = story.made["location"]
    tank = {
        "resourceId": story.ids.new(),
        "resourceType": "HotWaterTank",
        "meterPointId": location.sent["meterPointIds"][0],
    }
    tank = story.body("resource", tank)

    story.api.post(f"{location.path}/resources", json=tank)

    tank_id = tank["resourceId"]
    return story.keep("resource", Made(f"/resources/{segment(tank_id)}", tank_id, tank))


def subscribe_to_events(story: Story) -> Made | None:
    """Subscribe to events

    The API calls a URL of yours when there is an event. You say which kinds of events you want to hear of, and give a
    secret, with which the API signs what it sends.
    """
    if not story.sandbox:
        story.journal.add_not_checked(DELIVERY_ARRIVES, "webhooks are tested in the sandbox, never in production")
        return None
    story.secret = story.ids.secret("webhookSecret")
    webhook = {
        "name": "Priser i Ålesund",
        "webhookUrl": story.receiver.url(story.ids.new()),
        "webhookSecret": story.secret,
        "notificationTypes": ["PriceCurveCreated", "LocationLPCRequested"],
    }

    answer = story.api.post("/webhooks", json=webhook, expect=ADDRESS_MAY_BE_REJECTED)

    if not answer.is_success:
        story.receiver = NoReceiver(ADDRESS_REJECTED)
        webhook["webhookUrl"] = story.receiver.url(story.ids.new())
        answer = story.api.post("/webhooks", json=webhook)
    webhook_id = require_member(answer, "webhookId")
    shown = {name: value for name, value in webhook.items() if name != "webhookSecret"}
    return story.keep("webhook", Made(f"/webhooks/{segment(webhook_id)}", webhook_id, shown))


def simulate_a_price_curve(story: Story) -> None:
    """Simulate a price curve

    In the sandbox you make events yourself: here, that power is cheaper for the tank between five and six. The API
    makes the event, and calls your URL with it. The header X-Payload-Signature has the Base64 of HMAC-SHA256 over the
    body's bytes as they came, keyed with your secret: check it before you believe the rest.
    """
    if not story.simulation:
        story.journal.add_not_checked(DELIVERY_ARRIVES, SIMULATION)
        return
    curve = price_curve(story, *EVENING)
    shown = price_curve(story, *map(Instant, EVENING))

    answer = story.api.post("/simulation/events/pricecurve", json=curve)

    story.verify.shows({"simulatedEvent": {"payload": shown}}, answer)
    event_id = event_id_of(answer)
    story.keep("event", Made(f"/events/{segment(event_id)}", event_id, {"id": event_id, "payload": shown}))
    webhook = story.made["webhook"]
    url = str(webhook.sent["webhookUrl"])
    hook = url.rpartition("/")[2]
    delivery = story.delivery(
        lambda: wait_for(story.receiver, hook, lambda value: tells_of(value, event_id)), answer, url
    )
    if delivery is not None:
        told = {"eventId": event_id, "notificationType": "PriceCurveCreated", "payload": shown}
        story.deliveries.tells(told, delivery)


def read_the_event(story: Story) -> Made | None:
    """Read the event

    A delivery may be lost, or come twice. What counts is under /events, the newest first, where every event can be read
    again by its id.
    """
    listed = story.api.get("/events", params={"page": "1", "pageSize": "10"})
    if "event" in story.made:
        return story.made["event"]
    event_id = first_id(listed, "events")
    if event_id:
        story.keep("event", Made(f"/events/{segment(event_id)}", event_id, {"id": event_id}))
    return story.made.get("event")


def report_energy_usage(story: Story) -> None:
    """Report energy usage

    What the tank used in those hours, in kilowatt-hours. Each point has the start of its hour, in UTC.
    """
    event = story.made.get("event")
    tank, location = story.made["resource"], story.made["location"]
    usage = {
        "payloadType": "EnergyUsage",
        "resourceId": tank.id,
        "locationId": location.id,
        "meterPointId": location.sent["meterPointIds"][0],
        "resolution": HOUR,
        "points": [
            {"timestamp": EVENING[0], "kiloWattHours": 1.9},
            {"timestamp": EVENING[1], "kiloWattHours": 0},
        ],
    }
    report = {"eventId": event.id if event else story.ids.new(), "payloads": [usage]}

    answer = story.api.post("/reports", json=report, expect=SUCCESS if event else UNKNOWN_EVENT)

    if answer.is_success:
        story.verify.shows({"eventId": report["eventId"]}, answer)


def delete_everything(story: Story) -> None:
    """Delete everything

    What you made you can delete, the parts before the whole. What is deleted cannot be read any more.
    """
    for kind in ("webhook", "resource", "location", "vehicle", "user"):
        if kind in story.made:
            path = story.made.pop(kind).path
            deleted = story.api.delete(path)
            story.verify.unreadable(story.api.get(path, expect=ABSENT, strict=False), deleted)


def price_curve(story: Story, first: str | Instant, second: str | Instant) -> dict[str, Any]:
    """Request body for a price curve: the price difference for the tank in two hours."""
    return {
        "targets": [{"resourceId": story.made["resource"].id, "locationId": story.made["location"].id}],
        "priceArea": "NO3",
        "priceCurveDelta": {
            "points": [{"timestamp": first, "price": -0.4125}, {"timestamp": second, "price": 0.12}],
            "energyUnit": "kWh",
            "currency": "NOK",
            "resolution": HOUR,
        },
    }


def event_id_of(response: httpx.Response) -> str:
    """The id of the event in the response to a simulation.

    Raises:
        PromiseBroken: the response has no such id.
    """
    answer = require_json(response)
    event = answer.get("simulatedEvent") if isinstance(answer, dict) else None
    found = event.get("id") if isinstance(event, dict) else None
    if not isinstance(found, str) or not found:
        breach, text = (
            Breach("absent", body(("simulatedEvent", "id"))),
            "the response has no simulatedEvent to go on with",
        )
        raise checked_of(response).broken(RESPONSE_BODY, breach, text)
    return found


def tells_of(value: Any, event_id: str) -> bool:
    """Whether a notification may be about an event; true if it has no event id, which the contract check reports."""
    named = value.get("eventId") if isinstance(value, dict) else None
    return named == event_id or not isinstance(named, str)


# The kinds of entities that a data row may have values for, with the operations that create them.
MADE_BY: Final = {
    "user": "createUser",
    "vehicle": "createVehicle",
    "location": "createLocation",
    "resource": "createLocationResource",
}
# A summary of the quickstart.
STORY: Final = (
    "A partner registers a household with its electric car, its home and its hot-water tank, "
    "is told of an event, reports what the tank used, and deletes all of it."
)
STEPS: Final[tuple[Step, ...]] = (
    get_a_token,
    create_a_user,
    add_a_vehicle,
    add_a_location,
    add_a_resource,
    subscribe_to_events,
    simulate_a_price_curve,
    read_the_event,
    report_energy_usage,
    delete_everything,
)
