"""What is made around a call, what is looked at to see that it changed nothing, and which calls there are."""

import textwrap
import time

import httpx
import pytest

from ecsuite import editions
from ecsuite.contract import Contract, Source
from ecsuite.errors import NothingThere
from ecsuite.findings.breach import body
from ecsuite.findings.broken import PromiseBroken
from ecsuite.messages.exchange import (
    SUCCESS,
    UNSPECIFIED,
    Exchange,
    Expectation,
    Headers,
    Request,
    Response,
)
from ecsuite.promises import CREATION_RESPONSE, ROUND_TRIP
from ecsuite.rules.call import Call
from ecsuite.rules.entities import ADDRESS_REJECTED, CreationRefused, _led_to
from ecsuite.rules.inputs import Refused
from ecsuite.rules.listing import Listing
from ecsuite.rules.reading import line_of, member_of, require_member, there
from ecsuite.rules.representation import Representation
from ecsuite.rules.snapshots import NoSuch, Probe, Snapshot, _beyond, probes_around
from ecsuite.rules.token import error_fits
from ecsuite.samples import MAY_BE_REJECTED, UNSPECIFIED_TARGET, Body, Needs, Reference, Wrong
from ecsuite.webhook.signature import sign

HOUSES = """\
    openapi: 3.1.0
    info: {title: T, version: '1'}
    servers: [{url: 'https://h/v1'}]
    paths:
      /houses:
        post:
          operationId: createHouse
          x-level: spec
          x-source: t
          requestBody: {required: true, content: {application/json: {schema: {$ref: '#/components/schemas/House'}}}}
          responses:
            '201': {description: d, links: {read: {operationId: getHouse, parameters: {houseId: $request.body#/houseId}}}}
      /houses/{houseId}:
        parameters: [{name: houseId, in: path, required: true, schema: {type: string}}]
        get: {operationId: getHouse, x-level: spec, x-source: t, responses: {'200': {description: d}, '404': {description: d}}}
      /houses/{houseId}/rooms:
        parameters: [{name: houseId, in: path, required: true, schema: {type: string}}]
        post:
          operationId: createRoom
          x-level: spec
          x-source: t
          requestBody: {required: true, content: {application/json: {schema: {$ref: '#/components/schemas/Room'}}}}
          responses:
            '201':
              description: d
              links: {read: {operationId: getRoom, parameters: {houseId: $request.path.houseId, roomId: $request.body#/roomId}}}
      /houses/{houseId}/rooms/{roomId}:
        parameters:
          - {name: houseId, in: path, required: true, schema: {type: string}}
          - {name: roomId, in: path, required: true, schema: {type: string}}
        get: {operationId: getRoom, x-level: spec, x-source: t, responses: {'200': {description: d}}}
      /houses/{houseId}/rooms/{roomId}/lamps:
        parameters:
          - {name: houseId, in: path, required: true, schema: {type: string}}
          - {name: roomId, in: path, required: true, schema: {type: string}}
        post:
          operationId: createLamp
          x-level: spec
          x-source: t
          requestBody: {required: true, content: {application/json: {schema: {$ref: '#/components/schemas/Lamp'}}}}
          responses:
            '201':
              description: d
              links:
                read:
                  operationId: getLamp
                  parameters: {houseId: $request.path.houseId, roomId: $request.path.roomId, lampId: $request.body#/lampId}
      /houses/{houseId}/rooms/{roomId}/lamps/{lampId}:
        parameters:
          - {name: houseId, in: path, required: true, schema: {type: string}}
          - {name: roomId, in: path, required: true, schema: {type: string}}
          - {name: lampId, in: path, required: true, schema: {type: string}}
        get: {operationId: getLamp, x-level: spec, x-source: t, responses: {'200': {description: d}}}
      /houses/{houseId}/bell:
        parameters:
          - {name: houseId, in: path, required: true, schema: {type: string}}
          - {name: tone, in: query, required: true, schema: {type: string, examples: [low]}}
          - {name: times, in: query, required: true, schema: {type: integer, examples: [3]}}
          - {name: pause, in: query, schema: {type: integer, examples: [4]}}
          - {name: X-Who, in: header, required: true, schema: {type: string, examples: [me]}}
        post:
          operationId: ringBell
          x-level: spec
          x-source: t
          responses:
            '204': {description: d, links: {end: {operationId: deleteAlarm, parameters: {houseId: $request.path.houseId}}}}
      /houses/{houseId}/alarm:
        parameters: [{name: houseId, in: path, required: true, schema: {type: string}}]
        post:
          operationId: armAlarm
          x-level: spec
          x-source: t
          responses:
            '204': {description: d, links: {end: {operationId: deleteAlarm, parameters: {houseId: $request.path.houseId}}}}
        delete: {operationId: deleteAlarm, x-level: spec, x-source: t, responses: {'204': {description: d}}}
    webhooks:
      ping:
        post:
          operationId: ping
          x-level: spec
          x-source: t
          security: []
          parameters:
            - {name: X-Id, in: header, schema: {type: string}}
            - {name: X-Signature, in: header, x-signature: hmac-sha256-base64, schema: {type: string}}
            - {name: X-Other, in: header, x-signature: hmac-sha256-base64, schema: {type: string}}
          responses: {2XX: {description: d}}
    components:
      schemas:
        House: {type: object, required: [houseId], properties: {houseId: {type: string, x-sample: id}}}
        Room: {type: object, required: [roomId], properties: {roomId: {type: string, x-sample: id}, name: {type: string, x-sample: text}}}
        Lamp: {type: object, required: [lampId], properties: {lampId: {type: string, x-sample: id}}}
"""
PARTNER = "https://api.example/v1"


class Api:
    """An API that takes whatever is sent; what it answers to some lines is given. Each line is noted with its body."""

    def __init__(self, **answers):
        self.lines: list[str] = []
        self.sent: list[object] = []
        self._answers = answers

    def __call__(self, line, sent):
        self.lines.append(line)
        self.sent.append(sent)
        for name, answer in self._answers.items():
            if line.startswith(name.replace("_", " ", 1)):
                return answer(line, sent) if callable(answer) else answer
        method = line.partition(" ")[0]
        if method == "POST":
            return 201, dict.fromkeys(("id", "webhookId", "meterId"), "given") | {
                "simulatedEvent": {"id": "e"},
                **(sent or {}),
            }
        return 204 if method == "DELETE" else (200, {})

    def posted(self, path):
        return [sent for line, sent in zip(self.lines, self.sent, strict=True) if line == f"POST {path}"]


def kinds(world):
    return {each.creator.id: each for each in world.contract.entity_types}


def recorded(world, promise):
    broken = [
        (each.breach.kind, each.breach.at, each.breach.actual.value)
        for each in world.api.journal.findings
        if each.promise == promise.id
    ]
    tally = world.api.journal.tally
    passed = sum(n for seen, n in tally.observations.items() if seen.promise == promise.id and seen.outcome == "passed")
    return broken, passed, [reason for name, reason in tally.not_checked if name == promise.id]


# Entities


def test_entity_is_made_of_what_is_given(world_of):
    """Its body, its parent and what is expected are those that are given; nothing else is sent."""
    api = Api()
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
    world = world_of(Api(**{"POST_/users/u/vehicles": answer}))
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
    world = world_of(Api(POST_=(201, value)))
    user = kinds(world)["createUser"]

    if own:
        assert world.entities.create(user).id == own
    else:
        with pytest.raises(PromiseBroken):
            world.entities.create(user)
    assert recorded(world, CREATION_RESPONSE) == (broken, passed, [])


def test_id_of_the_client_must_be_sent(world_of):
    """Where the client chooses ids, the one that was sent counts, whatever the response shows."""
    world = world_of(Api(**{"POST_/users/u/vehicles": (201, {"vehicleId": "other"})}))
    parent = world.entities.create(kinds(world)["createUser"], body=Body({"userId": "u"}))

    assert world.entities.create(kinds(world)["createVehicle"], parent, body=Body({"vehicleId": "v"})).id == "v"


def test_ids_of_an_entity_are_read_from_its_response(world_of):
    """For an entity that belongs to the partner alone."""
    world = world_of(Api(POST_=(201, {"id": "7"})))
    response = world.api.post("/webhooks", json={}, strict=False)

    assert world.entities.ids_in(kinds(world)["createWebhook"], {}, response) == {"id": "7"}


def test_refused_entity_is_told(world_of):
    """What may be refused, and is, is no entity; with the status and the response."""
    world = world_of(Api(POST_=(400, "no")))

    with pytest.raises(CreationRefused) as caught:
        world.entities.create(kinds(world)["createUser"], body=Body({"userId": "1"}), expect=MAY_BE_REJECTED)

    assert str(caught.value) == f"POST {PARTNER}/users was refused with 400, as it may be"
    assert caught.value.response.status_code == 400


def test_each_body_makes_an_entity(world_of):
    """But those that are refused: each is not checked, with the reason why it may be."""

    def answer(_, sent):
        return (400, "no") if sent["userId"] in {"odd", "none"} else (201, sent)

    world = world_of(Api(POST_=answer))
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
    world = world_of(Api(POST_=lambda _, sent: (status, sent)))

    made = world.entities.create_if_taken(
        kinds(world)["createUser"], Body({"userId": "x"}), Expectation("case-7", unspecified=True)
    )

    assert (made.id if made else None) == own
    assert recorded(world, ROUND_TRIP)[2] == reasons


def test_defaults_are_made_once(world_of):
    """The default entity of a type is the same each time; another parent's is none."""
    api = Api()
    world = world_of(api)

    first, second = (world.entities.default(kinds(world)["createVehicle"]) for _ in "12")
    parent = world.entities.default_parent(kinds(world)["createVehicle"])

    assert first is second
    assert parent is world.entities.default(kinds(world)["createUser"])
    assert world.entities.default_parent(kinds(world)["createUser"]) is None
    assert len(api.lines) == 2


def test_every_type_has_its_default(world_of):
    """But those of the sandbox, which only a simulation makes."""
    world = world_of(Api(), "2026-01")

    assert [each.type.creator.id for each in world.entities.defaults()] == [
        "createUser", "createLocation", "createVehicle", "createLocationResource", "createWebhook",
    ]  # fmt: skip


def test_all_that_was_sent_is_known(world_of):
    """To make what a call is about, and what it sends itself."""
    world = world_of(Api())
    user = world.entities.default(kinds(world)["createUser"])
    operations = world.contract.operations

    assert world.entities.sent_for(Call(operations["getUser"], user.ids)) == [user.body, None]
    assert world.entities.sent_for(Call(operations["createUser"], {}, Body({"userId": "x"}))) == [
        user.body,
        {"userId": "x"},
    ]


def test_children_belong_to_their_parent(world_of):
    """One of each type that can belong to it, below it."""
    api = Api()
    world = world_of(api)
    user = world.entities.create(kinds(world)["createUser"], body=Body({"userId": "u"}))

    children = world.entities.children_of(user)

    assert [each.type.creator.id for each in children] == ["createVehicle", "createMeter", "createResource"]
    assert all(each.ids["userId"] == "u" for each in children)
    assert api.lines[1:] == ["POST /users/u/vehicles", "POST /users/u/meters", "POST /users/u/resources"]


def test_many_are_made_one_after_the_other(world_of):
    """Each with ids of its own, below the parent that is given."""
    world = world_of(Api())
    user = world.entities.create(kinds(world)["createUser"], body=Body({"userId": "u"}))

    made = world.entities.create_many(kinds(world)["createVehicle"], 3, user)

    assert len({each.id for each in made}) == 3
    assert {each.ids["userId"] for each in made} == {"u"}
    assert {*made[0].body} == {*world.samples.smallest(made[0].type.creator.body_schema).value}
    (full,) = world.entities.create_many(kinds(world)["createVehicle"], 1, user, full=True)
    assert {*full.body} == {*world.samples.fullest(made[0].type.creator.body_schema).value}


@pytest.mark.parametrize(
    ("taken", "elsewhere"), [(201, ["/users/{other}/vehicles/v", "/users/{own}/resources/v"]), (400, [])]
)
def test_same_id_is_used_elsewhere(world_of, taken, elsewhere):
    """By the same type below another parent, and by another type beside it; not where the API does not take it."""
    users = iter(["own", "other"])

    def user(*_):
        return 201, {"userId": next(users)}

    api = Api(**{
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
        Api(**{"POST_/users": lambda _, sent: (201, {"userId": "u", "meterId": "m", **(sent or {})})}), edition
    )

    assert world.entities.same_id_elsewhere(world.entities.create(kinds(world)[creator])) == []


def test_replaced_entity_is_what_replaced_it(world_of):
    """It is shown as the new body says, under its own id."""
    world = world_of(Api())
    webhook = world.entities.create(kinds(world)["createWebhook"], body=Body({"webhookUrl": "a", "webhookSecret": "s"}))

    replaced = world.entities.replaced(webhook, {"webhookUrl": "b", "webhookSecret": "t"})

    assert replaced.body == {"webhookUrl": "b", "webhookSecret": "t"}
    assert replaced.representation == {"webhookUrl": "b", "id": "given"}
    assert replaced.id == webhook.id == "given"


def test_deprecated_member_is_sent_where_one_is_legal(world_of):
    """A new entity whose body has one; none where no legal body has."""
    world = world_of(Api(), "2026-01")

    (made,) = world.entities.with_deprecated(kinds(world)["createLocation"])

    assert made.body["meterPointId"]
    assert world.entities.with_deprecated(kinds(world)["createUser"]) == []


def test_batch_is_of_different_things(world_of):
    """The smallest first, then fuller ones; what it makes has the ids that were sent."""
    world = world_of(Api(), "2026-01")
    users, locations = world.contract.batches

    items = world.entities.batch_items(locations, 3)
    made = world.entities.made_by_batch(locations, items, httpx.Response(201))

    assert len({each["locationId"] for each in items}) == 3
    assert len(items[0]) < len(items[1])
    assert [dict(each.ids) for each in made] == [
        {"userId": each["userId"], "locationId": each["locationId"]} for each in items
    ]
    assert [each.body for each in made] == items
    (user,) = world.entities.made_by_batch(users, [{"userId": "u"}], httpx.Response(201))
    assert (dict(user.ids), user.representation) == ({"userId": "u"}, {"userId": "u"})


def test_types_are_known_by_where_they_are(world_of):
    """By the path that makes them, by what lists them, by what makes them."""
    world = world_of(Api(), "2026-01")
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
    world = world_of(Api(), "2026-01", sandbox=sandbox)
    simulated = world.contract.operations["simulatePriceCurve"]

    assert any(each.creator is simulated for each in world.entities.types) is sandbox
    assert (world.sandbox, world.calls.is_valid(simulated)) == (sandbox, True)
    if not sandbox:
        with pytest.raises(NothingThere, match="belongs to the sandbox, never to production"):
            world.calls.valid(simulated)


# Addresses


def test_address_is_not_tried_where_nothing_can_come(world_of):
    """Nor where no body holds one; and once at the most."""
    api = Api()
    world = world_of(api)

    world.entities.ready(Needs(kinds=frozenset({"id"})))
    assert api.lines == []
    world.values.receiver.unreachable = "why"
    world.entities.ready(Needs(kinds=frozenset({"hook-url"})))
    assert api.lines == []
    world.values.receiver.unreachable = ""
    world.entities.ready(Needs(kinds=frozenset({"hook-url"})))
    assert api.lines == []


@pytest.mark.parametrize(("status", "why"), [(200, ""), (201, ""), (400, ADDRESS_REJECTED)])
def test_address_is_tried_before_it_is_given(world_of, status, why):
    """Where the API refuses it, webhooks lead elsewhere, and the reason is known."""
    api = Api(POST_=lambda _, sent: (status, sent))
    world = world_of(api)

    address = world.entities.hook_url()

    assert api.lines == ["POST /webhooks"]
    assert world.values.receiver.unreachable == why
    assert address.startswith("https://partner.example/hooks/")
    assert "status-expected" not in {found.promise for found in world.api.journal.findings}
    assert api.sent[0]["webhookUrl"] != address


# What paths and bodies name


def test_path_parameters_name_what_is_there(world_of):
    """Of a type its default entity; of what a made one leads to, that; of what a list links to, its first item."""
    api = Api(**{"GET_/events": (200, [{"id": "e", "x": 1}, {"id": "f"}])})
    world = world_of(api)
    operations = world.contract.operations

    assert world.entities.ids_at(operations["listUsers"]) == {}
    user = world.entities.ids_at(operations["getUser"])
    assert world.entities.ids_at(operations["createVehicle"]) == user
    assert world.entities.ids_at(operations["getEvent"]) == {"eventId": "e"}
    assert world.entities.first_listed(operations["getEvent"])[0] == {"eventId": "e"}
    # A list is read once.
    assert api.lines.count("GET /events") == 1


@pytest.mark.parametrize("items", [[], [{}], [{"id": ""}], [{"id": 7}], {}])
def test_list_without_an_id_names_nothing(world_of, items):
    """An empty list, or an item without an id that is a text."""
    world = world_of(Api(**{"GET_/events": (200, items)}))

    assert world.entities.ids_at(world.contract.operations["getEvent"]) is None
    with pytest.raises(NothingThere, match=r"there is nothing to call GET /events/\{eventId\} on"):
        world.entities.require_first_listed(world.contract.operations["getEvent"])


def test_link_leads_on_from_what_was_sent_or_answered(world_of):
    """The path parameters of a link, from the body that made an entity, or from the response."""
    world = world_of(Api(POST_=(201, {"userId": "told"})))
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
    world = world_of(Api(**{"GET_/events": (200, [])}))
    vehicle, event = Reference("getVehicle", "vehicleId"), Reference("getEvent", "eventId")

    ids = world.entities.ids_for([event, vehicle])

    assert ids == {vehicle: world.entities.default(kinds(world)["createVehicle"]).id}
    assert world.entities.body(kinds(world)["createUser"].creator, {"userId": "u"}).value == {"userId": "u"}


def test_full_body_has_more(world_of):
    """The fullest body has what the smallest leaves out."""
    world = world_of(Api(), "2026-01")
    creator = kinds(world)["createLocation"].creator

    small, full = (world.entities.body(creator, full=each).value for each in (False, True))

    assert small.keys() < full.keys()


# Calls


def test_call_is_made_of_its_parts(world_of):
    """Its path, its body, its query and what it must get."""
    world = world_of(Api(), "2026-01")
    operations = world.contract.operations
    switch = next(each for each in operations.values() if any(known.name == "enabled" for known in each.parameters))

    call = world.calls.valid(switch)
    plain = Call(operations["getUser"], {"userId": "a/b"})

    assert call.content == {"params": {"enabled": "true"}}
    assert (plain.path, plain.content, plain.expectation) == ("/users/a%2Fb", {}, SUCCESS)
    assert plain.with_own_id("c").path == plain.replacing(userId="c").path == "/users/c"
    assert Call(operations["getUser"], {}, Body({"a": 1}), {"b": "c"}, targets_exist=False).content == {
        "params": {"b": "c"},
        "json": {"a": 1},
    }
    assert Call(operations["getUser"], {}, targets_exist=False).expectation is UNSPECIFIED_TARGET
    assert Call(operations["getLocation"], {"userId": "u", "locationId": "l"}).with_own_id("m").ids == {
        "userId": "u",
        "locationId": "m",
    }


def test_call_about_nothing_is_unspecified(world_of):
    """With ids of nobody's; where a path has none, it is about what is there."""
    world = world_of(Api())
    operations = world.contract.operations

    unknown, listing = world.calls.unknown(operations["getVehicle"]), world.calls.unknown(operations["listUsers"])

    assert len(set(unknown.ids.values())) == 2
    assert (unknown.targets_exist, listing.targets_exist) == (False, True)
    assert world.calls.unknown(operations["createVehicle"]).body is not None
    assert world.calls.unknown(operations["getVehicle"]).body is None


@pytest.mark.parametrize(("events", "exist"), [([{"id": "e"}], True), ([], False)])
def test_call_succeeds_where_all_that_it_names_is_there(world_of, events, exist):
    """A body that names what is not there may get any response."""
    world = world_of(Api(**{"GET_/events": (200, events)}))

    call = world.calls.valid(world.contract.operations["createReport"])

    assert call.targets_exist is exist
    assert world.calls.valid_or_unknown(world.contract.operations["getEvent"]).targets_exist is exist


@pytest.mark.parametrize(("status", "exist"), [(201, True), (200, True), (404, False)])
def test_what_a_call_deletes_is_made_first(world_of, status, exist):
    """Where it has no id of its own; whether it is there depends on the response."""
    api = Api(**{"POST_/users/": lambda line, sent: (status if line.endswith("enrollment") else 201, {**(sent or {})})})
    world = world_of(api, "2026-01")

    call = world.calls.valid(world.contract.operations["deleteEnrollment"])

    assert api.lines[-1] == f"POST {call.path}"
    assert call.targets_exist is exist
    # An entity of its own is deleted as it is.
    world.calls.valid(world.contract.operations["deleteUser"])
    assert api.lines[-1] == f"POST {call.path}"


def test_call_is_sent_as_it_is_told(world_of):
    """With its path, body and query, by another method where one is given, by another partner's client where one is."""
    api = Api()
    world, other = world_of(api), world_of(Api(GET_=(404, "no")))
    call = Call(world.contract.operations["createUser"], {}, Body({"userId": "u"}), {"a": "b"})

    responses = world.calls.send_each(call, [{}, {"method": "PUT", "json": {"x": 1}, "expect": UNSPECIFIED}])
    elsewhere = world.calls.send(Call(world.contract.operations["listUsers"], {}), other.api, strict=False)
    refused = world.calls.send_refused(call, [Refused("c", {"json": {"y": 2}}, frozenset({201}), frozenset())])

    assert [each.status_code for each in responses] == [201, 200]
    assert elsewhere.status_code == 404
    assert [each.status_code for each in refused] == [201]
    assert sorted(zip(api.lines, api.sent, strict=True), key=repr) == sorted(
        [("POST /users?a=b", {"userId": "u"}), ("PUT /users?a=b", {"x": 1}), ("POST /users?a=b", {"y": 2})], key=repr
    )


def test_bodies_repeat_the_ids_of_the_path(world_of):
    """Where the path and the body have a member in common, each legal body repeats it; else nothing is given."""
    world = world_of(Api(), "2026-01")
    operations = world.contract.operations
    location = world.entities.default(kinds(world)["createLocation"])

    patch = next(
        each
        for each in operations.values()
        if each.method == "PUT" and each.path == kinds(world)["createLocation"].reader.path
    )
    legal = [each.value for each in world.calls.legal(patch)]
    given = [each.value for each in world.calls.legal(patch, {"locationId": "x"})]

    shared = [name for name in location.ids if name in legal[0]]
    assert all(each.get(name) in {location.ids[name], None} for each in legal for name in shared)
    assert {each["locationId"] for each in given if "locationId" in each} <= {"x"}


def test_wrong_bodies_are_of_the_call(world_of):
    """Each has one fault, and names what the call names."""
    world = world_of(Api(), "2026-01")
    call = world.calls.valid(world.contract.operations["createUser"])

    wrong, unspecified = list(world.calls.wrong(call)), list(world.calls.unspecified(call))

    assert wrong
    assert all(isinstance(each, Wrong) for each in [*wrong, *unspecified])
    assert all(world.contract.schemas.violations(call.operation.body_schema, each.value) for each in wrong)


# Snapshots


def around(edition, operation, ids, sent=None):
    contract = editions.contract(edition)
    call = Call(contract.operations[operation], ids, None if sent is None else Body(sent))
    return {name: (probe.path, probe.shows, probe.is_shared) for name, probe in probes_around(contract, call).items()}


AROUND = {
    "a new entity of the partner's, whose id is the API's": (
        ("2023-10", "createWebhook", {}, {"webhookUrl": "x"}),
        {"listWebhooks": ("/webhooks", "own items", True)},
    ),
    "a new entity of the partner's, whose id is the client's": (
        ("2026-01", "createUser", {}, {"userId": "u"}),
        {"listUsers": ("/users", "own items", False), "getUser": ("/users/u", "value", False)},
    ),
    "a new entity below another": (
        ("2023-10", "createVehicle", {"userId": "u"}, {"vehicleId": "v"}),
        {
            "getUser": ("/users/u", "value", False),
            "listVehicles": ("/users/u/vehicles", "items", False),
            "getVehicle": ("/users/u/vehicles/v", "value", False),
        },
    ),
    "a new entity without its id": (
        ("2023-10", "createVehicle", {"userId": "u"}, {"vehicleId": 7}),
        {"getUser": ("/users/u", "value", False), "listVehicles": ("/users/u/vehicles", "items", False)},
    ),
    "a body that is no object": (
        ("2023-10", "createVehicle", {"userId": "u"}, []),
        {"getUser": ("/users/u", "value", False), "listVehicles": ("/users/u/vehicles", "items", False)},
    ),
    "an entity": (
        ("2023-10", "getVehicle", {"userId": "u", "vehicleId": "v"}),
        {"getUser": ("/users/u", "value", False), "getVehicle": ("/users/u/vehicles/v", "value", False)},
    ),
    "a list below an entity": (("2023-10", "listVehicles", {"userId": "u"}), {"getUser": ("/users/u", "value", False)}),
    "what stands alone below an entity": (
        ("2026-01", "createEnrollment", {"userId": "u"}),
        {"getUser": ("/users/u", "value", False), "getEnrollment": ("/users/u/enrollment", "value", False)},
    ),
    "a batch": (
        ("2026-01", "createLocations", {}, {"locations": [{"userId": "u", "locationId": "l"}, {"userId": "w"}]}),
        {
            "listLocations": ("/users/u/locations", "items", False),
            "getLocation": ("/users/u/locations/l", "value", False),
        },
    ),
    "an entity that is made of nothing": (
        ("2023-10", "createVehicle", {"userId": "u"}),
        {"getUser": ("/users/u", "value", False), "listVehicles": ("/users/u/vehicles", "items", False)},
    ),
    "a batch of nothing": (("2026-01", "createLocations", {}), {}),
    "a list of the partner's": (("2023-10", "listUsers", {}), {}),
}  # fmt: skip


@pytest.mark.parametrize("name", AROUND)
def test_all_that_a_call_could_change_is_looked_at(name):
    """The entities that it names, the list and the entity that it makes, what stands at its own path; nothing else."""
    given, probes = AROUND[name]

    assert around(*given) == probes


def test_states_are_what_reading_gives(world_of):
    """A value without what the API keeps by itself, or the status in its place; lists by all of their pages."""
    world = world_of(Api(**{
        "GET_/users/u/vehicles": (200, [{"vehicleId": "v", "x": 1}, {"vehicleId": "w"}]),
        "GET_/users/u": (200, {"userId": "u", "x": 1}),
        "GET_/users": (404, "no"),
    }))  # fmt: skip
    snapshots, operations = world.snapshots, world.contract.operations

    assert snapshots.state_of("/users/u") == {"userId": "u"}
    assert snapshots.state_of("/users/w") == NoSuch(404)
    assert snapshots.items_of("/users/u/vehicles") == [{"vehicleId": "v"}, {"vehicleId": "w"}]
    assert snapshots.items_of("/users") == NoSuch(404)
    assert snapshots.at(["/users/u", "/nothing"]).states == {
        Probe("getUser", "/users/u"): {"userId": "u"}, Probe("", "/nothing"): {},
    }  # fmt: skip
    assert snapshots.list_at(operations["listVehicles"], {"userId": "u"}).states == {
        Probe("listVehicles", "/users/u/vehicles", "items"): [{"vehicleId": "v"}, {"vehicleId": "w"}]
    }
    lengths = Snapshot(
        {Probe("listVehicles", "/users/u/vehicles", "length"): 0, Probe("listUsers", "/users", "length"): 0}
    )
    assert list(snapshots.again(lengths).states.values()) == [2, NoSuch(404)]


def test_own_items_are_those_that_were_drawn_here(world_of):
    """Of a list that others fill as well."""
    drawn = []
    world = world_of(
        Api(**{"GET_/users": lambda *_: (200, [{"userId": "theirs"}, *({"userId": each} for each in drawn)])})
    )
    probe = Probe("listUsers", "/users", "own items")

    before = world.snapshots.again(Snapshot({probe: None}))
    drawn.append(world.values.draw("id"))
    after = world.snapshots.again(before)

    assert before.states[probe] == []
    assert after.states[probe] == [{"userId": drawn[0]}]


def test_members_are_those_of_an_object(world_of):
    """An entity as it is now; what is no object has none."""
    world = world_of(Api(**{"GET_/users/u": (200, {"userId": "u"}), "GET_/users/l": (200, [])}))
    user, other = (world.entities.create(kinds(world)["createUser"], body=Body({"userId": own})) for own in "ul")

    assert world.snapshots.members_of(user) == {"userId": "u"}
    assert world.snapshots.members_of(other) == {}
    assert world.snapshots.of([user]).states == {Probe("getUser", "/users/u"): {"userId": "u"}}


def test_lists_of_what_is_made_of_nothing_are_counted(world_of):
    """Where nothing is sent to make an entity, no id tells whose it is: its list is only counted."""
    world = world_of(
        Api(**{"GET_/events": (200, {"events": [{"id": "e"}], "pagination": {"totalRecords": 1}})}), "2026-01"
    )
    operations = world.contract.operations
    made_of_nothing = [each.creator for each in world.contract.entity_types if not each.creator.request]

    for creator in made_of_nothing:
        assert list(world.snapshots.lengths(creator).states.values()) == [1]
    assert world.snapshots.lengths(operations["createUser"]).states == {}


def test_items_beyond_are_counted():
    """Each as often as it stands there more, whatever the order, of items and of members."""
    assert _beyond([{"a": 1, "b": 2}, 3, 3, 4], [3, {"b": 2, "a": 1}]) == [3, 4]
    assert _beyond([], [1]) == []


# Values


def test_drawn_values_are_marks(world_of):
    """A string that was drawn here stands nowhere else, and tells whose a value is; a secret is called one."""
    values = world_of(Api()).values
    own, secret, hour = values.draw("id"), values.draw("long-secret"), values.draw("hour")

    assert values.marks({"a": [own], "b": secret, "c": hour}) == {own: own, secret: "a secret"}
    assert values.marks({"a": own, "b": secret}, [own]) == {secret: "a secret"}
    assert values.has_drawn_of({"a": {"b": own}})
    assert not values.has_drawn_of({"a": hour, "b": "other"})


def test_values_are_of_their_kinds(world_of):
    """Hours follow one another; a hook leads to the receiver; secrets have what a careless server loses."""
    values = world_of(Api()).values

    assert [values.draw("hour") for _ in "12"] == ["2026-01-15T18:00:00+00:00", "2026-01-15T19:00:00+00:00"]
    assert values.draw("hook-url").startswith("https://partner.example/hooks/")
    assert values.draw("padded-secret").endswith("  ")
    assert len(values.draw("long-secret").encode()) > 64
    assert len(values.draw("digits")) == 8
    assert values.draw("digits").startswith("00")
    assert len(values.draw("vin")) == 17
    assert len(values.draw("secret")) == 40


# By a contract of our own, with what no edition has


@pytest.fixture(scope="module")
def houses():
    return Contract(Source(textwrap.dedent(HOUSES), "c.yaml"))


def test_only_what_makes_it_is_called_before_a_deletion(world_of, houses):
    """At the same path, by a POST; that another call leads there as well does not count, and a refusal is a finding."""
    api = Api(**{"POST_/houses/": (404, "no")})
    world = world_of(api, houses)

    with pytest.raises(PromiseBroken):
        world.calls.valid(houses.operations["deleteAlarm"])

    assert [line.rpartition("/")[2] for line in api.lines] == ["houses", "alarm"]


def test_query_is_what_a_call_must_have(world_of, houses):
    """The query parameters that are required, each as text; no other ones, and no headers."""
    world = world_of(Api(), houses)

    call = world.calls.valid(houses.operations["ringBell"])

    assert call.query == {"tone": "low", "times": "3"}
    assert world.calls.unknown(houses.operations["ringBell"]).query == call.query


def test_entity_below_another_is_not_beside_it(world_of, houses):
    """The same id is used beside an entity by types of the same parent alone."""
    api = Api()
    world = world_of(api, houses)
    room = world.entities.create(kinds(world)["createRoom"], body=Body({"roomId": "r"}))

    paths = world.entities.same_id_elsewhere(room)

    assert len(paths) == 1
    assert not [line for line in api.lines if line.endswith("lamps")]


def test_entity_that_nothing_lists_is_where_it_is_made(world_of, houses):
    """Its collection is the path that makes it; and nothing is seen by a list."""
    world = world_of(Api(), houses)
    house = world.entities.create(kinds(world)["createHouse"], body=Body({"houseId": "h"}))

    assert house.collection == "/houses"
    assert world.verify.listed(house) is True
    listing = Listing((house.created,))
    assert world.verify.shows_nothing_of(ROUND_TRIP, listing, ["given"], house.type, house.created) is False
    assert [each.breach.seen_by for each in world.api.journal.findings if each.breach.kind == "present"] == [""]


def test_address_is_tried_where_something_holds_one(world_of, houses):
    """Where no entity has an address there is nothing to try it with."""
    api = Api()
    world = world_of(api, houses)

    world.entities.ready(Needs(kinds=frozenset({"hook-url"})))

    assert api.lines == []


def test_entity_whose_reader_shows_nothing_says_nothing(houses):
    """Where nothing is said of the response that reads it, nothing has to stay."""
    types = {each.creator.id: each for each in houses.entity_types}

    assert Representation(houses).immutable(types["createHouse"], {"houseId": "h"}) == {}


@pytest.mark.parametrize(
    ("headers", "kept"),
    [
        ({"X-Id": "1", "X-Signature": "right", "X-Other": "right"}, True),
        ({"X-Id": "1", "X-Signature": "wrong"}, False),
        ({"X-Id": "1", "X-Signature": "right", "X-Other": "wrong"}, False),
        ({"X-Other": "wrong"}, False),
        ({"X-Id": "1"}, True),
    ],
)
def test_every_signature_is_looked_at(world_of, houses, headers, kept):
    """Whatever headers stand before it, and whether or not another one is right."""
    world = world_of(Api(), houses)
    asked = world.api.get("/houses/h", strict=False)
    given = {name: sign("hush", b"{}") if value == "right" else value for name, value in headers.items()}
    delivery = Exchange(
        Request("POST", "https://partner.example/hooks/x", Headers.of(given.items()), b"{}"), Response(200)
    )

    assert world.deliveries.verify.arrived(delivery, asked, "https://partner.example/hooks/x", "hush") is kept


def test_error_code_without_a_rule_is_found_all_the_same(world_of, houses):
    """Where the contract says nothing of tokens a finding has no rule of its own."""
    world = world_of(Api(), houses)
    response = httpx.Response(400, json={"error": "x"}, request=httpx.Request("POST", "https://auth.example/token"))

    assert error_fits(world.verify, houses, response, {"a"}, "c") is False
    assert [each.breach.rule for each in world.api.journal.findings] == [None]


def test_list_that_follows_is_waited_for(world_of, monkeypatch):
    """What a list shows is made to happen first, by the fullest entity that leads to it; then the list is waited for."""
    monkeypatch.setattr(time, "sleep", lambda _: None)
    edition = editions.contract("2026-01")
    source = next(each for each in edition.operations.values() if each.follows)
    lists = iter([[], [], [{"id": "1"}]])
    api = Api(**{f"GET_{source.path}": lambda *_: (200, {"items": next(lists), "pagination": {"totalRecords": 1}})})
    world = world_of(api, "2026-01")

    response = world.entities._read_list(source)

    assert response.json()["items"] == [{"id": "1"}]
    made = [line for line, sent in zip(api.lines, api.sent, strict=True) if line.startswith("POST")]
    paths = {kinds(world)[name].creator.path for name in source.follows if name in kinds(world)}
    assert {line.partition(" ")[2] for line in made} >= {path for path in paths if "{" not in path}
    assert api.lines.count(f"GET {source.path}") == 3


def test_world_is_of_the_sandbox(world_of):
    """Unless it is said that it is production."""
    assert world_of(Api()).sandbox is True


def test_selection_that_is_wrong_is_told():
    """What a test was selected by is there, be it ever so little."""
    assert there(0) == 0
    assert there("") == ""
    with pytest.raises(ValueError, match="the test was selected for something that is not there"):
        there(None)


READ = {
    "a text": ({"userId": "1", "a": "x"}, "x", None),
    "an empty text": ({"userId": "1", "a": ""}, None, ("absent", body(("a",)))),
    "a number": ({"userId": "1", "a": 7}, None, ("absent", body(("a",)))),
    "none": ({"userId": "1"}, None, ("absent", body(("a",)))),
    # What the checks have said already is not said again.
    "no object": (["a"], None, ("type", body())),
}


@pytest.mark.parametrize("name", READ)
def test_text_that_is_needed_is_there(world_of, name):
    """Without it there is nothing to go on with: a finding about the response's body."""
    value, text, broken = READ[name]
    world = world_of(Api(GET_=(200, value)))
    response = world.api.get("/users/1", strict=False)

    if text:
        assert require_member(response, "a") == text
    else:
        with pytest.raises(PromiseBroken, match="the response has no a to go on with") as caught:
            require_member(response, "a")
        assert (caught.value.finding.breach.kind, caught.value.finding.breach.at) == broken


def test_member_is_read_where_there_is_one(world_of):
    """The value of a member, null too; the default where there is none, or no object."""
    world = world_of(
        Api(**{"GET_/users/1": (200, {"a": None}), "GET_/users/2": (200, ["a"]), "GET_/users/3": (200, b"{")})
    )
    responses = [world.api.get(f"/users/{number}", strict=False) for number in "123"]

    assert [member_of(each, "a", "d") for each in responses] == [None, "d", "d"]
    assert [member_of(each, "b") for each in responses] == [None, None, None]
    assert line_of(responses[0]) == f"GET {PARTNER}/users/1"
