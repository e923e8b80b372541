"""The notifications that a receiver is tried with, and how they are spelt."""

import json
import textwrap
from datetime import UTC, datetime

import pytest

from ecsuite import editions
from ecsuite.contract import Contract, Source
from ecsuite.receivers.notifications import (
    Notifications,
    elsewhere,
    in_reverse,
    in_ticks,
    in_zeros,
    with_blanks,
    with_escapes,
    zulu,
)
from ecsuite.receivers.trial import signed_delivery

# A notification whose ids, lists and numbers stand where those of the editions do not.
LAMPS = """\
    openapi: 3.1.0
    info: {title: T, version: '1'}
    servers: [{url: 'https://h/v1'}]
    paths: {}
    webhooks:
      lamp:
        post:
          operationId: lamp
          x-level: spec
          x-source: t
          security: []
          parameters:
            - {name: X-Sign, in: header, required: true, x-signature: hmac-sha256-base64, schema: {type: string}}
          requestBody:
            required: true
            content:
              application/json:
                schema:
                  type: object
                  properties:
                    payload: {type: object, properties: {lamps: {type: array, items: {$ref: '#/components/schemas/Lamp'}}}}
                    number: {type: integer}
                    kind: {type: string, enum: [Lamps]}
                examples:
                  lamps: {value: {payload: {lamps: [{lampId: a, watts: 7, is_on: true, colour: Red}], of: []}, number: 1, kind: Lamps}}
                  texts: {value: {payload: {lamps: [{lampId: 'a0'}]}, number: 1, kind: Lamps}}
          responses: {2XX: {description: d}}
    components:
      schemas:
        Lamp:
          type: object
          properties: {lampId: {type: string}, watts: {type: number}, is_on: {type: boolean}, colour: {type: string, enum: [Red]}}
"""
NAMES = ["limit", "resourceLimit", "reservation", "eligibility", "priceCurve"]


@pytest.fixture(scope="module")
def notifications():
    contract = editions.contract("2026-01")
    return Notifications(contract, signed_delivery(contract)[0])


@pytest.fixture(scope="module")
def lamps():
    contract = Contract(Source(textwrap.dedent(LAMPS), "c.yaml"))
    return Notifications(contract, signed_delivery(contract)[0])


def points(value: dict) -> list:
    """The lists of points in a notification."""
    text = json.dumps(value["payload"])
    found: list = []
    json.loads(text, object_hook=lambda each: found.append(each) if "timestamp" in each else each)
    return found


@pytest.mark.parametrize("name", NAMES)
def test_what_is_planned_is_for_full_hours_of_today(notifications, name):
    """A receiver may refuse what is no hour; only the event itself is of now."""
    before = datetime.now(UTC)
    value = notifications.fresh(name)
    after = datetime.now(UTC)

    assert before <= datetime.fromisoformat(value["eventCreatedAtUtc"]) <= after
    times = [datetime.fromisoformat(each["timestamp"]) for each in points(value)]
    assert bool(times) == (name != "eligibility")
    assert [at for at in times if (at.minute, at.second, at.microsecond) != (0, 0, 0)] == []
    assert {at.date() for at in times} <= {before.date(), after.date()}


def test_ids_are_new_each_time(notifications):
    """No two notifications are one to a receiver that looks at their ids."""
    one, other = notifications.fresh("limit"), notifications.fresh("limit")

    assert [
        name for name in one if isinstance(one[name], str) and name.endswith("Id") and one[name] == other[name]
    ] == []


def test_escapes_say_the_same():
    """The hyphens of an id and the plus signs are escapes, and a negative number stays one."""
    value = {"id": "6f6e6a4c-3a56-4b0c-8a0e-0d7f5a1c2b34", "at": "10:00+00:00", "price": -41.25}

    spelt = with_escapes(value)

    assert json.loads(spelt) == value
    assert spelt.count(b"-") == 1
    assert b"+" not in spelt


def test_zeros_say_the_same():
    """Each fraction has a zero more, and what is none is as it was."""
    value = {"price": -41.25, "of": [1.5, 2], "text": "1.5"}

    assert in_zeros(value) == b'{"price":-41.250,"of":[1.50,2],"text":"1.5"}'


@pytest.mark.parametrize("name", NAMES)
def test_tampered_value_is_of_the_same_kind(notifications, name):
    """Only its signature shows that the body was changed: a number is one more, and a text is as long as it was."""
    original, changed = (json.dumps(each) for each in notifications.tampered(name))
    pairs = [(a, b) for a, b in zip(original, changed, strict=False) if a != b]

    assert len(original) == len(changed)
    assert len(pairs) == 1
    if name != "eligibility":
        assert int(pairs[0][1]) == int(pairs[0][0]) + 1


def test_tampered_value_is_in_the_payload(lamps):
    """A number or a text beside it may be refused for another reason than the signature; a truth value is no number."""
    original, changed = lamps.tampered("lamps")
    (lamp,) = changed["payload"]["lamps"]

    assert lamp == {**original["payload"]["lamps"][0], "watts": 8}
    assert lamps.tampered("texts")[1]["payload"] == {"lamps": [{"lampId": "a1"}]}
    assert original | {"payload": None} == changed | {"payload": None}


def test_later_versions_are_told_by_their_places(lamps):
    """A new value of an enum, wherever it stands, and a new member of each object that is no item of a list."""
    assert dict(lamps.later_versions("lamps")).keys() == {
        "a new value of payload/lamps/*/colour",
        "a new value of kind",
        "a further member of the whole",
        "a further member of payload",
    }


def test_many_entries_are_a_thousand_ids(notifications, lamps):
    """In each list of ids, all of them different; lists of other things, and empty ones, stay."""
    payload = notifications.with_many("eligibility")["payload"]

    assert [len(set(payload[name])) for name in ("addedUsers", "removedUsers")] == [1000, 1000]
    assert lamps.with_many("lamps") is None


def test_nobody_is_removed(notifications, lamps):
    """Only where there are two lists, so that the notification still says something."""
    payload = notifications.with_none("eligibility")["payload"]

    assert (len(payload["addedUsers"]), payload["removedUsers"]) == (1, [])
    assert notifications.with_none("limit") is lamps.with_none("lamps") is None


def test_letters_stand_in_an_id(notifications):
    """Partners choose ids, and the contract takes any text for one."""
    (target,) = notifications.with_letters("limit")["payload"]["targets"]

    assert not target["locationId"].isascii()
    assert target["meterPointId"].isascii()


def test_times_are_spelt_otherwise_and_stay_the_same(notifications):
    """With a `Z`, with the offset of another zone, and with seven digits."""
    at = datetime(2026, 1, 19, 17, 30, 15, 250_000, UTC)

    assert (zulu(at), elsewhere(at), in_ticks(at)) == (
        "2026-01-19T17:30:15Z",
        "2026-01-19T19:30:15.250000+02:00",
        "2026-01-19T17:30:15.2500007+00:00",
    )
    spelt = notifications.with_times("limit", zulu)
    assert spelt["eventCreatedAtUtc"].endswith("Z")
    assert {each["timestamp"][-4:] for each in points(spelt)} == {":00Z"}


def test_order_and_blanks_say_the_same():
    """The outermost members stand the other way round, and lines end with a line feed behind a carriage return."""
    value = {"a": {"b": 1, "c": "x\u00f8"}, "d": 2}

    assert list(json.loads(in_reverse(value))) == ["d", "a"]
    assert json.loads(in_reverse(value)) == json.loads(with_blanks(value)) == value
    assert with_blanks(value).splitlines()[0] == b"{"
    assert with_blanks(value).count(b"\r\n") == with_blanks(value).count(b"\n") - 1 == 6
