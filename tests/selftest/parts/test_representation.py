"""What a response must show of what was sent."""

import pytest

from ecsuite import editions
from ecsuite.compare import Instant, Moment, OrNull, Trimmed, Unordered
from ecsuite.rules.representation import Representation


def of(edition):
    contract = editions.contract(edition)
    return contract, Representation(contract), {each.creator.id: each for each in contract.entity_types}


def test_secret_is_not_shown():
    """A member that is only written is in no response, and null is no value."""
    contract, representation, _ = of("2026-01")
    sent = {"name": "Hjemme", "webhookSecret": "hush", "webhookUrl": "https://x.example", "enabled": None}

    seen = representation.of(contract.operations["createWebhook"], sent)

    assert seen == {"name": Trimmed("Hjemme"), "webhookUrl": "https://x.example"}


@pytest.mark.parametrize(
    ("shown", "is_another"),
    [
        ({"resourceId": "1", "metadata": {"resourceType": "Vehicle"}}, True),
        ({"resourceId": "1", "metadata": {"resourceType": "HotWaterTank", "brand": 7}}, False),
        ({"resourceId": "1", "metadata": {}}, False),
        ({"resourceId": "1"}, False),
        ("1", False),
    ],
)
def test_other_constant_is_another_type(shown, is_another):
    """A vehicle among a user's resources is no tank, whatever its id; what does not say its type may be one."""
    contract, representation, _ = of("2023-10")
    schema = contract.operations["createResource"].body_schema

    assert representation.is_of_another_type(schema, shown) is is_another


def test_request_without_a_body_shows_nothing():
    """What takes no body has nothing to be shown."""
    contract, representation, _ = of("2023-10")

    assert representation.of(contract.operations["listUsers"], None) == {}


def test_partial_value_is_shown_as_its_type_is():
    """A payload without all that one must have is still one of its type: its times may be spelt otherwise."""
    contract, representation, _ = of("2026-01")
    schema = next(iter(contract.operations["getEvent"].response(200).content.values()))
    points = [{"timestamp": "2026-01-15T16:00:00+00:00", "maxPowerInKiloWatts": 4.5}]

    typed = representation.of_schema(
        schema, {"payload": {"payloadType": "LocationLPC", "targets": [{"points": points}]}}
    )
    untyped = representation.of_schema(schema, {"payload": {"targets": [{"points": points}]}})

    marked = [{**points[0], "timestamp": Instant("2026-01-15T16:00:00+00:00")}]
    assert typed["payload"]["targets"] == [{"points": marked}]
    assert untyped["payload"]["targets"] == [{"points": points}]


def test_differences_that_are_allowed_are_marked():
    """Lists without an order, trimmed strings, and ids that may be null carry what may differ."""
    contract, representation, _ = of("2026-01")

    seen = representation.of(contract.operations["createLocation"], {"locationId": "1", "meterPointIds": ["2", "1"]})
    webhook = representation.of(contract.operations["createWebhook"], {"name": " a "})

    assert isinstance(seen["meterPointIds"], Unordered)
    assert isinstance(webhook["name"], Trimmed)


def test_entity_shows_what_it_belongs_to():
    """The ids of the parents may be shown, and the id is the API's where the API gives it."""
    _, representation, types = of("2023-10")

    user = representation.of_entity(types["createUser"], {"userId": "mine"}, {"userId": "theirs"})
    vehicle = representation.of_entity(types["createVehicle"], {"vehicleId": "v"}, {"userId": "u", "vehicleId": "v"})

    assert user == {"userId": "theirs"}
    assert vehicle == {"userId": OrNull("u"), "vehicleId": "v"}
    assert isinstance(vehicle["userId"], OrNull)


def test_only_immutable_members_stay_where_something_can_change():
    """Of what can be changed, other responses show the immutable members of the response that made it."""
    _, representation, types = of("2026-01")
    created = {"webhookId": "1", "name": "x", "createdAt": "2026-01-15T17:00:00Z"}

    seen = representation.immutable(types["createWebhook"], created)

    assert "name" not in seen
    assert all(isinstance(value, Moment) for name, value in seen.items() if name.endswith("At"))


@pytest.mark.parametrize("created", [None, "text", [], 7])
def test_response_without_an_entity_promises_nothing(created):
    """A response that made something and shows no object says nothing that must stay."""
    _, representation, types = of("2023-10")

    assert representation.immutable(types["createVehicle"], created) == {}


def test_deprecated_member_has_a_successor():
    """A deprecated member that has a value leads to the one that took its place."""
    _, representation, types = of("2026-01")
    resource = types["createLocation"]

    assert representation.deprecated(resource, "meterPointIds") == {"meterPointId"}
    assert representation.successors(resource, {"meterPointId": "1"}) == {"meterPointId": "meterPointIds"}
    assert representation.successors(resource, {"meterPointIds": ["1"]}) == {}
    (made_of_nothing, *_) = [each for each in types.values() if not each.creator.request]
    assert representation.deprecated(made_of_nothing, "meterPointIds") == frozenset()


def test_member_is_found_by_its_sample():
    """The member of a kind of sample is found; where there is none, its name is empty."""
    contract, representation, _ = of("2023-10")

    assert representation.sampled_as(contract.operations["createWebhook"], "hook-url") == "webhookUrl"
    assert representation.sampled_as(contract.operations["createUser"], "hook-url") == ""
    assert representation.sampled_as(contract.operations["listUsers"], "hook-url") == ""


def test_batch_is_a_name_deeper():
    """The entities that a batch shows stand in a list."""
    contract, representation, _ = of("2026-01")

    assert representation.depth(contract.operations["createUsers"]) == 2
    assert representation.depth(contract.operations["createUser"]) == 1
