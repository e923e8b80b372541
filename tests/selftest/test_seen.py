"""What of a contract a run has seen: counted from exchanges, operation by operation."""

import json
from dataclasses import replace

import pytest

from ecsuite.contract import Contract
from ecsuite.findings.finding import Observation
from ecsuite.messages.exchange import Expectation
from ecsuite.promises import REQUEST_BODY
from ecsuite.results.coverage import Coverage, OperationCoverage, Share, coverage_of, merged, promises_of
from ecsuite.results.outlines import Spot
from ecsuite.results.seen import MOST_CALLS, Seen, Watch

METER = {"address": {"street": "s"}, "locationType": "Residential"}


@pytest.fixture
def watched(checker, contract: Contract):
    """What exchanges show, as they come."""

    def watch(*exchanges: object) -> Seen:
        looking = Watch(contract, now=lambda: 1000.0)
        for each in exchanges:
            looking(checker.check(each))
        return looking.seen

    return watch


def operation(contract: Contract, seen: Seen, name: str) -> OperationCoverage:
    return next(each for each in coverage_of("2023-10", contract, seen) if each.id == name)


def test_members_and_values_of_a_success_are_seen(watched, exchange, contract):
    """What was sent and taken counts, and what came; in a list, whichever item has it."""
    sent = exchange("POST /users/42/meters", 201, {"meterId": "7"}, sent=METER)
    listed = exchange("GET /users/42/meters", 200, [{"meterId": "7"}, {"meterId": "8", "locationType": "Other"}])

    seen = watched(sent, listed)

    created, read = operation(contract, seen, "createMeter"), operation(contract, seen, "listMeters")
    assert created.request.members["/address/street"]
    assert not created.request.members["/address/city"]
    assert created.request.values["/locationType=Residential"]
    assert not created.request.values["/locationType=Commercial"]
    assert created.request.media_types == {"application/json": True}
    assert read.responses["200"].members["/*/locationType"]
    assert read.responses["200"].values["/*/locationType=Other"]
    assert (created.responses["201"].times, created.responses["400"].times, created.calls) == (1, 0, 1)


@pytest.mark.parametrize(
    ("status", "expectation"),
    [(400, Expectation()), (201, Expectation("year-is-text", violates=frozenset({REQUEST_BODY})))],
)
def test_refused_or_wrong_requests_show_their_status_alone(watched, exchange, contract, status, expectation):
    """A member that was refused is not known to be taken, and a request that is wrong deliberately shows nothing."""
    seen = watched(exchange("POST /users/42/meters", status, {}, sent=METER, expectation=expectation))

    found = operation(contract, seen, "createMeter")
    assert found.responses[str(status)].times == 1
    assert not any(found.request.members.values())


def test_unlisted_status_is_told_and_counts_for_nothing(watched, exchange, contract):
    """A status that the contract does not list has its number, and is no part of the contract."""
    seen = watched(exchange("GET /users/42", 418, {}))

    found = operation(contract, seen, "getUser")
    assert (found.responses["418"].times, found.responses["418"].is_listed) == (1, False)
    assert ("statuses", "418", True) not in list(found.parts())


def test_link_is_followed_by_the_call_it_leads_to(watched, exchange, contract):
    """A link counts where a later call has the parameters that it gives, and not for a call of another's."""
    made = exchange("POST /users", 201, {"userId": "42"}, sent={"userId": "42"})

    other = watched(made, exchange("GET /users/43", 200, {"userId": "43"}))
    own = watched(made, exchange("GET /users/42", 200, {"userId": "42"}))

    assert not operation(contract, other, "createUser").responses["201"].links["getUser"]
    assert operation(contract, own, "createUser").responses["201"].links["getUser"]


def test_delivery_counts_when_it_arrives(checker, contract, exchange):
    """What the API calls is no operation that we call: it arrives, or it does not."""
    looking = Watch(contract)
    (delivery,) = contract.deliveries.values()
    before = coverage_of("2023-10", contract, looking.seen)[-1]

    looking(checker.check_delivery(delivery, exchange("POST /hooks/1", 200, sent={})))

    after = coverage_of("2023-10", contract, looking.seen)[-1]
    assert (before.is_delivery, before.calls, after.calls) == (True, 0, 1)
    assert next(iter(after.parts())) == ("deliveries", "", True)
    assert looking.seen.calls[0].role == "delivery"


def test_one_of_several_successes_is_enough(watched, exchange, contract):
    """Where 200 and 201 are listed, a server has one of them: the other one is no hole, unless none was seen."""
    seen = watched(exchange("POST /users", 201, {"userId": "42"}, sent={"userId": "42"}))

    with_one, without = operation(contract, seen, "createUser"), operation(contract, Seen(), "createUser")

    assert [name for sort, name, _ in with_one.parts() if sort == "statuses"] == ["201", "400", "401"]
    assert [name for sort, name, _ in without.parts() if sort == "statuses"] == ["200", "201", "400", "401"]


@pytest.mark.parametrize("body", [b"", b"{", b"[" * 100_000, b"null", b"7", b'{"userId":[1,{"a":2}]}', b"\xff"])
def test_any_body_can_be_looked_at(watched, exchange, body):
    """What a server sends may be anything; it is counted as far as it can be read."""
    seen = watched(exchange("GET /users/42", 200, body))

    assert seen.statuses["getUser", "200"] == 1


def test_call_has_no_id(watched, exchange):
    """An exchange on a line names its operation by the template, for an id may be anybody's."""
    seen = watched(exchange("GET /users/somebody"), exchange("GET /nowhere/somebody", 404), exchange("GET token", 405))

    assert [call.path for call in seen.calls] == ["/users/{userId}", "?", "?"]
    assert "somebody" not in json.dumps(seen.to_json())


@pytest.mark.parametrize(("method", "shown"), [("PATCH", "PATCH"), ("FETCHsecret", "?"), ("get", "?")])
def test_what_is_no_method_is_not_shown(watched, exchange, method, shown):
    """Whoever calls the receiver may send anything as a method: half of a secret would not be known as one."""
    made = exchange("GET /nowhere", 404, {})

    seen = watched(replace(made, request=replace(made.request, method=method)))

    assert [call.method for call in seen.calls] == [shown]


def test_test_that_ran_again_has_seen_both(watched, exchange):
    """What a test saw before it was run once more is not lost, for nobody will look out for it again."""
    first, second = (watched(exchange(f"GET /users/{each}", 200, {"userId": each})) for each in ("1", "2"))
    known: set[Spot] = set()

    whole = first.without(known).then(second.without(known))

    assert (whole.spots, len(whole.calls)) == (first.spots, 2)
    assert whole.statuses == {("getUser", "200"): 2}


def test_calls_of_a_test_are_bounded(checker, contract, exchange):
    """More exchanges than anybody looks at are counted."""
    looking, result = Watch(contract), checker.check(exchange())
    for _ in range(MOST_CALLS + 2):
        looking(result)

    assert (len(looking.seen.calls), looking.seen.calls_left_out) == (MOST_CALLS, 2)
    assert looking.seen.statuses["getUser", "200"] == MOST_CALLS + 2


def test_seen_travels_as_json(watched, exchange):
    """What a test has seen comes out of JSON as it went in; what is known already need not travel again."""
    seen = watched(exchange("POST /users", 201, {"userId": "42"}, sent={"userId": "42"}))
    known: set[Spot] = set()

    assert Seen.from_json(json.loads(json.dumps(seen.to_json()))) == seen
    assert seen.without(known).spots == seen.spots
    assert seen.without(known).spots == set()
    assert seen.without(known).statuses == seen.statuses


def test_shares_count_what_was_judged():
    """A promise that was only ever "not checked" has not been seen."""
    observations = {
        Observation("pages", "listUsers", "passed"): 2,
        Observation("pages", "listUsers", "not checked", "why"): 1,
        Observation("no-body", "getUser", "not checked", "why"): 1,
        Observation("a test of somebody's", "getUser", "not checked", "why"): 1,
    }

    coverage = Coverage((), promises_of(observations))

    assert coverage.shares() == {"promises": Share(1, 2)}
    assert [(each.promise, each.passed, each.not_checked) for each in coverage.promises] == [
        ("no-body", 0, 1),
        ("pages", 2, 1),
    ]
    assert (Coverage().share.percent, coverage.share.percent) == (100, 50)


def test_coverages_add_up(watched, exchange, contract):
    """What two runs have seen together is what either has; how often is the sum."""
    one = Coverage(coverage_of("2023-10", contract, watched(exchange("GET /users/42", 200, {"userId": "42"}))))
    other = Coverage(
        coverage_of("2023-10", contract, watched(exchange("GET /users/42", 404), exchange("GET /users/42", 418)))
    )

    both = merged([one, other])

    found = next(each for each in both.operations if each.id == "getUser")
    assert {status: side.times for status, side in found.responses.items()} == {
        "200": 1,
        "400": 0,
        "401": 0,
        "404": 1,
        "418": 1,
    }
    assert found.responses["200"].members == {"/userId": True}
    assert both.share.seen == one.share.seen + 1
    assert merged([both]) == both
    assert Coverage.from_json(json.loads(json.dumps(both.to_json()))) == both
