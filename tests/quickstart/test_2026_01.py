"""The quickstart of the Energy Coordination API, January 2026: read this file first.

You own a fleet of electric vehicles and hot-water tanks. To take part in the energy market with them you

    1. get an access token                POST {token URL}
    2. create a user                      POST /users
    3. add the user's vehicle             POST /users/{userId}/vehicles
    4. add the user's location            POST /users/{userId}/locations      (in 2023 this was the meter)
    5. add the tank that stands there     POST /users/{userId}/locations/{locationId}/resources
    6. subscribe to events                POST /webhooks
    7. simulate a price curve             POST /simulation/events/pricecurve, and the API calls you
    8. read the event                     GET  /events, GET /events/{eventId}
    9. report energy usage                POST /reports
   10. delete what you made               DELETE ...

Each step is a function in src/ecsuite/quickstart/edition_2026_01.py, with its request written out. Here they are called
one after the other, and what each has created is read back. There are no assertions about statuses, headers or schemas,
because the client checks every request and every response against contracts/2026-01/openapi.yaml.

    pytest tests/quickstart                        replays the recording in cassettes/2026-01/quickstart.yaml
    pytest tests/quickstart --ec-target local      the same against a server on this machine
    pytest tests/quickstart --ec-target live       the same against the server in EC_BASE_URL
"""

import pytest

from ecsuite.quickstart import Story
from ecsuite.quickstart.edition_2026_01 import (
    add_a_location,
    add_a_resource,
    add_a_vehicle,
    create_a_user,
    delete_everything,
    get_a_token,
    read_the_event,
    report_energy_usage,
    simulate_a_price_curve,
    subscribe_to_events,
)

pytestmark = [pytest.mark.edition("2026-01"), pytest.mark.quickstart]


@pytest.mark.guide
@pytest.mark.scenario("quickstart")
def test_quickstart(story: Story) -> None:
    """A partner goes from nothing to a report, and reads back everything as it was sent."""
    # The token comes from another host than the API. It is valid for an hour.
    get_a_token(story)

    # You choose the user's id. Everything else of the user is below it.
    user = create_a_user(story)
    assert story.read_back(user)["userId"] == user.id

    # A car belongs to the user. Every resource is read by its own id.
    vehicle = add_a_vehicle(story)
    assert story.read_back(vehicle)["resourceType"] == "Vehicle"

    # A location has the meter, through which the grid operator pays. You choose the location's id, too.
    location = add_a_location(story)
    assert story.read_back(location)["locationId"] == location.id

    # A resource that does not move belongs to a location.
    tank = add_a_resource(story)
    assert story.read_back(tank)["resourceType"] == "HotWaterTank"

    # From now on the API calls you, and signs what it sends with the secret that you give it here.
    webhook = subscribe_to_events(story)
    if webhook is not None:
        story.read_back(webhook)

    # The sandbox simulates an event for you. It arrives at the webhook, with a signature, and can also be read.
    simulate_a_price_curve(story)
    event = read_the_event(story)
    if event is not None:
        story.read_back(event)

    # A report says how much energy the tank used in those hours.
    report_energy_usage(story)

    # Everything but the event is deleted at the end; a run that fails half-way cleans up, too.
    delete_everything(story)
