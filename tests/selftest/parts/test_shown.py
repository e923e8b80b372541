"""What a response must show of what was sent, and what may be missing or otherwise: by a small contract, written out."""

import textwrap
from typing import Any

import pytest

from ecsuite.compare import Instant, Moment, OrNull, Trimmed, Unordered
from ecsuite.contract import Contract, EntityType, Source
from ecsuite.rules.representation import Representation

SMALL = """\
    openapi: 3.1.0
    info: {title: T, version: '1'}
    servers: [{url: 'https://h/v1'}]
    paths:
      /houses:
        post:
          operationId: createHouse
          x-level: spec
          x-source: t
          requestBody: {content: {application/json: {schema: {$ref: '#/components/schemas/House'}}}}
          responses:
            '201':
              description: made
              content: {application/json: {schema: {type: object, properties: {id: {type: string}}}}}
              links:
                read: {operationId: getHouse, parameters: {houseId: '$response.body#/made/id'}}
                change: {operationId: patchHouse, parameters: {houseId: '$response.body#/made/id'}}
      /houses/{houseId}:
        parameters: [{name: houseId, in: path, required: true, schema: {type: string}}]
        get:
          operationId: getHouse
          x-level: spec
          x-source: t
          responses:
            '200': {description: a house, content: {application/json: {schema: {$ref: '#/components/schemas/HouseShown'}}}}
        patch:
          operationId: patchHouse
          x-level: spec
          x-source: t
          requestBody: {content: {application/json: {schema: {$ref: '#/components/schemas/House'}}}}
          responses: {'200': {description: changed}}
      /houses/{houseId}/doors:
        parameters: [{name: houseId, in: path, required: true, schema: {type: string}}]
        post:
          operationId: createDoor
          x-level: spec
          x-source: t
          requestBody:
            content:
              application/json:
                schema: {type: object, x-response-path: /house/door, properties: {doorId: {type: string}, label: {type: string}}}
          responses:
            '201':
              description: made
              links:
                read: {operationId: getDoor, parameters: {houseId: $request.path.houseId, doorId: $request.body#/doorId}}
      /houses/{houseId}/doors/{doorId}:
        parameters:
          - {name: houseId, in: path, required: true, schema: {type: string}}
          - {name: doorId, in: path, required: true, schema: {type: string}}
        get:
          operationId: getDoor
          x-level: spec
          x-source: t
          responses:
            '200': {description: a door, content: {application/json: {schema: {$ref: '#/components/schemas/DoorShown'}}}}
      /logs:
        get:
          operationId: listLogs
          x-level: spec
          x-source: t
          responses: {'200': {description: logs}}
    components:
      schemas:
        House:
          type: object
          properties:
            id: {type: string}
            name: {type: string, x-round-trip: trimmed}
            note: {type: string, x-round-trip: or-null}
            secret: {type: string, writeOnly: true, x-sample: secret}
            tags: {type: array, x-round-trip: unordered, items: {type: string, x-round-trip: trimmed}}
            rooms: {type: array, items: {type: object, properties: {at: {type: string, format: date-time}, key: {type: string, writeOnly: true}}}}
            bare: {type: array}
            built: {type: string, format: date-time}
            tag: {type: string, x-replaced-by: tags}
            label: {type: string, x-replaced-by: name}
            count: {type: integer}
            heat:
              oneOf:
                - {type: object, required: [by], properties: {by: {const: oil}, at: {type: string, format: date-time}}}
                - {type: object, required: [by], properties: {by: {const: sun}, at: {type: string}}}
        HouseShown:
          type: object
          properties:
            id: {type: string}
            made: {type: string, format: date-time, x-immutable: true}
            kinds: {type: array, x-immutable: true, items: {type: string}}
            pairs: {type: array, x-immutable: true, items: {type: array, items: {type: integer}}}
            parts: {type: object, x-immutable: true, properties: {at: {type: string, format: date-time}}}
            name: {type: string}
        DoorShown: {type: object, properties: {doorId: {type: string}, houseId: {type: string}, at: {type: string, format: date-time}, list: {type: array}}}
"""


@pytest.fixture(scope="module")
def small() -> Contract:
    return Contract(Source(textwrap.dedent(SMALL), "c.yaml"))


@pytest.fixture(scope="module")
def types(small) -> dict[str, EntityType]:
    return {str(each): each for each in small.entity_types}


SHOWN: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "plain values": ({"count": 1, "bare": ["a"], "other": "x"}, {"count": 1, "bare": ["a"], "other": "x"}),
    "null, which is no value": ({"name": None, "count": None, "other": None}, {}),
    "a secret": ({"secret": "s"}, {}),
    "a deprecated name": ({"tag": "a", "label": "b"}, {}),
    "a text that may be trimmed": ({"name": " a "}, {"name": Trimmed(" a ")}),
    "a text that may become null": ({"note": "a"}, {"note": OrNull("a")}),
    "what is no text stays": ({"name": 7, "note": True, "built": 7}, {"name": 7, "note": True, "built": 7}),
    "a time": ({"built": "2026-01-15T12:00:00Z"}, {"built": Instant("2026-01-15T12:00:00Z")}),
    "a list in any order": ({"tags": ["a", " b"]}, {"tags": Unordered([Trimmed("a"), Trimmed(" b")])}),
    "a list in its order, secrets in it": (
        {"rooms": [{"at": "2026-01-15T12:00:00Z", "key": "s", "more": 1}, {}]},
        {"rooms": [{"at": Instant("2026-01-15T12:00:00Z"), "more": 1}, {}]},
    ),
    "the branch that it fits": ({"heat": {"by": "oil", "at": "2026-01-15T12:00:00Z"}}, {"heat": {"by": "oil", "at": Instant("2026-01-15T12:00:00Z")}}),
    "the other branch": ({"heat": {"by": "sun", "at": "2026-01-15T12:00:00Z"}}, {"heat": {"by": "sun", "at": "2026-01-15T12:00:00Z"}}),
    "no branch": ({"heat": {"by": "gas", "at": "noon"}}, {"heat": {"by": "gas", "at": "noon"}}),
}  # fmt: skip


@pytest.mark.parametrize("name", SHOWN)
def test_what_is_sent_is_shown(small, name):
    """Each member comes back, marked where it may differ; what is not shown is left out."""
    sent, shown = SHOWN[name]

    found = Representation(small).of(small.operations["createHouse"], sent)

    assert found == shown
    assert repr(found) == repr(shown)


def test_response_may_hold_it_deeper(small):
    """Where the schema says so, what was sent stands inside of what is shown."""
    assert Representation(small).of(small.operations["createDoor"], {"doorId": "d"}) == {
        "house": {"door": {"doorId": "d"}}
    }


def test_no_body_shows_nothing(small):
    """A call that sends nothing shows nothing of it."""
    assert Representation(small).of(small.operations["listLogs"], None) == {}


def test_entity_shows_the_id_that_it_got(small, types):
    """Where the API gives ids, that one is shown in place of the one that was sent; where the client does, its own."""
    of = Representation(small).of_entity

    assert of(types["house"], {"id": "mine", "count": 1}, {"houseId": "given"}) == {"id": "given", "count": 1}
    assert of(types["house"], {"count": 1}, {"houseId": "given"}) == {"count": 1}


def test_entity_may_show_its_parents(small, types):
    """The id of what it belongs to may be shown, or null in its place, where the schema has such a member."""
    found = Representation(small).of_entity(
        types["door"], {"label": "l"}, {"houseId": "h", "doorId": "d", "streetId": "s"}
    )

    assert found == {"houseId": OrNull("h"), "house": {"door": {"label": "l"}}}


MADE = {
    "id": "h", "made": "2026-01-15T12:00:00Z", "kinds": ["a", "b"], "pairs": [[1, 2], [3]], "name": "n",
    "parts": {"at": "2026-01-15T12:00:00Z", "more": "m"}, "other": 1,
}  # fmt: skip


def test_what_cannot_change_stays(small, types):
    """Of what may be changed, the immutable members; times less exactly, texts in a list in any order."""
    found = Representation(small).immutable(types["house"], {"made": MADE, "else": 1})

    assert found == {
        "made": Moment("2026-01-15T12:00:00Z"),
        "kinds": Unordered(["a", "b"]),
        "pairs": [[1, 2], [3]],
        "parts": {"at": Moment("2026-01-15T12:00:00Z"), "more": "m"},
    }
    assert isinstance(found["made"], Moment)


def test_all_stays_of_what_nothing_changes(small, types):
    """Where no operation changes or deletes such an entity, all of it stays as it was made."""
    made = {"doorId": "d", "at": "2026-01-15T12:00:00Z", "list": ["a", 1], "other": "o"}

    found = Representation(small).immutable(types["door"], made)

    assert found == {"doorId": "d", "at": Moment("2026-01-15T12:00:00Z"), "list": ["a", 1], "other": "o"}


@pytest.mark.parametrize("created", [None, [], "x", {}, {"made": None}, {"made": [1]}])
def test_response_without_the_entity_says_nothing(small, types, created):
    """Where the response that made it does not show it, nothing has to stay."""
    assert Representation(small).immutable(types["house"], created) == {}


def test_deprecated_members_have_successors(small, types):
    """Which members a member took the place of; and of a body those that have a value."""
    of = Representation(small)

    assert of.deprecated(types["house"], "tags") == {"tag"}
    assert of.deprecated(types["house"], "name") == {"label"}
    assert of.deprecated(types["house"], "tag") == frozenset()
    assert of.successors(types["house"], {"tag": "a", "label": ""}) == {"tag": "tags"}
    assert of.successors(types["house"], {"tag": "a", "label": "b"}) == {"tag": "tags", "label": "name"}
    assert of.successors(types["house"], {"tags": ["a"], "tag": None}) == {}


def test_member_is_known_by_its_sample(small):
    """The member of a body that is a sample of a kind."""
    of = Representation(small)

    assert of.sampled_as(small.operations["createHouse"], "secret") == "secret"
    assert of.sampled_as(small.operations["createHouse"], "hook-url") == ""
    assert of.sampled_as(small.operations["listLogs"], "secret") == ""
