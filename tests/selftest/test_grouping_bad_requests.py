"""What an operation does not check is told once; two members that it does not check, or two operations, are two."""

import json
from dataclasses import replace

import pytest

from ecsuite import editions
from ecsuite.checks import Checker
from ecsuite.findings.breach import STATUS, Breach, body, listed
from ecsuite.findings.datum import datum
from ecsuite.findings.finding import Result
from ecsuite.journal import Journal
from ecsuite.messages.exchange import Exchange, Expectation, Headers, Request, Response
from ecsuite.promises import BAD_REQUEST, REFUSED_CHANGES_NOTHING, REQUEST_BODY, RESPONSE_BODY, STATUS_EXPECTED
from ecsuite.results.record import found_in
from ecsuite.wording import expected

CONTRACT = editions.contract("2023-10")
BASE = "https://api.example/v1"
CHECKER = Checker(CONTRACT, BASE, f"{BASE}/token")
WHOLE = {
    "webhookUrl": "https://h.example/",
    "webhookSecret": "s" * 32,
    "eventPayloadTypes": ["CurrentLevel"],
    "operationTypes": ["Create"],
}
URL, TYPES, OPERATIONS = "webhookUrl", "eventPayloadTypes", "operationTypes"
WRONG = (None, 7, True, {"a": 1}, 1.5)
JSON = Headers.of([("Content-Type", "application/json"), ("Authorization", "Bearer a-token")])
SUCCESS = 200
SHOWN = json.dumps({"id": "42", **WHOLE}).encode()
NO_TOKEN = b'{"error": "invalid_client"}'


def sent(value, status=200, answer=SHOWN):
    """What the checks say of a PUT with a body that breaks the contract."""
    case = f"case {json.dumps(value)}"
    expectation = Expectation(case, frozenset({400}), frozenset({REQUEST_BODY}))
    request = Request("PUT", f"{BASE}/webhooks/42", JSON, json.dumps(value).encode(), expectation)
    return CHECKER.check(Exchange(request, Response(status, JSON, answer if status == 200 else b"")))


def wrong(member, *values):
    return [{**WHOLE, member: value} for value in values or WRONG]


def unread(number):
    return sent([number], 400)


def taken(results):
    """The causes of bad requests that were taken, and of what their answers show."""
    journal = Journal()
    for each in results:
        journal.add(each)
    found = found_in(journal, CONTRACT, str)
    # What a refusal looks like is another matter.
    return [each for each in found if each.finding.status == SUCCESS]


EVERYTHING = [sent(body) for member in (URL, TYPES, OPERATIONS) for body in wrong(member)]


def test_operation_that_refuses_nothing_is_one_cause():
    """With what its answers show of it, and with the other bad requests named."""
    shown = sent({**WHOLE, TYPES: [7]}, answer=json.dumps({"id": "42", **WHOLE, TYPES: [7]}).encode())

    (only,) = taken([*EVERYTHING, shown, unread(1), unread(2)])

    assert only.finding.promise == BAD_REQUEST.id
    assert "and 15 other bad requests were accepted, too: case " in expected(only.finding.breach)


def test_one_that_is_refused_for_many_is_no_rule():
    """A server that uses a member fails without it, and calls that a bad request."""
    assert len(taken([*EVERYTHING, sent({}, 400)])) == 1


@pytest.mark.parametrize("members", [(URL,), (URL, TYPES)])
def test_each_unchecked_member_is_told(members):
    """An operation that refuses what is wrong elsewhere lacks a rule for each of the members."""
    results = [sent(body) for member in members for body in wrong(member, None, 7)]
    refused = [sent(body, 400) for body in wrong(OPERATIONS)]

    assert len(taken([*results, *refused])) == len(members)


def test_most_members_that_are_taken_alike_are_one_cause():
    """Three members of an object, of a wrong type each, though others are checked."""
    results = [sent({**WHOLE, member: None}) for member in (URL, TYPES, OPERATIONS)]

    (only,) = taken([*results, *(sent({"webhookSecret": n}, 400) for n in WRONG)])

    assert "and 2 other bad requests were accepted, too" in expected(only.finding.breach)


def test_members_of_an_object_that_has_no_more_are_one_cause():
    """A latitude and a longitude of a wrong type, where the contract has these two alone."""
    results = [meter(latitude=value, longitude=1) for value in ("x", True)] + [meter(latitude=1, longitude="x")]

    (only,) = taken(results)

    assert only.finding.breach.because.at.path == ("location", "latitude")
    assert len(taken([meter(latitude="x", longitude=1), meter(latitude="x", longitude=1, metersAbove="x")])) == 1


@pytest.mark.parametrize(("shown", "causes"), [(["text"], 1), (["other"], 2)])
def test_value_that_was_taken_is_told_once_where_a_list_shows_it(shown, causes):
    """As it was sent: another value in the list is wrong for another reason."""
    listing = [{"id": "1", **WHOLE}, {"id": "42", **WHOLE, TYPES: shown}]
    exchange, operation = answered("listWebhooks", "/webhooks", json.dumps(listing).encode())
    read = CHECKER.check(exchange)

    assert operation.id == "listWebhooks"
    assert len(taken([sent({**WHOLE, TYPES: ["text"]}), read])) == causes


def users(*items, status=201):
    """What the checks of 2026-01 say of a batch of users with items that break the contract."""
    contract = editions.contract("2026-01")
    expectation = Expectation(f"case {json.dumps(items)}", frozenset({400}), frozenset({REQUEST_BODY}))
    request = Request("POST", f"{BASE}/users/batch", JSON, json.dumps({"users": items}).encode(), expectation)
    return Checker(contract, BASE, f"{BASE}/token").check(Exchange(request, Response(status, JSON, b'{"users": []}')))


@pytest.mark.parametrize(
    ("items", "causes"), [((7, {"userId": 7}), 1), ((7, {"userId": 7}, {}, {"userId": None}), 1), ((), 0)]
)
def test_bad_items_that_are_left_out_are_one_cause(items, causes):
    """Whatever is wrong in an item, where an item that is none is taken, too."""
    journal = Journal()
    for each in items:
        journal.add(users(each))

    found = found_in(journal, editions.contract("2026-01"), str)

    assert len(found) == causes


def meter(**location):
    """What the checks say of a meter that was made at a place that breaks the contract."""
    value = {"meterPointId": "1", "meterNumber": "1", "locationType": "Other", "location": location}
    value["address"] = {"street": "s", "city": "c", "zipCode": "1"}
    expectation = Expectation(f"case {json.dumps(value)}", frozenset({400}), frozenset({REQUEST_BODY}))
    request = Request("POST", f"{BASE}/users/42/meters", JSON, json.dumps(value).encode(), expectation)
    return CHECKER.check(Exchange(request, Response(200, JSON, b'{"meterId": "7"}')))


def test_member_that_may_be_missing_and_null_is_one_cause():
    """Whether it is there is not checked; what a text in its place does is another matter."""
    without = {name: own for name, own in WHOLE.items() if name != URL}
    refused = [sent(each, 400) for each in wrong(TYPES)]

    assert len(taken([sent(without), sent({**WHOLE, URL: None}), *refused])) == 1
    assert len(taken([sent(without), sent({**WHOLE, URL: None}), sent({**WHOLE, TYPES: None}), *refused])) > 1


def test_two_members_are_told_where_others_are_checked():
    """However many wrong values of each are taken, an operation that refuses some has a check."""
    results = [sent(body) for member in (URL, TYPES) for body in wrong(member)]
    refused = [sent(body, 400) for body in wrong(OPERATIONS)]

    assert len(taken(results)) == 1
    assert len(taken([*results, *refused])) > 1


def test_worst_of_what_is_not_checked_tells_it():
    """Where some of it only warns, the first error leads."""
    milder = [
        replace(each, findings=tuple(replace(one, severity="warning") for one in each.findings))
        for each in EVERYTHING[: len(WRONG)]
    ]

    (only,) = taken([*milder, *EVERYTHING[len(WRONG) :]])

    assert only.finding.severity == "error"


def test_first_of_what_only_warns_tells_it():
    """Where nothing is worse than another, what was tried first leads."""
    milder = [
        replace(each, findings=tuple(replace(one, severity="warning") for one in each.findings)) for each in EVERYTHING
    ]

    (only,) = taken(milder)

    assert only.finding.breach.case == EVERYTHING[0].findings[0].breach.case


@pytest.mark.parametrize(("cases", "refusals", "causes"), [(5, 0, 1), (4, 0, 2), (10, 1, 1), (9, 1, 2)])
def test_fewest_cases_show_that_nothing_is_checked(cases, refusals, causes):
    """Five of two members, none of them refused; of ten one may be."""
    mixed = [sent(body) for pair in zip(wrong(URL), wrong(TYPES), strict=True) for body in pair]
    refused = [sent({**WHOLE, OPERATIONS: number}, 400) for number in range(refusals)]

    assert len(taken([*mixed[:cases], *refused])) == causes


@pytest.mark.parametrize(
    ("promise", "operation", "breach"),
    [
        (RESPONSE_BODY, "createWebhook", Breach("type", body((TYPES,)), datum({"type": "array"}), datum(7))),
        (RESPONSE_BODY, "replaceWebhook", Breach("type", body(("id",)), datum({"type": "string"}), datum(7))),
        (RESPONSE_BODY, "replaceWebhook", Breach("type", body(), datum({"type": "object"}), datum(7))),
        (STATUS_EXPECTED, "replaceWebhook", Breach.of("status", STATUS, [400], 200)),
    ],
    ids=["another operation", "another member", "the whole", "another promise"],
)
def test_what_another_fault_shows_is_told_beside_what_is_not_checked(promise, operation, breach):
    """Of an operation that checks nothing, only what was sent wrong and is shown so is told with it."""
    journal = Journal()
    for each in EVERYTHING:
        journal.add(each)
    exchange = Exchange(Request("PUT", f"{BASE}/webhooks/42", JSON), Response(200, JSON, SHOWN))
    journal.add_finding(CHECKER.finding(promise, breach, exchange, CONTRACT.operations[operation]))

    found = [each for each in found_in(journal, CONTRACT, str) if each.finding.status == SUCCESS]

    assert sorted(each.finding.promise for each in found) == sorted([BAD_REQUEST.id, promise.id])


def answered(operation, path, answer, status=200, method="GET", request=b""):
    exchange = Exchange(Request(method, f"{BASE}{path}", JSON, request), Response(status, JSON, answer))
    return exchange, CONTRACT.operations[operation]


REFUSED = answered("createResource", "/users/42/resources", b"", 400, "POST")
LISTED = answered("listResources", "/users/42/resources", b'[{"metadata": null}]')


def noted(*steps):
    """The causes of findings, each after the exchange that it blames has been noted."""
    journal = Journal()
    for promise, (exchange, operation), breach in steps:
        journal.add(Result(exchange, operation, {}, (), (), ()))
        if promise:
            journal.add_finding(CHECKER.finding(promise, breach, exchange, operation))
    return found_in(journal, CONTRACT, str)


TRACE = Breach.of("extra", listed(), actual={"resourceId": "7"}, seen_by="listResources")
SHOWN_WRONG = Breach("type", body((0, "metadata")), datum({"type": "object"}), datum(None))


def test_what_a_refused_call_left_is_told_with_it():
    """A list shows it as wrong as it was sent, once the call is over."""
    journal = Journal()
    for exchange, operation in (REFUSED, LISTED):
        journal.add(Result(exchange, operation, {}, (), (), ()))
    journal.add_finding(CHECKER.finding(RESPONSE_BODY, SHOWN_WRONG, *LISTED))
    journal.add_finding(CHECKER.finding(REFUSED_CHANGES_NOTHING, TRACE, *REFUSED))

    (only,) = found_in(journal, CONTRACT, str)

    assert only.finding.promise == REFUSED_CHANGES_NOTHING.id


def test_what_a_list_showed_before_is_told():
    """What was wrong before the call is no trace of it."""
    steps = ((RESPONSE_BODY, LISTED, SHOWN_WRONG), (REFUSED_CHANGES_NOTHING, REFUSED, TRACE))

    assert len(noted(*steps)) == len(steps)


def missing(name):
    return Breach("required", body((name,)), datum({"required": [name]}))


def token(answer):
    return answered("getToken", "/token", answer, 200, "POST", b"grant_type=client_credentials")


def status_of(*wanted):
    return Breach.of("status", STATUS, list(wanted), 200)


def test_refusal_with_the_status_of_a_success_is_one_cause():
    """An error in the place of a token: what a token has is not there, and the status is wrong."""
    hidden = token(NO_TOKEN)

    (only,) = noted(
        (RESPONSE_BODY, hidden, missing("access_token")),
        (RESPONSE_BODY, hidden, missing("token_type")),
        (STATUS_EXPECTED, hidden, status_of(400, 401)),
    )

    assert only.finding.breach.at.path == ("access_token",)


def test_token_for_a_wrong_secret_is_told():
    """Where there is a token, nothing was refused; that a member of it is missing is another fault."""
    given = token(b'{"access_token": "x"}')

    found = noted(
        (RESPONSE_BODY, given, missing("token_type")),
        (RESPONSE_BODY, token(NO_TOKEN), missing("access_token")),
        (STATUS_EXPECTED, given, status_of(400, 401)),
    )

    assert STATUS_EXPECTED.id in {each.finding.promise for each in found}
