"""Causes that tests have found apart, and that are one: which of them tells the others, and which are two all the same."""

from dataclasses import replace
from random import Random
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
    DELIVERED_TO_ITS_WEBHOOK,
    DELIVERY_ARRIVES,
    DELIVERY_RETRIED,
    LISTED_ONCE,
    OTHERS_UNTOUCHED,
    PARENTS,
    PARTNERS_APART,
    PATH_IDS,
    PUT_REPLACES,
    REFUSED_CHANGES_NOTHING,
    RESPONSE_BODY,
    ROUND_TRIP,
    SERVER_ERROR,
    STATUS_EXPECTED,
)
from ecsuite.results.cause import Causes
from ecsuite.results.grouping.alterations import alteration, lenient_reading
from ecsuite.results.record import Found

HOOK, HOOKS = "/webhooks/{id}", "/webhooks"
CAR, CARS = "/users/{userId}/vehicles/{vehicleId}", "/users/{userId}/vehicles"
TANK = "/users/{userId}/resources/{resourceId}"
TYPES = ("components", "schemas", "Webhook", "properties", "eventPayloadTypes")
URL = ("components", "schemas", "Webhook", "properties", "webhookUrl")


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
    return found_by(OTHERS_UNTOUCHED, call, breach, ("schema", seen_call), times)


not_found = Breach("status", STATUS, datum([200]), datum(404))
kept = found_by(ROUND_TRIP, f"PUT {HOOK}", at("eventPayloadTypes", kind="same"), TYPES, 10)
turned = found_by(ROUND_TRIP, f"GET {HOOK}", at("eventPayloadTypes", kind="order"), TYPES, 2)
longer = found_by(ROUND_TRIP, f"GET {HOOKS}", at(0, "eventPayloadTypes", kind="length"), TYPES, 3)
elsewhere = found_by(ROUND_TRIP, f"GET {HOOK}", at("webhookUrl"), URL, 2)


def altered(before: Any, after: Any, member: str, call: str = f"GET {HOOK}") -> Found:
    return found_by(ROUND_TRIP, call, Breach("changed", body((member,)), datum(before), datum(after)), ("x", member))


LETTERS, DIGITS = {"enum": ["NO1", "NO2"]}, {"type": "number"}


def accepted_as_meant(kind: str, schema: Any, value: Any, member: str, call: str, **changes: Any) -> Found:
    """A bad request that was accepted, with what was evidently meant; a warning."""
    because = Breach(kind, Place("request-body", path=(member,)), datum(schema), datum(value))
    breach = Breach("status", STATUS, datum(["4XX"]), datum(201), because=because)
    return found_by(BAD_REQUEST, call, breach, ("because", kind, member), **{"severity": "warning"} | changes)


in_letters = accepted_as_meant("enum", LETTERS, "no2", "area", f"POST {HOOKS}")
in_digits = accepted_as_meant("type", DIGITS, "4.5", "power", f"POST {HOOKS}")


wrong_of_ignored = accepted_as_meant("type", DIGITS, "x", "eventPayloadTypes", f"PUT {HOOK}", severity="error")


in_old_list = found_by(
    DELETED_IS_GONE, f"DELETE {HOOK}", Breach("present", Place("list", "id"), seen_call=f"GET {HOOKS}"), ("list",)
)
SIMULATE = "POST /simulation/events/pricecurve"
twins = found_by(DELIVERED_ONCE, SIMULATE, Breach("count", Place("delivery", "notifications")), ("twins",), 3)
too_many = found_by(DELIVERY_RETRIED, SIMULATE, Breach("maximum", Place("delivery", "attempts")), ("attempts",))
given_up = found_by(DELIVERY_RETRIED, SIMULATE, Breach("minimum", Place("delivery", "attempts")), ("attempts",), 3)
astray = found_by(DELIVERED_TO_ITS_WEBHOOK, SIMULATE, Breach("count", Place("delivery")), ("astray",))
nothing_came = found_by(DELIVERY_ARRIVES, SIMULATE, Breach("absent", Place("delivery")), ("arrives",))
made_one = Breach("present", body(), actual=datum({"id": "7"}), seen_by=HOOK, seen_call=f"GET {HOOK}")
made_item = Breach("extra", Place("list"), actual=datum({"id": "7"}), seen_by=HOOKS, seen_call=f"GET {HOOKS}")
left = found_by(REFUSED_CHANGES_NOTHING, f"POST {HOOKS}", made_one, ("schema", HOOK), 3, status=400)
left_item = found_by(REFUSED_CHANGES_NOTHING, f"POST {HOOKS}", made_item, ("list",), 1, status=400)
left_by_another = found_by(REFUSED_CHANGES_NOTHING, f"PUT {HOOK}", made_item, ("list",), 1, status=400)
in_list = Breach("present", Place("list", "vehicleId"), actual=datum("7"))
strangers = found_by(PARENTS, f"GET {CARS}", in_list, ("list", "vehicleId"))
other_ids = found_by(PATH_IDS, f"GET {CARS}", at(0, "userId"), ("x", "userId"), 4)
still_listed = found_by(
    DELETED_IS_GONE, f"DELETE {CAR}", Breach("present", Place("list", "vehicleId"), seen_by=f"GET {CARS}"), ("gone",), 2
)
still_read = found_by(DELETED_IS_GONE, f"DELETE {CAR}", Breach("present", body(), seen_by=f"GET {CAR}"), ("read",), 2)
taken = missing(f"DELETE {HOOK}", f"GET {HOOK}", 3)
lost = found_by(STATUS_EXPECTED, f"GET {HOOK}", not_found, ("status", 404), status=404)
unlisted = found_by(STATUS_EXPECTED, f"GET {CAR}", not_found, ("status", 404), status=404)
shown_wrong = found_by(ROUND_TRIP, f"GET {CAR}", at("metadata", "brand"), ("brand",), 2)
said_changed = Breach("changed", body(("metadata", "brand")), seen_by=f"GET {CAR}")
NOBODYS = "beginning-of-an-id"
nobodys = found_by(
    STATUS_EXPECTED,
    f"POST {CARS}",
    Breach("status", STATUS, datum([404]), datum(201), case=NOBODYS),
    ("2XX",),
    4,
    status=201,
)
let_in = found_by(
    PARTNERS_APART, f"POST {CARS}", Breach("status", STATUS, datum([404]), datum(201)), ("2XX",), status=201
)
because = Breach("type", Place("request-body", path=("heatingElements", 0)))
accepted = found_by(
    BAD_REQUEST, f"POST {CARS}", Breach("status", STATUS, actual=datum(201), because=because), ("because",), status=201
)
shown_so = found_by(RESPONSE_BODY, f"GET {CAR}", at("heatingElements", 1, kind="type"), ("heatingElements",), 5)
swapped = found_by(ROUND_TRIP, f"GET {CAR}", at("latitude"), ("latitude",), 9)
both = found_by(ROUND_TRIP, f"POST {CARS}", at("longitude"), ("longitude",), 10)
both = replace(both, marks=(*both.marks, *swapped.marks))
too_large = found_by(RESPONSE_BODY, f"GET {CAR}", at("latitude", kind="maximum"), ("latitude",), 20)
ids_only = found_by(RESPONSE_BODY, f"GET {CARS}", at(0, kind="type"), ("item",))
not_listed = found_by(LISTED_ONCE, f"GET {CARS}", Breach("absent", Place("list", "vehicleId")), ("list",), 3)
TEST = f"POST {HOOK}/test"


def deliveries(promise: Any, count: int) -> Found:
    return found_by(promise, TEST, Breach("count", Place("delivery"), actual=datum(count)), (promise.id,))


others_user = found_by(PARTNERS_APART, "GET /users/{userId}", Breach("status", STATUS, actual=datum(200)), ("2XX",), 4)
others_hook = found_by(PARTNERS_APART, f"GET {HOOKS}", Breach("present", Place("list", "id")), ("list", "id"))
told_of_others = found_by(
    DELIVERED_TO_ITS_WEBHOOK, SIMULATE, Breach("count", Place("delivery"), datum(0), datum(1)), ("told",)
)
untold = found_by(DELIVERED_TO_ITS_WEBHOOK, SIMULATE, Breach("count", Place("delivery"), datum(1), datum(0)), ("told",))


no_token = Breach("type", Place("request-header", "Authorization"))
open_to_all = found_by(BAD_REQUEST, TEST, Breach("status", STATUS, actual=datum(200), because=no_token), ("open",))
bad_token = found_by(STATUS_EXPECTED, TEST, Breach("status", STATUS, datum([401]), datum(200)), ("2XX", 401))
one_left = found_by(LISTED_ONCE, f"GET {HOOKS}", Breach("count", Place("list", "id"), datum(9), datum(1)), ("list",), 5)
null = found_by(RESPONSE_BODY, f"GET {CAR}", at("metadata", "brand", kind="type"), ("null",))
half = replace(accepted, finding=replace(accepted.finding, severity="warning"))


def turned_to(call: str, sent: object, shown: object, member: str) -> Found:
    return found_by(ROUND_TRIP, call, Breach("changed", body((member,)), datum(sent), datum(shown)), (member,))


def at_hour(hour: int, call: str, promise: Any = CREATION_RESPONSE, minute: int = 0) -> Found:
    """A timestamp that is shown at another hour than the sixth."""
    sent, shown = datum("2026-01-19T06:00:00Z"), datum(f"2026-01-19T{hour:02}:{minute:02}:00Z")
    return found_by(promise, call, Breach("changed", body(("createdAt",)), sent, shown), ("time", call))


def taken_as(value: object, member: str, call: str) -> Found:
    """A wrong value that a call should not have been accepted with."""
    because = Breach("type", Place("request-body", path=("items", 0, member)), datum({"type": "string"}), datum(value))
    breach = Breach("status", STATUS, datum(["4XX"]), datum(201), because=because)
    return found_by(BAD_REQUEST, call, breach, ("taken", call, member))


listed_twice = found_by(LISTED_ONCE, f"GET {CARS}", Breach("duplicate", Place("list", "vehicleId")), ("twice",), 9)
undone = found_by(DELETED_IS_GONE, f"DELETE {CAR}", Breach("present", body()), ("undone",), 9)
deleted_twice = found_by(
    STATUS_EXPECTED, f"DELETE {CAR}", Breach("status", STATUS, datum([404]), datum(204)), status=204
)
empty = found_by(RESPONSE_BODY, f"GET {CAR}", Breach("absent", body()), ("empty",), 9)
read_nobodys = found_by(STATUS_EXPECTED, f"GET {CAR}", Breach("status", STATUS, datum([404]), datum(200)), ("nobody",))
url_is_cut = turned_to(f"POST {HOOKS}", "http://h/1?a=b", "http://h/1", "webhookUrl")
address = Breach("changed", Place("delivery", "address"), datum("http://h/2?a=b"), datum("http://h/2"))
other_address = found_by(DELIVERED_TO_ITS_WEBHOOK, SIMULATE, address, ("address",))
reordered = [
    found_by(ROUND_TRIP, call, at("metadata", "points", kind="order"), ("order", call))
    for call in (f"GET {CAR}", f"GET {TANK}")
]


ONE = {
    "an id that two have, and what is shown of them": [listed_twice, replace(shown_wrong, responses=5), twins],
    "what is not deleted, and the deletion of what is not there": [undone, deleted_twice],
    "an answer without an entity, also for nobody's": [empty, read_nobodys],
    "an address that is kept otherwise, and deliveries to it": [url_is_cut, other_address],
    "an event that is another, and who is told of it": [turned_to(SIMULATE, "a", "b", "payloadType"), astray],
    "a clock that goes wrong": [at_hour(9, f"POST {CARS}"), at_hour(9, f"POST {HOOKS}")],
    "times that are shifted, set by the API and sent": [at_hour(7, f"POST {CARS}"), at_hour(7, f"GET {HOOK}", ROUND_TRIP)],
    "a wrong value that two operations take": [taken_as(7, "meter", f"POST {CARS}"), taken_as(7, "meter", f"POST {HOOKS}")],
    "lists of one name in another order": reordered,
    "what a PUT kept, and all that it did not change": [kept, found_by(PUT_REPLACES, f"PUT {HOOK}", at("name"), ("name",))],
    "attempts that are those of a twin": [twins, too_many],
    "what does not arrive, for it goes elsewhere": [astray, nothing_came],
    "what does not arrive after a failure": [given_up, nothing_came],
    "what is deleted, in a list of what was before": [longer, in_old_list],
    "values of enums in other letters, and as numbers": [in_letters, accepted_as_meant("enum", LETTERS, 1, "type", f"PUT {CAR}")],
    "values of enums in other letters, of which some come back as they were sent": [
        accepted_as_meant("enum", LETTERS, "no2", "area", f"POST {HOOKS}", severity="error"),
        accepted_as_meant("const", {"const": "Vehicle"}, "vehicle", "type", f"POST {CARS}", severity="error"),
        in_letters,
    ],
    "numbers in strings": [
        in_digits, accepted_as_meant("type", {"type": ["number", "null"]}, "7", "year", f"PUT {CAR}")
    ],
    "a member that is left as it was, and invalid values of it that are accepted": [kept, wrong_of_ignored],
    "a member that is lost, and invalid values of it that are accepted": [
        found_by(ROUND_TRIP, f"PUT {HOOK}", Breach("missing", body(("eventPayloadTypes",)), datum("a")), TYPES), wrong_of_ignored
    ],
    "what was taken, and is shown inside of another member": [
        accepted, found_by(RESPONSE_BODY, f"POST {CARS}", at("vehicle", "heatingElements", 1, kind="type"), ("inside",))
    ],
    "a list whose items have another parent's id, and what it lacks": [
        other_ids, not_listed,
    ],
    "users and webhooks of another partner": [others_user, others_hook],
    "users of another partner, and deliveries of what happens to them": [others_user, told_of_others],
    "texts that are altered in one way": [altered("3 & 4 < 5", "3 &amp; 4 &lt; 5", "a"), altered("d&e", "d&amp;e", "b")],
    "letters that are lost": [altered("🚗⚡", "?⚡", "a"), altered("1🦊2", "1?2", "b", f"GET {CAR}")],
    "exponents that are not read": [altered(-33.875, -3.3875, "a"), altered(412.5, 41.25, "b")],
    "signs that are lost": [altered(-33.875, 33.875, "a"), altered(-2, 2, "b")],
    "numbers that are rounded": [altered(33.87512, 33.875, "a"), altered(0.30000000000000004, 0.3, "b")],
    "texts that are trimmed": [altered(" a ", "a", "a"), altered("b ", "b", "b")],
    "texts in small letters": [altered("Ab", "ab", "a"), altered("C", "c", "b")],
    "texts that are cut": [altered("a" * 60, "a" * 50, "a"), altered("b" * 70, "b" * 50, "b")],
    "what a refused call left, by itself and in a list": [left, left_item],
    "letters that are read as others, in all texts": [
        turned_to(f"GET {CAR}", "Blå", "BlÃ¥", "model"), turned_to(f"GET {TANK}", "På", "PÃ¥", "brand")
    ],
    "numbers that are less exact": [
        turned_to(f"GET {CAR}", 5.1234567, 5.12346, "latitude"), turned_to(f"GET {TANK}", 87.10000001, 87.1, "capacity")
    ],
    "an operation that takes no token, and a bad one": [open_to_all, bad_token],
    "an operation that takes no token, and another partner's": [
        open_to_all, found_by(PARTNERS_APART, TEST, Breach("status", STATUS, datum([404]), datum(200)), ("2XX",), 4)
    ],
    "entities that cannot be read, nor are listed": [lost, one_left],
    "a delivery to another address, and none to its own": [
        deliveries(DELIVERED_TO_ITS_WEBHOOK, 1), found_by(DELIVERY_ARRIVES, TEST, Breach("absent", Place("delivery")), ("none",))
    ],
    "a member that is changed, and null once": [shown_wrong, null],
    "what is taken as something else, and as what was meant": [accepted, half],
    "what is taken away, and who is said to have done it": [
        taken, found_by(REFUSED_CHANGES_NOTHING, f"GET {CAR}", Breach("absent", body(), seen_by="x", seen_call=f"GET {HOOK}"), ("x",), 9)
    ],
    "a reading that shows what it likes, and who is said to have changed it": [
        shown_wrong,
        found_by(OTHERS_UNTOUCHED, f"DELETE {TANK}", said_changed, ("x",), 5),
        found_by(REFUSED_CHANGES_NOTHING, f"GET {CAR}", said_changed, ("y",), 6, status=401),
        found_by(PARTNERS_APART, f"DELETE {CAR}", said_changed, ("z",), 7, status=404),
    ],
    "an entity that is deleted in the place of another": [still_read, missing(f"DELETE {CAR}", f"GET {CAR}", 3)],
    "ids that nobody has, and another partner's": [nobodys, let_in],
    "what was taken, and is shown": [accepted, shown_so],
    "coordinates that are swapped, one of them by chance beyond its range": [both, swapped, too_large],
    "a list of ids, which has no entities": [ids_only, not_listed],
    "no delivery at all": [
        found_by(DELIVERY_ARRIVES, TEST, Breach("absent", Place("delivery")), ("none",)), deliveries(DELIVERED_ONCE, 0)
    ],
    "deliveries to all webhooks": [deliveries(DELIVERED_TO_ITS_WEBHOOK, 3), deliveries(DELIVERED_ONCE, 3)],
    "a member that a change leaves as it was, in every way": [kept, turned, longer],
    "a member that is wrong in several ways": [longer, turned],
    "a list with what is others', and what is seen in it": [strangers, other_ids, still_listed],
    "two types of entities that are kept as one": [missing(f"DELETE {CAR}", f"GET {TANK}"), missing(f"DELETE {TANK}", f"GET {CAR}")],
    "what is taken away, and not found by others": [taken, lost],
    "a failure at common and at rare input": [
        found_by(SERVER_ERROR, f"GET {CAR}", at(), ("status", 500)),
        found_by(SERVER_ERROR, f"GET {CAR}", at(), ("status", 500), severity="warning"),
    ],
}  # fmt: skip
TWO = {
    "an id that two have, and what is shown of others": [listed_twice, elsewhere],
    "what is not deleted, and the deletion of another type": [
        undone, replace(deleted_twice, finding=replace(deleted_twice.finding, operation=f"DELETE {HOOK}", path=HOOK))
    ],
    "a name that is kept otherwise, and deliveries to another address": [shown_wrong, other_address],
    "an event that is another, and deliveries of others": [turned_to(TEST, "a", "b", "payloadType"), astray],
    "times that are shifted by two spans": [at_hour(9, f"POST {CARS}"), at_hour(7, f"POST {HOOKS}")],
    "texts that the API sets, altered in one way": [
        found_by(CREATION_RESPONSE, call, Breach("changed", body(("id",)), datum("Ab"), datum("ab")), ("id", call))
        for call in (f"POST {CARS}", f"POST {HOOKS}")
    ],
    "two wrong values that are taken": [taken_as(7, "meter", f"POST {CARS}"), taken_as(1.5, "meter", f"POST {HOOKS}")],
    "a wrong value in members of two names": [taken_as(7, "meter", f"POST {CARS}"), taken_as(7, "name", f"POST {HOOKS}")],
    "what a PUT kept, and another member": [elsewhere, found_by(PUT_REPLACES, f"PUT {HOOK}", at("name"), ("name",))],
    "what is not tried again, and twins": [twins, given_up],
    "what does not arrive, and too many attempts": [too_many, nothing_came],
    "what is deleted, in a list of others": [longer, found_by(DELETED_IS_GONE, f"DELETE {CAR}", Breach("present", Place("list", "id"), seen_call=f"GET {CARS}"), ("list",))],
    "numbers in strings, and enums in other letters": [in_letters, in_digits],
    "numbers in strings, and strings from numbers": [in_digits, accepted_as_meant("type", {"type": "string"}, 7, "name", f"PUT {CAR}")],
    "enums in other letters, and unknown values of another": [
        in_letters, accepted_as_meant("enum", LETTERS, "XX", "type", f"PUT {CAR}")
    ],
    "unknown values of enums that are accepted": [
        accepted_as_meant("enum", LETTERS, "XX", name, f"PUT {CAR}", severity="error") for name in ("area", "type")
    ],
    "numbers in strings, of which one is read as another number": [
        in_digits, accepted_as_meant("type", DIGITS, "4.5", "price", f"PUT {CAR}", severity="error")
    ],
    "a member that is changed, and invalid values of it that are accepted": [
        found_by(ROUND_TRIP, f"PUT {HOOK}", at("eventPayloadTypes"), TYPES), wrong_of_ignored
    ],
    "a member that is left as it was, and invalid values of another": [
        found_by(ROUND_TRIP, f"PUT {HOOK}", at("webhookUrl", kind="same"), URL), wrong_of_ignored
    ],
    "a list whose items have another parent's id, and what another list lacks": [
        other_ids, found_by(LISTED_ONCE, f"GET {HOOKS}", Breach("absent", Place("list", "id")), ("lacks",))
    ],
    "users of another partner, and deliveries that are missing": [others_user, untold],
    "texts that are altered in two ways": [altered("3 & 4", "3 &amp; 4", "a"), altered("3 & 4", "3  4", "b")],
    "texts that are other texts": [altered("01", "1", "a"), altered("x2", "y2", "b")],
    "texts that are cut to two lengths": [altered("a" * 60, "a" * 50, "a"), altered("b" * 70, "b" * 40, "b")],
    "numbers that are altered": [found_by(ROUND_TRIP, f"GET {HOOK}", Breach("changed", body((name,)), datum(1), datum(2)), name) for name in "ab"],
    "what two refused calls left": [left, left_by_another],
    "texts that are changed in two ways": [
        turned_to(f"GET {CAR}", "Blå", "BlÃ¥", "model"), turned_to(f"GET {TANK}", "Høiax", "H?iax", "brand")
    ],
    "texts that are changed in ways of their own": [
        turned_to(f"GET {CAR}", "Volvo", "Saab", "model"), turned_to(f"GET {TANK}", "Høiax", "OSO", "brand")
    ],
    "another partner is let in, where another operation takes no token": [let_in, open_to_all],
    "another partner is let in, and a bad token": [let_in, replace(bad_token, finding=replace(bad_token.finding, path=CARS))],
    "another member than that which a reading shows wrong": [
        shown_wrong,
        found_by(OTHERS_UNTOUCHED, f"DELETE {TANK}", replace(said_changed, at=body(("metadata", "vin"))), ("x",)),
    ],
    "another partner is let in where ids of nobody are refused": [
        let_in, found_by(STATUS_EXPECTED, f"GET {CARS}", Breach("status", STATUS, datum([404]), datum(200)), ("2XX",))
    ],
    "what was taken, and another member": [accepted, found_by(RESPONSE_BODY, f"GET {CAR}", at("capacity", kind="type"), ("c",))],
    "a member beyond its range, and another that is changed": [shown_wrong, too_large],
    "a list whose items lack a member, and another list": [
        ids_only, found_by(LISTED_ONCE, f"GET {HOOKS}", Breach("absent", Place("list", "id")), ("list",))
    ],
    "one delivery, and twice as many": [deliveries(DELIVERED_ONCE, 2), found_by(DELIVERY_ARRIVES, TEST, Breach("absent", Place("delivery")), ("none",))],
    "what is not deleted, and what is taken away of another type": [still_read, missing(f"DELETE {CAR}", f"GET {TANK}")],
    "two members": [turned, elsewhere],
    "a member that was left as it was, and another": [kept, elsewhere],
    "what can still be read has not been seen in a list": [strangers, still_read],
    "what a call takes away, and what another does not find": [taken, unlisted],
    "what two calls take away of a third type": [missing(f"DELETE {CAR}", f"GET {HOOK}"), missing(f"DELETE {TANK}", f"GET {CAR}")],
    "failures of two operations": [
        found_by(SERVER_ERROR, f"GET {CAR}", at(), ("status", 500)),
        found_by(SERVER_ERROR, f"GET {TANK}", at(), ("status", 500), severity="warning"),
    ],
    "two members with wrong values that are accepted, one of which is harmless": [
        accepted, accepted_as_meant("type", DIGITS, "4.5", "capacity", f"POST {CARS}")
    ],
    "a list with what is others', and a member that it shows wrong": [
        strangers, found_by(ROUND_TRIP, f"GET {CARS}", at(0, "metadata", "brand"), ("brand",))
    ],
    "what is taken away by a call of which nobody knows who saw it": [missing(f"DELETE {HOOK}", ""), unlisted],
    "another partner is let in, and a call that had to be refused otherwise": [
        let_in,
        found_by(
            STATUS_EXPECTED, f"POST {CARS}", Breach("status", STATUS, datum([409]), datum(201), case="x"), ("2XX",), 4, status=201
        ),
    ],
    "an operation that takes no token, and what it does not refuse otherwise": [
        open_to_all, found_by(STATUS_EXPECTED, TEST, Breach("status", STATUS, datum([409]), datum(200)), ("2XX",))
    ],
    "others that are changed, and what is not found": [
        found_by(OTHERS_UNTOUCHED, f"DELETE {CAR}", Breach("changed", body(("name",)), seen_call=f"GET {HOOK}"), ("x",)), lost
    ],
    "a whole that is wrong, and one of its members": [
        shown_wrong,
        replace(whole := found_by(ROUND_TRIP, f"GET {CARS}", at(kind="order"), ("whole",)), marks=(*whole.marks, *shown_wrong.marks)),
    ],
    "what is deleted, in a list that shows another member wrong": [
        found_by(ROUND_TRIP, f"GET {HOOKS}", at("pagination"), ("pagination",), 3), in_old_list
    ],
    "one that is less severe": [kept, found_by(ROUND_TRIP, f"GET {HOOK}", at("eventPayloadTypes"), TYPES, severity="warning")],
}  # fmt: skip


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ("Blå", "BlÃ¥", ("beyond ASCII", "other letters", "")),
        ("Blå", "Bl?", ("beyond ASCII", "", "?")),
        ("car", "cár", ("a", "", "")),
        ("d&e", "d&amp;e", ("escaped for HTML",)),
        ("d&e", "d&e;", ("", "", ";")),
        ("7", 7, ()),
        (7, "7", ()),
        (0, 7, ()),
        (33, 330, ("times", "1e1")),
    ],
)
def test_alteration_is_told_by_its_first_difference(before, after, expected):
    """Of texts and of numbers; of what else is wrong nothing is known."""
    breach = Breach("changed", body(("x",)), datum(before), datum(after))

    assert alteration(breach) == expected
    assert alteration(replace(breach, kind="lost")) == ()
    assert lenient_reading(breach) == ()


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


def test_a_fault_that_is_seen_again_is_no_new_one():
    """Also if it is seen more often in the member that was found last, which then leads."""
    causes = Causes()
    more = replace(in_digits, anchor=("more",), responses=7)

    assert [causes.add("test_a", in_digits), causes.add("test_b", more), causes.add("test_c", in_letters)] == [1, 0, 1]
    assert causes.lead_of(in_digits) == more.cause
    assert causes.first_test(more) == "test_a"


def test_what_became_of_others_is_told_by_a_call_on_their_type():
    """Another one may have run beside it: a delivery's webhook was deleted while a vehicle was."""
    causes = Causes()
    causes.add("test_a", missing(f"DELETE {CAR}", f"GET {HOOK}"))
    causes.add("test_b", missing(f"DELETE {HOOK}", f"GET {HOOK}"))

    (cause,) = causes.ranked()
    assert cause.finding.path == HOOK


@pytest.mark.parametrize("seed", range(5))
def test_every_finding_is_reported_by_one_of_the_causes(seed):
    """Whatever else was found: a lead is always reported, though causes may seem to follow from each other."""
    founds = [found for pair in [*ONE.values(), *TWO.values()] for found in pair]
    Random(seed).shuffle(founds)  # noqa: S311  no secret
    causes = Causes()
    for number, found in enumerate(founds):
        causes.add(f"test_{number}", found)

    reported = {cause.first.cause for cause in causes.ranked()}

    assert {causes.lead_of(found) for found in founds} == reported
