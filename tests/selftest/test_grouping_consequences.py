"""What follows from another finding of the same test is told with it; what could be a fault of its own is not."""

from dataclasses import replace

import pytest

from ecsuite import editions
from ecsuite.checks import Checker
from ecsuite.findings.breach import STATUS, Breach, Place, body, listed
from ecsuite.findings.datum import datum
from ecsuite.journal import Journal
from ecsuite.messages.exchange import UNSPECIFIED, Exchange, Request, Response
from ecsuite.promises import (
    DELETED_IS_GONE,
    DELIVERY_LOGS,
    ENROLLMENT,
    ERROR_CODE,
    LISTED_ONCE,
    MEDIA_TYPE,
    OTHERS_UNTOUCHED,
    PARTNERS_APART,
    PATH_IDS,
    PUT_REPLACES,
    RESPONSE_BODY,
    ROUND_TRIP,
    SERVER_ERROR,
    STATUS_EXPECTED,
    STATUS_LISTED,
)
from ecsuite.results.grouping.within_test import resolved
from ecsuite.results.record import found_in

CONTRACT = editions.contract("2026-01")
BASE = "https://api.example/v1"
CHECKER = Checker(CONTRACT, BASE, "")
UPPER, LOWER = "A-42", "a-42"


def called(operation, path, status, answer=b""):
    """An exchange of an operation, with its operation."""
    method = CONTRACT.operations[operation].method
    return operation, Exchange(Request(method, BASE + path, expectation=UNSPECIFIED), Response(status, body=answer))


def status(wanted, actual, seen_by=""):
    return Breach.of("status", STATUS, wanted, actual, seen_by=seen_by)


def null_body(**changes):
    return Breach("type", body(), datum({"type": "object"}), datum(None), **changes)


def absent(member, value):
    return Breach.of("absent", listed(member), value)


def changed(path, expected, actual, seen_by=""):
    return Breach("changed", body(path), datum(expected), datum(actual), seen_by=seen_by)


GONE_WRONG = called("getUser", "/users/42", 500)
NULL = called("getUser", "/users/42", 200, b"null")
EMPTY = called("getUser", "/users/42", 204)
FOUND_PARTLY = called("getUser", "/users/42", 206, b'{"userId": "42"}')
FOUND = called("getUser", "/users/42", 200, b'{"userId": "42"}')
NOT_FOUND = called("getWebhook", "/webhooks/w-1", 404)
LOGS = called("listNotificationLogs", "/webhooks/logs?webhookId=w-1&page=1", 200)
OTHER_LOGS = called("listNotificationLogs", "/webhooks/logs?webhookId=w-2&page=1", 200)
LOG = called("getNotificationLog", "/webhooks/logs/n-1", 200)
USERS = called("listUsers", "/users", 200, b'{"users": [{"userId": "a-42"}]}')
OTHERS = called("listUsers", "/users", 200, b'{"users": [{"userId": "b"}]}')
ACCEPTED = called("deleteUser", "/users/42", 202)
DELETED = called("deleteUser", "/users/42", 204)
MADE = called("createUser", "/users", 202)
SWEPT = called("deleteSimulation", "/simulation/partner", 200)
READ = called("getUser", f"/users/{UPPER}", 200)
BATCH = called("createLocations", "/users/locations/batch", 201)
HOOKS = called(
    "listWebhooks", "/webhooks", 200, b'{"webhooks": [{"name": 1, "enabled": 1, "status": 1, "webhookUrl": 1}]}'
)
PUT = called("replaceLocation", "/users/42/locations/7", 200)
HOME = called("createLocation", "/users/42/locations", 201)
EARNED = called("getCompensation", "/users/42/compensation", 200)
ENROLLED = called("getEnrollment", "/users/42/enrollment", 200)
GONE = Breach.of("absent", body(), {"userId": "1"}, seen_by="getUser")
GONE_TOO = Breach.of("absent", body(), {"webhookId": "1"}, seen_by="getWebhook")
PRESENT_NULL = Breach.of("present", body(), actual=None, seen_by="getUser")
PRESENT = Breach.of("present", body(), actual={"userId": "42"}, seen_by="getUser")
FAILED = (SERVER_ERROR, GONE_WRONG, Breach("exclusiveMaximum", STATUS, datum({"exclusiveMaximum": 500}), datum(500)))
UNREAD = (STATUS_EXPECTED, NOT_FOUND, status([200], 404))
SHOWN = (PATH_IDS, READ, changed(("userId",), UPPER, LOWER))
PAGE = called("getToken", "/connect/token", 400, b"<p>No.</p>")
REFUSED = called("getToken", "/connect/token", 400, b'{"error": "no"}')
NO_JSON = Breach.of("enum", Place("header", "Content-Type"), ["application/json"], "text/html")
ZEROS = "007057500042000199"

LOST_HOME = (STATUS_EXPECTED, called("getLocation", "/users/42/locations/7", 404), status([200], 404))
WIDE = called(
    "getLocation", "/users/42/locations/7", 200, b'{"locationId": 1, "locationType": 1, "userId": 1, "d": 1, "e": 1}'
)

FOLLOWS = {
    "an id of another, which is not what was sent either": (
        SHOWN,
        (ROUND_TRIP, READ, Breach("lost", body(("userId",)), datum("x"))),
    ),
    "a status, of a call that failed": (FAILED, (PARTNERS_APART, GONE_WRONG, status([404], 500))),
    "a status that a reading shows, which failed": (FAILED, (DELETED_IS_GONE, DELETED, status([404], 500, "getUser"))),
    "null that is there": ((RESPONSE_BODY, NULL, null_body()), (DELETED_IS_GONE, DELETED, PRESENT_NULL)),
    "an empty reading": (
        (STATUS_LISTED, EMPTY, Breach.of("unlisted", STATUS, [200, 404], 204)),
        (DELETED_IS_GONE, DELETED, PRESENT_NULL),
        (PARTNERS_APART, EMPTY, status([404], 204)),
    ),
    "another success": (
        (STATUS_LISTED, MADE, Breach.of("unlisted", STATUS, [201], 202)),
        (STATUS_EXPECTED, MADE, status([200, 201], 202)),
    ),
    "all that one call took away of another partner's": (
        (PARTNERS_APART, SWEPT, GONE),
        (PARTNERS_APART, SWEPT, GONE_TOO),
    ),
    "all that one call took away": ((OTHERS_UNTOUCHED, SWEPT, GONE), (OTHERS_UNTOUCHED, SWEPT, GONE_TOO)),
    "all that was overwritten": (
        (OTHERS_UNTOUCHED, HOME, changed(("meterPointIds", 0), "1", "2", "getLocation")),
        (OTHERS_UNTOUCHED, HOME, changed(("locationType",), "Other", "Unknown", "getLocation")),
    ),
    "an id in other letters": (
        SHOWN,
        (ROUND_TRIP, called("createUser", "/users", 201), changed(("userId",), UPPER, LOWER)),
        (LISTED_ONCE, USERS, absent("userId", UPPER)),
    ),
    "what is not listed, for it is not there": (UNREAD, (LISTED_ONCE, OTHERS, absent("webhookId", "w-1"))),
    "the logs of what is not there": (UNREAD, (DELIVERY_LOGS, LOGS, Breach("absent", listed("notificationId")))),
    "a log that names another": (UNREAD, (DELIVERY_LOGS, LOG, changed(("webhookId",), "w-1", "w-9"))),
    "a text that another answer lacks, too": (
        (ROUND_TRIP, HOME, Breach("absent", body(("meterPointIds",)), datum(ZEROS), datum(["7"]))),
        (ROUND_TRIP, EARNED, Breach("absent", body(("x", 0, "meterPointIds")), datum(ZEROS), datum(["7"]))),
    ),
    "what a call changed that had to be refused": (
        (STATUS_EXPECTED, HOME, status([409], 201)),
        (OTHERS_UNTOUCHED, HOME, changed(("locationType",), "Other", "Unknown", "getLocation")),
        (OTHERS_UNTOUCHED, HOME, Breach("count", body(("meterPointIds",)), datum(1), datum(2), seen_by="getLocation")),
    ),
    "members that a PUT keeps": (
        (PUT_REPLACES, PUT, changed(("locationType",), "Other", "Unknown", "getLocation")),
        (PUT_REPLACES, PUT, changed(("meterPointIds",), "1", "2", "getLocation")),
    ),
    "an item of a list that is what it was before": (
        (ROUND_TRIP, HOOKS, changed(("webhooks", 0, "name"), "a", "b")),
        (ROUND_TRIP, HOOKS, Breach("count", body(("webhooks", 0, "notificationTypes")), datum(1), datum(2))),
        (ROUND_TRIP, HOOKS, changed(("webhooks", 0, "enabled"), 1, 0)),
    ),
    "what is not found under the id that it was sent with": (
        (ROUND_TRIP, BATCH, changed(("locations", 0, "locationId"), "7", "8")),
        (STATUS_EXPECTED, called("getLocation", "/users/42/locations/7", 404), status([200], 404)),
    ),
    "what is not where it was sent to": (
        (ROUND_TRIP, BATCH, changed(("locations", 0, "userId"), "42", "43")),
        (STATUS_EXPECTED, called("getLocation", "/users/42/locations/7", 404), status([200], 404)),
    ),
    "the media type of a page that has no error code": (
        (ERROR_CODE, PAGE, Breach("absent", body(("error",)))),
        (MEDIA_TYPE, PAGE, NO_JSON),
    ),
    "a value that another promise wants": (
        (ENROLLMENT, ENROLLED, changed(("isEnrolled",), 1, 0)),
        (ROUND_TRIP, ENROLLED, changed(("isEnrolled",), 1, 0)),
    ),
}
APART = {
    "an id of another, and a text that is none": (
        SHOWN,
        (RESPONSE_BODY, READ, Breach("pattern", body(("userId",)), datum({"pattern": "^x$"}), datum(LOWER))),
    ),
    "what is not there, and an id that another response lacks": (
        UNREAD,
        (ROUND_TRIP, LOG, Breach("lost", body(("webhookId",)), datum("w-1"))),
    ),
    "what is not there, and a parent that is changed later": (
        (DELIVERY_LOGS, HOME, changed(("userId",), "42", "43")),
        LOST_HOME,
    ),
    "what is not there, and a parent that the response lacks": (
        (ROUND_TRIP, HOME, Breach("lost", body(("userId",)), datum("42"))),
        LOST_HOME,
    ),
    "an empty reading, and a refusal with another status": (
        (STATUS_LISTED, EMPTY, Breach.of("unlisted", STATUS, [200, 404], 204)),
        (PARTNERS_APART, called("getUser", "/users/42", 409), status([404], 409)),
    ),
    "what one call was not refused, and what another changed that was": (
        (STATUS_EXPECTED, HOME, status([409], 201)),
        (
            OTHERS_UNTOUCHED,
            called("createLocation", "/users/42/locations", 409),
            changed(("locationType",), "Other", "Unknown", "getLocation"),
        ),
    ),
    "members of three items": tuple(
        (ROUND_TRIP, HOOKS, changed(("webhooks", index, name), "a", index))
        for index, name in enumerate(("name", "enabled", "status"))
    ),
    "three of many members": tuple(
        (RESPONSE_BODY, WIDE, Breach("type", body((name,)), datum({"type": "string"}), datum(1)))
        for name in ("locationId", "locationType", "userId")
    ),
    "two members of an item": (
        (ROUND_TRIP, HOOKS, changed(("webhooks", 0, "name"), "a", "b")),
        (ROUND_TRIP, HOOKS, changed(("webhooks", 0, "enabled"), 1, 0)),
    ),
    "what is nowhere, though it was to be there": (
        (ROUND_TRIP, BATCH, changed(("locations", 0, "userId"), "42", "43")),
        (STATUS_EXPECTED, called("getLocation", "/users/41/locations/7", 404), status([200], 404)),
    ),
    "the media type of an object, and its error code": (
        (ERROR_CODE, REFUSED, changed(("error",), "invalid_client", "no")),
        (MEDIA_TYPE, REFUSED, NO_JSON),
    ),
    "another value than another promise wants": (
        (ENROLLMENT, ENROLLED, changed(("isEnrolled",), 1, 0)),
        (ROUND_TRIP, ENROLLED, changed(("enrollmentId",), "1", "2")),
    ),
    "a status of a call that failed at rare input": (
        (SERVER_ERROR, GONE_WRONG, replace(FAILED[2], severity="warning")),
        (PARTNERS_APART, GONE_WRONG, status([404], 500)),
    ),
    "nothing there, and null in what is read": (
        (RESPONSE_BODY, FOUND, Breach("type", body(("userId",)), datum({"type": "string"}), datum(None))),
        (DELETED_IS_GONE, DELETED, PRESENT_NULL),
    ),
    "nothing there, and a list in the place of an object": (
        (RESPONSE_BODY, NULL, Breach("type", body(), datum({"type": "object"}), datum([]))),
        (DELETED_IS_GONE, DELETED, PRESENT_NULL),
    ),
    "nothing there, and an entity with an unlisted success": (
        (STATUS_LISTED, FOUND_PARTLY, Breach.of("unlisted", STATUS, [200, 404], 206)),
        (DELETED_IS_GONE, DELETED, PRESENT_NULL),
    ),
    "an unlisted success of what is no reading": (
        (STATUS_LISTED, ACCEPTED, Breach.of("unlisted", STATUS, [204, 404], 202)),
        (PARTNERS_APART, ACCEPTED, status([404], 202)),
    ),
    "a member that is there, and null": (
        (RESPONSE_BODY, NULL, null_body()),
        (DELETED_IS_GONE, DELETED, Breach.of("present", body(("userId",)), actual=None, seen_by="getUser")),
    ),
    "what one call took away, and a member of another": (
        (OTHERS_UNTOUCHED, SWEPT, GONE),
        (OTHERS_UNTOUCHED, SWEPT, Breach.of("absent", body(("name",)), "x", seen_by="getUser")),
    ),
    "what one call took away, and changed": (
        (OTHERS_UNTOUCHED, SWEPT, GONE),
        (OTHERS_UNTOUCHED, SWEPT, changed(("name",), "x", "y", "getUser")),
    ),
    "what two readings show of one operation": (
        (OTHERS_UNTOUCHED, HOME, changed(("locationType",), "Other", "Unknown", "getLocation")),
        (OTHERS_UNTOUCHED, HOME, changed(("name",), "x", "y", "getWebhook")),
    ),
    "a text that two operations change otherwise": (
        (ROUND_TRIP, HOME, changed(("locationType",), "Other", "Unknown")),
        (ROUND_TRIP, EARNED, changed(("x", "locationType"), "Other", "other")),
    ),
    "another's entity, and an unlisted success without one": (
        (STATUS_LISTED, EMPTY, Breach.of("unlisted", STATUS, [200, 404], 204)),
        (PARTNERS_APART, FOUND, status([404], 200)),
    ),
    "a success where an unknown id had to be refused, and that it is unlisted": (
        (STATUS_LISTED, MADE, Breach.of("unlisted", STATUS, [201], 202)),
        (STATUS_EXPECTED, MADE, status([404], 202)),
    ),
    "a number for an id, shown as another one": (
        (PATH_IDS, READ, changed(("userId",), 1, 2)),
        (ROUND_TRIP, called("createUser", "/users", 201), changed(("userId",), 1, 2)),
    ),
    "a whole text that is another one": (
        (ROUND_TRIP, READ, changed((), "a", "b")),
        (PATH_IDS, READ, changed(("userId",), "a", "b")),
    ),
    "what may not be read, and is not listed": (
        (STATUS_EXPECTED, called("getWebhook", "/webhooks/w-1", 403), status([200], 403)),
        (LISTED_ONCE, OTHERS, absent("webhookId", "w-1")),
    ),
    "what is not there after it was deleted, and is not listed": (
        (STATUS_EXPECTED, called("deleteWebhook", "/webhooks/w-1", 404), status([204], 404)),
        (LISTED_ONCE, OTHERS, absent("webhookId", "w-1")),
    ),
    "a redirect of a reading, and null": (
        (STATUS_LISTED, called("getUser", "/users/42", 302), Breach.of("unlisted", STATUS, [200, 404], 302)),
        (DELETED_IS_GONE, DELETED, PRESENT_NULL),
    ),
    "what one call took away, and what it made": (
        (OTHERS_UNTOUCHED, SWEPT, GONE),
        (OTHERS_UNTOUCHED, SWEPT, Breach.of("present", body(), actual={"webhookId": "1"}, seen_by="getWebhook")),
    ),
    "what a log of what is not there lacks": (
        UNREAD,
        (ROUND_TRIP, LOGS, Breach("absent", body(("payload",)), datum({"a": 1}), seen_by="getNotificationLog")),
    ),
    "a text under two names": (
        (ROUND_TRIP, HOME, changed(("locationType",), "Other", "Unknown")),
        (ROUND_TRIP, EARNED, changed(("x", "kind"), "Other", "Unknown")),
    ),
    "an id that is another one in a list of other things": (
        SHOWN,
        (LISTED_ONCE, called("listUsers", "/users", 200, b'{"name": "a-42"}'), absent("userId", UPPER)),
    ),
    "a status of another call": (FAILED, (PARTNERS_APART, FOUND, status([404], 200))),
    "what is really there": ((RESPONSE_BODY, NULL, null_body()), (DELETED_IS_GONE, DELETED, PRESENT)),
    "another's entity": ((RESPONSE_BODY, NULL, null_body()), (PARTNERS_APART, FOUND, status([404], 200))),
    "a refusal that is wanted, and a success that is unlisted": (
        (STATUS_LISTED, MADE, Breach.of("unlisted", STATUS, [201], 202)),
        (PARTNERS_APART, MADE, status([404], 202)),
    ),
    "what two operations overwrote": (
        (OTHERS_UNTOUCHED, HOME, changed(("locationType",), "Other", "Unknown", "getLocation")),
        (OTHERS_UNTOUCHED, DELETED, changed(("coordinates",), "Other", "Unknown", "getLocation")),
    ),
    "what two calls took away": (
        (OTHERS_UNTOUCHED, SWEPT, GONE),
        (OTHERS_UNTOUCHED, DELETED, GONE_TOO),
    ),
    "a list without an id that is shown in other letters": (SHOWN, (LISTED_ONCE, OTHERS, absent("userId", UPPER))),
    "a list without another entity": (UNREAD, (LISTED_ONCE, OTHERS, absent("webhookId", "w-2"))),
    "the logs of another one": (UNREAD, (DELIVERY_LOGS, OTHER_LOGS, Breach("absent", listed("notificationId")))),
    "a log that names another event": (UNREAD, (DELIVERY_LOGS, LOG, changed(("partnerEventId",), "e-1", "e-2"))),
    "a number that is wrong twice": (
        (ROUND_TRIP, HOME, changed(("coordinates", "latitude"), 1, 2)),
        (ROUND_TRIP, EARNED, changed(("x", "latitude"), 1, 2)),
    ),
}

UNRELATED = (
    (ROUND_TRIP, EARNED, changed(("x", 0, "percent"), 1, 2)),
    (ENROLLMENT, ENROLLED, Breach.of("count", listed("n"), 1, 2)),
)


def causes_of(findings):
    journal = Journal()
    for promise, (operation, exchange), breach in findings:
        journal.add_finding(CHECKER.finding(promise, breach, exchange, CONTRACT.operations[operation]))
    return found_in(journal, CONTRACT, str)


def test_chain_is_told_with_its_end():
    """What follows from what follows; where two follow from each other, neither is lost, and no run waits for ever."""
    a, b, c = ("a",), ("b",), ("c",)

    assert resolved({a: b, b: c}) == {a: c, b: c}
    assert resolved({a: b, b: a}) == {}
    assert resolved({a: b, b: c, c: b}) == {a: b}


@pytest.mark.parametrize("findings", FOLLOWS.values(), ids=FOLLOWS)
@pytest.mark.parametrize("turned", [False, True])
def test_what_follows_is_told_with_the_first(findings, turned):
    """One cause, of the fault that comes first in the table, in whichever order they were found."""
    (only,) = causes_of(reversed(findings) if turned else findings)

    assert only.finding.promise == findings[0][0].id
    assert len(only.marks) == len(findings)


@pytest.mark.parametrize("findings", FOLLOWS.values(), ids=FOLLOWS)
def test_what_else_was_found_is_told_beside_it(findings):
    """Whatever came before, what follows is told with the first, and the rest is told."""
    assert len(causes_of([*UNRELATED, *findings])) == len(UNRELATED) + 1


@pytest.mark.parametrize("findings", APART.values(), ids=APART)
def test_what_may_be_a_fault_of_its_own_is_told(findings):
    """Two causes, however alike they look."""
    assert len(causes_of(findings)) == len(findings)
