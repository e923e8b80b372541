"""Calls that would succeed, calls about nothing, how both are sent, and what is read of their responses."""

import pytest
from scripted import Scripted, kinds

from ecsuite.findings.breach import body
from ecsuite.findings.broken import PromiseBroken
from ecsuite.messages.exchange import (
    SUCCESS,
    UNSPECIFIED,
)
from ecsuite.rules.call import Call
from ecsuite.rules.inputs import Refused
from ecsuite.rules.reading import line_of, member_of, require_member, there
from ecsuite.samples import UNSPECIFIED_TARGET, Body, Reference, Wrong

PARTNER = "https://api.example/v1"


def test_call_is_made_of_its_parts(world_of):
    """Its path, its body, its query and what it must get."""
    world = world_of(Scripted(), "2026-01")
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
    world = world_of(Scripted())
    operations = world.contract.operations

    unknown, listing = world.calls.unknown(operations["getVehicle"]), world.calls.unknown(operations["listUsers"])

    assert len(set(unknown.ids.values())) == 2
    assert (unknown.targets_exist, listing.targets_exist) == (False, True)
    assert world.calls.unknown(operations["createVehicle"]).body is not None
    assert world.calls.unknown(operations["getVehicle"]).body is None


@pytest.mark.parametrize(("events", "exist"), [([{"id": "e"}], True), ([], False)])
def test_call_succeeds_where_all_that_it_names_is_there(world_of, events, exist):
    """A body that names what is not there may get any response."""
    world = world_of(Scripted(**{"GET_/events": (200, events)}))

    call = world.calls.valid(world.contract.operations["createReport"])

    assert call.targets_exist is exist
    assert world.calls.valid_or_unknown(world.contract.operations["getEvent"]).targets_exist is exist


@pytest.mark.parametrize(("status", "exist"), [(201, True), (200, True), (404, False)])
def test_what_a_call_deletes_is_made_first(world_of, status, exist):
    """Where it has no id of its own; whether it is there depends on the response."""
    api = Scripted(
        **{"POST_/users/": lambda line, sent: (status if line.endswith("enrollment") else 201, {**(sent or {})})}
    )
    world = world_of(api, "2026-01")

    call = world.calls.valid(world.contract.operations["deleteEnrollment"])

    assert api.lines[-1] == f"POST {call.path}"
    assert call.targets_exist is exist
    # An entity of its own is deleted as it is.
    world.calls.valid(world.contract.operations["deleteUser"])
    assert api.lines[-1] == f"POST {call.path}"


def test_call_is_sent_as_it_is_told(world_of):
    """With its path, body and query, by another method where one is given, by another partner's client where one is."""
    api = Scripted()
    world, other = world_of(api), world_of(Scripted(GET_=(404, "no")))
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
    world = world_of(Scripted(), "2026-01")
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
    world = world_of(Scripted(), "2026-01")
    call = world.calls.valid(world.contract.operations["createUser"])

    wrong, unspecified = list(world.calls.wrong(call)), list(world.calls.unspecified(call))

    assert wrong
    assert all(isinstance(each, Wrong) for each in [*wrong, *unspecified])
    assert all(world.contract.schemas.violations(call.operation.body_schema, each.value) for each in wrong)


def test_world_is_of_the_sandbox(world_of):
    """Unless it is said that it is production."""
    assert world_of(Scripted()).sandbox is True


def test_selection_that_is_wrong_is_told():
    """What a test was selected by is there, be it ever so little."""
    assert there(0) == 0
    assert there("") == ""
    with pytest.raises(ValueError, match="the test was selected for something that is not there"):
        there(None)


READ = {
    "a text": ({"userId": "x"}, "x", None),
    "an empty text": ({"userId": ""}, None, ("absent", body(("userId",)))),
    # What the checks have said already is not said again.
    "a number": ({"userId": 7}, None, ("type", body(("userId",)))),
    "none": ({}, None, ("required", body(("userId",)))),
    "no object": (["userId"], None, ("type", body())),
}


@pytest.mark.parametrize("name", READ)
def test_text_that_is_needed_is_there(world_of, name):
    """Without it there is nothing to go on with: a finding about the response's body."""
    value, text, broken = READ[name]
    world = world_of(Scripted(POST_=(200, value)))
    response = world.api.post("/users", json={"userId": "x"}, strict=False)

    if text:
        assert require_member(response, "userId") == text
    else:
        with pytest.raises(PromiseBroken, match="the response has no userId to go on with") as caught:
            require_member(response, "userId")
        assert (caught.value.finding.breach.kind, caught.value.finding.breach.at) == broken


def test_member_is_read_where_there_is_one(world_of):
    """The value of a member, null too; the default where there is none, or no object."""
    world = world_of(
        Scripted(**{"GET_/users/1": (200, {"a": None}), "GET_/users/2": (200, ["a"]), "GET_/users/3": (200, b"{")})
    )
    responses = [world.api.get(f"/users/{number}", strict=False) for number in "123"]

    assert [member_of(each, "a", "d") for each in responses] == [None, "d", "d"]
    assert [member_of(each, "b") for each in responses] == [None, None, None]
    assert line_of(responses[0]) == f"GET {PARTNER}/users/1"


@pytest.mark.parametrize(
    ("body", "exist"),
    [(Body({}), True), (Body({}, "odd"), False), (Body({}, "", frozenset({Reference("a", "b")})), False)],
)
def test_call_with_a_body_that_may_be_refused_is_unspecified(world_of, monkeypatch, body, exist):
    """As one that names what is not there is."""
    world = world_of(Scripted())
    monkeypatch.setattr(world.drafts, "body", lambda *_, **__: body)

    assert world.calls.valid(world.contract.operations["createUser"]).targets_exist is exist


def test_production_is_called_as_well(world_of):
    """What does not belong to the sandbox is called everywhere."""
    world = world_of(Scripted(), "2026-01", sandbox=False)

    assert world.calls.valid(world.contract.operations["listUsers"]).targets_exist
