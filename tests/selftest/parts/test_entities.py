"""Entities are made by the contract's links, each with all that was sent."""

import pytest

from ecsuite.errors import NothingThere
from ecsuite.findings.breach import body
from ecsuite.findings.broken import PromiseBroken
from ecsuite.messages.exchange import UNSPECIFIED
from ecsuite.promises import CREATION_RESPONSE, ROUND_TRIP
from ecsuite.rules.entities import CreationRefused
from ecsuite.samples import MAY_BE_REJECTED, Body, Reference
from ecsuite.webhook.receiver import ADDRESS_REJECTED


def types(world):
    return {each.creator.id: each for each in world.contract.entity_types}


def test_entity_keeps_all_that_was_sent(world_of, shop):
    """The body has the secret, the representation has not."""
    world = world_of(shop)

    webhook = world.entities.create(types(world)["createWebhook"])

    assert "webhookSecret" in webhook.body
    assert "webhookSecret" not in webhook.representation
    assert world.values.marks(webhook.body)[webhook.body["webhookSecret"]] == "a secret"


def test_parent_is_made_first(world_of, shop):
    """An entity belongs to the default entity of its parent's type, which is made once."""
    world = world_of(shop)

    first, second = world.entities.create_many(types(world)["createVehicle"], 2)

    assert first.ids["userId"] == second.ids["userId"] == world.entities.default(types(world)["createUser"]).id
    assert shop.lines.count("POST /users") == 1


def test_renewed_entities_are_others(world_of, shop):
    """Neither what was made by default nor what was listed is known any more."""
    world = world_of(shop)
    user, event = types(world)["createUser"], world.contract.operations["getEvent"]

    def looked_at():
        return world.entities.default(user).id, world.drafts.first_listed(event)

    before, again = looked_at(), looked_at()
    lists = shop.lines.count("GET /events")
    world.entities.renew()
    renewed = looked_at()

    assert before == again != renewed
    assert (lists, shop.lines.count("GET /events")) == (1, 2)


def test_references_are_made_before_what_names_them(world_of, shop):
    """What a body names is made, and its id is what the body has."""
    world = world_of(shop)
    vehicle = Reference("getVehicle", "vehicleId")

    ids = world.drafts.ids_for({vehicle})

    assert ids[vehicle] == world.entities.default(types(world)["createVehicle"]).id


def test_reference_to_nothing_is_left_out(world_of, shop):
    """Where nothing is there to be named, there is no id, and the body says so."""
    world = world_of(shop)

    body = world.drafts.body(world.contract.operations["createReport"])

    assert Reference("getEvent", "eventId") in body.unresolved
    assert body.expectation.unspecified


def test_given_values_are_repeated(world_of, shop):
    """A body repeats what the path says where it has such a member."""
    world = world_of(shop)

    assert world.drafts.body(types(world)["createUser"].creator, {"userId": "mine"}).value == {"userId": "mine"}


def test_address_is_tried_once_before_it_is_used(world_of, shop):
    """The API is asked once whether it takes the receiver's address, and only where a body holds one."""
    world = world_of(shop)
    world.entities.create(types(world)["createUser"])
    assert "POST /webhooks" not in shop.lines

    world.entities.create_many(types(world)["createWebhook"], 2)

    assert shop.lines.count("POST /webhooks") == 3
    assert world.deliveries.receiver.unreachable == ""


def test_refused_address_is_given_up(world_of):
    """Where the API refuses it no delivery can be waited for, and webhooks lead elsewhere."""
    lines = []

    def answer(line, sent):
        lines.append(line)
        return (400, "no") if len(lines) == 1 else (201, {"id": "7", **sent})

    world = world_of(answer)
    world.entities.create(types(world)["createWebhook"])

    assert world.deliveries.receiver.unreachable == ADDRESS_REJECTED


def test_samples_send_nothing(world_of, shop):
    """Drawing a body costs no request."""
    world = world_of(shop)

    for operation in world.contract.operations.values():
        if operation.request:
            list(world.samples.legal(operation.body_schema))

    assert shop.lines == []


def test_refusal_that_is_allowed_is_told(world_of, reasons):
    """What a server may refuse is no entity, and no failure either: it is not checked."""
    world = world_of(lambda *_: (400, "no"))
    user = types(world)["createUser"]

    with pytest.raises(CreationRefused, match=r"POST .*/users was refused with 400, as it may be"):
        world.entities.create(user, body=Body({"userId": "1"}), expect=MAY_BE_REJECTED)
    assert issubclass(CreationRefused, NothingThere)
    assert world.entities.create_each(user, [Body({"userId": "1"}, "odd")]) == []
    assert reasons(world) >= {(ROUND_TRIP, "refused: odd")}


def test_response_without_an_id_is_broken(world_of, findings):
    """An entity that the API names cannot be gone on with where it does not say the name."""
    world = world_of(lambda *_: (201, {}))

    with pytest.raises(PromiseBroken):
        world.entities.create(types(world)["createUser"])

    assert (CREATION_RESPONSE, "absent", body(("userId",)), None) in findings(world)


def test_id_elsewhere_is_another_entity(world_of, shop):
    """The same id is used below another parent, and for other types beside it, where the client chooses ids."""
    world = world_of(shop)
    vehicle = world.entities.create(types(world)["createVehicle"])

    paths = world.entities.same_id_elsewhere(vehicle)

    assert sorted(path.split("/")[3] for path in paths) == ["resources", "vehicles"]
    assert all(path.endswith(vehicle.id) and path != vehicle.path for path in paths)
    assert world.entities.same_id_elsewhere(world.entities.create(types(world)["createMeter"])) == []


def test_production_has_no_types_of_the_sandbox(world_of):
    """What belongs to the sandbox is not made in production."""
    world = world_of(lambda *_: (200, {}), "2026-01", sandbox=False)

    assert not any(each.creator.sandbox_only for each in world.entities.types)


def test_first_listed_item_names_what_it_links_to(world_of):
    """Path parameters come from the first item of a list; where it is empty there is nothing."""
    event = world_of(lambda *_: (200, [{"id": "e"}])).drafts
    nothing = world_of(lambda *_: (200, [])).drafts
    operation = world_of(lambda *_: 200).contract.operations["getEvent"]

    assert event.require_first_listed(operation) == ({"eventId": "e"}, {"id": "e"})
    with pytest.raises(NothingThere, match=r"there is nothing to call GET /events/\{eventId\} on"):
        nothing.require_first_listed(operation)


def test_last_listed_item_is_of_the_list_as_it_is_now(world_of):
    """The list is read again each time; where it is empty there is none."""
    lists = iter([[{"id": "a"}, {"id": "b"}], [{"id": "a"}], []])
    world = world_of(lambda *_: (200, next(lists)))
    operation = world.contract.operations["getEvent"]

    last = [world.drafts.last_listed(operation) for _ in range(3)]

    assert last == [({"eventId": "b"}, {"id": "b"}), ({"eventId": "a"}, {"id": "a"}), None]


def test_unusual_entity_is_made_or_told(world_of, shop, reasons):
    """What is refused is recorded with the reason, and is no entity."""
    world, refusing = world_of(shop), world_of(lambda *_: (400, "no"))
    user = types(world)["createUser"]

    assert world.entities.create_if_taken(user, Body({"userId": "x"}), UNSPECIFIED).id == "x"
    assert refusing.entities.create_if_taken(user, Body({"userId": "x"}), UNSPECIFIED) is None
    assert any("refused with 400" in reason for _, reason in reasons(refusing))
