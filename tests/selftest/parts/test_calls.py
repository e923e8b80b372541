"""Calls that would succeed, calls about nothing, and how both are sent."""

import pytest

from ecsuite.errors import NothingThere
from ecsuite.messages.exchange import SUCCESS
from ecsuite.rules.inputs import Refused


def test_valid_call_names_what_is_there(world_of, shop):
    """Its ids are those of entities that were made, and it must succeed."""
    world = world_of(shop)

    call = world.calls.valid(world.contract.operations["getVehicle"])

    assert world.api.get(call.path).is_success
    assert call.expectation is SUCCESS


def test_call_on_nothing_says_so(world_of):
    """Where nothing is there, that is the reason why a promise is not checked."""
    world = world_of(lambda *_: (200, []))
    operation = world.contract.operations["getEvent"]

    with pytest.raises(NothingThere, match=r"there is nothing to call GET /events/\{eventId\} on"):
        world.calls.valid(operation)
    assert not world.calls.is_valid(operation)
    assert not world.calls.valid_or_unknown(operation).targets_exist


def test_sandbox_is_not_called_in_production(world_of):
    """What belongs to the sandbox is not called elsewhere."""
    world = world_of(lambda *_: (200, {}), "2026-01", sandbox=False)

    with pytest.raises(NothingThere, match="belongs to the sandbox"):
        world.calls.valid(world.contract.operations["simulatePriceCurve"])


def test_call_with_unresolved_names_is_unspecified(world_of, shop):
    """A body that names what is not there may get any response."""
    call = (world := world_of(shop)).calls.valid(world.contract.operations["createReport"])

    assert not call.targets_exist
    assert call.expectation.unspecified


def test_meter_that_was_made_up_may_be_unknown(world_of):
    """Only the grid knows which meters there are; a user that was made is known."""
    world = world_of(lambda _, sent: (201, sent or {}), "2026-01")
    meter, user = (world.calls.valid(world.contract.operations[each]) for each in ("getMeterEligibility", "getUser"))

    assert meter.expectation.statuses == {200, 400, 404}
    assert not meter.expectation.unspecified
    assert user.expectation is SUCCESS


def test_switch_can_be_seen_to_be_off(world_of):
    """A valid call switches on what is on already; with its switches off it shows."""
    world = world_of(lambda _, sent: (201, {"webhookId": "1", **(sent or {})}), "2026-01")
    call = world.calls.valid(world.contract.operations["enableWebhook"])

    assert (call.query, call.switching_off().query) == ({"enabled": "true"}, {"enabled": "false"})


def test_what_is_below_an_entity_is_called_by_way_of_another_parent(world_of):
    """Its lists and what creates their items, at a path that is right but for the parent."""
    world = world_of(lambda _, sent: (201, sent or {}), "2026-01")
    location = world.entities.default(world.entities.type_made_by("createLocation"))
    user = world.entities.create(world.entities.type_made_by("createUser"))

    calls = world.calls.below(location, user)

    path = f"{user.path}/locations/{location.id}/resources"
    assert [(each.operation.method, each.path) for each in calls] == [("GET", path), ("POST", path)]
    assert "resourceId" in calls[1].body.value


def test_unknown_call_names_nothing(world_of, shop):
    """Its ids are nobody's."""
    world = world_of(shop)

    call = world.calls.unknown(world.contract.operations["getUser"])

    assert world.api.get(call.path, strict=False).status_code == 404
    assert call.with_own_id("7").path == "/users/7"


@pytest.mark.parametrize(
    ("operation", "parameter", "statuses"),
    [
        ("getVehicle", "vehicleId", {404}),
        ("deleteVehicle", "vehicleId", {204, 400, 404}),
        ("deleteVehicle", "userId", {400, 404}),
        ("deleteUser", "userId", {400, 404}),
        ("deleteWebhook", "id", {404}),
    ],
)
def test_deleting_may_succeed_where_nothing_is_left_but_not_for_an_unknown_user(
    world_of, operation, parameter, statuses
):
    """Statuses for unknown ids; a call whose targets exist must succeed all the same."""
    world = world_of(lambda _, sent: (201, {"userId": "u", "meterId": "m", "id": "w", **(sent or {})}))
    deletion = world.contract.operations[operation]

    assert deletion.unknown(parameter) == statuses
    assert world.calls.valid(deletion).expectation == SUCCESS


def test_what_has_no_id_is_made_before_it_is_deleted(world_of):
    """What is deleted at the path where it was made is there when the call is ready."""
    lines = []

    def answer(line, sent):
        lines.append(line)
        return 201, {"userId": "u", **(sent or {})}

    world = world_of(answer, "2026-01")
    call = world.calls.valid(world.contract.operations["deleteEnrollment"])

    assert lines[-1] == f"POST {call.path}"


def test_attempts_replace_what_they_name(world_of):
    """Another method goes without the body of the call, and a refusal is what is expected."""
    sent = []
    world = world_of(lambda line, body: (sent.append((line, body)), (405, "no"))[1])
    call = world.calls.unknown(world.contract.operations["createUser"])

    (response,) = world.calls.send_refused(
        call, [Refused("PATCH", {"method": "PATCH", "json": None}, frozenset({405}), frozenset())]
    )

    assert response.status_code == 405
    assert sent == [("PATCH /users", None)]


UNAUTHORIZED = [Refused(f"token-{number}", {}, frozenset({401})) for number in range(3)]


@pytest.mark.parametrize(
    ("operation", "taken", "sent"),
    [
        ("getUser", set(), 3),
        ("getUser", {1}, 1),
        ("getUser", {2}, 3),
        ("deleteUser", set(), 3),
        ("deleteUser", {2}, 2),
    ],
)
def test_no_more_is_sent_than_tells_something(world_of, operation, taken, sent):
    """Who takes a call without any token looks at none; and what is deleted is not there for the next call."""
    lines = []

    def answer(line, _):
        lines.append(line)
        return (204 if line.startswith("DELETE") else 200, {}) if len(lines) in taken else 401

    world = world_of(answer)
    call = world.calls.unknown(world.contract.operations[operation])
    responses = world.calls.send_unauthorized(call, UNAUTHORIZED)

    assert len(responses) == len(lines) == sent


def test_unusual_bodies_have_ids_of_their_own(world_of, shop):
    """A second one of an id may be refused for that, or take the place of the first."""
    world = world_of(shop)
    call = world.calls.valid(world.contract.operations["createUser"])
    known = call.body.value["userId"]
    unusual = [
        {"json": call.body.value},
        {"json": None, "content": f'{{"userId":"{known}"}} '.encode()},
        {"chunked": True},
    ]

    sent, bare, chunked = world.calls.each_with_own_id(call, unusual)

    ids = {known, sent["json"]["userId"], bare["content"].split(b'"')[3].decode()}
    assert len(ids) == 3
    assert chunked == {"chunked": True}
    other = world.calls.valid(world.contract.operations["createWebhook"])
    assert list(world.calls.each_with_own_id(other, unusual)) == unusual
