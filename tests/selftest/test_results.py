"""The result of a run: what tests hand over, causes, the file, and what is never in it."""

import json
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from ecsuite import editions
from ecsuite.errors import ReportUnusable, ReportUnwritable
from ecsuite.findings.breach import STATUS, Breach, Place, body
from ecsuite.findings.datum import datum
from ecsuite.findings.finding import Finding, Observation
from ecsuite.journal import Journal, Tally
from ecsuite.messages.exchange import UNSPECIFIED, Exchange, Expectation, Headers, Request, Response
from ecsuite.messages.redact import Redactor
from ecsuite.promises import (
    BAD_REQUEST,
    CREATION_RESPONSE,
    DELETED_IS_GONE,
    DELIVERY_CONTENT,
    ERROR_CODE,
    LIST_ORDER,
    LISTED_ONCE,
    PAGES,
    PARENTS,
    PARTNERS_APART,
    PATH_IDS,
    REFUSED_CHANGES_NOTHING,
    REQUEST_BODY,
    RESPONSE_BODY,
    ROUND_TRIP,
    STATUS_EXPECTED,
    STATUS_LISTED,
)
from ecsuite.report.stored import read_result
from ecsuite.results import store
from ecsuite.results.collect import MOST_CRASHES, MOST_FINDINGS, Collector
from ecsuite.results.own import Privacy
from ecsuite.results.record import Found, Record, found_in, is_empty, private
from ecsuite.results.result import FORMAT, SCHEMA, RunResult
from ecsuite.results.sample import MOST_OF_REQUEST, MOST_OF_TEXT, Sample, sample_of

NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
SECRET = "the-secret-of-the-run"
MASK = Redactor([SECRET]).text
NOBODY = Privacy(frozenset())

NOT_THERE = Expectation("unknown-parent", frozenset({404}))
NO_MODEL = Expectation("no-model", frozenset({400}), frozenset({REQUEST_BODY}))


def vehicle(year: object, number: str = "7") -> dict[str, object]:
    metadata = {"resourceType": "Vehicle", "brand": "b", "model": "m", "year": year, "vin": "v"}
    return {"userId": "42", "vehicleId": number, "metadata": metadata}


@pytest.fixture
def found(checker, exchange, contract):
    """What a run hands over that had some exchanges."""

    def find(*exchanges: Exchange) -> tuple[Found, ...]:
        journal = Journal()
        for each in exchanges:
            journal.add(checker.check(each))
        return found_in(journal, contract, MASK)

    return find


def test_responses_of_one_cause_are_counted(found, exchange):
    """However many items of however many responses show it, a cause is handed over once for each operation."""
    listed = exchange("GET /users/42/vehicles", answer=[vehicle("1"), vehicle("2"), vehicle("3")])
    alone = exchange("GET /users/42/vehicles/7", answer=vehicle("1"))

    first, second = found(listed, listed, alone)

    assert (first.finding.operation, first.responses) == ("listVehicles", 2)
    assert (second.finding.operation, second.responses) == ("getVehicle", 1)
    assert first.cause == second.cause
    assert first.quote[:2] == ("year:", "  type: integer")


def test_two_faults_of_one_response_stay_two(found, exchange):
    """Two members that are wrong are two causes, though promise and kind are the same."""
    answer = vehicle("1")
    answer["metadata"]["vin"] = 7

    assert len({each.cause for each in found(exchange("GET /users/42/vehicles/7", answer=answer))}) == 2


def test_status_that_is_neither_listed_nor_expected_is_told_once(found, exchange):
    """One cause, with the marks of both, so that who accepts it has accepted it all."""
    (only,) = found(exchange("GET /users", status=418), exchange("GET /users", status=418))

    assert (only.finding.promise, only.responses) == (STATUS_EXPECTED.id, 2)
    assert {mark.promise for mark in only.marks} == {STATUS_EXPECTED.id, STATUS_LISTED.id}


def test_stranger_in_a_response_is_told_once(checker, exchange, contract):
    """An id that is not the path's is not what was sent either."""
    journal, other = Journal(), exchange("GET /users/42", answer={"userId": "43"})
    journal.add(checker.check(other))
    breach = Breach("changed", body(("userId",)), datum("42"), datum("43"))
    journal.add_finding(checker.finding(ROUND_TRIP, breach, other, contract.operations["getUser"]))

    (only,) = found_in(journal, contract, MASK)
    assert only.finding.promise == PATH_IDS.id


def test_what_is_of_another_parent_in_a_list_is_told_once(checker, exchange, contract):
    """That its parent is not the path's says no more than that it is in the list."""
    journal, listed = Journal(), exchange("GET /users/42/vehicles", answer=[vehicle(2021) | {"userId": "43"}])
    journal.add(checker.check(listed))
    breach = Breach("present", Place("list", "vehicleId"), actual=datum("7"))
    journal.add_finding(checker.finding(PARENTS, breach, listed, contract.operations["listVehicles"]))

    (only,) = found_in(journal, contract, MASK)
    assert only.finding.promise == PARENTS.id


@pytest.mark.parametrize("promise", [PARTNERS_APART, PARENTS], ids=lambda promise: promise.id)
def test_what_a_call_did_that_was_not_refused_is_told_with_it(checker, exchange, contract, promise):
    """That another's entity was changed says no more than that the call was taken; by itself it says enough."""
    changed, operation = exchange("DELETE /users/42", status=204), contract.operations["deleteUser"]
    status = Breach("status", STATUS, datum([404]), datum(204))
    gone = Breach("absent", body(), datum({"userId": "42"}), seen_by="getUser")

    for breaches in ((gone, status), (gone,)):
        journal = Journal()
        for breach in breaches:
            journal.add_finding(checker.finding(promise, breach, changed, operation))

        (only,) = found_in(journal, contract, MASK)
        assert only.finding.breach == breaches[-1]


def test_reading_below_another_parent_is_told_once(checker, exchange, contract):
    """That the answer shows its true parent says no more than that it was not refused."""
    read, journal = exchange("GET /users/42/vehicles/7", answer=vehicle(2021) | {"userId": "43"}), Journal()
    journal.add(checker.check(read))
    breach = Breach("status", STATUS, datum([404]), datum(200))
    journal.add_finding(checker.finding(PARENTS, breach, read, contract.operations["getVehicle"]))

    (only,) = found_in(journal, contract, MASK)
    assert only.finding.promise == PARENTS.id


@pytest.mark.parametrize("expectation", [NOT_THERE, UNSPECIFIED, None])
def test_null_for_what_is_not_there_is_told_by_itself(checker, exchange, contract, expectation):
    """Whatever was expected: that the call succeeded says no more, and a probe, which expects nothing, sees null alone."""
    journal, given = Journal(), {"expectation": expectation} if expectation else {}
    journal.add(checker.check(exchange("GET /users/42", answer=b"null", **given)))

    (only,) = found_in(journal, contract, MASK)
    assert only.finding.promise == RESPONSE_BODY.id


def test_code_of_no_refusal_is_told_once(checker, exchange, contract):
    """That there is no such code says no more than that another one had to come."""
    refused = exchange(
        "POST token", 400, {"error": "nope"}, sent=b"grant_type=x", expectation=Expectation("x", frozenset({400}))
    )
    journal, breach = Journal(), Breach("unlisted", body(("error",)), datum(["invalid_request"]), datum("nope"))
    journal.add(checker.check(refused))
    journal.add_finding(checker.finding(ERROR_CODE, breach, refused, contract.token_operation))

    codes = [each.finding.promise for each in found_in(journal, contract, MASK)]
    assert ERROR_CODE.id in codes
    assert RESPONSE_BODY.id not in codes


def test_reading_of_what_should_be_gone_is_told_with_its_deletion(checker, exchange, contract):
    """The deletion is to blame, not the reading that showed it."""
    read = exchange("GET /users/42", answer={"userId": "42"}, expectation=NOT_THERE)
    deleted, journal = exchange("DELETE /users/42", status=204), Journal()
    journal.add(checker.check(read))
    left = Breach("present", body(), actual=datum({"userId": "42"}), seen_by="getUser")
    journal.add_finding(checker.finding(DELETED_IS_GONE, left, deleted, contract.operations["deleteUser"]))

    (only,) = found_in(journal, contract, MASK)
    assert (only.finding.promise, only.finding.operation) == (DELETED_IS_GONE.id, "deleteUser")


def test_call_that_was_taken_is_no_refused_one(checker, exchange, contract):
    """What it made is told with it."""
    taken = exchange("POST /users", 201, {"userId": "4"}, sent={"userId": "4"}, expectation=NOT_THERE)
    journal, made = Journal(), Breach("present", body(), actual=datum({"userId": "4"}), seen_by="getUser")
    journal.add(checker.check(taken))
    journal.add_finding(checker.finding(REFUSED_CHANGES_NOTHING, made, taken, contract.operations["createUser"]))

    (only,) = found_in(journal, contract, MASK)
    assert only.finding.promise == STATUS_EXPECTED.id


@pytest.mark.parametrize("place", ["list", "page"])
def test_list_that_lacks_a_record_is_one_cause(checker, exchange, place):
    """Whichever test sees it, by record or by page."""
    contract = editions.contract("2026-01")
    journal, operation = Journal(), contract.operations["listUsers"]
    at = Place("list", "userId") if place == "list" else Place("list", "page")
    journal.add_finding(
        checker.finding(PAGES, Breach("count", at, datum(1), datum(0)), exchange("GET /users"), operation)
    )

    (only,) = found_in(journal, contract, MASK)
    assert only.cause == ("error", True, PAGES.id, "list", "")


def test_item_that_is_missing_in_its_list_is_one_cause(checker, exchange, contract):
    """Whether one is looked for or many are counted; a list of other things is another."""
    causes = []
    for kind, name in (("absent", "userId"), ("count", "userId"), ("absent", "vehicleId")):
        journal, breach = Journal(), Breach(kind, Place("list", name), datum("42"), datum(0))
        journal.add_finding(
            checker.finding(LISTED_ONCE, breach, exchange("GET /users"), contract.operations["listUsers"])
        )
        causes += [each.cause for each in found_in(journal, contract, MASK)]

    assert causes[0] == causes[1] != causes[2]


def test_member_that_is_shown_wrong_is_one_cause(checker, exchange, contract):
    """Whether it is beside what was sent, or beside what the response to its creation showed; an id is its own."""
    vehicles, causes = exchange("GET /users/42/vehicles/7", answer=vehicle(2008)), []
    for promise in (ROUND_TRIP, CREATION_RESPONSE):
        journal, breach = Journal(), Breach("changed", body(("metadata", "year")), datum(2009), datum(2008))
        journal.add_finding(checker.finding(promise, breach, vehicles, contract.operations["getVehicle"]))
        causes += [each.cause for each in found_in(journal, contract, MASK)]

    assert causes[0] == causes[1]


def test_success_that_is_listed_nowhere_is_told(found, exchange):
    """A success is what was expected, so that it is not listed is all there is to tell."""
    (only,) = found(exchange("POST /users", status=202, sent={"userId": "4"}))

    assert only.finding.promise == STATUS_LISTED.id


def test_what_was_taken_and_is_shown_as_it_may_not_be_is_told_once(found, exchange):
    """Its answer breaks the contract where the request does: an error, and no second cause."""
    sent, answer = vehicle(2009), vehicle(2009)
    del sent["metadata"]["model"], answer["metadata"]["model"]

    (only,) = found(exchange("POST /users/42/vehicles", 201, answer, sent=sent, expectation=NO_MODEL))

    assert (only.finding.promise, only.finding.severity) == (BAD_REQUEST.id, "error")


def test_object_that_is_wrong_as_a_whole_is_told_once(found, exchange):
    """Its members are missing, all but one: one cause; what is missing beside several that are right is its own."""
    empty, poor = vehicle(2009), vehicle(2009)
    empty["metadata"] = {"resourceType": "Vehicle"}
    del poor["metadata"]["model"], poor["metadata"]["vin"]

    (only,) = found(exchange("GET /users/42/vehicles/7", answer=empty))
    assert len(only.marks) == 4
    assert len(found(exchange("GET /users/42/vehicles/7", answer=poor))) == 2


@pytest.mark.parametrize(("told", "causes"), [(2, 1), (3, 2)])
def test_what_a_delivery_repeats_of_a_response_is_told_once(checker, exchange, told, causes):
    """An event that is made otherwise than asked for is delivered as it is; a delivery that adds a fault is its own."""
    contract, path = editions.contract("2026-01"), ("payload", "priceCurveDelta", "points", 0, "price")
    journal, blamed = Journal(), exchange("POST /simulation/events/pricecurve")
    (delivers,) = contract.deliveries.values()
    changed = Breach("changed", body(("simulatedEvent", *path)), datum(1), datum(2))
    journal.add_finding(checker.finding(ROUND_TRIP, changed, blamed, contract.operations["simulatePriceCurve"]))
    repeated = Breach("changed", Place("request-body", path=path), datum(1), datum(told))
    journal.add_finding(checker.finding(DELIVERY_CONTENT, repeated, blamed, delivers))

    assert len(found_in(journal, contract, MASK)) == causes


def test_value_that_was_taken_several_times_is_told_once(found, exchange):
    """Each request is a case of its own, and the value is one wherever it is shown."""
    sent, answer = vehicle(2009), vehicle(2009)
    del sent["metadata"]["model"], answer["metadata"]["model"]
    cases = [Expectation(case, frozenset({400}), frozenset({REQUEST_BODY})) for case in ("first", "second")]

    made = found(*(exchange("POST /users/42/vehicles", 201, answer, sent=sent, expectation=each) for each in cases))

    assert {each.finding.promise for each in made} == {BAD_REQUEST.id}


def test_another_fault_of_what_was_taken_is_told(found, exchange):
    """What is wrong elsewhere in the answer has another cause."""
    sent, answer = vehicle(2009), vehicle("2009")
    del sent["metadata"]["model"], answer["metadata"]["model"]

    made = found(exchange("POST /users/42/vehicles", 201, answer, sent=sent, expectation=NO_MODEL))

    assert [(each.finding.promise, each.finding.breach.at.path) for each in made] == [
        (BAD_REQUEST.id, ()),
        (RESPONSE_BODY.id, ("metadata", "year")),
    ]


def test_data_of_others_is_not_handed_over(found, exchange):
    """An item of a list that the run did not make is neither in the sample nor in the finding."""
    stranger = vehicle("the year of a stranger", "stranger")
    own = exchange("GET /users/42/vehicles/7", answer=vehicle(2009))
    listed = exchange("GET /users/42/vehicles", answer=[vehicle(2009), stranger])

    (only,) = found(own, listed)

    assert only.finding.breach.at.path == (1, "metadata", "year")
    assert only.finding.breach.actual.type == "string"
    assert only.sample.response == ["2 items"]
    assert "stranger" not in json.dumps(only.to_json())


def test_own_item_is_handed_over(found, exchange):
    """An item that the run made is shown, beside the number of the others, and its place is found again."""
    listed = exchange("GET /users/42/vehicles", answer=[vehicle(2009, "stranger"), vehicle("own", "7")])

    (only,) = found(exchange("GET /users/42/vehicles/7", answer=vehicle(2009)), listed)

    assert only.finding.breach.actual == datum("own")
    assert only.sample.response == [vehicle("own", "7"), "1 more item"]
    assert only.sample.path == (0, "metadata", "year")


def test_values_of_lists_beyond_one_exchange_are_counted(contract, checker, exchange):
    """What several calls show together is told by its size, not by its items."""
    strangers = [{"userId": f"stranger-{number}"} for number in range(3)]
    journal = Journal()
    blamed = exchange("GET /users", answer=strangers)
    operation = contract.operations["listUsers"]
    breaches = [
        Breach("absent", Place("list"), datum({"userId": "42"}), datum(strangers)),
        Breach("order", Place("list", path=(1, "userId")), datum("42"), datum("stranger-7")),
        Breach("extra", Place("list"), datum({"userId": "42"}), datum(strangers[0])),
    ]
    for breach in breaches:
        journal.add_finding(checker.finding(LIST_ORDER, breach, blamed, operation))

    handed_over = found_in(journal, contract, MASK)

    assert len(handed_over) == 3
    assert handed_over[0].finding.breach.actual.size == 3
    assert "stranger" not in json.dumps([each.to_json() for each in handed_over])


def test_pages_that_do_not_hold_every_record_once_are_one_cause(checker, exchange):
    """Page by page, by record, beside other sizes, and in figures that follow: it is the same."""
    contract = editions.contract("2026-01")
    journal, blamed, operation = Journal(), exchange("GET /users"), contract.operations["listUsers"]
    count = Breach("count", Place("list", "page"), datum(1), datum(0))
    for breach in (
        Breach("changed", body(("pagination", "totalPages")), datum(6), datum(5)),
        count,
        Breach("absent", Place("list", "userId"), datum("42")),
        Breach("lost", Place("list"), datum({"userId": "42"})),
    ):
        journal.add_finding(checker.finding(PAGES, breach, blamed, operation))
    journal.add_finding(checker.finding(PAGES, count, blamed, contract.operations["listEvents"]))

    handed_over = found_in(journal, contract, MASK)

    assert [each.finding.breach.at.path[-1:] for each in handed_over] == [("totalPages",), ()]
    assert len(handed_over[0].marks) == 4


def test_figure_that_is_wrong_beside_records_that_come_twice_is_told(checker, exchange):
    """As long as their number is right, a wrong figure is another fault."""
    contract = editions.contract("2026-01")
    journal, blamed, operation = Journal(), exchange("GET /users"), contract.operations["listUsers"]
    for breach in (
        Breach("changed", body(("pagination", "nextPage")), datum(6), datum(5)),
        Breach("duplicate", Place("list", "userId"), datum("42"), datum(2)),
    ):
        journal.add_finding(checker.finding(PAGES, breach, blamed, operation))

    assert len(found_in(journal, contract, MASK)) == 2


@pytest.mark.parametrize(
    ("value", "kept"),
    [
        (["u1", "u2", 7], ["u1", "***", "***"]),
        ({"id": "u2", "n": 1}, {"id": "***", "n": "***"}),
        ({"id": "u1", "n": 1}, {"id": "u1", "n": 1}),
        ("u2", "***"),
        ("u1", "u1"),
        (7, "***"),
        (True, True),
        (None, None),
    ],
)
def test_of_values_that_are_somebody_elses_the_shape_is_kept(value, kept):
    """Of what is not the run's own a finding keeps the type, and of an object the names."""
    breach = Breach.of("changed", body(("members",)), value, value)

    shown = private(breach, Privacy(frozenset({"u1"})))

    assert (shown.expected.value, shown.actual.value) == (kept, kept)
    assert shown.actual.type == breach.actual.type


def sample(request: Request, response: Response, privacy: Privacy = NOBODY, **given: object) -> Sample:
    return sample_of(Exchange(request, response, 0.25), (), privacy, MASK, NOW, **given)


GET = Request("GET", "https://h/v1/users")


def test_sample_has_no_secret():
    """Secrets are masked by name and by value, in headers, addresses and bodies, of requests and of responses."""
    headers = [
        ("Authorization", f"Bearer {SECRET}"),
        ("Cookie", "a=b"),
        ("X-Note", SECRET),
        ("X-Payload-Signature", "s"),
    ]
    sent = json.dumps({"webhookSecret": "short", "note": SECRET}).encode()
    request = Request("POST", f"https://h/{SECRET}", Headers.of(headers), sent)
    answer = json.dumps({"access_token": "another", "deep": [{"client_secret": "x"}], "note": SECRET}).encode()

    made = sample(request, Response(400, Headers.of([("Set-Cookie", "c=d")]), answer))

    text = json.dumps(made.to_json())
    assert not [each for each in (SECRET, "a=b", "c=d", "short", "another") if each in text]
    assert ("Authorization", "Bearer ***") in made.request_headers
    assert ("X-Payload-Signature", "***") in made.request_headers


def test_form_is_masked_by_its_names():
    """What a form says under the name of a secret is masked; the rest is as it was."""
    headers = Headers.of([("Content-Type", "application/x-www-form-urlencoded")])

    made = sample(Request("POST", "https://h/t", headers, b"grant_type=x&client_secret=s"), Response(400))

    assert made.request_body == "grant_type=x&client_secret=***"


@pytest.mark.parametrize("content", [b"\xff\x00'", b"", '{"a": "å"}'.encode(), b"{not json", b'{"a":1}\n'])
def test_request_of_a_sample_is_what_was_sent(content):
    """What holds no secret is kept to the byte, whatever it is."""
    request = Request("POST", "https://h/x", Headers.of([("Content-Type", "application/json")]), content)

    made = sample(request, Response(201))

    assert made.request == request
    assert Sample.from_json(json.loads(json.dumps(made.to_json()))) == made


def test_sample_is_bounded():
    """Long bodies are cut, and said to be."""
    long = Request("POST", "https://h/x", body=b"x" * (MOST_OF_REQUEST + 1))

    made = sample(long, Response(200, Headers(), b"<html>" + b"y" * 9999))

    assert (len(made.request_body), made.request_is_cut) == (MOST_OF_REQUEST, True)
    assert made.response.endswith("...")
    assert len(made.response) == MOST_OF_TEXT + 3


@pytest.mark.parametrize(
    ("status", "content", "kept"),
    [
        (200, b"", None),
        (200, b"null", None),
        (200, b'[{"userId":"stranger"}', "22 bytes that are no JSON"),
        (200, b"<html>", "<html>"),
        (200, b'[{"userId":"stranger"}]', ["1 item"]),
        (400, b'{"errors":{"/year":["must be a number"]}}', {"errors": {"/year": ["must be a number"]}}),
    ],
)
def test_body_of_a_response_is_kept_as_far_as_it_may(status, content, kept):
    """JSON as a value, text as text; what cannot be read may be anybody's, and a refusal holds reasons."""
    assert sample(GET, Response(status, Headers(), content)).response == kept


def test_delivery_is_as_private_as_a_response():
    """What the API sends may be about anybody, too."""
    delivery = Request("POST", "http://127.0.0.1/hooks/x", body=b'{"users":[{"userId":"stranger"}],"kind":"k"}')

    made = sample(delivery, Response(200), is_delivery=True)

    assert json.loads(made.request_body) == {"users": ["1 item"], "kind": "k"}


def test_time_of_a_sample_is_the_servers():
    """The owner of the API looks for a call by his own clock; without it, there is ours."""
    dated = Response(200, Headers.of([("Date", "Sun, 29 Nov 2026 08:30:44 GMT")]))

    assert sample(GET, dated).at == "2026-11-29T08:30:44Z"
    assert sample(GET, Response(200)).at == "2026-01-02T03:04:05Z"
    assert sample(GET, Response(200, Headers.of([("Date", "yesterday")]))).at == "2026-01-02T03:04:05Z"


def test_traces_lead_to_the_log():
    """Ids of the request and of its trace are told, those that were sent and those that came, each once."""
    request = Request("GET", "https://h/x", Headers.of([("traceparent", "00-a-b-01"), ("Accept", "*/*")]))
    fields = Headers.of([("X-Request-Id", "r1"), ("traceparent", "00-a-b-01")])

    made = sample(request, Response(500, fields, b'{"traceId":"00-c"}'))

    assert made.traces == (("traceparent", "00-a-b-01"), ("x-request-id", "r1"), ("traceId", "00-c"))


def a_found(found, exchange, **changes: object) -> Found:
    (made,) = found(exchange("GET /users/42/vehicles/7", answer=vehicle("1")))
    return replace(made, finding=replace(made.finding, **changes))


def test_record_travels_as_json(found, exchange):
    """What a test hands over comes out of JSON as it went in."""
    seen = Counter({Observation("pages", "listUsers", "not checked", "no reason"): 3})
    whole = Record(
        Tally(7, seen),
        (a_found(found, exchange),),
        "stopped",
        "Traceback",
        "https://h",
        is_told=True,
        skipped="why",
        went_on=False,
    )

    assert Record.from_json(json.loads(json.dumps(whole.to_json()))) == whole
    assert is_empty(Record(Tally()))
    assert not is_empty(whole)


@pytest.fixture
def collector() -> Collector:
    return Collector({"target": "live", "editions": ["2023-10"], "strict": False}, strict=False)


def test_causes_are_ranked(collector, found, exchange):
    """Errors come before warnings and notes, frequent causes before rare ones."""
    one = a_found(found, exchange)
    for severity, promise, responses in (
        ("note", "pages", 99),
        ("error", "list-order", 1),
        ("warning", "pages", 50),
        ("error", "pages", 2),
    ):
        made = replace(one, finding=replace(one.finding, severity=severity, promise=promise), responses=responses)
        collector.add("test", Record(Tally(1), (made,)))

    causes = collector.result().causes

    assert [(cause.severity, cause.responses) for cause in causes] == [
        ("error", 2),
        ("error", 1),
        ("warning", 50),
        ("note", 99),
    ]


def test_cause_goes_across_operations_and_tests(collector, found, exchange):
    """What a second test finds of a known cause is told with the test that found it first."""
    one = a_found(found, exchange)
    other = replace(one, finding=replace(one.finding, method="PUT"), responses=4)

    first = collector.add("test_a", Record(Tally(1), (one,)))
    second = collector.add("test_b", Record(Tally(1), (other,)))
    (cause,) = collector.result().causes

    assert (first.new, first.known) == ((one,), ())
    assert (second.new, second.known) == ((), ((other, "test_a"),))
    assert (cause.responses, cause.tests) == (5, ("test_a", "test_b"))
    assert [call.split()[0] for call in cause.operations] == ["GET", "PUT"]


@pytest.mark.parametrize("turned", [False, True])
def test_failure_at_rare_input_is_told_with_that_at_common_one(collector, found, exchange, turned):
    """An operation that fails at both has one fault, whichever was found first; one that fails at rare input has its own."""
    one = a_found(found, exchange, promise="server-error")
    rare = a_found(found, exchange, promise="server-error", severity="warning")
    other = a_found(found, exchange, promise="server-error", severity="warning", path="/users")

    told = [collector.add("test", Record(Tally(1), (each,))) for each in ((rare, one) if turned else (one, rare))]
    (only,) = collector.result().causes
    collector.add("test", Record(Tally(1), (other,)))

    assert (only.severity, only.responses) == ("error", 2)
    assert {each.cause for each in collector.result().findings} == {1, 2} if turned else {1}
    assert len(told[1].new) == turned
    assert [each.severity for each in collector.result().causes] == ["error", "warning"]


@pytest.mark.parametrize(
    ("severity", "strict", "went_on", "failures"),
    [
        ("error", False, True, 1),
        ("error", False, False, 3),
        ("warning", False, False, 0),
        ("warning", True, False, 3),
        ("note", True, False, 0),
    ],
)
def test_findings_count_against_a_run(found, exchange, severity, strict, went_on, failures):
    """A known cause counts again where a test could not go on for it; what fails no run never counts."""
    collector = Collector({}, strict=strict)
    one = a_found(found, exchange, severity=severity)

    for test in ("a", "b", "c"):
        collector.add(test, Record(Tally(1), (one,), went_on=went_on))

    assert collector.failures == failures


def test_problems_are_grouped_by_their_text(collector):
    """Tests that failed for the same reason are one problem; of unexpected exceptions the traceback is kept."""
    for test in ("a", "b"):
        collector.add(test, Record(Tally(), stopped="cassette x does not exist"))
        collector.add(test, Record(Tally(), stopped="KeyError: 'x'", crash=f"Traceback of {test}"))
    for number in range(MOST_CRASHES + 5):
        collector.add("c", Record(Tally(), stopped=f"KeyError: {number}", crash="Traceback"))

    first, second, *rest = collector.result().problems

    assert (first.kind, first.tests, first.file) == ("stopped", ("a", "b"), "")
    assert (second.kind, second.tests, second.file) == ("crash", ("a", "b"), "crash-1.txt")
    assert collector.result().files["crash-1.txt"] == "a\n\nTraceback of a"
    assert len(collector.crashes) == MOST_CRASHES
    assert rest[-1].file == ""


def test_findings_are_bounded(collector, found, exchange):
    """More findings than anybody reads are counted."""
    one = a_found(found, exchange)
    for number in range(MOST_FINDINGS + 3):
        collector.add(f"test_{number}", Record(Tally(1), (one,)))

    result = collector.result()

    assert (len(result.findings), result.findings_left_out) == (MOST_FINDINGS, 3)
    assert result.causes[0].responses == MOST_FINDINGS + 3


@pytest.fixture
def result(collector, found, exchange) -> RunResult:
    seen = Counter({Observation("pages", "listUsers", "passed"): 5, Observation("pages", "", "not checked", "why"): 2})
    collector.add("test_a", Record(Tally(6, seen), (a_found(found, exchange),), base_url="https://h/v1"))
    collector.add("test_b", Record(Tally(), stopped="KeyError", crash="Traceback"))
    collector.add("test_c", Record(Tally(), skipped="no second partner"))
    collector.tests.update(passed=3, failed=2, skipped=1)
    return collector.result()


def test_result_goes_through_its_file(result, tmp_path):
    """What is written is what is read; files of an earlier run are gone, and no draft stays."""
    folder = tmp_path / "deep" / "report"
    store.write(folder, replace(result, files={"crash-1.txt": "old", "crash-2.txt": "old"}))
    store.write(folder, result)

    assert store.read(folder) == result
    assert store.read(folder / store.FILE) == result
    assert {path.name for path in folder.iterdir()} == {store.FILE, "crash-1.txt"}
    assert (result.figures.calls, result.figures.passed) == (6, 5)
    assert result.figures.not_checked == {("pages", "why"): 2}
    assert result.run.base_urls == ("https://h/v1",)
    assert result.run.versions["ecsuite"]


def test_scripts_are_beside_the_result(collector, found, exchange, tmp_path):
    """The script of a cause is a file with its number, for its owner alone; the result names it."""
    for name, promise in (("rare", "pages"), ("frequent", "list-order")):
        made = a_found(found, exchange, promise=promise)
        collector.add("a", Record(Tally(1), (replace(made, script=f"echo {name}", responses=len(name)),)))
    folder = tmp_path / "report"
    stored = collector.result()
    store.write(folder, replace(stored, files={**stored.files, "9.sh": "of an earlier run"}))
    store.write(folder, stored)

    assert [cause.first.script for cause in store.read(folder).causes] == ["1.sh", "2.sh"]
    assert (folder / "1.sh").read_text() == "echo frequent"
    assert (folder / "1.sh").stat().st_mode & 0o777 == 0o700
    assert {path.name for path in folder.iterdir()} == {store.FILE, "1.sh", "2.sh"}


def test_own_folder_is_ignored_by_git(result, tmp_path):
    """The folder that nobody named has a .gitignore of its own; one that was named is left alone."""
    store.write(tmp_path / store.LAST, result)
    store.write(tmp_path / "named", result)

    assert (tmp_path / ".ecsuite" / ".gitignore").read_text() == "*\n"
    assert {path.name for path in (tmp_path / "named").iterdir()} == {store.FILE, "crash-1.txt"}


def test_folder_that_cannot_be_written_is_one_line(result, tmp_path):
    """A file in the place of a folder is told before the run and after it, in one line."""
    (tmp_path / "file").write_text("")

    for act in (store.require_writable, lambda folder: store.write(folder, result)):
        with pytest.raises(ReportUnwritable, match=r"^cannot write the result of the run to .*file/x \(.+\): give"):
            act(tmp_path / "file" / "x")


def test_folder_is_tried_and_left_as_it_was(tmp_path):
    """Nothing is made before the run, for pytest would take the folder for one of tests; what is there stays."""
    there = tmp_path / "there"
    there.mkdir()

    store.require_writable(tmp_path / "a" / "b")
    store.require_writable(there)

    assert [path.name for path in tmp_path.iterdir()] == ["there"]


def test_last_run_is_found_wherever_it_is_stored(tmp_path, monkeypatch):
    """What shows the last run never shows an earlier one; a folder that takes no note is no reason to fail."""
    monkeypatch.chdir(tmp_path)
    seen = [store.last()]
    for folder in (tmp_path / "results", tmp_path.parent / "elsewhere", tmp_path / store.LAST):
        store.note_last(folder, tmp_path)
        seen.append(store.last())
    (tmp_path / "file").write_text("")
    store.note_last(tmp_path / "results", tmp_path / "file")

    assert seen == [store.LAST, Path("results"), tmp_path.parent / "elsewhere", store.LAST]
    assert (tmp_path / store.FOLDER / ".gitignore").read_text() == "*\n"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (None, "there is none: run the tests first (ecsuite test), or name the folder of a run with --report"),
        ("{", "it is not JSON"),
        ("[" * 100_000, "it is not JSON"),
        ("[]", "it is none of ecsuite's"),
        ('{"format": "another"}', "it is none of ecsuite's"),
        (json.dumps({"format": FORMAT, "schema": 99}), f"it is of version 99, and this ecsuite reads {SCHEMA}"),
        (json.dumps({"format": FORMAT, "schema": SCHEMA}), "it is damaged, at /"),
    ],
)
def test_file_that_is_no_result_is_one_line(tmp_path, text, reason):
    """A missing or foreign file is told with its path and the reason."""
    if text is not None:
        (tmp_path / store.FILE).write_text(text)

    with pytest.raises(ReportUnusable) as raised:
        store.read(tmp_path)

    assert str(raised.value) == f"cannot read the result of a run from {tmp_path / store.FILE}: {reason}"


@pytest.mark.parametrize(
    ("change", "where"),
    [
        (lambda value: value.update(tests=7), "/tests"),
        (lambda value: value["run"].update(exit_code="1"), "/run/exit_code"),
        (lambda value: value["run"].update(exit_code=404), "/run/exit_code"),
        (lambda value: value["run"]["settings"].update(editions=None), "/run/settings/editions"),
        (lambda value: value["causes"][0].update(tests=[]), "/causes/0/tests"),
        (lambda value: value["findings"][0].update(cause=2), "/findings/0"),
        (lambda value: value["findings"][0].update(cause=0), "/findings/0"),
    ],
)
def test_damage_is_told_with_its_place(result, tmp_path, change, where):
    """What is not as the schema wants it, or names what is not there, is found when it is read, not while it is rendered."""
    value = result.to_json()
    change(value)
    (tmp_path / store.FILE).write_text(json.dumps(value))

    with pytest.raises(ReportUnusable, match=f"it is damaged, at {where}$"):
        store.read(tmp_path)


UNTOLD = [
    ("minimum", {"type": "object", "value": {"type": "integer"}, "size": 1}),
    ("properties", {"type": "object", "value": {}, "size": 0}),
    ("unlisted", {"type": "array", "value": None, "size": 0}),
    ("status", {"type": "integer", "value": 7, "size": 0}),
    ("lost", {"type": "object", "value": 7, "size": 1}),
    ("changed", {"type": "string", "value": None, "size": 1}),
]


@pytest.mark.parametrize("holder", ["causes", "findings"])
@pytest.mark.parametrize(("kind", "expected"), UNTOLD)
def test_finding_that_cannot_be_told_is_damage(result, tmp_path, kind, expected, holder):
    """Data that do not fit the kind of their breach are found when a result is read, not while it is rendered."""
    value = result.to_json()
    first = value[holder][0]
    (first["first"] if holder == "causes" else first)["finding"]["breach"] |= {"kind": kind, "expected": expected}
    (tmp_path / store.FILE).write_text(json.dumps(value))

    with pytest.raises(ReportUnusable, match=f"it is damaged, at /{holder}/0$"):
        read_result(tmp_path)


def test_body_that_is_no_base64_is_damage(result, tmp_path):
    """So is a sample that nothing can be sent again of."""
    value = result.to_json()
    value["causes"][0]["first"]["sample"]["request"] |= {"encoding": "base64", "body": "a"}
    (tmp_path / store.FILE).write_text(json.dumps(value))

    with pytest.raises(ReportUnusable, match=r"it is damaged, at /causes/0$"):
        read_result(tmp_path)


def test_sample_that_violates_a_promise_of_a_later_version_is_read(result, tmp_path):
    """Promises that this version does not know are left out."""
    value = result.to_json()
    value["causes"][0]["first"]["sample"]["violates"] = ["of-a-later-version", "request-body"]
    (tmp_path / store.FILE).write_text(json.dumps(value))

    sample = read_result(tmp_path).causes[0].first.sample

    assert sample.request.expectation.violates == {REQUEST_BODY}


def test_deep_damage_is_one_line(result, tmp_path):
    """What is nested deeper than any result is damage, wherever it stands."""
    text = json.dumps(result.to_json() | {"findings": "deep"}).replace('"deep"', "[" * 500 + "]" * 500)
    (tmp_path / store.FILE).write_text(text)

    with pytest.raises(ReportUnusable, match=r"it is damaged, and nested too deep$"):
        store.read(tmp_path)


def test_result_names_no_promise_that_was_renamed(result):
    """Ids of promises travel, titles do not."""
    text = json.dumps(result.to_json())

    assert f'"{RESPONSE_BODY.id}"' in text
    assert RESPONSE_BODY.title not in text
    assert PAGES.title not in text


def test_finding_keeps_its_place_in_a_body(found, exchange) -> None:
    """A finding of a body that is no list keeps what was seen."""
    made: Finding = a_found(found, exchange).finding

    assert made.breach.at == body(("metadata", "year"))
    assert made.breach.actual == datum("1")
    assert made.blamed is None
