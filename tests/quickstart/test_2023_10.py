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

Each step is a function in src/ecsuite/quickstart/edition_2023_10.py, with its request written out. Here they are put
together, and what each made is read back. There is no assertion about statuses, headers or schemas, for the client
checks every request and every response against contracts/2023-10/openapi.yaml by itself.

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
    """A partner gets from nothing to a report, and finds everything as it was sent."""
    # The token comes from another host than the API. It is good for half an hour.
    get_a_token(story)

    # You choose the user's id. Everything else of the user hangs below it.
    user = create_a_user(story)
    assert story.read_back(user)["userId"] == user.id

    # A vehicle and a tank have ids of yours, too; what kind they are stands in their metadata.
    vehicle = add_a_vehicle(story)
    assert story.read_back(vehicle)["metadata"]["resourceType"] == "Vehicle"

    # The meter's id is the API's, in the response. Leading zeros and Norwegian letters stay as they are.
    meter = add_a_meter(story)
    assert story.read_back(meter)["address"]["zipCode"] == "0180"

    tank = add_a_resource(story)
    assert story.read_back(tank)["metadata"]["heatingElements"] == [1750, 1250]

    # From now on the API calls you. A test delivery shows that it finds the way.
    webhook = subscribe_to_events(story)
    if webhook is not None:
        story.read_back(webhook)
    receive_a_test_delivery(story)

    # What the vehicle did about an event is told in a report.
    report_on_an_event(story)

    # Nothing is left behind; a run that fails half-way cleans up as well.
    delete_everything(story)
