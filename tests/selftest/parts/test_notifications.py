"""The notifications that a receiver is tried with, and how they are spelt."""

import json
from datetime import UTC, datetime

import pytest

from ecsuite import editions
from ecsuite.receivers.notifications import Notifications, in_zeros, with_escapes
from ecsuite.receivers.trial import signed_delivery

NAMES = ["limit", "resourceLimit", "eligibility", "priceCurve"]


@pytest.fixture(scope="module")
def notifications():
    contract = editions.contract("2026-01")
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
