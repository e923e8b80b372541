"""Entities are made of what is given, by what the contract says; what bodies and paths name is made before."""

import httpx
import pytest
from scripted import Scripted, kinds, recorded

from ecsuite import editions
from ecsuite.errors import NothingThere
from ecsuite.findings.breach import body
from ecsuite.findings.broken import PromiseBroken
from ecsuite.messages.exchange import (
    Expectation,
)
from ecsuite.promises import CREATION_RESPONSE, ROUND_TRIP
from ecsuite.rules.call import Call
from ecsuite.rules.drafts import _led_to
from ecsuite.rules.entities import CreationRefused
from ecsuite.samples import MAY_BE_REJECTED, Body, Needs, Reference
from ecsuite.webhook.receiver import ADDRESS_REJECTED

PARTNER = "https://api.example/v1"


def test_entity_is_made_of_what_is_given(world_of):
    """Its body, its parent and what is expected are those that are given; nothing else is sent."""
    api = Scripted()
    world = world_of(api)
    parent = world.entities.create(kinds(world)["createUser"], body=Body({"userId": "u"}))

    made = world.entities.create(kinds(world)["createVehicle"], parent, body=Body({"vehicleId": "v"}))

    assert api.lines == ["POST /users", "POST /users/u/vehicles"]
    assert (dict(made.ids), made.id, made.path, made.collection) == (
        {"userId": "u", "vehicleId": "v"}, "v", "/users/u/vehicles/v", "/users/u/vehicles",
    )  # fmt: skip
    assert made.body == {"vehicleId": "v"}
    assert made.created.status_code == 201


@pytest.mark.parametrize(
    ("answer", "broken", "passed"),
    [
        ((201, {"vehicleId": "v"}), [], 1),
        ((201, {"vehicleId": "w"}), [("changed", body(("vehicleId",)), "w")], 0),
        (201, [], 0),
        ((201, {}), [], 1),
        ((201, b" null\n"), [], 0),
        ((201, b"  "), [], 0),
    ],
)
def test_response_shows_what_it_made(world_of, answer, broken, passed):
    """As far as it shows anything; an empty response shows nothing, which is no finding."""
    world = world_of(Scripted(**{"POST_/users/u/vehicles": answer}))
    parent = world.entities.create(kinds(world)["createUser"], body=Body({"userId": "u"}))
    before = recorded(world, ROUND_TRIP)[1]

    world.entities.create(kinds(world)["createVehicle"], parent, body=Body({"vehicleId": "v"}))

    found, after, _ = recorded(world, ROUND_TRIP)
    assert (found, after - before) == (broken, passed)


IDS = {
    "given": ({"userId": "u"}, [], 1, "u"),
    "not given": ({}, [("absent", body(("userId",)), None)], 0, None),
    "empty": ({"userId": ""}, [("absent", body(("userId",)), "")], 0, None),
    "a number": ({"userId": 7}, [("absent", body(("userId",)), 7)], 0, None),
}


@pytest.mark.parametrize("name", IDS)
def test_response_gives_the_id(world_of, name):
    """Where the API gives ids, the response that made an entity has one, which is a text and not empty."""
    value, broken, passed, own = IDS[name]
    world = world_of(Scripted(POST_=(201, value)))
    user = kinds(world)["createUser"]

    if own:
        assert world.entities.create(user).id == own
    else:
        with pytest.raises(PromiseBroken):
            world.entities.create(user)
    assert recorded(world, CREATION_RESPONSE) == (broken, passed, [])


def test_id_of_the_client_must_be_sent(world_of):
    """Where the client chooses ids, the one that was sent counts, whatever the response shows."""
    world = world_of(Scripted(**{"POST_/users/u/vehicles": (201, {"vehicleId": "other"})}))
    parent = world.entities.create(kinds(world)["createUser"], body=Body({"userId": "u"}))

    assert world.entities.create(kinds(world)["createVehicle"], parent, body=Body({"vehicleId": "v"})).id == "v"


def test_ids_of_an_entity_are_read_from_its_response(world_of):
    """For an entity that belongs to the partner alone."""
    world = world_of(Scripted(POST_=(201, {"id": "7"})))
    response = world.api.post("/webhooks", json={}, strict=False)

    assert world.entities.ids_in(kinds(world)["createWebhook"], {}, response) == {"id": "7"}


def test_refused_entity_is_told(world_of):
    """What may be refused, and is, is no entity; with the status and the response."""
    world = world_of(Scripted(POST_=(400, "no")))

    with pytest.raises(CreationRefused) as caught:
        world.entities.create(kinds(world)["createUser"], body=Body({"userId": "1"}), expect=MAY_BE_REJECTED)

    assert str(caught.value) == f"POST {PARTNER}/users was refused with 400, as it may be"
    assert caught.value.response.status_code == 400


def test_each_body_makes_an_entity(world_of):
    """But those that are refused: each is not checked, with the reason why it may be."""

    def answer(_, sent):
        return (400, "no") if sent["userId"] in {"odd", "none"} else (201, sent)

    world = world_of(Scripted(POST_=answer))
    unresolved = frozenset({Reference("getEvent", "eventId")})
    bodies = [
        Body({"userId": "a"}),
        Body({"userId": "odd"}, "an odd id"),
        Body({"userId": "none"}, "", unresolved),
        Body({"userId": "b"}),
    ]

    made = world.entities.create_each(kinds(world)["createUser"], bodies)

    assert [each.id for each in made] == ["a", "b"]
    assert recorded(world, ROUND_TRIP)[2] == ["refused: an odd id", "refused: what it names is not there"]


@pytest.mark.parametrize(("status", "own", "reasons"), [(201, "x", []), (400, None, ["refused with 400: case-7"])])
def test_entity_is_made_if_it_is_taken(world_of, status, own, reasons):
    """Where it is refused that is not checked, with the status and the case."""
    world = world_of(Scripted(POST_=lambda _, sent: (status, sent)))

    made = world.entities.create_if_taken(
        kinds(world)["createUser"], Body({"userId": "x"}), Expectation("case-7", unspecified=True)
    )

    assert (made.id if made else None) == own
    assert recorded(world, ROUND_TRIP)[2] == reasons


def test_defaults_are_made_once(world_of):
    """The default entity of a type is the same each time; another parent's is none."""
    api = Scripted()
    world = world_of(api)

    first, second = (world.entities.default(kinds(world)["createVehicle"]) for _ in "12")
    parent = world.entities.default_parent(kinds(world)["createVehicle"])

    assert first is second
    assert parent is world.entities.default(kinds(world)["createUser"])
    assert world.entities.default_parent(kinds(world)["createUser"]) is None
    assert len(api.lines) == 2


def test_every_type_has_its_default(world_of):
    """But those of the sandbox, which only a simulation makes."""
    world = world_of(Scripted(), "2026-01")

    assert [each.type.creator.id for each in world.entities.defaults()] == [
        "createUser", "createLocation", "createVehicle", "createLocationResource", "createWebhook",
    ]  # fmt: skip


def test_all_that_was_sent_is_known(world_of):
    """To make what a call is about, and what it sends itself."""
    world = world_of(Scripted())
    user = world.entities.default(kinds(world)["createUser"])
    operations = world.contract.operations

    assert world.entities.sent_for(Call(operations["getUser"], user.ids)) == [user.body, None]
    assert world.entities.sent_for(Call(operations["createUser"], {}, Body({"userId": "x"}))) == [
        user.body,
        {"userId": "x"},
    ]


def test_children_belong_to_their_parent(world_of):
    """One of each type that can belong to it, below it."""
    api = Scripted()
    world = world_of(api)
    user = world.entities.create(kinds(world)["createUser"], body=Body({"userId": "u"}))

    children = world.entities.children_of(user)

    assert [each.type.creator.id for each in children] == ["createVehicle", "createMeter", "createResource"]
    assert all(each.ids["userId"] == "u" for each in children)
    assert api.lines[1:] == ["POST /users/u/vehicles", "POST /users/u/meters", "POST /users/u/resources"]


def test_many_are_made_one_after_the_other(world_of):
    """Each with ids of its own, below the parent that is given."""
    world = world_of(Scripted())
    user = world.entities.create(kinds(world)["createUser"], body=Body({"userId": "u"}))

    made = world.entities.create_many(kinds(world)["createVehicle"], 3, user)

    assert len({each.id for each in made}) == 3
    assert {each.ids["userId"] for each in made} == {"u"}


def test_many_are_small_unless_they_are_full(world_of):
    """The smallest bodies, or the fullest."""
    world = world_of(Scripted(), "2026-01")
    location = kinds(world)["createLocation"]

    (small,), (full,) = (world.entities.create_many(location, 1, **options) for options in ({}, {"full": True}))

    assert {*small.body} < {*full.body}


@pytest.mark.parametrize(
    ("taken", "elsewhere"), [(201, ["/users/{other}/vehicles/v", "/users/{own}/resources/v"]), (400, [])]
)
def test_same_id_is_used_elsewhere(world_of, taken, elsewhere):
    """By the same type below another parent, and by another type beside it; not where the API does not take it."""
    users = iter(["own", "other"])

    def user(*_):
        return 201, {"userId": next(users)}

    api = Scripted(**{
        "POST_/users/other/": lambda _, sent: (taken, sent),
        "POST_/users/own/resources": lambda _, sent: (taken, sent),
        "POST_/users/own/": lambda _, sent: (201, sent),
        "POST_/users": user,
    })  # fmt: skip
    world = world_of(api)
    vehicle = world.entities.create(kinds(world)["createVehicle"], body=Body({"vehicleId": "v"}))

    paths = world.entities.same_id_elsewhere(vehicle)

    assert paths == [each.format(own="own", other="other") for each in elsewhere]
    assert "status-expected" not in {found.promise for found in world.api.journal.findings}
    assert [each["vehicleId"] for each in api.posted("/users/other/vehicles")] == ["v"]
    assert [each["resourceId"] for each in api.posted("/users/own/resources")] == ["v"]


@pytest.mark.parametrize(
    ("edition", "creator"),
    [("2023-10", "createUser"), ("2023-10", "createMeter"), ("2023-10", "createWebhook"), ("2026-01", "createVehicle")],
)
def test_id_that_is_the_api_s_is_not_used_elsewhere(world_of, edition, creator):
    """Nor that of an entity that belongs to the partner alone, or whose path is not below its parent's."""
    world = world_of(
        Scripted(**{"POST_/users": lambda _, sent: (201, {"userId": "u", "meterId": "m", **(sent or {})})}), edition
    )

    entity = world.entities.create(kinds(world)[creator])

    assert world.entities.same_id_elsewhere(entity) == []
    assert world.entities.namesakes(entity) == []


@pytest.mark.parametrize(("taken", "paths"), [(201, ["/users/other/vehicles/v"]), (400, [])])
def test_namesake_is_below_another_parent(world_of, taken, paths):
    """It is new, and has the id of the one that is there; there is none where the API does not take the id."""
    users = iter(["own", "other"])
    api = Scripted(**{
        "POST_/users/other/": lambda _, sent: (taken, sent),
        "POST_/users/own/": lambda _, sent: (201, sent),
        "POST_/users": lambda *_: (201, {"userId": next(users)}),
    })  # fmt: skip
    world = world_of(api)
    vehicle = world.entities.create(kinds(world)["createVehicle"], body=Body({"vehicleId": "v"}))

    assert [each.path for each in world.entities.namesakes(vehicle)] == paths
    assert "status-expected" not in {found.promise for found in world.api.journal.findings}


def test_replaced_entity_is_what_replaced_it(world_of):
    """It is shown as the new body says, under its own id."""
    world = world_of(Scripted())
    webhook = world.entities.create(kinds(world)["createWebhook"], body=Body({"webhookUrl": "a", "webhookSecret": "s"}))

    replaced = world.entities.replaced(webhook, {"webhookUrl": "b", "webhookSecret": "t"})

    assert replaced.body == {"webhookUrl": "b", "webhookSecret": "t"}
    assert replaced.representation == {"webhookUrl": "b", "id": "given"}
    assert replaced.id == webhook.id == "given"


def test_deprecated_member_is_sent_where_one_is_legal(world_of):
    """A new entity whose body has one; none where no legal body has."""
    world = world_of(Scripted(), "2026-01")

    (made,) = world.entities.with_deprecated(kinds(world)["createLocation"])

    assert made.body["meterPointId"]
    assert world.entities.with_deprecated(kinds(world)["createUser"]) == []


def test_batch_is_of_different_things(world_of):
    """The smallest first, then fuller ones; what it makes has the ids that were sent."""
    world = world_of(Scripted(), "2026-01")
    users, locations = world.contract.batches

    items = world.batches.items(locations, 3)
    made = world.batches.entities(locations, items, httpx.Response(201))

    assert len({each["locationId"] for each in items}) == 3
    assert len(items[0]) < len(items[1])
    assert [dict(each.ids) for each in made] == [
        {"userId": each["userId"], "locationId": each["locationId"]} for each in items
    ]
    assert [each.body for each in made] == items
    (user,) = world.batches.entities(users, [{"userId": "u"}], httpx.Response(201))
    assert (dict(user.ids), user.representation) == ({"userId": "u"}, {"userId": "u"})


def test_batch_can_be_of_two_parents(world_of):
    """Every second item belongs to another parent, and so does what is made of it."""
    world = world_of(Scripted(), "2026-01")
    _, locations = world.contract.batches
    user = world.entities.create(locations.entity_type.parent)

    items = world.batches.items(locations, 3, beside=user)

    owners = [each["userId"] for each in items]
    assert [own == user.id for own in owners] == [False, True, False]
    made = world.batches.entities(locations, items, httpx.Response(201))
    assert [each.ids["userId"] for each in made] == owners


def test_types_are_known_by_where_they_are(world_of):
    """By the path that makes them, by what lists them, by what makes them."""
    world = world_of(Scripted(), "2026-01")
    operations = world.contract.operations

    assert [each.creator.id for each in world.entities.types_made_at("/users/{userId}/locations")] == ["createLocation"]
    assert world.entities.types_made_at("/users/{userId}") == []
    assert [each.creator.id for each in world.entities.types_listed_by(operations["listResources"])] == [
        "createVehicle"
    ]
    assert world.entities.type_made_by("createWebhook").reader.id == "getWebhook"


@pytest.mark.parametrize("sandbox", [True, False])
def test_sandbox_has_more_types(world_of, sandbox):
    """What belongs to the sandbox is made nowhere else, and nothing there is called."""
    world = world_of(Scripted(), "2026-01", sandbox=sandbox)
    simulated = world.contract.operations["simulatePriceCurve"]

    assert any(each.creator is simulated for each in world.entities.types) is sandbox
    assert (world.sandbox, world.calls.is_valid(simulated)) == (sandbox, True)
    if not sandbox:
        with pytest.raises(NothingThere, match="belongs to the sandbox, never to production"):
            world.calls.valid(simulated)


# Addresses


def test_address_is_not_tried_where_nothing_can_come(world_of):
    """Nor where no body holds one; and once at the most."""
    api = Scripted()
    world = world_of(api)

    world.drafts.ready(Needs(kinds=frozenset({"id"})))
    assert api.lines == []
    world.values.receiver.unreachable = "why"
    world.drafts.ready(Needs(kinds=frozenset({"hook-url"})))
    assert api.lines == []
    world.values.receiver.unreachable = ""
    world.drafts.ready(Needs(kinds=frozenset({"hook-url"})))
    assert api.lines == []


@pytest.mark.parametrize(("status", "why"), [(200, ""), (201, ""), (400, ADDRESS_REJECTED)])
def test_address_is_tried_before_it_is_given(world_of, status, why):
    """Where the API refuses it, webhooks lead elsewhere, and the reason is known."""
    api = Scripted(POST_=lambda _, sent: (status, sent))
    world = world_of(api)

    address = world.drafts.hook_url()

    assert api.lines == ["POST /webhooks"]
    assert world.values.receiver.unreachable == why
    assert address.startswith("https://partner.example/hooks/")
    assert "status-expected" not in {found.promise for found in world.api.journal.findings}
    assert api.sent[0]["webhookUrl"] != address


# What paths and bodies name


def test_path_parameters_name_what_is_there(world_of):
    """Of a type its default entity; of what a made one leads to, that; of what a list links to, its first item."""
    api = Scripted(**{"GET_/events": (200, [{"id": "e", "x": 1}, {"id": "f"}])})
    world = world_of(api)
    operations = world.contract.operations

    assert world.drafts.ids_at(operations["listUsers"]) == {}
    user = world.drafts.ids_at(operations["getUser"])
    assert world.drafts.ids_at(operations["createVehicle"]) == user
    assert world.drafts.ids_at(operations["getEvent"]) == {"eventId": "e"}
    assert world.drafts.first_listed(operations["getEvent"])[0] == {"eventId": "e"}
    # A list is read once.
    assert api.lines.count("GET /events") == 1


@pytest.mark.parametrize("items", [[], [{}], [{"id": ""}], [{"id": 7}], {}])
def test_list_without_an_id_names_nothing(world_of, items):
    """An empty list, or an item without an id that is a text."""
    world = world_of(Scripted(**{"GET_/events": (200, items)}))

    assert world.drafts.ids_at(world.contract.operations["getEvent"]) is None
    with pytest.raises(NothingThere, match=r"there is nothing to call GET /events/\{eventId\} on"):
        world.drafts.require_first_listed(world.contract.operations["getEvent"])


def test_link_leads_on_from_what_was_sent_or_answered(world_of):
    """The path parameters of a link, from the body that made an entity, or from the response."""
    world = world_of(Scripted(POST_=(201, {"userId": "told"})))
    contract = editions.contract("2023-10")
    user = world.entities.create(kinds(world)["createUser"], body=Body({"userId": "sent"}))
    link = next(
        each
        for each in contract.operations["createUser"].responses["201"].links
        if each.operation_id == "createVehicle"
    )

    assert _led_to(user, link.parameters) == {"userId": "told"}


def test_body_names_what_is_made(world_of):
    """A reference to a type of entity is the id of its default; to what is not there, none."""
    world = world_of(Scripted(**{"GET_/events": (200, [])}))
    vehicle, event = Reference("getVehicle", "vehicleId"), Reference("getEvent", "eventId")

    ids = world.drafts.ids_for([event, vehicle])

    assert ids == {vehicle: world.entities.default(kinds(world)["createVehicle"]).id}
    assert world.drafts.body(kinds(world)["createUser"].creator, {"userId": "u"}).value == {"userId": "u"}


def test_full_body_has_more(world_of):
    """The fullest body has what the smallest leaves out."""
    world = world_of(Scripted(), "2026-01")
    creator = kinds(world)["createLocation"].creator

    small, full = (world.drafts.body(creator, full=each).value for each in (False, True))

    assert small.keys() < full.keys()


def test_deprecated_member_stands_in_a_body_that_must_be_taken(world_of, monkeypatch):
    """A body that a server may refuse for another reason is not sent for its sake."""
    world = world_of(Scripted(), "2026-01")
    sent = {"locationId": "l", "meterPointId": "1"}
    bodies = [Body({"locationId": "k", "meterPointId": "2"}, "odd"), Body({"locationId": "j"}), Body(sent)]
    monkeypatch.setattr(world.entities, "_samples", Legal(bodies, world.samples))

    (made,) = world.entities.with_deprecated(kinds(world)["createLocation"])

    assert made.body == sent


class Legal:
    """Samples whose legal bodies are given."""

    def __init__(self, bodies, samples):
        self._bodies, self._samples = bodies, samples

    def legal(self, *_):
        return iter(self._bodies)

    def __getattr__(self, name):
        return getattr(self._samples, name)
