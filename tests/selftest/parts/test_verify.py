"""Verify records, and goes on: kept, broken, or not checked with the reason."""

import httpx
import pytest

from ecsuite.findings.breach import body
from ecsuite.promises import (
    DELETED_IS_GONE,
    DELIVERY_LOGS,
    OTHERS_UNTOUCHED,
    PARTNERS_APART,
    REFUSED_CHANGES_NOTHING,
    RESPONSE_BODY,
    ROUND_TRIP,
)
from ecsuite.rules.snapshots import Probe, Snapshot


@pytest.fixture
def shown(world_of):
    """A world whose API answers any GET with a value, and that response."""

    def make(value, status=200):
        world = world_of(lambda *_: (status, value))
        # A list is the right answer elsewhere.
        return world, world.api.get("/users" if isinstance(value, list) else "/users/1", strict=False)

    return make


def rules(found):
    return [
        each
        for each in found
        if each[0] in {ROUND_TRIP, PARTNERS_APART, DELIVERY_LOGS, DELETED_IS_GONE, OTHERS_UNTOUCHED}
    ]


SHOWS = {
    "the same": ({"a": 1}, {"a": 1}, {}, []),
    "more than was sent": ({"a": 1}, {"a": 1, "b": 2}, {}, []),
    "another value": ({"a": 1}, {"a": 2}, {}, [("changed", ("a",), 2)]),
    "a member left out": ({"a": 1, "b": 2}, {"a": 1}, {}, []),
    "a member left out of the whole": ({"a": 1, "b": 2}, {"a": 1}, {"whole": True}, [("lost", ("b",), None)]),
    "part of a member": ({"a": {"b": 1, "c": 2}}, {"a": {"b": 1}}, {}, [("lost", ("a", "c"), None)]),
    "part of a member, deeper": ({"a": {"b": 1, "c": 2}}, {"a": {"b": 1}}, {"depth": 2}, []),
    "one in a list": ({"a": 1}, [{"a": 1}, {"a": 2}], {"at": (1,)}, [("changed", (1, "a"), 2)]),
    "a member left out below a name": ({"a": 1, "b": 2}, {"x": {"a": 1}}, {"at": ("x",)}, []),
    "part of a member below a name": ({"a": {"b": 1, "c": 2}}, {"x": {"a": {"b": 1}}}, {"at": ("x",)}, [("lost", ("x", "a", "c"), None)]),
    "nothing at the place": ({"a": 1}, {"a": 1}, {"at": ("users", 0)}, [("absent", ("users", 0), None)]),
}  # fmt: skip


@pytest.mark.parametrize("name", SHOWS)
def test_differences_are_recorded(shown, findings, name):
    """A response may leave a member out, but must not be partial; a place that is not there is a finding, too."""
    sent, value, options, expected = SHOWS[name]
    world, response = shown(value)

    kept = world.verify.shows(sent, response, **options)

    assert kept is (expected == [])
    found = [(kind, at.path, actual) for _, kind, at, actual in rules(findings(world))]
    assert found == expected


def test_what_the_checks_have_told_is_not_told_again(world_of, findings):
    """Text in the place of a number is an error of the body, once; another member that differs is told beside it."""
    shown = {
        "vehicleId": "v",
        "metadata": {"resourceType": "Vehicle", "brand": "B", "model": "M", "year": "2009", "vin": "X"},
    }
    sent = {"vehicleId": "v", "metadata": {"brand": "A", "year": 2009}}
    world = world_of(lambda *_: (200, shown))
    response = world.api.get("/users/1/vehicles/v", strict=False)

    assert not world.verify.shows(sent, response)

    found = [(promise, kind, at.path) for promise, kind, at, _ in findings(world)]
    assert [each for each in found if each[0] in {ROUND_TRIP, RESPONSE_BODY}] == [
        (RESPONSE_BODY, "type", ("metadata", "year")),
        (ROUND_TRIP, "changed", ("metadata", "brand")),
    ]


def test_unreadable_response_is_one_finding(world_of, findings):
    """It does not stop the test, and the check of the body has told it."""
    world = world_of(lambda *_: 200)
    response = world.api.get("/users/1", strict=False)

    assert not world.verify.shows({"a": 1}, response)
    assert [found[:2] for found in findings(world)] == [(RESPONSE_BODY, "absent")]


def test_missing_value_is_not_checked(shown, reasons, findings):
    """A value that is not there is neither right nor wrong."""
    world, response = shown({})

    assert world.verify.says(DELIVERY_LOGS, response, "isEligible", value=True)

    assert reasons(world) >= {(DELIVERY_LOGS, "the response has no isEligible")}
    assert rules(findings(world)) == []


@pytest.mark.parametrize(("actual", "kept"), [(True, True), (False, False), (1, False), ("true", False), (None, False)])
def test_value_is_of_its_type(shown, actual, kept):
    """Nothing that is only like a boolean is one."""
    world, response = shown({"isEligible": actual})

    assert world.verify.says(DELIVERY_LOGS, response, "isEligible", value=True) is kept


def test_leak_is_named_and_not_shown(shown, findings):
    """A secret that another partner was shown is no part of what is found."""
    world, response = shown({"detail": "hush-hush"}, 404)
    rule = world.contract.operations["getUser"].security

    assert not world.verify.mentions_nothing_of(
        PARTNERS_APART, response, {"hush-hush": "a secret", "other": "other"}, rule
    )
    assert rules(findings(world)) == [(PARTNERS_APART, "present", body(), "a secret")]


def test_refusal_is_not_acceptance(shown, reasons):
    """What may be refused, and is, leaves its promise unchecked."""
    world, response = shown("no", 400)

    assert not world.verify.accepted(response, "odd")
    assert reasons(world) >= {(ROUND_TRIP, "refused with 400: odd")}


def test_status_is_like_that_of_an_unknown_id(shown, reasons):
    """Where the unknown id got another status than those allowed, there is nothing to compare with."""
    world, response = shown("no", 404)
    _, unknown = shown({}, 200)
    rule = world.contract.operations["getUser"].security

    assert world.verify.status_like(PARTNERS_APART, response, response, {404}, rule)
    assert world.verify.status_like(PARTNERS_APART, response, unknown, {404}, rule)
    assert reasons(world) >= {(PARTNERS_APART, "an unknown id gets 200")}


def test_deleted_entity_is_gone(world_of, shop, findings):
    """It can neither be read nor is in a list; else the call that deleted it is to blame."""
    world = world_of(shop)
    kept, gone = world.entities.create_many(world.entities.type_made_by("createUser"), 2)
    deleted = world.api.delete(gone.path)

    assert world.verify.gone(gone, deleted)
    assert not world.verify.gone(kept, deleted)
    (found,) = world.api.journal.findings
    # That a list has it, too, tells no more.
    assert (found.breach.kind, found.breach.seen_by) == ("present", "getUser")
    assert found.evidence.request.url == f"https://api.example/v1{kept.path}"
    assert found.blamed.request.method == "DELETE"


def test_change_is_blamed_on_the_call_that_names_it(world_of, shop):
    """Of several calls the one whose id the change shows is to blame."""
    world = world_of(shop)
    before = Snapshot({Probe("listUsers", "/users", "items"): []})
    sent = [world.api.post("/users", json={"userId": f"a-long-id-of-one-user-{number}"}) for number in (1, 2)]
    world.api.delete("/users/a-long-id-of-one-user-2")

    assert not world.changes.unchanged(OTHERS_UNTOUCHED, before, sent[1], sent=sent)

    (found,) = [each for each in world.api.journal.findings if each.promise == OTHERS_UNTOUCHED.id]
    assert found.blamed.request.body == b'{"userId":"a-long-id-of-one-user-1"}'


def test_list_grows_less_than_it_was_called(world_of):
    """An item for each refused call is no coincidence; fewer may be others' doing."""
    lengths = iter([[], [{}, {}], [], [{}]])
    world = world_of(lambda *_: (200, next(lengths)))
    refused = [httpx.Response(401, request=httpx.Request("POST", "https://api.example/v1/users"))] * 2
    probe = Probe("listUsers", "/users", "length")

    kept = []
    for _ in range(2):
        before = world.snapshots.again(Snapshot({probe: None}))
        kept.append(world.changes.grew_less(REFUSED_CHANGES_NOTHING, before, refused))

    assert kept == [False, True]
