"""Causes that one piece of a server's code explains are told once; similar ones that it does not explain are two."""

from typing import Any

import pytest
from outcomes import found_by

from ecsuite.findings.breach import STATUS, Breach, Place, body
from ecsuite.findings.datum import datum
from ecsuite.promises import (
    BAD_REQUEST,
    CREATION_RESPONSE,
    DELETED_IS_GONE,
    DELIVERED_ONCE,
    DELIVERY_ARRIVES,
    OPERATION,
    OTHERS_UNTOUCHED,
    PATH_IDS,
    REFUSED_CHANGES_NOTHING,
    RESPONSE_BODY,
    ROUND_TRIP,
    STATUS_EXPECTED,
    STATUS_LISTED,
    Promise,
)
from ecsuite.results.cause import Causes
from ecsuite.results.record import Found

HOOK, HOOKS, TEST = "/webhooks/{id}", "/webhooks", "POST /webhooks/{id}/test"
CAR, CARS = "/users/{userId}/vehicles/{vehicleId}", "/users/{userId}/vehicles"
TANK, TANKS = "/users/{userId}/resources/{resourceId}", "/users/{userId}/resources"
METER = "/users/{userId}/meters/{meterId}"


def a_found(promise: Promise, call: str, breach: Breach, times: int = 1, **changes: Any) -> Found:
    """A finding with an anchor of its own, so that no other rule makes it one with another."""
    return found_by(promise, call, breach, (promise.id, call, str(breach.at), breach.case), times, **changes)


def count(*founds: Found) -> int:
    causes = Causes()
    for number, found in enumerate(founds):
        causes.add(f"test_{number}", found)
    return len(causes.ranked())


def status(promise: Any, call: str, expected: int, actual: int, times: int = 1, **changes: Any) -> Found:
    breach = Breach("status", STATUS, datum([expected]), datum(actual))
    return a_found(promise, call, breach, times, status=changes.pop("status", actual), **changes)


def turned(call: str, member: str, sent: object, shown: object) -> Found:
    return a_found(ROUND_TRIP, call, Breach("changed", body(("metadata", member)), datum(sent), datum(shown)), 3)


def other_id(call: str, name: str) -> Found:
    return a_found(PATH_IDS, call, Breach("changed", body((name,)), datum("7"), datum("8")))


def of_type(call: str, name: str, shown: object, wanted: str = "string") -> Found:
    return a_found(RESPONSE_BODY, call, Breach("type", body((name,)), datum({"type": wanted}), datum(shown)))


def lacks(call: str, name: str, times: int = 3, parent: str = "metadata") -> Found:
    return a_found(RESPONSE_BODY, call, Breach("required", body((parent, name)), actual=datum(None)), times)


def accepted(call: str, kind: str, name: str, value: object, wanted: object, severity: str = "error") -> Found:
    because = Breach(kind, Place("request-body", path=("metadata", name)), datum(wanted), datum(value))
    breach = Breach("status", STATUS, actual=datum(201), because=because)
    return a_found(BAD_REQUEST, call, breach, status=201, severity=severity)


def invalid(call: str, code: int, times: int, **changes: Any) -> Found:
    return a_found(RESPONSE_BODY, call, Breach("anyOf", body()), times, status=code, **changes)


def as_meant(call: str, name: str, wanted: str) -> Found:
    because = Breach("type", Place("request-body", path=(name,)), datum({"type": wanted}), datum("4"))
    breach = Breach("status", STATUS, actual=datum(201), because=because)
    return a_found(BAD_REQUEST, call, breach, status=201, severity="warning")


def left_out(call: str, kind: str, *path: str | int) -> Found:
    because = Breach(kind, Place("request-body", path=path), datum({"type": "number"}), datum(None))
    breach = Breach("status", STATUS, actual=datum(201), because=because)
    return a_found(BAD_REQUEST, call, breach, status=201, severity="warning")


def duplicate(call: str, expected: int) -> Found:
    breach = Breach("status", STATUS, datum([expected]), datum(409), case="missing at /vehicleId")
    return a_found(STATUS_EXPECTED, call, breach, status=409)


taken_away = a_found(REFUSED_CHANGES_NOTHING, f"DELETE {CAR}", Breach("absent", body()), 3, status=401)
accepted_quietly = accepted(f"POST {CARS}", "required", "vin", None, {}, severity="warning")
other_type = a_found(RESPONSE_BODY, f"POST {TANKS}", Breach("const", body(("metadata", "resourceType"))), 9, status=201)
seen_refused = a_found(
    REFUSED_CHANGES_NOTHING,
    f"PUT {HOOK}",
    Breach("status", STATUS, datum([404]), datum(403), seen_call=f"GET {HOOK}"),
    status=404,
)
not_arrived = a_found(DELIVERY_ARRIVES, TEST, Breach("absent", Place("delivery")))
made = a_found(REFUSED_CHANGES_NOTHING, f"POST {HOOKS}", Breach("extra", Place("list")), 9, status=400)
not_found = status(STATUS_EXPECTED, f"GET {CAR}", 200, 404, 9)
unlisted = a_found(STATUS_LISTED, f"POST {CARS}", Breach("unlisted", STATUS, actual=datum(204)), 9, status=204)
unknown = a_found(OPERATION, "GET /hooks/7", Breach("unknown", Place("request-line")), 9)
sibling_lost = a_found(
    OTHERS_UNTOUCHED,
    f"DELETE {METER}",
    Breach("absent", body(), seen_by="getMeter", seen_call=f"GET {METER}"),
    3,
    status=204,
)
no_delivery = a_found(DELIVERED_ONCE, TEST, Breach("count", Place("delivery"), datum(2), datum(0)))
ONE = {
    "two members that are swapped": [turned(f"GET {CAR}", "brand", "Think", "City"), turned(f"GET {CAR}", "model", "City", "Think")],
    "another id of the path in entities of two types": [other_id(f"GET {CAR}", "userId"), other_id(f"POST {TANKS}", "userId")],
    "ids that are numbers in entities of two types": [of_type(f"GET {CAR}", "id", 7), of_type(f"GET {TANK}", "id", 9)],
    "members of an object that have other names": [lacks(f"GET {CAR}", "brand"), lacks(f"GET {CAR}", "year")],
    "a member that two operations do not require": [
        accepted(f"POST {path}", "required", "metadata", None, {"type": "object"}) for path in (CARS, TANKS)
    ],
    "a constant that two operations do not check": [
        accepted(f"POST {CARS}", "const", "resourceType", "text", {"const": "Vehicle"}),
        accepted(f"POST {TANKS}", "const", "resourceType", "text", {"const": "HotWaterTank"}),
    ],
    "strings that are read as integers and as numbers": [as_meant(f"POST {CARS}", "year", "integer"), as_meant(f"POST {HOOKS}", "share", "number")],
    "texts that are escaped for HTML, at their first and at another character": [
        turned(f"GET {CAR}", "brand", "o'hoi & 3", "o&#39;hoi &amp; 3"), turned(f"GET {HOOK}", "webhookUrl", "a?b&c", "a?b&amp;c")
    ],
    "what is not found, and so not read back": [not_found, status(ROUND_TRIP, f"GET {CAR}", 200, 404, 3)],
    "what is not found, and so not as the response to its creation": [
        not_found, status(CREATION_RESPONSE, f"POST {CARS}", 200, 404, 3, status=201)
    ],
    "a PUT that changes the id": [other_id(f"PUT {HOOK}", "id"), status(STATUS_EXPECTED, f"GET {HOOK}", 200, 404, 9)],
    "a refusal with another status, whose body is not the one promised for it": [
        status(STATUS_EXPECTED, f"POST {CARS}", 401, 400, 4), invalid(f"POST {CARS}", 400, 4, severity="warning")
    ],
    "a success where nothing is found, which shows nothing": [
        status(STATUS_EXPECTED, f"PUT {HOOK}", 404, 200), invalid(f"PUT {HOOK}", 200, 1)
    ],
    "what a refused call made, and how it is shown": [made, lacks(f"GET {HOOKS}", "url", 20), of_type(f"GET {HOOK}", "url", None)],
    "a status that is not listed, and what could not be read of its body": [
        unlisted, a_found(ROUND_TRIP, f"POST {CARS}", Breach("unreadable", body()), status=204)
    ],
    "a long text that is escaped for HTML, as far as it is recorded": [
        turned(f"GET {CAR}", "brand", "3 & 4", "3 &amp; 4"), turned(f"GET {HOOK}", "webhookUrl", "a?b&cdefghij", "a?b&amp;cdef")
    ],
    "an address that is cut, and a delivery that does not arrive there": [
        turned(f"GET {HOOK}", "webhookUrl", "https://a.example/b", "https://a.ex"), not_arrived
    ],
    "what is accepted without its id, and then refused as a duplicate": [
        accepted(f"POST {CARS}", "required", "vehicleId", None, {}), duplicate(f"POST {CARS}", 400)
    ],
    "what a call without a token deletes, and then does not find": [
        taken_away, status(STATUS_EXPECTED, f"DELETE {CAR}", 401, 404)
    ],
    "a child of nobody whose parent is made, and the parent that is there": [
        status(STATUS_EXPECTED, f"POST {CARS}", 404, 201, 3), status(STATUS_EXPECTED, "POST /users", 201, 409)
    ],
    "a GET that shows another entity, and its members": [other_id(f"GET {CAR}", "vehicleId"), turned(f"GET {CAR}", "brand", "a", "c")],
    "what is not deleted, and a call below it": [
        a_found(DELETED_IS_GONE, f"DELETE {HOOK}", Breach("present", body()), 3, status=204), status(STATUS_EXPECTED, TEST, 404, 200)
    ],
    "an object that says another type, and lacks the members of that": [other_type, lacks(f"GET {TANKS}", "vin")],
    "a GET that refuses with a wrong status, and a call before it": [
        status(STATUS_EXPECTED, f"GET {HOOK}", 404, 403, 3), seen_refused
    ],
    "letters that lose their accents": [turned(f"GET {CAR}", "brand", "Åé", "Ae"), turned(f"GET {TANK}", "model", "éx", "ex")],
    "a member that is not required, as nobody sees, and is missing in a list": [
        accepted_quietly, a_found(RESPONSE_BODY, f"GET {CARS}", Breach("required", body((0, "metadata", "vin"))), 9)
    ],
    "an invalid entity that is listed, and the next that is a duplicate of it": [
        lacks(f"GET {CARS}", "vehicleId", 9), duplicate(f"POST {CARS}", 400)
    ],
    "nulls that are left out of lists": [left_out(f"POST {HOOKS}", "enum", "types", 0), left_out(f"POST {TANKS}", "type", "elements", 0)],
    "deliveries that are none, and so are not counted": [unknown, no_delivery],
    "deliveries that are none, and so do not arrive": [unknown, not_arrived],
    "a parent that is deleted with one of its children, and the children of other types": [
        sibling_lost, status(STATUS_EXPECTED, f"DELETE {CAR}", 204, 404)
    ],
}  # fmt: skip
TWO = {
    "two members that have other values": [turned(f"GET {CAR}", "brand", "Think", "City"), turned(f"GET {CAR}", "model", "City", "Saab")],
    "other ids of two names": [other_id(f"GET {CAR}", "userId"), other_id(f"POST {TANKS}", "resourceId")],
    "members of two names with a wrong type": [of_type(f"GET {CAR}", "id", 7), of_type(f"GET {TANK}", "brand", 7)],
    "members of one name with two wrong types": [of_type(f"GET {CAR}", "id", 7), of_type(f"GET {TANK}", "id", None)],
    "members that are missing in two objects": [lacks(f"GET {CAR}", "brand"), lacks(f"GET {CAR}", "street", 3, "address")],
    "members that are missing in responses of two operations": [lacks(f"GET {CAR}", "brand"), lacks(f"GET {TANK}", "capacity")],
    "members of which one is missing more often": [lacks(f"GET {CAR}", "brand"), lacks(f"GET {CAR}", "year", 7)],
    "two members that two operations do not require": [
        accepted(f"POST {CARS}", "required", "brand", None, {}), accepted(f"POST {TANKS}", "required", "model", None, {})
    ],
    "strings that are read as numbers, and as booleans": [as_meant(f"POST {CARS}", "year", "integer"), as_meant(f"POST {HOOKS}", "on", "boolean")],
    "a text that is escaped for HTML, and one that loses a character": [
        turned(f"GET {CAR}", "brand", "3 & 4", "3 &amp; 4"), turned(f"GET {HOOK}", "webhookUrl", "a&b", "ab")
    ],
    "what is not found, and another type that is not read back": [not_found, status(ROUND_TRIP, f"GET {TANK}", 200, 404)],
    "what is not found, and a value that comes back changed": [not_found, turned(f"GET {CAR}", "brand", "a", "c")],
    "a GET that shows another id, and what is not found": [other_id(f"GET {HOOK}", "id"), status(STATUS_EXPECTED, f"GET {HOOK}", 200, 404)],
    "a refusal with another status, and invalid bodies also of others": [
        status(STATUS_EXPECTED, f"POST {CARS}", 401, 400, 4), invalid(f"POST {CARS}", 400, 9, severity="warning")
    ],
    "a wrong status, and the body of another": [status(STATUS_EXPECTED, f"POST {CARS}", 401, 400, 4), invalid(f"POST {CARS}", 404, 4)],
    "what a refused call made, and what is shown of another type": [made, lacks(f"GET {CAR}", "brand")],
    "what a refused call made, and an invalid response of the call": [made, lacks(f"POST {HOOKS}", "url")],
    "a status that is not listed, and what could not be read of another response": [
        unlisted, a_found(ROUND_TRIP, f"POST {CARS}", Breach("unreadable", body()), status=201)
    ],
    "a name that is cut, and a delivery that does not arrive": [turned(f"GET {HOOK}", "name", "abc", "a"), not_arrived],
    "what is accepted, and a duplicate of another operation": [
        accepted(f"POST {CARS}", "required", "vehicleId", None, {}), duplicate(f"POST {TANKS}", 400)
    ],
    "what is accepted, and a refusal that should be a success": [
        accepted(f"POST {CARS}", "required", "vehicleId", None, {}), duplicate(f"POST {CARS}", 201)
    ],
    "what a call without a token deletes, and another that finds nothing": [
        taken_away, status(STATUS_EXPECTED, f"DELETE {TANK}", 401, 404)
    ],
    "what a call without a token changes, and one that finds nothing": [
        a_found(REFUSED_CHANGES_NOTHING, f"DELETE {CAR}", Breach("changed", body(("name",))), 3, status=401),
        status(STATUS_EXPECTED, f"DELETE {CAR}", 401, 404),
    ],
    "a child of nobody, and a webhook that is there": [
        status(STATUS_EXPECTED, f"POST {CARS}", 404, 201, 3), status(STATUS_EXPECTED, f"POST {HOOKS}", 201, 409)
    ],
    "a GET that shows another parent, and a member": [other_id(f"GET {CAR}", "userId"), turned(f"GET {CAR}", "brand", "a", "c")],
    "a GET that shows another entity, and a member that another operation shows": [
        other_id(f"GET {CAR}", "vehicleId"), turned(f"POST {CARS}", "brand", "a", "c")
    ],
    "what is not deleted, and a call on another type": [
        a_found(DELETED_IS_GONE, f"DELETE {HOOK}", Breach("present", body()), 3, status=204), status(STATUS_EXPECTED, f"PUT {CAR}", 404, 200)
    ],
    "an object that says another type, and an entity of another type": [other_type, lacks(f"GET {CARS}", "vin")],
    "an object that says another type, and a member beside it that is missing": [other_type, lacks(f"GET {TANKS}", "street", 3, "address")],
    "a GET that refuses with a wrong status, and a call before another": [
        status(STATUS_EXPECTED, f"GET {CAR}", 404, 403, 3), seen_refused
    ],
    "letters that lose their accents, and others": [turned(f"GET {CAR}", "brand", "Åé", "Ae"), turned(f"GET {TANK}", "model", "xø", "x?")],
    "a member that is not required, as nobody sees, and another that is missing in a list": [
        accepted_quietly, a_found(RESPONSE_BODY, f"GET {CARS}", Breach("required", body((0, "metadata", "year"))), 9)
    ],
    "an invalid entity that is listed, and a duplicate of another type": [
        lacks(f"GET {CARS}", "vehicleId", 9), duplicate(f"POST {TANKS}", 400)
    ],
    "a null that is left out of a list, and one that stands for no value": [
        left_out(f"POST {HOOKS}", "enum", "types", 0), left_out(f"POST {TANKS}", "type", "brand")
    ],
    "deliveries that are none, and a delivery too many": [
        unknown, a_found(DELIVERED_ONCE, TEST, Breach("count", Place("delivery"), datum(1), datum(2)))
    ],
    "a sibling that is deleted, and what is not found of no child of the parent": [
        sibling_lost, status(STATUS_EXPECTED, f"GET {HOOK}", 200, 404)
    ],
}  # fmt: skip


@pytest.mark.parametrize("name", ONE)
def test_what_one_piece_of_code_does_is_one_cause(name):
    """In whichever order it is found."""
    assert [count(*ONE[name]), count(*ONE[name][::-1])] == [1, 1]


@pytest.mark.parametrize("name", TWO)
def test_what_it_does_not_explain_is_a_cause_of_its_own(name):
    """In whichever order it is found."""
    assert [count(*TWO[name]), count(*TWO[name][::-1])] == [2, 2]
