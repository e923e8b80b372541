"""The quickstart of the Energy Coordination API, October 2023: read this file first.

You own a fleet of electric vehicles and hot-water tanks. To take part in the energy market with them you

    1. get an access token                POST {token URL}
    2. create a user                      POST /users
    3. add the user's vehicle             POST /users/{userId}/vehicles
    4. add the meter of its home          POST /users/{userId}/meters
    5. add its hot-water tank             POST /users/{userId}/resources
    6. subscribe to events                POST /webhooks
    7. receive a test delivery            POST /webhooks/{id}/test, and the API calls you
    8. report on an event                 GET  /events, POST /reports
    9. delete what you made               DELETE ...

Each step is a function in src/ecsuite/quickstart/edition_2023_10.py, with its request written out. Here they are called
one after the other, and what each has created is read back. There are no assertions about statuses, headers or schemas,
because the client checks every request and every response against contracts/2023-10/openapi.yaml.

    pytest tests/quickstart                        replays the recording in cassettes/2023-10/quickstart.yaml
    pytest tests/quickstart --ec-target local      the same against a server on this machine
    pytest tests/quickstart --ec-target live --ec-edition 2023-10      the same against the server in EC_BASE_URL
"""

import pytest

from ecsuite.quickstart import Story
from ecsuite.quickstart.edition_2023_10 import (
    add_a_meter,
    add_a_resource,
    add_a_vehicle,
    create_a_user,
    delete_everything,
    get_a_token,
    receive_a_test_delivery,
    report_on_an_event,
    subscribe_to_events,
)

pytestmark = [pytest.mark.edition("2023-10"), pytest.mark.quickstart]


@pytest.mark.guide
@pytest.mark.scenario("quickstart")
def test_quickstart(story: Story) -> None:
    """A partner goes from nothing to a report, and reads back everything as it was sent."""
    # The token comes from another host than the API. It is valid for half an hour.
    get_a_token(story)

    # You choose the user's id. Everything else of the user is below it.
    user = create_a_user(story)
    assert story.read_back(user)["userId"] == user.id

    # You also choose the ids of a vehicle and a tank. Their metadata says which type they are.
    vehicle = add_a_vehicle(story)
    assert story.read_back(vehicle)["metadata"]["resourceType"] == "Vehicle"

    # The API chooses the meter's id, and returns it in the response. Leading zeros and Norwegian letters are preserved.
    meter = add_a_meter(story)
    assert story.read_back(meter)["address"]["zipCode"] == "0180"

    tank = add_a_resource(story)
    assert story.read_back(tank)["metadata"]["heatingElements"] == [1750, 1250]

    # From now on the API calls you. A test delivery shows that it reaches you.
    webhook = subscribe_to_events(story)
    if webhook is not None:
        story.read_back(webhook)
    receive_a_test_delivery(story)

    # A report says how the vehicle reacted to an event.
    report_on_an_event(story)

    # Everything is deleted at the end; a run that fails half-way cleans up, too.
    delete_everything(story)
