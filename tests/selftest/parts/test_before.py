"""A response to a change, or after one, that shows what was before: told once, and not for each member."""

import pytest

from ecsuite.findings.breach import Breach, body
from ecsuite.findings.datum import datum
from ecsuite.promises import ROUND_TRIP
from ecsuite.results.record import found_in

PATH = "/users/u/locations/l"
OLD = {"locationId": "l", "locationType": "Other", "coordinates": {"latitude": 1, "longitude": 2}}
NEW = {"locationId": "l", "locationType": "Residential", "coordinates": {"latitude": 3, "longitude": 4}}
MIXED = {**OLD, "locationType": "Commercial"}


def same(name=""):
    return [("same", body((name,) if name else ()))]


CHANGES = {
    "the change": (NEW, NEW, []),
    "what was before": (NEW, OLD, same()),
    "one member that was before": ({**OLD, "locationType": "Unknown"}, OLD, same("locationType")),
    "a deep member that was before": ({**OLD, "coordinates": {"latitude": 9, "longitude": 2}}, OLD, same("coordinates")),
    "neither": (NEW, MIXED, [("changed", body(("locationType",))), ("changed", body(("coordinates", "latitude"))), ("changed", body(("coordinates", "longitude")))]),
}  # fmt: skip


def changed(world_of, sent, shown):
    """A world in which a location was made, and then put, with the response to that."""

    def answer(line, _):
        return (201, {"userId": "u", **OLD}) if line.startswith("POST") else (200, {"userId": "u", **shown})

    world = world_of(answer, "2026-01")
    world.api.post("/users/u/locations", json=OLD, strict=False)
    return world, world.api.put(PATH, json=sent, strict=False)


def rules(world):
    found = [each for each in world.api.journal.findings if each.promise == ROUND_TRIP.id]
    return [(each.breach.kind, each.breach.at) for each in found]


@pytest.mark.parametrize("name", CHANGES)
def test_what_was_before_is_told_as_that(world_of, name):
    """By the answer to the change, and by a reading after it."""
    sent, shown, expected = CHANGES[name]
    world, response = changed(world_of, sent, shown)

    assert world.verify.shows(sent, response) is (not expected)
    assert rules(world) == expected
    assert world.verify.reads(PATH, sent) is (not expected)
    assert rules(world) == expected * 2


def test_what_an_earlier_change_did_not_name_may_be_anything(world_of):
    """A server has values of its own for what a PUT leaves out."""
    world, _ = changed(
        world_of, {"locationId": "l"}, {"locationId": "l", "locationType": "Unknown", "coordinates": None}
    )
    second = world.api.put(PATH, json=NEW, strict=False)

    assert not world.verify.shows(NEW, second)
    assert rules(world) == same()


@pytest.mark.parametrize("times", [1, 2])
def test_what_was_wrong_before_is_no_change_that_is_not_made(world_of, times):
    """A change that names a member as it had been sent before, and is shown as wrong as that was."""
    swapped = {**OLD, "coordinates": {"latitude": 2, "longitude": 1}}
    wanted, shown = {**OLD, "locationType": "Unknown"}, {**swapped, "locationType": "Unknown"}
    world = world_of(lambda line, _: (201 if line.startswith("POST") else 200, {"userId": "u", **shown}), "2026-01")
    world.api.post("/users/u/locations", json=OLD, strict=False)
    for _ in range(times):
        response = world.api.put(PATH, json=wanted, strict=False)

    assert not world.verify.shows(wanted, response)
    assert {kind for kind, _ in rules(world)} == {"changed"}


def test_what_was_not_there_before_is_no_change_that_is_not_made(world_of):
    """The first change that names a member is made, and wrong."""
    shown = {**OLD, "coordinates": {"latitude": 2, "longitude": 1}}
    answers = {"POST": (201, {"userId": "u", **OLD, "coordinates": None}), "PUT": (200, {"userId": "u", **shown})}
    world = world_of(lambda line, _: answers[line.split()[0]], "2026-01")
    world.api.post("/users/u/locations", json={"locationId": "l", "locationType": "Other"}, strict=False)

    assert not world.verify.shows(OLD, world.api.put(PATH, json=OLD, strict=False))
    assert {kind for kind, _ in rules(world)} == {"changed"}


def test_change_made_twice_is_not_made(world_of):
    """The second time it asks for no more than the first."""
    world, _ = changed(world_of, NEW, OLD)

    assert not world.verify.shows(NEW, world.api.put(PATH, json=NEW, strict=False))
    assert rules(world) == same()


def test_reading_without_a_change_has_no_before(world_of):
    """What was made otherwise than it was sent is told by its members."""
    world = world_of(lambda *_: (200, {"userId": "u", **OLD}), "2026-01")

    assert not world.verify.reads(PATH, NEW)
    assert {kind for kind, _ in rules(world)} == {"changed"}


def test_changes_that_are_not_made_are_one_cause(world_of):
    """Whichever members they name, in the answer and in a reading; what else differs there is told with it."""
    world, response = changed(world_of, NEW, OLD)
    one = {**OLD, "locationType": "Unknown"}
    world.verify.shows(NEW, response)
    world.verify.reads(PATH, NEW)
    world.verify.shows(one, world.api.put(PATH, json=one, strict=False))
    lost = Breach("changed", body(("coordinates",)), datum({"latitude": 1}), datum(None))
    world.api.add_finding(ROUND_TRIP, lost, response)

    found = found_in(world.api.journal, world.contract, str)

    assert {each.cause for each in found if each.finding.promise == ROUND_TRIP.id} == {found[0].cause}
    assert [each.finding.method for each in found] == ["PUT", "GET"]
