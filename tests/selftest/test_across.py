"""Causes that tests have found apart, and that are one: which of them tells the others, and which are two all the same."""

from typing import Any

import pytest

from ecsuite.findings.breach import STATUS, Breach, Place, body
from ecsuite.findings.datum import datum
from ecsuite.findings.deviation import mark_of
from ecsuite.findings.finding import ContractPlace, Finding
from ecsuite.promises import (
    DELETED_IS_GONE,
    OTHERS_UNTOUCHED,
    PARENTS,
    PATH_IDS,
    ROUND_TRIP,
    SERVER_ERROR,
    STATUS_EXPECTED,
)
from ecsuite.results.cause import Causes
from ecsuite.results.record import Found

PLACE = ContractPlace(("x",), "contracts/2023-10/openapi.yaml", 1, "Postman collection 2023-10")
HOOK, HOOKS = "/webhooks/{id}", "/webhooks"
CAR, CARS = "/users/{userId}/vehicles/{vehicleId}", "/users/{userId}/vehicles"
TANK = "/users/{userId}/resources/{resourceId}"
TYPES = ("components", "schemas", "Webhook", "properties", "eventPayloadTypes")
URL = ("components", "schemas", "Webhook", "properties", "webhookUrl")


def a_found(promise: Any, call: str, breach: Breach, anchor: Any = (), times: int = 1, **changes: Any) -> Found:
    method, _, path = call.partition(" ")
    finding = Finding(
        promise=promise.id,
        operation=call,
        method=method,
        path=path,
        status=changes.pop("status", 200),
        breach=breach,
        level="spec",
        severity=changes.pop("severity", "error"),
        rule=PLACE,
    )
    return Found(finding, anchor, times, marks=(mark_of(finding),), **changes)


def at(*path: str | int, kind: str = "changed") -> Breach:
    return Breach(kind, body(path), datum("a"), datum("b"))


def told(*founds: Found) -> list[list[str]]:
    """The calls of each cause, those that are told with it behind its own."""
    causes = Causes()
    for number, found in enumerate(founds):
        causes.add(f"test_{number}", found)
    return [list(cause.operations) for cause in causes.ranked()]


def missing(call: str, seen_call: str, times: int = 1) -> Found:
    breach = Breach("absent", body(), seen_by=seen_call, seen_call=seen_call)
    return a_found(OTHERS_UNTOUCHED, call, breach, ("schema", seen_call), times)


not_found = Breach("status", STATUS, datum([200]), datum(404))
kept = a_found(ROUND_TRIP, f"PUT {HOOK}", at("eventPayloadTypes", kind="same"), TYPES, 10)
turned = a_found(ROUND_TRIP, f"GET {HOOK}", at("eventPayloadTypes", kind="order"), TYPES, 2)
longer = a_found(ROUND_TRIP, f"GET {HOOKS}", at(0, "eventPayloadTypes", kind="length"), TYPES, 3)
elsewhere = a_found(ROUND_TRIP, f"GET {HOOK}", at("webhookUrl"), URL, 2)
in_list = Breach("present", Place("list", "vehicleId"), actual=datum("7"))
strangers = a_found(PARENTS, f"GET {CARS}", in_list, ("list", "vehicleId"))
other_ids = a_found(PATH_IDS, f"GET {CARS}", at(0, "userId"), ("x", "userId"), 4)
still_listed = a_found(
    DELETED_IS_GONE, f"DELETE {CAR}", Breach("present", Place("list", "vehicleId"), seen_by=f"GET {CARS}"), ("gone",), 2
)
still_read = a_found(DELETED_IS_GONE, f"DELETE {CAR}", Breach("present", body(), seen_by=f"GET {CAR}"), ("read",), 2)
taken = missing(f"DELETE {HOOK}", f"GET {HOOK}", 3)
lost = a_found(STATUS_EXPECTED, f"GET {HOOK}", not_found, ("status", 404), status=404)
unlisted = a_found(STATUS_EXPECTED, f"GET {CAR}", not_found, ("status", 404), status=404)
ONE = {
    "a member that a change leaves as it was, in every way": [kept, turned, longer],
    "a member that is wrong in several ways": [longer, turned],
    "a list with what is others', and what is seen in it": [strangers, other_ids, still_listed],
    "two types of entities that are kept as one": [missing(f"DELETE {CAR}", f"GET {TANK}"), missing(f"DELETE {TANK}", f"GET {CAR}")],
    "what is taken away, and not found by others": [taken, lost],
    "a failure at common and at rare input": [
        a_found(SERVER_ERROR, f"GET {CAR}", at(), ("status", 500)),
        a_found(SERVER_ERROR, f"GET {CAR}", at(), ("status", 500), severity="warning"),
    ],
}  # fmt: skip
TWO = {
    "two members": [turned, elsewhere],
    "a member that was left as it was, and another": [kept, elsewhere],
    "what can still be read has not been seen in a list": [strangers, still_read],
    "what a call takes away, and what another does not find": [taken, unlisted],
    "what two calls take away of a third type": [missing(f"DELETE {CAR}", f"GET {HOOK}"), missing(f"DELETE {TANK}", f"GET {CAR}")],
    "failures of two operations": [
        a_found(SERVER_ERROR, f"GET {CAR}", at(), ("status", 500)),
        a_found(SERVER_ERROR, f"GET {TANK}", at(), ("status", 500), severity="warning"),
    ],
    "one that is less severe": [kept, a_found(ROUND_TRIP, f"GET {HOOK}", at("eventPayloadTypes"), TYPES, severity="warning")],
}  # fmt: skip


@pytest.mark.parametrize("name", ONE)
def test_what_follows_is_told_with_its_cause(name):
    """Whichever test found it first, there is one cause, and the one that says most leads."""
    lead = ONE[name][0].finding
    for founds in (ONE[name], ONE[name][::-1]):
        causes = told(*founds)

        assert len(causes) == 1
        assert sorted(causes[0]) == sorted({f"{each.finding.method} {each.finding.path}" for each in founds})
        if founds[0].finding is lead:
            assert causes[0][0] == f"{lead.method} {lead.path}"


@pytest.mark.parametrize("name", TWO)
def test_what_does_not_follow_is_a_cause_of_its_own(name):
    """In whichever order they are found."""
    assert [len(told(*TWO[name])), len(told(*TWO[name][::-1]))] == [2, 2]


def test_what_became_of_others_is_told_by_a_call_on_their_type():
    """Another one may have run beside it: a delivery's webhook was deleted while a vehicle was."""
    causes = Causes()
    causes.add("test_a", missing(f"DELETE {CAR}", f"GET {HOOK}"))
    causes.add("test_b", missing(f"DELETE {HOOK}", f"GET {HOOK}"))

    (cause,) = causes.ranked()
    assert cause.finding.path == HOOK
