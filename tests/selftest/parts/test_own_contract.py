"""The rules' parts by a contract of our own, with what no edition has."""

import textwrap
import time

import httpx
import pytest
from scripted import Scripted, kinds

from ecsuite import editions
from ecsuite.contract import Contract, Source
from ecsuite.findings.broken import PromiseBroken
from ecsuite.messages.exchange import (
    Exchange,
    Headers,
    Request,
    Response,
)
from ecsuite.promises import ROUND_TRIP
from ecsuite.rules.call import Call
from ecsuite.rules.listing import Listing
from ecsuite.rules.representation import Representation
from ecsuite.rules.snapshots import probes_around
from ecsuite.rules.token import error_fits
from ecsuite.samples import Body, Needs
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
            '201':
              description: d
              links:
                read: {operationId: getHouse, parameters: {houseId: $request.body#/houseId}}
                plan: {operationId: getPlan, parameters: {planId: $response.body#/plan/id}}
      /plans/{planId}:
        parameters: [{name: planId, in: path, required: true, schema: {type: string}}]
        get: {operationId: getPlan, x-level: spec, x-source: t, responses: {'200': {description: d}}}
      /boxes/{boxId}:
        parameters: [{name: boxId, in: path, required: true, schema: {type: string}}]
        get: {operationId: getBox, x-level: spec, x-source: t, responses: {'200': {description: d}}}
      /houses/{houseId}/keys:
        parameters: [{name: houseId, in: path, required: true, schema: {type: string}}]
        get:
          operationId: listKeys
          x-level: spec
          x-source: t
          responses:
            '200': {description: d, links: {key: {operationId: getKey, parameters: {keyId: $response.body#/0/id}}}}
      /keys/{keyId}:
        parameters: [{name: keyId, in: path, required: true, schema: {type: string}}]
        get: {operationId: getKey, x-level: spec, x-source: t, responses: {'200': {description: d}}}
      /houses/{houseId}/fire:
        parameters: [{name: houseId, in: path, required: true, schema: {type: string}}]
        post: {operationId: setFire, x-environment: sandbox, x-level: spec, x-source: t, responses: {'204': {description: d}}}
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
              links:
                read: {operationId: getRoom, parameters: {houseId: $request.path.houseId, roomId: $request.body#/roomId}}
                shelf: {operationId: getBox, parameters: {boxId: $request.body#/shelf/roomId}}
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
        House: {type: object, required: [houseId], properties: {houseId: {type: string, x-sample: id}, note: {type: string, x-sample: text}}}
        Room: {type: object, required: [roomId], properties: {roomId: {type: string, x-sample: id}, shelf: {$ref: '#/components/schemas/Shelf'}}}
        Shelf: {type: object, required: [roomId], properties: {roomId: {type: string, x-sample: id}}}
        Lamp: {type: object, required: [lampId], properties: {lampId: {type: string, x-sample: id}}}
"""


@pytest.fixture(scope="module")
def houses():
    return Contract(Source(textwrap.dedent(HOUSES), "c.yaml"))


def test_only_what_makes_it_is_called_before_a_deletion(world_of, houses):
    """At the same path, by a POST; that another call leads there as well does not count, and a refusal is a finding."""
    api = Scripted(**{"POST_/houses/": (404, "no")})
    world = world_of(api, houses)

    with pytest.raises(PromiseBroken):
        world.calls.valid(houses.operations["deleteAlarm"])

    assert [line.rpartition("/")[2] for line in api.lines] == ["houses", "alarm"]


def test_query_is_what_a_call_must_have(world_of, houses):
    """The query parameters that are required, each as text; no other ones, and no headers."""
    world = world_of(Scripted(), houses)

    call = world.calls.valid(houses.operations["ringBell"])

    assert call.query == {"tone": "low", "times": "3"}
    assert world.calls.unknown(houses.operations["ringBell"]).query == call.query


def test_entity_below_another_is_not_beside_it(world_of, houses):
    """The same id is used beside an entity by types of the same parent alone."""
    api = Scripted()
    world = world_of(api, houses)
    room = world.entities.create(kinds(world)["createRoom"], body=Body({"roomId": "r"}))

    paths = world.entities.same_id_elsewhere(room)

    assert len(paths) == 1
    assert not [line for line in api.lines if line.endswith("lamps")]


def test_entity_that_nothing_lists_is_where_it_is_made(world_of, houses):
    """Its collection is the path that makes it; and nothing is seen by a list."""
    world = world_of(Scripted(), houses)
    house = world.entities.create(kinds(world)["createHouse"], body=Body({"houseId": "h"}))

    assert house.collection == "/houses"
    assert world.verify.listed(house) is True
    listing = Listing((house.created,))
    assert world.verify.shows_nothing_of(ROUND_TRIP, listing, ["given"], house.type, house.created) is False
    assert [each.breach.seen_by for each in world.api.journal.findings if each.breach.kind == "present"] == [""]


def test_address_is_tried_where_something_holds_one(world_of, houses):
    """Where no entity has an address there is nothing to try it with."""
    api = Scripted()
    world = world_of(api, houses)

    world.drafts.ready(Needs(kinds=frozenset({"hook-url"})))

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
    world = world_of(Scripted(), houses)
    asked = world.api.get("/houses/h", strict=False)
    given = {name: sign("hush", b"{}") if value == "right" else value for name, value in headers.items()}
    delivery = Exchange(
        Request("POST", "https://partner.example/hooks/x", Headers.of(given.items()), b"{}"), Response(200)
    )

    assert world.deliveries.verify.arrived(delivery, asked, "https://partner.example/hooks/x", "hush") is kept


def test_error_code_without_a_rule_is_found_all_the_same(world_of, houses):
    """Where the contract says nothing of tokens a finding has no rule of its own."""
    world = world_of(Scripted(), houses)
    response = httpx.Response(400, json={"error": "x"}, request=httpx.Request("POST", "https://auth.example/token"))

    assert error_fits(world.verify, houses, response, {"a"}, "c") is False
    assert [each.breach.rule for each in world.api.journal.findings] == [None]


def test_list_that_follows_is_waited_for(world_of, monkeypatch):
    """What a list shows is made to happen first, by the fullest entity that leads to it; then the list is waited for."""
    monkeypatch.setattr(time, "sleep", lambda _: None)
    edition = editions.contract("2026-01")
    source = edition.operations["listEvents"]
    lists = iter([[], [], [{"id": "1"}]])
    api = Scripted(
        **{f"GET_{source.path}": lambda *_: (200, {"items": next(lists), "pagination": {"totalRecords": 1}})}
    )
    world, waited = world_of(api, "2026-01"), []
    poll = world.api.poll
    monkeypatch.setattr(
        world.api, "poll", lambda *given, **options: (waited.append(options), poll(*given, **options))[1]
    )

    response = world.drafts._read_list(source)

    assert response.json()["items"] == [{"id": "1"}]
    # What that names is made before; nothing else is.
    assert [line for line in api.lines if not line.startswith("POST /users")] == [
        "POST /simulation/events/pricecurve",
        *["GET /events"] * 3,
    ]
    assert waited == [{"seconds": 10.0}]


def test_link_of_a_creation_leads_on(world_of, houses):
    """What the response that made an entity leads to is named by it, whatever else there is."""
    world = world_of(Scripted(POST_=lambda _, sent: (201, {**sent, "plan": {"id": "p"}})), houses)

    assert world.drafts.ids_at(houses.operations["getPlan"]) == {"planId": "p"}


def test_list_below_something_leads_nowhere(world_of, houses):
    """Only a list of the partner's own is read to find what there is."""
    api = Scripted(GET_=(200, [{"id": "k"}]))
    world = world_of(api, houses)

    assert world.drafts.ids_at(houses.operations["getKey"]) is None
    assert not world.calls.is_valid(houses.operations["getKey"])
    assert world.drafts.first_listed(houses.operations["getPlan"]) is None
    assert api.lines == []


@pytest.mark.parametrize("sandbox", [True, False])
def test_sandbox_is_called_on_nothing_elsewhere(world_of, houses, sandbox):
    """What belongs to the sandbox names nothing where it may not be called."""
    world = world_of(Scripted(), houses, sandbox=sandbox)

    assert (world.drafts.ids_at(houses.operations["setFire"]) is not None) is sandbox
    assert world.drafts.ids_at(houses.operations["getRoom"]) is not None


def test_entity_that_nothing_lists_is_seen_by_itself(houses):
    """Where no list shows what a call makes, only itself does."""
    call = Call(houses.operations["createHouse"], {}, Body({"houseId": "h"}))

    assert list(probes_around(houses, call)) == ["getHouse"]


def test_entity_made_of_nothing_is_read_as_it_is(world_of):
    """It has no deprecated member, and its default is made as any other."""
    world = world_of(Scripted(**{"GET_/events/e": (200, {"id": "e"})}), "2026-01")
    event = world.entities.default(next(each for each in world.entities.types if not each.creator.request))

    assert (event.body, event.id) == ({}, "e")
    assert world.verify.readable(event) is True


def test_default_leads_on_where_it_can(world_of, houses):
    """Where a link starts at a member that need not be sent, the default entity has it; else it is the smallest."""
    world = world_of(Scripted(), houses)

    assert {*world.entities.default(kinds(world)["createHouse"]).body} == {"houseId"}
    assert {*world.entities.default(kinds(world)["createRoom"]).body} == {"roomId", "shelf"}
    assert {*world.entities.default(kinds(world)["createLamp"]).body} == {"lampId"}
